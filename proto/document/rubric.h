// SPDX-License-Identifier: MPL-2.0
/**
 * rubric - rubrics as teachers write them in Markdown, to and from their parts.
 *
 * Why     A rubric that is a table can be scored and compared; one that is text only be read.
 * Shape   a part is [{title, description, criteria: [{name, points, description, levels: [{name,
 *         points, description}]}]}], as the kinds table has it. Read are
 *         tables of criteria by levels, with or without a column of points
 *         tables of criteria and points, rows without points beginning a part, totals left out
 *         lists of criteria, levels as items below them, or as "4: ...; 3: ..." behind the name
 *         headings begin a part; all other text is the description of the part it stands in
 * Pure    any thread
 */
#ifndef PLN_RUBRIC_H
#define PLN_RUBRIC_H

#include <jansson.h>

#include "proto/bytes.h"

/** The parts of a rubric; an empty list: @text holds nothing. @notes gets sentences on what was
 * left out. */
json_t *pln_rubric_read(pln_span_t text, json_t *notes);

/** Markdown of @parts, headings of @level. */
void pln_rubric_write(const json_t *parts, unsigned level, pln_buf_t *out);

#endif
