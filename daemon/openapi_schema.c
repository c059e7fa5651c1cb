// SPDX-License-Identifier: MPL-2.0
// Shapes and kinds as JSON Schema of the dialect that OpenAPI 3.1 has.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "openapi.h"
#include "openapi_type.h"
#include "parameter.h"
#include "proto/kinds.h"

static json_t *pattern(const char *text)
{
    return json_pack("{s:s, s:s}", "type", "string", "pattern", text);
}

static json_t *reference(const char *shape)
{
    return json_pack("{s:o}", "$ref", json_sprintf("#/components/schemas/%s", shape));
}

static json_t *words(const char *type)
{
    json_t *list = json_array();
    while (type != NULL && type[0] != '\0') {
        size_t size = strcspn(type, "|");
        json_array_append_new(list, json_stringn(type, size));
        type = type[size] == '|' ? type + size + 1 : NULL;
    }
    return json_pack("{s:s, s:o}", "type", "string", "enum", list);
}

/** What is simple; NULL: it is not. */
static json_t *simple(const char *type)
{
    static const struct {
        const char *name;
        const char *json;
    } rows[] = {
        {"text", "{\"type\":\"string\"}"},
        {"integer", "{\"type\":\"integer\",\"minimum\":0}"},
        {"number", "{\"type\":\"number\"}"},
        {"boolean", "{\"type\":\"boolean\"}"},
        {"object", "{\"type\":\"object\"}"},
        {"any", "{}"},
        {"moment", "{\"type\":\"string\",\"format\":\"date-time\"}"},
        {"fields", "{\"$ref\":\"#/components/schemas/Fields\"}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, type) == 0) {
            return json_loads(rows[i].json, 0, NULL);
        }
    }
    if (strcmp(type, "hex") == 0) {
        return pattern("^([0-9a-f]{2})+$");
    }
    if (strcmp(type, "did") == 0) {
        return pattern("^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]+$");
    }
    return strcmp(type, "record") == 0
               ? pattern("^[0-9a-f]{64}/z6Mk[1-9A-HJ-NP-Za-km-z]+/([0-9]+[.])?[0-9]+$")
               : NULL;
}

/** "N..M". */
static json_t *bounded(uint64_t least, uint64_t most)
{
    return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum", (json_int_t)least, "maximum",
                     (json_int_t)most);
}

/** The part of @type between its first and last character. */
static json_t *inner(const char *type, size_t from, size_t drop)
{
    char text[128];
    snprintf(text, sizeof text, "%.*s", (int)(strlen(type) - from - drop), type + from);
    return pln_openapi_type(text);
}

json_t *pln_openapi_type(const char *type)
{
    size_t size = strlen(type);
    json_t *known = simple(type);
    uint64_t least, most;
    if (known != NULL) {
        return known;
    }
    if (pln_parameter_range(type, &least, &most)) {
        return bounded(least, most);
    }
    if (type[size - 1] == '?') {
        return json_pack("{s:[o, {s:s}]}", "anyOf", inner(type, 0, 1), "type", "null");
    }
    if (type[0] == '[') {
        return json_pack("{s:s, s:o}", "type", "array", "items", inner(type, 1, 1));
    }
    if (type[0] == '{') {
        return json_pack("{s:s, s:o}", "type", "object", "additionalProperties", inner(type, 1, 1));
    }
    return type[0] >= 'A' && type[0] <= 'Z' ? reference(type) : words(type);
}

/* ---- shapes ---- */

static size_t row_of(const char *shape)
{
    const pln_member_row_t *row;
    size_t i = 0;
    while ((row = pln_shape_row(i)) != NULL &&
           (row->shape == NULL || strcmp(row->shape, shape) != 0)) {
        i++;
    }
    return i;
}

static void add_members(const char *shape, json_t *properties, json_t *required)
{
    const pln_member_row_t *row;
    for (size_t i = row_of(shape) + 1; (row = pln_shape_row(i)) != NULL && row->shape == NULL;
         i++) {
        if (row->name[0] == '\0') {
            add_members(row->type, properties, required);
            continue;
        }
        json_t *type = pln_openapi_type(row->type);
        json_object_set_new(type, "description", json_string(row->sentence));
        json_object_set_new(properties, row->name, type);
        if (row->needed) {
            json_array_append_new(required, json_string(row->name));
        }
    }
}

static json_t *object_schema(json_t *properties, json_t *required)
{
    json_t *schema = json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties,
                               "additionalProperties", 0);
    json_object_set_new(schema, "required", required);
    return schema;
}

