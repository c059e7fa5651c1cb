// SPDX-License-Identifier: MPL-2.0
// transfer.json
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "proto/access.h"
#include "shape.h"

static const shape_t cut_shape[] = {
    SHAPE(UINT, pln_cut_t, epoch), SHAPE(UINT, pln_cut_t, lane),       SHAPE(UINT, pln_cut_t, seq),
    SHAPE(FIXED, pln_cut_t, hash), SHAPE(FIXED, pln_cut_t, signature), SHAPE_END};
static const shape_t transfer_shape[] = {
    SHAPE(UINT, pln_transfer_t, generation), SHAPE(FIXED, pln_transfer_t, successor),
    SHAPE_MANY("cuts", pln_transfer_t, cuts, cut_count, cut_shape), SHAPE_END};

static json_t *transfer_write(json_t *in, refusal_t *why)
{
    pln_transfer_t record = {0};
    pln_buf_t out = {0};
    (void)why;
    shape_read(transfer_shape, in, &record);
    pln_transfer_encode(&record, &out);
    return answer_buf("hex", &out);
}

static json_t *transfer_read(json_t *in, refusal_t *why)
{
    pln_transfer_t record;
    pln_err_t error = pln_transfer_decode(case_bytes(case_member(in, "hex")), &record);
    return error != PLN_OK ? answer_refuse(why, error) : shape_write(transfer_shape, &record);
}

/* ---- who is root ---- */

static const shape_t statement_shape[] = {
    SHAPE(FIXED, pln_statement_t, author),  SHAPE(UINT, pln_statement_t, epoch),
    SHAPE(UINT, pln_statement_t, seq),      SHAPE(FIXED, pln_statement_t, hash),
    SHAPE(FIXED, pln_statement_t, before),  SHAPE(UINT, pln_statement_t, kind),
    SHAPE(BYTES, pln_statement_t, payload), SHAPE_END};

static int by_place(const void *a, const void *b)
{
    const pln_statement_t *x = a;
    const pln_statement_t *y = b;
    int order = pln_id_compare(&x->author, &y->author);
    if (order == 0 && (x->epoch != y->epoch || x->seq != y->seq)) {
        bool less = x->epoch != y->epoch ? x->epoch < y->epoch : x->seq < y->seq;
        order = less ? -1 : 1;
    }
    return order != 0 ? order : memcmp(&x->hash, &y->hash, sizeof x->hash);
}

/** Each statement is a chain of its own here, so its limit is asked for by its number. */
static bool counts(pln_access_t *access, const pln_statement_t *statement)
{
    uint64_t limit = pln_access_path_limit(access, &statement->author, statement->epoch,
                                           statement->chain, statement->seq);
    return statement->seq <= limit && statement->seq <= PLN_CONTROL_ENTRIES_MAX;
}

static json_t *members(pln_access_t *access)
{
    json_t *list = json_array();
    pln_member_t member;
    for (size_t cursor = 0; pln_access_next(access, &cursor, &member);) {
        json_array_append_new(
            list,
            json_pack("{s:o,s:i,s:s,s:s}", "node", case_hex(member.node.bytes, 32), "term",
                      (int)member.term, "role", pln_role_name(member.role), "label", member.label));
    }
    return list;
}

/** As they stand, or backwards. */
static json_t *succession_by(json_t *in, bool backwards)
{
    pln_network_id_t network;
    pln_settings_t settings;
    pln_id_t root;
    json_t *listed = case_member(in, "statements");
    json_t *counted = json_array();
    size_t count = json_array_size(listed);
    pln_statement_t *statements = pln_alloc_zero(count + 1, sizeof *statements);
    case_fixed(case_member(in, "network"), network.bytes, sizeof network.bytes);
    pln_access_t *access = pln_access_new(&network);
    for (size_t i = 0; i < count; i++) {
        size_t at = backwards ? count - 1 - i : i;
        shape_read(statement_shape, json_array_get(listed, at), &statements[i]);
        statements[i].chain = (uint32_t)at;
        pln_access_add(access, &statements[i]);
    }
    qsort(statements, count, sizeof *statements, by_place);
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(counted, json_boolean(counts(access, &statements[i])));
    }
    pln_access_settings(access, &settings);
    bool founded = pln_access_root(access, &root) == PLN_OK;
    json_t *out =
        json_pack("{s:o,s:i,s:s,s:o,s:o}", "root", founded ? case_hex(root.bytes, 32) : json_null(),
                  "generation", (int)pln_access_root_generation(access), "title", settings.title,
                  "members", members(access), "counts", counted);
    pln_access_free(&access);
    free(statements);
    return out;
}

static json_t *succession(json_t *in, refusal_t *why)
{
    json_t *out = succession_by(in, false), *other = succession_by(in, true);
    if (!json_equal(out, other)) {
        json_decref(out);
        out = answer_refuse(why, PLN_EORDER);
    }
    json_decref(other);
    return out;
}

const answer_t answers_transfer[] = {
    {.op = "transfer", .answer = transfer_write, .back = transfer_read},
    {.op = "transfer.read", .answer = transfer_read},
    {.op = "succession", .answer = succession},
    {.op = NULL}};
