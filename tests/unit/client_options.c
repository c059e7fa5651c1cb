// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "client/options.h"

static const pln_flag_t list_flags[] = {{"kind", 'k', "KIND", false, "of this kind"},
                                        {"address", 0, "HOST:PORT", true, "may be repeated"},
                                        {"quick", 'q', NULL, false, "a switch"},
                                        {.name = NULL}};
static const pln_flag_t no_flags[] = {{.name = NULL}};

static const pln_verb_t verbs[] = {
    {"list", "", 0, 0, NULL, "List", "", "pln list", list_flags},
    {"show", "ID", 1, 2, NULL, "Show", "", "pln show ID", list_flags},
    {"peer add", "HOST:PORT DID", 2, 2, NULL, "Dial", "", "pln peer add", no_flags},
    {"peer list", "", 0, 0, NULL, "List", "", "pln peer list", no_flags},
    {.name = NULL},
};

static char problem[512];

#define READ(...)                                                                        \
    pln_options_read(verbs, (const char *const[]){__VA_ARGS__, NULL}, &options, problem, \
                     sizeof problem)

static void options_stand_before_and_behind_words(void **state)
{
    (void)state;
    pln_options_t options;
    assert_true(READ("--dir", "/x", "show", "--kind", "task", "1", "-q", "2", "--json"));
    assert_string_equal(options.verb->name, "show");
    assert_string_equal(options.dir, "/x");
    assert_true(options.json);
    assert_string_equal(pln_option(&options, "kind"), "task");
    assert_string_equal(pln_option(&options, "quick"), "");
    assert_int_equal(options.word_count, 2);
    assert_string_equal(pln_word(&options, 0), "1");
    assert_string_equal(pln_word(&options, 1), "2");
    assert_null(pln_word(&options, 2));
    pln_options_free(&options);
}

static void options_take_their_value_in_four_spellings(void **state)
{
    (void)state;
    static const char *const spellings[][3] = {{"--kind", "task", NULL},
                                               {"--kind=task", NULL, NULL},
                                               {"-k", "task", NULL},
                                               {"-ktask", NULL, NULL}};
    for (size_t i = 0; i < 4; i++) {
        pln_options_t options;
        assert_true(READ("list", spellings[i][0], spellings[i][1]));
        assert_string_equal(pln_option(&options, "kind"), "task");
        pln_options_free(&options);
    }
}

static void options_that_repeat_are_all_there_and_else_the_last_counts(void **state)
{
    (void)state;
    pln_options_t options;
    size_t cursor = 0;
    assert_true(READ("list", "--address", "a:1", "--kind", "x", "--address=b:2", "--kind", "y"));
    assert_string_equal(pln_option_next(&options, "address", &cursor), "a:1");
    assert_string_equal(pln_option_next(&options, "address", &cursor), "b:2");
    assert_null(pln_option_next(&options, "address", &cursor));
    assert_string_equal(pln_option(&options, "kind"), "y");
    pln_options_free(&options);
}

static void options_end_at_two_dashes(void **state)
{
    (void)state;
    pln_options_t options;
    assert_true(READ("show", "--", "--kind", "-"));
    assert_int_equal(options.word_count, 2);
    assert_string_equal(pln_word(&options, 0), "--kind");
    assert_string_equal(pln_word(&options, 1), "-");
    assert_null(pln_option(&options, "kind"));
    pln_options_free(&options);
}

static void options_know_verbs_of_two_words(void **state)
{
    (void)state;
    pln_options_t options;
    assert_true(READ("peer", "add", "h:1", "did"));
    assert_string_equal(options.verb->name, "peer add");
    pln_options_free(&options);
    assert_true(READ("peer", "--help"));
    assert_null(options.verb);
    assert_string_equal(options.noun, "peer");
    pln_options_free(&options);
    assert_false(READ("peer"));
    assert_non_null(strstr(problem, "add, list"));
    pln_options_free(&options);
    assert_false(READ("peer", "frob"));
    assert_non_null(strstr(problem, "add, list"));
    pln_options_free(&options);
}

static void options_suggest_the_nearest_name(void **state)
{
    (void)state;
    pln_options_t options;
    assert_false(READ("list", "--knid", "task"));
    assert_non_null(strstr(problem, "--kind"));
    pln_options_free(&options);
    assert_false(READ("list", "--jsno"));
    assert_non_null(strstr(problem, "--json"));
    pln_options_free(&options);
    assert_false(READ("lsit"));
    assert_non_null(strstr(problem, "pln list"));
    pln_options_free(&options);
    assert_false(READ("peeer", "list"));
    assert_non_null(strstr(problem, "\"pln peer\" is near"));
    pln_options_free(&options);
    assert_false(READ("frobnicate"));
    assert_null(strstr(problem, "near"));
    pln_options_free(&options);
    assert_false(READ("peer", "list", "--kind", "x"));
    pln_options_free(&options);
}

static void options_refuse_values_too_many_and_too_few(void **state)
{
    (void)state;
    pln_options_t options;
    assert_false(READ("list", "--kind"));
    assert_non_null(strstr(problem, "KIND"));
    pln_options_free(&options);
    assert_false(READ("list", "--json=1"));
    pln_options_free(&options);
    assert_false(READ("list", "-qx"));
    pln_options_free(&options);
    assert_false(READ("--kind", "x", "list"));
    pln_options_free(&options);
}

static void options_count_words(void **state)
{
    (void)state;
    pln_options_t options;
    assert_false(READ("show"));
    assert_non_null(strstr(problem, "ID"));
    pln_options_free(&options);
    assert_false(READ("show", "1", "2", "3"));
    assert_non_null(strstr(problem, "\"3\""));
    pln_options_free(&options);
    assert_true(READ("show", "--help"));
    assert_true(options.help);
    pln_options_free(&options);
}

static void options_survive_words_of_any_length(void **state)
{
    (void)state;
    char word[4096];
    pln_options_t options;
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    assert_false(READ(word));
    pln_options_free(&options);
    word[0] = '-';
    assert_false(READ("list", word));
    pln_options_free(&options);
    word[1] = '-';
    assert_false(READ("list", word));
    pln_options_free(&options);
    assert_false(READ("list",
                      "--"
                      "="));
    pln_options_free(&options);
}

static void distance_counts_slips_of_the_fingers(void **state)
{
    (void)state;
    assert_int_equal(pln_options_distance("list", "list"), 0);
    assert_int_equal(pln_options_distance("lsit", "list"), 1);
    assert_int_equal(pln_options_distance("lis", "list"), 1);
    assert_int_equal(pln_options_distance("", "list"), 4);
    assert_int_equal(pln_options_distance("peer", "list"), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_before_and_behind_words),
        cmocka_unit_test(options_take_their_value_in_four_spellings),
        cmocka_unit_test(options_that_repeat_are_all_there_and_else_the_last_counts),
        cmocka_unit_test(options_end_at_two_dashes),
        cmocka_unit_test(options_know_verbs_of_two_words),
        cmocka_unit_test(options_suggest_the_nearest_name),
        cmocka_unit_test(options_refuse_values_too_many_and_too_few),
        cmocka_unit_test(options_count_words),
        cmocka_unit_test(options_survive_words_of_any_length),
        cmocka_unit_test(distance_counts_slips_of_the_fingers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
