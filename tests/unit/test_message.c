// SPDX-License-Identifier: MPL-2.0
// Every message survives its own encoding; everything else is refused, never repaired.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/message.h"

static void fill(void *out, size_t size, uint8_t with)
{
    memset(out, with, size);
}

static pln_message_t decoded(const pln_buf_t *frame)
{
    pln_message_t message;
    assert_int_equal(pln_message_decode(pln_buf_span(frame), &message), PLN_OK);
    return message;
}

static pln_message_t hello(const pln_buf_t *rows)
{
    pln_message_t message = {.type = PLN_MSG_HELLO};
    pln_hello_t *h = &message.as.hello;
    h->version_min = 1;
    h->version_max = 3;
    h->time_ms = UINT64_C(1780000000000);
    fill(h->store.bytes, 16, 0x51);
    fill(h->nonce, 16, 0x52);
    h->arrivals.number = 77;
    fill(h->arrivals.tag.bytes, 8, 0x53);
    h->credit = 491520;
    h->flags = PLN_HELLO_ANNOUNCE;
    h->rows = pln_buf_span(rows);
    return message;
}

static void hello_survives_its_encoding(void **state)
{
    (void)state;
    pln_buf_t rows = {0};
    pln_hello_row_t row = {.cursor = {.number = UINT64_C(0xffffffffffff)}};
    fill(row.hash, 16, 1);
    fill(row.access, sizeof row.access, 2);
    fill(row.digest, sizeof row.digest, 3);
    for (int i = 0; i < 4; i++) {
        pln_hello_row_write(&row, &rows);
    }
    pln_message_t message = hello(&rows);
    pln_buf_t frame = {0};
    pln_message_encode(&message, &frame);
    pln_message_t back = decoded(&frame);
    assert_int_equal(back.type, PLN_MSG_HELLO);
    assert_int_equal(back.as.hello.version_max, 3);
    assert_int_equal(back.as.hello.arrivals.number, 77);
    assert_int_equal(back.as.hello.credit, 491520);
    assert_int_equal(pln_rows(back.as.hello.rows, PLN_HELLO_ROW_SIZE), 4);
    pln_hello_row_t read;
    pln_hello_row_read(back.as.hello.rows, 3, &read);
    assert_int_equal(read.cursor.number, UINT64_C(0xffffffffffff));
    assert_memory_equal(read.digest, row.digest, sizeof row.digest);
    pln_buf_free(&rows);
    pln_buf_free(&frame);
}

static void hello_fits_the_reconnect_budget(void **state)
{
    (void)state;
    pln_buf_t rows = {0};
    pln_hello_row_t row = {.cursor = {.number = 0}};
    for (int i = 0; i < 4; i++) {
        pln_hello_row_write(&row, &rows);
    }
    pln_message_t message = hello(&rows);
    pln_buf_t frame = {0};
    pln_message_encode(&message, &frame);
    assert_true(2 * frame.size < 800);  // both ways, well under 1 KB with the transport's own bytes
    pln_buf_free(&rows);
    pln_buf_free(&frame);
}

static pln_message_t entries(pln_span_t run)
{
    pln_message_t message = {.type = PLN_MSG_ENTRIES};
    pln_entries_t *e = &message.as.entries;
    fill(&e->place.network, 32, 4);
    fill(&e->place.author, 32, 5);
    e->place.epoch = 17;
    e->place.lane = PLN_LANE_RECORDS;
    e->from = 1000;
    e->to = 1001;
    fill(e->base.bytes, 32, 6);
    fill(e->signature.bytes, 64, 7);
    e->flags = PLN_ENTRIES_PUSHED;
    e->upto.number = 3;
    fill(e->upto.tag.bytes, 8, 8);
    e->run = run;
    return message;
}

static void encode_with_run(const pln_message_t *message, pln_buf_t *frame)
{
    pln_message_encode(message, frame);
    pln_buf_add(frame, message->as.entries.run.data, message->as.entries.run.size);
}

static void entries_carry_their_run_at_the_end(void **state)
{
    (void)state;
    static const uint8_t run[300] = {9};
    pln_message_t message = entries(PLN_SPAN(run, sizeof run));
    pln_buf_t frame = {0};
    encode_with_run(&message, &frame);
    pln_message_t back = decoded(&frame);
    assert_int_equal(back.as.entries.place.epoch, 17);
    assert_int_equal(back.as.entries.to, 1001);
    assert_int_equal(back.as.entries.run.size, sizeof run);
    assert_ptr_equal(back.as.entries.run.data, frame.data + frame.size - sizeof run);
    pln_buf_free(&frame);
}

