// SPDX-License-Identifier: MPL-2.0
// Entries that stop counting, count again, and the signatures of cuts.
#include "store_fixture.h"

static pln_job_t *counted_job(pln_effect_type_t type, uint32_t chain, uint64_t from, uint64_t to,
                              const pln_signature_t *signature)
{
    steps_t steps = {0};
    pln_effect_t *effect = steps_add(&steps, type);
    effect->as.aside.chain = chain;
    effect->as.aside.from = from;
    effect->as.aside.to = to;
    effect->as.aside.vouched = signature != NULL;
    if (signature != NULL) {
        effect->as.aside.signature = *signature;
    }
    return steps_job(&steps);
}

/** 40 entries in chain 0 whose head at 25 was signed once, as a cut would carry it. */
static pln_signature_t make_cut(fixture_t *fixture, const pln_place_t *place, pln_head_t *at_25)
{
    fixture_must(fixture, fixture_mint(0, place, 25, 60));
    *at_25 = row_of(fixture, 0).head;
    pln_signature_t signature = row_of(fixture, 0).signature;
    fixture_must(fixture, fixture_mint(0, place, 15, 60));
    return signature;
}

static void aside_moves_what_counts_and_back_restores_it(void **state)
{
    fixture_t *fixture = *state;
    size_t count;
    pln_head_t at_25;
    pln_arrival_t arrival;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    (void)make_cut(fixture, &place, &at_25);
    pln_job_t *job = counted_job(PLN_FX_ASIDE, 0, 26, 40, NULL);
    assert_int_equal(fixture_apply(fixture, job), PLN_OK);
    const pln_stored_t *result = pln_job_results(job, &count);
    assert_int_equal(count, 1);
    assert_int_equal(result->base.seq, 40);
    assert_head_equal(&result->end, &at_25);
    pln_job_free(&job);
    fixture_reopen(fixture);
    pln_chain_row_t row = row_of(fixture, 0);
    assert_int_equal(row.head.seq, 40);
    assert_int_equal(row.counted, 25);
    assert_head_equal(&row.counted_head, &at_25);
    assert_int_equal(pln_store_arrival(fixture->store, 3, &arrival), PLN_OK);
    assert_int_equal(arrival.op, PLN_OP_ASIDE);
    assert_int_equal(arrival.from, 26);
    assert_int_equal(row.last_arrival, 3);

    fixture_must(fixture, fixture_mint(0, &place, 1, 60)); /* grows, set aside with the rest */
    assert_int_equal(row_of(fixture, 0).counted, 25);
    assert_int_equal(pln_store_arrival(fixture->store, 4, &arrival), PLN_OK);
    assert_int_equal(arrival.op, PLN_OP_ASIDE);
    assert_int_equal(arrival.from, 41);
    fixture_must(fixture, counted_job(PLN_FX_BACK, 0, 26, 41, NULL));
    row = row_of(fixture, 0);
    assert_int_equal(row.counted, 41);
    assert_head_equal(&row.counted_head, &row.head);
    assert_int_equal(pln_store_arrival(fixture->store, 5, &arrival), PLN_OK);
    assert_int_equal(arrival.op, PLN_OP_BACK);
}

static void aside_tells_of_entries_stored_since_it_was_decided(void **state)
{
    fixture_t *fixture = *state;
    pln_arrival_t arrival;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 5, 60));
    pln_job_t *jobs[] = {fixture_mint(0, &place, 5, 60),
                         counted_job(PLN_FX_ASIDE, 0, 4, 5, NULL)}; /* decided when 5 were held */
    assert_int_equal(pln_store_apply(fixture->store, &fixture->self, jobs, 2), PLN_OK);
    pln_job_free(&jobs[0]);
    pln_job_free(&jobs[1]);
    assert_int_equal(row_of(fixture, 0).counted, 3);
    assert_int_equal(pln_store_arrival(fixture->store, 3, &arrival), PLN_OK);
    assert_int_equal(arrival.from, 4);
    assert_int_equal(arrival.to, 10);

    fixture_must(fixture, counted_job(PLN_FX_BACK, 0, 4, 5, NULL));
    fixture_must(fixture, counted_job(PLN_FX_BACK, 0, 5, 9, NULL));
    assert_int_equal(row_of(fixture, 0).counted, 9);
    assert_int_equal(pln_store_arrival(fixture->store, 5, &arrival), PLN_OK);
    assert_int_equal(arrival.from, 6);
    assert_int_equal(arrival.to, 9);
}

