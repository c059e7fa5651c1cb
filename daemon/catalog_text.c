// SPDX-License-Identifier: MPL-2.0
#include "catalog_text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "moment.h"

/** What one walk over a payload is for; each may be NULL. */
typedef struct {
    pln_searched_t *searched;
    pln_facet_visit_t facet;
    void *arg;
} walk_t;

void pln_searched_free(pln_searched_t *searched)
{
    for (size_t i = 0; i < PLN_PARTS; i++) {
        pln_buf_free(&searched->parts[i]);
    }
}

/** A value on a line of its own. */
static void add_line(pln_buf_t *part, pln_span_t text)
{
    if (part->size > 0) {
        pln_buf_u8(part, '\n');
    }
    pln_buf_add(part, text.data, text.size);
}

/** The words of a choice are no prose of anybody's; of other facets one may remember a word. */
static pln_part_t part_of(const pln_field_t *field)
{
    return field->index == PLN_INDEX_TITLE                                ? PLN_PART_TITLE
           : field->index == PLN_INDEX_PROSE                              ? PLN_PART_PROSE
           : field->type == PLN_TYPE_LINE || field->type == PLN_TYPE_CODE ? PLN_PART_TAGS
                                                                          : PLN_PARTS;
}

static void take_text(const walk_t *walk, const pln_field_t *field, pln_span_t text)
{
    const char *facet = pln_index_facet(field->index);
    pln_part_t part = part_of(field);
    if (walk->searched != NULL && part != PLN_PARTS) {
        add_line(&walk->searched->parts[part], text);
    }
    if (walk->facet == NULL || facet[0] == '\0') {
        return;
    }
    walk->facet(walk->arg, facet, text);
    const uint8_t *dash =
        field->index == PLN_INDEX_LOCALE ? memchr(text.data, '-', text.size) : NULL;
    if (dash != NULL) {  // rural-remote is rural
        walk->facet(walk->arg, facet, PLN_SPAN(text.data, (size_t)(dash - text.data)));
    }
}

/** The day of a time as its own clock shows it, the month and the year; @in stands before it. */
static void take_time(const walk_t *walk, const pln_field_t *field, pln_unpack_t *in)
{
    static const size_t sizes[] = {sizeof "2026-10-12" - 1, sizeof "2026-10" - 1,
                                   sizeof "2026" - 1};
    const char *facet = pln_index_facet(field->index);
    char text[PLN_MOMENT_ZONE_SIZE];
    pln_time_t time;
    pln_time_read(in, &time);
    if (walk->facet == NULL || facet[0] == '\0' || in->error != PLN_OK || !pln_time_valid(&time)) {
        return;
    }
    pln_moment_zone_text(time.ms, time.offset, text);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        walk->facet(walk->arg, facet, PLN_SPAN((const uint8_t *)text, sizes[i]));
    }
}

static void take_number(const walk_t *walk, const pln_field_t *field, uint64_t number)
{
    char text[24];
    int size = snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    const char *facet = pln_index_facet(field->index);
    if (walk->facet != NULL && facet[0] != '\0') {
        walk->facet(walk->arg, facet, PLN_SPAN((const uint8_t *)text, (size_t)size));
    }
}

static void take_fields(const walk_t *walk, pln_record_t *record, unsigned depth);

/** One value of @field; @in stands before it. */
static void take_value(const walk_t *walk, const pln_field_t *field, pln_unpack_t *in,
                       unsigned depth)
{
    size_t begin = in->bytes.at;
    pln_token_t token = pln_unpack_next(in);
    if (token.type == PLN_PACK_STR && field->index != PLN_INDEX_NOTHING) {
        take_text(walk, field, token.as.span);
    } else if (token.type == PLN_PACK_UINT && field->index != PLN_INDEX_NOTHING) {
        take_number(walk, field, token.as.uint);
    } else if (token.type == PLN_PACK_ARRAY && field->type == PLN_TYPE_TIME) {
        in->bytes.at = begin;
        take_time(walk, field, in);
    } else if (token.type == PLN_PACK_MAP || token.type == PLN_PACK_ARRAY) {
        in->bytes.at = begin;
        pln_unpack_skip(in);
        if (field->type == PLN_TYPE_GROUP && in->error == PLN_OK && depth < PLN_GROUP_DEPTH) {
            pln_record_t group = pln_group_open(
                field->parts, PLN_SPAN(in->bytes.span.data + begin, in->bytes.at - begin));
            take_fields(walk, &group, depth + 1);
        }
    }
}

