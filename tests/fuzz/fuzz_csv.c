// SPDX-License-Identifier: MPL-2.0
/* A spreadsheet: every row ends, and its fields are of the kind that was asked for. */
#include <assert.h>
#include <stdio.h>

#include "client/csv_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_rows(pln_csv_t *csv)
{
    const pln_kind_t *kind = pln_kind_by_name("task");
    pln_csv_header_t header = {.count = 0};
    pln_csv_row_t row;
    uint64_t last = 0;
    while (pln_csv_next(csv, &row)) {
        assert(row.count > 0 && row.line > last);
        last = row.line;
        if (row.problem != NULL) {
            continue;
        }
        if (header.count == 0) {
            pln_csv_header(&row, &header);
            continue;
        }
        json_t *notes = json_array(), *fields = pln_csv_fields(&header, &row, kind, notes), *value;
        const char *name;
        json_object_foreach(fields, name, value)
        {
            assert(pln_field_by_name(kind, name) != NULL && value != NULL);
        }
        json_decref(fields);
        json_decref(notes);
    }
    pln_csv_header_free(&header);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pln_buf_t copy = {0};
    pln_buf_add(&copy, data, size);
    FILE *file = size > 0 ? fmemopen(copy.data, size, "r") : NULL;
    if (file != NULL) {
        pln_csv_t *csv = pln_csv_new(file);
        read_rows(csv);
        pln_csv_free(&csv);
        fclose(file);
    }
    pln_buf_free(&copy);
    return 0;
}
