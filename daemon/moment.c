// SPDX-License-Identifier: MPL-2.0
// The calendar is computed here because timegm() is not in POSIX and mktime() asks for a zone.
#include "moment.h"

#include <string.h>
#include <time.h>

#define DAY_MS UINT64_C(86400000)

uint64_t pln_wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/** Days since 1970-01-01 of a date in the proleptic Gregorian calendar. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2;
    int64_t era = year / 400;
    unsigned year_of_era = (unsigned)(year - era * 400);
    unsigned day_of_year = (153u * (month + (month > 2 ? 0u : 12u) - 3u) + 2u) / 5u + day - 1u;
    unsigned day_of_era = year_of_era * 365u + year_of_era / 4u - year_of_era / 100u + day_of_year;
    return era * 146097 + (int64_t)day_of_era - 719468;
}

static void date_of(uint64_t days, unsigned *year, unsigned *month, unsigned *day)
{
    uint64_t shifted = days + 719468u;
    uint64_t era = shifted / 146097u;
    unsigned of_era = (unsigned)(shifted - era * 146097u);
    unsigned year_of_era = (of_era - of_era / 1460u + of_era / 36524u - of_era / 146096u) / 365u;
    unsigned of_year = of_era - (365u * year_of_era + year_of_era / 4u - year_of_era / 100u);
    unsigned index = (5u * of_year + 2u) / 153u;
    *day = of_year - (153u * index + 2u) / 5u + 1u;
    *month = index < 10u ? index + 3u : index - 9u;
    *year = (unsigned)(year_of_era + era * 400u) + (*month <= 2u);
}

static void put_digits(char *out, unsigned value, unsigned count)
{
    while (count > 0) {
        out[--count] = (char)('0' + value % 10u);
        value /= 10u;
    }
}

void pln_moment_text(uint64_t ms, char out[PLN_MOMENT_SIZE])
{
    if (ms > PLN_MOMENT_MAX) {
        ms = PLN_MOMENT_MAX;
    }
    unsigned year, month, day;
    date_of(ms / DAY_MS, &year, &month, &day);
    unsigned of_day = (unsigned)(ms % DAY_MS);
    memcpy(out, "0000-00-00T00:00:00.000Z", PLN_MOMENT_SIZE);
    put_digits(out, year, 4);
    put_digits(out + 5, month, 2);
    put_digits(out + 8, day, 2);
    put_digits(out + 11, of_day / 3600000u, 2);
    put_digits(out + 14, of_day / 60000u % 60u, 2);
    put_digits(out + 17, of_day / 1000u % 60u, 2);
    put_digits(out + 20, of_day % 1000u, 3);
}

/** @count digits as a number; false when one of them is none. Advances *text. */
static bool take_digits(const char **text, unsigned count, unsigned *value)
{
    *value = 0;
    for (unsigned i = 0; i < count; i++) {
        char c = (*text)[i];
        if (c < '0' || c > '9') {
            return false;
        }
        *value = *value * 10u + (unsigned)(c - '0');
    }
    *text += count;
    return true;
}

static bool take(const char **text, char expected)
{
    if (**text != expected) {
        return false;
    }
    (*text)++;
    return true;
}

static bool take_date(const char **text, int64_t *days)
{
    static const unsigned char lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year, month, day;
    if (!take_digits(text, 4, &year) || !take(text, '-') || !take_digits(text, 2, &month) ||
        !take(text, '-') || !take_digits(text, 2, &day)) {
        return false;
    }
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > lengths[month - 1]) {
        return false;
    }
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month == 2 && day == 29 && !leap) {
        return false;
    }
    *days = days_of(year, month, day);
    return true;
}

/** ".5" or ".123456": milliseconds, finer digits dropped. */
static bool take_fraction(const char **text, unsigned *ms)
{
    *ms = 0;
    if (!take(text, '.')) {
        return true;
    }
    unsigned digits = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++, digits++) {
        if (digits < 3) {
            *ms = *ms * 10u + (unsigned)(**text - '0');
        }
    }
    for (unsigned i = digits; i < 3; i++) {
        *ms *= 10u;
    }
    return digits > 0;
}

/** "Z" or "+01:00": minutes east. */
static bool take_offset(const char **text, int64_t *minutes)
{
    *minutes = 0;
    if (take(text, 'Z') || take(text, 'z')) {
        return true;
    }
    bool west = **text == '-';
    if (!west && **text != '+') {
        return false;
    }
    (*text)++;
    unsigned hour, minute;
    if (!take_digits(text, 2, &hour) || !take(text, ':') || !take_digits(text, 2, &minute) ||
        hour > 23 || minute > 59) {
        return false;
    }
    *minutes = (int64_t)(hour * 60u + minute) * (west ? -1 : 1);
    return true;
}

void pln_moment_zone_text(uint64_t ms, int32_t offset, char out[PLN_MOMENT_ZONE_SIZE])
{
    unsigned minutes = (unsigned)(offset < 0 ? -offset : offset);
    pln_moment_text((uint64_t)((int64_t)ms + (int64_t)offset * 60000), out);
    if (offset != 0) {
        char *zone = out + PLN_MOMENT_SIZE - 2;
        memcpy(zone, offset < 0 ? "-00:00" : "+00:00", 7);
        put_digits(zone + 1, minutes / 60u, 2);
        put_digits(zone + 4, minutes % 60u, 2);
    }
}

bool pln_moment_parse(const char *text, uint64_t *ms)
{
    int32_t offset;
    return pln_moment_zone_parse(text, ms, &offset);
}

bool pln_moment_zone_parse(const char *text, uint64_t *ms, int32_t *zone)
{
    int64_t days;
    *zone = 0;
    if (!take_date(&text, &days)) {
        return false;
    }
    if (*text == '\0') {
        *ms = (uint64_t)days * DAY_MS;
        return true;
    }
    unsigned hour, minute, second, fraction;
    int64_t offset;
    if ((!take(&text, 'T') && !take(&text, 't') && !take(&text, ' ')) ||
        !take_digits(&text, 2, &hour) || !take(&text, ':') || !take_digits(&text, 2, &minute) ||
        !take(&text, ':') || !take_digits(&text, 2, &second) || !take_fraction(&text, &fraction) ||
        !take_offset(&text, &offset) || *text != '\0') {
        return false;
    }
    if (hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    int64_t seconds = days * 86400 + (int64_t)(hour * 3600u + minute * 60u + second) - offset * 60;
    if (seconds < 0) {
        return false;
    }
    *ms = (uint64_t)seconds * 1000u + fraction;
    *zone = (int32_t)offset;
    return true;
}

bool pln_duration_parse(const char *text, uint64_t *ms)
{
    static const struct {
        char letter;
        uint64_t ms;
    } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', DAY_MS}, {'w', 7 * DAY_MS}};
    uint64_t value = 0;
    const char *start = text;
    for (; *text >= '0' && *text <= '9'; text++) {
        value = value * 10u + (uint64_t)(*text - '0');
        if (value > UINT64_C(4000000000)) {
            return false;
        }
    }
    if (text == start || text[0] == '\0' || text[1] != '\0') {
        return false;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (units[i].letter == text[0] && value <= 36525u * DAY_MS / units[i].ms) {
            *ms = value * units[i].ms;
            return true;
        }
    }
    return false;
}

bool pln_since_parse(const char *text, uint64_t now_ms, uint64_t *ms)
{
    uint64_t back;
    if (pln_duration_parse(text, &back)) {
        *ms = back < now_ms ? now_ms - back : 0;
        return true;
    }
    return pln_moment_parse(text, ms);
}
