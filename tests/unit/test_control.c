// SPDX-License-Identifier: MPL-2.0
/* Malformed payloads are written by hand with the same packer: what the encoders would never write.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "proto/control.h"
#include "proto/hash.h"

#define TEXT(literal) PLN_SPAN(literal, sizeof(literal) - 1)

static pln_id_t ids[PLN_GUARDIANS_MAX + 1];  // valid, ascending
static pln_id_t bad_id;                      // valid, but for the sign bit

static int compare(const void *a, const void *b)
{
    return pln_id_compare(a, b);
}

static int make_ids(void **state)
{
    (void)state;
    uint8_t seed[PLN_SEED_SIZE] = {0};
    pln_identity_t identity;
    for (size_t made = 0; made < sizeof ids / sizeof ids[0];) {
        pln_put_u32(seed, pln_get_u32(seed) + 1);
        if (pln_identity_derive(seed, &identity) == PLN_OK) {
            ids[made++] = identity.id;
        }
    }
    qsort(ids, sizeof ids / sizeof ids[0], sizeof ids[0], compare);
    bad_id = ids[0];
    bad_id.bytes[31] |= 0x80;
    return 0;
}

/* ---- network ---- */

static pln_network_record_t genesis(uint32_t guardians, uint32_t threshold)
{
    pln_network_record_t record = {
        .genesis = true, .name = TEXT("Iowa"), .guardian_count = guardians, .threshold = threshold};
    for (uint8_t i = 0; i < sizeof record.nonce; i++) {
        record.nonce[i] = i;
    }
    memcpy(record.guardians, ids, guardians * sizeof ids[0]);
    return record;
}

static void control_genesis_has_this_very_spelling_and_network_id(void **state)
{
    (void)state;
    pln_network_record_t record = genesis(0, 0);
    pln_buf_t payload = {0};
    char hex[65];
    pln_id_t root;
    pln_network_id_t id;
    pln_network_record_encode(&record, &payload);
    assert_int_equal(payload.size, 26);
    pln_hex(payload.data, payload.size, hex);
    assert_string_equal(hex, "8210c410000102030405060708090a0b0c0d0e0f11a4496f7761");
    memset(root.bytes, 9, sizeof root.bytes);
    pln_network_id(&root, pln_buf_span(&payload), &id);
    pln_hex(id.bytes, sizeof id.bytes, hex);
    assert_string_equal(hex, "4b7f50db7d6dbb3d5109c0af141fe6fc8d40dcf6a9e0e02e3cdeb751822b0dde");
    pln_buf_free(&payload);
}

static void control_network_reads_what_it_wrote(void **state)
{
    (void)state;
    for (uint32_t guardians = 0; guardians <= PLN_GUARDIANS_MAX; guardians++) {
        pln_network_record_t record = genesis(guardians, guardians > 0 ? guardians / 2 + 1 : 0);
        pln_network_record_t back;
        pln_buf_t payload = {0};
        record.title = TEXT("Iowa CBE Collaborative");
        record.max_entries = PLN_SEQ_MAX;
        record.max_bytes = UINT64_MAX;
        record.access_version = UINT32_MAX;
        pln_network_record_encode(&record, &payload);
        assert_int_equal(pln_network_record_decode(pln_buf_span(&payload), &back), PLN_OK);
        assert_true(back.genesis);
        assert_memory_equal(back.nonce, record.nonce, sizeof back.nonce);
        assert_int_equal(back.guardian_count, guardians);
        assert_memory_equal(back.guardians, ids, guardians * sizeof ids[0]);
        assert_int_equal(back.threshold, record.threshold);
        assert_int_equal(back.name.size, 4);
        assert_memory_equal(back.title.data, record.title.data, record.title.size);
        assert_int_equal(back.max_entries, PLN_SEQ_MAX);
        assert_true(back.max_bytes == UINT64_MAX);
        assert_int_equal(back.access_version, UINT32_MAX);
        pln_buf_free(&payload);
    }
}

