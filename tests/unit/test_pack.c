// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "proto/pack.h"

/** Bytes of @hex (spaces allowed) followed by @fill bytes of value @filler. */
static pln_buf_t bytes_of(const char *hex, size_t fill, uint8_t filler)
{
    pln_buf_t buf = {0};
    for (const char *p = hex; *p != '\0'; p++) {
        if (*p != ' ') {
            char digits[3] = {p[0], p[1], '\0'};
            assert_int_equal(pln_unhex(digits, pln_buf_grow(&buf, 1), 1), PLN_OK);
            p++;
        }
    }
    memset(pln_buf_grow(&buf, fill), filler, fill);
    return buf;
}

typedef struct {
    const char *hex;
    size_t fill;
    uint8_t filler;
} sample_t;

static void assert_check(const sample_t *sample, pln_err_t expected)
{
    pln_buf_t buf = bytes_of(sample->hex, sample->fill, sample->filler);
    pln_err_t error = pln_pack_check(pln_buf_span(&buf));
    if (error != expected) {
        fail_msg("%s: %s instead of %s", sample->hex, pln_error_name(error),
                 pln_error_name(expected));
    }
    pln_buf_free(&buf);
}

static void pack_accepts_the_canonical_spellings(void **state)
{
    (void)state;
    static const sample_t right[] = {
        {"c0", 0, 0},
        {"c2", 0, 0},
        {"c3", 0, 0},
        {"00", 0, 0},
        {"7f", 0, 0},
        {"cc80", 0, 0},
        {"ccff", 0, 0},
        {"cd0100", 0, 0},
        {"cdffff", 0, 0},
        {"ce00010000", 0, 0},
        {"ceffffffff", 0, 0},
        {"cf0000000100000000", 0, 0},
        {"cfffffffffffffffff", 0, 0},
        {"ff", 0, 0},
        {"e0", 0, 0},
        {"d0df", 0, 0},
        {"d080", 0, 0},
        {"d1ff7f", 0, 0},
        {"d18000", 0, 0},
        {"d2ffff7fff", 0, 0},
        {"d280000000", 0, 0},
        {"d3ffffffff7fffffff", 0, 0},
        {"d38000000000000000", 0, 0},
        {"cb3ff8000000000000", 0, 0},
        {"cb8000000000000000", 0, 0},
        {"cb7ff0000000000000", 0, 0},
        {"cbfff0000000000000", 0, 0},
        {"a0", 0, 0},
        {"a161", 0, 0},
        {"bf", 31, 'x'},
        {"d920", 32, 'x'},
        {"d9ff", 255, 'x'},
        {"da0100", 256, 'x'},
        {"daffff", 65535, 'x'},
        {"db00010000", 65536, 'x'},
        {"c400", 0, 0},
        {"c4ff", 255, 0xff},
        {"c50100", 256, 0},
        {"c5ffff", 65535, 0},
        {"c600010000", 65536, 0},
        {"90", 0, 0},
        {"9f", 15, 0x01},
        {"dc0010", 16, 0xc0},
        {"dcffff", 65535, 0x01},
        {"dd00010000", 65536, 0x01},
        {"80", 0, 0},
        {"8100c0", 0, 0},
        {"8300a16101c3cc80c0", 0, 0},
        {"81cf7fffffffffffffff00", 0, 0},
    };
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        assert_check(&right[i], PLN_OK);
    }
}

