// SPDX-License-Identifier: MPL-2.0
/**
 * node_terms - memberships in time: where this node writes, what ends and goes on, who shares a
 * key.
 *
 * Why     Terms and epochs are touched by nearly every decision; what each may ask stands here.
 * Files   node_epochs.c where this node writes · node_held.c what waits for that
 *         node_duties.c what a coordinator's node writes by itself · node_root.c what only the root
 *         node_revoke.c a member is put out, and where its chains end
 *         node_ended.c who was put out is told · node_twins.c two machines with one key
 * Spec    SPEC 4.7, 7.2.7, 7.6, 9.2, 9.14.1 (R5, R10, R16, R17)
 */
#ifndef PLN_NODE_TERMS_H
#define PLN_NODE_TERMS_H

#include "node_state.h"

/* node_epochs.c */
/** Where this node writes in @net; EROLE when it is no member, EFULL when no epoch is left. */
pln_err_t pln_own_epoch(pln_node_t *node, pln_net_state_t *net, uint8_t lane, uint32_t *epoch);
pln_err_t pln_epochs_load(pln_node_t *node, pln_span_t key, pln_span_t value);
/** True: the store goes on another one's life, laid back; what that has done since is not known. */
bool pln_epochs_start(pln_node_t *node);
/** Something is minted in @epoch: it is this store's own, durable together with what is minted. */
void pln_epochs_write(pln_node_t *node, const pln_net_state_t *net, uint32_t epoch);
/** The author's signature over an entry of ours that this node did not write. True: another machine
 * wrote it, for it is in our epoch or a later one. */
bool pln_epochs_foreign(pln_node_t *node, pln_net_state_t *net, uint32_t epoch);
/** All rows once more. */
void pln_epochs_save(pln_node_t *node);
/** @network could not be founded. */
void pln_epochs_drop(pln_node_t *node, const pln_network_id_t *network);
/** A keyring says that epochs below @epoch_end may have been used. */
void pln_epochs_used(pln_node_t *node, const pln_network_id_t *network, uint32_t epoch_end);
/** All that was written is to be forgotten. */
void pln_epochs_retire(pln_node_t *node, pln_net_state_t *net);
/** A peer has told all its heads. */
void pln_epochs_heard(pln_node_t *node, pln_net_state_t *net);
/** May this node write in @net now? If not it is woken when it may. */
bool pln_epochs_ready(pln_node_t *node, pln_net_state_t *net);

/* node_duties.c */
void pln_duties_scan(pln_node_t *node, pln_net_state_t *net);

/* node_root.c */
void pln_transfer(pln_node_t *node, const pln_event_t *event);
void pln_transfer_stored(pln_node_t *node, const pln_pending_t *job);
/** Something of ours came back from the writer. */
void pln_minted(pln_node_t *node, const pln_net_state_t *net);
void pln_settings_change(pln_node_t *node, const pln_event_t *event);

/* node_twins.c */
/** The links of @peer that stand; *cursor starts at 0. */
pln_link_t *pln_peer_next_link(pln_node_t *node, const pln_peer_t *peer, size_t *cursor);
/** HELLO has told the store: which links to this peer stay. False: this one does not. */
bool pln_twins_settle(pln_node_t *node, pln_link_t *link);
/** On a link with a twin: is the peer to be told? */
void pln_twins_scan(pln_node_t *node, pln_link_t *link);
/** The link of the peer's other machine, when @gone is gone; NULL. */
pln_link_t *pln_twin_left(pln_node_t *node, const pln_peer_t *peer, const pln_link_t *gone);
void pln_twin_received(pln_node_t *node, pln_link_t *link, const pln_twin_t *twin);
/** Something came that another machine has written with our key, and now. */
void pln_twin_wrote(pln_node_t *node, const pln_link_t *link);

/* node_ended.c */
/** The fold has changed: whom the gate lets in to be told that it was put out. */
void pln_ended_change(pln_node_t *node, pln_net_state_t *net);
/** Such a one has dialled. */
void pln_ended_link_up(pln_node_t *node, pln_link_t *link);
/** A member of another network, whose HELLO may name one in which it no longer is. */
void pln_ended_hello(pln_node_t *node, pln_link_t *link, const pln_hello_t *hello);
/** Was that read for telling? */
bool pln_ended_loaded(pln_node_t *node, pln_link_t *link, const pln_event_t *event);
/** The entry being adopted put the peer out of @net: it goes with the BYE. False: it did not. */
bool pln_ended_tell_now(pln_node_t *node, pln_link_t *link, const pln_net_state_t *net);
/**
 * What it was told and nobody has brought in a chain since counts no more. It may be that nobody
 * but its author, who is gone, ever held it.
 */
void pln_ended_forget(pln_node_t *node, pln_net_state_t *net);
/** A BYE that shows why. */
void pln_ended_heard(pln_node_t *node, pln_link_t *link, const pln_bye_t *bye);
/** What was heard is durable, and counts from now on. */
void pln_ended_stored(pln_node_t *node, const pln_pending_t *job);
pln_err_t pln_ended_load(pln_node_t *node, pln_span_t key, pln_span_t value);

/* node_held.c */
/** Must the present event wait until this node may write in @net? Then it is kept. */
bool pln_hold(pln_node_t *node, pln_net_state_t *net);
/** The present event waits, whatever the reason. False: too many do, and it was told so. */
bool pln_hold_back(pln_node_t *node);
/** Take the one held longest; its bytes live as long as this step. */
bool pln_held_next(pln_node_t *node, pln_event_t *event);
void pln_held_free(pln_node_t *node);

/* node_revoke.c */
void pln_revoke(pln_node_t *node, const pln_event_t *event);
/**
 * @author's own signed heads as held here (R3.6), of every branch of lane 0, in its terms up to
 * @term. A chain that no cut names loses everything, so all are listed, of earlier terms too;
 * beyond PLN_CUTS_MAX the oldest epochs are given up. Returns how many.
 */
uint32_t pln_cuts_fill(pln_net_state_t *net, const pln_id_t *author, uint32_t term,
                       pln_cut_t cuts[PLN_CUTS_MAX]);
/** A revoke of @member at the heads held here. */
pln_err_t pln_revoke_mint(pln_node_t *node, pln_net_state_t *net, const pln_id_t *member,
                          const char *reason);

#endif
