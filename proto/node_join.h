// SPDX-License-Identifier: MPL-2.0
/**
 * node_join - how one becomes a member: invitations on one side, a ticket on the other.
 *
 * Why     Links, gates and the fold each touch a joining; what they may ask stands here.
 * Files   node_invite.c the inviter · node_join.c the joiner
 * Spec    SPEC 8 (R22)
 */
#ifndef PLN_NODE_JOIN_H
#define PLN_NODE_JOIN_H

#include "node_state.h"

/* node_invite.c */
void pln_invite(pln_node_t *node, const pln_event_t *event);
void pln_invite_cancel(pln_node_t *node, const pln_event_t *event);
/** May this node let others in as @role now? */
bool pln_may_invite(pln_node_t *node, const pln_network_id_t *network, pln_role_t role);
void pln_join_received(pln_node_t *node, pln_link_t *link, const pln_join_t *join);
void pln_join_stored(pln_node_t *node, const pln_pending_t *job, pln_err_t error);
pln_err_t pln_invitation_load(pln_node_t *node, pln_span_t key, pln_span_t value);
/** INVITE found no room: nobody has seen the ticket, and nobody will. */
void pln_invite_failed(pln_node_t *node, const pln_pending_t *job);
/** CANCEL is durable; ETICKET_USED when a JOIN came before it. */
pln_err_t pln_cancel_stored(pln_node_t *node, const pln_pending_t *job);
/** Another life of this key may have let somebody in with them: open ones let nobody in any more.
 * @network NULL: of all. */
void pln_invitations_void(pln_node_t *node, const pln_network_id_t *network);
/** All rows once more. */
void pln_invitations_save(pln_node_t *node);
void pln_invite_scan(pln_node_t *node);

/* node_join.c */
void pln_join_start(pln_node_t *node, const pln_event_t *event);
void pln_join_give_up(pln_node_t *node, uint64_t request);
/** Is this the number of a dial with a ticket's key? */
bool pln_join_dials(pln_node_t *node, uint32_t number);
void pln_join_link_up(pln_node_t *node, pln_link_t *link);
void pln_join_link_down(pln_node_t *node, uint32_t number, pln_down_t why);
void pln_join_welcome(pln_node_t *node, pln_link_t *link, const pln_welcome_t *welcome);
void pln_join_refused(pln_node_t *node, pln_link_t *link, const pln_bye_t *bye);
void pln_join_check(pln_node_t *node, pln_net_state_t *net);
/** Does a joining wait for a newer term than this? */
bool pln_join_awaits(pln_node_t *node, const pln_net_state_t *net, uint32_t term);
/**
 * Lane 0 was exchanged with somebody. If that is a node of our ticket, what we were told as
 * evidence and nobody has in a chain counts no more.
 */
void pln_join_heard(pln_node_t *node, const pln_link_t *link, pln_net_state_t *net);
/** A session of the network has opened with somebody. */
void pln_join_opened(pln_node_t *node, const pln_link_t *link, pln_net_state_t *net);
/** The gate of @inviter is shut. */
void pln_join_shut_out(pln_node_t *node, const pln_id_t *inviter);
void pln_join_scan(pln_node_t *node);

/* node_recall.c */
/** Treat @root and the @count @inviters as members until lane 0 says more; not yet saved. */
void pln_promise(pln_net_state_t *net, const pln_id_t *root, const pln_id_t *inviters,
                 size_t count);
void pln_recall(pln_node_t *node, const pln_event_t *event);
bool pln_promises(const pln_net_state_t *net, const pln_id_t *id);

#endif
