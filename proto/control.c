// SPDX-License-Identifier: MPL-2.0
// Records of lane 0 without cuts, and what they have in common.
#include "control.h"

#include <assert.h>
#include <string.h>

#include "control_map.h"
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
    FIELD_GRANT_NODE = 16,
    FIELD_GRANT_TERM = 17,
    FIELD_GRANT_ROLE = 18,
    FIELD_GRANT_LABEL = 19,
    FIELD_GRANT_EXPIRY = 20,
    FIELD_GRANT_SUCCEEDS = 21,
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

/* ---- network ---- */

static void write_genesis(const pln_network_record_t *record, pln_buf_t *out)
{
    assert(record->name.size > 0);
    assert(record->name.size <= PLN_NAME_MAX);
    pln_control_write_bin(out, FIELD_NETWORK_NONCE, record->nonce, sizeof record->nonce);
    pln_control_write_text(out, FIELD_NETWORK_NAME, record->name);
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
    pln_control_write_number(out, FIELD_NETWORK_THRESHOLD, record->threshold);
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
    pln_control_write_text(out, FIELD_NETWORK_TITLE, record->title);
    pln_control_write_number(out, FIELD_NETWORK_MAX_ENTRIES, record->max_entries);
    pln_control_write_number(out, FIELD_NETWORK_MAX_BYTES, record->max_bytes);
    pln_control_write_number(out, FIELD_NETWORK_ACCESS_VERSION, record->access_version);
}

static void read_guardians(pln_control_map_t *map, pln_network_record_t *out)
{
    out->guardian_count = pln_unpack_array(&map->in, PLN_GUARDIANS_MAX);
    pln_control_require(map, out->guardian_count > 0);
    for (uint32_t i = 0; i < out->guardian_count && map->in.error == PLN_OK; i++) {
        pln_control_id(map, &out->guardians[i]);
        pln_control_require(
            map, i == 0 || pln_id_compare(&out->guardians[i - 1], &out->guardians[i]) < 0);
    }
}

static void read_network_field(pln_control_map_t *map, uint64_t field, pln_network_record_t *out)
{
    switch (field) {
        case FIELD_NETWORK_NONCE:
            pln_unpack_fixed(&map->in, out->nonce, sizeof out->nonce);
            out->genesis = true;
            break;
        case FIELD_NETWORK_NAME:
            out->name = pln_control_text(map, PLN_NAME_MAX);
            break;
        case FIELD_NETWORK_GUARDIANS:
            read_guardians(map, out);
            break;
        case FIELD_NETWORK_THRESHOLD:
            out->threshold = (uint32_t)pln_control_positive(map, PLN_GUARDIANS_MAX);
            break;
        case FIELD_NETWORK_TITLE:
            out->title = pln_control_text(map, PLN_TITLE_MAX);
            break;
        case FIELD_NETWORK_MAX_ENTRIES:
            out->max_entries = pln_control_positive(map, PLN_SEQ_MAX);
            break;
        case FIELD_NETWORK_MAX_BYTES:
            out->max_bytes = pln_control_positive(map, UINT64_MAX);
            break;
        case FIELD_NETWORK_ACCESS_VERSION:
            out->access_version = (uint32_t)pln_control_positive(map, UINT32_MAX);
            break;
        default:
            pln_unpack_skip(&map->in);
    }
}

pln_err_t pln_network_record_decode(pln_span_t payload, pln_network_record_t *out)
{
    const uint32_t guarded =
        PLN_CONTROL_FIELD(FIELD_NETWORK_GUARDIANS) | PLN_CONTROL_FIELD(FIELD_NETWORK_THRESHOLD);
    const uint32_t founding = PLN_CONTROL_FIELD(FIELD_NETWORK_NAME) | guarded;
    memset(out, 0, sizeof *out);
    pln_control_map_t map = pln_control_begin(payload);
    for (uint64_t field; pln_control_next(&map, &field);) {
        read_network_field(&map, field, out);
    }
    if (!out->genesis) {
        pln_control_require(&map, (map.seen & founding) == 0);
        return pln_control_end(&map, 0);
    }
    bool has_guardians = (map.seen & guarded) != 0;
    if (has_guardians) {
        pln_control_require(&map, out->threshold > out->guardian_count / 2);
        pln_control_require(&map, out->threshold <= out->guardian_count);
    }
    return pln_control_end(&map,
                           PLN_CONTROL_FIELD(FIELD_NETWORK_NAME) | (has_guardians ? guarded : 0));
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
    pln_control_write_bin(out, FIELD_GRANT_NODE, grant->node.bytes, sizeof grant->node.bytes);
    pln_pack_uint(out, FIELD_GRANT_TERM);
    pln_pack_uint(out, grant->term);
    pln_control_write_number(out, FIELD_GRANT_ROLE, grant->role);
    pln_control_write_text(out, FIELD_GRANT_LABEL, grant->label);
    pln_control_write_number(out, FIELD_GRANT_EXPIRY, grant->expiry_ms);
    if (grant->has_succeeds) {
        pln_control_write_bin(out, FIELD_GRANT_SUCCEEDS, grant->succeeds.bytes,
                              sizeof grant->succeeds.bytes);
    }
}

