// SPDX-License-Identifier: MPL-2.0
// What befalls machines, disks, clocks and lines in a swarm, and how it is put right.
#include "swarm.h"

#define DAY_MS INT64_C(86400000)

static uint64_t seconds(swarm_t *swarm, uint64_t from, uint64_t to)
{
    return 1000 * from + world_random(swarm->world, 1000 * (to - from) + 1);
}

static world_node_t *any_machine(swarm_t *swarm)
{
    return swarm->world->nodes[world_random(swarm->world, swarm->world->node_count)];
}

/* ---- machines ---- */

static void switch_on(world_t *world, world_node_t *a, world_node_t *b)
{
    (void)world;
    (void)b;
    if (a->node == NULL) {
        world_start(a);
    }
}

static void crash(swarm_t *swarm)
{
    world_node_t *node = swarm_anyone(swarm);
    if (node == NULL) {
        return;
    }
    bool silent = world_chance(swarm->world, 5);
    world_tell(swarm->world, "%s %s", node->name, silent ? "falls silent" : "crashes");
    world_happened(swarm->world, silent ? HAPPENING_power_off : HAPPENING_crash);
    if (silent) {
        world_power_off(node);
    } else {
        world_crash(node);
    }
    uint64_t off_ms = world_chance(swarm->world, 3) ? 0 : seconds(swarm, 1, 60);
    swarm_remedy(swarm, off_ms, switch_on, node, NULL);
}

/** Right after somebody's request went to the disk: what it has stored, nobody has heard of. */
static void crash_in_writing(swarm_t *swarm)
{
    world_node_t *node = swarm_anyone(swarm);
    if (node == NULL) {
        return;
    }
    uint64_t count = 1 + world_random(swarm->world, 3);
    world_publish_later(node, &swarm_circle(swarm)->network, count, 100);
    world_run(swarm->world, world_random(swarm->world, 12));
    if (node->node != NULL) {
        world_tell(swarm->world, "%s crashes in writing", node->name);
        world_happened(swarm->world, HAPPENING_crash);
        world_crash(node);
        swarm_remedy(swarm, seconds(swarm, 0, 5), switch_on, node, NULL);
    }
}

static void suspend(swarm_t *swarm)
{
    world_node_t *node = swarm_anyone(swarm);
    if (node != NULL) {
        world_tell(swarm->world, "%s sleeps", node->name);
        world_happened(swarm->world, HAPPENING_suspend);
        world_suspend(node, seconds(swarm, 1, 200));
    }
}

/* ---- disks and clocks ---- */

static void disk_well(world_t *world, world_node_t *a, world_node_t *b)
{
    (void)b;
    if (a->disk.error != PLN_OK) {
        world_happened(world, HAPPENING_disk_well);
    }
    a->disk = (world_disk_t){.read_ms = 5};
}

static void disk_slow(swarm_t *swarm)
{
    world_node_t *node = any_machine(swarm);
    world_happened(swarm->world, HAPPENING_disk_slow);
    node->disk.commit_ms = 200 + (uint32_t)world_random(swarm->world, 2000);
    node->disk.read_ms = 100;
    swarm_remedy(swarm, seconds(swarm, 5, 60), disk_well, node, NULL);
}

static void disk_full(swarm_t *swarm)
{
    world_node_t *node = any_machine(swarm);
    world_happened(swarm->world, HAPPENING_disk_full);
    world_tell(swarm->world, "%s has a full disk", node->name);
    node->disk.error = PLN_ENOSPACE;
    swarm_remedy(swarm, seconds(swarm, 5, 60), disk_well, node, NULL);
}

static void clock_right(world_t *world, world_node_t *a, world_node_t *b)
{
    (void)world;
    (void)b;
    a->clock_off_ms = 0;
    a->clock_drift_ppm = 0;
}

static void clock_jump(swarm_t *swarm)
{
    world_node_t *node = any_machine(swarm);
    int64_t far = world_chance(swarm->world, 2) ? 3 * DAY_MS : 5 * 60 * 1000;
    node->clock_off_ms = (int64_t)world_random(swarm->world, (uint64_t)far * 2) - far;
    world_happened(swarm->world, HAPPENING_clock_jump);
    swarm_remedy(swarm, seconds(swarm, 10, 120), clock_right, node, NULL);
}

static void clock_drift(swarm_t *swarm)
{
    int64_t drift_ppm = (int64_t)world_random(swarm->world, 2000) - 1000;
    any_machine(swarm)->clock_drift_ppm = drift_ppm;
    world_happened(swarm->world, HAPPENING_clock_drift);
}

/* ---- lines ---- */

static bool run_flies(const world_t *world, const world_link_t *link)
{
    for (size_t i = 0; i < world->heap_count; i++) {
        const world_event_t *event = &world->heap[i];
        if (event->link == link && event->type == WE_FRAME && event->size > 200) {
            return true;
        }
    }
    return false;
}

static void cut(swarm_t *swarm)
{
    world_t *world = swarm->world;
    if (world->link_count == 0) {
        return;
    }
    world_link_t *link = world->links[world_random(world, world->link_count)];
    for (size_t i = 0; i < world->link_count && world_chance(world, 2) == false; i++) {
        link = run_flies(world, world->links[i]) ? world->links[i] : link;
    }
    world_happened(world, HAPPENING_cut);
    if (run_flies(world, link)) {
        world_happened(world, HAPPENING_cut_in_run);
    }
    world_reset(world, link);
}

