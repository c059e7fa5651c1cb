// SPDX-License-Identifier: MPL-2.0
/**
 * sections - the sections of a document as fields.
 *
 * Why     Purpose, materials and rubric stand under headings; each has a field of its own.
 * Shape   a heading that is a field's name, label or another word for it gives that field the text
 *           up to the next heading of its level; each field once, and only where it can take it
 *         what has no field goes, with its heading and in its order, to @rest (prompt of a task),
 * or is refused where a kind has no such field: no word is ever lost Pure    any thread
 */
#ifndef PLN_SECTIONS_H
#define PLN_SECTIONS_H

#include "markdown.h"

/** Read @body into the fields of @out; @rest may be NULL. False: problem. */
bool pln_sections_read(pln_span_t body, const pln_field_t *rest, pln_document_t *out);

#endif
