// SPDX-License-Identifier: MPL-2.0
// Whether two nodes hear of each other without a person's help: over lines that come about by what
// the machines know. After old backups and copied folders there may be islands, each right by its
// own fold, that know nothing of each other; there a person hands over a new ticket. Looks inside
// the core, for no answer of its tells which addresses it would call.
#include <string.h>

#include "proto/node_state.h"
#include "swarm.h"

static bool knows(const circle_t *circle, const world_node_t *node, const world_node_t *other)
{
    pln_member_t member;
    pln_access_t *access = pln_node_access(node->node, &circle->network);
    return access != NULL && pln_access_member(access, &other->self.id, &member) == PLN_OK;
}

/** Is it linked with another machine that has this one's key? Then it calls none of them. */
static bool has_its_copy(const world_node_t *node, const world_node_t *other)
{
    const world_t *world = node->world;
    for (size_t i = 0; i < world->node_count; i++) {
        const world_node_t *copy = world->nodes[i];
        if (copy != other && swarm_same_key(copy, other) && world_link_between(node, copy) != 0) {
            return world_link_between(node, other) == 0;
        }
    }
    return false;
}

/** Has it an address of @other that it calls? */
static bool calls(const world_node_t *node, const world_node_t *other)
{
    if (has_its_copy(node, other)) {
        return false;
    }
    const pln_peer_t *peer = pln_map_get(&node->node->peers, other->self.id.bytes);
    for (size_t i = 0; peer != NULL && !other->hidden && i < peer->address_count; i++) {
        const pln_address_t *address = &peer->addresses[i];
        if ((node->dial_all || address->source != PLN_FROM_PRESENCE) &&
            strcmp(address->text, other->address) == 0) {
            return true;
        }
    }
    return false;
}

static bool lines_up(const circle_t *circle, const world_node_t *a, const world_node_t *b)
{
    return a->node != NULL && b->node != NULL && !swarm_same_key(a, b) && knows(circle, a, b) &&
           knows(circle, b, a) && (calls(a, b) || calls(b, a));
}

void swarm_touch(circle_t *circle, const world_node_t *from)
{
    const world_t *world = from->world;
    const world_node_t *queue[SWARM_NODES_MAX] = {from};
    size_t count = 1;
    for (size_t i = 0; i < world->node_count; i++) {
        circle->apart[i] = world->nodes[i] != from;
    }
    for (size_t at = 0; at < count; at++) {
        for (size_t i = 0; i < world->node_count; i++) {
            if (circle->apart[i] && lines_up(circle, queue[at], world->nodes[i])) {
                circle->apart[i] = false;
                queue[count++] = world->nodes[i];
            }
        }
    }
}
