// SPDX-License-Identifier: MPL-2.0
// JSON to payload. Members come in any order, numbers in a payload ascend: the members of an object
// are collected, matched with the table, sorted and packed, groups in the same way inside. Links
// become places among the refs, which are known only when all links were read: a record whose links
// brought new refs is packed a second time. Bounds are the core's business: it checks what was
// packed.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_value.h"
#include "record_problem.h"
#include "reference.h"

#define NUMBER_DIGITS_MAX 19
#define REFS_MAX 500u

/** What an object may hold: fields of a kind, or the parts of a group. */
typedef struct {
    const pln_kind_t *kind; /**< NULL: a group */
    const pln_field_t *parts;
} scope_t;

/** One member of a JSON object with the field it stands for. */
typedef struct {
    uint64_t number;
    const pln_field_t *field; /**< NULL: "#N" */
    json_t *value;
} member_t;

/** A record being packed. */
typedef struct {
    const pln_kind_t *kind;
    const pln_lookup_t *lookup;
    pln_record_problem_t *problem;
    const char *path[PLN_GROUP_DEPTH + 2]; /**< names down to the value at hand */
    size_t depth;
    pln_reference_t *refs;
    uint32_t ref_count;
    uint32_t ref_given; /**< how many the member "refs" brought */
} packing_t;

static pln_err_t pack_object(packing_t *packing, scope_t scope, json_t *object, pln_buf_t *out);

static void path_text(const packing_t *packing, char out[PLN_RECORD_PATH_SIZE])
{
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i <= packing->depth && at < PLN_RECORD_PATH_SIZE; i++) {
        at += (size_t)snprintf(out + at, PLN_RECORD_PATH_SIZE - at, "%s%s", i > 0 ? "." : "",
                               packing->path[i]);
    }
}

static pln_err_t wrong_type(packing_t *packing, bool each, const char *expected)
{
    char path[PLN_RECORD_PATH_SIZE];
    path_text(packing, path);
    return pln_record_refuse(packing->problem, path, pln_rule_name(PLN_RULE_TYPE),
                             "%s%s must be %s", each ? "each value of " : "", path, expected);
}

static const char *const expected_texts[PLN_TYPE_COUNT] = {
    [PLN_TYPE_LINE] = "a string",
    [PLN_TYPE_TEXT] = "a string",
    [PLN_TYPE_CODE] = "a string",
    [PLN_TYPE_CHOICE] = "a string",
    [PLN_TYPE_UINT] = "a whole number that is not negative",
    [PLN_TYPE_DECIMAL] = "a number with at most two decimals that is not negative",
    [PLN_TYPE_BOOL] = "true or false",
    [PLN_TYPE_TIME] = "a date or a time such as 2026-11-22T09:30:00-05:00",
    [PLN_TYPE_LINK] = "the id of a record: [NETWORK/]AUTHOR/[EPOCH.]SEQ",
    [PLN_TYPE_REFERENCE] = "the id of a record: [NETWORK/]AUTHOR/[EPOCH.]SEQ#DATA",
    [PLN_TYPE_BLOB] = "the id of a file: 64 hex digits",
    [PLN_TYPE_SALT] = "hex digits",
    [PLN_TYPE_GROUP] = "an object with the names of its parts",
};

/* ---- references ---- */

/** Whole as written, or completed by the lookup. */
static pln_err_t read_reference(packing_t *packing, const pln_field_t *field, json_t *value,
                                pln_reference_t *out)
{
    const char *text = json_string_value(value);
    char path[PLN_RECORD_PATH_SIZE], detail[300] = "";
    if (text != NULL && pln_reference_parse(text, out)) {
        return PLN_OK;
    }
    if (text == NULL || packing->lookup == NULL) {
        return wrong_type(packing, false, expected_texts[field->type]);
    }
    if (packing->lookup->find(packing->lookup->arg, text, field, out, detail, sizeof detail)) {
        return PLN_OK;
    }
    path_text(packing, path);
    return pln_record_refuse(packing->problem, path, "reference", "%s", detail);
}

