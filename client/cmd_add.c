// SPDX-License-Identifier: MPL-2.0
#include <string.h>

#include "command.h"
#include "given_fields.h"
#include "publish.h"

/** The kind that the first word names; NULL: wrong usage, told. */
static const pln_kind_t *read_kind(const pln_command_t *command)
{
    char names[256];
    const char *word = pln_word(command->options, 0);
    const pln_kind_t *kind = pln_kind_by_name(word);
    if (kind != NULL && kind->fields != NULL) {
        return kind;
    }
    pln_publish_kinds(names, sizeof names);
    pln_wrong_usage(command->options->verb, "there is no kind \"%s\"; there are: %s", word, names);
    return NULL;
}

/* ---- publishing ---- */

static int publish(pln_command_t *command, const pln_kind_t *kind, json_t *fields)
{
    json_t *body = pln_publish_body(command), *records = json_array(), *record = json_object();
    json_object_set_new(record, "kind", json_string(kind->name));
    json_object_set(record, "fields", fields);
    json_array_append_new(records, record);
    json_object_set_new(body, "records", records);
    return pln_publish(command, "/api/v1/records", body);
}

int pln_cmd_add(pln_command_t *command)
{
    const char *file = pln_option(command->options, "file");
    const pln_kind_t *kind = read_kind(command);
    int status = PLN_USAGE;
    if (kind == NULL) {
        return status;
    }
    if (file == NULL && command->options->word_count == 1) {
        return pln_wrong_usage(command->options->verb,
                               "nothing says what the %s holds: give -f FILE or FIELD=VALUE",
                               kind->name);
    }
    json_t *fields = file == NULL ? json_object() : pln_fields_from_file(file, kind);
    if (fields == NULL) {
        return PLN_FAILED;
    }
    if (pln_fields_from_words(command, 1, kind, fields)) {
        status = publish(command, kind, fields);
    }
    json_decref(fields);
    return status;
}
