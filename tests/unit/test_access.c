// SPDX-License-Identifier: MPL-2.0
/* Who may do what: one rule, one test. Each history is folded as said, backwards and shuffled. That
 * order never matters, for any history, is test_access_order.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access_fixture.h"

#define NONE PLN_LIMIT_NONE
#define COORDINATOR PLN_ROLE_COORDINATOR
#define CONTRIBUTOR PLN_ROLE_CONTRIBUTOR
#define READER PLN_ROLE_READER

/* ---- the root ---- */

static void access_knows_no_root_before_the_genesis(void **state)
{
    (void)state;
    history_t *history = founded();
    pln_id_t id;
    pln_access_t *access = pln_access_new(&world_network);
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    tell(access, &history->said[1]);
    assert_int_equal(pln_access_root(access, &id), PLN_ENOTFOUND);
    assert_int_equal(limit(access, ROOT, 0, 0), 0);
    assert_int_equal(limit(access, A, 0, 0), 0);
    assert_int_equal(pln_access_count(access), 0);
    tell(access, &history->said[0]);
    assert_int_equal(pln_access_root(access, &id), PLN_OK);
    assert_true(pln_id_equal(&id, &world[ROOT].id));
    assert_int_equal(pln_access_count(access), 2);
    pln_access_free(&access);
    pln_access_free(&access);
}

static void access_takes_only_the_one_genesis_of_its_network(void **state)
{
    (void)state;
    const struct {
        int by;
        uint32_t epoch;
        uint64_t seq;
        uint16_t kind;
        size_t cut;
    } WRONG[] = {
        {A, 0, 1, PLN_KIND_NETWORK, 0},     // another author
        {ROOT, 1, 1, PLN_KIND_NETWORK, 0},  // another epoch
        {ROOT, 0, 2, PLN_KIND_NETWORK, 0},  // another place
        {ROOT, 0, 1, PLN_KIND_GRANT, 0},    // another kind
        {ROOT, 0, 1, PLN_KIND_NETWORK, 1},  // other bytes
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        pln_access_t *access = pln_access_new(&world_network);
        pln_id_t id;
        pln_statement_t statement = {
            .author = world[WRONG[i].by].id,
            .epoch = WRONG[i].epoch,
            .seq = WRONG[i].seq,
            .kind = WRONG[i].kind,
            .payload = PLN_SPAN(world_genesis.data, world_genesis.size - WRONG[i].cut)};
        pln_access_add(access, &statement);
        assert_int_equal(pln_access_root(access, &id), PLN_ENOTFOUND);
        pln_access_free(&access);
    }
}

// A network id that is right for its bytes does not make them a genesis, or any key a root.
static void access_takes_no_network_without_a_true_genesis(void **state)
{
    (void)state;
    static const uint8_t SETTINGS_ONLY[] = {0x81, 21, 5};
    pln_id_t mirrored = world[A].id, id;
    mirrored.bytes[31] |= 0x80;
    const struct {
        pln_id_t author;
        pln_span_t payload;
        pln_err_t expected;
    } CASES[] = {
        {world[A].id, pln_buf_span(&world_genesis), PLN_OK},
        {mirrored, pln_buf_span(&world_genesis), PLN_ENOTFOUND},
        {world[A].id, PLN_SPAN(SETTINGS_ONLY, sizeof SETTINGS_ONLY), PLN_ENOTFOUND},
        {world[A].id, PLN_SPAN(SETTINGS_ONLY, 0), PLN_ENOTFOUND},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        pln_network_id_t network;
        pln_statement_t statement = {.author = CASES[i].author,
                                     .seq = 1,
                                     .kind = PLN_KIND_NETWORK,
                                     .payload = CASES[i].payload};
        pln_network_id(&CASES[i].author, CASES[i].payload, &network);
        pln_access_t *access = pln_access_new(&network);
        pln_access_add(access, &statement);
        assert_int_equal(pln_access_root(access, &id), CASES[i].expected);
        pln_access_free(&access);
    }
}

