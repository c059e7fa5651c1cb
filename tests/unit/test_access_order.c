// SPDX-License-Identifier: MPL-2.0
/* Random histories of seven nodes that grant and revoke each other in several terms and epochs.
 * Each is folded in several orders, with questions in between, and compared with a model that is
 * written from the rules and does not remember anything; and each is gossiped between nodes that
 * take, and pass on, only what counts by what they know so far. A failure names its seed:
 * PLN_TEST_SEED=0x... runs that history alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>

#include "access_fixture.h"

#define HISTORIES 150
#define ORDERS 5
#define GOSSIPS 50

static const uint32_t EPOCHS[] = {0, 1, 16, 17, 32, 48};
#define EPOCH_COUNT (sizeof EPOCHS / sizeof EPOCHS[0])

/* ---- random histories ---- */

// Mostly about heads that exist or will, in places where somebody may have written.
static size_t random_cuts(uint64_t *random, meant_cut_t cuts[CUTS_MAX])
{
    size_t count = below(random, CUTS_MAX + 1);
    for (size_t i = 0; i < count; i++) {
        // ascending epochs, so that no two are of one lane 1
        cuts[i] = cut(EPOCHS[i + below(random, 2)], (uint8_t)below(random, PLN_LANES),
                      1 + below(random, 6));
        if (i > 0 && cuts[i].epoch == cuts[i - 1].epoch) {
            cuts[i].lane = PLN_LANE_CONTROL;
            cuts[i].branch = 1;
            cuts[i - 1].lane = PLN_LANE_CONTROL;
        }
        cuts[i].forged = below(random, 25) == 0;
    }
    return count;
}

static void say_something(history_t *history, uint64_t *random)
{
    meant_cut_t cuts[CUTS_MAX];
    int by = below(random, 4) == 0 ? ROOT : (int)below(random, G);
    int about = (int)below(random, G);
    uint32_t epoch = EPOCHS[below(random, 4)];
    uint32_t term = (uint32_t)below(random, 3);
    uint64_t what = below(random, 20);
    if (what < 10) {
        (void)say_grant(history, by, epoch, about, term, (pln_role_t)(1 + below(random, 3)));
    } else if (what < 18) {
        size_t count = random_cuts(random, cuts);
        (void)say_revoke(history, by, epoch, about, term, count, cuts);
    } else if (what < 19) {
        say_leave(history, by, epoch);
    } else {
        say_settings(history, by, epoch, "title", 1 + below(random, 2 * QUOTA), 1);
    }
}

// The other branch of a lane 0: another statement at a seq that is taken.
static void fork_something(history_t *history, uint64_t *random)
{
    said_t *said = &history->said[1 + below(random, history->count - 1)];
    if (said->seq > 1) {
        said->seq--;
        said->hash = made_up_hash(said->by, said->epoch, 0, said->seq, 1);
    }
}

static void make_history(history_t *history, uint64_t seed, bool forked)
{
    uint64_t random = seed;
    say_genesis(history);
    for (int who = A; who <= C; who++) {
        (void)say_grant(history, ROOT, 0, who, (uint32_t)below(&random, 2), PLN_ROLE_COORDINATOR);
    }
    for (size_t count = 5 + below(&random, 60); count > 0; count--) {
        say_something(history, &random);
    }
    if (forked && below(&random, 2) == 0) {
        fork_something(history, &random);
    }
}

/* ---- the model: the rules, read aloud ---- */

static bool is_cut_good(const said_t *revoke)
{
    for (size_t i = 0; i < revoke->cut_count; i++) {
        if (revoke->cuts[i].forged) {
            return false;
        }
    }
    return true;
}

static bool grants(const said_t *said)
{
    return said->kind == PLN_KIND_GRANT;
}

static bool revokes(const said_t *said)
{
    return said->kind == PLN_KIND_REVOKE && is_cut_good(said);
}

static bool model_coordinator_term(const history_t *history, int who, uint32_t term)
{
    for (size_t i = 0; i < history->count; i++) {
        const said_t *said = &history->said[i];
        if (said->by == ROOT && grants(said) && said->about == who && said->term == term &&
            said->role == PLN_ROLE_COORDINATOR) {
            return true;
        }
    }
    return false;
}

static uint64_t model_covered(const said_t *revoke, uint32_t epoch, uint8_t lane)
{
    uint64_t furthest = 0;
    for (size_t i = 0; i < revoke->cut_count; i++) {
        const meant_cut_t *one = &revoke->cuts[i];
        if (one->epoch == epoch && one->lane == lane && one->seq > furthest) {
            furthest = one->seq;
        }
    }
    return furthest;
}

static bool model_counts(const history_t *history, const said_t *said)
{
    uint32_t term = said->epoch / 16;
    if (said->by == ROOT) {
        return true;
    }
    if (!model_coordinator_term(history, said->by, term) || said->about == ROOT ||
        said->about == said->by || (grants(said) && said->role == PLN_ROLE_COORDINATOR)) {
        return false;
    }
    for (size_t i = 0; i < history->count; i++) {
        const said_t *revoke = &history->said[i];
        if (revoke->by == ROOT && revokes(revoke) && revoke->about == said->by &&
            revoke->term >= term && said->seq > model_covered(revoke, said->epoch, 0)) {
            return false;
        }
    }
    return true;
}

