// SPDX-License-Identifier: MPL-2.0
#include "net_link.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "net_outbox.h"
#include "proto/bytes.h"

#define NUMBERS_MIN 64u
#define GONE_MS 10000u /* a frame that was on its way is read long before */

uint64_t pln_net_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- number -> link ---- */

static size_t slot_of(const pln_net_t *net, uint32_t number)
{
    return (size_t)(number * UINT32_C(2654435761)) & (net->by_number_size - 1);
}

static size_t slot_find(const pln_net_t *net, uint32_t number)
{
    size_t slot = slot_of(net, number);
    while (net->by_number[slot] != NULL && net->by_number[slot]->number != number) {
        slot = (slot + 1) & (net->by_number_size - 1);
    }
    return slot;
}

static void widen(pln_net_t *net)
{
    pln_link_t **old = net->by_number;
    size_t old_size = net->by_number_size;
    net->by_number_size = old_size > 0 ? old_size * 2 : NUMBERS_MIN;
    net->by_number = pln_alloc_zero(net->by_number_size, sizeof *net->by_number);
    for (size_t i = 0; i < old_size; i++) {
        if (old[i] != NULL) {
            net->by_number[slot_find(net, old[i]->number)] = old[i];
        }
    }
    free(old);
}

pln_link_t *pln_links_find(const pln_net_t *net, uint32_t number)
{
    return net->by_number_size > 0 ? net->by_number[slot_find(net, number)] : NULL;
}

void pln_links_forget(pln_net_t *net, pln_link_t *link)
{
    if (pln_links_find(net, link->number) != link) {
        return;
    }
    size_t hole = slot_find(net, link->number);
    net->by_number[hole] = NULL;
    /* Whoever stood behind it may have to move up. */
    size_t mask = net->by_number_size - 1;
    for (size_t i = (hole + 1) & mask; net->by_number[i] != NULL; i = (i + 1) & mask) {
        pln_link_t *moved = net->by_number[i];
        net->by_number[i] = NULL;
        net->by_number[slot_find(net, moved->number)] = moved;
    }
}

/* ---- lists ---- */

static pln_link_list_t *list_of(pln_net_t *net, const pln_link_t *link)
{
    return link->dial != NULL ? &net->dialled : &net->accepted;
}

pln_link_t *pln_links_add(pln_net_t *net, uint32_t number, pln_dial_t *dial)
{
    size_t links = net->dialled.count + net->accepted.count;
    if (net->by_number_size < 2 * (links + 1)) {
        widen(net);
    }
    pln_link_t *link = pln_alloc_zero(1, sizeof *link);
    link->number = number;
    link->dial = dial;
    link->fd = -1;
    link->due_ms = PLN_NEVER;
    size_t slot = slot_find(net, number);
    assert(net->by_number[slot] == NULL);
    net->by_number[slot] = link;

    pln_link_list_t *list = list_of(net, link);
    if (list->count == list->capacity) {
        list->capacity = list->capacity > 0 ? list->capacity * 2 : 16;
        list->list = pln_realloc(list->list, list->capacity * sizeof(pln_link_t *));
    }
    link->at = list->count;
    list->list[list->count++] = link;
    return link;
}

static void remove_link(pln_net_t *net, pln_link_t *link)
{
    pln_link_list_t *list = list_of(net, link);
    pln_links_forget(net, link);
    pln_accept_release_fd(net, link);
    pln_outbox_drop(net, link);
    pln_link_t *last = list->list[--list->count];
    list->list[link->at] = last;
    last->at = link->at;
    pln_dial_free(&link->dial);
    free(link);
}

void pln_link_due(pln_net_t *net, pln_link_t *link, uint64_t due_ms)
{
    link->due_ms = due_ms;
    if (due_ms < net->due_ms) {
        net->due_ms = due_ms;
    }
}

void pln_link_fail(pln_net_t *net, pln_link_t *link, pln_down_t why)
{
    if (link->state >= PLN_LINK_FAILED) {
        return;
    }
    link->state = PLN_LINK_FAILED;
    link->why = why;
    pln_outbox_drop(net, link);
    if (link->dial == NULL) {
        pln_accept_hang_up(net, link);
    }
    pln_link_due(net, link, 0);
}

/* ---- sweeping ---- */

static void report_down(pln_net_t *net, pln_link_t *link, uint64_t now_ms)
{
    uint32_t number = link->number;
    pln_down_t why = link->why;
    if (link->dial != NULL) {
        remove_link(net, link);
    } else {
        link->state = PLN_LINK_GONE;
        pln_link_due(net, link, now_ms + GONE_MS);
    }
    net->handler.link_down(net->arg, number, why);
}

static void sweep_link(pln_net_t *net, pln_link_t *link, uint64_t now_ms, bool drained)
{
    if (link->state == PLN_LINK_ENDED && link->dial == NULL && drained) {
        pln_link_fail(net, link, PLN_DOWN_CLOSED);
    }
    if (link->state == PLN_LINK_FAILED) {
        report_down(net, link, now_ms);
    } else if (link->due_ms > now_ms) {
        pln_link_due(net, link, link->due_ms);
    } else if (link->state == PLN_LINK_GONE && link->hang_up) {
        pln_accept_hang_up(net, link);
        link->hang_up = false;
        pln_link_due(net, link, now_ms + GONE_MS);
    } else if (link->state == PLN_LINK_GONE) {
        remove_link(net, link);
    } else if (link->dial != NULL) {
        pln_dial_due(net, link, now_ms);
    } else {
        pln_link_due(net, link, link->due_ms);
    }
}

void pln_links_sweep(pln_net_t *net, uint64_t now_ms, bool drained)
{
    if (now_ms < net->due_ms) {
        return;
    }
    net->due_ms = PLN_NEVER;
    /* Backwards: a removed link's place is taken by one that was looked at. */
    for (size_t i = net->dialled.count; i > 0; i--) {
        sweep_link(net, net->dialled.list[i - 1], now_ms, drained);
    }
    for (size_t i = net->accepted.count; i > 0; i--) {
        sweep_link(net, net->accepted.list[i - 1], now_ms, drained);
    }
}

void pln_links_clear(pln_net_t *net)
{
    while (net->dialled.count > 0) {
        remove_link(net, net->dialled.list[net->dialled.count - 1]);
    }
    while (net->accepted.count > 0) {
        remove_link(net, net->accepted.list[net->accepted.count - 1]);
    }
    free(net->dialled.list);
    free(net->accepted.list);
    free(net->by_number);
    free(net->by_fd);
}
