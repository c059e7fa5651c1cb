// SPDX-License-Identifier: MPL-2.0
/**
 * backup - what `pln backup` holds: a node's key and the rows of its store, at one moment.
 *
 * Why     Rows, not pages of a database: they are read with bounds, on any machine, and a foreign
 *         file never becomes a mapped one.
 * Shape   id 32, seed 32, made u48 (ms), format u32 (of the store), arrivals u64, rows u64, then
 *         each row: table u8 (1..), key size u8, value size u32, key, value; tables and, within
 *         one, keys ascend; then table 0
 * Limits  key 1..129 bytes, value <= 1 MiB; what a row means is the store's business
 * Pure    any thread
 * Spec    SPEC 15.2
 */
#ifndef PLN_BACKUP_H
#define PLN_BACKUP_H

#include "bytes.h"
#include "identity.h"

#define PLN_BACKUP_KEY_MAX 129u
#define PLN_BACKUP_VALUE_MAX (1u << 20)

typedef struct {
    pln_id_t id;
    uint8_t seed[PLN_SEED_SIZE];
    uint64_t made_ms;
    uint32_t format;   /**< of the store whose rows follow */
    uint64_t arrivals; /**< its last arrival */
    uint64_t rows;     /**< that follow */
} pln_backup_head_t;

void pln_backup_head_write(const pln_backup_head_t *head, pln_buf_t *out);
/** Asserts the bounds above. */
void pln_backup_row_write(uint8_t table, pln_span_t key, pln_span_t value, pln_buf_t *out);
void pln_backup_end_write(pln_buf_t *out);

/** Bytes are borrowed from what was put in: valid until the next call. */
typedef struct {
    uint8_t table;
    pln_span_t key;
    pln_span_t value;
} pln_backup_row_t;

/** Zero-initialise; free with pln_backup_reader_free(). */
typedef struct {
    bool headed;
    bool ended;
    pln_backup_head_t head; /**< once headed */
    uint64_t rows;          /**< read so far */
    uint8_t table;          /**< of the last row, with its key */
    uint8_t key[PLN_BACKUP_KEY_MAX];
    size_t key_size;
    pln_buf_t held;
    size_t at; /**< read of held */
} pln_backup_reader_t;

/** Content as it comes, in pieces of any size. */
void pln_backup_put(pln_backup_reader_t *reader, pln_span_t content);
/**
 * The next row of what was put in. PLN_ENOTFOUND: put in more first (or all is read).
 * PLN_EMALFORMED: bounds, order, count, bytes behind the end; PLN_EKEY: the seed is not the id's.
 */
PLN_MUST_CHECK pln_err_t pln_backup_next(pln_backup_reader_t *reader, pln_backup_row_t *out);
/** Wipes. */
void pln_backup_reader_free(pln_backup_reader_t *reader);

#endif
