// SPDX-License-Identifier: MPL-2.0
// Every form is a small matcher that is tried at each place of a line. They are made to be read,
// and rather ask once too often than publish a child's number.
#include "guard_form.h"

#include <string.h>
#include <strings.h>

/** Bytes from @at on that match; 0: none. */
typedef size_t (*matcher_t)(pln_span_t line, size_t at);

static uint8_t byte_at(pln_span_t line, size_t at)
{
    return at < line.size ? line.data[at] : 0;
}

static bool digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static bool wordlike(uint8_t c)
{
    return letter(c) || digit(c) || c == '_';
}

/** Nothing of a longer word or number stands before @at. */
static bool begins(pln_span_t line, size_t at)
{
    return at == 0 || !wordlike(line.data[at - 1]);
}

/**
 * Match @pattern: '9' a digit, '-' one of "-", ".", blank, ':' any number of blanks and ":=#.-",
 * other bytes themselves in any case.
 */
static size_t match(pln_span_t line, size_t at, const char *pattern)
{
    size_t begin = at;
    for (; *pattern != '\0'; pattern++) {
        uint8_t c = byte_at(line, at);
        if (*pattern == ':') {
            while (at < line.size && strchr(" \t:=#.*-", line.data[at]) != NULL) {
                at++;
            }
            continue;
        }
        bool fits = *pattern == '9'   ? digit(c)
                    : *pattern == '-' ? c == '-' || c == '.' || c == ' '
                                      : c != 0 && strncasecmp((const char *)&c, pattern, 1) == 0;
        if (!fits) {
            return 0;
        }
        at++;
    }
    return at - begin;
}

static size_t match_any(pln_span_t line, size_t at, const char *const *patterns)
{
    for (; *patterns != NULL; patterns++) {
        size_t size = match(line, at, *patterns);
        if (size > 0) {
            return size;
        }
    }
    return 0;
}

/** One of @words as a whole word, in any case. */
static size_t keyword(pln_span_t line, size_t at, const char *const *words)
{
    if (!begins(line, at)) {
        return 0;
    }
    for (; *words != NULL; words++) {
        size_t size = strlen(*words);
        if (line.size - at >= size &&
            strncasecmp((const char *)line.data + at, *words, size) == 0 &&
            !wordlike(byte_at(line, at + size))) {
            return size;
        }
    }
    return 0;
}

/** One of @words, the longest that is there, then a number of at least @least digits. */
static size_t numbered(pln_span_t line, size_t at, const char *const *words, size_t least)
{
    static const char *const tails[] = {"number", "no", "is", NULL};
    size_t size = keyword(line, at, words);
    if (size == 0) {
        return 0;
    }
    size_t end = at + size, more = end + match(line, end, ":");
    size_t tail = keyword(line, more, tails);
    end = more + tail + match(line, more + tail, ":");
    size_t digits = 0, length = 0;
    while (wordlike(byte_at(line, end + length)) || byte_at(line, end + length) == '-') {
        digits += digit(line.data[end + length]);
        length++;
    }
    return digits >= least ? end + length - at : 0;
}

/** "123-45-6789", or behind a word for it in any other form. */
static size_t security_number(pln_span_t line, size_t at)
{
    static const char *const forms[] = {"999-99-9999", NULL};
    static const char *const words[] = {"ssn", "social security", "social security number", NULL};
    size_t size = begins(line, at) ? match_any(line, at, forms) : 0;
    bool alike = size > 0 && line.data[at + 3] == line.data[at + 6] && line.data[at + 3] != '.';
    return alike && !wordlike(byte_at(line, at + size)) ? size : numbered(line, at, words, 4);
}

static size_t student_number(pln_span_t line, size_t at)
{
    static const char *const words[] = {"student id",
                                        "student id number",
                                        "student number",
                                        "student no",
                                        "student nr",
                                        "student #",
                                        "studentid",
                                        "pupil id",
                                        "pupil number",
                                        "learner id",
                                        "id number",
                                        "id #",
                                        "id#",
                                        "sis id",
                                        "state id",
                                        "lasid",
                                        "sasid",
                                        "ssid",
                                        "id no",
                                        NULL};
    return numbered(line, at, words, 4);
}

/** "4/12/2011", "2011-04-12", "12.4.11", "April 12, 2011" or "12 April 2011". */
static size_t date(pln_span_t line, size_t at)
{
    static const char *const months[] = {
        "january", "february", "march",    "april", "may", "june", "july", "august", "september",
        "october", "november", "december", "jan",   "feb", "mar",  "apr",  "jun",    "jul",
        "aug",     "sep",      "sept",     "oct",   "nov", "dec",  NULL};
    size_t end = at, digits = 0, marks = 0;
    size_t day = match(line, at, "99") > 0 ? 2 : match(line, at, "9");
    size_t month = at + day + (day > 0 ? match(line, at + day, ":") : 0);
    size_t named = keyword(line, month, months);
    if (named > 0) {
        end = month + named;
        while (end < line.size && end - at < 24 && strchr(" .,stndrh", line.data[end]) != NULL) {
            end++;
        }
        while (digit(byte_at(line, end))) {
            end++;
            digits++;
        }
        static const char *const years[] = {", 9999", ",9999", " 9999", NULL};
        end += digits > 0 && digits < 4 ? match_any(line, end, years) : 0;
        return digits > 0 ? end - at : 0;
    }
    while (digit(byte_at(line, end)) ||
           (end > at && end < line.size && strchr("/.-", line.data[end]) != NULL &&
            digit(byte_at(line, end + 1)))) {
        marks += !digit(line.data[end]);
        digits += digit(line.data[end]);
        end++;
    }
    return marks == 2 && digits >= 4 && digits <= 8 ? end - at : 0;
}

