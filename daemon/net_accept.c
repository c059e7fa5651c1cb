// SPDX-License-Identifier: MPL-2.0
/* Who calls us. A connection is known here from its first payload frame: only that frame says who
 * sent it (User-Id, by the gate) and over which fd; the routing id merely tells connections apart.
 *
 * libzmq never says to a ROUTER that a peer left. The monitor does, by fd alone, and fds are
 * reused; so it is read before any data, and an fd is acted upon only while getpeername() still
 * agrees. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "address.h"
#include "net_link.h"
#include "net_socket.h"
#include "proto/bytes.h"
#include "proto/identity.h"

#define MESSAGES_MAX 256u /* a turn; libzmq takes connections in turn */
#define BYTES_MAX 4194304u

/* ---- fds ---- */

static void hold_fd(pln_net_t *net, pln_link_t *link, int fd)
{
    size_t need = (size_t)fd + 1;
    if (need > net->by_fd_size) {
        size_t size = net->by_fd_size > 0 ? net->by_fd_size : 64;
        while (size < need) {
            size *= 2;
        }
        net->by_fd = pln_realloc(net->by_fd, size * sizeof(pln_link_t *));
        memset(net->by_fd + net->by_fd_size, 0, (size - net->by_fd_size) * sizeof(pln_link_t *));
        net->by_fd_size = size;
    }
    link->fd = fd;
    net->by_fd[fd] = link;
}

void pln_accept_release_fd(pln_net_t *net, pln_link_t *link)
{
    if (link->fd >= 0) {
        assert(net->by_fd[link->fd] == link);
        net->by_fd[link->fd] = NULL;
        link->fd = -1;
    }
}

static bool remote_of(int fd, struct sockaddr_storage *out)
{
    socklen_t size = sizeof *out;
    memset(out, 0, sizeof *out);
    return fd >= 0 && getpeername(fd, (struct sockaddr *)out, &size) == 0;
}

void pln_accept_hang_up(pln_net_t *net, pln_link_t *link)
{
    struct sockaddr_storage now;
    (void)net;
    if (remote_of(link->fd, &now) && memcmp(&now, &link->remote, sizeof now) == 0) {
        shutdown(link->fd, SHUT_RDWR);
    }
}

void pln_accept_monitor(pln_net_t *net)
{
    uint16_t event;
    uint32_t fd;
    while (pln_monitor_next(net->router_monitor, &event, &fd)) {
        if (event == ZMQ_EVENT_ACCEPTED) {
            pln_watch_begin(net->watch, (int)fd, false, pln_net_now_ms());
            continue;
        }
        pln_watch_end(net->watch, (int)fd);
        if (fd >= net->by_fd_size || net->by_fd[fd] == NULL) {
            continue;
        }
        pln_link_t *link = net->by_fd[fd];
        pln_accept_release_fd(net, link);
        if (link->state == PLN_LINK_LIVE) {
            link->state = PLN_LINK_ENDED;
            pln_link_due(net, link, 0);
        }
    }
}

/* ---- messages ---- */

/* One message as ROUTER gives it: routing id, then payload; further parts are only counted. */
typedef struct {
    zmq_msg_t routing;
    zmq_msg_t payload;
    size_t payload_parts;
} incoming_t;

static bool receive_part(zmq_msg_t *part, void *socket)
{
    int size;
    do {
        size = zmq_msg_recv(part, socket, ZMQ_DONTWAIT);
    } while (size < 0 && zmq_errno() == EINTR);
    return size >= 0;
}

static bool incoming_read(incoming_t *in, void *socket)
{
    in->payload_parts = 0;
    if (!receive_part(&in->routing, socket)) {
        return false;
    }
    bool more = zmq_msg_more(&in->routing) != 0;
    while (more) {
        zmq_msg_t extra;
        zmq_msg_init(&extra);
        zmq_msg_t *part = in->payload_parts == 0 ? &in->payload : &extra;
        more = receive_part(part, socket) && zmq_msg_more(part) != 0;
        in->payload_parts++;
        zmq_msg_close(&extra);
    }
    return true;
}

/* The low bits of libzmq's own routing ids (a zero byte, then a counter) serve as link numbers. */
static bool number_of(incoming_t *in, uint32_t *number)
{
    const uint8_t *routing = zmq_msg_data(&in->routing);
    if (zmq_msg_size(&in->routing) != 5 || routing[0] != 0) {
        return false; /* chosen by the peer: ours never do */
    }
    *number = PLN_ACCEPTED_BIT | pln_get_u32(routing + 1);
    return true;
}

/* The connection that brought this message, if the fd is still the one it came over. */
static bool source_of(incoming_t *in, int *fd, struct sockaddr_storage *remote,
                      char address[PLN_ADDRESS_MAX + 1])
{
    const char *claimed = zmq_msg_gets(&in->payload, "Peer-Address"); /* libzmq's, not the peer's */
    pln_address_t actual;
    pln_address_t expected;
    char text[PLN_ADDRESS_MAX + 1];
    *fd = zmq_msg_get(&in->payload, ZMQ_SRCFD);
    if (claimed == NULL || !remote_of(*fd, remote)) {
        return false;
    }
    pln_address_of(remote, address);
    pln_address_format(claimed, 0, text);
    return pln_address_parse(address, &actual) && pln_address_parse(text, &expected) &&
           strcmp(actual.host, expected.host) == 0;
}

