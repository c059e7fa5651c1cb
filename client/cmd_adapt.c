// SPDX-License-Identifier: MPL-2.0
#include <string.h>

#include "given_fields.h"
#include "publish.h"
#include "record_path.h"

/** The kind of the record that is adapted: a file is read by it. NULL: told, *status says what. */
static const pln_kind_t *kind_of(const pln_command_t *command, const char *id, int *status)
{
    pln_buf_t path = {0};
    json_t *record = NULL;
    *status = PLN_USAGE;
    if (!pln_record_path(id, &path)) {
        pln_wrong_usage(command->options->verb,
                        "\"%.100s\" is no record id: NET/AUTHOR/SEQ, as `pln list` shows it", id);
    } else {
        *status = pln_call_get(command->call, pln_path(&path), &record);
    }
    const pln_kind_t *kind = pln_kind_by_name(pln_text(record, "kind"));
    if (*status == PLN_DONE && !pln_record_meant(id, record)) {
        *status = PLN_FAILED;
        kind = NULL;
    } else if (*status == PLN_DONE && kind == NULL) {
        pln_say("this version cannot read records of that kind; update pln");
        *status = PLN_FAILED;
    }
    json_decref(record);
    pln_buf_free(&path);
    return kind;
}

int pln_cmd_adapt(pln_command_t *command)
{
    const char *file = pln_option(command->options, "file");
    const char *id = pln_word(command->options, 0);
    int status;
    const pln_kind_t *kind = kind_of(command, id, &status);
    if (kind == NULL) {
        return status;
    }
    json_t *fields = file == NULL ? json_object() : pln_fields_from_file(file, kind);
    if (fields == NULL) {
        return PLN_FAILED;
    }
    status = PLN_USAGE;
    if (pln_fields_from_words(command, 1, kind, fields)) {
        json_t *body = pln_publish_body(command);
        json_object_set_new(body, "origin", json_string(id));
        json_object_set(body, "fields", fields);
        status = pln_publish(command, "/api/v1/adaptations", body);
    }
    json_decref(fields);
    return status;
}
