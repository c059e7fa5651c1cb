// SPDX-License-Identifier: MPL-2.0
// ticket.json
#include <string.h>

#include "answer.h"
#include "proto/hash.h"
#include "proto/ticket.h"
#include "shape.h"

static const shape_t bare_address[] = {{.type = SHAPE_CHARS, .size = PLN_ADDRESS_MAX + 1},
                                       SHAPE_END};
static const shape_t node_shape[] = {
    SHAPE(FIXED, pln_ticket_node_t, id),
    SHAPE_MANY("addresses", pln_ticket_node_t, addresses, address_count, bare_address), SHAPE_END};
static const shape_t ticket_shape[] = {
    SHAPE(FIXED, pln_ticket_t, network),
    SHAPE(FIXED, pln_ticket_t, root),
    SHAPE(FIXED, pln_ticket_t, inviter),
    SHAPE(FIXED, pln_ticket_t, seed),
    SHAPE(UINT, pln_ticket_t, role),
    SHAPE(UINT, pln_ticket_t, expiry_ms),
    SHAPE(CHARS, pln_ticket_t, title),
    SHAPE(CHARS, pln_ticket_t, label),
    SHAPE_IF("bound", pln_ticket_t, bound, bound_to),
    SHAPE_MANY("nodes", pln_ticket_t, nodes, node_count, node_shape),
    SHAPE_END};

static json_t *ticket_write(json_t *in, refusal_t *why)
{
    pln_ticket_t ticket = {0};
    pln_buf_t text = {0};
    (void)why;
    shape_read(ticket_shape, in, &ticket);
    pln_ticket_encode(&ticket, &text);
    json_t *out = json_pack("{s:o}", "text", json_stringn((const char *)text.data, text.size));
    pln_buf_free(&text);
    return out;
}

static json_t *ticket_read(json_t *in, refusal_t *why)
{
    json_t *bytes = json_object_get(in, "bytes");
    pln_ticket_t ticket;
    pln_span_t text = bytes != NULL ? case_bytes(bytes) : case_text(case_member(in, "text"));
    pln_err_t error = pln_ticket_decode(text, &ticket);
    return error != PLN_OK ? answer_refuse(why, error) : shape_write(ticket_shape, &ticket);
}

static json_t *join(json_t *in, refusal_t *why)
{
    pln_identity_t node, ticket;
    pln_network_id_t network;
    pln_id_t inviter;
    pln_signature_t by_node, by_ticket;
    uint8_t seeds[2][PLN_SEED_SIZE], text[128];
    case_fixed(case_member(in, "node_seed"), seeds[0], PLN_SEED_SIZE);
    case_fixed(case_member(in, "ticket_seed"), seeds[1], PLN_SEED_SIZE);
    if (pln_identity_derive(seeds[0], &node) != PLN_OK ||
        pln_identity_derive(seeds[1], &ticket) != PLN_OK) {
        return answer_refuse(why, PLN_EKEY);
    }
    case_fixed(case_member(in, "network"), network.bytes, sizeof network.bytes);
    case_fixed(case_member(in, "inviter"), inviter.bytes, sizeof inviter.bytes);
    pln_join_text(&network, &ticket.id, &node.id, &inviter, text);
    pln_sign(&node, PLN_DOMAIN_JOIN, PLN_SPAN(text, sizeof text), &by_node);
    pln_sign(&ticket, PLN_DOMAIN_JOIN, PLN_SPAN(text, sizeof text), &by_ticket);
    return json_pack("{s:o,s:o,s:o}", "message", case_hex(text, sizeof text), "by_node",
                     case_hex(by_node.bytes, 64), "by_ticket", case_hex(by_ticket.bytes, 64));
}

/** A JOIN as it comes in, with the ticket key of its link. */
typedef struct {
    pln_network_id_t network;
    pln_id_t ticket;
    pln_id_t node;
    pln_id_t inviter;
    pln_signature_t by_node;
    pln_signature_t by_ticket;
} asked_t;
static const shape_t asked_shape[] = {SHAPE(FIXED, asked_t, network),
                                      SHAPE(FIXED, asked_t, ticket),
                                      SHAPE(FIXED, asked_t, node),
                                      SHAPE(FIXED, asked_t, inviter),
                                      SHAPE(FIXED, asked_t, by_node),
                                      SHAPE(FIXED, asked_t, by_ticket),
                                      SHAPE_END};

static json_t *join_verify(json_t *in, refusal_t *why)
{
    asked_t asked;
    uint8_t text[128];
    shape_read(asked_shape, in, &asked);
    pln_join_text(&asked.network, &asked.ticket, &asked.node, &asked.inviter, text);
    pln_span_t span = PLN_SPAN(text, sizeof text);
    bool good = pln_verify(&asked.node, PLN_DOMAIN_JOIN, span, &asked.by_node) == PLN_OK &&
                pln_verify(&asked.ticket, PLN_DOMAIN_JOIN, span, &asked.by_ticket) == PLN_OK;
    return good ? json_object() : answer_refuse(why, PLN_ESIGNATURE);
}

const answer_t answers_ticket[] = {{.op = "ticket", .answer = ticket_write, .back = ticket_read},
                                   {.op = "ticket.read", .answer = ticket_read},
                                   {.op = "join", .answer = join},
                                   {.op = "join.verify", .answer = join_verify},
                                   {.op = NULL}};
