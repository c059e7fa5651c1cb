// SPDX-License-Identifier: MPL-2.0
/**
 * lines - a text line by line.
 *
 * Why     Readers of documents look at lines and at what stands in them without blanks around it.
 * Pure    spans are borrowed; any thread
 */
#ifndef PLN_LINES_H
#define PLN_LINES_H

#include "proto/bytes.h"

/** @text without blanks, tabs and line breaks around it. */
pln_span_t pln_trim(pln_span_t text);
/** The line that begins at *@at, its line break included; *@at moves behind it. Empty at the end.
 */
pln_span_t pln_line_next(pln_span_t text, size_t *at);
/** First place of @text, last place of @byte in @span; NULL: none. */
const uint8_t *pln_span_find(pln_span_t span, const char *text);
const uint8_t *pln_span_last(pln_span_t span, uint8_t byte);
bool pln_span_is(pln_span_t span, const char *text);
/** @span as a string of its own. */
char *pln_span_text(pln_span_t span);

#endif
