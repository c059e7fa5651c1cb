// SPDX-License-Identifier: MPL-2.0
/**
 * store_withhold - takes a payload out of an entry where it lies, and puts it back.
 *
 * Why     What is withdrawn must go from this disk, while the chain still verifies.
 * Shape   entries: header with bit 7, data(n) in place of the payload; hidden: the payload, where
 *         it is kept for undoing. What is not kept is overwritten with zeros in the page that will
 *         hold the rest; older copies of that page are free for later writes after the commit
 * Thread  that of the transaction
 * Inside  daemon/store*.c only
 */
#ifndef PLN_STORE_WITHHOLD_H
#define PLN_STORE_WITHHOLD_H

#include "store_txn.h"

/** Entry @seq of @chain, which must be held. Withheld already: only what is kept may still go. */
void pln_withhold_entry(pln_txn_t *txn, uint32_t chain, uint64_t seq, bool keep);
/** @payload: of that entry; empty: what was kept of it. Neither: it stays as it is. */
void pln_reveal_entry(pln_txn_t *txn, uint32_t chain, uint64_t seq, pln_span_t payload);

#endif
