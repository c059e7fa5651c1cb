// SPDX-License-Identifier: MPL-2.0
/* Random histories of seven nodes that grant and revoke each other in several terms and epochs,
 * hand on the root and fork their lane 0. Each is folded in several orders, with questions in
 * between, and compared with a model that is written from the rules;
 * and each is gossiped between nodes that take, and pass on, only what counts by what they know so
 * far. A failure names its seed: PLN_TEST_SEED=0x... runs that history alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>

#include "access_model.h"

#define HISTORIES 150
#define ORDERS 5
#define GOSSIPS 50

static const uint32_t EPOCHS[] = {0, 1, 16, 17, 32, 48};
#define EPOCH_COUNT (sizeof EPOCHS / sizeof EPOCHS[0])

/* ---- random histories ---- */

/** Mostly about heads that exist or will, in places where somebody may have written. */
static size_t random_cuts(const history_t *history, int whose, uint64_t *random,
                          meant_cut_t cuts[CUTS_MAX])
{
    size_t count = below(random, CUTS_MAX + 1);
    for (size_t i = 0; i < count; i++) {
        // ascending epochs, so that no two are of one lane 1
        cuts[i] = cut(EPOCHS[i + below(random, 2)], (uint8_t)below(random, PLN_LANES),
                      1 + below(random, 6));
        if (i > 0 && cuts[i].epoch == cuts[i - 1].epoch) {
            cuts[i].lane = PLN_LANE_CONTROL;
            cuts[i].branch = 99;  // one that nobody holds
            cuts[i - 1].lane = PLN_LANE_CONTROL;
        }
        const said_t *said = &history->said[below(random, history->count)];
        if (said->by == whose && said->epoch == cuts[i].epoch && below(random, 4) > 0) {
            cuts[i].lane = PLN_LANE_CONTROL;
            cuts[i].seq = said->seq;
            cuts[i].branch = said->branch;
        }
        cuts[i].forged = below(random, 25) == 0;
    }
    bool twice = count > 1 && cuts[0].epoch == cuts[1].epoch && cuts[0].lane == cuts[1].lane &&
                 cuts[0].seq == cuts[1].seq && cuts[0].branch == cuts[1].branch;
    bool again = count > 2 && cuts[1].epoch == cuts[2].epoch && cuts[1].lane == cuts[2].lane &&
                 cuts[1].seq == cuts[2].seq && cuts[1].branch == cuts[2].branch;
    return twice ? 1 : again ? 2 : count;
}

/** The statement said last may begin another branch, behind any that its author has said. */
static void fork_here(history_t *history, uint64_t *random)
{
    const said_t *last = &history->said[history->count - 1];
    const said_t *behind = &history->said[below(random, history->count)];
    if (behind->by == last->by && behind->epoch == last->epoch && behind != last) {
        put_on_branch(history, behind->seq + 1, (unsigned)history->count, behind->branch);
    }
}

/** Mostly whoever is root, or believes to be. */
static void say_random_transfer(history_t *history, int by, uint32_t epoch, uint64_t *random)
{
    meant_cut_t cuts[CUTS_MAX];
    size_t count = random_cuts(history, by, random, cuts);
    uint32_t generation = 1;
    int heir = (int)below(random, G);
    for (size_t i = 0; i < history->count; i++) {
        const said_t *said = &history->said[i];
        if (said->kind == PLN_KIND_TRANSFER && below(random, 3) > 0) {
            by = said->about;
            generation = said->generation + 1;
        }
    }
    by = generation == 1 && below(random, 4) > 0 ? ROOT : by;
    (void)say_transfer(history, by, epoch, generation, heir, by == ROOT ? count : 0, cuts);
}

