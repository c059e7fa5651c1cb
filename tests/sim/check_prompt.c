// SPDX-License-Identifier: MPL-2.0
// In calm networks a record is within a second of being durable at its author everywhere where
// somebody is in by then.
#include <stdlib.h>

#include "check.h"

#define JOINED_MS 30000u /**< by then nearly everybody has joined and caught up */
#define PROMPT_MS 1000u
#define LATE_PERCENT_MAX 10u

/** When each entry of a chain was made. */
typedef struct {
    uint64_t *at_ms;
    uint64_t count;
} made_t;

static made_t *made_of(world_t *world, const pln_place_t *place)
{
    uint8_t bytes[PLN_PLACE_SIZE];
    uint8_t name[16];
    pln_place_write(place, bytes);
    crypto_generichash(name, sizeof name, bytes, sizeof bytes, NULL, 0);
    made_t *made = pln_map_get(&world->made, name);
    if (made == NULL) {
        made = pln_alloc_zero(1, sizeof *made);
        pln_map_put(&world->made, name, made);
    }
    return made;
}

static void entries_made(world_t *world, const pln_place_t *place, uint64_t last)
{
    made_t *made = made_of(world, place);
    if (last < made->count) {
        return;  // a copy of the author's key came this far before: its entries tell the time
    }
    made->at_ms = pln_realloc(made->at_ms, (last + 1) * sizeof *made->at_ms);
    while (made->count <= last) {
        made->at_ms[made->count++] = world->now_ms;
    }
}

static void entry_delivered(const world_node_t *node, const pln_place_t *place, uint64_t seq)
{
    world_t *world = node->world;
    const made_t *made = made_of(world, place);
    bool was_in = seq < made->count && made->at_ms[seq] > node->joined_ms;
    if (was_in && made->at_ms[seq] > JOINED_MS) {
        bool late = world->now_ms > made->at_ms[seq] + PROMPT_MS;
        if (late) {
            world_tell(world, "%s has entry %llu of epoch %u %llu ms late", node->name,
                       (unsigned long long)seq, place->epoch,
                       (unsigned long long)(world->now_ms - made->at_ms[seq]));
        }
        world->late += late;
        world->prompt += !late;
    }
}

static void committed(world_node_t *node, const memory_job_t *job)
{
    size_t result = 0;
    for (size_t i = 0; i < job->count && job->result_count > 0; i++) {
        const pln_effect_t *effect = &job->effects[i];
        if (effect->type == PLN_FX_SAVE) {
            continue;
        }
        uint64_t last = job->results[result++].end.seq;
        if (effect->type == PLN_FX_MINT && effect->as.mint.place.lane == PLN_LANE_RECORDS) {
            entries_made(node->world, &effect->as.mint.place, last);
        } else if (effect->type == PLN_FX_STORE &&
                   effect->as.store.place.lane == PLN_LANE_RECORDS) {
            entry_delivered(node, &effect->as.store.place, last);
        }
    }
}

static void ended(world_t *world, const pln_network_id_t *network, world_node_t *const *members,
                  size_t count)
{
    (void)network;
    (void)members;
    (void)count;
    uint64_t all = world->late + world->prompt;
    if (world->happened[HAPPENING_calm] > 0 && all > 100 &&
        world->late * 100 > all * LATE_PERCENT_MAX) {
        check_fail(world, &check_prompt, "%llu of %llu deliveries took more than a second",
                   (unsigned long long)world->late, (unsigned long long)all);
    }
}

void check_prompt_forget(world_t *world)
{
    size_t cursor = 0;
    for (made_t *made; (made = pln_map_next(&world->made, &cursor)) != NULL;) {
        free(made->at_ms);
    }
    pln_map_free_values(&world->made);
}

const check_t check_prompt = {.name = "prompt", .committed = committed, .ended = ended};