static void pack_refuses_every_longer_spelling_of_a_number(void **state)
{
    (void)state;
    static const sample_t wrong[] = {
        {"cc00", 0, 0},
        {"cc7f", 0, 0},
        {"cd0000", 0, 0},
        {"cd00ff", 0, 0},
        {"ce00000000", 0, 0},
        {"ce0000ffff", 0, 0},
        {"cf0000000000000000", 0, 0},
        {"cf00000000ffffffff", 0, 0},
        {"d0ff", 0, 0}, /* -1 */
        {"d0e0", 0, 0}, /* -32 */
        {"d1ff80", 0, 0},
        {"d1ffff", 0, 0},
        {"d2ffff8000", 0, 0},
        {"d2ffffffff", 0, 0},
        {"d3ffffffff80000000", 0, 0},
        {"d3ffffffffffffffff", 0, 0},
        {"d000", 0, 0}, /* not negative, so it must be unsigned */
        {"d07f", 0, 0},
        {"d10080", 0, 0},
        {"d17fff", 0, 0},
        {"d200008000", 0, 0},
        {"d27fffffff", 0, 0},
        {"d30000000080000000", 0, 0},
        {"d37fffffffffffffff", 0, 0},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_check(&wrong[i], PLN_EMALFORMED);
    }
}

static void pack_refuses_every_longer_spelling_of_a_length_or_count(void **state)
{
    (void)state;
    static const sample_t wrong[] = {
        {"d900", 0, 0},       {"d91f", 31, 'x'},          {"da0000", 0, 0}, {"da00ff", 255, 'x'},
        {"db00000000", 0, 0}, {"db0000ffff", 65535, 'x'}, {"c50000", 0, 0}, {"c500ff", 255, 0},
        {"c600000000", 0, 0}, {"c60000ffff", 65535, 0},   {"dc0000", 0, 0}, {"dc000f", 15, 1},
        {"dd00000000", 0, 0}, {"dd0000ffff", 65535, 1},   {"de0000", 0, 0}, {"de000f", 30, 1},
        {"df00000000", 0, 0}, {"df0000000f", 30, 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_check(&wrong[i], PLN_EMALFORMED);
    }
}

static void pack_refuses_float32_nan_ext_and_the_unused_byte(void **state)
{
    (void)state;
    static const sample_t wrong[] = {
        {"ca3fc00000", 0, 0},
        {"cb7ff8000000000000", 0, 0},
        {"cb7ff0000000000001", 0, 0},
        {"cbfff8000000000000", 0, 0},
        {"cbffffffffffffffff", 0, 0},
        {"c1", 0, 0},
        {"c70100aa", 0, 0},
        {"c8000100aa", 0, 0},
        {"c90000000100aa", 0, 0},
        {"d400aa", 0, 0},
        {"d500", 2, 0},
        {"d600", 4, 0},
        {"d700", 8, 0},
        {"d800", 16, 0},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_check(&wrong[i], PLN_EMALFORMED);
    }
}

static void pack_refuses_text_that_is_not_utf8(void **state)
{
    (void)state;
    static const sample_t wrong[] = {
        {"a100", 0, 0}, {"a1ff", 0, 0}, {"a2c080", 0, 0}, {"a3eda080", 0, 0}, {"d920", 32, 0xff},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_check(&wrong[i], PLN_EMALFORMED);
    }
}

static void pack_refuses_map_keys_unless_unsigned_and_ascending(void **state)
{
    (void)state;
    static const sample_t wrong[] = {
        {"820100 0000", 0, 0},            /* 1 before 0 */
        {"820100 0100", 0, 0},            /* twice */
        {"81ff00", 0, 0},                 /* negative */
        {"81a16100", 0, 0},               /* text */
        {"81c000", 0, 0},                 /* nil */
        {"819000", 0, 0},                 /* array */
        {"81cb000000000000000000", 0, 0}, /* float */
        {"81cf800000000000000000", 0, 0}, /* beyond the keys' range */
        {"91 820100 0000", 0, 0},         /* inside */
        {"8100 820100 0000", 0, 0},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_check(&wrong[i], PLN_EMALFORMED);
    }
}

static void pack_refuses_bombs_of_five_bytes(void **state)
{
    (void)state;
    static const sample_t bombs[] = {
        {"dd10000000", 0, 0}, {"ddffffffff", 0, 0}, {"df10000000", 0, 0}, {"dfffffffff", 0, 0},
        {"dbffffffff", 0, 0}, {"c6ffffffff", 0, 0}, {"dcffff", 0, 0},     {"deffff", 0, 0},
        {"9f", 0, 0},         {"8f", 0, 0},         {"df80000000", 8, 0}, {"dd00010000", 65535, 1},
    };
    for (size_t i = 0; i < sizeof bombs / sizeof bombs[0]; i++) {
        assert_check(&bombs[i], PLN_ETRUNCATED);
    }
}

static void pack_refuses_nesting_beyond_its_depth(void **state)
{
    (void)state;
    assert_check(&(sample_t){"9191919191919191c0", 0, 0}, PLN_OK);
    assert_check(&(sample_t){"8100810081008100810081008100 8100c0", 0, 0}, PLN_OK);
    assert_check(&(sample_t){"9191919191919191 90", 0, 0}, PLN_EMALFORMED);
    assert_check(&(sample_t){"9191919191919191 80", 0, 0}, PLN_EMALFORMED);
    assert_check(&(sample_t){"81008100810081008100810081008100 91c0", 0, 0}, PLN_EMALFORMED);
    assert_check(&(sample_t){"", 100000, 0x91}, PLN_EMALFORMED);
}

static void pack_refuses_trailing_bytes_and_nothing(void **state)
{
    (void)state;
    assert_check(&(sample_t){"c0c0", 0, 0}, PLN_EMALFORMED);
    assert_check(&(sample_t){"9100", 1, 0}, PLN_EMALFORMED);
    assert_check(&(sample_t){"", 0, 0}, PLN_ETRUNCATED);
    assert_int_equal(pln_pack_check((pln_span_t){NULL, 0}), PLN_ETRUNCATED);
}

static void pack_refuses_every_cut_of_a_value(void **state)
{
    (void)state;
    pln_buf_t buf = bytes_of("8400cd010001a3616263029301c0cb3ff800000000000003c403010203", 0, 0);
    assert_int_equal(pln_pack_check(pln_buf_span(&buf)), PLN_OK);
    for (size_t size = 0; size < buf.size; size++) {
        pln_buf_t cut = {0};
        pln_buf_add(&cut, buf.data, size); /* its own memory, so that a read past it shows */
        assert_int_equal(pln_pack_check(pln_buf_span(&cut)), PLN_ETRUNCATED);
        pln_buf_free(&cut);
    }
    pln_buf_free(&buf);
}

static void pack_writes_unsigned_integers_in_their_shortest_form(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        size_t size;
    } rows[] = {
        {0, 1},      {0x7f, 1},    {0x80, 2},       {0xff, 2},        {0x100, 3},
        {0xffff, 3}, {0x10000, 5}, {0xffffffff, 5}, {0x100000000, 9}, {UINT64_MAX, 9},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pln_buf_t buf = {0};
        pln_pack_uint(&buf, rows[i].value);
        assert_int_equal(buf.size, rows[i].size);
        pln_unpack_t in = pln_unpack(pln_buf_span(&buf));
        assert_true(pln_unpack_uint(&in) == rows[i].value);
        assert_int_equal(pln_unpack_end(&in), PLN_OK);
        pln_buf_free(&buf);
    }
}

