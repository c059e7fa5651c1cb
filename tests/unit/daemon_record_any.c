// SPDX-License-Identifier: MPL-2.0
// Nothing here names a kind: every one of the table is filled at random within its bounds, and must
// survive all forms it has. PLN_TEST_SEED repeats a run.
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
#include "proto/identity.h"

#define ROUNDS 60u

static uint64_t seed;
static uint64_t dice;

static uint64_t roll(uint64_t sides)
{
    dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (dice >> 33) % sides;
}

/** Text of @min to @max bytes: letters of several scripts, and what JSON must escape. */
static void write_text(pln_buf_t *out, uint32_t min, uint32_t max, bool lines)
{
    static const char *const pieces[] = {"a", " ",    "\"", "\\",        "/", "<",
                                         "ü", "日本", "🌽",  "e\xcc\x81", "|", "#"};
    pln_buf_t text = {0};
    uint32_t wanted = min + (uint32_t)roll((max - min < 60 ? max - min : 60) + 1);
    pln_buf_u8(&text, 'x');
    while (text.size < wanted) {
        const char *piece = roll(9) == 0 && lines ? "\r\n\t" : pieces[roll(12)];
        pln_buf_add(&text, piece, text.size + strlen(piece) <= max ? strlen(piece) : 0);
        if (text.size + 8 > max && text.size < wanted) {
            pln_buf_u8(&text, 'z');
        }
    }
    pln_pack_str(out, pln_buf_span(&text));
    pln_buf_free(&text);
}

static void write_code(pln_buf_t *out, uint32_t min, uint32_t max)
{
    static const char letters[] = "azAZ09.-+:_/";
    char text[128];
    size_t size = min + roll((max - min < 60 ? max - min : 60) + 1);
    for (size_t i = 0; i < size; i++) {
        text[i] = letters[roll(sizeof letters - 1)];
    }
    pln_pack_str(out, PLN_SPAN(text, size));
}

static void write_reference(pln_buf_t *out, const pln_id_t *author, uint64_t seq)
{
    pln_reference_t reference = {.author = *author, .seq = seq, .has_network = roll(2) == 0};
    reference.epoch = roll(2) == 0 ? 0 : (uint32_t)roll(UINT32_MAX);
    reference.data[0] = (uint8_t)roll(256);
    pln_reference_write(&reference, out);
}

static void write_time(pln_buf_t *out)
{
    pln_time_t time = {roll(UINT64_C(4000000000)) * 1000 + 90000000 + roll(1000),
                       (int32_t)roll(2 * PLN_OFFSET_MAX + 1) - PLN_OFFSET_MAX};
    pln_time_write(&time, out);
}

static void write_choice(pln_buf_t *out, const pln_choice_t *choices)
{
    size_t count = 0;
    while (choices[count].word != NULL) {
        count++;
    }
    pln_pack_cstr(out, choices[roll(count)].word);
}

static bool write_pairs(pln_buf_t *out, const pln_field_t *fields, const pln_id_t *author,
                        uint32_t refs);

static void write_value(pln_buf_t *out, const pln_field_t *field, const pln_id_t *author,
                        uint32_t refs, uint64_t number)
{
    uint8_t bytes[64] = {0};
    uint64_t unit = field->type == PLN_TYPE_DECIMAL ? 100 : 1;
    switch (field->type) {
        case PLN_TYPE_LINE:
        case PLN_TYPE_TEXT:
            write_text(out, field->min, field->max, field->type == PLN_TYPE_TEXT);
            break;
        case PLN_TYPE_CODE:
            write_code(out, field->min, field->max);
            break;
        case PLN_TYPE_CHOICE:
            write_choice(out, field->choices);
            break;
        case PLN_TYPE_UINT:
        case PLN_TYPE_DECIMAL:
            pln_pack_uint(out, field->min * unit + roll((field->max - field->min) * unit + 1));
            break;
        case PLN_TYPE_BOOL:
            pln_pack_bool(out, roll(2) == 0);
            break;
        case PLN_TYPE_TIME:
            write_time(out);
            break;
        case PLN_TYPE_LINK:
            pln_pack_uint(out, 1 + roll(refs));
            break;
        case PLN_TYPE_REFERENCE:
            write_reference(out, author, number + 1);
            break;
        case PLN_TYPE_BLOB:
            pln_pack_bin(out, bytes, 32);
            break;
        case PLN_TYPE_SALT:
            pln_pack_bin(out, bytes, field->min);
            break;
        case PLN_TYPE_GROUP:
            write_pairs(out, field->parts, author, refs);
            break;
        case PLN_TYPE_COUNT:
            abort();
    }
}

