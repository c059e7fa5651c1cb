// SPDX-License-Identifier: MPL-2.0
// What jobs leave in a store: runs that verify from every seq, whole jobs or none.
#include "store_fixture.h"

/** Entries of several sizes in jobs of several sizes: 850 in all, some 400 KB. */
static void mint_mixed(fixture_t *fixture, uint32_t chain, const pln_place_t *place)
{
    fixture_must(fixture, fixture_mint(chain, place, 1, 20));
    fixture_must(fixture, fixture_mint(chain, place, 648, 300));
    fixture_must(fixture, fixture_mint(chain, place, 1, PLN_PAYLOAD_MAX));
    fixture_must(fixture, fixture_mint(chain, place, 200, 9));
}

static void minted_runs_verify_from_every_seq(void **state)
{
    fixture_t *fixture = *state;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    mint_mixed(fixture, 3, &place);
    assert_int_equal(row_of(fixture, 3).head.seq, 850);
    assert_every_run_verifies(fixture, 3, &place);
}

static void minted_runs_stop_at_the_anchor_every_1024_entries(void **state)
{
    fixture_t *fixture = *state;
    run_t run = {0};
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 2100, 8));
    assert_int_equal(take_run(fixture, 0, &place, 1, 2100, &run), PLN_OK);
    assert_int_equal(assert_run_verifies(&place, &run), 1024);
    assert_int_equal(take_run(fixture, 0, &place, 1025, 2100, &run), PLN_OK);
    assert_int_equal(run.end.seq, 2048);
    assert_int_equal(take_run(fixture, 0, &place, 2047, 2100, &run), PLN_OK);
    assert_int_equal(assert_run_verifies(&place, &run), 2);
    pln_buf_free(&run.bytes);
}

static void control_lane_keeps_every_signature(void **state)
{
    fixture_t *fixture = *state;
    run_t run = {0};
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_CONTROL);
    fixture_must(fixture, fixture_mint(0, &place, 5, 40));
    fixture_must(fixture, fixture_mint(0, &place, 2, 40));
    for (uint64_t from = 1; from <= 7; from++) {
        assert_int_equal(take_run(fixture, 0, &place, from, 7, &run), PLN_OK);
        assert_int_equal(assert_run_verifies(&place, &run), 1);
    }
    pln_buf_free(&run.bytes);
}

static void record_lane_drops_the_signature_of_an_old_head(void **state)
{
    fixture_t *fixture = *state;
    run_t run = {0};
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    for (int i = 0; i < 10; i++) {
        fixture_must(fixture, fixture_mint(0, &place, 1, 40));
    }
    assert_int_equal(take_run(fixture, 0, &place, 1, 10, &run), PLN_OK);
    assert_int_equal(assert_run_verifies(&place, &run), 10);
    assert_int_equal(take_run(fixture, 0, &place, 1, 9, &run), PLN_ENOTFOUND);
    pln_buf_free(&run.bytes);
}

static void run_from_zero_is_refused(void **state)
{
    fixture_t *fixture = *state;
    run_t run = {0};
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 1, 40));
    assert_int_equal(take_run(fixture, 0, &place, 0, 1, &run), PLN_EINVAL);
    assert_int_equal(take_run(fixture, 1, &place, 1, 1, &run), PLN_ENOTFOUND);
}

/** A STORE of the run @from.. of @source's chain, as a peer's run would become one. */
static void steps_store(steps_t *steps, uint32_t chain, const pln_place_t *place, const run_t *run)
{
    pln_effect_t *effect = steps_add(steps, PLN_FX_STORE);
    effect->as.store.chain = chain;
    effect->as.store.place = *place;
    effect->as.store.base = run->base;
    effect->as.store.end = run->end;
    effect->as.store.signature = run->signature;
    effect->as.store.run = pln_buf_span(&run->bytes);
    effect->as.store.count = (uint32_t)(run->end.seq - run->base.seq);
}

static pln_job_t *store_job(uint32_t chain, const pln_place_t *place, const run_t *run)
{
    steps_t steps = {0};
    steps_store(&steps, chain, place, run);
    return steps_job(&steps);
}

