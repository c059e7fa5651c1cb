// SPDX-License-Identifier: MPL-2.0
// Arrivals, what changed since a cursor, and reading for views.
#include "store_fixture.h"

/* ---- arrivals and changes ---- */

static void arrival_tags_chain_from_the_store_id(void **state)
{
    fixture_t *fixture = *state;
    pln_cursor_t cursor;
    pln_arrival_t row;
    for (uint8_t i = 0; i < 20; i++) {
        pln_place_t place = fixture_place(&fixture->self, i % 3, PLN_LANE_RECORDS);
        fixture_must(fixture, fixture_mint(i % 3, &place, 1u + i % 2, 30));
    }
    pln_cursor_start(&fixture->id, &cursor);
    for (uint64_t number = 1; number <= 20; number++) {
        assert_int_equal(pln_store_arrival(fixture->store, number, &row), PLN_OK);
        assert_int_equal(row.op, PLN_OP_ADDED);
        pln_cursor_next(&cursor, &row);
    }
    assert_int_equal(pln_store_arrival(fixture->store, 21, &row), PLN_ENOTFOUND);
    pln_cursor_t last = pln_store_arrivals(fixture->store);
    assert_true(pln_cursor_equal(&cursor, &last));
    fixture_reopen(fixture);
    last = pln_store_arrivals(fixture->store);
    assert_true(pln_cursor_equal(&cursor, &last));
    assert_int_equal(row_of(fixture, 2).last_arrival, 18);
}

typedef struct {
    struct pln_change rows[4];
    size_t count;
    bool valid;
    bool truncated;
} changes_t;

static changes_t changes_since(fixture_t *fixture, const pln_cursor_t *cursor, size_t max)
{
    changes_t out;
    assert_int_equal(pln_store_changes(fixture->store, cursor, out.rows, max, &out.count,
                                       &out.valid, &out.truncated),
                     PLN_OK);
    return out;
}

/** Arrivals: chain 2 (1-3), chain 0 (1-3), chain 2 (4-6), chain 1 (1-3). */
static void make_changes(fixture_t *fixture, pln_cursor_t *after_second)
{
    static const uint8_t chains[] = {2, 0, 2, 1};
    for (size_t i = 0; i < 4; i++) {
        pln_place_t place = fixture_place(&fixture->self, chains[i], PLN_LANE_RECORDS);
        fixture_must(fixture, fixture_mint(chains[i], &place, 3, 30));
        if (i == 1) {
            *after_second = pln_store_arrivals(fixture->store);
        }
    }
}

static void changes_list_each_chain_once_from_its_smallest_seq(void **state)
{
    fixture_t *fixture = *state;
    pln_cursor_t start;
    pln_cursor_t middle;
    pln_cursor_start(&fixture->id, &start);
    make_changes(fixture, &middle);
    changes_t all = changes_since(fixture, &start, 4);
    assert_true(all.valid);
    assert_false(all.truncated);
    assert_int_equal(all.count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(all.rows[i].chain, i);
        assert_int_equal(all.rows[i].from, 1);
    }
    changes_t later = changes_since(fixture, &middle, 4);
    assert_int_equal(later.count, 2);
    assert_int_equal(later.rows[0].chain, 1);
    assert_int_equal(later.rows[1].chain, 2);
    assert_int_equal(later.rows[1].from, 4);
    pln_cursor_t last = pln_store_arrivals(fixture->store);
    changes_t none = changes_since(fixture, &last, 4);
    assert_true(none.valid);
    assert_int_equal(none.count, 0);
}

static void changes_say_when_there_are_more_chains_than_room(void **state)
{
    fixture_t *fixture = *state;
    pln_cursor_t start;
    pln_cursor_t middle;
    pln_cursor_start(&fixture->id, &start);
    make_changes(fixture, &middle);
    changes_t some = changes_since(fixture, &start, 2);
    assert_true(some.truncated);
    assert_int_equal(some.count, 2);
    assert_false(changes_since(fixture, &start, 3).truncated);
}

static void changes_refuse_a_cursor_of_another_life(void **state)
{
    fixture_t *fixture = *state;
    pln_store_id_t another = {{9}};
    pln_cursor_t cursor;
    pln_cursor_t middle;
    make_changes(fixture, &middle);
    pln_cursor_start(&another, &cursor);
    assert_false(changes_since(fixture, &cursor, 4).valid);
    middle.tag.bytes[7] ^= 1;
    assert_false(changes_since(fixture, &middle, 4).valid);
    pln_cursor_t ahead = pln_store_arrivals(fixture->store);
    ahead.number++;
    assert_false(changes_since(fixture, &ahead, 4).valid);
    ahead.number = UINT64_MAX;
    changes_t none = changes_since(fixture, &ahead, 4);
    assert_false(none.valid);
    assert_int_equal(none.count, 0);
}

