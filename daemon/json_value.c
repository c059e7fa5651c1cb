// SPDX-License-Identifier: MPL-2.0
#include "json_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "moment.h"
#include "proto/record.h"

#define NUMBER_DIGITS_MAX 19

bool pln_json_read_uint(json_t *value, uint64_t *out)
{
    if (json_is_integer(value)) {
        *out = (uint64_t)json_integer_value(value);
        return json_integer_value(value) >= 0;
    }
    const char *text = json_string_value(value);
    size_t digits = text != NULL ? strspn(text, "0123456789") : 0;
    if (digits == 0 || digits > NUMBER_DIGITS_MAX - 1 || text[digits] != '\0') {
        return false;
    }
    *out = strtoull(text, NULL, 10);
    return true;
}

/** Hundredths; "2.5" is read digit by digit, a JSON number is what it is nearest to. */
bool pln_json_read_decimal(json_t *value, uint64_t *out)
{
    const char *text = json_string_value(value);
    if (json_is_real(value)) {
        double hundredths = json_real_value(value) * 100.0;
        if (!(hundredths >= 0 && hundredths < 1e15)) {
            return false;
        }
        *out = (uint64_t)(hundredths + 0.5);
        double missed = hundredths - (double)*out, allowed = 1e-6 * (1 + hundredths);
        return missed < allowed && -missed < allowed;
    }
    if (text == NULL) {
        return pln_json_read_uint(value, out) && *out <= UINT64_MAX / 100 && (*out *= 100, true);
    }
    size_t whole = strspn(text, "0123456789");
    size_t part = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
    size_t end = whole + (text[whole] == '.' ? part + 1 : 0);
    if (whole == 0 || whole > 15 || part > 2 || text[end] != '\0' || text[end - 1] == '.') {
        return false;
    }
    *out = strtoull(text, NULL, 10) * 100;
    for (size_t i = 0, unit = 10; i < part; i++, unit /= 10) {
        *out += (uint64_t)(text[whole + 1 + i] - '0') * unit;
    }
    return true;
}

bool pln_json_read_bool(json_t *value, bool *out)
{
    const char *text = json_string_value(value);
    bool yes = json_is_true(value) || (text != NULL && strcmp(text, "true") == 0);
    bool no = json_is_false(value) || (text != NULL && strcmp(text, "false") == 0);
    *out = yes;
    return yes || no;
}

bool pln_json_pack_hex(pln_buf_t *out, const char *text, size_t min, size_t max)
{
    uint8_t bytes[64];
    size_t size = text != NULL ? strlen(text) / 2 : 0;
    if (size < min || size > max || size > sizeof bytes || pln_unhex(text, bytes, size) != PLN_OK) {
        return false;
    }
    pln_pack_bin(out, bytes, size);
    return true;
}

bool pln_json_pack_text(pln_buf_t *out, json_t *value)
{
    pln_span_t text = PLN_SPAN(json_string_value(value), json_string_length(value));
    // jansson vouches for UTF-8, but lets U+0000 through when its reader was told to.
    if (!json_is_string(value) || !pln_utf8_valid(text)) {
        return false;
    }
    pln_pack_str(out, text);
    return true;
}

bool pln_json_pack_time(pln_buf_t *out, const char *text)
{
    pln_time_t time;
    if (text == NULL || !pln_moment_zone_parse(text, &time.ms, &time.offset)) {
        return false;
    }
    pln_time_write(&time, out);
    return true;
}

/* ---- words of a list ---- */

const pln_choice_t *pln_json_choice(const pln_choice_t *choices, const char *text)
{
    char other[24];
    const pln_choice_t *found = pln_choice_find(choices, PLN_SPAN(text, strlen(text)));
    if (found == NULL && strlen(text) < 16) {
        bool kindergarten = strcasecmp(text, "K") == 0;
        snprintf(other, sizeof other, "%s%s", kindergarten ? "" : "0", kindergarten ? "KG" : text);
        found = pln_choice_find(choices, PLN_SPAN(other, strlen(other)));
    }
    for (; found == NULL && choices->word != NULL; choices++) {
        if (strcasecmp(choices->word, text) == 0 || strcasecmp(choices->label, text) == 0) {
            return choices;
        }
    }
    return found;
}

static void pack_word(pln_buf_t *out, const pln_choice_t *choices, const char *text)
{
    const pln_choice_t *word = pln_json_choice(choices, text);
    pln_pack_cstr(out, word != NULL ? word->word : text);
}

bool pln_json_pack_choice(pln_buf_t *out, const pln_field_t *field, json_t *value)
{
    char digits[24];
    if (json_is_integer(value)) {
        snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        pack_word(out, field->choices, digits);
        return true;
    }
    const char *text = json_string_value(value);
    if (text == NULL || strlen(text) != json_string_length(value)) {
        return pln_json_pack_text(out, value);
    }
    pack_word(out, field->choices, text);
    return true;
}

/** "9-12", "K to 5" or "K–5" as the words it runs over; false: no span. */
static bool span_of(const pln_choice_t *choices, const char *text, const pln_choice_t **first,
                    const pln_choice_t **last)
{
    static const char *const signs[] = {"\xe2\x80\x93", " to ", "-"};
    char from[32];
    if (text == NULL || pln_choice_find(choices, PLN_SPAN(text, strlen(text))) != NULL) {
        return false;
    }
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        const char *sign = strstr(text, signs[i]);
        if (sign == NULL || sign - text >= (ptrdiff_t)sizeof from) {
            continue;
        }
        snprintf(from, sizeof from, "%.*s", (int)(sign - text), text);
        const char *to = sign + strlen(signs[i]);
        to += strspn(to, " ");
        from[strcspn(from, " ")] = '\0';
        *first = pln_json_choice(choices, from);
        *last = pln_json_choice(choices, to);
        return *first != NULL && *last != NULL && *first <= *last;
    }
    return false;
}

/** A list of words in which spans are written out. */
json_t *pln_json_spread(const pln_field_t *field, json_t *value)
{
    json_t *list = json_array(), *item;
    const pln_choice_t *first, *last;
    size_t count = json_is_array(value) ? json_array_size(value) : 1;
    for (size_t i = 0; i < count; i++) {
        item = json_is_array(value) ? json_array_get(value, i) : value;
        if (!span_of(field->choices, json_string_value(item), &first, &last)) {
            json_array_append(list, item);
            continue;
        }
        for (; first <= last; first++) {
            json_array_append_new(list, json_string(first->word));
        }
    }
    return list;
}
