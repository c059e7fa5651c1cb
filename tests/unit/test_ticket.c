// SPDX-License-Identifier: MPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "proto/hash.h"
#include "proto/ticket.h"

#define START 5  // version, size, guard

static pln_id_t ids[6];
static uint8_t good_seed[PLN_SEED_SIZE], bad_seed[PLN_SEED_SIZE];

static int make_ids(void **state)
{
    (void)state;
    uint8_t seed[PLN_SEED_SIZE] = {0};
    pln_identity_t identity;
    bool have_bad = false;
    for (size_t made = 0; made < sizeof ids / sizeof ids[0] || !have_bad;) {
        pln_put_u32(seed, pln_get_u32(seed) + 1);
        if (pln_identity_derive(seed, &identity) != PLN_OK) {
            memcpy(bad_seed, seed, sizeof seed);
            have_bad = true;
        } else if (made < sizeof ids / sizeof ids[0]) {
            memcpy(good_seed, seed, sizeof seed);
            ids[made++] = identity.id;
        }
    }
    return 0;
}

static pln_ticket_t small_ticket(void)
{
    pln_ticket_t ticket = {.root = ids[0],
                           .inviter = ids[1],
                           .title = "Iowa CBE",
                           .node_count = 1,
                           .role = PLN_ROLE_CONTRIBUTOR,
                           .label = "Springfield",
                           .expiry_ms = 1795000000000};
    memset(ticket.network.bytes, 0x4e, sizeof ticket.network.bytes);
    memcpy(ticket.seed, good_seed, sizeof ticket.seed);
    ticket.nodes[0] = (pln_ticket_node_t){
        .id = ids[1], .addresses = {"hub.example.org:7420", "[::1]:7420"}, .address_count = 2};
    return ticket;
}

static pln_ticket_t largest_ticket(void)
{
    pln_ticket_t ticket = small_ticket();
    ticket.role = PLN_ROLE_COORDINATOR;
    ticket.expiry_ms = PLN_TIME_MAX;
    ticket.bound = true;
    ticket.bound_to = ids[2];
    memset(ticket.title, 't', PLN_NAME_MAX);
    memset(ticket.label, 'l', PLN_NAME_MAX);
    ticket.node_count = PLN_TICKET_NODES_MAX;
    for (size_t i = 0; i < PLN_TICKET_NODES_MAX; i++) {
        ticket.nodes[i].id = ids[i];
        ticket.nodes[i].address_count = PLN_TICKET_ADDRESSES_MAX;
        for (size_t j = 0; j < PLN_TICKET_ADDRESSES_MAX; j++) {
            memset(ticket.nodes[i].addresses[j], 'a', PLN_ADDRESS_MAX);
        }
    }
    return ticket;
}

static void assert_same(const pln_ticket_t *a, const pln_ticket_t *b)
{
    assert_memory_equal(&a->network, &b->network, sizeof a->network);
    assert_true(pln_id_equal(&a->root, &b->root));
    assert_true(pln_id_equal(&a->inviter, &b->inviter));
    assert_memory_equal(a->seed, b->seed, sizeof a->seed);
    assert_int_equal(a->role, b->role);
    assert_int_equal(a->expiry_ms, b->expiry_ms);
    assert_string_equal(a->title, b->title);
    assert_string_equal(a->label, b->label);
    assert_int_equal(a->bound, b->bound);
    assert_true(!a->bound || pln_id_equal(&a->bound_to, &b->bound_to));
    assert_int_equal(a->node_count, b->node_count);
    for (uint32_t i = 0; i < a->node_count; i++) {
        assert_true(pln_id_equal(&a->nodes[i].id, &b->nodes[i].id));
        assert_int_equal(a->nodes[i].address_count, b->nodes[i].address_count);
        for (uint32_t j = 0; j < a->nodes[i].address_count; j++) {
            assert_string_equal(a->nodes[i].addresses[j], b->nodes[i].addresses[j]);
        }
    }
}

