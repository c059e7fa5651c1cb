// SPDX-License-Identifier: MPL-2.0
// Records of lane 0 that cut: revoke and transfer.
#include <assert.h>
#include <string.h>

#include "control.h"
#include "control_map.h"

enum {
    FIELD_REVOKE_NODE = 16,
    FIELD_REVOKE_TERM = 17,
    FIELD_CUTS = 18,  // of revoke and transfer alike
    FIELD_REVOKE_REASON = 19,
    FIELD_TRANSFER_GENERATION = 16,
    FIELD_TRANSFER_SUCCESSOR = 17
};

#define CUT_FIELDS 5u

/* ---- cuts ---- */

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_cuts(const pln_cut_t *a, const pln_cut_t *b)
{
    int order = compare_numbers(a->epoch, b->epoch);
    if (order == 0) {
        order = compare_numbers(a->lane, b->lane);
    }
    if (order == 0) {
        order = compare_numbers(a->seq, b->seq);
    }
    return order != 0 ? order : memcmp(a->hash.bytes, b->hash.bytes, sizeof a->hash.bytes);
}

// Cuts ascend, and of an epoch's lane 1 there is at most one.
static bool cut_may_follow(const pln_cut_t *before, const pln_cut_t *cut)
{
    bool same_chain = before->epoch == cut->epoch && before->lane == cut->lane;
    return compare_cuts(before, cut) < 0 && !(same_chain && cut->lane == PLN_LANE_RECORDS);
}

static void write_cuts(const pln_cut_t *cuts, uint32_t count, pln_buf_t *out)
{
    const pln_cut_t *sorted[PLN_CUTS_MAX];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i;
        for (; at > 0 && compare_cuts(sorted[at - 1], &cuts[i]) > 0; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = &cuts[i];
    }
    if (count == 0) {
        return;
    }
    pln_pack_uint(out, FIELD_CUTS);
    pln_pack_array(out, count);
    for (uint32_t i = 0; i < count; i++) {
        const pln_cut_t *cut = sorted[i];
        assert(cut->lane < PLN_LANES);
        assert(cut->seq > 0 && cut->seq <= PLN_SEQ_MAX);
        assert(i == 0 || cut_may_follow(sorted[i - 1], cut));
        pln_pack_array(out, CUT_FIELDS);
        pln_pack_uint(out, cut->epoch);
        pln_pack_uint(out, cut->lane);
        pln_pack_uint(out, cut->seq);
        pln_pack_bin(out, cut->hash.bytes, sizeof cut->hash.bytes);
        pln_pack_bin(out, cut->signature.bytes, sizeof cut->signature.bytes);
    }
}

static void read_cut(pln_control_map_t *map, pln_cut_t *out)
{
    pln_control_require(map, pln_unpack_array(&map->in, CUT_FIELDS) == CUT_FIELDS);
    out->epoch = (uint32_t)pln_unpack_uint_max(&map->in, UINT32_MAX);
    out->lane = (uint8_t)pln_unpack_uint_max(&map->in, PLN_LANES - 1);
    out->seq = pln_control_positive(map, PLN_SEQ_MAX);
    pln_unpack_fixed(&map->in, out->hash.bytes, sizeof out->hash.bytes);
    pln_unpack_fixed(&map->in, out->signature.bytes, sizeof out->signature.bytes);
}

static uint32_t read_cuts(pln_control_map_t *map, pln_cut_t cuts[PLN_CUTS_MAX])
{
    uint32_t count = pln_unpack_array(&map->in, PLN_CUTS_MAX);
    pln_control_require(map, count > 0);
    for (uint32_t i = 0; i < count && map->in.error == PLN_OK; i++) {
        read_cut(map, &cuts[i]);
        pln_control_require(map, i == 0 || cut_may_follow(&cuts[i - 1], &cuts[i]));
    }
    return count;
}

/* ---- revoke ---- */

void pln_revoke_encode(const pln_revoke_t *revoke, pln_buf_t *out)
{
    assert(revoke->term <= PLN_TERM_MAX);
    assert(revoke->cut_count <= PLN_CUTS_MAX);
    assert(revoke->reason.size <= PLN_REASON_MAX);
    pln_pack_map(out, 2u + (revoke->cut_count > 0) + (revoke->reason.size > 0));
    pln_control_write_bin(out, FIELD_REVOKE_NODE, revoke->node.bytes, sizeof revoke->node.bytes);
    pln_pack_uint(out, FIELD_REVOKE_TERM);
    pln_pack_uint(out, revoke->term);
    write_cuts(revoke->cuts, revoke->cut_count, out);
    pln_control_write_text(out, FIELD_REVOKE_REASON, revoke->reason);
}

pln_err_t pln_revoke_decode(pln_span_t payload, pln_revoke_t *out)
{
    memset(out, 0, sizeof *out);
    pln_control_map_t map = pln_control_begin(payload);
    for (uint64_t field; pln_control_next(&map, &field);) {
        switch (field) {
            case FIELD_REVOKE_NODE:
                pln_unpack_fixed(&map.in, out->node.bytes, sizeof out->node.bytes);
                break;
            case FIELD_REVOKE_TERM:
                out->term = (uint32_t)pln_unpack_uint_max(&map.in, PLN_TERM_MAX);
                break;
            case FIELD_CUTS:
                out->cut_count = read_cuts(&map, out->cuts);
                break;
            case FIELD_REVOKE_REASON:
                out->reason = pln_control_text(&map, PLN_REASON_MAX);
                break;
            default:
                pln_unpack_skip(&map.in);
        }
    }
    return pln_control_end(
        &map, PLN_CONTROL_FIELD(FIELD_REVOKE_NODE) | PLN_CONTROL_FIELD(FIELD_REVOKE_TERM));
}

/* ---- transfer ---- */

void pln_transfer_encode(const pln_transfer_t *transfer, pln_buf_t *out)
{
    assert(transfer->generation > 0);
    assert(transfer->cut_count <= PLN_CUTS_MAX);
    pln_pack_map(out, 2u + (transfer->cut_count > 0));
    pln_control_write_number(out, FIELD_TRANSFER_GENERATION, transfer->generation);
    pln_control_write_bin(out, FIELD_TRANSFER_SUCCESSOR, transfer->successor.bytes,
                          sizeof transfer->successor.bytes);
    write_cuts(transfer->cuts, transfer->cut_count, out);
}

pln_err_t pln_transfer_decode(pln_span_t payload, pln_transfer_t *out)
{
    memset(out, 0, sizeof *out);
    pln_control_map_t map = pln_control_begin(payload);
    for (uint64_t field; pln_control_next(&map, &field);) {
        switch (field) {
            case FIELD_TRANSFER_GENERATION:
                out->generation = (uint32_t)pln_control_positive(&map, UINT32_MAX);
                break;
            case FIELD_TRANSFER_SUCCESSOR:
                pln_control_id(&map, &out->successor);
                break;
            case FIELD_CUTS:
                out->cut_count = read_cuts(&map, out->cuts);
                break;
            default:
                pln_unpack_skip(&map.in);
        }
    }
    return pln_control_end(&map, PLN_CONTROL_FIELD(FIELD_TRANSFER_GENERATION) |
                                     PLN_CONTROL_FIELD(FIELD_TRANSFER_SUCCESSOR));
}
