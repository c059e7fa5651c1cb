// SPDX-License-Identifier: MPL-2.0
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <sodium.h>
#include <string.h>

#include "proto/salt.h"

static const pln_network_id_t network = {{1}};

static void identity(uint8_t number, pln_identity_t *out)
{
    uint8_t seed[PLN_SEED_SIZE] = {number};
    while (pln_identity_derive(seed, out) != PLN_OK) {
        seed[1]++;
    }
}

static const pln_kind_t *kind_of(const char *name)
{
    const pln_kind_t *kind = pln_kind_by_name(name);
    assert_non_null(kind);
    return kind;
}

/** A record of one text field. */
static void one_field(const pln_kind_t *kind, const char *name, const char *text, pln_buf_t *out)
{
    pln_buf_clear(out);
    pln_pack_map(out, 1);
    pln_pack_uint(out, pln_field_by_name(kind, name)->number);
    pln_pack_str(out, PLN_SPAN((const uint8_t *)text, strlen(text)));
}

static void personal_kinds_and_personal_fields_get_a_salt(void **state)
{
    (void)state;
    pln_buf_t payload = {0};
    one_field(kind_of("comment"), "text", "Thanks", &payload);
    assert_true(pln_salt_lacks(kind_of("comment"), pln_buf_span(&payload)));
    one_field(kind_of("profile"), "contact", "A. Teacher", &payload);
    assert_true(pln_salt_lacks(kind_of("profile"), pln_buf_span(&payload)));
    one_field(kind_of("profile"), "name", "Springfield", &payload);
    assert_false(pln_salt_lacks(kind_of("profile"), pln_buf_span(&payload)));
    assert_false(pln_salt_lacks(kind_of("task"), PLN_SPAN(NULL, 0)));
    pln_buf_free(&payload);
}

static void salted_record_is_the_same_record_with_one_field_more(void **state)
{
    (void)state;
    pln_identity_t self;
    uint8_t salt[PLN_SALT_SIZE];
    pln_buf_t payload = {0}, salted = {0};
    pln_record_error_t error;
    pln_record_field_t found;
    const pln_kind_t *kind = kind_of("comment");
    identity(1, &self);
    one_field(kind, "text", "Thanks", &payload);
    pln_salt_make(&self, &network, kind, pln_buf_span(&payload), salt);
    assert_int_equal(pln_salt_add(pln_buf_span(&payload), salt, &salted), PLN_OK);
    assert_int_equal(pln_record_check(kind, pln_buf_span(&salted), &error), PLN_OK);
    assert_true(pln_record_find(kind, pln_buf_span(&salted), "salt", &found));
    assert_int_equal(found.value.size, 2 + PLN_SALT_SIZE);
    assert_memory_equal(found.value.data + 2, salt, PLN_SALT_SIZE);
    assert_true(pln_record_find(kind, pln_buf_span(&salted), "text", &found));
    assert_false(pln_salt_lacks(kind, pln_buf_span(&salted)));
    pln_buf_free(&payload);
    pln_buf_free(&salted);
}

static void salt_follows_from_key_network_kind_and_content_alone(void **state)
{
    (void)state;
    const pln_network_id_t other_network = {{2}};
    pln_identity_t self, other;
    uint8_t first[PLN_SALT_SIZE], again[PLN_SALT_SIZE];
    pln_buf_t payload = {0};
    const pln_kind_t *kind = kind_of("comment");
    identity(1, &self);
    identity(2, &other);
    one_field(kind, "text", "Thanks", &payload);
    pln_span_t content = pln_buf_span(&payload);
    pln_salt_make(&self, &network, kind, content, first);
    pln_salt_make(&self, &network, kind, content, again);
    assert_memory_equal(first, again, sizeof first);
    pln_salt_make(&other, &network, kind, content, again);
    assert_memory_not_equal(first, again, sizeof first);
    pln_salt_make(&self, &other_network, kind, content, again);
    assert_memory_not_equal(first, again, sizeof first);
    pln_salt_make(&self, &network, kind_of("need"), content, again);
    assert_memory_not_equal(first, again, sizeof first);
    pln_buf_free(&payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(personal_kinds_and_personal_fields_get_a_salt),
        cmocka_unit_test(salted_record_is_the_same_record_with_one_field_more),
        cmocka_unit_test(salt_follows_from_key_network_kind_and_content_alone),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
