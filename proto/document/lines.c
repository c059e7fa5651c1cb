// SPDX-License-Identifier: MPL-2.0
#include "lines.h"

#include <string.h>

static bool blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

pln_span_t pln_trim(pln_span_t text)
{
    while (text.size > 0 && blank(text.data[text.size - 1])) {
        text.size--;
    }
    while (text.size > 0 && blank(text.data[0])) {
        text.data++;
        text.size--;
    }
    return text;
}

pln_span_t pln_line_next(pln_span_t text, size_t *at)
{
    const uint8_t *begin = text.data + *at;
    size_t left = text.size - *at;
    const uint8_t *stop = left > 0 ? memchr(begin, '\n', left) : NULL;
    size_t size = stop != NULL ? (size_t)(stop - begin) + 1 : left;
    *at += size;
    return PLN_SPAN(begin, size);
}

const uint8_t *pln_span_find(pln_span_t span, const char *text)
{
    size_t size = strlen(text);
    for (size_t i = 0; i + size <= span.size; i++) {
        if (memcmp(span.data + i, text, size) == 0) {
            return span.data + i;
        }
    }
    return NULL;
}

const uint8_t *pln_span_last(pln_span_t span, uint8_t byte)
{
    for (size_t i = span.size; i > 0; i--) {
        if (span.data[i - 1] == byte) {
            return span.data + i - 1;
        }
    }
    return NULL;
}

bool pln_span_is(pln_span_t span, const char *text)
{
    return span.size == strlen(text) && memcmp(span.data, text, span.size) == 0;
}

char *pln_span_text(pln_span_t span)
{
    char *text = pln_alloc(span.size + 1);
    if (span.size > 0) {
        memcpy(text, span.data, span.size);
    }
    text[span.size] = '\0';
    return text;
}
