// SPDX-License-Identifier: MPL-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/record_json.h"
#include "daemon/reference.h"

#define AUTHOR "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
#define NETWORK "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define DATA "0123456789abcdef0123456789abcdef"

static json_t *parse(const char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL) {
        fail_msg("%s: %s", error.text, text);
    }
    return json;
}

static pln_buf_t taken(const char *record)
{
    json_t *json = parse(record);
    const pln_kind_t *kind = NULL;
    pln_buf_t payload = {0};
    pln_record_problem_t problem = {.field = ""};
    if (pln_record_from_json(json, &kind, NULL, &payload, &problem) != PLN_OK) {
        fail_msg("%s: %s", problem.field, problem.detail);
    }
    json_decref(json);
    return payload;
}

static void assert_refused(const char *record, const char *field, const char *rule,
                           const char *in_detail)
{
    json_t *json = parse(record);
    const pln_kind_t *kind = NULL;
    pln_buf_t payload = {0};
    pln_record_problem_t problem = {.field = ""};
    assert_int_equal(pln_record_from_json(json, &kind, NULL, &payload, &problem), PLN_EFIELD);
    assert_string_equal(problem.field, field);
    assert_string_equal(problem.rule, rule);
    if (strstr(problem.detail, in_detail) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", in_detail, problem.detail);
    }
    pln_buf_free(&payload);
    json_decref(json);
}

/** What is shown, when it is taken in again, must be the same bytes, and be shown the same. */
static void assert_round_trip(uint16_t number, const pln_buf_t *payload)
{
    char reason[256] = "";
    json_t *shown = pln_record_to_json(number, pln_buf_span(payload), reason, sizeof reason);
    if (shown == NULL) {
        fail_msg("%s", reason);
    }
    char *line = json_dumps(shown, JSON_COMPACT);
    json_t *read = parse(line);
    pln_buf_t again = {0};
    pln_record_problem_t problem = {.field = ""};
    if (pln_fields_from_json(pln_kind_by_number(number), read, NULL, &again, &problem) != PLN_OK) {
        fail_msg("%s: %s", problem.field, problem.detail);
    }
    assert_int_equal(again.size, payload->size);
    assert_memory_equal(again.data, payload->data, again.size);
    json_t *twice = pln_record_to_json(number, pln_buf_span(&again), reason, sizeof reason);
    assert_true(json_equal(shown, twice));
    free(line);
    json_decref(shown);
    json_decref(read);
    json_decref(twice);
    pln_buf_free(&again);
}

static const char full[] =
    "{\"kind\":\"task\",\"id\":\"x\",\"author\":\"y\",\"seq\":7,\"time\":\"z\",\"fields\":{"
    "\"prompt\":\"Build a bridge.\\n\\n- strong\\n- light\",\"title\":\"Br\\u00fccken "
    "\\ud83c\\udf09\","
    "\"grades\":[\"9-12\",\"K\"],\"rubric\":[{\"title\":\"Part\",\"criteria\":[{\"name\":\"Claim\","
    "\"levels\":"
    "[{\"name\":\"Strong\",\"points\":2.5},{\"points\":\"1\"}]}]},\"prose\"],\"subjects\":["
    "\"Science\"],\"minutes\":90,\"dok\":3,"
    "\"use\":\"summative\",\"state\":\"draft\",\"license\":\"CC-BY-4.0\",\"common\":false,"
    "\"competencies\":[\"NGSS HS-PS2-3\",\"Critical thinking\"],\"lang\":\"en\","
    "\"refs\":[\"" NETWORK "/" AUTHOR "/17.4#" DATA "\",\"" AUTHOR "/9#" DATA
    "\"],"
    "\"replaces\":\"" AUTHOR "/1#" DATA "\",\"blobs\":[\"" NETWORK
    "\"],"
    "\"salt\":\"0011223344556677\",\"#40\":\"c0\",\"#300\":\"8101a178\"}}";

static void json_of_every_type_survives_the_round_trip(void **state)
{
    (void)state;
    pln_buf_t task = taken(full);
    assert_round_trip(0x0101, &task);
    pln_buf_free(&task);
    pln_buf_t lesson = taken(
        "{\"kind\":\"lesson\",\"fields\":{\"title\":\"t\",\"result\":\"r\","
        "\"challenge\":\"c\",\"lesson\":\"l\",\"when\":\"2026-03-18T09:30:00-05:00\",\"led_to\":"
        "\"" AUTHOR "/9#" DATA "\"}}");
    assert_round_trip(0x0102, &lesson);
    pln_buf_free(&lesson);
    pln_buf_t profile = taken(
        "{\"kind\":\"profile\",\"fields\":{\"name\":\"n\",\"leaid\":"
        "\"0100005\",\"type\":\"district\",\"grades\":[\"PK-12\"]}}");
    assert_round_trip(0x0100, &profile);
    pln_buf_free(&profile);
}