static void access_lets_the_root_write_without_limit(void **state)
{
    (void)state;
    history_t *history = founded();
    const meant_cut_t first = cut(0, 0, 1);
    say_grant(history, ROOT, 0, ROOT, 0, READER);
    say_revoke(history, ROOT, 0, ROOT, 9, 1, &first);
    say_grant(history, ROOT, 0, A, 0, COORDINATOR);
    say_revoke(history, A, 0, ROOT, 9, 1, &first);
    IN_ANY_ORDER(history, access)
    {
        assert_true(limit(access, ROOT, 0, 0) == NONE);
        assert_true(limit(access, ROOT, 0, 1) == NONE);
        assert_true(limit(access, ROOT, 4711, 1) == NONE);
        assert_int_equal(limit(access, ROOT, 0, 2), 0);
        assert_int_equal(role(access, ROOT), PLN_ROLE_ROOT);
    }
}

/* ---- grants ---- */

static void access_gives_nothing_without_a_grant_of_the_term(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 1, CONTRIBUTOR);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(limit(access, A, 15, 1), 0);
        assert_true(limit(access, A, 16, 0) == NONE);
        assert_true(limit(access, A, 31, 1) == NONE);
        assert_int_equal(limit(access, A, 32, 0), 0);
        assert_int_equal(limit(access, A, 16, 2), 0);
        assert_int_equal(limit(access, B, 16, 0), 0);
    }
}

static void access_lets_a_reader_write_only_control_records(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, READER);
    IN_ANY_ORDER(history, access)
    {
        assert_true(limit(access, A, 0, 0) == NONE);
        assert_int_equal(limit(access, A, 0, 1), 0);
        assert_int_equal(role(access, A), READER);
    }
}

static void access_takes_the_most_powerful_grant_of_a_term(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, READER);
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_grant(history, ROOT, 0, A, 0, READER);
    say_grant(history, ROOT, 0, B, 0, READER);
    say_grant(history, ROOT, 0, B, 0, COORDINATOR);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(role(access, A), CONTRIBUTOR);
        assert_true(limit(access, A, 0, 1) == NONE);
        assert_int_equal(role(access, B), COORDINATOR);
    }
}

static void access_counts_grants_of_coordinators_only(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, COORDINATOR);
    say_grant(history, ROOT, 0, B, 0, CONTRIBUTOR);
    say_grant(history, A, 0, C, 0, CONTRIBUTOR);
    say_grant(history, B, 0, D, 0, CONTRIBUTOR);
    say_grant(history, C, 0, E, 0, READER);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(role(access, C), CONTRIBUTOR);
        assert_int_equal(role(access, D), PLN_ROLE_NONE);
        assert_int_equal(role(access, E), PLN_ROLE_NONE);
        assert_int_equal(limit(access, D, 0, 0), 0);
    }
}

static void access_makes_coordinators_by_the_root_only(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, COORDINATOR);
    say_grant(history, A, 0, B, 0, COORDINATOR);
    say_grant(history, B, 0, C, 0, CONTRIBUTOR);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(role(access, B), PLN_ROLE_NONE);
        assert_int_equal(role(access, C), PLN_ROLE_NONE);
    }
}

static void access_asks_which_term_a_coordinator_speaks_in(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_grant(history, ROOT, 0, A, 1, COORDINATOR);
    say_grant(history, A, 0, B, 0, CONTRIBUTOR);   // as a contributor
    say_grant(history, A, 16, C, 0, CONTRIBUTOR);  // as a coordinator
    say_grant(history, A, 32, D, 0, CONTRIBUTOR);  // as nobody
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(role(access, B), PLN_ROLE_NONE);
        assert_int_equal(role(access, C), CONTRIBUTOR);
        assert_int_equal(role(access, D), PLN_ROLE_NONE);
    }
}

