// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"

static void bytes_fields_are_big_endian_and_round_trip(void **state)
{
    (void)state;
    pln_buf_t buf = {0};
    pln_buf_u8(&buf, 0x01);
    pln_buf_u16(&buf, 0x0203);
    pln_buf_u32(&buf, 0x04050607);
    pln_buf_u48(&buf, 0x08090a0b0c0d);
    pln_buf_u64(&buf, 0x0e0f101112131415);
    pln_buf_add(&buf, "\x16\x17", 2);
    assert_int_equal(buf.size, 23);
    for (size_t i = 0; i < buf.size; i++) {
        assert_int_equal(buf.data[i], i + 1);
    }
    pln_reader_t reader = pln_reader(pln_buf_span(&buf));
    assert_int_equal(pln_read_u8(&reader), 0x01);
    assert_int_equal(pln_read_u16(&reader), 0x0203);
    assert_int_equal(pln_read_u32(&reader), 0x04050607);
    assert_int_equal(pln_read_u48(&reader), 0x08090a0b0c0d);
    assert_int_equal(pln_read_u64(&reader), 0x0e0f101112131415);
    assert_int_equal(pln_reader_left(&reader), 2);
    assert_int_equal(pln_reader_end(&reader), PLN_EMALFORMED);
    pln_span_t span = pln_read_span(&reader, 2);
    assert_ptr_equal(span.data, buf.data + 21);
    assert_int_equal(span.size, 2);
    assert_int_equal(pln_reader_end(&reader), PLN_OK);
    pln_buf_free(&buf);
}

static void bytes_extremes_survive_the_fields(void **state)
{
    (void)state;
    uint8_t p[8];
    pln_put_u16(p, UINT16_MAX);
    assert_int_equal(pln_get_u16(p), UINT16_MAX);
    pln_put_u32(p, UINT32_MAX);
    assert_int_equal(pln_get_u32(p), UINT32_MAX);
    pln_put_u48(p, (UINT64_C(1) << 48) - 1);
    assert_true(pln_get_u48(p) == (UINT64_C(1) << 48) - 1);
    pln_put_u64(p, UINT64_MAX);
    assert_true(pln_get_u64(p) == UINT64_MAX);
}

static void reader_refuses_what_passes_the_end_and_stays_failed(void **state)
{
    (void)state;
    const uint8_t bytes[] = {1, 2, 3};
    pln_reader_t reader = pln_reader(PLN_SPAN(bytes, sizeof bytes));
    assert_int_equal(pln_read_u16(&reader), 0x0102);
    assert_int_equal(pln_read_u16(&reader), 0);
    assert_true(reader.failed);
    assert_int_equal(pln_reader_left(&reader), 0);
    assert_int_equal(pln_read_u8(&reader), 0);
    assert_int_equal(pln_read_u32(&reader), 0);
    assert_int_equal(pln_read_u48(&reader), 0);
    assert_int_equal(pln_read_u64(&reader), 0);
    assert_null(pln_read_span(&reader, 0).data);
    assert_null(pln_read_span(&reader, 1).data);
    uint8_t out[2] = {7, 7};
    pln_read_into(&reader, out, sizeof out);
    assert_int_equal(out[0] + out[1], 0);
    assert_int_equal(pln_reader_end(&reader), PLN_ETRUNCATED);
}

static void reader_refuses_sizes_that_would_overflow_its_position(void **state)
{
    (void)state;
    const uint8_t bytes[] = {1, 2, 3};
    pln_reader_t reader = pln_reader(PLN_SPAN(bytes, sizeof bytes));
    assert_int_equal(pln_read_u8(&reader), 1);
    pln_span_t span = pln_read_span(&reader, SIZE_MAX);
    assert_null(span.data);
    assert_int_equal(span.size, 0);
    assert_int_equal(pln_reader_end(&reader), PLN_ETRUNCATED);
}

static void reader_of_nothing_ends_well_and_gives_nothing(void **state)
{
    (void)state;
    pln_reader_t reader = pln_reader((pln_span_t){NULL, 0});
    assert_int_equal(pln_reader_end(&reader), PLN_OK);
    assert_non_null(pln_read_span(&reader, 0).data);
    assert_int_equal(pln_reader_end(&reader), PLN_OK);
    assert_int_equal(pln_read_u8(&reader), 0);
    assert_int_equal(pln_reader_end(&reader), PLN_ETRUNCATED);
}

static void buf_grows_keeps_and_forgets(void **state)
{
    (void)state;
    pln_buf_t buf = {0};
    pln_buf_add(&buf, NULL, 0);
    assert_int_equal(buf.size, 0);
    for (uint32_t i = 0; i < 10000; i++) {
        pln_buf_u32(&buf, i);
    }
    assert_int_equal(buf.size, 40000);
    for (uint32_t i = 0; i < 10000; i++) {
        assert_int_equal(pln_get_u32(buf.data + (size_t)4 * i), i);
    }
    size_t capacity = buf.capacity;
    pln_buf_clear(&buf);
    assert_int_equal(buf.size, 0);
    memset(pln_buf_grow(&buf, 40000), 1, 40000);
    assert_int_equal(buf.capacity, capacity);
    pln_buf_free(&buf);
    assert_null(buf.data);
    assert_int_equal(buf.capacity, 0);
    pln_buf_free(&buf);
}

