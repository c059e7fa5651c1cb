// SPDX-License-Identifier: MPL-2.0
#include "rubric_label.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lines.h"

#define DIGITS_MAX 9u

/** "12" or "2.5" at the start of @text; the bytes it takes, 0: none. */
static size_t number_size(pln_span_t text)
{
    size_t at = 0, dot = SIZE_MAX;
    for (; at < text.size && at < DIGITS_MAX; at++) {
        uint8_t c = text.data[at];
        bool first_dot = c == '.' && dot == SIZE_MAX && at > 0 && at + 1 < text.size &&
                         text.data[at + 1] >= '0' && text.data[at + 1] <= '9';
        dot = first_dot ? at : dot;
        if ((c < '0' || c > '9') && !first_dot) {
            break;
        }
        if (dot != SIZE_MAX && at > dot + 2) {
            return 0;
        }
    }
    return at;
}

static json_t *number_json(pln_span_t text)
{
    char digits[DIGITS_MAX + 1];
    memcpy(digits, text.data, text.size);
    digits[text.size] = '\0';
    return strchr(digits, '.') == NULL ? json_integer(strtoll(digits, NULL, 10))
                                       : json_real(strtod(digits, NULL));
}

/** "", "pts", "points", "point", "p.": what may stand behind a number of points. */
static bool unit(pln_span_t text)
{
    static const char *const words[] = {"",      "pt",     "pts", "pt.", "pts.",
                                        "point", "points", "p",   "%"};
    text = pln_trim(text);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (text.size == strlen(words[i]) &&
            strncasecmp((const char *)text.data, words[i], text.size) == 0) {
            return true;
        }
    }
    return false;
}

static pln_span_t from(pln_span_t text, size_t at)
{
    return PLN_SPAN(text.data + at, text.size - at);
}

json_t *pln_rubric_points(pln_span_t text)
{
    text = pln_trim(pln_rubric_plain(text));
    if (text.size > 0 && text.data[0] == '/') {
        text = pln_trim(from(text, 1));
    }
    size_t size = number_size(text);
    return size > 0 && unit(from(text, size)) ? number_json(PLN_SPAN(text.data, size)) : NULL;
}

static bool emphasis(pln_span_t text, const char *sign)
{
    size_t size = strlen(sign);
    return text.size > 2 * size && memcmp(text.data, sign, size) == 0 &&
           memcmp(text.data + text.size - size, sign, size) == 0 &&
           pln_span_find(PLN_SPAN(text.data + size, text.size - 2 * size), sign) == NULL;
}

bool pln_rubric_strong(pln_span_t text)
{
    text = pln_trim(text);
    return emphasis(text, "**") || emphasis(text, "__");
}

pln_span_t pln_rubric_plain(pln_span_t text)
{
    static const char *const signs[] = {"**", "__", "*", "_"};
    text = pln_trim(text);
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (emphasis(text, signs[i])) {
            size_t size = strlen(signs[i]);
            return pln_trim(PLN_SPAN(text.data + size, text.size - 2 * size));
        }
    }
    return text;
}

void pln_rubric_set(json_t *object, const char *name, pln_span_t text)
{
    bool line = strcmp(name, "description") != 0;
    pln_buf_t out = {0};
    text = pln_trim(text);
    for (size_t i = 0; i < text.size; i++) {
        bool broken = line && (text.data[i] == '\n' || text.data[i] == '\t');
        pln_buf_u8(&out, broken ? ' ' : text.data[i]);
    }
    if (out.size > 0) {
        json_object_set_new(object, name, json_stringn((const char *)out.data, out.size));
    }
    pln_buf_free(&out);
}

/** "-", ":", "." and long dashes between name and points. */
static pln_span_t unjoined(pln_span_t text)
{
    static const char *const joints[] = {"-", ":", ".", ",", "=", "\xe2\x80\x93", "\xe2\x80\x94"};
    text = pln_trim(text);
    for (size_t i = 0; i < sizeof joints / sizeof joints[0]; i++) {
        size_t size = strlen(joints[i]);
        if (text.size >= size && memcmp(text.data, joints[i], size) == 0) {
            return unjoined(from(text, size));
        }
        if (text.size >= size && memcmp(text.data + text.size - size, joints[i], size) == 0) {
            return unjoined(PLN_SPAN(text.data, text.size - size));
        }
    }
    return text;
}

/** Points in brackets at the end, "Exemplary (4 pts)"; *rest: what stands before them. */
static json_t *bracketed(pln_span_t text, pln_span_t *rest)
{
    if (text.size < 3 || text.data[text.size - 1] != ')') {
        return NULL;
    }
    const uint8_t *open = pln_span_last(text, '(');
    if (open == NULL) {
        return NULL;
    }
    size_t at = (size_t)(open - text.data);
    *rest = PLN_SPAN(text.data, at);
    return pln_rubric_points(PLN_SPAN(open + 1, text.size - at - 2));
}

/** Points that close it, "Analysis - 10 points"; a bare number is part of the name. */
static json_t *trailing(pln_span_t text, pln_span_t *rest)
{
    size_t at = text.size;
    while (at > 0 && !(text.data[at - 1] >= '0' && text.data[at - 1] <= '9')) {
        at--;
    }
    if (at == text.size || !unit(from(text, at)) || pln_trim(from(text, at)).size == 0) {
        return NULL;
    }
    while (at > 0 &&
           ((text.data[at - 1] >= '0' && text.data[at - 1] <= '9') || text.data[at - 1] == '.')) {
        at--;
    }
    *rest = PLN_SPAN(text.data, at);
    return at > 0 ? pln_rubric_points(from(text, at)) : NULL;
}

/** Points that open it, "4 Distinguished"; "3D model" is a name. */
static json_t *leading(pln_span_t text, pln_span_t *rest)
{
    size_t size = number_size(text);
    bool apart = size < text.size && memchr(" \t-:.=)\xe2", text.data[size], 8) != NULL;
    if (size == 0 || size > 3 || (size < text.size && !apart)) {
        return NULL;
    }
    *rest = from(text, size + (size < text.size && text.data[size] == ')'));
    return number_json(PLN_SPAN(text.data, size));
}

void pln_rubric_label(json_t *object, pln_span_t text, bool level)
{
    pln_span_t rest;
    text = unjoined(pln_rubric_plain(unjoined(text)));
    json_t *points = level ? pln_rubric_points(text) : NULL;
    rest = PLN_SPAN(text.data, points != NULL ? 0 : text.size);
    points = points != NULL ? points : bracketed(text, &rest);
    points = points != NULL ? points : trailing(text, &rest);
    points = points != NULL || !level ? points : leading(text, &rest);
    if (points == NULL) {
        rest = text;
    } else {
        json_object_set_new(object, "points", points);
    }
    pln_rubric_set(object, "name", pln_rubric_plain(points != NULL ? unjoined(rest) : rest));
}
