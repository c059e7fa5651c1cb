// SPDX-License-Identifier: MPL-2.0
#include "flow.h"

#include <stdlib.h>
#include <string.h>

#include "width.h"

pln_flow_t pln_flow(FILE *out, size_t width, size_t indent)
{
    return (pln_flow_t){.out = out, .width = width, .indent = indent};
}

static void begin_line(pln_flow_t *flow)
{
    fprintf(flow->out, "%*s", (int)flow->indent, "");
    flow->column = flow->indent;
    flow->blank = false;
}

static void put_word(pln_flow_t *flow, const char *word, size_t size)
{
    size_t columns = pln_width(word, size);
    if (flow->column == 0) {
        begin_line(flow);
    } else if (flow->blank && flow->column + 1 + columns > flow->width) {
        putc('\n', flow->out);
        begin_line(flow);
    } else if (flow->blank) {
        putc(' ', flow->out);
        flow->column++;
        flow->blank = false;
    }
    fwrite(word, 1, size, flow->out);
    flow->column += columns;
}

void pln_flow_text(pln_flow_t *flow, const char *text, pln_style_t style)
{
    char *safe = pln_text_line(text);
    pln_screen_style(flow->out, style);
    for (const char *at = safe; *at != '\0';) {
        size_t size = strcspn(at, " ");
        if (size > 0) {
            put_word(flow, at, size);
        }
        at += size;
        flow->blank = flow->blank || *at == ' ';
        at += strspn(at, " ");
    }
    pln_screen_style(flow->out, PLN_PLAIN);
    free(safe);
}

void pln_flow_end(pln_flow_t *flow)
{
    if (flow->column > 0) {
        putc('\n', flow->out);
    }
    flow->column = 0;
    flow->blank = false;
}
