// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/document/field_text.h"
#include "proto/document/markdown.h"
#include "proto/document/markdown_write.h"

static pln_document_t document;

static bool read_as(const char *kind, const char *text)
{
    const pln_kind_t *found = kind == NULL ? NULL : pln_kind_by_name(kind);
    return pln_markdown_read(PLN_SPAN(text, strlen(text)), "units/2-farm__soil.md", found,
                             &document);
}

static const char *field(const char *name)
{
    const char *text = json_string_value(json_object_get(document.fields, name));
    return text == NULL ? "(none)" : text;
}

static const char *item(const char *name, size_t index)
{
    const json_t *list = json_object_get(document.fields, name);
    const char *text = json_string_value(json_array_get(list, index));
    return text == NULL ? "(none)" : text;
}

static int drop(void **state)
{
    (void)state;
    pln_document_free(&document);
    return 0;
}

static void sections_go_to_their_fields_and_rubrics_into_parts(void **state)
{
    (void)state;
    assert_true(
        read_as("task",
                "# Investigate *soil* #\n\n## Instructions\n\nDig.\n\n### Where\n\nHere.\n\n"
                "## Time\n\n2 hours\n\n## Standards\n\n- A.1\n- B, C\n\n"
                "## Scoring guide\n\n| Criteria | Good |  Bad |\n| - | - | - |\n| a | b | c |\n"));
    assert_string_equal(field("title"), "Investigate *soil*");
    assert_string_equal(field("prompt"), "Dig.\n\n### Where\n\nHere.");
    assert_int_equal(json_integer_value(json_object_get(document.fields, "minutes")), 120);
    assert_string_equal(item("competencies", 1), "B, C");
    json_t *part = json_array_get(json_object_get(document.fields, "rubric"), 0);
    json_t *criterion = json_array_get(json_object_get(part, "criteria"), 0);
    assert_string_equal(json_string_value(json_object_get(criterion, "name")), "a");
    assert_int_equal(json_array_size(json_object_get(criterion, "levels")), 2);
    assert_string_equal(document.kind->name, "task");
    assert_int_equal(json_array_size(document.notes), 0);
}

static void a_section_without_a_field_stays_in_the_prompt_and_is_said(void **state)
{
    (void)state;
    assert_true(read_as("task",
                        "# T\n\nFirst.\n\n## Prompt\n\nDo.\n\n## Background\n\nOnce.\n\n"
                        "## Duration\n\nA week,\nor two\n\n## Materials\n\nWood\n"));
    assert_string_equal(
        field("prompt"),
        "First.\n\nDo.\n\n## Background\n\nOnce.\n\n## Duration\n\nA week,\nor two");
    assert_string_equal(field("materials"), "Wood");
    assert_int_equal(json_array_size(document.notes), 2);
    assert_non_null(strstr(json_string_value(json_array_get(document.notes, 0)), "Background"));
    assert_non_null(strstr(json_string_value(json_array_get(document.notes, 1)), "Duration"));
}

static void a_line_in_bold_that_names_a_field_begins_a_section(void **state)
{
    (void)state;
    assert_true(read_as("task",
                        "# Poster\n\n**Important**\n\nMake it.\n\n**Materials:**\n\nPaper\n\n"
                        "**Rubric**\n\nCriteria | Good | Bad\n--- | --- | ---\nNeat | yes | no\n"));
    assert_string_equal(field("prompt"), "**Important**\n\nMake it.");
    assert_string_equal(field("materials"), "Paper");
    assert_int_equal(json_array_size(json_object_get(document.fields, "rubric")), 1);
    pln_document_free(&document);
    assert_true(read_as("task",
                        "# T\n\n## Purpose\n\n**Materials**\n\nare dear.\n\n## Task\n\nDo.\n\n"
                        "**Materials**\n\nPaper\n\n### Later\n\nMore.\n"));
    assert_string_equal(field("purpose"), "**Materials**\n\nare dear.");
    assert_string_equal(field("materials"), "Paper");
    assert_string_equal(field("prompt"), "Do.\n\n### Later\n\nMore.");
}

static void headings_in_bold_leave_the_prompt_something(void **state)
{
    (void)state;
    assert_true(read_as("task", "# T\n\n**Overview**\n\nDo it all.\n"));
    assert_string_equal(field("prompt"), "**Overview**\n\nDo it all.\n");
    assert_string_equal(field("purpose"), "(none)");
}

static void a_template_that_nobody_filled_in_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "# Only a title",
        "#\n\n## Instructions\n\n## Rubric\n\n| Criteria | Good |\n|--|--|\n| |  |\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_false(read_as("task", texts[i]));
        assert_non_null(strstr(document.problem, "template"));
        pln_document_free(&document);
    }
}

