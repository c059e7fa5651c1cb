// SPDX-License-Identifier: MPL-2.0
/**
 * node_disk - a disk that refuses: memory says nothing that the disk does not.
 *
 * Why     Requests and the disk's state touch many rooms; what a refusal leaves to do stands here.
 * Shape   a request that was refused leaves memory as it was; what comes from others stays in
 *         memory, and is written again when the disk is well
 * Files   node_disk.c · node_dial.c addresses · node_forget.c a network that is gone
 *         node_invite.c invitations (node_join.h) · node_epochs.c epochs (node_terms.h)
 */
#ifndef PLN_NODE_DISK_H
#define PLN_NODE_DISK_H

#include "node_state.h"

/* node_disk.c */
/** The shell has looked at the disk. */
void pln_disk_set(pln_node_t *node, const pln_event_t *event);

/* node.c */
void pln_pending_free(pln_pending_t *job);

/* node_dial.c */
void pln_peer_add(pln_node_t *node, const pln_event_t *event);
void pln_peer_remove(pln_node_t *node, const pln_event_t *event);
/** PEER_ADD or PEER_REMOVE came back from the writer. */
void pln_peer_stored(pln_node_t *node, const pln_pending_t *job, pln_err_t error);
/** All rows once more. */
void pln_peers_save(pln_node_t *node);

/* node_forget.c */
/** Its rows are gone, or were never written: free @net. */
void pln_net_drop(pln_node_t *node, pln_net_state_t *net);

#endif
