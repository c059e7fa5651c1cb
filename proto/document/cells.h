// SPDX-License-Identifier: MPL-2.0
/**
 * cells - tables of Markdown, row by row.
 *
 * Why     Rubrics are tables, written with and without outer bars, and cells hold escaped bars.
 * Pure    any thread
 */
#ifndef PLN_CELLS_H
#define PLN_CELLS_H

#include "proto/bytes.h"

#define PLN_CELLS_MAX 24u

/** One row: its cells, "\|" as "|" and "<br>" as a line break. Free it. */
typedef struct {
    size_t count;
    char *cells[PLN_CELLS_MAX];
} pln_cells_t;

/** Does a table begin at @at of @text: a row, and below it a line of dashes? */
bool pln_cells_begin(pln_span_t text, size_t at);
/** Is @line the dashes below a header? */
bool pln_cells_rule(pln_span_t line);
/** False: @line is no row. */
bool pln_cells_read(pln_span_t line, pln_cells_t *out);
void pln_cells_free(pln_cells_t *row);

/** Append @text as a cell: what would end it is escaped. */
void pln_cells_add(pln_buf_t *out, const char *text);

#endif
