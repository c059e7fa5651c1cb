// SPDX-License-Identifier: MPL-2.0
#include "net_outbox.h"

#include <stdlib.h>

#include "proto/bytes.h"

#define BYTES_MAX 8388608u /* twice what a peer may be granted */
#define STALLED_MS 60000u  /* without a frame leaving */
#define AGAIN_MS 1u        /* a ROUTER cannot tell when there is room for one peer again: ask */
#define AGAIN_LATER_MS 20u /* ... less often where nothing has moved for a while */
#define MOVING_MS 100u

/** One frame that waits. */
struct pln_outgoing {
    zmq_msg_t message;
    struct pln_outgoing *next;
};

static bool hand_over(pln_net_t *net, pln_link_t *link, zmq_msg_t *message, pln_down_t *why)
{
    if (link->dial == NULL) {
        return pln_accept_send(net, link, message, why);
    }
    *why = PLN_DOWN_STALLED;
    return zmq_msg_send(message, link->dial->socket, ZMQ_DONTWAIT) >= 0;
}

bool pln_outbox_send(pln_net_t *net, pln_link_t *link, zmq_msg_t *message, pln_down_t *why)
{
    size_t size = zmq_msg_size(message);
    if (link->outgoing == NULL && hand_over(net, link, message, why)) {
        return true;
    }
    if (link->outgoing == NULL && *why != PLN_DOWN_STALLED) {
        return false;
    }
    if (link->outgoing_bytes + size > BYTES_MAX) {
        *why = PLN_DOWN_STALLED;
        return false;
    }
    struct pln_outgoing *last = pln_alloc_zero(1, sizeof *last);
    zmq_msg_init(&last->message);
    zmq_msg_move(&last->message, message);
    if (link->outgoing == NULL) {
        link->outgoing = last;
        link->outgoing_moved_ms = pln_net_now_ms();
        net->backlogs++;
    } else {
        link->outgoing_last->next = last;
    }
    link->outgoing_last = last;
    link->outgoing_bytes += size;
    net->outbox_due_ms = 0;
    return true;
}

static void forget_first(pln_net_t *net, pln_link_t *link)
{
    struct pln_outgoing *first = link->outgoing;
    link->outgoing = first->next;
    zmq_msg_close(&first->message);
    free(first);
    net->backlogs -= link->outgoing == NULL;
}

/** False: the connection is of no use any more. */
static bool flush(pln_net_t *net, pln_link_t *link, uint64_t now_ms, pln_down_t *why)
{
    while (link->outgoing != NULL) {
        size_t size = zmq_msg_size(&link->outgoing->message);
        if (!hand_over(net, link, &link->outgoing->message, why)) {
            bool waits = *why == PLN_DOWN_STALLED;
            return waits && now_ms < link->outgoing_moved_ms + STALLED_MS;
        }
        link->outgoing_moved_ms = now_ms;
        link->outgoing_bytes -= size;
        forget_first(net, link);
    }
    return true;
}

void pln_outbox_drop(pln_net_t *net, pln_link_t *link)
{
    pln_down_t why;
    if (link->state == PLN_LINK_LIVE) {
        flush(net, link, 0, &why);
    }
    while (link->outgoing != NULL) {
        forget_first(net, link);
    }
    link->outgoing_bytes = 0;
}

static void flush_list(pln_net_t *net, const pln_link_list_t *list, uint64_t now_ms, bool *moving)
{
    for (size_t i = 0; i < list->count; i++) {
        pln_link_t *link = list->list[i];
        pln_down_t why;
        if (link->outgoing == NULL) {
            continue;
        }
        if (!flush(net, link, now_ms, &why)) {
            pln_link_fail(net, link, why);
        } else if (now_ms < link->outgoing_moved_ms + MOVING_MS) {
            *moving = true;
        }
    }
}

void pln_outbox_flush(pln_net_t *net, uint64_t now_ms)
{
    bool moving = false;
    if (net->backlogs == 0 || now_ms < net->outbox_due_ms) {
        return;
    }
    flush_list(net, &net->accepted, now_ms, &moving);
    flush_list(net, &net->dialled, now_ms, &moving);
    net->outbox_due_ms = now_ms + (moving ? AGAIN_MS : AGAIN_LATER_MS);
}

uint64_t pln_outbox_due_ms(const pln_net_t *net)
{
    return net->backlogs > 0 ? net->outbox_due_ms : PLN_NEVER;
}
