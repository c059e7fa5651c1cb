// SPDX-License-Identifier: MPL-2.0
// Reading for peers and for views. Every function opens one short read transaction, or none.
#include <stdlib.h>
#include <string.h>

#include "store_txn.h"

/** More arrivals than this are not looked at to answer one cursor: the digest is cheaper. */
#define CHANGES_ROWS_MAX 65536u

/* ---- what changed since a cursor ---- */

/** The cursor of arrival @number; false: there is none such, or it cannot be read. */
static bool cursor_at(pln_txn_t *txn, uint64_t number, pln_cursor_t *out)
{
    pln_span_t value;
    pln_arrival_t row;
    if (number == 0) {
        pln_cursor_start(&txn->store->id, out);
        return true;
    }
    out->number = number;
    if (!pln_txn_get(txn, PLN_DB_ARRIVALS, pln_key_arrival(number), &value)) {
        return false;
    }
    if (pln_arrival_value_read(value, &row, &out->tag) != PLN_OK) {
        pln_txn_damaged(txn);
        return false;
    }
    return true;
}

/** Is @cursor a point of this store's own past? */
static bool cursor_valid(pln_txn_t *txn, const pln_cursor_t *cursor)
{
    pln_cursor_t own;
    return cursor_at(txn, cursor->number, &own) && pln_cursor_equal(&own, cursor);
}

/** Every arrival after @number as a change, in the order they came; at most @max. */
static size_t list_arrivals(pln_txn_t *txn, uint64_t number, struct pln_change *out, size_t max)
{
    pln_scan_t scan;
    pln_arrival_t row;
    pln_tag_t tag;
    size_t count = 0;
    pln_scan_begin(&scan, txn, PLN_DB_ARRIVALS);
    bool more = pln_scan_seek(&scan, pln_key_arrival(number + 1));
    for (; more && count < max; more = pln_scan_next(&scan)) {
        if (pln_arrival_value_read(scan.value, &row, &tag) != PLN_OK) {
            pln_txn_damaged(txn);
            break;
        }
        out[count++] = (struct pln_change){.chain = row.chain, .from = row.from};
    }
    pln_scan_end(&scan);
    return count;
}

static int compare_changes(const void *left, const void *right)
{
    const struct pln_change *a = left;
    const struct pln_change *b = right;
    if (a->chain != b->chain) {
        return a->chain < b->chain ? -1 : 1;
    }
    return (a->from > b->from) - (a->from < b->from);
}

/** One row a chain, with its smallest seq, from the sorted @all; false: more chains than @max. */
static bool merge_changes(const struct pln_change *all, size_t all_count, struct pln_change *rows,
                          size_t max, size_t *count)
{
    for (size_t i = 0; i < all_count; i++) {
        if (i > 0 && all[i].chain == all[i - 1].chain) {
            continue;
        }
        if (*count == max) {
            return false;
        }
        rows[(*count)++] = all[i];
    }
    return true;
}

pln_err_t pln_store_changes(pln_store_t *store, const pln_cursor_t *cursor, struct pln_change *rows,
                            size_t max, size_t *count, bool *valid, bool *truncated)
{
    pln_txn_t txn;
    uint64_t last = pln_store_arrivals(store).number;
    *count = 0;
    *truncated = false;
    pln_txn_begin(&txn, store, false); /* sees at least what `last` counts */
    *valid = cursor_valid(&txn, cursor);
    if (*valid && last > cursor->number) {
        uint64_t ahead = last - cursor->number;
        size_t room = ahead < CHANGES_ROWS_MAX ? (size_t)ahead : CHANGES_ROWS_MAX;
        struct pln_change *all = pln_alloc(room * sizeof *all);
        size_t listed = list_arrivals(&txn, cursor->number, all, room);
        qsort(all, listed, sizeof *all, compare_changes);
        *truncated = !merge_changes(all, listed, rows, max, count) || ahead > CHANGES_ROWS_MAX;
        free(all);
    }
    return pln_txn_end(&txn);
}

/* ---- views ---- */

static pln_err_t copy_row(const pln_chain_row_t *row, pln_chain_row_t *out)
{
    if (row == NULL) {
        return PLN_ENOTFOUND;
    }
    *out = *row;
    return PLN_OK;
}

