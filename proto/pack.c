// SPDX-License-Identifier: MPL-2.0
#include "pack.h"

#include <assert.h>
#include <msgpack/pack.h>
#include <string.h>

/* Reading. */

/** What may follow a lead byte. */
typedef enum {
    FORM_NONE,
    FORM_FIXED,
    FORM_UINT,
    FORM_INT,
    FORM_FLOAT,
    FORM_SPAN,
    FORM_COUNT
} form_t;

/** A lead byte with @width bytes of value, length or count behind it. It is the shortest spelling
 * iff that number (of negative integers: its complement) is at least @least. */
typedef struct {
    form_t form;
    pln_pack_type_t type;
    uint8_t width;
    uint64_t least;
} spelling_t;

/* 0xc1 is no value; ext (0xc7-9, 0xd4-8) and float32 (0xca) have no place in pln. */
static const spelling_t spellings[0x20] = {
    [0x00] = {FORM_FIXED, PLN_PACK_NIL, 0, 0},
    [0x02] = {FORM_FIXED, PLN_PACK_BOOL, 0, 0},
    [0x03] = {FORM_FIXED, PLN_PACK_BOOL, 0, 0},
    [0x04] = {FORM_SPAN, PLN_PACK_BIN, 1, 0},
    [0x05] = {FORM_SPAN, PLN_PACK_BIN, 2, 0x100},
    [0x06] = {FORM_SPAN, PLN_PACK_BIN, 4, 0x10000},
    [0x0b] = {FORM_FLOAT, PLN_PACK_FLOAT, 8, 0},
    [0x0c] = {FORM_UINT, PLN_PACK_UINT, 1, 0x80},
    [0x0d] = {FORM_UINT, PLN_PACK_UINT, 2, 0x100},
    [0x0e] = {FORM_UINT, PLN_PACK_UINT, 4, 0x10000},
    [0x0f] = {FORM_UINT, PLN_PACK_UINT, 8, 0x100000000},
    [0x10] = {FORM_INT, PLN_PACK_INT, 1, 0x20},
    [0x11] = {FORM_INT, PLN_PACK_INT, 2, 0x80},
    [0x12] = {FORM_INT, PLN_PACK_INT, 4, 0x8000},
    [0x13] = {FORM_INT, PLN_PACK_INT, 8, 0x80000000},
    [0x19] = {FORM_SPAN, PLN_PACK_STR, 1, 0x20},
    [0x1a] = {FORM_SPAN, PLN_PACK_STR, 2, 0x100},
    [0x1b] = {FORM_SPAN, PLN_PACK_STR, 4, 0x10000},
    [0x1c] = {FORM_COUNT, PLN_PACK_ARRAY, 2, 0x10},
    [0x1d] = {FORM_COUNT, PLN_PACK_ARRAY, 4, 0x10000},
    [0x1e] = {FORM_COUNT, PLN_PACK_MAP, 2, 0x10},
    [0x1f] = {FORM_COUNT, PLN_PACK_MAP, 4, 0x10000},
};

pln_unpack_t pln_unpack(pln_span_t span)
{
    return (pln_unpack_t){.bytes = pln_reader(span), .error = PLN_OK};
}

void pln_unpack_fail(pln_unpack_t *in, pln_err_t error)
{
    assert(error != PLN_OK);
    if (in->error == PLN_OK) {
        in->error = error;
    }
}

/** The nil that every read gives after a failure. */
static pln_token_t refuse(pln_unpack_t *in, pln_err_t error)
{
    pln_unpack_fail(in, error);
    return (pln_token_t){.type = PLN_PACK_NIL};
}

/** A str or bin of @size bytes: they must be there, and a str must be text. */
static pln_token_t read_span(pln_unpack_t *in, pln_pack_type_t type, uint32_t size)
{
    pln_span_t span = pln_read_span(&in->bytes, size);
    if (in->bytes.failed) {
        return refuse(in, PLN_ETRUNCATED);
    }
    if (type == PLN_PACK_STR && !pln_utf8_valid(span)) {
        return refuse(in, PLN_EMALFORMED);
    }
    return (pln_token_t){.type = type, .as.span = span};
}

/** An array or map: each element takes a byte at least, so a count beyond the rest is a lie. */
static pln_token_t read_count(pln_unpack_t *in, pln_pack_type_t type, uint32_t count)
{
    uint64_t elements = type == PLN_PACK_MAP ? (uint64_t)count * 2 : count;
    if (elements > pln_reader_left(&in->bytes)) {
        return refuse(in, PLN_ETRUNCATED);
    }
    return (pln_token_t){.type = type, .as.count = count};
}

/** @width (0, 1, 2, 4 or 8) bytes as a number. */
static uint64_t read_number(pln_reader_t *bytes, uint8_t width)
{
    uint64_t number = 0;
    for (uint8_t i = 0; i < width; i++) {
        number = number << 8 | pln_read_u8(bytes);
    }
    return number;
}

