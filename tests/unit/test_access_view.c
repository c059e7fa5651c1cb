// SPDX-License-Identifier: MPL-2.0
/* What access shows and keeps: members, settings, revokes, bounds, a ticket's promise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access_fixture.h"
#include "proto/access_set.h"

#define NONE PLN_LIMIT_NONE
#define COORDINATOR PLN_ROLE_COORDINATOR
#define CONTRIBUTOR PLN_ROLE_CONTRIBUTOR
#define READER PLN_ROLE_READER

/* ---- what has no effect ---- */

static void access_ignores_what_it_cannot_read(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR)->payload.size--;
    say_revoke(history, ROOT, 0, ROOT, 0, 0, NULL)->kind = 0x00ff;
    say_grant(history, ROOT, 0, B, 0, CONTRIBUTOR)->kind = 0x0100;
    say_grant(history, ROOT, 0, C, 0, CONTRIBUTOR)->kind = PLN_KIND_TRANSFER;
    say(history, ROOT, 0, PLN_KIND_LEAVE);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(pln_access_count(access), 1);
    }
}

static void access_adding_again_changes_nothing(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, COORDINATOR);
    pln_access_t *access = fold(history, 0);
    uint64_t generation = pln_access_generation(access);
    tell(access, &history->said[0]);
    tell(access, &history->said[1]);
    assert_int_equal(pln_access_generation(access), generation);
    assert_int_equal(pln_access_count(access), 2);
    assert_int_equal(pln_access_generation(access), generation);
    say_grant(history, ROOT, 0, B, 0, READER);
    tell(access, &history->said[2]);
    assert_true(pln_access_generation(access) > generation);
    assert_int_equal(pln_access_count(access), 3);
    pln_access_free(&access);
}

/** Evidence (9.14.1) does not say what its entry follows: a chain does, before or after it. */
static void access_takes_from_a_chain_what_evidence_does_not_say(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, COORDINATOR);
    const said_t *said = &history->said[1];
    pln_statement_t evidence = {
        .author = world[ROOT].id, .seq = said->seq, .hash = said->hash, .chain = PLN_CHAIN_NONE};
    pln_hash_t before;
    pln_hash_t told;
    pln_access_t *access = fold(history, 0);
    assert_true(pln_access_before(access, &world[ROOT].id, 0, said->seq, &said->hash, &before));
    pln_access_add(access, &evidence);
    assert_true(pln_access_before(access, &world[ROOT].id, 0, said->seq, &said->hash, &told));
    assert_memory_equal(&told, &before, sizeof before);
    pln_access_free(&access);
    access = pln_access_new(&world_network);
    tell(access, &history->said[0]);
    pln_access_add(access, &evidence);
    uint64_t generation = pln_access_generation(access);
    tell(access, said);
    assert_true(pln_access_before(access, &world[ROOT].id, 0, said->seq, &said->hash, &told));
    assert_memory_equal(&told, &before, sizeof before);
    assert_true(pln_access_generation(access) > generation);
    pln_access_free(&access);
}

/** Of whoever said that and nothing else, nothing is known any more. */
static void access_forgets_the_author_of_evidence_with_it(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    pln_access_t *access = fold(history, 0);
    pln_revoke_t revoke = {.node = world[A].id};
    pln_buf_t payload = {0};
    pln_revoke_encode(&revoke, &payload);
    pln_statement_t told[2] = {{.author = world[B].id, .epoch = 3, .seq = 5},
                               {.author = world[A].id, .epoch = 3, .seq = 5}};
    for (int i = 0; i < 2; i++) {
        told[i].chain = PLN_CHAIN_NONE;
        told[i].kind = PLN_KIND_REVOKE;
        told[i].payload = pln_buf_span(&payload);
        pln_access_add(access, &told[i]);
        assert_non_null(pln_access_chain(access, &told[i].author, 3));
        pln_access_forget(access, &told[i].author, 3, 5, &told[i].hash);
        assert_null(pln_access_chain(access, &told[i].author, 3));
    }
    assert_null(pln_access_party(access, &world[B].id));
    assert_non_null(pln_access_party(access, &world[A].id));
    assert_int_equal(pln_access_count(access), 2);
    pln_buf_free(&payload);
    pln_access_free(&access);
}

