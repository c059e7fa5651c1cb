// SPDX-License-Identifier: MPL-2.0
/**
 * row_shape - rows of messages: packed in one bin on the wire, a list of objects in a case.
 *
 * Owner   rows packed from JSON live until case_forget()
 */
#ifndef PLN_TESTS_ROW_SHAPE_H
#define PLN_TESTS_ROW_SHAPE_H

#include "proto/message.h"
#include "shape.h"

/** What tells how rows of one sort are packed. */
typedef struct {
    size_t width;
    const shape_t *shapes; /**< of the structure below */
    void (*read)(pln_span_t rows, size_t index, void *row);
    void (*write)(const void *row, pln_buf_t *out);
} row_shape_t;

extern const row_shape_t hello_rows;
extern const row_shape_t heads_rows;
extern const row_shape_t want_rows;
extern const row_shape_t presence_rows;

/** Large enough for a row of any sort. */
typedef union {
    pln_hello_row_t hello;
    pln_row_t row;
} any_row_t;

pln_span_t rows_read(const row_shape_t *shape, json_t *list);
json_t *rows_write(const row_shape_t *shape, pln_span_t rows);

#endif
