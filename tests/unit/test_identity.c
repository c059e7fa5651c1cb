// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/hash.h"
#include "proto/identity.h"

#define ZERO_SEED_DID "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
#define MESSAGE_SIZE 49u /* the shortest that may be signed: 16 + 49 > 64 */

/** The group's order L, little-endian. */
static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                  0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};

/** Every encoding of a point of order 1, 2, 4 or 8, canonical or not, with either sign bit. */
static const char *const small_order[] = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
};
#define SMALL_ORDER_COUNT (sizeof small_order / sizeof small_order[0])

static void unhex(const char *text, uint8_t *out, size_t size)
{
    assert_int_equal(pln_unhex(text, out, size), PLN_OK);
}

/** The first identity at or after seed @first (its first byte). */
static pln_identity_t identity(uint8_t first)
{
    pln_identity_t self;
    uint8_t seed[PLN_SEED_SIZE] = {first};
    while (pln_identity_derive(seed, &self) != PLN_OK) {
        seed[0]++;
    }
    return self;
}

static void identity_of_the_zero_seed_is_the_known_one(void **state)
{
    (void)state;
    pln_identity_t self;
    const uint8_t seed[PLN_SEED_SIZE] = {0};
    assert_int_equal(pln_identity_derive(seed, &self), PLN_OK);
    uint8_t id[32];
    unhex("3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29", id, sizeof id);
    assert_memory_equal(self.id.bytes, id, sizeof id);
    char did[PLN_DID_SIZE];
    pln_did(&self.id, did);
    assert_string_equal(did, ZERO_SEED_DID);
}

static void identity_refuses_half_of_the_seeds_and_never_another(void **state)
{
    (void)state;
    unsigned refused = 0;
    for (unsigned i = 0; i < 256; i++) {
        uint8_t seed[PLN_SEED_SIZE] = {(uint8_t)i};
        uint8_t public_key[32];
        uint8_t secret[64];
        (void)crypto_sign_seed_keypair(public_key, secret, seed);
        pln_identity_t self;
        pln_err_t error = pln_identity_derive(seed, &self);
        assert_int_equal(error, (public_key[31] & 0x80) != 0 ? PLN_EKEY : PLN_OK);
        if (error != PLN_OK) {
            refused++;
            assert_true(sodium_is_zero((const uint8_t *)&self, sizeof self)); /* no secret left */
        }
    }
    assert_in_range(refused, 96, 160);
}

static void identity_curve_keys_belong_together_and_to_the_id(void **state)
{
    (void)state;
    pln_identity_t self = identity(1);
    uint8_t from_id[32];
    uint8_t from_secret[32];
    assert_int_equal(pln_id_curve(&self.id, from_id), PLN_OK);
    assert_int_equal(crypto_scalarmult_base(from_secret, self.curve_secret), 0);
    assert_memory_equal(from_id, self.curve_public, 32);
    assert_memory_equal(from_secret, self.curve_public, 32);
}

static void id_refuses_the_other_sign_that_shares_its_curve_key(void **state)
{
    (void)state;
    pln_identity_t self = identity(1);
    pln_id_t other = self.id;
    other.bytes[31] |= 0x80;
    uint8_t curve[32];
    assert_int_equal(crypto_core_ed25519_is_valid_point(other.bytes), 1);
    assert_int_equal(crypto_sign_ed25519_pk_to_curve25519(curve, other.bytes), 0);
    assert_memory_equal(curve, self.curve_public, 32);
    assert_int_equal(pln_id_check(&self.id), PLN_OK);
    assert_int_equal(pln_id_check(&other), PLN_EKEY);
    assert_int_equal(pln_id_curve(&other, curve), PLN_EKEY);
}

static void id_refuses_small_order_and_mixed_order_points(void **state)
{
    (void)state;
    pln_identity_t self = identity(1);
    unsigned mixed = 0;
    for (size_t i = 0; i < SMALL_ORDER_COUNT; i++) {
        pln_id_t id;
        unhex(small_order[i], id.bytes, sizeof id.bytes);
        assert_int_equal(pln_id_check(&id), PLN_EKEY);
        pln_id_t sum;
        if (i >= 2 && crypto_core_ed25519_add(sum.bytes, self.id.bytes, id.bytes) == 0) {
            if (!pln_id_equal(&sum, &self.id)) {
                mixed++;
                sum.bytes[31] &= 0x7f;
                assert_int_equal(pln_id_check(&sum), PLN_EKEY);
            }
        }
    }
    assert_true(mixed >= 5);
}