pln_err_t pln_store_chain(pln_store_t *store, uint32_t chain, pln_chain_row_t *out)
{
    pthread_mutex_lock(&store->shared->lock);
    pln_err_t error = copy_row(pln_chains_find(&store->shared->chains, chain), out);
    pthread_mutex_unlock(&store->shared->lock);
    return error;
}

pln_err_t pln_store_find(pln_store_t *store, const pln_place_t *place, uint32_t *chain)
{
    pthread_mutex_lock(&store->shared->lock);
    const pln_chain_row_t *row = pln_chains_at(&store->shared->chains, place);
    pln_err_t error = row != NULL ? PLN_OK : PLN_ENOTFOUND;
    if (row != NULL) {
        *chain = row->number;
    }
    pthread_mutex_unlock(&store->shared->lock);
    return error;
}

bool pln_store_next_chain(pln_store_t *store, const pln_network_id_t *network, uint32_t *cursor,
                          pln_chain_row_t *out)
{
    const pln_chains_t *chains = &store->shared->chains;
    bool found = false;
    pthread_mutex_lock(&store->shared->lock);
    for (size_t i = pln_chains_from(chains, *cursor); i < chains->count && !found; i++) {
        const pln_chain_row_t *row = &chains->rows[i];
        found = memcmp(row->place.network.bytes, network->bytes, sizeof network->bytes) == 0;
        if (found) {
            *out = *row;
            *cursor = row->number + 1;
        }
    }
    pthread_mutex_unlock(&store->shared->lock);
    return found;
}

pln_err_t pln_store_entry(pln_store_t *store, uint32_t chain, uint64_t seq, pln_buf_t *bytes)
{
    pln_txn_t txn;
    pln_span_t value;
    pln_buf_clear(bytes);
    pln_txn_begin(&txn, store, false);
    bool found = pln_txn_get(&txn, PLN_DB_ENTRIES, pln_key_entry(chain, seq), &value);
    if (found) {
        pln_buf_add(bytes, value.data, value.size);
    }
    PLN_TRY(pln_txn_end(&txn));
    return found ? PLN_OK : PLN_ENOTFOUND;
}

pln_err_t pln_store_visit(pln_store_t *store, uint32_t chain, uint64_t from, uint64_t to,
                          size_t max, uint64_t *next,
                          bool (*visit)(void *arg, uint64_t seq, pln_span_t bytes), void *arg)
{
    pln_txn_t txn;
    pln_scan_t scan;
    if (to > PLN_SEQ_MAX) {
        return PLN_EINVAL;
    }
    *next = to + 1; /* unless something stops us earlier */
    pln_txn_begin(&txn, store, false);
    pln_scan_begin(&scan, &txn, PLN_DB_ENTRIES);
    bool more = pln_scan_seek(&scan, pln_key_entry(chain, from));
    for (size_t i = 0; more; i++, more = pln_scan_next(&scan)) {
        uint32_t number;
        uint64_t seq;
        if (pln_key_entry_read(scan.key, &number, &seq) != PLN_OK) {
            pln_txn_damaged(&txn);
            break;
        }
        if (number != chain || seq > to) {
            break;
        }
        if (i == max) {
            *next = seq;
            break;
        }
        if (!visit(arg, seq, scan.value)) {
            *next = seq + 1;
            break;
        }
    }
    pln_scan_end(&scan);
    return pln_txn_end(&txn);
}

pln_err_t pln_store_arrival(pln_store_t *store, uint64_t number, pln_arrival_t *out)
{
    pln_txn_t txn;
    pln_span_t value;
    pln_tag_t tag;
    pln_txn_begin(&txn, store, false);
    bool found = pln_txn_get(&txn, PLN_DB_ARRIVALS, pln_key_arrival(number), &value);
    if (found && pln_arrival_value_read(value, out, &tag) != PLN_OK) {
        pln_txn_damaged(&txn);
    }
    PLN_TRY(pln_txn_end(&txn));
    return found ? PLN_OK : PLN_ENOTFOUND;
}

pln_err_t pln_store_cursor(pln_store_t *store, uint64_t number, pln_cursor_t *out)
{
    pln_txn_t txn;
    pln_txn_begin(&txn, store, false);
    bool found = cursor_at(&txn, number, out);
    PLN_TRY(pln_txn_end(&txn));
    return found ? PLN_OK : PLN_ENOTFOUND;
}
