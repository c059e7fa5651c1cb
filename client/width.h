// SPDX-License-Identifier: MPL-2.0
/**
 * width - how many columns of a terminal a text takes.
 *
 * Why     Tables must line up for names in every script, whatever the locale is set to.
 * Shape   text is UTF-8; a byte that is none counts as U+FFFD, one column
 * Pure    any thread
 */
#ifndef PLN_WIDTH_H
#define PLN_WIDTH_H

#include "proto/pln.h"

#define PLN_WIDTH_REPLACEMENT 0xfffdu

/** 0 combining and invisible, 2 wide, else 1. */
unsigned pln_width_point(uint32_t point);

/**
 * The code point at the start of @text; the bytes it takes, 0 only when @size is 0. A wrong
 * sequence is U+FFFD of one byte.
 */
size_t pln_width_next(const char *text, size_t size, uint32_t *point);

/** Columns of the whole @text. */
size_t pln_width(const char *text, size_t size);

/** The most bytes of @text that fit into @width columns; marks stay with their letter. */
size_t pln_width_fit(const char *text, size_t size, size_t width);

#endif
