// SPDX-License-Identifier: MPL-2.0
#include "front_matter.h"

#include <stdlib.h>
#include <string.h>

#define KEY_MAX 64u

/** Lines one after the other; the newline belongs to its line. */
typedef struct {
    const char *at;
    const char *end;
} lines_t;

static pln_span_t next_line(lines_t *lines)
{
    const char *begin = lines->at;
    const char *stop = memchr(begin, '\n', (size_t)(lines->end - begin));
    lines->at = stop == NULL ? lines->end : stop + 1;
    return PLN_SPAN(begin, (size_t)(lines->at - begin));
}

/** @line without blanks around it, its newline included. */
static pln_span_t trim(pln_span_t line)
{
    while (line.size > 0 && strchr(" \t\r\n", line.data[line.size - 1]) != NULL) {
        line.size--;
    }
    while (line.size > 0 && (line.data[0] == ' ' || line.data[0] == '\t')) {
        line.data++;
        line.size--;
    }
    return line;
}

static bool is(pln_span_t span, const char *text)
{
    return span.size == strlen(text) && memcmp(span.data, text, span.size) == 0;
}

static bool is_end(pln_span_t line)
{
    pln_span_t text = trim(line);
    bool at_margin = line.size > 0 && (line.data[0] == '-' || line.data[0] == '.');
    return at_margin && (is(text, "---") || is(text, "..."));
}

/** Blank, or nothing but a comment. */
static bool is_void(pln_span_t line)
{
    pln_span_t text = trim(line);
    return text.size == 0 || text.data[0] == '#';
}

/** Belongs to the key above it: indented, an item of its list, or void. */
static bool continues(pln_span_t line)
{
    bool item = line.data[0] == '-' && line.size > 1 && strchr(" \t\r\n", line.data[1]) != NULL;
    return is_void(line) || line.data[0] == ' ' || line.data[0] == '\t' || item;
}

/** Where the value of "key: value" begins; 0: the line is none. */
static size_t key_size(pln_span_t line, char key[KEY_MAX + 1])
{
    size_t size = 0;
    while (size < line.size && line.data[size] != ':' && line.data[size] != '\n') {
        size++;
    }
    pln_span_t name = trim(PLN_SPAN(line.data, size));
    bool quoted = name.size > 2 && (name.data[0] == '"' || name.data[0] == '\'') &&
                  name.data[name.size - 1] == name.data[0];
    if (quoted) {
        name = PLN_SPAN(name.data + 1, name.size - 2);
    }
    bool ended = size + 1 >= line.size || strchr(" \t\r\n", line.data[size + 1]) != NULL;
    if (size == line.size || line.data[size] != ':' || !ended || name.size == 0 ||
        name.size > KEY_MAX || strchr(" \t-#[{&*!|>%@`", line.data[0]) != NULL) {
        return 0;
    }
    memcpy(key, name.data, name.size);
    key[name.size] = '\0';
    return size + 1;
}

/* ---- values ---- */

static json_t *text_value(pln_span_t text)
{
    return text.size == 0 ? json_string("") : json_stringn((const char *)text.data, text.size);
}

/** A text in quotes that begins at @text; *used: how far it goes. NULL: it does not end. */
static json_t *quoted_value(pln_span_t text, size_t *used)
{
    pln_buf_t out = {0};
    char quote = (char)text.data[0];
    json_t *value = NULL;
    for (size_t i = 1; i < text.size; i++) {
        char c = (char)text.data[i];
        char next = i + 1 < text.size ? (char)text.data[i + 1] : '\0';
        if (c == quote && (quote == '"' || next != '\'')) {
            value = text_value(pln_buf_span(&out));
            *used = i + 1;
            break;
        }
        if (c == quote || (c == '\\' && quote == '"')) {
            static const char codes[] = "n\nt\tr\r";
            const char *code = c == '\\' && next != '\0' ? strchr(codes, next) : NULL;
            pln_buf_u8(&out, (uint8_t)(code != NULL ? code[1] : next));
            i++;
        } else {
            pln_buf_u8(&out, (uint8_t)c);
        }
    }
    pln_buf_free(&out);
    return value;
}

/** A plain text ends before a comment. */
static pln_span_t without_comment(pln_span_t text)
{
    for (size_t i = 1; i < text.size; i++) {
        if (text.data[i] == '#' && (text.data[i - 1] == ' ' || text.data[i - 1] == '\t')) {
            return trim(PLN_SPAN(text.data, i));
        }
    }
    return text;
}

