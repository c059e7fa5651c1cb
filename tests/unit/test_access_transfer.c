// SPDX-License-Identifier: MPL-2.0
// The root handed on (R17): who is root, and how much of what roots said counts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access_fixture.h"

#define NONE PLN_LIMIT_NONE
#define COORDINATOR PLN_ROLE_COORDINATOR
#define CONTRIBUTOR PLN_ROLE_CONTRIBUTOR

static int root_of(pln_access_t *access)
{
    pln_id_t root;
    if (pln_access_root(access, &root) != PLN_OK) {
        return -1;
    }
    for (int who = ROOT; who < WORLD; who++) {
        if (pln_id_equal(&root, &world[who].id)) {
            return who;
        }
    }
    return -1;
}

/** Founded, A a contributor, and handed on to A as entry 3. */
static history_t *handed_on(void)
{
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_transfer(history, ROOT, 0, 1, A, 0, NULL);
    return history;
}

/** M1: the transfer covers itself, and so is kept and served. */
static void transfer_makes_its_successor_root_and_covers_itself(void **state)
{
    (void)state;
    history_t *history = handed_on();
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(root_of(access), A);
        assert_int_equal(pln_access_root_generation(access), 1);
        assert_int_equal(role(access, A), PLN_ROLE_ROOT);
        assert_int_equal(role(access, ROOT), PLN_ROLE_NONE);
        assert_int_equal(limit(access, ROOT, 0, 0), 3);
        assert_int_equal(limit(access, ROOT, 0, 1), 0);
        assert_int_equal(limit(access, ROOT, 1, 0), 0);
        assert_int_equal(pln_access_count(access), 1);
    }
}

static void transfer_keeps_what_the_former_root_said_before_and_nothing_later(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_grant(history, ROOT, 0, B, 0, COORDINATOR);
    say_grant(history, B, 0, C, 0, CONTRIBUTOR);
    say_transfer(history, ROOT, 0, 1, A, 0, NULL);
    say_grant(history, ROOT, 0, D, 0, COORDINATOR);
    say_revoke(history, ROOT, 0, B, 0, 0, NULL);
    say_grant(history, ROOT, 1, E, 0, CONTRIBUTOR);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(role(access, B), COORDINATOR);
        assert_int_equal(role(access, C), CONTRIBUTOR);
        assert_int_equal(role(access, D), PLN_ROLE_NONE);
        assert_int_equal(role(access, E), PLN_ROLE_NONE);
    }
}

static void new_root_makes_and_unmakes_coordinators(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, B, 0, COORDINATOR);
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_grant(history, B, 0, C, 0, CONTRIBUTOR);
    say_transfer(history, ROOT, 0, 1, A, 0, NULL);
    say_revoke(history, A, 0, B, 0, 0, NULL);
    say_grant(history, A, 0, D, 0, COORDINATOR);
    say_grant(history, D, 0, E, 0, CONTRIBUTOR);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(role(access, B), PLN_ROLE_NONE);
        assert_int_equal(role(access, C), PLN_ROLE_NONE);
        assert_int_equal(role(access, D), COORDINATOR);
        assert_int_equal(role(access, E), CONTRIBUTOR);
    }
}

static void transfer_cuts_the_former_root_at_the_heads_it_lists(void **state)
{
    (void)state;
    history_t *history = founded();
    meant_cut_t cuts[] = {cut(0, 1, 9), cut(1, 0, 2), cut(1, 1, 4)};
    pln_cut_t named;
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_transfer(history, ROOT, 0, 1, A, 3, cuts);
    say_grant(history, ROOT, 1, B, 0, COORDINATOR);
    say_grant(history, ROOT, 1, C, 0, COORDINATOR);
    say_grant(history, ROOT, 1, D, 0, COORDINATOR);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(limit(access, ROOT, 0, 1), 9);
        assert_int_equal(limit(access, ROOT, 1, 0), 2);
        assert_int_equal(limit(access, ROOT, 1, 1), 4);
        assert_int_equal(limit(access, ROOT, 2, 0), 0);
        assert_true(pln_access_cut(access, &world[ROOT].id, 0, 1, &named));
        assert_int_equal(named.seq, 9);
        assert_int_equal(role(access, C), COORDINATOR);
        assert_int_equal(role(access, D), PLN_ROLE_NONE);
    }
}