pln_err_t pln_grant_decode(pln_span_t payload, pln_grant_t *out)
{
    memset(out, 0, sizeof *out);
    pln_control_map_t map = pln_control_begin(payload);
    for (uint64_t field; pln_control_next(&map, &field);) {
        switch (field) {
            case FIELD_GRANT_NODE:
                pln_control_id(&map, &out->node);
                break;
            case FIELD_GRANT_TERM:
                out->term = (uint32_t)pln_unpack_uint_max(&map.in, PLN_TERM_MAX);
                break;
            case FIELD_GRANT_ROLE:
                out->role = (pln_role_t)pln_control_positive(&map, PLN_ROLE_COORDINATOR);
                break;
            case FIELD_GRANT_LABEL:
                out->label = pln_control_text(&map, PLN_NAME_MAX);
                break;
            case FIELD_GRANT_EXPIRY:
                out->expiry_ms = pln_control_positive(&map, PLN_TIME_MAX);
                break;
            case FIELD_GRANT_SUCCEEDS:
                pln_control_id(&map, &out->succeeds);
                out->has_succeeds = true;
                break;
            default:
                pln_unpack_skip(&map.in);
        }
    }
    return pln_control_end(&map, PLN_CONTROL_FIELD(FIELD_GRANT_NODE) |
                                     PLN_CONTROL_FIELD(FIELD_GRANT_TERM) |
                                     PLN_CONTROL_FIELD(FIELD_GRANT_ROLE));
}

/* ---- retract ---- */

void pln_retract_encode(const pln_retract_t *retract, pln_buf_t *out)
{
    assert(retract->seq > 0 && retract->seq <= PLN_SEQ_MAX);
    assert(retract->reason.size <= PLN_REASON_MAX);
    pln_pack_map(out, 4u + (retract->reason.size > 0) + (retract->undo ? 1 : 0));
    pln_control_write_bin(out, FIELD_RETRACT_AUTHOR, retract->author.bytes,
                          sizeof retract->author.bytes);
    pln_pack_uint(out, FIELD_RETRACT_EPOCH);
    pln_pack_uint(out, retract->epoch);
    pln_control_write_number(out, FIELD_RETRACT_SEQ, retract->seq);
    pln_control_write_bin(out, FIELD_RETRACT_DATA, retract->data.bytes, sizeof retract->data.bytes);
    pln_control_write_text(out, FIELD_RETRACT_REASON, retract->reason);
    if (retract->undo) {
        pln_pack_uint(out, FIELD_RETRACT_UNDO);
        pln_pack_bool(out, true);
    }
}

pln_err_t pln_retract_decode(pln_span_t payload, pln_retract_t *out)
{
    memset(out, 0, sizeof *out);
    pln_control_map_t map = pln_control_begin(payload);
    for (uint64_t field; pln_control_next(&map, &field);) {
        switch (field) {
            case FIELD_RETRACT_AUTHOR:
                pln_unpack_fixed(&map.in, out->author.bytes, sizeof out->author.bytes);
                break;
            case FIELD_RETRACT_EPOCH:
                out->epoch = (uint32_t)pln_unpack_uint_max(&map.in, UINT32_MAX);
                break;
            case FIELD_RETRACT_SEQ:
                out->seq = pln_control_positive(&map, PLN_SEQ_MAX);
                break;
            case FIELD_RETRACT_DATA:
                pln_unpack_fixed(&map.in, out->data.bytes, sizeof out->data.bytes);
                break;
            case FIELD_RETRACT_REASON:
                out->reason = pln_control_text(&map, PLN_REASON_MAX);
                break;
            case FIELD_RETRACT_UNDO:
                out->undo = pln_unpack_bool(&map.in);
                pln_control_require(&map, out->undo);
                break;
            default:
                pln_unpack_skip(&map.in);
        }
    }
    return pln_control_end(
        &map, PLN_CONTROL_FIELD(FIELD_RETRACT_AUTHOR) | PLN_CONTROL_FIELD(FIELD_RETRACT_EPOCH) |
                  PLN_CONTROL_FIELD(FIELD_RETRACT_SEQ) | PLN_CONTROL_FIELD(FIELD_RETRACT_DATA));
}

/* ---- settle ---- */

void pln_settle_encode(const pln_settle_t *settle, pln_buf_t *out)
{
    assert(settle->seq > 0 && settle->seq <= PLN_SEQ_MAX);
    pln_pack_map(out, 4);
    pln_pack_uint(out, FIELD_SETTLE_EPOCH);
    pln_pack_uint(out, settle->epoch);
    pln_control_write_number(out, FIELD_SETTLE_SEQ, settle->seq);
    pln_control_write_bin(out, FIELD_SETTLE_HASH, settle->hash.bytes, sizeof settle->hash.bytes);
    pln_control_write_bin(out, FIELD_SETTLE_SIGNATURE, settle->signature.bytes,
                          sizeof settle->signature.bytes);
}

pln_err_t pln_settle_decode(pln_span_t payload, pln_settle_t *out)
{
    memset(out, 0, sizeof *out);
    pln_control_map_t map = pln_control_begin(payload);
    for (uint64_t field; pln_control_next(&map, &field);) {
        switch (field) {
            case FIELD_SETTLE_EPOCH:
                out->epoch = (uint32_t)pln_unpack_uint_max(&map.in, UINT32_MAX);
                break;
            case FIELD_SETTLE_SEQ:
                out->seq = pln_control_positive(&map, PLN_SEQ_MAX);
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
    return pln_control_end(
        &map, PLN_CONTROL_FIELD(FIELD_SETTLE_EPOCH) | PLN_CONTROL_FIELD(FIELD_SETTLE_SEQ) |
                  PLN_CONTROL_FIELD(FIELD_SETTLE_HASH) | PLN_CONTROL_FIELD(FIELD_SETTLE_SIGNATURE));
}

/* ---- leave, ids, roles ---- */

void pln_leave_encode(pln_buf_t *out)
{
    pln_pack_map(out, 0);
}

pln_err_t pln_leave_decode(pln_span_t payload)
{
    pln_control_map_t map = pln_control_begin(payload);
    for (uint64_t field; pln_control_next(&map, &field);) {
        pln_unpack_skip(&map.in);
    }
    return pln_control_end(&map, 0);
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
