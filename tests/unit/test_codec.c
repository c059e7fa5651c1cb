// SPDX-License-Identifier: MPL-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "proto/codec.h"
#include "proto/dictionary_1.h"

static const char prompt[] =
    "Design an investigation to find out how light affects the way bean plants grow. Measure the "
    "height of each plant every two days and record your data in a table. Use evidence from your "
    "data to support your claim, and explain your reasoning.";

static pln_span_t text(const char *s)
{
    return PLN_SPAN(s, strlen(s));
}

static void assert_round_trip(uint8_t wanted, pln_span_t raw, uint8_t expected)
{
    pln_codec_t *codec = pln_codec_new();
    pln_buf_t stored = {0};
    uint8_t used = 0xff;
    assert_int_equal(pln_codec_encode(codec, wanted, raw, &stored, &used), PLN_OK);
    assert_int_equal(used, expected);
    pln_span_t out;
    assert_int_equal(pln_codec_decode(codec, used, pln_buf_span(&stored), &out), PLN_OK);
    assert_int_equal(out.size, raw.size);
    if (raw.size > 0) {
        assert_memory_equal(out.data, raw.data, raw.size);
    }
    pln_buf_free(&stored);
    pln_codec_free(&codec);
    assert_null(codec);
}

static void codec_gives_back_what_it_took(void **state)
{
    (void)state;
    assert_round_trip(PLN_CODEC_DICT_1, text(prompt), PLN_CODEC_DICT_1);
    assert_round_trip(PLN_CODEC_ZSTD, text(prompt), PLN_CODEC_ZSTD);
    assert_round_trip(PLN_CODEC_RAW, text(prompt), PLN_CODEC_RAW);
}

static void codec_falls_back_to_raw_when_nothing_is_gained(void **state)
{
    (void)state;
    uint8_t noise[64];
    randombytes_buf(noise, sizeof noise);
    assert_round_trip(PLN_CODEC_DICT_1, PLN_SPAN(noise, sizeof noise), PLN_CODEC_RAW);
    assert_round_trip(PLN_CODEC_ZSTD, PLN_SPAN(noise, sizeof noise), PLN_CODEC_RAW);
    assert_round_trip(PLN_CODEC_DICT_1, PLN_SPAN(noise, 0), PLN_CODEC_RAW);
}

static void codec_takes_the_largest_payload_and_refuses_one_byte_more(void **state)
{
    (void)state;
    uint8_t *big = calloc(1, PLN_PAYLOAD_MAX + 1);
    assert_round_trip(PLN_CODEC_DICT_1, PLN_SPAN(big, PLN_PAYLOAD_MAX), PLN_CODEC_DICT_1);
    randombytes_buf(big, PLN_PAYLOAD_MAX + 1);
    assert_round_trip(PLN_CODEC_DICT_1, PLN_SPAN(big, PLN_PAYLOAD_MAX), PLN_CODEC_RAW);
    pln_codec_t *codec = pln_codec_new();
    pln_buf_t stored = {0};
    uint8_t used;
    assert_int_equal(pln_codec_encode(codec, PLN_CODEC_DICT_1, PLN_SPAN(big, PLN_PAYLOAD_MAX + 1),
                                      &stored, &used),
                     PLN_EOVERSIZE);
    assert_int_equal(stored.size, 0);
    pln_codec_free(&codec);
    free(big);
}

static void codec_appends_and_keeps_what_was_there(void **state)
{
    (void)state;
    pln_codec_t *codec = pln_codec_new();
    pln_buf_t stored = {0};
    uint8_t used;
    pln_buf_add(&stored, "head", 4);
    assert_int_equal(pln_codec_encode(codec, PLN_CODEC_DICT_1, text(prompt), &stored, &used),
                     PLN_OK);
    assert_memory_equal(stored.data, "head", 4);
    pln_span_t out;
    pln_span_t tail = PLN_SPAN(stored.data + 4, stored.size - 4);
    assert_int_equal(pln_codec_decode(codec, used, tail, &out), PLN_OK);
    assert_int_equal(out.size, strlen(prompt));
    pln_buf_free(&stored);
    pln_codec_free(&codec);
}

static void codec_writes_the_same_bytes_whatever_came_before(void **state)
{
    (void)state;
    pln_codec_t *fresh = pln_codec_new();
    pln_codec_t *worn = pln_codec_new();
    pln_buf_t a = {0}, b = {0}, other = {0};
    uint8_t used;
    for (int i = 0; i < 50; i++) {
        pln_buf_clear(&other);
        assert_int_equal(
            pln_codec_encode(worn, i % 2 ? PLN_CODEC_ZSTD : PLN_CODEC_DICT_1,
                             PLN_SPAN(prompt + i, strlen(prompt) - (size_t)i), &other, &used),
            PLN_OK);
    }
    assert_int_equal(pln_codec_encode(fresh, PLN_CODEC_DICT_1, text(prompt), &a, &used), PLN_OK);
    assert_int_equal(pln_codec_encode(worn, PLN_CODEC_DICT_1, text(prompt), &b, &used), PLN_OK);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    pln_buf_free(&a);
    pln_buf_free(&b);
    pln_buf_free(&other);
    pln_codec_free(&fresh);
    pln_codec_free(&worn);
}