/** "a", 'a' or a, and nothing behind it but a comment. NULL: more than that. */
static json_t *scalar_value(pln_span_t text)
{
    if (text.size == 0) {
        return json_string("");
    }
    if (text.data[0] == '"') {
        json_t *json = json_loadb((const char *)text.data, text.size, JSON_DECODE_ANY, NULL);
        if (json != NULL) {
            return json;
        }
    }
    if (text.data[0] == '"' || text.data[0] == '\'') {
        size_t used = 0;
        json_t *value = quoted_value(text, &used);
        if (value != NULL && !is_void(PLN_SPAN(text.data + used, text.size - used))) {
            json_decref(value);
            value = NULL;
        }
        return value;
    }
    return strchr("{&*!%@`", text.data[0]) != NULL ? NULL : text_value(without_comment(text));
}

/** "[a, "b, c"]" on one line. NULL: it is no such list. */
static json_t *flow_value(pln_span_t text)
{
    json_t *list = json_array();
    size_t at = 1;
    bool closed = false;
    while (!closed && at < text.size) {
        size_t used = 0;
        json_t *item = NULL;
        while (at < text.size && strchr(" \t\r\n", text.data[at]) != NULL) {
            at++;
        }
        if (at < text.size && (text.data[at] == '"' || text.data[at] == '\'')) {
            item = quoted_value(PLN_SPAN(text.data + at, text.size - at), &used);
            at += used;
        }
        size_t from = at;
        while (at < text.size && text.data[at] != ',' && text.data[at] != ']') {
            at++;
        }
        pln_span_t plain = trim(PLN_SPAN(text.data + from, at - from));
        if (item == NULL && plain.size > 0) {
            item = strchr("\"'[{", plain.data[0]) == NULL ? text_value(plain) : NULL;
        } else if (item == NULL) {
            item = json_string("");
        }
        if (item == NULL) {
            break;
        }
        if (json_string_length(item) > 0) {
            json_array_append(list, item);
        }
        json_decref(item);
        closed = at < text.size && text.data[at] == ']';
        at++;
    }
    if (!closed || !is_void(PLN_SPAN(text.data + at, text.size - at))) {
        json_decref(list);
        return NULL;
    }
    return list;
}

static size_t indent_of(pln_span_t line)
{
    size_t indent = 0;
    while (indent < line.size && line.data[indent] == ' ') {
        indent++;
    }
    return indent;
}

/** The lines behind | (kept) or > (joined into paragraphs). */
static json_t *block_value(lines_t lines, bool folded, bool strip)
{
    pln_buf_t out = {0};
    size_t indent = 0;
    while (lines.at < lines.end) {
        pln_span_t line = next_line(&lines);
        bool blank = trim(line).size == 0;
        if (indent == 0 && !blank) {
            indent = indent_of(line);
        }
        size_t skip = indent_of(line) < indent ? indent_of(line) : indent;
        pln_span_t text = PLN_SPAN(line.data + skip, line.size - skip);
        while (text.size > 0 && strchr("\r\n", text.data[text.size - 1]) != NULL) {
            text.size--;
        }
        bool joined = folded && !blank && out.size > 0 && out.data[out.size - 1] == '\n' &&
                      (out.size < 2 || out.data[out.size - 2] != '\n');
        if (joined) {
            out.data[out.size - 1] = ' ';
        }
        pln_buf_add(&out, text.data, text.size);
        pln_buf_u8(&out, '\n');
    }
    while (out.size > 1 && out.data[out.size - 1] == '\n' &&
           (strip || out.data[out.size - 2] == '\n')) {
        out.size--;
    }
    json_t *value = text_value(pln_buf_span(&out));
    pln_buf_free(&out);
    return value;
}

/** Items "- a" under their key. NULL: an item is more than a text. */
static json_t *items_value(lines_t lines)
{
    json_t *list = json_array();
    size_t indent = SIZE_MAX;
    while (lines.at < lines.end) {
        pln_span_t line = next_line(&lines);
        pln_span_t text = trim(line);
        if (is_void(line)) {
            continue;
        }
        indent = indent == SIZE_MAX ? indent_of(line) : indent;
        bool item = text.data[0] == '-' && (text.size == 1 || text.data[1] == ' ');
        pln_span_t rest = item ? trim(PLN_SPAN(text.data + 1, text.size - 1)) : text;
        char key[KEY_MAX + 1];
        json_t *value = NULL;
        if (item && indent_of(line) == indent && rest.size > 0 && key_size(rest, key) == 0 &&
            strchr("-[|>", rest.data[0]) == NULL) {
            value = scalar_value(rest);
        }
        if (value == NULL) {
            json_decref(list);
            return NULL;
        }
        json_array_append_new(list, value);
    }
    return list;
}

