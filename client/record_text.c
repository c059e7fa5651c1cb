// SPDX-License-Identifier: MPL-2.0
#include "record_text.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "group_text.h"
#include "lineage_text.h"
#include "proto/kinds.h"
#include "when.h"
#include "width.h"
#include "wrap.h"

#define BESIDE_MAX 58u /**< columns that fit beside a label */

/** The first of a record's own fields that is of one of @types, as people read it; NULL: none. */
static const char *first_of(const pln_kind_t *kind, const json_t *fields, unsigned types)
{
    for (const pln_field_t *field = kind->fields; field->number != 0; field++) {
        const char *text = json_string_value(json_object_get(fields, field->name));
        const pln_choice_t *word =
            text != NULL && field->type == PLN_TYPE_CHOICE
                ? pln_choice_find(field->choices, PLN_SPAN(text, strlen(text)))
                : NULL;
        if (text != NULL && text[0] != '\0' && ((types >> field->type) & 1u) != 0) {
            return word != NULL ? word->label : text;
        }
    }
    return NULL;
}

const char *pln_record_title(const json_t *record)
{
    const json_t *fields = json_object_get(record, "fields");
    const pln_kind_t *kind = pln_kind_by_name(pln_text(record, "kind"));
    const pln_field_t *title = kind != NULL && kind->fields != NULL ? pln_field_title(kind) : NULL;
    const char *text = title != NULL ? pln_text(fields, title->name) : "";
    if (text[0] != '\0') {
        return text;
    }
    // A record without a title is called by what it says, or by what follows from it.
    if (kind != NULL && kind->fields != NULL && fields != NULL) {
        text = first_of(kind, fields, 1u << PLN_TYPE_LINE | 1u << PLN_TYPE_TEXT);
        text = text != NULL ? text : first_of(kind, fields, 1u << PLN_TYPE_CHOICE);
        return text != NULL ? text : kind->label;
    }
    return pln_text(record, "unreadable");
}

const char *pln_record_author(const json_t *record)
{
    const char *name = pln_text(record, "author_name");
    return name[0] != '\0' ? name : pln_text(record, "author");
}

/** A value of one line, numbers and words as they are written in JSON. */
static void print_scalar(const json_t *value)
{
    if (json_is_string(value)) {
        pln_text_print(stdout, json_string_value(value), true);
    } else {
        char text[64] = "";
        size_t size = json_dumpb(value, text, sizeof text - 1, JSON_ENCODE_ANY | JSON_COMPACT);
        fwrite(text, 1, size < sizeof text ? size : 0, stdout);
    }
}

static void print_value(const json_t *value)
{
    size_t index;
    json_t *item;
    if (!json_is_array(value)) {
        print_scalar(value);
        return;
    }
    json_array_foreach(value, index, item)
    {
        fputs(index > 0 ? ", " : "", stdout);
        print_scalar(item);
    }
}

/** Does it stand under its label, over the whole width? */
static bool is_block(const json_t *value)
{
    const char *text = json_string_value(value);
    size_t index, width = 0;
    json_t *item;
    if (text != NULL) {
        return strchr(text, '\n') != NULL || pln_width(text, strlen(text)) > BESIDE_MAX;
    }
    json_array_foreach(value, index, item)
    {
        const char *line = json_string_value(item);
        width += line != NULL ? pln_width(line, strlen(line)) + 2 : 0;
        if (json_is_object(item) || is_block(item)) {
            return true;
        }
    }
    return width > BESIDE_MAX;
}

/** Texts of a list, one by one. */
static void print_items(const json_t *list, size_t width)
{
    size_t index;
    json_t *item;
    json_array_foreach(list, index, item)
    {
        pln_buf_t line = {0};
        pln_buf_add(&line, "- ", 2);
        pln_buf_add(&line, json_string_value(item), json_string_length(item));
        pln_buf_u8(&line, 0);
        pln_wrap_print(stdout, (const char *)line.data, 0, width);
        pln_buf_free(&line);
    }
}

static void print_block(const pln_field_t *field, const json_t *value)
{
    size_t width = pln_screen_width(stdout);
    if (json_is_string(value)) {
        pln_wrap_print(stdout, json_string_value(value), 0, width);
    } else if (field != NULL && field->type == PLN_TYPE_GROUP) {
        pln_group_print(field, value, width);
    } else {
        print_items(value, width);
    }
}

void pln_label_print(const char *label)
{
    size_t width = pln_width(label, strlen(label));
    pln_screen_style(stdout, PLN_BOLD);
    pln_text_print(stdout, label, false);
    pln_screen_style(stdout, PLN_PLAIN);
    for (; width < PLN_LABEL_WIDTH; width++) {
        putchar(' ');
    }
}

/** The salt is no news to anybody. */
static bool says_nothing(const pln_field_t *field)
{
    return field != NULL && field->number == PLN_FIELD_SALT;
}

