// SPDX-License-Identifier: MPL-2.0
// JSON members come in any order, payload fields ascend: the members are collected, matched with
// the table, sorted by number and packed. Bounds are the core's business: it checks what was
// packed.
#include "record_json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moment.h"
#include "reference.h"

#define NUMBER_DIGITS_MAX 19

/** One member of the JSON object with the field it stands for. */
typedef struct {
    uint64_t number;
    const pln_field_t *field; /**< NULL: "#N" */
    json_t *value;
} member_t;

static pln_err_t refuse(pln_record_problem_t *problem, const char *field, const char *rule,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));

static pln_err_t refuse(pln_record_problem_t *problem, const char *field, const char *rule,
                        const char *format, ...)
{
    snprintf(problem->field, sizeof problem->field, "%.60s", field);
    snprintf(problem->rule, sizeof problem->rule, "%s", rule);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(problem->detail, sizeof problem->detail, format, arguments);
    va_end(arguments);
    return PLN_EFIELD;
}

/** Words of a list for a message; a long list ends in "...". */
static void list_words(const pln_choice_t *choices, char *out, size_t size)
{
    size_t at = 0;
    out[0] = '\0';
    for (; choices->word != NULL; choices++) {
        if (at + strlen(choices->word) + 8 > size) {
            snprintf(out + at, size - at, ", ...");
            return;
        }
        at += (size_t)snprintf(out + at, size - at, "%s%s", at > 0 ? ", " : "", choices->word);
    }
}

void pln_record_explain(const pln_record_error_t *error, char *out, size_t size)
{
    const pln_field_t *field = error->field;
    const char *text = pln_rule_text(error->rule);
    char words[200];
    if (field == NULL) {
        snprintf(out, size, "the record %s", text);
        return;
    }
    switch (error->rule) {
        case PLN_RULE_SHORT:
            snprintf(out, size, "%s %s: at least %" PRIu32 " bytes", field->name, text, field->min);
            break;
        case PLN_RULE_LONG:
            snprintf(out, size, "%s %s: at most %" PRIu32 " bytes", field->name, text, field->max);
            break;
        case PLN_RULE_MANY:
            snprintf(out, size, "%s %s: at most %" PRIu32, field->name, text, field->many);
            break;
        case PLN_RULE_RANGE:
            snprintf(out, size, "%s %s: %" PRIu32 " to %" PRIu32, field->name, text, field->min,
                     field->max);
            break;
        case PLN_RULE_CHOICE:
            list_words(field->choices, words, sizeof words);
            snprintf(out, size, "%s %s: %s", field->name, text, words);
            break;
        default:
            snprintf(out, size, "%s %s", field->name, text);
            break;
    }
}

/* ---- names ---- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/** How many letters must be changed, added or left out to get from @a to @b. */
static size_t distance(const char *a, const char *b)
{
    size_t row[65];
    size_t size = least(strlen(b), 64);
    for (size_t j = 0; j <= size; j++) {
        row[j] = j;
    }
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= size; j++) {
            size_t changed = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = least(changed, least(row[j - 1], row[j]) + 1);
        }
    }
    return row[size];
}

static const char *nearest(const pln_kind_t *kind, const char *name)
{
    const char *best = NULL;
    size_t bound = least(strlen(name) / 2 + 1, 4);
    const pln_field_t *field;
    for (size_t i = 0; (field = pln_field_at(kind, i)) != NULL; i++) {
        size_t d = distance(field->name, name);
        if (d < bound) {
            bound = d;
            best = field->name;
        }
    }
    return best;
}

/** "#17" with a number that is no field of @kind. */
static bool unknown_number(const pln_kind_t *kind, const char *name, uint64_t *number)
{
    size_t digits = strspn(name + 1, "0123456789");
    if (name[0] != '#' || digits == 0 || digits > NUMBER_DIGITS_MAX || name[digits + 1] != '\0' ||
        (name[1] == '0' && digits > 1)) {
        return false;
    }
    *number = strtoull(name + 1, NULL, 10);
    return pln_field_by_number(kind, *number) == NULL;
}

/* ---- JSON to payload ---- */

static pln_err_t wrong_type(pln_record_problem_t *problem, const char *name, const char *expected)
{
    return refuse(problem, name, pln_rule_name(PLN_RULE_TYPE), "%s must be %s", name, expected);
}