static void control_network_without_anything_set_is_an_empty_map(void **state)
{
    (void)state;
    pln_network_record_t record = {0}, back;
    pln_buf_t payload = {0};
    pln_network_record_encode(&record, &payload);
    assert_int_equal(payload.size, 1);
    assert_int_equal(payload.data[0], 0x80);
    assert_int_equal(pln_network_record_decode(pln_buf_span(&payload), &back), PLN_OK);
    assert_false(back.genesis);
    pln_buf_free(&payload);
}

// A network record put together field by field; a number below 0 leaves that field out.
typedef struct {
    int nonce_size;
    const char *name;
    int guardians;   // how many
    int descending;  // their order
    int threshold;
    const char *title;
    int64_t max_entries;
} raw_network_t;

static pln_err_t decode_raw(const raw_network_t *raw)
{
    static const uint8_t nonce[32];
    pln_buf_t payload = {0};
    pln_network_record_t record;
    pln_pack_map(&payload, (raw->nonce_size >= 0) + (raw->name != NULL) + (raw->guardians >= 0) +
                               (raw->threshold >= 0) + (raw->title != NULL) +
                               (raw->max_entries >= 0));
    if (raw->nonce_size >= 0) {
        pln_pack_uint(&payload, 16);
        pln_pack_bin(&payload, nonce, (size_t)raw->nonce_size);
    }
    if (raw->name != NULL) {
        pln_pack_uint(&payload, 17);
        pln_pack_cstr(&payload, raw->name);
    }
    if (raw->guardians >= 0) {
        pln_pack_uint(&payload, 18);
        pln_pack_array(&payload, (uint32_t)raw->guardians);
        for (int i = 0; i < raw->guardians; i++) {
            int at = raw->descending ? raw->guardians - 1 - i : i;
            pln_pack_bin(&payload, ids[at].bytes, sizeof ids[at].bytes);
        }
    }
    if (raw->threshold >= 0) {
        pln_pack_uint(&payload, 19);
        pln_pack_uint(&payload, (uint64_t)raw->threshold);
    }
    if (raw->title != NULL) {
        pln_pack_uint(&payload, 20);
        pln_pack_cstr(&payload, raw->title);
    }
    if (raw->max_entries >= 0) {
        pln_pack_uint(&payload, 21);
        pln_pack_uint(&payload, (uint64_t)raw->max_entries);
    }
    pln_err_t error = pln_network_record_decode(pln_buf_span(&payload), &record);
    pln_buf_free(&payload);
    return error;
}

static void control_network_refuses_what_breaks_its_rules(void **state)
{
    (void)state;
    static char long_name[PLN_NAME_MAX + 2], long_title[PLN_TITLE_MAX + 2];
    memset(long_name, 'n', PLN_NAME_MAX + 1);
    memset(long_title, 't', PLN_TITLE_MAX + 1);
    const raw_network_t GOOD[] = {
        {16, "n", -1, 0, -1, NULL, -1}, {16, "n", 1, 0, 1, NULL, -1},  {16, "n", 4, 0, 3, "t", 1},
        {16, "n", 7, 0, 7, NULL, -1},   {-1, NULL, -1, 0, -1, "t", 5},
    };
    const raw_network_t BAD[] = {
        {15, "n", -1, 0, -1, NULL, -1},        // short nonce
        {17, "n", -1, 0, -1, NULL, -1},        // long nonce
        {16, NULL, -1, 0, -1, NULL, -1},       // genesis without a name
        {16, "", -1, 0, -1, NULL, -1},         // empty name
        {16, long_name, -1, 0, -1, NULL, -1},  // long name
        {-1, "n", -1, 0, -1, NULL, -1},        // name in a later record
        {-1, NULL, 2, 0, 2, NULL, -1},         // guardians in a later record
        {-1, NULL, -1, 0, 1, NULL, -1},        // threshold in a later record
        {16, "n", 0, 0, 1, NULL, -1},          // no guardians in the list
        {16, "n", 8, 0, 5, NULL, -1},          // too many
        {16, "n", 3, 1, 2, NULL, -1},          // not ascending
        {16, "n", 4, 0, 2, NULL, -1},          // half is not more than half
        {16, "n", 3, 0, 4, NULL, -1},          // more than there are
        {16, "n", 3, 0, 0, NULL, -1},          // none needed
        {16, "n", 3, 0, -1, NULL, -1},         // guardians without a threshold
        {16, "n", -1, 0, 1, NULL, -1},         // threshold without guardians
        {-1, NULL, -1, 0, -1, "", -1},         // empty title
        {-1, NULL, -1, 0, -1, long_title, -1},
        {-1, NULL, -1, 0, -1, NULL, 0},                         // quota of nothing
        {-1, NULL, -1, 0, -1, NULL, (int64_t)PLN_SEQ_MAX + 1},  // beyond any seq
    };
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        assert_int_equal(decode_raw(&GOOD[i]), PLN_OK);
    }
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        assert_int_equal(decode_raw(&BAD[i]), PLN_EMALFORMED);
    }
}

