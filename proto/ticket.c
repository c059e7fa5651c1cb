// SPDX-License-Identifier: MPL-2.0
// Reading goes through three sieves: which characters of the text belong to the ticket, which bytes
// they spell, what the bytes say. Each has its own way to fail, so that a person hears what to do:
// copy the rest of it, copy it again, or look for the right line.
#include "ticket.h"

#include <assert.h>
#include <string.h>

#include "hash.h"

#define PREFIX "PLN"
#define VERSION 1u
#define CHECK_SIZE 4u
#define GUARD_SIZE 2u  // of version and size, so that a typo in them is not taken for a lost end
#define START_SIZE (1u + 2u + GUARD_SIZE)
#define BYTES_MAX (PLN_TICKET_TEXT_MAX * 5u / 8u)

static const char ALPHABET[] = "abcdefghijklmnopqrstuvwxyz234567";

/* ---- writing ---- */

static void write_text(pln_buf_t *body, const char *text, size_t max)
{
    size_t size = strlen(text);
    assert(size <= max);
    pln_buf_u8(body, (uint8_t)size);
    pln_buf_add(body, text, size);
}

static void write_node(pln_buf_t *body, const pln_ticket_node_t *node)
{
    assert(node->address_count <= PLN_TICKET_ADDRESSES_MAX);
    pln_buf_add(body, node->id.bytes, sizeof node->id.bytes);
    pln_buf_u8(body, (uint8_t)node->address_count);
    for (uint32_t i = 0; i < node->address_count; i++) {
        write_text(body, node->addresses[i], PLN_ADDRESS_MAX);
    }
}

static void write_body(const pln_ticket_t *ticket, pln_buf_t *body)
{
    assert(ticket->node_count >= 1);
    assert(ticket->node_count <= PLN_TICKET_NODES_MAX);
    assert(ticket->role >= PLN_ROLE_READER);
    assert(ticket->role <= PLN_ROLE_COORDINATOR);
    pln_buf_add(body, ticket->network.bytes, sizeof ticket->network.bytes);
    pln_buf_add(body, ticket->root.bytes, sizeof ticket->root.bytes);
    pln_buf_add(body, ticket->inviter.bytes, sizeof ticket->inviter.bytes);
    pln_buf_add(body, ticket->seed, sizeof ticket->seed);
    pln_buf_u8(body, (uint8_t)ticket->role);
    pln_buf_u48(body, ticket->expiry_ms);
    write_text(body, ticket->title, PLN_NAME_MAX);
    write_text(body, ticket->label, PLN_NAME_MAX);
    pln_buf_u8(body, ticket->bound ? 1 : 0);
    if (ticket->bound) {
        pln_buf_add(body, ticket->bound_to.bytes, sizeof ticket->bound_to.bytes);
    }
    pln_buf_u8(body, (uint8_t)ticket->node_count);
    for (uint32_t i = 0; i < ticket->node_count; i++) {
        write_node(body, &ticket->nodes[i]);
    }
}

static void hash_bytes(const uint8_t *data, size_t size, pln_hash_t *out)
{
    pln_hash(PLN_DOMAIN_TICKET, data, size, out);
}

static void write_base32(pln_span_t bytes, pln_buf_t *text)
{
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        bits = bits << 8 | bytes.data[i];
        for (held += 8; held >= 5; held -= 5) {
            pln_buf_u8(text, (uint8_t)ALPHABET[bits >> (held - 5) & 31]);
        }
    }
    if (held > 0) {
        pln_buf_u8(text, (uint8_t)ALPHABET[bits << (5 - held) & 31]);
    }
}

void pln_ticket_encode(const pln_ticket_t *ticket, pln_buf_t *text)
{
    pln_buf_t bytes = {0};
    pln_hash_t hash;
    assert(ticket->expiry_ms <= PLN_TIME_MAX);
    uint8_t *start = pln_buf_grow(&bytes, START_SIZE);
    memset(start, 0, START_SIZE);
    write_body(ticket, &bytes);
    assert(bytes.size + CHECK_SIZE <= BYTES_MAX);
    bytes.data[0] = VERSION;
    pln_put_u16(bytes.data + 1, (uint16_t)bytes.size);
    hash_bytes(bytes.data, START_SIZE - GUARD_SIZE, &hash);
    memcpy(bytes.data + START_SIZE - GUARD_SIZE, hash.bytes, GUARD_SIZE);
    hash_bytes(bytes.data, bytes.size, &hash);
    pln_buf_add(&bytes, hash.bytes, CHECK_SIZE);
    pln_buf_add(text, PREFIX "1-", strlen(PREFIX "1-"));
    write_base32(pln_buf_span(&bytes), text);
    sodium_memzero(bytes.data, bytes.size);  // it holds the one-time key
    pln_buf_free(&bytes);
}

/* ---- which characters count ---- */

