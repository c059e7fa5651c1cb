// SPDX-License-Identifier: MPL-2.0
#include "cells.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lines.h"

bool pln_cells_rule(pln_span_t line)
{
    size_t dashes = 0;
    line = pln_trim(line);
    for (size_t i = 0; i < line.size; i++) {
        dashes += line.data[i] == '-';
        if (strchr("-|: \t", line.data[i]) == NULL) {
            return false;
        }
    }
    return dashes > 0 && memchr(line.data, '|', line.size) != NULL;
}

bool pln_cells_begin(pln_span_t text, size_t at)
{
    pln_span_t header = pln_line_next(text, &at);
    return header.size > 0 && memchr(header.data, '|', header.size) != NULL &&
           !pln_cells_rule(header) && pln_cells_rule(pln_line_next(text, &at));
}

/** "<br>", "<br/>" or "<br />" at the start of @text; its size, else 0. */
static size_t line_break(pln_span_t text)
{
    static const char *const forms[] = {"<br>", "<br/>", "<br />"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        size_t size = strlen(forms[i]);
        if (text.size >= size && strncasecmp((const char *)text.data, forms[i], size) == 0) {
            return size;
        }
    }
    return 0;
}

static char *cell_text(pln_span_t cell)
{
    pln_buf_t out = {0};
    cell = pln_trim(cell);
    for (size_t i = 0; i < cell.size; i++) {
        size_t size = line_break(PLN_SPAN(cell.data + i, cell.size - i));
        if (size > 0) {
            pln_buf_u8(&out, '\n');
            i += size - 1;
        } else if (cell.data[i] != '\\' || i + 1 == cell.size || cell.data[i + 1] != '|') {
            pln_buf_u8(&out, cell.data[i]);
        }
    }
    char *text = pln_span_text(pln_trim(pln_buf_span(&out)));
    pln_buf_free(&out);
    return text;
}

bool pln_cells_read(pln_span_t line, pln_cells_t *out)
{
    *out = (pln_cells_t){.count = 0};
    line = pln_trim(line);
    if (line.size == 0 || memchr(line.data, '|', line.size) == NULL) {
        return false;
    }
    bool opened = line.data[0] == '|';
    size_t from = opened;
    for (size_t i = from; i <= line.size && out->count < PLN_CELLS_MAX; i++) {
        bool bar = i < line.size && line.data[i] == '|' && (i == 0 || line.data[i - 1] != '\\');
        if (bar || (i == line.size && from < line.size)) {
            out->cells[out->count++] = cell_text(PLN_SPAN(line.data + from, i - from));
            from = i + 1;
        }
    }
    return true;
}

void pln_cells_free(pln_cells_t *row)
{
    for (size_t i = 0; i < row->count; i++) {
        free(row->cells[i]);
    }
    row->count = 0;
}

void pln_cells_add(pln_buf_t *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            pln_buf_add(out, "<br>", 4);
        } else if (*text != '\r') {
            pln_buf_add(out, "\\", *text == '|');
            pln_buf_u8(out, (uint8_t)*text);
        }
    }
}
