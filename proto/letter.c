// SPDX-License-Identifier: MPL-2.0
// A hash of four bytes tells a ticket with one slip from all others within one slip of it, so the
// slip is found by trying. Which letter was meant is said, not guessed on: a person decides.
#include "letter.h"

#include <string.h>

#include "hash.h"

#define PREFIX_SIZE 5u    // "pln1-"
#define PLACES_MAX 32u    // where a ticket may begin
#define SEARCHES_MAX 3u   // ... of which so many are looked through for a slip
#define LETTERS_MIN 280u  // the shortest ticket has 288
#define LETTERS_MAX 800u
#define AROUND 6u  // letters shown before and behind a slip

static const char ALPHABET[] = "abcdefghijklmnopqrstuvwxyz234567";

static char lower(uint8_t byte)
{
    return (char)(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte);
}

static bool is_letter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
}

/* ---- one place where a ticket may begin ---- */

/** The first place at or behind @from; text.size: there is none. */
static size_t next_place(pln_span_t text, size_t from)
{
    for (; from + 3 <= text.size; from++) {
        if (lower(text.data[from]) == 'p' && lower(text.data[from + 1]) == 'l' &&
            lower(text.data[from + 2]) == 'n') {
            return from;
        }
    }
    return text.size;
}

/** Bytes of a tag, such as <br>, or an entity, such as &gt;, that begins at @at; 0: none does. */
static size_t markup(pln_span_t text, size_t at)
{
    char open = (char)text.data[at];
    char close = (char)(open == '<' ? '>' : open == '&' ? ';' : '\0');
    for (size_t end = at + 1; close != '\0' && end < text.size && end < at + 8; end++) {
        if ((char)text.data[end] == close) {
            return end + 1 - at;
        }
    }
    return 0;
}

/** "pln1-" and the letters behind it, without anything else. */
static void letters_of(pln_span_t text, pln_buf_t *out)
{
    pln_buf_add(out, "PLN1-", PREFIX_SIZE);
    for (size_t at = 4; at < text.size && out->size < PLN_TICKET_TEXT_MAX;) {
        size_t skip = markup(text, at);
        char character = lower(text.data[at]);
        if (skip == 0 && is_letter(character)) {
            pln_buf_u8(out, (uint8_t)character);
        }
        at += skip > 0 ? skip : 1;
    }
}

/* ---- slips ---- */

typedef struct {
    const pln_buf_t *letters;
    pln_buf_t trial; /**< one text of those that are a slip away */
    pln_ticket_t ticket;
} search_t;

/** Is it a ticket with @put in place of the @cut letters from @at on? */
static bool fits(search_t *search, size_t at, size_t cut, const char *put, size_t put_size)
{
    const pln_buf_t *letters = search->letters;
    pln_buf_clear(&search->trial);
    pln_buf_add(&search->trial, letters->data, at);
    pln_buf_add(&search->trial, put, put_size);
    pln_buf_add(&search->trial, letters->data + at + cut, letters->size - at - cut);
    return pln_ticket_decode(pln_buf_span(&search->trial), &search->ticket) == PLN_OK;
}

/** A slip at @at: @put must stand in place of the *cut letters from there on. */
static bool slip_at(search_t *search, size_t at, size_t *cut, char put[3])
{
    const uint8_t *letters = search->letters->data;
    size_t left = search->letters->size - at;
    put[0] = put[1] = put[2] = '\0';
    if (left >= 2) {
        put[0] = (char)letters[at + 1];
        put[1] = (char)letters[at];
        *cut = 2;
        if (fits(search, at, 2, put, 2)) {
            return true;
        }
        put[0] = put[1] = '\0';
    }
    *cut = 1;
    if (left >= 1 && fits(search, at, 1, "", 0)) {
        return true;
    }
    for (*cut = left >= 1 ? 1 : 0;; (*cut)--) {  // wrong rather than missing: both fit at the end
        for (const char *digit = ALPHABET; *digit != '\0'; digit++) {
            put[0] = *digit;
            if (fits(search, at, *cut, put, 1)) {
                return true;
            }
        }
        if (*cut == 0) {
            return false;
        }
    }
}

