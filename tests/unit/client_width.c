// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/width.h"

static size_t width(const char *text)
{
    return pln_width(text, strlen(text));
}

static void width_counts_letters_once(void **state)
{
    (void)state;
    assert_int_equal(width(""), 0);
    assert_int_equal(width("Cedar Valley"), 12);
    assert_int_equal(width("Größe"), 5);
    assert_int_equal(width("Ελληνικά"), 8);
}

static void width_counts_wide_letters_twice(void **state)
{
    (void)state;
    assert_int_equal(width("日本語"), 6);
    assert_int_equal(width("한국어"), 6);
    assert_int_equal(width("🌾🌽"), 4);
    assert_int_equal(width("Ａ"), 2);
}

static void width_counts_marks_not_at_all(void **state)
{
    (void)state;
    assert_int_equal(width("a\xcc\x81"), 1);
    assert_int_equal(width("\xe2\x80\x8b"), 0);
    assert_int_equal(width("e\xcc\x81\xcc\xa7x"), 2);
}

static void width_knows_the_borders_of_its_ranges(void **state)
{
    (void)state;
    assert_int_equal(pln_width_point(0x2ff), 1);
    assert_int_equal(pln_width_point(0x300), 0);
    assert_int_equal(pln_width_point(0x36f), 0);
    assert_int_equal(pln_width_point(0x370), 1);
    assert_int_equal(pln_width_point(0x10fe), 1);
    assert_int_equal(pln_width_point(0x1100), 2);
    assert_int_equal(pln_width_point(0), 1);
    assert_int_equal(pln_width_point(0x10ffff), 1);
    assert_int_equal(pln_width_point(UINT32_MAX), 1);
}

static void width_takes_a_wrong_byte_for_one_column(void **state)
{
    (void)state;
    static const char *const wrong[] = {"\x80",
                                        "\xff",
                                        "\xc0\xaf",
                                        "\xc1\x81",
                                        "\xed\xa0\x80",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint32_t point;
        assert_int_equal(pln_width_next(wrong[i], strlen(wrong[i]), &point), 1);
        assert_int_equal(point, PLN_WIDTH_REPLACEMENT);
        assert_int_equal(width(wrong[i]), strlen(wrong[i]));
    }
}

static void width_does_not_look_behind_the_end(void **state)
{
    (void)state;
    uint32_t point;
    assert_int_equal(pln_width_next("", 0, &point), 0);
    assert_int_equal(pln_width_next("\xe6\x97\xa5", 2, &point), 1);
    assert_int_equal(point, PLN_WIDTH_REPLACEMENT);
    assert_int_equal(pln_width_next("\xe6\x97\xa5", 3, &point), 3);
    assert_int_equal(point, 0x65e5);
}

static void width_cuts_between_letters_only(void **state)
{
    (void)state;
    assert_int_equal(pln_width_fit("日本語", 9, 5), 6);
    assert_int_equal(pln_width_fit("日本語", 9, 6), 9);
    assert_int_equal(pln_width_fit("日本語", 9, 1), 0);
    assert_int_equal(pln_width_fit("ae\xcc\x81x", 5, 2), 4);
    assert_int_equal(pln_width_fit("abc", 3, 0), 0);
    assert_int_equal(pln_width_fit("abc", 3, 10), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(width_counts_letters_once),
        cmocka_unit_test(width_counts_wide_letters_twice),
        cmocka_unit_test(width_counts_marks_not_at_all),
        cmocka_unit_test(width_knows_the_borders_of_its_ranges),
        cmocka_unit_test(width_takes_a_wrong_byte_for_one_column),
        cmocka_unit_test(width_does_not_look_behind_the_end),
        cmocka_unit_test(width_cuts_between_letters_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
