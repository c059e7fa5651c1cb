// SPDX-License-Identifier: MPL-2.0
// The command line of the swarm: one seed, or many.
#include "swarm.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const names[HAPPENING_COUNT] = {
#define PLN_HAPPENING(name, sentence) [HAPPENING_##name] = sentence,
#include "happenings.def"
#undef PLN_HAPPENING
#define PLN_LIE(name, sentence) [HAPPENING_lie_##name] = "a lie: " sentence,
#include "lies.def"
#undef PLN_LIE
};

const char *swarm_happening(int which)
{
    return names[which];
}

static void print_trace(const char *line)
{
    puts(line);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- the words ---- */

static bool parse_flag(const char *word, swarm_many_t *out, bool *twice)
{
    if (strcmp(word, "--trace") == 0) {
        out->one.trace = print_trace;
    } else if (strcmp(word, "--calm") == 0) {
        out->one.calm = true;
    } else if (strcmp(word, "--vary") == 0) {
        out->one.nodes = out->one.minutes = 0;
    } else if (strcmp(word, "--twice") == 0) {
        *twice = true;
    } else if (strcmp(word, "--first") == 0) {
        out->first = true;
    } else {
        return false;
    }
    return true;
}

static bool parse_value(const char *word, const char *value, swarm_many_t *out)
{
    if (strcmp(word, "--seed") == 0) {
        out->one.seed = strtoull(value, NULL, 10);
    } else if (strcmp(word, "--nodes") == 0) {
        out->one.nodes = (uint32_t)strtoul(value, NULL, 10);
    } else if (strcmp(word, "--minutes") == 0) {
        out->one.minutes = (uint32_t)strtoul(value, NULL, 10);
    } else if (strcmp(word, "--swarm") == 0) {
        out->seconds = strtod(value, NULL);
    } else if (strcmp(word, "--seeds") == 0) {
        out->seeds = strtoull(value, NULL, 10);
    } else if (strcmp(word, "--jobs") == 0) {
        out->jobs = (uint32_t)strtoul(value, NULL, 10);
    } else if (strcmp(word, "--row") == 0) {
        out->row = value;
    } else {
        return false;
    }
    return true;
}

static bool parse(int count, char **words, swarm_many_t *out, bool *twice)
{
    *out = (swarm_many_t){.one.nodes = SWARM_NODES, .one.minutes = SWARM_MINUTES, .jobs = 1};
    for (int i = 1; i < count; i++) {
        if (parse_flag(words[i], out, twice)) {
            continue;
        }
        if (i + 1 == count || !parse_value(words[i], words[i + 1], out)) {
            return false;
        }
        i++;
    }
    return true;
}

/* ---- one seed ---- */

static int broken(const swarm_options_t *options, const swarm_result_t *result, const char *how)
{
    printf("BROKEN %s\n", how);
    printf("again: contrib/sim --seed %llu --nodes %u --minutes %u%s\n",
           (unsigned long long)options->seed, result->nodes, result->minutes,
           options->calm ? " --calm" : "");
    return 1;
}

static void result_print(const swarm_options_t *options, const swarm_result_t *result,
                         double seconds)
{
    printf(
        "seed %llu, %u nodes, %u minutes: %llu events in %.2f s, converged %.0f s after "
        "healing\n",
        (unsigned long long)options->seed, result->nodes, result->minutes,
        (unsigned long long)result->events, seconds, (double)result->converged_ms / 1000);
    printf("%10llu bytes of runs needed, %llu received; %llu records within a second, %llu later\n",
           (unsigned long long)result->bytes_needed, (unsigned long long)result->bytes_received,
           (unsigned long long)result->prompt, (unsigned long long)result->late);
    for (int i = 0; i < HAPPENING_COUNT; i++) {
        if (result->happened[i] > 0) {
            printf("%10llu  %s\n", (unsigned long long)result->happened[i], names[i]);
        }
    }
}

static int run_one(const swarm_options_t *options, bool twice)
{
    swarm_result_t result;
    double begin = seconds_now();
    swarm_run(options, &result);
    result_print(options, &result, seconds_now() - begin);
    if (twice && result.broken[0] == '\0') {
        swarm_result_t again;
        swarm_run(options, &again);
        if (again.fingerprint != result.fingerprint) {
            return broken(options, &result, "the same seed gave another run");
        }
    }
    return result.broken[0] == '\0' ? 0 : broken(options, &result, result.broken);
}

int main(int count, char **words)
{
    swarm_many_t many;
    bool twice = false;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!parse(count, words, &many, &twice)) {
        fputs(
            "usage: sim_swarm [--seed S] [--nodes N] [--minutes M] [--vary] [--calm] [--trace]\n"
            "                 [--twice] [--swarm SECONDS] [--seeds N] [--jobs N] [--first]\n"
            "                 [--row FILE]\n",
            stderr);
        return 2;
    }
    if (sodium_init() < 0) {
        return 1;
    }
    // Worlds come and go: what one gave back is for the next, not for the kernel to clear again.
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 30);
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
    return many.seeds > 0 || many.seconds > 0 ? swarm_many(&many) : run_one(&many.one, twice);
}
