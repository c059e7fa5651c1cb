// SPDX-License-Identifier: MPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "book.h"
#include "table.h"
#include "when.h"

/** "/api/v1/networks/NET" with the first word, or "-" for the only network. */
static void network_path(const pln_command_t *command, pln_buf_t *path)
{
    const char *network = pln_word(command->options, 0);
    pln_path_add(path, "/api/v1/networks");
    pln_path_segment(path, network == NULL ? "-" : network);
}

int pln_cmd_network_create(pln_command_t *command)
{
    json_t *answer;
    json_t *body = json_object();
    const char *title = pln_option(command->options, "title");
    json_object_set_new(body, "name", json_string(pln_word(command->options, 0)));
    if (title != NULL) {
        json_object_set_new(body, "title", json_string(title));
    }
    int status = pln_call_post(command->call, "/api/v1/networks", body, &answer);
    if (status == PLN_DONE && command->options->json) {
        pln_json_print(answer);
    } else if (status == PLN_DONE) {
        puts(pln_text(answer, "id"));
        pln_warn_all(json_object_get(answer, "warnings"));
    }
    json_decref(answer);
    return status;
}

/** What a person should know about a membership, in a word or two. */
static const char *state_of(const json_t *network)
{
    if (json_is_true(json_object_get(network, "forgetting"))) {
        return "forgetting";
    }
    if (json_object_get(network, "revoked") != NULL) {
        return "revoked";
    }
    if (json_is_true(json_object_get(network, "deposed"))) {
        return "former root, no member";
    }
    if (json_is_true(json_object_get(network, "left"))) {
        return "left";
    }
    if (json_is_true(json_object_get(network, "expired"))) {
        return "expired";
    }
    if (pln_number(network, "wanted") > 0) {
        return "catching up";
    }
    return "member";
}

static void print_networks(const json_t *networks)
{
    static const pln_column_t columns[] = {
        {"NAME", PLN_COLUMN_CUT},      {"ROLE", PLN_COLUMN_LEFT},     {"STATE", PLN_COLUMN_LEFT},
        {"RECORDS", PLN_COLUMN_RIGHT}, {"MEMBERS", PLN_COLUMN_RIGHT}, {"NETWORK", PLN_COLUMN_LEFT}};
    pln_table_t *table = pln_table_new(columns, sizeof columns / sizeof columns[0]);
    pln_book_t book = {.networks = {0}};
    size_t index;
    json_t *network;
    json_array_foreach(networks, index, network)
    {
        pln_shorts_add(&book.networks, json_string_value(json_object_get(network, "id")));
    }
    json_array_foreach(networks, index, network)
    {
        char id[PLN_BOOK_ID_SIZE];
        pln_book_network(&book, pln_text(network, "id"), id);
        pln_table_add(table, pln_text(network, "name"));
        pln_table_add(table, pln_text(network, "role"));
        pln_table_add(table, state_of(network));
        pln_table_add_number(table, pln_number(network, "records"));
        pln_table_add_number(table, pln_number(network, "members"));
        pln_table_add(table, id);
    }
    pln_table_print(table, stdout, pln_screen_width(stdout));
    pln_book_free(&book);
    pln_table_free(&table);
}

int pln_cmd_network_list(pln_command_t *command)
{
    json_t *answer;
    int status = pln_call_get(command->call, "/api/v1/networks", &answer);
    const json_t *networks = json_object_get(answer, "networks");
    if (status == PLN_DONE && command->options->json) {
        pln_print_list(answer, "networks");
    } else if (status == PLN_DONE && json_array_size(networks) == 0) {
        pln_hint(
            "no networks yet: found one with `pln network create NAME`, or join one with "
            "`pln join`");
    } else if (status == PLN_DONE) {
        print_networks(networks);
    }
    json_decref(answer);
    return status;
}

static void print_pair(const char *label, const char *value)
{
    if (value[0] != '\0') {
        printf("%-14s", label);
        pln_text_print(stdout, value, false);
        putchar('\n');
    }
}

