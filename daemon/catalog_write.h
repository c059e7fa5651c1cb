// SPDX-License-Identifier: MPL-2.0
/**
 * catalog_write - what an arrival changes in the catalog.
 *
 * Why     The catalog follows the arrivals of the store and nothing else: every change of a row
 *         here is the consequence of one row there, in one transaction with its number.
 * Shape   a record is in the catalog iff its entry counts and its payload is there; of versions of
 *         one author all but the newest are stale
 * Thread  the follower's
 */
#ifndef PLN_CATALOG_WRITE_H
#define PLN_CATALOG_WRITE_H

#include "catalog_db.h"
#include "store.h"

typedef struct pln_catalog_write pln_catalog_write_t;

/** Where the catalog stands: applied up to @arrivals of the store @store. */
typedef struct {
    pln_store_id_t store;
    pln_cursor_t arrivals;
} pln_catalog_mark_t;

pln_catalog_write_t *pln_catalog_write_new(pln_catalog_db_t *db, pln_store_t *store,
                                           pln_codecs_t *codecs);
void pln_catalog_write_free(pln_catalog_write_t **write);

/** False: there is none yet, or the file is damaged. */
bool pln_catalog_mark_read(pln_catalog_db_t *db, pln_catalog_mark_t *out);
bool pln_catalog_begin(pln_catalog_write_t *write);
/** Everything since begin becomes visible, with @mark. */
bool pln_catalog_commit(pln_catalog_write_t *write, const pln_catalog_mark_t *mark);
void pln_catalog_rollback(pln_catalog_write_t *write);

/**
 * Apply @row from entry *@from on, at most @max entries; *@from is where to go on, above row->to
 * when all is done. False: a statement or the store failed.
 */
bool pln_catalog_apply(pln_catalog_write_t *write, const pln_arrival_t *row, uint64_t *from,
                       size_t max);

/**
 * Remove what the store has forgotten (a chain deleted makes no arrival), at most @max records.
 * *@more: there is more to remove.
 */
bool pln_catalog_sweep(pln_catalog_write_t *write, size_t max, bool *more);

/** Are words of withdrawn records still in the file? Over a restart that is remembered. */
bool pln_catalog_residue(const pln_catalog_write_t *write);

/** Fold the segments of the full-text index into one, a slice a call: so those words leave. */
bool pln_catalog_merge(pln_catalog_write_t *write);

#endif