static pln_token_t read_float(pln_unpack_t *in, uint64_t bits)
{
    if ((bits & 0x7fffffffffffffff) > 0x7ff0000000000000) {
        return refuse(in, PLN_EMALFORMED); /* NaN: many spellings, equal to none */
    }
    pln_token_t token = {.type = PLN_PACK_FLOAT};
    memcpy(&token.as.real, &bits, sizeof bits);
    return token;
}

/** A negative integer of @width bytes: the sign bit must be set and the shorter form too short. */
static pln_token_t read_negative(pln_unpack_t *in, const spelling_t *spelling, uint64_t number)
{
    unsigned bits = spelling->width * 8u;
    if (number >> (bits - 1) == 0) {
        return refuse(in, PLN_EMALFORMED);
    }
    uint64_t extended = bits == 64 ? number : number | UINT64_MAX << bits;
    if (~extended < spelling->least) {
        return refuse(in, PLN_EMALFORMED);
    }
    return (pln_token_t){.type = PLN_PACK_INT, .as.sint = -(int64_t)~extended - 1};
}

/** Lead bytes 0xc0 to 0xdf. */
static pln_token_t read_wide(pln_unpack_t *in, uint8_t lead)
{
    const spelling_t *spelling = &spellings[lead - 0xc0];
    uint64_t number = read_number(&in->bytes, spelling->width);
    if (in->bytes.failed) {
        return refuse(in, PLN_ETRUNCATED);
    }
    if (spelling->form == FORM_INT) {
        return read_negative(in, spelling, number);
    }
    if (number < spelling->least) {
        return refuse(in, PLN_EMALFORMED);
    }
    switch (spelling->form) {
        case FORM_FIXED:
            return (pln_token_t){.type = spelling->type, .as.boolean = lead == 0xc3};
        case FORM_UINT:
            return (pln_token_t){.type = PLN_PACK_UINT, .as.uint = number};
        case FORM_FLOAT:
            return read_float(in, number);
        case FORM_SPAN:
            return read_span(in, spelling->type, (uint32_t)number);
        case FORM_COUNT:
            return read_count(in, spelling->type, (uint32_t)number);
        case FORM_INT:
        case FORM_NONE:
            break;
    }
    return refuse(in, PLN_EMALFORMED);
}

pln_token_t pln_unpack_next(pln_unpack_t *in)
{
    if (in->error != PLN_OK) {
        return refuse(in, in->error);
    }
    uint8_t lead = pln_read_u8(&in->bytes);
    if (in->bytes.failed) {
        return refuse(in, PLN_ETRUNCATED);
    }
    if (lead < 0x80) {
        return (pln_token_t){.type = PLN_PACK_UINT, .as.uint = lead};
    }
    if (lead < 0x90) {
        return read_count(in, PLN_PACK_MAP, lead & 0x0f);
    }
    if (lead < 0xa0) {
        return read_count(in, PLN_PACK_ARRAY, lead & 0x0f);
    }
    if (lead < 0xc0) {
        return read_span(in, PLN_PACK_STR, lead & 0x1f);
    }
    if (lead < 0xe0) {
        return read_wide(in, lead);
    }
    return (pln_token_t){.type = PLN_PACK_INT, .as.sint = (int64_t)lead - 0x100};
}

/** The next token, which must be a @type: what every typed read starts with. */
static pln_token_t expect(pln_unpack_t *in, pln_pack_type_t type)
{
    pln_token_t token = pln_unpack_next(in);
    if (in->error != PLN_OK || token.type != type) {
        (void)refuse(in, PLN_EMALFORMED);
        return (pln_token_t){.type = type, .as.span = {NULL, 0}};
    }
    return token;
}

uint64_t pln_unpack_uint(pln_unpack_t *in)
{
    return pln_unpack_uint_max(in, UINT64_MAX);
}

uint64_t pln_unpack_uint_max(pln_unpack_t *in, uint64_t max)
{
    uint64_t value = expect(in, PLN_PACK_UINT).as.uint;
    if (value > max) {
        pln_unpack_fail(in, PLN_EMALFORMED);
        return 0;
    }
    return value;
}

bool pln_unpack_bool(pln_unpack_t *in)
{
    return expect(in, PLN_PACK_BOOL).as.boolean;
}

pln_span_t pln_unpack_bin(pln_unpack_t *in)
{
    return expect(in, PLN_PACK_BIN).as.span;
}

void pln_unpack_fixed(pln_unpack_t *in, void *out, size_t size)
{
    pln_span_t span = pln_unpack_bin(in);
    if (span.size != size) {
        pln_unpack_fail(in, PLN_EMALFORMED);
    }
    if (in->error == PLN_OK) {
        memcpy(out, span.data, size);
    } else {
        memset(out, 0, size);
    }
}

pln_span_t pln_unpack_str(pln_unpack_t *in, size_t max)
{
    pln_span_t span = expect(in, PLN_PACK_STR).as.span;
    if (span.size > max) {
        pln_unpack_fail(in, PLN_EMALFORMED);
        return (pln_span_t){NULL, 0};
    }
    return span;
}

