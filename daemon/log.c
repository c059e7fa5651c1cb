// SPDX-License-Identifier: MPL-2.0
#include "log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1000

/** Words as printed, and the numbers journald reads. */
static const struct {
    const char *word;
    int journal;
} levels[] = {
    [PLN_LOG_ERROR] = {"error", 3},
    [PLN_LOG_WARNING] = {"warning", 4},
    [PLN_LOG_INFO] = {"info", 6},
    [PLN_LOG_DEBUG] = {"debug", 7},
};

static atomic_int threshold = PLN_LOG_INFO;

void pln_log_set_level(pln_log_level_t level)
{
    atomic_store(&threshold, (int)level);
}

bool pln_log_level_parse(const char *text, pln_log_level_t *out)
{
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (strcmp(text, levels[i].word) == 0) {
            *out = (pln_log_level_t)i;
            return true;
        }
    }
    return false;
}

/** Formatted text never leaves the line; what did not fit is cut. */
static size_t fill(char *line, size_t used, const char *format, va_list arguments)
{
    int size = vsnprintf(line + used, LINE_MAX_BYTES - used, format, arguments);
    size_t end = used + (size > 0 ? (size_t)size : 0);
    if (end > LINE_MAX_BYTES - 1) {
        end = LINE_MAX_BYTES - 1;
    }
    for (size_t i = used; i < end; i++) {
        unsigned char c = (unsigned char)line[i];
        if (c < 0x20 || c == 0x7f) {
            line[i] = '?';
        }
    }
    return end;
}

void pln_log(pln_log_level_t level, const char *area, const char *format, ...)
{
    if ((int)level > atomic_load(&threshold)) {
        return;
    }
    char line[LINE_MAX_BYTES + 1];
    int head = getenv("JOURNAL_STREAM") != NULL
                   ? snprintf(line, LINE_MAX_BYTES, "<%d>%s: ", levels[level].journal, area)
                   : snprintf(line, LINE_MAX_BYTES, "%s %s: ", levels[level].word, area);
    if (head < 0 || head >= LINE_MAX_BYTES) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    size_t size = fill(line, (size_t)head, format, arguments);
    va_end(arguments);
    line[size++] = '\n';
    ssize_t written = write(STDERR_FILENO, line, size);
    (void)written; /* nowhere to complain to */
}