static void say_something(history_t *history, uint64_t *random)
{
    meant_cut_t cuts[CUTS_MAX];
    int by = below(random, 4) == 0 ? ROOT : (int)below(random, G);
    int about = (int)below(random, G);
    uint32_t epoch = EPOCHS[below(random, 4)];
    uint32_t term = (uint32_t)below(random, 3);
    uint64_t what = below(random, 24);
    if (what < 11) {
        (void)say_grant(history, by, epoch, about, term, (pln_role_t)(1 + below(random, 3)));
    } else if (what < 20) {
        size_t count = random_cuts(history, about, random, cuts);
        (void)say_revoke(history, by, epoch, about, term, count, cuts);
    } else if (what < 21) {
        say_leave(history, by, epoch);
    } else if (what < 22) {
        char title[] = {(char)('a' + below(random, 26)), '\0'};
        say_settings(history, by, epoch, title, 1 + below(random, 2 * QUOTA), 1);
    } else {
        say_random_transfer(history, by, epoch, random);
    }
}

/** @branchy: of ten statements so many may begin another branch. */
static void make_history(history_t *history, uint64_t seed, unsigned branchy)
{
    uint64_t random = seed;
    say_genesis(history);
    for (int who = A; who <= C; who++) {
        (void)say_grant(history, ROOT, 0, who, (uint32_t)below(&random, 2), PLN_ROLE_COORDINATOR);
    }
    for (size_t count = 5 + below(&random, 60); count > 0; count--) {
        say_something(history, &random);
        if (below(&random, 10) < branchy) {
            fork_here(history, &random);
        }
    }
}

/* ---- comparing ---- */

static uint64_t standing(pln_access_t *access, int who)
{
    pln_member_t member;
    bool is = pln_access_member(access, &world[who].id, &member) == PLN_OK;
    return is ? (uint64_t)member.role << 32 | member.term : 0;
}

static void expect_settings(const model_t *model, pln_access_t *access, uint64_t seed)
{
    pln_settings_t settings;
    pln_network_record_t record = {0};
    const said_t *titled = model_titled(model);
    pln_access_settings(access, &settings);
    if (titled != NULL) {
        assert_int_equal(pln_network_record_decode(pln_buf_span(&titled->payload), &record),
                         PLN_OK);
    }
    if (strlen(settings.title) != record.title.size ||
        (record.title.size > 0 &&
         memcmp(settings.title, record.title.data, record.title.size) != 0)) {
        fail_msg("seed 0x%" PRIx64 ": title", seed);
    }
}

/** Where a chain is forked each branch has a limit of its own. */
static void expect_branches(const model_t *model, pln_access_t *access, uint64_t seed)
{
    const history_t *history = model->history;
    for (size_t i = 0; i < history->count; i++) {
        const said_t *last = &history->said[i];
        if (!model_forked(history, last->by, last->epoch) ||
            model_at(history, last->by, last->epoch, last->seq + 1, last->branch) != NULL) {
            continue;
        }
        uint64_t within = PLN_LIMIT_NONE;
        for (const said_t *said = last; said != NULL && !model_within(model, said);) {
            within = said->seq - 1;
            said = model_at(history, said->by, said->epoch, said->seq - 1, said->before);
        }
        if (pln_access_path_limit(access, &world[last->by].id, last->epoch, last->branch,
                                  last->seq) != within) {
            fail_msg("seed 0x%" PRIx64 ": limit of a branch of %d at %u", seed, last->by,
                     last->epoch);
        }
    }
}

static void expect_model(const history_t *history, pln_access_t *access, bool all_held,
                         uint64_t seed)
{
    static model_t model;
    size_t members = 0;
    make_model(&model, history);
    for (int who = ROOT; who < WORLD; who++) {
        uint64_t expected = model_standing(&model, who);
        members += expected != 0;
        if (standing(access, who) != expected) {
            fail_msg("seed 0x%" PRIx64 ": member %d", seed, who);
        }
        for (size_t i = 0; i < EPOCH_COUNT * PLN_LANES; i++) {
            uint32_t epoch = EPOCHS[i / PLN_LANES];
            uint8_t lane = (uint8_t)(i % PLN_LANES);
            if (limit(access, who, epoch, lane) != model_limit(&model, who, epoch, lane)) {
                fail_msg("seed 0x%" PRIx64 ": limit of %d in %u/%u", seed, who, epoch, lane);
            }
        }
    }
    if (pln_access_count(access) != members) {
        fail_msg("seed 0x%" PRIx64 ": number of members", seed);
    }
    expect_settings(&model, access, seed);
    if (all_held) {
        expect_branches(&model, access, seed);
    }
}

