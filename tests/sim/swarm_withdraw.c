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

/** An entry of that chain that is only hidden; 0: none. */
static uint64_t some_hidden(const world_node_t *node, const pln_chain_row_t *row)
{
    pln_access_t *access = pln_node_access(node->node, &row->place.network);
    const pln_place_t *place = &row->place;
    for (uint64_t seq = 1;
         (seq = pln_access_retracted(access, &place->author, place->epoch, seq)) != 0; seq++) {
        if (pln_access_fate(access, &place->author, place->epoch, seq, NULL, NULL) ==
            PLN_FATE_HIDDEN) {
            return seq;
        }
    }
    return 0;
}

/** Of what is hidden, anything: by the root, or by somebody who mostly may not and is told so. */
void swarm_undo(swarm_t *swarm)
{
    world_t *world = swarm->world;
    const circle_t *circle = swarm_circle(swarm);
    world_node_t *by = world_chance(world, 3) ? swarm_anyone(swarm) : circle->root;
    pln_chain_row_t row;
    size_t cursor = 0;
    if (by == NULL || !swarm_awake(by) || pln_node_access(by->node, &circle->network) == NULL) {
        return;
    }
    while (memory_store_next_chain(by->store, &cursor, &row)) {
        bool fits = row.place.lane == PLN_LANE_RECORDS &&
                    memcmp(row.place.network.bytes, circle->network.bytes, 32) == 0;
        uint64_t seq = fits ? some_hidden(by, &row) : 0;
        if (seq > 0 && seq <= row.head.seq) {
            world_retract_later(by, &row.place, seq, true);
            return;
        }
    }
}
