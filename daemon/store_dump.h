// SPDX-License-Identifier: MPL-2.0
/**
 * store_dump - all rows of the store at one moment, as a vault, a piece at a time.
 *
 * Why     A backup of a running daemon must be one moment of it, and must not stop it: one read
 *         transaction, no lock that the writer needs, and no more memory than a piece.
 * Limits  while it is open LMDB uses no freed page again: when the store has grown by more than is
 *         allowed meanwhile, the writer ends the read, and the dump with it. One at a time
 * Thread  begin, next, end: one thread at a time, any; review: the applying thread
 */
#ifndef PLN_STORE_DUMP_H
#define PLN_STORE_DUMP_H

#include "store.h"

/** Growth allowed during a dump: a quarter of the store, and at least this. */
#define PLN_DUMP_GROWTH (UINT64_C(256) << 20)

typedef struct pln_dump pln_dump_t;

/** NULL: *error is PLN_EFULL (another is under way) or what the store says. */
pln_dump_t *pln_dump_begin(pln_store_t *store, const pln_identity_t *self, uint64_t made_ms,
                           uint64_t growth, pln_err_t *error);
/**
 * Append the next piece to @out. PLN_OK: there may be more; PLN_ENOTFOUND: that was all.
 * PLN_ESTALE: the read was ended because the store grew; PLN_EIO: it cannot be read.
 */
PLN_MUST_CHECK pln_err_t pln_dump_next(pln_dump_t *dump, pln_buf_t *out);
void pln_dump_end(pln_dump_t **dump);

/** After a commit: end a dump that nobody takes on and that costs too much. */
void pln_dump_review(pln_store_t *store);

#endif
