// SPDX-License-Identifier: MPL-2.0
#include "markdown.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field_text.h"
#include "field_words.h"
#include "front_matter.h"
#include "headings.h"
#include "lines.h"
#include "sections.h"

/** A document while it is read. */
typedef struct {
    pln_document_t *out;
    const char *file;
    pln_buf_t front; /**< front matter that no field takes, verbatim */
    pln_span_t body;
    const pln_field_t *title;
    const pln_field_t *rest; /**< what has no field of its own goes there; NULL: nowhere */
} reading_t;

static void note(const reading_t *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void note(const reading_t *reading, const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    json_array_append_new(reading->out->notes, json_string_nocheck(text));
}

/* ---- front matter ---- */

/** Take a key as a field; false: it has to stay prose. */
static bool take_key(reading_t *reading, const pln_front_t *front)
{
    json_t *fields = reading->out->fields;
    const pln_field_t *field =
        pln_field_called(reading->out->kind, PLN_SPAN(front->key, strlen(front->key)));
    if (strcmp(front->key, "kind") == 0) {
        return json_is_string(front->value);
    }
    if (front->key[0] == '#' && json_is_string(front->value)) {
        json_object_set(fields, front->key, front->value);
        return true;
    }
    if (field == NULL || front->value == NULL || json_object_get(fields, field->name) != NULL) {
        return false;
    }
    bool split = field->many > 0 && json_is_string(front->value);
    json_t *value = json_incref(front->value);
    if (split || (field->many == 0 && json_is_string(front->value) &&
                  field->type != PLN_TYPE_TEXT && field->type != PLN_TYPE_LINE)) {
        json_decref(value);
        const char *text = json_string_value(front->value);
        value = pln_field_from_text(field, PLN_SPAN(text, strlen(text)), reading->out->notes);
    } else if (field->many == 0 && json_is_array(front->value)) {
        json_decref(value);
        value = NULL;
    }
    if (value == NULL) {
        return false;
    }
    json_object_set_new(fields, field->name, value);
    return true;
}

static void on_key(void *arg, const pln_front_t *front)
{
    reading_t *reading = arg;
    if (!take_key(reading, front)) {
        pln_buf_add(&reading->front, front->lines.data, front->lines.size);
        note(reading, "no field takes \"%.64s\" of the front matter; it stays as prose",
             front->key);
    }
}

static void find_kind(void *arg, const pln_front_t *front)
{
    json_t **kind = arg;
    if (strcmp(front->key, "kind") == 0 && json_is_string(front->value)) {
        json_decref(*kind);
        *kind = json_incref(front->value);
    }
}

/** The kind that is asked for, that the document names, or a task. False: problem. */
static bool choose_kind(pln_document_t *out, pln_span_t text, const pln_kind_t *kind)
{
    json_t *named = NULL;
    pln_front_matter(text, find_kind, &named);
    const char *name = json_string_value(named);
    out->kind = kind != NULL ? kind : pln_kind_by_name(name != NULL ? name : "task");
    bool good = out->kind != NULL && out->kind->fields != NULL &&
                (name == NULL || strcmp(name, out->kind->name) == 0);
    if (!good && kind != NULL) {
        snprintf(out->problem, sizeof out->problem,
                 "the document says that it is a %.64s, not a %s; publish it as that", name,
                 kind->name);
    } else if (!good) {
        snprintf(out->problem, sizeof out->problem,
                 "there is no kind \"%.64s\"; `pln help` lists them", name);
    }
    json_decref(named);
    return good;
}

/* ---- the title ---- */

static json_t *text_value(pln_span_t text)
{
    return text.size == 0 ? json_string("") : json_stringn((const char *)text.data, text.size);
}

/** One line without controls, of at most @max bytes; *cut: it was longer. */
static json_t *title_value(pln_span_t text, size_t max, bool *cut)
{
    pln_buf_t out = {0};
    for (size_t i = 0; i < text.size; i++) {
        pln_buf_u8(&out, text.data[i] < 0x20 ? ' ' : text.data[i]);
    }
    *cut = out.size > max;
    if (*cut) {
        out.size = max - 3;
        while (out.size > 0 && (text.data[out.size] & 0xc0) == 0x80) {
            out.size--;
        }
        pln_buf_add(&out, "\xe2\x80\xa6", 3);
    }
    json_t *value = text_value(pln_buf_span(&out));
    pln_buf_free(&out);
    return value;
}

/** "units/2-farm__soil.md" as "2 farm soil". */
static void title_from_file(reading_t *reading)
{
    bool cut;
    const char *slash = strrchr(reading->file, '/');
    const char *name = slash == NULL ? reading->file : slash + 1;
    const char *dot = strrchr(name, '.');
    size_t size = dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name);
    pln_buf_t out = {0};
    for (size_t i = 0; i < size; i++) {
        bool gap = name[i] == '-' || name[i] == '_' || name[i] == ' ';
        if (!gap) {
            pln_buf_u8(&out, (uint8_t)name[i]);
        } else if (out.size > 0 && out.data[out.size - 1] != ' ') {
            pln_buf_u8(&out, ' ');
        }
    }
    if (!pln_utf8_valid(pln_buf_span(&out)) || out.size == 0) {
        pln_buf_clear(&out);
        pln_buf_add(&out, "Untitled", 8);
    }
    json_t *value = title_value(pln_buf_span(&out), reading->title->max, &cut);
    note(reading,
         "it has no heading: its title is \"%.100s\", from the name of the file; "
         "%s=... gives another one",
         json_string_value(value), reading->title->name);
    json_object_set_new(reading->out->fields, reading->title->name, value);
    pln_buf_free(&out);
}

