// SPDX-License-Identifier: MPL-2.0
#include "command.h"
#include "peer_table.h"

int pln_cmd_peer_list(pln_command_t *command)
{
    json_t *answer;
    int status = pln_call_get(command->call, "/api/v1/peers", &answer);
    const json_t *peers = json_object_get(answer, "peers");
    if (status == PLN_DONE && command->options->json) {
        pln_print_list(answer, "peers");
    } else if (status == PLN_DONE && json_array_size(peers) == 0) {
        pln_hint(
            "no peers yet: they come with `pln join` and `pln invite`, or name one with `pln "
            "peer add HOST:PORT DID`");
    } else if (status == PLN_DONE) {
        pln_peer_table(peers);
    }
    json_decref(answer);
    return status;
}

static int change_peer(pln_command_t *command, const char *path, json_t *body, const char *done)
{
    json_t *answer;
    int status = pln_call_post(command->call, path, body, &answer);
    if (status == PLN_DONE && command->options->json) {
        pln_json_print(answer);
    } else if (status == PLN_DONE) {
        pln_hint("%s %s", pln_text(answer, "id"), done);
    }
    json_decref(answer);
    return status;
}

int pln_cmd_peer_add(pln_command_t *command)
{
    json_t *body = json_object();
    json_object_set_new(body, "address", json_string(pln_word(command->options, 0)));
    json_object_set_new(body, "id", json_string(pln_word(command->options, 1)));
    return change_peer(command, "/api/v1/peers", body,
                       "is dialled now and after every start; `pln peer list` shows how it goes");
}

int pln_cmd_peer_remove(pln_command_t *command)
{
    json_t *body = json_object();
    json_object_set_new(body, "id", json_string(pln_word(command->options, 0)));
    return change_peer(command, "/api/v1/peers/remove", body, "is no longer dialled by hand");
}