/** A second store with the same chain, filled run by run. */
static void copy_chain(fixture_t *source, uint32_t from_chain, fixture_t *target, uint32_t to_chain,
                       const pln_place_t *place)
{
    run_t run = {0};
    uint64_t head = row_of(source, from_chain).head.seq;
    for (uint64_t from = 1; from <= head; from = run.end.seq + 1) {
        assert_int_equal(take_run(source, from_chain, place, from, head, &run), PLN_OK);
        fixture_must(target, store_job(to_chain, place, &run));
    }
    pln_buf_free(&run.bytes);
}

static void stored_runs_verify_from_every_seq_in_the_next_store(void **state)
{
    fixture_t *fixture = *state;
    fixture_t other;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    mint_mixed(fixture, 0, &place);
    fixture_make(&other);
    fixture_open(&other);
    copy_chain(fixture, 0, &other, 9, &place);
    pln_chain_row_t a = row_of(fixture, 0);
    pln_chain_row_t b = row_of(&other, 9);
    assert_head_equal(&a.head, &b.head);
    assert_head_equal(&b.head, &b.counted_head);
    assert_memory_equal(&a.signature, &b.signature, sizeof a.signature);
    assert_every_run_verifies(&other, 9, &place);
    fixture_close(&other);
}

static void chains_in_any_order_of_numbers_are_stored(void **state)
{
    fixture_t *fixture = *state;
    static const uint32_t numbers[] = {7, 3, 9, 3, 0, 7, 9, 3};
    uint64_t counts[10] = {0};
    for (size_t i = 0; i < 8; i++) {
        pln_place_t place = fixture_place(&fixture->self, (uint8_t)numbers[i], PLN_LANE_RECORDS);
        fixture_must(fixture, fixture_mint(numbers[i], &place, 40 + i, 200));
        counts[numbers[i]] += 40 + i;
        if (i == 4) {
            fixture_reopen(fixture); /* the largest key is found again */
        }
    }
    for (size_t i = 0; i < 8; i++) {
        pln_place_t place = fixture_place(&fixture->self, (uint8_t)numbers[i], PLN_LANE_RECORDS);
        assert_int_equal(row_of(fixture, numbers[i]).head.seq, counts[numbers[i]]);
        assert_every_run_verifies(fixture, numbers[i], &place);
    }
}

static void results_tell_base_end_signature_and_the_run(void **state)
{
    fixture_t *fixture = *state;
    size_t count;
    run_t run = {0};
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 3, 50));
    pln_job_t *job = fixture_mint(0, &place, 4, 50);
    assert_int_equal(fixture_apply(fixture, job), PLN_OK);
    const pln_stored_t *result = pln_job_results(job, &count);
    assert_int_equal(count, 1);
    assert_int_equal(result->base.seq, 3);
    assert_int_equal(result->end.seq, 7);
    assert_int_equal(result->arrival.number, 2);
    assert_int_equal(take_run(fixture, 0, &place, 4, 7, &run), PLN_OK);
    assert_int_equal(result->run.size, run.bytes.size);
    assert_memory_equal(result->run.data, run.bytes.data, run.bytes.size);
    assert_memory_equal(&result->signature, &run.signature, sizeof run.signature);
    assert_head_equal(&result->end, &run.end);
    pln_job_free(&job);
    pln_buf_free(&run.bytes);
}

static void result_of_more_than_one_run_carries_none(void **state)
{
    fixture_t *fixture = *state;
    size_t count;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_job_t *job = fixture_mint(0, &place, 1500, 10);
    assert_int_equal(fixture_apply(fixture, job), PLN_OK);
    const pln_stored_t *result = pln_job_results(job, &count);
    assert_int_equal(result->run.size, 0);
    assert_int_equal(result->end.seq, 1500);
    pln_job_free(&job);
}

static void job_without_storing_effects_is_none(void **state)
{
    (void)state;
    pln_effect_t effect = {.type = PLN_FX_SEND};
    pln_effects_t effects = {&effect, 1, 0};
    assert_null(pln_job_new(&effects));
}

