// SPDX-License-Identifier: MPL-2.0
/**
 * shape - from the members of a JSON object to a C structure and back, by a table of its members.
 *
 * Why     Some forty structures go both ways: a row each says more than two functions each.
 * Shape   a table ends with SHAPE_END
 * Owner   spans read from JSON live until case_forget()
 */
#ifndef PLN_TESTS_SHAPE_H
#define PLN_TESTS_SHAPE_H

#include "case.h"

typedef enum {
    SHAPE_FIXED, /**< bytes of a known size */
    SHAPE_UINT,  /**< of 1, 2, 4 or 8 bytes */
    SHAPE_BOOL,
    SHAPE_BYTES,  /**< pln_span_t, as hex */
    SHAPE_TEXT,   /**< pln_span_t, as text */
    SHAPE_CHARS,  /**< NUL-terminated in an array of a known size */
    SHAPE_MAYBE,  /**< SHAPE_FIXED, null when the bool at `beside` is false */
    SHAPE_CURSOR, /**< pln_cursor_t: the tag of number 0 is empty */
    SHAPE_PART,   /**< a structure in it: `inner` */
    SHAPE_LIST    /**< an array of `inner`, its uint32_t count at `beside` */
} shape_type_t;

typedef struct shape {
    const char *name; /**< NULL in the one row of a list's `inner`: its items have no names */
    shape_type_t type;
    size_t offset;
    size_t size; /**< of a list: of one item */
    size_t beside;
    const struct shape *inner;
    bool end;
} shape_t;

#define SHAPE_END   \
    {               \
        .end = true \
    }
#define SHAPE(type_, struct_, member)                                                \
    {                                                                                \
        .name = #member, .type = SHAPE_##type_, .offset = offsetof(struct_, member), \
        .size = sizeof(((struct_ *)0)->member)                                       \
    }
/** The same where the JSON name is another. */
#define SHAPE_AS(name_, type_, struct_, member)                                      \
    {                                                                                \
        .name = (name_), .type = SHAPE_##type_, .offset = offsetof(struct_, member), \
        .size = sizeof(((struct_ *)0)->member)                                       \
    }
#define SHAPE_IF(name_, struct_, flag, member)                                     \
    {                                                                              \
        .name = (name_), .type = SHAPE_MAYBE, .offset = offsetof(struct_, member), \
        .size = sizeof(((struct_ *)0)->member), .beside = offsetof(struct_, flag)  \
    }
#define SHAPE_IN(name_, struct_, member, inner_)                                  \
    {                                                                             \
        .name = (name_), .type = SHAPE_PART, .offset = offsetof(struct_, member), \
        .inner = (inner_)                                                         \
    }
#define SHAPE_MANY(name_, struct_, member, count, inner_)                              \
    {                                                                                  \
        .name = (name_), .type = SHAPE_LIST, .offset = offsetof(struct_, member),      \
        .size = sizeof(((struct_ *)0)->member[0]), .beside = offsetof(struct_, count), \
        .inner = (inner_)                                                              \
    }

/** Fill @out, which the caller has zeroed. */
void shape_read(const shape_t *shapes, json_t *in, void *out);
json_t *shape_write(const shape_t *shapes, const void *in);

#endif
