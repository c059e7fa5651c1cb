// SPDX-License-Identifier: MPL-2.0
// One loop reads every lane-0 record: keys ascend, known ones are checked and taken, others
// skipped. A field that says nothing (empty text, zero) is left out when writing and refused when
// reading, so that each record has exactly one spelling.
#include "control.h"

#include <assert.h>
#include <string.h>

#include "hash.h"

enum {
    FIELD_NETWORK_NONCE = 16,
    FIELD_NETWORK_NAME = 17,
    FIELD_NETWORK_GUARDIANS = 18,
    FIELD_NETWORK_THRESHOLD = 19,
    FIELD_NETWORK_TITLE = 20,
    FIELD_NETWORK_MAX_ENTRIES = 21,
    FIELD_NETWORK_MAX_BYTES = 22,
    FIELD_NETWORK_ACCESS_VERSION = 23,
    FIELD_NODE = 16,  // of grant and revoke alike
    FIELD_TERM = 17,
    FIELD_GRANT_ROLE = 18,
    FIELD_GRANT_LABEL = 19,
    FIELD_GRANT_EXPIRY = 20,
    FIELD_GRANT_SUCCEEDS = 21,
    FIELD_REVOKE_CUTS = 18,
    FIELD_REVOKE_REASON = 19,
    FIELD_RETRACT_AUTHOR = 16,
    FIELD_RETRACT_EPOCH = 17,
    FIELD_RETRACT_SEQ = 18,
    FIELD_RETRACT_DATA = 19,
    FIELD_RETRACT_REASON = 20,
    FIELD_RETRACT_UNDO = 21,
    FIELD_SETTLE_EPOCH = 16,
    FIELD_SETTLE_SEQ = 17,
    FIELD_SETTLE_HASH = 18,
    FIELD_SETTLE_SIGNATURE = 19
};

#define CUT_FIELDS 5u
#define MAP_PAIRS_MAX (PLN_CONTROL_PAYLOAD_MAX / 2)
#define BIT(field) (UINT32_C(1) << (field))

// A map being read: which fields below 32 have been seen, and how many pairs are still to come.
typedef struct {
    pln_unpack_t in;
    int64_t last;
    uint32_t left;
    uint32_t seen;
} map_t;

static map_t map_begin(pln_span_t payload)
{
    map_t map = {.in = pln_unpack(payload), .last = -1};
    if (payload.size > PLN_CONTROL_PAYLOAD_MAX) {
        pln_unpack_fail(&map.in, PLN_EMALFORMED);
    }
    map.left = pln_unpack_map(&map.in, MAP_PAIRS_MAX);
    return map;
}

static bool map_next(map_t *map, uint64_t *field)
{
    if (map->in.error != PLN_OK || map->left == 0) {
        return false;
    }
    map->left--;
    *field = pln_unpack_key(&map->in, &map->last);
    if (map->in.error != PLN_OK) {
        return false;
    }
    if (*field < 32) {
        map->seen |= BIT(*field);
    }
    return true;
}

// A record cut short is as void as a wrong one: callers hear one code.
static pln_err_t map_end(map_t *map, uint32_t required)
{
    if (pln_unpack_end(&map->in) != PLN_OK || (map->seen & required) != required) {
        return PLN_EMALFORMED;
    }
    return PLN_OK;
}

static void require(map_t *map, bool condition)
{
    if (!condition) {
        pln_unpack_fail(&map->in, PLN_EMALFORMED);
    }
}

static uint64_t read_positive(map_t *map, uint64_t max)
{
    uint64_t value = pln_unpack_uint_max(&map->in, max);
    require(map, value > 0);
    return value;
}

static pln_span_t read_text(map_t *map, size_t max)
{
    pln_span_t text = pln_unpack_str(&map->in, max);
    require(map, text.size > 0);
    return text;
}

static void read_valid_id(map_t *map, pln_id_t *out)
{
    pln_unpack_fixed(&map->in, out->bytes, sizeof out->bytes);
    require(map, map->in.error == PLN_OK && pln_id_check(out) == PLN_OK);
}

static void write_text(pln_buf_t *out, uint64_t field, pln_span_t text)
{
    if (text.size > 0) {
        pln_pack_uint(out, field);
        pln_pack_str(out, text);
    }
}

