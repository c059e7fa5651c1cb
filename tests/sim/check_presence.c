// SPDX-License-Identifier: MPL-2.0
// While a machine runs, the presence that it keeps of a member never gets older. Looks inside the
// core: which presences it keeps is not told otherwise.
#include <string.h>

#include "check.h"
#include "proto/node_state.h"

static uint64_t *stamp_of(const world_node_t *node, const pln_net_state_t *net, const pln_id_t *id)
{
    uint8_t name[WORLD_STAMP_KEY];
    pln_put_u64(name, node->life);
    pln_put_u64(name + 8, node->index);
    memcpy(name + 16, net->id.bytes, 16);
    memcpy(name + 32, id->bytes, 32);
    uint64_t *stamp = pln_map_get(&node->world->stamps, name);
    if (stamp == NULL) {
        stamp = pln_alloc_zero(1, sizeof *stamp);
        pln_map_put(&node->world->stamps, name, stamp);
    }
    return stamp;
}

static void looked(world_node_t *node)
{
    const pln_node_t *core = node->node;
    for (size_t i = 0; i < core->net_count; i++) {
        size_t cursor = 0;
        const pln_presence_state_t *kept;
        while ((kept = pln_map_next(&core->nets[i]->presences, &cursor)) != NULL) {
            uint64_t *stamp = stamp_of(node, core->nets[i], &kept->node);
            if (kept->stamp < *stamp) {
                check_fail(node->world, &check_presence, "%s has an older presence of %s again",
                           node->name, check_name(node->world, &kept->node));
            }
            *stamp = kept->stamp;
        }
    }
}

const check_t check_presence = {.name = "presence", .looked = looked};
