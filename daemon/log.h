// SPDX-License-Identifier: MPL-2.0
/**
 * log - diagnostics on stderr: `level area: sentence key=value ...`, one line per change.
 *
 * Why     An operator greps; a journal sorts by level; neither wants a line per message (count
 * those). Shape   under journald the level is the usual <n> prefix instead of a word control
 * characters are printed as '?', so foreign text cannot forge a line Thread  any; one line is one
 * write
 */
#ifndef PLN_LOG_H
#define PLN_LOG_H

#include <stdbool.h>

typedef enum { PLN_LOG_ERROR, PLN_LOG_WARNING, PLN_LOG_INFO, PLN_LOG_DEBUG } pln_log_level_t;

/** Lines less important than @level are dropped; PLN_LOG_INFO until this is called. */
void pln_log_set_level(pln_log_level_t level);
/** "error", "warning", "info" or "debug"; false: none of them. */
bool pln_log_level_parse(const char *text, pln_log_level_t *out);

/** @area is a word ("net", "store"); @format a sentence, then key=value pairs. Cut at 1,000 bytes.
 */
void pln_log(pln_log_level_t level, const char *area, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