/* ---- grant ---- */

static void control_grant_reads_what_it_wrote(void **state)
{
    (void)state;
    for (int role = PLN_ROLE_READER; role <= PLN_ROLE_COORDINATOR; role++) {
        pln_grant_t grant = {.node = ids[1], .term = PLN_TERM_MAX, .role = (pln_role_t)role};
        pln_grant_t back;
        pln_buf_t payload = {0};
        if (role != PLN_ROLE_READER) {
            grant.label = TEXT("Süd-District");
            grant.expiry_ms = PLN_TIME_MAX;
            grant.has_succeeds = true;
            grant.succeeds = ids[2];
        }
        pln_grant_encode(&grant, &payload);
        assert_int_equal(pln_grant_decode(pln_buf_span(&payload), &back), PLN_OK);
        assert_true(pln_id_equal(&back.node, &ids[1]));
        assert_int_equal(back.term, PLN_TERM_MAX);
        assert_int_equal(back.role, role);
        assert_int_equal(back.expiry_ms, grant.expiry_ms);
        assert_int_equal(back.has_succeeds, grant.has_succeeds);
        assert_int_equal(back.label.size, grant.label.size);
        pln_buf_free(&payload);
    }
}

// {16: node, 17: term, 18: role}, each left out when its number is below 0.
static pln_err_t decode_grant(const pln_id_t *node, int64_t term, int role)
{
    pln_buf_t payload = {0};
    pln_grant_t grant;
    pln_pack_map(&payload, (node != NULL) + (term >= 0) + (role >= 0));
    if (node != NULL) {
        pln_pack_uint(&payload, 16);
        pln_pack_bin(&payload, node->bytes, sizeof node->bytes);
    }
    if (term >= 0) {
        pln_pack_uint(&payload, 17);
        pln_pack_uint(&payload, (uint64_t)term);
    }
    if (role >= 0) {
        pln_pack_uint(&payload, 18);
        pln_pack_uint(&payload, (uint64_t)role);
    }
    pln_err_t error = pln_grant_decode(pln_buf_span(&payload), &grant);
    pln_buf_free(&payload);
    return error;
}

