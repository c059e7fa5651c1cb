// SPDX-License-Identifier: MPL-2.0
#include "record.h"

#include <assert.h>
#include <string.h>

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
    pln_record_t record = {kind, NULL, pln_unpack(payload), 0, -1};
    record.left = pln_unpack_map(&record.in, PLN_FIELDS_MAX);
    return record;
}

pln_record_t pln_group_open(const pln_field_t *parts, pln_span_t value)
{
    pln_record_t record = {NULL, parts, pln_unpack(value), 0, -1};
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
    out->field = record->kind != NULL ? pln_field_by_number(record->kind, out->number)
                                      : pln_part_by_number(record->parts, out->number);
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
