// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "client/command.h"

static void every_verb_is_told_and_shown(void **state)
{
    (void)state;
    for (const pln_verb_t *verb = pln_verbs; verb->name != NULL; verb++) {
        char begin[80];
        snprintf(begin, sizeof begin, "pln %s", verb->name);
        assert_non_null(verb->handler);
        assert_true(isupper((unsigned char)verb->sentence[0]));
        assert_true(verb->sentence[strlen(verb->sentence) - 1] != '.');
        assert_true(verb->least <= verb->most);
        assert_true((verb->most == 0) == (verb->arguments[0] == '\0'));
        assert_int_equal(strncmp(verb->example, begin, strlen(begin)), 0);
    }
}

/** The examples of help are command lines that are understood. */
static void every_example_can_be_read(void **state)
{
    (void)state;
    for (const pln_verb_t *verb = pln_verbs; verb->name != NULL; verb++) {
        char copy[512];
        const char *words[32];
        size_t count = 0;
        assert_true(strlen(verb->example) < sizeof copy);
        strcpy(copy, verb->example);
        char *line = strchr(copy, '\n');
        if (line != NULL) {
            *line = '\0';
        }
        for (char *at = copy + strlen("pln "); *at != '\0' && *at != '>';) {
            bool quoted = false;
            words[count++] = at;
            for (; *at != '\0' && (*at != ' ' || quoted); at++) {
                quoted = *at == '"' ? !quoted : quoted;
            }
            if (*at != '\0') {
                *at++ = '\0';
            }
        }
        words[count] = NULL;
        pln_options_t options;
        char problem[512] = "";
        bool good = pln_options_read(pln_verbs, words, &options, problem, sizeof problem);
        assert_string_equal(problem, "");
        assert_true(good);
        assert_ptr_equal(options.verb, verb);
        pln_options_free(&options);
    }
}

static void no_option_hides_one_that_every_verb_has(void **state)
{
    (void)state;
    for (const pln_verb_t *verb = pln_verbs; verb->name != NULL; verb++) {
        for (const pln_flag_t *flag = verb->flags; flag->name != NULL; flag++) {
            for (const pln_flag_t *global = pln_flags_global; global->name != NULL; global++) {
                assert_string_not_equal(flag->name, global->name);
                assert_true(flag->letter == 0 || flag->letter != global->letter);
            }
            assert_true(flag->sentence[0] == '\0' ||
                        flag->sentence[strlen(flag->sentence) - 1] != '.');
        }
    }
}

/** What @print writes. */
static const char *written(void (*print)(FILE *out))
{
    static char text[65536];
    FILE *file = tmpfile();
    assert_non_null(file);
    print(file);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void help_and_manual_name_every_verb(void **state)
{
    (void)state;
    for (const pln_verb_t *verb = pln_verbs; verb->name != NULL; verb++) {
        char row[80];
        snprintf(row, sizeof row, "\n  %s", verb->name);
        assert_non_null(strstr(written(pln_help_all), row));
        snprintf(row, sizeof row, "\n.SS pln %s ", verb->name);
        assert_non_null(strstr(written(pln_help_manual), row));
    }
}

static void help_fits_80_columns(void **state)
{
    (void)state;
    for (const char *at = written(pln_help_all); *at != '\0';) {
        size_t size = strcspn(at, "\n");
        assert_true(size <= 80);
        at += size + (at[size] == '\n');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verb_is_told_and_shown),
        cmocka_unit_test(every_example_can_be_read),
        cmocka_unit_test(no_option_hides_one_that_every_verb_has),
        cmocka_unit_test(help_and_manual_name_every_verb),
        cmocka_unit_test(help_fits_80_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
