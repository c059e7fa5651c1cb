// SPDX-License-Identifier: MPL-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <sodium.h>
#include <string.h>

#include "proto/identity.h"
#include "proto/record.h"

/* ---- the table ---- */

static void kinds_ascend_and_are_found_by_number_and_name(void **state)
{
    (void)state;
    int last = -1;
    const pln_kind_t *kind;
    for (size_t i = 0; (kind = pln_kind_at(i)) != NULL; i++) {
        assert_true(kind->number > last);
        last = kind->number;
        assert_ptr_equal(pln_kind_by_number(kind->number), kind);
        assert_ptr_equal(pln_kind_by_name(kind->name), kind);
        assert_true((kind->number <= 0xff) == (kind->fields == NULL));
        assert_true(kind->label[0] != '\0' && kind->help[0] != '\0');
        assert_int_not_equal(kind->help[strlen(kind->help) - 1], '.');
    }
    assert_null(pln_kind_by_number(0));
    assert_null(pln_kind_by_number(0x7777));
    assert_null(pln_kind_by_name(""));
    assert_null(pln_kind_by_name("Task"));
}

static void fields_ascend_have_one_name_each_and_whole_rows(void **state)
{
    (void)state;
    const pln_kind_t *kind;
    for (size_t i = 0; (kind = pln_kind_at(i)) != NULL; i++) {
        int last = 0;
        const pln_field_t *field;
        for (size_t j = 0; (field = pln_field_at(kind, j)) != NULL; j++) {
            assert_true(field->number > last);
            last = field->number;
            assert_ptr_equal(pln_field_by_number(kind, field->number), field);
            assert_ptr_equal(pln_field_by_name(kind, field->name), field);
            bool chosen = field->type == PLN_TYPE_CHOICE;
            bool linked = field->type == PLN_TYPE_LINK;
            assert_true(chosen ? field->choices != NULL : linked || field->choices == NULL);
            assert_true((field->type == PLN_TYPE_GROUP) == (field->parts != NULL));
            assert_true(field->min <= field->max);
            assert_true(pln_type_name(field->type)[0] != '\0');
            assert_true(field->label[0] != '\0' && field->help[0] != '\0');
            assert_int_not_equal(field->help[strlen(field->help) - 1], '.');
        }
        assert_true(kind->fields == NULL || pln_field_at(kind, 1000) == NULL);
    }
}

static void fields_below_16_mean_the_same_in_every_kind(void **state)
{
    (void)state;
    static const struct {
        uint16_t number;
        const char *name;
    } common[] = {{1, "refs"}, {2, "blobs"}, {3, "was"}, {4, "replaces"}, {5, "salt"}};
    const pln_kind_t *kind;
    for (size_t i = 0; (kind = pln_kind_at(i)) != NULL; i++) {
        for (size_t j = 0; j < sizeof common / sizeof common[0] && kind->fields != NULL; j++) {
            const pln_field_t *field = pln_field_by_number(kind, common[j].number);
            assert_non_null(field);
            assert_string_equal(field->name, common[j].name);
        }
        for (const pln_field_t *own = kind->fields; own != NULL && own->number != 0; own++) {
            assert_true(own->number >= PLN_FIELD_OWN_MIN);
        }
    }
}

/* ---- payloads ---- */

static const pln_kind_t *task(void)
{
    return pln_kind_by_name("task");
}

/** A payload is written pair by pair; the count is put in front when it is known. */
typedef struct {
    pln_buf_t pairs;
    uint32_t count;
} sheet_t;

static void key(sheet_t *sheet, uint64_t number)
{
    pln_pack_uint(&sheet->pairs, number);
    sheet->count++;
}

static void line(sheet_t *sheet, uint64_t number, const char *text)
{
    key(sheet, number);
    pln_pack_cstr(&sheet->pairs, text);
}

static pln_buf_t seal(sheet_t *sheet)
{
    pln_buf_t payload = {0};
    pln_pack_map(&payload, sheet->count);
    pln_buf_add(&payload, sheet->pairs.data, sheet->pairs.size);
    pln_buf_free(&sheet->pairs);
    return payload;
}