static void access_ignores_coordinators_about_themselves_and_the_root(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, COORDINATOR);
    say_grant(history, A, 0, A, 5, CONTRIBUTOR);
    say_grant(history, A, 0, ROOT, 5, READER);
    say_revoke(history, A, 0, A, 5, 0, NULL);
    say_grant(history, A, 0, B, 0, CONTRIBUTOR);
    IN_ANY_ORDER(history, access)
    {
        uint32_t term;
        assert_true(pln_access_highest_term(access, &world[A].id, &term));
        assert_int_equal(term, 0);
        assert_true(limit(access, A, 0, 0) == NONE);
        assert_int_equal(limit(access, A, 80, 0), 0);
        assert_int_equal(role(access, B), CONTRIBUTOR);
        assert_int_equal(role(access, ROOT), PLN_ROLE_ROOT);
        assert_false(pln_access_highest_term(access, &world[ROOT].id, &term));
    }
}

/* ---- revokes ---- */

static void access_revoke_ends_its_term_and_all_before_it_at_its_cuts(void **state)
{
    (void)state;
    history_t *history = founded();
    const meant_cut_t cuts[] = {cut(0, 0, 2), cut(0, 1, 7), cut(17, 1, 3)};
    for (uint32_t term = 0; term < 3; term++) {
        say_grant(history, ROOT, 0, A, term, CONTRIBUTOR);
    }
    say_revoke(history, ROOT, 0, A, 1, 3, cuts);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(limit(access, A, 0, 0), 2);
        assert_int_equal(limit(access, A, 0, 1), 7);
        assert_int_equal(limit(access, A, 1, 1), 0);  // not listed: nothing
        assert_int_equal(limit(access, A, 17, 0), 0);
        assert_int_equal(limit(access, A, 17, 1), 3);
        assert_int_equal(limit(access, A, 31, 1), 0);
        assert_true(limit(access, A, 32, 1) == NONE);
        assert_int_equal(role(access, A), CONTRIBUTOR);
    }
    say_revoke(history, ROOT, 0, A, PLN_TERM_MAX, 0, NULL);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(limit(access, A, 0, 1), 0);
        assert_int_equal(limit(access, A, 32, 1), 0);
        assert_int_equal(role(access, A), PLN_ROLE_NONE);
    }
}

static void access_revoke_never_adds(void **state)
{
    (void)state;
    history_t *history = founded();
    const meant_cut_t early = cut(0, 1, 3), late = cut(0, 1, 9);
    say_grant(history, ROOT, 0, C, 0, COORDINATOR);
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_revoke(history, ROOT, 0, A, 0, 1, &late);
    say_revoke(history, C, 0, A, 4, 1, &early);
    say_revoke(history, ROOT, 0, A, 2, 1, &late);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(limit(access, A, 0, 1), 3);
    }
}

static void access_revoke_covers_the_furthest_of_the_branches_it_lists(void **state)
{
    (void)state;
    history_t *history = founded();
    meant_cut_t branches[] = {cut(0, 0, 4), cut(0, 0, 6)};
    branches[1].branch = 1;
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_revoke(history, ROOT, 0, A, 0, 2, branches);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(limit(access, A, 0, 0), 6);
    }
    say_revoke(history, ROOT, 0, A, 0, 1, branches);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(limit(access, A, 0, 0), 4);
    }
}

