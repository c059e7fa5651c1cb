// SPDX-License-Identifier: MPL-2.0
#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "group_text.h"
#include "proto/kinds.h"
#include "record_path.h"
#include "record_text.h"
#include "when.h"
#include "wrap.h"

#define VERSIONS_MAX 1000u
#define INDENT 4u

json_t *pln_history_diff(const char *kind_name, const json_t *before, const json_t *after)
{
    const pln_kind_t *kind = pln_kind_by_name(kind_name);
    const pln_field_t *field;
    json_t *diff = json_array();
    for (size_t i = 0; kind != NULL && (field = pln_field_at(kind, i)) != NULL; i++) {
        json_t *old = json_object_get(before, field->name);
        json_t *new = json_object_get(after, field->name);
        // That one replaces the other is what makes them versions, not a difference; a salt follows
        // from the rest.
        if (field->number == PLN_FIELD_REPLACES || field->number == PLN_FIELD_SALT ||
            (old == NULL && new == NULL) || (old != NULL && new != NULL &&json_equal(old, new))) {
            continue;
        }
        json_t *change = json_object();
        json_object_set_new(change, "field", json_string(field->name));
        json_object_set(change, "before", old != NULL ? old : json_null());
        json_object_set(change, "after", new != NULL ? new : json_null());
        json_array_append_new(diff, change);
    }
    return diff;
}

static void print_side(const pln_field_t *field, const char *sign, const json_t *value)
{
    size_t width = pln_screen_width(stdout);
    const char *text = json_string_value(value);
    if (value == NULL || json_is_null(value)) {
        return;
    }
    printf("  %s ", sign);
    if (json_is_number(value) || json_is_boolean(value)) {
        char *dumped = json_dumps(value, JSON_ENCODE_ANY);
        puts(dumped);
        free(dumped);
        return;
    }
    if (text != NULL && strchr(text, '\n') == NULL && strlen(text) + INDENT < width) {
        pln_text_print(stdout, text, false);
        putchar('\n');
        return;
    }
    putchar('\n');
    if (text != NULL) {
        pln_wrap_print(stdout, text, INDENT, width);
    } else if (field != NULL && field->type == PLN_TYPE_GROUP) {
        pln_group_print(field, value, width);
    } else {
        char *dumped = json_dumps(value, JSON_ENCODE_ANY);
        pln_wrap_print(stdout, dumped, INDENT, width);
        free(dumped);
    }
}

static void print_diff(const char *kind_name, const json_t *diff)
{
    const pln_kind_t *kind = pln_kind_by_name(kind_name);
    size_t index;
    json_t *change;
    if (json_array_size(diff) == 0) {
        puts("  nothing changed");
    }
    json_array_foreach(diff, index, change)
    {
        const pln_field_t *field = pln_field_by_name(kind, pln_text(change, "field"));
        pln_screen_style(stdout, PLN_BOLD);
        printf("  %s\n", field->label);
        pln_screen_style(stdout, PLN_PLAIN);
        print_side(field, "-", json_object_get(change, "before"));
        print_side(field, "+", json_object_get(change, "after"));
    }
}

static void print_version(const json_t *record)
{
    char when[PLN_WHEN_SIZE] = "";
    uint64_t ms;
    if (pln_when_parse(pln_text(record, "time"), &ms)) {
        pln_when_short(ms, pln_when_now(), when);
    }
    pln_screen_style(stdout, PLN_BOLD);
    pln_wrap_print(stdout, pln_record_title(record), 0, pln_screen_width(stdout));
    pln_screen_style(stdout, PLN_PLAIN);
    printf("  %s  ", when);
    pln_text_print(stdout, pln_text(record, "id"), false);
    putchar('\n');
}

/** The version that @record replaces; NULL: none, or it is not held here. */
static json_t *earlier(pln_command_t *command, const json_t *record, int *status)
{
    const char *reference = pln_text(json_object_get(record, "fields"), "replaces");
    const char *slash = strchr(reference, '/');
    json_t *found = NULL;
    pln_buf_t path = {0}, id = {0};
    if (slash == NULL) {
        return NULL;
    }
    if (strchr(slash + 1, '/') == NULL) {
        const char *network = pln_text(record, "network");
        pln_buf_add(&id, network, strlen(network));
        pln_buf_u8(&id, '/');
    }
    pln_buf_add(&id, reference, strlen(reference) + 1);
    if (pln_record_path((const char *)id.data, &path)) {
        *status = pln_call_get(command->call, pln_path(&path), &found);
    }
    pln_buf_free(&id);
    pln_buf_free(&path);
    return found;
}

static void show(const pln_command_t *command, const json_t *record, const json_t *before)
{
    const char *kind = pln_text(record, "kind");
    json_t *diff = before == NULL ? NULL
                                  : pln_history_diff(kind, json_object_get(before, "fields"),
                                                     json_object_get(record, "fields"));
    if (command->options->json) {
        json_t *json = json_object();
        json_object_set_new(json, "record", json_deep_copy(record));
        json_object_set(json, "changes", diff != NULL ? diff : json_null());
        pln_json_print(json);
        json_decref(json);
    } else {
        print_version(record);
        if (diff != NULL) {
            print_diff(kind, diff);
            putchar('\n');
        }
    }
    json_decref(diff);
}

int pln_history_print(pln_command_t *command, const json_t *record)
{
    int status = PLN_DONE;
    json_t *at = json_deep_copy(record);
    for (size_t count = 0; at != NULL && count < VERSIONS_MAX; count++) {
        json_t *before = earlier(command, at, &status);
        show(command, at, before);
        json_decref(at);
        at = before;
    }
    json_decref(at);
    return status;
}