/** Takes the sheet; NULL field: the record as a whole. */
static void assert_refused(sheet_t sheet, const char *field, pln_rule_t rule)
{
    pln_buf_t payload = seal(&sheet);
    pln_record_error_t error = {.field = NULL};
    assert_int_equal(pln_record_check(task(), pln_buf_span(&payload), &error), PLN_EFIELD);
    assert_int_equal(error.rule, rule);
    if (field == NULL) {
        assert_null(error.field);
    } else {
        assert_non_null(error.field);
        assert_string_equal(error.field->name, field);
    }
    pln_buf_free(&payload);
}

static void assert_accepted(sheet_t sheet)
{
    pln_buf_t payload = seal(&sheet);
    pln_record_error_t error;
    assert_int_equal(pln_record_check(task(), pln_buf_span(&payload), &error), PLN_OK);
    pln_buf_free(&payload);
}

/** Title and prompt, with room for what belongs between or behind them. */
static sheet_t titled(void)
{
    sheet_t sheet = {0};
    line(&sheet, 16, "Bridges");
    line(&sheet, 18, "Build one.");
    return sheet;
}

static void record_needs_title_and_prompt_only(void **state)
{
    (void)state;
    assert_accepted(titled());
    sheet_t none = {0};
    assert_refused(none, "title", PLN_RULE_REQUIRED);
    sheet_t untitled = {0};
    line(&untitled, 18, "Build one.");
    assert_refused(untitled, "title", PLN_RULE_REQUIRED);
    sheet_t unprompted = {0};
    line(&unprompted, 16, "Bridges");
    assert_refused(unprompted, "prompt", PLN_RULE_REQUIRED);
    unprompted = (sheet_t){0};
    line(&unprompted, 16, "Bridges");
    line(&unprompted, 19, "Wood");
    assert_refused(unprompted, "prompt", PLN_RULE_REQUIRED);
}

static void record_refuses_blank_texts(void **state)
{
    (void)state;
    sheet_t blank = {0};
    line(&blank, 16, "  \t");
    assert_refused(blank, "title", PLN_RULE_REQUIRED);
    sheet_t empty = titled();
    line(&empty, 19, "");
    assert_refused(empty, "materials", PLN_RULE_EMPTY);
}

static void record_holds_texts_to_their_bounds(void **state)
{
    (void)state;
    char text[302];
    memset(text, 'a', sizeof text);
    text[300] = '\0';
    sheet_t longest = {0};
    line(&longest, 16, text);
    line(&longest, 18, "Build one.");
    assert_accepted(longest);
    text[300] = 'a';
    text[301] = '\0';
    sheet_t longer = {0};
    line(&longer, 16, text);
    assert_refused(longer, "title", PLN_RULE_LONG);
    sheet_t language = {0};
    line(&language, 7, "e");
    assert_refused(language, "lang", PLN_RULE_SHORT);
}

static void record_keeps_lines_free_of_control_characters(void **state)
{
    (void)state;
    static const char *const bad[] = {"a\nb", "a\tb", "a\x1b[2Jb", "a\x7f", "a\xc2\x85z"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        sheet_t sheet = {0};
        line(&sheet, 16, bad[i]);
        assert_refused(sheet, "title", PLN_RULE_LINE);
    }
    sheet_t text = {0};
    line(&text, 16, "Título \xe2\x80\x93 ｔ");
    line(&text, 18, "one\r\n\ttwo\n");
    assert_accepted(text);
    sheet_t escape = {0};
    line(&escape, 16, "Bridges");
    line(&escape, 18, "one\x1b[2Jtwo");
    assert_refused(escape, "prompt", PLN_RULE_CHARACTERS);
}

static void record_refuses_text_that_is_not_utf8(void **state)
{
    (void)state;
    static const char latin1[] =
        "\x81\x10\xa4"
        "caf\xe9";
    pln_record_error_t error;
    assert_int_equal(pln_record_check(task(), PLN_SPAN(latin1, sizeof latin1 - 1), &error),
                     PLN_EFIELD);
    assert_int_equal(error.rule, PLN_RULE_PAYLOAD);
}

