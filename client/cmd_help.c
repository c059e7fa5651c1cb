// SPDX-License-Identifier: MPL-2.0
// Kinds are printed from the table that daemon and client share, so help needs no daemon.
#include <inttypes.h>
#include <string.h>

#include "command.h"
#include "grid.h"
#include "proto/kinds.h"
#include "wrap.h"

static json_t *field_json(const pln_field_t *field)
{
    json_t *json = json_object();
    json_object_set_new(json, "name", json_string(field->name));
    json_object_set_new(json, "label", json_string(field->label));
    json_object_set_new(json, "help", json_string(field->help));
    json_object_set_new(json, "type", json_string(pln_type_name(field->type)));
    json_object_set_new(json, "required", json_boolean(field->flags & PLN_FIELD_REQUIRED));
    json_object_set_new(json, "many", json_boolean(field->many > 0));
    json_object_set_new(json, "personal", json_boolean(field->flags & PLN_FIELD_PERSONAL));
    if (field->many > 0) {
        json_object_set_new(json, "most_values", json_integer(field->many));
    }
    if (field->max > 0) {
        json_object_set_new(json, "min", json_integer(field->min));
        json_object_set_new(json, "max", json_integer(field->max));
    }
    if (pln_index_facet(field->index)[0] != '\0') {
        json_object_set_new(json, "filter", json_string(pln_index_facet(field->index)));
    }
    if (field->choices != NULL) {
        json_t *words = json_array();
        for (const pln_choice_t *choice = field->choices; choice->word != NULL; choice++) {
            json_array_append_new(words, json_string(choice->word));
        }
        json_object_set_new(json, field->type == PLN_TYPE_LINK ? "leads_to" : "choices", words);
    }
    if (field->parts != NULL) {
        json_t *parts = json_array();
        for (const pln_field_t *part = field->parts; part->number != 0; part++) {
            json_array_append_new(parts, field_json(part));
        }
        json_object_set_new(json, "parts", parts);
    }
    return json;
}

static json_t *kind_json(const pln_kind_t *kind)
{
    json_t *fields = json_array();
    const pln_field_t *field;
    for (size_t i = 0; (field = pln_field_at(kind, i)) != NULL; i++) {
        json_array_append_new(fields, field_json(field));
    }
    return json_pack("{s:s, s:s, s:s, s:b, s:o}", "name", kind->name, "label", kind->label, "help",
                     kind->help, "personal", kind->personal, "fields", fields);
}

/** "text to 300 bytes, required", "choice, up to 32": all bounds that there are. */
static void describe(const pln_field_t *field, char *out, size_t size)
{
    static const char *const texts[PLN_TYPE_COUNT] = {
        [PLN_TYPE_LINE] = "line",          [PLN_TYPE_TEXT] = "text",
        [PLN_TYPE_CODE] = "code",          [PLN_TYPE_CHOICE] = "choice",
        [PLN_TYPE_UINT] = "number",        [PLN_TYPE_DECIMAL] = "number",
        [PLN_TYPE_BOOL] = "true or false", [PLN_TYPE_TIME] = "date or time",
        [PLN_TYPE_LINK] = "record id",     [PLN_TYPE_REFERENCE] = "record id",
        [PLN_TYPE_BLOB] = "file id",       [PLN_TYPE_SALT] = "hex digits",
        [PLN_TYPE_GROUP] = "parts"};
    char bound[48] = "", several[32] = "";
    switch (field->type) {
        case PLN_TYPE_LINE:
        case PLN_TYPE_TEXT:
        case PLN_TYPE_CODE:
            snprintf(bound, sizeof bound, " to %" PRIu32 " bytes", field->max);
            break;
        case PLN_TYPE_UINT:
        case PLN_TYPE_DECIMAL:
            snprintf(bound, sizeof bound, " %" PRIu32 " to %" PRIu32, field->min,
                     field->type == PLN_TYPE_DECIMAL ? field->max / 100u : field->max);
            break;
        default:
            break;
    }
    if (field->many > 0) {
        snprintf(several, sizeof several, ", up to %" PRIu32, field->many);
    }
    snprintf(out, size, "%s%s%s%s", texts[field->type], bound, several,
             (field->flags & PLN_FIELD_REQUIRED) != 0 ? ", required" : "");
}

static void print_words(const char *name, const pln_field_t *field)
{
    printf("\n%s%s:", name, field->type == PLN_TYPE_LINK ? " leads to" : "");
    size_t column = strlen(name) + (field->type == PLN_TYPE_LINK ? 10 : 1);
    for (const pln_choice_t *choice = field->choices; choice->word != NULL; choice++) {
        size_t size = strlen(choice->word) + 1;
        if (column + size > 79) {
            fputs("\n   ", stdout);
            column = 3;
        }
        printf(" %s", choice->word);
        column += size;
    }
    putchar('\n');
}

