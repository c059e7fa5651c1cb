// SPDX-License-Identifier: MPL-2.0
// control.json, access.json
#include <string.h>

#include "answer.h"
#include "proto/access.h"
#include "proto/node_branch.h"
#include "shape.h"

/* ---- control records ---- */

static const shape_t bare_id[] = {{.type = SHAPE_FIXED, .size = sizeof(pln_id_t)}, SHAPE_END};
static const shape_t network_shape[] = {
    SHAPE_IF("nonce", pln_network_record_t, genesis, nonce),
    SHAPE(TEXT, pln_network_record_t, name),
    SHAPE_MANY("guardians", pln_network_record_t, guardians, guardian_count, bare_id),
    SHAPE(UINT, pln_network_record_t, threshold),
    SHAPE(TEXT, pln_network_record_t, title),
    SHAPE(UINT, pln_network_record_t, max_entries),
    SHAPE(UINT, pln_network_record_t, max_bytes),
    SHAPE(UINT, pln_network_record_t, access_version),
    SHAPE_END};
static const shape_t grant_shape[] = {SHAPE(FIXED, pln_grant_t, node),
                                      SHAPE(UINT, pln_grant_t, term),
                                      SHAPE(UINT, pln_grant_t, role),
                                      SHAPE(TEXT, pln_grant_t, label),
                                      SHAPE(UINT, pln_grant_t, expiry_ms),
                                      SHAPE_IF("succeeds", pln_grant_t, has_succeeds, succeeds),
                                      SHAPE_END};
static const shape_t cut_shape[] = {
    SHAPE(UINT, pln_cut_t, epoch), SHAPE(UINT, pln_cut_t, lane),       SHAPE(UINT, pln_cut_t, seq),
    SHAPE(FIXED, pln_cut_t, hash), SHAPE(FIXED, pln_cut_t, signature), SHAPE_END};
static const shape_t revoke_shape[] = {SHAPE(FIXED, pln_revoke_t, node),
                                       SHAPE(UINT, pln_revoke_t, term),
                                       SHAPE_MANY("cuts", pln_revoke_t, cuts, cut_count, cut_shape),
                                       SHAPE(TEXT, pln_revoke_t, reason), SHAPE_END};

