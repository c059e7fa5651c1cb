// SPDX-License-Identifier: MPL-2.0
// Three layouts, the first that shows everything: criteria by levels, criteria and points, a list.
#include <stdio.h>
#include <string.h>

#include "cells.h"
#include "rubric.h"

static void add(pln_buf_t *out, const char *text)
{
    pln_buf_add(out, text, strlen(text));
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static void add_number(pln_buf_t *out, const json_t *number)
{
    char text[32];
    snprintf(text, sizeof text, "%.10g", json_number_value(number));
    add(out, text);
}

/** "Name (4)", "Name" or "4". */
static void add_label(pln_buf_t *out, const json_t *object, bool cell)
{
    const json_t *points = json_object_get(object, "points");
    const char *name = text_of(object, "name");
    if (cell) {
        pln_cells_add(out, name);
    } else {
        add(out, name);
    }
    if (points != NULL) {
        add(out, name[0] != '\0' ? " (" : "");
        add_number(out, points);
        add(out, name[0] != '\0' ? ")" : "");
    }
}

/** Do both have the same levels, but for their descriptions? */
static bool same_scale(const json_t *one, const json_t *other)
{
    size_t count = json_array_size(one);
    bool same = count > 0 && count == json_array_size(other);
    for (size_t i = 0; same && i < count; i++) {
        const json_t *a = json_array_get(one, i), *b = json_array_get(other, i);
        same = strcmp(text_of(a, "name"), text_of(b, "name")) == 0 &&
               json_equal(json_object_get(a, "points"), json_object_get(b, "points"));
    }
    return same;
}

/** One scale for all criteria? */
static bool leveled(const json_t *criteria)
{
    const json_t *first = json_object_get(json_array_get(criteria, 0), "levels");
    size_t index;
    json_t *criterion;
    json_array_foreach(criteria, index, criterion)
    {
        if (!same_scale(first, json_object_get(criterion, "levels")) ||
            json_object_get(criterion, "description") != NULL) {
            return false;
        }
    }
    return true;
}

/** No levels, and points with at least one? */
static bool pointed(const json_t *criteria)
{
    bool points = false;
    size_t index;
    json_t *criterion;
    json_array_foreach(criteria, index, criterion)
    {
        points = points || json_object_get(criterion, "points") != NULL;
        if (json_object_get(criterion, "levels") != NULL) {
            return false;
        }
    }
    return points;
}

static bool any_points(const json_t *criteria)
{
    size_t index;
    json_t *criterion;
    json_array_foreach(criteria, index, criterion)
    {
        if (json_object_get(criterion, "points") != NULL) {
            return true;
        }
    }
    return false;
}

static void write_rule(pln_buf_t *out, size_t columns)
{
    add(out, "|");
    for (; columns > 0; columns--) {
        add(out, " --- |");
    }
    add(out, "\n");
}

static void write_levels(const json_t *criteria, pln_buf_t *out)
{
    const json_t *scale = json_object_get(json_array_get(criteria, 0), "levels");
    bool points = any_points(criteria);
    size_t index, place;
    json_t *criterion, *level;
    add(out, points ? "| Criterion | Points |" : "| Criterion |");
    json_array_foreach(scale, place, level)
    {
        add(out, " ");
        add_label(out, level, true);
        add(out, " |");
    }
    add(out, "\n");
    write_rule(out, json_array_size(scale) + 1 + points);
    json_array_foreach(criteria, index, criterion)
    {
        add(out, "| ");
        pln_cells_add(out, text_of(criterion, "name"));
        add(out, " |");
        if (points) {
            add(out, " ");
            if (json_object_get(criterion, "points") != NULL) {
                add_number(out, json_object_get(criterion, "points"));
            }
            add(out, " |");
        }
        json_array_foreach(json_object_get(criterion, "levels"), place, level)
        {
            add(out, " ");
            pln_cells_add(out, text_of(level, "description"));
            add(out, " |");
        }
        add(out, "\n");
    }
}

static void write_points(const json_t *criteria, pln_buf_t *out)
{
    size_t index;
    json_t *criterion;
    add(out, "| Criterion | Points | Description |\n");
    write_rule(out, 3);
    json_array_foreach(criteria, index, criterion)
    {
        add(out, "| ");
        pln_cells_add(out, text_of(criterion, "name"));
        add(out, " | ");
        if (json_object_get(criterion, "points") != NULL) {
            add_number(out, json_object_get(criterion, "points"));
        }
        add(out, " | ");
        pln_cells_add(out, text_of(criterion, "description"));
        add(out, " |\n");
    }
}

static void write_item(const char *sign, const json_t *object, pln_buf_t *out)
{
    const char *name = text_of(object, "name"), *description = text_of(object, "description");
    const json_t *points = json_object_get(object, "points");
    add(out, sign);
    add(out, name[0] != '\0' ? "**" : "");
    add(out, name);
    add(out, name[0] != '\0' ? "**" : "");
    if (points != NULL) {
        add(out, name[0] != '\0' ? " (" : "");
        add_number(out, points);
        add(out, name[0] != '\0' ? ")" : "");
    }
    add(out, description[0] != '\0' ? ": " : "");
    add(out, description);
    add(out, "\n");
}

static void write_list(const json_t *criteria, pln_buf_t *out)
{
    size_t index, place;
    json_t *criterion, *level;
    json_array_foreach(criteria, index, criterion)
    {
        write_item("- ", criterion, out);
        json_array_foreach(json_object_get(criterion, "levels"), place, level)
        {
            write_item("  - ", level, out);
        }
    }
}

static void write_part(const json_t *part, unsigned level, pln_buf_t *out)
{
    const json_t *criteria = json_object_get(part, "criteria");
    const char *title = text_of(part, "title"), *description = text_of(part, "description");
    if (title[0] != '\0') {
        pln_buf_add(out, "######", level);
        add(out, " ");
        add(out, title);
        add(out, "\n\n");
    }
    if (description[0] != '\0') {
        add(out, description);
        add(out, "\n\n");
    }
    if (json_array_size(criteria) > 0) {
        if (leveled(criteria)) {
            write_levels(criteria, out);
        } else if (pointed(criteria)) {
            write_points(criteria, out);
        } else {
            write_list(criteria, out);
        }
        add(out, "\n");
    }
}

void pln_rubric_write(const json_t *parts, unsigned level, pln_buf_t *out)
{
    size_t index;
    json_t *part;
    json_array_foreach(parts, index, part)
    {
        write_part(part, level, out);
    }
}