static void print_number(const char *label, const json_t *object, const char *name)
{
    if (json_is_integer(json_object_get(object, name))) {
        printf("%-14s%llu\n", label, (unsigned long long)pln_number(object, name));
    }
}

static void print_coordinators(const json_t *network)
{
    size_t index;
    json_t *member;
    json_array_foreach(json_object_get(network, "coordinator_list"), index, member)
    {
        print_pair(index == 0 ? "coordinators" : "", pln_text(member, "id"));
        print_pair("called", pln_text(member, "name"));
    }
}

static void print_network(const json_t *network)
{
    const json_t *quotas = json_object_get(network, "quotas");
    const json_t *revoked = json_object_get(network, "revoked");
    print_pair("name", pln_text(network, "name"));
    print_pair("title", pln_text(network, "title"));
    print_pair("id", pln_text(network, "id"));
    print_pair("state", state_of(network));
    print_pair("role", pln_text(network, "role"));
    print_pair("until", pln_text(network, "expiry"));
    print_pair("root", pln_text(network, "root"));
    print_pair("called", pln_text(network, "root_name"));
    if (pln_number(network, "root_generation") > 0) {
        print_number("handed on", network, "root_generation");
    }
    print_coordinators(network);
    print_number("members", network, "members");
    print_number("records", network, "records");
    print_number("chains", network, "chains");
    print_number("wanted", network, "wanted");
    print_pair("digest", pln_text(network, "digest"));
    print_number("max entries", quotas, "max_entries");
    print_number("max bytes", quotas, "max_bytes");
    print_pair("revoked by", pln_text(revoked, "by"));
    print_pair("called", pln_text(revoked, "by_name"));
    print_pair("revoked at", pln_text(revoked, "time"));
    print_pair("reason", pln_text(revoked, "reason"));
}

int pln_cmd_network_show(pln_command_t *command)
{
    json_t *answer;
    pln_buf_t path = {0};
    network_path(command, &path);
    int status = pln_call_get(command->call, pln_path(&path), &answer);
    if (status == PLN_DONE && command->options->json) {
        pln_json_print(answer);
    } else if (status == PLN_DONE) {
        print_network(answer);
        pln_warn_all(json_object_get(answer, "warnings"));
    }
    json_decref(answer);
    pln_buf_free(&path);
    return status;
}

int pln_cmd_network_leave(pln_command_t *command)
{
    json_t *answer;
    json_t *body = json_object();
    pln_buf_t path = {0};
    bool forget = pln_option(command->options, "forget") != NULL;
    network_path(command, &path);
    pln_path_add(&path, "/leave");
    json_object_set_new(body, "forget", json_boolean(forget));
    int status = pln_call_post(command->call, pln_path(&path), body, &answer);
    if (status == PLN_DONE && command->options->json) {
        pln_json_print(answer);
    } else if (status == PLN_DONE) {
        pln_hint("left \"%s\"; %s", pln_text(answer, "name"),
                 forget ? "what came from it is being deleted"
                        : "what came from it until now is still here");
    }
    json_decref(answer);
    pln_buf_free(&path);
    return status;
}

int pln_cmd_network_heal(pln_command_t *command)
{
    json_t *answer;
    pln_buf_t path = {0};
    network_path(command, &path);
    pln_path_add(&path, "/heal");
    int status = pln_call_post(command->call, pln_path(&path), json_object(), &answer);
    if (status == PLN_DONE && command->options->json) {
        pln_json_print(answer);
    } else if (status == PLN_DONE && pln_number(answer, "forks") == 0) {
        pln_hint("nothing to heal: this node's chains in \"%s\" are not forked",
                 pln_text(answer, "name"));
    } else if (status == PLN_DONE) {
        bool news =
            json_is_true(json_object_get(answer, "settled")) || pln_number(answer, "published") > 0;
        if (news) {
            pln_hint("\"%s\": settled; %llu records of the other branch published again",
                     pln_text(answer, "name"), (unsigned long long)pln_number(answer, "published"));
        }
        if (pln_number(answer, "lacking") > 0) {
            pln_hint(
                "%llu records of it came without their content: say `pln network heal` again "
                "when a peer is connected that has it",
                (unsigned long long)pln_number(answer, "lacking"));
        } else if (!news && pln_number(answer, "missing") == 0) {
            pln_hint("nothing is left to heal in \"%s\": that was done before",
                     pln_text(answer, "name"));
        } else if (pln_number(answer, "missing") > 0) {
            pln_hint(
                "no peer that is connected has the other branch: say `pln network heal` on the "
                "other copy, too, which publishes it; or here again when a peer is connected that "
                "has it");
        }
    }
    json_decref(answer);
    pln_buf_free(&path);
    return status;
}

