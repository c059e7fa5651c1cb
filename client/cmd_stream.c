// SPDX-License-Identifier: MPL-2.0
// Streams pass line by line, so that a million records take no more memory than one.
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "book.h"
#include "filters.h"
#include "record_text.h"
#include "when.h"

/* ---- watch ---- */

typedef struct {
    bool json;
    uint64_t left;
    pln_book_t book; /**< empty with json */
} watching_t;

/** Interrupting is how watching ends; every line is out already. */
static void on_interrupt(int signal_number)
{
    (void)signal_number;
    _exit(PLN_DONE);
}

static void print_arrival(pln_book_t *book, const json_t *record)
{
    char id[PLN_BOOK_ID_SIZE];
    char when[PLN_WHEN_SIZE] = "";
    uint64_t ms;
    if (pln_when_parse(pln_text(record, "time"), &ms)) {
        pln_when_short(ms, pln_when_now(), when);
    }
    pln_screen_style(stdout, PLN_DIM);
    printf("%s  ", when);
    pln_screen_style(stdout, PLN_PLAIN);
    pln_text_print(stdout, pln_text(record, "kind"), false);
    fputs("  ", stdout);
    pln_screen_style(stdout, PLN_BOLD);
    pln_text_print(stdout, pln_record_title(record), false);
    pln_screen_style(stdout, PLN_PLAIN);
    fputs("  (", stdout);
    pln_text_print(stdout, pln_record_author(record), false);
    fputs(")  ", stdout);
    pln_shorts_add(&book->nodes, json_string_value(json_object_get(record, "author")));
    pln_book_record(book, pln_text(record, "id"), id);
    pln_text_print(stdout, id, false);
    putchar('\n');
}

static bool on_arrival(void *arg, const char *line, size_t size)
{
    watching_t *watching = arg;
    if (watching->json) {
        pln_json_print_text(stdout, line, size);
        putchar('\n');
    } else {
        json_t *record = json_loadb(line, size, JSON_ALLOW_NUL, NULL);
        print_arrival(&watching->book, record);
        json_decref(record);
    }
    watching->left--;
    return fflush(stdout) == 0 && watching->left > 0;
}

int pln_cmd_watch(pln_command_t *command)
{
    watching_t watching = {.json = command->options->json, .left = UINT64_MAX};
    pln_buf_t path = {0};
    if (!pln_limit(command->options, UINT64_MAX, &watching.left)) {
        return pln_wrong_usage(command->options->verb, "--limit takes a number from 1 on");
    }
    pln_path_add(&path, "/api/v1/watch");
    pln_path_filters(&path, command->options);
    struct sigaction action = {.sa_handler = on_interrupt};
    sigaction(SIGINT, &action, NULL);
    int status = watching.json ? PLN_DONE : pln_book_open(&watching.book, command->call);
    if (status == PLN_DONE) {
        status = pln_call_lines(command->call, pln_path(&path), NULL, on_arrival, &watching);
    }
    pln_book_free(&watching.book);
    pln_buf_free(&path);
    if (status == PLN_DONE && watching.left > 0 && !ferror(stdout)) {
        pln_say("the daemon at %s has stopped", command->dir);
        return PLN_FAILED;
    }
    return status;
}
