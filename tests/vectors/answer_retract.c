// SPDX-License-Identifier: MPL-2.0
// retract.json
#include <string.h>

#include "answer.h"
#include "proto/access.h"
#include "shape.h"

static const shape_t retract_shape[] = {SHAPE(FIXED, pln_retract_t, author),
                                        SHAPE(UINT, pln_retract_t, epoch),
                                        SHAPE(UINT, pln_retract_t, seq),
                                        SHAPE(FIXED, pln_retract_t, data),
                                        SHAPE(TEXT, pln_retract_t, reason),
                                        SHAPE(BOOL, pln_retract_t, undo),
                                        SHAPE_END};

static json_t *retract_write(json_t *in, refusal_t *why)
{
    pln_retract_t record = {0};
    pln_buf_t out = {0};
    (void)why;
    shape_read(retract_shape, in, &record);
    pln_retract_encode(&record, &out);
    return answer_buf("hex", &out);
}

static json_t *retract_read(json_t *in, refusal_t *why)
{
    pln_retract_t record;
    pln_err_t error = pln_retract_decode(case_bytes(case_member(in, "hex")), &record);
    return error != PLN_OK ? answer_refuse(why, error) : shape_write(retract_shape, &record);
}

static const shape_t statement_shape[] = {SHAPE(FIXED, pln_statement_t, author),
                                          SHAPE(UINT, pln_statement_t, epoch),
                                          SHAPE(UINT, pln_statement_t, seq),
                                          SHAPE(FIXED, pln_statement_t, hash),
                                          SHAPE(UINT, pln_statement_t, kind),
                                          SHAPE(BYTES, pln_statement_t, payload),
                                          SHAPE_END};

static json_t *fate_of(pln_access_t *access, json_t *asked)
{
    static const char *const names[] = {"stands", "hidden", "erased"};
    pln_id_t author;
    pln_hash_t data;
    pln_retracted_t by;
    case_fixed(case_member(asked, "author"), author.bytes, sizeof author.bytes);
    case_fixed(case_member(asked, "data"), data.bytes, sizeof data.bytes);
    uint32_t epoch = (uint32_t)case_uint(case_member(asked, "epoch"));
    uint64_t seq = case_uint(case_member(asked, "seq"));
    pln_fate_t fate = pln_access_fate(access, &author, epoch, seq, &data, &by);
    json_t *who = fate == PLN_FATE_STANDS ? json_null() : case_hex(by.by.bytes, sizeof by.by);
    return json_pack("{s:s,s:o}", "fate", names[fate], "by", who);
}

/** As written, or backwards. */
static json_t *fates_by(json_t *in, bool backwards)
{
    pln_network_id_t network;
    json_t *statements = case_member(in, "statements"), *asked = case_member(in, "ask"), *item;
    size_t count = json_array_size(statements), index;
    case_fixed(case_member(in, "network"), network.bytes, sizeof network.bytes);
    pln_access_t *access = pln_access_new(&network);
    for (size_t i = 0; i < count; i++) {
        pln_statement_t statement = {0};
        shape_read(statement_shape, json_array_get(statements, backwards ? count - 1 - i : i),
                   &statement);
        pln_access_add(access, &statement);
    }
    json_t *list = json_array();
    json_array_foreach(asked, index, item)
    {
        json_array_append_new(list, fate_of(access, item));
    }
    pln_access_free(&access);
    return json_pack("{s:o}", "fates", list);
}

static json_t *fates(json_t *in, refusal_t *why)
{
    json_t *out = fates_by(in, false), *other = fates_by(in, true);
    if (!json_equal(out, other)) {
        json_decref(out);
        out = answer_refuse(why, PLN_EORDER);
    }
    json_decref(other);
    return out;
}

const answer_t answers_retract[] = {
    {.op = "retract", .answer = retract_write, .back = retract_read},
    {.op = "retract.read", .answer = retract_read},
    {.op = "fate", .answer = fates},
    {.op = NULL}};
