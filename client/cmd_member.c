// SPDX-License-Identifier: MPL-2.0
#include <string.h>

#include "book.h"
#include "table.h"
#include "when.h"

/** "3 min ago", "here" for this node, "now" over a live link, "never". */
static void heard(const json_t *member, uint64_t now, char out[PLN_WHEN_SIZE])
{
    uint64_t ms;
    if (json_is_true(json_object_get(member, "self"))) {
        snprintf(out, PLN_WHEN_SIZE, "this node");
    } else if (json_is_true(json_object_get(member, "connected"))) {
        snprintf(out, PLN_WHEN_SIZE, "connected");
    } else if (pln_when_parse(pln_text(member, "last_heard"), &ms)) {
        pln_when_ago(ms, now, out);
    } else {
        snprintf(out, PLN_WHEN_SIZE, "never");
    }
}

/** What it may do, or why nothing any more. */
static const char *standing(const json_t *member)
{
    if (json_is_true(json_object_get(member, "left"))) {
        return "left";
    }
    return json_is_true(json_object_get(member, "expired")) ? "expired" : pln_text(member, "role");
}

/** "in sync"; how many records it lacks, or how many of its own are still to come. */
static void freshness(const json_t *member, char *out, size_t size)
{
    uint64_t lacks = pln_number(member, "lacks"), coming = pln_number(member, "behind");
    if (json_is_true(json_object_get(member, "in_sync"))) {
        snprintf(out, size, "in sync");
    } else if (lacks > 0) {
        snprintf(out, size, "%llu behind", (unsigned long long)lacks);
    } else if (coming > 0) {
        snprintf(out, size, "%llu to come", (unsigned long long)coming);
    } else {
        snprintf(out, size, "not in sync");
    }
}

static void print_members(const json_t *members)
{
    static const pln_column_t columns[] = {
        {"NAME", PLN_COLUMN_CUT},    {"ROLE", PLN_COLUMN_LEFT},  {"LAST HEARD", PLN_COLUMN_LEFT},
        {"BEHIND", PLN_COLUMN_LEFT}, {"SINCE", PLN_COLUMN_LEFT}, {"NODE", PLN_COLUMN_LEFT}};
    pln_table_t *table = pln_table_new(columns, sizeof columns / sizeof columns[0]);
    pln_book_t book = {.networks = {0}};
    uint64_t now = pln_when_now();
    size_t index;
    json_t *member;
    pln_book_add_nodes(&book, members, "id");
    json_array_foreach(members, index, member)
    {
        char id[PLN_BOOK_ID_SIZE], ago[PLN_WHEN_SIZE], count[32], since[PLN_WHEN_SIZE] = "";
        uint64_t since_ms;
        pln_book_node(&book, pln_text(member, "id"), id);
        heard(member, now, ago);
        freshness(member, count, sizeof count);
        if (pln_when_parse(pln_text(member, "since"), &since_ms)) {
            pln_when_ago(since_ms, now, since);
        }
        pln_table_add(table, pln_text(member, "name"));
        pln_table_add(table, standing(member));
        pln_table_add(table, ago);
        pln_table_add(table, count);
        pln_table_add(table, since);
        pln_table_add(table, id);
    }
    pln_table_print(table, stdout, pln_screen_width(stdout));
    pln_book_free(&book);
    pln_table_free(&table);
}

int pln_cmd_members(pln_command_t *command)
{
    json_t *answer;
    pln_buf_t path = {0};
    const char *network = pln_word(command->options, 0);
    pln_path_add(&path, "/api/v1/networks");
    pln_path_segment(&path, network == NULL ? "-" : network);
    pln_path_add(&path, "/members");
    int status = pln_call_get(command->call, pln_path(&path), &answer);
    const json_t *members = json_object_get(answer, "members");
    if (status == PLN_DONE && command->options->json) {
        pln_print_list(answer, "members");
    } else if (status == PLN_DONE) {
        print_members(members);
        if (json_array_size(members) == 1 &&
            json_is_true(json_object_get(json_array_get(members, 0), "self"))) {
            pln_hint("this node is alone in it: make a ticket for another one with `pln invite`");
        }
    }
    json_decref(answer);
    pln_buf_free(&path);
    return status;
}

int pln_cmd_revoke(pln_command_t *command)
{
    json_t *answer;
    json_t *body = json_object();
    pln_buf_t path = {0};
    size_t count = command->options->word_count;
    const char *reason = pln_option(command->options, "reason");
    const char *before = pln_option(command->options, "before");
    pln_path_add(&path, "/api/v1/networks");
    pln_path_segment(&path, count == 2 ? pln_word(command->options, 0) : "-");
    pln_path_add(&path, "/revoke");
    json_object_set_new(body, "member", json_string(pln_word(command->options, count - 1)));
    if (reason != NULL) {
        json_object_set_new(body, "reason", json_string(reason));
    }
    if (before != NULL) {
        json_object_set_new(body, "before", json_string(before));
    }
    int status = pln_call_post(command->call, pln_path(&path), body, &answer);
    if (status == PLN_DONE && command->options->json) {
        pln_json_print(answer);
    } else if (status == PLN_DONE) {
        pln_hint("the membership of %s is ended; what it published until now stays%s",
                 pln_text(answer, "id"),
                 before != NULL ? ", what it decided from then on does not" : "");
    }
    json_decref(answer);
    pln_buf_free(&path);
    return status;
}
