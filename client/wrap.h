// SPDX-License-Identifier: MPL-2.0
/**
 * wrap - texts broken into lines that fit.
 *
 * Why     Records are read on screens of eighty columns; letters may be one, two or no columns
 *         wide
 * Pure    pln_wrap_next; the others write
 * Thread  any
 */
#ifndef PLN_WRAP_H
#define PLN_WRAP_H

#include <stdio.h>

#include "proto/pln.h"

/**
 * The first line of @text: how many of its bytes fit into @width columns, broken at blanks where
 * there are any. *next: where the next line begins.
 */
size_t pln_wrap_next(const char *text, size_t size, size_t width, size_t *next);

/**
 * @text made safe and broken at @width, @indent blanks before each line. As in Markdown, lines of
 * one paragraph flow together; items of a list keep their indent, listings and rows their lines.
 */
void pln_wrap_print(FILE *out, const char *text, size_t indent, size_t width);

/**
 * One sentence made safe, behind @used columns that are written already. A terminal gets it broken
 * at its width, further lines behind @hang blanks; anybody else in one line.
 */
void pln_wrap_sentence(FILE *out, const char *text, size_t used, size_t hang);

#endif
