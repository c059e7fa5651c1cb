// SPDX-License-Identifier: MPL-2.0
// Retractions: who may withdraw what, what undoes it, and that no order matters.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "access_fixture.h"

static pln_hash_t data_of(int whose, uint32_t epoch, uint64_t seq)
{
    return made_up_hash(whose, epoch, PLN_LANE_RECORDS, seq, 7);
}

static said_t *say_word(history_t *history, int by, uint32_t epoch, int whose, uint64_t seq,
                        bool undo, const char *reason)
{
    said_t *said = say(history, by, epoch, PLN_KIND_RETRACT);
    pln_retract_t retract = {.author = world[whose].id,
                             .seq = seq,
                             .data = data_of(whose, 0, seq),
                             .reason = PLN_SPAN(reason, strlen(reason)),
                             .undo = undo};
    pln_retract_encode(&retract, &said->payload);
    return said;
}

static void say_retract(history_t *history, int by, uint32_t epoch, int whose, uint64_t seq)
{
    say_word(history, by, epoch, whose, seq, false, "because");
}

static void say_undo(history_t *history, int by, uint32_t epoch, int whose, uint64_t seq)
{
    say_word(history, by, epoch, whose, seq, true, "");
}

static pln_fate_t fate(pln_access_t *access, int whose, uint64_t seq)
{
    pln_hash_t data = data_of(whose, 0, seq);
    return pln_access_fate(access, &world[whose].id, 0, seq, &data, NULL);
}

/** The root, coordinators A and B, contributors C and D. */
static history_t *staffed(void)
{
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, PLN_ROLE_COORDINATOR);
    say_grant(history, ROOT, 0, B, 0, PLN_ROLE_COORDINATOR);
    say_grant(history, ROOT, 0, C, 0, PLN_ROLE_CONTRIBUTOR);
    say_grant(history, ROOT, 0, D, 0, PLN_ROLE_CONTRIBUTOR);
    return history;
}

static void fate_of_what_nobody_named_is_to_stand(void **state)
{
    (void)state;
    history_t *history = staffed();
    say_retract(history, C, 0, C, 5);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(fate(access, C, 4), PLN_FATE_STANDS);
        assert_int_equal(fate(access, D, 5), PLN_FATE_STANDS);
        assert_int_equal(pln_access_fate(access, &world[C].id, 1, 5, NULL, NULL), PLN_FATE_STANDS);
    }
}

static void fate_is_erased_by_its_author_and_by_the_root(void **state)
{
    (void)state;
    history_t *history = staffed();
    say_retract(history, C, 0, C, 5);
    say_retract(history, C, 1, C, 6);
    say_retract(history, ROOT, 0, C, 7);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(fate(access, C, 5), PLN_FATE_ERASED);
        assert_int_equal(fate(access, C, 6), PLN_FATE_ERASED);
        assert_int_equal(fate(access, C, 7), PLN_FATE_ERASED);
    }
}

static void fate_is_hidden_by_a_coordinator_and_untouched_by_others(void **state)
{
    (void)state;
    history_t *history = staffed();
    say_retract(history, A, 0, C, 5);
    say_retract(history, D, 0, C, 6);
    say_retract(history, E, 0, C, 7);
    say_retract(history, A, 16, C, 8);  // a term in which A is nobody
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(fate(access, C, 5), PLN_FATE_HIDDEN);
        assert_int_equal(fate(access, C, 6), PLN_FATE_STANDS);
        assert_int_equal(fate(access, C, 7), PLN_FATE_STANDS);
        assert_int_equal(fate(access, C, 8), PLN_FATE_STANDS);
    }
}

static void fate_needs_the_very_bytes(void **state)
{
    (void)state;
    history_t *history = staffed();
    say_retract(history, C, 0, C, 5);
    pln_hash_t other = data_of(C, 0, 6);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(pln_access_fate(access, &world[C].id, 0, 5, &other, NULL),
                         PLN_FATE_STANDS);
        assert_int_equal(pln_access_fate(access, &world[C].id, 0, 5, NULL, NULL), PLN_FATE_ERASED);
    }
}

static void undo_by_the_same_coordinator_lets_it_stand_until_the_next_word(void **state)
{
    (void)state;
    history_t *history = staffed();
    say_retract(history, A, 0, C, 5);
    say_undo(history, A, 0, C, 5);
    say_retract(history, A, 0, C, 6);
    say_undo(history, A, 0, C, 6);
    say_retract(history, A, 0, C, 6);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(fate(access, C, 5), PLN_FATE_STANDS);
        assert_int_equal(fate(access, C, 6), PLN_FATE_HIDDEN);
        pln_hash_t data = data_of(C, 0, 6);
        assert_true(pln_access_withdraws(access, &world[A].id, &world[C].id, 0, 6, &data));
        assert_false(pln_access_withdraws(access, &world[B].id, &world[C].id, 0, 6, &data));
    }
}

