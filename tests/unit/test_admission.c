// SPDX-License-Identifier: MPL-2.0
// Who is let in: the set itself, and how access makes it and keeps it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access_fixture.h"

#define CONTRIBUTOR PLN_ROLE_CONTRIBUTOR

enum { IDS = 64 };

static pln_id_t id_of(unsigned n)
{
    return (pln_id_t){{(uint8_t)(n * 37), (uint8_t)n}};
}

static pln_admission_t *some(uint64_t *draw, bool in[IDS])
{
    pln_admission_t *admission = pln_admission_new(IDS);
    for (unsigned i = 0; i < IDS; i++) {
        in[i] = below(draw, 2) == 0;
    }
    for (unsigned i = 0; i < 8 * IDS; i++) {  // in any order, and again
        unsigned n = (unsigned)below(draw, IDS);
        pln_id_t id = id_of(n);
        if (in[n]) {
            pln_admission_add(admission, &id);
        }
    }
    for (unsigned i = 0; i < IDS; i++) {
        pln_id_t id = id_of(i);
        in[i] = in[i] && pln_admission_has(admission, &id);  // some were never drawn
    }
    return admission;
}

static size_t only(const pln_admission_t *a, const pln_admission_t *b, bool seen[IDS])
{
    size_t count = 0;
    const pln_id_t *id;
    for (size_t x = 0, y = 0; (id = pln_admission_only(a, b, &x, &y)) != NULL; count++) {
        seen[id->bytes[1]] = true;
    }
    return count;
}

static void admission_tells_who_is_in_one_set_and_not_in_the_other(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 100; seed++) {
        uint64_t draw = seed;
        bool in_a[IDS], in_b[IDS], seen[IDS] = {false};
        pln_admission_t *a = some(&draw, in_a);
        pln_admission_t *b = some(&draw, in_b);
        size_t count = only(a, b, seen);
        for (unsigned i = 0; i < IDS; i++) {
            pln_id_t id = id_of(i);
            assert_int_equal(pln_admission_has(a, &id), in_a[i]);
            assert_int_equal(seen[i], in_a[i] && !in_b[i]);
            count -= seen[i];
        }
        assert_int_equal(count, 0);
        pln_admission_release(&a);
        pln_admission_release(&b);
    }
}

static void admission_of_nobody_holds_nobody(void **state)
{
    (void)state;
    pln_id_t id = id_of(1);
    size_t x = 0, y = 0;
    assert_false(pln_admission_has(NULL, &id));
    assert_null(pln_admission_only(NULL, NULL, &x, &y));
    pln_admission_t *one = pln_admission_new(1);
    pln_admission_add(one, &id);
    assert_null(pln_admission_only(one, one, &x, &y));
    assert_null(pln_admission_only(NULL, one, &x, &y));
    assert_non_null(pln_admission_only(one, NULL, &x, &y));
    pln_admission_release(&one);
}

/* ---- as access makes it ---- */

static void admission_follows_the_clock_both_ways(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant_as(history, ROOT, 0, A, 0, CONTRIBUTOR, "", 1000);
    say_grant_as(history, ROOT, 0, B, 0, CONTRIBUTOR, "", 2000);
    say_grant(history, ROOT, 0, C, 0, CONTRIBUTOR);
    pln_access_t *access = fold(history, 0);
    static const struct {
        uint64_t wall_ms;
        size_t count;
        uint64_t from_ms;
        uint64_t until_ms;
    } cases[] = {{0, 4, 0, 1000},       {999, 4, 0, 1000},           {1000, 3, 1000, 2000},
                 {1999, 3, 1000, 2000}, {500, 4, 0, 1000},           {2000, 2, 2000, UINT64_MAX},
                 {1500, 3, 1000, 2000}, {9999, 2, 2000, UINT64_MAX}, {1000, 3, 1000, 2000},
                 {0, 4, 0, 1000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t from_ms;
        uint64_t until_ms;
        pln_admission_t *admission =
            pln_access_admission(access, cases[i].wall_ms, &from_ms, &until_ms);
        assert_int_equal(admission->count, cases[i].count);
        assert_int_equal(from_ms, cases[i].from_ms);
        assert_int_equal(until_ms, cases[i].until_ms);
        pln_admission_release(&admission);
    }
    pln_access_free(&access);
}

static void admission_is_made_again_only_when_members_change(void **state)
{
    (void)state;
    history_t *history = founded();
    say_grant(history, ROOT, 0, A, 0, CONTRIBUTOR);
    say_grant(history, ROOT, 0, B, 0, CONTRIBUTOR);
    pln_access_t *access = fold(history, 0);
    uint64_t from_ms;
    uint64_t until_ms;
    pln_admission_t *first = pln_access_admission(access, 5, &from_ms, &until_ms);
    pln_admission_t *again = pln_access_admission(access, 6, &from_ms, &until_ms);
    assert_ptr_equal(first, again);
    say_leave(history, B, 0);
    tell(access, &history->said[history->count - 1]);
    pln_admission_t *later = pln_access_admission(access, 7, &from_ms, &until_ms);
    assert_int_equal(first->count, 3);  // who holds the old one still has it
    assert_int_equal(later->count, 2);
    assert_false(pln_admission_has(later, &world[B].id));
    pln_access_free(&access);
    assert_true(pln_admission_has(later, &world[A].id));
    pln_admission_release(&first);
    pln_admission_release(&again);
    pln_admission_release(&later);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(admission_tells_who_is_in_one_set_and_not_in_the_other),
        cmocka_unit_test(admission_of_nobody_holds_nobody),
        cmocka_unit_test(admission_follows_the_clock_both_ways),
        cmocka_unit_test(admission_is_made_again_only_when_members_change),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, make_world, free_world);
}
