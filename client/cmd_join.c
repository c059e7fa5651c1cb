// SPDX-License-Identifier: MPL-2.0
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "proto/letter.h"
#include "when.h"

#define WAIT_DEFAULT_MS 60000u
#define INPUT_MAX 65536u /**< a letter with a ticket in it; more is something else */

/** All of standard input, NUL-terminated; "" when it is empty. */
static char *read_input(void)
{
    pln_buf_t text = {0};
    size_t got;
    if (isatty(STDIN_FILENO)) {
        pln_hint("Paste the ticket, then press Enter and Ctrl-D:");
    }
    do {
        uint8_t *room = pln_buf_grow(&text, 4096);
        got = fread(room, 1, 4096, stdin);
        text.size -= 4096 - got;
    } while (got > 0 && text.size < INPUT_MAX);
    pln_buf_u8(&text, 0);
    return (char *)text.data;
}

/** Say what joining would mean before it happens. */
static void announce(const json_t *ticket)
{
    uint64_t ms;
    char when[PLN_WHEN_SIZE] = "";
    const char *label = pln_text(ticket, "label");
    bool over = false;
    if (pln_when_parse(pln_text(ticket, "expires"), &ms)) {
        over = ms <= pln_when_now();
        pln_when_ago(ms, pln_when_now(), when);
    }
    pln_hint("Joining \"%s\" as %s%s%s%s", pln_text(ticket, "name"), pln_text(ticket, "role"),
             label[0] != '\0' ? ", named \"" : "", label, label[0] != '\0' ? "\"" : "");
    pln_hint("  network  %s", pln_text(ticket, "network"));
    pln_hint("  founder  %s", pln_text(ticket, "root"));
    pln_hint("  inviter  %s", pln_text(ticket, "inviter"));
    if (pln_text(ticket, "for")[0] != '\0') {
        pln_hint("  only     %s", pln_text(ticket, "for"));
    }
    if (when[0] != '\0') {
        pln_hint("  ticket   %s %s", over ? "ended" : "ends", when);
    }
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
    json_t *warnings = json_object_get(joining->outcome, "warnings");
    if (network[0] == '\0') {
        pln_say("the daemon ended without saying whether it joined; `pln network list` tells");
        return PLN_FAILED;
    }
    if (command->options->json) {
        json_t *json = json_pack("{s:s, s:s, s:O?}", "network", network, "name",
                                 pln_text(joining->outcome, "name"), "warnings", warnings);
        pln_json_print(json);
        json_decref(json);
    } else {
        puts(network);
        pln_warn_all(warnings);
    }
    return PLN_DONE;
}

/** The daemon went away, or was told to stop, before it was decided. */
static bool undecided(const pln_command_t *command, const joining_t *joining)
{
    const json_t *error = json_object_get(joining->outcome, "error");
    return pln_call_broken(command->call) ||
           (error != NULL && strcmp(pln_text(error, "reason"), "stopping") == 0);
}

/** The same JOIN gets the same answer, so a daemon that was restarted meanwhile is asked again. */
static int ask(pln_command_t *command, json_t *body, uint64_t wait_ms, joining_t *joining)
{
    uint64_t end = pln_when_now() + wait_ms;
    for (;;) {
        uint64_t now = pln_when_now();
        uint64_t left = end > now ? end - now : 1;
        json_object_set_new(body, "wait_ms", json_integer((json_int_t)left));
        json_decref(joining->outcome);
        joining->outcome = NULL;
        int status =
            pln_call_lines(command->call, "/api/v1/join", json_incref(body), on_line, joining);
        if (!undecided(command, joining)) {
            return status;
        }
        pln_hint("waiting for the daemon at %s to come back", command->dir);
        now = pln_when_now();
        if (now >= end || !pln_call_await(command->call, end - now)) {
            return status;
        }
    }
}

/** The ticket in @text alone; NULL: there is none, and why is told without asking anybody. */
static char *find_ticket(const char *text)
{
    pln_ticket_t ticket;
    pln_buf_t out = {0};
    char problem[PLN_LETTER_PROBLEM_SIZE];
    if (pln_letter_read(PLN_SPAN(text, strlen(text)), &ticket, problem) == PLN_OK) {
        pln_ticket_encode(&ticket, &out);
        pln_buf_u8(&out, 0);
    } else {
        pln_say("%s", problem);
    }
    sodium_memzero(&ticket, sizeof ticket);
    return (char *)out.data;
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
        status = ask(command, body, wait_ms, &joining);
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
    uint64_t wait_ms = WAIT_DEFAULT_MS;
    const char *wait = pln_option(command->options, "wait");
    if (wait != NULL && !pln_when_duration(wait, &wait_ms)) {
        return pln_wrong_usage(command->options->verb,
                               "\"%s\" is no span of time: give 30s, 10m or 1h", wait);
    }
    const char *word = pln_word(command->options, 0);
    char *text = word != NULL && strcmp(word, "-") != 0 ? pln_strdup(word) : read_input();
    int status = PLN_FAILED;
    if (text[0] != '\0') {
        char *ticket = find_ticket(text);
        status = ticket != NULL ? join(command, ticket, wait_ms) : PLN_FAILED;
        free(ticket);
    } else {
        pln_say("standard input holds no ticket: give it as `pln join TICKET`");
    }
    free(text);
    return status;
}
