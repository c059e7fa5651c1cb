// SPDX-License-Identifier: MPL-2.0
// Values of several parts: a reference is where, and what it looked like; a time is when, and on
// whose clock.
#include <string.h>

#include "identity.h"
#include "record.h"

bool pln_time_valid(const pln_time_t *time)
{
    int64_t local = (int64_t)(time->ms % INT64_MAX) + (int64_t)time->offset * 60000;
    return time->ms <= PLN_TIME_MS_MAX && time->offset >= -PLN_OFFSET_MAX &&
           time->offset <= PLN_OFFSET_MAX && local >= 0 && local <= (int64_t)PLN_TIME_MS_MAX;
}

void pln_time_write(const pln_time_t *time, pln_buf_t *out)
{
    pln_pack_array(out, 2);
    pln_pack_uint(out, time->ms);
    pln_pack_int(out, time->offset);
}

void pln_time_read(pln_unpack_t *in, pln_time_t *out)
{
    memset(out, 0, sizeof *out);
    if (pln_unpack_array(in, 2) != 2) {
        pln_unpack_fail(in, PLN_EMALFORMED);
        return;
    }
    out->ms = pln_unpack_uint(in);
    pln_token_t token = pln_unpack_next(in);
    if (token.type == PLN_PACK_UINT) {
        out->offset = token.as.uint <= INT32_MAX ? (int32_t)token.as.uint : INT32_MAX;
    } else if (token.type == PLN_PACK_INT) {
        out->offset = token.as.sint >= INT32_MIN ? (int32_t)token.as.sint : INT32_MIN;
    } else {
        pln_unpack_fail(in, PLN_EMALFORMED);
    }
}

bool pln_reference_equal(const pln_reference_t *a, const pln_reference_t *b)
{
    return a->has_network == b->has_network && a->epoch == b->epoch && a->seq == b->seq &&
           pln_id_equal(&a->author, &b->author) && memcmp(a->data, b->data, sizeof a->data) == 0 &&
           (!a->has_network || memcmp(&a->network, &b->network, sizeof a->network) == 0);
}

void pln_reference_write(const pln_reference_t *reference, pln_buf_t *out)
{
    pln_pack_array(out, 5);
    if (reference->has_network) {
        pln_pack_bin(out, reference->network.bytes, sizeof reference->network.bytes);
    } else {
        pln_pack_nil(out);
    }
    pln_pack_bin(out, reference->author.bytes, sizeof reference->author.bytes);
    pln_pack_uint(out, reference->epoch);
    pln_pack_uint(out, reference->seq);
    pln_pack_bin(out, reference->data, sizeof reference->data);
}

void pln_reference_read(pln_unpack_t *in, pln_reference_t *out)
{
    memset(out, 0, sizeof *out);
    if (pln_unpack_array(in, 5) != 5) {
        pln_unpack_fail(in, PLN_EMALFORMED);
        return;
    }
    out->has_network = !pln_unpack_nil(in);
    if (out->has_network) {
        pln_unpack_fixed(in, out->network.bytes, sizeof out->network.bytes);
    }
    pln_unpack_fixed(in, out->author.bytes, sizeof out->author.bytes);
    out->epoch = (uint32_t)pln_unpack_uint_max(in, UINT32_MAX);
    out->seq = pln_unpack_uint_max(in, PLN_SEQ_MAX);
    pln_unpack_fixed(in, out->data, sizeof out->data);
    if (in->error == PLN_OK && out->seq == 0) {
        pln_unpack_fail(in, PLN_EMALFORMED);
    }
}
