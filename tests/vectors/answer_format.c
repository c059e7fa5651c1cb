// SPDX-License-Identifier: MPL-2.0
// pack.json, codec.json
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "proto/codec.h"
#include "proto/dictionary_1.h"
#include "proto/pack.h"

/* ---- msgpack ---- */

static void pack_integer(json_t *number, pln_buf_t *out)
{
    const char *text = json_string_value(number);
    if (json_is_integer(number) ? json_integer_value(number) < 0 : text[0] == '-') {
        pln_pack_int(out, text != NULL ? strtoll(text, NULL, 10) : json_integer_value(number));
    } else {
        pln_pack_uint(out, case_uint(number));
    }
}

static void pack_float(json_t *bits, pln_buf_t *out)
{
    uint8_t bytes[8];
    double real;
    case_fixed(bits, bytes, sizeof bytes);
    uint64_t number = pln_get_u64(bytes);
    memcpy(&real, &number, sizeof real);
    pln_pack_float(out, real);
}

static void pack_value(json_t *value, pln_buf_t *out);

static void pack_items(json_t *value, pln_buf_t *out)
{
    json_t *items = json_object_get(value, "array"), *pairs = json_object_get(value, "map"), *item;
    size_t index;
    if (items != NULL) {
        pln_pack_array(out, (uint32_t)json_array_size(items));
    } else {
        pln_pack_map(out, (uint32_t)json_array_size(pairs));
    }
    json_array_foreach(items, index, item)
    {
        pack_value(item, out);
    }
    json_array_foreach(pairs, index, item)
    {
        pln_pack_uint(out, case_uint(json_array_get(item, 0)));
        pack_value(json_array_get(item, 1), out);
    }
}

static void pack_value(json_t *value, pln_buf_t *out)
{
    json_t *inner;
    if (json_is_null(value)) {
        pln_pack_nil(out);
    } else if (json_is_boolean(value)) {
        pln_pack_bool(out, json_is_true(value));
    } else if ((inner = json_object_get(value, "int")) != NULL) {
        pack_integer(inner, out);
    } else if ((inner = json_object_get(value, "float")) != NULL) {
        pack_float(inner, out);
    } else if ((inner = json_object_get(value, "str")) != NULL) {
        pln_pack_str(out, case_text(inner));
    } else if ((inner = json_object_get(value, "bin")) != NULL) {
        pln_span_t bytes = case_bytes(inner);
        pln_pack_bin(out, bytes.data, bytes.size);
    } else {
        pack_items(value, out);
    }
}

static json_t *pack(json_t *in, refusal_t *why)
{
    pln_buf_t out = {0};
    (void)why;
    pack_value(case_member(in, "value"), &out);
    return answer_buf("hex", &out);
}

static json_t *negative(int64_t number)
{
    char digits[24];
    if (number > -(INT64_C(1) << 53)) {
        return json_integer(number);
    }
    snprintf(digits, sizeof digits, "%" PRId64, number);
    return json_string(digits);
}

static json_t *float_bits(double real)
{
    uint8_t bytes[8];
    uint64_t number;
    memcpy(&number, &real, sizeof number);
    pln_put_u64(bytes, number);
    return case_hex(bytes, sizeof bytes);
}

static json_t *unpack_value(pln_unpack_t *in);

static json_t *unpack_items(pln_unpack_t *in, const pln_token_t *token)
{
    json_t *list = json_array();
    int64_t last = -1;
    for (uint32_t i = 0; i < token->as.count; i++) {
        if (token->type == PLN_PACK_ARRAY) {
            json_array_append_new(list, unpack_value(in));
            continue;
        }
        json_t *key = case_number(pln_unpack_key(in, &last));
        json_array_append_new(list, json_pack("[o,o]", key, unpack_value(in)));
    }
    return json_pack("{s:o}", token->type == PLN_PACK_ARRAY ? "array" : "map", list);
}

/** One value that pln_pack_check() has accepted. */
static json_t *unpack_value(pln_unpack_t *in)
{
    pln_token_t token = pln_unpack_next(in);
    pln_span_t span;
    switch (token.type) {
        case PLN_PACK_NIL:
            return json_null();
        case PLN_PACK_BOOL:
            return json_boolean(token.as.boolean);
        case PLN_PACK_UINT:
            return json_pack("{s:o}", "int", case_number(token.as.uint));
        case PLN_PACK_INT:
            return json_pack("{s:o}", "int", negative(token.as.sint));
        case PLN_PACK_FLOAT:
            return json_pack("{s:o}", "float", float_bits(token.as.real));
        case PLN_PACK_STR:
            span = token.as.span;
            return json_pack("{s:o}", "str", json_stringn((const char *)span.data, span.size));
        case PLN_PACK_BIN:
            return json_pack("{s:o}", "bin", case_hex(token.as.span.data, token.as.span.size));
        case PLN_PACK_ARRAY:
        case PLN_PACK_MAP:
            return unpack_items(in, &token);
    }
    abort();
}

static json_t *unpack(json_t *in, refusal_t *why)
{
    pln_span_t bytes = case_bytes(case_member(in, "hex"));
    pln_err_t error = pln_pack_check(bytes);
    if (error != PLN_OK) {
        return answer_refuse(why, error);
    }
    pln_unpack_t walk = pln_unpack(bytes);
    json_t *value = unpack_value(&walk);
    return json_pack("{s:o}", "value", value);
}

/* ---- payloads ---- */

static json_t *codec_read(json_t *in, refusal_t *why)
{
    pln_codec_t *codec = pln_codec_new();
    pln_span_t content;
    pln_err_t error = pln_codec_decode(codec, (uint8_t)case_uint(case_member(in, "codec")),
                                       case_bytes(case_member(in, "stored")), &content);
    json_t *out = error != PLN_OK
                      ? answer_refuse(why, error)
                      : json_pack("{s:o}", "content", case_hex(content.data, content.size));
    pln_codec_free(&codec);
    return out;
}

static json_t *dictionary(json_t *in, refusal_t *why)
{
    uint8_t hash[32];
    pln_err_t error =
        pln_codec_dictionary_hash((uint8_t)case_uint(case_member(in, "number")), hash);
    return error != PLN_OK ? answer_refuse(why, error)
                           : json_pack("{s:o,s:o}", "size", case_number(pln_dictionary_1_size),
                                       "hash", case_hex(hash, sizeof hash));
}

const answer_t answers_format[] = {{.op = "pack", .answer = pack, .back = unpack},
                                   {.op = "pack.read", .answer = unpack},
                                   {.op = "codec.read", .answer = codec_read},
                                   {.op = "dictionary", .answer = dictionary},
                                   {.op = NULL}};
