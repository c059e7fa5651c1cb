// SPDX-License-Identifier: MPL-2.0
#include "screen.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "width.h"
#include "wrap.h"

#define WIDTH_DEFAULT 80u
#define WIDTH_MIN 40u
#define WIDTH_MAX 400u

/* ---- foreign text ---- */

/** Characters that turn, hide or end what stands around them. */
static bool steers(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x061c ||
           (point >= 0x200e && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xfeff ||
           (point >= 0xe0000 && point <= 0xe007f);
}

/** The sign that stands for a control: U+2400 and on for the old ones. */
static void add_sign(pln_buf_t *out, uint32_t point)
{
    if (point < 0x20) {
        const uint8_t sign[] = {0xe2, 0x90, (uint8_t)(0x80 + point)};
        pln_buf_add(out, sign, sizeof sign);
    } else if (point == 0x7f) {
        pln_buf_add(out, "\xe2\x90\xa1", 3);
    } else {
        pln_buf_add(out, "\xef\xbf\xbd", 3);
    }
}

void pln_text_add(pln_buf_t *out, const char *text, size_t size, bool lines)
{
    while (size > 0) {
        uint32_t point;
        size_t length = pln_width_next(text, size, &point);
        bool blank = point == '\n' || point == '\t' || point == '\r';
        if (blank && lines) {
            /* CR LF is a line's end; a lone CR would go back and write over what is there. */
            if (point != '\r') {
                pln_buf_u8(out, (uint8_t)point);
            } else if (size < 2 || text[1] != '\n') {
                add_sign(out, point);
            }
        } else if (blank) {
            pln_buf_u8(out, ' ');
        } else if (steers(point) || (point == PLN_WIDTH_REPLACEMENT && length == 1)) {
            add_sign(out, point);
        } else {
            pln_buf_add(out, text, length);
        }
        text += length;
        size -= length;
    }
}

char *pln_text_line(const char *text)
{
    pln_buf_t out = {0};
    pln_text_add(&out, text, strlen(text), false);
    pln_buf_u8(&out, 0);
    return (char *)out.data;
}

void pln_text_print(FILE *out, const char *text, bool lines)
{
    pln_buf_t safe = {0};
    pln_text_add(&safe, text, strlen(text), lines);
    fwrite(safe.data, 1, safe.size, out);
    pln_buf_free(&safe);
}

/* ---- JSON ---- */

void pln_json_print_text(FILE *out, const char *text, size_t size)
{
    size_t from = 0;
    size_t at = 0;
    while (at < size) {
        uint32_t point;
        size_t length = pln_width_next(text + at, size - at, &point);
        if (point > 0x20 && steers(point)) {
            fwrite(text + from, 1, at - from, out);
            if (point > 0xffff) {
                uint32_t rest = point - 0x10000;
                fprintf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + (rest >> 10)),
                        (unsigned)(0xdc00 + (rest & 0x3ff)));
            } else {
                fprintf(out, "\\u%04x", (unsigned)point);
            }
            from = at + length;
        }
        at += length;
    }
    fwrite(text + from, 1, size - from, out);
}

void pln_json_print(const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    if (text != NULL) {
        pln_json_print_text(stdout, text, strlen(text));
        putchar('\n');
    }
    free(text);
}

/* ---- the terminal ---- */

size_t pln_screen_width(FILE *out)
{
    struct winsize size;
    if (!isatty(fileno(out)) || ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return WIDTH_DEFAULT;
    }
    if (size.ws_col < WIDTH_MIN) {
        return WIDTH_MIN;
    }
    return size.ws_col > WIDTH_MAX ? WIDTH_MAX : size.ws_col;
}

static bool coloured(FILE *out)
{
    const char *none = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(fileno(out)) && (none == NULL || none[0] == '\0') && term != NULL &&
           strcmp(term, "dumb") != 0;
}

void pln_screen_style(FILE *out, pln_style_t style)
{
    static const char *const codes[] = {"\033[0m", "\033[1m", "\033[2m", "\033[33m"};
    if (coloured(out)) {
        fputs(codes[style], out);
    }
}

static void say(const char *prefix, pln_style_t style, const char *format, va_list list)
{
    va_list again;
    assert(format != NULL);
    va_copy(again, list);
    int size = vsnprintf(NULL, 0, format, list);
    char *text = pln_alloc((size_t)size + 1);
    vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    fflush(stdout);
    pln_screen_style(stderr, style);
    fputs(prefix, stderr);
    pln_screen_style(stderr, PLN_PLAIN);
    pln_wrap_sentence(stderr, text, strlen(prefix), prefix[0] != '\0' ? 2 : 0);
    free(text);
}

void pln_say(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say("pln: ", PLN_BOLD, format, list);
    va_end(list);
}

void pln_warn(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say("warning: ", PLN_WARN, format, list);
    va_end(list);
}

void pln_warn_all(const json_t *warnings)
{
    size_t index;
    json_t *warning;
    json_array_foreach(warnings, index, warning)
    {
        if (json_is_string(warning)) {
            pln_warn("%s", json_string_value(warning));
        }
    }
}

void pln_hint(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say("", PLN_PLAIN, format, list);
    va_end(list);
}

bool pln_screen_finish(void)
{
    errno = 0;
    bool good = fflush(stdout) == 0 && !ferror(stdout);
    if (!good && errno != EPIPE) {
        pln_say("the answer could not be written: %s; make room or write elsewhere",
                strerror(errno != 0 ? errno : EIO));
    }
    return good;
}
