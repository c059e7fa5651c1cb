// SPDX-License-Identifier: MPL-2.0
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "book.h"
#include "filters.h"
#include "history.h"
#include "record_path.h"
#include "record_text.h"
#include "table.h"
#include "when.h"

#define PAGE 200u
#define TERMINAL_LIMIT 50u

static const pln_column_t columns[] = {{"WHEN", PLN_COLUMN_LEFT},
                                       {"KIND", PLN_COLUMN_LEFT},
                                       {"TITLE", PLN_COLUMN_CUT},
                                       {"AUTHOR", PLN_COLUMN_CUT},
                                       {"ID", PLN_COLUMN_LEFT}};

/** A list on its way from page to page. */
typedef struct {
    pln_command_t *command;
    uint64_t left; /**< how many may still be shown */
    uint64_t shown;
    bool more; /**< the limit left some out */
    pln_table_t *table;
    pln_book_t book;
} listing_t;

static void list_path(const listing_t *listing, const char *before, pln_buf_t *path)
{
    char limit[24];
    snprintf(limit, sizeof limit, "%" PRIu64, listing->left < PAGE ? listing->left : PAGE);
    pln_buf_clear(path);
    pln_path_add(path, "/api/v1/records");
    pln_path_filters(path, listing->command->options);
    pln_path_query(path, "versions", pln_option(listing->command->options, "versions"));
    pln_path_query(path, "sort", pln_option(listing->command->options, "sort"));
    pln_path_query(path, "limit", limit);
    pln_path_query(path, "before", before);
}

static void add_row(listing_t *listing, const json_t *record, uint64_t now)
{
    char id[PLN_BOOK_ID_SIZE], when[PLN_WHEN_SIZE] = "";
    uint64_t ms;
    if (pln_when_parse(pln_text(record, "time"), &ms)) {
        pln_when_short(ms, now, when);
    }
    pln_book_record(&listing->book, pln_text(record, "id"), id);
    pln_table_add(listing->table, when);
    pln_table_add(listing->table, pln_text(record, "kind"));
    pln_table_add(listing->table, pln_record_title(record));
    pln_table_add(listing->table, pln_record_author(record));
    pln_table_add(listing->table, id);
}

static void show_page(listing_t *listing, const json_t *records)
{
    size_t index;
    json_t *record;
    uint64_t now = pln_when_now();
    bool json = listing->command->options->json;
    if (!json) {
        pln_book_add_records(&listing->book, records);
    }
    json_array_foreach(records, index, record)
    {
        if (json) {
            pln_json_print(record);
        } else {
            add_row(listing, record, now);
        }
    }
    if (!json && json_array_size(records) > 0) {
        pln_table_print(listing->table, stdout, pln_screen_width(stdout));
    }
    uint64_t count = json_array_size(records);
    listing->shown += count;
    listing->left -= count < listing->left ? count : listing->left;
}

static int show_pages(listing_t *listing)
{
    pln_buf_t path = {0};
    char *before = NULL;
    int status = PLN_DONE;
    bool on = true;
    while (on && status == PLN_DONE) {
        json_t *answer;
        list_path(listing, before, &path);
        status = pln_call_get(listing->command->call, pln_path(&path), &answer);
        show_page(listing, json_object_get(answer, "records"));
        const char *next = json_string_value(json_object_get(answer, "next"));
        free(before);
        before = next == NULL ? NULL : pln_strdup(next);
        listing->more = before != NULL && listing->left == 0;
        on = before != NULL && listing->left > 0 && !ferror(stdout);
        json_decref(answer);
    }
    free(before);
    pln_buf_free(&path);
    return status;
}

static void explain_list(const listing_t *listing)
{
    bool filtered = pln_filtered(listing->command->options);
    if (listing->shown == 0 && filtered) {
        pln_hint("no record is like that; `pln list` without options shows all");
    } else if (listing->shown == 0) {
        pln_hint("no records yet: publish one with `pln add KIND ...`; `pln help` lists the kinds");
    } else if (listing->more && pln_option(listing->command->options, "limit") == NULL) {
        pln_hint("The newest %llu; more with --limit N", (unsigned long long)listing->shown);
    }
}

int pln_cmd_list(pln_command_t *command)
{
    listing_t listing = {.command = command};
    bool person = !command->options->json && isatty(STDOUT_FILENO);
    int status = PLN_DONE;
    if (!pln_limit(command->options, person ? TERMINAL_LIMIT : UINT64_MAX, &listing.left)) {
        return pln_wrong_usage(command->options->verb, "--limit takes a number from 1 on");
    }
    if (!command->options->json) {
        status = pln_book_open(&listing.book, command->call);
        listing.table = pln_table_new(columns, sizeof columns / sizeof columns[0]);
    }
    if (status == PLN_DONE) {
        status = show_pages(&listing);
    }
    if (status == PLN_DONE && !command->options->json) {
        explain_list(&listing);
    }
    pln_book_free(&listing.book);
    pln_table_free(&listing.table);
    return status;
}

/* ---- one record ---- */

int pln_cmd_show(pln_command_t *command)
{
    json_t *answer;
    pln_buf_t path = {0};
    const char *id = pln_word(command->options, 0);
    if (!pln_record_path(id, &path)) {
        pln_buf_free(&path);
        return pln_wrong_usage(command->options->verb,
                               "\"%.100s\" is no record id: NET/AUTHOR/SEQ, as `pln list` shows it",
                               id);
    }
    int status = pln_call_get(command->call, pln_path(&path), &answer);
    if (status == PLN_DONE && !pln_record_meant(id, answer)) {
        status = PLN_FAILED;
    } else if (status == PLN_DONE && pln_option(command->options, "history") != NULL) {
        status = pln_history_print(command, answer);
    } else if (status == PLN_DONE && command->options->json) {
        pln_json_print(answer);
    } else if (status == PLN_DONE) {
        pln_record_print(answer);
    }
    json_decref(answer);
    pln_buf_free(&path);
    return status;
}

/* ---- withdrawing ---- */

static void explain_retract(const json_t *answer, bool undo)
{
    if (undo) {
        pln_hint("it is shown again wherever it was kept, and fetched by the others");
    } else {
        pln_hint("it goes from every member's node; `pln show %s` tells how many have confirmed it",
                 pln_text(answer, "id"));
    }
}

int pln_cmd_retract(pln_command_t *command)
{
    json_t *answer;
    pln_buf_t path = {0};
    const char *id = pln_word(command->options, 0);
    const char *reason = pln_option(command->options, "reason");
    bool undo = pln_option(command->options, "undo") != NULL;
    bool good = pln_record_path(id, &path);
    if (!good || (reason == NULL && !undo)) {
        pln_buf_free(&path);
        return pln_wrong_usage(command->options->verb,
                               good ? "say why with --reason: all members see it%.0s"
                                    : "\"%.100s\" is no record id: NET/AUTHOR/SEQ, as `pln list` "
                                      "shows it",
                               id);
    }
    pln_path_add(&path, "/retract");
    json_t *body = json_object();
    json_object_set_new(body, "undo", json_boolean(undo));
    if (reason != NULL) {
        json_object_set_new(body, "reason", json_string(reason));
    }
    int status = pln_call_post(command->call, pln_path(&path), body, &answer);
    if (status == PLN_DONE && command->options->json) {
        pln_json_print(answer);
    } else if (status == PLN_DONE) {
        explain_retract(answer, undo);
    }
    json_decref(answer);
    pln_buf_free(&path);
    return status;
}