/** A plain text that goes on, indented, on further lines. NULL: keys or items stand there. */
static json_t *long_value(pln_span_t first, lines_t lines)
{
    pln_buf_t out = {0};
    pln_buf_add(&out, first.data, first.size);
    while (lines.at < lines.end) {
        pln_span_t text = trim(next_line(&lines));
        char key[KEY_MAX + 1];
        if (text.size > 0 && out.size == 0 && (text.data[0] == '-' || key_size(text, key) > 0)) {
            return NULL;
        }
        if (text.size > 0) {
            pln_buf_add(&out, " ", out.size > 0);
            pln_buf_add(&out, text.data, text.size);
        }
    }
    json_t *value = scalar_value(pln_buf_span(&out));
    pln_buf_free(&out);
    return value;
}

static bool all_void(lines_t lines)
{
    while (lines.at < lines.end) {
        if (!is_void(next_line(&lines))) {
            return false;
        }
    }
    return true;
}

/** @first is what stands behind the colon, @rest the lines that belong to the key. */
static json_t *read_value(pln_span_t first, lines_t rest)
{
    pln_span_t marker = without_comment(first);
    bool block = marker.size >= 1 && marker.size <= 2 &&
                 (marker.data[0] == '|' || marker.data[0] == '>') &&
                 (marker.size == 1 || strchr("+-", marker.data[1]) != NULL);
    if (block) {
        return block_value(rest, marker.data[0] == '>', marker.size == 2 && marker.data[1] == '-');
    }
    if (first.size > 0 && (first.data[0] == '[' || first.data[0] == '{') && all_void(rest)) {
        json_t *json =
            json_loadb((const char *)first.data, first.size, JSON_REJECT_DUPLICATES, NULL);
        if (json != NULL) {
            return json;
        }
    }
    if (first.size > 0 && first.data[0] == '[') {
        return all_void(rest) ? flow_value(first) : NULL;
    }
    if (first.size > 0 && first.data[0] == '#') {
        first.size = 0;
    }
    if (all_void(rest)) {
        return scalar_value(first);
    }
    json_t *items = first.size == 0 ? items_value(rest) : NULL;
    return items != NULL ? items : long_value(first, rest);
}

/* ---- the block ---- */

/** Where the block's text ends and where the document goes on; false: @text begins with none. */
static bool find_block(pln_span_t text, lines_t *inside, size_t *used)
{
    lines_t lines = {(const char *)text.data, (const char *)text.data + text.size};
    char key[KEY_MAX + 1];
    if (text.size == 0 || text.data[0] != '-' || !is(trim(next_line(&lines)), "---")) {
        return false;
    }
    inside->at = lines.at;
    bool keyed = false;
    while (lines.at < lines.end) {
        inside->end = lines.at;
        pln_span_t line = next_line(&lines);
        if (is_end(line)) {
            *used = (size_t)(lines.at - (const char *)text.data);
            return true;
        }
        bool named = key_size(line, key) > 0;
        if (!named && (!continues(line) || (!keyed && !is_void(line)))) {
            return false;
        }
        keyed = keyed || named;
    }
    return false;
}

size_t pln_front_matter(pln_span_t text, pln_front_key_t on_key, void *arg)
{
    lines_t lines;
    size_t used;
    if (!find_block(text, &lines, &used)) {
        return 0;
    }
    while (lines.at < lines.end) {
        char key[KEY_MAX + 1];
        const char *begin = lines.at;
        pln_span_t line = next_line(&lines);
        size_t size = key_size(line, key);
        if (size == 0) {
            continue;
        }
        lines_t rest = {lines.at, lines.at};
        while (lines.at < lines.end) {
            lines_t ahead = lines;
            if (!continues(next_line(&ahead))) {
                break;
            }
            lines = ahead;
        }
        rest.end = lines.at;
        pln_front_t front = {
            .key = key,
            .value = read_value(trim(PLN_SPAN(line.data + size, line.size - size)), rest),
            .lines = PLN_SPAN(begin, (size_t)(lines.at - begin))};
        on_key(arg, &front);
        json_decref(front.value);
    }
    return used;
}
