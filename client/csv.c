// SPDX-License-Identifier: MPL-2.0
#include "csv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct pln_csv {
    FILE *file;
    uint64_t line;
    int separator;    /**< 0: not known yet */
    bool binary;      /**< the row at hand has a byte that no text has */
    bool unclosed;    /**< ... or a quote that nothing closes */
    uint8_t ahead[2]; /**< read already, and part of what comes next */
    size_t ahead_count;
    pln_buf_t text;
    size_t starts[PLN_CSV_CELLS_MAX];
};

pln_csv_t *pln_csv_new(FILE *file)
{
    pln_csv_t *csv = pln_alloc_zero(1, sizeof *csv);
    csv->file = file;
    csv->line = 1;
    return csv;
}

void pln_csv_free(pln_csv_t **csv)
{
    if (*csv != NULL) {
        pln_buf_free(&(*csv)->text);
        free(*csv);
        *csv = NULL;
    }
}

/** A byte order mark goes; bytes that only begin like one stay. */
static void drop_mark(pln_csv_t *csv)
{
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    size_t same = 0;
    int c = getc(csv->file);
    while (same < sizeof mark && c == mark[same]) {
        c = ++same < sizeof mark ? getc(csv->file) : c;
    }
    if (same == sizeof mark) {
        return;
    }
    if (c != EOF) {
        ungetc(c, csv->file);
    }
    memcpy(csv->ahead, mark, same);
    csv->ahead_count = same;
}

/** The one of the usual separators that @line has most of; 0: of a line "sep=;" what it says. */
static int separator_of(const char *line, size_t size)
{
    static const char signs[] = ",;\t";
    size_t counts[3] = {0}, best = 0;
    size -= size > 0 && line[size - 1] == '\r';
    if (size == 5 && strncasecmp(line, "sep=", 4) == 0) {
        return 0;
    }
    for (size_t i = 0; i < size; i++) {
        const char *sign = line[i] != '\0' ? strchr(signs, line[i]) : NULL;
        if (sign != NULL) {
            counts[sign - signs]++;
        }
    }
    for (size_t i = 1; i < 3; i++) {
        best = counts[i] > counts[best] ? i : best;
    }
    return signs[best];
}

/** The first line is read twice where the file can be; what cannot is taken to have commas. */
static void find_separator(pln_csv_t *csv)
{
    pln_buf_t line = {0};
    long begin = ftell(csv->file);
    int c;
    csv->separator = ',';
    if (begin < 0) {
        return;
    }
    while ((c = getc(csv->file)) != EOF && c != '\n' && line.size < PLN_CSV_ROW_MAX) {
        pln_buf_u8(&line, (uint8_t)c);
    }
    csv->separator = separator_of((const char *)line.data, line.size);
    if (csv->separator == 0) {  // what a spreadsheet was told is no row
        csv->separator = line.data[4];
        csv->line++;
    } else {
        fseek(csv->file, begin, SEEK_SET);
    }
    pln_buf_free(&line);
}

static int take(pln_csv_t *csv)
{
    if (csv->ahead_count > 0) {
        int c = csv->ahead[0];
        csv->ahead[0] = csv->ahead[1];
        csv->ahead_count--;
        return c;
    }
    int c = getc(csv->file);
    csv->line += c == '\n';
    return c;
}

/** A cell into csv->text; the byte that ended it. */
static int read_cell(pln_csv_t *csv)
{
    int c = take(csv);
    while (c == ' ') {
        c = take(csv);
    }
    bool quoted = c == '"';
    c = quoted ? take(csv) : c;
    while (c != EOF && (quoted || (c != csv->separator && c != '\n'))) {
        if (quoted && c == '"') {
            c = take(csv);
            quoted = c == '"';
            if (!quoted) {
                continue;
            }
        }
        csv->binary = csv->binary || c == '\0';
        if (csv->text.size <= PLN_CSV_ROW_MAX) {
            pln_buf_u8(&csv->text, (uint8_t)c);
        }
        c = take(csv);
    }
    csv->unclosed = csv->unclosed || (quoted && c == EOF);
    return c;
}

/** Without blanks at its end, and with line breaks as everybody else writes them. */
static void end_cell(pln_csv_t *csv, size_t start)
{
    size_t size = start;
    for (size_t i = start; i < csv->text.size; i++) {
        bool pair =
            csv->text.data[i] == '\r' && i + 1 < csv->text.size && csv->text.data[i + 1] == '\n';
        if (!pair) {
            csv->text.data[size++] = csv->text.data[i];
        }
    }
    while (size > start && memchr(" \t\r\n", csv->text.data[size - 1], 4) != NULL) {
        size--;
    }
    csv->text.size = size;
    pln_buf_u8(&csv->text, 0);
}

/** All cells of the row that begins here; false: the file ended before it. */
static bool read_row(pln_csv_t *csv, pln_csv_row_t *out)
{
    int c;
    *out = (pln_csv_row_t){.line = csv->line};
    pln_buf_clear(&csv->text);
    csv->binary = false;
    csv->unclosed = false;
    do {
        size_t start = csv->text.size;
        c = read_cell(csv);
        end_cell(csv, start);
        if (out->count < PLN_CSV_CELLS_MAX) {
            csv->starts[out->count++] = start;
        } else {
            out->problem = "it has more than 256 cells";
        }
    } while (c == csv->separator);
    if (csv->unclosed) {
        out->problem = "a quotation mark that opens a cell in it is never closed";
    } else if (csv->text.size > PLN_CSV_ROW_MAX) {
        out->problem = "it is longer than 1000000 bytes";
    } else if (csv->binary) {
        out->problem = "it has zero bytes, which no text has: save the spreadsheet as CSV in UTF-8";
    }
    for (size_t i = 0; i < out->count; i++) {
        char *cell = (char *)csv->text.data + csv->starts[i];
        out->cells[i] = cell + strspn(cell, " ");
        if (!pln_utf8_valid(PLN_SPAN(out->cells[i], strlen(out->cells[i])))) {
            out->problem = "it is not UTF-8 text: save the spreadsheet as UTF-8";
        }
    }
    return c != EOF || csv->text.size > 1;
}

static bool is_blank(const pln_csv_row_t *row)
{
    for (size_t i = 0; i < row->count; i++) {
        if (row->cells[i][0] != '\0') {
            return false;
        }
    }
    return true;
}

bool pln_csv_next(pln_csv_t *csv, pln_csv_row_t *out)
{
    if (csv->separator == 0) {
        drop_mark(csv);
        find_separator(csv);
    }
    while (read_row(csv, out)) {
        if (out->problem != NULL || !is_blank(out)) {
            return true;
        }
    }
    return false;
}