static void control_grant_refuses_what_breaks_its_rules(void **state)
{
    (void)state;
    static const pln_id_t zero;
    assert_int_equal(decode_grant(&ids[0], 0, PLN_ROLE_READER), PLN_OK);
    assert_int_equal(decode_grant(NULL, 0, PLN_ROLE_READER), PLN_EMALFORMED);
    assert_int_equal(decode_grant(&ids[0], -1, PLN_ROLE_READER), PLN_EMALFORMED);
    assert_int_equal(decode_grant(&ids[0], 0, -1), PLN_EMALFORMED);
    assert_int_equal(decode_grant(&bad_id, 0, PLN_ROLE_READER), PLN_EMALFORMED);
    assert_int_equal(decode_grant(&zero, 0, PLN_ROLE_READER), PLN_EMALFORMED);
    assert_int_equal(decode_grant(&ids[0], (int64_t)PLN_TERM_MAX + 1, 1), PLN_EMALFORMED);
    assert_int_equal(decode_grant(&ids[0], 0, PLN_ROLE_NONE), PLN_EMALFORMED);
    assert_int_equal(decode_grant(&ids[0], 0, PLN_ROLE_ROOT), PLN_EMALFORMED);
}

/* ---- revoke ---- */

static pln_cut_t cut_at(uint32_t epoch, uint8_t lane, uint64_t seq, uint8_t hash)
{
    pln_cut_t cut = {.epoch = epoch, .lane = lane, .seq = seq};
    memset(cut.hash.bytes, hash, sizeof cut.hash.bytes);
    memset(cut.signature.bytes, 0x51, sizeof cut.signature.bytes);
    return cut;
}

static void control_revoke_sorts_its_cuts_and_reads_them_back(void **state)
{
    (void)state;
    pln_revoke_t revoke = {.node = ids[3], .term = 2, .reason = TEXT("left the state")}, back;
    const pln_cut_t sorted[] = {cut_at(0, 0, 4, 1), cut_at(0, 0, 4, 2), cut_at(0, 0, 9, 0),
                                cut_at(0, 1, 3, 0), cut_at(1, 0, 1, 0), cut_at(1, 1, 1, 0)};
    const size_t count = sizeof sorted / sizeof sorted[0];
    pln_buf_t payload = {0}, other = {0};
    for (size_t i = 0; i < count; i++) {
        revoke.cuts[i] = sorted[count - 1 - i];
    }
    revoke.cut_count = (uint32_t)count;
    pln_revoke_encode(&revoke, &payload);
    assert_int_equal(pln_revoke_decode(pln_buf_span(&payload), &back), PLN_OK);
    assert_int_equal(back.cut_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(back.cuts[i].epoch, sorted[i].epoch);
        assert_int_equal(back.cuts[i].lane, sorted[i].lane);
        assert_int_equal(back.cuts[i].seq, sorted[i].seq);
        assert_memory_equal(&back.cuts[i].hash, &sorted[i].hash, sizeof sorted[i].hash);
        assert_memory_equal(&back.cuts[i].signature, &sorted[i].signature, 64);
    }
    assert_memory_equal(back.reason.data, "left the state", 14);
    pln_revoke_encode(&back, &other);
    assert_int_equal(other.size, payload.size);
    assert_memory_equal(other.data, payload.data, payload.size);
    pln_buf_free(&payload);
    pln_buf_free(&other);
}

static void control_largest_records_fit_a_lane_0_payload(void **state)
{
    (void)state;
    static char reason[PLN_REASON_MAX + 1], name[PLN_NAME_MAX + 1], title[PLN_TITLE_MAX + 1];
    pln_revoke_t revoke = {.node = ids[0], .term = PLN_TERM_MAX, .cut_count = PLN_CUTS_MAX};
    pln_network_record_t record = genesis(PLN_GUARDIANS_MAX, 4);
    pln_buf_t payload = {0};
    memset(reason, 'r', PLN_REASON_MAX);
    memset(name, 'n', PLN_NAME_MAX);
    memset(title, 't', PLN_TITLE_MAX);
    revoke.reason = PLN_SPAN(reason, PLN_REASON_MAX);
    for (uint32_t i = 0; i < PLN_CUTS_MAX; i++) {
        revoke.cuts[i] = cut_at(UINT32_MAX - i, PLN_LANE_RECORDS, PLN_SEQ_MAX, 7);
    }
    pln_revoke_encode(&revoke, &payload);
    assert_true(payload.size <= PLN_CONTROL_PAYLOAD_MAX);
    pln_buf_clear(&payload);
    record.name = PLN_SPAN(name, PLN_NAME_MAX);
    record.title = PLN_SPAN(title, PLN_TITLE_MAX);
    record.max_entries = PLN_SEQ_MAX;
    record.max_bytes = UINT64_MAX;
    record.access_version = UINT32_MAX;
    pln_network_record_encode(&record, &payload);
    assert_true(payload.size <= PLN_CONTROL_PAYLOAD_MAX);
    pln_buf_free(&payload);
}