static void codec_dictionary_earns_its_place(void **state)
{
    (void)state;
    pln_codec_t *codec = pln_codec_new();
    pln_buf_t with = {0}, without = {0};
    uint8_t used;
    const char *unseen =
        "Students investigate the noise in the cafeteria, collect measurements at three times of "
        "the day, and present a proposal to the principal that is supported by their data.";
    assert_int_equal(pln_codec_encode(codec, PLN_CODEC_DICT_1, text(unseen), &with, &used), PLN_OK);
    assert_int_equal(pln_codec_encode(codec, PLN_CODEC_ZSTD, text(unseen), &without, &used),
                     PLN_OK);
    assert_true(with.size * 3 < without.size * 2);
    pln_buf_free(&with);
    pln_buf_free(&without);
    pln_codec_free(&codec);
}

/** A frame as zstd makes it, without its magic, with options that the stored form forbids. */
static pln_buf_t frame(pln_span_t raw, bool content_size, bool checksum, bool dictionary_id)
{
    ZSTD_CCtx *compressor = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_contentSizeFlag, content_size);
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_checksumFlag, checksum);
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_dictIDFlag, dictionary_id);
    if (dictionary_id) {
        ZSTD_CCtx_loadDictionary(compressor, pln_dictionary_1, pln_dictionary_1_size);
    }
    pln_buf_t bytes = {0}, out = {0};
    uint8_t *room = pln_buf_grow(&bytes, ZSTD_compressBound(raw.size));
    size_t size = ZSTD_compress2(compressor, room, bytes.size, raw.data, raw.size);
    assert_false(ZSTD_isError(size));
    pln_buf_add(&out, room + 4, size - 4);
    pln_buf_free(&bytes);
    ZSTD_freeCCtx(compressor);
    return out;
}

static void assert_unreadable(uint8_t used, pln_span_t stored)
{
    pln_codec_t *codec = pln_codec_new();
    pln_span_t out;
    assert_int_equal(pln_codec_decode(codec, used, stored, &out), PLN_ECODEC);
    pln_codec_free(&codec);
}

static void assert_frame(pln_buf_t bytes, uint8_t used, pln_err_t expected)
{
    pln_codec_t *codec = pln_codec_new();
    pln_span_t out;
    assert_int_equal(pln_codec_decode(codec, used, pln_buf_span(&bytes), &out), expected);
    pln_codec_free(&codec);
    pln_buf_free(&bytes);
}

static void codec_refuses_frames_that_hide_or_add_something(void **state)
{
    (void)state;
    pln_span_t raw = text(prompt);
    assert_frame(frame(raw, true, false, false), PLN_CODEC_ZSTD, PLN_OK);
    assert_frame(frame(raw, false, false, false), PLN_CODEC_ZSTD, PLN_ECODEC);
    assert_frame(frame(raw, true, true, false), PLN_CODEC_ZSTD, PLN_ECODEC);
    assert_frame(frame(raw, true, false, true), PLN_CODEC_DICT_1, PLN_ECODEC);

    static const uint8_t magic[] = {0x28, 0xb5, 0x2f, 0xfd};
    static const uint8_t skippable[] = {0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'h', 'i', '!'};
    pln_buf_t glued = frame(raw, true, false, false);
    pln_buf_t second = frame(raw, true, false, false);
    pln_buf_add(&glued, magic, sizeof magic);
    pln_buf_add(&glued, second.data, second.size);
    pln_buf_free(&second);
    assert_frame(glued, PLN_CODEC_ZSTD, PLN_ECODEC);

    pln_buf_t tail = frame(raw, true, false, false);
    pln_buf_add(&tail, skippable, sizeof skippable);
    assert_frame(tail, PLN_CODEC_ZSTD, PLN_ECODEC);

    pln_buf_t trailing = frame(raw, true, false, false);
    pln_buf_u8(&trailing, 0);
    assert_frame(trailing, PLN_CODEC_ZSTD, PLN_ECODEC);

    assert_unreadable(PLN_CODEC_ZSTD, PLN_SPAN(skippable, sizeof skippable));
}

static void codec_refuses_content_beyond_the_bound(void **state)
{
    (void)state;
    uint8_t *zeros = calloc(1, PLN_PAYLOAD_MAX + 1);
    assert_frame(frame(PLN_SPAN(zeros, PLN_PAYLOAD_MAX), true, false, false), PLN_CODEC_ZSTD,
                 PLN_OK);
    assert_frame(frame(PLN_SPAN(zeros, PLN_PAYLOAD_MAX + 1), true, false, false), PLN_CODEC_ZSTD,
                 PLN_ECODEC);
    assert_unreadable(PLN_CODEC_RAW, PLN_SPAN(zeros, PLN_PAYLOAD_MAX + 1));
    free(zeros);
}

