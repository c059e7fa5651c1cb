// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/chain.h"
#include "proto/hash.h"

static const uint8_t zeros[PLN_PAYLOAD_MAX + 1];

/** A chain under the zero seed, and the run minted last, with its base and vouch. */
typedef struct {
    pln_identity_t author;
    pln_place_t place;
    pln_head_t base;
    pln_head_t head;
    pln_buf_t run;
    pln_vouch_t vouch;
} fixture_t;

static fixture_t fixture(uint8_t lane)
{
    fixture_t f = {.place = {.epoch = 0x21, .lane = lane}};
    const uint8_t seed[PLN_SEED_SIZE] = {0};
    assert_int_equal(pln_identity_derive(seed, &f.author), PLN_OK);
    for (unsigned i = 0; i < 32; i++) {
        f.place.network.bytes[i] = (uint8_t)i;
    }
    f.place.author = f.author.id;
    pln_chain_start(&f.place, &f.base);
    f.head = f.base;
    return f;
}

/** Begin a new run where the chain now ends, as if it ended there with @cum at @seq. */
static void begin_at(fixture_t *f, uint64_t seq, uint64_t cum)
{
    f->head.seq = seq;
    f->head.cum = cum;
    f->base = f->head;
    pln_buf_clear(&f->run);
}

/** Append @count entries of @size zero bytes; sign at every anchor and at the last. */
static void mint(fixture_t *f, uint32_t count, size_t size)
{
    for (uint32_t i = 0; i < count; i++) {
        pln_draft_t draft = {.kind = 0x0101, .time_ms = 5, .payload = PLN_SPAN(zeros, size)};
        bool is_signed = false;
        assert_int_equal(pln_chain_mint(&f->author, &f->place, &draft, i + 1 == count, &f->head,
                                        &f->run, &f->vouch, &is_signed),
                         PLN_OK);
    }
}

/** Verify the run of @f; on a refusal the outputs must be untouched. */
static pln_err_t verify(const fixture_t *f)
{
    pln_head_t end = {.seq = 42};
    uint32_t count = 42;
    pln_err_t error = pln_run_verify(&f->place, &f->base, pln_buf_span(&f->run),
                                     &f->vouch.signature, &end, &count);
    if (error != PLN_OK) {
        assert_true(end.seq == 42 && end.cum == 0 && count == 42);
    } else {
        assert_true(end.seq == f->head.seq && end.cum == f->head.cum);
        assert_true(pln_hash_equal(&end.hash, &f->head.hash));
        assert_true(f->base.seq + count == end.seq);
    }
    return error;
}

static void assert_hex(const void *bytes, size_t size, const char *expected)
{
    char hex[2 * 64 + 1];
    pln_hex(bytes, size, hex);
    assert_string_equal(hex, expected);
}

/** Values computed with Python's hashlib and PyNaCl. */
static void chain_gives_the_known_hashes_and_signature(void **state)
{
    (void)state;
    fixture_t f = fixture(PLN_LANE_RECORDS);
    assert_hex(f.head.hash.bytes, 32,
               "3bb6cb33790f5614fbe23b38ccca670416bccb464760a6f5f5ce68bd63a9d4c2");
    uint8_t long_payload[512];
    for (unsigned i = 0; i < sizeof long_payload; i++) {
        long_payload[i] = (uint8_t)i;
    }
    const pln_draft_t drafts[] = {
        {.codec = 64, .kind = 0x0101, .time_ms = 1700000000123, .payload = PLN_SPAN("abc", 3)},
        {.kind = 0xffff, .time_ms = (UINT64_C(1) << 48) - 1},
        {.codec = 1, .kind = 0x0100, .payload = PLN_SPAN(long_payload, sizeof long_payload)},
    };
    static const char *const hashes[] = {
        "4bca4ce3f0762a6b901ed9a59c9a3a926715c5b18b8078d025577f4a3c2f8ef5",
        "2e23821b24886e261efeb5a8676a5c007c7c2727f85835595628466811e7caae",
        "b4bbc0f82eb3ab8f05cbe4e9c9dba2b5b02bcdc0cef312f0f5735ce48dbffcd1",
    };
    for (unsigned i = 0; i < 3; i++) {
        bool is_signed = false;
        assert_int_equal(pln_chain_mint(&f.author, &f.place, &drafts[i], i == 2, &f.head, &f.run,
                                        &f.vouch, &is_signed),
                         PLN_OK);
        assert_int_equal(is_signed, i == 2);
        assert_hex(f.head.hash.bytes, 32, hashes[i]);
    }
    assert_int_equal(f.head.seq, 3);
    assert_int_equal(f.head.cum, 3 * 13 + 3 + 512);
    assert_hex(f.vouch.signature.bytes, 64,
               "3d704a587e61fbc6591a8219d55bba5f9f401b5633de8e3a85120ff1776c6d1c"
               "9eeae460dd14d8c674ccedee6022d6cbe8e797ee97e6f5700ac56c33f33de503");
    assert_int_equal(verify(&f), PLN_OK);
    pln_buf_free(&f.run);
}

