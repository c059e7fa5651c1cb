// SPDX-License-Identifier: MPL-2.0
#include "store_head.h"

#include <string.h>

static bool read_vouch(pln_txn_t *txn, pln_span_t key, pln_span_t value, pln_vouch_t *out,
                       bool *kept)
{
    if (pln_vouch_row_read(key, value, out, kept) != PLN_OK) {
        pln_txn_damaged(txn);
        return false;
    }
    return true;
}

/** The signature row the scan stands on, when it is of @chain. */
static bool scan_vouch(pln_scan_t *scan, uint32_t chain, pln_vouch_t *out)
{
    bool kept;
    return read_vouch(scan->txn, scan->key, scan->value, out, &kept) &&
           pln_get_u32(scan->key.data) == chain;
}

bool pln_vouch_at(pln_txn_t *txn, uint32_t chain, uint64_t seq, pln_vouch_t *out, bool *kept)
{
    pln_key_t key = pln_key_entry(chain, seq);
    pln_span_t value;
    return pln_txn_get(txn, PLN_DB_SIGNATURES, key, &value) &&
           read_vouch(txn, pln_key_span(&key), value, out, kept);
}

bool pln_vouch_from(pln_txn_t *txn, uint32_t chain, uint64_t seq, uint64_t to, pln_vouch_t *out)
{
    pln_scan_t scan;
    bool found = false;
    pln_scan_begin(&scan, txn, PLN_DB_SIGNATURES);
    bool more = pln_scan_seek(&scan, pln_key_entry(chain, seq));
    while (more && !found && scan_vouch(&scan, chain, out) && out->head.seq <= to) {
        found = out->head.seq == to || !pln_signature_is_zero(&out->signature);
        more = pln_scan_next(&scan);
    }
    pln_scan_end(&scan);
    return found;
}

bool pln_scan_stands_on(pln_scan_t *scan, bool moved, uint32_t chain, uint64_t seq)
{
    pln_key_t key = pln_key_entry(chain, seq);
    if (moved && scan->key.size == key.size && memcmp(scan->key.data, key.bytes, key.size) == 0) {
        return true;
    }
    pln_txn_damaged(scan->txn);
    return false;
}

/** The last signed head up to @seq; where the chain begins when there is none. */
static void signed_head(pln_txn_t *txn, uint32_t chain, const pln_head_t *base, uint64_t seq,
                        pln_head_t *out)
{
    pln_scan_t scan;
    pln_vouch_t vouch;
    pln_scan_begin(&scan, txn, PLN_DB_SIGNATURES);
    if (pln_scan_before(&scan, pln_key_entry(chain, seq + 1)) && scan_vouch(&scan, chain, &vouch)) {
        *out = vouch.head;
    } else {
        *out = *base;
    }
    pln_scan_end(&scan);
}

/** Link the entries after @head, one by one where they lie, up to @seq. */
static void walk(pln_txn_t *txn, uint32_t chain, uint64_t seq, pln_head_t *head)
{
    pln_scan_t scan;
    pln_scan_begin(&scan, txn, PLN_DB_ENTRIES);
    bool moved = pln_scan_seek(&scan, pln_key_entry(chain, head->seq + 1));
    while (head->seq < seq && pln_scan_stands_on(&scan, moved, chain, head->seq + 1)) {
        pln_head_t next;
        uint32_t count;
        if (pln_run_walk(head, scan.value, &next, &count) != PLN_OK || count != 1) {
            pln_txn_damaged(txn);
            break;
        }
        *head = next;
        moved = pln_scan_next(&scan);
    }
    pln_scan_end(&scan);
}

bool pln_head_at(pln_txn_t *txn, uint32_t chain, const pln_head_t *base, uint64_t seq,
                 pln_head_t *out)
{
    if (seq <= base->seq) {
        *out = *base;
        return txn->error == 0;
    }
    signed_head(txn, chain, base, seq, out);
    if (out->seq < seq) {
        walk(txn, chain, seq, out);
    }
    return txn->error == 0;
}