static void id_refuses_non_canonical_and_off_curve_points(void **state)
{
    (void)state;
    for (unsigned k = 0; k < 19; k++) { /* p + k, the 19 values that also fit in 255 bits */
        pln_id_t id;
        memset(id.bytes, 0xff, sizeof id.bytes);
        id.bytes[0] = (uint8_t)(0xed + k);
        id.bytes[31] = 0x7f;
        assert_int_equal(pln_id_check(&id), PLN_EKEY);
    }
    unsigned accepted = 0;
    for (unsigned k = 0; k < 256; k++) { /* y: one in 16 is in the main subgroup */
        pln_id_t id = {{(uint8_t)k}};
        accepted += pln_id_check(&id) == PLN_OK;
    }
    assert_in_range(accepted, 1, 64);
}

static void id_order_is_that_of_its_bytes(void **state)
{
    (void)state;
    pln_id_t a = {{1}};
    pln_id_t b = {{1}};
    assert_true(pln_id_equal(&a, &b));
    b.bytes[31] = 1;
    assert_false(pln_id_equal(&a, &b));
    assert_true(pln_id_compare(&a, &b) < 0);
    assert_true(pln_id_compare(&b, &a) > 0);
}

static void did_round_trips_with_and_without_its_scheme(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 64; i++) {
        pln_identity_t self = identity((uint8_t)(3 * i));
        char did[PLN_DID_SIZE];
        pln_did(&self.id, did);
        assert_int_equal(strlen(did), PLN_DID_SIZE - 1);
        assert_memory_equal(did, "did:key:z6Mk", 12);
        pln_id_t back;
        assert_int_equal(pln_did_parse(did, &back), PLN_OK);
        assert_true(pln_id_equal(&back, &self.id));
        assert_int_equal(pln_did_parse(did + 8, &back), PLN_OK);
        assert_true(pln_id_equal(&back, &self.id));
    }
}

static void did_of_another_shape_is_malformed(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "z",
        "did:key:",
        "did:key:z6Mk",
        "did:web:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
        "did:key:did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
        "DID:KEY:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
        "did:key:Z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
        "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooW",   /* one short */
        "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWpp", /* one long */
        "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp ",
        "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooW0", /* 0, O, I, l: no digits */
        "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWO",
        "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWI",
        "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWl",
        "did:key:z6LkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp", /* another multicodec */
        "did:key:z1111111111111111111111111111111111111111111111",
        "did:key:zC9QySjPQGedosZrxp7JvLWRvczCKFtrgRxYfKNvyuMi68Fi",  /* plus 2^272, which wraps */
        "did:key:zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", /* past 34 bytes */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        pln_id_t id = {{42}};
        if (pln_did_parse(wrong[i], &id) != PLN_EMALFORMED) {
            fail_msg("accepted or refused otherwise: %s", wrong[i]);
        }
        assert_int_equal(id.bytes[0], 42);
    }
}

static void did_of_an_invalid_key_is_refused(void **state)
{
    (void)state;
    pln_id_t id;
    char did[PLN_DID_SIZE];
    unhex(small_order[0], id.bytes, sizeof id.bytes);
    pln_did(&id, did);
    assert_int_equal(pln_did_parse(did, &id), PLN_EKEY);
    id = identity(1).id;
    id.bytes[31] |= 0x80;
    pln_did(&id, did);
    assert_int_equal(pln_did_parse(did, &id), PLN_EKEY);
}

static void signature_is_ed25519_over_tag_and_message(void **state)
{
    (void)state;
    pln_identity_t self = identity(0);
    uint8_t message[MESSAGE_SIZE];
    memset(message, 'x', sizeof message);
    pln_signature_t signature;
    pln_sign(&self, PLN_DOMAIN_HEAD, PLN_SPAN(message, sizeof message), &signature);
    uint8_t expected[64]; /* by PyNaCl */
    unhex(
        "d4474329b9f3ebceb85939f757de35c93226b7d15597158963098f37e09eb050"
        "f919925ee0f58c0c7ad90ca53f53e450b975a9215b1ba58f73b3297847693607",
        expected, sizeof expected);
    assert_memory_equal(signature.bytes, expected, sizeof expected);
    assert_int_equal(
        pln_verify(&self.id, PLN_DOMAIN_HEAD, PLN_SPAN(message, sizeof message), &signature),
        PLN_OK);
}

static void verify_refuses_any_other_bit(void **state)
{
    (void)state;
    pln_identity_t self = identity(0);
    uint8_t message[MESSAGE_SIZE] = {0};
    pln_span_t span = PLN_SPAN(message, sizeof message);
    pln_signature_t signature;
    pln_sign(&self, PLN_DOMAIN_HEAD, span, &signature);
    for (size_t bit = 0; bit < 512; bit++) {
        pln_signature_t other = signature;
        other.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(pln_verify(&self.id, PLN_DOMAIN_HEAD, span, &other), PLN_ESIGNATURE);
    }
    for (size_t i = 0; i < sizeof message; i++) {
        message[i] ^= 1;
        assert_int_equal(pln_verify(&self.id, PLN_DOMAIN_HEAD, span, &signature), PLN_ESIGNATURE);
        message[i] ^= 1;
    }
    pln_identity_t stranger = identity(9);
    assert_int_equal(pln_verify(&self.id, PLN_DOMAIN_HEADS, span, &signature), PLN_ESIGNATURE);
    assert_int_equal(pln_verify(&stranger.id, PLN_DOMAIN_HEAD, span, &signature), PLN_ESIGNATURE);
    assert_int_equal(pln_verify(&self.id, PLN_DOMAIN_HEAD, span, &signature), PLN_OK);
}

