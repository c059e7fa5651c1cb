// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/document/front_matter.h"

typedef struct {
    pln_buf_t out;
    size_t lines;
} walk_t;

static void on_key(void *arg, const pln_front_t *front)
{
    walk_t *walk = arg;
    char *value =
        front->value == NULL ? NULL : json_dumps(front->value, JSON_COMPACT | JSON_ENCODE_ANY);
    pln_buf_add(&walk->out, front->key, strlen(front->key));
    pln_buf_u8(&walk->out, '=');
    pln_buf_add(&walk->out, value == NULL ? "?" : value, value == NULL ? 1 : strlen(value));
    pln_buf_u8(&walk->out, ';');
    walk->lines += front->lines.size;
    free(value);
}

/** Keys and values of a block with these lines inside. */
static void expect(const char *inside, const char *wanted)
{
    char text[1024];
    walk_t walk = {.lines = 0};
    snprintf(text, sizeof text, "---\n%s---\nbody\n", inside);
    size_t used = pln_front_matter(PLN_SPAN(text, strlen(text)), on_key, &walk);
    assert_int_equal(used, strlen(text) - strlen("body\n"));
    pln_buf_u8(&walk.out, 0);
    assert_string_equal((char *)walk.out.data, wanted);
    pln_buf_free(&walk.out);
}

static void expect_none(const char *text)
{
    walk_t walk = {.lines = 0};
    assert_int_equal(pln_front_matter(PLN_SPAN(text, strlen(text)), on_key, &walk), 0);
    assert_int_equal(walk.out.size, 0);
    pln_buf_free(&walk.out);
}

static void plain_values_are_texts(void **state)
{
    (void)state;
    expect("title: Soil and water\n", "title=\"Soil and water\";");
    expect("dok: 3 # of 4\ncommon: true\nempty:\n", "dok=\"3\";common=\"true\";empty=\"\";");
    expect("source: https://example.org/a#b\n", "source=\"https://example.org/a#b\";");
    expect("title: Soil: the basics\n", "title=\"Soil: the basics\";");
}

static void quotes_keep_what_is_in_them(void **state)
{
    (void)state;
    expect("a: \"x: \\\"y\\\" # z\\n\"\n", "a=\"x: \\\"y\\\" # z\\n\";");
    expect("a: 'it''s'  # so\n", "a=\"it's\";");
    expect("\"a b\": c\n", "a b=\"c\";");
    expect("a: \"\"\nb: ''\n", "a=\"\";b=\"\";");
}

static void lists_have_two_spellings(void **state)
{
    (void)state;
    expect("g: [9, 10, \"11, 12\", 'K']\n", "g=[\"9\",\"10\",\"11, 12\",\"K\"];");
    expect("g: []\n", "g=[];");
    expect("g:\n  - 9\n  - \"10\"\n\n  # more\n  - K-8\nh: x\n",
           "g=[\"9\",\"10\",\"K-8\"];h=\"x\";");
    expect("g:\n- 9\n- 10\n", "g=[\"9\",\"10\"];");
}

static void blocks_keep_or_fold_their_lines(void **state)
{
    (void)state;
    expect("a: |\n  one\n    two\n\n  three\nb: c\n", "a=\"one\\n  two\\n\\nthree\\n\";b=\"c\";");
    expect("a: |-\n  one\n  two\n", "a=\"one\\ntwo\";");
    expect("a: >-\n  one\n  two\n\n  three\n", "a=\"one two\\n\\nthree\";");
    expect("a: long\n  and longer\n", "a=\"long and longer\";");
}

static void what_is_not_understood_has_no_value(void **state)
{
    (void)state;
    expect("a:\n  b: c\nd: e\n", "a=?;d=\"e\";");
    expect("a: {b: c}\n", "a=?;");
    expect("a: [b, [c]]\n", "a=?;");
    expect("a: [b\n", "a=?;");
    expect("a: &anchor x\nb: *anchor\nc: !tag x\n", "a=?;b=?;c=?;");
    expect("a: \"open\n", "a=?;");
    expect("a: \"x\" y\n", "a=?;");
    expect("a:\n  - b: c\n", "a=?;");
}

static void only_a_closed_block_of_keys_is_front_matter(void **state)
{
    (void)state;
    expect_none("");
    expect_none("# Title\n");
    expect_none("---\n");
    expect_none("---\ntitle: x\n");
    expect_none("---\nA rule, then prose.\n---\n");
    expect_none("---\n  indented: x\n---\n");
    expect_none("----\ntitle: x\n---\n");
    expect_none(" ---\ntitle: x\n---\n");
    expect_none("---\nsee https://example.org\n---\n");
}

static void a_block_may_be_empty_or_end_with_dots(void **state)
{
    (void)state;
    walk_t walk = {.lines = 0};
    assert_int_equal(pln_front_matter(PLN_SPAN("---\n---\nx", 9), on_key, &walk), 8);
    assert_int_equal(pln_front_matter(PLN_SPAN("---\r\na: b\r\n...\r\nx", 17), on_key, &walk), 16);
    assert_int_equal(walk.lines, 6);
    pln_buf_free(&walk.out);
}

/** No cut of a block leads past its end. */
static void every_cut_is_survived(void **state)
{
    (void)state;
    static const char text[] = "---\na: \"x\\\"\nb: [1, 'c']\nd: |\n  e\nf:\n- g\n---\n";
    for (size_t size = 0; size < sizeof text; size++) {
        char *copy = malloc(size + 1);
        walk_t walk = {.lines = 0};
        memcpy(copy, text, size);
        pln_front_matter(PLN_SPAN(copy, size), on_key, &walk);
        pln_buf_free(&walk.out);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_values_are_texts),
        cmocka_unit_test(quotes_keep_what_is_in_them),
        cmocka_unit_test(lists_have_two_spellings),
        cmocka_unit_test(blocks_keep_or_fold_their_lines),
        cmocka_unit_test(what_is_not_understood_has_no_value),
        cmocka_unit_test(only_a_closed_block_of_keys_is_front_matter),
        cmocka_unit_test(a_block_may_be_empty_or_end_with_dots),
        cmocka_unit_test(every_cut_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