/* A message that proves nobody we talk to: end its connection, keep nothing of it. */
static void turn_away(pln_net_t *net, incoming_t *in, pln_turned_t why)
{
    int fd;
    net->turned_away[why]++;
    struct sockaddr_storage remote;
    char address[PLN_ADDRESS_MAX + 1];
    if (source_of(in, &fd, &remote, address)) {
        shutdown(fd, SHUT_RDWR);
    }
}

/* First message of a connection: make it a link. NULL: it may not be one. */
static pln_link_t *greet(pln_net_t *net, incoming_t *in, uint32_t number, const char *user_id)
{
    pln_link_class_t as;
    pln_id_t peer;
    uint8_t curve[32];
    int fd;
    struct sockaddr_storage remote;
    char address[PLN_ADDRESS_MAX + 1];
    if (!pln_user_id_parse(user_id, &as, &peer) || pln_id_curve(&peer, curve) != PLN_OK ||
        !pln_zap_admits(net->zap, as, curve)) {
        turn_away(net, in, PLN_TURNED_UNPROVEN);
        return NULL;
    }
    if (!source_of(in, &fd, &remote, address)) {
        return NULL; /* over already */
    }
    pln_accept_monitor(net); /* the fd may have been that of one that just ended */
    if ((size_t)fd < net->by_fd_size && net->by_fd[fd] != NULL) {
        /* Two connections cannot share an fd: one is over, and which one cannot be told. */
        pln_link_fail(net, net->by_fd[fd], PLN_DOWN_CLOSED);
        turn_away(net, in, PLN_TURNED_UNPROVEN);
        return NULL;
    }
    pln_link_t *link = pln_links_add(net, number, NULL);
    link->state = PLN_LINK_LIVE;
    link->as = as;
    link->peer = peer;
    link->remote = remote;
    memcpy(link->curve, curve, sizeof curve);
    memcpy(link->routing, zmq_msg_data(&in->routing), sizeof link->routing);
    memcpy(link->user_id, user_id, strlen(user_id) + 1);
    hold_fd(net, link, fd);
    net->handler.link_up(net->arg, number, as, &peer, address);
    return link;
}

static bool same_sender(const pln_link_t *link, incoming_t *in, const char *user_id)
{
    return memcmp(link->routing, zmq_msg_data(&in->routing), sizeof link->routing) == 0 &&
           strcmp(link->user_id, user_id) == 0;
}

static void take(pln_net_t *net, incoming_t *in)
{
    uint32_t number;
    const char *user_id = in->payload_parts > 0 ? zmq_msg_gets(&in->payload, "User-Id") : NULL;
    if (user_id == NULL || strlen(user_id) >= PLN_USER_ID_SIZE || !number_of(in, &number)) {
        turn_away(net, in, PLN_TURNED_UNPROVEN);
        return;
    }
    pln_link_t *link = pln_links_find(net, number);
    bool proven = link == NULL || same_sender(link, in, user_id);
    if (!proven || in->payload_parts != 1 || zmq_msg_size(&in->payload) > PLN_FRAME_MAX) {
        turn_away(net, in, proven ? PLN_TURNED_IN_PARTS : PLN_TURNED_UNPROVEN);
        if (link != NULL) {
            pln_link_fail(net, link, PLN_DOWN_CLOSED);
        }
        return;
    }
    if (link == NULL) {
        link = greet(net, in, number, user_id);
    }
    /* what its key sent while it was admitted, and we read only now, is dropped as well */
    if (link != NULL && link->state < PLN_LINK_FAILED) {
        pln_span_t frame = PLN_SPAN(zmq_msg_data(&in->payload), zmq_msg_size(&in->payload));
        net->handler.received(net->arg, number, frame);
    }
}

bool pln_accept_receive(pln_net_t *net)
{
    size_t bytes = 0;
    for (size_t i = 0; i < MESSAGES_MAX && bytes < BYTES_MAX; i++) {
        incoming_t in;
        zmq_msg_init(&in.routing);
        zmq_msg_init(&in.payload);
        bool came = incoming_read(&in, net->router);
        if (came) {
            bytes += zmq_msg_size(&in.payload);
            pln_watch_heard(net->watch, zmq_msg_get(&in.payload, ZMQ_SRCFD));
            take(net, &in);
        }
        zmq_msg_close(&in.routing);
        zmq_msg_close(&in.payload);
        if (!came) {
            return true;
        }
    }
    return false;
}

bool pln_accept_send(pln_net_t *net, pln_link_t *link, zmq_msg_t *message, pln_down_t *why)
{
    /* The first part decides, at once: a ROUTER that may block can hang for ever. */
    const int flags = ZMQ_DONTWAIT | ZMQ_SNDMORE;
    if (zmq_send(net->router, link->routing, sizeof link->routing, flags) < 0) {
        *why = zmq_errno() == EAGAIN ? PLN_DOWN_STALLED : PLN_DOWN_CLOSED;
        return false;
    }
    *why = PLN_DOWN_CLOSED;
    return zmq_msg_send(message, net->router, ZMQ_DONTWAIT) >= 0;
}
