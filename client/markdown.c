// SPDX-License-Identifier: MPL-2.0
#include "markdown.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "front_matter.h"
#include "headings.h"

#define FOLD_MAX 64u

/** A document while it is read. */
typedef struct {
    pln_document_t *out;
    const char *file;
    pln_buf_t front; /**< front matter that no field takes, verbatim */
    pln_span_t body;
    const pln_field_t *title;
    const pln_field_t *prompt; /**< NULL: sections become fields */
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

static json_t *text_value(pln_span_t text)
{
    return text.size == 0 ? json_string("") : json_stringn((const char *)text.data, text.size);
}

/* ---- names ---- */

/** Lower-case letters and digits of @text only: "Depth of knowledge" is "depthofknowledge". */
static void fold(pln_span_t text, char out[FOLD_MAX + 1])
{
    size_t at = 0;
    for (size_t i = 0; i < text.size && at < FOLD_MAX; i++) {
        uint8_t c = text.data[i];
        if (c >= 'A' && c <= 'Z') {
            out[at++] = (char)(c - 'A' + 'a');
        } else if (c != ' ' && c != '-' && c != '_') {
            out[at++] = (char)c;
        }
    }
    out[at] = '\0';
}

/** The field that people call so: by name, label, or a word that is used for it. */
static const pln_field_t *find_field(const pln_kind_t *kind, pln_span_t called)
{
    static const char *const words[][2] = {{"grade", "grades"},
                                           {"gradelevel", "grades"},
                                           {"gradelevels", "grades"},
                                           {"subject", "subjects"},
                                           {"competency", "competencies"},
                                           {"standards", "competencies"},
                                           {"author", "by"},
                                           {"authors", "by"},
                                           {"language", "lang"},
                                           {"licence", "license"},
                                           {"duration", "minutes"}};
    char wanted[FOLD_MAX + 1], name[FOLD_MAX + 1], label[FOLD_MAX + 1];
    const pln_field_t *field;
    fold(called, wanted);
    for (size_t i = 0; (field = pln_field_at(kind, i)) != NULL; i++) {
        fold(PLN_SPAN(field->name, strlen(field->name)), name);
        fold(PLN_SPAN(field->label, strlen(field->label)), label);
        if (strcmp(wanted, name) == 0 || strcmp(wanted, label) == 0) {
            return field;
        }
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(wanted, words[i][0]) == 0) {
            return pln_field_by_name(kind, words[i][1]);
        }
    }
    return NULL;
}

/* ---- front matter ---- */

