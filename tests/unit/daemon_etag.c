// SPDX-License-Identifier: MPL-2.0
// Does a client hold just what it asks for?
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/etag.h"

#define TAG "\"a1,b2\""

static void a_tag_is_known_alone_weak_in_a_list_and_by_a_star(void **state)
{
    (void)state;
    static const char *const known[] = {
        TAG,       "W/" TAG,    "\"x\", " TAG, "\"x\",W/\"y\"\t,  W/" TAG " , \"z\"",
        ",, " TAG, " " TAG " ", "*",           " * "};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_true(pln_etag_among(known[i], TAG));
    }
}

static void what_names_another_or_is_no_list_of_tags_names_nothing(void **state)
{
    (void)state;
    static const char *const other[] = {
        "",        " ",  "\"a1\"",    "\"A1,B2\"",  "\"a1,b2", "a1,b2", "w/" TAG, "W/ " TAG,
        "*, " TAG, "**", "\"x\"" TAG, "\"x\" " TAG, "\"x" TAG, "W/",    "W/*",    "\"\""};
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        assert_false(pln_etag_among(other[i], TAG));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tag_is_known_alone_weak_in_a_list_and_by_a_star),
        cmocka_unit_test(what_names_another_or_is_no_list_of_tags_names_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
