// SPDX-License-Identifier: MPL-2.0
#include "backdate.h"

#include <string.h>

#include "proto/entry.h"

/** Walks the run of one entry that lane 0 has at each seq, up to the first that is too new. */
static pln_err_t find_cut(pln_store_t *store, const pln_chain_row_t *row, uint64_t before_ms,
                          pln_cut_t *cut)
{
    pln_buf_t run = {0};
    pln_err_t error = PLN_OK;
    cut->seq = 0;
    for (uint64_t seq = 1; seq <= row->head.seq && error == PLN_OK; seq++) {
        pln_head_t base, end;
        pln_signature_t signature;
        pln_entry_t entry;
        error =
            pln_store_run(store, row->number, &row->place, seq, seq, &run, &base, &end, &signature);
        error = error == PLN_OK ? pln_entry_read(pln_buf_span(&run), &entry) : error;
        if (error != PLN_OK || entry.header.time_ms >= before_ms) {
            break;
        }
        *cut = (pln_cut_t){.epoch = row->place.epoch,
                           .lane = PLN_LANE_CONTROL,
                           .seq = end.seq,
                           .hash = end.hash,
                           .signature = signature};
    }
    pln_buf_free(&run);
    return error;
}

static bool is_listed(const pln_cut_t *cuts, uint32_t count, const pln_cut_t *cut)
{
    for (uint32_t i = 0; i < count; i++) {
        if (cuts[i].epoch == cut->epoch && cuts[i].seq == cut->seq &&
            memcmp(&cuts[i].hash, &cut->hash, sizeof cut->hash) == 0) {
            return true;
        }
    }
    return false;
}

/** Where there is no room any more the oldest epoch gives way. */
static void list(pln_cut_t *cuts, uint32_t *count, const pln_cut_t *cut)
{
    if (cut->seq == 0 || is_listed(cuts, *count, cut)) {
        return;
    }
    uint32_t at = *count < PLN_CUTS_MAX ? *count : 0;
    for (uint32_t i = 0; *count == PLN_CUTS_MAX && i < *count; i++) {
        at = cuts[i].epoch < cuts[at].epoch ? i : at;
    }
    if (*count < PLN_CUTS_MAX || cuts[at].epoch < cut->epoch) {
        cuts[at] = *cut;
        *count += *count < PLN_CUTS_MAX;
    }
}

pln_err_t pln_backdate(pln_store_t *store, const pln_network_id_t *network, const pln_id_t *author,
                       uint64_t before_ms, pln_cut_t cuts[PLN_CUTS_MAX], uint32_t *count)
{
    uint32_t cursor = 0;
    pln_chain_row_t row;
    *count = 0;
    while (pln_store_next_chain(store, network, &cursor, &row)) {
        pln_cut_t cut;
        if (row.place.lane != PLN_LANE_CONTROL || !pln_id_equal(&row.place.author, author)) {
            continue;
        }
        PLN_TRY(find_cut(store, &row, before_ms, &cut));
        list(cuts, count, &cut);
    }
    return PLN_OK;
}