static void access_names_the_cut_behind_a_limit(void **state)
{
    (void)state;
    history_t *history = founded();
    const meant_cut_t early = cut(0, 1, 3), late = cut(0, 1, 9);
    meant_cut_t other = early;
    other.branch = 1;
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_revoke(history, ROOT, 0, A, 0, 1, &late);
    say_revoke(history, ROOT, 0, A, 0, 1, &early);
    say_revoke(history, ROOT, 0, A, 0, 1, &other);
    pln_cut_t expected = signed_cut(A, &early), second = signed_cut(A, &other);
    if (memcmp(&second.hash, &expected.hash, sizeof second.hash) < 0) {
        expected = second;
    }
    IN_ANY_ORDER(history, access)
    {
        pln_cut_t found;
        assert_true(pln_access_cut(access, &world[A].id, 0, 1, &found));
        assert_int_equal(found.seq, 3);
        assert_memory_equal(&found.hash, &expected.hash, sizeof found.hash);
        assert_memory_equal(&found.signature, &expected.signature, sizeof found.signature);
        assert_false(pln_access_cut(access, &world[A].id, 0, 0, &found));
        assert_false(pln_access_cut(access, &world[A].id, 1, 1, &found));
        assert_false(pln_access_cut(access, &world[ROOT].id, 0, 0, &found));
        assert_false(pln_access_cut(access, &world[F].id, 0, 0, &found));
    }
}

static void access_voids_a_revoke_with_a_cut_that_does_not_verify(void **state)
{
    (void)state;
    history_t *history = founded();
    meant_cut_t cuts[] = {cut(0, 0, 1), cut(0, 1, 3)};
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    cuts[1].forged = true;
    say_revoke(history, ROOT, 0, A, 0, 2, cuts);
    IN_ANY_ORDER(history, access)
    {
        assert_true(limit(access, A, 0, 0) == NONE);
        assert_true(limit(access, A, 0, 1) == NONE);
        assert_int_equal(role(access, A), CONTRIBUTOR);
    }
}

// A signature that is good for one place or seq is none for another.
static void access_voids_a_cut_signed_for_another_place(void **state)
{
    (void)state;
    history_t *history = founded();
    const meant_cut_t meant = cut(0, 1, 3);
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    for (int change = 0; change < 5; change++) {
        pln_cut_t bad = signed_cut(A, &meant);
        pln_revoke_t revoke = {.node = world[A].id, .cut_count = 1};
        switch (change) {
            case 0:
                bad.epoch++;
                break;
            case 1:
                bad.lane = 0;
                break;
            case 2:
                bad.seq++;
                break;
            case 3:
                bad.hash.bytes[0] ^= 1;
                break;
            default:
                revoke.node = world[B].id;
        }
        revoke.cuts[0] = bad;
        pln_revoke_encode(&revoke, &say(history, ROOT, 0, PLN_KIND_REVOKE)->payload);
    }
    say_grant(history, ROOT, 0, B, 0, CONTRIBUTOR);
    IN_ANY_ORDER(history, access)
    {
        assert_true(limit(access, A, 0, 1) == NONE);
        assert_true(limit(access, B, 0, 1) == NONE);
    }
}

static void access_readmits_with_a_higher_term_only(void **state)
{
    (void)state;
    history_t *history = founded();
    const meant_cut_t here = cut(0, 1, 5);
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_revoke(history, ROOT, 0, A, 0, 1, &here);
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(role(access, A), PLN_ROLE_NONE);
    }
    say_grant(history, ROOT, 0, A, 1, READER);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(role(access, A), READER);
        assert_int_equal(limit(access, A, 0, 1), 5);
        assert_true(limit(access, A, 16, 0) == NONE);
        assert_int_equal(limit(access, A, 16, 1), 0);
    }
}

/* ---- coordinators against each other ---- */

static void access_does_not_let_coordinators_touch_each_other(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, COORDINATOR);
    say_grant(history, ROOT, 0, B, 0, COORDINATOR);
    say_revoke(history, A, 0, B, 9, 0, NULL);
    say_revoke(history, B, 0, A, 9, 0, NULL);
    say_grant(history, A, 0, C, 0, CONTRIBUTOR);
    say_grant(history, B, 0, D, 0, CONTRIBUTOR);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(role(access, A), COORDINATOR);
        assert_int_equal(role(access, B), COORDINATOR);
        assert_true(limit(access, A, 0, 0) == NONE);
        assert_int_equal(role(access, C), CONTRIBUTOR);
        assert_int_equal(role(access, D), CONTRIBUTOR);
    }
}

