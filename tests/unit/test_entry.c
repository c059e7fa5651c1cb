// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/entry.h"

static const pln_header_t sample = {.codec = 64,
                                    .kind = 0x0101,
                                    .time_ms = UINT64_C(1700000000123),
                                    .size = 3};
static const uint8_t sample_bytes[] = {0x40, 0x01, 0x01, 0x01, 0x8b, 0xcf, 0xe5, 0x68,
                                       0x7b, 0x00, 0x00, 0x00, 0x03, 'a',  'b',  'c'};

static void entry_header_has_its_13_bytes_in_order(void **state)
{
    (void)state;
    uint8_t bytes[PLN_HEADER_SIZE];
    pln_header_write(&sample, bytes);
    assert_memory_equal(bytes, sample_bytes, sizeof bytes);
    assert_int_equal(pln_entry_weight(&sample), 16);
}

static void entry_header_is_written_without_the_withheld_bit(void **state)
{
    (void)state;
    pln_header_t header = sample;
    uint8_t bytes[PLN_HEADER_SIZE];
    header.codec |= PLN_CODEC_WITHHELD;
    pln_header_write(&header, bytes);
    assert_memory_equal(bytes, sample_bytes, sizeof bytes);
}

static void entry_reads_its_own_bytes_and_no_more(void **state)
{
    (void)state;
    uint8_t bytes[sizeof sample_bytes + 5];
    memset(bytes, 0xee, sizeof bytes);
    memcpy(bytes, sample_bytes, sizeof sample_bytes);
    pln_entry_t entry;
    assert_int_equal(pln_entry_read(PLN_SPAN(bytes, sizeof bytes), &entry), PLN_OK);
    assert_int_equal(entry.header.codec, sample.codec);
    assert_int_equal(entry.header.kind, sample.kind);
    assert_true(entry.header.time_ms == sample.time_ms);
    assert_int_equal(entry.header.size, sample.size);
    assert_false(entry.withheld);
    assert_ptr_equal(entry.payload.data, bytes + PLN_HEADER_SIZE);
    assert_int_equal(entry.payload.size, 3);
    assert_int_equal(entry.stored_size, sizeof sample_bytes);
}

static void entry_withheld_carries_the_hash_and_the_original_size(void **state)
{
    (void)state;
    uint8_t bytes[PLN_HEADER_SIZE + 32];
    memcpy(bytes, sample_bytes, PLN_HEADER_SIZE);
    bytes[0] |= PLN_CODEC_WITHHELD;
    pln_put_u32(bytes + 9, PLN_PAYLOAD_MAX);
    memset(bytes + PLN_HEADER_SIZE, 0x5a, 32);
    pln_entry_t entry;
    assert_int_equal(pln_entry_read(PLN_SPAN(bytes, sizeof bytes), &entry), PLN_OK);
    assert_true(entry.withheld);
    assert_int_equal(entry.header.codec, sample.codec);
    assert_int_equal(entry.header.size, PLN_PAYLOAD_MAX);
    assert_int_equal(entry.payload.size, 0);
    assert_memory_equal(entry.data.bytes, bytes + PLN_HEADER_SIZE, 32);
    assert_int_equal(entry.stored_size, PLN_HEADER_SIZE + 32);
    assert_int_equal(pln_entry_weight(&entry.header), PLN_HEADER_SIZE + PLN_PAYLOAD_MAX);
}

/** pln_entry_read of a copy of exactly @size bytes, so that a sanitizer sees a read past it. */
static pln_err_t read_exact(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = pln_alloc(size);
    memcpy(copy, bytes, size);
    pln_entry_t entry;
    pln_err_t error = pln_entry_read(PLN_SPAN(copy, size), &entry);
    free(copy);
    return error;
}

static void entry_refuses_every_cut(void **state)
{
    (void)state;
    uint8_t withheld[PLN_HEADER_SIZE + 32] = {0};
    memcpy(withheld, sample_bytes, PLN_HEADER_SIZE);
    withheld[0] |= PLN_CODEC_WITHHELD;
    for (size_t size = 0; size < sizeof sample_bytes; size++) {
        assert_int_equal(read_exact(sample_bytes, size), PLN_ETRUNCATED);
    }
    for (size_t size = 0; size < sizeof withheld; size++) {
        assert_int_equal(read_exact(withheld, size), PLN_ETRUNCATED);
    }
    assert_int_equal(read_exact(sample_bytes, sizeof sample_bytes), PLN_OK);
    assert_int_equal(read_exact(withheld, sizeof withheld), PLN_OK);
}

static void entry_refuses_a_size_beyond_the_bound_withheld_or_not(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {PLN_PAYLOAD_MAX + 1, 0x7fffffff, 0xffffffff};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (unsigned flag = 0; flag <= PLN_CODEC_WITHHELD; flag += PLN_CODEC_WITHHELD) {
            uint8_t bytes[PLN_HEADER_SIZE + 32] = {(uint8_t)flag};
            pln_put_u32(bytes + 9, sizes[i]);
            assert_int_equal(read_exact(bytes, sizeof bytes), PLN_EOVERSIZE);
        }
    }
}

static void entry_of_the_largest_and_the_smallest_payload_is_read(void **state)
{
    (void)state;
    pln_buf_t buf = {0};
    memset(pln_buf_grow(&buf, PLN_HEADER_SIZE + PLN_PAYLOAD_MAX), 0,
           PLN_HEADER_SIZE + PLN_PAYLOAD_MAX);
    pln_entry_t entry;
    assert_int_equal(pln_entry_read(pln_buf_span(&buf), &entry), PLN_OK);
    assert_int_equal(entry.payload.size, 0);
    assert_int_equal(entry.stored_size, PLN_HEADER_SIZE);
    pln_put_u32(buf.data + 9, PLN_PAYLOAD_MAX);
    assert_int_equal(pln_entry_read(pln_buf_span(&buf), &entry), PLN_OK);
    assert_int_equal(entry.stored_size, buf.size);
    pln_buf_free(&buf);
}

static void entry_data_is_the_domain_hash_of_the_payload(void **state)
{
    (void)state;
    pln_hash_t data;
    uint8_t expected[32]; /* by Python's hashlib */
    assert_int_equal(pln_unhex("79cf146729d4d65c280e5a9f1cb046b589df54ffcd19004deeb9e2d8b49094f7",
                               expected, sizeof expected),
                     PLN_OK);
    pln_entry_data(PLN_SPAN("abc", 3), &data);
    assert_memory_equal(data.bytes, expected, sizeof expected);
}

int main(void)
{
    if (sodium_init() < 0) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entry_header_has_its_13_bytes_in_order),
        cmocka_unit_test(entry_header_is_written_without_the_withheld_bit),
        cmocka_unit_test(entry_reads_its_own_bytes_and_no_more),
        cmocka_unit_test(entry_withheld_carries_the_hash_and_the_original_size),
        cmocka_unit_test(entry_refuses_every_cut),
        cmocka_unit_test(entry_refuses_a_size_beyond_the_bound_withheld_or_not),
        cmocka_unit_test(entry_of_the_largest_and_the_smallest_payload_is_read),
        cmocka_unit_test(entry_data_is_the_domain_hash_of_the_payload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
