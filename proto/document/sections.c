// SPDX-License-Identifier: MPL-2.0
#include "sections.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field_text.h"
#include "field_words.h"
#include "headings.h"
#include "lines.h"

#define SHOWN_MAX 40u

typedef struct {
    pln_document_t *out;
    pln_span_t body;
    const pln_field_t *rest;
    pln_buf_t left; /**< what goes to rest */
    bool bold;      /**< lines in bold may be headings */
    bool mapped;    /**< a section went to a field */
} sections_t;

static void note(const sections_t *sections, pln_span_t heading, const char *why)
{
    char text[300];
    snprintf(text, sizeof text, "the section \"%.*s\" %s; it stays in %s",
             (int)(heading.size < 100 ? heading.size : 100), (const char *)heading.data, why,
             sections->rest->name);
    char *whole = pln_span_text(PLN_SPAN(text, strlen(text)));
    if (pln_utf8_valid(PLN_SPAN(whole, strlen(whole)))) {
        json_array_append_new(sections->out->notes, json_string(whole));
    }
    free(whole);
}

/** The field that the heading names and that is still free. */
static const pln_field_t *section_field(const sections_t *sections, const pln_heading_t *heading)
{
    const pln_field_t *field = pln_field_called(sections->out->kind, heading->text);
    bool unused = field != NULL && (field == sections->rest ||
                                    json_object_get(sections->out->fields, field->name) == NULL);
    return unused ? field : NULL;
}

/** Every field of texts, as a list for a sentence. */
static void name_sections(const pln_kind_t *kind, char *out, size_t size)
{
    const pln_field_t *field;
    out[0] = '\0';
    for (size_t i = 0; (field = pln_field_at(kind, i)) != NULL; i++) {
        size_t used = strlen(out);
        if (field->type == PLN_TYPE_TEXT && used + strlen(field->label) + 3 < size) {
            snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", field->label);
        }
    }
}

static bool refuse(const sections_t *sections, pln_span_t text)
{
    char names[160];
    pln_document_t *out = sections->out;
    size_t shown = 0;
    name_sections(out->kind, names, sizeof names);
    while (shown < text.size && shown < SHOWN_MAX && text.data[shown] != '\n') {
        shown++;
    }
    while (shown > 0 && shown < text.size && (text.data[shown] & 0xc0) == 0x80) {
        shown--;
    }
    snprintf(out->problem, sizeof out->problem,
             "a %s has no field for \"%.*s...\": put it under one of the headings %s",
             out->kind->name, (int)shown, (const char *)text.data, names);
    return false;
}

/** Text without a field, with its heading. */
static bool leave(sections_t *sections, pln_span_t text)
{
    text = pln_trim(text);
    if (text.size == 0) {
        return true;
    }
    if (sections->rest == NULL) {
        return refuse(sections, text);
    }
    pln_buf_add(&sections->left, "\n\n", sections->left.size > 0 ? 2 : 0);
    pln_buf_add(&sections->left, text.data, text.size);
    return true;
}

/** A section into its field, or with its heading to the rest. */
static bool take(sections_t *sections, const pln_field_t *field, const pln_heading_t *heading,
                 size_t end)
{
    pln_span_t inside = PLN_SPAN(sections->body.data + heading->to, end - heading->to);
    pln_span_t whole = PLN_SPAN(sections->body.data + heading->from, end - heading->from);
    if (field != NULL && field == sections->rest) {
        sections->mapped = true;
        return leave(sections, inside);
    }
    json_t *value = field != NULL ? pln_field_from_text(field, inside, sections->out->notes) : NULL;
    if (value != NULL) {
        json_object_set_new(sections->out->fields, field->name, value);
        sections->mapped = true;
        return true;
    }
    if (sections->rest != NULL && heading->level > 1) {
        note(sections, heading->text,
             field == NULL ? "has no field of its own" : "says more than its field takes");
    }
    return leave(sections, whole);
}

/** Does @heading stand inside the section of @field that @begun began? A line in bold is a heading
 * only where a field is called so, and not inside of one that a heading proper began. */
static bool within(const sections_t *sections, const pln_field_t *field, const pln_heading_t *begun,
                   const pln_heading_t *heading)
{
    if (heading->level != PLN_HEADING_BOLD) {
        return field != NULL && heading->level > begun->level;
    }
    bool open = sections->bold &&
                (field == NULL || field == sections->rest || begun->level == PLN_HEADING_BOLD);
    return !open || pln_field_called(sections->out->kind, heading->text) == NULL;
}

static bool read_all(sections_t *sections)
{
    pln_headings_t headings = {0};
    pln_heading_t heading = {0}, begun = {0};
    const pln_field_t *field = NULL;
    bool open = false, good = true, on = true;
    while (good && on) {
        on = pln_headings_next(&headings, sections->body, &heading);
        if (on && within(sections, field, &begun, &heading)) {
            continue;
        }
        size_t end = on ? heading.from : sections->body.size;
        if (open) {
            good = take(sections, field, &begun, end);
        } else {
            good = leave(sections, PLN_SPAN(sections->body.data, end));
        }
        open = true;
        begun = heading;
        field = on ? section_field(sections, &heading) : NULL;
    }
    return good;
}

static bool read_with(pln_span_t body, const pln_field_t *rest, bool bold, pln_document_t *out)
{
    sections_t sections = {.out = out, .body = body, .rest = rest, .bold = bold};
    bool good = read_all(&sections);
    if (good && rest != NULL) {
        // A document without a section of ours stays as it stands, to the byte.
        pln_span_t text = sections.mapped ? pln_buf_span(&sections.left) : body;
        const char *given = json_string_value(json_object_get(out->fields, rest->name));
        pln_buf_t whole = {0};
        if (given != NULL && text.size > 0 && pln_trim(text).size > 0) {
            pln_buf_add(&whole, given, strlen(given));
            pln_buf_add(&whole, "\n\n", 2);
        }
        pln_buf_add(&whole, text.data, text.size);
        if (given == NULL || whole.size > text.size) {
            pln_span_t value = pln_buf_span(&whole);
            json_object_set_new(out->fields, rest->name,
                                value.size > 0 ? json_stringn((const char *)value.data, value.size)
                                               : json_string(""));
        }
        pln_buf_free(&whole);
    }
    pln_buf_free(&sections.left);
    return good;
}

/** Has anything been written into @rest? */
static bool has_rest(const pln_document_t *out, const pln_field_t *rest)
{
    const char *text = json_string_value(json_object_get(out->fields, rest->name));
    return text != NULL && pln_trim(PLN_SPAN(text, strlen(text))).size > 0;
}

bool pln_sections_read(pln_span_t body, const pln_field_t *rest, pln_document_t *out)
{
    json_t *before = json_copy(out->fields);
    size_t notes = json_array_size(out->notes);
    bool good = read_with(body, rest, true, out);
    // Where headings in bold leave nothing to be done, they were none.
    if (good && rest != NULL && !has_rest(out, rest)) {
        json_object_clear(out->fields);
        json_object_update(out->fields, before);
        while (json_array_size(out->notes) > notes) {
            json_array_remove(out->notes, json_array_size(out->notes) - 1);
        }
        good = read_with(body, rest, false, out);
    }
    json_decref(before);
    return good;
}
