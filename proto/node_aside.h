// SPDX-License-Identifier: MPL-2.0
/**
 * node_aside - entries that access has set aside, until they are deleted (SPEC 10.4).
 *
 * Why     Who is revoked leaves what counts; the rest takes room, and may come back for a month.
 * Shape   node->aside: chain number -> since when, by the wall clock; a row each
 */
#ifndef PLN_NODE_ASIDE_H
#define PLN_NODE_ASIDE_H

#include "node_state.h"

pln_err_t pln_aside_load(pln_node_t *node, pln_span_t key, pln_span_t value);
/** What counts of @chain moves with this job: whatever is set aside then is so from then on. */
void pln_aside_moves(pln_node_t *node, const pln_chain_t *chain);
/** Its row is gone, or goes. */
void pln_aside_drop(pln_node_t *node, uint32_t chain);
/** Is something of it set aside that is deleted one day? */
bool pln_aside_ends(const pln_node_t *node, const pln_chain_t *chain);
/** Wall clock; 0: not looked at yet. */
uint64_t pln_aside_since(const pln_node_t *node, const pln_chain_t *chain);
void pln_aside_scan(pln_node_t *node, pln_net_state_t *net);
void pln_aside_trimmed(pln_node_t *node, pln_chain_t *chain, const pln_stored_t *result);
void pln_aside_failed(pln_node_t *node, pln_chain_t *chain);

#endif
