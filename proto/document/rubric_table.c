// SPDX-License-Identifier: MPL-2.0
#include "rubric_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cells.h"
#include "lines.h"
#include "rubric_label.h"

#define STRONG "*" /**< of a criterion whose row is in bold, until its table is read */

/** What a column of a table holds. */
typedef enum { NAME, POINTS, DESCRIPTION, LEVEL } column_t;

typedef struct {
    pln_cells_t header;
    column_t columns[PLN_CELLS_MAX];
    bool leveled;
    json_t *parts;
    json_t *notes;
    double sum;   /**< points of criteria since the last total ... */
    double plain; /**< ... without those of rows in bold, which may be sections */
} table_t;

static pln_span_t span(const char *text)
{
    return PLN_SPAN(text, strlen(text));
}

/** Points have two decimals at most. */
static bool same(double a, double b)
{
    return a - b < 0.005 && b - a < 0.005;
}

static bool one_of(const char *text, const char *const *words)
{
    char *plain = pln_span_text(pln_rubric_plain(span(text)));
    bool found = false;
    for (; *words != NULL && !found; words++) {
        found = strcasecmp(plain, *words) == 0;
    }
    free(plain);
    return found;
}

static bool points_word(const char *text)
{
    static const char *const words[] = {
        "points", "pts",   "point",           "score",  "points possible", "max points",
        "value",  "worth", "possible points", "weight", "total points",    "pts.",
        "max",    NULL};
    return one_of(text, words);
}

static bool description_word(const char *text)
{
    static const char *const words[] = {"description",  "descriptor", "expectations", "details",
                                        "requirements", "look for",   "comments",     "notes",
                                        "evidence",     NULL};
    return one_of(text, words);
}

/** Words over the first column that say nothing about the criteria. */
static bool plain_heading(const char *text)
{
    static const char *const words[] = {
        "",          "criteria",  "criterion",   "category", "trait",    "dimension", "element",
        "component", "indicator", "rubric",      "item",     "standard", "skill",     "area",
        "part",      "section",   "requirement", "task",     NULL};
    return one_of(text, words);
}

static bool is_total(const char *text)
{
    char *plain = pln_span_text(pln_rubric_plain(span(text)));
    bool total = strncasecmp(plain, "total", 5) == 0 || strncasecmp(plain, "subtotal", 8) == 0 ||
                 strncasecmp(plain, "grand total", 11) == 0 || strcasecmp(plain, "sum") == 0;
    free(plain);
    return total;
}

/* ---- parts ---- */

json_t *pln_rubric_part(json_t *parts)
{
    json_t *part = json_object();
    json_array_append_new(parts, part);
    return part;
}

json_t *pln_rubric_criteria(json_t *part)
{
    json_t *criteria = json_object_get(part, "criteria");
    if (criteria == NULL) {
        criteria = json_array();
        json_object_set_new(part, "criteria", criteria);
    }
    return criteria;
}

void pln_rubric_describe(json_t *part, pln_span_t text)
{
    const char *before = json_string_value(json_object_get(part, "description"));
    pln_buf_t out = {0};
    text = pln_trim(text);
    if (text.size == 0) {
        return;
    }
    if (before != NULL) {
        pln_buf_add(&out, before, strlen(before));
        pln_buf_add(&out, "\n\n", 2);
    }
    pln_buf_add(&out, text.data, text.size);
    pln_rubric_set(part, "description", pln_buf_span(&out));
    pln_buf_free(&out);
}

static json_t *last_part(const table_t *table)
{
    size_t count = json_array_size(table->parts);
    return count > 0 ? json_array_get(table->parts, count - 1) : pln_rubric_part(table->parts);
}

static json_t *part_for_title(const table_t *table)
{
    json_t *part = last_part(table);
    bool used = json_object_get(part, "criteria") != NULL || json_object_get(part, "title") != NULL;
    return used ? pln_rubric_part(table->parts) : part;
}

/* ---- the header ---- */

