// SPDX-License-Identifier: MPL-2.0
#include <string.h>

#include "command.h"
#include "peer_table.h"
#include "table.h"
#include "when.h"
#include "wrap.h"

int pln_cmd_id(pln_command_t *command)
{
    json_t *answer;
    int status = pln_call_get(command->call, "/api/v1/id", &answer);
    if (status == PLN_DONE && command->options->json) {
        pln_json_print(answer);
    } else if (status == PLN_DONE) {
        puts(pln_text(answer, "id"));
    }
    json_decref(answer);
    return status;
}

int pln_cmd_name(pln_command_t *command)
{
    json_t *answer;
    const char *name = pln_word(command->options, 0);
    int status;
    if (name == NULL) {
        status = pln_call_get(command->call, "/api/v1/id", &answer);
    } else {
        json_t *body = json_object();
        json_object_set_new(body, "name", json_string(name));
        status = pln_call_post(command->call, "/api/v1/name", body, &answer);
    }
    if (status == PLN_DONE && command->options->json) {
        pln_json_print(answer);
    } else if (status == PLN_DONE) {
        pln_text_print(stdout, pln_text(answer, "name"), false);
        putchar('\n');
    }
    json_decref(answer);
    return status;
}

static void heading(const char *text)
{
    putchar('\n');
    pln_screen_style(stdout, PLN_BOLD);
    fputs(text, stdout);
    pln_screen_style(stdout, PLN_PLAIN);
    putchar('\n');
}

