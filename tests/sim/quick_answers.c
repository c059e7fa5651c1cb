// SPDX-License-Identifier: MPL-2.0
// What one node has found out needs no second look in this process: the linker sends the core's
// calls here (--wrap), and the same question, compared whole, gets the answer it got before. All
// that is asked so has one answer for ever: signatures, points of the curve, runs. Without this,
// nineteen of twenty parts of a simulation's time would be the same arithmetic.
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/chain.h"
#include "proto/hash.h"

static size_t slot_of(const void *bytes, size_t size, size_t slots)
{
    unsigned char hash[crypto_shorthash_BYTES];
    static const unsigned char key[crypto_shorthash_KEYBYTES] = {5};
    crypto_shorthash(hash, bytes, size, key);
    return (size_t)pln_get_u64(hash) % slots;
}

/* ---- signatures ---- */

int __wrap_crypto_sign_verify_detached(const unsigned char *signature, const unsigned char *message,
                                       unsigned long long size, const unsigned char *key);
__attribute__((weak)) int __real_crypto_sign_verify_detached(const unsigned char *signature,
                                                             const unsigned char *message,
                                                             unsigned long long size,
                                                             const unsigned char *key);

int __wrap_crypto_sign_verify_detached(const unsigned char *signature, const unsigned char *message,
                                       unsigned long long size, const unsigned char *key)
{
    enum { SLOTS = 65536 };
    static struct {
        unsigned char question[24];
        int answer;
    } slots[SLOTS];
    unsigned char question[24];
    crypto_generichash_state state;
    crypto_generichash_init(&state, key, 32, sizeof question);
    crypto_generichash_update(&state, signature, crypto_sign_BYTES);
    crypto_generichash_update(&state, message, size);
    crypto_generichash_final(&state, question, sizeof question);
    size_t at = (size_t)pln_get_u64(question) % SLOTS;
    if (memcmp(slots[at].question, question, sizeof question) != 0) {
        slots[at].answer = __real_crypto_sign_verify_detached(signature, message, size, key);
        memcpy(slots[at].question, question, sizeof question);
    }
    return slots[at].answer;
}

/* ---- points ---- */

int __wrap_crypto_core_ed25519_is_valid_point(const unsigned char *point);
__attribute__((weak)) int __real_crypto_core_ed25519_is_valid_point(const unsigned char *point);
int __wrap_crypto_sign_ed25519_pk_to_curve25519(unsigned char *out, const unsigned char *point);
__attribute__((weak)) int __real_crypto_sign_ed25519_pk_to_curve25519(unsigned char *out,
                                                                      const unsigned char *point);

enum { POINT_SLOTS = 4096 };

int __wrap_crypto_core_ed25519_is_valid_point(const unsigned char *point)
{
    static struct {
        unsigned char question[32];
        bool asked;
        int answer;
    } slots[POINT_SLOTS];
    size_t at = slot_of(point, 32, POINT_SLOTS);
    if (!slots[at].asked || memcmp(slots[at].question, point, 32) != 0) {
        slots[at].asked = true;
        slots[at].answer = __real_crypto_core_ed25519_is_valid_point(point);
        memcpy(slots[at].question, point, 32);
    }
    return slots[at].answer;
}

int __wrap_crypto_sign_ed25519_pk_to_curve25519(unsigned char *out, const unsigned char *point)
{
    static struct {
        unsigned char question[32];
        bool asked;
        int answer;
        unsigned char curve[32];
    } slots[POINT_SLOTS];
    size_t at = slot_of(point, 32, POINT_SLOTS);
    if (!slots[at].asked || memcmp(slots[at].question, point, 32) != 0) {
        slots[at].asked = true;
        slots[at].answer = __real_crypto_sign_ed25519_pk_to_curve25519(slots[at].curve, point);
        memcpy(slots[at].question, point, 32);
    }
    memcpy(out, slots[at].curve, 32);
    return slots[at].answer;
}

/* ---- runs ---- */

typedef struct {
    pln_place_t place;
    pln_head_t base;
    pln_signature_t signature;
    pln_buf_t run;
    pln_head_t end;
    uint32_t count;
    pln_err_t answer;
} run_slot_t;

pln_err_t __wrap_pln_run_verify(const pln_place_t *place, const pln_head_t *base, pln_span_t run,
                                const pln_signature_t *signature, pln_head_t *end, uint32_t *count);
__attribute__((weak)) pln_err_t __real_pln_run_verify(const pln_place_t *place,
                                                      const pln_head_t *base, pln_span_t run,
                                                      const pln_signature_t *signature,
                                                      pln_head_t *end, uint32_t *count);

static bool head_equal(const pln_head_t *a, const pln_head_t *b)
{
    return a->seq == b->seq && a->cum == b->cum && pln_hash_equal(&a->hash, &b->hash);
}

static bool run_asked(const run_slot_t *slot, const pln_place_t *place, const pln_head_t *base,
                      pln_span_t run, const pln_signature_t *signature)
{
    return slot->run.size == run.size && run.size > 0 &&
           memcmp(slot->signature.bytes, signature->bytes, sizeof signature->bytes) == 0 &&
           head_equal(&slot->base, base) && pln_place_equal(&slot->place, place) &&
           memcmp(slot->run.data, run.data, run.size) == 0;
}

pln_err_t __wrap_pln_run_verify(const pln_place_t *place, const pln_head_t *base, pln_span_t run,
                                const pln_signature_t *signature, pln_head_t *end, uint32_t *count)
{
    enum { SLOTS = 1024 };
    static run_slot_t slots[SLOTS];
    run_slot_t *slot = &slots[slot_of(signature->bytes, sizeof signature->bytes, SLOTS)];
    if (!run_asked(slot, place, base, run, signature)) {
        slot->place = *place;
        slot->base = *base;
        slot->signature = *signature;
        pln_buf_clear(&slot->run);
        pln_buf_add(&slot->run, run.data, run.size);
        slot->end = *end;
        slot->answer = __real_pln_run_verify(place, base, run, signature, &slot->end, &slot->count);
    }
    if (slot->answer == PLN_OK) {
        *end = slot->end;
        *count = slot->count;
    }
    return slot->answer;
}
