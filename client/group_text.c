// SPDX-License-Identifier: MPL-2.0
#include "group_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grid.h"
#include "proto/document/field_words.h"
#include "screen.h"
#include "wrap.h"

#define INDENT 2u

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

/** "Name (4)", "Name" or "4", "5 points". */
static void label(const json_t *object, bool unit, char *out, size_t size)
{
    const json_t *points = json_object_get(object, "points");
    const char *name = text_of(object, "name");
    double number = json_number_value(points);
    const char *word = !unit ? "" : (number == 1 ? " point" : " points");
    if (points == NULL) {
        snprintf(out, size, "%s", name);
    } else if (name[0] == '\0') {
        snprintf(out, size, "%.10g%s", number, word);
    } else {
        snprintf(out, size, "%s (%.10g%s)", name, number, word);
    }
}

/* ---- rubrics ---- */

/** The longest scale of the criteria: its levels head the columns. */
static const json_t *scale_of(const json_t *criteria)
{
    const json_t *longest = NULL;
    size_t index;
    json_t *criterion;
    json_array_foreach(criteria, index, criterion)
    {
        const json_t *levels = json_object_get(criterion, "levels");
        longest = json_array_size(levels) > json_array_size(longest) ? levels : longest;
    }
    return longest;
}

static bool same_labels(const json_t *scale, const json_t *levels)
{
    for (size_t i = 0; i < json_array_size(levels); i++) {
        char one[400], other[400];
        label(json_array_get(scale, i), false, one, sizeof one);
        label(json_array_get(levels, i), false, other, sizeof other);
        if (strcmp(one, other) != 0) {
            return false;
        }
    }
    return true;
}

/** Criteria by levels as a table; NULL: they have no scale in common. */
static pln_grid_t *rubric_grid(const json_t *criteria)
{
    const json_t *scale = scale_of(criteria);
    size_t index, place, columns = json_array_size(scale) + 1;
    json_t *criterion, *level;
    char text[1100];
    json_array_foreach(criteria, index, criterion)
    {
        if (!same_labels(scale, json_object_get(criterion, "levels")) ||
            json_object_get(criterion, "description") != NULL) {
            return NULL;
        }
    }
    if (columns < 2 || columns > PLN_GRID_COLUMNS_MAX) {
        return NULL;
    }
    pln_grid_t *grid = pln_grid_new(columns);
    pln_grid_add(grid, "Criterion");
    json_array_foreach(scale, place, level)
    {
        label(level, false, text, sizeof text);
        pln_grid_add(grid, text);
    }
    json_array_foreach(criteria, index, criterion)
    {
        label(criterion, true, text, sizeof text);
        pln_grid_add(grid, text);
        for (place = 0; place + 1 < columns; place++) {
            level = json_array_get(json_object_get(criterion, "levels"), place);
            pln_grid_add(grid, text_of(level, "description"));
        }
    }
    return grid;
}

static void print_described(const char *name, const json_t *object, size_t indent, size_t width)
{
    const char *description = text_of(object, "description");
    pln_buf_t line = {0};
    pln_buf_add(&line, "- ", 2);
    pln_buf_add(&line, name, strlen(name));
    pln_buf_add(&line, ": ", name[0] != '\0' && description[0] != '\0' ? 2 : 0);
    pln_buf_add(&line, description, strlen(description));
    pln_buf_u8(&line, 0);
    pln_wrap_print(stdout, (const char *)line.data, indent, width);
    pln_buf_free(&line);
}

static void print_criteria(const json_t *criteria, size_t width)
{
    size_t index, place;
    json_t *criterion, *level;
    char name[1100];
    json_array_foreach(criteria, index, criterion)
    {
        label(criterion, true, name, sizeof name);
        print_described(name, criterion, 0, width);
        json_array_foreach(json_object_get(criterion, "levels"), place, level)
        {
            label(level, false, name, sizeof name);
            print_described(name, level, INDENT, width);
        }
    }
}

static void print_rubric(const json_t *parts, size_t width)
{
    size_t index;
    json_t *part;
    json_array_foreach(parts, index, part)
    {
        const json_t *criteria = json_object_get(part, "criteria");
        const char *title = text_of(part, "title");
        if (index > 0) {
            putchar('\n');
        }
        if (title[0] != '\0') {
            pln_screen_style(stdout, PLN_BOLD);
            pln_wrap_print(stdout, title, 0, width);
            pln_screen_style(stdout, PLN_PLAIN);
        }
        pln_wrap_print(stdout, text_of(part, "description"), 0, width);
        pln_grid_t *grid = json_array_size(criteria) > 0 ? rubric_grid(criteria) : NULL;
        if (grid != NULL && pln_grid_fits(grid, width)) {
            pln_grid_print(grid, stdout, width);
        } else {
            print_criteria(criteria, width);
        }
        pln_grid_free(&grid);
    }
}

/* ---- others ---- */

static void add_value(pln_buf_t *out, const json_t *value)
{
    char number[64] = "";
    const char *text = json_string_value(value);
    if (text == NULL) {
        size_t size = json_dumpb(value, number, sizeof number - 1, JSON_ENCODE_ANY);
        number[size < sizeof number ? size : 0] = '\0';
        text = number;
    }
    pln_buf_add(out, text, strlen(text));
}

/** "- first: Label second": its parts in the order of the table. */
static void print_group(const pln_field_t *field, const json_t *group, size_t number, size_t width)
{
    pln_buf_t line = {0};
    char sign[24];
    size_t shown = 0;
    snprintf(sign, sizeof sign, "%zu. ", number);
    pln_buf_add(&line, sign, strlen(sign));
    for (const pln_field_t *part = field->parts; part->number != 0; part++) {
        const json_t *value = json_object_get(group, part->name);
        if (value == NULL) {
            continue;
        }
        if (shown++ > 0) {
            pln_buf_add(&line, "; ", 2);
            pln_buf_add(&line, part->label, strlen(part->label));
            pln_buf_add(&line, ": ", 2);
        }
        add_value(&line, value);
    }
    pln_buf_u8(&line, 0);
    pln_wrap_print(stdout, (const char *)line.data, 0, width);
    pln_buf_free(&line);
}

void pln_group_print(const pln_field_t *field, const json_t *value, size_t width)
{
    size_t index;
    json_t *group;
    if (pln_field_is_rubric(field)) {
        print_rubric(value, width);
        return;
    }
    json_array_foreach(value, index, group)
    {
        print_group(field, group, index + 1, width);
    }
}
