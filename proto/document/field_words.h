// SPDX-License-Identifier: MPL-2.0
/**
 * field_words - what people call a field: in headings, front matter, columns of a spreadsheet.
 *
 * Why     Nobody should have to know that "Scoring guide" is `rubric` here.
 * Shape   a field's name, its label, or a word that is used for it; case, blanks and signs around
 *         it do not count
 * Pure    any thread
 */
#ifndef PLN_FIELD_WORDS_H
#define PLN_FIELD_WORDS_H

#include "proto/kinds.h"

/** The field of @kind that @called means; NULL: none. */
const pln_field_t *pln_field_called(const pln_kind_t *kind, pln_span_t called);

/** Is it the field of rubrics, a group with criteria? */
bool pln_field_is_rubric(const pln_field_t *field);

#endif
