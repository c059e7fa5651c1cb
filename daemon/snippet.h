// SPDX-License-Identifier: MPL-2.0
/**
 * snippet - the place of a record that fits what was looked for, to be read in a list.
 *
 * Why     Prose is Markdown; cut out of it, signs of headings and tables only stand in the way.
 * Shape   U+0002 and U+0003 stand around what fits, as catalog_query gives them
 * Thread  any
 */
#ifndef PLN_SNIPPET_H
#define PLN_SNIPPET_H

#include <jansson.h>

/** Set "snippet", the plain text, and "pieces", [{"text": ..., "fits": true}, ...], of @record. */
void pln_snippet_add(const char *snippet, json_t *record);

#endif