static uint32_t expect_count(pln_unpack_t *in, pln_pack_type_t type, uint32_t max)
{
    uint32_t count = expect(in, type).as.count;
    if (count > max) {
        pln_unpack_fail(in, PLN_EMALFORMED);
        return 0;
    }
    return count;
}

uint32_t pln_unpack_array(pln_unpack_t *in, uint32_t max)
{
    return expect_count(in, PLN_PACK_ARRAY, max);
}

uint32_t pln_unpack_map(pln_unpack_t *in, uint32_t max)
{
    return expect_count(in, PLN_PACK_MAP, max);
}

bool pln_unpack_nil(pln_unpack_t *in)
{
    if (in->error != PLN_OK || pln_reader_left(&in->bytes) == 0 ||
        in->bytes.span.data[in->bytes.at] != 0xc0) {
        return false;
    }
    in->bytes.at++;
    return true;
}

uint64_t pln_unpack_key(pln_unpack_t *in, int64_t *last)
{
    uint64_t key = pln_unpack_uint_max(in, INT64_MAX);
    if (in->error == PLN_OK && (int64_t)key <= *last) {
        pln_unpack_fail(in, PLN_EMALFORMED);
    }
    if (in->error != PLN_OK) {
        return 0;
    }
    *last = (int64_t)key;
    return key;
}

/** Recursion is bounded by the depth, work by the bytes: every element takes one at least. */
static void skip(pln_unpack_t *in, unsigned depth)
{
    pln_token_t token = pln_unpack_next(in);
    if (token.type != PLN_PACK_ARRAY && token.type != PLN_PACK_MAP) {
        return;
    }
    if (depth == PLN_PACK_DEPTH_MAX) {
        pln_unpack_fail(in, PLN_EMALFORMED);
        return;
    }
    int64_t last = -1;
    for (uint32_t i = 0; i < token.as.count && in->error == PLN_OK; i++) {
        if (token.type == PLN_PACK_MAP) {
            (void)pln_unpack_key(in, &last);
        }
        skip(in, depth + 1);
    }
}

void pln_unpack_skip(pln_unpack_t *in)
{
    skip(in, 0);
}

pln_err_t pln_unpack_end(const pln_unpack_t *in)
{
    if (in->error != PLN_OK) {
        return in->error;
    }
    return pln_reader_end(&in->bytes);
}

pln_err_t pln_pack_check(pln_span_t span)
{
    pln_unpack_t in = pln_unpack(span);
    pln_unpack_skip(&in);
    return pln_unpack_end(&in);
}

/* Writing: msgpack-c chooses the shortest form of integers, lengths and counts by itself. */

static int append(void *out, const char *data, size_t size)
{
    pln_buf_add(out, data, size);
    return 0;
}

static msgpack_packer packer(pln_buf_t *out)
{
    return (msgpack_packer){.data = out, .callback = append};
}

void pln_pack_nil(pln_buf_t *out)
{
    msgpack_packer pack = packer(out);
    (void)msgpack_pack_nil(&pack);
}

void pln_pack_bool(pln_buf_t *out, bool v)
{
    msgpack_packer pack = packer(out);
    (void)(v ? msgpack_pack_true(&pack) : msgpack_pack_false(&pack));
}

void pln_pack_uint(pln_buf_t *out, uint64_t v)
{
    msgpack_packer pack = packer(out);
    (void)msgpack_pack_uint64(&pack, v);
}

void pln_pack_int(pln_buf_t *out, int64_t v)
{
    msgpack_packer pack = packer(out);
    (void)msgpack_pack_int64(&pack, v);
}

void pln_pack_float(pln_buf_t *out, double v)
{
    assert(v == v); /* not NaN */
    msgpack_packer pack = packer(out);
    (void)msgpack_pack_double(&pack, v);
}

void pln_pack_str(pln_buf_t *out, pln_span_t text)
{
    assert(text.size <= UINT32_MAX);
    assert(pln_utf8_valid(text));
    msgpack_packer pack = packer(out);
    (void)msgpack_pack_str(&pack, text.size);
    pln_buf_add(out, text.data, text.size);
}

void pln_pack_cstr(pln_buf_t *out, const char *text)
{
    pln_pack_str(out, PLN_SPAN(text, strlen(text)));
}

void pln_pack_bin(pln_buf_t *out, const void *data, size_t size)
{
    pln_pack_bin_header(out, size);
    pln_buf_add(out, data, size);
}

void pln_pack_bin_header(pln_buf_t *out, size_t size)
{
    assert(size <= UINT32_MAX);
    msgpack_packer pack = packer(out);
    (void)msgpack_pack_bin(&pack, size);
}

void pln_pack_array(pln_buf_t *out, uint32_t count)
{
    msgpack_packer pack = packer(out);
    (void)msgpack_pack_array(&pack, count);
}

void pln_pack_map(pln_buf_t *out, uint32_t pairs)
{
    msgpack_packer pack = packer(out);
    (void)msgpack_pack_map(&pack, pairs);
}
