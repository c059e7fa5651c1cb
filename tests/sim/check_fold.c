// SPDX-License-Identifier: MPL-2.0
// Equal access state: once healed, every member answers alike how far each chain may count and
// what the network's settings are. Asks the fold, not the digest of what went into it.
#include <string.h>

#include "check.h"

static void settings_check(world_t *world, const world_node_t *a, pln_access_t *of_a,
                           const world_node_t *b, pln_access_t *of_b)
{
    pln_settings_t here;
    pln_settings_t there;
    pln_access_settings(of_a, &here);
    pln_access_settings(of_b, &there);
    if (here.max_entries != there.max_entries || here.max_bytes != there.max_bytes ||
        here.access_version != there.access_version) {
        check_fail(world, &check_fold, "%s and %s have other settings", a->name, b->name);
    }
}

static void limit_check(world_t *world, const world_node_t *a, pln_access_t *of_a,
                        const world_node_t *b, pln_access_t *of_b, const pln_place_t *place)
{
    uint64_t here = pln_access_limit(of_a, &place->author, place->epoch, place->lane);
    uint64_t there = pln_access_limit(of_b, &place->author, place->epoch, place->lane);
    if (here != there) {
        check_fail(world, &check_fold, "epoch %u lane %u of %s ends at %llu for %s, at %llu for %s",
                   place->epoch, place->lane, check_name(world, &place->author),
                   (unsigned long long)here, a->name, (unsigned long long)there, b->name);
    }
}

static void ended(world_t *world, const pln_network_id_t *network, world_node_t *const *members,
                  size_t count)
{
    pln_access_t *first = count == 0 ? NULL : pln_node_access(members[0]->node, network);
    for (size_t i = 1; i < count && first != NULL; i++) {
        pln_access_t *access = pln_node_access(members[i]->node, network);
        pln_chain_row_t row;
        size_t cursor = 0;
        if (access == NULL) {
            continue;  // check_converged.c says so
        }
        settings_check(world, members[0], first, members[i], access);
        while (memory_store_next_chain(members[0]->store, &cursor, &row)) {
            if (memcmp(row.place.network.bytes, network->bytes, sizeof network->bytes) == 0) {
                limit_check(world, members[0], first, members[i], access, &row.place);
            }
        }
    }
}

const check_t check_fold = {.name = "fold", .ended = ended};
