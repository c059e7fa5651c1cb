// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "proto/error.h"

static void error_names_are_words_and_unique(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PLN_ERROR_COUNT; i++) {
        const char *name = pln_error_name((pln_err_t)i);
        assert_true(strlen(name) > 0);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
        for (unsigned j = 0; j < i; j++) {
            assert_string_not_equal(name, pln_error_name((pln_err_t)j));
        }
    }
}

static void error_texts_are_sentences_without_a_full_stop(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PLN_ERROR_COUNT; i++) {
        const char *text = pln_error_text((pln_err_t)i);
        assert_true(strlen(text) > 0);
        assert_int_not_equal(text[strlen(text) - 1], '.');
    }
}

static void error_classes_tell_offence_from_not_now(void **state)
{
    (void)state;
    assert_int_equal(PLN_OK, 0);
    assert_int_equal(pln_error_class(PLN_OK), PLN_CLASS_OURS);
    assert_int_equal(pln_error_class(PLN_ESIGNATURE), PLN_CLASS_OFFENCE);
    assert_int_equal(pln_error_class(PLN_EGRANT), PLN_CLASS_LATER);
    assert_int_equal(pln_error_class(PLN_EDUPLICATE), PLN_CLASS_DROP);
    assert_string_equal(pln_error_name(PLN_ESIGNATURE), "bad-signature");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_names_are_words_and_unique),
        cmocka_unit_test(error_texts_are_sentences_without_a_full_stop),
        cmocka_unit_test(error_classes_tell_offence_from_not_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
