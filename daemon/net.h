// SPDX-License-Identifier: MPL-2.0
/**
 * net - links: one ROUTER for those who dial us, one DEALER for each peer we dial. Bytes only.
 *
 * Why     Whom to dial, drop or answer is the node's business; here is only what ZeroMQ needs.
 * Shape   link numbers: dialled ones by the caller (bit 31 clear), accepted ones here (bit 31 set)
 *         a link comes up only with a proven key: CURVE and our gate (zap.h), no routing id
 * Thread  driver thread, except where said
 */
#ifndef PLN_NET_H
#define PLN_NET_H

#include "proto/node.h"

typedef struct pln_net pln_net_t;

typedef struct {
    const pln_identity_t *self; /**< borrowed */
    const char *listen;         /**< literal ADDR:PORT; [::] is 0.0.0.0 where there is no IPv6 */
    uint16_t port_hint;         /**< tried first when the port is 0 */
} pln_net_options_t;

/** What the transport tells. Spans and texts live during the call. */
typedef struct {
    void (*link_up)(void *arg, uint32_t link, pln_link_class_t as, const pln_id_t *peer,
                    const char *address);
    void (*link_down)(void *arg, uint32_t link, pln_down_t why);
    void (*received)(void *arg, uint32_t link, pln_span_t frame);
} pln_net_handler_t;

/** Binds, starts the ZAP thread and the self-test that a stranger is refused. NULL: @error tells.
 */
pln_net_t *pln_net_start(const pln_net_options_t *options, const pln_net_handler_t *handler,
                         void *arg, char *error, size_t error_size);
/** Closes everything; what was sent last has a fifth of a second to leave. */
void pln_net_stop(pln_net_t **net);
const char *pln_net_listen(const pln_net_t *net); /**< ADDR:PORT really bound */

void pln_net_admit(pln_net_t *net, pln_link_class_t as, const pln_id_t *id, bool admit);
/**
 * One attempt: ends in link_up or link_down. The name is resolved outside the I/O thread.
 * @as_identity  the ticket's key to call with: the link's class is then TICKET, its peer still the
 *               node that answers; NULL: our own key, class PEER
 */
void pln_net_dial(pln_net_t *net, uint32_t link, const pln_id_t *peer, const char *address,
                  const pln_identity_t *as_identity);
/**
 * One frame of head then body. False: too much waits already or the peer is gone; the link is being
 * closed and link_down follows from the next pln_net_poll.
 */
bool pln_net_send(pln_net_t *net, uint32_t link, pln_span_t head, pln_span_t body);
/** One frame to every link that stands, as a last word. */
void pln_net_send_all(pln_net_t *net, pln_span_t frame);
/** What was sent before (BYE) is still delivered where possible. No link_down follows. */
void pln_net_close(pln_net_t *net, uint32_t link);

/**
 * Wait for traffic, for @wake_fd (readable; -1 none) or @timeout_ms (-1 for ever), and hand over
 * what came, a bounded number of frames per link and call. True when @wake_fd is readable.
 */
bool pln_net_poll(pln_net_t *net, int wake_fd, int timeout_ms);

/** Why a connection was turned away below the protocol. */
typedef enum {
    PLN_TURNED_STRANGER,   /**< the gate does not know the key */
    PLN_TURNED_UNPROVEN,   /**< a message without a proven sender, or under a chosen routing id */
    PLN_TURNED_IN_PARTS,   /**< a message of several parts */
    PLN_TURNED_UNFINISHED, /**< bytes without end, or no first word in time */
    PLN_TURNED_COUNT
} pln_turned_t;

/** How many since the start; any thread. */
uint64_t pln_net_turned(const pln_net_t *net, pln_turned_t why);
/** As status and metrics call it, beside the errors of the core. */
const char *pln_turned_name(pln_turned_t why);

#endif