static void place_is_written_in_order_and_compared_whole(void **state)
{
    (void)state;
    pln_place_t place = fixture(PLN_LANE_RECORDS).place;
    uint8_t bytes[PLN_PLACE_SIZE];
    pln_place_write(&place, bytes);
    assert_memory_equal(bytes, place.network.bytes, 32);
    assert_memory_equal(bytes + 32, place.author.bytes, 32);
    assert_hex(bytes + 64, 5, "0000002101");
    pln_place_t others[4] = {place, place, place, place};
    assert_true(pln_place_equal(&place, &others[0]));
    others[0].network.bytes[31] ^= 1;
    others[1].author.bytes[31] ^= 1;
    others[2].epoch ^= 1;
    others[3].lane ^= 1;
    for (unsigned i = 0; i < 4; i++) {
        pln_head_t a, b;
        assert_false(pln_place_equal(&place, &others[i]));
        pln_chain_start(&place, &a);
        pln_chain_start(&others[i], &b);
        assert_false(pln_hash_equal(&a.hash, &b.hash));
    }
}

static void chain_anchors_by_count_and_by_bytes(void **state)
{
    (void)state;
    const uint8_t lane = PLN_LANE_RECORDS;
    assert_false(pln_chain_anchor(lane, 1, 0, 13));
    assert_false(pln_chain_anchor(lane, 1023, 0, 13));
    assert_true(pln_chain_anchor(lane, 1024, 0, 13));
    assert_false(pln_chain_anchor(lane, 1025, 0, 13));
    assert_true(pln_chain_anchor(lane, 2048, 0, 13));
    assert_false(pln_chain_anchor(lane, 7, 0, PLN_ANCHOR_BYTES - 1));
    assert_true(pln_chain_anchor(lane, 7, 0, PLN_ANCHOR_BYTES));
    assert_true(pln_chain_anchor(lane, 7, PLN_ANCHOR_BYTES - 1, PLN_ANCHOR_BYTES));
    assert_false(pln_chain_anchor(lane, 7, PLN_ANCHOR_BYTES, 2 * PLN_ANCHOR_BYTES - 1));
    assert_true(pln_chain_anchor(lane, 7, PLN_ANCHOR_BYTES + 1, 3 * PLN_ANCHOR_BYTES + 1));
    assert_true(pln_chain_anchor(PLN_LANE_CONTROL, 7, 0, 13));
}

static void head_signature_is_for_one_place_seq_and_hash(void **state)
{
    (void)state;
    fixture_t f = fixture(PLN_LANE_RECORDS);
    mint(&f, 3, 10);
    const pln_signature_t *signature = &f.vouch.signature;
    assert_int_equal(pln_head_verify(&f.place, 3, &f.head.hash, signature), PLN_OK);
    assert_int_equal(pln_head_verify(&f.place, 4, &f.head.hash, signature), PLN_ESIGNATURE);
    assert_int_equal(pln_head_verify(&f.place, 3, &f.base.hash, signature), PLN_ESIGNATURE);
    pln_place_t other = f.place;
    other.epoch++;
    assert_int_equal(pln_head_verify(&other, 3, &f.head.hash, signature), PLN_ESIGNATURE);
    other = f.place;
    other.lane = PLN_LANE_CONTROL;
    assert_int_equal(pln_head_verify(&other, 3, &f.head.hash, signature), PLN_ESIGNATURE);
    other = f.place;
    other.network.bytes[0] ^= 1;
    assert_int_equal(pln_head_verify(&other, 3, &f.head.hash, signature), PLN_ESIGNATURE);
    pln_buf_free(&f.run);
}

