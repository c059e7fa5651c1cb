// SPDX-License-Identifier: MPL-2.0
#include "describe.h"

#include <stdio.h>
#include <string.h>

#include "proto/kinds.h"

#define PLN_QUERY(handler, name, type, sentence) \
    {PLN_DESCRIBE_QUERY, handler, 0, #name, type, NULL, sentence},
#define PLN_HEADER(handler, name, sentence) \
    {PLN_DESCRIBE_HEADER, handler, 0, name, NULL, NULL, sentence},
#define PLN_FILTERS(handler) {PLN_DESCRIBE_FILTERS, handler, 0, NULL, NULL, NULL, NULL},
#define PLN_TAKES(handler, shape) {PLN_DESCRIBE_TAKES, handler, 0, NULL, NULL, #shape, NULL},
#define PLN_GIVES(handler, status, shape) \
    {PLN_DESCRIBE_GIVES, handler, status, NULL, NULL, #shape, NULL},
#define PLN_SENDS(handler, media, shape) \
    {PLN_DESCRIBE_SENDS, handler, 200, NULL, media, #shape, NULL},
#define PLN_EVENT(handler, name, shape) {PLN_DESCRIBE_EVENT, handler, 0, #name, NULL, #shape, NULL},
#define PLN_PART(name, sentence)
static const pln_describe_t rows[] = {
#include "describe.def"
};
#undef PLN_PART
#undef PLN_QUERY
#undef PLN_HEADER
#undef PLN_FILTERS
#undef PLN_TAKES
#undef PLN_GIVES
#undef PLN_SENDS
#undef PLN_EVENT

#define PLN_QUERY(handler, name, type, sentence)
#define PLN_HEADER(handler, name, sentence)
#define PLN_FILTERS(handler)
#define PLN_TAKES(handler, shape)
#define PLN_GIVES(handler, status, shape)
#define PLN_SENDS(handler, media, shape)
#define PLN_EVENT(handler, name, shape)
#define PLN_PART(name, sentence) {name, sentence},
static const struct {
    const char *name, *sentence;
} parts[] = {
#include "describe.def"
};

/* A shape's own row, then a row for each member; the macro of the shape names them. */
#define NEEDED true
#define MAYBE false
#define PLN_SHAPE(shape, sentence) {#shape, NULL, NULL, true, sentence},
#define PLN_LIKE(other) {NULL, "", #other, true, NULL},
#define PLN_MEMBER(name, type, needed, sentence) {NULL, #name, type, needed, sentence},
static const pln_member_row_t members[] = {
#include "shapes.def"
};

static const struct {
    const char *name, *sentence;
} filters[] = {
    {"network", "Of this network only."},
    {"kind", "Of this kind only."},
    {"author", "Published by this node: id, beginning of an id, or name."},
    {"since", "Not older than this: 7d, 12h, or a moment."},
    {"until", "Older than this."},
};
#define FILTERS (sizeof filters / sizeof filters[0])

const pln_describe_t *pln_describe_at(size_t index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}

const char *pln_describe_part(const char *name)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strcmp(parts[i].name, name) == 0) {
            return parts[i].sentence;
        }
    }
    return NULL;
}

const pln_member_row_t *pln_shape_row(size_t index)
{
    return index < sizeof members / sizeof members[0] ? &members[index] : NULL;
}

const char *pln_describe_filter(size_t index, const char **sentence)
{
    if (index < FILTERS) {
        *sentence = filters[index].sentence;
        return filters[index].name;
    }
    *sentence =
        "Of the facet that the kinds name so; several values, with commas, all have to hold; a "
        "comma within a value is written \\,. A word, number or date that no record can have is "
        "refused.";
    size_t at = FILTERS;
    for (int facet = 0; facet < PLN_INDEX_COUNT; facet++) {
        const char *name = pln_index_facet((pln_index_t)facet);
        if (name[0] != '\0' && at++ == index) {
            return name;
        }
    }
    return NULL;
}

/* ---- what is accepted ---- */

static bool is_filter(const char *name)
{
    const char *filter, *sentence;
    for (size_t i = 0; (filter = pln_describe_filter(i, &sentence)) != NULL; i++) {
        if (strcmp(filter, name) == 0) {
            return true;
        }
    }
    return false;
}

const char *pln_describe_type(pln_handler_t handler, const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const pln_describe_t *row = &rows[i];
        if (row->handler != handler) {
            continue;
        }
        if (row->what == PLN_DESCRIBE_QUERY && strcmp(row->name, name) == 0) {
            return row->type;
        }
        if (row->what == PLN_DESCRIBE_FILTERS && is_filter(name)) {
            return "text";
        }
    }
    return NULL;
}

static const char *body_of(pln_handler_t handler)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].handler == handler && rows[i].what == PLN_DESCRIBE_TAKES) {
            return rows[i].shape;
        }
    }
    return NULL;
}

/** First row of a shape. */
static size_t begin_of(const char *shape)
{
    size_t i = 0;
    while (i < sizeof members / sizeof members[0] &&
           (members[i].shape == NULL || strcmp(members[i].shape, shape) != 0)) {
        i++;
    }
    return i;
}

bool pln_describe_has_member(pln_handler_t handler, const char *name)
{
    const char *shape = body_of(handler);
    if (shape == NULL) {
        return true;
    }
    const pln_member_row_t *row;
    for (size_t i = begin_of(shape) + 1; (row = pln_shape_row(i)) != NULL && row->shape == NULL;
         i++) {
        if (strcmp(row->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_name(char *out, size_t size, const char *name)
{
    size_t used = strlen(out);
    snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", name);
}

void pln_describe_list(pln_handler_t handler, bool body, char *out, size_t size)
{
    const char *shape = body ? body_of(handler) : NULL, *name, *sentence;
    const pln_member_row_t *member;
    out[0] = '\0';
    for (size_t i = shape == NULL ? SIZE_MAX : begin_of(shape) + 1;
         i != SIZE_MAX && (member = pln_shape_row(i)) != NULL && member->shape == NULL; i++) {
        add_name(out, size, member->name);
    }
    for (size_t i = 0; !body && i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].handler != handler) {
            continue;
        }
        if (rows[i].what == PLN_DESCRIBE_QUERY) {
            add_name(out, size, rows[i].name);
        }
        for (size_t j = 0; rows[i].what == PLN_DESCRIBE_FILTERS &&
                           (name = pln_describe_filter(j, &sentence)) != NULL;
             j++) {
            add_name(out, size, name);
        }
    }
    if (out[0] == '\0') {
        snprintf(out, size, "none");
    }
}
