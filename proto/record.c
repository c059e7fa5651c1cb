// SPDX-License-Identifier: MPL-2.0
#include "record.h"

#include <assert.h>
#include <string.h>

#include "identity.h"

static const char *const rule_names[] = {
#define PLN_RULE(name, text, sentence) text,
    PLN_RULES(PLN_RULE)
#undef PLN_RULE
};

static const char *const rule_texts[] = {
#define PLN_RULE(name, text, sentence) sentence,
    PLN_RULES(PLN_RULE)
#undef PLN_RULE
};

const char *pln_rule_name(pln_rule_t rule)
{
    assert((unsigned)rule < PLN_RULE_COUNT);
    return rule_names[rule];
}

const char *pln_rule_text(pln_rule_t rule)
{
    assert((unsigned)rule < PLN_RULE_COUNT);
    return rule_texts[rule];
}

pln_record_t pln_record_open(const pln_kind_t *kind, pln_span_t payload)
{
    pln_record_t record = {kind, pln_unpack(payload), 0, -1};
    record.left = pln_unpack_map(&record.in, PLN_FIELDS_MAX);
    return record;
}

bool pln_record_next(pln_record_t *record, pln_record_field_t *out)
{
    if (record->left == 0 || record->in.error != PLN_OK) {
        return false;
    }
    record->left--;
    out->number = pln_unpack_key(&record->in, &record->last);
    size_t start = record->in.bytes.at;
    pln_unpack_skip(&record->in);
    if (record->in.error != PLN_OK) {
        return false;
    }
    out->value = PLN_SPAN(record->in.bytes.span.data + start, record->in.bytes.at - start);
    out->field = record->kind != NULL ? pln_field_by_number(record->kind, out->number) : NULL;
    return true;
}

pln_err_t pln_record_end(const pln_record_t *record)
{
    return pln_unpack_end(&record->in);
}

bool pln_record_find(const pln_kind_t *kind, pln_span_t payload, const char *name,
                     pln_record_field_t *out)
{
    pln_record_t record = pln_record_open(kind, payload);
    while (pln_record_next(&record, out)) {
        if (out->field != NULL && strcmp(out->field->name, name) == 0) {
            return true;
        }
    }
    return false;
}

void pln_reference_write(const pln_reference_t *reference, pln_buf_t *out)
{
    pln_pack_array(out, 5);
    if (reference->has_network) {
        pln_pack_bin(out, reference->network.bytes, sizeof reference->network.bytes);
    } else {
        pln_pack_nil(out);
    }
    pln_pack_bin(out, reference->author.bytes, sizeof reference->author.bytes);
    pln_pack_uint(out, reference->epoch);
    pln_pack_uint(out, reference->seq);
    pln_pack_bin(out, reference->data, sizeof reference->data);
}

void pln_reference_read(pln_unpack_t *in, pln_reference_t *out)
{
    memset(out, 0, sizeof *out);
    if (pln_unpack_array(in, 5) != 5) {
        pln_unpack_fail(in, PLN_EMALFORMED);
        return;
    }
    out->has_network = !pln_unpack_nil(in);
    if (out->has_network) {
        pln_unpack_fixed(in, out->network.bytes, sizeof out->network.bytes);
    }
    pln_unpack_fixed(in, out->author.bytes, sizeof out->author.bytes);
    out->epoch = (uint32_t)pln_unpack_uint_max(in, UINT32_MAX);
    out->seq = pln_unpack_uint_max(in, PLN_SEQ_MAX);
    pln_unpack_fixed(in, out->data, sizeof out->data);
    if (in->error == PLN_OK && out->seq == 0) {
        pln_unpack_fail(in, PLN_EMALFORMED);
    }
}

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

/** A word of the list, or two of them joined by '-' ("K-8"). */
static bool range(const pln_choice_t *choices, pln_span_t text)
{
    if (pln_choice_find(choices, text) != NULL) {
        return true;
    }
    const uint8_t *dash = memchr(text.data, '-', text.size);
    if (dash == NULL) {
        return false;
    }
    size_t first = (size_t)(dash - text.data);
    return pln_choice_find(choices, PLN_SPAN(text.data, first)) != NULL &&
           pln_choice_find(choices, PLN_SPAN(dash + 1, text.size - first - 1)) != NULL;
}