/** Flag @name as a number of the body; false: it is none. */
static bool add_number(const pln_command_t *command, const char *name, const char *field,
                       json_t *body)
{
    const char *text = pln_option(command->options, name);
    char *end;
    if (text == NULL) {
        return true;
    }
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value == 0 ||
        value > INT64_MAX) {
        return false;
    }
    json_object_set_new(body, field, json_integer((json_int_t)value));
    return true;
}

int pln_cmd_network_set(pln_command_t *command)
{
    json_t *answer = NULL;
    json_t *body = json_object();
    pln_buf_t path = {0};
    const char *title = pln_option(command->options, "title");
    if (!add_number(command, "max-entries", "max_entries", body) ||
        !add_number(command, "max-bytes", "max_bytes", body) ||
        !add_number(command, "access-version", "access_version", body)) {
        json_decref(body);
        return pln_wrong_usage(command->options->verb, "a limit is a whole number above 0");
    }
    if (title != NULL) {
        json_object_set_new(body, "title", json_string(title));
    }
    network_path(command, &path);
    pln_path_add(&path, "/settings");
    int status = pln_call_post(command->call, pln_path(&path), body, &answer);
    if (status == PLN_DONE && command->options->json) {
        pln_json_print(answer);
    } else if (status == PLN_DONE) {
        print_network(answer);
    }
    json_decref(answer);
    pln_buf_free(&path);
    return status;
}

/** A person at a terminal is asked once more; nobody else is. */
static bool means_it(const pln_command_t *command, const char *member)
{
    char line[16] = "";
    bool person = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
    if (!person || command->options->json || pln_option(command->options, "yes") != NULL) {
        return true;
    }
    fputs("Hand on the root to ", stderr);
    pln_text_print(stderr, member, false);
    fputs("? Only it can make coordinators and hand the root on from then on. [y/N] ", stderr);
    return fgets(line, sizeof line, stdin) != NULL && (line[0] == 'y' || line[0] == 'Y');
}

int pln_cmd_network_transfer(pln_command_t *command)
{
    json_t *answer;
    pln_buf_t path = {0};
    size_t count = command->options->word_count;
    const char *member = pln_word(command->options, count - 1);
    if (!means_it(command, member)) {
        pln_hint("nothing was changed");
        return PLN_FAILED;
    }
    json_t *body = json_object();
    json_object_set_new(body, "member", json_string(member));
    pln_path_add(&path, "/api/v1/networks");
    pln_path_segment(&path, count == 2 ? pln_word(command->options, 0) : "-");
    pln_path_add(&path, "/transfer");
    int status = pln_call_post(command->call, pln_path(&path), body, &answer);
    if (status == PLN_DONE && command->options->json) {
        pln_json_print(answer);
    } else if (status == PLN_DONE) {
        const char *name = pln_text(answer, "member_name");
        pln_hint("%s is the root of \"%s\" from now on, and this node a coordinator",
                 name[0] != '\0' ? name : pln_text(answer, "id"), pln_text(answer, "name"));
        pln_warn_all(json_object_get(answer, "warnings"));
    }
    json_decref(answer);
    pln_buf_free(&path);
    return status;
}