static void write_number(pln_buf_t *out, uint64_t field, uint64_t value)
{
    if (value > 0) {
        pln_pack_uint(out, field);
        pln_pack_uint(out, value);
    }
}

static void write_bin(pln_buf_t *out, uint64_t field, const void *data, size_t size)
{
    pln_pack_uint(out, field);
    pln_pack_bin(out, data, size);
}

/* ---- network ---- */

static void write_genesis(const pln_network_record_t *record, pln_buf_t *out)
{
    assert(record->name.size > 0);
    assert(record->name.size <= PLN_NAME_MAX);
    write_bin(out, FIELD_NETWORK_NONCE, record->nonce, sizeof record->nonce);
    write_text(out, FIELD_NETWORK_NAME, record->name);
    if (record->guardian_count == 0) {
        return;
    }
    assert(record->guardian_count <= PLN_GUARDIANS_MAX);
    assert(record->threshold > record->guardian_count / 2);
    assert(record->threshold <= record->guardian_count);
    pln_pack_uint(out, FIELD_NETWORK_GUARDIANS);
    pln_pack_array(out, record->guardian_count);
    for (uint32_t i = 0; i < record->guardian_count; i++) {
        assert(i == 0 || pln_id_compare(&record->guardians[i - 1], &record->guardians[i]) < 0);
        pln_pack_bin(out, record->guardians[i].bytes, sizeof record->guardians[i].bytes);
    }
    write_number(out, FIELD_NETWORK_THRESHOLD, record->threshold);
}

void pln_network_record_encode(const pln_network_record_t *record, pln_buf_t *out)
{
    uint32_t pairs = (record->title.size > 0) + (record->max_entries > 0) +
                     (record->max_bytes > 0) + (record->access_version > 0);
    if (record->genesis) {
        pairs += record->guardian_count > 0 ? 4 : 2;
    }
    assert(record->title.size <= PLN_TITLE_MAX);
    assert(record->max_entries <= PLN_SEQ_MAX);
    pln_pack_map(out, pairs);
    if (record->genesis) {
        write_genesis(record, out);
    }
    write_text(out, FIELD_NETWORK_TITLE, record->title);
    write_number(out, FIELD_NETWORK_MAX_ENTRIES, record->max_entries);
    write_number(out, FIELD_NETWORK_MAX_BYTES, record->max_bytes);
    write_number(out, FIELD_NETWORK_ACCESS_VERSION, record->access_version);
}

static void read_guardians(map_t *map, pln_network_record_t *out)
{
    out->guardian_count = pln_unpack_array(&map->in, PLN_GUARDIANS_MAX);
    require(map, out->guardian_count > 0);
    for (uint32_t i = 0; i < out->guardian_count && map->in.error == PLN_OK; i++) {
        read_valid_id(map, &out->guardians[i]);
        require(map, i == 0 || pln_id_compare(&out->guardians[i - 1], &out->guardians[i]) < 0);
    }
}

static void read_network_field(map_t *map, uint64_t field, pln_network_record_t *out)
{
    switch (field) {
        case FIELD_NETWORK_NONCE:
            pln_unpack_fixed(&map->in, out->nonce, sizeof out->nonce);
            out->genesis = true;
            break;
        case FIELD_NETWORK_NAME:
            out->name = read_text(map, PLN_NAME_MAX);
            break;
        case FIELD_NETWORK_GUARDIANS:
            read_guardians(map, out);
            break;
        case FIELD_NETWORK_THRESHOLD:
            out->threshold = (uint32_t)read_positive(map, PLN_GUARDIANS_MAX);
            break;
        case FIELD_NETWORK_TITLE:
            out->title = read_text(map, PLN_TITLE_MAX);
            break;
        case FIELD_NETWORK_MAX_ENTRIES:
            out->max_entries = read_positive(map, PLN_SEQ_MAX);
            break;
        case FIELD_NETWORK_MAX_BYTES:
            out->max_bytes = read_positive(map, UINT64_MAX);
            break;
        case FIELD_NETWORK_ACCESS_VERSION:
            out->access_version = (uint32_t)read_positive(map, UINT32_MAX);
            break;
        default:
            pln_unpack_skip(&map->in);
    }
}

