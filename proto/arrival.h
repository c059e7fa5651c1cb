// SPDX-License-Identifier: MPL-2.0
/**
 * arrival - this node's own running number for what happened here, in which order; cursors on it.
 *
 * Why     "What changed since N" must cost one look-up, and a number from another life of the store
 *         (VM snapshot, copied folder) must be recognised: each row hashes the one before it.
 * Shape   row = op u8, chain no u32, from u64, to u64 (21 bytes)
 *         tag(0) = first 8 bytes of H("pln arrival 1", store id);
 *         tag(N) = first 8 bytes of H("pln arrival 1", tag(N-1) || row N)
 *         cursor = (N, tag(N)): the tag already names the store
 * Pure    no I/O
 * Spec    SPEC 9.5 (R12)
 */
#ifndef PLN_ARRIVAL_H
#define PLN_ARRIVAL_H

#include "bytes.h"
#include "hash.h"

typedef enum {
    PLN_OP_ADDED = 1,
    PLN_OP_WITHHELD = 2,
    PLN_OP_ASIDE = 3,
    PLN_OP_BACK = 4,
} pln_op_t;

#define PLN_ARRIVAL_ROW_SIZE 21

typedef struct {
    pln_op_t op;
    uint32_t chain;
    uint64_t from;
    uint64_t to;
} pln_arrival_t;

typedef struct {
    uint64_t number; /**< 0 = before the first arrival */
    pln_tag_t tag;
} pln_cursor_t;

/** Asserts a known op and 1 <= from <= to <= PLN_SEQ_MAX. */
void pln_arrival_write(const pln_arrival_t *row, uint8_t out[PLN_ARRIVAL_ROW_SIZE]);
/** PLN_ETRUNCATED too short · PLN_EMALFORMED too long, or not what pln_arrival_write() asserts. */
PLN_MUST_CHECK pln_err_t pln_arrival_read(pln_span_t bytes, pln_arrival_t *out);
/** The cursor of an empty store. */
void pln_cursor_start(const pln_store_id_t *store, pln_cursor_t *out);
/** Advance @cursor by @row. */
void pln_cursor_next(pln_cursor_t *cursor, const pln_arrival_t *row);
bool pln_cursor_equal(const pln_cursor_t *a, const pln_cursor_t *b);

#endif