static pln_buf_t text_of(const pln_ticket_t *ticket)
{
    pln_buf_t text = {0};
    pln_ticket_encode(ticket, &text);
    return text;
}

static void assert_reads_as(const pln_buf_t *text, const pln_ticket_t *expected)
{
    static pln_ticket_t ticket;
    assert_int_equal(pln_ticket_decode(pln_buf_span(text), &ticket), PLN_OK);
    assert_same(&ticket, expected);
}

static pln_err_t decode(const void *text, size_t size)
{
    static pln_ticket_t ticket;
    return pln_ticket_decode(PLN_SPAN(text, size), &ticket);
}

/* ---- what must be read ---- */

static void ticket_reads_what_it_wrote(void **state)
{
    (void)state;
    pln_ticket_t small = small_ticket(), largest = largest_ticket();
    pln_buf_t text = text_of(&small);
    assert_memory_equal(text.data, "PLN1-", 5);
    assert_reads_as(&text, &small);
    pln_buf_free(&text);
    text = text_of(&largest);
    assert_true(text.size <= PLN_TICKET_TEXT_MAX);
    assert_reads_as(&text, &largest);
    pln_buf_free(&text);
}

static void ticket_may_name_nodes_without_addresses_and_no_texts(void **state)
{
    (void)state;
    pln_ticket_t ticket = small_ticket();
    ticket.nodes[0].address_count = 0;
    ticket.title[0] = ticket.label[0] = '\0';
    ticket.expiry_ms = 0;
    pln_buf_t text = text_of(&ticket);
    assert_reads_as(&text, &ticket);
    pln_buf_free(&text);
}

static void ticket_case_makes_no_difference(void **state)
{
    (void)state;
    pln_ticket_t ticket = small_ticket();
    pln_buf_t text = text_of(&ticket);
    for (size_t i = 0; i < text.size; i += 2) {
        uint8_t c = text.data[i];
        text.data[i] = c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
    }
    text.data[0] = 'p';
    assert_reads_as(&text, &ticket);
    pln_buf_free(&text);
}

// @filler after every @step characters.
static pln_buf_t spread(const pln_buf_t *text, size_t step, const char *filler)
{
    pln_buf_t out = {0};
    for (size_t i = 0; i < text->size; i++) {
        if (i % step == 0) {
            pln_buf_add(&out, filler, strlen(filler));
        }
        pln_buf_u8(&out, text->data[i]);
    }
    pln_buf_add(&out, filler, strlen(filler));
    return out;
}

static void ticket_survives_what_mail_does_to_long_words(void **state)
{
    (void)state;
    static const char *const FILLERS[] = {
        " ",
        "\t",
        "\n",
        "\r\n",
        "\v\f",
        "\r\n> ",
        "\n> > > ",
        "=\r\n",
        "\xc2\xa0",      // no-break space
        "\xc2\xad",      // soft hyphen
        "\xe2\x80\x8b",  // zero width space
        "\xe2\x80\x8c",  // zero width non-joiner
        "\xe2\x80\x8d",  // zero width joiner
        "\xe2\x80\xaf",  // narrow no-break space
        "\xe2\x81\xa0",  // word joiner
        "\xef\xbb\xbf",  // byte order mark
        "\xe3\x80\x80",  // ideographic space
        "\xe2\x80\xa8",  // line separator
        " \xc2\xa0\xe2\x80\x8b>\n",
    };
    static const size_t STEPS[] = {1, 3, 60, 76};
    pln_ticket_t ticket = small_ticket();
    pln_buf_t text = text_of(&ticket);
    for (size_t i = 0; i < sizeof FILLERS / sizeof FILLERS[0]; i++) {
        for (size_t j = 0; j < sizeof STEPS / sizeof STEPS[0]; j++) {
            pln_buf_t mailed = spread(&text, STEPS[j], FILLERS[i]);
            assert_true(mailed.size <= PLN_TICKET_TEXT_MAX);
            assert_reads_as(&mailed, &ticket);
            pln_buf_free(&mailed);
        }
    }
    pln_buf_free(&text);
}

