// SPDX-License-Identifier: MPL-2.0
// Many seeds, one after the other on each of several cores, and what came of all of them.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "swarm.h"

#define JOBS_MAX 64u
#define SLOW_MS 120000u /**< worth looking at: twice the longest wait between two dials */

/** What a worker says: that it begins with a seed, and what came of it. */
typedef struct {
    uint32_t worker;
    bool done;
    uint64_t seed;
    double cpu_s;
    swarm_result_t result;
} word_t;

/** The most of something, and in which seed. */
typedef struct {
    uint64_t value;
    uint64_t seed;
} extreme_t;

typedef struct {
    const swarm_many_t *many;
    uint64_t seeds;
    uint64_t events;
    uint64_t broken;
    uint64_t thin;  /**< seeds of too few events */
    uint64_t never; /**< happenings that did not */
    double cpu_s;
    extreme_t fewest;  /**< events */
    extreme_t dearest; /**< CPU milliseconds */
    extreme_t slowest; /**< virtual milliseconds until it had healed */
    uint64_t happened[HAPPENING_COUNT];
} totals_t;

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool standard(const swarm_options_t *options)
{
    return options->nodes == SWARM_NODES && options->minutes == SWARM_MINUTES && !options->calm;
}

/* ---- a worker ---- */

static void say(int out, const word_t *word)
{
    if (write(out, word, sizeof *word) != (ssize_t)sizeof *word) {
        exit(1);  // nobody listens any more
    }
}

static void work(const swarm_many_t *many, uint32_t worker, int out)
{
    _Static_assert(sizeof(word_t) <= 4096, "a word goes through the pipe whole");
    double end = seconds_of(CLOCK_MONOTONIC) + many->seconds;
    for (uint64_t n = worker; many->seeds == 0 || n < many->seeds; n += many->jobs) {
        if (many->seconds > 0 && seconds_of(CLOCK_MONOTONIC) >= end) {
            break;
        }
        word_t word = {.worker = worker, .seed = many->one.seed + n};
        say(out, &word);
        swarm_options_t options = many->one;
        options.seed = word.seed;
        double begin = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
        swarm_run(&options, &word.result);
        word.cpu_s = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - begin;
        word.done = true;
        say(out, &word);
    }
}

/* ---- whoever listens ---- */

static void most(extreme_t *extreme, uint64_t value, uint64_t seed)
{
    if (value > extreme->value) {
        *extreme = (extreme_t){value, seed};
    }
}

static void replay_print(const totals_t *totals, uint64_t seed)
{
    const swarm_options_t *one = &totals->many->one;
    printf("again: contrib/sim --seed %" PRIu64, seed);
    if (one->nodes == 0) {
        fputs(" --vary", stdout);
    } else {
        printf(" --nodes %u --minutes %u", one->nodes, one->minutes);
    }
    puts(one->calm ? " --calm" : "");
}

static void judge(totals_t *totals, const word_t *word)
{
    const swarm_result_t *result = &word->result;
    if (result->broken[0] != '\0') {
        printf("BROKEN %s\n", result->broken);
        replay_print(totals, word->seed);
        totals->broken++;
    } else if (result->converged_ms > SLOW_MS && result->happened[HAPPENING_expire] == 0) {
        printf("slow: seed %" PRIu64 " took %.0f s to converge\n", word->seed,
               (double)result->converged_ms / 1000);
    }
    if (result->broken[0] == '\0' && standard(&totals->many->one) &&
        result->events < SWARM_EVENTS) {
        printf("thin: seed %" PRIu64 " has %" PRIu64 " events, less than %u\n", word->seed,
               result->events, SWARM_EVENTS);
        totals->thin++;
    }
}

static void add(totals_t *totals, const word_t *word)
{
    const swarm_result_t *result = &word->result;
    judge(totals, word);
    totals->seeds++;
    totals->events += result->events;
    totals->cpu_s += word->cpu_s;
    for (int i = 0; i < HAPPENING_COUNT; i++) {
        totals->happened[i] += result->happened[i];
    }
    if (totals->seeds == 1 || result->events < totals->fewest.value) {
        totals->fewest = (extreme_t){result->events, word->seed};
    }
    most(&totals->dearest, (uint64_t)(word->cpu_s * 1000), word->seed);
    most(&totals->slowest, result->converged_ms, word->seed);
}

static void progress(const totals_t *totals)
{
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r%" PRIu64 " seeds, %" PRIu64 " broken ", totals->seeds, totals->broken);
    }
}

