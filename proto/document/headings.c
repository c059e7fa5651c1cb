// SPDX-License-Identifier: MPL-2.0
#include "headings.h"

#include <string.h>

#define BOLD_MAX 100u /**< bytes of a heading in bold; a longer line is a sentence */

static pln_span_t line_at(pln_span_t text, size_t at)
{
    const uint8_t *begin = text.data + at;
    const uint8_t *stop = memchr(begin, '\n', text.size - at);
    return PLN_SPAN(begin, stop == NULL ? text.size - at : (size_t)(stop - begin) + 1);
}

static bool blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static pln_span_t trim(pln_span_t span)
{
    while (span.size > 0 && blank(span.data[span.size - 1])) {
        span.size--;
    }
    while (span.size > 0 && blank(span.data[0])) {
        span.data++;
        span.size--;
    }
    return span;
}

/** How often @c stands at the start of @span. */
static size_t repeated(pln_span_t span, uint8_t c)
{
    size_t count = 0;
    while (count < span.size && span.data[count] == c) {
        count++;
    }
    return count;
}

/** @line without up to three blanks; four make a listing, which is empty here. */
static pln_span_t unindented(pln_span_t line)
{
    size_t indent = repeated(line, ' ');
    bool listing = indent > 3 || (indent < line.size && line.data[indent] == '\t');
    return listing ? PLN_SPAN(line.data, 0) : PLN_SPAN(line.data + indent, line.size - indent);
}

/** Opens or closes a fence; true: the line is one, or stands inside one. */
static bool fenced(pln_headings_t *headings, pln_span_t line)
{
    pln_span_t text = unindented(line);
    uint8_t sign = text.size > 0 ? text.data[0] : 0;
    size_t size = sign == '`' || sign == '~' ? repeated(text, sign) : 0;
    if (headings->fence != 0) {
        bool closes =
            sign == headings->fence && size >= headings->fence_size && trim(text).size == size;
        headings->fence = closes ? 0 : headings->fence;
        return true;
    }
    bool opens = size >= 3 && !(sign == '`' && memchr(text.data + size, '`', text.size - size));
    if (opens) {
        headings->fence = sign;
        headings->fence_size = size;
    }
    return opens;
}

static const uint8_t *find(pln_span_t line, size_t from, const char *what)
{
    size_t size = strlen(what);
    for (size_t i = from; i + size <= line.size; i++) {
        if (memcmp(line.data + i, what, size) == 0) {
            return line.data + i;
        }
    }
    return NULL;
}

/** True: the line begins inside a comment, or one begins with it. */
static bool commented(pln_headings_t *headings, pln_span_t line)
{
    pln_span_t text = unindented(line);
    bool opens = text.size >= 4 && memcmp(text.data, "<!--", 4) == 0;
    if (!headings->comment && !opens) {
        return false;
    }
    headings->comment = find(text, opens ? 4 : 0, "-->") == NULL;
    return true;
}

/** "## text ##". */
static bool is_signed(pln_span_t line, pln_heading_t *out)
{
    pln_span_t text = unindented(line);
    size_t level = repeated(text, '#');
    if (level == 0 || level > 6 || (level < text.size && !blank(text.data[level]))) {
        return false;
    }
    text = trim(PLN_SPAN(text.data + level, text.size - level));
    size_t end = text.size;
    while (end > 0 && text.data[end - 1] == '#') {
        end--;
    }
    if (end == 0 || blank(text.data[end - 1])) {
        text.size = end;
    }
    out->level = (unsigned)level;
    out->text = trim(text);
    return true;
}

/** "**text**" or "**text:**", and nothing else on the line. */
static bool is_bold(pln_span_t line, pln_heading_t *out)
{
    pln_span_t text = trim(unindented(line));
    size_t colon = text.size > 0 && text.data[text.size - 1] == ':' ? 1 : 0;
    size_t size = text.size - colon;
    if (size < 5 || size > BOLD_MAX || memcmp(text.data, "**", 2) != 0 ||
        memcmp(text.data + size - 2, "**", 2) != 0) {
        return false;
    }
    out->text = trim(PLN_SPAN(text.data + 2, size - 4));
    out->level = PLN_HEADING_BOLD;
    return find(out->text, 0, "**") == NULL;
}

/** 1 for "===", 2 for "---", else 0. */
static unsigned underline(pln_span_t line)
{
    pln_span_t text = trim(unindented(line));
    if (text.size > 0 && repeated(text, '=') == text.size) {
        return 1;
    }
    return text.size > 0 && repeated(text, '-') == text.size ? 2 : 0;
}

/** A line that can stand over an underline: text, and no item, quote or row of a table. */
static bool is_text(pln_span_t line)
{
    pln_span_t text = trim(unindented(line));
    return text.size > 0 && strchr("-*+>|=<", text.data[0]) == NULL;
}

bool pln_headings_next(pln_headings_t *headings, pln_span_t text, pln_heading_t *out)
{
    while (headings->at < text.size) {
        size_t from = headings->at;
        pln_span_t line = line_at(text, from);
        size_t next = from + line.size;
        headings->at = next;
        bool follows = headings->paragraph;
        headings->paragraph = false;
        if ((!headings->comment && fenced(headings, line)) || commented(headings, line)) {
            continue;
        }
        *out = (pln_heading_t){.from = from, .to = next};
        if (is_signed(line, out) || (!follows && is_bold(line, out))) {
            return true;
        }
        bool words = is_text(line);
        unsigned level = words && !follows && next < text.size ? underline(line_at(text, next)) : 0;
        if (level > 0) {
            out->level = level;
            out->text = trim(line);
            out->to = next + line_at(text, next).size;
            headings->at = out->to;
            return true;
        }
        headings->paragraph = trim(line).size > 0;
    }
    return false;
}