static void ticket_is_found_within_a_letter(void **state)
{
    (void)state;
    static const char BEFORE[] = "Dear Ms. Phelps,\n\nplease plnd! PLN 1, PLN- and join:\n\n\"";
    static const char AFTER[] = "\"\n\nBest regards\nPaul Nolan (see also PLN1-)\n";
    pln_ticket_t ticket = small_ticket();
    pln_buf_t text = text_of(&ticket), letter = {0};
    pln_buf_add(&letter, BEFORE, sizeof BEFORE - 1);
    pln_buf_add(&letter, text.data, text.size);
    pln_buf_add(&letter, AFTER, sizeof AFTER - 1);
    assert_reads_as(&letter, &ticket);
    pln_buf_free(&letter);
    pln_buf_free(&text);
}

static void ticket_takes_a_typographic_dash_for_its_own(void **state)
{
    (void)state;
    static const char *const DASHES[] = {"\xe2\x80\x90", "\xe2\x80\x91", "\xe2\x80\x93",
                                         "\xe2\x80\x94", "\xe2\x88\x92"};
    pln_ticket_t ticket = small_ticket();
    pln_buf_t text = text_of(&ticket);
    for (size_t i = 0; i < sizeof DASHES / sizeof DASHES[0]; i++) {
        pln_buf_t other = {0};
        pln_buf_add(&other, text.data, 4);
        pln_buf_add(&other, DASHES[i], 3);
        pln_buf_add(&other, text.data + 5, text.size - 5);
        assert_reads_as(&other, &ticket);
        pln_buf_free(&other);
    }
    pln_buf_free(&text);
}

/* ---- what must be told apart ---- */

static void ticket_with_any_one_wrong_character_is_a_typo(void **state)
{
    (void)state;
    static const char WRONG[] = "abcdefghijklmnopqrstuvwxyz2345670189.,-_/?";
    pln_ticket_t ticket = small_ticket();
    pln_buf_t text = text_of(&ticket);
    for (size_t i = 5; i < text.size; i++) {
        uint8_t right = text.data[i];
        for (size_t j = 0; j < sizeof WRONG - 1; j++) {
            text.data[i] = (uint8_t)WRONG[j];
            assert_int_equal(decode(text.data, text.size),
                             text.data[i] == right ? PLN_OK : PLN_ESIGNATURE);
        }
        text.data[i] = right;
    }
    pln_buf_free(&text);
}

static void ticket_with_two_characters_swapped_is_a_typo(void **state)
{
    (void)state;
    pln_ticket_t ticket = small_ticket();
    pln_buf_t text = text_of(&ticket);
    for (size_t i = 5; i + 1 < text.size; i++) {
        uint8_t first = text.data[i], second = text.data[i + 1];
        text.data[i] = second;
        text.data[i + 1] = first;
        assert_int_equal(decode(text.data, text.size), first == second ? PLN_OK : PLN_ESIGNATURE);
        text.data[i] = first;
        text.data[i + 1] = second;
    }
    pln_buf_free(&text);
}

static void ticket_without_its_end_is_truncated(void **state)
{
    (void)state;
    pln_ticket_t ticket = small_ticket();
    pln_buf_t text = text_of(&ticket);
    for (size_t size = 5; size < text.size; size++) {
        assert_int_equal(decode(text.data, size), PLN_ETRUNCATED);
    }
    for (size_t size = 0; size < 5; size++) {
        assert_int_equal(decode(text.data, size), PLN_EMALFORMED);
    }
    pln_buf_free(&text);
}

