// SPDX-License-Identifier: MPL-2.0
/**
 * dictionary_1 - the built-in compression dictionary number 1.
 *
 * Why     Every node must hold the same bytes: what one compressed with them only they can read.
 * Shape   a zstd dictionary (entropy tables, then text); made once by contrib/dictionary
 * Spec    SPEC 6.3 (R15) gives its BLAKE2b-256
 */
#ifndef PLN_DICTIONARY_1_H
#define PLN_DICTIONARY_1_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t pln_dictionary_1[];
extern const size_t pln_dictionary_1_size;

#endif
