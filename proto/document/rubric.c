// SPDX-License-Identifier: MPL-2.0
#include "rubric.h"

#include <string.h>

#include "cells.h"
#include "headings.h"
#include "lines.h"
#include "rubric_label.h"
#include "rubric_list.h"
#include "rubric_table.h"

/** A rubric being read. */
typedef struct {
    pln_span_t text;
    json_t *parts;
    json_t *notes;
    pln_buf_t prose; /**< what stands before the next criteria */
} reading_t;

static json_t *last_part(reading_t *reading)
{
    size_t count = json_array_size(reading->parts);
    return count > 0 ? json_array_get(reading->parts, count - 1) : pln_rubric_part(reading->parts);
}

/** The prose goes to the part it stands in. */
static void settle_prose(reading_t *reading)
{
    pln_span_t text = pln_trim(pln_buf_span(&reading->prose));
    if (text.size > 0) {
        pln_rubric_describe(last_part(reading), text);
    }
    pln_buf_clear(&reading->prose);
}

/** Criteria behind criteria and prose are another part, which the prose describes. */
static void begin_criteria(reading_t *reading)
{
    bool prose = pln_trim(pln_buf_span(&reading->prose)).size > 0;
    if (prose && json_object_get(last_part(reading), "criteria") != NULL) {
        pln_rubric_part(reading->parts);
    }
    settle_prose(reading);
}

/** "### Part" at @at; the bytes the heading takes, 0: there is none. */
static size_t heading_size(pln_span_t text, size_t at, pln_span_t *title)
{
    size_t next = at;
    pln_span_t line = pln_line_next(text, &next);
    pln_headings_t headings = {0};
    pln_heading_t heading;
    if (line.size == 0 || line.data[0] != '#' || !pln_headings_next(&headings, line, &heading)) {
        return 0;
    }
    *title = heading.text;
    return next - at;
}

static void take_heading(reading_t *reading, pln_span_t title)
{
    settle_prose(reading);
    json_t *part = last_part(reading);
    part = json_object_size(part) > 0 ? pln_rubric_part(reading->parts) : part;
    pln_rubric_set(part, "title", title);
}

static void read_lines(reading_t *reading)
{
    pln_span_t text = reading->text, title;
    size_t at = 0;
    while (at < text.size) {
        size_t next = at, size = heading_size(text, at, &title);
        pln_span_t line = pln_line_next(text, &next);
        if (size > 0) {
            take_heading(reading, title);
            at += size;
        } else if (pln_cells_begin(text, at)) {
            begin_criteria(reading);
            if (!pln_rubric_table(text, &at, reading->parts, reading->notes)) {
                pln_buf_add(&reading->prose, line.data, line.size);
                at = next;
            }
        } else if (pln_rubric_item(line)) {
            begin_criteria(reading);
            pln_rubric_list(text, &at, last_part(reading));
        } else {
            pln_buf_add(&reading->prose, line.data, line.size);
            at = next;
        }
    }
    settle_prose(reading);
}

/** Without the objects of list @name that hold nothing; without the list where none is left. */
static void drop_empty_of(json_t *object, const char *name)
{
    json_t *list = json_object_get(object, name);
    for (size_t i = json_array_size(list); i > 0; i--) {
        json_t *item = json_array_get(list, i - 1);
        drop_empty_of(item, "criteria");
        drop_empty_of(item, "levels");
        if (json_object_size(item) == 0) {
            json_array_remove(list, i - 1);
        }
    }
    if (list != NULL && json_array_size(list) == 0) {
        json_object_del(object, name);
    }
}

/** A row or line that says nothing, such as "**:**", leaves no trace. */
static void drop_empty(json_t *parts)
{
    for (size_t i = json_array_size(parts); i > 0; i--) {
        json_t *part = json_array_get(parts, i - 1);
        drop_empty_of(part, "criteria");
        if (json_object_size(part) == 0) {
            json_array_remove(parts, i - 1);
        }
    }
}

/* ---- levels under headings ---- */

/** The same names and points in the same order, which no two criteria of one's own have. */
static bool same_scale(const json_t *one, const json_t *other)
{
    bool same = json_array_size(one) == json_array_size(other) && json_array_size(one) > 1;
    for (size_t i = 0; same && i < json_array_size(one); i++) {
        json_t *a = json_array_get(one, i), *b = json_array_get(other, i);
        json_t *points = json_object_get(a, "points"), *name = json_object_get(a, "name");
        same = points != NULL && json_equal(points, json_object_get(b, "points")) && name != NULL &&
               json_equal(name, json_object_get(b, "name")) &&
               json_object_get(a, "levels") == NULL && json_object_get(b, "levels") == NULL;
    }
    return same;
}

/** Are these parts criteria by headings, each with the levels of one scale? */
static bool are_criteria(const json_t *parts, size_t first)
{
    size_t count = json_array_size(parts);
    const json_t *scale = json_object_get(json_array_get(parts, first), "criteria");
    bool good = first + 1 < count;
    for (size_t i = first; good && i < count; i++) {
        const json_t *part = json_array_get(parts, i);
        good = json_object_get(part, "title") != NULL &&
               same_scale(scale, json_object_get(part, "criteria"));
    }
    return good;
}

/** "### Delivery" over "Exemplary (4): ..." and so on is one criterion, not a part of them. */
static void gather_criteria(json_t *parts)
{
    size_t first = 0;
    while (first < json_array_size(parts) &&
           json_object_get(json_array_get(parts, first), "criteria") == NULL) {
        first++;
    }
    if (!are_criteria(parts, first)) {
        return;
    }
    json_t *criteria = json_array();
    while (json_array_size(parts) > first) {
        const json_t *part = json_array_get(parts, first);
        json_t *criterion = json_object(), *said = json_object_get(part, "description");
        json_object_set(criterion, "name", json_object_get(part, "title"));
        if (said != NULL) {
            json_object_set(criterion, "description", said);
        }
        json_object_set(criterion, "levels", json_object_get(part, "criteria"));
        json_array_append_new(criteria, criterion);
        json_array_remove(parts, first);
    }
    json_object_set_new(pln_rubric_part(parts), "criteria", criteria);
}

json_t *pln_rubric_read(pln_span_t text, json_t *notes)
{
    reading_t reading = {.text = text, .parts = json_array(), .notes = notes};
    read_lines(&reading);
    pln_buf_free(&reading.prose);
    drop_empty(reading.parts);
    gather_criteria(reading.parts);
    return reading.parts;
}