static void verify_refuses_texts_as_short_as_a_credential_proof(void **state)
{
    (void)state;
    pln_identity_t self = identity(0);
    uint8_t text[64] = {0};
    pln_domain(PLN_DOMAIN_HEAD, text);
    pln_signature_t signature;
    assert_int_equal(crypto_sign_detached(signature.bytes, NULL, text, sizeof text, self.secret),
                     0);
    pln_span_t message = PLN_SPAN(text + PLN_DOMAIN_SIZE, sizeof text - PLN_DOMAIN_SIZE);
    assert_int_equal(pln_verify(&self.id, PLN_DOMAIN_HEAD, message, &signature), PLN_ESIGNATURE);
}

/** k = SHA-512(R, A, text) mod L. */
static void challenge(const uint8_t r[32], const uint8_t a[32], const uint8_t *text, size_t size,
                      uint8_t out[32])
{
    crypto_hash_sha512_state hasher;
    uint8_t wide[64];
    crypto_hash_sha512_init(&hasher);
    crypto_hash_sha512_update(&hasher, r, 32);
    crypto_hash_sha512_update(&hasher, a, 32);
    crypto_hash_sha512_update(&hasher, text, size);
    crypto_hash_sha512_final(&hasher, wide);
    crypto_core_ed25519_scalar_reduce(out, wide);
}

/** The secret scalar of @self, mod L. */
static void secret_scalar(const pln_identity_t *self, uint8_t out[32])
{
    uint8_t wide[64];
    crypto_hash_sha512(wide, self->secret, 32);
    wide[0] &= 248;
    wide[31] = (uint8_t)((wide[31] & 127) | 64);
    memset(wide + 32, 0, 32);
    crypto_core_ed25519_scalar_reduce(out, wide);
}

/** Tag and a message of zeros, as pln_verify will see it. */
static void signed_text(uint8_t out[PLN_DOMAIN_SIZE + MESSAGE_SIZE])
{
    memset(out, 0, PLN_DOMAIN_SIZE + MESSAGE_SIZE);
    pln_domain(PLN_DOMAIN_HEAD, out);
}

static pln_err_t verify_text(const uint8_t id[32], const pln_signature_t *signature)
{
    pln_id_t author;
    memcpy(author.bytes, id, sizeof author.bytes);
    const uint8_t message[MESSAGE_SIZE] = {0};
    return pln_verify(&author, PLN_DOMAIN_HEAD, PLN_SPAN(message, sizeof message), signature);
}

static void verify_refuses_s_plus_the_order(void **state)
{
    (void)state;
    pln_identity_t self = identity(0);
    const uint8_t message[MESSAGE_SIZE] = {0};
    pln_signature_t signature;
    pln_sign(&self, PLN_DOMAIN_HEAD, PLN_SPAN(message, sizeof message), &signature);
    assert_int_equal(verify_text(self.id.bytes, &signature), PLN_OK);
    for (unsigned times = 0; times < 14; times++) { /* S + 14 L still fits in 256 bits */
        unsigned carry = 0;
        for (size_t i = 0; i < 32; i++) {
            carry += signature.bytes[32 + i] + (unsigned)order[i];
            signature.bytes[32 + i] = (uint8_t)carry;
            carry >>= 8;
        }
        assert_int_equal(carry, 0);
        assert_int_equal(verify_text(self.id.bytes, &signature), PLN_ESIGNATURE);
    }
    memcpy(signature.bytes + 32, order, 32); /* S = L, which is 0 */
    assert_int_equal(verify_text(self.id.bytes, &signature), PLN_ESIGNATURE);
}

static void verify_refuses_small_order_keys_that_sign_everything(void **state)
{
    (void)state;
    for (size_t a = 0; a < SMALL_ORDER_COUNT; a++) {
        uint8_t id[32];
        unhex(small_order[a], id, sizeof id);
        for (size_t r = 0; r < SMALL_ORDER_COUNT; r++) { /* S = 0: R = -kA solves the equation */
            pln_signature_t signature = {{0}};
            unhex(small_order[r], signature.bytes, 32);
            assert_int_equal(verify_text(id, &signature), PLN_ESIGNATURE);
        }
    }
}