static const char *const expected_texts[PLN_TYPE_COUNT] = {
    [PLN_TYPE_LINE] = "a string",
    [PLN_TYPE_TEXT] = "a string",
    [PLN_TYPE_CODE] = "a string",
    [PLN_TYPE_CHOICE] = "a string",
    [PLN_TYPE_RANGE] = "a string",
    [PLN_TYPE_UINT] = "a whole number that is not negative",
    [PLN_TYPE_BOOL] = "true or false",
    [PLN_TYPE_TIME] = "a date or a time such as 2026-11-22T09:30:00Z",
    [PLN_TYPE_REFERENCE] = "a reference: [NETWORK/]AUTHOR/[EPOCH.]SEQ#DATA",
    [PLN_TYPE_BLOB] = "the id of a file: 64 hex digits",
    [PLN_TYPE_SALT] = "hex digits",
};

static bool read_uint(json_t *value, uint64_t *out)
{
    if (json_is_integer(value)) {
        *out = (uint64_t)json_integer_value(value);
        return json_integer_value(value) >= 0;
    }
    const char *text = json_string_value(value);
    size_t digits = text != NULL ? strspn(text, "0123456789") : 0;
    if (digits == 0 || digits > NUMBER_DIGITS_MAX - 1 || text[digits] != '\0') {
        return false;
    }
    *out = strtoull(text, NULL, 10);
    return true;
}

static bool read_bool(json_t *value, bool *out)
{
    const char *text = json_string_value(value);
    bool yes = json_is_true(value) || (text != NULL && strcmp(text, "true") == 0);
    bool no = json_is_false(value) || (text != NULL && strcmp(text, "false") == 0);
    *out = yes;
    return yes || no;
}

static bool pack_hex(pln_buf_t *out, const char *text, size_t min, size_t max)
{
    uint8_t bytes[64];
    size_t size = text != NULL ? strlen(text) / 2 : 0;
    if (size < min || size > max || size > sizeof bytes || pln_unhex(text, bytes, size) != PLN_OK) {
        return false;
    }
    pln_pack_bin(out, bytes, size);
    return true;
}

/** Text as it stands; a grade may be written as a number. */
static bool pack_text(pln_buf_t *out, const pln_field_t *field, json_t *value)
{
    if (json_is_string(value)) {
        pln_span_t text = PLN_SPAN(json_string_value(value), json_string_length(value));
        // jansson vouches for UTF-8, but lets U+0000 through when its reader was told to.
        if (!pln_utf8_valid(text)) {
            return false;
        }
        pln_pack_str(out, text);
        return true;
    }
    if (field->type == PLN_TYPE_RANGE && json_is_integer(value)) {
        char digits[24];
        snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        pln_pack_cstr(out, digits);
        return true;
    }
    return false;
}

/** False: the value is not what the field's type asks for. */
static bool pack_value(pln_buf_t *out, const pln_field_t *field, json_t *value)
{
    const char *text = json_string_value(value);
    pln_reference_t reference;
    uint64_t number;
    bool flag;
    switch (field->type) {
        case PLN_TYPE_UINT:
            if (read_uint(value, &number)) {
                pln_pack_uint(out, number);
                return true;
            }
            return false;
        case PLN_TYPE_BOOL:
            if (read_bool(value, &flag)) {
                pln_pack_bool(out, flag);
                return true;
            }
            return false;
        case PLN_TYPE_TIME:
            if (text != NULL && pln_moment_parse(text, &number)) {
                pln_pack_uint(out, number);
                return true;
            }
            return false;
        case PLN_TYPE_REFERENCE:
            if (text != NULL && pln_reference_parse(text, &reference)) {
                pln_reference_write(&reference, out);
                return true;
            }
            return false;
        case PLN_TYPE_BLOB:
            return pack_hex(out, text, 32, 32);
        case PLN_TYPE_SALT:
            return pack_hex(out, text, field->min, field->max);
        default:
            return pack_text(out, field, value);
    }
}

