// SPDX-License-Identifier: MPL-2.0
/**
 * csv_record - a row of a spreadsheet as the fields of a record.
 *
 * Why     A column is called as people call it; what no field takes is kept as prose and said.
 * Pure    any thread
 */
#ifndef PLN_CSV_RECORD_H
#define PLN_CSV_RECORD_H

#include <jansson.h>

#include "csv.h"
#include "proto/kinds.h"

typedef struct {
    size_t count;
    char *names[PLN_CSV_CELLS_MAX];
    bool said[PLN_CSV_CELLS_MAX]; /**< that no field takes the column: once is enough */
} pln_csv_header_t;

void pln_csv_header(const pln_csv_row_t *row, pln_csv_header_t *out);
void pln_csv_header_free(pln_csv_header_t *header);

/** The text in the column called @name; NULL: there is none, or it is empty. */
const char *pln_csv_cell(const pln_csv_header_t *header, const pln_csv_row_t *row,
                         const char *name);

/** Does @text begin with names of columns, two of which fields of @kind are called by? */
bool pln_csv_is_table(pln_span_t text, const pln_kind_t *kind);

/** Fields of @kind from @row; @notes gets a sentence for each cell that its field cannot take, and
 * one for each column that no field takes. */
json_t *pln_csv_fields(pln_csv_header_t *header, const pln_csv_row_t *row, const pln_kind_t *kind,
                       json_t *notes);

#endif