static void undo_touches_no_other_coordinators_word_but_the_roots_does(void **state)
{
    (void)state;
    history_t *history = staffed();
    say_retract(history, A, 0, C, 5);
    say_undo(history, B, 0, C, 5);
    say_retract(history, A, 0, C, 6);
    say_undo(history, ROOT, 0, C, 6);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(fate(access, C, 5), PLN_FATE_HIDDEN);
        assert_int_equal(fate(access, C, 6), PLN_FATE_STANDS);
    }
}

static void undo_does_not_bring_back_what_author_or_root_withdrew(void **state)
{
    (void)state;
    history_t *history = staffed();
    say_retract(history, C, 0, C, 5);
    say_undo(history, C, 0, C, 5);
    say_retract(history, ROOT, 0, C, 6);
    say_undo(history, ROOT, 0, C, 6);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(fate(access, C, 5), PLN_FATE_ERASED);
        assert_int_equal(fate(access, C, 6), PLN_FATE_ERASED);
    }
}

static void fate_stands_again_when_its_coordinator_is_revoked_before_it(void **state)
{
    (void)state;
    history_t *history = staffed();
    say_retract(history, A, 0, C, 5);
    say_retract(history, A, 0, C, 6);
    meant_cut_t before = cut(0, PLN_LANE_CONTROL, 1);
    say_revoke(history, ROOT, 0, A, 0, 1, &before);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(fate(access, C, 5), PLN_FATE_HIDDEN);
        assert_int_equal(fate(access, C, 6), PLN_FATE_STANDS);
    }
}

static void fate_stands_again_when_its_author_is_cut_before_the_retraction(void **state)
{
    (void)state;
    history_t *history = staffed();
    say_retract(history, C, 0, C, 5);
    say_retract(history, C, 0, C, 6);
    meant_cut_t before = cut(0, PLN_LANE_CONTROL, 1);
    say_revoke(history, A, 0, C, 0, 1, &before);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(fate(access, C, 5), PLN_FATE_ERASED);
        assert_int_equal(fate(access, C, 6), PLN_FATE_STANDS);
    }
}

static void fates_tell_when_an_earlier_verdict_may_have_changed(void **state)
{
    (void)state;
    history_t *history = staffed();
    pln_access_t *access = fold(history, 0);
    say_retract(history, A, 0, C, 5);
    tell(access, &history->said[history->count - 1]);
    uint64_t fates = pln_access_fates(access);
    uint64_t generation = pln_access_generation(access);
    say_retract(history, A, 0, C, 6);
    tell(access, &history->said[history->count - 1]);
    say_grant(history, ROOT, 0, E, 0, PLN_ROLE_READER);
    assert_int_equal(pln_access_generation(access), generation);
    tell(access, &history->said[history->count - 1]);
    assert_int_equal(pln_access_fates(access), fates);
    say_revoke(history, ROOT, 0, A, 0, 0, NULL);
    tell(access, &history->said[history->count - 1]);
    assert_true(pln_access_fates(access) > fates);
    pln_access_free(&access);
}

static void retract_of_somebody_unknown_leaves_the_lists_of_members_whole(void **state)
{
    (void)state;
    history_t *history = staffed();
    pln_access_t *access = fold(history, 0);
    size_t members = pln_access_count(access);
    for (int whose = E; whose <= G; whose++) {
        say_retract(history, A, 0, whose, 5);
        tell(access, &history->said[history->count - 1]);
        pln_admission_t *ended = pln_access_ended(access);
        assert_null(ended);
    }
    assert_int_equal(pln_access_count(access), members);
    pln_access_free(&access);
}

static void retracted_names_each_target_once_in_order(void **state)
{
    (void)state;
    history_t *history = staffed();
    say_retract(history, A, 0, C, 9);
    say_retract(history, C, 0, C, 3);
    say_retract(history, B, 0, C, 9);
    IN_ANY_ORDER(history, access)
    {
        assert_int_equal(pln_access_retracted(access, &world[C].id, 0, 1), 3);
        assert_int_equal(pln_access_retracted(access, &world[C].id, 0, 4), 9);
        assert_int_equal(pln_access_retracted(access, &world[C].id, 0, 10), 0);
        assert_int_equal(pln_access_retracted(access, &world[C].id, 1, 1), 0);
        assert_int_equal(pln_access_retracted(access, &world[D].id, 0, 1), 0);
    }
}