/** Nothing but blanks and headings without text. */
static bool is_lead(pln_span_t text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (strchr(" \t\r\n#", text.data[i]) == NULL) {
            return false;
        }
    }
    return true;
}

/** Take the heading out of the body, with the blank lines behind it. */
static void drop_heading(reading_t *reading, const pln_heading_t *heading, pln_buf_t *rest)
{
    size_t to = heading->to;
    for (size_t i = to; i < reading->body.size; i++) {
        uint8_t c = reading->body.data[i];
        if (c == '\n') {
            to = i + 1;
        } else if (c != ' ' && c != '\t' && c != '\r') {
            break;
        }
    }
    pln_buf_add(rest, reading->body.data, heading->from);
    pln_buf_add(rest, reading->body.data + to, reading->body.size - to);
    reading->body = pln_buf_span(rest);
}

/** Below the first level, a heading that names another field than the title. */
static bool names_section(const reading_t *reading, const pln_heading_t *heading)
{
    const pln_field_t *field = pln_field_called(reading->out->kind, heading->text);
    return heading->level > 1 && field != NULL && field != reading->title;
}

/** @rest holds the body where a heading leaves it. */
static void find_title(reading_t *reading, pln_buf_t *rest)
{
    pln_headings_t headings = {0};
    pln_heading_t heading;
    if (json_object_get(reading->out->fields, reading->title->name) != NULL) {
        return;
    }
    // A section is no title, but where a document is called "Task" or "Materials" that is its
    // title.
    do {
        if (!pln_headings_next(&headings, reading->body, &heading)) {
            title_from_file(reading);
            return;
        }
    } while (heading.text.size == 0 || heading.level == PLN_HEADING_BOLD ||
             names_section(reading, &heading));
    bool cut;
    json_t *value = title_value(heading.text, reading->title->max, &cut);
    json_object_set_new(reading->out->fields, reading->title->name, value);
    if (cut) {
        note(reading, "its heading is too long for a title; the whole of it stays in the prose");
    } else if (is_lead(PLN_SPAN(reading->body.data, heading.from))) {
        drop_heading(reading, &heading, rest);
    }
}

/* ---- the prose ---- */

/** Front matter that no field takes goes in front of the prose. */
static void keep_front(reading_t *reading)
{
    const char *prose =
        json_string_value(json_object_get(reading->out->fields, reading->rest->name));
    pln_buf_t text = {0};
    if (reading->front.size == 0) {
        return;
    }
    pln_buf_add(&text, "---\n", 4);
    pln_buf_add(&text, reading->front.data, reading->front.size);
    pln_buf_add(&text, "---\n\n", 5);
    pln_buf_add(&text, prose, strlen(prose));
    json_object_set_new(reading->out->fields, reading->rest->name, text_value(pln_buf_span(&text)));
    pln_buf_free(&text);
}

static bool has_content(const json_t *value)
{
    const char *text = json_string_value(value);
    if (text != NULL) {
        return !is_lead(PLN_SPAN(text, strlen(text)));
    }
    return json_array_size(value) > 0;
}

/** A template that nobody has filled in has headings and nothing below them. */
static bool is_template(const reading_t *reading)
{
    const pln_field_t *field;
    for (size_t i = 0; (field = pln_field_at(reading->out->kind, i)) != NULL; i++) {
        bool content = field->type == PLN_TYPE_TEXT || field->type == PLN_TYPE_GROUP;
        if (content && has_content(json_object_get(reading->out->fields, field->name))) {
            return false;
        }
    }
    return true;
}

/* ---- the whole ---- */

static bool read_document(reading_t *reading, pln_span_t text)
{
    pln_document_t *out = reading->out;
    pln_buf_t rest = {0};
    reading->title = pln_field_title(out->kind);
    reading->rest = pln_field_by_name(out->kind, "prompt");
    size_t used = pln_front_matter(text, on_key, reading);
    reading->body = PLN_SPAN(text.data + used, text.size - used);
    if (reading->title != NULL) {
        find_title(reading, &rest);
    }
    pln_buf_t front = {0};
    bool good = true;
    if (reading->rest == NULL) {
        // Without a field for prose, front matter that no field takes is refused like a stray text.
        pln_buf_add(&front, reading->front.data, reading->front.size);
        pln_buf_add(&front, reading->body.data, reading->body.size);
        good = pln_sections_read(pln_buf_span(&front), NULL, out);
    } else {
        good = pln_sections_read(reading->body, reading->rest, out);
        if (good && is_template(reading)) {
            snprintf(out->problem, sizeof out->problem,
                     "nothing stands in it: it looks like a template that nobody has filled in");
            good = false;
        } else if (good) {
            keep_front(reading);
        }
    }
    pln_buf_free(&front);
    pln_buf_free(&rest);
    return good;
}

bool pln_markdown_read(pln_span_t text, const char *file, const pln_kind_t *kind,
                       pln_document_t *out)
{
    reading_t reading = {.out = out, .file = file};
    *out = (pln_document_t){.fields = json_object(), .notes = json_array()};
    if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
        text = PLN_SPAN(text.data + 3, text.size - 3);
    }
    if (!pln_utf8_valid(text)) {
        snprintf(out->problem, sizeof out->problem, "it is not UTF-8 text: save it as UTF-8");
        return false;
    }
    bool good = choose_kind(out, text, kind) && read_document(&reading, text);
    pln_buf_free(&reading.front);
    return good;
}

void pln_document_free(pln_document_t *document)
{
    json_decref(document->fields);
    json_decref(document->notes);
    *document = (pln_document_t){.fields = NULL};
}
