// SPDX-License-Identifier: MPL-2.0
/* Whom we call. One DEALER an address, one attempt each: a DEALER that was refused looks alive and
 * queues for ever, so none is ever used again. */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "log.h"
#include "net_link.h"
#include "net_socket.h"

#define DIAL_MS 10000u       /* for all addresses of one dial, handshake included */
#define ADDRESS_MS_MIN 2500u /* of which each gets at least so much */
#define MESSAGES_MAX 64u     /* a turn */
#define BYTES_MAX 2097152u

void pln_dial_close(pln_dial_t *dial, int linger_ms)
{
    pln_socket_close(dial->socket, dial->monitor, linger_ms);
    dial->socket = NULL;
    dial->monitor = NULL;
}

void pln_dial_free(pln_dial_t **dial)
{
    if (*dial == NULL) {
        return;
    }
    pln_dial_close(*dial, 0);
    sodium_memzero(*dial, sizeof **dial);
    free(*dial);
    *dial = NULL;
}

/* ---- connecting ---- */

static bool start(pln_net_t *net, pln_link_t *link, const char *endpoint)
{
    pln_dial_t *dial = link->dial;
    bool ipv6 = strchr(endpoint, '[') != NULL;
    dial->socket =
        pln_socket_dealer(net->zap, dial->curve_public, dial->curve_secret, link->curve, ipv6);
    if (dial->socket == NULL) {
        return false;
    }
    dial->monitor = pln_socket_monitor(net->zap, dial->socket, ZMQ_EVENT_ALL);
    return dial->monitor != NULL && zmq_connect(dial->socket, endpoint) == 0;
}

static void try_next(pln_net_t *net, pln_link_t *link, uint64_t now_ms)
{
    pln_dial_t *dial = link->dial;
    pln_dial_close(dial, 0);
    while (dial->next_address < dial->addresses.count && now_ms < dial->give_up_ms) {
        uint64_t share = (dial->give_up_ms - now_ms) / (dial->addresses.count - dial->next_address);
        const char *endpoint = dial->addresses.endpoints[dial->next_address++];
        if (start(net, link, endpoint)) {
            link->state = PLN_LINK_CONNECTING;
            pln_link_due(net, link, now_ms + (share > ADDRESS_MS_MIN ? share : ADDRESS_MS_MIN));
            return;
        }
        pln_log(PLN_LOG_WARNING, "net", "cannot dial: %s endpoint=%s", zmq_strerror(zmq_errno()),
                endpoint);
        pln_dial_close(dial, 0);
    }
    pln_link_fail(net, link, link->why);
}

void pln_dial_answers(pln_net_t *net)
{
    pln_resolved_t answer;
    while (pln_resolver_next(net->resolver, &answer)) {
        pln_link_t *link = NULL;
        for (size_t i = 0; i < net->dialled.count && link == NULL; i++) {
            pln_link_t *candidate = net->dialled.list[i];
            bool waits = candidate->state == PLN_LINK_RESOLVING;
            link = waits && candidate->dial->ticket == answer.ticket ? candidate : NULL;
        }
        if (link != NULL) {
            uint64_t now_ms = pln_net_now_ms();
            link->dial->addresses = answer;
            link->dial->give_up_ms = now_ms + DIAL_MS;
            link->why = answer.count == 0 ? PLN_DOWN_NAME : link->why;
            try_next(net, link, now_ms);
        }
    }
}

void pln_dial_due(pln_net_t *net, pln_link_t *link, uint64_t now_ms)
{
    if (link->state == PLN_LINK_CONNECTING) {
        try_next(net, link, now_ms);
    } else {
        pln_link_fail(net, link, PLN_DOWN_UNREACHED);
    }
}

/* ---- the connection's events ---- */

static void connecting(pln_net_t *net, pln_link_t *link, uint16_t event)
{
    switch (event) {
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
            link->state = PLN_LINK_LIVE;
            pln_link_due(net, link, PLN_NEVER);
            net->handler.link_up(net->arg, link->number, link->as, &link->peer,
                                 link->dial->address);
            break;
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
            pln_link_fail(net, link, PLN_DOWN_REFUSED);
            break;
        case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
            /* Something answers that is not whom we mean; another address may still be. */
            link->why = PLN_DOWN_KEY;
            try_next(net, link, pln_net_now_ms());
            break;
        case ZMQ_EVENT_CLOSED:
        case ZMQ_EVENT_DISCONNECTED:
            try_next(net, link, pln_net_now_ms());
            break;
        default:
            break;
    }
}

void pln_dial_monitor(pln_net_t *net, pln_link_t *link)
{
    pln_dial_t *dial = link->dial;
    void *monitor = dial->monitor;
    uint16_t event;
    uint32_t value;
    /* A handler may close this link, a failure start the next address with another monitor. */
    while (monitor != NULL && dial->monitor == monitor &&
           pln_monitor_next(monitor, &event, &value)) {
        if (event == ZMQ_EVENT_CONNECTED) {
            pln_watch_begin(net->watch, (int)value, true, pln_net_now_ms());
        } else if (event == ZMQ_EVENT_DISCONNECTED) {
            pln_watch_end(net->watch, (int)value);
        }
        if (link->state == PLN_LINK_CONNECTING) {
            connecting(net, link, event);
        } else if (link->state == PLN_LINK_LIVE && event == ZMQ_EVENT_DISCONNECTED) {
            link->state = PLN_LINK_ENDED;
        }
    }
}

/* ---- messages ---- */

/* False: none left. A message of several parts comes out as @whole = false, its bytes forgotten. */
static bool receive(void *socket, zmq_msg_t *message, bool *whole)
{
    *whole = true;
    for (bool more = true; more;) {
        int size = zmq_msg_recv(message, socket, ZMQ_DONTWAIT);
        if (size < 0 && zmq_errno() == EINTR) {
            continue;
        }
        if (size < 0) {
            return false;
        }
        more = zmq_msg_more(message) != 0;
        *whole = *whole && !more;
    }
    return true;
}

void pln_dial_receive(pln_net_t *net, pln_link_t *link)
{
    size_t bytes = 0;
    for (size_t i = 0; i < MESSAGES_MAX && bytes < BYTES_MAX; i++) {
        if (link->state != PLN_LINK_LIVE && link->state != PLN_LINK_ENDED) {
            return;
        }
        zmq_msg_t message;
        bool whole;
        zmq_msg_init(&message);
        if (!receive(link->dial->socket, &message, &whole)) {
            zmq_msg_close(&message);
            if (link->state == PLN_LINK_ENDED) {
                pln_link_fail(net, link, PLN_DOWN_CLOSED);
            }
            return;
        }
        bytes += zmq_msg_size(&message);
        pln_watch_heard(net->watch, zmq_msg_get(&message, ZMQ_SRCFD));
        if (whole && zmq_msg_size(&message) <= PLN_FRAME_MAX) {
            pln_span_t frame = PLN_SPAN(zmq_msg_data(&message), zmq_msg_size(&message));
            net->handler.received(net->arg, link->number, frame);
        } else {
            net->turned_away[PLN_TURNED_IN_PARTS]++;
            pln_link_fail(net, link, PLN_DOWN_CLOSED);
        }
        zmq_msg_close(&message);
    }
}
