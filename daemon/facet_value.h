// SPDX-License-Identifier: MPL-2.0
/**
 * facet_value - what a filter can be asked for: the words, numbers and days of the fields behind
 * it.
 *
 * Why     A slip in a filter would look like "there is nothing": whoever asks for a state that no
 *         record can be in is told which states there are.
 * Shape   lists of words, bounds and types stand in the kinds table; a facet that some field fills
 *         with text of its own takes anything
 * Pure    no state, any thread
 */
#ifndef PLN_FACET_VALUE_H
#define PLN_FACET_VALUE_H

#include "proto/kinds.h"

#define PLN_FACET_WHY_SIZE 900

/**
 * What @text asks of facet @index, as records have it, into @out of @size: the word that is meant
 * ("9" is "09"), a number without zeros in front, or the text itself. Where @kind (may be NULL) has
 * that facet only what it knows counts. False: no record can have it, and @why says what there is.
 */
bool pln_facet_value(pln_index_t index, const pln_kind_t *kind, const char *text, char *out,
                     size_t size, char why[PLN_FACET_WHY_SIZE]);

/** The word of a list by which @text is shown, of @kind (may be NULL) where it has it; NULL: none.
 */
const pln_choice_t *pln_facet_word(pln_index_t index, const pln_kind_t *kind, const char *text);

#endif