/** @fields of @kind as a document, and read again. */
static void assert_comes_back(const char *kind, const char *fields)
{
    json_t *given = json_loads(fields, 0, NULL);
    const pln_kind_t *found = pln_kind_by_name(kind);
    pln_buf_t text = {0};
    assert_non_null(given);
    pln_markdown_write(found, given, &text);
    if (!pln_markdown_read(pln_buf_span(&text), "x.md", found, &document) ||
        !json_equal(given, document.fields)) {
        char *read = json_dumps(document.fields, JSON_COMPACT);
        fail_msg("%s\nwritten as\n%.*s\nreads as %s %s", fields, (int)text.size,
                 (const char *)text.data, read, document.problem);
    }
    pln_document_free(&document);
    pln_buf_free(&text);
    json_decref(given);
}

static void a_written_document_gives_the_same_record(void **state)
{
    (void)state;
    assert_comes_back("task",
                      "{\"lang\":\"en\",\"title\":\"Bridge\",\"purpose\":\"p\",\"prompt\":\"Build."
                      "\\n\\n## More\\n\\nx\","
                      "\"grades\":[\"09\",\"10\"],\"subjects\":[\"Math, "
                      "applied\",\"\\\"Art\\\"\"],\"rubric\":[{\"criteria\":"
                      "[{\"name\":\"Claim\",\"levels\":[{\"name\":\"Hi\",\"points\":2}]}]}]}");
    assert_comes_back(
        "task",
        "{\"title\":\" # Odd # \",\"prompt\":\"\\n\\n## Rubric\\n\\nnone\\r\\n\",\"materials\":"
        "\"---\\nkind: x\\n---\",\"notes\":\"# Title\\n## Purpose\\n```\\n# code\",\"#99\":\"c0\","
        "\"rubric\":[{\"description\":\"| a |\\n\"},{\"criteria\":[{\"name\":\"3 things: x\"}]}]}");
    assert_comes_back("lesson",
                      "{\"title\":\"t\",\"result\":\"r\",\"challenge\":\"c\\n# "
                      "d\",\"lesson\":\"l\",\"themes\":[\"a\"]}");
    assert_comes_back(
        "collection",
        "{\"title\":\"t\",\"items\":[{\"record\":\"a/1#00\",\"note\":\"n: \\\"x\\\"\"}]}");
}

static void the_prose_is_kept_to_the_byte(void **state)
{
    (void)state;
    assert_true(read_as("task", "# T\r\n\r\n\tTab  \r\n\r\nEnd without newline \xf0\x9f\x92\x81"));
    assert_string_equal(field("prompt"), "\tTab  \r\n\r\nEnd without newline \xf0\x9f\x92\x81");
    assert_string_equal(field("title"), "T");
}

static void a_heading_without_text_is_no_title(void **state)
{
    (void)state;
    assert_true(read_as("task", "#\n\n## Water the plants\n\nDo.\n"));
    assert_string_equal(field("title"), "Water the plants");
    assert_string_equal(field("prompt"), "#\n\nDo.\n");
}

static void a_heading_behind_prose_stays_in_its_place(void **state)
{
    (void)state;
    assert_true(read_as("task", "Prose first.\n\n# Title\n\nMore.\n"));
    assert_string_equal(field("title"), "Title");
    assert_string_equal(field("prompt"), "Prose first.\n\n# Title\n\nMore.\n");
}

static void without_a_heading_the_file_gives_the_title(void **state)
{
    (void)state;
    assert_true(read_as("task", "Only prose.\n"));
    assert_string_equal(field("title"), "2 farm soil");
    assert_string_equal(field("prompt"), "Only prose.\n");
    assert_int_equal(json_array_size(document.notes), 1);
}

static void a_heading_longer_than_a_title_is_cut_and_stays_whole_in_the_prose(void **state)
{
    (void)state;
    char text[1024] = "# ";
    for (size_t i = 0; i < 200; i++) {
        memcpy(text + 2 + 2 * i, "\xc3\xbc", 2);
    }
    memcpy(text + 402, "\n\nprose", 8);
    assert_true(read_as("task", text));
    assert_true(strlen(field("title")) <= 300);
    assert_true(pln_utf8_valid(PLN_SPAN(field("title"), strlen(field("title")))));
    assert_string_equal(field("prompt"), text);
}

static void front_matter_gives_fields_by_name_label_and_custom(void **state)
{
    (void)state;
    assert_true(
        read_as("task",
                "---\ntitle: From above\ngrade: 9-12\nSubjects: [Science, \"Math, applied\"]\n"
                "Depth of knowledge: 3\nauthors:\n  - A\n  - B\nlicence: CC0-1.0\n---\n"
                "# Heading\n\nProse.\n"));
    assert_string_equal(field("title"), "From above");
    assert_string_equal(field("prompt"), "# Heading\n\nProse.\n");
    assert_string_equal(item("grades", 0), "9-12");
    assert_string_equal(item("subjects", 1), "Math, applied");
    assert_string_equal(field("dok"), "3");
    assert_string_equal(item("by", 1), "B");
    assert_string_equal(field("license"), "CC0-1.0");
    assert_int_equal(json_array_size(document.notes), 0);
}

