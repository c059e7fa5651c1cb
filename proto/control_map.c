// SPDX-License-Identifier: MPL-2.0
#include "control_map.h"

#define MAP_PAIRS_MAX (PLN_CONTROL_PAYLOAD_MAX / 2)

pln_control_map_t pln_control_begin(pln_span_t payload)
{
    pln_control_map_t map = {.in = pln_unpack(payload), .last = -1};
    if (payload.size > PLN_CONTROL_PAYLOAD_MAX) {
        pln_unpack_fail(&map.in, PLN_EMALFORMED);
    }
    map.left = pln_unpack_map(&map.in, MAP_PAIRS_MAX);
    return map;
}

bool pln_control_next(pln_control_map_t *map, uint64_t *field)
{
    if (map->in.error != PLN_OK || map->left == 0) {
        return false;
    }
    map->left--;
    *field = pln_unpack_key(&map->in, &map->last);
    if (map->in.error != PLN_OK) {
        return false;
    }
    if (*field < 32) {
        map->seen |= PLN_CONTROL_FIELD(*field);
    }
    return true;
}

// A record cut short is as void as a wrong one: callers hear one code.
pln_err_t pln_control_end(pln_control_map_t *map, uint32_t required)
{
    if (pln_unpack_end(&map->in) != PLN_OK || (map->seen & required) != required) {
        return PLN_EMALFORMED;
    }
    return PLN_OK;
}

void pln_control_require(pln_control_map_t *map, bool condition)
{
    if (!condition) {
        pln_unpack_fail(&map->in, PLN_EMALFORMED);
    }
}

uint64_t pln_control_positive(pln_control_map_t *map, uint64_t max)
{
    uint64_t value = pln_unpack_uint_max(&map->in, max);
    pln_control_require(map, value > 0);
    return value;
}

pln_span_t pln_control_text(pln_control_map_t *map, size_t max)
{
    pln_span_t text = pln_unpack_str(&map->in, max);
    pln_control_require(map, text.size > 0);
    return text;
}

void pln_control_id(pln_control_map_t *map, pln_id_t *out)
{
    pln_unpack_fixed(&map->in, out->bytes, sizeof out->bytes);
    pln_control_require(map, map->in.error == PLN_OK && pln_id_check(out) == PLN_OK);
}

void pln_control_write_text(pln_buf_t *out, uint64_t field, pln_span_t text)
{
    if (text.size > 0) {
        pln_pack_uint(out, field);
        pln_pack_str(out, text);
    }
}

void pln_control_write_number(pln_buf_t *out, uint64_t field, uint64_t value)
{
    if (value > 0) {
        pln_pack_uint(out, field);
        pln_pack_uint(out, value);
    }
}

void pln_control_write_bin(pln_buf_t *out, uint64_t field, const void *data, size_t size)
{
    pln_pack_uint(out, field);
    pln_pack_bin(out, data, size);
}