/** What `network transfer` writes: first a grant of the next term to oneself. */
static void former_root_stays_as_what_it_granted_itself_before(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_grant_as(history, ROOT, 0, ROOT, 1, COORDINATOR, "Founder", 0);
    say_transfer(history, ROOT, 0, 1, A, 0, NULL);
    say_grant(history, ROOT, 16, B, 0, CONTRIBUTOR);
    say_grant(history, ROOT, 16, C, 0, COORDINATOR);
    IN_ANY_ORDER(history, access)
    {
        pln_member_t member;
        assert_int_equal(pln_access_member(access, &world[ROOT].id, &member), PLN_OK);
        assert_int_equal(member.role, COORDINATOR);
        assert_int_equal(member.term, 1);
        assert_string_equal(member.label, "Founder");
        assert_true(limit(access, ROOT, 16, 0) == NONE);
        assert_int_equal(limit(access, ROOT, 0, 0), 4);
        assert_int_equal(role(access, B), CONTRIBUTOR);
        assert_int_equal(role(access, C), PLN_ROLE_NONE);
    }
    say_revoke(history, A, 0, ROOT, 1, 0, NULL);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(role(access, ROOT), PLN_ROLE_NONE);
        assert_int_equal(limit(access, ROOT, 16, 0), 0);
        assert_int_equal(limit(access, ROOT, 0, 0), 4);
        assert_int_equal(role(access, B), PLN_ROLE_NONE);
    }
}

static void term_of_a_former_root_that_is_granted_follows_its_revokes(void **state)
{
    (void)state;
    history_t *history = founded();
    meant_cut_t nine = cut(0, 1, 9), five = cut(0, 1, 5);
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_transfer(history, ROOT, 0, 1, A, 1, &nine);
    say_grant(history, A, 0, ROOT, 0, CONTRIBUTOR);
    IN_ANY_ORDER(history, access)
    {
        assert_true(limit(access, ROOT, 0, 1) == NONE);
        assert_true(limit(access, ROOT, 0, 0) == NONE);
    }
    say_revoke(history, A, 0, ROOT, 0, 1, &five);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(limit(access, ROOT, 0, 1), 5);
        assert_int_equal(limit(access, ROOT, 0, 0), 3);  // what leads to the transfer
        assert_int_equal(root_of(access), A);
    }
}

/** M5: the old key signs on, on another branch. */
static void branch_beside_a_transfer_neither_undoes_it_nor_speaks(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_settings(history, ROOT, 0, "three", 0, 0);
    say_transfer(history, ROOT, 0, 1, A, 0, NULL);
    say_grant(history, ROOT, 0, B, 0, COORDINATOR);
    put_on_branch(history, 3, 1, 0);
    say_settings(history, ROOT, 0, "four", 0, 0);
    put_on_branch(history, 4, 1, 1);
    IN_ANY_ORDER(history, access)
    {
        const pln_id_t *old = &world[ROOT].id;
        assert_int_equal(root_of(access), A);
        assert_int_equal(role(access, B), PLN_ROLE_NONE);
        assert_true(pln_access_path_limit(access, old, 0, 0, 4) == NONE);
        assert_int_equal(pln_access_path_limit(access, old, 0, 1, 4), 2);
        assert_int_equal(pln_access_reach(access, old, 0), 4);
        pln_settings_t settings;
        pln_access_settings(access, &settings);
        assert_string_equal(settings.title, "three");
    }
}

static void transfer_may_list_the_heads_of_other_branches(void **state)
{
    (void)state;
    history_t *history = founded();
    meant_cut_t other = cut(0, 0, 2);
    other.branch = 1;
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_transfer(history, ROOT, 0, 1, A, 1, &other);
    say_grant(history, ROOT, 0, B, 0, COORDINATOR);
    put_on_branch(history, 2, 1, 0);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(root_of(access), A);
        assert_int_equal(role(access, B), COORDINATOR);
        assert_true(pln_access_path_limit(access, &world[ROOT].id, 0, 1, 2) == NONE);
    }
}

/** 22: two transfers fork the root's chain; wherever both are known, one root. */
static void of_two_transfers_the_smaller_place_decides(void **state)
{
    (void)state;
    history_t *history = handed_on();
    say_grant(history, A, 0, C, 0, COORDINATOR);
    say_transfer(history, ROOT, 0, 1, B, 0, NULL);
    put_on_branch(history, 2, 1, 0);
    say_grant(history, B, 0, D, 0, COORDINATOR);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(root_of(access), B);
        assert_int_equal(role(access, A), PLN_ROLE_NONE);
        assert_int_equal(role(access, C), PLN_ROLE_NONE);
        assert_int_equal(role(access, D), COORDINATOR);
    }
}

