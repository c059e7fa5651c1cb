// SPDX-License-Identifier: MPL-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>
#include <string.h>

#include "daemon/guard.h"
#include "proto/license.h"

/** What the guard finds in a prompt of @text; "" nothing. */
static void assert_finds(const char *text, const char *what)
{
    json_t *fields = json_object();
    json_object_set_new(fields, "prompt", json_string(text));
    json_t *places = pln_guard_places(pln_kind_by_name("task"), fields);
    const char *found = json_string_value(json_object_get(json_array_get(places, 0), "what"));
    if (strcmp(found != NULL ? found : "", what) != 0) {
        fail_msg("in \"%s\" it finds \"%s\", not \"%s\"", text, found != NULL ? found : "", what);
    }
    json_decref(places);
    json_decref(fields);
}

static void guard_finds_the_forms_of_student_data(void **state)
{
    (void)state;
    assert_finds("SSN 123-45-6789 on file", "a social security number");
    assert_finds("SSN: 123456789", "a social security number");
    assert_finds("ID# 99887766", "a student number");
    assert_finds("her 123-45-6789.", "a social security number");
    assert_finds("123 45 6789", "a social security number");
    assert_finds("Student ID: 4711234", "a student number");
    assert_finds("student number is 004711", "a student number");
    assert_finds("Student id no. A-12345", "a student number");
    assert_finds("DOB: 4/12/2011", "a date of birth");
    assert_finds("Date of birth 2011-04-12", "a date of birth");
    assert_finds("she was born on April 12, 2011 in", "a date of birth");
    assert_finds("born 12 April 2011", "a date of birth");
    assert_finds("Fecha de nacimiento: 4/12/2011", "a date of birth");
    assert_finds("n\xc3\xa9 le 12.4.2011", "a date of birth");
    assert_finds("Nombre: Juan P\xc3\xa9rez", "a line with a name");
    assert_finds("Name: Jane Doe", "a line with a name");
    assert_finds("> **Name:** Jos\xc3\xa9", "a line with a name");
    assert_finds("Student name: J.", "a line with a name");
    assert_finds("write to jane.doe+x@school.k12.nh.us today", "an e-mail address");
    assert_finds("call (603) 555-0123", "a phone number");
    assert_finds("call 603-555-0123", "a phone number");
    assert_finds("+49 30 9018 2044", "a phone number");
}

static void guard_passes_what_tasks_are_full_of(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "Name: __________",
        "Name:",
        "The name: give it a good one",
        "Name the parts of a cell",
        "NGSS HS-LS2-6, CCSS.MATH.CONTENT.4.MD.A.3",
        "212 - 197 = 15; 15 / 197 = 0.076",
        "https://example.org/watch?v=603-555-0123&a=jane@example.org",
        "born in 1903",
        "Students: work in pairs",
        "version 1.2.3-4",
        "1,000,000 people",
        "2025-06-12",
        "call `pip install --upgrade`",
        "@media print",
        "a@b",
        "ISBN 978-3-16-148410-0",
        "The birthday paradox: 23 people",
        "student id card",
        "12-345-67"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        bool names = strncmp(texts[i], "Students:", 9) == 0;
        assert_finds(texts[i], names ? "a line with a name" : "");
    }
}

static void guard_names_field_line_and_part(void **state)
{
    (void)state;
    json_t *fields = json_loads(
        "{\"title\":\"t\",\"prompt\":\"one\\ntwo\\nDOB "
        "1/2/2011\",\"rubric\":[{\"criteria\":[{\"levels\":"
        "[{\"description\":\"as jane@x.org did\"}]}]}]}",
        0, NULL);
    json_t *places = pln_guard_places(pln_kind_by_name("task"), fields);
    assert_int_equal(json_array_size(places), 2);
    json_t *first = json_array_get(places, 0), *second = json_array_get(places, 1);
    assert_string_equal(json_string_value(json_object_get(first, "field")), "prompt");
    assert_int_equal(json_integer_value(json_object_get(first, "line")), 3);
    assert_string_equal(json_string_value(json_object_get(first, "text")), "DOB 1/2/2011");
    assert_string_equal(json_string_value(json_object_get(second, "field")),
                        "rubric.criteria.levels.description");
    json_decref(places);
    json_decref(fields);
}

static void guard_lets_adults_give_their_address_but_no_number(void **state)
{
    (void)state;
    json_t *fields =
        json_loads("{\"name\":\"N\",\"contact\":\"ann@x.org, (603) 555-0123\"}", 0, NULL);
    const pln_kind_t *profile = pln_kind_by_name("profile");
    assert_null(pln_guard_places(profile, fields));
    json_object_set_new(fields, "contact", json_string("123-45-6789"));
    json_t *places = pln_guard_places(profile, fields);
    assert_int_equal(json_array_size(places), 1);
    json_decref(places);
    json_decref(fields);
}

static void licenses_say_what_an_adaptation_must_keep_to(void **state)
{
    (void)state;
    static const struct {
        const char *origin;
        const char *adapted;
        pln_adapt_t wanted;
    } cases[] = {{"CC-BY-4.0", NULL, PLN_ADAPT_YES},
                 {"CC-BY-4.0", "MIT", PLN_ADAPT_YES},
                 {"cc0-1.0", "LicenseRef-ours", PLN_ADAPT_YES},
                 {"CC-BY-ND-4.0", NULL, PLN_ADAPT_NO_DERIVATIVES},
                 {"CC-BY-NC-ND-4.0", "CC-BY-NC-ND-4.0", PLN_ADAPT_NO_DERIVATIVES},
                 {"CC-BY-SA-4.0", NULL, PLN_ADAPT_YES},
                 {"CC-BY-SA-4.0", "CC-BY-4.0", PLN_ADAPT_SAME_LICENSE},
                 {"CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", PLN_ADAPT_YES},
                 {"CC-BY-NC-4.0", "CC-BY-4.0", PLN_ADAPT_NON_COMMERCIAL},
                 {"CC-BY-NC-4.0", "LicenseRef-x", PLN_ADAPT_NON_COMMERCIAL},
                 {"CC-BY-NC-SA-4.0", "CC-BY-NC-4.0", PLN_ADAPT_SAME_LICENSE},
                 {"LicenseRef-theirs", NULL, PLN_ADAPT_UNKNOWN}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(pln_license_adapt(cases[i].origin, cases[i].adapted), cases[i].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guard_finds_the_forms_of_student_data),
        cmocka_unit_test(guard_passes_what_tasks_are_full_of),
        cmocka_unit_test(guard_names_field_line_and_part),
        cmocka_unit_test(guard_lets_adults_give_their_address_but_no_number),
        cmocka_unit_test(licenses_say_what_an_adaptation_must_keep_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
