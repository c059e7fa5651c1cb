// SPDX-License-Identifier: MPL-2.0
// backup: rows come back in pieces of any size; order, bounds and count are checked on the way.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "proto/backup.h"

static pln_backup_head_t head;

static int make_head(void **state)
{
    pln_identity_t identity;
    (void)state;
    while (pln_identity_derive(head.seed, &identity) != PLN_OK) {
        head.seed[0]++;
    }
    head.id = identity.id;
    head.made_ms = 1795000000000;
    head.format = 1;
    head.arrivals = 3;
    return 0;
}

static void add_row(pln_buf_t *out, uint8_t table, const char *key, const char *value)
{
    pln_backup_row_write(table, PLN_SPAN(key, strlen(key)), PLN_SPAN(value, strlen(value)), out);
}

/** Read everything in pieces of @piece; the number of rows in *rows. */
static pln_err_t read_all(const pln_buf_t *bytes, size_t piece, uint64_t *rows, bool *ended)
{
    pln_backup_reader_t reader = {.headed = false};
    pln_backup_row_t row;
    pln_err_t error = PLN_ENOTFOUND;
    for (size_t at = 0; at < bytes->size && error == PLN_ENOTFOUND; at += piece) {
        size_t size = bytes->size - at < piece ? bytes->size - at : piece;
        pln_backup_put(&reader, PLN_SPAN(bytes->data + at, size));
        while ((error = pln_backup_next(&reader, &row)) == PLN_OK) {
        }
    }
    *rows = reader.rows;
    *ended = reader.ended;
    pln_backup_reader_free(&reader);
    return error;
}

static pln_err_t outcome(const pln_buf_t *bytes)
{
    uint64_t rows;
    bool ended;
    pln_err_t error = read_all(bytes, 4096, &rows, &ended);
    return error == PLN_ENOTFOUND && !ended ? PLN_ETRUNCATED : error;
}

static void rows_come_back_whatever_the_pieces(void **state)
{
    static const size_t pieces[] = {1, 7, 100000};
    pln_buf_t bytes = {0};
    uint64_t rows;
    bool ended;
    (void)state;
    head.rows = 4;
    pln_backup_head_write(&head, &bytes);
    add_row(&bytes, 1, "a", "one");
    add_row(&bytes, 1, "ab", "");
    add_row(&bytes, 1, "b", "three");
    add_row(&bytes, 6, "a", "four");
    pln_backup_end_write(&bytes);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(read_all(&bytes, pieces[i], &rows, &ended), PLN_ENOTFOUND);
        assert_int_equal(rows, 4);
        assert_true(ended);
    }
    pln_buf_free(&bytes);
}

static void rows_out_of_order_or_number_are_refused(void **state)
{
    static const struct {
        uint8_t tables[2];
        const char *keys[2];
        uint64_t rows;
        pln_err_t expected;
    } cases[] = {
        {{1, 1}, {"a", "b"}, 2, PLN_ENOTFOUND},   {{1, 1}, {"b", "a"}, 2, PLN_EMALFORMED},
        {{1, 1}, {"a", "a"}, 2, PLN_EMALFORMED},  {{2, 1}, {"a", "b"}, 2, PLN_EMALFORMED},
        {{1, 1}, {"ab", "a"}, 2, PLN_EMALFORMED}, {{1, 1}, {"a", "b"}, 3, PLN_EMALFORMED},
        {{1, 1}, {"a", "b"}, 1, PLN_EMALFORMED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pln_buf_t bytes = {0};
        head.rows = cases[i].rows;
        pln_backup_head_write(&head, &bytes);
        add_row(&bytes, cases[i].tables[0], cases[i].keys[0], "x");
        add_row(&bytes, cases[i].tables[1], cases[i].keys[1], "y");
        pln_backup_end_write(&bytes);
        assert_int_equal(outcome(&bytes), cases[i].expected);
        pln_buf_free(&bytes);
    }
}

static void claims_of_size_beyond_the_bounds_are_refused_before_the_bytes_come(void **state)
{
    static const struct {
        uint8_t key;
        uint32_t value;
    } cases[] = {
        {0, 1}, {PLN_BACKUP_KEY_MAX + 1, 1}, {1, PLN_BACKUP_VALUE_MAX + 1}, {1, UINT32_MAX}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pln_buf_t bytes = {0};
        pln_backup_head_write(&head, &bytes);
        pln_buf_u8(&bytes, 1);
        pln_buf_u8(&bytes, cases[i].key);
        pln_buf_u32(&bytes, cases[i].value);
        assert_int_equal(outcome(&bytes), PLN_EMALFORMED);
        pln_buf_free(&bytes);
    }
}

static void bytes_behind_the_end_and_foreign_seeds_are_refused(void **state)
{
    pln_buf_t bytes = {0};
    (void)state;
    head.rows = 0;
    pln_backup_head_write(&head, &bytes);
    assert_int_equal(outcome(&bytes), PLN_ETRUNCATED);
    pln_backup_end_write(&bytes);
    assert_int_equal(outcome(&bytes), PLN_ENOTFOUND);
    pln_backup_end_write(&bytes);
    assert_int_equal(outcome(&bytes), PLN_EMALFORMED);
    bytes.size--;
    bytes.data[40] ^= 1;
    assert_int_equal(outcome(&bytes), PLN_EKEY);
    pln_buf_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_back_whatever_the_pieces),
        cmocka_unit_test(rows_out_of_order_or_number_are_refused),
        cmocka_unit_test(claims_of_size_beyond_the_bounds_are_refused_before_the_bytes_come),
        cmocka_unit_test(bytes_behind_the_end_and_foreign_seeds_are_refused),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, make_head, NULL);
}