static void pack_writes_signed_integers_in_their_shortest_form(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        size_t size;
    } rows[] = {
        {-1, 1},        {-32, 1},       {-33, 2},
        {-128, 2},      {-129, 3},      {-32768, 3},
        {-32769, 5},    {INT32_MIN, 5}, {(int64_t)INT32_MIN - 1, 9},
        {INT64_MIN, 9}, {0, 1},         {127, 1},
        {128, 2},       {INT64_MAX, 9},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pln_buf_t buf = {0};
        pln_pack_int(&buf, rows[i].value);
        assert_int_equal(buf.size, rows[i].size);
        pln_unpack_t in = pln_unpack(pln_buf_span(&buf));
        pln_token_t token = pln_unpack_next(&in);
        assert_int_equal(pln_unpack_end(&in), PLN_OK);
        assert_int_equal(token.type, rows[i].value < 0 ? PLN_PACK_INT : PLN_PACK_UINT);
        assert_true(token.as.sint == rows[i].value);
        pln_buf_free(&buf);
    }
}

static void pack_writes_what_it_reads(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 15, 16, 31, 32, 255, 256, 65535, 65536};
    static uint8_t text[65536];
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        pln_buf_t buf = {0};
        pln_pack_map(&buf, 5);
        pln_pack_uint(&buf, 0);
        pln_pack_str(&buf, PLN_SPAN(text, sizes[i]));
        pln_pack_uint(&buf, 1);
        pln_pack_bin(&buf, text, sizes[i]);
        pln_pack_uint(&buf, 2);
        pln_pack_array(&buf, (uint32_t)sizes[i]);
        for (size_t j = 0; j < sizes[i]; j++) {
            pln_pack_bool(&buf, j % 2 == 0);
        }
        pln_pack_uint(&buf, 3);
        pln_pack_map(&buf, (uint32_t)sizes[i]);
        for (size_t j = 0; j < sizes[i]; j++) {
            pln_pack_uint(&buf, j);
            pln_pack_nil(&buf);
        }
        pln_pack_uint(&buf, 4);
        pln_pack_float(&buf, -0.5);
        assert_int_equal(pln_pack_check(pln_buf_span(&buf)), PLN_OK);

        pln_unpack_t in = pln_unpack(pln_buf_span(&buf));
        int64_t last = -1;
        assert_int_equal(pln_unpack_map(&in, 5), 5);
        assert_int_equal(pln_unpack_key(&in, &last), 0);
        assert_int_equal(pln_unpack_str(&in, sizes[i]).size, sizes[i]);
        assert_int_equal(pln_unpack_key(&in, &last), 1);
        assert_int_equal(pln_unpack_bin(&in).size, sizes[i]);
        assert_int_equal(pln_unpack_key(&in, &last), 2);
        assert_int_equal(pln_unpack_array(&in, UINT32_MAX), sizes[i]);
        for (size_t j = 0; j < sizes[i]; j++) {
            assert_int_equal(pln_unpack_bool(&in), j % 2 == 0);
        }
        assert_int_equal(pln_unpack_key(&in, &last), 3);
        pln_unpack_skip(&in);
        assert_int_equal(pln_unpack_key(&in, &last), 4);
        pln_token_t token = pln_unpack_next(&in);
        assert_int_equal(token.type, PLN_PACK_FLOAT);
        assert_true(token.as.real == -0.5);
        assert_int_equal(pln_unpack_end(&in), PLN_OK);
        pln_buf_free(&buf);
    }
}