static pln_rule_t check_text(const pln_field_t *field, pln_span_t text)
{
    if (all_blank(text)) {
        return (field->flags & PLN_FIELD_REQUIRED) != 0 ? PLN_RULE_REQUIRED : PLN_RULE_EMPTY;
    }
    switch (field->type) {
        case PLN_TYPE_CHOICE:
            return pln_choice_find(field->choices, text) != NULL ? PLN_RULE_NONE : PLN_RULE_CHOICE;
        case PLN_TYPE_RANGE:
            return range(field->choices, text) ? PLN_RULE_NONE : PLN_RULE_CHOICE;
        default:
            break;
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
    uint64_t max = field->type == PLN_TYPE_TIME ? PLN_TIME_MS_MAX : field->max;
    return value < field->min || value > max ? PLN_RULE_RANGE : PLN_RULE_NONE;
}

/** One value of the field; a wrong type shows as the reader's error and is turned into a rule. */
static pln_rule_t check_value(const pln_field_t *field, pln_unpack_t *in)
{
    pln_rule_t rule = PLN_RULE_NONE;
    pln_reference_t reference;
    uint8_t blob[32];
    pln_span_t salt;
    switch (field->type) {
        case PLN_TYPE_LINE:
        case PLN_TYPE_TEXT:
        case PLN_TYPE_CODE:
        case PLN_TYPE_CHOICE:
        case PLN_TYPE_RANGE: {
            pln_span_t text = pln_unpack_str(in, SIZE_MAX);
            rule = in->error == PLN_OK ? check_text(field, text) : PLN_RULE_TYPE;
            break;
        }
        case PLN_TYPE_UINT:
        case PLN_TYPE_TIME:
            rule = check_uint(field, pln_unpack_uint(in));
            break;
        case PLN_TYPE_BOOL:
            (void)pln_unpack_bool(in);
            break;
        case PLN_TYPE_REFERENCE:
            pln_reference_read(in, &reference);
            if (in->error == PLN_OK && pln_id_check(&reference.author) != PLN_OK) {
                rule = PLN_RULE_TYPE;
            }
            break;
        case PLN_TYPE_BLOB:
            pln_unpack_fixed(in, blob, sizeof blob);
            break;
        case PLN_TYPE_SALT:
            salt = pln_unpack_bin(in);
            rule = salt.size < field->min
                       ? PLN_RULE_SHORT
                       : (salt.size > field->max ? PLN_RULE_LONG : PLN_RULE_NONE);
            break;
        case PLN_TYPE_COUNT:
            assert(false);
    }
    return in->error != PLN_OK ? PLN_RULE_TYPE : rule;
}

static pln_rule_t check_field(const pln_field_t *field, pln_span_t value)
{
    pln_unpack_t in = pln_unpack(value);
    if (field->many == 0) {
        return check_value(field, &in);
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
    pln_rule_t rule = PLN_RULE_NONE;
    for (uint32_t i = 0; i < count && rule == PLN_RULE_NONE; i++) {
        rule = check_value(field, &in);
    }
    return rule;
}

static pln_err_t refuse(pln_record_error_t *error, const pln_field_t *field, pln_rule_t rule)
{
    error->field = field;
    error->rule = rule;
    return PLN_EFIELD;
}

/** Both lists ascend, so one look at the last number seen tells which required ones were passed. */
static const pln_field_t *missing(const pln_kind_t *kind, uint64_t after, uint64_t before)
{
    for (const pln_field_t *field = kind->fields; field->number != 0; field++) {
        if (field->number > after && field->number < before &&
            (field->flags & PLN_FIELD_REQUIRED) != 0) {
            return field;
        }
    }
    return NULL;
}

pln_err_t pln_record_check(const pln_kind_t *kind, pln_span_t payload, pln_record_error_t *error)
{
    if (kind == NULL || kind->fields == NULL) {
        return refuse(error, NULL, PLN_RULE_KIND);
    }
    if (pln_pack_check(payload) != PLN_OK) {
        return refuse(error, NULL, PLN_RULE_PAYLOAD);
    }
    pln_record_t record = pln_record_open(kind, payload);
    if (record.in.error != PLN_OK) {
        pln_unpack_t peek = pln_unpack(payload);
        bool map = pln_unpack_next(&peek).type == PLN_PACK_MAP;
        return refuse(error, NULL, map ? PLN_RULE_FIELDS : PLN_RULE_PAYLOAD);
    }
    uint64_t last = 0;
    pln_record_field_t at;
    while (pln_record_next(&record, &at)) {
        const pln_field_t *skipped = missing(kind, last, at.number);
        if (skipped != NULL) {
            return refuse(error, skipped, PLN_RULE_REQUIRED);
        }
        last = at.number;
        pln_rule_t rule = at.field != NULL ? check_field(at.field, at.value) : PLN_RULE_NONE;
        if (rule != PLN_RULE_NONE) {
            return refuse(error, at.field, rule);
        }
    }
    const pln_field_t *skipped = missing(kind, last, UINT64_MAX);
    return skipped != NULL ? refuse(error, skipped, PLN_RULE_REQUIRED) : PLN_OK;
}
