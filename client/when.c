// SPDX-License-Identifier: MPL-2.0
#include "when.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MINUTE_MS UINT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define HALF_YEAR_MS (182 * DAY_MS)
#define DURATION_MAX_MS (36525 * DAY_MS)

uint64_t pln_when_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/** @count digits at *at, which moves on; -1: there are fewer. */
static int read_digits(const char **at, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9') {
            return -1;
        }
        value = value * 10 + (**at - '0');
    }
    return value;
}

/** Days from 1970-01-01 in the Gregorian calendar. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = y / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool pln_when_parse(const char *text, uint64_t *ms)
{
    static const char separators[] = "--T::";
    static const int widths[] = {4, 2, 2, 2, 2, 2};
    int parts[6];
    if (text == NULL) {
        return false;
    }
    for (int i = 0; i < 6; i++) {
        parts[i] = read_digits(&text, widths[i]);
        if (parts[i] < 0 || (i < 5 && *text++ != separators[i])) {
            return false;
        }
    }
    int fraction = 0;
    if (*text == '.') {
        text++;
        for (int scale = 100; *text >= '0' && *text <= '9'; text++, scale /= 10) {
            fraction += (*text - '0') * scale;
        }
    }
    if (strcmp(text, "Z") != 0 || parts[0] < 1970 || parts[1] < 1 || parts[1] > 12 ||
        parts[2] < 1 || parts[2] > 31 || parts[3] > 23 || parts[4] > 59 || parts[5] > 60) {
        return false;
    }
    uint64_t days = (uint64_t)days_of(parts[0], parts[1], parts[2]);
    uint64_t seconds = (uint64_t)(parts[3] * 3600 + parts[4] * 60 + parts[5]);
    *ms = days * DAY_MS + seconds * 1000u + (uint64_t)fraction;
    return true;
}

void pln_when_short(uint64_t ms, uint64_t now, char out[PLN_WHEN_SIZE])
{
    time_t seconds = (time_t)(ms / 1000u);
    uint64_t apart = ms > now ? ms - now : now - ms;
    struct tm local;
    if (localtime_r(&seconds, &local) == NULL) {
        snprintf(out, PLN_WHEN_SIZE, "?");
        return;
    }
    strftime(out, PLN_WHEN_SIZE, apart < HALF_YEAR_MS ? "%e %b %H:%M" : "%e %b %Y", &local);
    if (out[0] == ' ') {
        memmove(out, out + 1, strlen(out));
    }
}

void pln_when_ago(uint64_t ms, uint64_t now, char out[PLN_WHEN_SIZE])
{
    bool past = ms <= now;
    uint64_t apart = past ? now - ms : ms - now;
    if (!past && apart <= MINUTE_MS - 1000u) {
        snprintf(out, PLN_WHEN_SIZE, "in %" PRIu64 " s", (apart + 999u) / 1000u);
        return;
    }
    /* What is to come is rounded to the nearest: a week from now is in 7 days, not in 6. */
    apart += past ? 0 : (apart < HOUR_MS ? MINUTE_MS : apart < 2 * DAY_MS ? HOUR_MS : DAY_MS) / 2;
    const char *before = past ? "" : "in ";
    const char *after = past ? " ago" : "";
    if (apart < MINUTE_MS) {
        snprintf(out, PLN_WHEN_SIZE, "just now");
    } else if (apart < HOUR_MS) {
        snprintf(out, PLN_WHEN_SIZE, "%s%" PRIu64 " min%s", before, apart / MINUTE_MS, after);
    } else if (apart < 2 * DAY_MS) {
        snprintf(out, PLN_WHEN_SIZE, "%s%" PRIu64 " h%s", before, apart / HOUR_MS, after);
    } else if (apart < 60 * DAY_MS) {
        snprintf(out, PLN_WHEN_SIZE, "%s%" PRIu64 " days%s", before, (apart + HOUR_MS) / DAY_MS,
                 after);
    } else {
        pln_when_short(ms, now, out);
    }
}

void pln_when_span(uint64_t ms, char out[PLN_WHEN_SIZE])
{
    if (ms < MINUTE_MS) {
        snprintf(out, PLN_WHEN_SIZE, "%" PRIu64 " s", ms / 1000u);
    } else if (ms < HOUR_MS) {
        snprintf(out, PLN_WHEN_SIZE, "%" PRIu64 " min", ms / MINUTE_MS);
    } else if (ms < DAY_MS) {
        snprintf(out, PLN_WHEN_SIZE, "%" PRIu64 " h %" PRIu64 " min", ms / HOUR_MS,
                 ms % HOUR_MS / MINUTE_MS);
    } else {
        snprintf(out, PLN_WHEN_SIZE, "%" PRIu64 " d %" PRIu64 " h", ms / DAY_MS,
                 ms % DAY_MS / HOUR_MS);
    }
}

bool pln_when_duration(const char *text, uint64_t *ms)
{
    static const struct {
        const char *unit;
        uint64_t ms;
    } units[] = {{"s", 1000},    {"m", MINUTE_MS}, {"min", MINUTE_MS},
                 {"h", HOUR_MS}, {"d", DAY_MS},    {"w", 7 * DAY_MS}};
    uint64_t value = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 9) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(text + digits, units[i].unit) == 0) {
            *ms = value * units[i].ms;
            return value > 0 && value <= DURATION_MAX_MS / units[i].ms;
        }
    }
    return false;
}
