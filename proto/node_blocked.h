// SPDX-License-Identifier: MPL-2.0
/**
 * node_blocked - what is announced and cannot be asked for now: remembered with its reason, over
 * restarts, and asked for when the reason has gone (R12).
 *
 * Why     A cursor may pass only what is held or remembered; what is remembered is bounded.
 * Shape   a row for each place. Of authors without a grant, which anybody can make up, each peer
 *         has a share: whoever has announced most gives way.
 * Spec    SPEC 9.5.4, 10.3
 */
#ifndef PLN_NODE_BLOCKED_H
#define PLN_NODE_BLOCKED_H

#include "node_state.h"

typedef struct {
    pln_place_t place;
    uint64_t seq;
    pln_err_t reason;
    uint32_t link; /**< who announced it last; may be gone */
    pln_id_t by;   /**< in whose share it counts, while its author has no grant */
} pln_blocked_t;

/** How many of the rows without a grant one peer has announced. */
typedef struct {
    pln_id_t peer;
    size_t rows;
} pln_doubts_t;

/** May @link be asked for @lane of @net? Of lane 1 only a member: a promise covers lane 0 (R22). */
bool pln_want_source(const pln_node_t *node, pln_link_t *link, const pln_net_state_t *net,
                     uint8_t lane);
void pln_want_block(pln_node_t *node, pln_link_t *link, pln_net_state_t *net, const pln_row_t *row,
                    pln_err_t reason);
/** Nothing of @place is waited for any more. */
void pln_want_unblock(pln_node_t *node, pln_net_state_t *net, const pln_place_t *place);
/** Ask for what may be asked for now. */
void pln_want_retry_blocked(pln_node_t *node, pln_net_state_t *net);
/** Its row is gone from the disk. @key as in net->blocked. */
void pln_want_drop_blocked(pln_node_t *node, pln_net_state_t *net, const uint8_t *key);
pln_err_t pln_want_load(pln_node_t *node, pln_span_t key, pln_span_t value);

#endif