/** Its place among the refs, from 1; a new one comes last. 0: there are too many. */
static uint32_t place_of(packing_t *packing, const pln_reference_t *reference)
{
    for (uint32_t i = 0; i < packing->ref_count; i++) {
        if (pln_reference_equal(&packing->refs[i], reference)) {
            return i + 1;
        }
    }
    if (packing->ref_count == REFS_MAX) {
        return 0;
    }
    packing->refs[packing->ref_count++] = *reference;
    return packing->ref_count;
}

static pln_err_t pack_link(packing_t *packing, const pln_field_t *field, json_t *value,
                           pln_buf_t *out)
{
    pln_reference_t reference;
    PLN_TRY(read_reference(packing, field, value, &reference));
    uint32_t place = place_of(packing, &reference);
    if (place == 0) {
        return pln_record_refuse(packing->problem, "refs", pln_rule_name(PLN_RULE_MANY),
                                 "refs %s: at most %u", pln_rule_text(PLN_RULE_MANY), REFS_MAX);
    }
    pln_pack_uint(out, place);
    return PLN_OK;
}

/* ---- groups and lists ---- */

static pln_err_t pack_group(packing_t *packing, const pln_field_t *field, json_t *value,
                            pln_buf_t *out)
{
    scope_t scope = {NULL, field->parts};
    const pln_field_t *described = pln_part_by_name(field->parts, "description");
    if (json_is_string(value) && described != NULL) {
        json_t *object = json_object();
        json_object_set(object, "description", value);
        pln_err_t error = pack_object(packing, scope, object, out);
        json_decref(object);
        return error;
    }
    if (!json_is_object(value)) {
        return wrong_type(packing, field->many > 0, expected_texts[PLN_TYPE_GROUP]);
    }
    return pack_object(packing, scope, value, out);
}

/** One value; @each: of a list. */
static pln_err_t pack_value(packing_t *packing, const pln_field_t *field, json_t *value, bool each,
                            pln_buf_t *out)
{
    pln_reference_t reference;
    uint64_t number;
    bool good, flag;
    switch (field->type) {
        case PLN_TYPE_UINT:
        case PLN_TYPE_DECIMAL:
            good = field->type == PLN_TYPE_UINT ? pln_json_read_uint(value, &number)
                                                : pln_json_read_decimal(value, &number);
            if (good) {
                pln_pack_uint(out, number);
            }
            break;
        case PLN_TYPE_BOOL:
            good = pln_json_read_bool(value, &flag);
            if (good) {
                pln_pack_bool(out, flag);
            }
            break;
        case PLN_TYPE_TIME:
            good = pln_json_pack_time(out, json_string_value(value));
            break;
        case PLN_TYPE_LINK:
            return pack_link(packing, field, value, out);
        case PLN_TYPE_REFERENCE:
            PLN_TRY(read_reference(packing, field, value, &reference));
            pln_reference_write(&reference, out);
            return PLN_OK;
        case PLN_TYPE_BLOB:
            good = pln_json_pack_hex(out, json_string_value(value), 32, 32);
            break;
        case PLN_TYPE_SALT:
            good = pln_json_pack_hex(out, json_string_value(value), field->min, field->max);
            break;
        case PLN_TYPE_GROUP:
            return pack_group(packing, field, value, out);
        case PLN_TYPE_CHOICE:
            good = pln_json_pack_choice(out, field, value);
            break;
        default:
            good = pln_json_pack_text(out, value);
            break;
    }
    return good ? PLN_OK : wrong_type(packing, each, expected_texts[field->type]);
}

