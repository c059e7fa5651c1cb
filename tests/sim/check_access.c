// SPDX-License-Identifier: MPL-2.0
// No entry counts that access forbids: at rest, nothing counted is beyond its limit, and all within
// it counts.
#include "check.h"
#include "proto/node_branch.h"
#include "proto/node_state.h"

static void chain_looked(world_node_t *node, const pln_chain_row_t *row)
{
    // With a full disk it cannot be set aside; that is made up for when there is room.
    bool rests = node->job_count == 0 && !node->node->disk_low;
    if (!rests || pln_node_access(node->node, &row->place.network) == NULL) {
        return;
    }
    const pln_place_t *place = &row->place;
    const pln_chain_t *chain = node->node->chains[row->number];
    const pln_fork_place_t *fork = chain == NULL ? NULL : pln_fork_find(chain->net, place);
    if (chain == NULL || (fork != NULL && fork->probing > 0)) {
        return;
    }
    uint64_t limit = pln_chain_limit(chain);
    limit = limit < row->base.seq ? row->base.seq : limit;
    if (row->counted > limit) {
        check_fail(node->world, &check_access,
                   "%s counts %llu entries of epoch %u lane %u where access allows %llu",
                   node->name, (unsigned long long)row->counted, row->place.epoch, row->place.lane,
                   (unsigned long long)limit);
    } else if (row->counted < row->head.seq && row->counted < limit) {
        check_fail(node->world, &check_access,
                   "%s counts %llu of %llu entries of epoch %u lane %u where access allows %llu",
                   node->name, (unsigned long long)row->counted, (unsigned long long)row->head.seq,
                   row->place.epoch, row->place.lane, (unsigned long long)limit);
    }
}

const check_t check_access = {.name = "access", .chain_looked = chain_looked};