static void unbar(world_t *world, world_node_t *a, world_node_t *b)
{
    (void)world;
    world_bar(a, b, false);
}

static void one_way(swarm_t *swarm)
{
    world_node_t *a = any_machine(swarm);
    world_node_t *b = any_machine(swarm);
    if (a != b) {
        world_happened(swarm->world, HAPPENING_one_way);
        world_bar(a, b, true);
        world_cut(swarm->world, a->index, b->index);
        swarm_remedy(swarm, seconds(swarm, 5, 120), unbar, a, b);
    }
}

static void unstall(world_t *world, world_node_t *a, world_node_t *b)
{
    (void)b;
    for (size_t i = 0; i < world->link_count; i++) {
        world_link_t *link = world->links[i];
        if (link->stalled && (link->ends[0].node == a || link->ends[1].node == a)) {
            world_stall(world, link, false);
        }
    }
}

void swarm_part(swarm_t *swarm, uint64_t side, bool swallow, uint64_t ms)
{
    world_t *world = swarm->world;
    for (size_t a = 0; a < world->node_count; a++) {
        for (size_t b = 0; b < world->node_count; b++) {
            if ((side >> a % 64 & 1) != (side >> b % 64 & 1)) {
                world_bar(world->nodes[a], world->nodes[b], true);
                swarm_remedy(swarm, ms, unbar, world->nodes[a], world->nodes[b]);
            }
        }
        if (swallow) {
            swarm_remedy(swarm, ms, unstall, world->nodes[a], NULL);
        }
    }
    for (size_t i = 0; i < world->link_count; i++) {
        world_link_t *link = world->links[i];
        uint32_t x = link->ends[0].node->index;
        uint32_t y = link->ends[1].node->index;
        bool across = (side >> x % 64 & 1) != (side >> y % 64 & 1);
        if (across && swallow) {
            world_stall(world, link, true);
        } else if (across) {
            world_reset(world, link);
        }
    }
}

static void partition(swarm_t *swarm)
{
    world_t *world = swarm->world;
    bool swallow = world_chance(world, 2);
    world_happened(world, swallow ? HAPPENING_black_hole : HAPPENING_partition);
    world_tell(world, "a partition %s", swallow ? "swallows" : "resets");
    uint64_t ms = seconds(swarm, 5, 120);
    swarm_part(swarm, world_random(world, UINT64_MAX), swallow, ms);
}

static void line_change(swarm_t *swarm)
{
    static const uint32_t bandwidths[] = {0, 8, 32, 125, 1250};
    world_t *world = swarm->world;
    world_line_t *line = &any_machine(swarm)->line;
    line->latency_ms = (uint32_t)world_random(world, world_chance(world, 4) ? 400 : 40);
    line->jitter_ms = (uint32_t)world_random(world, world_chance(world, 4) ? 200 : 10);
    line->bytes_per_ms = bandwidths[world_random(world, sizeof bandwidths / sizeof *bandwidths)];
    world_happened(world, HAPPENING_line);
}

/* ---- one of them; and all of it undone ---- */

void swarm_fault(swarm_t *swarm)
{
    static const struct {
        uint32_t weight;
        void (*fault)(swarm_t *swarm);
    } faults[] = {
        {12, cut},       {6, crash},      {4, crash_in_writing}, {3, suspend},
        {3, disk_slow},  {2, disk_full},  {2, clock_jump},       {1, clock_drift},
        {4, one_way},    {2, partition},  {4, line_change},      {2, swarm_restore},
        {1, swarm_copy}, {1, swarm_fork},
    };
    uint64_t total = 0;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        total += faults[i].weight;
    }
    uint64_t drawn = world_random(swarm->world, total);
    size_t at = 0;
    while (drawn >= faults[at].weight) {
        drawn -= faults[at++].weight;
    }
    faults[at].fault(swarm);
}

/** What a slow line still has in its queues would take as long as it was slow. */
static void backlogs_drop(world_t *world)
{
    for (size_t i = 0; i < world->link_count; i++) {
        const world_end_t *ends = world->links[i]->ends;
        if (ends[0].free_at > world->now_ms + 1000 || ends[1].free_at > world->now_ms + 1000) {
            world_reset(world, world->links[i]);
        }
    }
}

void swarm_heal(swarm_t *swarm)
{
    world_t *world = swarm->world;
    backlogs_drop(world);
    swarm->remedy_count = 0;
    swarm_backups_drop(swarm);
    for (size_t i = 0; i < world->node_count; i++) {
        world_node_t *node = world->nodes[i];
        node->line = (world_line_t){.latency_ms = 5 + (uint32_t)world_random(world, 20)};
        disk_well(world, node, NULL);
        clock_right(world, node, NULL);
        unstall(world, node, NULL);
        for (size_t b = 0; b < world->node_count; b++) {
            world_bar(node, world->nodes[b], false);
        }
        switch_on(world, node, NULL);
    }
    for (size_t i = 0; i < world->node_count; i++) {
        if (world->nodes[i]->asleep_till_ms > world->now_ms) {  // wakes by itself
            world_run(world, world->nodes[i]->asleep_till_ms - world->now_ms);
        }
    }
}
