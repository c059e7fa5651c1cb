// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/screen.h"

static void expect_line(const char *text, const char *wanted)
{
    char *line = pln_text_line(text);
    assert_string_equal(line, wanted);
    free(line);
}

static void expect_lines(const char *text, const char *wanted)
{
    pln_buf_t out = {0};
    pln_text_add(&out, text, strlen(text), true);
    pln_buf_u8(&out, 0);
    assert_string_equal((char *)out.data, wanted);
    pln_buf_free(&out);
}

static void harmless_text_stays_as_it_is(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "Cedar Valley",
                                        "Größe",
                                        "日本語 🌾",
                                        "مهمة",
                                        "a\xcc\x81",
                                        "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x8c\xbe"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        expect_line(texts[i], texts[i]);
        expect_lines(texts[i], texts[i]);
    }
}

static void controls_become_signs(void **state)
{
    (void)state;
    expect_line("\033[31mred", "\xe2\x90\x9b[31mred");
    expect_line("a\x07\x7f", "a\xe2\x90\x87\xe2\x90\xa1");
    expect_line(
        "\xc2\x9b"
        "31m",
        "\xef\xbf\xbd"
        "31m");
    expect_lines("a\033b",
                 "a\xe2\x90\x9b"
                 "b");
}

static void text_cannot_turn_or_hide_what_stands_around_it(void **state)
{
    (void)state;
    static const char *const points[] = {"\xe2\x80\xae",    "\xe2\x81\xa6", "\xe2\x80\x8f",
                                         "\xe2\x80\xa8",    "\xd8\x9c",     "\xef\xbb\xbf",
                                         "\xf3\xa0\x81\xa1"};
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        expect_line(points[i], "\xef\xbf\xbd");
        expect_lines(points[i], "\xef\xbf\xbd");
    }
}

static void wrong_bytes_become_replacements(void **state)
{
    (void)state;
    expect_line(
        "a\xff"
        "b\xc3",
        "a\xef\xbf\xbd"
        "b\xef\xbf\xbd");
    expect_line("\xef\xbf\xbd", "\xef\xbf\xbd");
}

static void lines_break_only_where_they_may(void **state)
{
    (void)state;
    expect_line("a\nb\tc\r\n", "a b c  ");
    expect_lines("a\nb\tc\r\nd", "a\nb\tc\nd");
    expect_lines("good\revil",
                 "good\xe2\x90\x8d"
                 "evil");
}

static void json_is_escaped_without_a_loss(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":\"x\xc2\x9b\x7f\xe2\x80\xae\xf3\xa0\x81\xa1 \xe6\x97\xa5\"}";
    char out[256] = "";
    FILE *file = tmpfile();
    assert_non_null(file);
    pln_json_print_text(file, text, strlen(text));
    rewind(file);
    size_t size = fread(out, 1, sizeof out - 1, file);
    fclose(file);
    assert_string_equal(out, "{\"a\":\"x\\u009b\\u007f\\u202e\\udb40\\udc61 \xe6\x97\xa5\"}");
    json_t *before = json_loads(text, 0, NULL);
    json_t *after = json_loadb(out, size, 0, NULL);
    assert_true(json_equal(before, after));
    json_decref(before);
    json_decref(after);
}

static void a_file_is_80_columns_wide_and_has_no_colour(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(pln_screen_width(file), 80);
    pln_screen_style(file, PLN_BOLD);
    assert_int_equal(ftell(file), 0);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(harmless_text_stays_as_it_is),
        cmocka_unit_test(controls_become_signs),
        cmocka_unit_test(text_cannot_turn_or_hide_what_stands_around_it),
        cmocka_unit_test(wrong_bytes_become_replacements),
        cmocka_unit_test(lines_break_only_where_they_may),
        cmocka_unit_test(json_is_escaped_without_a_loss),
        cmocka_unit_test(a_file_is_80_columns_wide_and_has_no_colour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
