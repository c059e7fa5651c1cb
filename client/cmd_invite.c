// SPDX-License-Identifier: MPL-2.0
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "book.h"
#include "cancel.h"
#include "proto/identity.h"
#include "proto/letter.h"
#include "table.h"
#include "when.h"

#define TICKET_PREFIX "PLN1-"

/* ---- the list ---- */

/** "open, in 6 days", "used by Cedar Valley". */
static void describe(const json_t *invitation, uint64_t now, char *out, size_t size)
{
    const char *state = pln_text(invitation, "state");
    uint64_t ms;
    char when[PLN_WHEN_SIZE] = "";
    if (strcmp(state, "open") == 0 && pln_when_parse(pln_text(invitation, "expires"), &ms)) {
        pln_when_ago(ms, now, when);
        snprintf(out, size, "open, ends %s", when);
    } else if (strcmp(state, "used") == 0) {
        const char *name = pln_text(invitation, "used_name");
        if (pln_when_parse(pln_text(invitation, "used_at"), &ms)) {
            pln_when_ago(ms, now, when);
        }
        snprintf(out, size, "used%s%.60s%s%s", name[0] != '\0' ? " by " : "", name,
                 when[0] != '\0' ? ", " : "", when);
    } else if (strcmp(state, "void") == 0) {
        snprintf(out, size, "void: no coordinator now");
    } else {
        snprintf(out, size, "%s", state);
    }
}

static void print_invitations(const json_t *invitations)
{
    static const pln_column_t columns[] = {{"LABEL", PLN_COLUMN_CUT},
                                           {"NETWORK", PLN_COLUMN_CUT},
                                           {"ROLE", PLN_COLUMN_LEFT},
                                           {"STATE", PLN_COLUMN_CUT},
                                           {"KEY", PLN_COLUMN_LEFT}};
    pln_table_t *table = pln_table_new(columns, sizeof columns / sizeof columns[0]);
    pln_book_t book = {.networks = {0}};
    uint64_t now = pln_when_now();
    size_t index;
    json_t *invitation;
    pln_book_add_nodes(&book, invitations, "key");
    json_array_foreach(invitations, index, invitation)
    {
        char state[160], key[PLN_BOOK_ID_SIZE];
        describe(invitation, now, state, sizeof state);
        pln_book_node(&book, pln_text(invitation, "key"), key);
        pln_table_add(table, pln_text(invitation, "label"));
        pln_table_add(table, pln_text(invitation, "network_name"));
        pln_table_add(table, pln_text(invitation, "role"));
        pln_table_add(table, state);
        pln_table_add(table, key);
    }
    pln_table_print(table, stdout, pln_screen_width(stdout));
    pln_book_free(&book);
    pln_table_free(&table);
}

/** Leave those of one network, by its name or the beginning of its id; NULL: of all. */
static void keep_network(json_t *invitations, const char *network)
{
    for (size_t i = json_array_size(invitations); network != NULL && i > 0; i--) {
        const json_t *invitation = json_array_get(invitations, i - 1);
        bool named = strcmp(pln_text(invitation, "network_name"), network) == 0;
        const char *id = pln_text(invitation, "network");
        if (!named && strncasecmp(id, network, strlen(network)) != 0) {
            json_array_remove(invitations, i - 1);
        }
    }
}

static int list_invitations(pln_command_t *command)
{
    json_t *answer;
    int status = pln_call_get(command->call, "/api/v1/invitations", &answer);
    json_t *invitations = json_object_get(answer, "invitations");
    keep_network(invitations, pln_word(command->options, 0));
    if (status == PLN_DONE && command->options->json) {
        pln_print_list(answer, "invitations");
    } else if (status == PLN_DONE && json_array_size(invitations) == 0) {
        pln_hint("no invitations yet: make one with `pln invite --label NAME`");
    } else if (status == PLN_DONE) {
        print_invitations(invitations);
    }
    json_decref(answer);
    return status;
}

/* ---- withdrawing ---- */

/** The key that stands in a ticket, so that a ticket can be withdrawn by pasting it. */
static bool key_of_ticket(const char *text, char did[PLN_DID_SIZE])
{
    pln_ticket_t ticket;
    pln_identity_t once;
    char problem[PLN_LETTER_PROBLEM_SIZE];
    bool good = pln_letter_read(PLN_SPAN(text, strlen(text)), &ticket, problem) == PLN_OK &&
                pln_identity_derive(ticket.seed, &once) == PLN_OK;
    if (good) {
        pln_did(&once.id, did);
        sodium_memzero(&once, sizeof once);
    }
    sodium_memzero(&ticket, sizeof ticket);
    return good;
}

