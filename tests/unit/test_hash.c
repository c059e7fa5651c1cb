// SPDX-License-Identifier: MPL-2.0
/* The expected values were computed with Python's hashlib.blake2b. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/hash.h"

static void assert_hash(const char *domain, const char *text, const char *expected)
{
    pln_hash_t hash;
    pln_hash(domain, text, strlen(text), &hash);
    char hex[65];
    pln_hex(hash.bytes, sizeof hash.bytes, hex);
    assert_string_equal(hex, expected);
}

static void hash_is_blake2b_256_over_the_padded_domain_and_the_data(void **state)
{
    (void)state;
    assert_hash(PLN_DOMAIN_DATA, "",
                "9f09ab39f535554e50a422b1a4e4572fbd4227b2e235a9b30e21ab14f6907e00");
    assert_hash(PLN_DOMAIN_DATA, "abc",
                "79cf146729d4d65c280e5a9f1cb046b589df54ffcd19004deeb9e2d8b49094f7");
    assert_hash(PLN_DOMAIN_PRESENCE, "abc",
                "0e62a260ad2ca7d8adff65bd431e771be6660a98737f311e74af3d6b02a05f2e");
}

static void hash_in_pieces_is_the_hash_of_the_whole(void **state)
{
    (void)state;
    uint8_t data[300];
    memset(data, 0x5a, sizeof data);
    pln_hash_t whole;
    pln_hash(PLN_DOMAIN_BLOB, data, sizeof data, &whole);
    for (size_t cut = 0; cut <= sizeof data; cut++) {
        pln_hasher_t hasher;
        pln_hash_t pieces;
        pln_hash_begin(&hasher, PLN_DOMAIN_BLOB);
        pln_hash_add(&hasher, data, cut);
        pln_hash_add(&hasher, data + cut, sizeof data - cut);
        pln_hash_end(&hasher, &pieces);
        assert_true(pln_hash_equal(&whole, &pieces));
    }
}

static void hash_differs_by_domain_and_by_every_bit(void **state)
{
    (void)state;
    pln_hash_t a, b;
    pln_hash(PLN_DOMAIN_HEAD, "abc", 3, &a);
    pln_hash(PLN_DOMAIN_HEADS, "abc", 3, &b);
    assert_false(pln_hash_equal(&a, &b));
    for (size_t bit = 0; bit < 256; bit++) {
        b = a;
        b.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(pln_hash_equal(&a, &b));
    }
}

static void hash_domains_fit_their_tag_and_differ(void **state)
{
    (void)state;
    static const char *const domains[] = {
        PLN_DOMAIN_DATA,    PLN_DOMAIN_CHAIN,  PLN_DOMAIN_LINK,    PLN_DOMAIN_HEAD,
        PLN_DOMAIN_NETWORK, PLN_DOMAIN_HELLO,  PLN_DOMAIN_ARRIVAL, PLN_DOMAIN_HOLES,
        PLN_DOMAIN_HEADS,   PLN_DOMAIN_DIGEST, PLN_DOMAIN_ACCESS,  PLN_DOMAIN_PRESENCE,
        PLN_DOMAIN_JOIN,    PLN_DOMAIN_BLOB,
    };
    const size_t count = sizeof domains / sizeof domains[0];
    for (size_t i = 0; i < count; i++) {
        uint8_t tag[PLN_DOMAIN_SIZE];
        pln_domain(domains[i], tag);
        assert_memory_equal(tag, domains[i], strlen(domains[i]));
        for (size_t at = strlen(domains[i]); at < sizeof tag; at++) {
            assert_int_equal(tag[at], 0);
        }
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(domains[i], domains[j]);
        }
    }
}

int main(void)
{
    if (sodium_init() < 0) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_is_blake2b_256_over_the_padded_domain_and_the_data),
        cmocka_unit_test(hash_in_pieces_is_the_hash_of_the_whole),
        cmocka_unit_test(hash_differs_by_domain_and_by_every_bit),
        cmocka_unit_test(hash_domains_fit_their_tag_and_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
