// SPDX-License-Identifier: MPL-2.0
// Each case is a rubric as somebody writes it, and the parts that are meant, as JSON.
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <stdlib.h>
#include <string.h>

#include "proto/document/rubric.h"

static void assert_reads(const char *text, const char *wanted)
{
    json_t *notes = json_array();
    json_t *parts = pln_rubric_read(PLN_SPAN(text, strlen(text)), notes);
    json_t *meant = json_loads(wanted, 0, NULL);
    assert_non_null(meant);
    if (!json_equal(parts, meant)) {
        char *found = json_dumps(parts, JSON_COMPACT);
        fail_msg("%s\nreads as %s\nnot as   %s", text, found, wanted);
    }
    json_decref(parts);
    json_decref(meant);
    json_decref(notes);
}

static void tables_of_criteria_by_levels_keep_names_points_and_words(void **state)
{
    (void)state;
    assert_reads(
        "| Criteria | Exemplary | Adequate |\n| --- | --- | --- |\n| Explain | clear | brief |\n",
        "[{\"criteria\":[{\"name\":\"Explain\",\"levels\":[{\"name\":\"Exemplary\",\"description\":"
        "\"clear\"},{\"name\":\"Adequate\",\"description\":\"brief\"}]}]}]");
    assert_reads(
        "| Criterion | 4 Distinguished | Proficient (3 pts) | 2 | 1 - Novice "
        "|\n|---|:--:|---|---|--|\n"
        "| **Physics** | a \\| b | c<br>d |  | e |\n",
        "[{\"criteria\":[{\"name\":\"Physics\",\"levels\":[{\"points\":4,\"name\":"
        "\"Distinguished\","
        "\"description\":\"a | "
        "b\"},{\"points\":3,\"name\":\"Proficient\",\"description\":\"c\\nd\"},"
        "{\"points\":2},{\"points\":1,\"name\":\"Novice\",\"description\":\"e\"}]}]}]");
    assert_reads("Criteria | Yes | No\n--- | --- | ---\nSafe | goggles | none\n",
                 "[{\"criteria\":[{\"name\":\"Safe\",\"levels\":[{\"name\":\"Yes\",\"description\":"
                 "\"goggles\"},"
                 "{\"name\":\"No\",\"description\":\"none\"}]}]}]");
}

static void a_criterion_without_a_name_stays(void **state)
{
    (void)state;
    assert_reads("| Criteria | Good | Bad |\n| --- | --- | --- |\n|  | works | fails |\n",
                 "[{\"criteria\":[{\"levels\":[{\"name\":\"Good\",\"description\":\"works\"},{"
                 "\"name\":\"Bad\","
                 "\"description\":\"fails\"}]}]}]");
}

static void a_table_with_a_column_of_points_gives_them_to_criteria(void **state)
{
    (void)state;
    assert_reads(
        "| Criterion | Points | Full | Part |\n|---|---|---|---|\n| Claim | 10 | a | b |\n",
        "[{\"criteria\":[{\"name\":\"Claim\",\"points\":10,\"levels\":[{\"name\":\"Full\","
        "\"description\":\"a\"},{\"name\":\"Part\",\"description\":\"b\"}]}]}]");
}

static void sections_begin_parts_and_true_totals_are_left_out(void **state)
{
    (void)state;
    assert_reads(
        "| Criterion | Points |\n|---|---|\n| **Design** | |\n| Plan | 5 |\n| Model | 7.5 pts |\n"
        "| Report | |\n| Text | /10 |\n| **Total** | **22.5** |\n",
        "[{\"title\":\"Design\",\"criteria\":[{\"name\":\"Plan\",\"points\":5},{\"name\":\"Model\","
        "\"points\":7.5}]},{\"title\":\"Report\",\"criteria\":[{\"name\":\"Text\",\"points\":10}]}"
        "]");
    assert_reads(
        "| Item | Description | Points |\n|---|---|---|\n| Plan | drawn to scale | 5 |\n| Total | "
        "| 50 |\n",
        "[{\"criteria\":[{\"name\":\"Plan\",\"description\":\"drawn to scale\",\"points\":5}],"
        "\"description\":\"Total: 50\"}]");
}