json_t *pln_markdown_list(const char *text)
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
            pln_span_t span = pln_buf_span(&item);
            while (span.size > 0 && span.data[span.size - 1] == ' ') {
                span.size--;
            }
            while (span.size > 0 && span.data[0] == ' ') {
                span.data++;
                span.size--;
            }
            if (span.size > 0) {
                json_array_append_new(list, text_value(span));
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

/** Take a key as a field; false: it has to stay prose. */
static bool take_key(reading_t *reading, const pln_front_t *front)
{
    json_t *fields = reading->out->fields;
    const pln_field_t *field =
        find_field(reading->out->kind, PLN_SPAN(front->key, strlen(front->key)));
    if (strcmp(front->key, "kind") == 0) {
        return json_is_string(front->value);
    }
    if (field == NULL || field == reading->prompt || front->value == NULL ||
        json_object_get(fields, field->name) != NULL) {
        return false;
    }
    if (field->many > 0 && json_is_string(front->value)) {
        json_object_set_new(fields, field->name,
                            pln_markdown_list(json_string_value(front->value)));
        return true;
    }
    if (field->many == 0 && json_is_array(front->value)) {
        return false;
    }
    json_object_set(fields, field->name, front->value);
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

/** @rest holds the body where a heading leaves it. */
static void find_title(reading_t *reading, pln_buf_t *rest)
{
    pln_headings_t headings = {0};
    pln_heading_t heading;
    if (json_object_get(reading->out->fields, reading->title->name) != NULL) {
        return;
    }
    do {
        if (!pln_headings_next(&headings, reading->body, &heading)) {
            title_from_file(reading);
            return;
        }
    } while (heading.text.size == 0);
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

/** Everything, as it stands; sections that a field could take are named. */
static void keep_prose(reading_t *reading)
{
    pln_buf_t prose = {0};
    pln_headings_t headings = {0};
    pln_heading_t heading;
    if (reading->front.size > 0) {
        pln_buf_add(&prose, "---\n", 4);
        pln_buf_add(&prose, reading->front.data, reading->front.size);
        pln_buf_add(&prose, "---\n\n", 5);
    }
    pln_buf_add(&prose, reading->body.data, reading->body.size);
    json_object_set_new(reading->out->fields, reading->prompt->name,
                        text_value(pln_buf_span(&prose)));
    while (pln_headings_next(&headings, reading->body, &heading)) {
        const pln_field_t *field = find_field(reading->out->kind, heading.text);
        if (field != NULL && field != reading->prompt && field != reading->title) {
            note(reading, "the section \"%.*s\" stays in %s, as it is", (int)heading.text.size,
                 (const char *)heading.text.data, reading->prompt->name);
        }
    }
    pln_buf_free(&prose);
}

static pln_span_t trim_lines(pln_span_t text)
{
    while (text.size > 0 && strchr(" \t\r\n", text.data[text.size - 1]) != NULL) {
        text.size--;
    }
    while (text.size > 0 && (text.data[0] == '\n' || text.data[0] == '\r')) {
        text.data++;
        text.size--;
    }
    return text;
}

/** The text field that the heading names and that is still free. */
static const pln_field_t *section_field(const reading_t *reading, const pln_heading_t *heading)
{
    const pln_field_t *field = find_field(reading->out->kind, heading->text);
    bool fits = field != NULL && field->type == PLN_TYPE_TEXT && field->many == 0 &&
                json_object_get(reading->out->fields, field->name) == NULL;
    return fits ? field : NULL;
}

/** Every field of texts, as a list for a sentence. */
static void name_sections(const pln_kind_t *kind, char *out, size_t size)
{
    const pln_field_t *field;
    out[0] = '\0';
    for (size_t i = 0; (field = pln_field_at(kind, i)) != NULL; i++) {
        size_t used = strlen(out);
        if (field->type == PLN_TYPE_TEXT) {
            snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", field->label);
        }
    }
}

static bool stray(reading_t *reading, pln_span_t text)
{
    char names[160];
    text = trim_lines(text);
    if (text.size == 0) {
        return false;
    }
    name_sections(reading->out->kind, names, sizeof names);
    size_t shown = 0;
    while (shown < text.size && shown < 40 && text.data[shown] != '\n') {
        shown++;
    }
    while (shown > 0 && shown < text.size && (text.data[shown] & 0xc0) == 0x80) {
        shown--;
    }
    snprintf(reading->out->problem, sizeof reading->out->problem,
             "a %s has no field for \"%.*s...\": put it under one of the headings %s",
             reading->out->kind->name, (int)shown, (const char *)text.data, names);
    return true;
}

/** Sections into their fields; false: something has no field. */
static bool split_sections(reading_t *reading)
{
    pln_headings_t headings = {0};
    pln_heading_t heading;
    const pln_field_t *field = NULL;
    unsigned level = 0;
    size_t from = 0;
    bool on = true;
    while (on) {
        on = pln_headings_next(&headings, reading->body, &heading);
        const pln_field_t *next = on ? section_field(reading, &heading) : NULL;
        if (on && field != NULL && heading.level > level) {
            continue;
        }
        size_t end = on ? heading.from : reading->body.size;
        pln_span_t text = PLN_SPAN(reading->body.data + from, end - from);
        if (field == NULL && stray(reading, text)) {
            return false;
        }
        if (field != NULL && json_object_get(reading->out->fields, field->name) == NULL) {
            text = trim_lines(text);
            json_object_set_new(reading->out->fields, field->name, text_value(text));
            next = on ? section_field(reading, &heading) : NULL;
        }
        field = next;
        level = heading.level;
        from = !on ? end : (field != NULL ? heading.to : heading.from);
    }
    return true;
}

/* ---- the whole ---- */

static bool read_document(reading_t *reading, pln_span_t text)
{
    pln_document_t *out = reading->out;
    pln_buf_t rest = {0};
    reading->title = pln_field_by_name(out->kind, "title");
    if (reading->title == NULL) {
        reading->title = pln_field_by_name(out->kind, "name");
    }
    reading->prompt = pln_field_by_name(out->kind, "prompt");
    size_t used = pln_front_matter(text, on_key, reading);
    reading->body = PLN_SPAN(text.data + used, text.size - used);
    if (reading->title != NULL) {
        find_title(reading, &rest);
    }
    bool good = true;
    if (reading->prompt != NULL) {
        keep_prose(reading);
    } else {
        good = !stray(reading, pln_buf_span(&reading->front)) && split_sections(reading);
    }
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
