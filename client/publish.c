// SPDX-License-Identifier: MPL-2.0
#include "publish.h"

#include <string.h>
#include <unistd.h>

#include "proto/kinds.h"

json_t *pln_publish_body(const pln_command_t *command)
{
    const char *network = pln_option(command->options, "network");
    json_t *body = json_object();
    if (network != NULL) {
        json_object_set_new(body, "network", json_string(network));
    }
    if (pln_option(command->options, "confirm-no-student-data") != NULL) {
        json_object_set_new(body, "confirm_no_student_data", json_true());
    }
    return body;
}

void pln_publish_kinds(char *out, size_t size)
{
    const pln_kind_t *kind;
    out[0] = '\0';
    for (size_t i = 0; (kind = pln_kind_at(i)) != NULL; i++) {
        size_t used = strlen(out);
        if (kind->fields != NULL) {
            snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", kind->name);
        }
    }
}

void pln_publish_tell_places(const char *name, const json_t *places)
{
    size_t index;
    json_t *place;
    json_array_foreach(places, index, place)
    {
        pln_hint("%s%s, line %d: %s: %s", name, pln_text(place, "field"),
                 (int)pln_number(place, "line"), pln_text(place, "what"), pln_text(place, "text"));
    }
}

bool pln_publish_vouched(const pln_command_t *command)
{
    char line[16] = "";
    if (command->options->json || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        return false;
    }
    fputs("Publish it all the same, vouching that no student can be recognized? [y/N] ", stderr);
    return fgets(line, sizeof line, stdin) != NULL && (line[0] == 'y' || line[0] == 'Y');
}

static int tell_result(const pln_command_t *command, const json_t *result)
{
    size_t index;
    json_t *note;
    if (json_object_get(result, "id") == NULL) {
        pln_say("the daemon did not say whether it took the record; `pln list` tells");
        return PLN_FAILED;
    }
    json_array_foreach(json_object_get(result, "notes"), index, note)
    {
        pln_hint("%s", json_string_value(note));
    }
    if (command->options->json) {
        pln_json_print(result);
    } else {
        puts(pln_text(result, "id"));
    }
    return PLN_DONE;
}

int pln_publish(pln_command_t *command, const char *path, json_t *body)
{
    json_t *answer, *again = json_deep_copy(body);
    int status = pln_call_post(command->call, path, body, &answer);
    json_t *results = json_object_get(answer, "results");
    json_t *result = results != NULL ? json_array_get(results, 0) : answer;
    const json_t *error = json_object_get(result, "error");
    const json_t *places = json_object_get(error, "places");
    if (error == NULL) {
        status = status == PLN_DONE ? tell_result(command, result) : status;
    } else {
        pln_call_tell(error);
        pln_publish_tell_places("  ", places);
        status = PLN_FAILED;
    }
    if (places != NULL && pln_publish_vouched(command)) {
        json_object_set_new(again, "confirm_no_student_data", json_true());
        status = pln_publish(command, path, again);
    } else {
        json_decref(again);
    }
    json_decref(answer);
    return status;
}