// A revoke whose cuts are given in the order they are to be written in; each says that it has
// @fields, and has five at least.
static pln_err_t decode_cuts(const pln_cut_t *cuts, uint32_t count, uint32_t fields)
{
    static pln_revoke_t revoke;
    pln_buf_t payload = {0};
    pln_pack_map(&payload, 3);
    pln_pack_uint(&payload, 16);
    pln_pack_bin(&payload, ids[0].bytes, sizeof ids[0].bytes);
    pln_pack_uint(&payload, 17);
    pln_pack_uint(&payload, 0);
    pln_pack_uint(&payload, 18);
    pln_pack_array(&payload, count);
    for (uint32_t i = 0; i < count; i++) {
        pln_pack_array(&payload, fields);
        pln_pack_uint(&payload, cuts[i].epoch);
        pln_pack_uint(&payload, cuts[i].lane);
        pln_pack_uint(&payload, cuts[i].seq);
        pln_pack_bin(&payload, cuts[i].hash.bytes, sizeof cuts[i].hash.bytes);
        pln_pack_bin(&payload, cuts[i].signature.bytes, sizeof cuts[i].signature.bytes);
        for (uint32_t more = 5; more < fields; more++) {
            pln_pack_uint(&payload, 0);
        }
    }
    pln_err_t error = pln_revoke_decode(pln_buf_span(&payload), &revoke);
    pln_buf_free(&payload);
    return error;
}

static void control_revoke_refuses_cuts_that_break_its_rules(void **state)
{
    (void)state;
    const pln_cut_t two[] = {cut_at(1, 0, 5, 0), cut_at(1, 0, 6, 0)};
    const pln_cut_t twice[] = {two[0], two[0]};
    const pln_cut_t down[] = {two[1], two[0]};
    const pln_cut_t records[] = {cut_at(1, 1, 5, 0), cut_at(1, 1, 6, 0)};
    const pln_cut_t no_lane = cut_at(1, 2, 5, 0), no_seq = cut_at(1, 0, 0, 0);
    const pln_cut_t no_such_seq = cut_at(1, 0, PLN_SEQ_MAX + 1, 0);
    static pln_cut_t many[PLN_CUTS_MAX + 1];
    for (uint32_t i = 0; i <= PLN_CUTS_MAX; i++) {
        many[i] = cut_at(i, 0, 1, 0);
    }
    assert_int_equal(decode_cuts(two, 2, 5), PLN_OK);
    assert_int_equal(decode_cuts(many, PLN_CUTS_MAX, 5), PLN_OK);
    assert_int_equal(decode_cuts(many, PLN_CUTS_MAX + 1, 5), PLN_EMALFORMED);
    assert_int_equal(decode_cuts(two, 0, 5), PLN_EMALFORMED);
    assert_int_equal(decode_cuts(twice, 2, 5), PLN_EMALFORMED);
    assert_int_equal(decode_cuts(down, 2, 5), PLN_EMALFORMED);
    assert_int_equal(decode_cuts(records, 2, 5), PLN_EMALFORMED);
    assert_int_equal(decode_cuts(&no_lane, 1, 5), PLN_EMALFORMED);
    assert_int_equal(decode_cuts(&no_seq, 1, 5), PLN_EMALFORMED);
    assert_int_equal(decode_cuts(&no_such_seq, 1, 5), PLN_EMALFORMED);
    assert_int_equal(decode_cuts(two, 1, 4), PLN_EMALFORMED);
    assert_int_equal(decode_cuts(two, 1, 6), PLN_EMALFORMED);
}