static void list(sheet_t *sheet, uint64_t number, uint32_t count, const char *text)
{
    key(sheet, number);
    pln_pack_array(&sheet->pairs, count);
    for (uint32_t i = 0; i < count; i++) {
        pln_pack_cstr(&sheet->pairs, text);
    }
}

static void record_checks_lists_item_by_item(void **state)
{
    (void)state;
    sheet_t sheet = titled();
    list(&sheet, 21, 32, "09");
    list(&sheet, 22, 16, "Science");
    assert_accepted(sheet);
    sheet = titled();
    list(&sheet, 22, 17, "Science");
    assert_refused(sheet, "subjects", PLN_RULE_MANY);
    sheet = titled();
    list(&sheet, 22, 0, "");
    assert_refused(sheet, "subjects", PLN_RULE_EMPTY);
    sheet = titled();
    list(&sheet, 22, 2, "");
    assert_refused(sheet, "subjects", PLN_RULE_EMPTY);
    sheet = titled();
    line(&sheet, 22, "Science");
    assert_refused(sheet, "subjects", PLN_RULE_TYPE);
}

static void record_takes_grades_as_ceds_codes_only(void **state)
{
    (void)state;
    static const char *const good[] = {"KG", "PK", "09", "12", "UG"};
    static const char *const bad[] = {"0", "99", "9", "K", "kg", "09-12", "Grade 9"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        sheet_t sheet = titled();
        list(&sheet, 21, 1, good[i]);
        assert_accepted(sheet);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        sheet_t sheet = titled();
        list(&sheet, 21, 1, bad[i]);
        assert_refused(sheet, "grades", PLN_RULE_CHOICE);
    }
}

static void record_holds_numbers_choices_and_codes_to_their_rows(void **state)
{
    (void)state;
    sheet_t sheet = titled();
    key(&sheet, 25);
    pln_pack_uint(&sheet.pairs, 5);
    assert_refused(sheet, "dok", PLN_RULE_RANGE);
    sheet = titled();
    key(&sheet, 25);
    pln_pack_uint(&sheet.pairs, 0);
    assert_refused(sheet, "dok", PLN_RULE_RANGE);
    sheet = titled();
    key(&sheet, 25);
    pln_pack_int(&sheet.pairs, -1);
    assert_refused(sheet, "dok", PLN_RULE_TYPE);
    sheet = titled();
    line(&sheet, 27, "Draft");
    assert_refused(sheet, "state", PLN_RULE_CHOICE);
    sheet = titled();
    line(&sheet, 27, "draft");
    key(&sheet, 29);
    pln_pack_bool(&sheet.pairs, true);
    assert_accepted(sheet);
    sheet = (sheet_t){0};
    line(&sheet, 10, "CC BY");
    assert_refused(sheet, "license", PLN_RULE_CODE);
    sheet = titled();
    key(&sheet, 29);
    pln_pack_uint(&sheet.pairs, 1);
    assert_refused(sheet, "common", PLN_RULE_TYPE);
}

static void record_refuses_a_time_past_the_year_9999(void **state)
{
    (void)state;
    const pln_kind_t *lesson = pln_kind_by_name("lesson");
    static const uint64_t times[] = {PLN_TIME_MS_MAX, PLN_TIME_MS_MAX + 1};
    for (size_t i = 0; i < 2; i++) {
        sheet_t sheet = {0};
        for (uint64_t n = 16; n <= 19; n++) {
            line(&sheet, n, "x");
        }
        key(&sheet, 23);
        pln_time_write(&(pln_time_t){times[i], 0}, &sheet.pairs);
        pln_buf_t payload = seal(&sheet);
        pln_record_error_t error;
        assert_int_equal(pln_record_check(lesson, pln_buf_span(&payload), &error),
                         i == 0 ? PLN_OK : PLN_EFIELD);
        assert_true(i == 0 || error.rule == PLN_RULE_RANGE);
        pln_buf_free(&payload);
    }
}

