// SPDX-License-Identifier: MPL-2.0
// Honest connected members end with equal digests and equal access digests.
#include <string.h>

#include "check.h"

static void ended(world_t *world, const pln_network_id_t *network, world_node_t *const *members,
                  size_t count)
{
    pln_network_view_t first;
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
