// SPDX-License-Identifier: MPL-2.0
/**
 * bytes - bounded reading and writing of fixed-width big-endian fields, and text forms of bytes.
 *
 * Why     A parser that advances a cursor with a sticky error cannot run past its buffer.
 * Shape   reader: span + position + error; writer: growing buffer, or fixed buffer + error
 * Owner   pln_buf_t owns heap memory: pln_buf_free()
 * Pure    any thread
 */
#ifndef PLN_BYTES_H
#define PLN_BYTES_H

#include "error.h"

/** Allocation that aborts the process when the system has none left: no half-tested ENOMEM. */
void *pln_alloc(size_t size);
void *pln_alloc_zero(size_t count, size_t size);
void *pln_realloc(void *old, size_t size);
char *pln_strdup(const char *text);

static inline uint16_t pln_get_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}
static inline uint32_t pln_get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
static inline uint64_t pln_get_u48(const uint8_t *p)
{
    return (uint64_t)pln_get_u16(p) << 32 | pln_get_u32(p + 2);
}
static inline uint64_t pln_get_u64(const uint8_t *p)
{
    return (uint64_t)pln_get_u32(p) << 32 | pln_get_u32(p + 4);
}
static inline void pln_put_u16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}
static inline void pln_put_u32(uint8_t *p, uint32_t v)
{
    pln_put_u16(p, (uint16_t)(v >> 16));
    pln_put_u16(p + 2, (uint16_t)v);
}
static inline void pln_put_u48(uint8_t *p, uint64_t v)
{
    pln_put_u16(p, (uint16_t)(v >> 32));
    pln_put_u32(p + 2, (uint32_t)v);
}
static inline void pln_put_u64(uint8_t *p, uint64_t v)
{
    pln_put_u32(p, (uint32_t)(v >> 32));
    pln_put_u32(p + 4, (uint32_t)v);
}

/** Cursor over borrowed bytes. After the first failure every read gives zeros, `failed` stays. */
typedef struct {
    pln_span_t span;
    size_t at;
    bool failed;
} pln_reader_t;

pln_reader_t pln_reader(pln_span_t span);
size_t pln_reader_left(const pln_reader_t *reader);
uint8_t pln_read_u8(pln_reader_t *reader);
uint16_t pln_read_u16(pln_reader_t *reader);
uint32_t pln_read_u32(pln_reader_t *reader);
uint64_t pln_read_u48(pln_reader_t *reader);
uint64_t pln_read_u64(pln_reader_t *reader);
/** @size bytes, borrowed from the reader's span; NULL data after a failure. */
pln_span_t pln_read_span(pln_reader_t *reader, size_t size);
/** Copy @size bytes into @out (zeroed after a failure). */
void pln_read_into(pln_reader_t *reader, void *out, size_t size);
/** PLN_OK iff nothing failed and everything was read; else PLN_ETRUNCATED / PLN_EMALFORMED. */
PLN_MUST_CHECK pln_err_t pln_reader_end(const pln_reader_t *reader);

/** Growing owned buffer. Zero-initialise; free with pln_buf_free(). */
typedef struct {
    uint8_t *data;
    size_t size;
    size_t capacity;
} pln_buf_t;

void pln_buf_free(pln_buf_t *buf);
/** Forget the contents, keep the memory. */
void pln_buf_clear(pln_buf_t *buf);
/** Room for @size more bytes; returns where they go; adds them to buf->size. */
uint8_t *pln_buf_grow(pln_buf_t *buf, size_t size);
void pln_buf_add(pln_buf_t *buf, const void *data, size_t size);
void pln_buf_u8(pln_buf_t *buf, uint8_t v);
void pln_buf_u16(pln_buf_t *buf, uint16_t v);
void pln_buf_u32(pln_buf_t *buf, uint32_t v);
void pln_buf_u48(pln_buf_t *buf, uint64_t v);
void pln_buf_u64(pln_buf_t *buf, uint64_t v);
pln_span_t pln_buf_span(const pln_buf_t *buf);

/** Lower-case hex; @out holds 2 * size + 1. */
void pln_hex(const void *data, size_t size, char *out);
/** Exactly @size bytes from 2 * size hex digits (either case); else PLN_EMALFORMED. */
PLN_MUST_CHECK pln_err_t pln_unhex(const char *text, void *out, size_t size);

/** Valid UTF-8 without NUL, surrogates, overlong forms; at most U+10FFFF. */
bool pln_utf8_valid(pln_span_t text);

#endif
