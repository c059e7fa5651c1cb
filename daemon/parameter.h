// SPDX-License-Identifier: MPL-2.0
/**
 * parameter - what the value of a query's parameter may be, as describe.def writes it.
 *
 * Why     A value that nobody understands was meant for something; passed over, it gives a list
 *         that looks like the one that was asked for.
 * Shape   a type is "text", "N..M" for a number in these bounds, or "a|b|c" for one of these words
 * Pure    any thread
 */
#ifndef PLN_PARAMETER_H
#define PLN_PARAMETER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The bounds of a type "N..M"; false: it is no such. */
bool pln_parameter_range(const char *type, uint64_t *least, uint64_t *most);
/** May a parameter of @type have @value? A text's handler has more to say about it. */
bool pln_parameter_fits(const char *type, const char *value);
/** What it may have, for a sentence: "open, waiting or returned", "a number from 1 to 200". */
void pln_parameter_allowed(const char *type, char *out, size_t size);

#endif