static void record_keeps_fields_it_does_not_know(void **state)
{
    (void)state;
    sheet_t sheet = {0};
    key(&sheet, 15);
    pln_pack_map(&sheet.pairs, 1);
    pln_pack_uint(&sheet.pairs, 3);
    pln_pack_nil(&sheet.pairs);
    line(&sheet, 16, "Bridges");
    line(&sheet, 18, "Build one.");
    line(&sheet, 4000, "from a later version");
    pln_buf_t payload = seal(&sheet);
    pln_record_error_t error;
    assert_int_equal(pln_record_check(task(), pln_buf_span(&payload), &error), PLN_OK);

    static const uint64_t numbers[] = {15, 16, 18, 4000};
    pln_record_t record = pln_record_open(task(), pln_buf_span(&payload));
    pln_record_field_t at;
    size_t i = 0;
    for (; pln_record_next(&record, &at); i++) {
        assert_int_equal(at.number, numbers[i]);
        assert_true((at.field == NULL) == (at.number == 15 || at.number == 4000));
    }
    assert_int_equal(i, 4);
    assert_int_equal(pln_record_end(&record), PLN_OK);

    assert_true(pln_record_find(task(), pln_buf_span(&payload), "prompt", &at));
    pln_unpack_t in = pln_unpack(at.value);
    pln_span_t text = pln_unpack_str(&in, 100);
    assert_int_equal(text.size, 10);
    assert_memory_equal(text.data, "Build one.", 10);
    assert_false(pln_record_find(task(), pln_buf_span(&payload), "rubric", &at));
    pln_buf_free(&payload);
}

static void record_refuses_what_is_no_canonical_map(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } bad[] = {
        {"", 0},                                         // nothing
        {"\xc0", 1},                                     // nil
        {"\x93\x10\x11\x12", 4},                         // an array
        {"\x81", 1},                                     // a pair announced, none there
        {"\x82\x12\xa1x\x10\xa1x", 7},                   // keys descend
        {"\x82\x10\xa1x\x10\xa1x", 7},                   // a key twice
        {"\x81\xcc\x10\xa1x", 5},                        // a number in a long spelling
        {"\x82\x10\xa1x\x12\xa1x!", 8},                  // a byte behind the map
        {"\xdf\xff\xff\xff\xff", 5},                     // four thousand million pairs
        {"\x81\xa1x\x10", 4},                            // a text as key
        {"\x83\x10\xa1x\x12\xa1x\x21\xca\0\0\0\0", 13},  // float32
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        pln_record_error_t error;
        assert_int_equal(pln_record_check(task(), PLN_SPAN(bad[i].bytes, bad[i].size), &error),
                         PLN_EFIELD);
        assert_true(error.rule == PLN_RULE_PAYLOAD || error.rule == PLN_RULE_FIELDS);
        assert_null(error.field);
    }
}

static void record_has_a_bounded_number_of_fields(void **state)
{
    (void)state;
    for (uint32_t extra = PLN_FIELDS_MAX - 2; extra <= PLN_FIELDS_MAX - 1; extra++) {
        sheet_t sheet = titled();
        for (uint32_t i = 0; i < extra; i++) {
            key(&sheet, 1000 + i);
            pln_pack_nil(&sheet.pairs);
        }
        if (extra + 2 <= PLN_FIELDS_MAX) {
            assert_accepted(sheet);
        } else {
            assert_refused(sheet, NULL, PLN_RULE_FIELDS);
        }
    }
}

static void record_of_an_unknown_or_control_kind_is_refused(void **state)
{
    (void)state;
    pln_record_error_t error;
    assert_int_equal(pln_record_check(NULL, PLN_SPAN("\x80", 1), &error), PLN_EFIELD);
    assert_int_equal(error.rule, PLN_RULE_KIND);
    assert_int_equal(pln_record_check(pln_kind_by_name("grant"), PLN_SPAN("\x80", 1), &error),
                     PLN_EFIELD);
    assert_int_equal(error.rule, PLN_RULE_KIND);
}

static pln_id_t author(void)
{
    uint8_t seed[PLN_SEED_SIZE];
    pln_identity_t identity;
    do {
        randombytes_buf(seed, sizeof seed);
    } while (pln_identity_derive(seed, &identity) != PLN_OK);
    return identity.id;
}

