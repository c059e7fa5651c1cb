// SPDX-License-Identifier: MPL-2.0
// The command line of the scale run: one line a size, and the losses of the largest.
#include "scale.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t sizes[] = {10, 30, 100, 300, 1000, 3000, SCALE_NODES_MAX};

typedef struct {
    uint64_t seed;
    uint32_t least; /**< sizes from here ... */
    uint32_t most;  /**< ... to here */
    const char *row;
} command_t;

static double times(const scale_spread_t *spread)
{
    return spread->needed == 0 ? 0 : (double)spread->received / (double)spread->needed;
}

static void seconds_print(uint64_t ms)
{
    if (ms == SCALE_UNREACHED) {
        fputs("   never", stdout);
    } else {
        printf(" %7.2f", (double)ms / 1000);
    }
}

static void head_print(void)
{
    puts(
        "A new record of 1 KB: seconds until it is at 50, 99, 100 % (the slowest of eight), hops, "
        "bytes of runs\nreceived per byte needed, the same of the first record; bytes a node "
        "receives in an idle minute, presence\napart, a hub per spoke; megabytes of the process "
        "per node.\n"
        "Shared among the nodes: one past (300 records of 100 authors, everybody's grant), its "
        "entries and the\nfold of access. Presences are due as in mid-life, and held back outside "
        "the idle minute.\n");
    puts(
        " nodes hubs  links    50 %    99 %   100 %  hops   max  times  first   idle presence "
        "hub/spoke  spokes   MB/node");
}

static void row_print(uint32_t nodes, const scale_result_t *result)
{
    printf("%6u %4u %6zu", nodes, scale_hubs(nodes), result->links);
    seconds_print(result->calm.half_ms);
    seconds_print(result->calm.most_ms);
    seconds_print(result->calm.all_ms);
    printf(" %5.1f %5u %6.3f %6.2f %6.0f %8.0f %9.0f %7zu %9.3f\n", result->calm.hops_mean,
           result->calm.hops_max, times(&result->calm), times(&result->first), result->idle,
           result->presence, result->hub_idle_spoke, result->hub_spokes, result->memory / 1e6);
}

static void loss_print(const char *what, const scale_spread_t *spread)
{
    printf("%s, published at once: at 50, 99, 100 %% after", what);
    seconds_print(spread->half_ms);
    seconds_print(spread->most_ms);
    seconds_print(spread->all_ms);
    printf(" s; %zu missing; %.2f times the bytes needed\n", spread->missing, times(spread));
}

static bool held(const scale_result_t *result)
{
    return result->calm.missing + result->lost.missing + result->headless.missing == 0;
}

static int run(const command_t *command)
{
    scale_result_t result = {0};
    uint64_t events = 0;
    double seconds = 0;
    bool good = true;
    uint32_t nodes = 0;
    head_print();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && sizes[i] <= command->most; i++) {
        if (sizes[i] < command->least) {
            continue;
        }
        nodes = sizes[i];
        scale_run(command->seed, nodes, &result);
        row_print(nodes, &result);
        fflush(stdout);
        good = good && held(&result);
        events += result.events;
        seconds += result.seconds;
    }
    printf("\nOf %u nodes:\n", nodes);
    loss_print("10 % of the districts fall silent", &result.lost);
    if (result.headless.needed > 0) {
        loss_print("the largest hub falls silent", &result.headless);
        printf("%zu districts had no other way\n", result.orphans);
    }
    printf("seed %" PRIu64 ", %" PRIu64 " events, %.0f s of one core: %s\n", command->seed, events,
           seconds, good ? "everybody got everything" : "BROKEN somebody did not get a record");
    if (!good) {
        printf("again: contrib/sim --scale --seed %" PRIu64 " --nodes %u\n", command->seed, nodes);
    }
    FILE *file = command->row == NULL ? NULL : fopen(command->row, "w");
    if (file != NULL) {
        fprintf(file,
                "1\t%" PRIu64
                "\t%.1f\t%s; %u nodes: 99 %% after %.2f s, %.3f times the bytes "
                "needed, %.2f MB a node\n",
                events, seconds / 60, good ? "ok" : "BROKEN", nodes,
                (double)result.calm.most_ms / 1000, times(&result.calm), result.memory / 1e6);
        fclose(file);
    }
    return good ? 0 : 1;
}

/** False: a word that is none. */
static bool parse(int count, char **words, command_t *out)
{
    for (int i = 1; i < count; i += 2) {
        const char *value = i + 1 < count ? words[i + 1] : NULL;
        if (value == NULL) {
            return false;
        }
        if (strcmp(words[i], "--seed") == 0) {
            out->seed = strtoull(value, NULL, 10);
        } else if (strcmp(words[i], "--nodes") == 0) {
            out->most = (uint32_t)strtoul(value, NULL, 10);
        } else if (strcmp(words[i], "--from") == 0) {
            out->least = (uint32_t)strtoul(value, NULL, 10);
        } else if (strcmp(words[i], "--row") == 0) {
            out->row = value;
        } else {
            return false;
        }
    }
    return out->most >= sizes[0] && out->most >= out->least;
}

int main(int count, char **words)
{
    command_t command = {.seed = 1, .most = SCALE_NODES_MAX};
    if (!parse(count, words, &command)) {
        fputs(
            "usage: sim_scale [--seed S] [--nodes AT_MOST, 10 or more] [--from AT_LEAST] "
            "[--row FILE]\n",
            stderr);
        return 2;
    }
    return sodium_init() < 0 ? 1 : run(&command);
}
