// SPDX-License-Identifier: MPL-2.0
/**
 * when - moments and spans of time as people read and write them.
 *
 * Why     The API says UTC to the millisecond; a table has room for what a person wants to know.
 * Shape   milliseconds since 1970-01-01T00:00:00Z; shown in local time ($TZ), in English
 * Pure    except pln_when_now(); main thread (the C library's time zone)
 */
#ifndef PLN_WHEN_H
#define PLN_WHEN_H

#include "proto/pln.h"

#define PLN_WHEN_SIZE 40

uint64_t pln_when_now(void);

/** "2026-11-22T09:30:00.000Z", fraction or not. False: NULL, or no such text. */
bool pln_when_parse(const char *text, uint64_t *ms);

/** "22 Nov 09:30" within half a year of @now, else "22 Nov 2025". */
void pln_when_short(uint64_t ms, uint64_t now, char out[PLN_WHEN_SIZE]);
/** "just now", "3 min ago", "2 h ago", "5 days ago", "in 20 s", "in 7 days"; further: as above. */
void pln_when_ago(uint64_t ms, uint64_t now, char out[PLN_WHEN_SIZE]);
/** "3 h 12 min". */
void pln_when_span(uint64_t ms, char out[PLN_WHEN_SIZE]);

/** "30m", "12h", "7d", "2w", "90s". False: no such text, nothing, or more than 100 years. */
bool pln_when_duration(const char *text, uint64_t *ms);

#endif