static void reference_comes_back_as_written(void **state)
{
    (void)state;
    for (int with_network = 0; with_network < 2; with_network++) {
        pln_reference_t in = {.has_network = with_network == 1, .epoch = 17, .seq = PLN_SEQ_MAX};
        in.author = author();
        randombytes_buf(in.data, sizeof in.data);
        if (in.has_network) {
            randombytes_buf(in.network.bytes, sizeof in.network.bytes);
        }
        sheet_t sheet = {0};
        key(&sheet, 1);
        pln_pack_array(&sheet.pairs, 1);
        pln_reference_write(&in, &sheet.pairs);
        key(&sheet, 4);
        pln_reference_write(&in, &sheet.pairs);
        line(&sheet, 16, "Bridges");
        line(&sheet, 18, "Build one.");
        pln_buf_t payload = seal(&sheet);
        pln_record_error_t error;
        assert_int_equal(pln_record_check(task(), pln_buf_span(&payload), &error), PLN_OK);
        pln_record_field_t at;
        assert_true(pln_record_find(task(), pln_buf_span(&payload), "replaces", &at));
        pln_unpack_t unpack = pln_unpack(at.value);
        pln_reference_t out;
        pln_reference_read(&unpack, &out);
        assert_int_equal(pln_unpack_end(&unpack), PLN_OK);
        assert_memory_equal(&out, &in, sizeof in);
        pln_buf_free(&payload);
    }
}

static void reference_to_nothing_is_refused(void **state)
{
    (void)state;
    pln_reference_t zero = {.seq = 0};
    sheet_t sheet = {0};
    key(&sheet, 4);
    pln_reference_write(&zero, &sheet.pairs);
    assert_refused(sheet, "replaces", PLN_RULE_TYPE);
    pln_reference_t invalid = {.author = author(), .seq = 1};
    invalid.author.bytes[31] |= 0x80;
    sheet = (sheet_t){0};
    key(&sheet, 4);
    pln_reference_write(&invalid, &sheet.pairs);
    assert_refused(sheet, "replaces", PLN_RULE_TYPE);
    sheet = (sheet_t){0};
    key(&sheet, 4);
    pln_pack_array(&sheet.pairs, 1);
    pln_pack_nil(&sheet.pairs);
    assert_refused(sheet, "replaces", PLN_RULE_TYPE);
    sheet = (sheet_t){0};
    key(&sheet, 2);
    pln_pack_array(&sheet.pairs, 1);
    pln_pack_bin(&sheet.pairs, "short", 5);
    assert_refused(sheet, "blobs", PLN_RULE_TYPE);
}

static void rules_have_names_and_sentences(void **state)
{
    (void)state;
    for (int i = 0; i < PLN_RULE_COUNT; i++) {
        assert_true(pln_rule_name((pln_rule_t)i)[0] != '\0');
        assert_true(pln_rule_text((pln_rule_t)i)[0] != '\0');
    }
    assert_string_equal(pln_rule_name(PLN_RULE_REQUIRED), "required");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_ascend_and_are_found_by_number_and_name),
        cmocka_unit_test(fields_ascend_have_one_name_each_and_whole_rows),
        cmocka_unit_test(fields_below_16_mean_the_same_in_every_kind),
        cmocka_unit_test(record_needs_title_and_prompt_only),
        cmocka_unit_test(record_refuses_blank_texts),
        cmocka_unit_test(record_holds_texts_to_their_bounds),
        cmocka_unit_test(record_keeps_lines_free_of_control_characters),
        cmocka_unit_test(record_refuses_text_that_is_not_utf8),
        cmocka_unit_test(record_checks_lists_item_by_item),
        cmocka_unit_test(record_takes_grades_as_ceds_codes_only),
        cmocka_unit_test(record_holds_numbers_choices_and_codes_to_their_rows),
        cmocka_unit_test(record_refuses_a_time_past_the_year_9999),
        cmocka_unit_test(record_keeps_fields_it_does_not_know),
        cmocka_unit_test(record_refuses_what_is_no_canonical_map),
        cmocka_unit_test(record_has_a_bounded_number_of_fields),
        cmocka_unit_test(record_of_an_unknown_or_control_kind_is_refused),
        cmocka_unit_test(reference_comes_back_as_written),
        cmocka_unit_test(reference_to_nothing_is_refused),
        cmocka_unit_test(rules_have_names_and_sentences),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