/** "12.3 MB". */
static void bytes_text(uint64_t bytes, char *out, size_t size)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 1000 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1000;
        unit++;
    }
    snprintf(out, size, value < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

static void print_node(const json_t *status)
{
    char up[PLN_WHEN_SIZE];
    const char *http = pln_text(status, "http");
    pln_when_span(pln_number(status, "uptime_seconds") * 1000u, up);
    pln_screen_style(stdout, PLN_BOLD);
    pln_text_print(stdout, pln_text(status, "name"), false);
    pln_screen_style(stdout, PLN_PLAIN);
    printf("%s%s\n", pln_text(status, "name")[0] != '\0' ? "  " : "", pln_text(status, "id"));
    printf("plnd %s, up %s; peers reach it at %s\n", pln_text(status, "version"), up,
           pln_text(status, "listen"));
    if (http[0] != '\0') {
        printf("its page and API: http://%s\n", http);
    }
}

static bool has_open_fork(const json_t *network)
{
    size_t index;
    json_t *fork;
    json_array_foreach(json_object_get(network, "forks"), index, fork)
    {
        if (!json_is_true(json_object_get(fork, "settled"))) {
            return true;
        }
    }
    return false;
}

/** Of lane 0 all branches count, so this one is settled for ever; it tells of copies of a key. */
static bool has_forked_decisions(const json_t *network)
{
    size_t index;
    json_t *fork;
    json_array_foreach(json_object_get(network, "forks"), index, fork)
    {
        if (pln_number(fork, "lane") == 0) {
            return true;
        }
    }
    return false;
}

/** Members in sync with this node, by what its links and presence say. */
static void network_state(const json_t *network, char *out, size_t size)
{
    const json_t *revoked = json_object_get(network, "revoked");
    if (revoked != NULL) {
        snprintf(out, size, "membership ended");
    } else if (json_is_true(json_object_get(network, "deposed"))) {
        snprintf(out, size, "former root, no member");
    } else if (json_is_true(json_object_get(network, "left"))) {
        snprintf(out, size, "left");
    } else if (json_is_true(json_object_get(network, "expired"))) {
        snprintf(out, size, "membership expired");
    } else if (has_open_fork(network)) {
        snprintf(out, size, "a chain is forked");
    } else if (pln_number(network, "wanted") > 0) {
        snprintf(out, size, "%llu chains to get",
                 (unsigned long long)pln_number(network, "wanted"));
    } else {
        bool alone = pln_number(network, "connected") == 0 && pln_number(network, "members") > 1;
        snprintf(out, size, "%s%s", alone ? "nobody connected" : "complete",
                 has_forked_decisions(network) ? ", decisions forked" : "");
    }
}

static void print_networks(const json_t *networks)
{
    static const pln_column_t columns[] = {
        {"NAME", PLN_COLUMN_CUT},      {"ROLE", PLN_COLUMN_LEFT},  {"RECORDS", PLN_COLUMN_RIGHT},
        {"MEMBERS", PLN_COLUMN_RIGHT}, {"STATE", PLN_COLUMN_LEFT}, {"DIGEST", PLN_COLUMN_LEFT}};
    if (json_array_size(networks) == 0) {
        printf("none yet: found one with `pln network create NAME`, or join one with `pln join`\n");
        return;
    }
    pln_table_t *table = pln_table_new(columns, sizeof columns / sizeof columns[0]);
    size_t index;
    json_t *network;
    json_array_foreach(networks, index, network)
    {
        char state[64], digest[17];
        network_state(network, state, sizeof state);
        snprintf(digest, sizeof digest, "%.12s", pln_text(network, "digest"));
        pln_table_add(table, pln_text(network, "name"));
        pln_table_add(table, pln_text(network, "role"));
        pln_table_add_number(table, pln_number(network, "records"));
        pln_table_add_number(table, pln_number(network, "members"));
        pln_table_add(table, state);
        pln_table_add(table, digest);
    }
    pln_table_print(table, stdout, pln_screen_width(stdout));
    pln_table_free(&table);
}

/** "until 2026-12-29", or why for ever. */
static void until_text(const json_t *aside, char *out, size_t size)
{
    if (json_is_true(json_object_get(aside, "kept"))) {
        snprintf(out, size, "kept");
    } else if (pln_text(aside, "until")[0] == '\0') {
        snprintf(out, size, "not known yet");
    } else {
        snprintf(out, size, "%.10s", pln_text(aside, "until"));
    }
}

static void add_asides(pln_table_t *table, const json_t *network)
{
    size_t index;
    json_t *aside;
    json_array_foreach(json_object_get(network, "aside"), index, aside)
    {
        char until[32], bytes[32];
        until_text(aside, until, sizeof until);
        bytes_text(pln_number(aside, "bytes"), bytes, sizeof bytes);
        const char *name = pln_text(aside, "author_name");
        pln_table_add(table, pln_text(network, "name"));
        pln_table_add(table, name[0] != '\0' ? name : pln_text(aside, "author"));
        pln_table_add_number(table, pln_number(aside, "entries"));
        pln_table_add(table, bytes);
        pln_table_add(table, until);
    }
}

/** Records that are here and do not count: of who was put out, of branches not settled. */
static void print_asides(const json_t *networks)
{
    static const pln_column_t columns[] = {{"NETWORK", PLN_COLUMN_CUT},
                                           {"AUTHOR", PLN_COLUMN_CUT},
                                           {"RECORDS", PLN_COLUMN_RIGHT},
                                           {"SIZE", PLN_COLUMN_RIGHT},
                                           {"DELETED ON", PLN_COLUMN_LEFT}};
    uint64_t chains = 0, shown = 0;
    size_t index;
    json_t *network;
    pln_table_t *table = pln_table_new(columns, sizeof columns / sizeof columns[0]);
    json_array_foreach(networks, index, network)
    {
        add_asides(table, network);
        shown += json_array_size(json_object_get(network, "aside"));
        chains += pln_number(network, "aside_chains");
    }
    if (chains > 0) {
        heading("Set aside");
        pln_table_print(table, stdout, pln_screen_width(stdout));
    }
    if (chains > shown) {
        printf("and of %llu more authors\n", (unsigned long long)(chains - shown));
    }
    pln_table_free(&table);
}

static void print_refused(json_t *refused)
{
    const char *reason;
    json_t *count;
    const char *between = "";
    json_object_foreach(refused, reason, count)
    {
        printf("%s%lld %s", between, (long long)json_integer_value(count), reason);
        between = ", ";
    }
    putchar('\n');
}

static void print_disk(const json_t *disk)
{
    char store[32], left[32];
    bytes_text(pln_number(disk, "store"), store, sizeof store);
    bytes_text(pln_number(disk, "free"), left, sizeof left);
    printf(
        "store %s, free %s%s\n", store, left,
        json_is_true(json_object_get(disk, "paused")) ? "; too little: nothing is taken in" : "");
}

/** "last 3 days ago", "never". */
static void copy_text(const json_t *copies, const char *name, char *out, size_t size)
{
    uint64_t ms;
    char when[PLN_WHEN_SIZE];
    snprintf(out, size, "never");
    if (pln_when_parse(pln_text(copies, name), &ms)) {
        pln_when_ago(ms, pln_when_now(), when);
        snprintf(out, size, "%s", when);
    }
}

static void print_copies(const json_t *copies)
{
    char backup[PLN_WHEN_SIZE], key[PLN_WHEN_SIZE];
    copy_text(copies, "backup", backup, sizeof backup);
    copy_text(copies, "key", key, sizeof key);
    printf("last backup %s, key last exported %s\n", backup, key);
}

static void print_warnings(const json_t *warnings)
{
    size_t index;
    json_t *warning;
    json_array_foreach(warnings, index, warning)
    {
        pln_screen_style(stdout, PLN_WARN);
        fputs("! ", stdout);
        pln_screen_style(stdout, PLN_PLAIN);
        pln_wrap_sentence(stdout, json_is_string(warning) ? json_string_value(warning) : "", 2, 2);
    }
}

static void print_status(const json_t *status)
{
    json_t *refused = json_object_get(status, "refused");
    const json_t *peers = json_object_get(status, "peers");
    const json_t *warnings = json_object_get(status, "warnings");
    uint64_t open = pln_number(status, "invitations_open");
    print_node(status);
    heading("Networks");
    print_networks(json_object_get(status, "networks"));
    print_asides(json_object_get(status, "networks"));
    heading("Peers");
    if (json_array_size(peers) > 0) {
        pln_peer_table(peers);
    } else {
        printf("none yet: they come with `pln join` and `pln invite`\n");
    }
    heading("Disk");
    print_disk(json_object_get(status, "disk"));
    print_copies(json_object_get(status, "copies"));
    if (json_object_size(refused) > 0) {
        heading("Refused since the start");
        print_refused(refused);
    }
    if (open > 0) {
        heading("Invitations");
        printf("%llu open; `pln invite --list` shows them\n", (unsigned long long)open);
    }
    if (json_array_size(warnings) > 0) {
        heading("Needs attention");
        print_warnings(warnings);
    }
}

int pln_cmd_status(pln_command_t *command)
{
    json_t *answer;
    int status = pln_call_get(command->call, "/api/v1/status", &answer);
    if (status == PLN_DONE && command->options->json) {
        pln_json_print(answer);
    } else if (status == PLN_DONE) {
        print_status(answer);
    }
    json_decref(answer);
    return status;
}