/* ---- all of them ---- */

typedef pln_err_t (*decoder_t)(pln_span_t payload);

static pln_err_t as_network(pln_span_t payload)
{
    pln_network_record_t record;
    return pln_network_record_decode(payload, &record);
}

static pln_err_t as_grant(pln_span_t payload)
{
    pln_grant_t grant;
    return pln_grant_decode(payload, &grant);
}

static pln_err_t as_revoke(pln_span_t payload)
{
    static pln_revoke_t revoke;
    return pln_revoke_decode(payload, &revoke);
}

static pln_err_t as_retract(pln_span_t payload)
{
    pln_retract_t retract;
    return pln_retract_decode(payload, &retract);
}

static const struct {
    decoder_t decode;
    uint32_t pairs;
} KINDS[] = {{as_network, 2},
             {as_grant, 3},
             {as_revoke, 2},
             {as_retract, 4},
             {pln_leave_decode, 0}};

// A good payload of KINDS[kind] with @more pairs announced, behind an optional field 1.
static void write_good(size_t kind, uint32_t more, bool with_first, pln_buf_t *out)
{
    static const uint8_t nonce[16];
    pln_pack_map(out, KINDS[kind].pairs + more);
    if (with_first) {
        pln_pack_uint(out, 1);
        pln_pack_array(out, 2);
        pln_pack_nil(out);
        pln_pack_float(out, 0.5);
    }
    if (KINDS[kind].decode == as_network) {
        pln_pack_uint(out, 16);
        pln_pack_bin(out, nonce, sizeof nonce);
        pln_pack_uint(out, 17);
        pln_pack_cstr(out, "n");
    } else if (KINDS[kind].pairs > 0) {
        pln_pack_uint(out, 16);
        pln_pack_bin(out, ids[0].bytes, sizeof ids[0].bytes);
        pln_pack_uint(out, 17);
        pln_pack_uint(out, 3);
    }
    if (KINDS[kind].decode == as_grant) {
        pln_pack_uint(out, 18);
        pln_pack_uint(out, PLN_ROLE_READER);
    }
    if (KINDS[kind].decode == as_retract) {
        pln_pack_uint(out, 18);
        pln_pack_uint(out, 5);
        pln_pack_uint(out, 19);
        pln_pack_bin(out, ids[1].bytes, 32);
    }
}

static void control_records_keep_unknown_fields_without_effect(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        pln_buf_t payload = {0};
        write_good(i, 3, true, &payload);
        pln_pack_uint(&payload, 31);
        pln_pack_bool(&payload, true);
        pln_pack_uint(&payload, 100000);
        pln_pack_map(&payload, 1);
        pln_pack_uint(&payload, 0);
        pln_pack_cstr(&payload, "later");
        assert_int_equal(KINDS[i].decode(pln_buf_span(&payload)), PLN_OK);
        pln_buf_free(&payload);
    }
}

static void control_records_refuse_every_shorter_and_any_longer_payload(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        pln_buf_t payload = {0};
        write_good(i, 0, false, &payload);
        for (size_t size = 0; size < payload.size; size++) {
            assert_int_equal(KINDS[i].decode(PLN_SPAN(payload.data, size)), PLN_EMALFORMED);
        }
        assert_int_equal(KINDS[i].decode(pln_buf_span(&payload)), PLN_OK);
        pln_pack_nil(&payload);
        assert_int_equal(KINDS[i].decode(pln_buf_span(&payload)), PLN_EMALFORMED);
        pln_buf_free(&payload);
    }
}