static void rows_in_bold_are_sections_where_they_sum_up_what_is_below_them(void **state)
{
    (void)state;
    assert_reads(
        "| Criterion | Points |\n|---|--:|\n| **Introduction** | **20** |\n| Hypothesis | 10 |\n"
        "| Background | 10 |\n| **Results** | 30 pts |\n| Graph | 30 |\n| **Total** | **50** |\n",
        "[{\"title\":\"Introduction\",\"criteria\":[{\"name\":\"Hypothesis\",\"points\":10},"
        "{\"name\":\"Background\",\"points\":10}]},{\"title\":\"Results\",\"criteria\":["
        "{\"name\":\"Graph\",\"points\":30}]}]");
    assert_reads(
        "| Criterion | Points |\n|---|--:|\n| **Plan** | 20 |\n| **Model** | 10 |\n",
        "[{\"criteria\":[{\"name\":\"Plan\",\"points\":20},{\"name\":\"Model\",\"points\":10}]}]");
    assert_reads(
        "| Criterion | Points |\n|---|--:|\n| **Plan** | 20 |\n| Model | 10 |\n| Total | 30 |\n",
        "[{\"criteria\":[{\"name\":\"Plan\",\"points\":20},{\"name\":\"Model\",\"points\":10}]}]");
}

static void names_stand_on_one_line_and_no_cell_is_lost(void **state)
{
    (void)state;
    assert_reads(
        "| Criteria | Very<br>good | Bad |\n|---|---|---|\n| Data<br/>set | a | b | c |\n",
        "[{\"criteria\":[{\"name\":\"Data set\",\"description\":\"c\",\"levels\":[{\"name\":"
        "\"Very good\",\"description\":\"a\"},{\"name\":\"Bad\",\"description\":\"b\"}]}]}]");
}

static void one_scale_under_several_headings_makes_criteria_of_them(void **state)
{
    (void)state;
    assert_reads(
        "Scored twice.\n\n### Delivery\n\n* **Good (2)**: loud\n* **Weak (1)**: mumbled\n\n### "
        "Content\n\n"
        "Facts only.\n\n* **Good (2)**: rich\n* **Weak (1)**: thin\n",
        "[{\"description\":\"Scored twice.\"},{\"criteria\":[{\"name\":\"Delivery\",\"levels\":["
        "{\"name\":\"Good\",\"points\":2,\"description\":\"loud\"},{\"name\":\"Weak\",\"points\":1,"
        "\"description\":\"mumbled\"}]},{\"name\":\"Content\",\"description\":\"Facts only.\","
        "\"levels\":[{\"name\":\"Good\",\"points\":2,\"description\":\"rich\"},{\"name\":\"Weak\","
        "\"points\":1,\"description\":\"thin\"}]}]}]");
    assert_reads(
        "### One\n\n- Plan (2): a\n- Draw (1): b\n\n### Two\n\n- Plan (3): c\n- Draw (1): d\n",
        "[{\"title\":\"One\",\"criteria\":[{\"name\":\"Plan\",\"points\":2,\"description\":\"a\"},"
        "{\"name\":\"Draw\",\"points\":1,\"description\":\"b\"}]},{\"title\":\"Two\",\"criteria\":["
        "{\"name\":\"Plan\",\"points\":3,\"description\":\"c\"},{\"name\":\"Draw\",\"points\":1,"
        "\"description\":\"d\"}]}]");
}

static void lists_are_criteria_with_levels_below_or_behind_them(void **state)
{
    (void)state;
    assert_reads("- **Model** (10 points): functions are right\n- Solve: in two ways\n",
                 "[{\"criteria\":[{\"name\":\"Model\",\"points\":10,\"description\":\"functions "
                 "are right\"},"
                 "{\"name\":\"Solve\",\"description\":\"in two ways\"}]}]");
    assert_reads("**Evidence.** 4: compared; 3: relevant; 1: none.\n",
                 "[{\"criteria\":[{\"name\":\"Evidence\",\"levels\":[{\"points\":4,\"description\":"
                 "\"compared\"},"
                 "{\"points\":3,\"description\":\"relevant\"},{\"points\":1,\"description\":\"none."
                 "\"}]}]}]");
    assert_reads(
        "* Claim\n  * Strong (4): holds\n  * 2: is there\n* Form\n",
        "[{\"criteria\":[{\"name\":\"Claim\",\"levels\":[{\"name\":\"Strong\",\"points\":4,"
        "\"description\":\"holds\"},{\"points\":2,\"description\":\"is "
        "there\"}]},{\"name\":\"Form\"}]}]");
    assert_reads("- Style: 5 points\n- Sources: 3\n",
                 "[{\"criteria\":[{\"name\":\"Style\",\"points\":5},{\"name\":\"Sources\","
                 "\"description\":\"3\"}]}]");
    assert_reads(
        "- 4: all of it\n- 3: most of it\n",
        "[{\"criteria\":[{\"levels\":[{\"points\":4,\"description\":\"all of it\"},{\"points\":3,"
        "\"description\":\"most of it\"}]}]}]");
}