static void fate_names_who_withdrew_it_first_and_why(void **state)
{
    (void)state;
    history_t *history = staffed();
    say_word(history, B, 1, C, 5, false, "later epoch");
    say_word(history, A, 0, C, 5, false, "a name of a student");
    pln_hash_t data = data_of(C, 0, 5);
    IN_ANY_ORDER(history, access)
    {
        pln_retracted_t by;
        assert_int_equal(pln_access_fate(access, &world[C].id, 0, 5, &data, &by), PLN_FATE_HIDDEN);
        assert_true(pln_id_equal(&by.by, &world[A].id));
        assert_int_equal(by.epoch, 0);
        assert_int_equal(by.seq, 1);
        assert_string_equal(by.reason, "a name of a student");
    }
}

/** SPEC 7.4.8 once more, as plain loops over what was said. */
static pln_fate_t fate_by_the_rules(pln_access_t *access, const history_t *history, uint64_t seq)
{
    bool final = false, spared = false, hidden = false;
    for (int by = 0; by < WORLD; by++) {
        const said_t *newest = NULL;
        bool newest_undo = false;
        for (size_t i = 0; i < history->count; i++) {
            const said_t *said = &history->said[i];
            pln_retract_t word;
            if (said->by != by || said->kind != PLN_KIND_RETRACT ||
                pln_retract_decode(pln_buf_span(&said->payload), &word) != PLN_OK ||
                word.seq != seq || said->seq > limit(access, by, said->epoch, PLN_LANE_CONTROL)) {
                continue;
            }
            final = final || ((by == ROOT || by == C) && !word.undo);
            spared = spared || (by == ROOT && word.undo);
            bool coordinates = (by == A || by == B) && said->epoch < PLN_EPOCHS_PER_TERM;
            if (coordinates && (newest == NULL || said->epoch > newest->epoch ||
                                (said->epoch == newest->epoch && said->seq > newest->seq))) {
                newest = said;
                newest_undo = word.undo;
            }
        }
        hidden = hidden || (newest != NULL && !newest_undo);
    }
    return final ? PLN_FATE_ERASED : hidden && !spared ? PLN_FATE_HIDDEN : PLN_FATE_STANDS;
}

static void random_words(history_t *history, uint64_t *seed)
{
    size_t words = 4 + below(seed, 30);
    for (size_t i = 0; i < words; i++) {
        static const int speakers[] = {A, A, B, B, C, D, ROOT};
        int by = speakers[below(seed, 6 + (below(seed, 4) == 0))];
        uint32_t epoch = below(seed, 3) == 0 ? 1 : 0;
        bool undo = below(seed, 3) == 0;
        say_word(history, by, epoch, C, 1 + below(seed, 3), undo, undo ? "" : "because");
        if (below(seed, 12) == 0) {
            meant_cut_t at = cut(0, PLN_LANE_CONTROL, 1 + below(seed, 6));
            say_revoke(history, ROOT, 0, below(seed, 2) == 0 ? A : C, 0, 1, &at);
        }
    }
}

static void fates_are_the_same_in_every_order_and_as_the_rules_say(void **state)
{
    (void)state;
    for (uint64_t round = 1; round <= 300; round++) {
        uint64_t seed = round;
        history_t *history = staffed();
        random_words(history, &seed);
        IN_ANY_ORDER(history, access)
        {
            for (uint64_t seq = 1; seq <= 3; seq++) {
                pln_fate_t expected = fate_by_the_rules(access, history, seq);
                if (fate(access, C, seq) != expected) {
                    fail_msg("round %llu, order %llu, seq %llu: %d, not %d",
                             (unsigned long long)round, (unsigned long long)order_,
                             (unsigned long long)seq, (int)fate(access, C, seq), (int)expected);
                }
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fate_of_what_nobody_named_is_to_stand),
        cmocka_unit_test(fate_is_erased_by_its_author_and_by_the_root),
        cmocka_unit_test(fate_is_hidden_by_a_coordinator_and_untouched_by_others),
        cmocka_unit_test(fate_needs_the_very_bytes),
        cmocka_unit_test(undo_by_the_same_coordinator_lets_it_stand_until_the_next_word),
        cmocka_unit_test(undo_touches_no_other_coordinators_word_but_the_roots_does),
        cmocka_unit_test(undo_does_not_bring_back_what_author_or_root_withdrew),
        cmocka_unit_test(fate_stands_again_when_its_coordinator_is_revoked_before_it),
        cmocka_unit_test(fate_stands_again_when_its_author_is_cut_before_the_retraction),
        cmocka_unit_test(fates_tell_when_an_earlier_verdict_may_have_changed),
        cmocka_unit_test(retract_of_somebody_unknown_leaves_the_lists_of_members_whole),
        cmocka_unit_test(retracted_names_each_target_once_in_order),
        cmocka_unit_test(fate_names_who_withdrew_it_first_and_why),
        cmocka_unit_test(fates_are_the_same_in_every_order_and_as_the_rules_say),
    };
    return cmocka_run_group_tests(tests, make_world, free_world);
}
