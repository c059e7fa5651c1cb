// SPDX-License-Identifier: MPL-2.0
/**
 * store_forget - deleting the entries of a chain, a bounded part at a time.
 *
 * Why     A network may hold millions of entries; one transaction for all would stop the writer for
 *         minutes and hold as many pages in memory.
 * Shape   of what is forgotten the lowest seq first, of what was set aside the highest. A chain of
 * which something is gone is *going*: nothing of it counts, no arrival is its last, it stands in no
 * `changed` row, and it never grows again Thread  that of the transaction Inside  daemon/store*.c
 * only
 */
#ifndef PLN_STORE_FORGET_H
#define PLN_STORE_FORGET_H

#include "store_txn.h"

/** What a transaction may still delete. */
typedef struct {
    uint64_t entries;
    uint64_t bytes; /**< of keys and values; the last entry may pass it */
} pln_allowance_t;

/**
 * Delete entries of @chain up to @upto with their signatures and hidden payloads, as far as @left
 * reaches. Nothing at or below *before was held any more, nothing at or below the result is now.
 */
uint64_t pln_forget_entries(pln_txn_t *txn, uint32_t chain, uint64_t upto, pln_allowance_t *left,
                            uint64_t *before);

/**
 * Delete entries of @row's chain behind @to, from the end on, with their signatures and hidden
 * payloads, in whole runs as far as @left reaches. @row ends where something is signed then.
 */
void pln_trim_entries(pln_txn_t *txn, pln_chain_row_t *row, uint64_t to, pln_allowance_t *left);

/** Make @row that of a chain which is going. */
void pln_row_going(pln_chain_row_t *row);
static inline bool pln_row_is_going(const pln_chain_row_t *row)
{
    return row->last_arrival == 0; /* arrivals are numbered from 1 */
}

#endif
