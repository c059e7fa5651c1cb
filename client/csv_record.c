// SPDX-License-Identifier: MPL-2.0
#include "csv_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "left_over.h"
#include "proto/document/field_text.h"
#include "proto/document/field_words.h"
#include "proto/document/lines.h"

void pln_csv_header(const pln_csv_row_t *row, pln_csv_header_t *out)
{
    out->count = row->count;
    for (size_t i = 0; i < row->count; i++) {
        out->names[i] = pln_strdup(row->cells[i]);
    }
}

void pln_csv_header_free(pln_csv_header_t *header)
{
    for (size_t i = 0; i < header->count; i++) {
        free(header->names[i]);
    }
    header->count = 0;
}

const char *pln_csv_cell(const pln_csv_header_t *header, const pln_csv_row_t *row, const char *name)
{
    for (size_t i = 0; i < header->count && i < row->count; i++) {
        if (strcasecmp(header->names[i], name) == 0 && row->cells[i][0] != '\0') {
            return row->cells[i];
        }
    }
    return NULL;
}

/** What the column at @place is called. */
static void column_name(const pln_csv_header_t *header, size_t place, char *out, size_t size)
{
    if (place < header->count && header->names[place][0] != '\0') {
        snprintf(out, size, "%s", header->names[place]);
    } else {
        snprintf(out, size, "Column %zu", place + 1);
    }
}

static void note(json_t *notes, const char *column, bool as_it_is, const pln_field_t *prose)
{
    char text[300];
    snprintf(text, sizeof text, "no field takes the column \"%.100s\"%s; it %s%s", column,
             as_it_is ? " as it is here" : "", prose != NULL ? "stays as prose in " : "is left out",
             prose != NULL ? prose->name : "");
    char *whole = pln_span_text(PLN_SPAN(text, strlen(text)));
    if (pln_utf8_valid(PLN_SPAN(whole, strlen(whole)))) {
        json_array_append_new(notes, json_string(whole));
    }
    free(whole);
}

bool pln_csv_is_table(pln_span_t text, const pln_kind_t *kind)
{
    pln_csv_row_t row = {.count = 0};
    size_t known = 0;
    FILE *file = text.size > 0 ? fmemopen((void *)(uintptr_t)text.data, text.size, "r") : NULL;
    if (file == NULL) {
        return false;
    }
    pln_csv_t *csv = pln_csv_new(file);
    bool begins = pln_csv_next(csv, &row) && row.problem == NULL;
    for (size_t i = 0; begins && i < row.count; i++) {
        pln_span_t name = PLN_SPAN(row.cells[i], strlen(row.cells[i]));
        known += strcasecmp(row.cells[i], "kind") == 0 || pln_field_called(kind, name) != NULL;
    }
    pln_csv_free(&csv);
    fclose(file);
    return known >= 2;
}

/** The field that the cell at @place goes to; NULL: none, or it has a value already. */
static const pln_field_t *field_at(const pln_csv_header_t *header, size_t place,
                                   const pln_kind_t *kind, const json_t *fields)
{
    const char *name = place < header->count ? header->names[place] : "";
    const pln_field_t *field = pln_field_called(kind, PLN_SPAN(name, strlen(name)));
    return field != NULL && json_object_get(fields, field->name) == NULL ? field : NULL;
}

/** A cell that its field cannot take is no loss: it is prose, and said. */
static void leave(pln_csv_header_t *header, size_t place, bool named, const char *cell,
                  const pln_field_t *prose, json_t *fields, json_t *notes)
{
    char column[128];
    column_name(header, place, column, sizeof column);
    if (named || !header->said[place]) {
        note(notes, column, named, prose);
    }
    header->said[place] = header->said[place] || !named;
    if (prose != NULL) {
        pln_left_over_add(fields, prose, column, cell);
    }
}

json_t *pln_csv_fields(pln_csv_header_t *header, const pln_csv_row_t *row, const pln_kind_t *kind,
                       json_t *notes)
{
    json_t *fields = json_object();
    const pln_field_t *prose = pln_left_over_field(kind);
    enum { TAKEN, UNNAMED, UNFIT } fate[PLN_CSV_CELLS_MAX] = {TAKEN};
    for (size_t i = 0; i < row->count; i++) {
        const char *cell = row->cells[i];
        bool kind_cell = i < header->count && strcasecmp(header->names[i], "kind") == 0;
        if (cell[0] == '\0' || kind_cell) {
            continue;
        }
        const pln_field_t *field = field_at(header, i, kind, fields);
        json_t *value =
            field != NULL ? pln_field_from_text(field, PLN_SPAN(cell, strlen(cell)), notes) : NULL;
        fate[i] = value != NULL ? TAKEN : (field != NULL ? UNFIT : UNNAMED);
        if (value != NULL) {
            json_object_set_new(fields, field->name, value);
        }
    }
    for (size_t i = 0; i < row->count; i++) {
        if (fate[i] != TAKEN) {
            leave(header, i, fate[i] == UNFIT, row->cells[i], prose, fields, notes);
        }
    }
    return fields;
}