static void pack_header_of_a_bin_leaves_the_bytes_to_the_caller(void **state)
{
    (void)state;
    pln_buf_t buf = {0};
    pln_pack_bin_header(&buf, 300);
    assert_int_equal(buf.size, 3);
    memset(pln_buf_grow(&buf, 300), 7, 300);
    assert_int_equal(pln_pack_check(pln_buf_span(&buf)), PLN_OK);
    pln_buf_free(&buf);
}

static void unpack_typed_reads_refuse_other_types_and_ranges(void **state)
{
    (void)state;
    pln_buf_t buf = {0};
    pln_pack_cstr(&buf, "abc");
    pln_span_t text = pln_buf_span(&buf);
    pln_unpack_t in = pln_unpack(text);
    assert_int_equal(pln_unpack_uint(&in), 0);
    assert_int_equal(pln_unpack_end(&in), PLN_EMALFORMED);
    in = pln_unpack(text);
    assert_false(pln_unpack_bool(&in));
    assert_int_equal(in.error, PLN_EMALFORMED);
    in = pln_unpack(text);
    assert_null(pln_unpack_bin(&in).data);
    assert_int_equal(in.error, PLN_EMALFORMED);
    in = pln_unpack(text);
    assert_int_equal(pln_unpack_array(&in, 9), 0);
    assert_int_equal(in.error, PLN_EMALFORMED);
    in = pln_unpack(text);
    assert_int_equal(pln_unpack_map(&in, 9), 0);
    assert_int_equal(in.error, PLN_EMALFORMED);
    in = pln_unpack(text);
    assert_null(pln_unpack_str(&in, 2).data);
    assert_int_equal(in.error, PLN_EMALFORMED);

    pln_buf_clear(&buf);
    pln_pack_uint(&buf, 200);
    in = pln_unpack(pln_buf_span(&buf));
    assert_int_equal(pln_unpack_uint_max(&in, 200), 200);
    in = pln_unpack(pln_buf_span(&buf));
    assert_int_equal(pln_unpack_uint_max(&in, 199), 0);
    assert_int_equal(in.error, PLN_EMALFORMED);

    pln_buf_clear(&buf);
    pln_pack_array(&buf, 2);
    pln_pack_map(&buf, 0);
    pln_pack_map(&buf, 0);
    in = pln_unpack(pln_buf_span(&buf));
    assert_int_equal(pln_unpack_array(&in, 1), 0);
    assert_int_equal(in.error, PLN_EMALFORMED);
    pln_buf_free(&buf);
}