static void entries_of_an_impossible_range_are_refused(void **state)
{
    (void)state;
    static const uint64_t ranges[][2] = {{0, 1}, {5, 4}, {1, 1025}, {1, PLN_SEQ_MAX}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        pln_message_t message = entries(PLN_SPAN("x", 1));
        message.as.entries.from = ranges[i][0];
        message.as.entries.to = ranges[i][1];
        pln_buf_t frame = {0};
        encode_with_run(&message, &frame);
        assert_int_equal(pln_message_decode(pln_buf_span(&frame), &message), PLN_ERUN);
        pln_buf_free(&frame);
    }
}

static void a_run_over_its_bound_is_refused(void **state)
{
    (void)state;
    size_t size = PLN_RUN_BYTES_MAX + 1;
    uint8_t *run = calloc(1, size);
    pln_message_t message = entries(PLN_SPAN(run, size));
    pln_buf_t frame = {0};
    encode_with_run(&message, &frame);
    assert_int_equal(pln_message_decode(pln_buf_span(&frame), &message), PLN_EOVERSIZE);
    pln_buf_free(&frame);
    free(run);
}

static void every_message_survives_and_every_cut_is_refused(void **state)
{
    (void)state;
    pln_message_t all[] = {
        {.type = PLN_MSG_HEADS, .as.heads = {.flags = PLN_HEADS_MORE}},
        {.type = PLN_MSG_WANT},
        {.type = PLN_MSG_FORK, .as.fork = {.seq = 9}},
        {.type = PLN_MSG_CREDIT, .as.credit = 1u << 30},
        {.type = PLN_MSG_PRUNE},
        {.type = PLN_MSG_GRAFT},
        {.type = PLN_MSG_PRESENCE, .as.presence = {.body = PLN_SPAN("body", 4)}},
        {.type = PLN_MSG_JOIN, .as.join = {.name = PLN_SPAN("Otter Creek", 11)}},
        {.type = PLN_MSG_WELCOME, .as.welcome = {.title = PLN_SPAN("t", 1)}},
        {.type = PLN_MSG_BYE, .as.bye = {.reason = PLN_SPAN("shutdown", 8)}},
        {.type = PLN_MSG_BYE, .as.bye = {.reason = PLN_SPAN("no-grant", 8), .has_network = true}},
        {.type = PLN_MSG_DIGEST, .as.digest = {.flags = PLN_DIGEST_DONE}},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        pln_buf_t frame = {0};
        pln_message_encode(&all[i], &frame);
        pln_message_t back = decoded(&frame);
        assert_int_equal(back.type, all[i].type);
        pln_buf_t again = {0};
        pln_message_encode(&back, &again);
        assert_int_equal(again.size, frame.size);
        assert_memory_equal(again.data, frame.data, frame.size);
        for (size_t cut = 0; cut < frame.size; cut++) {
            pln_message_t ignored;
            pln_err_t error = pln_message_decode(PLN_SPAN(frame.data, cut), &ignored);
            assert_true(error == PLN_ETRUNCATED || error == PLN_EMALFORMED);
        }
        pln_buf_u8(&frame, 0xc0);
        pln_message_t ignored;
        assert_int_equal(pln_message_decode(pln_buf_span(&frame), &ignored), PLN_EMALFORMED);
        pln_buf_free(&frame);
        pln_buf_free(&again);
    }
}

static void unknown_and_reserved_types_are_ignored_not_offences(void **state)
{
    (void)state;
    static const uint8_t types[] = {PLN_MSG_BLOB_WANT, PLN_MSG_BLOB, PLN_MSG_TICKET, 63, 99};
    for (size_t i = 0; i < sizeof types; i++) {
        uint8_t frame[] = {0x92, types[i], 0x01};
        pln_message_t ignored;
        assert_int_equal(pln_message_decode(PLN_SPAN(frame, sizeof frame), &ignored), PLN_EUNKNOWN);
    }
}

