// SPDX-License-Identifier: MPL-2.0
#include "net.h"

#include <assert.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "net_link.h"
#include "net_outbox.h"
#include "net_socket.h"
#include "proto/bytes.h"
#include "proto/identity.h"

#define RESOLVE_MS 10000u
#define LAST_WORD_MS 200 /* for a BYE to leave before the connection ends */

pln_net_t *pln_net_start(const pln_net_options_t *options, const pln_net_handler_t *handler,
                         void *arg, char *error, size_t error_size)
{
    pln_net_t *net = pln_alloc_zero(1, sizeof *net);
    net->self = options->self;
    net->handler = *handler;
    net->arg = arg;
    net->due_ms = PLN_NEVER;
    net->zap = pln_zap_new();
    net->resolver = net->zap != NULL ? pln_resolver_new() : NULL;
    net->watch = pln_watch_new();
    if (net->resolver == NULL) {
        snprintf(error, error_size,
                 "the system has no thread or file descriptor left for the network");
        goto failed;
    }
    net->router = pln_socket_listen(net->zap, net->self, options->listen, options->port_hint,
                                    net->listen, error, error_size);
    if (net->router == NULL) {
        goto failed;
    }
    if (!pln_socket_self_test(net->zap, net->self, net->listen, error, error_size)) {
        goto failed;
    }
    net->router_monitor =
        pln_socket_monitor(net->zap, net->router, ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED);
    if (net->router_monitor == NULL) {
        snprintf(error, error_size, "cannot watch the listening socket: %s",
                 zmq_strerror(zmq_errno()));
        goto failed;
    }
    return net;
failed:
    pln_net_stop(&net);
    return NULL;
}

void pln_net_stop(pln_net_t **net)
{
    if (*net == NULL) {
        return;
    }
    for (size_t i = 0; i < (*net)->dialled.count; i++) {
        pln_link_t *link = (*net)->dialled.list[i];
        pln_dial_close(link->dial, link->state == PLN_LINK_LIVE ? LAST_WORD_MS : 0);
    }
    pln_links_clear(*net);
    pln_socket_close((*net)->router, (*net)->router_monitor, LAST_WORD_MS);
    pln_resolver_free(&(*net)->resolver);
    pln_watch_free(&(*net)->watch);
    pln_zap_free(&(*net)->zap);
    free((*net)->items);
    free(*net);
    *net = NULL;
}

const char *pln_net_listen(const pln_net_t *net)
{
    return net->listen;
}

uint64_t pln_net_turned(const pln_net_t *net, pln_turned_t why)
{
    return why == PLN_TURNED_STRANGER ? pln_zap_refused(net->zap)
                                      : atomic_load(&net->turned_away[why]);
}

const char *pln_turned_name(pln_turned_t why)
{
    static const char *const names[] = {[PLN_TURNED_STRANGER] = "stranger",
                                        [PLN_TURNED_UNPROVEN] = "unproven",
                                        [PLN_TURNED_IN_PARTS] = "in-parts",
                                        [PLN_TURNED_UNFINISHED] = "unfinished"};
    return names[why];
}

/* ---- orders ---- */

static void drop_all(pln_net_t *net, const pln_link_list_t *list, pln_link_class_t as,
                     const pln_id_t *id)
{
    for (size_t i = 0; i < list->count; i++) {
        pln_link_t *link = list->list[i];
        bool stands = link->state == PLN_LINK_LIVE || link->state == PLN_LINK_ENDED;
        if (stands && link->as == as && pln_id_equal(&link->peer, id)) {
            pln_link_fail(net, link, PLN_DOWN_CLOSED);
        }
    }
}

void pln_net_admit(pln_net_t *net, pln_link_class_t as, const pln_id_t *id, bool admit)
{
    uint8_t curve[32];
    if (pln_id_check(id) != PLN_OK || pln_id_curve(id, curve) != PLN_OK) {
        return; /* R7: nobody can hold such a key */
    }
    bool admitted = pln_zap_admits(net->zap, as, curve);
    pln_err_t done = pln_zap_admit(net->zap, as, id, admit);
    assert(done == PLN_OK);
    if (admitted && !admit) {
        drop_all(net, &net->accepted, as, id);
        drop_all(net, &net->dialled, as, id);
    }
}

void pln_net_dial(pln_net_t *net, uint32_t link_number, const pln_id_t *peer, const char *address,
                  const pln_identity_t *as_identity)
{
    assert((link_number & PLN_ACCEPTED_BIT) == 0);
    const pln_identity_t *us = as_identity != NULL ? as_identity : net->self;
    pln_dial_t *dial = pln_alloc_zero(1, sizeof *dial);
    memcpy(dial->curve_public, us->curve_public, sizeof dial->curve_public);
    memcpy(dial->curve_secret, us->curve_secret, sizeof dial->curve_secret);
    snprintf(dial->address, sizeof dial->address, "%s", address);
    dial->ticket = ++net->next_ticket;
    pln_link_t *link = pln_links_add(net, link_number, dial);
    link->state = PLN_LINK_RESOLVING;
    link->why = PLN_DOWN_UNREACHED;
    link->as = as_identity != NULL ? PLN_LINK_TICKET : PLN_LINK_PEER;
    link->peer = *peer;
    if (pln_id_check(peer) != PLN_OK || pln_id_curve(peer, link->curve) != PLN_OK) {
        pln_link_fail(net, link, PLN_DOWN_KEY);
        return;
    }
    pln_link_due(net, link, pln_net_now_ms() + RESOLVE_MS);
    pln_resolver_ask(net->resolver, dial->ticket, dial->address);
}

