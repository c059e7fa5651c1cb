// SPDX-License-Identifier: MPL-2.0
/**
 * record_text - one record as people read it.
 *
 * Why     `list`, `watch` and `show` name a record in the same way.
 * Thread  main
 */
#ifndef PLN_RECORD_TEXT_H
#define PLN_RECORD_TEXT_H

#include <jansson.h>

#define PLN_LABEL_WIDTH 20u

/** @label and blanks behind it, so that what follows stands in one column. */
void pln_label_print(const char *label);

/**
 * What names the record in one line: its title, else its first text, else what was decided, its
 * kind, or why it cannot be read. Borrowed from @record or static; "" when there is nothing.
 */
const char *pln_record_title(const json_t *record);
/** The author's name where one is known, else the author's id. */
const char *pln_record_author(const json_t *record);
/** Title, place and all fields on stdout. */
void pln_record_print(const json_t *record);

#endif