/** A map of some of @fields; of a group at least one. */
static bool write_pairs(pln_buf_t *out, const pln_field_t *fields, const pln_id_t *author,
                        uint32_t refs)
{
    uint32_t count = 0;
    pln_buf_t pairs = {0};
    for (const pln_field_t *field = fields; field->number != 0; field++) {
        bool required = (field->flags & PLN_FIELD_REQUIRED) != 0;
        bool last = field[1].number == 0 && count == 0;
        if (!required && !last && roll(3) == 0) {
            continue;
        }
        pln_pack_uint(&pairs, field->number);
        uint32_t values = field->many == 0 ? 1 : 1 + (uint32_t)roll(field->many < 4 ? 1 : 4);
        values =
            field->number == PLN_FIELD_REFS && field->type == PLN_TYPE_REFERENCE ? refs : values;
        if (field->many > 0) {
            pln_pack_array(&pairs, values);
        }
        for (uint32_t i = 0; i < values; i++) {
            write_value(&pairs, field, author, refs, i);
        }
        count++;
    }
    pln_pack_map(out, count);
    pln_buf_add(out, pairs.data, pairs.size);
    pln_buf_free(&pairs);
    return count > 0;
}

/** Common and own fields of @kind as one map: the common ones come first, so both parts append. */
static pln_buf_t any_record(const pln_kind_t *kind, const pln_id_t *author)
{
    pln_field_t rows[64];
    const pln_field_t *field;
    size_t count = 0;
    for (size_t i = 0; (field = pln_field_at(kind, i)) != NULL; i++) {
        bool kept = field->number == PLN_FIELD_REFS || (field->flags & PLN_FIELD_REQUIRED) != 0;
        if (kept || roll(2) == 0) {
            rows[count++] = *field;
        }
    }
    rows[0].flags |= PLN_FIELD_REQUIRED;  // refs: links lead there
    memset(&rows[count], 0, sizeof rows[count]);
    pln_buf_t payload = {0};
    write_pairs(&payload, rows, author, 1 + (uint32_t)roll(5));
    return payload;
}

static void broken(const pln_kind_t *kind, const char *what, const char *why)
{
    fail_msg("%s: %s: %s (PLN_TEST_SEED=%llu)", kind->name, what, why, (unsigned long long)seed);
}

static void assert_survives(const pln_kind_t *kind, pln_span_t payload)
{
    char reason[512] = "";
    pln_record_problem_t problem;
    json_error_t error;
    pln_buf_t again = {0};
    json_t *shown = pln_record_to_json(kind->number, payload, reason, sizeof reason);
    if (shown == NULL) {
        broken(kind, "a record within its bounds is refused", reason);
    }
    char *line = json_dumps(shown, JSON_COMPACT);
    json_t *read = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    if (pln_fields_from_json(kind, read, NULL, &again, &problem) != PLN_OK) {
        broken(kind, problem.field, problem.detail);
    }
    if (again.size != payload.size || memcmp(again.data, payload.data, again.size) != 0) {
        broken(kind, "its JSON gives other bytes", line);
    }
    json_t *twice = pln_record_to_json(kind->number, pln_buf_span(&again), reason, sizeof reason);
    if (!json_equal(shown, twice)) {
        broken(kind, "its JSON reads back as another", line);
    }
    free(line);
    json_decref(shown);
    json_decref(read);
    json_decref(twice);
    pln_buf_free(&again);
}

static void every_kind_survives_json_and_back(void **state)
{
    (void)state;
    pln_identity_t keys;
    uint8_t key_seed[PLN_SEED_SIZE] = {1};
    while (pln_identity_derive(key_seed, &keys) != PLN_OK) {
        key_seed[0]++;
    }
    const pln_kind_t *kind;
    for (size_t i = 0; (kind = pln_kind_at(i)) != NULL; i++) {
        for (unsigned round = 0; kind->fields != NULL && round < ROUNDS; round++) {
            pln_buf_t payload = any_record(kind, &keys.id);
            assert_survives(kind, pln_buf_span(&payload));
            pln_buf_free(&payload);
        }
    }
}

int main(void)
{
    const char *given = getenv("PLN_TEST_SEED");
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_kind_survives_json_and_back)};
    if (sodium_init() < 0) {
        return 1;
    }
    randombytes_buf(&seed, sizeof seed);
    seed = given != NULL ? strtoull(given, NULL, 10) : seed >> 32;
    dice = seed;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