static void control_records_refuse_keys_that_do_not_ascend(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        for (uint64_t key = 30; key <= 31; key++) {
            pln_buf_t payload = {0};
            write_good(i, 2, false, &payload);
            pln_pack_uint(&payload, 31);
            pln_pack_nil(&payload);
            pln_pack_uint(&payload, key);
            pln_pack_nil(&payload);
            assert_int_equal(KINDS[i].decode(pln_buf_span(&payload)), PLN_EMALFORMED);
            pln_buf_free(&payload);
        }
    }
}

static void control_records_refuse_more_than_4_kib(void **state)
{
    (void)state;
    static const uint8_t filler[PLN_CONTROL_PAYLOAD_MAX];
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        for (size_t over = 0; over <= 1; over++) {
            pln_buf_t payload = {0};
            write_good(i, 1, false, &payload);
            pln_pack_uint(&payload, 31);
            pln_pack_bin(&payload, filler, sizeof filler - payload.size - 3 + over);
            assert_int_equal(payload.size, PLN_CONTROL_PAYLOAD_MAX + over);
            assert_int_equal(KINDS[i].decode(pln_buf_span(&payload)),
                             over > 0 ? PLN_EMALFORMED : PLN_OK);
            pln_buf_free(&payload);
        }
    }
}

static void control_records_refuse_what_is_no_map(void **state)
{
    (void)state;
    static const uint8_t NO_MAPS[] = {0x00, 0x90, 0xa0, 0xc0, 0xc1, 0xc3, 0xff};
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        for (size_t j = 0; j < sizeof NO_MAPS; j++) {
            assert_int_equal(KINDS[i].decode(PLN_SPAN(&NO_MAPS[j], 1)), PLN_EMALFORMED);
        }
    }
}

static void control_leave_is_one_byte(void **state)
{
    (void)state;
    pln_buf_t payload = {0};
    pln_leave_encode(&payload);
    assert_int_equal(payload.size, 1);
    assert_int_equal(pln_leave_decode(pln_buf_span(&payload)), PLN_OK);
    pln_buf_free(&payload);
}

static void control_roles_have_names(void **state)
{
    (void)state;
    for (int role = PLN_ROLE_NONE; role <= PLN_ROLE_ROOT; role++) {
        pln_role_t back = PLN_ROLE_NONE;
        assert_int_equal(pln_role_parse(pln_role_name((pln_role_t)role), &back), PLN_OK);
        assert_int_equal(back, role);
    }
    pln_role_t role = PLN_ROLE_READER;
    assert_int_equal(pln_role_parse("Reader", &role), PLN_EINVAL);
    assert_int_equal(pln_role_parse("", &role), PLN_EINVAL);
    assert_int_equal(pln_role_parse("readers", &role), PLN_EINVAL);
    assert_int_equal(role, PLN_ROLE_READER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_genesis_has_this_very_spelling_and_network_id),
        cmocka_unit_test(control_network_reads_what_it_wrote),
        cmocka_unit_test(control_network_without_anything_set_is_an_empty_map),
        cmocka_unit_test(control_network_refuses_what_breaks_its_rules),
        cmocka_unit_test(control_grant_reads_what_it_wrote),
        cmocka_unit_test(control_grant_refuses_what_breaks_its_rules),
        cmocka_unit_test(control_revoke_sorts_its_cuts_and_reads_them_back),
        cmocka_unit_test(control_largest_records_fit_a_lane_0_payload),
        cmocka_unit_test(control_revoke_refuses_cuts_that_break_its_rules),
        cmocka_unit_test(control_records_keep_unknown_fields_without_effect),
        cmocka_unit_test(control_records_refuse_every_shorter_and_any_longer_payload),
        cmocka_unit_test(control_records_refuse_keys_that_do_not_ascend),
        cmocka_unit_test(control_records_refuse_more_than_4_kib),
        cmocka_unit_test(control_records_refuse_what_is_no_map),
        cmocka_unit_test(control_leave_is_one_byte),
        cmocka_unit_test(control_roles_have_names),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, make_ids, NULL);
}
