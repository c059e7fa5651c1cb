// SPDX-License-Identifier: MPL-2.0
// Deleting chains: in bounded parts, from the lowest seq on, and nothing else changes.
#include <lmdb.h>
#include <signal.h>
#include <sys/wait.h>

#include "store_fixture.h"

static pln_job_t *forget_job(uint32_t chain, uint64_t upto)
{
    steps_t steps = {0};
    pln_effect_t *effect = steps_add(&steps, PLN_FX_FORGET);
    effect->as.forget.chain = chain;
    effect->as.forget.upto = upto;
    return steps_job(&steps);
}

/** Apply; seqs below and at which nothing was, and is, held. */
static void forget(fixture_t *fixture, uint32_t chain, uint64_t upto, uint64_t *before,
                   uint64_t *after)
{
    size_t count;
    pln_job_t *job = forget_job(chain, upto);
    assert_int_equal(fixture_apply(fixture, job), PLN_OK);
    const pln_stored_t *result = pln_job_results(job, &count);
    assert_int_equal(count, 1);
    assert_int_equal(result->chain, chain);
    pln_cursor_t arrivals = pln_store_arrivals(fixture->store);
    assert_true(pln_cursor_equal(&result->arrival, &arrivals));
    *before = result->base.seq;
    *after = result->end.seq;
    pln_job_free(&job);
}

/** Rows of one table, counted behind the store's back. */
static size_t rows_in(fixture_t *fixture, const char *table)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    MDB_stat stat;
    char path[512];
    pln_store_close(&fixture->store);
    fixture_path(fixture, "", path);
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 16), 0);
    assert_int_equal(mdb_env_open(env, path, MDB_RDONLY, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, table, 0, &dbi), 0);
    assert_int_equal(mdb_stat(txn, dbi, &stat), 0);
    mdb_txn_abort(txn);
    mdb_env_close(env);
    fixture_open(fixture);
    return stat.ms_entries;
}

static void assert_no_chain(fixture_t *fixture, uint32_t chain, const pln_place_t *place)
{
    pln_chain_row_t row;
    uint32_t number;
    assert_int_equal(pln_store_chain(fixture->store, chain, &row), PLN_ENOTFOUND);
    assert_int_equal(pln_store_find(fixture->store, place, &number), PLN_ENOTFOUND);
}

static void whole_chain_goes_with_all_that_tells_of_it(void **state)
{
    fixture_t *fixture = *state;
    uint64_t before, after;
    run_t run = {0};
    pln_arrival_t arrival;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_place_t other = fixture_place(&fixture->self, 2, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(2, &other, 40, 60));
    fixture_must(fixture, fixture_mint(3, &place, 3000, 60));
    forget(fixture, 3, 3000, &before, &after);
    assert_int_equal(before, 0);
    assert_int_equal(after, 3000);
    assert_no_chain(fixture, 3, &place);
    assert_int_equal(take_run(fixture, 3, &place, 1, 3000, &run), PLN_ENOTFOUND);
    assert_int_equal(rows_in(fixture, "entries"), 40);
    assert_int_equal(rows_in(fixture, "signatures"), 1);
    assert_int_equal(rows_in(fixture, "chains"), 1);
    assert_int_equal(rows_in(fixture, "changed"), 1);
    assert_int_equal(rows_in(fixture, "arrivals"), 2); /* they stay */
    assert_int_equal(pln_store_arrival(fixture->store, 2, &arrival), PLN_OK);
    assert_int_equal(arrival.chain, 3);
    assert_no_chain(fixture, 3, &place);
    assert_every_run_verifies(fixture, 2, &other);
    pln_buf_free(&run.bytes);
}

