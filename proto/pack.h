// SPDX-License-Identifier: MPL-2.0
/**
 * pack - msgpack in its one accepted spelling: a strict pull reader, a thin writer on msgpack-c.
 *
 * Why     msgpack spells one value in many ways and msgpack-c allocates gigabytes for five bytes;
 *         foreign bytes are read here, bounded, without allocation, and refused unless canonical.
 * Rules   SPEC 1.5: shortest form of ints, lengths and counts; unsigned for >= 0; str is valid
 *         UTF-8; no float32, no NaN, no ext; map keys are unsigned ints strictly ascending;
 *         and at most INT64_MAX; at most PLN_PACK_DEPTH_MAX containers one in another; every count
 *         and length <= the bytes left
 * Pure    any thread; spans returned are borrowed from the input
 */
#ifndef PLN_PACK_H
#define PLN_PACK_H

#include "bytes.h"

#define PLN_PACK_DEPTH_MAX 8

typedef enum {
    PLN_PACK_NIL,
    PLN_PACK_BOOL,
    PLN_PACK_UINT,
    PLN_PACK_INT, /**< negative only */
    PLN_PACK_FLOAT,
    PLN_PACK_STR,
    PLN_PACK_BIN,
    PLN_PACK_ARRAY,
    PLN_PACK_MAP
} pln_pack_type_t;

/** One token. Arrays and maps give their count; the elements follow as tokens. */
typedef struct {
    pln_pack_type_t type;
    union {
        bool boolean;
        uint64_t uint;
        int64_t sint;
        double real;
        uint32_t count;  /**< elements of an array, pairs of a map */
        pln_span_t span; /**< str and bin */
    } as;
} pln_token_t;

/** Sticky error as in pln_reader_t: after a failure every call fails with the same code. */
typedef struct {
    pln_reader_t bytes;
    pln_err_t error; /**< PLN_OK, PLN_ETRUNCATED or PLN_EMALFORMED */
} pln_unpack_t;

pln_unpack_t pln_unpack(pln_span_t span);
/** Next token; type NIL after a failure. Checks spelling and bounds, not nesting or map order. */
pln_token_t pln_unpack_next(pln_unpack_t *in);
/** Typed reads: another type is PLN_EMALFORMED. */
uint64_t pln_unpack_uint(pln_unpack_t *in);
uint64_t pln_unpack_uint_max(pln_unpack_t *in, uint64_t max);
bool pln_unpack_bool(pln_unpack_t *in);
pln_span_t pln_unpack_bin(pln_unpack_t *in);
/** A bin of exactly @size bytes copied to @out. */
void pln_unpack_fixed(pln_unpack_t *in, void *out, size_t size);
/** A str of at most @max bytes. */
pln_span_t pln_unpack_str(pln_unpack_t *in, size_t max);
uint32_t pln_unpack_array(pln_unpack_t *in, uint32_t max);
uint32_t pln_unpack_map(pln_unpack_t *in, uint32_t max);
/** True and consumed when the next token is nil. */
bool pln_unpack_nil(pln_unpack_t *in);
/** Skip one whole value of any type, checking depth (counted from that value on) and, in maps, that
 * keys are unsigned and ascend. */
void pln_unpack_skip(pln_unpack_t *in);
/** Map key discipline: reads an unsigned key, fails unless above *@last (start at -1). */
uint64_t pln_unpack_key(pln_unpack_t *in, int64_t *last);
/** Mark the input as malformed (a rule of the caller's is broken). */
void pln_unpack_fail(pln_unpack_t *in, pln_err_t error);
/** PLN_OK iff nothing failed and no byte is left. */
PLN_MUST_CHECK pln_err_t pln_unpack_end(const pln_unpack_t *in);
/** Check that @span is exactly one canonical value (any type) within the depth bound. */
PLN_MUST_CHECK pln_err_t pln_pack_check(pln_span_t span);

/* Writing: appends to @out through msgpack-c, always in the canonical spelling. Text that is not
 * valid UTF-8 and a NaN have none: the caller has refused them before (asserted). */
void pln_pack_nil(pln_buf_t *out);
void pln_pack_bool(pln_buf_t *out, bool v);
void pln_pack_uint(pln_buf_t *out, uint64_t v);
void pln_pack_int(pln_buf_t *out, int64_t v);
void pln_pack_float(pln_buf_t *out, double v);
void pln_pack_str(pln_buf_t *out, pln_span_t text);
void pln_pack_cstr(pln_buf_t *out, const char *text);
void pln_pack_bin(pln_buf_t *out, const void *data, size_t size);
/** Only the header of a bin of @size bytes: the caller sends the bytes behind it. */
void pln_pack_bin_header(pln_buf_t *out, size_t size);
void pln_pack_array(pln_buf_t *out, uint32_t count);
void pln_pack_map(pln_buf_t *out, uint32_t pairs);

#endif