static pln_err_t pack_list(packing_t *packing, const pln_field_t *field, json_t *value,
                           pln_buf_t *out)
{
    size_t count = json_is_array(value) ? json_array_size(value) : 1;
    if (count > field->many) {
        char path[PLN_RECORD_PATH_SIZE];
        path_text(packing, path);
        return pln_record_refuse(packing->problem, path, pln_rule_name(PLN_RULE_MANY),
                                 "%s %s: at most %" PRIu32, path, pln_rule_text(PLN_RULE_MANY),
                                 field->many);
    }
    pln_pack_array(out, (uint32_t)count);
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_is_array(value) ? json_array_get(value, i) : value;
        PLN_TRY(pack_value(packing, field, item, true, out));
    }
    return PLN_OK;
}

static pln_err_t pack_known(packing_t *packing, const member_t *member, pln_buf_t *out)
{
    const pln_field_t *field = member->field;
    packing->path[packing->depth] = field->name;
    if (field->many == 0) {
        return pack_value(packing, field, member->value, false, out);
    }
    if (field->type != PLN_TYPE_CHOICE) {
        return pack_list(packing, field, member->value, out);
    }
    json_t *words = pln_json_spread(field, member->value);
    pln_err_t error = pack_list(packing, field, words, out);
    json_decref(words);
    return error;
}

/** The msgpack of a field this version does not know, as another one exported it. */
static pln_err_t pack_unknown(packing_t *packing, const member_t *member, pln_buf_t *out)
{
    char name[32];
    const char *text = json_string_value(member->value);
    size_t size = text != NULL ? strlen(text) / 2 : 0;
    snprintf(name, sizeof name, "#%" PRIu64, member->number);
    packing->path[packing->depth] = name;
    if (size == 0 || size > PLN_PAYLOAD_MAX) {
        return wrong_type(packing, false, "msgpack in hex digits");
    }
    uint8_t *bytes = pln_buf_grow(out, size);
    if (pln_unhex(text, bytes, size) != PLN_OK || pln_pack_check(PLN_SPAN(bytes, size)) != PLN_OK) {
        return wrong_type(packing, false, "canonical msgpack in hex digits");
    }
    return PLN_OK;
}

/* ---- objects ---- */

static bool absent(json_t *value)
{
    return json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0) ||
           (json_is_array(value) && json_array_size(value) == 0);
}

static const pln_field_t *field_of(scope_t scope, const char *name)
{
    return scope.kind != NULL ? pln_field_by_name(scope.kind, name)
                              : pln_part_by_name(scope.parts, name);
}

/** "#17" with a number that is no field here. */
static bool unknown_number(scope_t scope, const char *name, uint64_t *number)
{
    size_t digits = name[0] == '#' ? strspn(name + 1, "0123456789") : 0;
    if (digits == 0 || digits > NUMBER_DIGITS_MAX || name[digits + 1] != '\0' ||
        (name[1] == '0' && digits > 1)) {
        return false;
    }
    *number = strtoull(name + 1, NULL, 10);
    return (scope.kind != NULL ? pln_field_by_number(scope.kind, *number)
                               : pln_part_by_number(scope.parts, *number)) == NULL;
}

static pln_err_t match(packing_t *packing, scope_t scope, const char *name, json_t *value,
                       member_t *member)
{
    *member = (member_t){.field = field_of(scope, name), .value = value};
    if (member->field != NULL) {
        member->number = member->field->number;
        return PLN_OK;
    }
    if (unknown_number(scope, name, &member->number)) {
        return PLN_OK;
    }
    char path[PLN_RECORD_PATH_SIZE], shown[64];
    const char *near = pln_record_nearest(scope.kind, scope.parts, name);
    snprintf(shown, sizeof shown, "%.60s", name);
    packing->path[packing->depth] = shown;
    path_text(packing, path);
    return pln_record_refuse(
        packing->problem, path, "unknown-field", "a %s has no field \"%s\"%s%s%s; see pln help %s",
        packing->kind->name, path, near != NULL ? "; did you mean \"" : "",
        near != NULL ? near : "", near != NULL ? "\"" : "", packing->kind->name);
}

static int by_number(const void *a, const void *b)
{
    const member_t *left = a, *right = b;
    return (left->number > right->number) - (left->number < right->number);
}

