// SPDX-License-Identifier: MPL-2.0
// The bytes of a retract. Malformed ones are written by hand with the same packer.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "proto/control.h"

static const pln_id_t author = {{7}};

static void control_retract_reads_what_it_wrote(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        pln_retract_t retract = {.author = author, .epoch = 17, .seq = PLN_SEQ_MAX}, back;
        memset(retract.data.bytes, 6, sizeof retract.data.bytes);
        retract.reason = (i & 1) != 0 ? PLN_SPAN("names a student", 15) : (pln_span_t){0};
        retract.undo = (i & 2) != 0;
        pln_buf_t payload = {0}, other = {0};
        pln_retract_encode(&retract, &payload);
        assert_int_equal(pln_retract_decode(pln_buf_span(&payload), &back), PLN_OK);
        assert_true(pln_id_equal(&back.author, &retract.author));
        assert_int_equal(back.epoch, 17);
        assert_int_equal(back.seq, PLN_SEQ_MAX);
        assert_int_equal(back.undo, retract.undo);
        pln_retract_encode(&back, &other);
        assert_int_equal(other.size, payload.size);
        assert_memory_equal(other.data, payload.data, other.size);
        pln_buf_free(&payload);
        pln_buf_free(&other);
    }
}

/** A retract with @seq, and field 21 as given: absent, false or true. */
static pln_err_t decode_retract(uint64_t seq, int undo)
{
    static const uint8_t data[32];
    pln_buf_t payload = {0};
    pln_retract_t retract;
    pln_pack_map(&payload, 4 + (undo >= 0));
    pln_pack_uint(&payload, 16);
    pln_pack_bin(&payload, author.bytes, 32);
    pln_pack_uint(&payload, 17);
    pln_pack_uint(&payload, 0);
    pln_pack_uint(&payload, 18);
    pln_pack_uint(&payload, seq);
    pln_pack_uint(&payload, 19);
    pln_pack_bin(&payload, data, sizeof data);
    if (undo >= 0) {
        pln_pack_uint(&payload, 21);
        pln_pack_bool(&payload, undo == 1);
    }
    pln_err_t error = pln_retract_decode(pln_buf_span(&payload), &retract);
    pln_buf_free(&payload);
    return error;
}

static void control_retract_refuses_seqs_that_cannot_be_and_an_undo_that_says_nothing(void **state)
{
    (void)state;
    assert_int_equal(decode_retract(1, -1), PLN_OK);
    assert_int_equal(decode_retract(1, 1), PLN_OK);
    assert_int_equal(decode_retract(1, 0), PLN_EMALFORMED);
    assert_int_equal(decode_retract(0, -1), PLN_EMALFORMED);
    assert_int_equal(decode_retract(PLN_SEQ_MAX + 1, -1), PLN_EMALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_retract_reads_what_it_wrote),
        cmocka_unit_test(control_retract_refuses_seqs_that_cannot_be_and_an_undo_that_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