// Statements about (who, term) that count, by the rule that only the root touches a coordinator's.
static bool model_acts(const history_t *history, const said_t *said, int who, uint32_t term)
{
    return said->about == who && model_counts(history, said) &&
           (said->by == ROOT || !model_coordinator_term(history, who, term));
}

static pln_role_t model_role(const history_t *history, int who, uint32_t term)
{
    pln_role_t best = PLN_ROLE_NONE;
    for (size_t i = 0; i < history->count; i++) {
        const said_t *said = &history->said[i];
        if (grants(said) && said->term == term && said->role > best &&
            model_acts(history, said, who, term)) {
            best = said->role;
        }
    }
    return best;
}

static uint64_t model_limit(const history_t *history, int who, uint32_t epoch, uint8_t lane)
{
    uint32_t term = epoch / 16;
    uint64_t least = PLN_LIMIT_NONE;
    pln_role_t is = model_role(history, who, term);
    if (who == ROOT) {
        return PLN_LIMIT_NONE;
    }
    if (is == PLN_ROLE_NONE || (is == PLN_ROLE_READER && lane == PLN_LANE_RECORDS)) {
        return 0;
    }
    for (size_t i = 0; i < history->count; i++) {
        const said_t *said = &history->said[i];
        if (revokes(said) && said->term >= term && model_acts(history, said, who, term)) {
            uint64_t reach = model_covered(said, epoch, lane);
            least = reach < least ? reach : least;
        }
    }
    return least;
}

static bool model_ended(const history_t *history, int who, uint32_t term)
{
    for (size_t i = 0; i < history->count; i++) {
        const said_t *said = &history->said[i];
        if (revokes(said) && said->term >= term && model_acts(history, said, who, term)) {
            return true;
        }
    }
    return false;
}

// Role in the upper half, term in the lower; 0 when no member.
static uint64_t model_standing(const history_t *history, int who)
{
    uint64_t best = 0;
    for (uint32_t term = 0; term < 3; term++) {
        uint64_t is = model_role(history, who, term);
        uint64_t standing = is << 32 | term;
        if (is != PLN_ROLE_NONE && standing > best && !model_ended(history, who, term)) {
            best = standing;
        }
    }
    return who == ROOT ? (uint64_t)PLN_ROLE_ROOT << 32 : best;
}

/* ---- comparing ---- */

static uint64_t standing(pln_access_t *access, int who)
{
    pln_member_t member;
    bool is = pln_access_member(access, &world[who].id, &member) == PLN_OK;
    return is ? (uint64_t)member.role << 32 | member.term : 0;
}

static void expect_model(const history_t *history, pln_access_t *access, uint64_t seed)
{
    size_t members = 0;
    for (int who = ROOT; who < WORLD; who++) {
        uint64_t expected = model_standing(history, who);
        members += expected != 0;
        if (standing(access, who) != expected) {
            fail_msg("seed 0x%" PRIx64 ": member %d", seed, who);
        }
        for (size_t i = 0; i < EPOCH_COUNT * PLN_LANES; i++) {
            uint32_t epoch = EPOCHS[i / PLN_LANES];
            uint8_t lane = (uint8_t)(i % PLN_LANES);
            if (limit(access, who, epoch, lane) != model_limit(history, who, epoch, lane)) {
                fail_msg("seed 0x%" PRIx64 ": limit of %d in %u/%u", seed, who, epoch, lane);
            }
        }
    }
    if (pln_access_count(access) != members) {
        fail_msg("seed 0x%" PRIx64 ": number of members", seed);
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
        for (uint64_t questions = below(&random, 4); questions > 0; questions--) {
            int who = (int)below(&random, WORLD);
            (void)standing(access, who);
            (void)limit(access, who, EPOCHS[below(&random, EPOCH_COUNT)], 0);
            (void)pln_access_count(access);
        }
    }
    return access;
}

static void check_orders(uint64_t seed)
{
    static history_t history;
    make_history(&history, seed, true);
    pln_access_t *first = fold(&history, 0);
    expect_model(&history, first, seed);
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
    return said->seq <= limit(village->access[node], said->by, said->epoch, PLN_LANE_CONTROL);
}

// A chain is taken in order.
static bool fits(const village_t *village, int node, const history_t *history, const said_t *said)
{
    for (size_t i = 0; i < history->count; i++) {
        const said_t *other = &history->said[i];
        if (other->by == said->by && other->epoch == said->epoch && other->seq + 1 == said->seq) {
            return village->held[node][i];
        }
    }
    return true;
}

static bool offer(village_t *village, const history_t *history, int from, int to, size_t i)
{
    const said_t *said = &history->said[i];
    if (!village->held[from][i] || village->held[to][i] || !counts_at(village, from, said) ||
        !counts_at(village, to, said) || !fits(village, to, history, said)) {
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
    make_history(&history, seed, false);
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
        expect_model(&history, village.access[node], seed);
        for (size_t i = 0; i < history.count; i++) {
            const said_t *said = &history.said[i];
            if (said->seq <= limit(all, said->by, said->epoch, 0) && !village.held[node][i]) {
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