static void one_call_deletes_no_more_entries_than_allowed(void **state)
{
    fixture_t *fixture = *state;
    uint64_t before, after;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    for (int i = 0; i < 9; i++) {
        fixture_must(fixture, fixture_mint(0, &place, 5000, 8));
    }
    forget(fixture, 0, 45000, &before, &after);
    assert_int_equal(before, 0);
    assert_int_equal(after, PLN_FORGET_ENTRIES);
    assert_int_equal(rows_in(fixture, "entries"), 45000 - PLN_FORGET_ENTRIES);
    forget(fixture, 0, 45000, &before, &after);
    assert_int_equal(before, PLN_FORGET_ENTRIES);
    assert_int_equal(after, 2 * PLN_FORGET_ENTRIES);
    forget(fixture, 0, 45000, &before, &after);
    assert_int_equal(after, 45000);
    assert_no_chain(fixture, 0, &place);
    assert_int_equal(
        rows_in(fixture, "entries") + rows_in(fixture, "signatures") + rows_in(fixture, "changed"),
        0);
    forget(fixture, 0, 45000, &before, &after); /* gone already: nothing to do */
    assert_int_equal(before, 45000);
    assert_int_equal(after, 45000);
}

/** From the end on, in whole runs: a call may pass the allowance by less than one. */
static void what_was_set_aside_goes_in_bounded_parts(void **state)
{
    fixture_t *fixture = *state;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_chain_row_t row;
    for (int i = 0; i < 9; i++) {
        fixture_must(fixture, fixture_mint(0, &place, 5000, 8));
    }
    steps_t aside = {0};
    pln_effect_t *shift = steps_add(&aside, PLN_FX_ASIDE);
    shift->as.aside.chain = 0;
    shift->as.aside.from = 1025;
    shift->as.aside.to = 45000;
    fixture_must(fixture, steps_job(&aside));
    uint64_t head = 45000;
    for (int calls = 1; head > 1024; calls++) {
        steps_t steps = {0};
        pln_effect_t *effect = steps_add(&steps, PLN_FX_TRIM);
        effect->as.trim.chain = 0;
        effect->as.trim.to = 1024;
        fixture_must(fixture, steps_job(&steps));
        assert_int_equal(pln_store_chain(fixture->store, 0, &row), PLN_OK);
        assert_in_range(head - row.head.seq, 1, PLN_FORGET_ENTRIES + PLN_ANCHOR_ENTRIES);
        head = row.head.seq;
        assert_int_equal(rows_in(fixture, "entries"), head);
        assert_true(calls <= 3);
    }
    assert_int_equal(rows_in(fixture, "signatures"), 1);
    assert_int_equal(rows_in(fixture, "changed"), 1);
    assert_int_equal(row.head.seq, row.counted);
    assert_every_run_verifies(fixture, 0, &place);
}

static void one_call_deletes_no_more_bytes_than_allowed(void **state)
{
    fixture_t *fixture = *state;
    uint64_t before, after;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    for (int i = 0; i < 8; i++) {
        fixture_must(fixture, fixture_mint(0, &place, 10, PLN_PAYLOAD_MAX));
    }
    forget(fixture, 0, 80, &before, &after);
    uint64_t most = PLN_FORGET_BYTES / PLN_PAYLOAD_MAX + 1;
    assert_true(after <= most);
    assert_true(after >= most - 2);
    assert_int_equal(rows_in(fixture, "entries"), 80 - after);
}

static void several_chains_of_one_call_share_what_is_allowed(void **state)
{
    fixture_t *fixture = *state;
    size_t count;
    steps_t steps = {0};
    uint64_t deleted = 0;
    for (uint32_t chain = 0; chain < 6; chain++) {
        pln_place_t place = fixture_place(&fixture->self, (uint8_t)chain, PLN_LANE_RECORDS);
        fixture_must(fixture, fixture_mint(chain, &place, 5000, 8));
        pln_effect_t *effect = steps_add(&steps, PLN_FX_FORGET);
        effect->as.forget.chain = chain;
        effect->as.forget.upto = 5000;
    }
    pln_job_t *job = steps_job(&steps);
    assert_int_equal(fixture_apply(fixture, job), PLN_OK);
    const pln_stored_t *results = pln_job_results(job, &count);
    assert_int_equal(count, 6);
    for (size_t i = 0; i < count; i++) {
        deleted += results[i].end.seq - results[i].base.seq;
    }
    assert_int_equal(deleted, PLN_FORGET_ENTRIES);
    pln_job_free(&job);
    assert_int_equal(row_of(fixture, 5).counted, 5000); /* not begun: as it was */
    fixture_must(fixture, steps_job(&steps));
    assert_int_equal(rows_in(fixture, "chains"), 0);
    assert_int_equal(rows_in(fixture, "entries"), 0);
}

