// SPDX-License-Identifier: MPL-2.0
#include "ndjson.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef enum { UNKNOWN, LINES, LOOSE, ARRAY, ENDED } layout_t;

/** Finds the end of a value without understanding it. */
typedef struct {
    size_t depth;
    bool in_text;
    bool escaped;
    bool opened; /**< at least one bracket */
} brackets_t;

struct pln_ndjson {
    uint64_t elements; /**< of the array, read so far */
    FILE *file;
    layout_t mode;
    uint64_t line;
    pln_buf_t item;
    bool too_long;
    brackets_t brackets;
};

pln_ndjson_t *pln_ndjson_new(FILE *file)
{
    pln_ndjson_t *reader = pln_alloc_zero(1, sizeof *reader);
    reader->file = file;
    reader->line = 1;
    return reader;
}

void pln_ndjson_free(pln_ndjson_t **reader)
{
    if (*reader != NULL) {
        pln_buf_free(&(*reader)->item);
        free(*reader);
        *reader = NULL;
    }
}

/* ---- characters ---- */

static int take(pln_ndjson_t *reader)
{
    int c = getc_unlocked(reader->file);
    reader->line += c == '\n';
    return c;
}

static int peek(pln_ndjson_t *reader)
{
    int c = getc_unlocked(reader->file);
    if (c != EOF) {
        ungetc(c, reader->file);
    }
    return c;
}