pln_err_t pln_network_record_decode(pln_span_t payload, pln_network_record_t *out)
{
    const uint32_t guarded = BIT(FIELD_NETWORK_GUARDIANS) | BIT(FIELD_NETWORK_THRESHOLD);
    const uint32_t founding = BIT(FIELD_NETWORK_NAME) | guarded;
    memset(out, 0, sizeof *out);
    map_t map = map_begin(payload);
    for (uint64_t field; map_next(&map, &field);) {
        read_network_field(&map, field, out);
    }
    if (!out->genesis) {
        require(&map, (map.seen & founding) == 0);
        return map_end(&map, 0);
    }
    bool has_guardians = (map.seen & guarded) != 0;
    if (has_guardians) {
        require(&map, out->threshold > out->guardian_count / 2);
        require(&map, out->threshold <= out->guardian_count);
    }
    return map_end(&map, BIT(FIELD_NETWORK_NAME) | (has_guardians ? guarded : 0));
}

/* ---- grant ---- */

void pln_grant_encode(const pln_grant_t *grant, pln_buf_t *out)
{
    assert(grant->term <= PLN_TERM_MAX);
    assert(grant->role >= PLN_ROLE_READER);
    assert(grant->role <= PLN_ROLE_COORDINATOR);
    assert(grant->label.size <= PLN_NAME_MAX);
    assert(grant->expiry_ms <= PLN_TIME_MAX);
    pln_pack_map(
        out, 3u + (grant->label.size > 0) + (grant->expiry_ms > 0) + (grant->has_succeeds ? 1 : 0));
    write_bin(out, FIELD_NODE, grant->node.bytes, sizeof grant->node.bytes);
    pln_pack_uint(out, FIELD_TERM);
    pln_pack_uint(out, grant->term);
    write_number(out, FIELD_GRANT_ROLE, grant->role);
    write_text(out, FIELD_GRANT_LABEL, grant->label);
    write_number(out, FIELD_GRANT_EXPIRY, grant->expiry_ms);
    if (grant->has_succeeds) {
        write_bin(out, FIELD_GRANT_SUCCEEDS, grant->succeeds.bytes, sizeof grant->succeeds.bytes);
    }
}

pln_err_t pln_grant_decode(pln_span_t payload, pln_grant_t *out)
{
    memset(out, 0, sizeof *out);
    map_t map = map_begin(payload);
    for (uint64_t field; map_next(&map, &field);) {
        switch (field) {
            case FIELD_NODE:
                read_valid_id(&map, &out->node);
                break;
            case FIELD_TERM:
                out->term = (uint32_t)pln_unpack_uint_max(&map.in, PLN_TERM_MAX);
                break;
            case FIELD_GRANT_ROLE:
                out->role = (pln_role_t)read_positive(&map, PLN_ROLE_COORDINATOR);
                break;
            case FIELD_GRANT_LABEL:
                out->label = read_text(&map, PLN_NAME_MAX);
                break;
            case FIELD_GRANT_EXPIRY:
                out->expiry_ms = read_positive(&map, PLN_TIME_MAX);
                break;
            case FIELD_GRANT_SUCCEEDS:
                read_valid_id(&map, &out->succeeds);
                out->has_succeeds = true;
                break;
            default:
                pln_unpack_skip(&map.in);
        }
    }
    return map_end(&map, BIT(FIELD_NODE) | BIT(FIELD_TERM) | BIT(FIELD_GRANT_ROLE));
}

/* ---- revoke ---- */

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