static void members_in_any_order_give_the_same_payload(void **state)
{
    (void)state;
    pln_buf_t a = taken(
        "{\"kind\":\"task\",\"fields\":{\"title\":\"t\",\"prompt\":\"p\","
        "\"dok\":2,\"lang\":\"en\"}}");
    pln_buf_t b = taken(
        "{\"fields\":{\"dok\":2,\"lang\":\"en\",\"prompt\":\"p\","
        "\"title\":\"t\"},\"kind\":\"task\"}");
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    pln_buf_free(&a);
    pln_buf_free(&b);
}

static void friendly_spellings_are_taken(void **state)
{
    (void)state;
    pln_buf_t plain = taken(
        "{\"kind\":\"task\",\"fields\":{\"title\":\"t\",\"prompt\":\"p\","
        "\"grades\":[\"09\"],\"minutes\":90,\"common\":true}}");
    pln_buf_t friendly = taken(
        "{\"kind\":\"task\",\"fields\":{\"title\":\"t\",\"prompt\":\"p\",\"grades\":9,"
        "\"minutes\":\"90\",\"common\":\"true\",\"purpose\":\"\",\"rubric\":null,\"subjects\":[]}"
        "}");
    assert_int_equal(plain.size, friendly.size);
    assert_memory_equal(plain.data, friendly.data, plain.size);
    pln_buf_free(&plain);
    pln_buf_free(&friendly);
}

static void a_kind_given_beside_the_record_is_used(void **state)
{
    (void)state;
    json_t *json = parse("{\"fields\":{\"title\":\"t\",\"prompt\":\"p\"}}");
    const pln_kind_t *kind = pln_kind_by_name("task");
    pln_buf_t payload = {0};
    pln_record_problem_t problem;
    assert_int_equal(pln_record_from_json(json, &kind, NULL, &payload, &problem), PLN_OK);
    assert_string_equal(kind->name, "task");
    pln_buf_free(&payload);
    json_decref(json);
}

static void a_refusal_names_field_rule_and_remedy(void **state)
{
    (void)state;
#define TASK(more) "{\"kind\":\"task\",\"fields\":{\"title\":\"t\",\"prompt\":\"p\"" more "}}"
    assert_refused("{\"kind\":\"task\",\"fields\":{\"prompt\":\"p\"}}", "title", "required",
                   "title is required");
    assert_refused("{\"kind\":\"task\",\"fields\":{\"title\":\" \",\"prompt\":\"p\"}}", "title",
                   "required", "title is required");
    assert_refused("{\"kind\":\"task\",\"fields\":{\"title\":\"t\"}}", "prompt", "required", "");
    assert_refused("{\"kind\":\"lesson\",\"fields\":{\"title\":\"t\",\"result\":\"r\"}}",
                   "challenge", "required", "");
    assert_refused(TASK(",\"materails\":\"m\""), "materails", "unknown-field",
                   "did you mean \"materials\"");
    assert_refused(TASK(",\"xyzzy\":\"m\""), "xyzzy", "unknown-field", "see pln help task");
    assert_refused(TASK(",\"state\":\"final\""), "state", "choice", "draft, piloted");
    assert_refused(TASK(",\"grades\":[\"9th\"]"), "grades", "choice", "IT, PR, PK");
    assert_refused(TASK(",\"dok\":5"), "dok", "out-of-range", "1 to 4");
    assert_refused(TASK(",\"dok\":-1"), "dok", "type", "whole number");
    assert_refused(TASK(",\"dok\":1.5"), "dok", "type", "whole number");
    assert_refused(TASK(",\"minutes\":\"ninety\""), "minutes", "type", "whole number");
    assert_refused(TASK(",\"common\":1"), "common", "type", "true or false");
    assert_refused(TASK(",\"purpose\":{\"a\":1}"), "purpose", "type", "a string");
    assert_refused(TASK(",\"subjects\":[\"a\",7]"), "subjects", "type", "each value of subjects");
    assert_refused(TASK(",\"license\":\"Creative Commons\""), "license", "code", "");
    assert_refused(TASK(",\"replaces\":\"" AUTHOR "/0#" DATA "\""), "replaces", "type", "");
    assert_refused(TASK(",\"blobs\":[\"00\"]"), "blobs", "type", "64 hex digits");
    assert_refused(TASK(",\"salt\":\"00\""), "salt", "type", "");
    assert_refused(TASK(",\"#16\":\"a178\""), "#16", "unknown-field", "");
    assert_refused(TASK(",\"#40\":\"c1\""), "#40", "type", "canonical msgpack");
    assert_refused(TASK(",\"#40\":\"\""), "#40", "type", "msgpack in hex");
    assert_refused(TASK(",\"#040\":\"c0\""), "#040", "unknown-field", "");
#undef TASK
}

static void a_title_of_two_lines_is_refused(void **state)
{
    (void)state;
    assert_refused("{\"kind\":\"task\",\"fields\":{\"title\":\"a\\nb\",\"prompt\":\"p\"}}", "title",
                   "one-line", "one line");
}

