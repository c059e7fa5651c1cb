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

/** Criteria lists that stayed empty and parts that hold nothing leave no trace. */
static void drop_empty(json_t *parts)
{
    for (size_t i = json_array_size(parts); i > 0; i--) {
        json_t *part = json_array_get(parts, i - 1);
        if (json_array_size(json_object_get(part, "criteria")) == 0) {
            json_object_del(part, "criteria");
        }
        if (json_object_size(part) == 0) {
            json_array_remove(parts, i - 1);
        }
    }
}

json_t *pln_rubric_read(pln_span_t text, json_t *notes)
{
    reading_t reading = {.text = text, .parts = json_array(), .notes = notes};
    read_lines(&reading);
    pln_buf_free(&reading.prose);
    drop_empty(reading.parts);
    return reading.parts;
}