static void read_columns(table_t *table)
{
    size_t levels = 0;
    for (size_t i = 0; i < table->header.count; i++) {
        const char *text = table->header.cells[i];
        table->columns[i] = i == 0                   ? NAME
                            : points_word(text)      ? POINTS
                            : description_word(text) ? DESCRIPTION
                                                     : LEVEL;
        levels += table->columns[i] == LEVEL;
    }
    // A single column that is no level scale describes the criterion.
    for (size_t i = 1; levels == 1 && i < table->header.count; i++) {
        bool beside = table->header.count > 2 && table->columns[i] == LEVEL;
        table->columns[i] = beside ? DESCRIPTION : table->columns[i];
    }
    table->leveled = levels > 1 || (levels == 1 && table->header.count == 2);
}

static bool scores(const table_t *table)
{
    bool points = false;
    for (size_t i = 1; i < table->header.count; i++) {
        points = points || table->columns[i] == POINTS;
    }
    return points || table->leveled;
}

/* ---- rows ---- */

static const char *cell(const pln_cells_t *row, size_t column)
{
    return column < row->count ? row->cells[column] : "";
}

static bool filled_beside(const pln_cells_t *row)
{
    for (size_t i = 1; i < row->count; i++) {
        if (row->cells[i][0] != '\0') {
            return true;
        }
    }
    return false;
}

static json_t *level_json(const char *header, const char *text)
{
    json_t *level = json_object();
    pln_rubric_label(level, span(header), true);
    pln_rubric_set(level, "description", span(text));
    return level;
}

/** Points that the text of a level opens with go to the level: "(4) All sources are named". */
static void add_levels(const table_t *table, const pln_cells_t *row, json_t *criterion)
{
    json_t *levels = json_array();
    for (size_t i = 1; i < table->header.count; i++) {
        json_t *level = NULL;
        if (table->columns[i] == LEVEL) {
            level = level_json(table->header.cells[i], cell(row, i));
        }
        if (level != NULL && json_object_size(level) > 0) {
            json_array_append(levels, level);
        }
        json_decref(level);
    }
    if (json_array_size(levels) > 0) {
        json_object_set(criterion, "levels", levels);
    }
    json_decref(levels);
}

static void take_points(table_t *table, json_t *criterion, const char *text)
{
    json_t *points = pln_rubric_points(span(text));
    if (points != NULL) {
        double number = json_number_value(points);
        table->sum += number;
        table->plain += json_object_get(criterion, STRONG) == NULL ? number : 0;
        json_object_set_new(criterion, "points", points);
        return;
    }
    pln_rubric_describe(criterion, span(text));
}

static void add_criterion(table_t *table, const pln_cells_t *row)
{
    json_t *criterion = json_object();
    pln_rubric_label(criterion, span(cell(row, 0)), false);
    if (!table->leveled && pln_rubric_strong(span(cell(row, 0)))) {
        json_object_set_new(criterion, STRONG, json_true());
    }
    for (size_t i = 1; i < table->header.count; i++) {
        if (table->columns[i] == POINTS) {
            take_points(table, criterion, cell(row, i));
        } else if (table->columns[i] == DESCRIPTION) {
            pln_rubric_describe(criterion, span(cell(row, i)));
        }
    }
    if (table->leveled) {
        add_levels(table, row, criterion);
    }
    for (size_t i = table->header.count; i < row->count; i++) {
        pln_rubric_describe(criterion, span(row->cells[i]));
    }
    json_array_append_new(pln_rubric_criteria(last_part(table)), criterion);
}

/** A sum that is what its rows say is left out; another one is a word of its author and stays. */
static void take_total(table_t *table, const pln_cells_t *row)
{
    char line[200];
    json_t *points = NULL;
    for (size_t i = 1; i < row->count && points == NULL; i++) {
        points = pln_rubric_points(span(row->cells[i]));
    }
    double said = points != NULL ? json_number_value(points) : 0;
    snprintf(line, sizeof line, "%.80s: %g", row->cells[0], said);
    if (points != NULL && !same(said, table->sum) && !same(said, table->plain)) {
        pln_rubric_describe(last_part(table), span(line));
        snprintf(line, sizeof line,
                 "its rubric says that the total is %g, but its points add up to %g; both stay",
                 said, table->sum);
        json_array_append_new(table->notes, json_string(line));
    }
    if (strncasecmp(row->cells[0], "sub", 3) == 0) {
        table->sum = 0;
        table->plain = 0;
    }
    json_decref(points);
}

