// SPDX-License-Identifier: MPL-2.0
// Kinds are printed from the table that daemon and client share, so help needs no daemon.
#include <string.h>

#include "command.h"
#include "proto/kinds.h"
#include "table.h"

static json_t *kind_json(const pln_kind_t *kind)
{
    json_t *fields = json_array();
    const pln_field_t *field;
    for (size_t i = 0; (field = pln_field_at(kind, i)) != NULL; i++) {
        json_t *json = json_object();
        json_object_set_new(json, "name", json_string(field->name));
        json_object_set_new(json, "label", json_string(field->label));
        json_object_set_new(json, "help", json_string(field->help));
        json_object_set_new(json, "type", json_string(pln_type_name(field->type)));
        json_object_set_new(json, "required", json_boolean(field->flags & PLN_FIELD_REQUIRED));
        json_object_set_new(json, "many", json_boolean(field->many > 0));
        if (field->choices != NULL) {
            json_t *words = json_array();
            for (const pln_choice_t *choice = field->choices; choice->word != NULL; choice++) {
                json_array_append_new(words, json_string(choice->word));
            }
            json_object_set_new(json, "choices", words);
        }
        json_array_append_new(fields, json);
    }
    return json_pack("{s:s, s:s, s:s, s:o}", "name", kind->name, "label", kind->label, "help",
                     kind->help, "fields", fields);
}

/** "text, required", "words of a list, several". */
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
    snprintf(out, size, "%s%s%s", texts[field->type], field->many > 0 ? ", several" : "",
             (field->flags & PLN_FIELD_REQUIRED) != 0 ? ", required" : "");
}

static void print_choices(const pln_kind_t *kind)
{
    const pln_field_t *field;
    for (size_t i = 0; (field = pln_field_at(kind, i)) != NULL; i++) {
        if (field->choices == NULL) {
            continue;
        }
        printf("\n%s:", field->name);
        size_t column = strlen(field->name) + 1;
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
}

static int help_kind(const pln_command_t *command, const pln_kind_t *kind)
{
    static const pln_column_t columns[] = {
        {"FIELD", PLN_COLUMN_LEFT}, {"TAKES", PLN_COLUMN_LEFT}, {"WHAT IT SAYS", PLN_COLUMN_LEFT}};
    if (command->options->json) {
        json_t *json = kind_json(kind);
        pln_json_print(json);
        json_decref(json);
        return PLN_DONE;
    }
    printf("%s (%s): %s.\n\n", kind->name, kind->label, kind->help);
    pln_table_t *table = pln_table_new(columns, sizeof columns / sizeof columns[0]);
    const pln_field_t *field;
    for (size_t i = 0; (field = pln_field_at(kind, i)) != NULL; i++) {
        char takes[64];
        describe(field, takes, sizeof takes);
        pln_table_add(table, field->name);
        pln_table_add(table, takes);
        pln_table_add(table, field->help);
    }
    pln_table_print(table, stdout, pln_screen_width(stdout));
    pln_table_free(&table);
    print_choices(kind);
    printf("\nExample:\n  pln add %s FIELD=VALUE ...\n", kind->name);
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