static pln_err_t pack_known(pln_buf_t *out, const member_t *member, pln_record_problem_t *problem)
{
    const pln_field_t *field = member->field;
    const char *expected = expected_texts[field->type];
    if (field->many == 0) {
        return pack_value(out, field, member->value) ? PLN_OK
                                                     : wrong_type(problem, field->name, expected);
    }
    if (!json_is_array(member->value)) {
        pln_pack_array(out, 1);
        return pack_value(out, field, member->value) ? PLN_OK
                                                     : wrong_type(problem, field->name, "a list");
    }
    if (json_array_size(member->value) > field->many) {
        pln_record_error_t error = {field, PLN_RULE_MANY};
        refuse(problem, field->name, pln_rule_name(error.rule), "%s", "");
        pln_record_explain(&error, problem->detail, sizeof problem->detail);
        return PLN_EFIELD;
    }
    pln_pack_array(out, (uint32_t)json_array_size(member->value));
    size_t index;
    json_t *item;
    json_array_foreach(member->value, index, item)
    {
        if (!pack_value(out, field, item)) {
            char place[96];
            snprintf(place, sizeof place, "each value of %s", field->name);
            wrong_type(problem, place, expected);
            snprintf(problem->field, sizeof problem->field, "%s", field->name);
            return PLN_EFIELD;
        }
    }
    return PLN_OK;
}

/** The msgpack of a field this version does not know, as another one exported it. */
static pln_err_t pack_unknown(pln_buf_t *out, const member_t *member, pln_record_problem_t *problem)
{
    char name[32];
    const char *text = json_string_value(member->value);
    size_t size = text != NULL ? strlen(text) / 2 : 0;
    snprintf(name, sizeof name, "#%" PRIu64, member->number);
    if (size == 0 || size > PLN_PAYLOAD_MAX) {
        return wrong_type(problem, name, "msgpack in hex digits");
    }
    uint8_t *bytes = pln_buf_grow(out, size);
    if (pln_unhex(text, bytes, size) != PLN_OK || pln_pack_check(PLN_SPAN(bytes, size)) != PLN_OK) {
        return wrong_type(problem, name, "canonical msgpack in hex digits");
    }
    return PLN_OK;
}

static bool absent(json_t *value)
{
    return json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0) ||
           (json_is_array(value) && json_array_size(value) == 0);
}

static pln_err_t match(const pln_kind_t *kind, const char *name, json_t *value, member_t *member,
                       pln_record_problem_t *problem)
{
    member->value = value;
    member->field = pln_field_by_name(kind, name);
    if (member->field != NULL) {
        member->number = member->field->number;
        return PLN_OK;
    }
    if (unknown_number(kind, name, &member->number)) {
        return PLN_OK;
    }
    const char *near = nearest(kind, name);
    return refuse(problem, name, "unknown-field",
                  "a %s has no field \"%.60s\"%s%s%s; see pln help %s", kind->name, name,
                  near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                  near != NULL ? "\"" : "", kind->name);
}

static int by_number(const void *a, const void *b)
{
    const member_t *left = a, *right = b;
    return (left->number > right->number) - (left->number < right->number);
}

static pln_err_t check(const pln_kind_t *kind, pln_span_t payload, pln_record_problem_t *problem)
{
    pln_record_error_t error;
    if (payload.size > PLN_PAYLOAD_MAX) {
        return refuse(problem, "", pln_rule_name(PLN_RULE_LONG),
                      "the record is longer than allowed: at most %u bytes; attach files instead",
                      PLN_PAYLOAD_MAX);
    }
    if (pln_record_check(kind, payload, &error) == PLN_OK) {
        return PLN_OK;
    }
    refuse(problem, error.field != NULL ? error.field->name : "", pln_rule_name(error.rule), "%s",
           "");
    pln_record_explain(&error, problem->detail, sizeof problem->detail);
    return PLN_EFIELD;
}

static pln_err_t pack_members(const member_t *members, uint32_t count, pln_buf_t *payload,
                              pln_record_problem_t *problem)
{
    pln_pack_map(payload, count);
    for (uint32_t i = 0; i < count; i++) {
        pln_pack_uint(payload, members[i].number);
        PLN_TRY(members[i].field != NULL ? pack_known(payload, &members[i], problem)
                                         : pack_unknown(payload, &members[i], problem));
    }
    return PLN_OK;
}