static bool blank(int c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/** The next character that is not blank (nor in @more) stays unread. */
static int skip(pln_ndjson_t *reader, int more)
{
    int c;
    while ((c = peek(reader)) != EOF && (blank(c) || c == more)) {
        take(reader);
    }
    return c;
}

static void keep(pln_ndjson_t *reader, int c)
{
    if (reader->item.size < PLN_NDJSON_ITEM_MAX) {
        pln_buf_u8(&reader->item, (uint8_t)c);
    } else {
        reader->too_long = true;
    }
}

/** A text never goes over a line's end, so one that is not closed harms its own line only. */
static void follow(brackets_t *brackets, int c)
{
    if (brackets->in_text) {
        if (brackets->escaped) {
            brackets->escaped = false;
        } else if (c == '\\') {
            brackets->escaped = true;
        } else if (c == '"' || c == '\n') {
            brackets->in_text = false;
        }
    } else if (c == '"') {
        brackets->in_text = true;
    } else if (c == '{' || c == '[') {
        brackets->depth++;
        brackets->opened = true;
    } else if ((c == '}' || c == ']') && brackets->depth > 0) {
        brackets->depth--;
    }
}

static bool whole(const brackets_t *brackets)
{
    return brackets->depth == 0 && !brackets->in_text;
}

/* ---- values ---- */

static void begin_item(pln_ndjson_t *reader)
{
    pln_buf_clear(&reader->item);
    reader->too_long = false;
    reader->brackets = (brackets_t){0};
}

static void read_line(pln_ndjson_t *reader)
{
    int c;
    while ((c = take(reader)) != EOF && c != '\n') {
        keep(reader, c);
        follow(&reader->brackets, c);
    }
    follow(&reader->brackets, '\n');
}

/** On until the brackets are closed. */
static void read_brackets(pln_ndjson_t *reader)
{
    int c;
    while (!whole(&reader->brackets) && (c = take(reader)) != EOF) {
        keep(reader, c);
        follow(&reader->brackets, c);
    }
}

/** One element of an array: to its closing bracket, or as far as a bare word goes. */
static void read_element(pln_ndjson_t *reader)
{
    int c;
    while ((c = peek(reader)) != EOF) {
        bool outside = whole(&reader->brackets);
        if (outside && (c == ',' || c == ']' || (blank(c) && reader->item.size > 0))) {
            return;
        }
        keep(reader, take(reader));
        follow(&reader->brackets, c);
        if (reader->brackets.opened && whole(&reader->brackets)) {
            return;
        }
    }
}

static pln_ndjson_state_t parse(pln_ndjson_t *reader, pln_ndjson_item_t *out)
{
    json_error_t error;
    if (reader->too_long) {
        snprintf(out->problem, sizeof out->problem, "the record is longer than %u bytes",
                 PLN_NDJSON_ITEM_MAX);
        return PLN_NDJSON_BROKEN;
    }
    out->value = json_loadb((const char *)reader->item.data, reader->item.size,
                            JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (out->value == NULL) {
        bool zero = strstr(error.text, "JSON_ALLOW_NUL") != NULL;
        snprintf(out->problem, sizeof out->problem, "this is not JSON: %.160s",
                 zero ? "a text in it has a zero (\\u0000), which no text has" : error.text);
        return PLN_NDJSON_BROKEN;
    }
    return PLN_NDJSON_VALUE;
}

/**
 * A first line with open brackets begins a value of several lines, unless the next line begins a
 * record too: then it is a broken line among whole ones.
 */
static pln_ndjson_state_t next_line(pln_ndjson_t *reader, pln_ndjson_item_t *out)
{
    bool first = reader->mode == UNKNOWN;
    reader->mode = LINES;
    read_line(reader);
    if (first && reader->brackets.depth > 0) {
        int c = skip(reader, ' ');
        if (c != EOF && c != '{') {
            reader->mode = LOOSE;
            read_brackets(reader);
        }
    }
    return parse(reader, out);
}

static pln_ndjson_state_t next_loose(pln_ndjson_t *reader, pln_ndjson_item_t *out)
{
    keep(reader, peek(reader));
    follow(&reader->brackets, take(reader));
    if (reader->brackets.opened) {
        read_brackets(reader);
    } else {
        read_line(reader);
    }
    return parse(reader, out);
}

/** Behind the last element: nothing else may follow. */
static pln_ndjson_state_t end_array(pln_ndjson_t *reader, int c, pln_ndjson_item_t *out)
{
    reader->mode = ENDED;
    if (c == EOF) {
        snprintf(out->problem, sizeof out->problem, "the list does not end: a ] is missing");
        return PLN_NDJSON_BROKEN;
    }
    take(reader);
    if (skip(reader, ' ') != EOF) {
        out->line = reader->line;
        snprintf(out->problem, sizeof out->problem, "something follows behind the end of the list");
        return PLN_NDJSON_BROKEN;
    }
    return PLN_NDJSON_END;
}

static void skip_mark(pln_ndjson_t *reader)
{
    static const int mark[] = {0xef, 0xbb, 0xbf};
    for (size_t i = 0; i < 3 && peek(reader) == mark[i]; i++) {
        take(reader);
    }
}

pln_ndjson_state_t pln_ndjson_next(pln_ndjson_t *reader, pln_ndjson_item_t *out)
{
    *out = (pln_ndjson_item_t){.value = NULL};
    if (reader->mode == ENDED) {
        return PLN_NDJSON_END;
    }
    if (reader->mode == UNKNOWN) {
        skip_mark(reader);
    }
    int c = skip(reader, reader->mode == ARRAY ? ',' : ' ');
    if (reader->mode == UNKNOWN && c == '[') {
        reader->mode = ARRAY;
        take(reader);
        c = skip(reader, ',');
    }
    out->line = reader->line;
    begin_item(reader);
    if (reader->mode == ARRAY && (c == EOF || c == ']')) {
        return end_array(reader, c, out);
    }
    if (c == EOF) {
        reader->mode = ENDED;
        if (ferror(reader->file)) {
            snprintf(out->problem, sizeof out->problem, "it cannot be read further: %s",
                     strerror(errno));
            return PLN_NDJSON_BROKEN;
        }
        return PLN_NDJSON_END;
    }
    switch (reader->mode) {
        case ARRAY:
            read_element(reader);
            out->element = ++reader->elements;
            return parse(reader, out);
        case LOOSE:
            return next_loose(reader, out);
        default:
            return next_line(reader, out);
    }
}
