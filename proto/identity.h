// SPDX-License-Identifier: MPL-2.0
/**
 * identity - a node's one key: Ed25519 for signing, CURVE derived from it, did:key as its name.
 *
 * Why     One key per node: whoever knows the id can dial, encrypt and verify (SPEC 3).
 * Shape   id 32 bytes, bit 255 zero; secret = 32-byte seed, kept in sodium_malloc by the owner
 * Pure    any thread; randomness comes in as seeds
 */
#ifndef PLN_IDENTITY_H
#define PLN_IDENTITY_H

#include "error.h"

#define PLN_SEED_SIZE 32
#define PLN_DID_SIZE 57 /**< "did:key:z6Mk..." with its final NUL: 8 + 48 + 1 */

/** Everything derived from a seed. Hold it in sodium_malloc; wipe with sodium_memzero. */
typedef struct {
    pln_id_t id;
    uint8_t secret[64]; /**< libsodium's Ed25519 secret key */
    uint8_t curve_public[32];
    uint8_t curve_secret[32];
} pln_identity_t;

/** Derive from @seed. PLN_EKEY: this seed's key has bit 255 set or fails R7: draw another. */
PLN_MUST_CHECK pln_err_t pln_identity_derive(const uint8_t seed[PLN_SEED_SIZE],
                                             pln_identity_t *out);

/** R7: bit 255 zero, valid point, converts to CURVE. PLN_EKEY otherwise. */
PLN_MUST_CHECK pln_err_t pln_id_check(const pln_id_t *id);
/** The CURVE public key of a valid id; PLN_EKEY otherwise. */
PLN_MUST_CHECK pln_err_t pln_id_curve(const pln_id_t *id, uint8_t out[32]);

bool pln_id_equal(const pln_id_t *a, const pln_id_t *b);
int pln_id_compare(const pln_id_t *a, const pln_id_t *b);

/** did:key text of an id, NUL-terminated. */
void pln_did(const pln_id_t *id, char out[PLN_DID_SIZE]);
/** Parse a did:key ("did:key:z6Mk..."), with or without "did:key:". PLN_EMALFORMED / PLN_EKEY. */
PLN_MUST_CHECK pln_err_t pln_did_parse(const char *text, pln_id_t *out);

/** Sign tag(domain) || message; the tagged text is always longer than 64 bytes (R1): asserted. */
void pln_sign(const pln_identity_t *self, const char *domain, pln_span_t message,
              pln_signature_t *out);
/** PLN_OK or PLN_ESIGNATURE. */
PLN_MUST_CHECK pln_err_t pln_verify(const pln_id_t *id, const char *domain, pln_span_t message,
                                    const pln_signature_t *signature);

#endif
