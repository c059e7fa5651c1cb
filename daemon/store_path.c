// SPDX-License-Identifier: MPL-2.0
// A chain as one path: what a branch leaves, up to where it leaves it, and then the branch itself.
// For a chain that is no branch the path is the chain, and nothing here costs more than before.
#include <string.h>

#include "store_head.h"

/** The chain that holds a seq of the path, and up to which seq the path follows it. */
typedef struct {
    pln_chain_row_t row;
    uint64_t upto;
} stretch_t;

static bool stretch_at(pln_store_t *store, uint32_t leaf, uint64_t seq, stretch_t *out)
{
    out->upto = UINT64_MAX;
    bool found = pln_store_chain(store, leaf, &out->row) == PLN_OK;
    while (found && out->row.branch && seq <= out->row.base.seq) {
        out->upto = out->row.base.seq;
        found = pln_store_chain(store, out->row.parent, &out->row) == PLN_OK;
    }
    return found;
}

static bool path_head(pln_txn_t *txn, uint32_t leaf, uint64_t seq, pln_head_t *out)
{
    stretch_t at;
    if (!stretch_at(txn->store, leaf, seq, &at) || seq > at.row.head.seq) {
        return false;
    }
    return pln_head_at(txn, at.row.number, &at.row.base, seq, out);
}

/** The first signature at or after @from that ends a run of the path. */
static bool path_vouch(pln_txn_t *txn, uint32_t leaf, uint64_t from, uint64_t to, pln_vouch_t *out)
{
    stretch_t at;
    for (uint64_t seq = from; seq <= to; seq = at.upto + 1) {
        if (!stretch_at(txn->store, leaf, seq, &at)) {
            return false;
        }
        uint64_t last = at.upto < to ? at.upto : to;
        if (pln_vouch_from(txn, at.row.number, seq, last, out) &&
            (out->head.seq == to || !pln_signature_is_zero(&out->signature))) {
            return true;
        }
        if (at.upto == UINT64_MAX) {
            return false;
        }
    }
    return false;
}

static void copy_stretch(pln_txn_t *txn, uint32_t chain, uint64_t from, uint64_t to,
                         pln_buf_t *bytes)
{
    pln_scan_t scan;
    pln_scan_begin(&scan, txn, PLN_DB_ENTRIES);
    bool moved = pln_scan_seek(&scan, pln_key_entry(chain, from));
    for (uint64_t seq = from; seq <= to && pln_scan_stands_on(&scan, moved, chain, seq); seq++) {
        pln_buf_add(bytes, scan.value.data, scan.value.size);
        moved = pln_scan_next(&scan);
    }
    pln_scan_end(&scan);
}

static void copy_run(pln_txn_t *txn, uint32_t leaf, uint64_t from, uint64_t to, pln_buf_t *bytes)
{
    stretch_t at;
    for (uint64_t seq = from; seq <= to && stretch_at(txn->store, leaf, seq, &at);) {
        uint64_t last = at.upto < to ? at.upto : to;
        copy_stretch(txn, at.row.number, seq, last, bytes);
        seq = last + 1;
    }
}

/** Entries @from to @end, and the head before them. */
static bool copy_between(pln_txn_t *txn, uint32_t chain, const pln_place_t *place, uint64_t from,
                         const pln_head_t *end, pln_buf_t *bytes, pln_head_t *base)
{
    if (from == 1) {
        pln_chain_start(place, base);
    } else if (!path_head(txn, chain, from - 1, base)) {
        return false;
    }
    copy_run(txn, chain, from, end->seq, bytes);
    return true;
}

pln_err_t pln_store_run(pln_store_t *store, uint32_t chain, const pln_place_t *place, uint64_t from,
                        uint64_t to, pln_buf_t *bytes, pln_head_t *base, pln_head_t *end,
                        pln_signature_t *signature)
{
    pln_txn_t txn;
    pln_vouch_t vouch;
    pln_buf_clear(bytes);
    if (from == 0) {
        return PLN_EINVAL;
    }
    pln_txn_begin(&txn, store, false);
    bool found = path_vouch(&txn, chain, from, to, &vouch) &&
                 copy_between(&txn, chain, place, from, &vouch.head, bytes, base);
    if (found) {
        *end = vouch.head;
        *signature = vouch.signature;
    }
    PLN_TRY(pln_txn_end(&txn));
    return found ? PLN_OK : PLN_ENOTFOUND;
}

pln_err_t pln_store_stretch(pln_store_t *store, uint32_t chain, const pln_place_t *place,
                            uint64_t from, uint64_t to, pln_buf_t *bytes, pln_head_t *base,
                            pln_head_t *end)
{
    pln_txn_t txn;
    pln_buf_clear(bytes);
    if (from == 0 || from > to) {
        return PLN_EINVAL;
    }
    pln_txn_begin(&txn, store, false);
    bool found =
        path_head(&txn, chain, to, end) && copy_between(&txn, chain, place, from, end, bytes, base);
    PLN_TRY(pln_txn_end(&txn));
    return found ? PLN_OK : PLN_ENOTFOUND;
}

pln_err_t pln_store_heads(pln_store_t *store, uint32_t chain, const uint64_t *seqs, size_t count,
                          pln_head_t *heads)
{
    pln_txn_t txn;
    pln_txn_begin(&txn, store, false);
    for (size_t i = 0; i < count; i++) {
        if (!path_head(&txn, chain, seqs[i], &heads[i])) {
            heads[i] = (pln_head_t){0};
        }
    }
    return pln_txn_end(&txn);
}

static bool counts_at(const pln_chain_row_t *row, uint64_t seq)
{
    return seq > row->base.seq && seq <= row->counted;
}

pln_err_t pln_store_counting(pln_store_t *store, const pln_place_t *place, uint64_t seq,
                             pln_chain_row_t *out)
{
    uint32_t number;
    PLN_TRY(pln_store_find(store, place, &number));
    PLN_TRY(pln_store_chain(store, number, out));
    uint32_t cursor = 0;
    while (!counts_at(out, seq)) { /* then on a branch, or nowhere */
        do {
            if (!pln_store_next_chain(store, &place->network, &cursor, out)) {
                return PLN_ENOTFOUND;
            }
        } while (!pln_place_equal(&out->place, place));
    }
    return PLN_OK;
}
