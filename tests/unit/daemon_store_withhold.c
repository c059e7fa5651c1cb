// SPDX-License-Identifier: MPL-2.0
// Payloads taken out of entries where they lie, kept beside, put back; what is erased is not there.
#include <stdio.h>

#include "store_fixture.h"

static pln_job_t *withhold_job(uint32_t chain, uint64_t seq, bool keep)
{
    steps_t steps = {0};
    pln_effect_t *effect = steps_add(&steps, PLN_FX_WITHHOLD);
    effect->as.withhold.chain = chain;
    effect->as.withhold.seq = seq;
    effect->as.withhold.keep = keep;
    return steps_job(&steps);
}

static pln_job_t *reveal_job(uint32_t chain, uint64_t seq, pln_span_t payload)
{
    steps_t steps = {0};
    pln_effect_t *effect = steps_add(&steps, PLN_FX_REVEAL);
    effect->as.withhold.chain = chain;
    effect->as.withhold.seq = seq;
    effect->as.withhold.payload = payload;
    return steps_job(&steps);
}

static pln_entry_t take_entry(fixture_t *fixture, uint64_t seq, pln_buf_t *bytes)
{
    pln_entry_t entry;
    assert_int_equal(pln_store_entry(fixture->store, 0, seq, bytes), PLN_OK);
    assert_int_equal(pln_entry_read(pln_buf_span(bytes), &entry), PLN_OK);
    assert_int_equal(entry.stored_size, bytes->size);
    return entry;
}

static void is_withheld(fixture_t *fixture, uint64_t seq, bool withheld)
{
    pln_buf_t bytes = {0};
    assert_int_equal(take_entry(fixture, seq, &bytes).withheld, withheld);
    pln_buf_free(&bytes);
}

/** 40 entries in chain 0; a copy of the payload of entry 7 in @payload. */
static pln_place_t make_chain(fixture_t *fixture, size_t size, pln_buf_t *payload)
{
    pln_buf_t bytes = {0};
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 40, size));
    pln_entry_t entry = take_entry(fixture, 7, &bytes);
    pln_buf_add(payload, entry.payload.data, entry.payload.size);
    pln_buf_free(&bytes);
    return place;
}

/** How often @text stands in the store's file. */
static size_t found_in_file(fixture_t *fixture, pln_span_t text)
{
    char path[512];
    size_t count = 0;
    fixture_path(fixture, "/data.mdb", path);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(file);
    rewind(file);
    uint8_t *all = malloc(size);
    assert_non_null(all);
    assert_int_equal(fread(all, 1, size, file), size);
    for (size_t at = 0; at + text.size <= size; at++) {
        count += memcmp(all + at, text.data, text.size) == 0;
    }
    free(all);
    fclose(file);
    return count;
}

static void withheld_entry_is_its_header_and_data_and_the_chain_verifies(void **state)
{
    fixture_t *fixture = *state;
    pln_buf_t payload = {0};
    pln_buf_t bytes = {0};
    pln_hash_t data;
    pln_arrival_t arrival;
    pln_place_t place = make_chain(fixture, 60, &payload);
    pln_chain_row_t before = row_of(fixture, 0);
    fixture_must(fixture, withhold_job(0, 7, false));
    fixture_reopen(fixture);
    pln_entry_t entry = take_entry(fixture, 7, &bytes);
    assert_true(entry.withheld);
    assert_int_equal(entry.header.size, 60);
    pln_entry_data(pln_buf_span(&payload), &data);
    assert_memory_equal(entry.data.bytes, data.bytes, sizeof data.bytes);
    assert_every_run_verifies(fixture, 0, &place);
    pln_chain_row_t row = row_of(fixture, 0);
    assert_head_equal(&row.head, &before.head);
    assert_int_equal(row.counted, 40);
    assert_int_equal(pln_store_arrival(fixture->store, row.last_arrival, &arrival), PLN_OK);
    assert_int_equal(arrival.op, PLN_OP_WITHHELD);
    assert_int_equal(arrival.from, 7);
    assert_int_equal(arrival.to, 7);
    pln_buf_free(&payload);
    pln_buf_free(&bytes);
}

