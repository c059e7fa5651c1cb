// SPDX-License-Identifier: MPL-2.0
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "when.h"

#define TICKET_MAX 65536u /**< more is a whole file, and no ticket */

/** The ticket of the command line, or all of standard input; NULL: there is none, told. */
static char *read_ticket(const pln_command_t *command)
{
    const char *word = pln_word(command->options, 0);
    if (word != NULL && strcmp(word, "-") != 0) {
        return pln_strdup(word);
    }
    if (isatty(STDIN_FILENO)) {
        pln_hint("Paste the ticket, then press Enter and Ctrl-D:");
    }
    pln_buf_t text = {0};
    size_t got;
    do {
        uint8_t *room = pln_buf_grow(&text, 4096);
        got = fread(room, 1, 4096, stdin);
        text.size -= 4096 - got;
    } while (got > 0 && text.size < TICKET_MAX);
    pln_buf_u8(&text, 0);
    if (strlen((char *)text.data) + 1 != text.size || text.size == 1) {
        pln_say("standard input holds no ticket: give it as `pln join TICKET`");
        pln_buf_free(&text);
        return NULL;
    }
    return (char *)text.data;
}

/** Say what joining would mean before it happens. */
static void announce(const json_t *ticket)
{
    uint64_t ms;
    char when[PLN_WHEN_SIZE] = "";
    const char *label = pln_text(ticket, "label");
    if (pln_when_parse(pln_text(ticket, "expires"), &ms)) {
        pln_when_ago(ms, pln_when_now(), when);
    }
    pln_hint("Joining \"%s\" as %s%s%s%s", pln_text(ticket, "name"), pln_text(ticket, "role"),
             label[0] != '\0' ? ", named \"" : "", label, label[0] != '\0' ? "\"" : "");
    pln_hint("  network  %s", pln_text(ticket, "network"));
    pln_hint("  inviter  %s%s%s", pln_text(ticket, "inviter"),
             when[0] != '\0' ? ", ticket ends " : "", when);
    size_t index;
    json_t *address;
    json_array_foreach(json_object_get(ticket, "addresses"), index, address)
    {
        pln_hint("  address  %s", json_is_string(address) ? json_string_value(address) : "");
    }
}

typedef struct {
    json_t *outcome; /**< the last line: {"done": ...} or {"error": ...} */
} joining_t;

static bool on_line(void *arg, const char *line, size_t size)
{
    joining_t *joining = arg;
    json_t *value = json_loadb(line, size, 0, NULL);
    if (json_is_string(json_object_get(value, "progress"))) {
        pln_hint("%s", pln_text(value, "progress"));
    } else if (json_is_object(value)) {
        json_decref(joining->outcome);
        joining->outcome = json_incref(value);
    }
    json_decref(value);
    return true;
}

static int finish(const pln_command_t *command, const joining_t *joining)
{
    const json_t *error = json_object_get(joining->outcome, "error");
    if (error != NULL) {
        return pln_call_tell(error);
    }
    const char *network = pln_text(joining->outcome, "network");
    if (network[0] == '\0') {
        pln_say("the daemon ended without saying whether it joined; `pln network list` tells");
        return PLN_FAILED;
    }
    if (command->options->json) {
        json_t *json =
            json_pack("{s:s, s:s}", "network", network, "name", pln_text(joining->outcome, "name"));
        pln_json_print(json);
        json_decref(json);
    } else {
        puts(network);
    }
    return PLN_DONE;
}

static int join(pln_command_t *command, const char *ticket, uint64_t wait_ms)
{
    json_t *answer;
    joining_t joining = {.outcome = NULL};
    json_t *body = json_object();
    json_object_set_new(body, "ticket", json_string(ticket));
    int status = pln_call_post(command->call, "/api/v1/tickets/read", json_copy(body), &answer);
    if (status == PLN_DONE) {
        announce(answer);
        if (wait_ms > 0) {
            json_object_set_new(body, "wait_ms", json_integer((json_int_t)wait_ms));
        }
        status =
            pln_call_lines(command->call, "/api/v1/join", json_incref(body), on_line, &joining);
    }
    if (status == PLN_DONE) {
        status = finish(command, &joining);
    }
    json_decref(joining.outcome);
    json_decref(answer);
    json_decref(body);
    return status;
}

int pln_cmd_join(pln_command_t *command)
{
    uint64_t wait_ms = 0;
    const char *wait = pln_option(command->options, "wait");
    if (wait != NULL && !pln_when_duration(wait, &wait_ms)) {
        return pln_wrong_usage(command->options->verb,
                               "\"%s\" is no span of time: give 30s, 10m or 1h", wait);
    }
    char *ticket = read_ticket(command);
    int status = PLN_FAILED;
    if (ticket != NULL && !pln_utf8_valid(PLN_SPAN(ticket, strlen(ticket)))) {
        pln_say("that is no ticket: it begins with PLN1-");
    } else if (ticket != NULL) {
        status = join(command, ticket, wait_ms);
    }
    free(ticket);
    return status;
}
