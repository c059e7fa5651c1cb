// SPDX-License-Identifier: MPL-2.0
// A dump is one moment of a store that goes on; a store filled from it holds the same, as another.
#include "daemon/store_dump.h"

#include "daemon/store_fill.h"
#include "proto/vault.h"
#include "store_fixture.h"

/** All that is left of @dump, as the rows of a backup. */
static pln_err_t take_all(pln_dump_t *dump, pln_buf_t *content)
{
    pln_vault_reader_t vault;
    pln_err_t error;
    pln_vault_reader_begin(&vault);
    do {
        pln_buf_t piece = {0};
        error = pln_dump_next(dump, &piece);
        if (error == PLN_OK || error == PLN_ENOTFOUND) {
            assert_int_equal(pln_vault_read(&vault, pln_buf_span(&piece), content), PLN_OK);
        }
        pln_buf_free(&piece);
    } while (error == PLN_OK);
    if (error == PLN_ENOTFOUND) {
        assert_int_equal(pln_vault_reader_end(&vault), PLN_OK);
    }
    pln_vault_reader_free(&vault);
    return error;
}

static pln_dump_t *begin(fixture_t *fixture, uint64_t growth)
{
    pln_err_t error;
    pln_dump_t *dump = pln_dump_begin(fixture->store, &fixture->self, 1, growth, &error);
    assert_int_equal(error, PLN_OK);
    assert_non_null(dump);
    return dump;
}

static void publish(fixture_t *fixture, uint8_t number, size_t count, size_t bytes)
{
    pln_place_t place = fixture_place(&fixture->self, number, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(number, &place, count, bytes));
}

/** Fill a new store in a folder of @out's own. */
static pln_err_t fill(const pln_buf_t *content, fixture_t *out)
{
    pln_backup_reader_t backup = {.headed = false};
    pln_backup_row_t row;
    fixture_make(out);
    memset(out->id.bytes, 9, sizeof out->id.bytes);
    pln_fill_t *made = pln_fill_begin(out->dir, &out->self.id, &out->id, FIXTURE_MAP, out->error,
                                      sizeof out->error);
    assert_non_null(made);
    pln_backup_put(&backup, pln_buf_span(content));
    pln_err_t error;
    while ((error = pln_backup_next(&backup, &row)) == PLN_OK) {
        error = pln_fill_row(made, &row);
        if (error != PLN_OK) {
            break;
        }
    }
    error = error == PLN_ENOTFOUND ? pln_fill_end(made, backup.head.arrivals) : error;
    pln_fill_free(&made);
    pln_backup_reader_free(&backup);
    return error;
}

static void dump_is_one_moment_whatever_is_written_meanwhile(void **state)
{
    fixture_t *fixture = *state, copy;
    pln_buf_t content = {0};
    publish(fixture, 0, 5, 30);
    publish(fixture, 1, 3, 30);
    pln_dump_t *dump = begin(fixture, PLN_DUMP_GROWTH);
    publish(fixture, 0, 7, 30);
    publish(fixture, 2, 1, 30);
    assert_int_equal(take_all(dump, &content), PLN_ENOTFOUND);
    pln_dump_end(&dump);
    assert_int_equal(fill(&content, &copy), PLN_OK);
    fixture_open(&copy);
    pln_chain_row_t row;
    assert_int_equal(pln_store_chain(copy.store, 0, &row), PLN_OK);
    assert_int_equal(row.head.seq, 5);
    assert_int_equal(pln_store_chain(copy.store, 2, &row), PLN_ENOTFOUND);
    assert_int_equal(pln_store_arrivals(copy.store).number, 2);
    fixture_close(&copy);
    pln_buf_free(&content);
}

static void filled_store_goes_on_where_the_dump_was_taken(void **state)
{
    fixture_t *fixture = *state, copy;
    pln_buf_t content = {0}, run = {0};
    publish(fixture, 0, 2000, 100);
    pln_dump_t *dump = begin(fixture, PLN_DUMP_GROWTH);
    assert_int_equal(take_all(dump, &content), PLN_ENOTFOUND);
    pln_dump_end(&dump);
    assert_int_equal(fill(&content, &copy), PLN_OK);
    fixture_open(&copy);
    pln_place_t place = fixture_place(&fixture->self, 0, PLN_LANE_RECORDS);
    pln_head_t base, end;
    pln_signature_t signature;
    for (uint64_t from = 1; from <= 2000; from = end.seq + 1) {
        assert_int_equal(
            pln_store_run(copy.store, 0, &place, from, 2000, &run, &base, &end, &signature),
            PLN_OK);
    }
    publish(&copy, 0, 1, 10);
    pln_chain_row_t row;
    assert_int_equal(pln_store_chain(copy.store, 0, &row), PLN_OK);
    assert_int_equal(row.head.seq, 2001);
    fixture_close(&copy);
    pln_buf_free(&content);
    pln_buf_free(&run);
}

