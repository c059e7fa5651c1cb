// SPDX-License-Identifier: MPL-2.0
#include "rubric_list.h"

#include <string.h>

#include "lines.h"
#include "rubric_label.h"
#include "rubric_table.h"

#define NAME_MAX_BYTES 200u

static pln_span_t from(pln_span_t text, size_t at)
{
    return PLN_SPAN(text.data + at, text.size - at);
}

static size_t indent_of(pln_span_t line)
{
    size_t columns = 0;
    for (size_t i = 0; i < line.size; i++) {
        if (line.data[i] == '\t') {
            columns += 4;
        } else if (line.data[i] == ' ') {
            columns++;
        } else {
            break;
        }
    }
    return columns;
}

/** What stands behind "- ", "* ", "+ " or "1. "; data NULL: the line is no item. */
static pln_span_t item_text(pln_span_t line)
{
    pln_span_t text = pln_trim(line);
    size_t digits = 0;
    while (digits < text.size && digits < 3 && text.data[digits] >= '0' &&
           text.data[digits] <= '9') {
        digits++;
    }
    size_t sign = digits > 0 ? digits : 0;
    bool marked = text.size > sign + 1 && text.data[sign + 1] == ' ' &&
                  (digits > 0 ? text.data[sign] == '.' || text.data[sign] == ')'
                              : memchr("-*+", text.data[0], 3) != NULL);
    return marked ? pln_trim(from(text, sign + 2)) : PLN_SPAN(NULL, 0);
}

/** A paragraph that begins in bold: "**Evidence.** 4: ...". */
static bool bold_line(pln_span_t line)
{
    return line.size > 4 && memcmp(line.data, "**", 2) == 0 &&
           pln_span_find(from(line, 2), "**") != NULL;
}

bool pln_rubric_item(pln_span_t line)
{
    return indent_of(line) < 4 && (item_text(line).data != NULL || bold_line(line));
}

/** "**Name** rest" or "Name: rest" in two; without either all of it is the name. */
static void split(pln_span_t text, pln_span_t *name, pln_span_t *rest)
{
    const uint8_t *bold = text.size > 4 && memcmp(text.data, "**", 2) == 0
                              ? pln_span_find(from(text, 2), "**")
                              : NULL;
    size_t at = bold != NULL ? (size_t)(bold - text.data) + 2 : 0;
    if (bold != NULL && at < text.size) {
        pln_span_t behind = pln_trim(from(text, at));
        // "**Name** (10 points): rest": the points belong to the name.
        if (behind.size > 0 && behind.data[0] == '(') {
            const uint8_t *close = memchr(behind.data, ')', behind.size);
            at = close != NULL ? (size_t)(close - text.data) + 1 : at;
        }
    } else if (bold == NULL) {
        size_t scan = text.size < NAME_MAX_BYTES ? text.size : NAME_MAX_BYTES;
        const uint8_t *colon = pln_span_find(PLN_SPAN(text.data, scan), ": ");
        at = colon != NULL ? (size_t)(colon - text.data) : text.size;
    }
    *name = PLN_SPAN(text.data, at);
    *rest = pln_trim(from(text, at));
    while (rest->size > 0 && (rest->data[0] == ':' || (bold != NULL && rest->data[0] == '-'))) {
        *rest = pln_trim(from(*rest, 1));
    }
}

/** Name and points of "**Name** (10 points)", where the bold ends before the points. */
static void label(json_t *object, pln_span_t name, bool level)
{
    const uint8_t *open = pln_span_last(name, '(');
    pln_span_t points = {0};
    if (open != NULL && name.data[name.size - 1] == ')') {
        points = PLN_SPAN(open + 1, (size_t)(name.data + name.size - open) - 2);
    }
    json_t *number = points.size > 0 ? pln_rubric_points(points) : NULL;
    if (number != NULL) {
        name = pln_trim(PLN_SPAN(name.data, (size_t)(open - name.data)));
        pln_rubric_label(object, name, false);
        json_object_set_new(object, "points", number);
        return;
    }
    pln_rubric_label(object, name, level);
}

static json_t *level_json(pln_span_t text)
{
    pln_span_t name, rest;
    json_t *level = json_object();
    split(text, &name, &rest);
    label(level, name, true);
    pln_rubric_set(level, "description", rest);
    return level;
}

