// SPDX-License-Identifier: MPL-2.0
/**
 * markdown_write - a record as a Markdown document that gives the same record when it is read.
 *
 * Why     A district's own tools read Markdown; what leaves must be able to come back.
 * Shape   front matter with the kind and all short fields, "# title", a section for each text and
 *         rubric. What would not read back the same is found by reading it back, and stands in the
 *         front matter as JSON instead.
 * Pure    any thread
 */
#ifndef PLN_MARKDOWN_WRITE_H
#define PLN_MARKDOWN_WRITE_H

#include <jansson.h>

#include "proto/bytes.h"
#include "proto/kinds.h"

/** Append the document of @fields of @kind to @out. */
void pln_markdown_write(const pln_kind_t *kind, json_t *fields, pln_buf_t *out);

#endif
