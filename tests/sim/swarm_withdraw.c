// SPDX-License-Identifier: MPL-2.0
// People withdraw records, their own and others', and think better of it.
#include <string.h>

#include "swarm.h"

/** A chain of records of @network that @node holds; false: none. */
static bool some_chain(world_t *world, const world_node_t *node, const pln_network_id_t *network,
                       const pln_id_t *author, pln_chain_row_t *out)
{
    size_t cursor = 0;
    size_t count = 0;
    pln_chain_row_t row;
    while (memory_store_next_chain(node->store, &cursor, &row)) {
        bool fits = row.place.lane == PLN_LANE_RECORDS && row.counted > 0 &&
                    memcmp(row.place.network.bytes, network->bytes, 32) == 0 &&
                    (author == NULL || pln_id_equal(&row.place.author, author));
        if (fits && world_chance(world, ++count)) {
            *out = row;
        }
    }
    return count > 0;
}

void swarm_withdraw(swarm_t *swarm)
{
    world_t *world = swarm->world;
    const circle_t *circle = swarm_circle(swarm);
    world_node_t *by = swarm_anyone(swarm);
    pln_chain_row_t row;
    bool own = world_chance(world, 2);
    if (by != NULL && some_chain(world, by, &circle->network, own ? &by->self.id : NULL, &row)) {
        uint64_t recent = row.counted < 12 ? row.counted : 12;
        uint64_t seq = row.counted - world_random(world, recent);
        world_retract_later(by, &row.place, seq, false);
    }
}

/** Of what is withheld, anything: whoever may not is told so. */
void swarm_undo(swarm_t *swarm)
{
    world_t *world = swarm->world;
    const circle_t *circle = swarm_circle(swarm);
    world_node_t *by = swarm_anyone(swarm);
    pln_chain_row_t row;
    if (by == NULL || !some_chain(world, by, &circle->network, NULL, &row)) {
        return;
    }
    for (uint64_t seq = row.counted; seq > 0 && seq + 40 > row.counted; seq--) {
        bool shown;
        (void)memory_store_payload(by->store, &row.place, seq, &shown);
        if (!shown) {
            world_retract_later(by, &row.place, seq, true);
            return;
        }
    }
}
