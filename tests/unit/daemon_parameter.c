// SPDX-License-Identifier: MPL-2.0
// What the value of a query's parameter may be.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/describe.h"
#include "daemon/parameter.h"

static void a_word_is_one_of_the_list_and_no_part_of_one(void **state)
{
    (void)state;
    static const char words[] = "open|waiting|returned";
    assert_true(pln_parameter_fits(words, "open"));
    assert_true(pln_parameter_fits(words, "waiting"));
    assert_true(pln_parameter_fits(words, "returned"));
    static const char *const foreign[] = {"", "ope", "opened", "open|waiting", "wait", "|", "Open"};
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        assert_false(pln_parameter_fits(words, foreign[i]));
    }
    assert_true(pln_parameter_fits("1", "1"));
    assert_false(pln_parameter_fits("1", "0"));
}

static void a_number_is_digits_within_the_bounds(void **state)
{
    (void)state;
    assert_true(pln_parameter_fits("1..200", "1"));
    assert_true(pln_parameter_fits("1..200", "200"));
    static const char *const wrong[] = {"",   "0",   "201", "-1", "+1",
                                        " 1", "1.0", "0x1", "1e", "18446744073709551617"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(pln_parameter_fits("1..200", wrong[i]));
    }
    assert_true(pln_parameter_fits("text", ""));
    assert_true(pln_parameter_fits("text", "1..200"));
}

static void what_is_allowed_reads_as_a_part_of_a_sentence(void **state)
{
    (void)state;
    char text[64], small[8];
    pln_parameter_allowed("open|waiting|returned", text, sizeof text);
    assert_string_equal(text, "open, waiting or returned");
    pln_parameter_allowed("all", text, sizeof text);
    assert_string_equal(text, "all");
    pln_parameter_allowed("1..1000", text, sizeof text);
    assert_string_equal(text, "a number from 1 to 1000");
    pln_parameter_allowed("open|waiting|returned", small, sizeof small);
    assert_string_equal(small, "open, w");
}

/** A type with a slip in it would refuse every value, or none. */
static void every_type_of_a_query_is_one_of_the_three(void **state)
{
    (void)state;
    const pln_describe_t *row;
    for (size_t i = 0; (row = pln_describe_at(i)) != NULL; i++) {
        uint64_t least, most;
        if (row->what != PLN_DESCRIBE_QUERY) {
            continue;
        }
        if (strcmp(row->name, "limit") == 0) {
            assert_true(pln_parameter_range(row->type, &least, &most));
            assert_true(least == 1 && most > least);
        } else if (strcmp(row->type, "text") != 0) {
            assert_true(strspn(row->type, "abcdefghijklmnopqrstuvwxyz_|1") == strlen(row->type));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_is_one_of_the_list_and_no_part_of_one),
        cmocka_unit_test(a_number_is_digits_within_the_bounds),
        cmocka_unit_test(what_is_allowed_reads_as_a_part_of_a_sentence),
        cmocka_unit_test(every_type_of_a_query_is_one_of_the_three)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
