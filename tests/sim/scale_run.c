// SPDX-License-Identifier: MPL-2.0
// The phases: everybody connects; records find their tree; calm; an idle minute; 10 % of the
// districts fall silent; the largest hub does.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proto/node_state.h"
#include "scale.h"

#define SECOND_MS 1000u
#define MINUTE_MS 60000u
#define CONNECT_MS (30u * SECOND_MS)
#define BETWEEN_MS (6u * SECOND_MS) /**< between two records: digests are compared after five */
#define WARM_UP 8u
#define CALM 8u
#define RECOVER_MS (5u * MINUTE_MS)
#define RECORD_BYTES 1000u

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/** Bytes of the process in memory. */
static double resident(void)
{
    unsigned long total = 0;
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        if (fscanf(file, "%lu %lu", &total, &pages) != 2) {
            pages = 0;
        }
        fclose(file);
    }
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/** Presences are due in the middle of everybody's life, not all at once after a common start: at a
 * random moment of the interval, or not before the run ends. */
static void presences_due(scale_t *scale, bool due)
{
    uint64_t interval_ms = scale->nodes * 500u > MINUTE_MS ? scale->nodes * 500u : MINUTE_MS;
    for (uint32_t i = 0; i < scale->nodes; i++) {
        pln_node_t *core = scale->world->nodes[i]->node;
        if (core != NULL) {
            core->nets[0]->presence_ms =
                due ? scale->world->now_ms + world_random(scale->world, interval_ms) : UINT64_MAX;
        }
    }
}

/* ---- one record ---- */

static uint32_t somebody(scale_t *scale)
{
    for (;;) {
        uint32_t index = (uint32_t)world_random(scale->world, scale->nodes);
        bool district = index >= scale->hubs || scale->hubs == scale->nodes;
        if (district && scale->world->nodes[index]->node != NULL) {
            return index;
        }
    }
}

static uint64_t next_seq(const scale_t *scale, const world_node_t *author)
{
    pln_place_t place = {
        .network = scale->network, .author = author->self.id, .lane = PLN_LANE_RECORDS};
    pln_chain_row_t row;
    return memory_store_chain(author->store, &place, &row) ? row.head.seq + 1 : 1;
}

/** Whom a record is to reach, and whether it has; looked at four times a second. */
typedef struct {
    const bool *reachable;
    uint64_t look_ms;
} wait_t;

static bool everywhere(world_t *world, void *arg)
{
    wait_t *wait = arg;
    const scale_t *scale = world->owner;
    if (world->now_ms < wait->look_ms) {
        return false;
    }
    wait->look_ms = world->now_ms + SECOND_MS / 4;
    for (uint32_t i = 0; i < scale->nodes; i++) {
        if (wait->reachable[i] && scale->trace.at_ms[i] == SCALE_UNREACHED) {
            return false;
        }
    }
    return true;
}

/** Wait until everybody has it, at most @most_ms, and @rest_ms more. */
static void publish(scale_t *scale, uint64_t most_ms, uint64_t rest_ms, scale_spread_t *out)
{
    bool *reachable = pln_alloc(scale->nodes * sizeof *reachable);
    uint32_t index = somebody(scale);
    world_node_t *author = scale->world->nodes[index];
    scale_reachable(scale, index, reachable);
    scale_follow(scale, index, next_seq(scale, author));
    world_publish_later(author, &scale->network, 1, RECORD_BYTES);
    wait_t wait = {.reachable = reachable};
    world_until(scale->world, most_ms, everywhere, &wait);
    world_run(scale->world, rest_ms);
    scale_spread(scale, reachable, out);
    free(reachable);
}

static void mean_add(scale_spread_t *mean, const scale_spread_t *one, unsigned share)
{
    mean->half_ms += one->half_ms / share;
    mean->most_ms += one->most_ms / share;
    mean->all_ms = one->all_ms > mean->all_ms ? one->all_ms : mean->all_ms;
    mean->hops_mean += one->hops_mean / share;
    mean->hops_max = one->hops_max > mean->hops_max ? one->hops_max : mean->hops_max;
    mean->needed += one->needed;
    mean->received += one->received;
    mean->missing += one->missing;
}

