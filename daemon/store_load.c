// SPDX-License-Identifier: MPL-2.0
// What a node needs to start: small rows, chains, lane 0. Each lane-0 chain is linked again on the
// way: who may do what must not rest on a page that rotted.
#include "store_forget.h"

static pln_err_t load_rows(pln_txn_t *txn, pln_node_t *node)
{
    pln_scan_t scan;
    pln_err_t error = PLN_OK;
    pln_scan_begin(&scan, txn, PLN_DB_ROWS);
    for (bool more = pln_scan_first(&scan); more && error == PLN_OK; more = pln_scan_next(&scan)) {
        pln_table_t table = (pln_table_t)scan.key.data[0];
        pln_span_t key = PLN_SPAN(scan.key.data + 1, scan.key.size - 1);
        error = table < PLN_TABLE_COUNT ? pln_node_load_row(node, table, key, scan.value) : PLN_EIO;
        error =
            error == PLN_ENOTFOUND ? PLN_OK : error; /* of a network that is not here any more */
    }
    pln_scan_end(&scan);
    return error;
}

static pln_err_t load_chains(const pln_store_t *store, pln_node_t *node)
{
    const pln_chains_t *chains = &store->shared->chains;
    for (size_t i = 0; i < chains->count; i++) {
        PLN_TRY(pln_node_load_chain(node, &chains->rows[i]));
    }
    return PLN_OK;
}

/** The entry the scan stands on extends @head. */
static pln_err_t load_entry(const pln_scan_t *scan, pln_node_t *node, uint32_t chain,
                            pln_head_t *head)
{
    uint32_t number;
    uint64_t seq;
    pln_entry_t entry;
    PLN_TRY(pln_key_entry_read(scan->key, &number, &seq));
    PLN_TRY(pln_entry_read(scan->value, &entry));
    if (number != chain || seq != head->seq + 1 || entry.stored_size != scan->value.size) {
        return PLN_EIO;
    }
    if (!entry.withheld) {
        pln_entry_data(entry.payload, &entry.data);
    }
    pln_hash_t before = head->hash;
    pln_chain_link(head, &entry.header, &entry.data);
    return pln_node_load_control(node, chain, seq, &before, &head->hash, &entry);
}

static pln_err_t load_control(pln_txn_t *txn, pln_node_t *node, const pln_chain_row_t *row)
{
    pln_scan_t scan;
    pln_head_t head;
    pln_err_t error = PLN_OK;
    head = row->base;
    pln_scan_begin(&scan, txn, PLN_DB_ENTRIES);
    bool more = pln_scan_seek(&scan, pln_key_entry(row->number, head.seq + 1));
    while (error == PLN_OK && head.seq < row->head.seq) {
        error = more ? load_entry(&scan, node, row->number, &head) : PLN_EIO;
        more = pln_scan_next(&scan);
    }
    pln_scan_end(&scan);
    if (error == PLN_OK && !pln_hash_equal(&head.hash, &row->head.hash)) {
        return PLN_EIO;
    }
    return error;
}

static pln_err_t load_all(pln_txn_t *txn, pln_node_t *node)
{
    const pln_chains_t *chains = &txn->store->shared->chains;
    PLN_TRY(load_rows(txn, node));
    PLN_TRY(load_chains(txn->store, node));
    for (size_t i = 0; i < chains->count; i++) {
        if (chains->rows[i].place.lane == PLN_LANE_CONTROL && !pln_row_is_going(&chains->rows[i])) {
            PLN_TRY(load_control(txn, node, &chains->rows[i]));
        }
    }
    return PLN_OK;
}

pln_err_t pln_store_load(pln_store_t *store, pln_node_t *node)
{
    pln_txn_t txn;
    pln_txn_begin(&txn, store, false);
    pln_err_t error = load_all(&txn, node);
    pln_err_t end = pln_txn_end(&txn);
    return end != PLN_OK ? end : error;
}
