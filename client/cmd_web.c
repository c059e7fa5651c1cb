// SPDX-License-Identifier: MPL-2.0
// Sign-in links of the page: made for a person, listed, withdrawn.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cancel.h"
#include "handover.h"
#include "table.h"
#include "when.h"

/* ---- the list ---- */

/** When @field was, in few words; "" where it is absent. */
static void ago(const json_t *json, const char *field, uint64_t now, char out[PLN_WHEN_SIZE])
{
    uint64_t ms;
    out[0] = '\0';
    if (pln_when_parse(pln_text(json, field), &ms)) {
        pln_when_ago(ms, now, out);
    }
}

static void print_links(const json_t *links)
{
    static const pln_column_t columns[] = {
        {"KEY", PLN_COLUMN_LEFT},   {"FOR", PLN_COLUMN_CUT},   {"ROLE", PLN_COLUMN_LEFT},
        {"STATE", PLN_COLUMN_LEFT}, {"MADE", PLN_COLUMN_LEFT}, {"LAST USED", PLN_COLUMN_LEFT},
        {"ENDS", PLN_COLUMN_LEFT}};
    static const char *const moments[] = {"made", "last_used", "expires"};
    pln_table_t *table = pln_table_new(columns, sizeof columns / sizeof columns[0]);
    uint64_t now = pln_when_now();
    size_t index;
    json_t *link;
    json_array_foreach(links, index, link)
    {
        pln_table_add(table, pln_text(link, "key"));
        pln_table_add(table, pln_text(link, "for"));
        pln_table_add(table, pln_text(link, "role"));
        pln_table_add(table, pln_text(link, "state"));
        for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
            char when[PLN_WHEN_SIZE];
            ago(link, moments[i], now, when);
            pln_table_add(table, when);
        }
    }
    pln_table_print(table, stdout, pln_screen_width(stdout));
    pln_table_free(&table);
}

static int list_links(pln_command_t *command)
{
    json_t *answer;
    int status = pln_call_get(command->call, "/api/v1/sign-ins", &answer);
    const json_t *links = json_object_get(answer, "sign_ins");
    if (status == PLN_DONE && command->options->json) {
        pln_print_list(answer, "sign_ins");
    } else if (status == PLN_DONE && json_array_size(links) == 0) {
        pln_hint("no sign-in links yet: make one with `pln web --role draft --for NAME`");
    } else if (status == PLN_DONE) {
        print_links(links);
    }
    json_decref(answer);
    return status;
}

/* ---- making one ---- */

/** The link that was handed to a browser. */
typedef struct {
    const char *dir;
    const char *key;
} handed_t;

static bool is_used(void *arg)
{
    const handed_t *handed = arg;
    pln_call_t *call = pln_call_new(handed->dir);
    json_t *answer, *link;
    size_t index;
    bool used = pln_call_get(call, "/api/v1/sign-ins", &answer) != PLN_DONE;
    json_array_foreach(json_object_get(answer, "sign_ins"), index, link)
    {
        bool same = strcmp(pln_text(link, "key"), handed->key) == 0;
        used = used || (same && strcmp(pln_text(link, "state"), "open") != 0);
    }
    json_decref(answer);
    pln_call_free(&call);
    return used;
}

/** On a desktop the person who asks wants to see the page. */
static void open_browser(const pln_command_t *command, const json_t *link)
{
    const char *const screens[] = {getenv("DISPLAY"), getenv("WAYLAND_DISPLAY")};
    handed_t handed = {.dir = command->dir, .key = pln_text(link, "key")};
    bool desktop = false;
    for (size_t i = 0; i < sizeof screens / sizeof screens[0]; i++) {
        desktop = desktop || (screens[i] != NULL && screens[i][0] != '\0');
    }
    if (desktop && isatty(STDOUT_FILENO) &&
        !pln_handover(pln_text(link, "url"), is_used, &handed)) {
        pln_hint("no browser could be opened: open the address yourself");
    }
}

/** The body of the request; NULL: wrong usage, told. */
static json_t *link_body(const pln_options_t *options)
{
    static const char *const roles[] = {"read", "draft", "publish", "manage"};
    const char *role = pln_option(options, "role"), *name = pln_option(options, "for"),
               *expires = pln_option(options, "expires");
    bool known = role == NULL;
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        known = known || strcmp(role, roles[i]) == 0;
    }
    if (!known) {
        pln_wrong_usage(options->verb, "\"%s\" is no role: give read, draft, publish or manage",
                        role);
        return NULL;
    }
    uint64_t span = 0;
    if (expires != NULL && !pln_when_duration(expires, &span)) {
        pln_wrong_usage(options->verb, "\"%s\" is no span of time: give 12h, 30d or 2w", expires);
        return NULL;
    }
    json_t *body = json_object();
    if (role != NULL) {
        json_object_set_new(body, "role", json_string(role));
    }
    if (name != NULL) {
        json_object_set_new(body, "for", json_string(name));
    }
    if (expires != NULL) {
        json_object_set_new(body, "expires", json_integer((json_int_t)(pln_when_now() + span)));
    }
    return body;
}

static int make_link(pln_command_t *command)
{
    json_t *answer, *body = link_body(command->options);
    if (body == NULL) {
        return PLN_USAGE;
    }
    int status = pln_call_post(command->call, "/api/v1/sign-ins", body, &answer);
    if (status == PLN_DONE && command->options->json) {
        pln_json_print(answer);
    } else if (status == PLN_DONE) {
        char when[PLN_WHEN_SIZE];
        ago(answer, "expires", pln_when_now(), when);
        puts(pln_text(answer, "url"));
        pln_hint(
            "Signs one browser in, once, with the role %s; ends %s. Withdraw it with: "
            "pln web --cancel %s",
            pln_text(answer, "role"), when, pln_text(answer, "key"));
        open_browser(command, answer);
    }
    json_decref(answer);
    return status;
}

int pln_cmd_web(pln_command_t *command)
{
    const char *withdrawn = pln_option(command->options, "cancel");
    if (withdrawn != NULL) {
        return pln_cancel(command, "/api/v1/sign-ins", withdrawn,
                          "withdrawn: link and session are at an end");
    }
    return pln_option(command->options, "list") != NULL ? list_links(command) : make_link(command);
}