pln_err_t pln_fields_from_json(const pln_kind_t *kind, json_t *fields, pln_buf_t *payload,
                               pln_record_problem_t *problem)
{
    member_t members[PLN_FIELDS_MAX];
    uint32_t count = 0;
    const char *name;
    json_t *value;
    pln_buf_clear(payload);
    if (!json_is_object(fields)) {
        return refuse(problem, "fields", pln_rule_name(PLN_RULE_TYPE),
                      "\"fields\" must be an object of field names and values");
    }
    json_object_foreach(fields, name, value)
    {
        if (absent(value) && name[0] != '#') {
            continue;
        }
        if (count == PLN_FIELDS_MAX) {
            return refuse(problem, "", pln_rule_name(PLN_RULE_FIELDS), "the record %s",
                          pln_rule_text(PLN_RULE_FIELDS));
        }
        PLN_TRY(match(kind, name, value, &members[count], problem));
        count++;
    }
    qsort(members, count, sizeof members[0], by_number);
    PLN_TRY(pack_members(members, count, payload, problem));
    return check(kind, pln_buf_span(payload), problem);
}

pln_err_t pln_record_from_json(json_t *record, const pln_kind_t **kind, pln_buf_t *payload,
                               pln_record_problem_t *problem)
{
    pln_buf_clear(payload);
    if (!json_is_object(record)) {
        return refuse(problem, "", pln_rule_name(PLN_RULE_TYPE),
                      "a record must be an object {\"kind\": ..., \"fields\": {...}}");
    }
    json_t *name = json_object_get(record, "kind");
    if (name != NULL || *kind == NULL) {
        *kind = json_is_string(name) ? pln_kind_by_name(json_string_value(name)) : NULL;
    }
    if (*kind == NULL) {
        return refuse(problem, "kind", pln_rule_name(PLN_RULE_KIND),
                      "the record must name a kind that is known here; see pln help");
    }
    if ((*kind)->fields == NULL) {
        return refuse(problem, "kind", pln_rule_name(PLN_RULE_KIND),
                      "a %s record is made by its own command, never imported", (*kind)->name);
    }
    return pln_fields_from_json(*kind, json_object_get(record, "fields"), payload, problem);
}

/* ---- payload to JSON ---- */

static json_t *hex_json(pln_span_t bytes)
{
    char *text = pln_alloc(2 * bytes.size + 1);
    pln_hex(bytes.data, bytes.size, text);
    json_t *json = json_string(text);
    free(text);
    return json;
}

static json_t *value_json(const pln_field_t *field, pln_unpack_t *in)
{
    char text[PLN_REFERENCE_TEXT_SIZE];
    pln_reference_t reference;
    pln_span_t span;
    switch (field->type) {
        case PLN_TYPE_UINT:
            return json_integer((json_int_t)pln_unpack_uint(in));
        case PLN_TYPE_BOOL:
            return json_boolean(pln_unpack_bool(in));
        case PLN_TYPE_TIME:
            pln_moment_text(pln_unpack_uint(in), text);
            return json_string(text);
        case PLN_TYPE_REFERENCE:
            pln_reference_read(in, &reference);
            pln_reference_text(&reference, text);
            return json_string(text);
        case PLN_TYPE_BLOB:
        case PLN_TYPE_SALT:
            return hex_json(pln_unpack_bin(in));
        default:
            span = pln_unpack_str(in, SIZE_MAX);
            return json_stringn((const char *)span.data, span.size);
    }
}

static json_t *field_json(const pln_record_field_t *at)
{
    pln_unpack_t in = pln_unpack(at->value);
    if (at->field->many == 0) {
        return value_json(at->field, &in);
    }
    json_t *list = json_array();
    uint32_t count = pln_unpack_array(&in, at->field->many);
    for (uint32_t i = 0; i < count; i++) {
        json_array_append_new(list, value_json(at->field, &in));
    }
    return list;
}

json_t *pln_record_to_json(uint16_t kind_number, pln_span_t payload, char *reason,
                           size_t reason_size)
{
    const pln_kind_t *kind = pln_kind_by_number(kind_number);
    pln_record_error_t error;
    if (pln_record_check(kind, payload, &error) != PLN_OK) {
        pln_record_explain(&error, reason, reason_size);
        return NULL;
    }
    json_t *fields = json_object();
    pln_record_t record = pln_record_open(kind, payload);
    pln_record_field_t at;
    while (pln_record_next(&record, &at)) {
        if (at.field != NULL) {
            json_object_set_new(fields, at.field->name, field_json(&at));
            continue;
        }
        char name[32];
        snprintf(name, sizeof name, "#%" PRIu64, at.number);
        json_object_set_new(fields, name, hex_json(at.value));
    }
    return fields;
}
