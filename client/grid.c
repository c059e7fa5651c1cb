// SPDX-License-Identifier: MPL-2.0
#include "grid.h"

#include <stdlib.h>
#include <string.h>

#include "screen.h"
#include "width.h"
#include "wrap.h"

#define GAP 2u
#define NARROW 10u /**< no column is made narrower than this, unless it needs no more */

struct pln_grid {
    size_t columns;
    char **cells;
    size_t count;
    size_t room;
};

pln_grid_t *pln_grid_new(size_t columns)
{
    pln_grid_t *grid = pln_alloc_zero(1, sizeof *grid);
    grid->columns = columns;
    return grid;
}

void pln_grid_free(pln_grid_t **grid)
{
    if (*grid == NULL) {
        return;
    }
    for (size_t i = 0; i < (*grid)->count; i++) {
        free((*grid)->cells[i]);
    }
    free((*grid)->cells);
    free(*grid);
    *grid = NULL;
}

void pln_grid_add(pln_grid_t *grid, const char *text)
{
    if (grid->count == grid->room) {
        grid->room = grid->room == 0 ? 32 : grid->room * 2;
        grid->cells = pln_realloc(grid->cells, grid->room * sizeof *grid->cells);
    }
    grid->cells[grid->count++] = pln_text_line(text != NULL ? text : "");
}

/** Columns of the widest cell, and how much text stands in the column in all. */
static void measure(const pln_grid_t *grid, size_t column, size_t *widest, size_t *total)
{
    *widest = 1;
    *total = 1;
    for (size_t i = column; i < grid->count; i += grid->columns) {
        size_t width = pln_width(grid->cells[i], strlen(grid->cells[i]));
        *widest = width > *widest ? width : *widest;
        *total += width;
    }
}

/** Columns that need little get it; the others share the rest by what they hold. */
static bool share(const pln_grid_t *grid, size_t width, size_t widths[PLN_GRID_COLUMNS_MAX])
{
    size_t widest[PLN_GRID_COLUMNS_MAX], total[PLN_GRID_COLUMNS_MAX];
    size_t gaps = GAP * (grid->columns - 1), left = width > gaps ? width - gaps : 0, open = 0;
    for (size_t i = 0; i < grid->columns; i++) {
        measure(grid, i, &widest[i], &total[i]);
        widths[i] = 0;
        open++;
    }
    for (bool changed = true; changed && open > 0;) {
        changed = false;
        for (size_t i = 0; i < grid->columns; i++) {
            if (widths[i] == 0 && widest[i] <= left / open) {
                widths[i] = widest[i];
                left -= widest[i];
                open--;
                changed = true;
                if (open == 0) {
                    return true;
                }
            }
        }
    }
    if (left < open * NARROW) {
        return false;
    }
    size_t sum = 0, spare = left - open * NARROW;
    for (size_t i = 0; i < grid->columns; i++) {
        sum += widths[i] == 0 ? total[i] : 0;
    }
    for (size_t i = 0; i < grid->columns; i++) {
        widths[i] = widths[i] > 0 ? widths[i] : NARROW + spare * total[i] / sum;
    }
    return true;
}

bool pln_grid_fits(const pln_grid_t *grid, size_t width)
{
    size_t widths[PLN_GRID_COLUMNS_MAX];
    return share(grid, width, widths);
}

/** One line of a row; false: nothing was left of any cell. */
static bool print_line(const pln_grid_t *grid, const char **rest, const size_t *widths, FILE *out)
{
    bool any = false;
    size_t pending = 0;
    for (size_t i = 0; i < grid->columns; i++) {
        any = any || rest[i][0] != '\0';
    }
    for (size_t i = 0; any && i < grid->columns; i++) {
        size_t next, size = pln_wrap_next(rest[i], strlen(rest[i]), widths[i], &next);
        for (; size > 0 && pending > 0; pending--) {
            fputc(' ', out);
        }
        fwrite(rest[i], 1, size, out);
        pending += widths[i] - pln_width(rest[i], size) + GAP;
        rest[i] += next;
    }
    if (any) {
        fputc('\n', out);
    }
    return any;
}

void pln_grid_print(const pln_grid_t *grid, FILE *out, size_t width)
{
    size_t widths[PLN_GRID_COLUMNS_MAX];
    if (!share(grid, width, widths)) {
        for (size_t i = 0; i < grid->columns; i++) {
            widths[i] = NARROW;
        }
    }
    for (size_t row = 0; row + grid->columns <= grid->count; row += grid->columns) {
        const char *rest[PLN_GRID_COLUMNS_MAX];
        for (size_t i = 0; i < grid->columns; i++) {
            rest[i] = grid->cells[row + i];
        }
        pln_screen_style(out, row == 0 ? PLN_BOLD : PLN_PLAIN);
        while (print_line(grid, rest, widths, out)) {
        }
        pln_screen_style(out, PLN_PLAIN);
    }
}
