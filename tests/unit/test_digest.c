// SPDX-License-Identifier: MPL-2.0
/* The expected values were computed with Python's hashlib.blake2b and struct. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/digest.h"
#include "proto/hash.h"

static pln_place_t place_of(uint8_t first, uint32_t epoch, uint8_t lane)
{
    pln_place_t place = {.epoch = epoch, .lane = lane};
    for (uint8_t i = 0; i < 32; i++) {
        place.author.bytes[i] = (uint8_t)(first + i);
    }
    memset(place.network.bytes, 0x4e, sizeof place.network.bytes);
    return place;
}

static pln_head_t head_of(uint64_t seq)
{
    pln_head_t head = {.seq = seq, .cum = 999};
    memset(head.hash.bytes, 0xaa, sizeof head.hash.bytes);
    return head;
}

static void assert_hash(const pln_hash_t *hash, const char *expected)
{
    char hex[65];
    pln_hex(hash->bytes, sizeof hash->bytes, hex);
    assert_string_equal(hex, expected);
}

static void digest_element_is_place_without_network_head_and_holes(void **state)
{
    (void)state;
    pln_place_t place = place_of(0, 0x01020304, 1);
    pln_head_t head = head_of(0x1112131415);
    pln_element_t element;
    pln_element(&place, &head, NULL, 0, &element);
    char hex[2 * PLN_ELEMENT_SIZE + 1];
    pln_hex(element.bytes, sizeof element.bytes, hex);
    assert_string_equal(hex,
                        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                        "01020304"
                        "01"
                        "0000001112131415"
                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                        "0000000000000000000000000000000000000000000000000000000000000000");
}

static void digest_element_hashes_its_holes(void **state)
{
    (void)state;
    pln_place_t place = place_of(0, 0, 1);
    pln_head_t head = head_of(9);
    const uint64_t holes[] = {3, 7};
    pln_element_t element;
    pln_hash_t hash;
    pln_element(&place, &head, holes, 2, &element);
    memcpy(hash.bytes, element.bytes + PLN_ELEMENT_SIZE - 32, 32);
    assert_hash(&hash, "eecdb0963734b6e1bd1caf36ed193dae709226694a8ce94b8d5342f8e08ba93a");
}

static void fill_bucket(bool swapped, pln_hash_t *out)
{
    const uint64_t holes[] = {3, 7};
    pln_element_t elements[2];
    pln_place_t control = place_of(0, 0, 0), records = place_of(0, 0, 1);
    pln_head_t five = head_of(5), nine = head_of(9);
    pln_element(&control, &five, NULL, 0, &elements[swapped ? 1 : 0]);
    pln_element(&records, &nine, holes, 2, &elements[swapped ? 0 : 1]);
    pln_digest_bucket(elements, 2, out);
}

static void digest_of_a_bucket_does_not_depend_on_the_order_given(void **state)
{
    (void)state;
    pln_hash_t hash;
    fill_bucket(false, &hash);
    assert_hash(&hash, "dcfe7a1990c88f24159a2f03e431ffbd9d289d6a25d0c9d22d1bce832e305d4c");
    fill_bucket(true, &hash);
    assert_hash(&hash, "dcfe7a1990c88f24159a2f03e431ffbd9d289d6a25d0c9d22d1bce832e305d4c");
}

static void digest_of_an_empty_bucket_is_zero(void **state)
{
    (void)state;
    pln_hash_t hash;
    memset(&hash, 0xff, sizeof hash);
    pln_digest_bucket(NULL, 0, &hash);
    assert_hash(&hash, "0000000000000000000000000000000000000000000000000000000000000000");
}

static void digest_covers_network_and_all_buckets(void **state)
{
    (void)state;
    static pln_hash_t buckets[PLN_BUCKETS];
    pln_network_id_t network;
    pln_hash_t hash;
    memset(network.bytes, 0x4e, sizeof network.bytes);
    memset(buckets, 0, sizeof buckets);
    pln_digest(&network, buckets, &hash);
    assert_hash(&hash, "b5b13a1fe703ef74e27a0fd4f8e6fc8540d1a119641e41d6b432be2719ecaa84");
    fill_bucket(false, &buckets[0]);
    pln_digest(&network, buckets, &hash);
    assert_hash(&hash, "ebd59faef09d3684bcd2d7c234b830c466feccaf70203295ba0b0db26e08efa7");
    pln_digest_access(&network, buckets, &hash);
    assert_hash(&hash, "8dbcd9f264df6faafee3ab0c9d4a95a7fa292e519a086e3cad9be63ac1bf2676");

    pln_hash_t moved;
    buckets[255] = buckets[0];
    memset(&buckets[0], 0, sizeof buckets[0]);
    pln_digest(&network, buckets, &moved);
    pln_digest_access(&network, buckets, &hash);
    assert_false(pln_hash_equal(&moved, &hash));
}

static void digest_differs_when_a_hole_is_filled(void **state)
{
    (void)state;
    pln_place_t place = place_of(0, 0, 1);
    pln_head_t head = head_of(9);
    const uint64_t holes[] = {3, 7};
    pln_element_t with, without;
    pln_element(&place, &head, holes, 2, &with);
    pln_element(&place, &head, holes, 1, &without);
    assert_memory_not_equal(with.bytes, without.bytes, sizeof with.bytes);
    pln_element(&place, &head, holes, 0, &with);
    assert_memory_not_equal(with.bytes, without.bytes, sizeof with.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digest_element_is_place_without_network_head_and_holes),
        cmocka_unit_test(digest_element_hashes_its_holes),
        cmocka_unit_test(digest_of_a_bucket_does_not_depend_on_the_order_given),
        cmocka_unit_test(digest_of_an_empty_bucket_is_zero),
        cmocka_unit_test(digest_covers_network_and_all_buckets),
        cmocka_unit_test(digest_differs_when_a_hole_is_filled),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