static void kept_payload_comes_back_and_one_that_was_not_kept_does_not(void **state)
{
    fixture_t *fixture = *state;
    pln_buf_t payload = {0};
    pln_buf_t bytes = {0};
    pln_arrival_t arrival;
    pln_place_t place = make_chain(fixture, 60, &payload);
    fixture_must(fixture, withhold_job(0, 7, true));
    is_withheld(fixture, 7, true);
    fixture_reopen(fixture);
    fixture_must(fixture, reveal_job(0, 7, (pln_span_t){0}));
    pln_entry_t entry = take_entry(fixture, 7, &bytes);
    assert_false(entry.withheld);
    assert_memory_equal(entry.payload.data, payload.data, payload.size);
    uint64_t last = row_of(fixture, 0).last_arrival;
    assert_int_equal(pln_store_arrival(fixture->store, last, &arrival), PLN_OK);
    assert_int_equal(arrival.op, PLN_OP_BACK);

    fixture_must(fixture, withhold_job(0, 7, true));
    fixture_must(fixture, withhold_job(0, 7, false));
    fixture_must(fixture, reveal_job(0, 7, (pln_span_t){0}));
    is_withheld(fixture, 7, true);
    assert_every_run_verifies(fixture, 0, &place);
    pln_buf_free(&payload);
    pln_buf_free(&bytes);
}

static void fetched_payload_takes_its_place_and_one_of_another_size_does_not(void **state)
{
    fixture_t *fixture = *state;
    pln_buf_t payload = {0};
    pln_place_t place = make_chain(fixture, 60, &payload);
    fixture_must(fixture, withhold_job(0, 7, false));
    fixture_must(fixture, reveal_job(0, 7, PLN_SPAN(payload.data, 59)));
    is_withheld(fixture, 7, true);
    fixture_must(fixture, reveal_job(0, 7, pln_buf_span(&payload)));
    is_withheld(fixture, 7, false);
    assert_every_run_verifies(fixture, 0, &place);
    pln_buf_free(&payload);
}

/** What LMDB has freed is written over by later commits; the live pages must not hold it either. */
static void erase_and_write_on(fixture_t *fixture, size_t size, bool keep_first)
{
    pln_buf_t payload = {0};
    pln_place_t place = make_chain(fixture, size, &payload);
    assert_true(found_in_file(fixture, pln_buf_span(&payload)) > 0);
    if (keep_first) {
        fixture_must(fixture, withhold_job(0, 7, true));
    }
    fixture_must(fixture, withhold_job(0, 7, false));
    pln_place_t other = fixture_place(&fixture->self, 2, PLN_LANE_RECORDS);
    for (int i = 0; i < 30; i++) {  // other bytes than entry 7 has
        fixture_must(fixture, fixture_mint(1, &other, 5, 2000));
    }
    assert_int_equal(found_in_file(fixture, pln_buf_span(&payload)), 0);
    (void)place;
    pln_buf_free(&payload);
}

static void erased_payload_is_gone_from_the_file_while_writing_goes_on(void **state)
{
    erase_and_write_on(*state, 60, false);
}

static void erased_payload_of_many_pages_is_gone_too(void **state)
{
    erase_and_write_on(*state, 9000, false);
}

static void erased_payload_that_was_hidden_first_is_gone_too(void **state)
{
    erase_and_write_on(*state, 300, true);
}

static void withholding_what_is_not_held_is_stale(void **state)
{
    fixture_t *fixture = *state;
    pln_buf_t payload = {0};
    (void)make_chain(fixture, 60, &payload);
    pln_job_t *beyond = withhold_job(0, 41, false);
    pln_job_t *no_chain = reveal_job(5, 1, (pln_span_t){0});
    assert_int_equal(fixture_apply(fixture, beyond), PLN_ESTALE);
    assert_int_equal(fixture_apply(fixture, no_chain), PLN_ESTALE);
    pln_job_free(&beyond);
    pln_job_free(&no_chain);
    pln_buf_free(&payload);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(withheld_entry_is_its_header_and_data_and_the_chain_verifies),
        CASE(kept_payload_comes_back_and_one_that_was_not_kept_does_not),
        CASE(fetched_payload_takes_its_place_and_one_of_another_size_does_not),
        CASE(erased_payload_is_gone_from_the_file_while_writing_goes_on),
        CASE(erased_payload_of_many_pages_is_gone_too),
        CASE(erased_payload_that_was_hidden_first_is_gone_too),
        CASE(withholding_what_is_not_held_is_stale),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