static void expect_equal(pln_access_t *a, pln_access_t *b, uint64_t seed)
{
    pln_member_t one, other;
    pln_revoked_t ended, other_ended;
    pln_settings_t settings, other_settings;
    pln_cut_t here, there;
    for (size_t at_one = 0, at_other = 0; pln_access_next(a, &at_one, &one);) {
        if (!pln_access_next(b, &at_other, &other) || memcmp(&one, &other, sizeof one) != 0) {
            fail_msg("seed 0x%" PRIx64 ": members differ", seed);
        }
    }
    for (int who = ROOT; who < WORLD; who++) {
        const pln_id_t *id = &world[who].id;
        pln_err_t error = pln_access_revoked(a, id, &ended);
        if (pln_access_revoked(b, id, &other_ended) != error ||
            (error == PLN_OK && memcmp(&ended, &other_ended, sizeof ended) != 0)) {
            fail_msg("seed 0x%" PRIx64 ": revokes shown for %d differ", seed, who);
        }
        for (size_t i = 0; i < EPOCH_COUNT * PLN_LANES; i++) {
            uint32_t epoch = EPOCHS[i / PLN_LANES];
            uint8_t lane = (uint8_t)(i % PLN_LANES);
            bool has = pln_access_cut(a, id, epoch, lane, &here);
            if (pln_access_cut(b, id, epoch, lane, &there) != has ||
                (has && memcmp(&here.hash, &there.hash, sizeof here.hash) != 0) ||
                limit(a, who, epoch, lane) != limit(b, who, epoch, lane)) {
                fail_msg("seed 0x%" PRIx64 ": limit or cut of %d differs", seed, who);
            }
        }
    }
    pln_access_settings(a, &settings);
    pln_access_settings(b, &other_settings);
    if (memcmp(&settings, &other_settings, sizeof settings) != 0) {
        fail_msg("seed 0x%" PRIx64 ": settings differ", seed);
    }
}

// What is remembered from earlier questions must not survive what makes it wrong.
static pln_access_t *fold_with_questions(const history_t *history, uint64_t seed)
{
    size_t order[HISTORY_MAX];
    uint64_t random = seed;
    pln_access_t *access = pln_access_new(&world_network);
    make_order(order, history->count, seed + 2);
    for (size_t i = 0; i < history->count; i++) {
        tell(access, &history->said[order[i]]);
        if (below(&random, 4) == 0) {  // what was said is said again, now or later
            tell(access, &history->said[order[below(&random, i + 1)]]);
        }
        for (uint64_t questions = below(&random, 4); questions > 0; questions--) {
            int who = (int)below(&random, WORLD);
            (void)standing(access, who);
            (void)limit(access, who, EPOCHS[below(&random, EPOCH_COUNT)], 0);
            (void)pln_access_path_limit(access, &world[who].id, EPOCHS[below(&random, EPOCH_COUNT)],
                                        0, 1);
            (void)pln_access_count(access);
        }
    }
    return access;
}

static void check_orders(uint64_t seed)
{
    static history_t history;
    make_history(&history, seed, (unsigned)(seed % 4));
    pln_access_t *first = fold(&history, 0);
    expect_model(&history, first, true, seed);
    for (uint64_t order = 1; order < ORDERS; order++) {
        pln_access_t *other = fold(&history, order);
        expect_equal(first, other, seed);
        pln_access_free(&other);
    }
    pln_access_t *asked = fold_with_questions(&history, seed);
    expect_equal(first, asked, seed);
    pln_access_free(&asked);
    pln_access_free(&first);
    history_free(&history);
}

