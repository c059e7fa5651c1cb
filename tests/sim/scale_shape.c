// SPDX-License-Identifier: MPL-2.0
// Who dials whom: hubs all of each other, districts one to four hubs and up to two districts.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scale.h"

#define DISTRICTS_PER_HUB 200u
#define HUBS_DIALLED_MAX 4u
#define DISTRICTS_DIALLED_MAX 2u
#define OPEN_IN_TEN 3u /**< so many of ten districts can be dialled */

uint32_t scale_hubs(uint32_t nodes)
{
    uint32_t hubs = (nodes + DISTRICTS_PER_HUB - 1) / DISTRICTS_PER_HUB;
    return hubs > 0 ? hubs : 1;
}

static void dial(scale_t *scale, uint32_t from, uint32_t to)
{
    for (size_t i = scale->edge_count; i > 0 && scale->edges[i - 1][0] == from; i--) {
        if (scale->edges[i - 1][1] == to) {
            return;  // does already
        }
    }
    scale->edges = pln_realloc(scale->edges, (scale->edge_count + 1) * sizeof *scale->edges);
    scale->edges[scale->edge_count][0] = from;
    scale->edges[scale->edge_count++][1] = to;
    world_peer_add(scale->world->nodes[from], scale->world->nodes[to]);
}

static void district(scale_t *scale, uint32_t index)
{
    world_t *world = scale->world;
    uint32_t hubs = 1 + (uint32_t)world_random(world, HUBS_DIALLED_MAX);
    dial(scale, index, index % scale->hubs);  // the hub of its state
    for (uint32_t i = 1; i < hubs; i++) {
        dial(scale, index, (uint32_t)world_random(world, scale->hubs));
    }
    uint32_t friends = (uint32_t)world_random(world, DISTRICTS_DIALLED_MAX + 1);
    for (uint32_t i = 0; i < friends && index > scale->hubs; i++) {
        uint32_t other = scale->hubs + (uint32_t)world_random(world, index - scale->hubs);
        if (!world->nodes[other]->hidden) {
            dial(scale, index, other);
        }
    }
}

/** Before they are switched on: lines, disks, who can be dialled. */
static void place(scale_t *scale, world_node_t *node)
{
    world_t *world = scale->world;
    bool hub = node->index < scale->hubs;
    node->hidden = !hub && world_random(world, 10) >= OPEN_IN_TEN;
    node->line.latency_ms =
        (uint32_t)(hub ? 2 + world_random(world, 9) : 5 + world_random(world, 56));
    node->line.jitter_ms = 5;
    node->line.bytes_per_ms = hub ? 125000 : 1250;  // 1 Gbit/s, 10 Mbit/s; on each link
    node->disk.read_ms = 5;
}

void scale_shape(scale_t *scale)
{
    world_t *world = scale->world;
    for (uint32_t i = 0; i < scale->nodes; i++) {
        place(scale, world->nodes[i]);
    }
    for (uint32_t i = 0; i < scale->hubs; i++) {
        for (uint32_t j = 0; j < i; j++) {
            dial(scale, i, j);
        }
    }
    for (uint32_t i = scale->hubs; i < scale->nodes; i++) {
        district(scale, i);
    }
}

size_t scale_reachable(const scale_t *scale, uint32_t from, bool *out)
{
    size_t count = 1;
    size_t before = 0;
    memset(out, 0, scale->nodes * sizeof *out);
    out[from] = true;
    while (count > before) {
        before = count;
        for (size_t i = 0; i < scale->edge_count; i++) {
            uint32_t a = scale->edges[i][0];
            uint32_t b = scale->edges[i][1];
            bool on = scale->world->nodes[a]->node != NULL && scale->world->nodes[b]->node != NULL;
            if (on && out[a] != out[b]) {
                out[a] = out[b] = true;
                count++;
            }
        }
    }
    return count;
}

uint32_t scale_largest_hub(const scale_t *scale, size_t *spokes)
{
    size_t *dialled = pln_alloc_zero(scale->nodes, sizeof *dialled);
    uint32_t largest = 0;
    for (size_t i = 0; i < scale->edge_count; i++) {
        dialled[scale->edges[i][1]] += scale->edges[i][0] >= scale->hubs;
    }
    for (uint32_t i = 0; i < scale->hubs; i++) {
        largest = dialled[i] > dialled[largest] ? i : largest;
    }
    *spokes = dialled[largest];
    free(dialled);
    return largest;
}