static void codec_refuses_unknown_codecs(void **state)
{
    (void)state;
    pln_codec_t *codec = pln_codec_new();
    pln_buf_t stored = {0};
    uint8_t used;
    static const uint8_t unknown[] = {2, 63, 65, 96, 127, 128, 255};
    for (size_t i = 0; i < sizeof unknown; i++) {
        assert_unreadable(unknown[i], text(prompt));
        assert_int_equal(pln_codec_encode(codec, unknown[i], text(prompt), &stored, &used),
                         PLN_EINVAL);
    }
    pln_codec_free(&codec);
}

static void codec_survives_every_cut_and_every_flipped_bit(void **state)
{
    (void)state;
    pln_codec_t *codec = pln_codec_new();
    pln_buf_t stored = {0};
    uint8_t used;
    assert_int_equal(pln_codec_encode(codec, PLN_CODEC_DICT_1, text(prompt), &stored, &used),
                     PLN_OK);
    pln_span_t out;
    for (size_t size = 0; size < stored.size; size++) {
        uint8_t *cut = malloc(size + 1);  // exact memory, so that a sanitizer sees one byte too far
        memcpy(cut, stored.data, size);
        assert_int_equal(pln_codec_decode(codec, used, PLN_SPAN(cut, size), &out), PLN_ECODEC);
        free(cut);
    }
    for (size_t bit = 0; bit < stored.size * 8; bit++) {
        stored.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        pln_err_t error = pln_codec_decode(codec, used, pln_buf_span(&stored), &out);
        assert_true(error == PLN_OK || error == PLN_ECODEC);
        assert_true(error != PLN_OK || out.size <= PLN_PAYLOAD_MAX);
        stored.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    pln_buf_free(&stored);
    pln_codec_free(&codec);
}

/** zstd reads the first frame of a context with other code than the later ones. */
static void codec_reads_damaged_bytes_alike_whatever_it_read_before(void **state)
{
    (void)state;
    pln_codec_t *worn = pln_codec_new();
    pln_buf_t raw = {0}, stored = {0};
    uint8_t used;
    pln_span_t out;
    // Pieces of the dictionary out of order: many matches, as in a long record.
    for (size_t at = 2000; at + 2000 < pln_dictionary_1_size; at += 2000) {
        pln_buf_add(&raw, pln_dictionary_1 + pln_dictionary_1_size - at, 12 + at / 2000 % 7);
    }
    assert_int_equal(pln_codec_encode(worn, PLN_CODEC_DICT_1, pln_buf_span(&raw), &stored, &used),
                     PLN_OK);
    assert_int_equal(pln_codec_decode(worn, used, pln_buf_span(&stored), &out), PLN_OK);
    pln_buf_free(&raw);
    for (size_t bit = 0; bit < stored.size * 8; bit++) {
        stored.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        pln_codec_t *fresh = pln_codec_new();
        pln_err_t expected = pln_codec_decode(worn, used, pln_buf_span(&stored), &out);
        assert_int_equal(pln_codec_decode(fresh, used, pln_buf_span(&stored), &out), expected);
        pln_codec_free(&fresh);
        stored.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    pln_buf_free(&stored);
    pln_codec_free(&worn);
}

static void codec_names_its_dictionary(void **state)
{
    (void)state;
    uint8_t hash[32], expected[32];
    crypto_generichash(expected, sizeof expected, pln_dictionary_1, pln_dictionary_1_size, NULL, 0);
    assert_int_equal(pln_codec_dictionary_hash(1, hash), PLN_OK);
    assert_memory_equal(hash, expected, sizeof hash);
    assert_int_equal(pln_codec_dictionary_hash(0, hash), PLN_ENOTFOUND);
    assert_int_equal(pln_codec_dictionary_hash(2, hash), PLN_ENOTFOUND);
    assert_int_equal(pln_codec_dictionary_hash(64, hash), PLN_ENOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codec_gives_back_what_it_took),
        cmocka_unit_test(codec_falls_back_to_raw_when_nothing_is_gained),
        cmocka_unit_test(codec_takes_the_largest_payload_and_refuses_one_byte_more),
        cmocka_unit_test(codec_appends_and_keeps_what_was_there),
        cmocka_unit_test(codec_writes_the_same_bytes_whatever_came_before),
        cmocka_unit_test(codec_dictionary_earns_its_place),
        cmocka_unit_test(codec_refuses_frames_that_hide_or_add_something),
        cmocka_unit_test(codec_refuses_content_beyond_the_bound),
        cmocka_unit_test(codec_refuses_unknown_codecs),
        cmocka_unit_test(codec_survives_every_cut_and_every_flipped_bit),
        cmocka_unit_test(codec_reads_damaged_bytes_alike_whatever_it_read_before),
        cmocka_unit_test(codec_names_its_dictionary),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
