// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/when.h"

#define MOMENT UINT64_C(1795339800000) /* 2026-11-22T09:30:00Z */
#define MINUTE UINT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static void moments_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t ms;
    } cases[] = {{"1970-01-01T00:00:00Z", 0},
                 {"2026-11-22T09:30:00.000Z", MOMENT},
                 {"2026-11-22T09:30:00Z", MOMENT},
                 {"2026-11-22T09:30:00.5Z", MOMENT + 500},
                 {"2026-11-22T09:30:00.1239Z", MOMENT + 123},
                 {"2000-02-29T00:00:00Z", UINT64_C(951782400000)},
                 {"9999-12-31T23:59:59.999Z", UINT64_C(253402300799999)}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t ms = 1;
        assert_true(pln_when_parse(cases[i].text, &ms));
        assert_int_equal(ms, cases[i].ms);
    }
}

static void what_is_no_moment_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "2026",
                                        "2026-11-22",
                                        "2026-11-22T09:30:00",
                                        "2026-13-01T00:00:00Z",
                                        "2026-00-01T00:00:00Z",
                                        "2026-01-32T00:00:00Z",
                                        "2026-01-01T24:00:00Z",
                                        "1969-12-31T23:59:59Z",
                                        "2026-11-22 09:30:00Z",
                                        "2026-11-22T09:30:00Zx",
                                        "+026-11-22T09:30:00Z"};
    uint64_t ms;
    assert_false(pln_when_parse(NULL, &ms));
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_false(pln_when_parse(texts[i], &ms));
    }
}

static void expect_ago(uint64_t ms, const char *wanted)
{
    char out[PLN_WHEN_SIZE];
    pln_when_ago(ms, MOMENT, out);
    assert_string_equal(out, wanted);
}

static void the_past_is_told_in_full_units(void **state)
{
    (void)state;
    expect_ago(MOMENT, "just now");
    expect_ago(MOMENT - MINUTE + 1, "just now");
    expect_ago(MOMENT - MINUTE, "1 min ago");
    expect_ago(MOMENT - HOUR, "1 h ago");
    expect_ago(MOMENT - 47 * HOUR, "47 h ago");
    expect_ago(MOMENT - 2 * DAY, "2 days ago");
    expect_ago(MOMENT - 400 * DAY, "18 Oct 2025");
}

static void the_future_is_told_to_the_nearest_unit(void **state)
{
    (void)state;
    expect_ago(MOMENT + 7 * DAY - 5, "in 7 days");
    expect_ago(MOMENT + 12 * HOUR - 5, "in 12 h");
    expect_ago(MOMENT + 30 * MINUTE - 5, "in 30 min");
    expect_ago(MOMENT + MINUTE - 1, "in 1 min");
    expect_ago(MOMENT + MINUTE - 1000, "in 59 s");
    expect_ago(MOMENT + 2000, "in 2 s");
    expect_ago(MOMENT + 1, "in 1 s");
}

static void dates_are_short_and_local(void **state)
{
    (void)state;
    char out[PLN_WHEN_SIZE];
    pln_when_short(MOMENT, MOMENT, out);
    assert_string_equal(out, "22 Nov 09:30");
    pln_when_short(MOMENT - 200 * DAY, MOMENT, out);
    assert_string_equal(out, "6 May 2026");
    pln_when_short(UINT64_MAX, MOMENT, out);
    assert_true(out[0] != '\0');
}

static void spans_have_two_units_at_most(void **state)
{
    (void)state;
    char out[PLN_WHEN_SIZE];
    pln_when_span(59999, out);
    assert_string_equal(out, "59 s");
    pln_when_span(3 * HOUR + 12 * MINUTE, out);
    assert_string_equal(out, "3 h 12 min");
    pln_when_span(9 * DAY + 5 * HOUR, out);
    assert_string_equal(out, "9 d 5 h");
}

static void durations_need_a_number_and_a_unit(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", "7", "d", "-1d", "1.5h", "7 d", "7dd", "0d", "99999999999d", "999999999w", "7D"};
    uint64_t ms;
    assert_true(pln_when_duration("30m", &ms));
    assert_int_equal(ms, 30 * MINUTE);
    assert_true(pln_when_duration("12h", &ms));
    assert_int_equal(ms, 12 * HOUR);
    assert_true(pln_when_duration("7d", &ms));
    assert_int_equal(ms, 7 * DAY);
    assert_true(pln_when_duration("2w", &ms));
    assert_int_equal(ms, 14 * DAY);
    assert_true(pln_when_duration("90s", &ms));
    assert_int_equal(ms, 90000);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(pln_when_duration(wrong[i], &ms));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_read),
        cmocka_unit_test(what_is_no_moment_is_refused),
        cmocka_unit_test(the_past_is_told_in_full_units),
        cmocka_unit_test(the_future_is_told_to_the_nearest_unit),
        cmocka_unit_test(dates_are_short_and_local),
        cmocka_unit_test(spans_have_two_units_at_most),
        cmocka_unit_test(durations_need_a_number_and_a_unit),
    };
    setenv("TZ", "UTC0", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
