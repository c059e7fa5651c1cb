// SPDX-License-Identifier: MPL-2.0
#include "row_shape.h"

#include <string.h>

static const shape_t hello_shapes[] = {SHAPE(FIXED, pln_hello_row_t, hash),
                                       SHAPE_AS("number", UINT, pln_hello_row_t, cursor.number),
                                       SHAPE_AS("tag", FIXED, pln_hello_row_t, cursor.tag),
                                       SHAPE(FIXED, pln_hello_row_t, access),
                                       SHAPE(FIXED, pln_hello_row_t, digest),
                                       SHAPE_END};
static const shape_t heads_shapes[] = {
    SHAPE(FIXED, pln_row_t, author), SHAPE(UINT, pln_row_t, epoch), SHAPE(UINT, pln_row_t, lane),
    SHAPE(UINT, pln_row_t, seq),     SHAPE(FIXED, pln_row_t, hash), SHAPE_END};
static const shape_t want_shapes[] = {SHAPE(FIXED, pln_row_t, author),
                                      SHAPE(UINT, pln_row_t, epoch),
                                      SHAPE(UINT, pln_row_t, lane),
                                      SHAPE_AS("from", UINT, pln_row_t, seq),
                                      SHAPE_AS("base", FIXED, pln_row_t, hash),
                                      SHAPE_END};

static void hello_read(pln_span_t rows, size_t index, void *row)
{
    pln_hello_row_read(rows, index, row);
}

static void hello_write(const void *row, pln_buf_t *out)
{
    pln_hello_row_write(row, out);
}

static void heads_read(pln_span_t rows, size_t index, void *row)
{
    pln_row_read(rows, index, row);
}

static void heads_write(const void *row, pln_buf_t *out)
{
    pln_row_write(row, out);
}

/** A row of HEADS without its author. */
static void presence_read(pln_span_t rows, size_t index, void *row)
{
    pln_row_t *out = row;
    pln_reader_t reader =
        pln_reader(PLN_SPAN(rows.data + index * PLN_PRESENCE_HEAD_SIZE, PLN_PRESENCE_HEAD_SIZE));
    memset(out, 0, sizeof *out);
    out->epoch = pln_read_u32(&reader);
    out->lane = pln_read_u8(&reader);
    out->seq = pln_read_u64(&reader);
    pln_read_into(&reader, out->hash.bytes, sizeof out->hash.bytes);
}

static void presence_write(const void *row, pln_buf_t *out)
{
    const pln_row_t *in = row;
    pln_buf_u32(out, in->epoch);
    pln_buf_u8(out, in->lane);
    pln_buf_u64(out, in->seq);
    pln_buf_add(out, in->hash.bytes, sizeof in->hash.bytes);
}

const row_shape_t hello_rows = {PLN_HELLO_ROW_SIZE, hello_shapes, hello_read, hello_write};
const row_shape_t heads_rows = {PLN_HEADS_ROW_SIZE, heads_shapes, heads_read, heads_write};
const row_shape_t want_rows = {PLN_WANT_ROW_SIZE, want_shapes, heads_read, heads_write};
const row_shape_t presence_rows = {PLN_PRESENCE_HEAD_SIZE, heads_shapes + 1, presence_read,
                                   presence_write};

pln_span_t rows_read(const row_shape_t *shape, json_t *list)
{
    pln_buf_t packed = {0};
    size_t index;
    json_t *item;
    json_array_foreach(list, index, item)
    {
        any_row_t row = {0};
        shape_read(shape->shapes, item, &row);
        shape->write(&row, &packed);
    }
    uint8_t *kept = case_keep(packed.size);
    if (packed.size > 0) {
        memcpy(kept, packed.data, packed.size);
    }
    pln_span_t rows = PLN_SPAN(kept, packed.size);
    pln_buf_free(&packed);
    return rows;
}

json_t *rows_write(const row_shape_t *shape, pln_span_t rows)
{
    json_t *list = json_array();
    for (size_t i = 0; i < pln_rows(rows, shape->width); i++) {
        any_row_t row = {0};
        shape->read(rows, i, &row);
        json_array_append_new(list, shape_write(shape->shapes, &row));
    }
    return list;
}