static void alloc_of_nothing_is_still_memory(void **state)
{
    (void)state;
    void *a = pln_alloc(0);
    void *b = pln_alloc_zero(0, 8);
    a = pln_realloc(a, 0);
    char *text = pln_strdup("pln");
    assert_non_null(a);
    assert_non_null(b);
    assert_string_equal(text, "pln");
    free(a);
    free(b);
    free(text);
}

static void hex_round_trips_in_either_case(void **state)
{
    (void)state;
    const uint8_t bytes[] = {0x00, 0x0f, 0xa5, 0xff};
    char text[2 * sizeof bytes + 1];
    uint8_t back[sizeof bytes];
    pln_hex(bytes, sizeof bytes, text);
    assert_string_equal(text, "000fa5ff");
    assert_int_equal(pln_unhex(text, back, sizeof back), PLN_OK);
    assert_memory_equal(back, bytes, sizeof bytes);
    assert_int_equal(pln_unhex("000Fa5FF", back, sizeof back), PLN_OK);
    assert_memory_equal(back, bytes, sizeof bytes);
    pln_hex(bytes, 0, text);
    assert_string_equal(text, "");
}

static void hex_of_another_length_or_alphabet_is_malformed(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",     "0",    "00",   "000",   "00000",  "000000",
                                        "0g00", "g000", "00 0", " 0000", "0x00",   "00:00",
                                        "00/0", "00@0", "00`0", "00G0",  "\377000"};
    uint8_t out[2];
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(pln_unhex(wrong[i], out, sizeof out), PLN_EMALFORMED);
    }
}

#define TEXT(literal) PLN_SPAN(literal, sizeof(literal) - 1)

/** pln_utf8_valid of a copy of exactly that size, so that a sanitizer sees a read past it. */
static bool utf8_valid_exact(pln_span_t text)
{
    pln_buf_t copy = {0};
    pln_buf_add(&copy, text.data, text.size);
    copy.data = pln_realloc(copy.data, copy.size);
    bool valid = pln_utf8_valid(pln_buf_span(&copy));
    pln_buf_free(&copy);
    return valid;
}

static void utf8_accepts_the_edges_of_every_length(void **state)
{
    (void)state;
    const pln_span_t right[] = {
        {NULL, 0},
        TEXT("\x01"),
        TEXT("plain \x7f"),
        TEXT("\xc2\x80"),
        TEXT("\xdf\xbf"),
        TEXT("\xe0\xa0\x80"),
        TEXT("\xed\x9f\xbf"),
        TEXT("\xee\x80\x80"),
        TEXT("\xef\xbf\xbf"),
        TEXT("\xf0\x90\x80\x80"),
        TEXT("\xf3\xbf\xbf\xbf"),
        TEXT("\xf4\x8f\xbf\xbf"),
        TEXT("Sch\xc3\xbcler\xe2\x80\x93\xf0\x9f\x8e\x93!"),
    };
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        assert_true(utf8_valid_exact(right[i]));
    }
}

static void utf8_refuses_nul_overlong_surrogates_and_cut_forms(void **state)
{
    (void)state;
    const pln_span_t wrong[] = {
        TEXT("\0"),
        TEXT("a\0b"),
        TEXT("\x80"),
        TEXT("\xbf"),
        TEXT("\xc0\x80"),
        TEXT("\xc1\xbf"),
        TEXT("\xc2"),
        TEXT("\xc2\x7f"),
        TEXT("\xc2\xc0"),
        TEXT("\xe0\x80\x80"),
        TEXT("\xe0\x9f\xbf"),
        TEXT("\xe1\x80"),
        TEXT("\xe1\x80\x7f"),
        TEXT("\xe1\x80\xc0"),
        TEXT("\xed\xa0\x80"),
        TEXT("\xed\xbf\xbf"),
        TEXT("\xf0\x80\x80\x80"),
        TEXT("\xf0\x8f\xbf\xbf"),
        TEXT("\xf1\x80\x80"),
        TEXT("\xf1\x80\x80\x7f"),
        TEXT("\xf4\x90\x80\x80"),
        TEXT("\xf5\x80\x80\x80"),
        TEXT("\xf8\x88\x80\x80\x80"),
        TEXT("\xfe"),
        TEXT("\xff"),
        TEXT("good then \xe2\x82"),
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(utf8_valid_exact(wrong[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_fields_are_big_endian_and_round_trip),
        cmocka_unit_test(bytes_extremes_survive_the_fields),
        cmocka_unit_test(reader_refuses_what_passes_the_end_and_stays_failed),
        cmocka_unit_test(reader_refuses_sizes_that_would_overflow_its_position),
        cmocka_unit_test(reader_of_nothing_ends_well_and_gives_nothing),
        cmocka_unit_test(buf_grows_keeps_and_forgets),
        cmocka_unit_test(alloc_of_nothing_is_still_memory),
        cmocka_unit_test(hex_round_trips_in_either_case),
        cmocka_unit_test(hex_of_another_length_or_alphabet_is_malformed),
        cmocka_unit_test(utf8_accepts_the_edges_of_every_length),
        cmocka_unit_test(utf8_refuses_nul_overlong_surrogates_and_cut_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