#define CONTROL_OP(name)                                                                         \
    static json_t *name##_write(json_t *in, refusal_t *why)                                      \
    {                                                                                            \
        pln_##name##_t record = {0};                                                             \
        pln_buf_t out = {0};                                                                     \
        (void)why;                                                                               \
        shape_read(name##_shape, in, &record);                                                   \
        pln_##name##_encode(&record, &out);                                                      \
        return answer_buf("hex", &out);                                                          \
    }                                                                                            \
    static json_t *name##_read(json_t *in, refusal_t *why)                                       \
    {                                                                                            \
        pln_##name##_t record;                                                                   \
        pln_err_t error = pln_##name##_decode(case_bytes(case_member(in, "hex")), &record);      \
        return error != PLN_OK ? answer_refuse(why, error) : shape_write(name##_shape, &record); \
    }
#define network_record_shape network_shape
CONTROL_OP(network_record)
CONTROL_OP(grant)
CONTROL_OP(revoke)

static json_t *leave_write(json_t *in, refusal_t *why)
{
    pln_buf_t out = {0};
    (void)in, (void)why;
    pln_leave_encode(&out);
    return answer_buf("hex", &out);
}

static json_t *leave_read(json_t *in, refusal_t *why)
{
    pln_err_t error = pln_leave_decode(case_bytes(case_member(in, "hex")));
    return error != PLN_OK ? answer_refuse(why, error) : json_object();
}

static json_t *network_id(json_t *in, refusal_t *why)
{
    pln_id_t root;
    pln_network_id_t network;
    (void)why;
    case_fixed(case_member(in, "root"), root.bytes, sizeof root.bytes);
    pln_network_id(&root, case_bytes(case_member(in, "genesis")), &network);
    return json_pack("{s:o}", "network", case_hex(network.bytes, sizeof network.bytes));
}

/* ---- the fold ---- */

static const shape_t statement_shape[] = {SHAPE(FIXED, pln_statement_t, author),
                                          SHAPE(UINT, pln_statement_t, epoch),
                                          SHAPE(UINT, pln_statement_t, seq),
                                          SHAPE(FIXED, pln_statement_t, hash),
                                          SHAPE(UINT, pln_statement_t, kind),
                                          SHAPE(BYTES, pln_statement_t, payload),
                                          SHAPE_END};
static const shape_t member_shape[] = {
    SHAPE(FIXED, pln_member_t, node),  SHAPE(UINT, pln_member_t, term),
    SHAPE(CHARS, pln_member_t, label), SHAPE(UINT, pln_member_t, expiry_ms),
    SHAPE(BOOL, pln_member_t, left),   SHAPE_END};
static const shape_t settings_shape[] = {
    SHAPE(CHARS, pln_settings_t, name),          SHAPE(CHARS, pln_settings_t, title),
    SHAPE(UINT, pln_settings_t, max_entries),    SHAPE(UINT, pln_settings_t, max_bytes),
    SHAPE(UINT, pln_settings_t, access_version), SHAPE_END};

static void promise(pln_access_t *access, json_t *in)
{
    pln_id_t root, inviter;
    if (!json_is_null(in)) {
        case_fixed(case_member(in, "root"), root.bytes, sizeof root.bytes);
        case_fixed(case_member(in, "inviter"), inviter.bytes, sizeof inviter.bytes);
        pln_access_promise(access, &root, &inviter);
    }
}

static json_t *members(pln_access_t *access)
{
    json_t *list = json_array();
    pln_member_t member;
    for (size_t cursor = 0; pln_access_next(access, &cursor, &member);) {
        json_t *shown = shape_write(member_shape, &member);
        json_object_set_new(shown, "role", json_string(pln_role_name(member.role)));
        json_array_append_new(list, shown);
    }
    return list;
}

/** What the fold says, and for lane 0 the bound that the caller of the fold adds. */
static json_t *limits(pln_access_t *access, json_t *asked)
{
    json_t *list = json_array(), *item;
    size_t index;
    json_array_foreach(asked, index, item)
    {
        pln_id_t node;
        case_fixed(case_member(item, "node"), node.bytes, sizeof node.bytes);
        uint8_t lane = (uint8_t)case_uint(case_member(item, "lane"));
        uint32_t epoch = (uint32_t)case_uint(case_member(item, "epoch"));
        uint64_t limit = pln_access_limit(access, &node, epoch, lane);
        if (lane == PLN_LANE_CONTROL && limit > PLN_CONTROL_ENTRIES_MAX) {
            limit = PLN_CONTROL_ENTRIES_MAX;
        }
        json_array_append_new(list, limit == PLN_LIMIT_NONE ? json_null() : case_number(limit));
    }
    return list;
}

/** The answer when the statements come in the order i * step mod count. */
static json_t *fold_by(json_t *in, size_t step)
{
    pln_network_id_t network;
    pln_settings_t settings;
    pln_id_t root;
    json_t *statements = case_member(in, "statements");
    size_t count = json_array_size(statements);
    case_fixed(case_member(in, "network"), network.bytes, sizeof network.bytes);
    pln_access_t *access = pln_access_new(&network);
    promise(access, case_member(in, "promise"));
    for (size_t i = 0; i < count; i++) {
        pln_statement_t statement = {0};
        shape_read(statement_shape, json_array_get(statements, (i + 1) * step % (count + 1) - 1),
                   &statement);
        pln_access_add(access, &statement);
    }
    pln_access_settings(access, &settings);
    bool founded = pln_access_root(access, &root) == PLN_OK;
    json_t *shown_members = members(access), *shown_limits = limits(access, case_member(in, "ask"));
    pln_access_free(&access);
    return json_pack("{s:o,s:o,s:o,s:o}", "root", founded ? case_hex(root.bytes, 32) : json_null(),
                     "members", shown_members, "limits", shown_limits, "settings",
                     shape_write(settings_shape, &settings));
}

static size_t divisor(size_t a, size_t b)
{
    return b == 0 ? a : divisor(b, a % b);
}

/** Every order must give the same: as written, backwards, and all in between that a step gives. */
static json_t *fold(json_t *in, refusal_t *why)
{
    size_t round = json_array_size(case_member(in, "statements")) + 1;
    json_t *out = fold_by(in, 1);
    for (size_t step = 2; step < round && out != NULL; step++) {
        if (divisor(step, round) != 1) {
            continue;
        }
        json_t *other = fold_by(in, step);
        if (!json_equal(out, other)) {
            json_decref(out);
            out = answer_refuse(why, PLN_EORDER);
        }
        json_decref(other);
    }
    return out;
}

/** What the node asks of a chain of lane 1: has it reached the quota of its network? */
static json_t *quota(json_t *in, refusal_t *why)
{
    pln_place_t place = {.lane = PLN_LANE_RECORDS};
    pln_head_t head = {.seq = case_uint(case_member(in, "seq")),
                       .cum = case_uint(case_member(in, "cum"))};
    pln_network_record_t record = {.genesis = true, .name = PLN_SPAN("quota", 5)};
    pln_net_state_t net = {0};
    pln_buf_t genesis = {0};
    record.max_entries = case_uint(case_member(in, "max_entries"));
    record.max_bytes = case_uint(case_member(in, "max_bytes"));
    pln_identity_t root;
    uint8_t seed[PLN_SEED_SIZE];
    memset(seed, 1, sizeof seed);  // the node of SPEC 3.8
    if (pln_identity_derive(seed, &root) != PLN_OK) {
        return answer_refuse(why, PLN_EKEY);
    }
    pln_network_record_encode(&record, &genesis);
    pln_network_id(&root.id, pln_buf_span(&genesis), &net.id);
    net.access = pln_access_new(&net.id);
    pln_statement_t founding = {
        .author = root.id, .seq = 1, .kind = PLN_KIND_NETWORK, .payload = pln_buf_span(&genesis)};
    pln_access_add(net.access, &founding);
    json_t *out = json_pack("{s:b}", "reached", (int)pln_chain_quota_reached(&net, &place, &head));
    pln_access_free(&net.access);
    pln_buf_free(&genesis);
    return out;
}

const answer_t answers_control[] = {
    {.op = "network", .answer = network_record_write, .back = network_record_read},
    {.op = "network.read", .answer = network_record_read},
    {.op = "grant", .answer = grant_write, .back = grant_read},
    {.op = "grant.read", .answer = grant_read},
    {.op = "revoke", .answer = revoke_write, .back = revoke_read},
    {.op = "revoke.read", .answer = revoke_read},
    {.op = "leave", .answer = leave_write, .back = leave_read},
    {.op = "leave.read", .answer = leave_read},
    {.op = "network_id", .answer = network_id},
    {.op = "fold", .answer = fold},
    {.op = "quota", .answer = quota},
    {.op = NULL}};
