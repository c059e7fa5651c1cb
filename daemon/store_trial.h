// SPDX-License-Identifier: MPL-2.0
/**
 * store_trial - does a job fit the chains as they are now, earlier jobs of its batch included?
 *
 * Why     A job happens whole or not at all: it is tried on copies of the rows it names, so nothing
 *         of a stale one is ever written and needs to be taken back.
 * Thread  the one that applies
 * Inside  store_write.c only
 */
#ifndef PLN_STORE_TRIAL_H
#define PLN_STORE_TRIAL_H

#include "job.h"
#include "store_txn.h"

/**
 * PLN_OK         every operation finds its chain where it expects it
 * PLN_ESTALE     a base has moved, a chain is not there or being deleted, or its number or place is
 *                another's; a branch's base is not on its parent
 * PLN_EOVERSIZE, PLN_EFULL  a draft is too large, a chain too long (MINT)
 */
PLN_MUST_CHECK pln_err_t pln_try_job(pln_store_t *store, pln_txn_t *txn, const pln_job_t *job);

/** The row as this transaction leaves it so far; NULL: no such chain. */
const pln_chain_row_t *pln_staged_row(const pln_store_t *store, uint32_t chain);
/** The row of an empty chain. */
pln_chain_row_t pln_fresh_row(uint32_t chain, const pln_place_t *place);
/** Of a branch that begins with this STORE. */
pln_chain_row_t pln_fresh_branch(const pln_effect_t *effect);
/** Move the head to @end; what counts follows unless something is set aside. */
void pln_row_grow(pln_chain_row_t *row, const pln_head_t *end, bool aside);
/** The last seq of @row that counts after an ASIDE (never more) or a BACK (never less). */
uint64_t pln_counted_after(const pln_chain_row_t *row, const pln_effect_t *effect);

#endif
