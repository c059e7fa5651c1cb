// SPDX-License-Identifier: MPL-2.0
/**
 * memory_rows - the small state of a simulated disk: bytes under bytes, in tables.
 *
 * Shape   a map per table, by the hash of the key: keys may be longer than a map's
 */
#ifndef PLN_MEMORY_ROWS_H
#define PLN_MEMORY_ROWS_H

#include "memory_entries.h"
#include "proto/map.h"
#include "proto/node.h"

typedef struct {
    pln_buf_t key;
    pln_buf_t value;
} memory_row_t;

typedef struct {
    pln_map_t tables[PLN_TABLE_COUNT]; /**< name of the key -> memory_row_t */
} memory_rows_t;

void memory_rows_init(memory_rows_t *rows);
void memory_rows_free(memory_rows_t *rows);
/** @value with data NULL: delete. */
void memory_rows_save(memory_rows_t *rows, pln_table_t table, pln_span_t key, pln_span_t value);
void memory_rows_copy(memory_rows_t *rows, const memory_rows_t *from);
/** NULL at the end; *cursor starts at 0. */
const memory_row_t *memory_rows_next(const memory_rows_t *rows, pln_table_t table, size_t *cursor);

#endif