// What mail programs, editors and web pages put between the letters of a long word.
static const struct {
    uint32_t from, to;
} IGNORED[] = {
    {0x09, 0x0d},     {0x20, 0x20},     {'=', '='},       {'>', '>'},       {0x85, 0x85},
    {0xa0, 0xa0},     {0xad, 0xad},     {0x034f, 0x034f}, {0x061c, 0x061c}, {0x1680, 0x1680},
    {0x180e, 0x180e}, {0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f}, {0x3000, 0x3000},
    {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
};

static bool ignored(uint32_t point)
{
    for (size_t i = 0; i < sizeof IGNORED / sizeof IGNORED[0]; i++) {
        if (point >= IGNORED[i].from && point <= IGNORED[i].to) {
            return true;
        }
    }
    return false;
}

// A code point of up to three bytes; of anything else one byte, as a point that is never ignored.
static uint32_t next_point(pln_reader_t *reader)
{
    const uint8_t *at = reader->span.data + reader->at;
    size_t left = pln_reader_left(reader);
    if (left >= 2 && (at[0] & 0xe0) == 0xc0 && (at[1] & 0xc0) == 0x80) {
        (void)pln_read_span(reader, 2);
        return (uint32_t)(at[0] & 0x1f) << 6 | (at[1] & 0x3f);
    }
    if (left >= 3 && (at[0] & 0xf0) == 0xe0 && (at[1] & 0xc0) == 0x80 && (at[2] & 0xc0) == 0x80) {
        (void)pln_read_span(reader, 3);
        return (uint32_t)(at[0] & 0x0f) << 12 | (uint32_t)(at[1] & 0x3f) << 6 | (at[2] & 0x3f);
    }
    uint8_t byte = pln_read_u8(reader);
    return byte < 0x80 ? byte : UINT32_MAX;
}

// The next character that is not ignored, in lower case; 0 at the end; '?' for any that is not
// ASCII.
static char next_character(pln_reader_t *reader)
{
    while (pln_reader_left(reader) > 0) {
        uint32_t point = next_point(reader);
        if (ignored(point)) {
            continue;
        }
        if ((point >= 0x2010 && point <= 0x2015) || point == 0x2212) {
            return '-';
        }
        if (point == 0 || point >= 0x80) {
            return '?';
        }
        return (char)(point >= 'A' && point <= 'Z' ? point - 'A' + 'a' : point);
    }
    return 0;
}

// Leaves @reader behind the "PLN1-" that a ticket begins with, wherever it stands in the text.
static pln_err_t find_prefix(pln_reader_t *reader)
{
    while (pln_reader_left(reader) > 0) {
        pln_reader_t trial = *reader;
        char first = next_character(&trial);
        *reader = trial;
        if (first != 'p' || next_character(&trial) != 'l' || next_character(&trial) != 'n') {
            continue;
        }
        char version = next_character(&trial);
        if (version < '0' || version > '9' || next_character(&trial) != '-') {
            continue;
        }
        *reader = trial;
        return version == '1' ? PLN_OK : PLN_EVERSION;
    }
    return PLN_EMALFORMED;
}

/* ---- which bytes they spell ---- */

static pln_err_t next_digit(pln_reader_t *reader, uint8_t *out)
{
    char character = next_character(reader);
    if (character == 0) {
        return PLN_ETRUNCATED;
    }
    const char *digit = strchr(ALPHABET, character);
    if (digit == NULL) {
        return PLN_ESIGNATURE;
    }
    *out = (uint8_t)(digit - ALPHABET);
    return PLN_OK;
}

// Exactly @size bytes, from ceil(size * 8 / 5) characters whose spare bits are zero.
static pln_err_t read_base32(pln_reader_t *reader, uint8_t *out, size_t size)
{
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < size; i++) {
        for (; held < 8; held += 5) {
            uint8_t digit = 0;
            PLN_TRY(next_digit(reader, &digit));
            bits = bits << 5 | digit;
        }
        held -= 8;
        out[i] = (uint8_t)(bits >> held);
    }
    return (bits & ((1u << held) - 1)) == 0 ? PLN_OK : PLN_ESIGNATURE;
}

/* ---- what the bytes say ---- */

static void require(pln_reader_t *reader, bool condition)
{
    reader->failed = reader->failed || !condition;
}

static void read_id(pln_reader_t *reader, pln_id_t *out)
{
    pln_read_into(reader, out->bytes, sizeof out->bytes);
    require(reader, !reader->failed && pln_id_check(out) == PLN_OK);
}

static void read_text(pln_reader_t *reader, char *out, size_t max)
{
    size_t size = pln_read_u8(reader);
    require(reader, size <= max);
    pln_span_t text = pln_read_span(reader, reader->failed ? 0 : size);
    require(reader, !reader->failed && pln_utf8_valid(text));
    if (!reader->failed && size > 0) {
        memcpy(out, text.data, size);
    }
}

static void read_address(pln_reader_t *reader, char *out)
{
    read_text(reader, out, PLN_ADDRESS_MAX);
    require(reader, out[0] != '\0');
    for (const char *at = out; *at != '\0'; at++) {
        require(reader, *at > ' ' && *at < 0x7f);
    }
}

