// SPDX-License-Identifier: MPL-2.0
/**
 * table - rows of cells that line up by display width and fit the screen.
 *
 * Why     Names in every script stand in one column; a long title gives way before an id does.
 * Shape   two blanks between columns; where the rows are too wide, PLN_COLUMN_CUT columns are cut
 *         with an ellipsis, the widest first
 * Thread  main
 */
#ifndef PLN_TABLE_H
#define PLN_TABLE_H

#include <stdio.h>

#include "proto/bytes.h"

enum { PLN_COLUMN_LEFT = 0, PLN_COLUMN_RIGHT = 1, PLN_COLUMN_CUT = 2 };

typedef struct {
    const char *title;
    unsigned flags;
} pln_column_t;

typedef struct pln_table pln_table_t;

/** @columns is borrowed until the table is freed. */
pln_table_t *pln_table_new(const pln_column_t *columns, size_t count);
void pln_table_free(pln_table_t **table);

/** The next cell, row after row; copied and made safe; NULL is empty. */
void pln_table_add(pln_table_t *table, const char *text);
void pln_table_add_number(pln_table_t *table, uint64_t number);

size_t pln_table_rows(const pln_table_t *table);

/**
 * Write the rows added since the last time, under their titles the first time, and forget them.
 * Columns never get narrower, so that long lists can be written in pieces.
 */
void pln_table_print(pln_table_t *table, FILE *out, size_t width);

#endif
