// SPDX-License-Identifier: MPL-2.0
#include "lineage_text.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "proto/kinds.h"
#include "record_text.h"
#include "width.h"
#include "wrap.h"

/* ---- titles for references ---- */

static const char *title_of(const json_t *spoken, const char *reference)
{
    size_t index;
    json_t *item;
    json_array_foreach(spoken, index, item)
    {
        const char *title = pln_text(item, "title");
        if (strcmp(pln_text(item, "reference"), reference) == 0) {
            return title[0] != '\0' ? title : NULL;
        }
    }
    return NULL;
}

/** @value with titles for the references of its groups. */
static json_t *named(const json_t *spoken, json_t *value)
{
    const char *text = json_string_value(value), *name;
    const char *title = text != NULL ? title_of(spoken, text) : NULL;
    json_t *copy, *item;
    size_t index;
    if (json_is_array(value)) {
        copy = json_array();
        json_array_foreach(value, index, item)
        {
            json_array_append_new(copy, named(spoken, item));
        }
    } else if (json_is_object(value)) {
        copy = json_object();
        json_object_foreach(value, name, item)
        {
            json_object_set_new(copy, name, named(spoken, item));
        }
    } else {
        copy = title != NULL ? json_string(title) : json_incref(value);
    }
    return copy;
}

json_t *pln_lineage_named(const json_t *record)
{
    return named(json_object_get(json_object_get(record, "lineage"), "speaks_of"),
                 json_object_get(record, "fields"));
}

/* ---- what stands below a record ---- */

/** "LABEL   text", as much of it as fits beside the label. */
static void print_beside(const char *label, const char *text)
{
    size_t room = pln_screen_width(stdout) - PLN_LABEL_WIDTH;
    char *line = pln_text_line(text);
    size_t size = strlen(line);
    bool cut = pln_width(line, size) > room;
    pln_label_print(label);
    fwrite(line, 1, cut ? pln_width_fit(line, size, room - 1) : size, stdout);
    puts(cut ? "\xe2\x80\xa6" : "");
    free(line);
}

/** "LABEL   Title", and below it "kind of Author" and the id; @said stands for a title. */
static void print_relative(const char *label, const json_t *record, const char *said)
{
    const char *name = pln_text(record, "kind"), *title = pln_text(record, "title");
    const pln_kind_t *kind = pln_kind_by_name(name);
    char line[300];
    title = title[0] == '\0' && kind != NULL ? kind->label : title;
    print_beside(label, said != NULL ? said : title);
    if (name[0] != '\0') {
        snprintf(line, sizeof line, "%s of %s", name, pln_record_author(record));
        pln_wrap_print(stdout, line, 4, pln_screen_width(stdout));
    }
    fputs("    ", stdout);
    pln_text_print(stdout, pln_text(record, "id"), false);
    putchar('\n');
}

/** Why what a reference means is not shown; NULL: it is. */
static const char *not_shown(const char *state)
{
    return strcmp(state, "changed") == 0     ? "changed: another text stands there now"
           : strcmp(state, "withdrawn") == 0 ? "withdrawn meanwhile"
           : strcmp(state, "absent") == 0    ? "not held here"
                                             : NULL;
}

/** What this record speaks of itself. */
static void print_spoken_of(const json_t *record, const json_t *list)
{
    const pln_kind_t *kind = pln_kind_by_name(pln_text(record, "kind"));
    size_t index;
    json_t *item;
    json_array_foreach(list, index, item)
    {
        const char *name = pln_text(item, "as");
        const pln_field_t *field = kind != NULL ? pln_field_by_name(kind, name) : NULL;
        print_relative(field != NULL ? field->label : name, item,
                       not_shown(pln_text(item, "state")));
    }
}

/** What this record speaks of, and the records that speak of it. */
void pln_lineage_print(const json_t *record)
{
    static const char *const lists[][2] = {{"replaced_by", "Replaced by"},
                                           {"adapted_by", "Adapted by"},
                                           {"spoken_of_by", "Spoken of by"}};
    const json_t *lineage = json_object_get(record, "lineage");
    if (json_object_size(lineage) > 0) {
        putchar('\n');
    }
    print_spoken_of(record, json_object_get(lineage, "speaks_of"));
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const json_t *list = json_object_get(lineage, lists[i][0]);
        size_t index;
        json_t *relative;
        json_array_foreach(list, index, relative)
        {
            bool changed = json_is_true(json_object_get(relative, "changed"));
            print_relative(lists[i][1], relative,
                           changed ? "one that means another text than this" : NULL);
        }
    }
    if (json_is_true(json_object_get(lineage, "more"))) {
        pln_label_print("More");
        puts("older ones stand on the page, beneath the record");
    }
}
