// SPDX-License-Identifier: MPL-2.0
/**
 * moment - points in time as people and scripts write them.
 *
 * Why     One spelling everywhere: RFC 3339, UTC, milliseconds; no locale, no time zone data base.
 * Shape   milliseconds since 1970-01-01T00:00:00Z; years 1970 to 9999
 * Pure    except pln_wall_ms(); any thread
 */
#ifndef PLN_MOMENT_H
#define PLN_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#define PLN_MOMENT_SIZE 25      /**< "2026-11-22T09:30:00.000Z" with its final NUL */
#define PLN_MOMENT_ZONE_SIZE 30 /**< "2026-11-22T09:30:00.000-05:00" with its final NUL */
#define PLN_MOMENT_MAX UINT64_C(253402300799999)

/** Unix time of this machine's clock in milliseconds. */
uint64_t pln_wall_ms(void);

/** RFC 3339 text of @ms; later than the year 9999 is written as its last millisecond. */
void pln_moment_text(uint64_t ms, char out[PLN_MOMENT_SIZE]);

/**
 * Read "2026-11-22", "2026-11-22T09:30:00Z", with a fraction and with an offset ("+01:00").
 * A date alone is its first instant in UTC. False: not such a text, or before 1970.
 */
bool pln_moment_parse(const char *text, uint64_t *ms);

/** RFC 3339 text of @ms as a clock @offset minutes east of UTC shows it; "Z" for offset 0. */
void pln_moment_zone_text(uint64_t ms, int32_t offset, char out[PLN_MOMENT_ZONE_SIZE]);
/** pln_moment_parse() that keeps the offset. */
bool pln_moment_zone_parse(const char *text, uint64_t *ms, int32_t *offset);

/** Read "90s", "15m", "12h", "7d", "3w" as milliseconds (at most 100 years). */
bool pln_duration_parse(const char *text, uint64_t *ms);

/** A moment, or a span back from @now_ms: what `since` takes. */
bool pln_since_parse(const char *text, uint64_t now_ms, uint64_t *ms);

#endif
