// SPDX-License-Identifier: MPL-2.0
// The store's promises about jobs and reading, on a real LMDB in a directory of its own.
#include "store_fixture.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "proto/hash.h"

static int set_up(void **state)
{
    fixture_t *fixture = calloc(1, sizeof *fixture);
    fixture_make(fixture);
    fixture_open(fixture);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    fixture_t *fixture = *state;
    fixture_close(fixture);
    free(fixture);
    return 0;
}

static pln_chain_row_t row_of(fixture_t *fixture, uint32_t chain)
{
    pln_chain_row_t row;
    assert_int_equal(pln_store_chain(fixture->store, chain, &row), PLN_OK);
    return row;
}

static void assert_head_equal(const pln_head_t *a, const pln_head_t *b)
{
    assert_int_equal(a->seq, b->seq);
    assert_int_equal(a->cum, b->cum);
    assert_memory_equal(a->hash.bytes, b->hash.bytes, sizeof a->hash.bytes);
}

/** A run as the store hands it out. */
typedef struct {
    pln_buf_t bytes;
    pln_head_t base;
    pln_head_t end;
    pln_signature_t signature;
} run_t;

static pln_err_t take_run(fixture_t *fixture, uint32_t chain, const pln_place_t *place,
                          uint64_t from, uint64_t to, run_t *run)
{
    return pln_store_run(fixture->store, chain, place, from, to, &run->bytes, &run->base, &run->end,
                         &run->signature);
}

static uint32_t assert_run_verifies(const pln_place_t *place, const run_t *run)
{
    pln_head_t end;
    uint32_t count;
    assert_int_equal(
        pln_run_verify(place, &run->base, pln_buf_span(&run->bytes), &run->signature, &end, &count),
        PLN_OK);
    assert_head_equal(&end, &run->end);
    assert_true(run->bytes.size <= PLN_RUN_BYTES_MAX);
    return count;
}

static void assert_every_run_verifies(fixture_t *fixture, uint32_t chain, const pln_place_t *place)
{
    run_t run = {0};
    uint64_t head = row_of(fixture, chain).head.seq;
    for (uint64_t from = 1; from <= head; from++) {
        assert_int_equal(take_run(fixture, chain, place, from, head, &run), PLN_OK);
        assert_int_equal(run.base.seq, from - 1);
        assert_int_equal(run.end.seq, from - 1 + assert_run_verifies(place, &run));
    }
    assert_int_equal(take_run(fixture, chain, place, head + 1, head + 9, &run), PLN_ENOTFOUND);
    pln_buf_free(&run.bytes);
}

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
    pln_job_t *jobs[] = {fixture_mint(1, &one, 1, 30), steps_job(&stale),
                         fixture_mint(3, &three, 2, 30)};
    assert_int_equal(pln_store_apply(fixture->store, &fixture->self, jobs, 3), PLN_OK);
    assert_int_equal(pln_job_error(jobs[0]), PLN_OK);
    assert_int_equal(pln_job_error(jobs[1]), PLN_ESTALE);
    assert_int_equal(pln_job_error(jobs[2]), PLN_OK);
    size_t count;
    (void)pln_job_results(jobs[1], &count);
    assert_int_equal(count, 0);
    assert_false(has_row(fixture, 2));
    assert_int_equal(row_of(fixture, 1).head.seq, 5);
    assert_int_equal(row_of(fixture, 3).head.seq, 2);
    assert_int_equal(pln_store_arrivals(fixture->store).number, 3);
    for (size_t i = 0; i < 3; i++) {
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

/* ---- aside and back ---- */

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
    fixture_must(fixture, counted_job(PLN_FX_BACK, 0, 26, 41, NULL));
    row = row_of(fixture, 0);
    assert_int_equal(row.counted, 41);
    assert_head_equal(&row.counted_head, &row.head);
    assert_int_equal(pln_store_arrival(fixture->store, 5, &arrival), PLN_OK);
    assert_int_equal(arrival.op, PLN_OP_BACK);
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

/* ---- full disks, failing disks, killed processes ---- */

static void full_map_refuses_the_batch_and_goes_on(void **state)
{
    fixture_t *fixture = *state;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_store_close(&fixture->store);
    assert_true(fixture_try(fixture, UINT64_C(1) << 20));
    uint64_t held = 0;
    pln_err_t error = PLN_OK;
    while (error == PLN_OK) {
        pln_job_t *job = fixture_mint(0, &place, 300, 300);
        error = fixture_apply(fixture, job);
        held += error == PLN_OK ? 300 : 0;
        pln_job_free(&job);
        assert_true(held < 30000);
    }
    assert_int_equal(error, PLN_ENOSPACE);
    assert_int_equal(row_of(fixture, 0).head.seq, held);
    assert_int_equal(pln_store_arrivals(fixture->store).number, held / 300);
    fixture_must(fixture, fixture_mint(0, &place, 1, 20)); /* a small one still fits */
    fixture_reopen(fixture);                               /* with a larger map */
    fixture_must(fixture, fixture_mint(0, &place, 300, 300));
    assert_int_equal(row_of(fixture, 0).head.seq, held + 301);
    assert_every_run_verifies(fixture, 0, &place);
}

static void failed_write_loses_its_batch_only(void **state)
{
    fixture_t *fixture = *state;
    struct rlimit before;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction action;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 300, 300));
    pln_cursor_t arrivals = pln_store_arrivals(fixture->store);
    char path[512];
    struct stat file;
    fixture_path(fixture, "/data.mdb", path);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = {(rlim_t)file.st_size + 5000, before.rlim_max};
    sigaction(SIGXFSZ, &ignore, &action);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    pln_job_t *jobs[] = {fixture_mint(0, &place, 200, 300), fixture_mint(0, &place, 200, 300)};
    pln_err_t error = pln_store_apply(fixture->store, &fixture->self, jobs, 2);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    sigaction(SIGXFSZ, &action, NULL);
    assert_true(error == PLN_EIO || error == PLN_ENOSPACE);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pln_job_error(jobs[i]), error);
    }
    assert_int_equal(row_of(fixture, 0).head.seq, 300);
    pln_cursor_t after = pln_store_arrivals(fixture->store);
    assert_true(pln_cursor_equal(&arrivals, &after));
    assert_int_equal(pln_store_apply(fixture->store, &fixture->self, jobs, 2), PLN_OK);
    assert_int_equal(row_of(fixture, 0).head.seq, 700);
    assert_every_run_verifies(fixture, 0, &place);
    for (size_t i = 0; i < 2; i++) {
        pln_job_free(&jobs[i]);
    }
}

