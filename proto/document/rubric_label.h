// SPDX-License-Identifier: MPL-2.0
/**
 * rubric_label - a criterion's or level's name and the points that are written beside it.
 *
 * Why     "4 Distinguished", "Exemplary (4 pts)" and "Analysis - 10 points" mean a name and a
 * number. Pure    any thread
 */
#ifndef PLN_RUBRIC_LABEL_H
#define PLN_RUBRIC_LABEL_H

#include <jansson.h>

#include "proto/bytes.h"

/** Points alone: "10", "10 pts", "/10", "2.5 points"; NULL: it is something else. */
json_t *pln_rubric_points(pln_span_t text);

/** Set "name" and "points" of @object from @text, emphasis signs left out. Of a @level a number in
 * front counts, too: a criterion "3 sources" is no three points. */
void pln_rubric_label(json_t *object, pln_span_t text, bool level);

/** @text without the signs of emphasis around it. */
pln_span_t pln_rubric_plain(pln_span_t text);
/** Is all of it emphasised? */
bool pln_rubric_strong(pln_span_t text);

/** Set text member @name of @object, blanks around it left out, and all but a description on one
 * line; nothing where it is empty. */
void pln_rubric_set(json_t *object, const char *name, pln_span_t text);

#endif