bool pln_net_send(pln_net_t *net, uint32_t link_number, pln_span_t head, pln_span_t body)
{
    assert(head.size + body.size <= PLN_FRAME_MAX);
    pln_link_t *link = pln_links_find(net, link_number);
    if (link == NULL || link->state != PLN_LINK_LIVE) {
        return false;
    }
    zmq_msg_t message;
    if (zmq_msg_init_size(&message, head.size + body.size) != 0) {
        abort(); /* as pln_alloc */
    }
    uint8_t *data = zmq_msg_data(&message);
    if (head.size > 0) {
        memcpy(data, head.data, head.size);
    }
    if (body.size > 0) {
        memcpy(data + head.size, body.data, body.size);
    }
    pln_down_t why = PLN_DOWN_STALLED;
    bool sent = pln_outbox_send(net, link, &message, &why);
    zmq_msg_close(&message);
    if (!sent) {
        pln_link_fail(net, link, why);
    }
    return sent;
}

static void send_list(pln_net_t *net, const pln_link_list_t *list, pln_span_t frame)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->list[i]->state == PLN_LINK_LIVE) {
            pln_net_send(net, list->list[i]->number, frame, PLN_SPAN(NULL, 0));
        }
    }
}

void pln_net_send_all(pln_net_t *net, pln_span_t frame)
{
    send_list(net, &net->dialled, frame);
    send_list(net, &net->accepted, frame);
}

void pln_net_close(pln_net_t *net, uint32_t link_number)
{
    pln_link_t *link = pln_links_find(net, link_number);
    if (link == NULL || link->state == PLN_LINK_GONE) {
        return;
    }
    pln_outbox_drop(net, link);
    if (link->dial != NULL) {
        pln_dial_close(link->dial, link->state == PLN_LINK_LIVE ? LAST_WORD_MS : 0);
        pln_links_forget(net, link);
        pln_link_due(net, link, 0);
    } else {
        link->hang_up = true;
        pln_link_due(net, link, pln_net_now_ms() + LAST_WORD_MS);
    }
    link->state = PLN_LINK_GONE;
}

/* ---- the turn ---- */

enum { ITEM_WAKE, ITEM_RESOLVER, ITEM_MONITOR, ITEM_ROUTER, ITEMS_FIXED };

static size_t collect(pln_net_t *net, int wake_fd)
{
    size_t need = ITEMS_FIXED + 2 * net->dialled.count;
    if (need > net->items_size) {
        net->items_size = 2 * need;
        net->items = pln_realloc(net->items, net->items_size * sizeof *net->items);
    }
    zmq_pollitem_t *items = net->items;
    /* Without a wake fd the resolver's stands twice: an item must name something. */
    int first = wake_fd >= 0 ? wake_fd : pln_resolver_fd(net->resolver);
    items[ITEM_WAKE] = (zmq_pollitem_t){.fd = first, .events = ZMQ_POLLIN};
    items[ITEM_RESOLVER] =
        (zmq_pollitem_t){.fd = pln_resolver_fd(net->resolver), .events = ZMQ_POLLIN};
    items[ITEM_MONITOR] = (zmq_pollitem_t){.socket = net->router_monitor, .events = ZMQ_POLLIN};
    items[ITEM_ROUTER] = (zmq_pollitem_t){.socket = net->router, .events = ZMQ_POLLIN};
    size_t count = ITEMS_FIXED;
    for (size_t i = 0; i < net->dialled.count; i++) {
        const pln_link_t *link = net->dialled.list[i];
        if (link->dial->socket == NULL) {
            continue;
        }
        items[count++] = (zmq_pollitem_t){.socket = link->dial->monitor, .events = ZMQ_POLLIN};
        if (link->state == PLN_LINK_LIVE || link->state == PLN_LINK_ENDED) {
            items[count++] = (zmq_pollitem_t){.socket = link->dial->socket, .events = ZMQ_POLLIN};
        }
    }
    return count;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static long wait_ms(const pln_net_t *net, int timeout_ms)
{
    uint64_t now_ms = pln_net_now_ms();
    uint64_t due_ms =
        earlier(earlier(net->due_ms, pln_outbox_due_ms(net)), pln_watch_due_ms(net->watch));
    if (due_ms == PLN_NEVER) {
        return timeout_ms;
    }
    uint64_t left = due_ms > now_ms ? due_ms - now_ms : 0;
    return timeout_ms >= 0 && (uint64_t)timeout_ms < left ? timeout_ms
                                                          : (long)(left < INT_MAX ? left : INT_MAX);
}

bool pln_net_poll(pln_net_t *net, int wake_fd, int timeout_ms)
{
    size_t count = collect(net, wake_fd);
    int ready = zmq_poll(net->items, (int)count, wait_ms(net, timeout_ms));
    bool woken = ready > 0 && wake_fd >= 0 && (net->items[ITEM_WAKE].revents & ZMQ_POLLIN) != 0;

    pln_dial_answers(net);
    /* Links that a handler adds meanwhile stand behind; none is removed before the sweep. */
    for (size_t i = 0; i < net->dialled.count; i++) {
        pln_dial_monitor(net, net->dialled.list[i]);
    }
    pln_accept_monitor(net);
    bool drained = pln_accept_receive(net);
    for (size_t i = 0; i < net->dialled.count; i++) {
        pln_dial_receive(net, net->dialled.list[i]);
    }
    uint64_t now_ms = pln_net_now_ms();
    pln_outbox_flush(net, now_ms);
    net->turned_away[PLN_TURNED_UNFINISHED] += pln_watch_look(net->watch, now_ms);
    pln_links_sweep(net, now_ms, drained);
    return woken;
}