static void read_nodes(pln_reader_t *reader, pln_ticket_t *out)
{
    out->node_count = pln_read_u8(reader);
    require(reader, out->node_count >= 1 && out->node_count <= PLN_TICKET_NODES_MAX);
    for (uint32_t i = 0; i < out->node_count && !reader->failed; i++) {
        pln_ticket_node_t *node = &out->nodes[i];
        read_id(reader, &node->id);
        node->address_count = pln_read_u8(reader);
        require(reader, node->address_count <= PLN_TICKET_ADDRESSES_MAX);
        for (uint32_t j = 0; j < node->address_count && !reader->failed; j++) {
            read_address(reader, node->addresses[j]);
        }
    }
}

// R7: the seed must give a key that can be dialled with.
static bool seed_valid(const uint8_t seed[PLN_SEED_SIZE])
{
    pln_identity_t identity;
    bool valid = pln_identity_derive(seed, &identity) == PLN_OK;
    sodium_memzero(&identity, sizeof identity);
    return valid;
}

static pln_err_t read_body(pln_span_t body, pln_ticket_t *out)
{
    pln_reader_t reader = pln_reader(body);
    memset(out, 0, sizeof *out);
    pln_read_into(&reader, out->network.bytes, sizeof out->network.bytes);
    read_id(&reader, &out->root);
    read_id(&reader, &out->inviter);
    pln_read_into(&reader, out->seed, sizeof out->seed);
    uint8_t role = pln_read_u8(&reader);
    require(&reader, role >= PLN_ROLE_READER && role <= PLN_ROLE_COORDINATOR);
    out->role = (pln_role_t)role;
    out->expiry_ms = pln_read_u48(&reader);
    read_text(&reader, out->title, PLN_NAME_MAX);
    read_text(&reader, out->label, PLN_NAME_MAX);
    uint8_t bound = pln_read_u8(&reader);
    require(&reader, bound <= 1);
    out->bound = bound == 1;
    if (out->bound) {
        read_id(&reader, &out->bound_to);
    }
    read_nodes(&reader, out);
    bool sound = pln_reader_end(&reader) == PLN_OK && seed_valid(out->seed);
    return sound ? PLN_OK : PLN_EMALFORMED;
}

static bool hash_begins(const uint8_t *data, size_t size, const uint8_t *begin, size_t begin_size)
{
    pln_hash_t hash;
    hash_bytes(data, size, &hash);
    return memcmp(hash.bytes, begin, begin_size) == 0;
}

static pln_err_t read_bytes(pln_reader_t *reader, uint8_t bytes[BYTES_MAX], size_t *size)
{
    PLN_TRY(read_base32(reader, bytes, START_SIZE));
    if (!hash_begins(bytes, START_SIZE - GUARD_SIZE, bytes + START_SIZE - GUARD_SIZE, GUARD_SIZE)) {
        return PLN_ESIGNATURE;
    }
    if (bytes[0] != VERSION) {
        return PLN_EVERSION;
    }
    *size = pln_get_u16(bytes + 1);
    if (*size < START_SIZE || *size + CHECK_SIZE > BYTES_MAX) {
        return PLN_EMALFORMED;
    }
    PLN_TRY(read_base32(reader, bytes + START_SIZE, *size - START_SIZE + CHECK_SIZE));
    return hash_begins(bytes, *size, bytes + *size, CHECK_SIZE) ? PLN_OK : PLN_ESIGNATURE;
}

pln_err_t pln_ticket_decode(pln_span_t text, pln_ticket_t *out)
{
    uint8_t bytes[BYTES_MAX];
    size_t size = 0;
    pln_reader_t reader = pln_reader(text);
    if (text.size > PLN_TICKET_TEXT_MAX) {
        reader.span.size = PLN_TICKET_TEXT_MAX;
    }
    PLN_TRY(find_prefix(&reader));
    pln_err_t error = read_bytes(&reader, bytes, &size);
    if (error == PLN_OK) {
        error = read_body(PLN_SPAN(bytes + START_SIZE, size - START_SIZE), out);
    }
    sodium_memzero(bytes, sizeof bytes);
    return error;
}

const char *pln_ticket_problem(pln_err_t error)
{
    switch (error) {
        case PLN_ETRUNCATED:
            return "the ticket ends too early: copy the whole text";
        case PLN_ESIGNATURE:
            return "the ticket has a wrong or missing character: copy it again";
        case PLN_EVERSION:
            return "the ticket is of a later kind: update plnd on this machine";
        default:
            return "that is no ticket: it begins with PLN1-";
    }
}

void pln_join_text(const pln_network_id_t *network, const pln_id_t *ticket, const pln_id_t *node,
                   const pln_id_t *inviter, uint8_t out[128])
{
    memcpy(out, network->bytes, 32);
    memcpy(out + 32, ticket->bytes, 32);
    memcpy(out + 64, node->bytes, 32);
    memcpy(out + 96, inviter->bytes, 32);
}
