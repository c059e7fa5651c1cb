// SPDX-License-Identifier: MPL-2.0
/**
 * lineage_text - where a record comes from, what it speaks of and what became of it, for people.
 *
 * Why     Nobody knows a record by its id: each is called by its title, its kind and its author.
 * Thread  main
 */
#ifndef PLN_LINEAGE_TEXT_H
#define PLN_LINEAGE_TEXT_H

#include <jansson.h>

/** The fields of @record as `pln show` has it, with titles for the references in its groups; owned.
 */
json_t *pln_lineage_named(const json_t *record);

/** What it speaks of, and what speaks of it, below a blank line; nothing where there is none. */
void pln_lineage_print(const json_t *record);

#endif
