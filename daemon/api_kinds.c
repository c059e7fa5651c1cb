// SPDX-License-Identifier: MPL-2.0
#include "api_json.h"
#include "proto/kinds.h"

static json_t *choices_json(const pln_choice_t *choices)
{
    json_t *list = json_array();
    for (; choices->word != NULL; choices++) {
        json_array_append_new(
            list, json_pack("{s:s, s:s}", "word", choices->word, "label", choices->label));
    }
    return list;
}

static json_t *field_json(const pln_field_t *field);

static json_t *parts_json(const pln_field_t *parts)
{
    json_t *list = json_array();
    for (; parts->number != 0; parts++) {
        json_array_append_new(list, field_json(parts));
    }
    return list;
}

static json_t *field_json(const pln_field_t *field)
{
    json_t *json = json_object();
    pln_json_set_number(json, "number", field->number);
    json_object_set_new(json, "name", json_string(field->name));
    json_object_set_new(json, "label", json_string(field->label));
    json_object_set_new(json, "help", json_string(field->help));
    json_object_set_new(json, "type", json_string(pln_type_name(field->type)));
    json_object_set_new(json, "required", json_boolean(field->flags & PLN_FIELD_REQUIRED));
    json_object_set_new(json, "personal", json_boolean(field->flags & PLN_FIELD_PERSONAL));
    pln_json_set_text(json, "facet", pln_index_facet(field->index));
    if (field->min > 0) {
        pln_json_set_number(json, "min", field->min);
    }
    if (field->max > 0) {
        pln_json_set_number(json, "max", field->max);
    }
    if (field->many > 0) {
        pln_json_set_number(json, "many", field->many);
    }
    if (field->choices != NULL) {
        json_object_set_new(json, field->type == PLN_TYPE_LINK ? "leads_to" : "choices",
                            choices_json(field->choices));
    }
    if (field->parts != NULL) {
        json_object_set_new(json, "parts", parts_json(field->parts));
    }
    return json;
}

/** Kinds that can be published: lane 0 has none of these. */
void pln_api_kinds(const pln_request_t *request, pln_answer_t *answer)
{
    (void)request;
    json_t *list = json_array();
    const pln_kind_t *kind;
    for (size_t i = 0; (kind = pln_kind_at(i)) != NULL; i++) {
        if (kind->fields == NULL) {
            continue;
        }
        json_t *fields = json_array();
        const pln_field_t *field;
        for (size_t j = 0; (field = pln_field_at(kind, j)) != NULL; j++) {
            json_array_append_new(fields, field_json(field));
        }
        json_t *json = json_object();
        pln_json_set_number(json, "number", kind->number);
        json_object_set_new(json, "name", json_string(kind->name));
        json_object_set_new(json, "label", json_string(kind->label));
        json_object_set_new(json, "help", json_string(kind->help));
        json_object_set_new(json, "personal", json_boolean(kind->personal));
        json_object_set_new(json, "fields", fields);
        json_array_append_new(list, json);
    }
    pln_answer_json(answer, 200, json_pack("{s:o}", "kinds", list));
}