/* ---- gossip ---- */

typedef struct {
    pln_access_t *access[G];
    bool held[G][HISTORY_MAX];
} village_t;

static bool counts_at(village_t *village, int node, const said_t *said)
{
    return said->seq <= pln_access_path_limit(village->access[node], &world[said->by].id,
                                              said->epoch, said->branch, said->seq);
}

/** Counted or not: what might come to count, or lead to it, is kept. */
static bool takes(village_t *village, int node, const said_t *said)
{
    return said->seq <= pln_access_reach(village->access[node], &world[said->by].id, said->epoch);
}

// A chain is taken in order, each branch behind what it continues.
static bool fits(const village_t *village, int node, const history_t *history, const said_t *said)
{
    for (size_t i = 0; i < history->count; i++) {
        const said_t *other = &history->said[i];
        if (same_chain(other, said) && other->seq + 1 == said->seq &&
            other->branch == said->before) {
            return village->held[node][i];
        }
    }
    return true;
}

static bool offer(village_t *village, const history_t *history, int from, int to, size_t i)
{
    const said_t *said = &history->said[i];
    if (!village->held[from][i] || village->held[to][i] || !counts_at(village, from, said) ||
        !takes(village, to, said) || !fits(village, to, history, said)) {
        return false;
    }
    village->held[to][i] = true;
    tell(village->access[to], said);
    return true;
}

// Random exchanges, then sweeps until nobody has anything for anybody.
static void gossip(village_t *village, const history_t *history, uint64_t *random)
{
    for (int i = 0; i < 4000; i++) {
        (void)offer(village, history, (int)below(random, G), (int)below(random, G),
                    below(random, history->count));
    }
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t i = 0; i < history->count * G * G; i++) {
            int from = (int)(i % G), to = (int)(i / G % G);
            moved = offer(village, history, from, to, i / G / G) || moved;
        }
    }
}

static void check_gossip(uint64_t seed)
{
    static history_t history;
    static village_t village;
    uint64_t random = seed;
    memset(&village, 0, sizeof village);
    make_history(&history, seed, (unsigned)(seed % 4));
    pln_access_t *all = fold(&history, 0);
    for (int node = 0; node < G; node++) {
        village.access[node] = pln_access_new(&world_network);
        for (size_t i = 0; i < history.count; i++) {
            village.held[node][i] = history.said[i].by == node || i == 0;
            if (village.held[node][i]) {
                tell(village.access[node], &history.said[i]);
            }
        }
    }
    gossip(&village, &history, &random);
    for (int node = 0; node < G; node++) {
        expect_model(&history, village.access[node], false, seed);
        for (size_t i = 0; i < history.count; i++) {
            const said_t *said = &history.said[i];
            bool counts = said->seq <= pln_access_path_limit(all, &world[said->by].id, said->epoch,
                                                             said->branch, said->seq);
            if (counts && !village.held[node][i]) {
                fail_msg("seed 0x%" PRIx64 ": %d lacks what counts", seed, node);
            }
        }
        pln_access_free(&village.access[node]);
    }
    pln_access_free(&all);
    history_free(&history);
}

/* ---- */

static void for_each_seed(void (*check)(uint64_t seed), uint64_t count)
{
    const char *given = getenv("PLN_TEST_SEED");
    if (given != NULL) {
        check(strtoull(given, NULL, 0));
        return;
    }
    for (uint64_t i = 0; i < count; i++) {
        uint64_t state = i;
        check(next_random(&state));
    }
}

static void access_is_the_same_in_every_order_and_as_the_rules_say(void **state)
{
    (void)state;
    for_each_seed(check_orders, HISTORIES);
}

static void access_converges_among_nodes_that_take_only_what_counts(void **state)
{
    (void)state;
    for_each_seed(check_gossip, GOSSIPS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(access_is_the_same_in_every_order_and_as_the_rules_say),
        cmocka_unit_test(access_converges_among_nodes_that_take_only_what_counts),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, make_world, free_world);
}
