// SPDX-License-Identifier: MPL-2.0
#include "memory_rows.h"

#include <stdlib.h>

void memory_rows_init(memory_rows_t *rows)
{
    for (size_t table = 0; table < PLN_TABLE_COUNT; table++) {
        pln_map_init(&rows->tables[table], MEMORY_NAME_SIZE, (const uint8_t[16]){1});
    }
}

static void row_free(memory_row_t *row)
{
    pln_buf_free(&row->key);
    pln_buf_free(&row->value);
    free(row);
}

void memory_rows_free(memory_rows_t *rows)
{
    for (size_t table = 0; table < PLN_TABLE_COUNT; table++) {
        size_t cursor = 0;
        for (memory_row_t *row; (row = pln_map_next(&rows->tables[table], &cursor)) != NULL;) {
            row_free(row);
        }
        pln_map_free(&rows->tables[table]);
    }
}

static void row_put(memory_rows_t *rows, pln_table_t table, pln_span_t key, pln_span_t value)
{
    uint8_t name[MEMORY_NAME_SIZE];
    memory_name(key.data, key.size, name);
    memory_row_t *row = pln_map_get(&rows->tables[table], name);
    if (row == NULL) {
        row = pln_alloc_zero(1, sizeof *row);
        pln_buf_add(&row->key, key.data, key.size);
        pln_map_put(&rows->tables[table], name, row);
    }
    pln_buf_clear(&row->value);
    pln_buf_add(&row->value, value.data, value.size);
}

void memory_rows_save(memory_rows_t *rows, pln_table_t table, pln_span_t key, pln_span_t value)
{
    if (value.data != NULL) {
        row_put(rows, table, key, value);
        return;
    }
    uint8_t name[MEMORY_NAME_SIZE];
    memory_name(key.data, key.size, name);
    memory_row_t *row = pln_map_remove(&rows->tables[table], name);
    if (row != NULL) {
        row_free(row);
    }
}

void memory_rows_copy(memory_rows_t *rows, const memory_rows_t *from)
{
    memory_rows_init(rows);
    for (size_t table = 0; table < PLN_TABLE_COUNT; table++) {
        size_t cursor = 0;
        const memory_row_t *row;
        while ((row = memory_rows_next(from, (pln_table_t)table, &cursor)) != NULL) {
            row_put(rows, (pln_table_t)table, pln_buf_span(&row->key), pln_buf_span(&row->value));
        }
    }
}

const memory_row_t *memory_rows_next(const memory_rows_t *rows, pln_table_t table, size_t *cursor)
{
    return pln_map_next(&rows->tables[table], cursor);
}