static void job_outlives_the_effects_it_was_made_of(void **state)
{
    fixture_t *fixture = *state;
    run_t run = {0};
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    uint8_t *bytes;
    pln_draft_t *drafts = fixture_drafts(2, 100, &bytes);
    steps_t steps = {.effects.job = 42};
    steps_mint(&steps, 0, &place, drafts, 2);
    pln_job_t *job = steps_job(&steps);
    memset(bytes, 0, 200);
    memset(drafts, 0, 2 * sizeof *drafts);
    memset(&steps, 0, sizeof steps);
    assert_int_equal(pln_job_number(job), 42);
    assert_int_equal(pln_job_bytes(job), 200);
    fixture_must(fixture, job);
    assert_int_equal(take_run(fixture, 0, &place, 1, 2, &run), PLN_OK);
    assert_int_equal(run.bytes.data[PLN_HEADER_SIZE + 50], 7);
    pln_buf_free(&run.bytes);
    free(drafts);
    free(bytes);
}

/* ---- each job whole or not at all ---- */

static bool has_row(fixture_t *fixture, uint32_t chain)
{
    pln_chain_row_t row;
    return pln_store_chain(fixture->store, chain, &row) == PLN_OK;
}

static void stale_job_leaves_the_others_of_its_batch_alone(void **state)
{
    fixture_t *fixture = *state;
    run_t run = {0};
    pln_place_t one = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_place_t two = fixture_place(&fixture->self, 2, PLN_LANE_RECORDS);
    pln_place_t three = fixture_place(&fixture->self, 3, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(1, &one, 4, 30));
    assert_int_equal(take_run(fixture, 1, &one, 1, 4, &run), PLN_OK);
    steps_t stale = {0};
    uint8_t *bytes;
    pln_draft_t *drafts = fixture_drafts(1, 30, &bytes);
    steps_mint(&stale, 2, &two, drafts, 1); /* would fit */
    steps_store(&stale, 1, &one, &run);     /* held already */
    steps_t after = {0}; /* what the stale job would have made is not there for the next one */
    pln_effect_t *effect = steps_add(&after, PLN_FX_ASIDE);
    effect->as.aside.chain = 2;
    effect->as.aside.from = 1;
    effect->as.aside.to = 1;
    pln_job_t *jobs[] = {fixture_mint(1, &one, 1, 30), steps_job(&stale),
                         fixture_mint(3, &three, 2, 30), steps_job(&after)};
    assert_int_equal(pln_store_apply(fixture->store, &fixture->self, jobs, 4), PLN_OK);
    assert_int_equal(pln_job_error(jobs[0]), PLN_OK);
    assert_int_equal(pln_job_error(jobs[1]), PLN_ESTALE);
    assert_int_equal(pln_job_error(jobs[2]), PLN_OK);
    assert_int_equal(pln_job_error(jobs[3]), PLN_ESTALE);
    size_t count;
    (void)pln_job_results(jobs[1], &count);
    assert_int_equal(count, 0);
    assert_false(has_row(fixture, 2));
    assert_int_equal(row_of(fixture, 1).head.seq, 5);
    assert_int_equal(row_of(fixture, 3).head.seq, 2);
    assert_int_equal(pln_store_arrivals(fixture->store).number, 3);
    for (size_t i = 0; i < 4; i++) {
        pln_job_free(&jobs[i]);
    }
    free(drafts);
    free(bytes);
    pln_buf_free(&run.bytes);
}