static json_t *shape_schema(const pln_member_row_t *row)
{
    json_t *properties = json_object(), *required = json_array();
    add_members(row->shape, properties, required);
    json_t *schema = object_schema(properties, required);
    json_object_set_new(schema, "description", json_string(row->sentence));
    return schema;
}

/* ---- kinds ---- */

static json_t *field_schema(const pln_field_t *field);

static json_t *parts_schema(const pln_field_t *parts)
{
    json_t *properties = json_object(), *required = json_array();
    for (; parts->number != 0; parts++) {
        json_object_set_new(properties, parts->name, field_schema(parts));
        if ((parts->flags & PLN_FIELD_REQUIRED) != 0) {
            json_array_append_new(required, json_string(parts->name));
        }
    }
    json_t *schema = object_schema(properties, required);
    json_object_set_new(schema, "patternProperties", json_pack("{s:{}}", "^#[0-9]+$"));
    return schema;
}

static json_t *choice_schema(const pln_field_t *field)
{
    json_t *list = json_array();
    for (const pln_choice_t *choice = field->choices; choice != NULL && choice->word != NULL;
         choice++) {
        json_array_append_new(list, json_string(choice->word));
    }
    return json_pack("{s:s, s:o}", "type", "string", "enum", list);
}

static json_t *value_schema(const pln_field_t *field)
{
    json_t *schema;
    switch (field->type) {
        case PLN_TYPE_CHOICE:
            return choice_schema(field);
        case PLN_TYPE_UINT:
            schema = json_pack("{s:s, s:I}", "type", "integer", "minimum", (json_int_t)field->min);
            break;
        case PLN_TYPE_DECIMAL:
            return json_pack("{s:s, s:i}", "type", "number", "minimum", 0);
        case PLN_TYPE_BOOL:
            return json_pack("{s:s}", "type", "boolean");
        case PLN_TYPE_TIME:
            return json_pack("{s:s, s:s}", "type", "string", "format", "date-time");
        case PLN_TYPE_BLOB:
        case PLN_TYPE_SALT:
            return pattern("^([0-9a-f]{2})+$");
        case PLN_TYPE_GROUP:
            return parts_schema(field->parts);
        default:
            schema = json_pack("{s:s}", "type", "string");
            break;
    }
    bool number = field->type == PLN_TYPE_UINT;
    if (field->max > 0) {
        json_object_set_new(schema, number ? "maximum" : "maxLength",
                            json_integer((json_int_t)field->max));
    }
    return schema;
}

static json_t *field_schema(const pln_field_t *field)
{
    json_t *schema = value_schema(field);
    if (field->many > 0) {
        schema = json_pack("{s:s, s:o, s:I}", "type", "array", "items", schema, "maxItems",
                           (json_int_t)field->many);
    }
    json_object_set_new(schema, "title", json_string(field->label));
    json_object_set_new(schema, "description", json_string(field->help));
    return schema;
}

static json_t *kind_schema(const pln_kind_t *kind)
{
    json_t *properties = json_object(), *required = json_array();
    const pln_field_t *field;
    for (size_t i = 0; (field = pln_field_at(kind, i)) != NULL; i++) {
        json_object_set_new(properties, field->name, field_schema(field));
        if ((field->flags & PLN_FIELD_REQUIRED) != 0) {
            json_array_append_new(required, json_string(field->name));
        }
    }
    json_t *schema = object_schema(properties, required);
    json_object_set_new(schema, "patternProperties", json_pack("{s:{}}", "^#[0-9]+$"));
    json_object_set_new(schema, "title", json_string(kind->label));
    json_object_set_new(schema, "description", json_string(kind->help));
    return schema;
}

json_t *pln_openapi_schemas(void)
{
    json_t *schemas = json_object(), *fields = json_array();
    const pln_member_row_t *row;
    const pln_kind_t *kind;
    for (size_t i = 0; (row = pln_shape_row(i)) != NULL; i++) {
        if (row->shape != NULL) {
            json_object_set_new(schemas, row->shape, shape_schema(row));
        }
    }
    for (size_t i = 0; (kind = pln_kind_at(i)) != NULL; i++) {
        if (kind->fields == NULL) {
            continue;
        }
        char name[96];
        snprintf(name, sizeof name, "Fields_%s", kind->name);
        json_object_set_new(schemas, name, kind_schema(kind));
        json_array_append_new(fields, reference(name));
    }
    json_object_set_new(schemas, "Fields",
                        json_pack("{s:s, s:o}", "description",
                                  "The fields of a record, by its kind.", "anyOf", fields));
    return schemas;
}
