// SPDX-License-Identifier: MPL-2.0
// The writer thread: every job is reported once, in order, with its own outcome, while others read.
#include <pthread.h>
#include <stdatomic.h>

#include "daemon/writer.h"
#include "store_fixture.h"

enum { JOBS = 400 };

/** What the driver would be: takes applied jobs over. */
typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    size_t count;
    pln_job_t *jobs[JOBS];
} inbox_t;

static void take_done(void *arg, pln_job_t *job)
{
    inbox_t *inbox = arg;
    pthread_mutex_lock(&inbox->lock);
    assert_true(inbox->count < JOBS);
    inbox->jobs[inbox->count++] = job;
    pthread_cond_signal(&inbox->wake);
    pthread_mutex_unlock(&inbox->lock);
}

static void wait_for(inbox_t *inbox, size_t count)
{
    pthread_mutex_lock(&inbox->lock);
    while (inbox->count < count) {
        pthread_cond_wait(&inbox->wake, &inbox->lock);
    }
    pthread_mutex_unlock(&inbox->lock);
}

static void inbox_init(inbox_t *inbox)
{
    *inbox = (inbox_t){0};
    pthread_mutex_init(&inbox->lock, NULL);
    pthread_cond_init(&inbox->wake, NULL);
}

static void inbox_free(inbox_t *inbox)
{
    for (size_t i = 0; i < inbox->count; i++) {
        pln_job_free(&inbox->jobs[i]);
    }
    pthread_mutex_destroy(&inbox->lock);
    pthread_cond_destroy(&inbox->wake);
}

/** One entry in chain @chain; @number names the job. */
static pln_job_t *numbered_job(const pln_place_t *place, uint32_t chain, uint64_t number)
{
    uint8_t payload[8];
    pln_put_u64(payload, number);
    pln_draft_t draft = {.kind = 0x0100, .payload = PLN_SPAN(payload, sizeof payload)};
    steps_t steps = {.effects.job = number};
    steps_mint(&steps, chain, place, &draft, 1);
    return steps_job(&steps);
}

static void every_job_is_reported_once_in_order(void **state)
{
    fixture_t *fixture = *state;
    inbox_t inbox;
    uint64_t commits;
    uint64_t nanoseconds;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    inbox_init(&inbox);
    pln_writer_t *writer = pln_writer_start(fixture->store, &fixture->self, take_done, &inbox);
    pthread_mutex_lock(&inbox.lock); /* the first report waits until everything is queued */
    for (uint64_t i = 1; i <= JOBS; i++) {
        pln_job_t *job = numbered_job(&place, 0, i);
        pln_writer_push(writer, &job);
        assert_null(job);
    }
    pthread_mutex_unlock(&inbox.lock);
    wait_for(&inbox, JOBS);
    pln_writer_stats(writer, &commits, &nanoseconds);
    assert_true(commits >= 1);
    assert_true(commits <= 2); /* what queued up meanwhile shares the next one */
    assert_true(nanoseconds > 0);
    pln_writer_stop(&writer);
    assert_null(writer);
    for (uint64_t i = 0; i < JOBS; i++) {
        size_t count;
        assert_int_equal(pln_job_number(inbox.jobs[i]), i + 1);
        assert_int_equal(pln_job_error(inbox.jobs[i]), PLN_OK);
        assert_int_equal(pln_job_results(inbox.jobs[i], &count)->end.seq, i + 1);
        assert_int_equal(count, 1);
    }
    assert_every_run_verifies(fixture, 0, &place);
    inbox_free(&inbox);
}

static void idle_writer_commits_a_single_job_at_once(void **state)
{
    fixture_t *fixture = *state;
    inbox_t inbox;
    uint64_t commits;
    uint64_t nanoseconds;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    inbox_init(&inbox);
    pln_writer_t *writer = pln_writer_start(fixture->store, &fixture->self, take_done, &inbox);
    for (uint64_t i = 1; i <= 5; i++) {
        pln_job_t *job = numbered_job(&place, 0, i);
        pln_writer_push(writer, &job);
        wait_for(&inbox, i); /* nothing else is pushed: it must not wait for company */
        assert_int_equal(pln_store_arrivals(fixture->store).number, i);
    }
    pln_writer_stop(&writer);
    pln_writer_stop(&writer);
    inbox_free(&inbox);
    writer = pln_writer_start(fixture->store, &fixture->self, take_done, &inbox);
    pln_writer_stats(writer, &commits, &nanoseconds);
    assert_int_equal(commits, 0);
    pln_writer_stop(&writer);
}

static void stop_finishes_what_is_queued(void **state)
{
    fixture_t *fixture = *state;
    inbox_t inbox;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    inbox_init(&inbox);
    pln_writer_t *writer = pln_writer_start(fixture->store, &fixture->self, take_done, &inbox);
    for (uint64_t i = 1; i <= 100; i++) {
        pln_job_t *job = numbered_job(&place, 0, i);
        pln_writer_push(writer, &job);
    }
    pln_writer_stop(&writer);
    assert_int_equal(inbox.count, 100);
    assert_int_equal(row_of(fixture, 0).head.seq, 100);
    inbox_free(&inbox);
}

