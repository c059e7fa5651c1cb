// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "proto/document/headings.h"

/** Headings of @text as "level:text ". */
static const char *found(const char *text)
{
    static char out[512];
    pln_headings_t headings = {0};
    pln_heading_t heading;
    pln_span_t span = PLN_SPAN(text, strlen(text));
    size_t used = 0;
    size_t before = 0;
    while (pln_headings_next(&headings, span, &heading)) {
        assert_true(heading.from >= before && heading.to > heading.from && heading.to <= span.size);
        before = heading.to;
        out[used++] = (char)('0' + heading.level);
        out[used++] = ':';
        memcpy(out + used, heading.text.data, heading.text.size);
        used += heading.text.size;
        out[used++] = ' ';
    }
    out[used] = '\0';
    return out;
}

static void headings_are_signed_lines(void **state)
{
    (void)state;
    assert_string_equal(found("# One\n\ntext\n\n## Two ##\n### C# \n"), "1:One 2:Two 3:C# ");
    assert_string_equal(found("   #\tindented\r\n"), "1:indented ");
    assert_string_equal(found("#\n## \n# #\n"), "1: 2: 1: ");
    assert_string_equal(found("# end of file"), "1:end of file ");
}

static void headings_are_not_tags_or_seven_signs(void **state)
{
    (void)state;
    assert_string_equal(found("#hashtag\n####### seven\n    # listing\n\t# listing\n"), "");
}

static void headings_may_be_underlined(void **state)
{
    (void)state;
    assert_string_equal(found("One\n===\n\nTwo\r\n---\r\ntext\n"), "1:One 2:Two ");
}

static void rules_and_tables_are_no_headings(void **state)
{
    (void)state;
    assert_string_equal(found("text\n\n---\n\n- item\n---\n| a | b |\n---\n> quote\n---\n"), "");
    assert_string_equal(found("two lines\nof text\n---\n"), "");
    assert_string_equal(found("| a | b |\n| - | - |\n"), "");
}

static void lines_in_bold_are_headings_below_all_others(void **state)
{
    (void)state;
    assert_string_equal(found("**Rubric**:\n\n **Materials:** \ntext\n"), "7:Rubric 7:Materials: ");
    assert_string_equal(found("text\n**part of it**\n\n**bold** text\n\n**a** and **b**\n\n****\n"),
                        "");
    assert_string_equal(found("```\n**no**\n```\n"), "");
}

static void listings_hide_headings(void **state)
{
    (void)state;
    assert_string_equal(found("```sh\n# no\n```\n# yes\n"), "1:yes ");
    assert_string_equal(found("~~~~\n# no\n~~~\n# no\n~~~~\n# yes\n"), "1:yes ");
    assert_string_equal(found("```\n# never closed\n"), "");
    assert_string_equal(found("``` a ` b\n# yes\n"), "1:yes ");
    assert_string_equal(found("````\n```\n# no\n````\n# yes\n"), "1:yes ");
}

static void comments_hide_headings(void **state)
{
    (void)state;
    assert_string_equal(found("<!--\n# no\n-->\n# yes\n"), "1:yes ");
    assert_string_equal(found("<!-- # no -->\n# yes\n"), "1:yes ");
    assert_string_equal(found("<!-- ``` -->\n# yes\n"), "1:yes ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headings_are_signed_lines),
        cmocka_unit_test(headings_are_not_tags_or_seven_signs),
        cmocka_unit_test(headings_may_be_underlined),
        cmocka_unit_test(rules_and_tables_are_no_headings),
        cmocka_unit_test(lines_in_bold_are_headings_below_all_others),
        cmocka_unit_test(listings_hide_headings),
        cmocka_unit_test(comments_hide_headings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
