// SPDX-License-Identifier: MPL-2.0
// message.json
#include <string.h>

#include "answer.h"
#include "row_shape.h"

static const shape_t hello_shape[] = {SHAPE(UINT, pln_hello_t, version_min),
                                      SHAPE(UINT, pln_hello_t, version_max),
                                      SHAPE(UINT, pln_hello_t, time_ms),
                                      SHAPE(FIXED, pln_hello_t, store),
                                      SHAPE(FIXED, pln_hello_t, nonce),
                                      SHAPE(CURSOR, pln_hello_t, arrivals),
                                      SHAPE(UINT, pln_hello_t, credit),
                                      SHAPE(UINT, pln_hello_t, flags),
                                      SHAPE_END};
static const shape_t heads_shape[] = {SHAPE(FIXED, pln_heads_t, network),
                                      SHAPE(UINT, pln_heads_t, flags),
                                      SHAPE(CURSOR, pln_heads_t, upto), SHAPE_END};
static const shape_t want_shape[] = {SHAPE(FIXED, pln_want_t, network),
                                     SHAPE(UINT, pln_want_t, flags), SHAPE_END};
static const shape_t place_shape[] = {
    SHAPE(FIXED, pln_place_t, network), SHAPE(FIXED, pln_place_t, author),
    SHAPE(UINT, pln_place_t, epoch), SHAPE(UINT, pln_place_t, lane), SHAPE_END};
static const shape_t entries_shape[] = {SHAPE_IN("place", pln_entries_t, place, place_shape),
                                        SHAPE(UINT, pln_entries_t, from),
                                        SHAPE(UINT, pln_entries_t, to),
                                        SHAPE(FIXED, pln_entries_t, base),
                                        SHAPE(FIXED, pln_entries_t, signature),
                                        SHAPE(UINT, pln_entries_t, flags),
                                        SHAPE(CURSOR, pln_entries_t, upto),
                                        SHAPE(BYTES, pln_entries_t, run),
                                        SHAPE_END};
static const shape_t fork_shape[] = {SHAPE_IN("place", pln_fork_t, place, place_shape),
                                     SHAPE(UINT, pln_fork_t, stage),
                                     SHAPE(UINT, pln_fork_t, seq),
                                     SHAPE(FIXED, pln_fork_t, hash),
                                     SHAPE(UINT, pln_fork_t, other_seq),
                                     SHAPE(FIXED, pln_fork_t, other_hash),
                                     SHAPE(BYTES, pln_fork_t, body),
                                     SHAPE_END};
static const shape_t credit_shape[] = {
    {.name = "total", .type = SHAPE_UINT, .size = sizeof(uint64_t)},
    SHAPE_END};
static const shape_t network_shape[] = {
    {.name = "network", .type = SHAPE_FIXED, .size = sizeof(pln_network_id_t)},
    SHAPE_END};
static const shape_t presence_shape[] = {SHAPE(BYTES, pln_presence_message_t, body),
                                         SHAPE(FIXED, pln_presence_message_t, signature),
                                         SHAPE_END};
static const shape_t join_shape[] = {SHAPE(FIXED, pln_join_t, network),
                                     SHAPE(FIXED, pln_join_t, node),
                                     SHAPE(FIXED, pln_join_t, inviter),
                                     SHAPE(TEXT, pln_join_t, name),
                                     SHAPE(FIXED, pln_join_t, by_node),
                                     SHAPE(FIXED, pln_join_t, by_ticket),
                                     SHAPE_END};
static const shape_t welcome_shape[] = {SHAPE(FIXED, pln_welcome_t, network),
                                        SHAPE(FIXED, pln_welcome_t, root),
                                        SHAPE(TEXT, pln_welcome_t, title), SHAPE_END};
static const shape_t bye_shape[] = {SHAPE(TEXT, pln_bye_t, reason),
                                    SHAPE_IF("network", pln_bye_t, has_network, network),
                                    SHAPE(TEXT, pln_bye_t, detail), SHAPE_END};