static void ticket_with_a_character_missing_or_too_many_within_is_no_good(void **state)
{
    (void)state;
    pln_ticket_t ticket = small_ticket();
    pln_buf_t text = text_of(&ticket), other = {0};
    for (size_t i = 13; i + 1 < text.size; i++) {
        pln_buf_clear(&other);
        pln_buf_add(&other, text.data, i);
        pln_buf_u8(&other, text.data[i] == 'x' ? 'y' : 'x');
        pln_buf_add(&other, text.data + i, text.size - i);
        assert_int_equal(decode(other.data, other.size), PLN_ESIGNATURE);
        pln_buf_clear(&other);
        pln_buf_add(&other, text.data, i);
        pln_buf_add(&other, text.data + i + 1, text.size - i - 1);
        assert_int_equal(decode(other.data, other.size), PLN_ETRUNCATED);
    }
    pln_buf_free(&other);
    pln_buf_free(&text);
}

static void ticket_of_a_later_kind_asks_for_an_update(void **state)
{
    (void)state;
    pln_ticket_t ticket = small_ticket();
    pln_buf_t text = text_of(&ticket);
    text.data[3] = '2';
    assert_int_equal(decode(text.data, text.size), PLN_EVERSION);
    pln_buf_free(&text);
}

static void ticket_is_not_seen_in_other_texts(void **state)
{
    (void)state;
    static const char *const OTHERS[] = {
        "",
        " \n",
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "pln join",
        "PLN1",
        "PLN-1",
        "PLNX-aaaaaaaa",
        "PL1-aaaaaaaa",
        "P.L.N.1-",
        "\xf0\x9f\x8e\x9f PL\xc3\x9f",
        "\xe2\x80",
        "\xc2",
        "\xff\xfe",
    };
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        assert_int_equal(decode(OTHERS[i], strlen(OTHERS[i])), PLN_EMALFORMED);
    }
    assert_int_equal(decode("PLN1-\0abc", 9), PLN_ESIGNATURE);
    assert_int_equal(decode(NULL, 0), PLN_EMALFORMED);
}

static void ticket_beyond_the_longest_text_is_not_looked_for(void **state)
{
    (void)state;
    pln_ticket_t ticket = small_ticket();
    pln_buf_t text = text_of(&ticket), padded = {0};
    memset(pln_buf_grow(&padded, PLN_TICKET_TEXT_MAX - text.size), ' ',
           PLN_TICKET_TEXT_MAX - text.size);
    pln_buf_add(&padded, text.data, text.size);
    assert_int_equal(decode(padded.data, padded.size), PLN_OK);
    pln_buf_clear(&padded);
    memset(pln_buf_grow(&padded, PLN_TICKET_TEXT_MAX - text.size + 1), ' ',
           PLN_TICKET_TEXT_MAX - text.size + 1);
    pln_buf_add(&padded, text.data, text.size);
    assert_int_equal(decode(padded.data, padded.size), PLN_ETRUNCATED);
    pln_buf_free(&padded);
    pln_buf_free(&text);
}

/* ---- bytes under a fitting hash: an independent writer of the layout in ticket.h ---- */

static pln_buf_t text_of_body(const uint8_t *body, size_t size, uint8_t version)
{
    static const char DIGITS[] = "abcdefghijklmnopqrstuvwxyz234567";
    pln_buf_t bytes = {0}, text = {0};
    pln_hash_t hash;
    pln_buf_u8(&bytes, version);
    pln_buf_u16(&bytes, (uint16_t)(START + size));
    pln_hash("pln ticket 1", bytes.data, bytes.size, &hash);
    pln_buf_add(&bytes, hash.bytes, 2);
    pln_buf_add(&bytes, body, size);
    pln_hash("pln ticket 1", bytes.data, bytes.size, &hash);
    pln_buf_add(&bytes, hash.bytes, 4);
    pln_buf_add(&text, "PLN1-", 5);
    for (size_t bit = 0; bit < bytes.size * 8; bit += 5) {
        unsigned digit = 0;
        for (size_t i = bit; i < bit + 5; i++) {
            unsigned set = i < bytes.size * 8 && bytes.data[i / 8] >> (7 - i % 8) & 1;
            digit = digit << 1 | set;
        }
        pln_buf_u8(&text, (uint8_t)DIGITS[digit]);
    }
    pln_buf_free(&bytes);
    return text;
}

