// SPDX-License-Identifier: MPL-2.0
#include "wrap.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "screen.h"
#include "width.h"

size_t pln_wrap_next(const char *text, size_t size, size_t width, size_t *next)
{
    size_t fit = pln_width_fit(text, size, width > 0 ? width : 1);
    if (fit < size && text[fit] != ' ') {
        size_t word = fit;
        while (word > 0 && text[word - 1] != ' ') {
            word--;
        }
        fit = word > 0 ? word : fit;
    }
    // A letter wider than the line still needs one.
    uint32_t point;
    fit = fit == 0 && size > 0 ? pln_width_next(text, size, &point) : fit;
    *next = fit;
    while (*next < size && text[*next] == ' ') {
        (*next)++;
    }
    while (fit > 0 && text[fit - 1] == ' ') {
        fit--;
    }
    return fit;
}

static void blanks(FILE *out, size_t count)
{
    for (; count > 0; count--) {
        fputc(' ', out);
    }
}

/** Columns that further lines of a list item begin at: behind "- " or "12. ". */
static size_t hanging(const char *line, size_t size)
{
    size_t at = 0;
    while (at < size && line[at] == ' ') {
        at++;
    }
    size_t sign = at;
    while (sign < size && line[sign] >= '0' && line[sign] <= '9') {
        sign++;
    }
    bool numbered = sign > at && sign + 1 < size && line[sign] == '.' && line[sign + 1] == ' ';
    bool marked = at + 1 < size && strchr("-*+>", line[at]) != NULL && line[at + 1] == ' ';
    return numbered ? sign + 2 : (marked ? at + 2 : at);
}

static void print_line(FILE *out, const char *line, size_t size, size_t indent, size_t width)
{
    size_t hang = hanging(line, size), inner = 0;
    hang = hang > width / 2 ? 0 : hang;
    do {
        size_t next, room = width > indent + inner ? width - indent - inner : 1;
        size_t fit = pln_wrap_next(line, size, room, &next);
        blanks(out, fit > 0 ? indent + inner : 0);
        fwrite(line, 1, fit, out);
        fputc('\n', out);
        line += next;
        size -= next;
        inner = hang;
    } while (size > 0);
}

/** A line that stands for itself: blank, item, heading, row, quote, listing or fence. */
static bool stands_alone(const char *line, size_t size)
{
    size_t at = 0;
    while (at < size && line[at] == ' ') {
        at++;
    }
    return at == size || hanging(line, size) > at || strchr("#|>`~", line[at]) != NULL;
}

/** Does the line go on with the paragraph or item before it? */
static bool goes_on(const char *before, size_t size, const char *line, size_t line_size)
{
    bool broken = size > 1 && before[size - 1] == ' ' && before[size - 2] == ' ';
    size_t hang = hanging(before, size);
    size_t indent = hanging(line, line_size);
    bool listing = indent >= hang + 4;
    return size > 0 && !broken && strchr("#|`~", before[0]) == NULL &&
           !stands_alone(line, line_size) && !listing;
}

void pln_wrap_print(FILE *out, const char *text, size_t indent, size_t width)
{
    pln_buf_t safe = {0}, paragraph = {0};
    bool fenced = false;
    pln_text_add(&safe, text, strlen(text), true);
    pln_buf_u8(&safe, 0);
    const char *line = (const char *)safe.data;
    while (*line != '\0') {
        size_t size = strcspn(line, "\n");
        pln_buf_clear(&paragraph);
        pln_buf_add(&paragraph, line, size);
        fenced = fenced != (strncmp(line, "```", 3) == 0 || strncmp(line, "~~~", 3) == 0);
        line += size + (line[size] == '\n');
        size = strcspn(line, "\n");
        while (!fenced && *line != '\0' &&
               goes_on((const char *)paragraph.data, paragraph.size, line, size)) {
            size_t blanks_before = strspn(line, " ");
            pln_buf_u8(&paragraph, ' ');
            pln_buf_add(&paragraph, line + blanks_before, size - blanks_before);
            line += size + (line[size] == '\n');
            size = strcspn(line, "\n");
        }
        print_line(out, paragraph.size > 0 ? (const char *)paragraph.data : "", paragraph.size,
                   indent, width);
    }
    pln_buf_free(&safe);
    pln_buf_free(&paragraph);
}

void pln_wrap_sentence(FILE *out, const char *text, size_t used, size_t hang)
{
    char *line = pln_text_line(text);
    size_t size = strlen(line);
    size_t width = isatty(fileno(out)) ? pln_screen_width(out) : SIZE_MAX;
    const char *rest = line;
    do {
        size_t next, fit = pln_wrap_next(rest, size, width > used ? width - used : 1, &next);
        fwrite(rest, 1, fit, out);
        fputc('\n', out);
        rest += next;
        size -= next;
        used = hang;
        blanks(out, size > 0 ? hang : 0);
    } while (size > 0);
    free(line);
}
