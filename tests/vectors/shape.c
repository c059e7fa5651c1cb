// SPDX-License-Identifier: MPL-2.0
#include "shape.h"

#include <stdlib.h>
#include <string.h>

#include "proto/arrival.h"

static void read_uint(json_t *value, void *out, size_t size)
{
    uint64_t number = case_uint(value);
    uint8_t u8 = (uint8_t)number;
    uint16_t u16 = (uint16_t)number;
    uint32_t u32 = (uint32_t)number;
    memcpy(out,
           size == 1   ? (void *)&u8
           : size == 2 ? (void *)&u16
           : size == 4 ? (void *)&u32
                       : (void *)&number,
           size);
}

static uint64_t uint_at(const void *in, size_t size)
{
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    switch (size) {
        case 1:
            memcpy(&u8, in, size);
            return u8;
        case 2:
            memcpy(&u16, in, size);
            return u16;
        case 4:
            memcpy(&u32, in, size);
            return u32;
        default:
            memcpy(&u64, in, sizeof u64);
            return u64;
    }
}

static void read_one(const shape_t *shape, json_t *value, uint8_t *out);

static void read_list(const shape_t *shape, json_t *value, uint8_t *out)
{
    uint32_t count = (uint32_t)json_array_size(value);
    size_t index;
    json_t *item;
    memcpy(out + shape->beside, &count, sizeof count);
    json_array_foreach(value, index, item)
    {
        uint8_t *at = out + shape->offset + index * shape->size;
        if (shape->inner->name == NULL) {
            read_one(shape->inner, item, at);
        } else {
            shape_read(shape->inner, item, at);
        }
    }
}

static void read_cursor(json_t *value, pln_cursor_t *out)
{
    out->number = case_uint(case_member(value, "number"));
    if (out->number > 0) {
        case_fixed(case_member(value, "tag"), out->tag.bytes, sizeof out->tag.bytes);
    }
}

static void read_one(const shape_t *shape, json_t *value, uint8_t *out)
{
    uint8_t *at = out + shape->offset;
    bool there = !json_is_null(value);
    pln_span_t span;
    switch (shape->type) {
        case SHAPE_FIXED:
            case_fixed(value, at, shape->size);
            break;
        case SHAPE_UINT:
            read_uint(value, at, shape->size);
            break;
        case SHAPE_BOOL:
            there = json_is_true(value);
            memcpy(at, &there, sizeof there);
            break;
        case SHAPE_BYTES:
        case SHAPE_TEXT:
            span = shape->type == SHAPE_TEXT ? case_text(value) : case_bytes(value);
            memcpy(at, &span, sizeof span);
            break;
        case SHAPE_CHARS:
            memcpy(at, case_string(value), case_text(value).size + 1);
            break;
        case SHAPE_MAYBE:
            memcpy(out + shape->beside, &there, sizeof there);
            if (there) {
                case_fixed(value, at, shape->size);
            }
            break;
        case SHAPE_CURSOR:
            read_cursor(value, (pln_cursor_t *)(void *)at);
            break;
        case SHAPE_PART:
            shape_read(shape->inner, value, at);
            break;
        case SHAPE_LIST:
            read_list(shape, value, out);
            break;
    }
}

void shape_read(const shape_t *shapes, json_t *in, void *out)
{
    for (; !shapes->end; shapes++) {
        read_one(shapes, case_member(in, shapes->name), out);
    }
}

static json_t *write_one(const shape_t *shape, const uint8_t *in);

static json_t *write_list(const shape_t *shape, const uint8_t *in)
{
    uint32_t count;
    json_t *list = json_array();
    memcpy(&count, in + shape->beside, sizeof count);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *at = in + shape->offset + i * shape->size;
        bool bare = shape->inner->name == NULL;
        json_array_append_new(list,
                              bare ? write_one(shape->inner, at) : shape_write(shape->inner, at));
    }
    return list;
}

static json_t *write_cursor(const pln_cursor_t *cursor)
{
    size_t size = cursor->number > 0 ? sizeof cursor->tag.bytes : 0;
    return json_pack("{s:o,s:o}", "number", case_number(cursor->number), "tag",
                     case_hex(cursor->tag.bytes, size));
}

static json_t *write_one(const shape_t *shape, const uint8_t *in)
{
    const uint8_t *at = in + shape->offset;
    bool there;
    pln_span_t span;
    pln_cursor_t cursor;
    switch (shape->type) {
        case SHAPE_FIXED:
            return case_hex(at, shape->size);
        case SHAPE_UINT:
            return case_number(uint_at(at, shape->size));
        case SHAPE_BOOL:
            memcpy(&there, at, sizeof there);
            return json_boolean(there);
        case SHAPE_BYTES:
            memcpy(&span, at, sizeof span);
            return case_hex(span.data, span.size);
        case SHAPE_TEXT:
            memcpy(&span, at, sizeof span);
            return json_stringn(span.size > 0 ? (const char *)span.data : "", span.size);
        case SHAPE_CHARS:
            return json_string((const char *)at);
        case SHAPE_MAYBE:
            memcpy(&there, in + shape->beside, sizeof there);
            return there ? case_hex(at, shape->size) : json_null();
        case SHAPE_CURSOR:
            memcpy(&cursor, at, sizeof cursor);
            return write_cursor(&cursor);
        case SHAPE_PART:
            return shape_write(shape->inner, at);
        case SHAPE_LIST:
            return write_list(shape, in);
    }
    abort();
}

json_t *shape_write(const shape_t *shapes, const void *in)
{
    json_t *object = json_object();
    for (; !shapes->end; shapes++) {
        json_object_set_new(object, shapes->name, write_one(shapes, in));
    }
    return object;
}
