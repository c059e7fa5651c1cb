// SPDX-License-Identifier: MPL-2.0
/**
 * store_head - signatures kept of a chain, and its head at any seq.
 *
 * Why     Heads are stored where they are signed only; the others follow from the entries between,
 *         1,024 at most because every anchor's signature is kept (R4).
 * Thread  that of the transaction
 * Inside  daemon/store*.c only
 */
#ifndef PLN_STORE_HEAD_H
#define PLN_STORE_HEAD_H

#include "store_txn.h"

/**
 * The head of @chain at @seq, which must be held; @base: where the chain begins. False: the
 * transaction failed, or entries are missing, and it carries that error now.
 */
bool pln_head_at(pln_txn_t *txn, uint32_t chain, const pln_head_t *base, uint64_t seq,
                 pln_head_t *out);

/** The signature kept at exactly @seq; false: none. @kept: stays when the chain grows. */
bool pln_vouch_at(pln_txn_t *txn, uint32_t chain, uint64_t seq, pln_vouch_t *out, bool *kept);
/**
 * The first signature kept at or after @seq and up to @to; false: none. One of zeros, kept where a
 * fork proof vouches for the head (R6), counts at @to only.
 */
bool pln_vouch_from(pln_txn_t *txn, uint32_t chain, uint64_t seq, uint64_t to, pln_vouch_t *out);

/** Does the scan, @moved to it, stand on entry @seq of @chain? If not, the transaction fails. */
bool pln_scan_stands_on(pln_scan_t *scan, bool moved, uint32_t chain, uint64_t seq);

#endif
