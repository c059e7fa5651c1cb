// SPDX-License-Identifier: MPL-2.0
#include "field_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "field_words.h"
#include "lines.h"
#include "rubric.h"

static json_t *text_json(pln_span_t text)
{
    return text.size == 0 ? json_string("") : json_stringn((const char *)text.data, text.size);
}

json_t *pln_field_list(const char *text)
{
    json_t *list = json_array();
    pln_buf_t item = {0};
    for (;; text++) {
        if (text[0] == '\\' && text[1] == ',') {
            pln_buf_u8(&item, ',');
            text++;
        } else if (text[0] != ',' && text[0] != '\0') {
            pln_buf_u8(&item, (uint8_t)text[0]);
        } else {
            pln_span_t span = pln_trim(pln_buf_span(&item));
            if (span.size > 0) {
                json_array_append_new(list, text_json(span));
            }
            pln_buf_clear(&item);
            if (text[0] == '\0') {
                break;
            }
        }
    }
    pln_buf_free(&item);
    return list;
}

/** Items "- a" or lines, one value each; NULL: neither. */
static json_t *items_json(pln_span_t text)
{
    json_t *list = json_array();
    size_t at = 0;
    while (at < text.size) {
        pln_span_t line = pln_line_next(text, &at);
        pln_span_t plain = pln_trim(line);
        bool item = plain.size > 2 && strchr("-*+", plain.data[0]) != NULL && plain.data[1] == ' ';
        if (plain.size == 0) {
            continue;
        }
        if (!item || line.data[0] == ' ' || line.data[0] == '\t') {
            json_decref(list);
            return NULL;
        }
        json_array_append_new(list, text_json(pln_trim(PLN_SPAN(plain.data + 2, plain.size - 2))));
    }
    return list;
}

static json_t *list_json(const pln_field_t *field, pln_span_t text)
{
    json_t *list = items_json(text);
    bool lines = memchr(text.data, '\n', text.size) != NULL;
    if (list != NULL || lines) {
        return list;
    }
    if (field->type == PLN_TYPE_TEXT) {
        list = json_array();
        json_array_append_new(list, text_json(text));
        return list;
    }
    char *line = pln_span_text(text);
    list = pln_field_list(line);
    free(line);
    return list;
}

/** "90", "90 minutes", "2 hours" as minutes, "3 hours 15 min" is more than that. */
static json_t *minutes_json(pln_span_t text)
{
    static const struct {
        const char *word;
        json_int_t minutes;
    } units[] = {{"", 1},   {"min", 1}, {"min.", 1}, {"minute", 1}, {"minutes", 1},
                 {"h", 60}, {"hr", 60}, {"hrs", 60}, {"hour", 60},  {"hours", 60}};
    char *line = pln_span_text(text), *end;
    json_int_t number = strtoll(line, &end, 10);
    json_t *json = NULL;
    end += strspn(end, " ");
    for (size_t i = 0; end != line && number > 0 && i < sizeof units / sizeof units[0]; i++) {
        if (strcasecmp(end, units[i].word) == 0) {
            json = json_integer(number * units[i].minutes);
        }
    }
    free(line);
    return json;
}

/** "CC BY 4.0" is how people write the id "CC-BY-4.0". */
static json_t *code_json(pln_span_t text)
{
    char *line = pln_span_text(text);
    bool joined = strncmp(line, "CC ", 3) == 0 || strncmp(line, "CC0 ", 4) == 0;
    for (char *at = line; joined && *at != '\0'; at++) {
        *at = *at == ' ' ? '-' : *at;
    }
    json_t *json = strchr(line, ' ') == NULL ? json_string(line) : NULL;
    free(line);
    return json;
}

static json_t *group_json(const pln_field_t *field, pln_span_t text, json_t *notes)
{
    json_t *json = NULL;
    if (text.data[0] == '[' || text.data[0] == '{') {
        json = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    }
    if (json == NULL && pln_field_is_rubric(field)) {
        json_t *unread = json_array();
        json = pln_rubric_read(text, notes != NULL ? notes : unread);
        json_decref(unread);
    }
    return json;
}

json_t *pln_field_from_text(const pln_field_t *field, pln_span_t text, json_t *notes)
{
    text = pln_trim(text);
    bool line = text.size == 0 || memchr(text.data, '\n', text.size) == NULL;
    if (text.size == 0) {
        return field->many > 0 ? json_array() : json_string("");
    }
    if (field->type == PLN_TYPE_GROUP) {
        return group_json(field, text, notes);
    }
    if (field->many > 0) {
        return list_json(field, text);
    }
    if (field->type == PLN_TYPE_TEXT) {
        return text_json(text);
    }
    if (!line) {
        return NULL;
    }
    if (strcmp(field->name, "minutes") == 0) {
        return minutes_json(text);
    }
    return field->type == PLN_TYPE_CODE ? code_json(text) : text_json(text);
}

void pln_fields_settle(const pln_kind_t *kind, json_t *fields)
{
    const pln_field_t *field;
    for (size_t i = 0; (field = pln_field_at(kind, i)) != NULL; i++) {
        const char *text = json_string_value(json_object_get(fields, field->name));
        json_t *value = text != NULL && field->type == PLN_TYPE_GROUP
                            ? pln_field_from_text(field, PLN_SPAN(text, strlen(text)), NULL)
                            : NULL;
        if (value != NULL) {
            json_object_set_new(fields, field->name, value);
        }
    }
}