static void a_record_without_shape_or_kind_is_refused(void **state)
{
    (void)state;
    assert_refused("[]", "", "type", "an object");
    assert_refused("{}", "kind", "kind", "a kind that is known");
    assert_refused("{\"kind\":7}", "kind", "kind", "");
    assert_refused("{\"kind\":\"tsak\",\"fields\":{}}", "kind", "kind", "");
    assert_refused("{\"kind\":\"grant\",\"fields\":{}}", "kind", "kind", "its own command");
    assert_refused("{\"kind\":\"task\"}", "fields", "type", "an object");
    assert_refused("{\"kind\":\"task\",\"fields\":[]}", "fields", "type", "an object");
}

static void a_record_larger_than_a_payload_is_refused(void **state)
{
    (void)state;
    json_t *fields = json_object();
    char *text = calloc(1, 131073);
    memset(text, 'a', 131072);
    json_object_set_new(fields, "title", json_string("t"));
    json_object_set_new(fields, "prompt", json_string(text));
    pln_buf_t payload = {0};
    pln_record_problem_t problem;
    const pln_kind_t *task = pln_kind_by_name("task");
    assert_int_equal(pln_fields_from_json(task, fields, NULL, &payload, &problem), PLN_OK);
    text[65536] = '\0';
    json_object_set_new(fields, "rubric", json_string(text));
    text[65536] = 'a';
    for (int i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "#%d", 100 + i);
        char *hex = calloc(1, 60001);
        memset(hex, 'c', 60000);
        for (int j = 1; j < 60000; j += 2) {
            hex[j] = '0';
        }
        json_object_set_new(fields, name, json_string(hex));
        free(hex);
    }
    assert_int_equal(pln_fields_from_json(task, fields, NULL, &payload, &problem), PLN_EFIELD);
    for (int i = 0; i < 64; i++) {
        char name[16];
        snprintf(name, sizeof name, "#%d", 100 + i);
        json_object_set_new(fields, name, json_string("d900"));
    }
    assert_int_equal(pln_fields_from_json(task, fields, NULL, &payload, &problem), PLN_EFIELD);
    free(text);
    json_decref(fields);
    pln_buf_free(&payload);
}

static void an_unreadable_payload_gives_the_reason(void **state)
{
    (void)state;
    char reason[256] = "";
    assert_null(pln_record_to_json(0x0101, PLN_SPAN("\x80", 1), reason, sizeof reason));
    assert_string_equal(reason, "title is required");
    assert_null(pln_record_to_json(0x0101, PLN_SPAN("\xc1", 1), reason, sizeof reason));
    assert_string_equal(reason, "the record is not a canonical map of fields");
    assert_null(pln_record_to_json(0x7777, PLN_SPAN("\x80", 1), reason, sizeof reason));
    assert_string_equal(reason, "the record is of a kind this version cannot read");
}

static void reference_text_has_one_spelling(void **state)
{
    (void)state;
    static const char *const good[] = {
        AUTHOR "/1#" DATA,
        AUTHOR "/1.1#" DATA,
        NETWORK "/" AUTHOR "/4294967295.281474976710655#" DATA,
    };
    static const char *const bad[] = {
        "",
        "#",
        "/",
        AUTHOR "/1",
        AUTHOR "#" DATA,
        "/1#" DATA,
        AUTHOR "/0#" DATA,
        AUTHOR "/01#" DATA,
        AUTHOR "/0.1#" DATA,
        AUTHOR "/4294967296.1#" DATA,
        AUTHOR "/281474976710656#" DATA,
        AUTHOR "/1.2.3#" DATA,
        AUTHOR "/1#" DATA "00",
        AUTHOR "/-1#" DATA,
        "x/" AUTHOR "/1#" DATA,
        NETWORK "/" NETWORK "/" AUTHOR "/1#" DATA,
        NETWORK "/" AUTHOR "/1#0123",
        "z6Mkxxxx/1#" DATA,
    };
    pln_reference_t reference;
    char text[PLN_REFERENCE_TEXT_SIZE];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(pln_reference_parse(good[i], &reference));
        pln_reference_text(&reference, text);
        assert_string_equal(text, good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (pln_reference_parse(bad[i], &reference)) {
            fail_msg("taken: %s", bad[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_of_every_type_survives_the_round_trip),
        cmocka_unit_test(members_in_any_order_give_the_same_payload),
        cmocka_unit_test(friendly_spellings_are_taken),
        cmocka_unit_test(a_kind_given_beside_the_record_is_used),
        cmocka_unit_test(a_refusal_names_field_rule_and_remedy),
        cmocka_unit_test(a_title_of_two_lines_is_refused),
        cmocka_unit_test(a_record_without_shape_or_kind_is_refused),
        cmocka_unit_test(a_record_larger_than_a_payload_is_refused),
        cmocka_unit_test(an_unreadable_payload_gives_the_reason),
        cmocka_unit_test(reference_text_has_one_spelling),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
