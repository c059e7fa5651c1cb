// SPDX-License-Identifier: MPL-2.0
/* The first byte chooses: the rest is a text as somebody pastes it, or a body that gets a fitting
 * frame, since no fuzzer guesses a hash. What decodes must encode again, and read the same. */
#include <assert.h>
#include <string.h>

#include "proto/hash.h"
#include "proto/ticket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_base32(const pln_buf_t *bytes, pln_buf_t *text)
{
    for (size_t bit = 0; bit < bytes->size * 8; bit += 5) {
        unsigned digit = 0;
        for (size_t i = bit; i < bit + 5; i++) {
            digit = digit << 1 | (i < bytes->size * 8 && bytes->data[i / 8] >> (7 - i % 8) & 1);
        }
        pln_buf_u8(text, (uint8_t) "abcdefghijklmnopqrstuvwxyz234567"[digit]);
    }
}

static void frame(const uint8_t *body, size_t size, pln_buf_t *text)
{
    pln_buf_t bytes = {0};
    pln_hash_t hash;
    pln_buf_u8(&bytes, 1);
    pln_buf_u16(&bytes, (uint16_t)(5 + size));
    pln_hash(PLN_DOMAIN_TICKET, bytes.data, bytes.size, &hash);
    pln_buf_add(&bytes, hash.bytes, 2);
    pln_buf_add(&bytes, body, size);
    pln_hash(PLN_DOMAIN_TICKET, bytes.data, bytes.size, &hash);
    pln_buf_add(&bytes, hash.bytes, 4);
    pln_buf_add(text, "PLN1-", 5);
    write_base32(&bytes, text);
    pln_buf_free(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static pln_ticket_t ticket, again;
    pln_buf_t text = {0}, back = {0}, twice = {0};
    if (size == 0 || sodium_init() < 0) {
        return 0;
    }
    if (data[0] % 2 == 0) {
        pln_buf_add(&text, data + 1, size - 1);
    } else if (size < 8192) {
        frame(data + 1, size - 1, &text);
    }
    if (pln_ticket_decode(pln_buf_span(&text), &ticket) == PLN_OK) {
        pln_ticket_encode(&ticket, &back);
        assert(pln_ticket_decode(pln_buf_span(&back), &again) == PLN_OK);
        pln_ticket_encode(&again, &twice);
        assert(back.size == twice.size);
        assert(memcmp(back.data, twice.data, back.size) == 0);
        assert(data[0] % 2 == 0 ||
               (back.size == text.size && memcmp(back.data, text.data, back.size) == 0));
    }
    pln_buf_free(&text);
    pln_buf_free(&back);
    pln_buf_free(&twice);
    return 0;
}