static pln_err_t decode_body(const uint8_t *body, size_t size)
{
    pln_buf_t text = text_of_body(body, size, 1);
    pln_err_t error = decode(text.data, text.size);
    pln_buf_free(&text);
    return error;
}

// The body of small_ticket() as ticket.h tells to write it; offsets of its parts.
enum {
    AT_ROOT = 32,
    AT_INVITER = 64,
    AT_SEED = 96,
    AT_ROLE = 128,
    AT_TITLE = 135,
    AT_LABEL = AT_TITLE + 1 + 8,
    AT_BOUND = AT_LABEL + 1 + 11,
    AT_NODES = AT_BOUND + 1,
    AT_NODE_ID = AT_NODES + 1,
    AT_ADDRESSES = AT_NODE_ID + 32,
    AT_FIRST_ADDRESS = AT_ADDRESSES + 1
};

static pln_buf_t small_body(void)
{
    pln_ticket_t ticket = small_ticket();
    pln_buf_t body = {0};
    pln_buf_add(&body, ticket.network.bytes, 32);
    pln_buf_add(&body, ticket.root.bytes, 32);
    pln_buf_add(&body, ticket.inviter.bytes, 32);
    pln_buf_add(&body, ticket.seed, 32);
    pln_buf_u8(&body, 2);
    pln_buf_u48(&body, ticket.expiry_ms);
    pln_buf_u8(&body, 8);
    pln_buf_add(&body, "Iowa CBE", 8);
    pln_buf_u8(&body, 11);
    pln_buf_add(&body, "Springfield", 11);
    pln_buf_u8(&body, 0);
    pln_buf_u8(&body, 1);
    pln_buf_add(&body, ids[1].bytes, 32);
    pln_buf_u8(&body, 2);
    pln_buf_u8(&body, 20);
    pln_buf_add(&body, "hub.example.org:7420", 20);
    pln_buf_u8(&body, 10);
    pln_buf_add(&body, "[::1]:7420", 10);
    return body;
}

static void ticket_is_written_as_its_header_says(void **state)
{
    (void)state;
    pln_ticket_t ticket = small_ticket();
    pln_buf_t body = small_body(), text = text_of(&ticket);
    pln_buf_t other = text_of_body(body.data, body.size, 1);
    assert_int_equal(other.size, text.size);
    assert_memory_equal(other.data, text.data, text.size);
    pln_buf_free(&other);
    other = text_of_body(body.data, body.size, 2);
    assert_int_equal(decode(other.data, other.size), PLN_EVERSION);
    pln_buf_free(&other);
    pln_buf_free(&text);
    pln_buf_free(&body);
}

static void ticket_refuses_bodies_that_end_early_or_go_on(void **state)
{
    (void)state;
    pln_buf_t body = small_body();
    for (size_t size = 0; size < body.size; size++) {
        assert_int_equal(decode_body(body.data, size), PLN_EMALFORMED);
    }
    assert_int_equal(decode_body(body.data, body.size), PLN_OK);
    pln_buf_u8(&body, 0);
    assert_int_equal(decode_body(body.data, body.size), PLN_EMALFORMED);
    pln_buf_free(&body);
}