/** Jobs that each touch two chains and a row; a number on @pipe for each that is durable. */
static void child_writes(fixture_t *fixture, int pipe)
{
    pln_place_t one = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_place_t two = fixture_place(&fixture->self, 2, PLN_LANE_RECORDS);
    uint8_t *bytes;
    pln_draft_t *drafts = fixture_drafts(50, 300, &bytes);
    if (!fixture_try(fixture, FIXTURE_MAP)) {
        _exit(3);
    }
    for (uint64_t done = 1;; done++) {
        char text[32];
        steps_t steps = {0};
        snprintf(text, sizeof text, "%llu", (unsigned long long)done);
        steps_mint(&steps, 1, &one, drafts, 50);
        steps_mint(&steps, 2, &two, drafts, 50);
        steps_save(&steps, PLN_TABLE_CURSORS, "done", text);
        pln_job_t *job = pln_job_new(&steps.effects);
        if (pln_store_apply(fixture->store, &fixture->self, &job, 1) != PLN_OK ||
            write(pipe, &done, sizeof done) != (ssize_t)sizeof done) {
            _exit(4);
        }
        pln_job_free(&job);
    }
}

/** Kill the child some microseconds after its @count-th commit; how many it told of. */
static uint64_t kill_child(fixture_t *fixture, uint64_t count, long delay_us)
{
    int ends[2];
    int status;
    uint64_t done = 0;
    uint64_t word;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        child_writes(fixture, ends[1]);
    }
    close(ends[1]);
    while (done < count && read(ends[0], &word, sizeof word) == (ssize_t)sizeof word) {
        done = word;
    }
    struct timespec delay = {0, delay_us * 1000}; /* somewhere into the next transaction */
    nanosleep(&delay, NULL);
    assert_int_equal(kill(child, SIGKILL), 0);
    while (read(ends[0], &word, sizeof word) == (ssize_t)sizeof word) {
        done = word;
    }
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    return done;
}

static void killed_writer_loses_nothing_told_and_leaves_no_half_job(void **state)
{
    fixture_t *fixture = *state;
    pln_place_t one = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    uint64_t held = 0;
    for (long round = 0; round < 12; round++) {
        pln_store_close(&fixture->store);
        uint64_t told = kill_child(fixture, 2, round * 337);
        fixture_open(fixture);
        pln_chain_row_t a = row_of(fixture, 1);
        pln_chain_row_t b = row_of(fixture, 2);
        assert_true(a.head.seq >= held + told * 50);
        assert_int_equal(a.head.seq, b.head.seq);
        assert_int_equal(a.head.seq % 50, 0);
        assert_int_equal(pln_store_arrivals(fixture->store).number, a.head.seq / 50 * 2);
        held = a.head.seq;
    }
    assert_every_run_verifies(fixture, 1, &one);
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
        CASE(arrival_tags_chain_from_the_store_id),
        CASE(changes_list_each_chain_once_from_its_smallest_seq),
        CASE(changes_say_when_there_are_more_chains_than_room),
        CASE(changes_refuse_a_cursor_of_another_life),
        CASE(aside_moves_what_counts_and_back_restores_it),
        CASE(everything_can_be_set_aside),
        CASE(signature_of_a_cut_ends_a_run),
        CASE(signature_of_another_branch_is_not_kept),
        CASE(aside_of_what_is_not_held_is_stale),
        CASE(chains_are_found_by_number_place_and_network),
        CASE(entry_is_copied_as_stored),
        CASE(visit_goes_on_where_it_stopped),
        CASE(full_map_refuses_the_batch_and_goes_on),
        CASE(failed_write_loses_its_batch_only),
        CASE(killed_writer_loses_nothing_told_and_leaves_no_half_job),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