static void verify_refuses_small_order_and_non_canonical_r(void **state)
{
    (void)state;
    pln_identity_t self = identity(0);
    uint8_t text[PLN_DOMAIN_SIZE + MESSAGE_SIZE];
    uint8_t a[32];
    signed_text(text);
    secret_scalar(&self, a);
    for (size_t i = 0; i < SMALL_ORDER_COUNT;
         i++) { /* S = ka: 8SB = 8R + 8kA, for R = 0 also SB = kA */
        pln_signature_t signature;
        uint8_t k[32];
        unhex(small_order[i], signature.bytes, 32);
        challenge(signature.bytes, self.id.bytes, text, sizeof text, k);
        crypto_core_ed25519_scalar_mul(signature.bytes + 32, k, a);
        assert_int_equal(verify_text(self.id.bytes, &signature), PLN_ESIGNATURE);
    }
}

/** Sign the text with scalar @a under key @id, with R = @r B + @torsion (may be NULL). */
static pln_signature_t sign_with(const uint8_t a[32], const uint8_t id[32], const uint8_t *torsion)
{
    uint8_t text[PLN_DOMAIN_SIZE + MESSAGE_SIZE];
    const uint8_t r[32] = {77};
    uint8_t k[32];
    uint8_t ka[32];
    pln_signature_t signature;
    signed_text(text);
    assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(signature.bytes, r), 0);
    if (torsion != NULL) {
        uint8_t clean[32];
        memcpy(clean, signature.bytes, 32);
        assert_int_equal(crypto_core_ed25519_add(signature.bytes, clean, torsion), 0);
    }
    challenge(signature.bytes, id, text, sizeof text, k);
    crypto_core_ed25519_scalar_mul(ka, k, a);
    crypto_core_ed25519_scalar_add(signature.bytes + 32, r, ka);
    return signature;
}

static void verify_is_cofactorless(void **state)
{
    (void)state;
    pln_identity_t self = identity(0);
    uint8_t a[32];
    uint8_t torsion[32];
    secret_scalar(&self, a);
    unhex(small_order[10], torsion, sizeof torsion); /* order 8 */
    pln_signature_t clean = sign_with(a, self.id.bytes, NULL);
    assert_int_equal(verify_text(self.id.bytes, &clean), PLN_OK);
    pln_signature_t crafted = sign_with(a, self.id.bytes, torsion);
    assert_int_equal(verify_text(self.id.bytes, &crafted), PLN_ESIGNATURE);
}

static void verify_of_a_key_does_not_hold_for_its_negative(void **state)
{
    (void)state;
    pln_identity_t self = identity(0);
    pln_id_t other = self.id;
    uint8_t a[32];
    uint8_t minus_a[32];
    other.bytes[31] |= 0x80;
    secret_scalar(&self, a);
    crypto_core_ed25519_scalar_negate(minus_a, a);
    pln_signature_t signature = sign_with(a, self.id.bytes, NULL);
    assert_int_equal(verify_text(other.bytes, &signature), PLN_ESIGNATURE);
    /* Its owner can sign for -A all the same: that is why -A may not be an id. */
    signature = sign_with(minus_a, other.bytes, NULL);
    assert_int_equal(verify_text(other.bytes, &signature), PLN_OK);
    assert_int_equal(verify_text(self.id.bytes, &signature), PLN_ESIGNATURE);
    assert_int_equal(pln_id_check(&other), PLN_EKEY);
}

int main(void)
{
    if (sodium_init() < 0) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_of_the_zero_seed_is_the_known_one),
        cmocka_unit_test(identity_refuses_half_of_the_seeds_and_never_another),
        cmocka_unit_test(identity_curve_keys_belong_together_and_to_the_id),
        cmocka_unit_test(id_refuses_the_other_sign_that_shares_its_curve_key),
        cmocka_unit_test(id_refuses_small_order_and_mixed_order_points),
        cmocka_unit_test(id_refuses_non_canonical_and_off_curve_points),
        cmocka_unit_test(id_order_is_that_of_its_bytes),
        cmocka_unit_test(did_round_trips_with_and_without_its_scheme),
        cmocka_unit_test(did_of_another_shape_is_malformed),
        cmocka_unit_test(did_of_an_invalid_key_is_refused),
        cmocka_unit_test(signature_is_ed25519_over_tag_and_message),
        cmocka_unit_test(verify_refuses_any_other_bit),
        cmocka_unit_test(verify_refuses_texts_as_short_as_a_credential_proof),
        cmocka_unit_test(verify_refuses_s_plus_the_order),
        cmocka_unit_test(verify_refuses_small_order_keys_that_sign_everything),
        cmocka_unit_test(verify_refuses_small_order_and_non_canonical_r),
        cmocka_unit_test(verify_is_cofactorless),
        cmocka_unit_test(verify_of_a_key_does_not_hold_for_its_negative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