// 65,535 idle entries, a grant as the last one, and one entry of a branch that takes its place.
static void access_counts_the_65536_smallest_entries_of_an_epoch(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR)->seq = PLN_CONTROL_ENTRIES_MAX;
    say_grant(history, ROOT, 1, B, 0, CONTRIBUTOR)->seq = PLN_CONTROL_ENTRIES_MAX + 1;
    say_grant(history, ROOT, 1, B, 0, CONTRIBUTOR)->seq = 0;
    say_grant(history, ROOT, 0, C, 0, CONTRIBUTOR)->seq = 7;
    history->said[4].hash = made_up_hash(ROOT, 0, 0, 7, 1);
    for (int fork_first = 0; fork_first <= 1; fork_first++) {
        pln_access_t *access = pln_access_new(&world_network);
        if (fork_first) {
            tell(access, &history->said[4]);
        }
        for (uint64_t seq = 2; seq < PLN_CONTROL_ENTRIES_MAX; seq++) {
            pln_statement_t idle = {.author = world[ROOT].id, .seq = seq, .kind = 0x00ff};
            idle.hash = made_up_hash(ROOT, 0, 0, seq, 0);
            pln_access_add(access, &idle);
        }
        for (size_t i = 0; i < 4; i++) {
            tell(access, &history->said[i]);
        }
        if (!fork_first) {
            assert_int_equal(role(access, A), CONTRIBUTOR);
            tell(access, &history->said[4]);
        }
        for (int i = 1; i <= 4; i++) {  // held or not: those that are of the fold, and no other
            const said_t *said = &history->said[i];
            bool smallest = i == 4;
            assert_int_equal(
                pln_access_room(access, &world[ROOT].id, said->epoch, said->seq, &said->hash),
                smallest || said->seq == 0);
        }
        assert_true(pln_access_room(access, &world[A].id, 0, 1, &history->said[4].hash));
        assert_int_equal(role(access, A), PLN_ROLE_NONE);
        assert_int_equal(role(access, B), PLN_ROLE_NONE);
        assert_int_equal(role(access, C), CONTRIBUTOR);
        uint64_t generation = pln_access_generation(access);
        tell(access, &history->said[1]);
        assert_int_equal(pln_access_generation(access), generation);
        pln_access_free(&access);
    }
}

/* ---- what is shown ---- */

static void access_lists_members_in_ascending_order_of_id(void **state)
{
    (void)state;
    history_t *history = founded();
    for (int who = A; who <= F; who++) {
        say_grant(history, ROOT, 0, who, 0, CONTRIBUTOR);
    }
    say_revoke(history, ROOT, 0, D, 0, 0, NULL);
    IN_ANY_ORDER(history, access)
    {
        pln_member_t member, before;
        size_t cursor = 0, count = 0;
        while (pln_access_next(access, &cursor, &member)) {
            assert_false(pln_id_equal(&member.node, &world[D].id));
            assert_true(count == 0 || pln_id_compare(&before.node, &member.node) < 0);
            before = member;
            count++;
        }
        assert_int_equal(count, 6);
        assert_int_equal(pln_access_count(access), 6);
        assert_false(pln_access_next(access, &cursor, &member));
    }
}

static void access_member_is_described_by_its_longest_then_newest_grant(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, B, 0, COORDINATOR);
    say_grant_as(history, ROOT, 0, A, 0, CONTRIBUTOR, "old name", 5000);
    say_grant_as(history, ROOT, 0, A, 0, CONTRIBUTOR, "new name", 5000);
    say_grant_as(history, B, 3, A, 0, CONTRIBUTOR, "theirs", 5000);
    say_grant_as(history, ROOT, 0, A, 0, CONTRIBUTOR, "shorter", 4000);
    say_grant_as(history, ROOT, 0, A, 0, READER, "less", 0);
    IN_ANY_ORDER(history, access)
    {
        pln_member_t member;
        assert_int_equal(pln_access_member(access, &world[A].id, &member), PLN_OK);
        assert_string_equal(member.label, "new name");
        assert_int_equal(member.expiry_ms, 5000);
        assert_true(pln_id_equal(&member.granted_by, &world[ROOT].id));
        assert_true(pln_id_equal(&member.node, &world[A].id));
        assert_false(member.left);
    }
    say_grant_as(history, B, 0, A, 0, CONTRIBUTOR, "for ever", 0);
    IN_ANY_ORDER(history, access)
    {
        pln_member_t member;
        assert_int_equal(pln_access_member(access, &world[A].id, &member), PLN_OK);
        assert_string_equal(member.label, "for ever");
        assert_int_equal(member.expiry_ms, 0);
        assert_true(pln_id_equal(&member.granted_by, &world[B].id));
    }
}