static void asking_twice_changes_nothing(void **state)
{
    fixture_t *fixture = *state;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 9, 60));
    fixture_must(fixture, counted_job(PLN_FX_ASIDE, 0, 4, 9, NULL));
    fixture_must(fixture, counted_job(PLN_FX_ASIDE, 0, 6, 9, NULL)); /* never makes more count */
    assert_int_equal(row_of(fixture, 0).counted, 3);
    fixture_must(fixture, counted_job(PLN_FX_BACK, 0, 4, 9, NULL));
    fixture_must(fixture, counted_job(PLN_FX_BACK, 0, 4, 6, NULL)); /* never makes less count */
    assert_int_equal(row_of(fixture, 0).counted, 9);
    assert_int_equal(pln_store_arrivals(fixture->store).number, 5);
}

static void everything_can_be_set_aside(void **state)
{
    fixture_t *fixture = *state;
    pln_head_t start;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 3, 60));
    fixture_must(fixture, counted_job(PLN_FX_ASIDE, 0, 1, 3, NULL));
    pln_chain_start(&place, &start);
    pln_chain_row_t row = row_of(fixture, 0);
    assert_head_equal(&row.counted_head, &start);
}

static void signature_of_a_cut_ends_a_run(void **state)
{
    fixture_t *fixture = *state;
    run_t run = {0};
    size_t count;
    pln_head_t at_25;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_signature_t cut = make_cut(fixture, &place, &at_25);
    assert_int_equal(take_run(fixture, 0, &place, 1, 25, &run), PLN_ENOTFOUND);
    pln_job_t *job = counted_job(PLN_FX_ASIDE, 0, 26, 40, &cut);
    assert_int_equal(fixture_apply(fixture, job), PLN_OK);
    assert_memory_equal(&pln_job_results(job, &count)->signature, &cut, sizeof cut);
    pln_job_free(&job);
    assert_int_equal(take_run(fixture, 0, &place, 1, 25, &run), PLN_OK);
    assert_int_equal(assert_run_verifies(&place, &run), 25);
    pln_buf_free(&run.bytes);
}

static void signature_of_another_branch_is_not_kept(void **state)
{
    fixture_t *fixture = *state;
    run_t run = {0};
    pln_head_t at_25;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_signature_t cut = make_cut(fixture, &place, &at_25);
    cut.bytes[3] ^= 1;
    fixture_must(fixture, counted_job(PLN_FX_ASIDE, 0, 26, 40, &cut));
    assert_int_equal(row_of(fixture, 0).counted, 25);
    assert_int_equal(take_run(fixture, 0, &place, 1, 25, &run), PLN_ENOTFOUND);
}

static void aside_of_what_is_not_held_is_stale(void **state)
{
    fixture_t *fixture = *state;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 3, 60));
    pln_job_t *beyond = counted_job(PLN_FX_ASIDE, 0, 2, 4, NULL);
    pln_job_t *no_chain = counted_job(PLN_FX_BACK, 5, 1, 1, NULL);
    assert_int_equal(fixture_apply(fixture, beyond), PLN_ESTALE);
    assert_int_equal(fixture_apply(fixture, no_chain), PLN_ESTALE);
    pln_job_free(&beyond);
    pln_job_free(&no_chain);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(aside_moves_what_counts_and_back_restores_it),
        CASE(aside_tells_of_entries_stored_since_it_was_decided),
        CASE(asking_twice_changes_nothing),
        CASE(everything_can_be_set_aside),
        CASE(signature_of_a_cut_ends_a_run),
        CASE(signature_of_another_branch_is_not_kept),
        CASE(aside_of_what_is_not_held_is_stale),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
