// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/ndjson.h"

/** A reader of @text and what it gives: "line:value line!problem ... ." */
static char *read_all(const char *text, size_t size)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    rewind(file);
    pln_ndjson_t *reader = pln_ndjson_new(file);
    pln_ndjson_item_t item;
    pln_ndjson_state_t state;
    pln_buf_t out = {0};
    while ((state = pln_ndjson_next(reader, &item)) != PLN_NDJSON_END) {
        char head[32];
        int length = snprintf(head, sizeof head, "%llu%s", (unsigned long long)item.line,
                              state == PLN_NDJSON_VALUE ? ":" : "!");
        pln_buf_add(&out, head, (size_t)length);
        if (state == PLN_NDJSON_VALUE) {
            char *dump = json_dumps(item.value, JSON_COMPACT | JSON_ENCODE_ANY);
            pln_buf_add(&out, dump, strlen(dump));
            free(dump);
            json_decref(item.value);
        } else {
            assert_true(item.problem[0] != '\0');
        }
        pln_buf_u8(&out, ' ');
    }
    assert_int_equal(pln_ndjson_next(reader, &item), PLN_NDJSON_END);
    pln_ndjson_free(&reader);
    fclose(file);
    pln_buf_u8(&out, 0);
    return (char *)out.data;
}

static void expect(const char *text, const char *wanted)
{
    char *got = read_all(text, strlen(text));
    assert_string_equal(got, wanted);
    free(got);
}

static void lines_are_values(void **state)
{
    (void)state;
    expect("{\"a\":1}\n{\"b\":2}\n", "1:{\"a\":1} 2:{\"b\":2} ");
    expect("{\"a\":1}\r\n\n  \n{\"b\":2}", "1:{\"a\":1} 4:{\"b\":2} ");
    expect("\xef\xbb\xbf{\"a\":1}\n", "1:{\"a\":1} ");
    expect("7\n\"x\"\n", "1:7 2:\"x\" ");
}

static void nothing_has_no_values(void **state)
{
    (void)state;
    expect("", "");
    expect(" \n\n", "");
    expect("[]", "");
    expect(" [ ] \n", "");
}

static void a_bad_line_harms_only_itself(void **state)
{
    (void)state;
    expect("{\"a\":1}\n{not json\n{\"b\":2}\n", "1:{\"a\":1} 2! 3:{\"b\":2} ");
    expect("{\"a\": {\n{\"b\":2}\n{\"c\":3}\n", "1! 2:{\"b\":2} 3:{\"c\":3} ");
    expect("{\"a\":\"open\n{\"b\":2}\n", "1! 2:{\"b\":2} ");
    expect("{\"a\":1} trailing\n{\"b\":2}\n", "1! 2:{\"b\":2} ");
    expect("{\"a\":1}\n{\"b\":", "1:{\"a\":1} 2! ");
    expect("{\"a\":1,\"a\":2}\n", "1! ");
    expect("{\"a\":\"\xff\"}\n{\"b\":2}\n", "1! 2:{\"b\":2} ");
}

static void an_array_gives_its_elements(void **state)
{
    (void)state;
    expect("[{\"a\":1},{\"b\":[2,{}]}]", "1:{\"a\":1} 1:{\"b\":[2,{}]} ");
    expect("[\n {\"a\": \"],}\"},\n\n {\"b\": \"\\\"]\"}\n]\n",
           "2:{\"a\":\"],}\"} 4:{\"b\":\"\\\"]\"} ");
    expect("[1, \"x\", null]", "1:1 1:\"x\" 1:null ");
}

static void a_bad_element_harms_only_itself(void **state)
{
    (void)state;
    expect("[{\"a\":1},\n{bad},\n{\"b\":2}]", "1:{\"a\":1} 2! 3:{\"b\":2} ");
}

static void an_array_must_end_and_be_the_end(void **state)
{
    (void)state;
    expect("[{\"a\":1},", "1:{\"a\":1} 1! ");
    expect("[{\"a\":1}]\n{\"b\":2}\n", "1:{\"a\":1} 2! ");
    expect("[{\"a\":", "1! 1! ");
    expect("[{\"a\":\"open},\n{\"b\":2}]", "1! 2! ");
}

static void a_value_may_take_several_lines(void **state)
{
    (void)state;
    expect("{\n \"a\": {\n  \"b\": 1\n }\n}\n", "1:{\"a\":{\"b\":1}} ");
    expect("{\"a\":\n 1}\n{\n\"b\": 2}\n", "1:{\"a\":1} 3:{\"b\":2} ");
    expect("{\n \"a\": 1\n", "1! ");
}

static void a_value_longer_than_allowed_is_passed_over(void **state)
{
    (void)state;
    size_t size = 2 * PLN_NDJSON_ITEM_MAX;
    char *text = malloc(size + 64);
    memset(text, 'x', size);
    memcpy(text, "{\"a\":\"", 6);
    memcpy(text + size, "\"}\n{\"b\":2}\n", 12);
    char *got = read_all(text, size + 11);
    assert_string_equal(got, "1! 2:{\"b\":2} ");
    free(got);
    text[0] = '[';
    memcpy(text + 1, "{\"a\":\"", 6);
    memcpy(text + size, "\"},\n{\"b\":2}]", 13);
    got = read_all(text, size + 12);
    assert_string_equal(got, "1! 2:{\"b\":2} ");
    free(got);
    free(text);
}

/** Any cut of a good text ends, and never gives a value that was not there. */
static void every_cut_comes_to_an_end(void **state)
{
    (void)state;
    static const char text[] = "[{\"a\":\"x\\\"]\"},{\"b\":[1,{\"c\":null}]},7]";
    for (size_t size = 0; size < sizeof text; size++) {
        free(read_all(text, size));
        free(read_all(text + size, sizeof text - 1 - size));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_values),
        cmocka_unit_test(nothing_has_no_values),
        cmocka_unit_test(a_bad_line_harms_only_itself),
        cmocka_unit_test(an_array_gives_its_elements),
        cmocka_unit_test(a_bad_element_harms_only_itself),
        cmocka_unit_test(an_array_must_end_and_be_the_end),
        cmocka_unit_test(a_value_may_take_several_lines),
        cmocka_unit_test(a_value_longer_than_allowed_is_passed_over),
        cmocka_unit_test(every_cut_comes_to_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
