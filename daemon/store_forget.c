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

/* ---- from the end on ---- */

/** The last signed head of @row below its own and at or above @to; where nothing counts: its base.
 */
static bool shorter(pln_txn_t *txn, const pln_chain_row_t *row, uint64_t to, pln_vouch_t *out)
{
    pln_scan_t scan;
    bool kept;
    pln_scan_begin(&scan, txn, PLN_DB_SIGNATURES);
    bool found = pln_scan_before(&scan, pln_key_entry(row->number, row->head.seq)) &&
                 pln_get_u32(scan.key.data) == row->number;
    if (found && pln_vouch_row_read(scan.key, scan.value, out, &kept) != PLN_OK) {
        pln_txn_damaged(txn);
        found = false;
    }
    pln_scan_end(&scan);
    if (found && out->head.seq >= to) {
        return true;
    }
    *out = (pln_vouch_t){.head = row->base};
    return to == row->base.seq && txn->error == 0;
}

static void delete_behind(pln_txn_t *txn, pln_db_t db, uint32_t chain, uint64_t seq,
                          pln_allowance_t *left)
{
    pln_scan_t scan;
    uint64_t at;
    pln_scan_begin(&scan, txn, db);
    bool moved = pln_scan_seek(&scan, pln_key_entry(chain, seq + 1));
    while (in_range(&scan, moved, chain, UINT64_MAX, &at)) {
        if (db == PLN_DB_ENTRIES) {
            (void)spend(left, scan.key.size + scan.value.size);
        }
        pln_scan_del(&scan);
        moved = pln_scan_next(&scan);
    }
    pln_scan_end(&scan);
}

void pln_trim_entries(pln_txn_t *txn, pln_chain_row_t *row, uint64_t to, pln_allowance_t *left)
{
    pln_vouch_t vouch;
    while (row->head.seq > to && left->entries > 0 && left->bytes > 0 &&
           shorter(txn, row, to, &vouch)) {
        delete_behind(txn, PLN_DB_ENTRIES, row->number, vouch.head.seq, left);
        delete_behind(txn, PLN_DB_SIGNATURES, row->number, vouch.head.seq, left);
        delete_behind(txn, PLN_DB_HIDDEN, row->number, vouch.head.seq, left);
        row->head = vouch.head;
        row->signature = vouch.signature;
    }
}

void pln_row_going(pln_chain_row_t *row)
{
    row->counted_head = row->base;
    row->counted = row->base.seq;
    row->last_arrival = 0;
}
