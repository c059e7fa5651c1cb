// SPDX-License-Identifier: MPL-2.0
/**
 * ticket - an invitation as one line of text that survives e-mail, and the JOIN it leads to.
 *
 * Why     Join with one paste: the line says whom to dial, what is joined, and carries a one-time key.
 * Shape   "PLN1-" then lower-case base32 (RFC 4648 alphabet, no padding) of the body and 4 bytes of its hash;
 *         case, blanks, line breaks, '>' quote marks and zero-width characters are ignored on reading
 * Pure    no I/O, no clock
 * Spec    SPEC 8 (R22)
 */
#ifndef PLN_TICKET_H
#define PLN_TICKET_H

#include "control.h"

#define PLN_TICKET_NODES_MAX 4u
#define PLN_TICKET_ADDRESSES_MAX 4u /**< per node */
#define PLN_TICKET_TEXT_MAX 8192u   /**< longest text looked at */

typedef struct {
    pln_id_t id;
    char addresses[PLN_TICKET_ADDRESSES_MAX][PLN_ADDRESS_MAX + 1];
    uint32_t address_count;
} pln_ticket_node_t;

typedef struct {
    pln_network_id_t network;
    pln_id_t root;
    pln_id_t inviter;
    char title[PLN_NAME_MAX + 1];  /**< the network's name, to be shown before joining */
    pln_ticket_node_t nodes[PLN_TICKET_NODES_MAX]; /**< whom to dial; the inviter itself is one */
    uint32_t node_count;
    pln_role_t role;
    char label[PLN_NAME_MAX + 1];
    uint64_t expiry_ms;
    bool bound;
    pln_id_t bound_to;             /**< invite --for DID */
    uint8_t seed[PLN_SEED_SIZE];   /**< of the one-time key; valid by R7 */
} pln_ticket_t;

/** Append the ticket's line (no newline, NUL not counted). */
void pln_ticket_encode(const pln_ticket_t *ticket, pln_buf_t *text);

/**
 * PLN_EMALFORMED not a ticket, or bytes that break a rule · PLN_ETRUNCATED it ends too early ·
 * PLN_ESIGNATURE the checksum differs: a typo or a lost character · PLN_EVERSION a later kind
 */
PLN_MUST_CHECK pln_err_t pln_ticket_decode(pln_span_t text, pln_ticket_t *out);

/** What both signatures of a JOIN cover: network, ticket key, node id, inviter id (128 bytes). */
void pln_join_text(const pln_network_id_t *network, const pln_id_t *ticket, const pln_id_t *node,
                   const pln_id_t *inviter, uint8_t out[128]);

#endif
