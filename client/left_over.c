// SPDX-License-Identifier: MPL-2.0
#include "left_over.h"

#include <string.h>

#include "proto/bytes.h"

const pln_field_t *pln_left_over_field(const pln_kind_t *kind)
{
    static const char *const names[] = {"prompt",  "notes",       "about",     "context",
                                        "comment", "description", "narrative", "text"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const pln_field_t *field = pln_field_by_name(kind, names[i]);
        if (field != NULL && field->type == PLN_TYPE_TEXT && field->many == 0) {
            return field;
        }
    }
    return NULL;
}

void pln_left_over_add(json_t *fields, const pln_field_t *prose, const char *name, const char *text)
{
    const char *before = json_string_value(json_object_get(fields, prose->name));
    json_t *whole = before != NULL ? json_sprintf("%s\n\n%s: %s", before, name, text)
                                   : json_sprintf("%s: %s", name, text);
    json_object_set_new(fields, prose->name, whole);
}

/** A text, or texts one after the other; false: something else. */
static bool text_of(const json_t *value, pln_buf_t *out)
{
    size_t index;
    json_t *item;
    if (json_is_string(value)) {
        pln_buf_add(out, json_string_value(value), json_string_length(value));
    }
    json_array_foreach(value, index, item)
    {
        if (!json_is_string(item)) {
            return false;
        }
        pln_buf_add(out, ", ", index > 0 ? 2 : 0);
        pln_buf_add(out, json_string_value(item), json_string_length(item));
    }
    pln_buf_u8(out, 0);
    return out->size > 1;
}

const pln_field_t *pln_left_over_move(const pln_kind_t *kind, json_t *fields, const char *name)
{
    const pln_field_t *field = pln_field_by_name(kind, name);
    const pln_field_t *prose = pln_left_over_field(kind);
    pln_buf_t text = {0};
    bool good = field != NULL && prose != NULL && field != prose &&
                (field->flags & PLN_FIELD_REQUIRED) == 0 &&
                text_of(json_object_get(fields, name), &text);
    if (good) {
        pln_left_over_add(fields, prose, field->label, (const char *)text.data);
        json_object_del(fields, name);
    }
    pln_buf_free(&text);
    return good ? prose : NULL;
}