static void access_remembers_how_who_was_put_out_was_called(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, B, 0, COORDINATOR);
    say_grant_as(history, B, 0, A, 0, COORDINATOR, "never counted", 0);
    say_grant_as(history, B, 0, A, 0, CONTRIBUTOR, "first", 0);
    say_grant_as(history, B, 0, A, 1, READER, "then", 0);
    say_revoke(history, B, 0, A, 1, 0, NULL);
    say_grant_as(history, F, 0, G, 0, CONTRIBUTOR, "by nobody", 0);
    IN_ANY_ORDER(history, access)
    {
        char label[PLN_NAME_MAX + 1];
        pln_member_t member;
        assert_int_equal(pln_access_member(access, &world[A].id, &member), PLN_ENOTFOUND);
        assert_true(pln_access_last_label(access, &world[A].id, label));
        assert_string_equal(label, "then");
        assert_false(pln_access_last_label(access, &world[G].id, label));
        assert_string_equal(label, "");
        assert_false(pln_access_last_label(access, &world[C].id, label));
    }
}

static void access_root_may_name_itself(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant_as(history, ROOT, 0, ROOT, 3, READER, "State Hub", 7);
    IN_ANY_ORDER(history, access)
    {
        pln_member_t member;
        assert_int_equal(pln_access_member(access, &world[ROOT].id, &member), PLN_OK);
        assert_int_equal(member.role, PLN_ROLE_ROOT);
        assert_int_equal(member.term, 0);
        assert_int_equal(member.expiry_ms, 0);
        assert_string_equal(member.label, "State Hub");
    }
}

static void access_tells_who_left_its_present_term(void **state)
{
    (void)state;
    history_t *history = founded();
    say_leave(history, ROOT, 0);
    for (int who = A; who <= C; who++) {
        say_grant(history, ROOT, 0, who, 0, CONTRIBUTOR);
    }
    say_leave(history, A, 3);
    say_leave(history, B, 16);
    say_leave(history, C, 0);
    say_grant(history, ROOT, 0, C, 1, CONTRIBUTOR);
    IN_ANY_ORDER(history, access)
    {
        pln_member_t member;
        const struct {
            int who;
            bool left;
        } EXPECTED[] = {{ROOT, false}, {A, true}, {B, false}, {C, false}};
        for (size_t i = 0; i < sizeof EXPECTED / sizeof EXPECTED[0]; i++) {
            pln_id_t *id = &world[EXPECTED[i].who].id;
            assert_int_equal(pln_access_member(access, id, &member), PLN_OK);
            assert_int_equal(member.left, EXPECTED[i].left);
        }
        assert_true(limit(access, A, 0, 1) == NONE);  // it changes nothing in the fold
        assert_int_equal(pln_access_count(access), 4);
    }
}

static void access_tells_which_revoke_ended_a_membership(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, B, 0, COORDINATOR);
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_grant(history, ROOT, 0, A, 1, CONTRIBUTOR);
    say_revoke(history, B, 0, A, 0, 0, NULL);  // of an earlier term
    say_revoke(history, B, 0, A, 1, 0, NULL);
    say_revoke(history, ROOT, 5, A, 1, 0, NULL);
    say_revoke(history, A, 0, B, 0, 0, NULL);  // does not count
    say_revoke(history, ROOT, 0, F, 0, 0, NULL);
    IN_ANY_ORDER(history, access)
    {
        pln_revoked_t revoked;
        assert_int_equal(pln_access_revoked(access, &world[A].id, &revoked), PLN_OK);
        assert_true(pln_id_equal(&revoked.by, &world[B].id));
        assert_int_equal(revoked.epoch, 0);
        assert_int_equal(revoked.seq, 2);
        assert_string_equal(revoked.reason, "because");
        assert_int_equal(pln_access_revoked(access, &world[B].id, &revoked), PLN_ENOTFOUND);
        assert_int_equal(pln_access_revoked(access, &world[F].id, &revoked), PLN_ENOTFOUND);
        assert_int_equal(pln_access_revoked(access, &world[G].id, &revoked), PLN_ENOTFOUND);
        assert_int_equal(pln_access_revoked(access, &world[ROOT].id, &revoked), PLN_ENOTFOUND);
    }
}

