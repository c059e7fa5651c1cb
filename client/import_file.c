// SPDX-License-Identifier: MPL-2.0
#include "import_file.h"

#include <inttypes.h>
#include <string.h>

#include "csv_record.h"
#include "left_over.h"
#include "ndjson.h"
#include "proto/document/markdown.h"
#include "source.h"

/** A place in a file that is no list of JSON. */
#define AT(name, line_number) ((pln_import_place_t){.file = (name), .line = (line_number)})

/* ---- spreadsheets ---- */

static void note_all(pln_importing_t *importing, const char *name, uint64_t line,
                     const json_t *notes)
{
    size_t index;
    json_t *text;
    json_array_foreach(notes, index, text)
    {
        pln_importing_note(importing, AT(name, line), json_string_value(text));
    }
}

/** Kind of what names none, spreadsheets and documents. */
static const char *usual_kind(const pln_importing_t *importing)
{
    const char *kind = pln_importing_kind(importing);
    return kind != NULL ? kind : "task";
}

/** A row of a spreadsheet; its column "kind" goes before --kind. */
static void import_row(pln_importing_t *importing, const char *name, pln_csv_header_t *header,
                       const pln_csv_row_t *row)
{
    const char *said = pln_csv_cell(header, row, "kind");
    const char *kind_name = said != NULL ? said : usual_kind(importing);
    const pln_kind_t *kind = pln_kind_by_name(kind_name);
    json_t *record = json_object(), *notes = json_array();
    json_object_set_new(record, "kind", json_string(kind_name));
    json_object_set_new(record, "fields",
                        kind != NULL && kind->fields != NULL
                            ? pln_csv_fields(header, row, kind, notes)
                            : json_object());
    note_all(importing, name, row->line, notes);
    pln_importing_add(importing, AT(name, row->line), record);
    json_decref(notes);
    json_decref(record);
}

static void import_rows(pln_importing_t *importing, FILE *file, const char *name)
{
    pln_csv_t *csv = pln_csv_new(file);
    pln_csv_header_t header = {.count = 0};
    pln_csv_row_t row;
    bool begins = pln_csv_next(csv, &row);
    if (begins && row.problem == NULL) {
        pln_csv_header(&row, &header);
    } else {
        pln_importing_refuse(importing, AT(name, 1),
                             begins ? row.problem : "it has no row of column names");
    }
    while (header.count > 0 && pln_csv_next(csv, &row) && pln_importing_goes_on(importing)) {
        if (row.problem != NULL) {
            pln_importing_refuse(importing, AT(name, row.line), row.problem);
        } else {
            import_row(importing, name, &header, &row);
        }
    }
    pln_csv_header_free(&header);
    pln_csv_free(&csv);
}

/* ---- documents ---- */

/** What people wrote for people and a field refuses, "Grades: middle school", stays as prose. */
static void soften(pln_importing_t *importing, const pln_kind_t *kind, json_t *record,
                   const char *name)
{
    size_t index;
    json_t *problem, *problems = pln_importing_check(importing, record);
    json_array_foreach(problems, index, problem)
    {
        char field[64], text[500];
        const char *path = pln_text(problem, "field");
        snprintf(field, sizeof field, "%.*s", (int)strcspn(path, "."), path);
        const pln_field_t *prose =
            pln_left_over_move(kind, json_object_get(record, "fields"), field);
        if (prose != NULL) {
            snprintf(text, sizeof text, "%.400s; it stays as prose in %s",
                     pln_text(problem, "sentence"), prose->name);
            pln_importing_note(importing, AT(name, 0), text);
        }
    }
    json_decref(problems);
}

static void import_document(pln_importing_t *importing, pln_span_t text, const char *name)
{
    pln_document_t document;
    const char *kind = pln_importing_kind(importing);
    if (pln_markdown_read(text, name, kind == NULL ? NULL : pln_kind_by_name(kind), &document)) {
        json_t *record = json_object();
        json_object_set_new(record, "kind", json_string(document.kind->name));
        json_object_set(record, "fields", document.fields);
        note_all(importing, name, 0, document.notes);
        soften(importing, document.kind, record, name);
        pln_importing_add(importing, AT(name, 1), record);
        json_decref(record);
    } else {
        pln_importing_refuse(importing, AT(name, 1), document.problem);
    }
    pln_document_free(&document);
}

/** Text without an ending that says what it is: rows where it begins with names of columns. */
static void import_text(pln_importing_t *importing, FILE *file, const char *name)
{
    pln_buf_t text = {0};
    if (!pln_source_read(file, name, PLN_SOURCE_DOCUMENT_MAX, &text)) {
        pln_importing_unread(importing, name);
    } else if (!pln_source_is_named_document(name) &&
               pln_csv_is_table(pln_buf_span(&text), pln_kind_by_name(usual_kind(importing)))) {
        FILE *rows = fmemopen(text.data, text.size, "r");
        import_rows(importing, rows, name);
        fclose(rows);
    } else {
        import_document(importing, pln_buf_span(&text), name);
    }
    pln_buf_free(&text);
}

/* ---- JSON ---- */

static void import_records(pln_importing_t *importing, FILE *file, const char *name)
{
    pln_ndjson_t *reader = pln_ndjson_new(file);
    pln_ndjson_item_t item;
    pln_ndjson_state_t state = PLN_NDJSON_VALUE;
    while (state != PLN_NDJSON_END && pln_importing_goes_on(importing)) {
        state = pln_ndjson_next(reader, &item);
        const pln_import_place_t place = {name, item.line, item.element};
        if (state == PLN_NDJSON_VALUE) {
            pln_importing_add(importing, place, item.value);
            json_decref(item.value);
        } else if (state == PLN_NDJSON_BROKEN) {
            pln_importing_refuse(importing, place, item.problem);
        }
    }
    pln_ndjson_free(&reader);
}

void pln_import_file(pln_importing_t *importing, const char *name)
{
    FILE *file = pln_source_open(name);
    if (file == NULL) {
        pln_importing_unread(importing, name);
        return;
    }
    if (pln_source_is_csv(name)) {
        import_rows(importing, file, name);
    } else if (pln_source_is_document(file, name)) {
        import_text(importing, file, name);
    } else {
        import_records(importing, file, name);
    }
    pln_source_close(file);
}
