// SPDX-License-Identifier: MPL-2.0
// Payload to JSON. A link is shown as the reference it leads to, so the refs are read first.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "moment.h"
#include "record_json.h"
#include "reference.h"

/** The record's refs, in order. */
typedef struct {
    pln_reference_t *items;
    uint32_t count;
} refs_t;

static json_t *object_json(const refs_t *refs, pln_record_t *record);

static json_t *hex_json(pln_span_t bytes)
{
    char *text = pln_alloc(2 * bytes.size + 1);
    pln_hex(bytes.data, bytes.size, text);
    json_t *json = json_string(text);
    free(text);
    return json;
}

static json_t *reference_json(const pln_reference_t *reference)
{
    char text[PLN_REFERENCE_TEXT_SIZE];
    pln_reference_text(reference, text);
    return json_string(text);
}

static json_t *time_json(pln_unpack_t *in)
{
    char text[PLN_MOMENT_ZONE_SIZE];
    pln_time_t time;
    pln_time_read(in, &time);
    pln_moment_zone_text(time.ms, time.offset, text);
    return json_string(text);
}

/** 250 as 2.5, 200 as 2. */
static json_t *decimal_json(uint64_t hundredths)
{
    return hundredths % 100 == 0 ? json_integer((json_int_t)(hundredths / 100))
                                 : json_real((double)hundredths / 100.0);
}

static json_t *group_json(const refs_t *refs, const pln_field_t *field, pln_unpack_t *in)
{
    size_t start = in->bytes.at;
    pln_unpack_skip(in);
    pln_record_t group =
        pln_group_open(field->parts, PLN_SPAN(in->bytes.span.data + start, in->bytes.at - start));
    return object_json(refs, &group);
}

/** The payload has been checked: nothing here can fail. */
static json_t *value_json(const refs_t *refs, const pln_field_t *field, pln_unpack_t *in)
{
    pln_reference_t reference;
    pln_span_t span;
    switch (field->type) {
        case PLN_TYPE_UINT:
            return json_integer((json_int_t)pln_unpack_uint(in));
        case PLN_TYPE_DECIMAL:
            return decimal_json(pln_unpack_uint(in));
        case PLN_TYPE_BOOL:
            return json_boolean(pln_unpack_bool(in));
        case PLN_TYPE_TIME:
            return time_json(in);
        case PLN_TYPE_LINK:
            return reference_json(&refs->items[pln_unpack_uint(in) - 1]);
        case PLN_TYPE_REFERENCE:
            pln_reference_read(in, &reference);
            return reference_json(&reference);
        case PLN_TYPE_BLOB:
        case PLN_TYPE_SALT:
            return hex_json(pln_unpack_bin(in));
        case PLN_TYPE_GROUP:
            return group_json(refs, field, in);
        default:
            span = pln_unpack_str(in, SIZE_MAX);
            return json_stringn((const char *)span.data, span.size);
    }
}

static json_t *field_json(const refs_t *refs, const pln_record_field_t *at)
{
    pln_unpack_t in = pln_unpack(at->value);
    if (at->field->many == 0) {
        return value_json(refs, at->field, &in);
    }
    json_t *list = json_array();
    uint32_t count = pln_unpack_array(&in, at->field->many);
    for (uint32_t i = 0; i < count; i++) {
        json_array_append_new(list, value_json(refs, at->field, &in));
    }
    return list;
}

static json_t *object_json(const refs_t *refs, pln_record_t *record)
{
    json_t *object = json_object();
    pln_record_field_t at;
    while (pln_record_next(record, &at)) {
        char name[32];
        if (at.field != NULL) {
            json_object_set_new(object, at.field->name, field_json(refs, &at));
            continue;
        }
        snprintf(name, sizeof name, "#%" PRIu64, at.number);
        json_object_set_new(object, name, hex_json(at.value));
    }
    return object;
}

static refs_t read_refs(const pln_kind_t *kind, pln_span_t payload)
{
    refs_t refs = {0};
    pln_record_field_t at;
    if (pln_record_find(kind, payload, "refs", &at)) {
        pln_unpack_t in = pln_unpack(at.value);
        refs.count = pln_unpack_array(&in, at.field->many);
        refs.items = pln_alloc_zero(refs.count + 1, sizeof *refs.items);
        for (uint32_t i = 0; i < refs.count; i++) {
            pln_reference_read(&in, &refs.items[i]);
        }
    }
    return refs;
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
    refs_t refs = read_refs(kind, payload);
    pln_record_t record = pln_record_open(kind, payload);
    json_t *fields = object_json(&refs, &record);
    free(refs.items);
    return fields;
}
