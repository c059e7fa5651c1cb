// SPDX-License-Identifier: MPL-2.0
#include "given_fields.h"

#include <string.h>

#include "proto/document/field_text.h"
#include "proto/document/markdown.h"
#include "source.h"

/* ---- files ---- */

static void tell_notes(const char *name, const pln_document_t *document)
{
    size_t index;
    json_t *text;
    json_array_foreach(document->notes, index, text)
    {
        pln_hint("%s: %s", pln_source_name(name), json_string_value(text));
    }
}

static json_t *document_fields(const char *name, const pln_kind_t *kind, pln_span_t text)
{
    pln_document_t document;
    json_t *fields = NULL;
    if (pln_markdown_read(text, name, kind, &document)) {
        tell_notes(name, &document);
        fields = json_incref(document.fields);
    } else {
        pln_say("%s: %s", pln_source_name(name), document.problem);
    }
    pln_document_free(&document);
    return fields;
}

/** {"kind": ..., "fields": {...}}, or the fields alone. NULL: told. */
static json_t *json_fields(const char *name, const pln_kind_t *kind, pln_span_t text)
{
    json_error_t error;
    json_t *record = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &error);
    const char *shown = pln_source_name(name);
    const char *said = json_string_value(json_object_get(record, "kind"));
    json_t *fields = json_object_get(record, "fields");
    json_t *result = NULL;
    if (record == NULL) {
        pln_say("%s:%d: this is not one JSON record: %s; `pln import` takes many", shown,
                error.line, error.text);
    } else if (!json_is_object(record)) {
        pln_say("%s is a list: publish it with `pln import`", shown);
    } else if (said != NULL && fields != NULL && strcmp(said, kind->name) != 0) {
        pln_say("%s says that it is a %s, not a %s; publish it as that", shown, said, kind->name);
    } else {
        result = json_is_object(fields) ? json_incref(fields) : json_incref(record);
        pln_fields_settle(kind, result);
    }
    json_decref(record);
    return result;
}

json_t *pln_fields_from_file(const char *name, const pln_kind_t *kind)
{
    pln_buf_t text = {0};
    json_t *fields = NULL;
    FILE *file = pln_source_open(name);
    if (file == NULL) {
        return NULL;
    }
    bool document = pln_source_is_document(file, name);
    if (pln_source_read(file, name, PLN_SOURCE_DOCUMENT_MAX, &text)) {
        fields = document ? document_fields(name, kind, pln_buf_span(&text))
                          : json_fields(name, kind, pln_buf_span(&text));
    }
    pln_source_close(file);
    pln_buf_free(&text);
    return fields;
}

/* ---- FIELD=VALUE ---- */

/** The values of one field given so far; what a file said counts no more. */
static void add_values(json_t *given, const char *name, const char *text)
{
    json_t *list = json_object_get(given, name);
    json_t *more = pln_field_list(text);
    if (list == NULL) {
        json_object_set(given, name, more);
    } else {
        json_array_extend(list, more);
    }
    json_decref(more);
}

/** A group is written in JSON, a rubric also as Markdown; false: neither, told. */
static bool add_group(const pln_command_t *command, json_t *given, const pln_field_t *field,
                      const char *text)
{
    json_t *value = pln_field_from_text(field, PLN_SPAN(text, strlen(text)), NULL);
    if (value == NULL) {
        pln_wrong_usage(command->options->verb, "%s takes JSON: [{\"%s\": ...}, ...]", field->name,
                        field->parts[0].name);
        return false;
    }
    json_object_set_new(given, field->name, value);
    return true;
}

bool pln_fields_from_words(const pln_command_t *command, size_t first, const pln_kind_t *kind,
                           json_t *fields)
{
    json_t *given = json_object();
    bool good = true;
    for (size_t i = first; good && i < command->options->word_count; i++) {
        const char *word = pln_word(command->options, i);
        const char *equals = strchr(word, '=');
        char name[96];
        good = equals != NULL && equals != word && equals - word < (ptrdiff_t)sizeof name;
        if (!good) {
            pln_wrong_usage(command->options->verb, "\"%.60s\" is not FIELD=VALUE", word);
            break;
        }
        snprintf(name, sizeof name, "%.*s", (int)(equals - word), word);
        const pln_field_t *field = pln_field_by_name(kind, name);
        if (field != NULL && field->type == PLN_TYPE_GROUP) {
            good = add_group(command, given, field, equals + 1);
        } else if (field != NULL && field->many > 0) {
            add_values(given, name, equals + 1);
        } else {
            json_object_set_new(given, name, json_string(equals + 1));
        }
    }
    json_object_update(fields, given);
    json_decref(given);
    return good;
}
