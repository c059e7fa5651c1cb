// SPDX-License-Identifier: MPL-2.0
/* The expected values were computed with Python's hashlib.blake2b and struct. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "proto/arrival.h"

static const pln_arrival_t ADDED = {PLN_OP_ADDED, 7, 1, 40};
static const pln_arrival_t ASIDE = {PLN_OP_ASIDE, 0x01020304, 41, PLN_SEQ_MAX};

static void assert_tag(const pln_tag_t *tag, const char *expected)
{
    char hex[17];
    pln_hex(tag->bytes, sizeof tag->bytes, hex);
    assert_string_equal(hex, expected);
}

static pln_store_id_t store_of(uint8_t first)
{
    pln_store_id_t store;
    for (uint8_t i = 0; i < 16; i++) {
        store.bytes[i] = (uint8_t)(first + i);
    }
    return store;
}

static void arrival_row_is_21_bytes(void **state)
{
    (void)state;
    uint8_t bytes[PLN_ARRIVAL_ROW_SIZE];
    char hex[2 * PLN_ARRIVAL_ROW_SIZE + 1];
    pln_arrival_write(&ADDED, bytes);
    pln_hex(bytes, sizeof bytes, hex);
    assert_string_equal(hex, "010000000700000000000000010000000000000028");
}

static void arrival_reads_what_it_wrote(void **state)
{
    (void)state;
    for (pln_op_t op = PLN_OP_ADDED; op <= PLN_OP_BACK; op++) {
        pln_arrival_t row = {op, UINT32_MAX, 5, PLN_SEQ_MAX}, back;
        uint8_t bytes[PLN_ARRIVAL_ROW_SIZE];
        pln_arrival_write(&row, bytes);
        assert_int_equal(pln_arrival_read(PLN_SPAN(bytes, sizeof bytes), &back), PLN_OK);
        assert_int_equal(back.op, op);
        assert_int_equal(back.chain, UINT32_MAX);
        assert_int_equal(back.from, 5);
        assert_int_equal(back.to, PLN_SEQ_MAX);
    }
}

static void arrival_refuses_rows_of_another_size(void **state)
{
    (void)state;
    uint8_t bytes[PLN_ARRIVAL_ROW_SIZE + 1] = {0};
    pln_arrival_t row;
    pln_arrival_write(&ADDED, bytes);
    for (size_t size = 0; size < PLN_ARRIVAL_ROW_SIZE; size++) {
        assert_int_equal(pln_arrival_read(PLN_SPAN(bytes, size), &row), PLN_ETRUNCATED);
    }
    assert_int_equal(pln_arrival_read(PLN_SPAN(bytes, sizeof bytes), &row), PLN_EMALFORMED);
}

static void arrival_refuses_unknown_ops_and_impossible_ranges(void **state)
{
    (void)state;
    static const struct {
        uint8_t op;
        uint64_t from, to;
    } BAD[] = {
        {0, 1, 1},          {5, 1, 1}, {255, 1, 1}, {1, 0, 1}, {1, 2, 1}, {1, 1, PLN_SEQ_MAX + 1},
        {1, 1, UINT64_MAX},
    };
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        uint8_t bytes[PLN_ARRIVAL_ROW_SIZE] = {BAD[i].op};
        pln_arrival_t row;
        pln_put_u64(bytes + 5, BAD[i].from);
        pln_put_u64(bytes + 13, BAD[i].to);
        assert_int_equal(pln_arrival_read(PLN_SPAN(bytes, sizeof bytes), &row), PLN_EMALFORMED);
    }
}

static void cursor_tags_chain_the_rows_from_the_store_id_on(void **state)
{
    (void)state;
    pln_store_id_t store = store_of(0);
    pln_cursor_t cursor;
    pln_cursor_start(&store, &cursor);
    assert_int_equal(cursor.number, 0);
    assert_tag(&cursor.tag, "65ed40dcba6636e7");
    pln_cursor_next(&cursor, &ADDED);
    assert_int_equal(cursor.number, 1);
    assert_tag(&cursor.tag, "483cc6ee3b6e8473");
    pln_cursor_next(&cursor, &ASIDE);
    assert_int_equal(cursor.number, 2);
    assert_tag(&cursor.tag, "c6726da710de54a9");
}

static void cursor_of_another_life_of_the_store_is_told_apart(void **state)
{
    (void)state;
    pln_store_id_t store = store_of(0), other_store = store_of(1);
    pln_cursor_t a, b, other;
    pln_cursor_start(&store, &a);
    pln_cursor_start(&store, &b);
    pln_cursor_start(&other_store, &other);
    assert_true(pln_cursor_equal(&a, &b));
    assert_false(pln_cursor_equal(&a, &other));

    // a snapshot goes on differently: same numbers, other rows before them
    pln_cursor_next(&a, &ADDED);
    pln_cursor_next(&b, &ASIDE);
    assert_false(pln_cursor_equal(&a, &b));
    pln_cursor_next(&a, &ASIDE);
    pln_cursor_next(&b, &ADDED);
    assert_int_equal(a.number, b.number);
    assert_false(pln_cursor_equal(&a, &b));
    b = a;
    b.number++;
    assert_false(pln_cursor_equal(&a, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrival_row_is_21_bytes),
        cmocka_unit_test(arrival_reads_what_it_wrote),
        cmocka_unit_test(arrival_refuses_rows_of_another_size),
        cmocka_unit_test(arrival_refuses_unknown_ops_and_impossible_ranges),
        cmocka_unit_test(cursor_tags_chain_the_rows_from_the_store_id_on),
        cmocka_unit_test(cursor_of_another_life_of_the_store_is_told_apart),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
