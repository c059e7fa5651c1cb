// SPDX-License-Identifier: MPL-2.0
/**
 * rubric_list - one list of a rubric as criteria.
 *
 * Why     Short rubrics are written as lists: names in bold, levels below or behind them.
 * Pure    any thread
 */
#ifndef PLN_RUBRIC_LIST_H
#define PLN_RUBRIC_LIST_H

#include <jansson.h>

#include "proto/bytes.h"

/** Does an item of a list, or a paragraph that begins in bold, stand on @line? */
bool pln_rubric_item(pln_span_t line);

/** Read the list that begins at *@at of @text as criteria of @part, and move *@at behind it. */
void pln_rubric_list(pln_span_t text, size_t *at, json_t *part);

#endif
