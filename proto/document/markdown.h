// SPDX-License-Identifier: MPL-2.0
/**
 * markdown - a Markdown document as the fields of a record, without losing a word.
 *
 * Why     Tasks are written as documents; publishing one must not mean retyping it.
 * Shape   front matter gives the fields whose name or label its keys are ("grade" and the like are
 *           understood); what has no field stays in front of the prose
 *         title: front matter, else the first heading that has a text, which then leaves the prose,
 *           else the name of the file
 *         sections go to the fields that their headings name, rubrics in their parts (sections.h,
 *         rubric.h); what has no field stays, a task's in its prompt, and is said
 * Pure    any thread
 */
#ifndef PLN_MARKDOWN_H
#define PLN_MARKDOWN_H

#include <jansson.h>

#include "proto/kinds.h"

typedef struct {
    const pln_kind_t *kind;
    json_t *fields;
    json_t *notes;     /**< sentences: what was taken from where, what stays as prose */
    char problem[320]; /**< of false: one sentence with the remedy */
} pln_document_t;

/**
 * Read @text. @kind NULL: front matter may say it ("kind: lesson"), else it is a task.
 * @file names the document where it has no title. False: problem; free in either case.
 */
bool pln_markdown_read(pln_span_t text, const char *file, const pln_kind_t *kind,
                       pln_document_t *out);
void pln_document_free(pln_document_t *document);

#endif