static size_t birth_date(pln_span_t line, size_t at)
{
    static const char *const words[] = {"date of birth",
                                        "dob",
                                        "d.o.b",
                                        "birth date",
                                        "birthdate",
                                        "birthday",
                                        "born on",
                                        "born",
                                        "fecha de nacimiento",
                                        "nacido el",
                                        "nacida el",
                                        "date de naissance",
                                        "n\xc3\xa9 le",
                                        "n\xc3\xa9"
                                        "e le",
                                        "geburtsdatum",
                                        "geboren am",
                                        NULL};
    size_t size = keyword(line, at, words);
    if (size == 0) {
        return 0;
    }
    static const char *const tails[] = {"is", "on", "was", NULL};
    size_t end = at + size + match(line, at + size, ":");
    size_t tail = keyword(line, end, tails);
    end += tail + match(line, end + tail, ":");
    size_t found = date(line, end);
    return found > 0 ? end + found - at : 0;
}

/** "Name: Jane" at the start of a line; a blank to be filled in is none. */
static size_t name_line(pln_span_t line, size_t at)
{
    static const char *const words[] = {"name",
                                        "student",
                                        "student name",
                                        "student's name",
                                        "name of student",
                                        "students",
                                        "pupil",
                                        "first name",
                                        "last name",
                                        "full name",
                                        "nombre",
                                        "nombre del alumno",
                                        "alumno",
                                        "alumna",
                                        "estudiante",
                                        "apellido",
                                        "apellidos",
                                        "nom",
                                        "pr\xc3\xa9nom",
                                        "vorname",
                                        "nachname",
                                        NULL};
    for (size_t i = 0; i < at; i++) {
        if (strchr(" \t>#*_-|+", line.data[i]) == NULL) {
            return 0;
        }
    }
    for (const char *const *word = words; *word != NULL; word++) {
        const char *one[] = {*word, NULL};
        size_t size = keyword(line, at, one), end = at + size;
        while (size > 0 && (byte_at(line, end) == '*' || byte_at(line, end) == ' ')) {
            end++;
        }
        if (size == 0 || byte_at(line, end) != ':') {
            continue;
        }
        bool filled = false;
        for (end++; end < line.size && line.data[end] != '|'; end++) {
            filled = filled || letter(line.data[end]);
        }
        return filled ? end - at : 0;
    }
    return 0;
}

static bool in_address(uint8_t c)
{
    return wordlike(c) || (c != 0 && strchr(".%+-", c) != NULL);
}

static size_t mail_address(pln_span_t line, size_t at)
{
    size_t end = at, dots = 0, last = 0;
    if ((at > 0 && in_address(line.data[at - 1])) || !wordlike(byte_at(line, at))) {
        return 0;
    }
    while (in_address(byte_at(line, end))) {
        end++;
    }
    if (byte_at(line, end) != '@') {
        return 0;
    }
    for (end++; wordlike(byte_at(line, end)) || byte_at(line, end) == '-' ||
                (byte_at(line, end) == '.' && wordlike(byte_at(line, end + 1)));
         end++) {
        dots += line.data[end] == '.';
        last = line.data[end] == '.' ? 0 : last + 1;
    }
    return dots > 0 && last >= 2 ? end - at : 0;
}

static size_t phone_number(pln_span_t line, size_t at)
{
    static const char *const forms[] = {"(999) 999-9999",
                                        "(999)999-9999",
                                        "999-999-9999",
                                        "+1-999-999-9999",
                                        "+1 (999) 999-9999",
                                        "1-999-999-9999",
                                        NULL};
    bool free = begins(line, at) &&
                (at == 0 || strchr("-.+(", line.data[at - 1]) == NULL || byte_at(line, at) == '(');
    size_t size = free ? match_any(line, at, forms) : 0;
    if (size > 0) {
        return digit(byte_at(line, at + size)) ? 0 : size;
    }
    // Of other countries: "+49 30 901820", eight digits or more.
    size_t end = at + 1, digits = 0;
    while (byte_at(line, at) == '+' &&
           (digit(byte_at(line, end)) ||
            (end < line.size && digits > 0 && strchr(" -()/", line.data[end]) != NULL &&
             (digit(byte_at(line, end + 1)) || digit(byte_at(line, end + 2)))))) {
        digits += digit(line.data[end]);
        end++;
    }
    return digits >= 8 && digits <= 15 ? end - at : 0;
}

/** "https://..." up to where it ends: what stands in it is nobody's number. */
static size_t web_address(pln_span_t line, size_t at)
{
    size_t end = at;
    if (match(line, at, "http") == 0 && match(line, at, "www.") == 0) {
        return 0;
    }
    while (end < line.size && strchr(" \t\r\n)>\"", line.data[end]) == NULL) {
        end++;
    }
    return end - at;
}

static const struct {
    matcher_t match;
    const char *what; /**< NULL: passed over */
    bool contact;
} forms[] = {{web_address, NULL, false},
             {birth_date, "a date of birth", false},
             {security_number, "a social security number", false},
             {student_number, "a student number", false},
             {name_line, "a line with a name", true},
             {mail_address, "an e-mail address", true},
             {phone_number, "a phone number", true}};

bool pln_guard_form_next(pln_span_t line, size_t *at, pln_guard_form_t *out)
{
    while (*at < line.size) {
        size_t size = 0, i = 0;
        for (; i < sizeof forms / sizeof forms[0] && size == 0; i++) {
            size = forms[i].match(line, *at);
        }
        size_t begin = *at;
        *at += size > 0 ? size : 1;
        if (size > 0 && forms[i - 1].what != NULL) {
            *out = (pln_guard_form_t){forms[i - 1].what, forms[i - 1].contact,
                                      PLN_SPAN(line.data + begin, size)};
            return true;
        }
    }
    return false;
}
