// SPDX-License-Identifier: MPL-2.0
// Opening a store: whose it is and of which format is settled before anything of it is believed.
#include "store.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store_txn.h"

enum {
    READERS_MAX = 512 /**< LMDB's own 126 are soon taken by pages that stay open */
};

/** Where the sentence about a failed opening goes. */
typedef struct {
    char *text;
    size_t size;
} complaint_t;

static bool complain(const complaint_t *complaint, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool complain(const complaint_t *complaint, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(complaint->text, complaint->size, format, arguments);
    va_end(arguments);
    return false;
}

static char *join_path(const char *dir, const char *name)
{
    size_t size = strlen(dir) + 1 + strlen(name) + 1;
    char *path = pln_alloc(size);
    (void)snprintf(path, size, "%s/%s", dir, name);
    return path;
}

/** What LMDB or the system said, with what to do about it. */
static bool complain_error(const complaint_t *complaint, const pln_store_t *store, int error)
{
    switch (error) {
        case MDB_INVALID:
        case MDB_INCOMPATIBLE:
            return complain(complaint,
                            "%s is not a store of plnd: move it away, or choose another --dir",
                            store->path);
        case MDB_VERSION_MISMATCH:
            return complain(
                complaint,
                "%s was written by another version of LMDB: start the plnd that made it, or "
                "move it away and let the peers fill a new one",
                store->path);
        case MDB_CORRUPTED:
        case MDB_PAGE_NOTFOUND:
        case MDB_PANIC:
            return complain(
                complaint,
                "%s is damaged: move it away and restore a backup, or start empty and let "
                "the peers fill it",
                store->path);
        case EACCES:
        case EPERM:
        case EROFS:
            return complain(complaint, "%s cannot be written: give it to the user plnd runs as",
                            store->path);
        default:
            break;
    }
    if (pln_store_error(store, error) == PLN_ENOSPACE) {
        return complain(complaint, "no room on the disk for %s: free some and start again",
                        store->path);
    }
    return complain(complaint, "%s cannot be opened (%s): check the disk it is on", store->path,
                    mdb_strerror(error));
}

/** Our own directory, or a new one; never through a link or into somebody else's. */
static bool make_directory(const pln_store_t *store, const complaint_t *complaint)
{
    struct stat info;
    if (mkdir(store->path, S_IRWXU) != 0 && errno != EEXIST) {
        return complain_error(complaint, store, errno);
    }
    if (lstat(store->path, &info) != 0) {
        return complain_error(complaint, store, errno);
    }
    if (!S_ISDIR(info.st_mode)) {
        return complain(complaint, "%s is not a directory: move it away", store->path);
    }
    if (info.st_uid != geteuid()) {
        return complain(complaint,
                        "%s belongs to another user: start plnd as that user, or chown it",
                        store->path);
    }
    return true;
}

/** Of the pages from @from on, how many are listed as free; -1: the list cannot be read. */
static int64_t count_free(MDB_txn *txn, uint64_t from)
{
    MDB_cursor *cursor;
    MDB_val key, value;
    int64_t count = 0;
    int error = mdb_cursor_open(txn, 0, &cursor); /* LMDB's own table: pages free since a commit */
    if (error != 0) {
        return -1;
    }
    while ((error = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        size_t numbers[2];
        size_t listed = value.mv_size / sizeof numbers[0];
        for (size_t i = 1; i < listed; i++) { /* the first is how many follow */
            memcpy(numbers, (const uint8_t *)value.mv_data + i * sizeof numbers[0],
                   sizeof numbers[0]);
            count += numbers[0] >= from;
        }
    }
    mdb_cursor_close(cursor);
    return error == MDB_NOTFOUND ? count : -1;
}

/** Are all pages from @from on free, so that nobody will read them? */
static bool free_from(const pln_store_t *store, uint64_t from, uint64_t last)
{
    MDB_txn *txn;
    if (mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn) != 0) {
        return false;
    }
    int64_t count = count_free(txn, from);
    mdb_txn_abort(txn);
    return count >= 0 && (uint64_t)count == last + 1 - from;
}

/**
 * A file copied only in part must be refused before a page behind its end is touched: that is a
 * SIGBUS. LMDB does not write pages that a transaction took and gave back, so a shorter file may be
 * whole: then all that is missing is free. To look, the file is made as long as it claims to be.
 */
static bool check_length(const pln_store_t *store, const complaint_t *complaint)
{
    MDB_envinfo info;
    MDB_stat pages;
    struct stat file;
    int fd;
    (void)mdb_env_info(store->env, &info);
    (void)mdb_env_stat(store->env, &pages);
    (void)mdb_env_get_fd(store->env, &fd);
    if (fstat(fd, &file) != 0) {
        return complain_error(complaint, store, errno);
    }
    uint64_t held = (uint64_t)file.st_size / pages.ms_psize;
    if (info.me_last_pgno < held) {
        return true;
    }
    off_t full = (off_t)((info.me_last_pgno + 1) * pages.ms_psize);
    if ((uint64_t)full > info.me_mapsize || ftruncate(fd, full) != 0) {
        return complain_error(complaint, store, MDB_CORRUPTED);
    }
    if (free_from(store, held, info.me_last_pgno)) {
        return true;
    }
    (void)!ftruncate(fd, file.st_size); /* as it was found */
    return complain_error(complaint, store, MDB_CORRUPTED);
}

static bool open_env(pln_store_t *store, uint64_t map_bytes, const complaint_t *complaint)
{
    int dead = 0;
    int error = mdb_env_create(&store->env);
    if (error != 0) {
        store->env = NULL;
        return complain_error(complaint, store, error);
    }
    long page = sysconf(_SC_PAGESIZE);
    (void)mdb_env_set_mapsize(store->env, map_bytes - map_bytes % (uint64_t)page);
    (void)mdb_env_set_maxdbs(store->env, PLN_DB_COUNT);
    (void)mdb_env_set_maxreaders(store->env, READERS_MAX);
    error = mdb_env_open(store->env, store->path, MDB_NOTLS, S_IRUSR | S_IWUSR);
    if (error != 0) {
        return complain_error(complaint, store, error);
    }
    (void)mdb_reader_check(store->env, &dead);
    return check_length(store, complaint);
}

static void put_meta(pln_txn_t *txn, const char *name, const void *data, size_t size)
{
    pln_txn_put(txn, PLN_DB_META, pln_key_meta(name), PLN_SPAN(data, size));
}

/** Exactly @size bytes of a meta row; false: absent, or of another size. */
static bool get_meta(pln_txn_t *txn, const char *name, void *data, size_t size)
{
    pln_span_t value;
    if (!pln_txn_get(txn, PLN_DB_META, pln_key_meta(name), &value) || value.size != size) {
        return false;
    }
    memcpy(data, value.data, size);
    return true;
}

static bool open_table(pln_txn_t *txn, pln_db_t db, unsigned flags)
{
    if (txn->error == 0) {
        txn->error = mdb_dbi_open(txn->mdb, pln_db_name(db), flags, &txn->store->dbi[db]);
    }
    return txn->error == 0;
}

static void write_meta(pln_txn_t *txn, const pln_id_t *self, const pln_store_id_t *fresh_id)
{
    uint8_t format[4];
    pln_put_u32(format, PLN_STORE_FORMAT);
    put_meta(txn, "format", format, sizeof format);
    put_meta(txn, "store", fresh_id->bytes, sizeof fresh_id->bytes);
    put_meta(txn, "node", self->bytes, sizeof self->bytes);
    txn->store->id = *fresh_id;
}

static bool check_meta(pln_txn_t *txn, const pln_id_t *self, const complaint_t *complaint)
{
    pln_store_t *store = txn->store;
    uint8_t format[4];
    pln_id_t owner;
    if (!get_meta(txn, "format", format, sizeof format)) {
        return complain_error(complaint, store, txn->error != 0 ? txn->error : MDB_INVALID);
    }
    if (pln_get_u32(format) > PLN_STORE_FORMAT) {
        return complain(complaint,
                        "%s was written by a newer plnd (format %u, this one knows %u): install "
                        "that version or a later one",
                        store->path, (unsigned)pln_get_u32(format), PLN_STORE_FORMAT);
    }
    if (pln_get_u32(format) < PLN_STORE_FORMAT ||
        !get_meta(txn, "store", store->id.bytes, sizeof store->id.bytes) ||
        !get_meta(txn, "node", owner.bytes, sizeof owner.bytes)) {
        return complain_error(complaint, store, MDB_INVALID);
    }
    if (!pln_id_equal(&owner, self)) {
        char did[PLN_DID_SIZE];
        pln_did(&owner, did);
        return complain(
            complaint,
            "%s belongs to the node %s: put that node's key back, or move the store away "
            "to start empty",
            store->path, did);
    }
    return true;
}

/** Read the meta rows, or write them where there is nothing at all yet; then open every table. */
static bool settle_tables(pln_txn_t *txn, const pln_id_t *self, const pln_store_id_t *fresh_id,
                          const complaint_t *complaint)
{
    MDB_stat stat;
    pln_store_t *store = txn->store;
    if (txn->error != 0) {
        return complain_error(complaint, store, txn->error);
    }
    (void)mdb_env_stat(store->env, &stat);
    bool fresh = stat.ms_entries == 0;
    if (!open_table(txn, PLN_DB_META, fresh ? MDB_CREATE : 0)) {
        return complain_error(complaint, store,
                              txn->error == MDB_NOTFOUND ? MDB_INVALID : txn->error);
    }
    if (fresh) {
        write_meta(txn, self, fresh_id);
    } else if (!check_meta(txn, self, complaint)) {
        return false;
    }
    for (pln_db_t db = PLN_DB_META + 1; db < PLN_DB_COUNT; db++) {
        (void)open_table(txn, db, MDB_CREATE);
    }
    return txn->error == 0 || complain_error(complaint, store, txn->error);
}

static bool open_tables(pln_store_t *store, const pln_id_t *self, const pln_store_id_t *fresh_id,
                        const complaint_t *complaint)
{
    pln_txn_t txn;
    pln_txn_begin(&txn, store, true);
    if (!settle_tables(&txn, self, fresh_id, complaint)) {
        (void)pln_txn_end(&txn);
        return false;
    }
    return pln_txn_commit(&txn) == PLN_OK || complain_error(complaint, store, txn.error);
}

/** The arrival after which everything goes on. */
static void read_arrivals(pln_txn_t *txn, pln_cursor_t *out)
{
    pln_scan_t scan;
    pln_arrival_t row;
    pln_cursor_start(&txn->store->id, out);
    pln_scan_begin(&scan, txn, PLN_DB_ARRIVALS);
    if (pln_scan_last(&scan) && (pln_key_arrival_read(scan.key, &out->number) != PLN_OK ||
                                 pln_arrival_value_read(scan.value, &row, &out->tag) != PLN_OK)) {
        pln_txn_damaged(txn);
    }
    pln_scan_end(&scan);
}

static void read_last_entry(pln_txn_t *txn, pln_spot_t *out)
{
    pln_scan_t scan;
    pln_scan_begin(&scan, txn, PLN_DB_ENTRIES);
    if (pln_scan_last(&scan) && pln_key_entry_read(scan.key, &out->chain, &out->seq) != PLN_OK) {
        pln_txn_damaged(txn);
    }
    pln_scan_end(&scan);
}

static void read_chains(pln_txn_t *txn, pln_chains_t *out)
{
    pln_scan_t scan;
    pln_chain_row_t row;
    pln_scan_begin(&scan, txn, PLN_DB_CHAINS);
    for (bool more = pln_scan_first(&scan); more; more = pln_scan_next(&scan)) {
        if (pln_chain_row_read(scan.key, scan.value, &row) != PLN_OK) {
            pln_txn_damaged(txn);
            break;
        }
        pln_chains_put(out, &row);
    }
    pln_scan_end(&scan);
}

static bool read_state(pln_store_t *store, const complaint_t *complaint)
{
    pln_txn_t txn;
    pln_txn_begin(&txn, store, false);
    read_arrivals(&txn, &store->shared->arrivals);
    read_last_entry(&txn, &store->last);
    read_chains(&txn, &store->shared->chains);
    int error = txn.error;
    (void)pln_txn_end(&txn);
    return error == 0 || complain_error(complaint, store, error);
}

pln_store_t *pln_store_open(const char *dir, const pln_id_t *self, const pln_store_id_t *fresh_id,
                            uint64_t map_bytes, char *error, size_t error_size)
{
    complaint_t complaint = {error, error_size};
    pln_store_t *store = pln_alloc_zero(1, sizeof *store);
    store->path = join_path(dir, "store");
    store->shared = pln_alloc_zero(1, sizeof *store->shared);
    pthread_mutex_init(&store->shared->lock, NULL);
    if (!make_directory(store, &complaint) || !open_env(store, map_bytes, &complaint) ||
        !open_tables(store, self, fresh_id, &complaint) || !read_state(store, &complaint)) {
        pln_store_close(&store);
    }
    return store;
}

void pln_store_close(pln_store_t **store)
{
    if (*store == NULL) {
        return;
    }
    if ((*store)->env != NULL) {
        mdb_env_close((*store)->env);
    }
    pthread_mutex_destroy(&(*store)->shared->lock);
    pln_chains_free(&(*store)->shared->chains);
    pln_chains_free(&(*store)->staged);
    pln_chains_free(&(*store)->gone);
    pln_chains_free(&(*store)->trial);
    free((*store)->shared);
    free((*store)->path);
    free(*store);
    *store = NULL;
}

const pln_store_id_t *pln_store_id(const pln_store_t *store)
{
    return &store->id;
}

pln_cursor_t pln_store_arrivals(const pln_store_t *store)
{
    pthread_mutex_lock(&store->shared->lock);
    pln_cursor_t arrivals = store->shared->arrivals;
    pthread_mutex_unlock(&store->shared->lock);
    return arrivals;
}

uint64_t pln_store_bytes(const pln_store_t *store)
{
    static const char *const files[] = {"data.mdb", "lock.mdb"};
    uint64_t bytes = 0;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct stat info;
        char *path = join_path(store->path, files[i]);
        if (stat(path, &info) == 0) {
            bytes += (uint64_t)info.st_size;
        }
        free(path);
    }
    return bytes;
}
