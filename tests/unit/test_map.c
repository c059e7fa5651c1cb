// SPDX-License-Identifier: MPL-2.0
// The map against the slowest possible model: an array of what must be there.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "proto/map.h"

enum { KEYS = 400, ROUNDS = 40000 };

static void map_agrees_with_a_model_over_random_histories(void **state)
{
    (void)state;
    static int values[KEYS];
    static bool present[KEYS];
    const uint8_t secret[PLN_MAP_SECRET_SIZE] = {3};
    pln_map_t map;
    pln_map_init(&map, 4, secret);
    uint32_t draw = 12345;
    size_t count = 0;
    for (int round = 0; round < ROUNDS; round++) {
        draw = draw * 1664525u + 1013904223u;
        uint32_t index = (draw >> 8) % KEYS;
        uint8_t key[4];
        pln_put_u32(key, index);
        assert_ptr_equal(pln_map_get(&map, key), present[index] ? &values[index] : NULL);
        if ((draw & 1) != 0) {
            pln_map_put(&map, key, &values[index]);
            count += !present[index];
            present[index] = true;
        } else {
            void *removed = pln_map_remove(&map, key);
            assert_ptr_equal(removed, present[index] ? &values[index] : NULL);
            count -= present[index];
            present[index] = false;
        }
        assert_int_equal(map.count, count);
    }
    size_t seen = 0;
    size_t cursor = 0;
    while (pln_map_next(&map, &cursor) != NULL) {
        seen++;
    }
    assert_int_equal(seen, count);
    pln_map_free(&map);
}

static void an_empty_map_answers_nothing(void **state)
{
    (void)state;
    const uint8_t secret[PLN_MAP_SECRET_SIZE] = {0};
    pln_map_t map;
    pln_map_init(&map, 32, secret);
    uint8_t key[32] = {0};
    size_t cursor = 0;
    assert_null(pln_map_get(&map, key));
    assert_null(pln_map_remove(&map, key));
    assert_null(pln_map_next(&map, &cursor));
    pln_map_free(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(map_agrees_with_a_model_over_random_histories),
        cmocka_unit_test(an_empty_map_answers_nothing),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