static void run_is_accepted_from_its_base_only(void **state)
{
    (void)state;
    fixture_t f = fixture(PLN_LANE_RECORDS);
    mint(&f, 5, 100);
    assert_int_equal(verify(&f), PLN_OK);
    fixture_t other = f;
    other.base.hash.bytes[0] ^= 1;
    assert_int_equal(verify(&other), PLN_ESIGNATURE);
    other = f;
    other.base.seq = 1;
    assert_int_equal(verify(&other), PLN_ESIGNATURE);
    other = f;
    other.place.epoch++;
    assert_int_equal(verify(&other), PLN_ESIGNATURE);
    begin_at(&f, f.head.seq, f.head.cum);
    mint(&f, 5, 100);
    assert_int_equal(verify(&f), PLN_OK);
    pln_buf_free(&f.run);
}

static void run_with_any_bit_changed_is_refused(void **state)
{
    (void)state;
    fixture_t f = fixture(PLN_LANE_RECORDS);
    mint(&f, 2, 4);
    assert_int_equal(f.run.size, 34);
    for (size_t bit = 0; bit < f.run.size * 8; bit++) {
        f.run.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_not_equal(verify(&f), PLN_OK);
        f.run.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_int_equal(verify(&f), PLN_OK);
    pln_buf_free(&f.run);
}

static void run_cut_or_padded_is_refused(void **state)
{
    (void)state;
    fixture_t f = fixture(PLN_LANE_RECORDS);
    mint(&f, 2, 4);
    fixture_t cut = f;
    for (size_t size = 0; size < f.run.size; size++) {
        cut.run = (pln_buf_t){0};
        pln_buf_add(&cut.run, f.run.data, size);
        pln_err_t expected = size == 0 ? PLN_ERUN : size == 17 ? PLN_ESIGNATURE : PLN_ETRUNCATED;
        assert_int_equal(verify(&cut), expected);
        pln_buf_free(&cut.run);
    }
    pln_buf_u8(&f.run, 0);
    assert_int_equal(verify(&f), PLN_ETRUNCATED);
    pln_buf_free(&f.run);
}

static void run_with_a_size_beyond_the_bound_is_refused(void **state)
{
    (void)state;
    fixture_t f = fixture(PLN_LANE_RECORDS);
    mint(&f, 2, 4);
    pln_put_u32(f.run.data + 17 + 9, PLN_PAYLOAD_MAX + 1);
    assert_int_equal(verify(&f), PLN_EOVERSIZE);
    pln_buf_free(&f.run);
}

static void run_of_nothing_is_refused(void **state)
{
    (void)state;
    fixture_t f = fixture(PLN_LANE_RECORDS);
    mint(&f, 1, 4);
    begin_at(&f, 1, 17);
    assert_int_equal(verify(&f), PLN_ERUN);
    pln_buf_free(&f.run);
}

static void chain_rejects_a_run_past_the_anchor_of_1024_entries(void **state)
{
    (void)state;
    fixture_t f = fixture(PLN_LANE_RECORDS);
    mint(&f, 1024, 0);
    assert_int_equal(verify(&f), PLN_OK);
    mint(&f, 1, 0);
    assert_int_equal(verify(&f), PLN_ERUN);
    begin_at(&f, 1000, 13000);
    mint(&f, 24, 0);
    assert_int_equal(verify(&f), PLN_OK);
    begin_at(&f, 1024, f.head.cum); /* from an anchor on */
    mint(&f, 1024, 0);
    assert_int_equal(verify(&f), PLN_OK);
    pln_buf_free(&f.run);
}

static void chain_rejects_a_run_past_the_anchor_of_128_kib(void **state)
{
    (void)state;
    fixture_t f = fixture(PLN_LANE_RECORDS);
    begin_at(&f, 5, PLN_ANCHOR_BYTES - 13 - 100);
    mint(&f, 1, 100);
    assert_int_equal(verify(&f), PLN_OK); /* ends at the anchor */
    mint(&f, 1, 100);
    assert_int_equal(verify(&f), PLN_ERUN); /* passes it */
    begin_at(&f, 5, PLN_ANCHOR_BYTES - 13 - 101);
    mint(&f, 2, 100);
    assert_int_equal(verify(&f), PLN_OK); /* one byte short of it, then it */
    begin_at(&f, 5, PLN_ANCHOR_BYTES);
    mint(&f, 2, 100);
    assert_int_equal(verify(&f), PLN_OK);
    f.base.cum = PLN_ANCHOR_BYTES - 1; /* the same bytes where the anchor lies elsewhere */
    assert_int_equal(verify(&f), PLN_ERUN);
    pln_buf_free(&f.run);
}

static void chain_accepts_the_largest_run(void **state)
{
    (void)state;
    fixture_t f = fixture(PLN_LANE_RECORDS);
    mint(&f, 1, PLN_ANCHOR_BYTES - 1 - 13);
    mint(&f, 1, PLN_PAYLOAD_MAX);
    assert_int_equal(f.run.size, PLN_RUN_BYTES_MAX);
    assert_int_equal(verify(&f), PLN_OK);
    pln_buf_free(&f.run);
}

/** Replace the payload of the entry at @at, of @size bytes, by its hash. */
static void withhold(pln_buf_t *run, size_t at, size_t size)
{
    pln_buf_t copy = {0};
    pln_hash_t data;
    pln_entry_data(PLN_SPAN(run->data + at + PLN_HEADER_SIZE, size), &data);
    pln_buf_add(&copy, run->data, at + PLN_HEADER_SIZE);
    copy.data[at] |= PLN_CODEC_WITHHELD;
    pln_buf_add(&copy, data.bytes, sizeof data.bytes);
    size_t next = at + PLN_HEADER_SIZE + size;
    pln_buf_add(&copy, run->data + next, run->size - next);
    pln_buf_free(run);
    *run = copy;
}

static void run_with_a_withheld_payload_is_the_same_run(void **state)
{
    (void)state;
    fixture_t f = fixture(PLN_LANE_RECORDS);
    mint(&f, 3, 1000);
    withhold(&f.run, 1013, 1000);
    assert_int_equal(f.run.size, 2 * 1013 + 45);
    assert_int_equal(verify(&f), PLN_OK); /* which compares hash and cum with the whole chain's */
    pln_head_t end;
    uint32_t count;
    assert_int_equal(pln_run_walk(&f.base, pln_buf_span(&f.run), &end, &count), PLN_OK);
    assert_true(end.cum == f.head.cum);
    assert_true(pln_hash_equal(&end.hash, &f.head.hash));
    f.run.data[1013 + PLN_HEADER_SIZE] ^= 1; /* another hash in the payload's place */
    assert_int_equal(verify(&f), PLN_ESIGNATURE);
    pln_buf_free(&f.run);
}

static void run_with_withheld_payloads_has_the_same_anchors(void **state)
{
    (void)state;
    fixture_t f = fixture(PLN_LANE_RECORDS);
    mint(&f, 1, PLN_ANCHOR_BYTES);
    withhold(&f.run, 0, PLN_ANCHOR_BYTES);
    assert_int_equal(verify(&f), PLN_OK);
    mint(&f, 1, 0);
    assert_int_equal(verify(&f), PLN_ERUN);
    pln_buf_free(&f.run);
}

static void run_of_lane_0_is_one_entry(void **state)
{
    (void)state;
    fixture_t f = fixture(PLN_LANE_CONTROL);
    mint(&f, 1, PLN_CONTROL_PAYLOAD_MAX);
    assert_int_equal(verify(&f), PLN_OK);
    mint(&f, 1, 10);
    assert_int_equal(verify(&f), PLN_ERUN);
    begin_at(&f, f.head.seq, f.head.cum);
    mint(&f, 1, 0);
    assert_int_equal(verify(&f), PLN_OK);
    pln_buf_free(&f.run);
}

/** A lane-0 run of one entry with @header and zeros behind it, properly linked and signed. */
static pln_err_t verify_control(const pln_header_t *header)
{
    fixture_t f = fixture(PLN_LANE_CONTROL);
    pln_hash_t data;
    pln_header_write(header, pln_buf_grow(&f.run, PLN_HEADER_SIZE));
    pln_buf_add(&f.run, zeros, header->size);
    pln_entry_data(PLN_SPAN(zeros, header->size), &data);
    pln_chain_link(&f.head, header, &data);
    pln_head_sign(&f.author, &f.place, &f.head, &f.vouch.signature);
    pln_err_t error = verify(&f);
    pln_buf_free(&f.run);
    return error;
}

static void run_of_lane_0_is_raw_small_and_whole(void **state)
{
    (void)state;
    pln_header_t header = {.kind = 0x0002, .size = PLN_CONTROL_PAYLOAD_MAX};
    assert_int_equal(verify_control(&header), PLN_OK);
    header.size++;
    assert_int_equal(verify_control(&header), PLN_EMALFORMED);
    header = (pln_header_t){.kind = 0x0002, .codec = 64, .size = 10};
    assert_int_equal(verify_control(&header), PLN_EMALFORMED);
    header = (pln_header_t){.kind = 0x0101, .size = 10}; /* a kind of the other lane: no effect */
    assert_int_equal(verify_control(&header), PLN_OK);

    fixture_t f = fixture(PLN_LANE_CONTROL);
    mint(&f, 1, 10);
    withhold(&f.run, 0, 10);
    assert_int_equal(verify(&f), PLN_EMALFORMED);
    pln_buf_free(&f.run);
}

static void chain_ends_at_the_largest_seq(void **state)
{
    (void)state;
    fixture_t f = fixture(PLN_LANE_RECORDS);
    begin_at(&f, PLN_SEQ_MAX - 1, 0);
    mint(&f, 1, 0);
    assert_true(f.head.seq == PLN_SEQ_MAX);
    assert_int_equal(verify(&f), PLN_OK);
    pln_draft_t draft = {.kind = 0x0101};
    pln_head_t before = f.head;
    size_t size = f.run.size;
    bool is_signed = false;
    assert_int_equal(
        pln_chain_mint(&f.author, &f.place, &draft, true, &f.head, &f.run, &f.vouch, &is_signed),
        PLN_EFULL);
    assert_true(f.head.seq == before.seq && f.run.size == size);
    f.base.seq = PLN_SEQ_MAX;
    assert_int_equal(verify(&f), PLN_ERUN);
    pln_buf_free(&f.run);
}

static void mint_refuses_a_payload_beyond_its_lane(void **state)
{
    (void)state;
    static const struct {
        uint8_t lane;
        size_t size;
        pln_err_t error;
    } rows[] = {
        {PLN_LANE_RECORDS, PLN_PAYLOAD_MAX, PLN_OK},
        {PLN_LANE_RECORDS, PLN_PAYLOAD_MAX + 1, PLN_EOVERSIZE},
        {PLN_LANE_CONTROL, PLN_CONTROL_PAYLOAD_MAX, PLN_OK},
        {PLN_LANE_CONTROL, PLN_CONTROL_PAYLOAD_MAX + 1, PLN_EOVERSIZE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture_t f = fixture(rows[i].lane);
        pln_draft_t draft = {.payload = PLN_SPAN(zeros, rows[i].size)};
        bool is_signed = false;
        assert_int_equal(pln_chain_mint(&f.author, &f.place, &draft, true, &f.head, &f.run,
                                        &f.vouch, &is_signed),
                         rows[i].error);
        assert_int_equal(f.head.seq, rows[i].error == PLN_OK ? 1 : 0);
        assert_int_equal(f.run.size, rows[i].error == PLN_OK ? 13 + rows[i].size : 0);
        pln_buf_free(&f.run);
    }
}

static void mint_signs_anchors_and_lane_0_without_being_told(void **state)
{
    (void)state;
    for (uint8_t lane = 0; lane < PLN_LANES; lane++) {
        fixture_t f = fixture(lane);
        for (uint32_t seq = 1; seq <= 1024; seq++) {
            pln_draft_t draft = {.kind = 0x0101};
            bool is_signed = false;
            assert_int_equal(pln_chain_mint(&f.author, &f.place, &draft, false, &f.head, &f.run,
                                            &f.vouch, &is_signed),
                             PLN_OK);
            assert_int_equal(is_signed, lane == PLN_LANE_CONTROL || seq == 1024);
            assert_int_equal(f.vouch.head.seq, is_signed ? seq : 0);
        }
        pln_buf_free(&f.run);
    }
}

/** Whatever the sizes, cutting a chain at its vouches gives runs that verify and fit one frame. */
static void chain_of_any_sizes_splits_into_runs_that_fit(void **state)
{
    (void)state;
    uint64_t random = 7;
    fixture_t f = fixture(PLN_LANE_RECORDS);
    for (uint32_t i = 0; i < 400; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint32_t mode = (uint32_t)(random >> 61); /* mostly small, some huge */
        size_t size = (random >> 33) % (mode < 6 ? 700 : mode == 6 ? 70000 : PLN_PAYLOAD_MAX + 1);
        pln_draft_t draft = {.kind = 0x0101, .payload = PLN_SPAN(zeros, size)};
        bool is_signed = false;
        assert_int_equal(pln_chain_mint(&f.author, &f.place, &draft, mode == 0, &f.head, &f.run,
                                        &f.vouch, &is_signed),
                         PLN_OK);
        if (is_signed) {
            assert_in_range(f.run.size, 13, PLN_RUN_BYTES_MAX);
            assert_int_equal(verify(&f), PLN_OK);
            begin_at(&f, f.head.seq, f.head.cum);
        }
    }
    pln_buf_free(&f.run);
}

static void walk_follows_what_was_minted_and_refuses_cuts(void **state)
{
    (void)state;
    fixture_t f = fixture(PLN_LANE_RECORDS);
    mint(&f, 1500, 90); /* past anchors: the disk keeps them behind one another */
    pln_head_t end;
    uint32_t count;
    assert_int_equal(pln_run_walk(&f.base, pln_buf_span(&f.run), &end, &count), PLN_OK);
    assert_int_equal(count, 1500);
    assert_true(end.seq == f.head.seq && end.cum == f.head.cum);
    assert_true(pln_hash_equal(&end.hash, &f.head.hash));
    pln_span_t cut = PLN_SPAN(f.run.data, f.run.size - 1);
    assert_int_equal(pln_run_walk(&f.base, cut, &end, &count), PLN_ETRUNCATED);
    pln_put_u32(f.run.data + 9, PLN_PAYLOAD_MAX + 1);
    assert_int_equal(pln_run_walk(&f.base, cut, &end, &count), PLN_EOVERSIZE);
    assert_int_equal(pln_run_walk(&f.base, (pln_span_t){NULL, 0}, &end, &count), PLN_OK);
    assert_int_equal(count, 0);
    assert_true(end.seq == f.base.seq);
    pln_buf_free(&f.run);
}

int main(void)
{
    if (sodium_init() < 0) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chain_gives_the_known_hashes_and_signature),
        cmocka_unit_test(place_is_written_in_order_and_compared_whole),
        cmocka_unit_test(chain_anchors_by_count_and_by_bytes),
        cmocka_unit_test(head_signature_is_for_one_place_seq_and_hash),
        cmocka_unit_test(run_is_accepted_from_its_base_only),
        cmocka_unit_test(run_with_any_bit_changed_is_refused),
        cmocka_unit_test(run_cut_or_padded_is_refused),
        cmocka_unit_test(run_with_a_size_beyond_the_bound_is_refused),
        cmocka_unit_test(run_of_nothing_is_refused),
        cmocka_unit_test(chain_rejects_a_run_past_the_anchor_of_1024_entries),
        cmocka_unit_test(chain_rejects_a_run_past_the_anchor_of_128_kib),
        cmocka_unit_test(chain_accepts_the_largest_run),
        cmocka_unit_test(run_with_a_withheld_payload_is_the_same_run),
        cmocka_unit_test(run_with_withheld_payloads_has_the_same_anchors),
        cmocka_unit_test(run_of_lane_0_is_one_entry),
        cmocka_unit_test(run_of_lane_0_is_raw_small_and_whole),
        cmocka_unit_test(chain_ends_at_the_largest_seq),
        cmocka_unit_test(mint_refuses_a_payload_beyond_its_lane),
        cmocka_unit_test(mint_signs_anchors_and_lane_0_without_being_told),
        cmocka_unit_test(chain_of_any_sizes_splits_into_runs_that_fit),
        cmocka_unit_test(walk_follows_what_was_minted_and_refuses_cuts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