static void print_choices(const pln_field_t *field, const char *around)
{
    char name[96];
    snprintf(name, sizeof name, "%s%s", around, field->name);
    if (field->choices != NULL) {
        print_words(name, field);
    }
    snprintf(name, sizeof name, "%s%s.", around, field->name);
    for (const pln_field_t *part = field->parts; part != NULL && part->number != 0; part++) {
        print_choices(part, name);
    }
}

/** A row, and below it one for each of its parts. */
static void add_field(pln_grid_t *grid, const pln_field_t *field, int indent)
{
    char takes[64], name[96];
    describe(field, takes, sizeof takes);
    snprintf(name, sizeof name, "%*s%s", indent, "", field->name);
    pln_grid_add(grid, name);
    pln_grid_add(grid, takes);
    pln_grid_add(grid, field->help);
    for (const pln_field_t *part = field->parts; part != NULL && part->number != 0; part++) {
        add_field(grid, part, indent + 2);
    }
}

/** With all fields that must be there. */
static void print_example(const pln_kind_t *kind)
{
    printf("\nExample:\n  pln add %s", kind->name);
    size_t column = strlen(kind->name) + 10;
    for (const pln_field_t *field = kind->fields; field->number != 0; field++) {
        size_t size = strlen(field->name) + 7;
        if ((field->flags & PLN_FIELD_REQUIRED) == 0) {
            continue;
        }
        if (column + size > 74) {
            fputs(" \\\n   ", stdout);
            column = 3;
        }
        printf(" %s=VALUE", field->name);
        column += size;
    }
    puts(" ...");
}

static int help_kind(const pln_command_t *command, const pln_kind_t *kind)
{
    if (command->options->json) {
        json_t *json = kind_json(kind);
        pln_json_print(json);
        json_decref(json);
        return PLN_DONE;
    }
    char sentence[400];
    snprintf(sentence, sizeof sentence, "%s (%s): %s.", kind->name, kind->label, kind->help);
    pln_wrap_print(stdout, sentence, 0, pln_screen_width(stdout));
    putchar('\n');
    pln_grid_t *grid = pln_grid_new(3);
    pln_grid_add(grid, "FIELD");
    pln_grid_add(grid, "TAKES");
    pln_grid_add(grid, "WHAT IT SAYS");
    const pln_field_t *field;
    // Its own fields first: those that all kinds share are known after the first one.
    for (field = kind->fields; field->number != 0; field++) {
        add_field(grid, field, 0);
    }
    for (size_t i = 0; (field = pln_field_at(kind, i))->number < PLN_FIELD_OWN_MIN; i++) {
        add_field(grid, field, 0);
    }
    pln_grid_print(grid, stdout, pln_screen_width(stdout));
    pln_grid_free(&grid);
    for (size_t i = 0; (field = pln_field_at(kind, i)) != NULL; i++) {
        print_choices(field, "");
    }
    print_example(kind);
    return PLN_DONE;
}

static int help_list(const pln_command_t *command)
{
    if (!command->options->json) {
        pln_help_all(stdout);
        return PLN_DONE;
    }
    for (const pln_verb_t *verb = pln_verbs; verb->name != NULL; verb++) {
        json_t *json = json_pack("{s:s, s:s, s:s, s:s}", "verb", verb->name, "arguments",
                                 verb->arguments, "does", verb->sentence, "example", verb->example);
        pln_json_print(json);
        json_decref(json);
    }
    return PLN_DONE;
}

int pln_cmd_help(pln_command_t *command)
{
    const char *first = pln_word(command->options, 0);
    const char *second = pln_word(command->options, 1);
    char name[80];
    bool noun = false;
    if (pln_option(command->options, "man") != NULL) {
        pln_help_manual(stdout);
        return PLN_DONE;
    }
    if (first == NULL) {
        return help_list(command);
    }
    snprintf(name, sizeof name, "%s%s%s", first, second != NULL ? " " : "",
             second != NULL ? second : "");
    for (const pln_verb_t *verb = pln_verbs; verb->name != NULL; verb++) {
        size_t size = strlen(name);
        if (strcmp(verb->name, name) == 0) {
            pln_help_verb(stdout, verb);
            return PLN_DONE;
        }
        noun = noun || (strncmp(verb->name, name, size) == 0 && verb->name[size] == ' ');
    }
    const pln_kind_t *kind = pln_kind_by_name(name);
    if (kind != NULL && kind->fields != NULL) {
        return help_kind(command, kind);
    }
    if (noun) {
        pln_help_noun(stdout, name);
        return PLN_DONE;
    }
    return pln_wrong_usage(NULL, "there is no verb and no kind \"%s\"", name);
}
