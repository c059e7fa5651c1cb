// SPDX-License-Identifier: MPL-2.0
#include "table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "screen.h"
#include "width.h"

#define GAP 2u
#define CUT_MIN 8u /**< a cut column keeps this much */
#define COLUMNS_MAX 12u

struct pln_table {
    const pln_column_t *columns;
    size_t count;
    char **cells; /**< row after row */
    size_t cell_count;
    size_t room;
    size_t widths[COLUMNS_MAX];
    bool titled;
};

pln_table_t *pln_table_new(const pln_column_t *columns, size_t count)
{
    pln_table_t *table = pln_alloc_zero(1, sizeof *table);
    table->columns = columns;
    table->count = count < COLUMNS_MAX ? count : COLUMNS_MAX;
    for (size_t i = 0; i < table->count; i++) {
        table->widths[i] = pln_width(columns[i].title, strlen(columns[i].title));
    }
    return table;
}

static void forget_cells(pln_table_t *table)
{
    for (size_t i = 0; i < table->cell_count; i++) {
        free(table->cells[i]);
    }
    table->cell_count = 0;
}

void pln_table_free(pln_table_t **table)
{
    if (*table != NULL) {
        forget_cells(*table);
        free((*table)->cells);
        free(*table);
        *table = NULL;
    }
}

void pln_table_add(pln_table_t *table, const char *text)
{
    if (table->cell_count == table->room) {
        table->room = table->room == 0 ? 64 : table->room * 2;
        table->cells = pln_realloc(table->cells, table->room * sizeof *table->cells);
    }
    table->cells[table->cell_count++] = pln_text_line(text == NULL ? "" : text);
}

void pln_table_add_number(pln_table_t *table, uint64_t number)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, number);
    pln_table_add(table, text);
}

size_t pln_table_rows(const pln_table_t *table)
{
    return table->cell_count / table->count;
}

/** Widths that hold every cell. */
static void measure(pln_table_t *table)
{
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t width = pln_width(table->cells[i], strlen(table->cells[i]));
        size_t *widest = &table->widths[i % table->count];
        *widest = width > *widest ? width : *widest;
    }
}

/** Take from the widest of the columns that may be cut until the row fits. */
static void squeeze(pln_table_t *table, size_t width)
{
    size_t total = GAP * (table->count - 1);
    for (size_t i = 0; i < table->count; i++) {
        total += table->widths[i];
    }
    while (total > width) {
        size_t widest = table->count;
        for (size_t i = 0; i < table->count; i++) {
            if ((table->columns[i].flags & PLN_COLUMN_CUT) != 0 && table->widths[i] > CUT_MIN &&
                (widest == table->count || table->widths[i] > table->widths[widest])) {
                widest = i;
            }
        }
        if (widest == table->count) {
            return;
        }
        table->widths[widest]--;
        total--;
    }
}

static void blanks(FILE *out, size_t count)
{
    for (; count > 0; count--) {
        fputc(' ', out);
    }
}

/** Nothing is filled up behind the last one. */
static void print_cell(const pln_table_t *table, FILE *out, size_t column, const char *text)
{
    size_t room = table->widths[column];
    size_t size = strlen(text);
    size_t width = pln_width(text, size);
    bool cut = width > room && (table->columns[column].flags & PLN_COLUMN_CUT) != 0;
    bool last = column + 1 == table->count;
    if (cut) {
        size = pln_width_fit(text, size, room - 1);
        width = pln_width(text, size) + 1;
    }
    size_t fill = room > width ? room - width : 0;
    if ((table->columns[column].flags & PLN_COLUMN_RIGHT) != 0) {
        blanks(out, fill);
        fill = 0;
    }
    fwrite(text, 1, size, out);
    if (cut) {
        fputs("\xe2\x80\xa6", out);
    }
    if (!last) {
        blanks(out, fill + GAP);
    }
}

void pln_table_print(pln_table_t *table, FILE *out, size_t width)
{
    measure(table);
    squeeze(table, width);
    if (!table->titled) {
        pln_screen_style(out, PLN_BOLD);
        for (size_t i = 0; i < table->count; i++) {
            print_cell(table, out, i, table->columns[i].title);
        }
        pln_screen_style(out, PLN_PLAIN);
        fputc('\n', out);
        table->titled = true;
    }
    for (size_t i = 0; i < table->cell_count; i++) {
        print_cell(table, out, i % table->count, table->cells[i]);
        if ((i + 1) % table->count == 0) {
            fputc('\n', out);
        }
    }
    forget_cells(table);
}
