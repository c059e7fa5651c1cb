// SPDX-License-Identifier: MPL-2.0
/**
 * grid - a table whose cells are texts that wrap.
 *
 * Why     A rubric read on a terminal should look like the table that it is.
 * Shape   the first row is the header; columns share the width by what they hold
 * Owner   pln_grid_free()
 * Thread  main
 */
#ifndef PLN_GRID_H
#define PLN_GRID_H

#include <stdio.h>

#include "proto/pln.h"

#define PLN_GRID_COLUMNS_MAX 24u

typedef struct pln_grid pln_grid_t;

/** @columns: 1 to PLN_GRID_COLUMNS_MAX. */
pln_grid_t *pln_grid_new(size_t columns);
void pln_grid_free(pln_grid_t **grid);

/** Fill the next cell, row by row; NULL is empty. */
void pln_grid_add(pln_grid_t *grid, const char *text);

/** False: @width leaves no column ten columns or its longest word; show it in another way. */
bool pln_grid_fits(const pln_grid_t *grid, size_t width);
void pln_grid_print(const pln_grid_t *grid, FILE *out, size_t width);

#endif
