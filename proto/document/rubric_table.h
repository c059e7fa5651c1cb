// SPDX-License-Identifier: MPL-2.0
/**
 * rubric_table - one table of a rubric as criteria.
 *
 * Why     Teachers use two layouts, criteria by levels and criteria with points, and mix them.
 * Pure    any thread
 */
#ifndef PLN_RUBRIC_TABLE_H
#define PLN_RUBRIC_TABLE_H

#include <jansson.h>

#include "proto/bytes.h"

/**
 * Read the table that begins at *@at of @text, and move *@at behind it. Criteria go into the last
 * of
 * @parts; rows that only name a part begin a new one. False: it is no table of a rubric, *@at
 * stays.
 */
bool pln_rubric_table(pln_span_t text, size_t *at, json_t *parts, json_t *notes);

/** Add an empty part at the end of @parts. */
json_t *pln_rubric_part(json_t *parts);
/** The criteria of @part, a list that is made when there is none. */
json_t *pln_rubric_criteria(json_t *part);
/** Add @text to the description of @part, as a paragraph of its own. */
void pln_rubric_describe(json_t *part, pln_span_t text);

#endif