static void a_transfer_that_might_be_smaller_is_asked_for_whatever_limits_say(void **state)
{
    (void)state;
    history_t *history = founded();
    meant_cut_t before = cut(0, 0, 2);
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_transfer(history, ROOT, 1, 1, A, 1, &before);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(limit(access, ROOT, 0, 0), 2);
        assert_true(pln_access_reach(access, &world[ROOT].id, 0) == NONE);
        assert_int_equal(pln_access_reach(access, &world[ROOT].id, 1), 1);
        assert_int_equal(pln_access_reach(access, &world[ROOT].id, 2), 0);
    }
}

static void transfer_has_no_effect_unless_it_is_by_the_root_of_the_reign_before(void **state)
{
    (void)state;
    history_t *history = founded();
    meant_cut_t forged = cut(0, 1, 3);
    forged.forged = true;
    say_grant(history, ROOT, 0, A, 0, COORDINATOR);
    say_transfer(history, A, 0, 1, B, 0, NULL);        // a coordinator's
    say_transfer(history, ROOT, 0, 2, B, 0, NULL);     // of a later reign
    say_transfer(history, ROOT, 0, 1, ROOT, 0, NULL);  // to itself
    say_transfer(history, ROOT, 0, 1, B, 1, &forged);  // a cut that the root never signed
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(root_of(access), ROOT);
        assert_int_equal(pln_access_root_generation(access), 0);
        assert_true(limit(access, ROOT, 0, 0) == NONE);
    }
}

static void coordinators_cannot_put_the_new_root_out(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, B, 0, COORDINATOR);
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_revoke(history, B, 0, A, 0, 0, NULL);
    say_transfer(history, ROOT, 0, 1, A, 0, NULL);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(role(access, A), PLN_ROLE_ROOT);
        assert_true(limit(access, A, 0, 1) == NONE);
        assert_true(limit(access, A, 7, 0) == NONE);
    }
}

static void handed_on_and_back_every_reign_keeps_what_it_said(void **state)
{
    (void)state;
    history_t *history = handed_on();
    say_settings(history, A, 0, "of A", 0, 0);
    say_grant(history, A, 0, B, 0, COORDINATOR);
    say_transfer(history, A, 0, 2, ROOT, 0, NULL);
    say_grant(history, A, 0, C, 0, COORDINATOR);
    say_grant(history, ROOT, 0, D, 0, COORDINATOR);
    IN_ANY_ORDER(history, access)
    {
        pln_settings_t settings;
        pln_access_settings(access, &settings);
        assert_int_equal(root_of(access), ROOT);
        assert_int_equal(pln_access_root_generation(access), 2);
        assert_string_equal(settings.title, "of A");
        assert_int_equal(role(access, B), COORDINATOR);
        assert_int_equal(role(access, C), PLN_ROLE_NONE);
        assert_int_equal(role(access, D), COORDINATOR);
        assert_int_equal(role(access, A), CONTRIBUTOR);
    }
    say_settings(history, ROOT, 0, "of ROOT", 0, 0);
    IN_ANY_ORDER(history, access)
    {
        pln_settings_t settings;
        pln_access_settings(access, &settings);
        assert_string_equal(settings.title, "of ROOT");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transfer_makes_its_successor_root_and_covers_itself),
        cmocka_unit_test(transfer_keeps_what_the_former_root_said_before_and_nothing_later),
        cmocka_unit_test(new_root_makes_and_unmakes_coordinators),
        cmocka_unit_test(transfer_cuts_the_former_root_at_the_heads_it_lists),
        cmocka_unit_test(former_root_stays_as_what_it_granted_itself_before),
        cmocka_unit_test(term_of_a_former_root_that_is_granted_follows_its_revokes),
        cmocka_unit_test(branch_beside_a_transfer_neither_undoes_it_nor_speaks),
        cmocka_unit_test(transfer_may_list_the_heads_of_other_branches),
        cmocka_unit_test(of_two_transfers_the_smaller_place_decides),
        cmocka_unit_test(a_transfer_that_might_be_smaller_is_asked_for_whatever_limits_say),
        cmocka_unit_test(transfer_has_no_effect_unless_it_is_by_the_root_of_the_reign_before),
        cmocka_unit_test(coordinators_cannot_put_the_new_root_out),
        cmocka_unit_test(handed_on_and_back_every_reign_keeps_what_it_said),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, make_world, free_world);
}
