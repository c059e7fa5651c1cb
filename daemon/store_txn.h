// SPDX-License-Identifier: MPL-2.0
/**
 * store_txn - one LMDB transaction that carries its first error, and scans inside it.
 *
 * Why     Twelve calls should read as twelve lines; only the first thing that failed matters.
 * Shape   begin; get, put, del, scan; then commit or end. After an error gets find nothing, puts
 *         do nothing, and commit and end report it
 * Owner   spans read are LMDB's own pages: valid until end, in a write transaction until a put
 * Thread  a write transaction belongs to one thread; readers: any thread
 * Inside  daemon/store*.c only
 */
#ifndef PLN_STORE_TXN_H
#define PLN_STORE_TXN_H

#include <lmdb.h>
#include <pthread.h>

#include "store.h"
#include "store_chains.h"
#include "store_key.h"

/** What any thread may see: the state after the last commit. */
typedef struct {
    pthread_mutex_t lock;
    pln_chains_t chains;
    pln_cursor_t arrivals;
} pln_shared_t;

/** Position of an entry in its table. */
typedef struct {
    uint32_t chain;
    uint64_t seq;
} pln_spot_t;

struct pln_store {
    MDB_env *env;
    MDB_dbi dbi[PLN_DB_COUNT];
    char *path; /**< DIR/store */
    pln_store_id_t id;
    pln_shared_t *shared;
    struct pln_dump *dump; /**< the backup being read, under shared->lock; NULL: none */

    /* the applying thread's own */
    pln_chains_t staged;  /**< rows as this transaction leaves them */
    pln_chains_t gone;    /**< rows as they were of chains that this transaction deletes */
    pln_chains_t trial;   /**< rows as the job being checked would leave them */
    pln_spot_t last;      /**< largest key of entries; seq 0: the table is empty */
    uint64_t checked_sec; /**< when dead readers were last looked for */
};

typedef struct {
    pln_store_t *store;
    MDB_txn *mdb;
    int error; /**< LMDB's or the system's; 0 = none yet */
} pln_txn_t;

void pln_txn_begin(pln_txn_t *txn, pln_store_t *store, bool write);
/** False: absent, or an error. */
bool pln_txn_get(pln_txn_t *txn, pln_db_t db, pln_key_t key, pln_span_t *value);
void pln_txn_put(pln_txn_t *txn, pln_db_t db, pln_key_t key, pln_span_t value);
/** The same, for a key above all others of its table. */
void pln_txn_append(pln_txn_t *txn, pln_db_t db, pln_key_t key, pln_span_t value);
/** Absent is fine. */
void pln_txn_del(pln_txn_t *txn, pln_db_t db, pln_key_t key);
/** Take @error over, unless there was one before. */
void pln_txn_fail(pln_txn_t *txn, int error);
/** The bytes read are not what was once written: PLN_EIO. */
void pln_txn_damaged(pln_txn_t *txn);
PLN_MUST_CHECK pln_err_t pln_txn_commit(pln_txn_t *txn);
/** Give up a write transaction, or finish a read one. PLN_OK, PLN_ENOSPACE, PLN_EIO. */
pln_err_t pln_txn_end(pln_txn_t *txn);

/** A walk through one table. Every mover returns false at the end or on an error. */
typedef struct {
    pln_txn_t *txn;
    MDB_cursor *mdb;
    pln_span_t key;
    pln_span_t value;
} pln_scan_t;

void pln_scan_begin(pln_scan_t *scan, pln_txn_t *txn, pln_db_t db);
/** Before the transaction ends. */
void pln_scan_end(pln_scan_t *scan);
/** To the first key at or after @key. */
bool pln_scan_seek(pln_scan_t *scan, pln_key_t key);
/** To the last key before @key. */
bool pln_scan_before(pln_scan_t *scan, pln_key_t key);
bool pln_scan_first(pln_scan_t *scan);
bool pln_scan_next(pln_scan_t *scan);
bool pln_scan_last(pln_scan_t *scan);
/** Delete the row the scan stands on; pln_scan_next then moves to the one behind it. */
void pln_scan_del(pln_scan_t *scan);

/** LMDB wants void *, and leaves what it points to alone. */
static inline MDB_val pln_mdb_val(pln_span_t span)
{
    return (MDB_val){.mv_size = span.size, .mv_data = (void *)(uintptr_t)span.data};
}

/**
 * What an error of LMDB or the system means for the caller: PLN_ENOSPACE when the map or the disk
 * is full (LMDB reports a short write as EIO), else PLN_EIO.
 */
pln_err_t pln_store_error(const pln_store_t *store, int error);

#endif