static void access_does_not_let_a_coordinator_demote_another_by_a_later_term(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, COORDINATOR);
    say_grant(history, ROOT, 0, B, 0, COORDINATOR);
    say_grant(history, A, 0, B, 9, READER);
    IN_ANY_ORDER(history, access)
    {
        pln_member_t member;
        uint32_t term;
        assert_int_equal(pln_access_member(access, &world[B].id, &member), PLN_OK);
        assert_int_equal(member.role, COORDINATOR);
        assert_int_equal(member.term, 0);
        assert_true(pln_access_highest_term(access, &world[B].id, &term));
        assert_int_equal(term, 9);  // a revoke must name it, or B stays a reader
    }
    say_revoke(history, ROOT, 0, B, 9, 0, NULL);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(role(access, B), PLN_ROLE_NONE);
    }
}

static void access_lets_a_coordinator_end_what_a_coordinator_was_before(void **state)
{
    (void)state;
    history_t *history = founded();
    const meant_cut_t here = cut(0, 1, 2);
    say_grant(history, ROOT, 0, A, 0, COORDINATOR);
    say_grant(history, ROOT, 0, B, 0, CONTRIBUTOR);
    say_grant(history, ROOT, 0, B, 1, COORDINATOR);
    say_revoke(history, A, 0, B, 1, 1, &here);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(limit(access, B, 0, 1), 2);
        assert_true(limit(access, B, 16, 1) == NONE);
        assert_int_equal(role(access, B), COORDINATOR);
    }
}

static void access_counts_a_revoked_coordinator_up_to_its_cut(void **state)
{
    (void)state;
    history_t *history = founded();
    const meant_cut_t second = cut(0, 0, 2);
    say_grant(history, ROOT, 0, A, 0, COORDINATOR);
    say_grant(history, A, 0, B, 0, CONTRIBUTOR);
    say_grant(history, A, 0, C, 0, CONTRIBUTOR);
    say_grant(history, A, 0, D, 0, CONTRIBUTOR);
    say_grant(history, A, 1, E, 0, CONTRIBUTOR);
    say_revoke(history, ROOT, 0, A, 0, 1, &second);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(role(access, A), PLN_ROLE_NONE);
        assert_int_equal(role(access, B), CONTRIBUTOR);
        assert_int_equal(role(access, C), CONTRIBUTOR);
        assert_int_equal(role(access, D), PLN_ROLE_NONE);  // after the cut
        assert_int_equal(role(access, E), PLN_ROLE_NONE);  // in an epoch it lists nothing of
    }
}

static void access_brings_back_whom_a_rogue_coordinator_put_out(void **state)
{
    (void)state;
    history_t *history = founded();
    const meant_cut_t nowhere = cut(0, 1, 1), before = cut(0, 0, 1);
    say_grant(history, ROOT, 0, A, 0, COORDINATOR);
    say_grant(history, A, 0, B, 0, CONTRIBUTOR);
    say_grant(history, ROOT, 0, C, 0, CONTRIBUTOR);
    say_revoke(history, A, 0, B, 0, 1, &nowhere);
    say_revoke(history, A, 0, C, 0, 0, NULL);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(pln_access_count(access), 2);
        assert_int_equal(limit(access, B, 0, 1), 1);
        assert_int_equal(limit(access, C, 0, 1), 0);
    }
    say_revoke(history, ROOT, 0, A, 0, 1, &before);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(pln_access_count(access), 3);
        assert_true(limit(access, B, 0, 1) == NONE);
        assert_true(limit(access, C, 0, 1) == NONE);
        assert_int_equal(role(access, A), PLN_ROLE_NONE);
    }
}

