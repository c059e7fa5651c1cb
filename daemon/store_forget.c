// SPDX-License-Identifier: MPL-2.0
#include "store_forget.h"

/** Is there one more key of @chain up to @upto under the scan? Its seq. */
static bool in_range(pln_scan_t *scan, bool moved, uint32_t chain, uint64_t upto, uint64_t *seq)
{
    uint32_t number;
    if (!moved) {
        return false;
    }
    if (pln_key_entry_read(scan->key, &number, seq) != PLN_OK) {
        pln_txn_damaged(scan->txn);
        return false;
    }
    return number == chain && *seq <= upto;
}

static bool spend(pln_allowance_t *left, uint64_t bytes)
{
    if (left->entries == 0 || left->bytes == 0) {
        return false;
    }
    left->entries--;
    left->bytes -= bytes < left->bytes ? bytes : left->bytes;
    return true;
}

static void forget_rows(pln_txn_t *txn, pln_db_t db, uint32_t chain, uint64_t upto)
{
    pln_scan_t scan;
    uint64_t seq;
    pln_scan_begin(&scan, txn, db);
    bool moved = pln_scan_seek(&scan, pln_key_entry(chain, 0));
    while (in_range(&scan, moved, chain, upto, &seq)) {
        pln_scan_del(&scan);
        moved = pln_scan_next(&scan);
    }
    pln_scan_end(&scan);
}

uint64_t pln_forget_entries(pln_txn_t *txn, uint32_t chain, uint64_t upto, pln_allowance_t *left,
                            uint64_t *before)
{
    pln_scan_t scan;
    uint64_t seq;
    uint64_t gone = upto;
    pln_scan_begin(&scan, txn, PLN_DB_ENTRIES);
    bool moved = pln_scan_seek(&scan, pln_key_entry(chain, 0));
    bool found = in_range(&scan, moved, chain, upto, &seq);
    *before = found ? seq - 1 : upto;
    for (; found; found = in_range(&scan, moved, chain, upto, &seq)) {
        if (!spend(left, scan.key.size + scan.value.size)) {
            gone = seq - 1;
            break;
        }
        pln_scan_del(&scan);
        moved = pln_scan_next(&scan);
    }
    pln_scan_end(&scan);
    if (gone > *before) {
        forget_rows(txn, PLN_DB_SIGNATURES, chain, gone);
        forget_rows(txn, PLN_DB_HIDDEN, chain, gone);
    }
    return gone;
}

void pln_row_going(pln_chain_row_t *row)
{
    row->counted_head = row->base;
    row->counted = row->base.seq;
    row->last_arrival = 0;
}
