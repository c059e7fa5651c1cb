// SPDX-License-Identifier: MPL-2.0
// The scale run in small, and what it counts with.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "scale.h"

static void percentile_is_the_smallest_value_that_so_many_do_not_exceed(void **state)
{
    (void)state;
    const uint64_t values[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    assert_int_equal(scale_percentile(values, 10, 50), 5);
    assert_int_equal(scale_percentile(values, 10, 99), 10);
    assert_int_equal(scale_percentile(values, 10, 100), 10);
    assert_int_equal(scale_percentile(values, 10, 1), 1);
    assert_int_equal(scale_percentile(values, 1, 50), 1);
    assert_int_equal(scale_percentile(values, 3, 50), 2);
    assert_int_equal(scale_percentile(values, 0, 50), 0);
}

static void hubs_are_one_for_two_hundred(void **state)
{
    (void)state;
    assert_int_equal(scale_hubs(10), 1);
    assert_int_equal(scale_hubs(200), 1);
    assert_int_equal(scale_hubs(201), 2);
    assert_int_equal(scale_hubs(10000), 50);
}

static void in_calm_networks_hardly_a_byte_of_a_record_comes_twice(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        scale_result_t result;
        scale_run(seed, 60, &result);
        assert_true(result.calm.needed > 0);
        assert_true(result.calm.received <= result.calm.needed * 11 / 10);
        assert_true(result.first.received >= result.first.needed);
    }
}

static void everybody_with_a_way_gets_a_record_also_when_the_largest_hub_falls_silent(void **state)
{
    (void)state;
    scale_result_t result;
    scale_run(1, 210, &result);  // two hubs
    assert_int_equal(result.calm.missing, 0);
    assert_int_equal(result.lost.missing, 0);
    assert_int_equal(result.headless.missing, 0);
    assert_true(result.headless.needed > 0);
    assert_true(result.calm.all_ms < 1000);
    assert_true(result.headless.all_ms < 120000);
    assert_true(result.calm.hops_max >= 2 && result.calm.hops_max < 10);
}

static void the_same_seed_gives_the_same_numbers(void **state)
{
    (void)state;
    scale_result_t one;
    scale_result_t two;
    scale_run(7, 40, &one);
    scale_run(7, 40, &two);
    assert_int_equal(one.events, two.events);
    assert_int_equal(one.calm.received, two.calm.received);
    assert_int_equal(one.lost.all_ms, two.lost.all_ms);
    assert_true(one.presence == two.presence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentile_is_the_smallest_value_that_so_many_do_not_exceed),
        cmocka_unit_test(hubs_are_one_for_two_hundred),
        cmocka_unit_test(in_calm_networks_hardly_a_byte_of_a_record_comes_twice),
        cmocka_unit_test(everybody_with_a_way_gets_a_record_also_when_the_largest_hub_falls_silent),
        cmocka_unit_test(the_same_seed_gives_the_same_numbers),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