static void what_is_being_deleted_counts_nothing_and_takes_nothing(void **state)
{
    fixture_t *fixture = *state;
    uint64_t before, after;
    size_t count;
    bool valid, truncated;
    struct pln_change rows[4];
    run_t run = {0};
    pln_cursor_t start;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 100, 60));
    forget(fixture, 0, 60, &before, &after);
    assert_int_equal(after, 60);
    for (int again = 0; again < 2; again++) {
        pln_chain_row_t row = row_of(fixture, 0);
        assert_int_equal(row.head.seq, 100);
        assert_int_equal(row.counted, 0);
        assert_int_equal(row.last_arrival, 0);
        assert_int_equal(rows_in(fixture, "entries"), 40);
        assert_int_equal(rows_in(fixture, "changed"), 0);
    }
    assert_int_equal(take_run(fixture, 0, &place, 61, row_of(fixture, 0).counted, &run),
                     PLN_ENOTFOUND);
    pln_job_t *more = fixture_mint(0, &place, 1, 60);
    assert_int_equal(fixture_apply(fixture, more), PLN_ESTALE);
    pln_job_free(&more);
    steps_t steps = {0};
    pln_effect_t *back = steps_add(&steps, PLN_FX_BACK);
    back->as.aside.from = 1;
    back->as.aside.to = 100;
    pln_job_t *restored = steps_job(&steps);
    assert_int_equal(fixture_apply(fixture, restored), PLN_ESTALE);
    pln_job_free(&restored);
    pln_cursor_start(pln_store_id(fixture->store), &start);
    assert_int_equal(pln_store_changes(fixture->store, &start, rows, 4, &count, &valid, &truncated),
                     PLN_OK);
    assert_true(valid); /* its arrivals are still points of the past */
    forget(fixture, 0, 100, &before, &after);
    assert_int_equal(before, 60);
    assert_no_chain(fixture, 0, &place);
    pln_buf_free(&run.bytes);
}

static void place_can_be_held_again_under_another_number(void **state)
{
    fixture_t *fixture = *state;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 50, 60));
    pln_job_t *jobs[] = {forget_job(0, 50), fixture_mint(9, &place, 30, 60)};
    assert_int_equal(pln_store_apply(fixture->store, &fixture->self, jobs, 2), PLN_OK);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pln_job_error(jobs[i]), PLN_OK);
        pln_job_free(&jobs[i]);
    }
    for (int again = 0; again < 2; again++) {
        uint32_t number;
        assert_int_equal(pln_store_find(fixture->store, &place, &number), PLN_OK);
        assert_int_equal(number, 9);
        assert_every_run_verifies(fixture, 9, &place);
        fixture_reopen(fixture);
    }
    assert_int_equal(rows_in(fixture, "chains"), 1);
}

static void chain_grown_in_the_same_batch_goes_whole(void **state)
{
    fixture_t *fixture = *state;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    fixture_must(fixture, fixture_mint(0, &place, 50, 60));
    pln_job_t *jobs[] = {fixture_mint(0, &place, 30, 60), forget_job(0, PLN_SEQ_MAX)};
    assert_int_equal(pln_store_apply(fixture->store, &fixture->self, jobs, 2), PLN_OK);
    pln_job_free(&jobs[0]);
    pln_job_free(&jobs[1]);
    assert_no_chain(fixture, 0, &place);
    assert_int_equal(rows_in(fixture, "entries") + rows_in(fixture, "signatures") +
                         rows_in(fixture, "changed") + rows_in(fixture, "chains"),
                     0);
    assert_int_equal(rows_in(fixture, "arrivals"), 2);
}

static void node_is_not_fed_half_of_a_control_chain(void **state)
{
    fixture_t *fixture = *state;
    uint64_t before, after;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_CONTROL);
    fixture_must(fixture, fixture_mint(0, &place, 20, 60));
    forget(fixture, 0, 5, &before, &after);
    fixture_reopen(fixture);
    pln_node_config_t config = {.self = &fixture->self,
                                .store = fixture->id,
                                .arrivals = pln_store_arrivals(fixture->store),
                                .name = "n",
                                .version = "1"};
    pln_node_t *node = pln_node_new(&config);
    assert_int_equal(pln_store_load(fixture->store, node), PLN_OK);
    pln_node_free(&node);
}