static void front_matter_without_a_field_stays_as_prose(void **state)
{
    (void)state;
    assert_true(read_as("task",
                        "---\nlayout: post\ngrades: 9\nnested:\n  a: b\ngrades: 10\n---\n"
                        "# T\n\nProse.\n"));
    assert_string_equal(field("prompt"),
                        "---\nlayout: post\nnested:\n  a: b\ngrades: 10\n---\n\nProse.\n");
    assert_string_equal(item("grades", 0), "9");
    assert_int_equal(json_array_size(document.notes), 3);
}

static void front_matter_names_the_kind(void **state)
{
    (void)state;
    assert_true(read_as(NULL,
                        "---\nkind: lesson\n---\n# T\n## Result\nr\n## Challenge\nc\n"
                        "## Lesson\nl\n"));
    assert_string_equal(document.kind->name, "lesson");
    pln_document_free(&document);
    assert_false(read_as("task", "---\nkind: lesson\n---\n# T\n"));
    assert_non_null(strstr(document.problem, "lesson"));
    pln_document_free(&document);
    assert_false(read_as(NULL, "---\nkind: nonsense\n---\n# T\n"));
    assert_non_null(strstr(document.problem, "nonsense"));
}

static void sections_become_fields_where_there_is_no_prompt(void **state)
{
    (void)state;
    assert_true(read_as("lesson",
                        "# Rubric first\n\n## Result\n\nArgued less.\n\n### Figures\n\n12\n\n"
                        "## Challenge\n\nTime.\n\n## Lesson\n\nStart early.\n"));
    assert_string_equal(field("title"), "Rubric first");
    assert_string_equal(field("result"), "Argued less.\n\n### Figures\n\n12");
    assert_string_equal(field("challenge"), "Time.");
    assert_string_equal(field("lesson"), "Start early.");
}

static void text_without_a_field_is_refused_and_never_lost(void **state)
{
    (void)state;
    static const char *const texts[] = {"# T\n\nStray.\n\n## Result\n\nr\n",
                                        "# T\n\n## Result\n\nr\n\n## Elsewhere\n\nx\n",
                                        "# T\n\n## Result\n\nr\n\n## Result\n\nagain\n",
                                        "---\nlayout: x\n---\n# T\n\n## Result\nr\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_false(read_as("lesson", texts[i]));
        assert_non_null(strstr(document.problem, "Challenge"));
        pln_document_free(&document);
    }
}

static void only_utf8_is_read(void **state)
{
    (void)state;
    assert_false(read_as("task",
                         "# Gr\xf6\xdf"
                         "e\n"));
    assert_non_null(strstr(document.problem, "UTF-8"));
    pln_document_free(&document);
    assert_false(pln_markdown_read(PLN_SPAN("# a\0b", 5), "x", NULL, &document));
    pln_document_free(&document);
    assert_true(read_as("task", "\xef\xbb\xbf# Marked\n\np\n"));
    assert_string_equal(field("title"), "Marked");
}

static void lists_are_split_at_commas_that_are_not_marked(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *wanted;
    } cases[] = {{"a, b ,c", "a|b|c|"}, {"a\\, b", "a, b|"}, {"", ""},
                 {" , ,", ""},          {"a\\b", "a\\b|"},   {"a\\", "a\\|"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[64] = "";
        json_t *list = pln_field_list(cases[i].text);
        size_t index;
        json_t *value;
        json_array_foreach(list, index, value)
        {
            strcat(out, json_string_value(value));
            strcat(out, "|");
        }
        assert_string_equal(out, cases[i].wanted);
        json_decref(list);
    }
}

#define TEST(name) cmocka_unit_test_teardown(name, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sections_go_to_their_fields_and_rubrics_into_parts),
        TEST(a_section_without_a_field_stays_in_the_prompt_and_is_said),
        TEST(a_line_in_bold_that_names_a_field_begins_a_section),
        TEST(headings_in_bold_leave_the_prompt_something),
        TEST(a_template_that_nobody_filled_in_is_refused),
        TEST(a_written_document_gives_the_same_record),
        TEST(the_prose_is_kept_to_the_byte),
        TEST(a_heading_without_text_is_no_title),
        TEST(a_heading_behind_prose_stays_in_its_place),
        TEST(without_a_heading_the_file_gives_the_title),
        TEST(a_heading_longer_than_a_title_is_cut_and_stays_whole_in_the_prose),
        TEST(front_matter_gives_fields_by_name_label_and_custom),
        TEST(front_matter_without_a_field_stays_as_prose),
        TEST(front_matter_names_the_kind),
        TEST(sections_become_fields_where_there_is_no_prompt),
        TEST(text_without_a_field_is_refused_and_never_lost),
        TEST(only_utf8_is_read),
        TEST(lists_are_split_at_commas_that_are_not_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