static void large_jobs_are_spread_over_commits(void **state)
{
    fixture_t *fixture = *state;
    inbox_t inbox;
    uint64_t commits;
    uint64_t nanoseconds;
    pln_job_t *jobs[24];
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    inbox_init(&inbox);
    for (size_t i = 0; i < 24; i++) {
        jobs[i] = fixture_mint(0, &place, 2, PLN_PAYLOAD_MAX);
    }
    pln_writer_t *writer = pln_writer_start(fixture->store, &fixture->self, take_done, &inbox);
    for (size_t i = 0; i < 24; i++) {
        pln_writer_push(writer, &jobs[i]);
    }
    wait_for(&inbox, 24);
    pln_writer_stats(writer, &commits, &nanoseconds);
    assert_true(commits >= 3); /* 12 MiB at most 4 MiB at a time */
    pln_writer_stop(&writer);
    assert_int_equal(row_of(fixture, 0).head.seq, 48);
    inbox_free(&inbox);
}

static void stale_job_is_reported_as_such(void **state)
{
    fixture_t *fixture = *state;
    inbox_t inbox;
    steps_t steps = {0};
    inbox_init(&inbox);
    pln_effect_t *effect = steps_add(&steps, PLN_FX_ASIDE);
    effect->as.aside.from = 1;
    effect->as.aside.to = 1;
    pln_job_t *job = steps_job(&steps);
    pln_writer_t *writer = pln_writer_start(fixture->store, &fixture->self, take_done, &inbox);
    pln_writer_push(writer, &job);
    pln_writer_stop(&writer);
    assert_int_equal(inbox.count, 1);
    assert_int_equal(pln_job_error(inbox.jobs[0]), PLN_ESTALE);
    inbox_free(&inbox);
}

static void full_store_is_reported_for_every_job(void **state)
{
    fixture_t *fixture = *state;
    inbox_t inbox;
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    inbox_init(&inbox);
    pln_store_close(&fixture->store);
    assert_true(fixture_try(fixture, UINT64_C(1) << 20));
    pln_writer_t *writer = pln_writer_start(fixture->store, &fixture->self, take_done, &inbox);
    for (size_t i = 0; i < 3; i++) {
        pln_job_t *job = fixture_mint(0, &place, 8, PLN_PAYLOAD_MAX);
        pln_writer_push(writer, &job);
    }
    pln_writer_stop(&writer);
    assert_int_equal(inbox.count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pln_job_error(inbox.jobs[i]), PLN_ENOSPACE);
    }
    inbox_free(&inbox);
}

typedef struct {
    fixture_t *fixture;
    const pln_place_t *place;
    atomic_bool stop;
    atomic_bool good;
    atomic_size_t looks;
} reader_t;

/** A look from another thread: whatever the row shows is on disk and verifies. */
static bool look(reader_t *reader)
{
    pln_store_t *store = reader->fixture->store;
    pln_buf_t bytes = {0};
    pln_head_t base;
    pln_head_t end;
    pln_signature_t signature;
    pln_chain_row_t row;
    uint32_t chain;
    bool good = true;
    if (pln_store_find(store, reader->place, &chain) == PLN_OK &&
        pln_store_chain(store, chain, &row) == PLN_OK) {
        good = pln_store_run(store, chain, reader->place, 1, PLN_SEQ_MAX, &bytes, &base, &end,
                             &signature) == PLN_OK &&
               pln_head_verify(reader->place, end.seq, &end.hash, &signature) == PLN_OK &&
               end.seq >= (row.head.seq < 1024 ? row.head.seq : 1024) &&
               pln_store_arrivals(store).number >= row.last_arrival;
    }
    pln_buf_free(&bytes);
    return good;
}

static void *reader_thread(void *arg)
{
    reader_t *reader = arg;
    while (!atomic_load(&reader->stop)) {
        if (!look(reader)) {
            atomic_store(&reader->good, false);
        }
        atomic_fetch_add(&reader->looks, 1);
    }
    return NULL;
}

static void readers_see_only_what_is_durable(void **state)
{
    fixture_t *fixture = *state;
    inbox_t inbox;
    pthread_t threads[2];
    pln_place_t place = fixture_place(&fixture->self, 1, PLN_LANE_RECORDS);
    reader_t reader = {.fixture = fixture, .place = &place, .good = true};
    inbox_init(&inbox);
    pln_writer_t *writer = pln_writer_start(fixture->store, &fixture->self, take_done, &inbox);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, reader_thread, &reader), 0);
    }
    for (uint64_t i = 1; i <= JOBS; i++) {
        pln_job_t *job = numbered_job(&place, 0, i);
        pln_writer_push(writer, &job);
        if (i % 20 == 0) {
            wait_for(&inbox, i);
        }
    }
    pln_writer_stop(&writer);
    atomic_store(&reader.stop, true);
    for (size_t i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_true(atomic_load(&reader.good));
    assert_true(atomic_load(&reader.looks) > 0);
    assert_int_equal(row_of(fixture, 0).head.seq, JOBS);
    inbox_free(&inbox);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(every_job_is_reported_once_in_order), CASE(idle_writer_commits_a_single_job_at_once),
        CASE(stop_finishes_what_is_queued),        CASE(large_jobs_are_spread_over_commits),
        CASE(stale_job_is_reported_as_such),       CASE(full_store_is_reported_for_every_job),
        CASE(readers_see_only_what_is_durable),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