static void the_same_run_twice_in_one_batch_is_stale_the_second_time(void **state)
{
    fixture_t *fixture = *state;
    fixture_t other;
    run_t run = {0};
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 4, 30));
    assert_int_equal(take_run(fixture, 0, &place, 1, 4, &run), PLN_OK);
    fixture_make(&other);
    fixture_open(&other);
    pln_job_t *jobs[] = {store_job(0, &place, &run), store_job(0, &place, &run),
                         fixture_mint(0, &place, 1, 30), fixture_mint(0, &place, 1, 30)};
    assert_int_equal(pln_store_apply(other.store, &other.self, jobs, 4), PLN_OK);
    assert_int_equal(pln_job_error(jobs[0]), PLN_OK);
    assert_int_equal(pln_job_error(jobs[1]), PLN_ESTALE);
    assert_int_equal(row_of(&other, 0).head.seq, 6);
    assert_every_run_verifies(&other, 0, &place);
    for (size_t i = 0; i < 4; i++) {
        pln_job_free(&jobs[i]);
    }
    fixture_close(&other);
    pln_buf_free(&run.bytes);
}

static void run_on_another_base_is_stale(void **state)
{
    fixture_t *fixture = *state;
    run_t run = {0};
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 4, 30));
    assert_int_equal(take_run(fixture, 0, &place, 1, 4, &run), PLN_OK);
    run.base = run.end;
    run.base.hash.bytes[0] ^= 1;
    run.end.seq += 4;
    pln_job_t *job = store_job(0, &place, &run);
    assert_int_equal(fixture_apply(fixture, job), PLN_ESTALE);
    pln_job_free(&job);
    pln_buf_free(&run.bytes);
    assert_int_equal(row_of(fixture, 0).head.seq, 4);
}

static void number_and_place_must_belong_together(void **state)
{
    fixture_t *fixture = *state;
    pln_place_t one = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_place_t two = fixture_place(&fixture->self, 2, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(1, &one, 1, 30));
    pln_job_t *number_of_another = fixture_mint(1, &two, 1, 30);
    pln_job_t *place_of_another = fixture_mint(2, &one, 1, 30);
    assert_int_equal(fixture_apply(fixture, number_of_another), PLN_ESTALE);
    assert_int_equal(fixture_apply(fixture, place_of_another), PLN_ESTALE);
    pln_job_free(&number_of_another);
    pln_job_free(&place_of_another);
    assert_int_equal(pln_store_arrivals(fixture->store).number, 1);
}

static void oversize_draft_refuses_its_job_only(void **state)
{
    fixture_t *fixture = *state;
    pln_place_t control = fixture_place(&fixture->self, 1, PLN_LANE_CONTROL);
    pln_place_t records = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_job_t *jobs[] = {fixture_mint(0, &control, 1, PLN_CONTROL_PAYLOAD_MAX + 1),
                         fixture_mint(1, &records, 1, PLN_PAYLOAD_MAX + 1),
                         fixture_mint(1, &records, 1, PLN_PAYLOAD_MAX)};
    assert_int_equal(pln_store_apply(fixture->store, &fixture->self, jobs, 3), PLN_OK);
    assert_int_equal(pln_job_error(jobs[0]), PLN_EOVERSIZE);
    assert_int_equal(pln_job_error(jobs[1]), PLN_EOVERSIZE);
    assert_int_equal(pln_job_error(jobs[2]), PLN_OK);
    for (size_t i = 0; i < 3; i++) {
        pln_job_free(&jobs[i]);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(minted_runs_verify_from_every_seq),
        CASE(minted_runs_stop_at_the_anchor_every_1024_entries),
        CASE(control_lane_keeps_every_signature),
        CASE(record_lane_drops_the_signature_of_an_old_head),
        CASE(run_from_zero_is_refused),
        CASE(stored_runs_verify_from_every_seq_in_the_next_store),
        CASE(chains_in_any_order_of_numbers_are_stored),
        CASE(results_tell_base_end_signature_and_the_run),
        CASE(result_of_more_than_one_run_carries_none),
        CASE(job_without_storing_effects_is_none),
        CASE(job_outlives_the_effects_it_was_made_of),
        CASE(stale_job_leaves_the_others_of_its_batch_alone),
        CASE(the_same_run_twice_in_one_batch_is_stale_the_second_time),
        CASE(run_on_another_base_is_stale),
        CASE(number_and_place_must_belong_together),
        CASE(oversize_draft_refuses_its_job_only),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