/* ---- reading for views ---- */

static void chains_are_found_by_number_place_and_network(void **state)
{
    fixture_t *fixture = *state;
    pln_chain_row_t row;
    uint32_t chain;
    uint32_t cursor = 0;
    for (uint8_t i = 0; i < 200; i++) {
        pln_place_t place = fixture_place(&fixture->self, i % 2, PLN_LANE_RECORDS);
        place.epoch = i;
        fixture_must(fixture, fixture_mint(i, &place, 1, 10));
    }
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    place.epoch = 77;
    assert_int_equal(pln_store_find(fixture->store, &place, &chain), PLN_OK);
    assert_int_equal(chain, 77);
    place.lane = PLN_LANE_CONTROL;
    assert_int_equal(pln_store_find(fixture->store, &place, &chain), PLN_ENOTFOUND);
    assert_int_equal(pln_store_chain(fixture->store, 200, &row), PLN_ENOTFOUND);
    for (uint32_t expected = 1; expected < 200; expected += 2) {
        assert_true(pln_store_next_chain(fixture->store, &place.network, &cursor, &row));
        assert_int_equal(row.number, expected);
    }
    assert_false(pln_store_next_chain(fixture->store, &place.network, &cursor, &row));
}

static void entry_is_copied_as_stored(void **state)
{
    fixture_t *fixture = *state;
    pln_buf_t bytes = {0};
    pln_entry_t entry;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 3, 60));
    assert_int_equal(pln_store_entry(fixture->store, 0, 2, &bytes), PLN_OK);
    assert_int_equal(bytes.size, PLN_HEADER_SIZE + 60);
    assert_int_equal(pln_entry_read(pln_buf_span(&bytes), &entry), PLN_OK);
    assert_int_equal(entry.header.time_ms, 1001);
    assert_int_equal(pln_store_entry(fixture->store, 0, 4, &bytes), PLN_ENOTFOUND);
    pln_buf_free(&bytes);
}

typedef struct {
    uint64_t first;
    uint64_t last;
    size_t count;
    uint64_t stop_at;
} visits_t;

static bool note_visit(void *arg, uint64_t seq, pln_span_t bytes)
{
    visits_t *visits = arg;
    assert_int_equal(bytes.size, PLN_HEADER_SIZE + 60);
    visits->first = visits->count++ == 0 ? seq : visits->first;
    visits->last = seq;
    return seq != visits->stop_at;
}

static void visit_goes_on_where_it_stopped(void **state)
{
    fixture_t *fixture = *state;
    uint64_t next;
    pln_place_t one = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_place_t two = fixture_place(&fixture->self, 2, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &one, 30, 60));
    fixture_must(fixture, fixture_mint(1, &two, 30, 60));
    visits_t visits = {0};
    assert_int_equal(pln_store_visit(fixture->store, 0, 5, 20, 10, &next, note_visit, &visits),
                     PLN_OK);
    assert_int_equal(visits.first, 5);
    assert_int_equal(visits.last, 14);
    assert_int_equal(next, 15);
    visits = (visits_t){.stop_at = 17};
    assert_int_equal(pln_store_visit(fixture->store, 0, next, 20, 10, &next, note_visit, &visits),
                     PLN_OK);
    assert_int_equal(next, 18);
    visits = (visits_t){0};
    assert_int_equal(pln_store_visit(fixture->store, 0, next, 20, 10, &next, note_visit, &visits),
                     PLN_OK);
    assert_int_equal(visits.count, 3);
    assert_int_equal(next, 21);
    visits = (visits_t){0};
    assert_int_equal(pln_store_visit(fixture->store, 0, 29, 99, 10, &next, note_visit, &visits),
                     PLN_OK);
    assert_int_equal(visits.count, 2); /* nothing of chain 1 */
    assert_int_equal(next, 100);
    assert_int_equal(
        pln_store_visit(fixture->store, 0, 1, UINT64_MAX, 10, &next, note_visit, &visits),
        PLN_EINVAL);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(arrival_tags_chain_from_the_store_id),
        CASE(changes_list_each_chain_once_from_its_smallest_seq),
        CASE(changes_say_when_there_are_more_chains_than_room),
        CASE(changes_refuse_a_cursor_of_another_life),
        CASE(chains_are_found_by_number_place_and_network),
        CASE(entry_is_copied_as_stored),
        CASE(visit_goes_on_where_it_stopped),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
