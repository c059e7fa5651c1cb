// SPDX-License-Identifier: MPL-2.0
#include "case.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JSON_EXACT (UINT64_C(1) << 53) /**< integers from here on are strings */

typedef struct kept {
    struct kept *next;
} kept_t;
static kept_t *kept;

static void demand(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "vectors: a case is not as README.md says: %s\n", what);
        abort();
    }
}

void *case_keep(size_t size)
{
    kept_t *block = pln_alloc_zero(1, sizeof *block + size + 1);
    block->next = kept;
    kept = block;
    return block + 1;
}

void case_forget(void)
{
    while (kept != NULL) {
        kept_t *next = kept->next;
        free(kept);
        kept = next;
    }
}

/* ---- long bytes ---- */

static void add_long(pln_buf_t *hex, json_t *value)
{
    json_t *unit = json_object_get(value, "repeat"), *parts = json_object_get(value, "join");
    if (json_is_string(value)) {
        pln_buf_add(hex, json_string_value(value), json_string_length(value));
    } else if (unit != NULL) {
        json_int_t times = json_integer_value(case_member(value, "times"));
        for (json_int_t i = 0; i < times; i++) {
            pln_buf_add(hex, json_string_value(unit), json_string_length(unit));
        }
    } else {
        size_t index;
        json_t *part;
        demand(json_is_array(parts), "bytes that are neither hex, repeat nor join");
        json_array_foreach(parts, index, part)
        {
            add_long(hex, part);
        }
    }
}

json_t *case_expand(json_t *value)
{
    if (json_object_get(value, "repeat") != NULL || json_object_get(value, "join") != NULL) {
        pln_buf_t hex = {0};
        add_long(&hex, value);
        json_t *text = json_stringn((const char *)hex.data, hex.size);
        pln_buf_free(&hex);
        return text;
    }
    if (json_is_array(value)) {
        json_t *list = json_array(), *item;
        size_t index;
        json_array_foreach(value, index, item)
        {
            json_array_append_new(list, case_expand(item));
        }
        return list;
    }
    if (json_is_object(value)) {
        json_t *object = json_object(), *member;
        const char *name;
        json_object_foreach(value, name, member)
        {
            json_object_set_new(object, name, case_expand(member));
        }
        return object;
    }
    return json_incref(value);
}

/* ---- values ---- */

json_t *case_member(json_t *object, const char *name)
{
    json_t *member = json_object_get(object, name);
    demand(member != NULL, name);
    return member;
}

pln_span_t case_text(json_t *value)
{
    demand(json_is_string(value), "a text is no string");
    return PLN_SPAN(json_string_value(value), json_string_length(value));
}

const char *case_string(json_t *value)
{
    pln_span_t text = case_text(value);
    demand(strlen((const char *)text.data) == text.size, "U+0000 in a text");
    return (const char *)text.data;
}

pln_span_t case_bytes(json_t *value)
{
    pln_span_t hex = case_text(value);
    size_t size = hex.size / 2;
    uint8_t *bytes = case_keep(size);
    demand(pln_unhex((const char *)hex.data, bytes, size) == PLN_OK, "bytes are not hex");
    return PLN_SPAN(bytes, size);
}

void case_fixed(json_t *value, void *out, size_t size)
{
    pln_span_t bytes = case_bytes(value);
    demand(bytes.size == size, "bytes of another size");
    memcpy(out, bytes.data, size);
}

uint64_t case_uint(json_t *value)
{
    if (json_is_integer(value)) {
        demand(json_integer_value(value) >= 0, "a negative number");
        return (uint64_t)json_integer_value(value);
    }
    return strtoull(case_string(value), NULL, 10);
}

json_t *case_hex(const void *data, size_t size)
{
    char *text = pln_alloc(2 * size + 1);
    pln_hex(data, size, text);
    json_t *json = json_string(text);
    free(text);
    return json;
}

json_t *case_number(uint64_t number)
{
    if (number < JSON_EXACT) {
        return json_integer((json_int_t)number);
    }
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, number);
    return json_string(digits);
}