static void unpack_counts_fit_the_bytes_left(void **state)
{
    (void)state;
    pln_buf_t buf = bytes_of("88", 15, 0); /* 8 pairs need 16 bytes */
    pln_unpack_t in = pln_unpack(pln_buf_span(&buf));
    assert_int_equal(pln_unpack_map(&in, 100), 0);
    assert_int_equal(in.error, PLN_ETRUNCATED);
    pln_buf_u8(&buf, 0);
    in = pln_unpack(pln_buf_span(&buf));
    assert_int_equal(pln_unpack_map(&in, 100), 8);
    buf.data[0] = 0x9f; /* 15 elements need 15 */
    in = pln_unpack(PLN_SPAN(buf.data, 15));
    assert_int_equal(pln_unpack_array(&in, 100), 0);
    assert_int_equal(in.error, PLN_ETRUNCATED);
    in = pln_unpack(PLN_SPAN(buf.data, 16));
    assert_int_equal(pln_unpack_array(&in, 100), 15);
    pln_buf_free(&buf);
}

static void unpack_fixed_wants_the_exact_size(void **state)
{
    (void)state;
    pln_buf_t buf = {0};
    pln_pack_bin(&buf, "abcd", 4);
    uint8_t out[5] = {9, 9, 9, 9, 9};
    pln_unpack_t in = pln_unpack(pln_buf_span(&buf));
    pln_unpack_fixed(&in, out, 4);
    assert_int_equal(pln_unpack_end(&in), PLN_OK);
    assert_memory_equal(out, "abcd", 4);
    static const size_t others[] = {0, 3, 5};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        memset(out, 9, sizeof out);
        in = pln_unpack(pln_buf_span(&buf));
        pln_unpack_fixed(&in, out, others[i]);
        assert_int_equal(in.error, PLN_EMALFORMED);
        for (size_t j = 0; j < others[i]; j++) {
            assert_int_equal(out[j], 0);
        }
    }
    pln_buf_free(&buf);
}

static void unpack_nil_is_consumed_and_nothing_else_is(void **state)
{
    (void)state;
    pln_buf_t buf = bytes_of("c007", 0, 0);
    pln_unpack_t in = pln_unpack(pln_buf_span(&buf));
    assert_true(pln_unpack_nil(&in));
    assert_false(pln_unpack_nil(&in));
    assert_int_equal(pln_unpack_uint(&in), 7);
    assert_false(pln_unpack_nil(&in));
    assert_int_equal(pln_unpack_end(&in), PLN_OK);
    pln_unpack_fail(&in, PLN_EMALFORMED);
    assert_false(pln_unpack_nil(&in));
    pln_buf_free(&buf);
}

