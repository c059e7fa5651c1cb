// SPDX-License-Identifier: MPL-2.0
// The command line of the swarm: one seed, or as many as fit the time.
#include "swarm.h"

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

#define SLOW_MS 120000u /**< worth looking at: twice the longest wait between two dials */

typedef struct {
    swarm_options_t one;
    double seconds; /**< 0: one seed */
    bool twice;
    bool first; /**< the swarm ends with the first broken seed */
} command_t;

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

static bool parse(int count, char **words, command_t *out)
{
    memset(out, 0, sizeof *out);
    for (int i = 1; i < count; i++) {
        const char *value = i + 1 < count ? words[i + 1] : "";
        if (strcmp(words[i], "--trace") == 0) {
            out->one.trace = print_trace;
            continue;
        }
        if (strcmp(words[i], "--calm") == 0) {
            out->one.calm = true;
            continue;
        }
        if (strcmp(words[i], "--twice") == 0) {
            out->twice = true;
            continue;
        }
        if (strcmp(words[i], "--first") == 0) {
            out->first = true;
            continue;
        }
        if (strcmp(words[i], "--seed") == 0) {
            out->one.seed = strtoull(value, NULL, 10);
        } else if (strcmp(words[i], "--nodes") == 0) {
            out->one.nodes = (uint32_t)strtoul(value, NULL, 10);
        } else if (strcmp(words[i], "--minutes") == 0) {
            out->one.minutes = (uint32_t)strtoul(value, NULL, 10);
        } else if (strcmp(words[i], "--swarm") == 0) {
            out->seconds = strtod(value, NULL);
        } else {
            return false;
        }
        i++;
    }
    return true;
}

static void print_broken(const swarm_result_t *result, uint64_t seed, bool calm)
{
    printf("BROKEN %s\n", result->broken);
    printf("again: contrib/sim --seed %llu --nodes %u --minutes %u%s\n", (unsigned long long)seed,
           result->nodes, result->minutes, calm ? " --calm" : "");
}

static int run_one(const command_t *command)
{
    swarm_result_t result;
    double begin = seconds_now();
    swarm_run(&command->one, &result);
    printf(
        "seed %llu, %u nodes, %u minutes: %llu events in %.2f s, converged %.0f s after "
        "healing\n",
        (unsigned long long)command->one.seed, result.nodes, result.minutes,
        (unsigned long long)result.events, seconds_now() - begin,
        (double)result.converged_ms / 1000);
    printf("%10llu bytes of runs needed, %llu received; %llu records within a second, %llu later\n",
           (unsigned long long)result.bytes_needed, (unsigned long long)result.bytes_received,
           (unsigned long long)result.prompt, (unsigned long long)result.late);
    for (int i = 0; i < HAPPENING_COUNT; i++) {
        if (result.happened[i] > 0) {
            printf("%8llu  %s\n", (unsigned long long)result.happened[i], names[i]);
        }
    }
    if (command->twice && result.broken[0] == '\0') {
        swarm_result_t again;
        swarm_run(&command->one, &again);
        if (again.fingerprint != result.fingerprint) {
            puts("BROKEN the same seed gave another run");
            return 1;
        }
    }
    if (result.broken[0] != '\0') {
        print_broken(&result, command->one.seed, command->one.calm);
        return 1;
    }
    return 0;
}

static int totals_print(const uint64_t happened[HAPPENING_COUNT])
{
    int missing = 0;
    for (int i = 0; i < HAPPENING_COUNT; i++) {
        printf("%10llu  %s%s\n", (unsigned long long)happened[i], names[i],
               happened[i] == 0 ? "  NEVER" : "");
        missing += happened[i] == 0;
    }
    return missing;
}

static int run_swarm(command_t *command)
{
    uint64_t happened[HAPPENING_COUNT] = {0};
    uint64_t first = command->one.seed != 0 ? command->one.seed : (uint64_t)time(NULL) * 1000;
    uint64_t events = 0;
    uint64_t seeds = 0;
    uint64_t broken = 0;
    uint64_t slowest_ms = 0;
    uint64_t slowest_seed = 0;
    double begin = seconds_now();
    while (seconds_now() - begin < command->seconds && !(command->first && broken > 0)) {
        swarm_result_t result;
        command->one.seed = first + seeds++;
        swarm_run(&command->one, &result);
        events += result.events;
        for (int i = 0; i < HAPPENING_COUNT; i++) {
            happened[i] += result.happened[i];
        }
        if (result.broken[0] != '\0') {
            print_broken(&result, command->one.seed, command->one.calm);
            fflush(stdout);
            broken++;
        } else if (result.converged_ms > SLOW_MS) {
            printf("slow: seed %llu took %.0f s to converge\n",
                   (unsigned long long)command->one.seed, (double)result.converged_ms / 1000);
        }
        if (result.converged_ms > slowest_ms) {
            slowest_ms = result.converged_ms;
            slowest_seed = command->one.seed;
        }
    }
    int missing = totals_print(happened);
    printf(
        "%llu seeds from %llu, %llu events in %.0f s, %llu broken; the slowest converged %.0f s "
        "after healing (seed %llu)\n",
        (unsigned long long)seeds, (unsigned long long)first, (unsigned long long)events,
        seconds_now() - begin, (unsigned long long)broken, (double)slowest_ms / 1000,
        (unsigned long long)slowest_seed);
    return broken == 0 && missing == 0 ? 0 : 1;
}

int main(int count, char **words)
{
    command_t command;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!parse(count, words, &command)) {
        fputs(
            "usage: sim_swarm [--seed S] [--nodes N] [--minutes M] [--calm] [--trace] [--twice] "
            "[--swarm SECONDS [--first]]\n",
            stderr);
        return 2;
    }
    if (sodium_init() < 0) {
        return 1;
    }
    return command.seconds > 0 ? run_swarm(&command) : run_one(&command);
}