static void later_elements_are_skipped_but_must_be_well_formed(void **state)
{
    (void)state;
    pln_message_t message;
    static const uint8_t longer[] = {0x93, PLN_MSG_CREDIT, 0x05, 0x91, 0xa1, 'x'};
    // the extra element's own array is complete only with its text
    assert_int_equal(pln_message_decode(PLN_SPAN(longer, sizeof longer), &message), PLN_OK);
    assert_int_equal(message.as.credit, 5);
    assert_int_not_equal(pln_message_decode(PLN_SPAN(longer, sizeof longer - 1), &message), PLN_OK);
}

static void the_network_hash_depends_on_everything(void **state)
{
    (void)state;
    pln_network_id_t network = {{1}};
    pln_id_t a = {{2}};
    pln_id_t b = {{3}};
    uint8_t nonce[16] = {4};
    uint8_t first[16];
    uint8_t second[16];
    pln_hello_hash(&network, &a, &b, nonce, first);
    pln_hello_hash(&network, &b, &a, nonce, second);
    assert_memory_not_equal(first, second, 16);
    nonce[15] = 1;
    pln_hello_hash(&network, &a, &b, nonce, second);
    assert_memory_not_equal(first, second, 16);
}

static void presence_survives_and_stays_below_its_bound(void **state)
{
    (void)state;
    pln_presence_t presence = {.stamp = 5,
                               .name = PLN_SPAN("Otter Creek", 11),
                               .version = PLN_SPAN("0.1.0", 5),
                               .codecs = PLN_SPAN("\1", 1)};
    presence.addresses[0] = PLN_SPAN("hub.example.org:7420", 20);
    presence.address_count = 1;
    pln_buf_t body = {0};
    pln_presence_encode(&presence, &body);
    pln_presence_t back;
    assert_int_equal(pln_presence_decode(pln_buf_span(&body), &back), PLN_OK);
    assert_int_equal(back.stamp, 5);
    assert_int_equal(back.address_count, 1);
    assert_memory_equal(back.name.data, "Otter Creek", 11);
    assert_true(body.size < PLN_PRESENCE_MAX);
    assert_int_not_equal(pln_presence_decode(PLN_SPAN(body.data, body.size - 1), &back), PLN_OK);
    pln_buf_free(&body);
}

/** Nine addresses, and an element too few: as no writer of ours would have it. */
static void presence_of_another_shape_is_refused(void **state)
{
    (void)state;
    for (uint32_t elements = 9; elements <= 10; elements++) {
        pln_buf_t body = {0};
        static const uint8_t zeros[32];
        pln_presence_t back;
        uint32_t addresses = elements == 10 ? PLN_ADDRESSES_MAX + 1 : 0;
        pln_pack_array(&body, elements);
        pln_pack_bin(&body, zeros, 32);
        pln_pack_bin(&body, zeros, 32);
        pln_pack_uint(&body, 1);
        pln_pack_str(&body, PLN_SPAN("name", 4));
        pln_pack_str(&body, PLN_SPAN("0.1", 3));
        pln_pack_bin(&body, "\1", 1);
        pln_pack_array(&body, addresses);
        for (uint32_t i = 0; i < addresses; i++) {
            pln_pack_str(&body, PLN_SPAN("a:1", 3));
        }
        for (uint32_t i = 7; i < elements; i++) {
            pln_pack_bin(&body, zeros, i < 9 ? 32 : 0);
        }
        assert_int_equal(pln_presence_decode(pln_buf_span(&body), &back), PLN_EMALFORMED);
        pln_buf_free(&body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hello_survives_its_encoding),
        cmocka_unit_test(hello_fits_the_reconnect_budget),
        cmocka_unit_test(entries_carry_their_run_at_the_end),
        cmocka_unit_test(entries_of_an_impossible_range_are_refused),
        cmocka_unit_test(a_run_over_its_bound_is_refused),
        cmocka_unit_test(every_message_survives_and_every_cut_is_refused),
        cmocka_unit_test(unknown_and_reserved_types_are_ignored_not_offences),
        cmocka_unit_test(later_elements_are_skipped_but_must_be_well_formed),
        cmocka_unit_test(the_network_hash_depends_on_everything),
        cmocka_unit_test(presence_of_another_shape_is_refused),
        cmocka_unit_test(presence_survives_and_stays_below_its_bound),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
