// SPDX-License-Identifier: MPL-2.0
/**
 * ticket - an invitation as one line of text that survives e-mail, and the JOIN it leads to.
 *
 * Why     Join with one paste: the line says whom to dial and what is joined, and carries a key.
 * Shape   "PLN1-", then base32 (RFC 4648 alphabet in lower case, unpadded, spare bits zero) of
 *           version    u8, 1
 *           size       u16, bytes from version to the last node: where the hash begins
 *           guard      2 bytes, the first of H("pln ticket 1", version || size)
 *           network    32 bytes
 *           root       32 bytes
 *           inviter    32 bytes
 *           seed       32 bytes, of the one-time key
 *           role       u8, 1 reader, 2 contributor, 3 coordinator
 *           expiry_ms  u48
 *           title      u8 length <= 128, UTF-8
 *           label      u8 length <= 128, UTF-8
 *           bound      u8, 0; or 1 and then bound_to, 32 bytes
 *           nodes      u8, 1 to 4, then so many times:
 *                        id         32 bytes
 *                        addresses  u8, 0 to 4, then so many times: u8 length >= 1, visible ASCII
 *           hash       4 bytes, the first of H("pln ticket 1", everything from version on)
 *         Integers are big-endian. Every id, and the key that the seed gives, is valid by R7.
 * Reading Starts behind the first "PLN1-" of the text and takes as many characters as size asks
 *         for; what follows is not looked at. Case makes no difference. Skipped are blanks of any
 *         kind, line breaks, '>' of quoted mail, '=' of quoted-printable, soft hyphens, zero-width
 *         characters. A longer dash is a '-'.
 * Pure    no I/O, no clock
 * Spec    SPEC 8 (R22)
 */
#ifndef PLN_TICKET_H
#define PLN_TICKET_H

#include "control.h"

#define PLN_DOMAIN_TICKET "pln ticket 1"
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
    char title[PLN_NAME_MAX + 1]; /**< the network's name, to be shown before joining */
    pln_ticket_node_t nodes[PLN_TICKET_NODES_MAX]; /**< whom to dial; the inviter itself is one */
    uint32_t node_count;
    pln_role_t role;
    char label[PLN_NAME_MAX + 1];
    uint64_t expiry_ms;
    bool bound;
    pln_id_t bound_to;           /**< invite --for DID */
    uint8_t seed[PLN_SEED_SIZE]; /**< of the one-time key; valid by R7 */
} pln_ticket_t;

/** Append the ticket's line (no newline, NUL not counted). Asserts the bounds above. */
void pln_ticket_encode(const pln_ticket_t *ticket, pln_buf_t *text);

/**
 * Find and read the ticket in @text. What is shown of it must still be made safe for a terminal:
 * title and label are any UTF-8. The caller wipes @out: it holds the one-time key.
 *
 * PLN_EMALFORMED  not a ticket: no "PLN1-" in it, or bytes that break a rule under a fitting hash
 * PLN_ETRUNCATED  it ends too early: its end, or a character within, was not copied
 * PLN_ESIGNATURE  the hash differs, or no ticket has such a character: a typo
 * PLN_EVERSION    a later kind of ticket
 */
PLN_MUST_CHECK pln_err_t pln_ticket_decode(pln_span_t text, pln_ticket_t *out);

/** What one of these errors means to the person who pasted the text, with the remedy. */
const char *pln_ticket_problem(pln_err_t error);

/** What both signatures of a JOIN cover: network, ticket key, node id, inviter id (128 bytes). */
void pln_join_text(const pln_network_id_t *network, const pln_id_t *ticket, const pln_id_t *node,
                   const pln_id_t *inviter, uint8_t out[128]);

#endif