static void access_tells_whose_word_ended_before_it_let_somebody_in(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, B, 0, COORDINATOR);
    say_grant(history, B, 0, A, 0, CONTRIBUTOR);  // within the cut
    say_grant(history, B, 0, C, 0, CONTRIBUTOR);  // behind it
    say_grant(history, B, 0, F, 0, COORDINATOR);  // what no coordinator can give
    say_grant(history, A, 0, G, 0, CONTRIBUTOR);  // who never could
    meant_cut_t first = cut(0, 0, 1);
    say_revoke(history, ROOT, 0, B, 0, 1, &first);
    say_revoke(history, ROOT, 0, A, 0, 0, NULL);
    IN_ANY_ORDER(history, access)
    {
        pln_revoked_t revoked;
        assert_int_equal(pln_access_revoked(access, &world[A].id, &revoked), PLN_OK);
        assert_false(revoked.undone);
        assert_int_equal(pln_access_revoked(access, &world[C].id, &revoked), PLN_OK);
        assert_true(revoked.undone);
        assert_true(pln_id_equal(&revoked.by, &world[ROOT].id));
        assert_true(pln_id_equal(&revoked.granted_by, &world[B].id));
        assert_int_equal(pln_access_revoked(access, &world[G].id, &revoked), PLN_ENOTFOUND);
    }
}

/* ---- settings ---- */

static void access_quotas_and_versions_only_rise(void **state)
{
    (void)state;
    history_t *history = founded();
    pln_settings_t settings;
    say_settings(history, ROOT, 0, "first", QUOTA - 1, 1);
    IN_ANY_ORDER(history, access)
    {
        pln_access_settings(access, &settings);
        assert_string_equal(settings.name, "net");
        assert_int_equal(settings.max_entries, QUOTA);
        assert_true(settings.max_bytes == PLN_QUOTA_BYTES_DEFAULT);
        assert_int_equal(settings.access_version, 1);
    }
    say_settings(history, ROOT, 0, "", QUOTA + 5, 3);
    say_settings(history, ROOT, 0, "", QUOTA + 2, 2);
    say_settings(history, A, 0, "not mine", QUOTA + 9, 9);
    say_grant(history, ROOT, 0, A, 0, COORDINATOR);
    IN_ANY_ORDER(history, access)
    {
        pln_access_settings(access, &settings);
        assert_int_equal(settings.max_entries, QUOTA + 5);
        assert_int_equal(settings.access_version, 3);
        assert_string_equal(settings.title, "first");
    }
}

static void access_title_is_of_the_newest_record_that_sets_one(void **state)
{
    (void)state;
    history_t *history = founded();
    pln_settings_t settings;
    say_settings(history, ROOT, 1, "of the later epoch", 0, 0);
    say_settings(history, ROOT, 0, "of the earlier epoch", 0, 0);
    say_settings(history, ROOT, 1, "", 0, 0);
    IN_ANY_ORDER(history, access)
    {
        pln_access_settings(access, &settings);
        assert_string_equal(settings.title, "of the later epoch");
    }
}

static void access_settings_have_defaults_before_the_genesis(void **state)
{
    (void)state;
    pln_settings_t settings;
    pln_access_t *access = pln_access_new(&world_network);
    pln_access_settings(access, &settings);
    assert_string_equal(settings.name, "");
    assert_string_equal(settings.title, "");
    assert_int_equal(settings.max_entries, PLN_QUOTA_ENTRIES_DEFAULT);
    assert_true(settings.max_bytes == PLN_QUOTA_BYTES_DEFAULT);
    assert_int_equal(settings.access_version, 1);
    pln_access_free(&access);
}

/* ---- a ticket's promise ---- */

static void access_promise_admits_root_and_inviter_until_lane_0_says_so(void **state)
{
    (void)state;
    history_t *history = founded();
    pln_access_t *access = pln_access_new(&world_network);
    pln_member_t member;
    pln_id_t id;
    pln_access_promise(access, &world[ROOT].id, &world[A].id);
    assert_int_equal(pln_access_root(access, &id), PLN_ENOTFOUND);
    assert_true(limit(access, ROOT, 0, 0) == NONE);
    assert_true(limit(access, A, 5, 0) == NONE);
    assert_int_equal(limit(access, ROOT, 0, 1), 0);
    assert_int_equal(limit(access, A, 0, 1), 0);
    assert_int_equal(limit(access, B, 0, 0), 0);
    assert_int_equal(pln_access_count(access), 2);
    assert_int_equal(role(access, ROOT), PLN_ROLE_ROOT);
    assert_int_equal(role(access, A), COORDINATOR);

    // the genesis arrives before the grant of who brings it
    tell(access, &history->said[0]);
    assert_int_equal(pln_access_root(access, &id), PLN_OK);
    assert_true(limit(access, ROOT, 0, 1) == NONE);
    assert_true(limit(access, A, 0, 0) == NONE);
    assert_int_equal(role(access, A), COORDINATOR);

    // a promise gives no say
    say_grant(history, A, 0, B, 0, CONTRIBUTOR);
    tell(access, &history->said[1]);
    assert_int_equal(role(access, B), PLN_ROLE_NONE);

    say_grant_as(history, ROOT, 0, A, 0, COORDINATOR, "hub", 0);
    tell(access, &history->said[2]);
    assert_int_equal(pln_access_member(access, &world[A].id, &member), PLN_OK);
    assert_string_equal(member.label, "hub");
    assert_int_equal(limit(access, A, 16, 0), 0);
    assert_int_equal(role(access, B), CONTRIBUTOR);

    say_revoke(history, ROOT, 0, A, 0, 0, NULL);
    tell(access, &history->said[3]);
    assert_int_equal(role(access, A), PLN_ROLE_NONE);
    assert_int_equal(limit(access, A, 0, 0), 0);
    pln_access_free(&access);
}