static pln_err_t collect(packing_t *packing, scope_t scope, json_t *object, member_t *members,
                         uint32_t *count)
{
    const char *name;
    json_t *value;
    *count = 0;
    json_object_foreach(object, name, value)
    {
        if (absent(value) && name[0] != '#') {
            continue;
        }
        if (*count == PLN_FIELDS_MAX) {
            return pln_record_refuse(packing->problem, "", pln_rule_name(PLN_RULE_FIELDS),
                                     "the record %s", pln_rule_text(PLN_RULE_FIELDS));
        }
        PLN_TRY(match(packing, scope, name, value, &members[*count]));
        (*count)++;
    }
    qsort(members, *count, sizeof members[0], by_number);
    return PLN_OK;
}

static pln_err_t pack_members(packing_t *packing, const member_t *members, uint32_t count,
                              pln_buf_t *out)
{
    pln_pack_map(out, count);
    for (uint32_t i = 0; i < count; i++) {
        pln_pack_uint(out, members[i].number);
        PLN_TRY(members[i].field != NULL ? pack_known(packing, &members[i], out)
                                         : pack_unknown(packing, &members[i], out));
    }
    return PLN_OK;
}

static pln_err_t pack_object(packing_t *packing, scope_t scope, json_t *object, pln_buf_t *out)
{
    uint32_t count;
    member_t *members = pln_alloc((PLN_FIELDS_MAX + 1) * sizeof *members);
    packing->depth += scope.kind == NULL;
    pln_err_t error = collect(packing, scope, object, members, &count);
    if (error == PLN_OK) {
        error = pack_members(packing, members, count, out);
    }
    packing->depth -= scope.kind == NULL;
    free(members);
    return error;
}

/* ---- the whole ---- */

/** The first of the values of @field that is none of its words; NULL: it stands in a group. */
static const char *stray_word(const pln_field_t *field, json_t *value)
{
    json_t *list = json_is_array(value) ? json_incref(value) : json_pack("[O]", value), *item;
    const char *stray = NULL;
    size_t index;
    json_array_foreach(list, index, item)
    {
        const char *text = json_string_value(item);
        if (stray == NULL && text != NULL && pln_json_choice(field->choices, text) == NULL) {
            stray = text;
        }
    }
    json_decref(list);
    return stray;
}

/** "grades has "14": that is none of ..." where it can be said which word it is. */
static void name_stray(const pln_kind_t *kind, json_t *fields, pln_record_problem_t *problem)
{
    const pln_field_t *field = pln_field_by_name(kind, problem->field);
    json_t *value = field != NULL ? json_object_get(fields, field->name) : NULL;
    const char *stray =
        value != NULL && field->type == PLN_TYPE_CHOICE ? stray_word(field, value) : NULL;
    const char *is = strstr(problem->detail, " is not one of");
    char detail[sizeof problem->detail];
    if (stray != NULL && is != NULL && strcmp(problem->rule, pln_rule_name(PLN_RULE_CHOICE)) == 0) {
        snprintf(detail, sizeof detail, "%s has \"%.40s\", which%s", field->name, stray, is);
        memcpy(problem->detail, detail, sizeof detail);
    }
}

static pln_err_t check(const pln_kind_t *kind, json_t *fields, pln_span_t payload,
                       pln_record_problem_t *problem)
{
    pln_record_error_t error;
    if (payload.size > PLN_PAYLOAD_MAX) {
        return pln_record_refuse(problem, "", pln_rule_name(PLN_RULE_LONG),
                                 "the record is longer than allowed: at most %u bytes; attach "
                                 "files instead",
                                 PLN_PAYLOAD_MAX);
    }
    if (pln_record_check(kind, payload, &error) == PLN_OK) {
        return PLN_OK;
    }
    char path[PLN_RECORD_PATH_SIZE];
    pln_record_path(&error, path);
    pln_record_refuse(problem, path, pln_rule_name(error.rule), "%s", "");
    pln_record_explain(&error, problem->detail, sizeof problem->detail);
    name_stray(kind, fields, problem);
    return PLN_EFIELD;
}