static void access_keeps_revokes_of_a_coordinator_whose_branches_are_both_named(void **state)
{
    (void)state;
    history_t *history = founded();
    meant_cut_t both[] = {cut(0, 0, 1), cut(0, 0, 2)};
    both[0].branch = 1;
    say_grant(history, ROOT, 0, A, 0, COORDINATOR);
    say_grant(history, ROOT, 0, B, 0, CONTRIBUTOR);
    say_grant(history, A, 0, C, 0, CONTRIBUTOR);
    say_revoke(history, A, 0, B, 0, 0, NULL);
    said_t *fork = say_grant(history, A, 0, D, 0, CONTRIBUTOR);  // the other branch's first
    fork->seq = 1;
    fork->hash = made_up_hash(A, 0, 0, 1, 1);
    say_revoke(history, ROOT, 0, A, 0, 2, both);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(role(access, B), PLN_ROLE_NONE);
        assert_int_equal(role(access, C), CONTRIBUTOR);
        assert_int_equal(role(access, D), CONTRIBUTOR);
    }
}

static void access_forgets_what_a_coordinator_says_on_a_branch_that_is_not_named(void **state)
{
    (void)state;
    history_t *history = founded();
    const meant_cut_t named = cut(0, 0, 2);
    say_grant(history, ROOT, 0, A, 0, COORDINATOR);
    say_grant(history, ROOT, 0, B, 0, CONTRIBUTOR);
    say_grant(history, A, 0, C, 0, CONTRIBUTOR);
    say_grant(history, A, 0, D, 0, CONTRIBUTOR);
    say_revoke(history, A, 0, B, 0, 0, NULL);
    put_on_branch(history, 1, 1, 0);  // no later than what is named, and no part of it
    say_revoke(history, ROOT, 0, A, 0, 1, &named);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(role(access, B), CONTRIBUTOR);
        assert_int_equal(role(access, C), CONTRIBUTOR);
        assert_int_equal(role(access, D), CONTRIBUTOR);
        assert_int_equal(role(access, A), PLN_ROLE_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(access_knows_no_root_before_the_genesis),
        cmocka_unit_test(access_takes_only_the_one_genesis_of_its_network),
        cmocka_unit_test(access_takes_no_network_without_a_true_genesis),
        cmocka_unit_test(access_lets_the_root_write_without_limit),
        cmocka_unit_test(access_gives_nothing_without_a_grant_of_the_term),
        cmocka_unit_test(access_lets_a_reader_write_only_control_records),
        cmocka_unit_test(access_takes_the_most_powerful_grant_of_a_term),
        cmocka_unit_test(access_counts_grants_of_coordinators_only),
        cmocka_unit_test(access_makes_coordinators_by_the_root_only),
        cmocka_unit_test(access_asks_which_term_a_coordinator_speaks_in),
        cmocka_unit_test(access_ignores_coordinators_about_themselves_and_the_root),
        cmocka_unit_test(access_revoke_ends_its_term_and_all_before_it_at_its_cuts),
        cmocka_unit_test(access_revoke_never_adds),
        cmocka_unit_test(access_revoke_covers_the_furthest_of_the_branches_it_lists),
        cmocka_unit_test(access_names_the_cut_behind_a_limit),
        cmocka_unit_test(access_voids_a_revoke_with_a_cut_that_does_not_verify),
        cmocka_unit_test(access_voids_a_cut_signed_for_another_place),
        cmocka_unit_test(access_readmits_with_a_higher_term_only),
        cmocka_unit_test(access_does_not_let_coordinators_touch_each_other),
        cmocka_unit_test(access_does_not_let_a_coordinator_demote_another_by_a_later_term),
        cmocka_unit_test(access_lets_a_coordinator_end_what_a_coordinator_was_before),
        cmocka_unit_test(access_counts_a_revoked_coordinator_up_to_its_cut),
        cmocka_unit_test(access_brings_back_whom_a_rogue_coordinator_put_out),
        cmocka_unit_test(access_keeps_revokes_of_a_coordinator_whose_branches_are_both_named),
        cmocka_unit_test(access_forgets_what_a_coordinator_says_on_a_branch_that_is_not_named),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, make_world, free_world);
}