static void write_cuts(const pln_revoke_t *revoke, pln_buf_t *out)
{
    const pln_cut_t *sorted[PLN_CUTS_MAX];
    for (uint32_t i = 0; i < revoke->cut_count; i++) {
        uint32_t at = i;
        for (; at > 0 && compare_cuts(sorted[at - 1], &revoke->cuts[i]) > 0; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = &revoke->cuts[i];
    }
    pln_pack_uint(out, FIELD_REVOKE_CUTS);
    pln_pack_array(out, revoke->cut_count);
    for (uint32_t i = 0; i < revoke->cut_count; i++) {
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

void pln_revoke_encode(const pln_revoke_t *revoke, pln_buf_t *out)
{
    assert(revoke->term <= PLN_TERM_MAX);
    assert(revoke->cut_count <= PLN_CUTS_MAX);
    assert(revoke->reason.size <= PLN_REASON_MAX);
    pln_pack_map(out, 2u + (revoke->cut_count > 0) + (revoke->reason.size > 0));
    write_bin(out, FIELD_NODE, revoke->node.bytes, sizeof revoke->node.bytes);
    pln_pack_uint(out, FIELD_TERM);
    pln_pack_uint(out, revoke->term);
    if (revoke->cut_count > 0) {
        write_cuts(revoke, out);
    }
    write_text(out, FIELD_REVOKE_REASON, revoke->reason);
}

static void read_cut(map_t *map, pln_cut_t *out)
{
    require(map, pln_unpack_array(&map->in, CUT_FIELDS) == CUT_FIELDS);
    out->epoch = (uint32_t)pln_unpack_uint_max(&map->in, UINT32_MAX);
    out->lane = (uint8_t)pln_unpack_uint_max(&map->in, PLN_LANES - 1);
    out->seq = read_positive(map, PLN_SEQ_MAX);
    pln_unpack_fixed(&map->in, out->hash.bytes, sizeof out->hash.bytes);
    pln_unpack_fixed(&map->in, out->signature.bytes, sizeof out->signature.bytes);
}

static void read_cuts(map_t *map, pln_revoke_t *out)
{
    out->cut_count = pln_unpack_array(&map->in, PLN_CUTS_MAX);
    require(map, out->cut_count > 0);
    for (uint32_t i = 0; i < out->cut_count && map->in.error == PLN_OK; i++) {
        read_cut(map, &out->cuts[i]);
        require(map, i == 0 || cut_may_follow(&out->cuts[i - 1], &out->cuts[i]));
    }
}

pln_err_t pln_revoke_decode(pln_span_t payload, pln_revoke_t *out)
{
    memset(out, 0, sizeof *out);
    map_t map = map_begin(payload);
    for (uint64_t field; map_next(&map, &field);) {
        switch (field) {
            case FIELD_NODE:
                pln_unpack_fixed(&map.in, out->node.bytes, sizeof out->node.bytes);
                break;
            case FIELD_TERM:
                out->term = (uint32_t)pln_unpack_uint_max(&map.in, PLN_TERM_MAX);
                break;
            case FIELD_REVOKE_CUTS:
                read_cuts(&map, out);
                break;
            case FIELD_REVOKE_REASON:
                out->reason = read_text(&map, PLN_REASON_MAX);
                break;
            default:
                pln_unpack_skip(&map.in);
        }
    }
    return map_end(&map, BIT(FIELD_NODE) | BIT(FIELD_TERM));
}

/* ---- retract ---- */

void pln_retract_encode(const pln_retract_t *retract, pln_buf_t *out)
{
    assert(retract->seq > 0 && retract->seq <= PLN_SEQ_MAX);
    assert(retract->reason.size <= PLN_REASON_MAX);
    pln_pack_map(out, 4u + (retract->reason.size > 0) + (retract->undo ? 1 : 0));
    write_bin(out, FIELD_RETRACT_AUTHOR, retract->author.bytes, sizeof retract->author.bytes);
    pln_pack_uint(out, FIELD_RETRACT_EPOCH);
    pln_pack_uint(out, retract->epoch);
    write_number(out, FIELD_RETRACT_SEQ, retract->seq);
    write_bin(out, FIELD_RETRACT_DATA, retract->data.bytes, sizeof retract->data.bytes);
    write_text(out, FIELD_RETRACT_REASON, retract->reason);
    if (retract->undo) {
        pln_pack_uint(out, FIELD_RETRACT_UNDO);
        pln_pack_bool(out, true);
    }
}

pln_err_t pln_retract_decode(pln_span_t payload, pln_retract_t *out)
{
    memset(out, 0, sizeof *out);
    map_t map = map_begin(payload);
    for (uint64_t field; map_next(&map, &field);) {
        switch (field) {
            case FIELD_RETRACT_AUTHOR:
                pln_unpack_fixed(&map.in, out->author.bytes, sizeof out->author.bytes);
                break;
            case FIELD_RETRACT_EPOCH:
                out->epoch = (uint32_t)pln_unpack_uint_max(&map.in, UINT32_MAX);
                break;
            case FIELD_RETRACT_SEQ:
                out->seq = read_positive(&map, PLN_SEQ_MAX);
                break;
            case FIELD_RETRACT_DATA:
                pln_unpack_fixed(&map.in, out->data.bytes, sizeof out->data.bytes);
                break;
            case FIELD_RETRACT_REASON:
                out->reason = read_text(&map, PLN_REASON_MAX);
                break;
            case FIELD_RETRACT_UNDO:
                out->undo = pln_unpack_bool(&map.in);
                require(&map, out->undo);
                break;
            default:
                pln_unpack_skip(&map.in);
        }
    }
    return map_end(&map, BIT(FIELD_RETRACT_AUTHOR) | BIT(FIELD_RETRACT_EPOCH) |
                             BIT(FIELD_RETRACT_SEQ) | BIT(FIELD_RETRACT_DATA));
}

/* ---- settle ---- */

void pln_settle_encode(const pln_settle_t *settle, pln_buf_t *out)
{
    assert(settle->seq > 0 && settle->seq <= PLN_SEQ_MAX);
    pln_pack_map(out, 4);
    pln_pack_uint(out, FIELD_SETTLE_EPOCH);
    pln_pack_uint(out, settle->epoch);
    write_number(out, FIELD_SETTLE_SEQ, settle->seq);
    write_bin(out, FIELD_SETTLE_HASH, settle->hash.bytes, sizeof settle->hash.bytes);
    write_bin(out, FIELD_SETTLE_SIGNATURE, settle->signature.bytes, sizeof settle->signature.bytes);
}

pln_err_t pln_settle_decode(pln_span_t payload, pln_settle_t *out)
{
    memset(out, 0, sizeof *out);
    map_t map = map_begin(payload);
    for (uint64_t field; map_next(&map, &field);) {
        switch (field) {
            case FIELD_SETTLE_EPOCH:
                out->epoch = (uint32_t)pln_unpack_uint_max(&map.in, UINT32_MAX);
                break;
            case FIELD_SETTLE_SEQ:
                out->seq = read_positive(&map, PLN_SEQ_MAX);
                break;
            case FIELD_SETTLE_HASH:
                pln_unpack_fixed(&map.in, out->hash.bytes, sizeof out->hash.bytes);
                break;
            case FIELD_SETTLE_SIGNATURE:
                pln_unpack_fixed(&map.in, out->signature.bytes, sizeof out->signature.bytes);
                break;
            default:
                pln_unpack_skip(&map.in);
        }
    }
    return map_end(&map, BIT(FIELD_SETTLE_EPOCH) | BIT(FIELD_SETTLE_SEQ) | BIT(FIELD_SETTLE_HASH) |
                             BIT(FIELD_SETTLE_SIGNATURE));
}

/* ---- leave, ids, roles ---- */

void pln_leave_encode(pln_buf_t *out)
{
    pln_pack_map(out, 0);
}

pln_err_t pln_leave_decode(pln_span_t payload)
{
    map_t map = map_begin(payload);
    for (uint64_t field; map_next(&map, &field);) {
        pln_unpack_skip(&map.in);
    }
    return map_end(&map, 0);
}

void pln_network_id(const pln_id_t *root, pln_span_t genesis, pln_network_id_t *out)
{
    pln_hash_t data, id;
    pln_hasher_t hasher;
    pln_hash(PLN_DOMAIN_DATA, genesis.data, genesis.size, &data);
    pln_hash_begin(&hasher, PLN_DOMAIN_NETWORK);
    pln_hash_add(&hasher, root->bytes, sizeof root->bytes);
    pln_hash_add(&hasher, data.bytes, sizeof data.bytes);
    pln_hash_end(&hasher, &id);
    memcpy(out->bytes, id.bytes, sizeof out->bytes);
}

static const char *const ROLE_NAMES[] = {
    [PLN_ROLE_NONE] = "none",
    [PLN_ROLE_READER] = "reader",
    [PLN_ROLE_CONTRIBUTOR] = "contributor",
    [PLN_ROLE_COORDINATOR] = "coordinator",
    [PLN_ROLE_ROOT] = "root",
};
#define ROLE_COUNT (sizeof ROLE_NAMES / sizeof ROLE_NAMES[0])

const char *pln_role_name(pln_role_t role)
{
    assert((size_t)role < ROLE_COUNT);
    return ROLE_NAMES[role];
}

pln_err_t pln_role_parse(const char *text, pln_role_t *out)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        if (strcmp(text, ROLE_NAMES[i]) == 0) {
            *out = (pln_role_t)i;
            return PLN_OK;
        }
    }
    return PLN_EINVAL;
}
