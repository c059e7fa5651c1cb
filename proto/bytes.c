// SPDX-License-Identifier: MPL-2.0
#include "bytes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Memory: out of it, there is nothing sensible left to do, and no path for it that a test would
 * reach. */

static void *checked(void *memory)
{
    if (memory == NULL) {
        abort();
    }
    return memory;
}

void *pln_alloc(size_t size)
{
    return checked(malloc(size > 0 ? size : 1));
}

void *pln_alloc_zero(size_t count, size_t size)
{
    return checked(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *pln_realloc(void *old, size_t size)
{
    return checked(realloc(old, size > 0 ? size : 1));
}

char *pln_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(pln_alloc(size), text, size);
}

/* Reading. */

pln_reader_t pln_reader(pln_span_t span)
{
    assert(span.data != NULL || span.size == 0);
    if (span.data == NULL) {
        span = PLN_SPAN("", 0); /* so that a read of nothing is an address, not NULL + 0 */
    }
    return (pln_reader_t){.span = span};
}

size_t pln_reader_left(const pln_reader_t *reader)
{
    return reader->failed ? 0 : reader->span.size - reader->at;
}

/** The next @size bytes, or NULL and failed for good. Every read goes through here. */
static const uint8_t *take(pln_reader_t *reader, size_t size)
{
    if (reader->failed || size > reader->span.size - reader->at) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *p = reader->span.data + reader->at;
    reader->at += size;
    return p;
}

uint8_t pln_read_u8(pln_reader_t *reader)
{
    const uint8_t *p = take(reader, 1);
    return p != NULL ? *p : 0;
}

uint16_t pln_read_u16(pln_reader_t *reader)
{
    const uint8_t *p = take(reader, 2);
    return p != NULL ? pln_get_u16(p) : 0;
}

uint32_t pln_read_u32(pln_reader_t *reader)
{
    const uint8_t *p = take(reader, 4);
    return p != NULL ? pln_get_u32(p) : 0;
}

uint64_t pln_read_u48(pln_reader_t *reader)
{
    const uint8_t *p = take(reader, 6);
    return p != NULL ? pln_get_u48(p) : 0;
}

uint64_t pln_read_u64(pln_reader_t *reader)
{
    const uint8_t *p = take(reader, 8);
    return p != NULL ? pln_get_u64(p) : 0;
}

pln_span_t pln_read_span(pln_reader_t *reader, size_t size)
{
    const uint8_t *p = take(reader, size);
    return (pln_span_t){p, p != NULL ? size : 0};
}

void pln_read_into(pln_reader_t *reader, void *out, size_t size)
{
    const uint8_t *p = take(reader, size);
    if (p != NULL) {
        memcpy(out, p, size);
    } else {
        memset(out, 0, size);
    }
}

pln_err_t pln_reader_end(const pln_reader_t *reader)
{
    if (reader->failed) {
        return PLN_ETRUNCATED;
    }
    return reader->at == reader->span.size ? PLN_OK : PLN_EMALFORMED;
}

/* Writing. */

#define BUF_CAPACITY_MIN 64u

void pln_buf_free(pln_buf_t *buf)
{
    free(buf->data);
    *buf = (pln_buf_t){0};
}

void pln_buf_clear(pln_buf_t *buf)
{
    buf->size = 0;
}

uint8_t *pln_buf_grow(pln_buf_t *buf, size_t size)
{
    assert(size <= SIZE_MAX / 2 - buf->size);
    size_t need = buf->size + size;
    if (need > buf->capacity || buf->data == NULL) {
        size_t capacity = buf->capacity * 2;
        if (capacity < need) {
            capacity = need;
        }
        if (capacity < BUF_CAPACITY_MIN) {
            capacity = BUF_CAPACITY_MIN;
        }
        buf->data = pln_realloc(buf->data, capacity);
        buf->capacity = capacity;
    }
    uint8_t *p = buf->data + buf->size;
    buf->size = need;
    return p;
}

void pln_buf_add(pln_buf_t *buf, const void *data, size_t size)
{
    if (size > 0) {
        memcpy(pln_buf_grow(buf, size), data, size);
    }
}

void pln_buf_u8(pln_buf_t *buf, uint8_t v)
{
    *pln_buf_grow(buf, 1) = v;
}

void pln_buf_u16(pln_buf_t *buf, uint16_t v)
{
    pln_put_u16(pln_buf_grow(buf, 2), v);
}

void pln_buf_u32(pln_buf_t *buf, uint32_t v)
{
    pln_put_u32(pln_buf_grow(buf, 4), v);
}

void pln_buf_u48(pln_buf_t *buf, uint64_t v)
{
    assert(v >> 48 == 0);
    pln_put_u48(pln_buf_grow(buf, 6), v);
}

void pln_buf_u64(pln_buf_t *buf, uint64_t v)
{
    pln_put_u64(pln_buf_grow(buf, 8), v);
}

pln_span_t pln_buf_span(const pln_buf_t *buf)
{
    return (pln_span_t){buf->data, buf->size};
}

/* Text. */

void pln_hex(const void *data, size_t size, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}

/** Value of a hex digit, 16 for any other character. */
static uint8_t hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return (uint8_t)(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return (uint8_t)(c - 'a' + 10);
    }
    if (c >= 'A' && c <= 'F') {
        return (uint8_t)(c - 'A' + 10);
    }
    return 16;
}

pln_err_t pln_unhex(const char *text, void *out, size_t size)
{
    uint8_t *bytes = out;
    for (size_t i = 0; i < size; i++) {
        uint8_t high = hex_digit(text[2 * i]);
        if (high > 15) {
            return PLN_EMALFORMED; /* before the second digit: the text may end here */
        }
        uint8_t low = hex_digit(text[2 * i + 1]);
        if (low > 15) {
            return PLN_EMALFORMED;
        }
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return text[2 * size] == '\0' ? PLN_OK : PLN_EMALFORMED;
}

/** What a UTF-8 lead byte asks for: how many bytes follow, and the range of the first of them,
 * which is where overlong forms, surrogates and values past U+10FFFF show. */
typedef struct {
    uint8_t lead_min, lead_max, more, next_min, next_max;
} utf8_row_t;

static const utf8_row_t utf8_rows[] = {
    {0x01, 0x7f, 0, 0x00, 0x00}, {0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf},
    {0xe1, 0xec, 2, 0x80, 0xbf}, {0xed, 0xed, 2, 0x80, 0x9f}, {0xee, 0xef, 2, 0x80, 0xbf},
    {0xf0, 0xf0, 3, 0x90, 0xbf}, {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
};

static const utf8_row_t *utf8_row(uint8_t lead)
{
    for (size_t i = 0; i < sizeof utf8_rows / sizeof utf8_rows[0]; i++) {
        if (lead >= utf8_rows[i].lead_min && lead <= utf8_rows[i].lead_max) {
            return &utf8_rows[i];
        }
    }
    return NULL;
}

bool pln_utf8_valid(pln_span_t text)
{
    size_t at = 0;
    while (at < text.size) {
        const utf8_row_t *lead = utf8_row(text.data[at]);
        if (lead == NULL || lead->more > text.size - at - 1) {
            return false;
        }
        for (size_t i = 1; i <= lead->more; i++) {
            uint8_t next = text.data[at + i];
            uint8_t least = i == 1 ? lead->next_min : 0x80;
            uint8_t most = i == 1 ? lead->next_max : 0xbf;
            if (next < least || next > most) {
                return false;
            }
        }
        at += 1u + lead->more;
    }
    return true;
}
