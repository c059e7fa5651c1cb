// SPDX-License-Identifier: MPL-2.0
// Full disks, failing writes and killed processes: what was confirmed stays, nothing is half.
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "store_fixture.h"

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
        CASE(full_map_refuses_the_batch_and_goes_on),
        CASE(failed_write_loses_its_batch_only),
        CASE(killed_writer_loses_nothing_told_and_leaves_no_half_job),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
