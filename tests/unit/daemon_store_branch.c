// SPDX-License-Identifier: MPL-2.0
// Chains that leave chains: stored beside them, read as one path, found by their number only.
#include "store_fixture.h"

/** Two entries by the author of @place behind @base, signed, as a run. */
static void branch_run(const fixture_t *fixture, const pln_place_t *place, pln_head_t *head,
                       pln_buf_t *run, pln_vouch_t *vouch)
{
    bool is_signed;
    for (int i = 0; i < 2; i++) {
        pln_draft_t draft = {.kind = 0x0100, .time_ms = 9, .payload = PLN_SPAN("branch", 6)};
        assert_int_equal(
            pln_chain_mint(&fixture->self, place, &draft, i == 1, head, run, vouch, &is_signed),
            PLN_OK);
    }
}

/** Chain 1 leaves chain 0 behind entry 30 of 40. */
static pln_err_t make_branch(fixture_t *fixture, const pln_place_t *place, uint32_t parent,
                             bool aside)
{
    steps_t steps = {0};
    uint64_t at = 30;
    pln_buf_t run = {0};
    pln_vouch_t vouch;
    pln_head_t base;
    assert_int_equal(pln_store_heads(fixture->store, 0, &at, 1, &base), PLN_OK);
    pln_head_t end = base;
    branch_run(fixture, place, &end, &run, &vouch);
    pln_effect_t *effect = steps_add(&steps, PLN_FX_STORE);
    effect->as.store.chain = 1;
    effect->as.store.place = *place;
    effect->as.store.base = base;
    effect->as.store.end = end;
    effect->as.store.signature = vouch.signature;
    effect->as.store.run = pln_buf_span(&run);
    effect->as.store.count = 2;
    effect->as.store.branch = true;
    effect->as.store.parent = parent;
    effect->as.store.aside = aside;
    pln_job_t *job = steps_job(&steps);
    pln_err_t error = fixture_apply(fixture, job);
    pln_job_free(&job);
    pln_buf_free(&run);
    return error;
}

static pln_place_t forty_and_a_branch(fixture_t *fixture, bool aside)
{
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 40, 60));
    assert_int_equal(make_branch(fixture, &place, 0, aside), PLN_OK);
    return place;
}

static void a_branch_is_stored_beside_what_it_leaves(void **state)
{
    fixture_t *fixture = *state;
    pln_place_t place = forty_and_a_branch(fixture, false);
    fixture_reopen(fixture);
    pln_chain_row_t row = row_of(fixture, 1);
    assert_true(row.branch);
    assert_int_equal(row.parent, 0);
    assert_int_equal(row.base.seq, 30);
    assert_int_equal(row.head.seq, 32);
    assert_int_equal(row.counted, 32);
    assert_int_equal(row_of(fixture, 0).head.seq, 40);
    uint32_t found;
    assert_int_equal(pln_store_find(fixture->store, &place, &found), PLN_OK);
    assert_int_equal(found, 0);
    uint64_t seqs[] = {30, 31, 33};
    pln_head_t trunk[3], branch[3];
    assert_int_equal(pln_store_heads(fixture->store, 0, seqs, 3, trunk), PLN_OK);
    assert_int_equal(pln_store_heads(fixture->store, 1, seqs, 3, branch), PLN_OK);
    assert_head_equal(&trunk[0], &branch[0]);
    assert_memory_not_equal(trunk[1].hash.bytes, branch[1].hash.bytes, 32);
    assert_int_equal(branch[2].seq, 0);
}

/** From every seq: a run that begins before the branch goes over into it. */
static void runs_of_a_branch_begin_in_what_it_leaves(void **state)
{
    fixture_t *fixture = *state;
    pln_place_t place = forty_and_a_branch(fixture, false);
    assert_every_run_verifies(fixture, 1, &place);
    assert_every_run_verifies(fixture, 0, &place);
}

static void a_branch_stored_aside_counts_once_it_is_told_to(void **state)
{
    fixture_t *fixture = *state;
    (void)forty_and_a_branch(fixture, true);
    assert_int_equal(row_of(fixture, 1).counted, 30);
    pln_arrival_t arrival;
    assert_int_equal(pln_store_arrival(fixture->store, 2, &arrival), PLN_OK);
    assert_int_equal(arrival.op, PLN_OP_ASIDE);
    steps_t steps = {0};
    pln_effect_t *effect = steps_add(&steps, PLN_FX_BACK);
    effect->as.aside.chain = 1;
    effect->as.aside.from = 31;
    effect->as.aside.to = 32;
    fixture_must(fixture, steps_job(&steps));
    fixture_reopen(fixture);
    assert_int_equal(row_of(fixture, 1).counted, 32);
}

static void a_branch_of_nothing_held_is_stale(void **state)
{
    fixture_t *fixture = *state;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 40, 60));
    assert_int_equal(make_branch(fixture, &place, 7, false), PLN_ESTALE);
}

/** A head that a fork proof vouches for has no signature; it ends a run exactly there. */
static void zeros_for_a_signature_end_a_run_at_the_last_entry_that_counts_only(void **state)
{
    fixture_t *fixture = *state;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 40, 60));
    steps_t steps = {0};
    pln_effect_t *effect = steps_add(&steps, PLN_FX_ASIDE);
    effect->as.aside.chain = 0;
    effect->as.aside.from = 31;
    effect->as.aside.to = 40;
    effect->as.aside.vouched = true;
    fixture_must(fixture, steps_job(&steps));
    run_t run = {0};
    assert_int_equal(take_run(fixture, 0, &place, 1, 30, &run), PLN_OK);
    assert_int_equal(run.end.seq, 30);
    assert_true(pln_signature_is_zero(&run.signature));
    assert_int_equal(take_run(fixture, 0, &place, 1, 40, &run), PLN_OK);
    assert_int_equal(run.end.seq, 40);
    assert_int_equal(take_run(fixture, 0, &place, 1, 35, &run), PLN_ENOTFOUND);
    pln_buf_free(&run.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_branch_is_stored_beside_what_it_leaves, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(runs_of_a_branch_begin_in_what_it_leaves, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_branch_stored_aside_counts_once_it_is_told_to, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_branch_of_nothing_held_is_stale, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            zeros_for_a_signature_end_a_run_at_the_last_entry_that_counts_only, set_up, tear_down),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
