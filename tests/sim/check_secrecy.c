// SPDX-License-Identifier: MPL-2.0
// Who is no member, by what the sender itself holds and by its clock, is told nothing of a network.
// What a step says before it is over may still go: the revoke itself is how its subject learns of
// it. And whoever joins hears lane 0 of the inviter, and tells it its own, whatever it knew of that
// one before (R22). Looks inside the core: that promise is not told otherwise.
#include <assert.h>
#include <string.h>

#include "check.h"
#include "proto/node_join.h"

/** The network a message is about; false: of none, or its end. */
static bool network_of(const pln_message_t *message, pln_network_id_t *out)
{
    pln_presence_t presence;
    switch (message->type) {
        case PLN_MSG_HEADS:
            *out = message->as.heads.network;
            return true;
        case PLN_MSG_WANT:
            *out = message->as.want.network;
            return true;
        case PLN_MSG_ENTRIES:
            *out = message->as.entries.place.network;
            return true;
        case PLN_MSG_DIGEST:
            *out = message->as.digest.network;
            return true;
        case PLN_MSG_PRUNE:
        case PLN_MSG_GRAFT:
            *out = message->as.network;
            return true;
        case PLN_MSG_PRESENCE:
            if (pln_presence_decode(message->as.presence.body, &presence) != PLN_OK) {
                return false;
            }
            *out = presence.network;
            return true;
        default:
            return false;
    }
}

static bool of_lane_0(const pln_message_t *message)
{
    if (message->type == PLN_MSG_ENTRIES) {
        return message->as.entries.place.lane == PLN_LANE_CONTROL;
    }
    const pln_span_t rows = message->type == PLN_MSG_HEADS  ? message->as.heads.rows
                            : message->type == PLN_MSG_WANT ? message->as.want.rows
                                                            : (pln_span_t){0};
    for (size_t i = 0; i < pln_rows(rows, PLN_HEADS_ROW_SIZE); i++) {
        pln_row_t row;
        pln_row_read(rows, i, &row);
        if (row.lane != PLN_LANE_CONTROL) {
            return false;
        }
    }
    return message->type != PLN_MSG_PRESENCE;
}

static bool promised(const world_node_t *node, const pln_network_id_t *network, const pln_id_t *to)
{
    const pln_net_state_t *net = pln_map_get(&node->node->net_by_id, network->bytes);
    return net != NULL && pln_promises(net, to);
}

/** By the fold, and by this node's clock its time is not over. */
static bool member_of(const world_node_t *node, const pln_network_id_t *network, const pln_id_t *id)
{
    pln_member_t member;
    pln_access_t *access = pln_node_access(node->node, network);
    return access != NULL && pln_access_member(access, id, &member) == PLN_OK &&
           !pln_member_over(&member, world_event_of(node, PLN_EV_TICK).wall_ms);
}

/** What was noticed of the other end in @network. */
static world_shut_t *shut_of(world_end_t *here, const pln_network_id_t *network)
{
    static const pln_network_id_t none;
    size_t at = 0;
    while (memcmp(&here->shut[at].network, network, sizeof *network) != 0 &&
           memcmp(&here->shut[at].network, &none, sizeof none) != 0) {
        at++;
        assert(at < WORLD_NETWORKS_MAX);
    }
    here->shut[at].network = *network;
    return &here->shut[at];
}

/** What was noticed of @peer by now. */
static void shut_note(const world_node_t *node, const world_node_t *peer, world_shut_t *shut)
{
    if (member_of(node, &shut->network, &peer->self.id)) {
        shut->since_ms = 0;
    } else if (shut->since_ms == 0) {
        shut->since_ms = node->world->now_ms;
    }
}

/** Lane 0 goes to whoever a ticket promised; in the step in which the promise ends it still may. */
static bool promise_covers(const world_node_t *node, world_shut_t *shut, bool invited)
{
    if (!invited && shut->promised) {
        shut->promise_ended_ms = node->world->now_ms;
    }
    shut->promised = invited;
    return invited || shut->promise_ended_ms == node->world->now_ms;
}

static void sent(world_link_t *link, int end, const pln_message_t *message, size_t bytes)
{
    (void)bytes;
    pln_network_id_t network;
    world_end_t *here = &link->ends[end];
    const world_node_t *peer = link->ends[1 - end].node;
    if (link->ticket || !network_of(message, &network)) {
        return;
    }
    world_shut_t *shut = shut_of(here, &network);
    bool invited = promised(here->node, &network, &peer->self.id);
    shut_note(here->node, peer, shut);  // whom a promise covers may become a member meanwhile
    if (promise_covers(here->node, shut, invited) && of_lane_0(message)) {
        return;
    }
    if (shut->since_ms != 0 && here->node->world->now_ms > shut->since_ms) {
        check_fail(here->node->world, &check_secrecy, "%s sends %s to %s, which it calls no member",
                   here->node->name, pln_message_name(message->type), peer->name);
    }
}

/** When the fold shut somebody out is noted before anything is said. */
static void looked(world_node_t *node)
{
    size_t cursor = 0;
    for (world_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        world_end_t *here = &link->ends[link->ends[0].node == node ? 0 : 1];
        const world_node_t *peer = link->ends[link->ends[0].node == node ? 1 : 0].node;
        for (size_t i = 0; i < node->node->net_count && !link->ticket; i++) {
            const pln_network_id_t *network = &node->node->nets[i]->id;
            world_shut_t *shut = shut_of(here, network);
            shut->promised = promised(node, network, &peer->self.id);
            shut_note(node, peer, shut);
        }
    }
}

const check_t check_secrecy = {.name = "secrecy", .sent = sent, .looked = looked};
