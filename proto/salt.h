// SPDX-License-Identifier: MPL-2.0
/**
 * salt - eight bytes in a record about persons, so that nobody can guess what was withdrawn.
 *
 * Why     A withdrawn payload leaves its hash behind. Who tries names against the hash of a short
 *         record would find the right one; with bytes in it that only its readers saw, nobody does.
 * Shape   field 5, made from the author's seed and the content: the same content gives the same
 *         bytes again, so that a second import still finds what it has published before
 * Pure    any thread
 * Spec    SPEC 11.3 (R23)
 */
#ifndef PLN_SALT_H
#define PLN_SALT_H

#include "identity.h"
#include "record.h"

#define PLN_SALT_SIZE 8

/**
 * Has @payload (decoded, of @kind) no salt although it needs one? It does when its kind is marked
 * PERSONAL, or a field is that has a value, in groups too; not when no further pair fits.
 */
bool pln_salt_lacks(const pln_kind_t *kind, pln_span_t payload);

/** The salt of @payload, which has none, for publishing in @network with the key of @self. */
void pln_salt_make(const pln_identity_t *self, const pln_network_id_t *network,
                   const pln_kind_t *kind, pln_span_t payload, uint8_t out[PLN_SALT_SIZE]);

/** Append @payload, which has no salt, to @out with @salt at its place. */
PLN_MUST_CHECK pln_err_t pln_salt_add(pln_span_t payload, const uint8_t salt[PLN_SALT_SIZE],
                                      pln_buf_t *out);

#endif
