// SPDX-License-Identifier: MPL-2.0
#include "cancel.h"

int pln_cancel(pln_command_t *command, const char *list, const char *key, const char *told)
{
    json_t *answer;
    pln_buf_t path = {0};
    if (key[0] == '\0') {
        return pln_wrong_usage(command->options->verb,
                               "--cancel needs a key, as `pln %s --list` shows it",
                               command->options->verb->name);
    }
    pln_path_add(&path, list);
    pln_path_segment(&path, key);
    pln_path_add(&path, "/cancel");
    int status = pln_call_post(command->call, pln_path(&path), json_object(), &answer);
    if (status == PLN_DONE && command->options->json) {
        pln_json_print(answer);
    } else if (status == PLN_DONE) {
        pln_hint("%s", told);
    }
    json_decref(answer);
    pln_buf_free(&path);
    return status;
}
