// SPDX-License-Identifier: MPL-2.0
#include "markdown_write.h"

#include <stdlib.h>
#include <string.h>

#include "field_words.h"
#include "markdown.h"
#include "rubric.h"

#define SECTION_LEVEL 2u

static void add(pln_buf_t *out, const char *text)
{
    pln_buf_add(out, text, strlen(text));
}

/** Texts and rubrics make sections, unless they are known not to survive it. */
static bool is_section(const pln_field_t *field, const json_t *value, const json_t *unfit)
{
    bool text = field->type == PLN_TYPE_TEXT && json_is_string(value);
    return (text || pln_field_is_rubric(field)) && json_object_get(unfit, field->name) == NULL;
}

/** "key: value" in JSON, which YAML takes, too. */
static void write_key(const char *name, const json_t *value, pln_buf_t *out)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY);
    // A bare "#" would begin a comment.
    add(out, name[0] == '#' ? "\"" : "");
    add(out, name);
    add(out, name[0] == '#' ? "\": " : ": ");
    add(out, text);
    add(out, "\n");
    free(text);
}

static void write_section(const pln_field_t *field, const json_t *value, pln_buf_t *out)
{
    add(out, "## ");
    add(out, field->label);
    add(out, "\n\n");
    if (field->type == PLN_TYPE_TEXT) {
        add(out, json_string_value(value));
        add(out, "\n\n");
    } else {
        pln_rubric_write(value, SECTION_LEVEL + 1, out);
    }
}

static void write_with(const pln_kind_t *kind, json_t *fields, const json_t *unfit, pln_buf_t *out)
{
    const pln_field_t *title = pln_field_title(kind), *field;
    const char *name;
    json_t *value;
    bool headed = title != NULL && json_object_get(unfit, title->name) == NULL &&
                  json_is_string(json_object_get(fields, title->name));
    add(out, "---\nkind: ");
    add(out, kind->name);
    add(out, "\n");
    json_object_foreach(fields, name, value)
    {
        field = pln_field_by_name(kind, name);
        if (field == NULL || (!is_section(field, value, unfit) && !(headed && field == title))) {
            write_key(name, value, out);
        }
    }
    add(out, "---\n\n");
    if (headed) {
        add(out, "# ");
        add(out, json_string_value(json_object_get(fields, title->name)));
        add(out, "\n\n");
    }
    json_object_foreach(fields, name, value)
    {
        field = pln_field_by_name(kind, name);
        if (field != NULL && is_section(field, value, unfit)) {
            write_section(field, value, out);
        }
    }
    while (out->size > 1 && out->data[out->size - 1] == '\n' && out->data[out->size - 2] == '\n') {
        out->size--;
    }
}

/** Names of the fields that read back differently. */
static json_t *lost_in(const pln_kind_t *kind, json_t *fields, pln_span_t text)
{
    pln_document_t document;
    json_t *lost = json_object();
    bool good = pln_markdown_read(text, "", kind, &document);
    const char *name;
    json_t *value;
    json_object_foreach(fields, name, value)
    {
        if (!good || !json_equal(value, json_object_get(document.fields, name))) {
            json_object_set_new(lost, name, json_true());
        }
    }
    pln_document_free(&document);
    return lost;
}

void pln_markdown_write(const pln_kind_t *kind, json_t *fields, pln_buf_t *out)
{
    pln_buf_t text = {0};
    json_t *unfit = json_object();
    size_t before;
    // Each round takes at least one more field out of the sections, so it ends.
    do {
        before = json_object_size(unfit);
        pln_buf_clear(&text);
        write_with(kind, fields, unfit, &text);
        json_t *lost = lost_in(kind, fields, pln_buf_span(&text));
        json_object_update(unfit, lost);
        json_decref(lost);
    } while (json_object_size(unfit) > before);
    pln_buf_add(out, text.data, text.size);
    json_decref(unfit);
    pln_buf_free(&text);
}