static void ticket_refuses_bytes_that_break_a_rule(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
    } BAD[] = {
        {AT_ROLE, PLN_ROLE_NONE},
        {AT_ROLE, PLN_ROLE_ROOT},
        {AT_ROLE, 255},
        {AT_TITLE, 129},
        {AT_TITLE + 1, 0},
        {AT_TITLE + 1, 0xff},
        {AT_LABEL, 255},
        {AT_LABEL + 1, 0xc0},
        {AT_BOUND, 2},
        {AT_NODES, 0},
        {AT_NODES, 2},
        {AT_NODES, 5},
        {AT_ADDRESSES, 1},
        {AT_ADDRESSES, 3},
        {AT_ADDRESSES, 5},
        {AT_FIRST_ADDRESS, 0},
        {AT_FIRST_ADDRESS + 1, ' '},
        {AT_FIRST_ADDRESS + 1, '\n'},
        {AT_FIRST_ADDRESS + 1, 0x7f},
        {AT_FIRST_ADDRESS + 1, 0},
    };
    static const size_t IDS[] = {AT_ROOT, AT_INVITER, AT_NODE_ID};
    pln_buf_t body = small_body();
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        uint8_t right = body.data[BAD[i].at];
        body.data[BAD[i].at] = BAD[i].value;
        assert_int_equal(decode_body(body.data, body.size), PLN_EMALFORMED);
        body.data[BAD[i].at] = right;
    }
    for (size_t i = 0; i < sizeof IDS / sizeof IDS[0]; i++) {
        body.data[IDS[i] + 31] ^= 0x80;  // the other key with the same CURVE key
        assert_int_equal(decode_body(body.data, body.size), PLN_EMALFORMED);
        body.data[IDS[i] + 31] ^= 0x80;
    }
    memcpy(body.data + AT_SEED, bad_seed, sizeof bad_seed);
    assert_int_equal(decode_body(body.data, body.size), PLN_EMALFORMED);
    memcpy(body.data + AT_SEED, good_seed, sizeof good_seed);
    assert_int_equal(decode_body(body.data, body.size), PLN_OK);
    pln_buf_free(&body);
}

static void ticket_that_is_bound_needs_a_valid_id(void **state)
{
    (void)state;
    pln_buf_t body = small_body(), bound = {0};
    pln_buf_add(&bound, body.data, AT_BOUND);
    pln_buf_u8(&bound, 1);
    pln_buf_add(&bound, ids[4].bytes, 32);
    pln_buf_add(&bound, body.data + AT_NODES, body.size - AT_NODES);
    assert_int_equal(decode_body(bound.data, bound.size), PLN_OK);
    bound.data[AT_BOUND + 32] ^= 0x80;
    assert_int_equal(decode_body(bound.data, bound.size), PLN_EMALFORMED);
    pln_buf_free(&bound);
    pln_buf_free(&body);
}

static void join_text_is_network_ticket_node_inviter(void **state)
{
    (void)state;
    pln_network_id_t network;
    uint8_t text[128];
    memset(network.bytes, 0x4e, sizeof network.bytes);
    pln_join_text(&network, &ids[0], &ids[1], &ids[2], text);
    assert_memory_equal(text, network.bytes, 32);
    assert_memory_equal(text + 32, ids[0].bytes, 32);
    assert_memory_equal(text + 64, ids[1].bytes, 32);
    assert_memory_equal(text + 96, ids[2].bytes, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticket_reads_what_it_wrote),
        cmocka_unit_test(ticket_may_name_nodes_without_addresses_and_no_texts),
        cmocka_unit_test(ticket_case_makes_no_difference),
        cmocka_unit_test(ticket_survives_what_mail_does_to_long_words),
        cmocka_unit_test(ticket_is_found_within_a_letter),
        cmocka_unit_test(ticket_takes_a_typographic_dash_for_its_own),
        cmocka_unit_test(ticket_with_any_one_wrong_character_is_a_typo),
        cmocka_unit_test(ticket_with_two_characters_swapped_is_a_typo),
        cmocka_unit_test(ticket_without_its_end_is_truncated),
        cmocka_unit_test(ticket_with_a_character_missing_or_too_many_within_is_no_good),
        cmocka_unit_test(ticket_of_a_later_kind_asks_for_an_update),
        cmocka_unit_test(ticket_is_not_seen_in_other_texts),
        cmocka_unit_test(ticket_beyond_the_longest_text_is_not_looked_for),
        cmocka_unit_test(ticket_is_written_as_its_header_says),
        cmocka_unit_test(ticket_refuses_bodies_that_end_early_or_go_on),
        cmocka_unit_test(ticket_refuses_bytes_that_break_a_rule),
        cmocka_unit_test(ticket_that_is_bound_needs_a_valid_id),
        cmocka_unit_test(join_text_is_network_ticket_node_inviter),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, make_ids, NULL);
}
