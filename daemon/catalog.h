// SPDX-License-Identifier: MPL-2.0
/**
 * catalog - keeps the searchable view in step with the store, and answers questions from it.
 *
 * Why     Truth is in LMDB; search, filters and lineage need indexes that LMDB must not pay for.
 *         The catalog may be deleted at any time: it is made again while the node keeps syncing.
 * Shape   one follower thread applies arrivals in order, in transactions; readers are lent
 * Speed   while entries arrive the follower works a quarter of the time of one processor at most
 * Thread  open and close: one thread; everything else: any
 */
#ifndef PLN_CATALOG_H
#define PLN_CATALOG_H

#include "catalog_db.h"
#include "driver.h"

typedef struct pln_catalog pln_catalog_t;

/** Starts the follower. @dir, @driver and @store are borrowed until close. Never NULL: without a
 * file that can be made the follower tries again each minute and tells so in the state. */
pln_catalog_t *pln_catalog_open(const char *dir, pln_driver_t *driver, pln_store_t *store);
/** Ends the follower; all lent readers must be back. */
void pln_catalog_close(pln_catalog_t **catalog);

typedef struct {
    uint64_t indexed;   /**< arrivals the catalog shows */
    uint64_t behind;    /**< arrivals it does not show yet */
    uint64_t rebuilt;   /**< times the file was made anew since the start */
    uint64_t worked_ns; /**< processor time of the follower so far */
    bool failing;       /**< its file cannot be made or written; see the log */
} pln_catalog_state_t;
void pln_catalog_state(pln_catalog_t *catalog, pln_catalog_state_t *out);

/** A connection nobody else uses until it is put back. */
typedef struct {
    pln_catalog_db_t *db;
    uint64_t life; /**< of the file it is open on */
} pln_catalog_reader_t;
/** False: there is no catalog now. */
bool pln_catalog_take(pln_catalog_t *catalog, pln_catalog_reader_t *out);
void pln_catalog_put(pln_catalog_t *catalog, pln_catalog_reader_t *reader);

#define PLN_CATALOG_NEAR 2000u /**< arrivals behind that are worth waiting for */
/** Wait until the catalog shows arrival @number, at most @timeout_ms; not at all when it is farther
 * behind than near: it is being made, and a partial answer at once is better. */
bool pln_catalog_wait(pln_catalog_t *catalog, uint64_t number, uint32_t timeout_ms);

#endif