/** The refs that the record names itself; links that lead to them take their places. */
static pln_err_t read_refs(packing_t *packing, json_t *fields)
{
    json_t *given = json_object_get(fields, "refs");
    const pln_field_t *field = pln_field_by_name(packing->kind, "refs");
    size_t count = json_is_array(given) ? json_array_size(given) : !absent(given) && given != NULL;
    packing->path[0] = field->name;
    for (size_t i = 0; i < count && i < REFS_MAX; i++) {
        json_t *item = json_is_array(given) ? json_array_get(given, i) : given;
        PLN_TRY(read_reference(packing, field, item, &packing->refs[i]));
        packing->ref_count++;
    }
    packing->ref_given = packing->ref_count;
    return PLN_OK;
}

/** @fields with all refs; what the links brought stands behind what was given. */
static json_t *with_refs(const packing_t *packing, json_t *fields)
{
    char text[PLN_REFERENCE_TEXT_SIZE];
    json_t *whole = json_copy(fields), *list = json_array();
    for (uint32_t i = 0; i < packing->ref_count; i++) {
        pln_reference_text(&packing->refs[i], text);
        json_array_append_new(list, json_string(text));
    }
    json_object_set_new(whole, "refs", list);
    return whole;
}

static pln_err_t pack_record(packing_t *packing, json_t *fields, pln_buf_t *payload)
{
    scope_t scope = {packing->kind, NULL};
    PLN_TRY(read_refs(packing, fields));
    PLN_TRY(pack_object(packing, scope, fields, payload));
    if (packing->ref_count == packing->ref_given) {
        return PLN_OK;
    }
    json_t *whole = with_refs(packing, fields);
    pln_buf_clear(payload);
    pln_err_t error = pack_object(packing, scope, whole, payload);
    json_decref(whole);
    return error;
}

pln_err_t pln_fields_from_json(const pln_kind_t *kind, json_t *fields, const pln_lookup_t *lookup,
                               pln_buf_t *payload, pln_record_problem_t *problem)
{
    packing_t packing = {.kind = kind, .lookup = lookup, .problem = problem};
    pln_buf_clear(payload);
    if (!json_is_object(fields)) {
        return pln_record_refuse(problem, "fields", pln_rule_name(PLN_RULE_TYPE),
                                 "\"fields\" must be an object of field names and values");
    }
    packing.refs = pln_alloc(REFS_MAX * sizeof *packing.refs);
    pln_err_t error = pack_record(&packing, fields, payload);
    free(packing.refs);
    return error == PLN_OK ? check(kind, fields, pln_buf_span(payload), problem) : error;
}

pln_err_t pln_record_from_json(json_t *record, const pln_kind_t **kind, const pln_lookup_t *lookup,
                               pln_buf_t *payload, pln_record_problem_t *problem)
{
    pln_buf_clear(payload);
    if (!json_is_object(record)) {
        return pln_record_refuse(problem, "", pln_rule_name(PLN_RULE_TYPE),
                                 "a record must be an object {\"kind\": ..., \"fields\": {...}}");
    }
    json_t *name = json_object_get(record, "kind");
    if (name != NULL || *kind == NULL) {
        *kind = json_is_string(name) ? pln_kind_by_name(json_string_value(name)) : NULL;
    }
    if (*kind == NULL) {
        return pln_record_refuse(problem, "kind", pln_rule_name(PLN_RULE_KIND),
                                 "the record must name a kind that is known here; see pln help");
    }
    if ((*kind)->fields == NULL) {
        return pln_record_refuse(problem, "kind", pln_rule_name(PLN_RULE_KIND),
                                 "a %s record is made by its own command, never imported",
                                 (*kind)->name);
    }
    return pln_fields_from_json(*kind, json_object_get(record, "fields"), lookup, payload, problem);
}