/* ---- sections ---- */

static bool is_strong(const json_t *criterion)
{
    return json_object_get(criterion, STRONG) != NULL;
}

/** Are the points of the row in bold at @at those of the rows below it, up to the next one? */
static bool sums_up(const json_t *criteria, size_t at)
{
    double sum = 0;
    size_t next = at + 1;
    for (; next < json_array_size(criteria) && !is_strong(json_array_get(criteria, next)); next++) {
        sum += json_number_value(json_object_get(json_array_get(criteria, next), "points"));
    }
    const json_t *said = json_object_get(json_array_get(criteria, at), "points");
    return next > at + 1 && said != NULL && same(json_number_value(said), sum);
}

/** The rows in bold as titles of parts, each with the rows below it. */
static void split_part(json_t *parts, size_t at)
{
    json_t *part = json_array_get(parts, at), *criterion;
    json_t *criteria = json_incref(json_object_get(part, "criteria"));
    size_t index;
    json_object_del(part, "criteria");
    json_array_foreach(criteria, index, criterion)
    {
        if (!is_strong(criterion)) {
            json_array_append(pln_rubric_criteria(part), criterion);
            continue;
        }
        if (json_object_size(part) > 0) {
            part = json_object();
            json_array_insert_new(parts, ++at, part);
        }
        json_object_set(part, "title", json_object_get(criterion, "name"));
        json_t *said = json_object_get(criterion, "description");
        if (said != NULL) {
            json_object_set(part, "description", said);
        }
    }
    json_decref(criteria);
}

/** A row in bold is a section where every one has the sum of the rows below it, else a criterion.
 */
static void settle_sections(json_t *parts)
{
    size_t index, place, strong = 0;
    json_t *part, *criterion;
    bool sections = true;
    json_array_foreach(parts, index, part)
    {
        json_t *criteria = json_object_get(part, "criteria");
        json_array_foreach(criteria, place, criterion)
        {
            strong += is_strong(criterion);
            sections = sections && (!is_strong(criterion) || sums_up(criteria, place));
        }
    }
    for (size_t i = json_array_size(parts); sections && strong > 0 && i > 0; i--) {
        split_part(parts, i - 1);
    }
    json_array_foreach(parts, index, part)
    {
        json_array_foreach(json_object_get(part, "criteria"), place, criterion)
        {
            json_object_del(criterion, STRONG);
        }
    }
}

static void take_row(table_t *table, const pln_cells_t *row)
{
    bool named = row->count > 0 && row->cells[0][0] != '\0';
    bool beside = filled_beside(row);
    if (!named && !beside) {
        return;
    }
    if (named && is_total(row->cells[0])) {
        take_total(table, row);
    } else if (named && !beside && !table->leveled) {
        pln_rubric_set(part_for_title(table), "title", pln_rubric_plain(span(row->cells[0])));
    } else if (named && !beside && pln_rubric_strong(span(row->cells[0]))) {
        pln_rubric_set(part_for_title(table), "title", pln_rubric_plain(span(row->cells[0])));
    } else {
        add_criterion(table, row);
    }
}

bool pln_rubric_table(pln_span_t text, size_t *at, json_t *parts, json_t *notes)
{
    table_t table = {.parts = parts, .notes = notes};
    size_t next = *at;
    if (!pln_cells_read(pln_line_next(text, &next), &table.header)) {
        return false;
    }
    read_columns(&table);
    if (!scores(&table)) {
        pln_cells_free(&table.header);
        return false;
    }
    if (!plain_heading(table.header.cells[0])) {
        pln_rubric_set(part_for_title(&table), "title",
                       pln_rubric_plain(span(table.header.cells[0])));
    }
    pln_line_next(text, &next);
    while (next < text.size) {
        pln_cells_t row;
        *at = next;
        if (!pln_cells_read(pln_line_next(text, &next), &row)) {
            next = *at;
            break;
        }
        take_row(&table, &row);
        pln_cells_free(&row);
    }
    *at = next;
    settle_sections(parts);
    pln_cells_free(&table.header);
    return true;
}