static void filled_store_is_another_life_to_every_cursor(void **state)
{
    fixture_t *fixture = *state, copy;
    pln_buf_t content = {0};
    struct pln_change rows[4];
    size_t count;
    bool valid, truncated;
    publish(fixture, 0, 5, 30);
    publish(fixture, 1, 5, 30);
    pln_cursor_t old = pln_store_arrivals(fixture->store);
    pln_dump_t *dump = begin(fixture, PLN_DUMP_GROWTH);
    assert_int_equal(take_all(dump, &content), PLN_ENOTFOUND);
    pln_dump_end(&dump);
    assert_int_equal(fill(&content, &copy), PLN_OK);
    fixture_open(&copy);
    assert_memory_not_equal(pln_store_id(copy.store), &fixture->id, sizeof fixture->id);
    assert_int_equal(pln_store_changes(copy.store, &old, rows, 4, &count, &valid, &truncated),
                     PLN_OK);
    assert_false(valid);
    pln_cursor_t now = pln_store_arrivals(copy.store);
    assert_int_equal(pln_store_changes(copy.store, &now, rows, 4, &count, &valid, &truncated),
                     PLN_OK);
    assert_true(valid);
    assert_int_equal(count, 0);
    fixture_close(&copy);
    pln_buf_free(&content);
}

static void dump_that_nobody_takes_on_does_not_let_the_store_grow(void **state)
{
    fixture_t *fixture = *state;
    pln_buf_t piece = {0};
    publish(fixture, 0, 5, 30);
    pln_dump_t *dump = begin(fixture, 1u << 20);
    assert_int_equal(pln_dump_next(dump, &piece), PLN_ENOTFOUND);
    pln_dump_end(&dump);
    dump = begin(fixture, 1u << 20);
    for (size_t i = 0; i < 40; i++) {
        publish(fixture, 1, 200, 1000);
    }
    pln_buf_clear(&piece);
    assert_int_equal(pln_dump_next(dump, &piece), PLN_ESTALE);
    pln_dump_end(&dump);
    pln_buf_free(&piece);
}

static void one_dump_at_a_time(void **state)
{
    fixture_t *fixture = *state;
    pln_err_t error;
    pln_dump_t *dump = begin(fixture, PLN_DUMP_GROWTH);
    assert_null(pln_dump_begin(fixture->store, &fixture->self, 1, PLN_DUMP_GROWTH, &error));
    assert_int_equal(error, PLN_EFULL);
    pln_dump_end(&dump);
    dump = begin(fixture, PLN_DUMP_GROWTH);
    pln_dump_end(&dump);
}

static void rows_that_no_store_holds_are_refused(void **state)
{
    static const struct {
        uint8_t table;
        size_t key;
        size_t value;
    } cases[] = {{1, 11, 20}, {1, 12, 5}, {2, 4, 100}, {3, 12, 104}, {4, 8, 28},
                 {5, 40, 5},  {6, 1, 3},  {7, 4, 4},   {255, 4, 4}};
    static const uint8_t zeros[256];
    fixture_t *fixture = *state;
    pln_fill_t *made = pln_fill_begin("/tmp/pln-no-such-folder", &fixture->self.id, &fixture->id,
                                      FIXTURE_MAP, fixture->error, sizeof fixture->error);
    assert_null(made);
    fixture_t other;
    fixture_make(&other);
    made = pln_fill_begin(other.dir, &other.self.id, &other.id, FIXTURE_MAP, other.error,
                          sizeof other.error);
    assert_non_null(made);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pln_backup_row_t row = {cases[i].table, PLN_SPAN(zeros, cases[i].key),
                                PLN_SPAN(zeros, cases[i].value)};
        assert_int_equal(pln_fill_row(made, &row), PLN_EMALFORMED);
    }
    assert_int_equal(pln_fill_end(made, 1), PLN_EMALFORMED);
    pln_fill_free(&made);
    fixture_close(&other);
}

static int open_store(void **state)
{
    static fixture_t fixture;
    fixture_make(&fixture);
    fixture_open(&fixture);
    *state = &fixture;
    return 0;
}

static int close_store(void **state)
{
    fixture_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(dump_is_one_moment_whatever_is_written_meanwhile,
                                        open_store, close_store),
        cmocka_unit_test_setup_teardown(filled_store_goes_on_where_the_dump_was_taken, open_store,
                                        close_store),
        cmocka_unit_test_setup_teardown(filled_store_is_another_life_to_every_cursor, open_store,
                                        close_store),
        cmocka_unit_test_setup_teardown(dump_that_nobody_takes_on_does_not_let_the_store_grow,
                                        open_store, close_store),
        cmocka_unit_test_setup_teardown(one_dump_at_a_time, open_store, close_store),
        cmocka_unit_test_setup_teardown(rows_that_no_store_holds_are_refused, open_store,
                                        close_store),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
