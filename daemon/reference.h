// SPDX-License-Identifier: MPL-2.0
/**
 * reference - the text form of a reference to another record.
 *
 * Why     A reference must survive export and import without loss, in one string.
 * Shape   "[NETWORK/]AUTHOR/[EPOCH.]SEQ#DATA": network 64 hex digits, left out for the record's
 * own; author z6Mk...; epoch left out when 0; data 32 hex digits (R18) Pure    any thread
 */
#ifndef PLN_REFERENCE_H
#define PLN_REFERENCE_H

#include "proto/record.h"

#define PLN_REFERENCE_TEXT_SIZE 192 /**< the longest text with its final NUL is 180 */

void pln_reference_text(const pln_reference_t *reference, char out[PLN_REFERENCE_TEXT_SIZE]);
/** False: not such a text. */
bool pln_reference_parse(const char *text, pln_reference_t *out);

#endif