static bool is_reference(const pln_field_t *field)
{
    return field != NULL && (field->type == PLN_TYPE_LINK || field->type == PLN_TYPE_REFERENCE);
}

/** Short fields as a list, then long ones, each under its label. What it speaks of comes later. */
static void print_fields(const json_t *record)
{
    json_t *fields = pln_lineage_named(record);
    const char *title = pln_record_title(record);
    const pln_kind_t *kind = pln_kind_by_name(pln_text(record, "kind"));
    const char *name;
    json_t *value;
    for (int blocks = 0; blocks < 2; blocks++) {
        json_object_foreach(fields, name, value)
        {
            const pln_field_t *field = kind == NULL ? NULL : pln_field_by_name(kind, name);
            const char *label = field == NULL ? name : field->label;
            if (is_block(value) != (blocks == 1) || json_string_value(value) == title ||
                is_reference(field) || says_nothing(field)) {
                continue;
            }
            if (blocks == 0) {
                pln_label_print(label);
                print_value(value);
                putchar('\n');
                continue;
            }
            putchar('\n');
            pln_screen_style(stdout, PLN_BOLD);
            pln_text_print(stdout, label, false);
            pln_screen_style(stdout, PLN_PLAIN);
            putchar('\n');
            print_block(field, value);
        }
    }
    json_decref(fields);
}

static void print_pair(const char *label, const char *value)
{
    if (value[0] != '\0') {
        pln_label_print(label);
        pln_text_print(stdout, value, false);
        putchar('\n');
    }
}

static void print_vouched(const json_t *vouched)
{
    char line[128];
    if (vouched == NULL) {
        return;
    }
    putchar('\n');
    const json_t *verified = json_object_get(vouched, "verified");
    print_pair("Signed by", pln_text(vouched, "signed_by"));
    print_pair("Signature", verified == NULL         ? ""
                            : json_is_true(verified) ? "verified just now"
                                                     : "DOES NOT HOLD");
    if (pln_number(vouched, "arrived") > 0) {
        snprintf(line, sizeof line, "as number %llu here",
                 (unsigned long long)pln_number(vouched, "arrived"));
        print_pair("Arrived", line);
    }
    print_pair("Content", pln_text(vouched, "data"));
}

/** Who, when, why, and how far it has come. */
static void print_withdrawn(const json_t *withdrawn)
{
    char line[160], when[PLN_WHEN_SIZE] = "";
    uint64_t ms;
    const char *name = pln_text(withdrawn, "by_name");
    bool hidden = strcmp(pln_text(withdrawn, "state"), "hidden") == 0;
    print_pair("Withdrawn by", name[0] != '\0' ? name : pln_text(withdrawn, "by"));
    if (pln_when_parse(pln_text(withdrawn, "time"), &ms)) {
        pln_when_short(ms, pln_when_now(), when);
    }
    print_pair("Withdrawn", when);
    print_pair("Reason", pln_text(withdrawn, "reason"));
    if (pln_when_parse(pln_text(withdrawn, "erased_from"), &ms)) {
        pln_when_short(ms, pln_when_now(), when);
        snprintf(line, sizeof line, "%s; until then `pln retract --undo` loses nothing", when);
        print_pair("Erased here", line);
    } else if (hidden && json_is_true(json_object_get(withdrawn, "kept"))) {
        print_pair("Kept here", "hidden, because this node wrote it");
    }
    snprintf(line, sizeof line, "by %llu of %llu members to be %s",
             (unsigned long long)pln_number(withdrawn, "confirmed"),
             (unsigned long long)pln_number(withdrawn, "members"), hidden ? "hidden" : "erased");
    print_pair("Confirmed", line);
}

static const char *why_unreadable(const json_t *record)
{
    const char *reason = pln_text(record, "unreadable");
    return strcmp(reason, "missing") == 0
               ? "its content has not come yet: this node asks its peers for it"
               : reason;
}

void pln_record_print(const json_t *record)
{
    const json_t *withdrawn = json_object_get(record, "withdrawn");
    char when[PLN_WHEN_SIZE] = "";
    uint64_t ms;
    pln_screen_style(stdout, PLN_BOLD);
    pln_wrap_print(stdout, pln_record_title(record), 0, pln_screen_width(stdout));
    pln_screen_style(stdout, PLN_PLAIN);
    if (pln_when_parse(pln_text(record, "time"), &ms)) {
        pln_when_short(ms, pln_when_now(), when);
    }
    print_pair("Kind", pln_text(record, "kind"));
    print_pair("Published by", pln_record_author(record));
    print_pair("Published", when);
    print_pair("Id", pln_text(record, "id"));
    if (withdrawn != NULL) {
        print_withdrawn(withdrawn);
    } else {
        print_pair("Unreadable", why_unreadable(record));
    }
    print_fields(record);
    pln_lineage_print(record);
    print_vouched(json_object_get(record, "vouched"));
}