/* ---- phases ---- */

static void connect_all(scale_t *scale, scale_result_t *out)
{
    scale_past(scale);
    presences_due(scale, false);
    scale_shape(scale);
    world_run(scale->world, CONNECT_MS);
    out->links = scale->world->link_count;
    out->memory = resident() / scale->nodes;
}

static void calm(scale_t *scale, scale_result_t *out)
{
    scale_spread_t one;
    publish(scale, RECOVER_MS, BETWEEN_MS, &out->first);
    for (unsigned i = 0; i < WARM_UP; i++) {
        publish(scale, RECOVER_MS, BETWEEN_MS, &one);
    }
    for (unsigned i = 0; i < CALM; i++) {
        publish(scale, RECOVER_MS, BETWEEN_MS, &one);
        mean_add(&out->calm, &one, CALM);
    }
}

static void idle_minute(scale_t *scale, scale_result_t *out)
{
    uint32_t hub = scale_largest_hub(scale, &out->hub_spokes);
    world_run(scale->world, 10u * SECOND_MS);  // whatever the last record left to be said
    presences_due(scale, true);
    scale_bytes_t before = scale_bytes(scale);
    scale_bytes_t hub_before = scale->bytes[hub];
    world_run(scale->world, MINUTE_MS);
    scale_bytes_t after = scale_bytes(scale);
    presences_due(scale, false);
    out->idle = (double)(after.other + after.runs - before.other - before.runs) / scale->nodes;
    out->presence = (double)(after.presence - before.presence) / scale->nodes;
    out->hub_idle_spoke = (double)(scale->bytes[hub].other - hub_before.other) /
                          (double)(out->hub_spokes > 0 ? out->hub_spokes : 1);
}

static void districts_lost(scale_t *scale, scale_result_t *out)
{
    for (uint32_t i = 0; i < scale->nodes / 10; i++) {
        world_power_off(scale->world->nodes[somebody(scale)]);
    }
    publish(scale, RECOVER_MS, BETWEEN_MS, &out->lost);
}

static void hub_lost(scale_t *scale, scale_result_t *out)
{
    bool *before = pln_alloc(scale->nodes * sizeof *before);
    size_t spokes;
    uint32_t hub = scale_largest_hub(scale, &spokes);
    uint32_t from = somebody(scale);
    size_t count = scale_reachable(scale, from, before);
    world_power_off(scale->world->nodes[hub]);
    out->orphans = count - 1 - scale_reachable(scale, from, before);
    free(before);
    publish(scale, RECOVER_MS, BETWEEN_MS, &out->headless);
}

void scale_run(uint64_t seed, uint32_t nodes, scale_result_t *out)
{
    scale_t scale = {.seed = seed, .nodes = nodes, .hubs = scale_hubs(nodes)};
    double begin = cpu_seconds();
    memset(out, 0, sizeof *out);
    scale.world = world_new(seed);
    scale.world->lean = true;
    scale.world->owner = &scale;
    scale.world->heard = scale_heard;
    scale.bytes = pln_alloc_zero(nodes, sizeof *scale.bytes);
    scale.trace.at_ms = pln_alloc_zero(nodes, sizeof *scale.trace.at_ms);
    scale.trace.hops = pln_alloc_zero(nodes, sizeof *scale.trace.hops);
    connect_all(&scale, out);
    calm(&scale, out);
    idle_minute(&scale, out);
    districts_lost(&scale, out);
    if (scale.hubs > 1) {
        hub_lost(&scale, out);
    }
    out->events = scale.world->events;
    out->seconds = cpu_seconds() - begin;
    world_free(&scale.world);
    scale_past_forget(&scale);
    free(scale.edges);
    free(scale.bytes);
    free(scale.trace.at_ms);
    free(scale.trace.hops);
}