static bool enough(const totals_t *totals)
{
    return totals->many->first && totals->broken > 0;
}

static void listen(totals_t *totals, int in, uint64_t at[JOBS_MAX])
{
    word_t word;
    while (!enough(totals) && read(in, &word, sizeof word) == (ssize_t)sizeof word) {
        at[word.worker] = word.done ? 0 : word.seed;
        if (word.done) {
            add(totals, &word);
            progress(totals);
        }
        fflush(stdout);
    }
}

/** A worker that died left its seed behind. */
static void bury(totals_t *totals, const pid_t workers[JOBS_MAX], const uint64_t at[JOBS_MAX])
{
    for (uint32_t i = 0; i < totals->many->jobs; i++) {
        int status = 0;
        (void)waitpid(workers[i], &status, 0);
        if (status != 0 && !enough(totals)) {
            printf("BROKEN the process died of seed %" PRIu64 " (status %d)\n", at[i], status);
            replay_print(totals, at[i]);
            totals->broken++;
        }
    }
}

static void summary(const totals_t *totals, char *out, size_t size)
{
    const swarm_options_t *one = &totals->many->one;
    char shape[64] = "3 to 20 nodes";
    if (one->nodes != 0) {
        snprintf(shape, sizeof shape, "%u nodes x %u virtual minutes", one->nodes, one->minutes);
    }
    snprintf(out, size,
             "%s, at least %" PRIu64
             " events each, %.2f s of one core each (at most %.2f), "
             "%" PRIu64 " broken, %" PRIu64 " thin, %" PRIu64 " things never happened",
             shape, totals->fewest.value, totals->cpu_s / (double)totals->seeds,
             (double)totals->dearest.value / 1000, totals->broken, totals->thin, totals->never);
}

/** For tests/RUNS.tsv, without command and commit: contrib/sim knows those. */
static void row_write(const totals_t *totals, double seconds, const char *verdict)
{
    FILE *file = fopen(totals->many->row, "w");
    if (file != NULL) {
        fprintf(file, "%" PRIu64 "\t%" PRIu64 "\t%.1f\t%s\n", totals->seeds, totals->events,
                seconds / 60, verdict);
        fclose(file);
    }
}

/** Crowds come where the seed decides how many there are. */
static bool missing(const totals_t *totals, int which)
{
    bool possible = which != HAPPENING_crowd || totals->many->one.nodes == 0 ||
                    totals->many->one.nodes > PLN_WINDOW_LINKS_MAX;
    return possible && totals->happened[which] == 0;
}

static int report(totals_t *totals, double seconds)
{
    char line[400];
    for (int i = 0; i < HAPPENING_COUNT; i++) {
        const char *never = missing(totals, i) ? "  NEVER" : "";
        printf("%10" PRIu64 "  %s%s\n", totals->happened[i], swarm_happening(i), never);
        totals->never += missing(totals, i);
    }
    summary(totals, line, sizeof line);
    printf("%" PRIu64 " seeds from %" PRIu64 ", %" PRIu64 " events in %.0f s: %s\n", totals->seeds,
           totals->many->one.seed, totals->events, seconds, line);
    printf("fewest events: seed %" PRIu64 "; dearest: seed %" PRIu64
           "; slowest to heal: seed "
           "%" PRIu64 ", %.0f s\n",
           totals->fewest.seed, totals->dearest.seed, totals->slowest.seed,
           (double)totals->slowest.value / 1000);
    if (totals->many->row != NULL) {
        row_write(totals, seconds, line);
    }
    return totals->broken + totals->thin + totals->never == 0 ? 0 : 1;
}

int swarm_many(const swarm_many_t *many)
{
    totals_t totals = {.many = many};
    uint64_t at[JOBS_MAX] = {0};
    pid_t workers[JOBS_MAX];
    int ends[2];
    double begin = seconds_of(CLOCK_MONOTONIC);
    if (many->jobs == 0 || many->jobs > JOBS_MAX || pipe(ends) != 0) {
        return 1;
    }
    fflush(stdout);
    for (uint32_t i = 0; i < many->jobs; i++) {
        workers[i] = fork();
        if (workers[i] == 0) {
            close(ends[0]);
            work(many, i, ends[1]);
            exit(0);
        }
    }
    close(ends[1]);
    listen(&totals, ends[0], at);
    close(ends[0]);
    bury(&totals, workers, at);
    return report(&totals, seconds_of(CLOCK_MONOTONIC) - begin);
}
