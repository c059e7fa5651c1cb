// SPDX-License-Identifier: MPL-2.0
// Honest connected members end with equal digests and equal access digests.
#include <string.h>

#include "check.h"

/** For whoever replays: how everybody stands. */
static void tell(world_t *world, const pln_network_id_t *network)
{
    for (size_t i = 0; i < world->node_count && world->trace != NULL; i++) {
        world_node_t *node = world->nodes[i];
        pln_network_view_t view;
        if (!world_view(node, network, &view)) {
            world_tell(world, "%s: off, or without the network", node->name);
            continue;
        }
        world_tell(world,
                   "%s: %s%s, %zu members, %llu records, %zu wanted, %zu links, digest %02x%02x",
                   node->name, pln_role_name(view.role), view.left ? " that left" : "",
                   view.members, (unsigned long long)view.records, view.wanted, node->links.count,
                   view.digest.bytes[0], view.digest.bytes[1]);
        size_t cursor = 0;
        pln_peer_view_t peer;
        while (pln_node_next_peer(node->node, &cursor, &peer)) {
            world_tell(world, "    peer %s at %s state %d, again at %llu",
                       check_name(world, &peer.id), peer.address, (int)peer.state,
                       (unsigned long long)peer.retry_mono_ms);
        }
    }
}

static void ended(world_t *world, const pln_network_id_t *network, world_node_t *const *members,
                  size_t count)
{
    pln_network_view_t first;
    tell(world, network);
    for (size_t i = 0; i < count; i++) {
        pln_network_view_t view;
        if (!world_view(members[i], network, &view) || view.role == PLN_ROLE_NONE) {
            check_fail(world, &check_converged, "%s does not know that it is a member",
                       members[i]->name);
            return;
        }
        first = i == 0 ? view : first;
        if (memcmp(first.access_digest.bytes, view.access_digest.bytes, 32) != 0) {
            check_fail(world, &check_converged, "%s and %s differ in access", members[0]->name,
                       members[i]->name);
        } else if (memcmp(first.digest.bytes, view.digest.bytes, 32) != 0) {
            check_fail(world, &check_converged, "%s and %s differ: %llu and %llu records",
                       members[0]->name, members[i]->name, (unsigned long long)first.records,
                       (unsigned long long)view.records);
        }
    }
}

const check_t check_converged = {.name = "converged", .ended = ended};
