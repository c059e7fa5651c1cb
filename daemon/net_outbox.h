// SPDX-License-Identifier: MPL-2.0
/**
 * net_outbox - frames that libzmq's queue has no room for, bounded in bytes.
 *
 * Why     libzmq counts frames: a few hundred small ones fill a queue that a few hundred large ones
 *         would fill with a hundred megabytes. So its queue is short, a burst waits here, and who
 *         does not read for a minute, or lets too many bytes gather, loses its link.
 * Thread  driver thread
 */
#ifndef PLN_NET_OUTBOX_H
#define PLN_NET_OUTBOX_H

#include "net_link.h"

/** Send @message or let it wait its turn; it is libzmq's or ours then. False: @why tells. */
bool pln_outbox_send(pln_net_t *net, pln_link_t *link, zmq_msg_t *message, pln_down_t *why);
/** Send what waits, of all links, as far as there is room; fails those that have stalled. */
void pln_outbox_flush(pln_net_t *net, uint64_t now_ms);
/** When to flush next; UINT64_MAX: nothing waits. */
uint64_t pln_outbox_due_ms(const pln_net_t *net);
/** One last try, and forget the rest. */
void pln_outbox_drop(pln_net_t *net, pln_link_t *link);

#endif