static void add(char problem[PLN_LETTER_PROBLEM_SIZE], const char *text, size_t size)
{
    size_t room = PLN_LETTER_PROBLEM_SIZE - 1 - strlen(problem);
    strncat(problem, text, size < room ? size : room);
}

static void slip_say(const pln_buf_t *letters, size_t at, size_t cut, const char put[3],
                     char problem[PLN_LETTER_PROBLEM_SIZE])
{
    const char *text = (const char *)letters->data;
    size_t before = at - PREFIX_SIZE < AROUND ? at - PREFIX_SIZE : AROUND;
    size_t left = letters->size - at - cut;
    size_t behind = left < AROUND ? left : AROUND;
    add(problem, "the ticket has a slip: where it says \"", SIZE_MAX);
    add(problem, text + at - before, before + cut + behind);
    add(problem, "\" it must say \"", SIZE_MAX);
    add(problem, text + at - before, before);
    add(problem, put, SIZE_MAX);
    add(problem, text + at + cut, behind);
    add(problem, "\": correct that, or copy it again", SIZE_MAX);
}

static void wipe(pln_buf_t *buf)
{
    if (buf->data != NULL) {
        sodium_memzero(buf->data, buf->capacity);  // it holds the one-time key
    }
    pln_buf_free(buf);
}

/** False: there is no slip, or more than one. */
static bool slip_find(const pln_buf_t *letters, char problem[PLN_LETTER_PROBLEM_SIZE])
{
    search_t search = {.letters = letters};
    size_t cut = 0;
    char put[3];
    bool found = false;
    for (size_t at = PREFIX_SIZE; !found && at <= letters->size && at < LETTERS_MAX; at++) {
        found = slip_at(&search, at, &cut, put);
        if (found) {
            slip_say(letters, at, cut, put, problem);
        }
    }
    wipe(&search.trial);
    sodium_memzero(&search.ticket, sizeof search.ticket);
    return found;
}

/* ---- the whole text ---- */

static bool is_mangled(pln_err_t error)
{
    return error == PLN_ETRUNCATED || error == PLN_ESIGNATURE;
}

/** The ticket that @text begins with; its letters alone where it is not one as it stands. */
static pln_err_t place_read(pln_span_t text, pln_ticket_t *out, pln_buf_t *letters)
{
    pln_err_t error = pln_ticket_decode(text, out);
    pln_buf_clear(letters);
    if (!is_mangled(error) || text.size < PREFIX_SIZE || text.data[3] != '1') {
        return error;
    }
    letters_of(text, letters);
    return pln_ticket_decode(pln_buf_span(letters), out) == PLN_OK ? PLN_OK : error;
}

pln_err_t pln_letter_read(pln_span_t text, pln_ticket_t *out, char problem[PLN_LETTER_PROBLEM_SIZE])
{
    pln_buf_t letters = {0};
    size_t at = next_place(text, 0), searches = 0;
    problem[0] = '\0';
    pln_err_t result = pln_ticket_decode(text, out);
    for (size_t i = 0; i < PLACES_MAX && result != PLN_OK && at < text.size; i++) {
        pln_err_t error = place_read(PLN_SPAN(text.data + at, text.size - at), out, &letters);
        if (error == PLN_OK || is_mangled(error)) {
            result = error;
        }
        bool search = problem[0] == '\0' && error != PLN_OK && letters.size >= LETTERS_MIN;
        if (search && searches++ < SEARCHES_MAX) {
            (void)slip_find(&letters, problem);
        }
        at = next_place(text, at + 1);
    }
    if (result == PLN_OK) {
        problem[0] = '\0';
    } else if (problem[0] == '\0') {
        add(problem, pln_ticket_problem(result), SIZE_MAX);
    }
    wipe(&letters);
    return result;
}
