// SPDX-License-Identifier: MPL-2.0
/**
 * key_text - a node's key as the text of DIR/node.key.
 *
 * Why     plnd makes and reads that file, `pln restore` and `pln key import` lay it: one spelling.
 * Shape   lines: "pln node key 1", "id did:key:z6Mk...", "seed <64 hex>", "check <16 hex>";
 *         check = first 8 bytes of H("pln keyfile 1", seed); `#` begins a comment line
 * Pure    any thread
 */
#ifndef PLN_KEY_TEXT_H
#define PLN_KEY_TEXT_H

#include "bytes.h"
#include "identity.h"

#define PLN_KEY_TEXT_MAX 1024u /**< longest text looked at */

/** The text of @seed's key, NUL-terminated, to be wiped; its length. PLN_EKEY's seed: 0. */
size_t pln_key_text_write(const uint8_t seed[PLN_SEED_SIZE], char out[PLN_KEY_TEXT_MAX]);

/**
 * Read @text; it is changed meanwhile. PLN_EVERSION: a later format. PLN_EMALFORMED: damaged.
 * @seed may be NULL.
 */
PLN_MUST_CHECK pln_err_t pln_key_text_read(char *text, pln_identity_t *out,
                                           uint8_t seed[PLN_SEED_SIZE]);

#endif
