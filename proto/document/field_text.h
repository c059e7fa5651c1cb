// SPDX-License-Identifier: MPL-2.0
/**
 * field_text - the value of a field from a text that stands for it.
 *
 * Why     A section, a cell of a spreadsheet and FIELD=VALUE all give a text where the field may
 * want a list, a number of minutes or a rubric. Pure    any thread
 */
#ifndef PLN_FIELD_TEXT_H
#define PLN_FIELD_TEXT_H

#include <jansson.h>

#include "proto/kinds.h"

/**
 * JSON of @text for @field; NULL: the text says more than the field takes. An empty text gives an
 * empty value. @notes (may be NULL) gets sentences on what was left out.
 */
json_t *pln_field_from_text(const pln_field_t *field, pln_span_t text, json_t *notes);

/** Rubrics that stand in @fields as one text become their parts. */
void pln_fields_settle(const pln_kind_t *kind, json_t *fields);

/** Value of a field that takes several, from one text: split at commas; "\," is a comma. */
json_t *pln_field_list(const char *text);

#endif
