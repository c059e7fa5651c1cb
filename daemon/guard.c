// SPDX-License-Identifier: MPL-2.0
#include "guard.h"

#include <stdio.h>
#include <string.h>

#include "guard_form.h"

#define PATH_SIZE 128u
#define SHOWN_MAX 60u

static json_t *place_json(const char *path, size_t line, const pln_guard_form_t *form)
{
    size_t size = form->text.size;
    while (size > SHOWN_MAX || (size < form->text.size && (form->text.data[size] & 0xc0) == 0x80)) {
        size--;
    }
    json_t *json = json_object();
    json_object_set_new(json, "field", json_string(path));
    json_object_set_new(json, "line", json_integer((json_int_t)line));
    json_object_set_new(json, "what", json_string(form->what));
    json_object_set_new(json, "text", json_stringn((const char *)form->text.data, size));
    return json;
}

static void look_at_text(const char *path, bool adults, const char *text, json_t *places)
{
    size_t number = 1;
    while (*text != '\0') {
        size_t size = strcspn(text, "\n"), at = 0;
        pln_guard_form_t form;
        while (json_array_size(places) < PLN_GUARD_PLACES_MAX &&
               pln_guard_form_next(PLN_SPAN(text, size), &at, &form)) {
            if (!adults || !form.contact) {
                json_array_append_new(places, place_json(path, number, &form));
            }
        }
        text += size + (text[size] == '\n');
        number++;
    }
}

static void look_at_parts(const pln_field_t *parts, const char *path, json_t *group,
                          json_t *places);

static void look_at(const pln_field_t *field, const char *path, json_t *value, json_t *places)
{
    size_t index;
    json_t *item;
    bool text = field->type == PLN_TYPE_LINE || field->type == PLN_TYPE_TEXT;
    json_array_foreach(value, index, item)
    {
        look_at(field, path, item, places);
    }
    if (json_is_string(value) && (text || field->type == PLN_TYPE_GROUP)) {
        bool adults = (field->flags & PLN_FIELD_PERSONAL) != 0;
        look_at_text(path, adults, json_string_value(value), places);
    } else if (json_is_object(value) && field->parts != NULL) {
        look_at_parts(field->parts, path, value, places);
    }
}

static void look_at_parts(const pln_field_t *parts, const char *path, json_t *group, json_t *places)
{
    for (; parts->number != 0; parts++) {
        char inner[PATH_SIZE];
        snprintf(inner, sizeof inner, "%.80s.%.40s", path, parts->name);
        look_at(parts, inner, json_object_get(group, parts->name), places);
    }
}

json_t *pln_guard_places(const pln_kind_t *kind, json_t *fields)
{
    json_t *places = json_array();
    const pln_field_t *field;
    for (size_t i = 0; (field = pln_field_at(kind, i)) != NULL; i++) {
        look_at(field, field->name, json_object_get(fields, field->name), places);
    }
    if (json_array_size(places) == 0) {
        json_decref(places);
        places = NULL;
    }
    return places;
}
