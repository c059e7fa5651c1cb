// SPDX-License-Identifier: MPL-2.0
// A signature that one node has verified needs no second look in this process: the linker sends
// the core's calls here (--wrap), and the same question gets the answer it got before. Without
// this, nineteen of twenty parts of a simulation's time would be the same elliptic curve.
#include <sodium.h>
#include <string.h>

#define SLOTS 65536u

typedef struct {
    unsigned char question[24];
    int answer;
} slot_t;

int __wrap_crypto_sign_verify_detached(const unsigned char *signature, const unsigned char *message,
                                       unsigned long long size, const unsigned char *key);
__attribute__((weak)) int __real_crypto_sign_verify_detached(const unsigned char *signature,
                                                             const unsigned char *message,
                                                             unsigned long long size,
                                                             const unsigned char *key);

int __wrap_crypto_sign_verify_detached(const unsigned char *signature, const unsigned char *message,
                                       unsigned long long size, const unsigned char *key)
{
    static slot_t slots[SLOTS];
    unsigned char question[24];
    crypto_generichash_state state;
    crypto_generichash_init(&state, key, 32, sizeof question);
    crypto_generichash_update(&state, signature, crypto_sign_BYTES);
    crypto_generichash_update(&state, message, size);
    crypto_generichash_final(&state, question, sizeof question);
    slot_t *slot = &slots[(question[0] | (unsigned)question[1] << 8) % SLOTS];
    if (memcmp(slot->question, question, sizeof question) != 0) {
        slot->answer = __real_crypto_sign_verify_detached(signature, message, size, key);
        memcpy(slot->question, question, sizeof question);
    }
    return slot->answer;
}