static void rows_of_a_network_that_is_gone_do_not_stop_the_start(void **state)
{
    fixture_t *fixture = *state;
    steps_t steps = {0};
    uint8_t key[69] = {0};
    uint8_t value[41] = {0};
    pln_effect_t *effect = steps_add(&steps, PLN_FX_SAVE);
    effect->as.save.table = PLN_TABLE_WANTED;
    effect->as.save.key = PLN_SPAN(key, sizeof key);
    effect->as.save.value = PLN_SPAN(value, sizeof value);
    fixture_must(fixture, steps_job(&steps));
    pln_node_config_t config = {
        .self = &fixture->self, .store = fixture->id, .name = "n", .version = "1"};
    pln_node_t *node = pln_node_new(&config);
    assert_int_equal(pln_store_load(fixture->store, node), PLN_OK);
    pln_node_free(&node);
}

/** Forget chain 0 in small steps, until killed. */
static void child_forgets(fixture_t *fixture, int pipe)
{
    if (!fixture_try(fixture, FIXTURE_MAP)) {
        _exit(3);
    }
    for (uint64_t upto = 500; upto <= 20000; upto += 500) {
        pln_job_t *job = forget_job(0, upto);
        if (pln_store_apply(fixture->store, &fixture->self, &job, 1) != PLN_OK ||
            write(pipe, &upto, sizeof upto) != (ssize_t)sizeof upto) {
            _exit(4);
        }
        pln_job_free(&job);
    }
    pause();
}

static uint64_t kill_forgetting(fixture_t *fixture, uint64_t after)
{
    int ends[2];
    int status;
    uint64_t told = 0;
    uint64_t word;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        child_forgets(fixture, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    while (told < after && read(ends[0], &word, sizeof word) == (ssize_t)sizeof word) {
        told = word;
    }
    kill(child, SIGKILL);
    while (read(ends[0], &word, sizeof word) == (ssize_t)sizeof word) {
        told = word;
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    close(ends[0]);
    return told;
}

static void killed_in_the_middle_it_goes_on_where_it_was(void **state)
{
    fixture_t *fixture = *state;
    uint64_t before = 0, after;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    pln_place_t other = fixture_place(&fixture->self, 2, PLN_LANE_RECORDS);
    for (int i = 0; i < 4; i++) {
        fixture_must(fixture, fixture_mint(0, &place, 5000, 60));
    }
    fixture_must(fixture, fixture_mint(1, &other, 100, 60));
    for (uint64_t kill_at = 2000; kill_at <= 18000; kill_at += 4000) {
        pln_store_close(&fixture->store);
        uint64_t told = kill_forgetting(fixture, kill_at);
        fixture_open(fixture);
        uint64_t left = rows_in(fixture, "entries") - 100;
        assert_true(20000 - left >= told);
        assert_int_equal(left % 500, 0); /* a step happens whole or not at all */
        assert_int_equal(
            left == 0, pln_store_chain(fixture->store, 0, &(pln_chain_row_t){0}) == PLN_ENOTFOUND);
    }
    forget(fixture, 0, 20000, &before, &after);
    assert_int_equal(after, 20000);
    assert_no_chain(fixture, 0, &place);
    assert_every_run_verifies(fixture, 1, &other);
    assert_int_equal(rows_in(fixture, "entries"), 100);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(whole_chain_goes_with_all_that_tells_of_it),
        CASE(one_call_deletes_no_more_entries_than_allowed),
        CASE(what_was_set_aside_goes_in_bounded_parts),
        CASE(one_call_deletes_no_more_bytes_than_allowed),
        CASE(several_chains_of_one_call_share_what_is_allowed),
        CASE(what_is_being_deleted_counts_nothing_and_takes_nothing),
        CASE(place_can_be_held_again_under_another_number),
        CASE(chain_grown_in_the_same_batch_goes_whole),
        CASE(node_is_not_fed_half_of_a_control_chain),
        CASE(rows_of_a_network_that_is_gone_do_not_stop_the_start),
        CASE(killed_in_the_middle_it_goes_on_where_it_was),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
