// SPDX-License-Identifier: MPL-2.0
// A record is walked once, its groups inside it; the first broken rule ends the walk where it
// stands.
#include <assert.h>
#include <string.h>

#include "identity.h"
#include "record.h"

/** A check on its way. */
typedef struct {
    pln_record_error_t *error; /**< its path is where the check stands */
    size_t depth;              /**< groups around this place */
    pln_span_t refs;           /**< value of field 1 */
    uint32_t ref_count;        /**< those of them that were read */
} check_t;

static bool blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/** Only blanks: as good as nothing where something is required. */
static bool all_blank(pln_span_t text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!blank(text.data[i])) {
            return false;
        }
    }
    return true;
}

/** No C0 control, DEL or, as UTF-8, C1 control; @lines allows tab and line breaks. */
static bool printable(pln_span_t text, bool lines)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        bool c1 = c == 0xc2 && i + 1 < text.size && text.data[i + 1] < 0xa0;
        bool line = lines && (c == '\t' || c == '\n' || c == '\r');
        if ((c < 0x20 && !line) || c == 0x7f || c1) {
            return false;
        }
    }
    return true;
}

static bool code(pln_span_t text)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool digit = c >= '0' && c <= '9';
        if (!letter && !digit && (c == 0 || strchr(".-+:_/", c) == NULL)) {
            return false;
        }
    }
    return true;
}

static pln_rule_t check_text(const pln_field_t *field, pln_span_t text)
{
    if (all_blank(text)) {
        return (field->flags & PLN_FIELD_REQUIRED) != 0 ? PLN_RULE_REQUIRED : PLN_RULE_EMPTY;
    }
    if (field->type == PLN_TYPE_CHOICE) {
        return pln_choice_find(field->choices, text) != NULL ? PLN_RULE_NONE : PLN_RULE_CHOICE;
    }
    if (text.size < field->min) {
        return PLN_RULE_SHORT;
    }
    if (text.size > field->max) {
        return PLN_RULE_LONG;
    }
    switch (field->type) {
        case PLN_TYPE_CODE:
            return code(text) ? PLN_RULE_NONE : PLN_RULE_CODE;
        case PLN_TYPE_LINE:
            return printable(text, false) ? PLN_RULE_NONE : PLN_RULE_LINE;
        default:
            return printable(text, true) ? PLN_RULE_NONE : PLN_RULE_CHARACTERS;
    }
}

static pln_rule_t check_uint(const pln_field_t *field, uint64_t value)
{
    uint64_t unit = field->type == PLN_TYPE_DECIMAL ? 100 : 1;
    bool within = value >= field->min * unit && value <= field->max * unit;
    return within ? PLN_RULE_NONE : PLN_RULE_RANGE;
}

/* ---- values; a wrong type shows as the reader's error and is turned into a rule ---- */

static pln_rule_t check_fields(check_t *check, const pln_field_t *parts, pln_record_t *record);

static pln_rule_t check_reference(check_t *check, pln_unpack_t *in)
{
    pln_reference_t reference;
    pln_reference_read(in, &reference);
    if (in->error != PLN_OK || pln_id_check(&reference.author) != PLN_OK) {
        return PLN_RULE_TYPE;
    }
    if (check->depth > 0 || check->error->path[0]->number != PLN_FIELD_REFS) {
        return PLN_RULE_NONE;
    }
    // Earlier ones are read again where they stand: a record rarely has more than a handful.
    pln_unpack_t again = pln_unpack(check->refs);
    (void)pln_unpack_array(&again, UINT32_MAX);
    for (uint32_t i = 0; i < check->ref_count; i++) {
        pln_reference_t earlier;
        pln_reference_read(&again, &earlier);
        if (pln_reference_equal(&earlier, &reference)) {
            return PLN_RULE_REPEATED;
        }
    }
    check->ref_count++;
    return PLN_RULE_NONE;
}

static pln_rule_t check_time(pln_unpack_t *in)
{
    pln_time_t time;
    pln_time_read(in, &time);
    return pln_time_valid(&time) ? PLN_RULE_NONE : PLN_RULE_RANGE;
}

static pln_rule_t check_salt(const pln_field_t *field, pln_unpack_t *in)
{
    pln_span_t salt = pln_unpack_bin(in);
    if (salt.size < field->min) {
        return PLN_RULE_SHORT;
    }
    return salt.size > field->max ? PLN_RULE_LONG : PLN_RULE_NONE;
}

static pln_rule_t check_group(check_t *check, const pln_field_t *field, pln_unpack_t *in)
{
    size_t start = in->bytes.at;
    pln_unpack_skip(in);
    if (in->error != PLN_OK) {
        return PLN_RULE_TYPE;
    }
    pln_record_t group =
        pln_group_open(field->parts, PLN_SPAN(in->bytes.span.data + start, in->bytes.at - start));
    if (group.in.error != PLN_OK) {
        return PLN_RULE_TYPE;
    }
    if (group.left == 0) {
        return PLN_RULE_EMPTY;
    }
    check->depth++;
    pln_rule_t rule = check_fields(check, field->parts, &group);
    if (rule == PLN_RULE_NONE) {
        check->depth--;
    }
    return rule;
}

