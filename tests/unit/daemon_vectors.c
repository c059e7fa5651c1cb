// SPDX-License-Identifier: MPL-2.0
// Every golden vector of tests/vectors/ holds for this code, both ways. Nothing here writes one.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../vectors/answer.h"
#include "proto/kinds.h"

#define FILES_MIN 29u /**< there are more: an empty folder proves nothing */

/** Names of all files, without their endings: a new one needs no line here. */
static char files[64][32];
static size_t file_count;

static int find_files(void **state)
{
    glob_t found;
    (void)state;
    if (glob(PLN_VECTORS "/*.json", 0, NULL, &found) != 0) {
        return 1;
    }
    for (size_t i = 0; i < found.gl_pathc && file_count < sizeof files / sizeof files[0]; i++) {
        const char *name = strrchr(found.gl_pathv[i], '/') + 1;
        snprintf(files[file_count++], sizeof files[0], "%.*s", (int)strcspn(name, "."), name);
    }
    globfree(&found);
    return file_count >= FILES_MIN ? 0 : 1;
}

static json_t *load(const char *name)
{
    char path[512];
    json_error_t error;
    snprintf(path, sizeof path, "%s/%s.json", PLN_VECTORS, name);
    json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (file == NULL) {
        print_error("%s:%d: %s\n", path, error.line, error.text);
    }
    return file;
}

/** Cases of one file that do not hold; each is printed. */
static size_t wrong_cases(const char *name, json_t *cases)
{
    size_t index, wrong = 0, refused = 0;
    json_t *vector;
    json_array_foreach(cases, index, vector)
    {
        char why[1024] = "";
        refused += json_object_get(vector, "refused") != NULL;
        if (!answer_holds(vector, why, sizeof why)) {
            print_error("%s: %s: %s\n", name, case_string(case_member(vector, "name")), why);
            wrong++;
        }
    }
    print_message("%-11s %4zu cases, %4zu of them refused\n", name, json_array_size(cases),
                  refused);
    return wrong;
}

static void every_vector_holds(void **state)
{
    size_t wrong = 0, count = 0;
    (void)state;
    for (size_t i = 0; i < file_count; i++) {
        json_t *file = load(files[i]);
        assert_non_null(file);
        json_t *cases = case_member(file, "cases");
        assert_true(json_array_size(cases) > 0);
        count += json_array_size(cases);
        wrong += wrong_cases(files[i], cases);
        json_decref(file);
    }
    print_message("%-11s %4zu cases\n", "together", count);
    assert_int_equal(wrong, 0);
}

/** Counts the cases in which a record of @kind is written. */
static size_t cases_of(const char *kind)
{
    size_t count = 0;
    for (size_t i = 0; i < file_count; i++) {
        json_t *file = load(files[i]), *vector;
        size_t index;
        json_array_foreach(case_member(file, "cases"), index, vector)
        {
            const char *op = case_string(case_member(vector, "op"));
            json_t *named = json_object_get(case_member(vector, "in"), "kind");
            count += strcmp(op, "record") == 0 && json_is_string(named) &&
                     strcmp(json_string_value(named), kind) == 0;
        }
        json_decref(file);
    }
    return count;
}

static void every_kind_has_its_vector(void **state)
{
    (void)state;
    const pln_kind_t *kind;
    for (size_t i = 0; (kind = pln_kind_at(i)) != NULL; i++) {
        if (kind->fields != NULL && cases_of(kind->name) == 0) {
            fail_msg("no vector has a %s: ask tests/vectors/questions for one", kind->name);
        }
    }
}

static void names_are_unique_and_ops_are_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < file_count; i++) {
        json_t *file = load(files[i]), *seen = json_object(), *vector;
        size_t index;
        assert_non_null(file);
        json_array_foreach(case_member(file, "cases"), index, vector)
        {
            const char *name = case_string(case_member(vector, "name"));
            bool answered = json_object_get(vector, "out") != NULL;
            assert_null(json_object_get(seen, name));
            json_object_set_new(seen, name, json_true());
            assert_non_null(answer_find(case_string(case_member(vector, "op"))));
            assert_int_not_equal(answered, json_object_get(vector, "refused") != NULL);
        }
        json_decref(seen);
        json_decref(file);
    }
}

/** The first case of @name whose op is @op, expanded, with @change made to its @part. */
static json_t *spoiled(const char *name, const char *op, const char *part, const char *member,
                       json_t *change)
{
    json_t *file = load(name), *vector, *copy = NULL;
    size_t index;
    assert_non_null(file);
    json_array_foreach(case_member(file, "cases"), index, vector)
    {
        if (copy == NULL && strcmp(case_string(case_member(vector, "op")), op) == 0) {
            copy = case_expand(vector);
        }
    }
    assert_non_null(copy);
    if (member != NULL) {
        json_object_set_new(case_member(copy, part), member, change);
    } else {
        json_object_set_new(copy, part, change);
    }
    json_decref(file);
    return copy;
}

static void assert_caught(json_t *vector)
{
    char why[1024] = "";
    assert_false(answer_holds(vector, why, sizeof why));
    assert_true(strlen(why) > 0);
    json_decref(vector);
}

static void a_vector_that_is_wrong_is_caught(void **state)
{
    (void)state;
    assert_caught(spoiled("hash", "hash", "out", "hash", json_string("00")));
    assert_caught(spoiled("message", "message", "in", "version_min", json_integer(5)));
    assert_caught(spoiled("run", "run", "in", "signature", case_hex((uint8_t[64]){0}, 64)));
    assert_caught(spoiled("pack", "pack.read", "refused", NULL, json_string("oversize")));
    assert_caught(spoiled("record", "record.read", "field", NULL, json_string("lesson")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_holds),
        cmocka_unit_test(every_kind_has_its_vector),
        cmocka_unit_test(names_are_unique_and_ops_are_known),
        cmocka_unit_test(a_vector_that_is_wrong_is_caught),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, find_files, NULL);
}