static void unpack_keeps_its_first_error(void **state)
{
    (void)state;
    pln_buf_t buf = bytes_of("c407 01", 0, 0);
    pln_unpack_t in = pln_unpack(pln_buf_span(&buf));
    assert_null(pln_unpack_bin(&in).data);
    assert_int_equal(in.error, PLN_ETRUNCATED);
    assert_int_equal(pln_unpack_next(&in).type, PLN_PACK_NIL);
    assert_int_equal(pln_unpack_uint(&in), 0);
    pln_unpack_skip(&in);
    pln_unpack_fail(&in, PLN_EMALFORMED);
    assert_int_equal(pln_unpack_end(&in), PLN_ETRUNCATED);
    pln_buf_free(&buf);
}

/** All values of up to three bytes: what passes must be re-written to the same bytes. */
static void pack_has_one_spelling_for_each_short_scalar(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits < 0x1000000; bits += bits < 0x10000 ? 1 : 7) {
        uint8_t bytes[3] = {(uint8_t)bits, (uint8_t)(bits >> 8), (uint8_t)(bits >> 16)};
        pln_unpack_t in = pln_unpack(PLN_SPAN(bytes, sizeof bytes));
        pln_token_t token = pln_unpack_next(&in);
        if (in.error != PLN_OK) {
            continue;
        }
        uint8_t store[16];
        pln_buf_t again = {.data = store, .capacity = sizeof store};
        switch (token.type) {
            case PLN_PACK_NIL:
                pln_pack_nil(&again);
                break;
            case PLN_PACK_BOOL:
                pln_pack_bool(&again, token.as.boolean);
                break;
            case PLN_PACK_UINT:
                pln_pack_uint(&again, token.as.uint);
                break;
            case PLN_PACK_INT:
                pln_pack_int(&again, token.as.sint);
                break;
            case PLN_PACK_FLOAT:
                pln_pack_float(&again, token.as.real);
                break;
            case PLN_PACK_STR:
                pln_pack_str(&again, token.as.span);
                break;
            case PLN_PACK_BIN:
                pln_pack_bin(&again, token.as.span.data, token.as.span.size);
                break;
            case PLN_PACK_ARRAY:
                pln_pack_array(&again, token.as.count);
                break;
            case PLN_PACK_MAP:
                pln_pack_map(&again, token.as.count);
                break;
        }
        assert_int_equal(again.size, in.bytes.at);
        assert_memory_equal(again.data, bytes, again.size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pack_accepts_the_canonical_spellings),
        cmocka_unit_test(pack_refuses_every_longer_spelling_of_a_number),
        cmocka_unit_test(pack_refuses_every_longer_spelling_of_a_length_or_count),
        cmocka_unit_test(pack_refuses_float32_nan_ext_and_the_unused_byte),
        cmocka_unit_test(pack_refuses_text_that_is_not_utf8),
        cmocka_unit_test(pack_refuses_map_keys_unless_unsigned_and_ascending),
        cmocka_unit_test(pack_refuses_bombs_of_five_bytes),
        cmocka_unit_test(pack_refuses_nesting_beyond_its_depth),
        cmocka_unit_test(pack_refuses_trailing_bytes_and_nothing),
        cmocka_unit_test(pack_refuses_every_cut_of_a_value),
        cmocka_unit_test(pack_writes_unsigned_integers_in_their_shortest_form),
        cmocka_unit_test(pack_writes_signed_integers_in_their_shortest_form),
        cmocka_unit_test(pack_writes_what_it_reads),
        cmocka_unit_test(pack_header_of_a_bin_leaves_the_bytes_to_the_caller),
        cmocka_unit_test(unpack_typed_reads_refuse_other_types_and_ranges),
        cmocka_unit_test(unpack_counts_fit_the_bytes_left),
        cmocka_unit_test(unpack_fixed_wants_the_exact_size),
        cmocka_unit_test(unpack_nil_is_consumed_and_nothing_else_is),
        cmocka_unit_test(unpack_keeps_its_first_error),
        cmocka_unit_test(pack_has_one_spelling_for_each_short_scalar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