static void take_fields(const walk_t *walk, pln_record_t *record, unsigned depth)
{
    pln_record_field_t found;
    while (pln_record_next(record, &found)) {
        if (found.field == NULL) {
            continue;
        }
        pln_unpack_t in = pln_unpack(found.value);
        uint32_t values = found.field->many > 0 ? pln_unpack_array(&in, UINT32_MAX) : 1;
        for (; values > 0 && in.error == PLN_OK; values--) {
            take_value(walk, found.field, &in, depth);
        }
    }
}

static void take_record(const walk_t *walk, uint16_t kind, pln_span_t payload)
{
    const pln_kind_t *known = pln_kind_by_number(kind);
    if (known != NULL && payload.size > 0) {
        pln_record_t record = pln_record_open(known, payload);
        take_fields(walk, &record, 0);
    }
}

void pln_searched_read(pln_searched_t *searched, uint16_t kind, pln_span_t payload)
{
    const walk_t walk = {.searched = searched};
    for (size_t i = 0; i < PLN_PARTS; i++) {
        pln_buf_clear(&searched->parts[i]);
    }
    take_record(&walk, kind, payload);
}

void pln_searched_facets(uint16_t kind, pln_span_t payload, pln_facet_visit_t visit, void *arg)
{
    const walk_t walk = {.facet = visit, .arg = arg};
    take_record(&walk, kind, payload);
}

typedef struct {
    const char (*facets)[PLN_FACET_TEXT_SIZE];
    size_t count;
    uint64_t held; /**< a bit for each facet */
} held_t;

static void hold_facet(void *arg, const char *name, pln_span_t value)
{
    held_t *held = arg;
    char token[PLN_FACET_TEXT_SIZE];
    pln_facet_token(name, value, token);
    for (size_t i = 0; i < held->count; i++) {
        held->held |= (uint64_t)(strcmp(token, held->facets[i]) == 0) << i;
    }
}

bool pln_searched_holds(uint16_t kind, pln_span_t payload,
                        const char (*facets)[PLN_FACET_TEXT_SIZE], size_t count)
{
    held_t held = {facets, count, 0};
    assert(count < 64);
    pln_searched_facets(kind, payload, hold_facet, &held);
    return held.held == (UINT64_C(1) << count) - 1;
}

/* ---- references ---- */

/** The @place-th reference of the record, from 1; false: it has none such. */
static bool nth_reference(pln_span_t refs, uint64_t place, pln_reference_t *out)
{
    pln_unpack_t in = pln_unpack(refs);
    uint32_t count = pln_unpack_array(&in, UINT32_MAX);
    if (place == 0 || place > count) {
        return false;
    }
    for (; place > 0; place--) {
        pln_reference_read(&in, out);
    }
    return in.error == PLN_OK;
}

static void visit_links(const pln_record_field_t *field, pln_span_t refs, pln_edge_visit_t visit,
                        void *arg)
{
    pln_reference_t reference;
    pln_unpack_t in = pln_unpack(field->value);
    uint32_t values = field->field->many > 0 ? pln_unpack_array(&in, UINT32_MAX) : 1;
    for (; values > 0 && in.error == PLN_OK; values--) {
        if (nth_reference(refs, pln_unpack_uint(&in), &reference)) {
            visit(arg, (uint16_t)field->number, &reference);
        }
    }
}

static void visit_references(const pln_record_field_t *field, pln_edge_visit_t visit, void *arg)
{
    pln_unpack_t in = pln_unpack(field->value);
    uint32_t values = field->field->many > 0 ? pln_unpack_array(&in, UINT32_MAX) : 1;
    for (; values > 0 && in.error == PLN_OK; values--) {
        pln_reference_t reference;
        pln_reference_read(&in, &reference);
        if (in.error == PLN_OK) {
            visit(arg, (uint16_t)field->number, &reference);
        }
    }
}

void pln_searched_edges(uint16_t kind, pln_span_t payload, pln_edge_visit_t visit, void *arg)
{
    pln_record_t record = pln_record_open(pln_kind_by_number(kind), payload);
    pln_record_field_t found;
    pln_span_t refs = PLN_SPAN(NULL, 0);
    while (payload.size > 0 && pln_record_next(&record, &found)) {
        if (found.number == PLN_FIELD_REFS) {
            refs = found.value; /* links behind it say which of them means what */
        }
        if (found.field != NULL && found.field->type == PLN_TYPE_LINK) {
            visit_links(&found, refs, visit, arg);
        } else if (found.field != NULL && found.field->type == PLN_TYPE_REFERENCE) {
            visit_references(&found, visit, arg);
        }
    }
}
