// SPDX-License-Identifier: MPL-2.0
// An honest node never finds an honest one at fault, nor on another branch where no chain has
// forked.
#include "check.h"

static uint64_t offences(const pln_node_t *node, pln_err_t *which, uint64_t before)
{
    const uint64_t *refused = pln_node_refused(node);
    uint64_t total = 0;
    for (int i = 0; i < PLN_ERROR_COUNT; i++) {
        if (pln_error_class((pln_err_t)i) == PLN_CLASS_OFFENCE && refused[i] > 0) {
            total += refused[i];
            *which = total > before ? (pln_err_t)i : *which;
        }
    }
    return total;
}

/** Claims and runs of another branch; there is none before somebody's folder was copied. */
static void branches_check(world_node_t *node, const world_node_t *peer)
{
    const uint64_t *refused = pln_node_refused(node->node);
    uint64_t now = refused[PLN_EBASE] + refused[PLN_EFORK];
    bool honest = node->lies == 0 && peer != NULL && peer->lies == 0;
    if (now > node->branches && honest && !node->world->forked) {
        check_fail(node->world, &check_offence, "%s and %s are on two branches of one chain",
                   node->name, peer->name);
    }
    node->branches = now;
}

static void stepped(world_node_t *node, const pln_event_t *event, const pln_effects_t *effects)
{
    (void)effects;
    if (event->type != PLN_EV_RECEIVED) {
        return;
    }
    branches_check(node, world_peer_at(node, event->as.received.link));
    pln_err_t which = PLN_OK;
    uint64_t now = offences(node->node, &which, node->offences);
    if (now == node->offences) {
        return;
    }
    node->offences = now;
    const world_node_t *peer = world_peer_at(node, event->as.received.link);
    if (node->lies == 0 && peer != NULL && peer->lies == 0) {
        check_fail(node->world, &check_offence, "%s ends its link with %s for %s", node->name,
                   peer->name, pln_error_name(which));
    }
}

const check_t check_offence = {.name = "offence", .stepped = stepped};
