// SPDX-License-Identifier: MPL-2.0
#include "store_dump.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/backup.h"
#include "proto/vault.h"
#include "store_txn.h"

#define PIECE_BYTES 262144u  /**< sent together */
#define FIRST PLN_DB_ENTRIES /**< what stands before it belongs to the store's own life */

struct pln_dump {
    pln_store_t *store;
    pthread_mutex_t lock; /**< held while it is read; the writer only ever tries it */
    pln_txn_t txn;
    pln_scan_t scan;
    bool reading; /**< txn is open */
    bool moved;   /**< the scan stands on a row that was not written yet */
    pln_db_t db;
    size_t last_page;
    uint64_t growth_pages;
    pln_vault_writer_t vault;
    pln_buf_t rows;
};

static size_t last_page(const pln_store_t *store)
{
    MDB_envinfo info;
    (void)mdb_env_info(store->env, &info);
    return info.me_last_pgno;
}

static uint64_t page_bytes(const pln_store_t *store)
{
    MDB_stat stat;
    (void)mdb_env_stat(store->env, &stat);
    return stat.ms_psize;
}

/* ---- the read ---- */

static void scan_table(pln_dump_t *dump, pln_db_t db)
{
    dump->db = db;
    pln_scan_begin(&dump->scan, &dump->txn, db);
    dump->moved = pln_scan_first(&dump->scan);
}

/** Step to the next row of any table; false at the end. */
static bool step(pln_dump_t *dump)
{
    while (!dump->moved && dump->txn.error == 0) {
        pln_scan_end(&dump->scan);
        if (dump->db + 1 >= PLN_DB_COUNT) {
            return false;
        }
        scan_table(dump, dump->db + 1);
    }
    return dump->txn.error == 0;
}

static void stop_reading(pln_dump_t *dump)
{
    if (dump->reading) {
        pln_scan_end(&dump->scan);
        (void)pln_txn_end(&dump->txn);
        dump->reading = false;
    }
}

static uint64_t count_rows(pln_txn_t *txn)
{
    uint64_t rows = 0;
    for (pln_db_t db = FIRST; db < PLN_DB_COUNT && txn->error == 0; db++) {
        MDB_stat stat;
        pln_txn_fail(txn, mdb_stat(txn->mdb, txn->store->dbi[db], &stat));
        rows += txn->error == 0 ? stat.ms_entries : 0;
    }
    return rows;
}

/** The last arrival as this transaction sees it. */
static uint64_t last_arrival(pln_txn_t *txn)
{
    pln_scan_t scan;
    uint64_t number = 0;
    pln_scan_begin(&scan, txn, PLN_DB_ARRIVALS);
    if (pln_scan_last(&scan) && pln_key_arrival_read(scan.key, &number) != PLN_OK) {
        pln_txn_damaged(txn);
    }
    pln_scan_end(&scan);
    return number;
}

static void write_head(pln_dump_t *dump, const pln_identity_t *self, uint64_t made_ms)
{
    pln_backup_head_t head = {.id = self->id,
                              .made_ms = made_ms,
                              .format = PLN_STORE_FORMAT,
                              .arrivals = last_arrival(&dump->txn),
                              .rows = count_rows(&dump->txn)};
    (void)crypto_sign_ed25519_sk_to_seed(head.seed, self->secret);
    pln_backup_head_write(&head, &dump->rows);
    sodium_memzero(&head, sizeof head);
}

/* ---- the whole ---- */

/** The one dump of @store; false: there is one. */
static bool take_place(pln_store_t *store, pln_dump_t *dump)
{
    pthread_mutex_lock(&store->shared->lock);
    bool free_place = store->dump == NULL;
    if (free_place) {
        store->dump = dump;
    }
    pthread_mutex_unlock(&store->shared->lock);
    return free_place;
}

pln_dump_t *pln_dump_begin(pln_store_t *store, const pln_identity_t *self, uint64_t made_ms,
                           uint64_t growth, pln_err_t *error)
{
    pln_dump_t *dump = pln_alloc_zero(1, sizeof *dump);
    dump->store = store;
    pthread_mutex_init(&dump->lock, NULL);
    pthread_mutex_lock(&dump->lock);
    if (!take_place(store, dump)) {
        pthread_mutex_unlock(&dump->lock);
        pthread_mutex_destroy(&dump->lock);
        free(dump);
        *error = PLN_EFULL;
        return NULL;
    }
    dump->last_page = last_page(store);
    uint64_t quarter = dump->last_page / 4;
    dump->growth_pages = growth / page_bytes(store);
    dump->growth_pages = dump->growth_pages > quarter ? dump->growth_pages : quarter;
    pln_txn_begin(&dump->txn, store, false);
    dump->reading = true;
    write_head(dump, self, made_ms);
    scan_table(dump, FIRST);
    *error = pln_store_error(store, dump->txn.error);
    pthread_mutex_unlock(&dump->lock);
    if (*error != PLN_OK) {
        pln_dump_end(&dump);
    }
    return dump;
}

static void begin_vault(pln_dump_t *dump, pln_buf_t *out)
{
    static const pln_vault_head_t head = {.what = PLN_VAULT_BACKUP};
    if (dump->vault.total == 0 && dump->vault.content.size == 0) {
        pln_vault_begin(&dump->vault, &head, NULL, out);
    }
}

static pln_err_t next_piece(pln_dump_t *dump, pln_buf_t *out)
{
    bool more = false;
    begin_vault(dump, out);
    while (dump->rows.size < PIECE_BYTES && (more = step(dump))) {
        pln_backup_row_write((uint8_t)dump->db, dump->scan.key, dump->scan.value, &dump->rows);
        dump->moved = pln_scan_next(&dump->scan);
    }
    if (dump->txn.error != 0) {
        return PLN_EIO;
    }
    bool last = !more && dump->rows.size < PIECE_BYTES;
    if (last) {
        pln_backup_end_write(&dump->rows);
    }
    pln_vault_add(&dump->vault, pln_buf_span(&dump->rows), out);
    pln_buf_clear(&dump->rows);
    if (last) {
        pln_vault_end(&dump->vault, out);
        stop_reading(dump);
        return PLN_ENOTFOUND;
    }
    return PLN_OK;
}

pln_err_t pln_dump_next(pln_dump_t *dump, pln_buf_t *out)
{
    pthread_mutex_lock(&dump->lock);
    pln_err_t error = dump->reading ? next_piece(dump, out) : PLN_ESTALE;
    pthread_mutex_unlock(&dump->lock);
    return error;
}

void pln_dump_end(pln_dump_t **dump)
{
    pln_store_t *store = (*dump)->store;
    pthread_mutex_lock(&store->shared->lock);
    store->dump = NULL; /* from now on the writer does not know of it */
    pthread_mutex_unlock(&store->shared->lock);
    stop_reading(*dump);
    pln_vault_writer_free(&(*dump)->vault);
    if ((*dump)->rows.data != NULL) {
        sodium_memzero((*dump)->rows.data, (*dump)->rows.capacity);
    }
    pln_buf_free(&(*dump)->rows);
    pthread_mutex_destroy(&(*dump)->lock);
    free(*dump);
    *dump = NULL;
}

void pln_dump_review(pln_store_t *store)
{
    pthread_mutex_lock(&store->shared->lock);
    pln_dump_t *dump = store->dump;
    bool costly = dump != NULL && last_page(store) - dump->last_page > dump->growth_pages;
    if (costly && pthread_mutex_trylock(&dump->lock) == 0) {
        stop_reading(dump);
        pthread_mutex_unlock(&dump->lock);
    }
    pthread_mutex_unlock(&store->shared->lock);
}