static const shape_t digest_shape[] = {SHAPE(FIXED, pln_digest_message_t, network),
                                       SHAPE(FIXED, pln_digest_message_t, access),
                                       SHAPE(FIXED, pln_digest_message_t, digest),
                                       SHAPE(UINT, pln_digest_message_t, flags),
                                       SHAPE(CURSOR, pln_digest_message_t, upto),
                                       SHAPE(BYTES, pln_digest_message_t, buckets),
                                       SHAPE_END};

static const shape_t twin_shape[] = {SHAPE_AS("since", UINT, pln_twin_t, since_ms),
                                     SHAPE(TEXT, pln_twin_t, address), SHAPE_END};

static const struct {
    const shape_t *shapes;
    const row_shape_t *rows;
    size_t rows_at; /**< a pln_span_t in the union */
} bodies[PLN_MSG_COUNT] = {
    [PLN_MSG_HELLO] = {hello_shape, &hello_rows, offsetof(pln_hello_t, rows)},
    [PLN_MSG_HEADS] = {heads_shape, &heads_rows, offsetof(pln_heads_t, rows)},
    [PLN_MSG_WANT] = {want_shape, &want_rows, offsetof(pln_want_t, rows)},
    [PLN_MSG_ENTRIES] = {entries_shape, NULL, 0},
    [PLN_MSG_FORK] = {fork_shape, NULL, 0},
    [PLN_MSG_CREDIT] = {credit_shape, NULL, 0},
    [PLN_MSG_PRUNE] = {network_shape, NULL, 0},
    [PLN_MSG_GRAFT] = {network_shape, NULL, 0},
    [PLN_MSG_PRESENCE] = {presence_shape, NULL, 0},
    [PLN_MSG_JOIN] = {join_shape, NULL, 0},
    [PLN_MSG_WELCOME] = {welcome_shape, NULL, 0},
    [PLN_MSG_BYE] = {bye_shape, NULL, 0},
    [PLN_MSG_DIGEST] = {digest_shape, NULL, 0},
    [PLN_MSG_TWIN] = {twin_shape, NULL, 0},
};

static json_t *message_write(json_t *in, refusal_t *why)
{
    const char *name = case_string(case_member(in, "type"));
    pln_message_t message = {.type = PLN_MSG_HELLO};
    pln_buf_t out = {0};
    while (message.type < PLN_MSG_COUNT && strcmp(pln_message_name(message.type), name) != 0) {
        message.type++;
    }
    if (message.type == PLN_MSG_COUNT || bodies[message.type].shapes == NULL) {
        return answer_refuse(why, PLN_EUNKNOWN);
    }
    shape_read(bodies[message.type].shapes, in, &message.as);
    if (bodies[message.type].rows != NULL) {
        pln_span_t rows = rows_read(bodies[message.type].rows, case_member(in, "rows"));
        memcpy((uint8_t *)&message.as + bodies[message.type].rows_at, &rows, sizeof rows);
    }
    pln_message_encode(&message, &out);
    if (message.type == PLN_MSG_ENTRIES) {  // the run goes behind what is encoded
        pln_buf_add(&out, message.as.entries.run.data, message.as.entries.run.size);
    }
    return answer_buf("hex", &out);
}

static json_t *message_read(json_t *in, refusal_t *why)
{
    pln_message_t message;
    pln_err_t error = pln_message_decode(case_bytes(case_member(in, "hex")), &message);
    if (error != PLN_OK) {
        return answer_refuse(why, error);
    }
    json_t *rows = NULL;
    if (bodies[message.type].rows != NULL) {
        pln_span_t packed;
        memcpy(&packed, (uint8_t *)&message.as + bodies[message.type].rows_at, sizeof packed);
        rows = rows_write(bodies[message.type].rows, packed);
    }
    json_t *out = shape_write(bodies[message.type].shapes, &message.as);
    json_object_set_new(out, "type", json_string(pln_message_name(message.type)));
    if (rows != NULL) {
        json_object_set_new(out, "rows", rows);
    }
    return out;
}

const answer_t answers_message[] = {
    {.op = "message", .answer = message_write, .back = message_read},
    {.op = "message.read", .answer = message_read},
    {.op = NULL}};
