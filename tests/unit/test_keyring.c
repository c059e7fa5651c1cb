// SPDX-License-Identifier: MPL-2.0
// keyring and key_text: the two forms a node's key is kept in.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/key_text.h"
#include "proto/keyring.h"

static pln_id_t ids[3];
static uint8_t seeds[3][PLN_SEED_SIZE], bad_seed[PLN_SEED_SIZE];

static int make_keys(void **state)
{
    uint8_t seed[PLN_SEED_SIZE] = {0};
    pln_identity_t identity;
    bool have_bad = false;
    (void)state;
    for (size_t made = 0; made < 3 || !have_bad;) {
        pln_put_u32(seed, pln_get_u32(seed) + 1);
        if (pln_identity_derive(seed, &identity) != PLN_OK) {
            memcpy(bad_seed, seed, sizeof seed);
            have_bad = true;
        } else if (made < 3) {
            memcpy(seeds[made], seed, sizeof seed);
            ids[made++] = identity.id;
        }
    }
    return 0;
}

static pln_keyring_network_t network_of(uint8_t number)
{
    pln_keyring_network_t network = {
        .root = ids[1], .epoch_end = number, .name = "Iowa CBE", .node_count = 2};
    memset(network.network.bytes, number, sizeof network.network.bytes);
    network.nodes[0] = (pln_keyring_node_t){
        .id = ids[1], .addresses = {"hub.example.org:7420", "[::1]:7420"}, .address_count = 2};
    network.nodes[1] = (pln_keyring_node_t){.id = ids[2]};
    return network;
}

static void encode(size_t networks, pln_buf_t *out)
{
    pln_keyring_t ring = {.id = ids[0], .made_ms = 1795000000000, .name = "Springfield"};
    memcpy(ring.seed, seeds[0], sizeof ring.seed);
    ring.networks = pln_alloc_zero(networks + 1, sizeof *ring.networks);
    ring.network_count = networks;
    for (size_t i = 0; i < networks; i++) {
        ring.networks[i] = network_of((uint8_t)(i + 1));
    }
    pln_keyring_encode(&ring, out);
    pln_keyring_free(&ring);
}

static void keyring_reads_what_it_wrote(void **state)
{
    static const size_t counts[] = {0, 1, 2, PLN_KEYRING_NETWORKS_MAX};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        pln_buf_t bytes = {0}, again = {0};
        pln_keyring_t ring;
        encode(counts[i], &bytes);
        assert_int_equal(pln_keyring_decode(pln_buf_span(&bytes), &ring), PLN_OK);
        assert_int_equal(ring.network_count, counts[i]);
        assert_string_equal(ring.name, "Springfield");
        pln_keyring_encode(&ring, &again);
        assert_int_equal(again.size, bytes.size);
        assert_memory_equal(again.data, bytes.data, bytes.size);
        pln_keyring_free(&ring);
        pln_buf_free(&bytes);
        pln_buf_free(&again);
    }
}

static void keyring_cut_anywhere_or_longer_is_refused(void **state)
{
    pln_buf_t bytes = {0};
    pln_keyring_t ring;
    (void)state;
    encode(2, &bytes);
    for (size_t size = 0; size < bytes.size; size++) {
        assert_int_equal(pln_keyring_decode(PLN_SPAN(bytes.data, size), &ring), PLN_ETRUNCATED);
        assert_null(ring.networks);
    }
    pln_buf_u8(&bytes, 0);
    assert_int_equal(pln_keyring_decode(pln_buf_span(&bytes), &ring), PLN_EMALFORMED);
    pln_buf_free(&bytes);
}

static void keyring_of_another_seed_is_refused(void **state)
{
    pln_buf_t bytes = {0};
    pln_keyring_t ring;
    (void)state;
    encode(1, &bytes);
    memcpy(bytes.data + 32, seeds[1], PLN_SEED_SIZE);
    assert_int_equal(pln_keyring_decode(pln_buf_span(&bytes), &ring), PLN_EKEY);
    memcpy(bytes.data + 32, bad_seed, PLN_SEED_SIZE);
    assert_int_equal(pln_keyring_decode(pln_buf_span(&bytes), &ring), PLN_EKEY);
    pln_buf_free(&bytes);
}

static void keyring_with_more_than_its_bounds_is_refused(void **state)
{
    enum { NAME = 32 + 32 + 6, COUNT = NAME + 1 + 11, NODES = COUNT + 2 + 32 + 32 + 4 + 1 + 8 };
    pln_buf_t bytes = {0};
    pln_keyring_t ring;
    (void)state;
    encode(1, &bytes);
    assert_int_equal(bytes.data[NODES], 2);
    bytes.data[NODES] = PLN_KEYRING_NODES_MAX + 1;
    assert_int_equal(pln_keyring_decode(pln_buf_span(&bytes), &ring), PLN_EMALFORMED);
    bytes.data[NODES] = 2;
    bytes.data[NODES + 1 + 32] = PLN_KEYRING_ADDRESSES_MAX + 1;
    assert_int_equal(pln_keyring_decode(pln_buf_span(&bytes), &ring), PLN_EMALFORMED);
    bytes.data[NODES + 1 + 32] = 2;
    bytes.data[NODES + 1 + 32 + 2] = ' ';
    assert_int_equal(pln_keyring_decode(pln_buf_span(&bytes), &ring), PLN_EMALFORMED);
    bytes.data[NODES + 1 + 32 + 2] = 'h';
    bytes.data[NAME + 1] = 0xff;
    assert_int_equal(pln_keyring_decode(pln_buf_span(&bytes), &ring), PLN_EMALFORMED);
    bytes.data[NAME + 1] = 'S';
    pln_put_u16(bytes.data + COUNT, PLN_KEYRING_NETWORKS_MAX + 1);
    assert_int_equal(pln_keyring_decode(pln_buf_span(&bytes), &ring), PLN_EMALFORMED);
    pln_buf_free(&bytes);
}

static void key_text_reads_what_it_wrote(void **state)
{
    char text[PLN_KEY_TEXT_MAX];
    uint8_t seed[PLN_SEED_SIZE];
    pln_identity_t identity;
    (void)state;
    size_t size = pln_key_text_write(seeds[0], text);
    assert_int_equal(size, strlen(text));
    assert_int_equal(pln_key_text_read(text, &identity, seed), PLN_OK);
    assert_memory_equal(seed, seeds[0], sizeof seed);
    assert_true(pln_id_equal(&identity.id, &ids[0]));
    assert_int_equal(pln_key_text_write(bad_seed, text), 0);
}

static void key_text_with_any_letter_changed_is_refused(void **state)
{
    char text[PLN_KEY_TEXT_MAX];
    pln_identity_t identity;
    (void)state;
    size_t size = pln_key_text_write(seeds[0], text);
    size_t begin = (size_t)(strstr(text, "pln node key") - text);
    for (size_t i = begin; i < size - 1; i++) {
        char copy[PLN_KEY_TEXT_MAX];
        memcpy(copy, text, size + 1);
        copy[i] = copy[i] == '1' ? '0' : '1';
        if (copy[i] != text[i]) {
            assert_int_not_equal(pln_key_text_read(copy, &identity, NULL), PLN_OK);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keyring_reads_what_it_wrote),
        cmocka_unit_test(keyring_cut_anywhere_or_longer_is_refused),
        cmocka_unit_test(keyring_of_another_seed_is_refused),
        cmocka_unit_test(keyring_with_more_than_its_bounds_is_refused),
        cmocka_unit_test(key_text_reads_what_it_wrote),
        cmocka_unit_test(key_text_with_any_letter_changed_is_refused),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, make_keys, NULL);
}
