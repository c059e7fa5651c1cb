// SPDX-License-Identifier: MPL-2.0
#include "store_txn.h"

#include <assert.h>
#include <errno.h>
#include <sys/statvfs.h>

/** What one batch may need at most: with less room than this a failed write means a full disk. */
#define BATCH_ROOM (UINT64_C(64) << 20)

static bool disk_full(const pln_store_t *store)
{
    struct statvfs disk;
    return statvfs(store->path, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < BATCH_ROOM;
}

pln_err_t pln_store_error(const pln_store_t *store, int error)
{
    switch (error) {
        case MDB_SUCCESS:
            return PLN_OK;
        case MDB_MAP_FULL:
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return PLN_ENOSPACE;
        case EIO:
            return disk_full(store) ? PLN_ENOSPACE : PLN_EIO;
        default:
            return PLN_EIO;
    }
}

void pln_txn_begin(pln_txn_t *txn, pln_store_t *store, bool write)
{
    *txn = (pln_txn_t){.store = store};
    unsigned flags = write ? 0 : MDB_RDONLY;
    int error = mdb_txn_begin(store->env, NULL, flags, &txn->mdb);
    if (error == MDB_READERS_FULL) {
        /* readers that were killed keep their slots until somebody looks */
        int dead = 0;
        (void)mdb_reader_check(store->env, &dead);
        error = mdb_txn_begin(store->env, NULL, flags, &txn->mdb);
    }
    if (error != 0) {
        txn->mdb = NULL;
    }
    pln_txn_fail(txn, error);
}

void pln_txn_fail(pln_txn_t *txn, int error)
{
    if (txn->error == 0) {
        txn->error = error;
    }
}

void pln_txn_damaged(pln_txn_t *txn)
{
    pln_txn_fail(txn, MDB_CORRUPTED);
}

/** True when there is something to use; "not found" is an answer, not an error. */
static bool found(pln_txn_t *txn, int error)
{
    if (error != MDB_NOTFOUND) {
        pln_txn_fail(txn, error);
    }
    return error == 0;
}

bool pln_txn_get(pln_txn_t *txn, pln_db_t db, pln_key_t key, pln_span_t *value)
{
    if (txn->error != 0) {
        return false;
    }
    MDB_val mdb_key = pln_mdb_val(pln_key_span(&key));
    MDB_val mdb_value;
    if (!found(txn, mdb_get(txn->mdb, txn->store->dbi[db], &mdb_key, &mdb_value))) {
        return false;
    }
    *value = PLN_SPAN(mdb_value.mv_data, mdb_value.mv_size);
    return true;
}

static void put(pln_txn_t *txn, pln_db_t db, pln_key_t key, pln_span_t value, unsigned flags)
{
    if (txn->error == 0) {
        MDB_val mdb_key = pln_mdb_val(pln_key_span(&key));
        MDB_val mdb_value = pln_mdb_val(value);
        pln_txn_fail(txn, mdb_put(txn->mdb, txn->store->dbi[db], &mdb_key, &mdb_value, flags));
    }
}

void pln_txn_put(pln_txn_t *txn, pln_db_t db, pln_key_t key, pln_span_t value)
{
    put(txn, db, key, value, 0);
}

void pln_txn_append(pln_txn_t *txn, pln_db_t db, pln_key_t key, pln_span_t value)
{
    put(txn, db, key, value, MDB_APPEND);
}

void pln_txn_del(pln_txn_t *txn, pln_db_t db, pln_key_t key)
{
    if (txn->error == 0) {
        MDB_val mdb_key = pln_mdb_val(pln_key_span(&key));
        (void)found(txn, mdb_del(txn->mdb, txn->store->dbi[db], &mdb_key, NULL));
    }
}

pln_err_t pln_txn_commit(pln_txn_t *txn)
{
    if (txn->error == 0) {
        txn->error = mdb_txn_commit(txn->mdb);
        txn->mdb = NULL; /* freed whatever came of it */
    }
    return pln_txn_end(txn);
}

pln_err_t pln_txn_end(pln_txn_t *txn)
{
    if (txn->mdb != NULL) {
        mdb_txn_abort(txn->mdb);
        txn->mdb = NULL;
    }
    return pln_store_error(txn->store, txn->error);
}

void pln_scan_begin(pln_scan_t *scan, pln_txn_t *txn, pln_db_t db)
{
    *scan = (pln_scan_t){.txn = txn};
    if (txn->error == 0) {
        pln_txn_fail(txn, mdb_cursor_open(txn->mdb, txn->store->dbi[db], &scan->mdb));
    }
}

void pln_scan_end(pln_scan_t *scan)
{
    if (scan->mdb != NULL) {
        mdb_cursor_close(scan->mdb);
        scan->mdb = NULL;
    }
}

static bool move(pln_scan_t *scan, MDB_val key, MDB_cursor_op op)
{
    MDB_val value;
    if (scan->txn->error != 0 || !found(scan->txn, mdb_cursor_get(scan->mdb, &key, &value, op))) {
        return false;
    }
    scan->key = PLN_SPAN(key.mv_data, key.mv_size);
    scan->value = PLN_SPAN(value.mv_data, value.mv_size);
    return true;
}

bool pln_scan_seek(pln_scan_t *scan, pln_key_t key)
{
    return move(scan, pln_mdb_val(pln_key_span(&key)), MDB_SET_RANGE);
}

bool pln_scan_before(pln_scan_t *scan, pln_key_t key)
{
    return pln_scan_seek(scan, key) ? move(scan, (MDB_val){0}, MDB_PREV) : pln_scan_last(scan);
}

bool pln_scan_first(pln_scan_t *scan)
{
    return move(scan, (MDB_val){0}, MDB_FIRST);
}

bool pln_scan_next(pln_scan_t *scan)
{
    return move(scan, (MDB_val){0}, MDB_NEXT);
}

bool pln_scan_last(pln_scan_t *scan)
{
    return move(scan, (MDB_val){0}, MDB_LAST);
}

void pln_scan_del(pln_scan_t *scan)
{
    if (scan->txn->error == 0) {
        pln_txn_fail(scan->txn, mdb_cursor_del(scan->mdb, 0));
    }
}
