// SPDX-License-Identifier: MPL-2.0
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "book.h"
#include "filters.h"
#include "flow.h"
#include "record_text.h"
#include "when.h"
#include "wrap.h"

#define LIMIT 20u
#define PAGE 200u
#define WORDS_BYTES_MAX 1000u /**< what plnd reads of words; told before they become an address */

typedef struct {
    pln_command_t *command;
    pln_buf_t words;
    pln_book_t book;
    uint64_t left;
    uint64_t shown;
} searching_t;

/** The words as one text: each argument that has blanks was quoted for the shell, so is a phrase.
 */
static void join_words(searching_t *searching)
{
    for (size_t i = 0; i < searching->command->options->word_count; i++) {
        const char *word = pln_word(searching->command->options, i);
        bool phrase = strpbrk(word, " \t") != NULL && strchr(word, '"') == NULL;
        pln_buf_add(&searching->words, " ", i > 0);
        pln_buf_add(&searching->words, "\"", phrase);
        pln_buf_add(&searching->words, word, strlen(word));
        pln_buf_add(&searching->words, "\"", phrase);
    }
    pln_buf_u8(&searching->words, 0);
}

static void search_path(const searching_t *searching, const char *after, pln_buf_t *path)
{
    char limit[24];
    snprintf(limit, sizeof limit, "%" PRIu64, searching->left < PAGE ? searching->left : PAGE);
    pln_buf_clear(path);
    pln_path_add(path, "/api/v1/search");
    pln_path_query(path, "q", (const char *)searching->words.data);
    pln_path_filters(path, searching->command->options);
    pln_path_query(path, "versions", pln_option(searching->command->options, "versions"));
    pln_path_query(path, "sort", pln_option(searching->command->options, "sort"));
    pln_path_query(path, "limit", limit);
    pln_path_query(path, "after", after);
}

/** The snippet under the title, what fits in bold. */
static void print_pieces(const json_t *pieces)
{
    size_t index;
    json_t *piece;
    pln_flow_t flow = pln_flow(stdout, pln_screen_width(stdout), 4);
    json_array_foreach(pieces, index, piece)
    {
        bool fits = json_is_true(json_object_get(piece, "fits"));
        pln_flow_text(&flow, pln_text(piece, "text"), fits ? PLN_BOLD : PLN_DIM);
    }
    pln_flow_end(&flow);
}

static void print_hit(searching_t *searching, const json_t *record)
{
    char id[PLN_BOOK_ID_SIZE], when[PLN_WHEN_SIZE] = "";
    uint64_t ms;
    if (pln_when_parse(pln_text(record, "time"), &ms)) {
        pln_when_short(ms, pln_when_now(), when);
    }
    pln_book_record(&searching->book, pln_text(record, "id"), id);
    pln_screen_style(stdout, PLN_BOLD);
    pln_wrap_print(stdout, pln_record_title(record), 0, pln_screen_width(stdout));
    pln_screen_style(stdout, PLN_PLAIN);
    printf("    %s, ", when);
    pln_text_print(stdout, pln_text(record, "kind"), false);
    fputs(" by ", stdout);
    pln_text_print(stdout, pln_record_author(record), false);
    printf(", %s\n", id);
    print_pieces(json_object_get(record, "pieces"));
}

static void show_page(searching_t *searching, const json_t *records)
{
    size_t index;
    json_t *record;
    bool json = searching->command->options->json;
    if (!json) {
        pln_book_add_records(&searching->book, records);
    }
    json_array_foreach(records, index, record)
    {
        if (json) {
            pln_json_print(record);
        } else {
            print_hit(searching, record);
        }
    }
    uint64_t count = json_array_size(records);
    searching->shown += count;
    searching->left -= count < searching->left ? count : searching->left;
}

/** What the answer may lack, scripts must know it too; true: only the newest were ranked. */
static bool explain_gaps(const json_t *answer)
{
    if (pln_number(answer, "behind") > 0) {
        pln_hint("the catalog is still being made: %llu arrivals are not searched yet",
                 (unsigned long long)pln_number(answer, "behind"));
    }
    bool newest = json_is_true(json_object_get(answer, "ranked_newest"));
    if (newest) {
        pln_hint(
            "More than %llu records have these words: the newest of them were ranked; add a "
            "word or a filter",
            (unsigned long long)pln_number(answer, "total"));
    }
    return newest;
}

static void explain(const searching_t *searching, const json_t *answer)
{
    if (explain_gaps(answer) || searching->command->options->json) {
        return;
    }
    if (searching->shown == 0) {
        pln_hint("nothing has all of these words; try fewer, or the beginning of one with *");
    } else if (pln_number(answer, "total") > searching->shown) {
        pln_hint("The best %llu of %llu; more with --limit N", (unsigned long long)searching->shown,
                 (unsigned long long)pln_number(answer, "total"));
    }
}

static int show_pages(searching_t *searching)
{
    pln_buf_t path = {0};
    char *after = NULL;
    int status = PLN_DONE;
    bool on = true;
    while (on && status == PLN_DONE) {
        json_t *answer;
        search_path(searching, after, &path);
        status = pln_call_get(searching->command->call, pln_path(&path), &answer);
        show_page(searching, json_object_get(answer, "records"));
        const char *next = json_string_value(json_object_get(answer, "next"));
        free(after);
        after = next == NULL ? NULL : pln_strdup(next);
        on = after != NULL && searching->left > 0 && !ferror(stdout);
        if (!on && status == PLN_DONE) {
            explain(searching, answer);
        }
        json_decref(answer);
    }
    free(after);
    pln_buf_free(&path);
    return status;
}

int pln_cmd_search(pln_command_t *command)
{
    searching_t searching = {.command = command};
    int status = PLN_DONE;
    if (!pln_limit(command->options, LIMIT, &searching.left)) {
        return pln_wrong_usage(command->options->verb, "--limit takes a number from 1 on");
    }
    join_words(&searching);
    if (searching.words.size > WORDS_BYTES_MAX + 1) {
        pln_buf_free(&searching.words);
        return pln_wrong_usage(command->options->verb,
                               "search takes at most %u bytes; leave some words out",
                               WORDS_BYTES_MAX);
    }
    if (!command->options->json) {
        status = pln_book_open(&searching.book, command->call);
    }
    if (status == PLN_DONE) {
        status = show_pages(&searching);
    }
    pln_book_free(&searching.book);
    pln_buf_free(&searching.words);
    return status;
}