static int cancel(pln_command_t *command, const char *given)
{
    char did[PLN_DID_SIZE];
    bool ticket = strncasecmp(given, TICKET_PREFIX, strlen(TICKET_PREFIX)) == 0;
    if (ticket && !key_of_ticket(given, did)) {
        pln_say(
            "that ticket has a slip or is not whole: copy it again, or withdraw it by the key that "
            "`pln invite --list` shows");
        return PLN_FAILED;
    }
    return pln_cancel(command, "/api/v1/invitations", ticket ? did : given,
                      "withdrawn: nobody can use it from now on");
}

/* ---- making one ---- */

static bool roles_and_ids_good(const pln_options_t *options)
{
    const char *role = pln_option(options, "role");
    const char *bound = pln_option(options, "for");
    pln_role_t parsed;
    pln_id_t id;
    if (role != NULL && (pln_role_parse(role, &parsed) != PLN_OK || parsed == PLN_ROLE_NONE ||
                         parsed == PLN_ROLE_ROOT)) {
        pln_wrong_usage(options->verb, "\"%s\" is no role: give reader, contributor or coordinator",
                        role);
        return false;
    }
    if (bound != NULL && pln_did_parse(bound, &id) != PLN_OK) {
        pln_wrong_usage(options->verb, "\"%s\" is no node's whole id: did:key:z6Mk...", bound);
        return false;
    }
    return true;
}

/** A span from now on, as the moment when it ends. False: wrong usage, told. */
static bool add_span(const pln_options_t *options, const char *flag, const char *field,
                     json_t *body)
{
    const char *text = pln_option(options, flag);
    uint64_t span;
    if (text == NULL) {
        return true;
    }
    if (!pln_when_duration(text, &span)) {
        pln_wrong_usage(options->verb, "\"%s\" is no span of time: give 30m, 12h, 7d or 2w", text);
        return false;
    }
    json_object_set_new(body, field, json_integer((json_int_t)(pln_when_now() + span)));
    return true;
}

/** The body of the request; NULL: wrong usage, told. */
static json_t *invitation_body(const pln_command_t *command)
{
    static const char *const texts[] = {"role", "label", "for"};
    const pln_options_t *options = command->options;
    json_t *body = json_object();
    if (!add_span(options, "expires", "expires_ms", body) ||
        !add_span(options, "lasts", "until_ms", body)) {
        json_decref(body);
        return NULL;
    }
    if (!roles_and_ids_good(options)) {
        json_decref(body);
        return NULL;
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *value = pln_option(options, texts[i]);
        if (value != NULL) {
            json_object_set_new(body, texts[i], json_string(value));
        }
    }
    json_t *addresses = json_array();
    size_t cursor = 0;
    for (const char *value; (value = pln_option_next(options, "address", &cursor)) != NULL;) {
        json_array_append_new(addresses, json_string(value));
    }
    if (json_array_size(addresses) > 0) {
        json_object_set(body, "addresses", addresses);
    }
    json_decref(addresses);
    return body;
}

static void explain(const json_t *answer)
{
    uint64_t ms;
    char when[PLN_WHEN_SIZE];
    pln_warn_all(json_object_get(answer, "warnings"));
    if (pln_when_parse(pln_text(answer, "expires"), &ms)) {
        pln_when_ago(ms, pln_when_now(), when);
        pln_hint("Good for one node, ends %s. There: pln join TICKET", when);
    }
}

int pln_cmd_invite(pln_command_t *command)
{
    const pln_options_t *options = command->options;
    const char *withdrawn = pln_option(options, "cancel");
    const char *network = pln_word(options, 0);
    if (withdrawn != NULL) {
        return cancel(command, withdrawn);
    }
    if (pln_option(options, "list") != NULL) {
        return list_invitations(command);
    }
    json_t *body = invitation_body(command);
    if (body == NULL) {
        return PLN_USAGE;
    }
    json_t *answer;
    pln_buf_t path = {0};
    pln_path_add(&path, "/api/v1/networks");
    pln_path_segment(&path, network == NULL ? "-" : network);
    pln_path_add(&path, "/invitations");
    int status = pln_call_post(command->call, pln_path(&path), body, &answer);
    if (status == PLN_DONE && options->json) {
        pln_json_print(answer);
    } else if (status == PLN_DONE) {
        puts(pln_text(answer, "ticket"));
        explain(answer);
    }
    json_decref(answer);
    pln_buf_free(&path);
    return status;
}