static void headings_begin_parts_and_prose_describes_them(void **state)
{
    (void)state;
    assert_reads(
        "Scored twice.\n\n### Paper\n\nBefore the race.\n\n- Plan: drawn\n\n### Pool\n\n- Floats\n",
        "[{\"description\":\"Scored twice.\"},{\"title\":\"Paper\",\"description\":\"Before the "
        "race.\","
        "\"criteria\":[{\"name\":\"Plan\",\"description\":\"drawn\"}]},{\"title\":\"Pool\","
        "\"criteria\":"
        "[{\"name\":\"Floats\"}]}]");
    assert_reads("Safety is pass or fail.\n\nNo grades.\n",
                 "[{\"description\":\"Safety is pass or fail.\\n\\nNo grades.\"}]");
    assert_reads(" \n\n", "[]");
    assert_reads("| Criteria | Good |\n|---|---|\n|  |  |\n", "[]");
    assert_reads("**:**\n\n- Plan (4): a\n  - **:**\n",
                 "[{\"criteria\":[{\"name\":\"Plan\",\"points\":4,\"description\":\"a\"}]}]");
}

static void what_is_written_reads_back_the_same(void **state)
{
    (void)state;
    static const char *const rubrics[] = {
        "[{\"criteria\":[{\"name\":\"A|B\",\"levels\":[{\"name\":\"Hi\",\"points\":4,"
        "\"description\":\"x\\ny\"},"
        "{\"name\":\"Lo\",\"points\":2.5}]}]}]",
        "[{\"title\":\"One\",\"description\":\"First.\\n\\nSecond.\",\"criteria\":[{\"name\":\"P\","
        "\"points\":10,"
        "\"description\":\"d\"},{\"name\":\"Q\",\"points\":3}]},{\"title\":\"Two\",\"criteria\":[{"
        "\"name\":\"R\","
        "\"description\":\"only\"}]}]",
        "[{\"criteria\":[{\"name\":\"R\",\"description\":\"d\",\"levels\":[{\"name\":\"Hi\","
        "\"description\":\"x\"},"
        "{\"points\":2,\"description\":\"y\"}]}]}]",
        "[{\"description\":\"Prose alone.\"}]",
    };
    for (size_t i = 0; i < sizeof rubrics / sizeof rubrics[0]; i++) {
        json_t *parts = json_loads(rubrics[i], 0, NULL);
        pln_buf_t text = {0};
        pln_rubric_write(parts, 3, &text);
        pln_buf_u8(&text, 0);
        assert_reads((const char *)text.data, rubrics[i]);
        pln_buf_free(&text);
        json_decref(parts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_of_criteria_by_levels_keep_names_points_and_words),
        cmocka_unit_test(a_criterion_without_a_name_stays),
        cmocka_unit_test(a_table_with_a_column_of_points_gives_them_to_criteria),
        cmocka_unit_test(sections_begin_parts_and_true_totals_are_left_out),
        cmocka_unit_test(rows_in_bold_are_sections_where_they_sum_up_what_is_below_them),
        cmocka_unit_test(names_stand_on_one_line_and_no_cell_is_lost),
        cmocka_unit_test(one_scale_under_several_headings_makes_criteria_of_them),
        cmocka_unit_test(lists_are_criteria_with_levels_below_or_behind_them),
        cmocka_unit_test(headings_begin_parts_and_prose_describes_them),
        cmocka_unit_test(what_is_written_reads_back_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