static void access_promise_of_a_false_root_ends_with_the_genesis(void **state)
{
    (void)state;
    history_t *history = founded();
    pln_access_t *access = pln_access_new(&world_network);
    pln_access_promise(access, &world[B].id, &world[B].id);
    assert_int_equal(role(access, B), PLN_ROLE_ROOT);
    pln_access_free(&access);
    access = pln_access_new(&world_network);
    pln_access_promise(access, &world[B].id, &world[ROOT].id);
    tell(access, &history->said[0]);
    assert_int_equal(role(access, B), PLN_ROLE_NONE);
    assert_int_equal(limit(access, B, 0, 0), 0);
    assert_int_equal(role(access, ROOT), PLN_ROLE_ROOT);
    pln_access_free(&access);
}

/** As where the grant of an inviter was lost with the disk of whoever wrote it. */
static void access_promise_of_whom_nobody_granted_ends_when_it_is_ended(void **state)
{
    (void)state;
    history_t *history = founded();
    pln_access_t *access = pln_access_new(&world_network);
    pln_access_promise(access, &world[ROOT].id, &world[A].id);
    tell(access, &history->said[0]);
    assert_int_equal(role(access, A), COORDINATOR);
    uint64_t before = pln_access_generation(access);
    pln_access_promise_end(access);
    assert_int_equal(role(access, A), PLN_ROLE_NONE);
    assert_int_equal(limit(access, A, 0, 0), 0);
    assert_int_equal(pln_access_count(access), 1);
    assert_true(pln_access_generation(access) > before);
    pln_access_free(&access);
}

/** From another peer, or as evidence after it has come. */
static void a_statement_that_is_held_already_is_no_second_one(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, PLN_ROLE_CONTRIBUTOR);
    pln_access_t *access = fold(history, 0);
    tell(access, &history->said[1]);
    assert_false(pln_access_forked(access, &world[ROOT].id, 0));
    pln_access_free(&access);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(access_ignores_what_it_cannot_read),
        cmocka_unit_test(access_adding_again_changes_nothing),
        cmocka_unit_test(access_takes_from_a_chain_what_evidence_does_not_say),
        cmocka_unit_test(access_forgets_the_author_of_evidence_with_it),
        cmocka_unit_test(access_counts_the_65536_smallest_entries_of_an_epoch),
        cmocka_unit_test(access_lists_members_in_ascending_order_of_id),
        cmocka_unit_test(access_member_is_described_by_its_longest_then_newest_grant),
        cmocka_unit_test(access_remembers_how_who_was_put_out_was_called),
        cmocka_unit_test(access_root_may_name_itself),
        cmocka_unit_test(access_tells_who_left_its_present_term),
        cmocka_unit_test(access_tells_which_revoke_ended_a_membership),
        cmocka_unit_test(access_tells_whose_word_ended_before_it_let_somebody_in),
        cmocka_unit_test(access_quotas_and_versions_only_rise),
        cmocka_unit_test(access_title_is_of_the_newest_record_that_sets_one),
        cmocka_unit_test(access_settings_have_defaults_before_the_genesis),
        cmocka_unit_test(access_promise_admits_root_and_inviter_until_lane_0_says_so),
        cmocka_unit_test(access_promise_of_a_false_root_ends_with_the_genesis),
        cmocka_unit_test(access_promise_of_whom_nobody_granted_ends_when_it_is_ended),
        cmocka_unit_test(a_statement_that_is_held_already_is_no_second_one),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, make_world, free_world);
}
