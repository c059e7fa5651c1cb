// SPDX-License-Identifier: MPL-2.0
#include "identity.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "bytes.h"
#include "hash.h"

#define BIT_255 0x80u /* of the key's last byte: the sign of x */

pln_err_t pln_identity_derive(const uint8_t seed[PLN_SEED_SIZE], pln_identity_t *out)
{
    (void)crypto_sign_seed_keypair(out->id.bytes, out->secret, seed);
    pln_err_t error = pln_id_curve(&out->id, out->curve_public);
    if (error != PLN_OK) {
        sodium_memzero(out, sizeof *out);
        return error;
    }
    (void)crypto_sign_ed25519_sk_to_curve25519(out->curve_secret, out->secret);
    return PLN_OK;
}

pln_err_t pln_id_check(const pln_id_t *id)
{
    uint8_t curve[32];
    return pln_id_curve(id, curve);
}

/* A and -A, which differ in bit 255 only, have one owner and one CURVE key: only one may be an id.
 */
pln_err_t pln_id_curve(const pln_id_t *id, uint8_t out[32])
{
    if ((id->bytes[31] & BIT_255) != 0) {
        return PLN_EKEY;
    }
    if (crypto_core_ed25519_is_valid_point(id->bytes) != 1) {
        return PLN_EKEY;
    }
    return crypto_sign_ed25519_pk_to_curve25519(out, id->bytes) == 0 ? PLN_OK : PLN_EKEY;
}

bool pln_id_equal(const pln_id_t *a, const pln_id_t *b)
{
    return pln_id_compare(a, b) == 0;
}

int pln_id_compare(const pln_id_t *a, const pln_id_t *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

/* did:key: 'z' says base58btc, 0xed 0x01 says Ed25519. The first byte is never 0 and the length is
 * fixed, so a number in base 58 with a fixed count of digits is all there is to it. */

#define DID_PREFIX "did:key:"
#define DID_PREFIX_SIZE 8u
#define MULTIKEY_SIZE 34u
#define DIGITS 47u /* 58^46 < 0xed01 * 2^256 and 0xed02 * 2^256 < 58^47 */

_Static_assert(DID_PREFIX_SIZE + 1 + DIGITS + 1 == PLN_DID_SIZE, "prefix, 'z', digits, NUL");

static const char base58[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

void pln_did(const pln_id_t *id, char out[PLN_DID_SIZE])
{
    uint8_t number[MULTIKEY_SIZE] = {0xed, 0x01};
    memcpy(number + 2, id->bytes, sizeof id->bytes);
    memcpy(out, DID_PREFIX "z", DID_PREFIX_SIZE + 1);
    char *digits = out + DID_PREFIX_SIZE + 1;
    for (size_t i = DIGITS; i-- > 0;) {
        unsigned rest = 0;
        for (size_t j = 0; j < sizeof number; j++) {
            unsigned part = rest << 8 | number[j];
            number[j] = (uint8_t)(part / 58);
            rest = part % 58;
        }
        digits[i] = base58[rest];
    }
    digits[DIGITS] = '\0';
}

pln_err_t pln_did_parse(const char *text, pln_id_t *out)
{
    if (strncmp(text, DID_PREFIX, DID_PREFIX_SIZE) == 0) {
        text += DID_PREFIX_SIZE;
    }
    if (text[0] != 'z' || strlen(text + 1) != DIGITS) {
        return PLN_EMALFORMED;
    }
    uint8_t number[MULTIKEY_SIZE] = {0};
    for (size_t i = 1; i <= DIGITS; i++) {
        const char *digit = strchr(base58, text[i]);
        if (digit == NULL) {
            return PLN_EMALFORMED;
        }
        unsigned carry = (unsigned)(digit - base58);
        for (size_t j = sizeof number; j-- > 0;) {
            carry += number[j] * 58u;
            number[j] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry != 0) {
            return PLN_EMALFORMED;
        }
    }
    if (number[0] != 0xed || number[1] != 0x01) {
        return PLN_EMALFORMED;
    }
    pln_id_t id;
    memcpy(id.bytes, number + 2, sizeof id.bytes);
    PLN_TRY(pln_id_check(&id));
    *out = id;
    return PLN_OK;
}

/* Badges will have the same key sign bare 64-byte values: what pln signs is longer, always. */
#define CREDENTIAL_PROOF_SIZE 64u

static bool separable(pln_span_t message)
{
    return message.size > CREDENTIAL_PROOF_SIZE - PLN_DOMAIN_SIZE;
}

static pln_buf_t tagged(const char *domain, pln_span_t message)
{
    pln_buf_t text = {0};
    pln_domain(domain, pln_buf_grow(&text, PLN_DOMAIN_SIZE));
    pln_buf_add(&text, message.data, message.size);
    return text;
}

void pln_sign(const pln_identity_t *self, const char *domain, pln_span_t message,
              pln_signature_t *out)
{
    assert(separable(message));
    pln_buf_t text = tagged(domain, message);
    (void)crypto_sign_detached(out->bytes, NULL, text.data, text.size, self->secret);
    pln_buf_free(&text);
}

pln_err_t pln_verify(const pln_id_t *id, const char *domain, pln_span_t message,
                     const pln_signature_t *signature)
{
    if (!separable(message)) {
        return PLN_ESIGNATURE; /* nobody signs such a text, so it may come from outside */
    }
    pln_buf_t text = tagged(domain, message);
    int refused = crypto_sign_verify_detached(signature->bytes, text.data, text.size, id->bytes);
    pln_buf_free(&text);
    return refused == 0 ? PLN_OK : PLN_ESIGNATURE;
}
