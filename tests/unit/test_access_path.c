// SPDX-License-Identifier: MPL-2.0
// Branches of lane 0: what revokes cover of a tree.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access_fixture.h"

#define NONE PLN_LIMIT_NONE
#define COORDINATOR PLN_ROLE_COORDINATOR
#define CONTRIBUTOR PLN_ROLE_CONTRIBUTOR

/** A's lane 0: 1 - 2 - 3 on branch 0, and 2' behind 1 on branch 1. */
static void add_tree(pln_access_t *access, const pln_id_t *author, uint32_t epoch)
{
    static const struct {
        uint64_t seq;
        int branch, before;
    } entries[] = {{1, 0, 0}, {2, 0, 0}, {3, 0, 0}, {2, 1, 0}};
    for (size_t i = 0; i < 4; i++) {
        pln_statement_t statement = {
            .author = *author,
            .epoch = epoch,
            .seq = entries[i].seq,
            .hash = made_up_hash(A, epoch, 0, entries[i].seq, entries[i].branch),
            .before = made_up_hash(A, epoch, 0, entries[i].seq - 1, entries[i].before),
            .chain = (uint32_t)entries[i].branch,
            .kind = PLN_KIND_LEAVE,
            .payload = PLN_SPAN("\x80", 1)};
        pln_access_add(access, &statement);
    }
}

static uint64_t path_limit(pln_access_t *access, uint32_t branch, uint64_t seq)
{
    return pln_access_path_limit(access, &world[A].id, 0, branch, seq);
}

/** M7: one revoke cuts the first branch at 3, another the second at 2. */
static void access_cuts_of_two_branches_leave_what_they_have_in_common(void **state)
{
    (void)state;
    history_t *history = founded();
    meant_cut_t first = cut(0, 0, 3), second = cut(0, 0, 2);
    second.branch = 1;
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_revoke(history, ROOT, 0, A, 0, 1, &first);
    IN_ANY_ORDER(history, access)
    {
        add_tree(access, &world[A].id, 0);
        assert_true(path_limit(access, 0, 3) == NONE);
        assert_int_equal(path_limit(access, 1, 2), 1);
        assert_int_equal(pln_access_reach(access, &world[A].id, 0), 0);
    }
    say_revoke(history, ROOT, 0, A, 0, 1, &second);
    IN_ANY_ORDER(history, access)
    {
        add_tree(access, &world[A].id, 0);
        assert_int_equal(path_limit(access, 0, 3), 1);
        assert_int_equal(path_limit(access, 1, 2), 1);
    }
}

static void access_cut_of_a_branch_not_held_covers_by_seq_and_may_be_fetched(void **state)
{
    (void)state;
    history_t *history = founded();
    meant_cut_t unheld = cut(0, 0, 2);
    unheld.branch = 9;
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_revoke(history, ROOT, 0, A, 0, 1, &unheld);
    IN_ANY_ORDER(history, access)
    {
        add_tree(access, &world[A].id, 0);
        assert_int_equal(path_limit(access, 0, 3), 2);
        assert_true(path_limit(access, 1, 2) == NONE);
        assert_int_equal(pln_access_reach(access, &world[A].id, 0), 2);
    }
}

static void access_revoke_of_several_heads_covers_all_that_leads_to_them(void **state)
{
    (void)state;
    history_t *history = founded();
    meant_cut_t both[] = {cut(0, 0, 2), cut(0, 0, 3)};
    both[0].branch = 1;
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_revoke(history, ROOT, 0, A, 0, 2, both);
    IN_ANY_ORDER(history, access)
    {
        add_tree(access, &world[A].id, 0);
        assert_true(path_limit(access, 0, 3) == NONE);
        assert_true(path_limit(access, 1, 2) == NONE);
    }
}

/** Evidence of a membership's end is a statement that nobody has in a chain yet. */
static void access_cut_at_what_only_evidence_told_may_be_fetched(void **state)
{
    (void)state;
    history_t *history = founded();
    meant_cut_t told = cut(0, 0, 2);
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_revoke(history, ROOT, 0, A, 0, 1, &told);
    IN_ANY_ORDER(history, access)
    {
        pln_statement_t statement = {.author = world[A].id,
                                     .seq = 2,
                                     .hash = made_up_hash(A, 0, 0, 2, 0),
                                     .before = made_up_hash(A, 0, 0, 1, 0),
                                     .chain = PLN_CHAIN_NONE,
                                     .kind = PLN_KIND_LEAVE,
                                     .payload = PLN_SPAN("\x80", 1)};
        pln_access_add(access, &statement);
        assert_int_equal(pln_access_reach(access, &world[A].id, 0), 2);
        statement.chain = 0;
        pln_access_add(access, &statement);
        assert_int_equal(pln_access_reach(access, &world[A].id, 0), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(access_cuts_of_two_branches_leave_what_they_have_in_common),
        cmocka_unit_test(access_cut_of_a_branch_not_held_covers_by_seq_and_may_be_fetched),
        cmocka_unit_test(access_revoke_of_several_heads_covers_all_that_leads_to_them),
        cmocka_unit_test(access_cut_at_what_only_evidence_told_may_be_fetched),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, make_world, free_world);
}
