// SPDX-License-Identifier: MPL-2.0
/**
 * json_value - single values of a record as people and scripts write them in JSON.
 *
 * Why     "9" is a grade, "90" a number, "K-8" ten grades: forms and spreadsheets write texts.
 * Shape   pack_*: append the msgpack of @value; false: it is not such a value
 * Thread  any
 */
#ifndef PLN_JSON_VALUE_H
#define PLN_JSON_VALUE_H

#include <jansson.h>

#include "proto/kinds.h"
#include "proto/pack.h"

/** An integer that is not negative, or its digits. */
bool pln_json_read_uint(json_t *value, uint64_t *out);
/** A number with at most two decimals, in hundredths; also as a text. */
bool pln_json_read_decimal(json_t *value, uint64_t *out);
bool pln_json_read_bool(json_t *value, bool *out);

bool pln_json_pack_text(pln_buf_t *out, json_t *value);
bool pln_json_pack_time(pln_buf_t *out, const char *text);
/** @min to @max bytes, at most 64, from hex digits. */
bool pln_json_pack_hex(pln_buf_t *out, const char *text, size_t min, size_t max);
/** The word meant, or the text itself where none is: the check tells then. */
bool pln_json_pack_choice(pln_buf_t *out, const pln_field_t *field, json_t *value);
/** A list of words, or one, in which spans such as "9-12" are written out; free it. */
json_t *pln_json_spread(const pln_field_t *field, json_t *value);

/** The word of @choices that is meant: as written, "9" for "09", "K" for "KG", or by its label;
 * NULL: none. */
const pln_choice_t *pln_json_choice(const pln_choice_t *choices, const char *text);

#endif
