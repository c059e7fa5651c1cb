// SPDX-License-Identifier: MPL-2.0
#include "store_fill.h"

#include <stdlib.h>
#include <string.h>

#include "store_txn.h"

#define BATCH_BYTES (16u << 20) /**< what one transaction keeps in memory at most */
#define CHANGED_KEY_SIZE 40u
#define CHANGED_VALUE_SIZE 4u

struct pln_fill {
    pln_store_t *store;
    pln_txn_t txn;
    size_t bytes; /**< in txn */
    pln_cursor_t arrivals;
};

pln_fill_t *pln_fill_begin(const char *dir, const pln_id_t *self, const pln_store_id_t *fresh_id,
                           uint64_t map_bytes, char *error, size_t error_size)
{
    pln_store_t *store = pln_store_open(dir, self, fresh_id, map_bytes, error, error_size);
    if (store == NULL) {
        return NULL;
    }
    pln_fill_t *fill = pln_alloc_zero(1, sizeof *fill);
    fill->store = store;
    pln_cursor_start(fresh_id, &fill->arrivals);
    pln_txn_begin(&fill->txn, store, true);
    return fill;
}

/* ---- what a row must be ---- */

static pln_err_t check_entry(const pln_backup_row_t *row)
{
    uint32_t chain;
    uint64_t seq;
    pln_entry_t entry;
    PLN_TRY(pln_key_entry_read(row->key, &chain, &seq));
    PLN_TRY(pln_entry_read(row->value, &entry));
    return entry.stored_size == row->value.size ? PLN_OK : PLN_EMALFORMED;
}

static pln_err_t check_chain(const pln_backup_row_t *row)
{
    pln_chain_row_t chain;
    return pln_chain_row_read(row->key, row->value, &chain);
}

static pln_err_t check_vouch(const pln_backup_row_t *row)
{
    uint32_t chain;
    uint64_t seq;
    pln_vouch_t vouch;
    bool kept;
    PLN_TRY(pln_key_entry_read(row->key, &chain, &seq));
    return pln_vouch_row_read(row->key, row->value, &vouch, &kept);
}

static pln_err_t check_changed(const pln_backup_row_t *row)
{
    bool good = row->key.size == CHANGED_KEY_SIZE && row->value.size == CHANGED_VALUE_SIZE;
    return good ? PLN_OK : PLN_EMALFORMED;
}

static pln_err_t check_small(const pln_backup_row_t *row)
{
    return row->key.size > 1 && row->key.data[0] < PLN_TABLE_COUNT ? PLN_OK : PLN_EMALFORMED;
}

/* ---- writing ---- */

static void put(pln_fill_t *fill, const pln_backup_row_t *row, pln_span_t value)
{
    pln_key_t key = {.size = row->key.size};
    memcpy(key.bytes, row->key.data, row->key.size);
    pln_txn_append(&fill->txn, (pln_db_t)row->table, key, value);
    fill->bytes += row->key.size + value.size;
    if (fill->bytes >= BATCH_BYTES && fill->txn.error == 0) {
        fill->bytes = 0;
        if (pln_txn_commit(&fill->txn) == PLN_OK) {
            pln_txn_begin(&fill->txn, fill->store, true);
        }
    }
}

/** An arrival keeps its number and its row, and gets the tag it has in this store. */
static pln_err_t put_arrival(pln_fill_t *fill, const pln_backup_row_t *row)
{
    uint64_t number;
    pln_arrival_t arrival;
    pln_tag_t tag;
    uint8_t value[PLN_ARRIVAL_VALUE_SIZE];
    PLN_TRY(pln_key_arrival_read(row->key, &number));
    PLN_TRY(pln_arrival_value_read(row->value, &arrival, &tag));
    if (number != fill->arrivals.number + 1) {
        return PLN_EMALFORMED;
    }
    pln_cursor_next(&fill->arrivals, &arrival);
    pln_arrival_value_write(&arrival, &fill->arrivals.tag, value);
    put(fill, row, PLN_SPAN(value, sizeof value));
    return PLN_OK;
}

pln_err_t pln_fill_row(pln_fill_t *fill, const pln_backup_row_t *row)
{
    static pln_err_t (*const checks[PLN_DB_COUNT])(const pln_backup_row_t *) = {
        [PLN_DB_ENTRIES] = check_entry,    [PLN_DB_CHAINS] = check_chain,
        [PLN_DB_SIGNATURES] = check_vouch, [PLN_DB_CHANGED] = check_changed,
        [PLN_DB_ROWS] = check_small,
    };
    if (row->table == PLN_DB_ARRIVALS) {
        PLN_TRY(put_arrival(fill, row));
        return pln_store_error(fill->store, fill->txn.error);
    }
    if (row->table >= PLN_DB_COUNT || checks[row->table] == NULL ||
        checks[row->table](row) != PLN_OK) {
        return PLN_EMALFORMED;
    }
    put(fill, row, row->value);
    return pln_store_error(fill->store, fill->txn.error);
}

pln_err_t pln_fill_end(pln_fill_t *fill, uint64_t arrivals)
{
    if (fill->arrivals.number != arrivals) {
        return PLN_EMALFORMED;
    }
    return pln_txn_commit(&fill->txn);
}

void pln_fill_free(pln_fill_t **fill)
{
    if (*fill != NULL) {
        (void)pln_txn_end(&(*fill)->txn);
        pln_store_close(&(*fill)->store);
        free(*fill);
        *fill = NULL;
    }
}