static bool is_level(const json_t *level)
{
    return json_object_get(level, "points") != NULL &&
           json_object_get(level, "description") != NULL;
}

/** "4: all; 3: most; 2: some" as levels; an empty list: it is no such row. */
static json_t *levels_in(pln_span_t text)
{
    json_t *levels = json_array();
    size_t begin = 0;
    for (size_t i = 0; i <= text.size; i++) {
        if (i < text.size && text.data[i] != ';') {
            continue;
        }
        json_t *level = level_json(pln_trim(PLN_SPAN(text.data + begin, i - begin)));
        bool good = is_level(level) && json_object_get(level, "name") == NULL;
        json_array_append_new(levels, level);
        begin = i + 1;
        if (!good) {
            json_array_clear(levels);
            break;
        }
    }
    if (json_array_size(levels) == 1) {
        json_array_clear(levels);
    }
    return levels;
}

static json_t *criterion_json(pln_span_t text)
{
    pln_span_t name, rest;
    json_t *criterion = json_object();
    split(text, &name, &rest);
    label(criterion, name, false);
    json_t *levels = levels_in(rest);
    // "Style: 5 points", but "Sources: 3" may ask for three of them.
    bool bare = rest.size > 0 && rest.data[rest.size - 1] >= '0' && rest.data[rest.size - 1] <= '9';
    bool open = !bare && json_object_get(criterion, "points") == NULL;
    json_t *points = open ? pln_rubric_points(rest) : NULL;
    if (json_array_size(levels) > 0) {
        json_object_set(criterion, "levels", levels);
    } else if (points != NULL) {
        json_object_set(criterion, "points", points);
    } else {
        pln_rubric_set(criterion, "description", rest);
    }
    json_decref(points);
    json_decref(levels);
    return criterion;
}

static void add_level(json_t *criterion, pln_span_t text)
{
    json_t *levels = json_object_get(criterion, "levels");
    if (levels == NULL) {
        levels = json_array();
        json_object_set_new(criterion, "levels", levels);
    }
    json_array_append_new(levels, level_json(text));
}

/** A list of nothing but levels is one criterion: the work as a whole. */
static void gather_levels(json_t *criteria, size_t first)
{
    json_t *levels = json_array();
    size_t count = json_array_size(criteria);
    for (size_t i = first; i < count; i++) {
        json_t *item = json_array_get(criteria, i);
        const char *name = json_string_value(json_object_get(item, "name"));
        json_t *level = json_object();
        if (name != NULL) {
            pln_rubric_label(level, PLN_SPAN(name, strlen(name)), true);
        }
        json_object_set(level, "description", json_object_get(item, "description"));
        bool good = is_level(level) && json_object_get(item, "levels") == NULL &&
                    json_object_get(item, "points") == NULL;
        json_array_append_new(levels, level);
        if (!good) {
            json_decref(levels);
            return;
        }
    }
    if (count - first > 1) {
        while (json_array_size(criteria) > first) {
            json_array_remove(criteria, first);
        }
        json_t *whole = json_object();
        json_object_set(whole, "levels", levels);
        json_array_append_new(criteria, whole);
    }
    json_decref(levels);
}

void pln_rubric_list(pln_span_t text, size_t *at, json_t *part)
{
    json_t *criteria = pln_rubric_criteria(part), *criterion = NULL;
    size_t first = json_array_size(criteria), next = *at;
    bool after_blank = false;
    while (next < text.size) {
        *at = next;
        pln_span_t line = pln_line_next(text, &next);
        pln_span_t item = item_text(line), plain = pln_trim(line);
        bool inner = indent_of(line) >= 2 && criterion != NULL;
        if (plain.size == 0) {
            after_blank = true;
            continue;
        }
        if (inner && item.data != NULL) {
            add_level(criterion, item);
        } else if (pln_rubric_item(line)) {
            criterion = criterion_json(item.data != NULL ? item : plain);
            json_array_append_new(criteria, criterion);
        } else if (criterion != NULL && (inner || !after_blank) && plain.data[0] != '#' &&
                   plain.data[0] != '|') {
            pln_rubric_describe(criterion, plain);
        } else {
            next = *at;
            break;
        }
        after_blank = false;
    }
    *at = next;
    gather_levels(criteria, first);
}
