// SPDX-License-Identifier: MPL-2.0
#include "csv_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/document/field_text.h"
#include "proto/document/field_words.h"

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

/** Where prose goes that no field takes. */
static const pln_field_t *prose_field(const pln_kind_t *kind)
{
    static const char *const names[] = {"prompt",  "notes",       "about",     "context",
                                        "comment", "description", "narrative", "text"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const pln_field_t *field = pln_field_by_name(kind, names[i]);
        if (field != NULL && field->type == PLN_TYPE_TEXT && field->many == 0) {
            return field;
        }
    }
    return NULL;
}

static void note(json_t *notes, const char *column, const pln_field_t *prose)
{
    char text[300];
    snprintf(text, sizeof text, "no field takes the column \"%.100s\" as it is; it %s%s", column,
             prose != NULL ? "stays as prose in " : "is left out",
             prose != NULL ? prose->name : "");
    json_array_append_new(notes, json_string(text));
}

/** "Column: cell" as a paragraph of its own. */
static void add_prose(json_t *fields, const pln_field_t *prose, const char *column,
                      const char *cell)
{
    const char *before = json_string_value(json_object_get(fields, prose->name));
    json_t *text = before != NULL ? json_sprintf("%s\n\n%s: %s", before, column, cell)
                                  : json_sprintf("%s: %s", column, cell);
    json_object_set_new(fields, prose->name, text);
}

json_t *pln_csv_fields(const pln_csv_header_t *header, const pln_csv_row_t *row,
                       const pln_kind_t *kind, json_t *notes)
{
    json_t *fields = json_object();
    const pln_field_t *prose = prose_field(kind);
    bool taken[PLN_CSV_CELLS_MAX] = {false};
    size_t count = header->count < row->count ? header->count : row->count;
    for (size_t i = 0; i < count; i++) {
        const char *cell = row->cells[i];
        const pln_field_t *field =
            pln_field_called(kind, PLN_SPAN(header->names[i], strlen(header->names[i])));
        bool free_field = field != NULL && json_object_get(fields, field->name) == NULL;
        json_t *value = free_field && cell[0] != '\0'
                            ? pln_field_from_text(field, PLN_SPAN(cell, strlen(cell)), notes)
                            : NULL;
        taken[i] = value != NULL || cell[0] == '\0' || strcasecmp(header->names[i], "kind") == 0;
        if (value != NULL) {
            json_object_set_new(fields, field->name, value);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!taken[i]) {
            note(notes, header->names[i], prose);
            if (prose != NULL) {
                add_prose(fields, prose, header->names[i], row->cells[i]);
            }
        }
    }
    return fields;
}
