// SPDX-License-Identifier: MPL-2.0
/**
 * csv - rows of a spreadsheet saved as text.
 *
 * Why     Districts keep lists of tasks in spreadsheets.
 * Shape   cells in quotes may hold separators, quotes twice and line breaks; the separator is the
 *         one of comma, semicolon and tab that the first line has most of, or what a first line
 *         "sep=;" says; a byte order mark is dropped, a line break is \n
 * Owner   the file is borrowed; pln_csv_free()
 * Thread  any
 */
#ifndef PLN_CSV_H
#define PLN_CSV_H

#include <stdio.h>

#include "proto/bytes.h"

#define PLN_CSV_CELLS_MAX 256u
#define PLN_CSV_ROW_MAX 1000000u /**< bytes of one row: the API takes 1 MiB */

typedef struct pln_csv pln_csv_t;

typedef struct {
    size_t count;
    char *cells[PLN_CSV_CELLS_MAX]; /**< valid until the next row is read */
    uint64_t line;                  /**< where it begins, from 1 */
    const char *problem;            /**< why it cannot be taken; NULL: it can */
} pln_csv_row_t;

pln_csv_t *pln_csv_new(FILE *file);
void pln_csv_free(pln_csv_t **csv);

/** The next row that is not blank; false: there is none. */
bool pln_csv_next(pln_csv_t *csv, pln_csv_row_t *out);

#endif