static pln_rule_t check_value(check_t *check, const pln_field_t *field, pln_unpack_t *in)
{
    pln_rule_t rule = PLN_RULE_NONE;
    uint8_t blob[32];
    switch (field->type) {
        case PLN_TYPE_LINE:
        case PLN_TYPE_TEXT:
        case PLN_TYPE_CODE:
        case PLN_TYPE_CHOICE: {
            pln_span_t text = pln_unpack_str(in, SIZE_MAX);
            rule = in->error == PLN_OK ? check_text(field, text) : PLN_RULE_TYPE;
            break;
        }
        case PLN_TYPE_UINT:
        case PLN_TYPE_DECIMAL:
            rule = check_uint(field, pln_unpack_uint(in));
            break;
        case PLN_TYPE_BOOL:
            (void)pln_unpack_bool(in);
            break;
        case PLN_TYPE_TIME:
            rule = check_time(in);
            break;
        case PLN_TYPE_LINK: {
            uint64_t place = pln_unpack_uint(in);
            rule = place >= 1 && place <= check->ref_count ? PLN_RULE_NONE : PLN_RULE_LINK;
            break;
        }
        case PLN_TYPE_REFERENCE:
            rule = check_reference(check, in);
            break;
        case PLN_TYPE_BLOB:
            pln_unpack_fixed(in, blob, sizeof blob);
            break;
        case PLN_TYPE_SALT:
            rule = check_salt(field, in);
            break;
        case PLN_TYPE_GROUP:
            return check_group(check, field, in);
        case PLN_TYPE_COUNT:
            assert(false);
    }
    return in->error != PLN_OK ? PLN_RULE_TYPE : rule;
}

static pln_rule_t check_field(check_t *check, const pln_field_t *field, pln_span_t value)
{
    pln_unpack_t in = pln_unpack(value);
    if (field->many == 0) {
        return check_value(check, field, &in);
    }
    pln_unpack_t peek = in;
    pln_token_t token = pln_unpack_next(&peek);
    if (token.type != PLN_PACK_ARRAY) {
        return PLN_RULE_TYPE;
    }
    uint32_t count = pln_unpack_array(&in, UINT32_MAX);
    if (count == 0) {
        return (field->flags & PLN_FIELD_REQUIRED) != 0 ? PLN_RULE_REQUIRED : PLN_RULE_EMPTY;
    }
    if (count > field->many) {
        return PLN_RULE_MANY;
    }
    if (check->depth == 0 && field->number == PLN_FIELD_REFS) {
        check->refs = value;
    }
    pln_rule_t rule = PLN_RULE_NONE;
    for (uint32_t i = 0; i < count && rule == PLN_RULE_NONE; i++) {
        rule = check_value(check, field, &in);
    }
    return rule;
}

/** Both lists ascend, so one look at the last number seen tells which required ones were passed. */
static const pln_field_t *missing(const pln_field_t *fields, uint64_t after, uint64_t before)
{
    for (; fields->number != 0; fields++) {
        if (fields->number > after && fields->number < before &&
            (fields->flags & PLN_FIELD_REQUIRED) != 0) {
            return fields;
        }
    }
    return NULL;
}

/** Where and which; what was noted deeper down stays. */
static pln_rule_t name(check_t *check, const pln_field_t *field, pln_rule_t rule)
{
    check->error->path[check->depth] = field;
    check->error->path[check->depth + 1] = NULL;
    return rule;
}

/** All pairs of @record, whose required fields are those of @fields. */
static pln_rule_t check_fields(check_t *check, const pln_field_t *fields, pln_record_t *record)
{
    uint64_t last = 0;
    pln_record_field_t at;
    while (pln_record_next(record, &at)) {
        const pln_field_t *skipped = missing(fields, last, at.number);
        if (skipped != NULL) {
            return name(check, skipped, PLN_RULE_REQUIRED);
        }
        last = at.number;
        if (at.field == NULL) {
            continue;
        }
        name(check, at.field, PLN_RULE_NONE);
        pln_rule_t rule = check_field(check, at.field, at.value);
        if (rule != PLN_RULE_NONE) {
            return rule;
        }
    }
    const pln_field_t *skipped = missing(fields, last, UINT64_MAX);
    return skipped != NULL ? name(check, skipped, PLN_RULE_REQUIRED) : PLN_RULE_NONE;
}

static pln_err_t refuse(pln_record_error_t *error, pln_rule_t rule)
{
    error->rule = rule;
    error->field = NULL;
    for (size_t i = 0; error->path[i] != NULL; i++) {
        error->field = error->path[i];
    }
    return PLN_EFIELD;
}

pln_err_t pln_record_check(const pln_kind_t *kind, pln_span_t payload, pln_record_error_t *error)
{
    check_t check = {.error = error};
    *error = (pln_record_error_t){.field = NULL};
    if (kind == NULL || kind->fields == NULL) {
        return refuse(error, PLN_RULE_KIND);
    }
    if (pln_pack_check(payload) != PLN_OK) {
        return refuse(error, PLN_RULE_PAYLOAD);
    }
    pln_record_t record = pln_record_open(kind, payload);
    if (record.in.error != PLN_OK) {
        pln_unpack_t peek = pln_unpack(payload);
        bool map = pln_unpack_next(&peek).type == PLN_PACK_MAP;
        return refuse(error, map ? PLN_RULE_FIELDS : PLN_RULE_PAYLOAD);
    }
    pln_rule_t rule = check_fields(&check, kind->fields, &record);
    return rule == PLN_RULE_NONE ? PLN_OK : refuse(error, rule);
}

void pln_record_path(const pln_record_error_t *error, char out[PLN_RECORD_PATH_SIZE])
{
    size_t at = 0;
    for (size_t i = 0; error->path[i] != NULL; i++) {
        size_t size = strlen(error->path[i]->name);
        if (at + size + 2 > PLN_RECORD_PATH_SIZE) {
            break;
        }
        if (i > 0) {
            out[at++] = '.';
        }
        memcpy(out + at, error->path[i]->name, size);
        at += size;
    }
    out[at] = '\0';
}
