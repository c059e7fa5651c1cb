// SPDX-License-Identifier: MPL-2.0
#include "store_withhold.h"

#include <stdlib.h>
#include <string.h>

/** The value as it lies there, with a copy of its bytes: puts may move pages. */
static bool read_entry(pln_txn_t *txn, pln_key_t key, pln_buf_t *bytes, pln_entry_t *entry)
{
    pln_span_t value;
    if (!pln_txn_get(txn, PLN_DB_ENTRIES, key, &value)) {
        pln_txn_damaged(txn);
        return false;
    }
    pln_buf_add(bytes, value.data, value.size);
    if (pln_entry_read(pln_buf_span(bytes), entry) != PLN_OK) {
        pln_txn_damaged(txn);
        return false;
    }
    return true;
}

/**
 * LMDB writes a value of equal size over the old one where it lies in the new page. Without this
 * the smaller value that follows would leave the old bytes behind in that page's free space.
 */
static void overwrite(pln_txn_t *txn, pln_db_t db, pln_key_t key, size_t size)
{
    uint8_t *zeros = pln_alloc_zero(size + 1, 1);
    pln_txn_put(txn, db, key, PLN_SPAN(zeros, size));
    free(zeros);
}

static void drop_hidden(pln_txn_t *txn, pln_key_t key)
{
    pln_span_t kept;
    if (pln_txn_get(txn, PLN_DB_HIDDEN, key, &kept)) {
        overwrite(txn, PLN_DB_HIDDEN, key, kept.size);
        pln_txn_del(txn, PLN_DB_HIDDEN, key);
    }
}

static void put_withheld(pln_txn_t *txn, pln_key_t key, const pln_entry_t *entry)
{
    uint8_t value[PLN_HEADER_SIZE + sizeof(pln_hash_t)];
    pln_hash_t data;
    pln_entry_data(entry->payload, &data);
    pln_header_write(&entry->header, value);
    value[0] |= PLN_CODEC_WITHHELD;
    memcpy(value + PLN_HEADER_SIZE, data.bytes, sizeof data.bytes);
    pln_txn_put(txn, PLN_DB_ENTRIES, key, PLN_SPAN(value, sizeof value));
}

void pln_withhold_entry(pln_txn_t *txn, uint32_t chain, uint64_t seq, bool keep)
{
    pln_key_t key = pln_key_entry(chain, seq);
    pln_buf_t bytes = {0};
    pln_entry_t entry;
    if (read_entry(txn, key, &bytes, &entry)) {
        if (!entry.withheld && keep) {
            pln_txn_put(txn, PLN_DB_HIDDEN, key, entry.payload);
        }
        if (!entry.withheld) {
            overwrite(txn, PLN_DB_ENTRIES, key, bytes.size);
            put_withheld(txn, key, &entry);
        }
        if (!keep) {
            drop_hidden(txn, key);
        }
    }
    pln_buf_free(&bytes);
}

void pln_reveal_entry(pln_txn_t *txn, uint32_t chain, uint64_t seq, pln_span_t payload)
{
    pln_key_t key = pln_key_entry(chain, seq);
    pln_buf_t bytes = {0};
    pln_buf_t whole = {0};
    pln_entry_t entry;
    if (read_entry(txn, key, &bytes, &entry) && entry.withheld &&
        (payload.size > 0 || entry.header.size == 0 ||
         pln_txn_get(txn, PLN_DB_HIDDEN, key, &payload)) &&
        payload.size == entry.header.size) {
        pln_header_write(&entry.header, pln_buf_grow(&whole, PLN_HEADER_SIZE));
        pln_buf_add(&whole, payload.data, payload.size);
        pln_txn_put(txn, PLN_DB_ENTRIES, key, pln_buf_span(&whole));
        drop_hidden(txn, key);
    }
    pln_buf_free(&whole);
    pln_buf_free(&bytes);
}
