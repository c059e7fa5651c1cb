// SPDX-License-Identifier: MPL-2.0
// What is announced and cannot be asked for now: remembered with its reason, over restarts, and
// asked for when the reason has gone (R12).
#include <stdlib.h>
#include <string.h>

#include "node_blocked.h"
#include "node_branch.h"

static void blocked_key(const pln_place_t *place, uint8_t out[69])
{
    memcpy(out, place->network.bytes, 32);
    pln_chain_key(place, out + 32);
}

static void blocked_save(pln_node_t *node, const pln_blocked_t *blocked)
{
    uint8_t key[69];
    blocked_key(&blocked->place, key);
    pln_buf_t value = {0};
    pln_buf_u64(&value, blocked->seq);
    pln_buf_u8(&value, (uint8_t)blocked->reason);
    pln_buf_add(&value, blocked->by.bytes, sizeof blocked->by.bytes);
    pln_save(node, PLN_TABLE_WANTED, key, sizeof key, &value);
    pln_buf_free(&value);
}

/* ---- of authors without a grant: anybody can make those up, so each peer has a share ---- */

static pln_doubts_t *doubts_of(pln_net_state_t *net, const pln_id_t *peer)
{
    pln_doubts_t *doubts = pln_map_get(&net->doubts, peer->bytes);
    if (doubts == NULL) {
        doubts = pln_alloc_zero(1, sizeof *doubts);
        doubts->peer = *peer;
        pln_map_put(&net->doubts, peer->bytes, doubts);
    }
    return doubts;
}

static void doubt_add(pln_net_state_t *net, const pln_blocked_t *blocked)
{
    if (blocked->reason == PLN_EGRANT) {
        doubts_of(net, &blocked->by)->rows++;
        net->doubt_count++;
    }
}

static void doubt_remove(pln_net_state_t *net, const pln_blocked_t *blocked)
{
    if (blocked->reason == PLN_EGRANT) {
        pln_doubts_t *doubts = doubts_of(net, &blocked->by);
        doubts->rows--;
        net->doubt_count--;
        if (doubts->rows == 0) {
            free(pln_map_remove(&net->doubts, blocked->by.bytes));
        }
    }
}

static pln_blocked_t *doubt_of(const pln_net_state_t *net, const pln_id_t *peer)
{
    size_t cursor = 0;
    pln_blocked_t *b = pln_map_next(&net->blocked, &cursor);
    while (b != NULL && (b->reason != PLN_EGRANT || !pln_id_equal(&b->by, peer))) {
        b = pln_map_next(&net->blocked, &cursor);
    }
    return b;
}

static size_t doubts_count(const pln_net_state_t *net, const pln_id_t *peer)
{
    const pln_doubts_t *doubts = pln_map_get(&net->doubts, peer->bytes);
    return doubts == NULL ? 0 : doubts->rows;
}

/** Whoever has announced most gives way; false: that is @peer itself. */
static bool doubt_room(pln_node_t *node, pln_net_state_t *net, const pln_id_t *peer)
{
    const pln_doubts_t *most = NULL;
    size_t cursor = 0;
    if (net->doubt_count < PLN_WANTED_UNGRANTED_MAX) {
        return true;
    }
    for (pln_doubts_t *d; (d = pln_map_next(&net->doubts, &cursor)) != NULL;) {
        most = most == NULL || d->rows > most->rows ? d : most;
    }
    if (most->rows <= doubts_count(net, peer) + 1) {
        return false;
    }
    pln_blocked_t *out = doubt_of(net, &most->peer);
    pln_cursor_forget(node, &most->peer, net);
    pln_want_unblock(node, net, &out->place);
    return true;
}

void pln_want_drop_blocked(pln_node_t *node, pln_net_state_t *net, const uint8_t *key)
{
    pln_blocked_t *blocked = pln_map_remove(&net->blocked, key);
    if (blocked != NULL) {
        node->blocked_count--;
        doubt_remove(net, blocked);
        free(blocked);
    }
}

void pln_want_unblock(pln_node_t *node, pln_net_state_t *net, const pln_place_t *place)
{
    uint8_t key[69];
    blocked_key(place, key);
    if (pln_map_get(&net->blocked, key + 32) != NULL) {
        pln_forget_row(node, PLN_TABLE_WANTED, key, sizeof key);
        pln_want_drop_blocked(node, net, key + 32);
    }
}

pln_err_t pln_want_load(pln_node_t *node, pln_span_t key, pln_span_t value)
{
    if (key.size != 69 || value.size != 41) {
        return PLN_EMALFORMED;
    }
    pln_network_id_t network;
    memcpy(network.bytes, key.data, 32);
    pln_net_state_t *net = pln_net_find(node, &network);
    if (net == NULL) {
        return PLN_ENOTFOUND;
    }
    pln_blocked_t *blocked = pln_alloc_zero(1, sizeof *blocked);
    blocked->place.network = network;
    memcpy(blocked->place.author.bytes, key.data + 32, 32);
    blocked->place.epoch = pln_get_u32(key.data + 64);
    blocked->place.lane = key.data[68];
    blocked->seq = pln_get_u64(value.data);
    blocked->reason = value.data[8] < PLN_ERROR_COUNT ? (pln_err_t)value.data[8] : PLN_EGRANT;
    memcpy(blocked->by.bytes, value.data + 9, 32);
    pln_map_put(&net->blocked, key.data + 32, blocked);
    node->blocked_count++;
    doubt_add(net, blocked);
    return PLN_OK;
}

/** A new row for @place; NULL: it cannot be remembered, and the cursor stands still. */
static pln_blocked_t *blocked_new(pln_node_t *node, pln_link_t *link, pln_net_state_t *net,
                                  const pln_place_t *place, pln_err_t reason)
{
    if ((reason == PLN_EGRANT && !doubt_room(node, net, &link->id)) ||
        node->blocked_count >= PLN_WANTED_MAX) {
        pln_share_t *share = pln_share_find(link, net);
        if (share != NULL) {
            share->overflowed = true;
            share->seen = share->saved;
        }
        pln_refuse(node, PLN_EFULL);
        return NULL;
    }
    pln_blocked_t *blocked = pln_alloc_zero(1, sizeof *blocked);
    uint8_t key[37];
    pln_chain_key(place, key);
    blocked->place = *place;
    blocked->reason = reason;
    blocked->by = link->id;
    pln_map_put(&net->blocked, key, blocked);
    node->blocked_count++;
    doubt_add(net, blocked);
    pln_refuse(node, reason);
    return blocked;
}

void pln_want_block(pln_node_t *node, pln_link_t *link, pln_net_state_t *net, const pln_row_t *row,
                    pln_err_t reason)
{
    pln_place_t place = {net->id, row->author, row->epoch, row->lane};
    uint8_t key[37];
    pln_chain_key(&place, key);
    pln_blocked_t *blocked = pln_map_get(&net->blocked, key);
    if (blocked == NULL) {
        blocked = blocked_new(node, link, net, &place, reason);
    }
    if (blocked == NULL) {
        return;
    }
    // It counts in the share of whoever has announced less: so nobody makes it its own to lose it.
    bool less = doubts_count(net, &link->id) + 1 < doubts_count(net, &blocked->by);
    bool news = blocked->seq < row->seq || blocked->reason != reason;
    doubt_remove(net, blocked);
    blocked->link = link->number;
    blocked->by = less ? link->id : blocked->by;
    blocked->seq = news ? row->seq : blocked->seq;
    blocked->reason = reason;
    doubt_add(net, blocked);
    if (news || less) {
        blocked_save(node, blocked);
    }
}

static pln_link_t *any_link(pln_node_t *node, pln_net_state_t *net, const pln_blocked_t *blocked)
{
    pln_link_t *link = pln_link_find(node, blocked->link);
    if (link != NULL && pln_want_source(node, link, net, blocked->place.lane)) {
        return link;
    }
    size_t cursor = 0;
    while ((link = pln_map_next(&node->links, &cursor)) != NULL) {
        if (link->greeted && pln_want_source(node, link, net, blocked->place.lane)) {
            return link;
        }
    }
    return NULL;
}

void pln_want_retry_blocked(pln_node_t *node, pln_net_state_t *net)
{
    if (net->blocked.count == 0) {
        return;
    }
    size_t count = 0;
    pln_blocked_t **ready = pln_alloc(net->blocked.count * sizeof *ready);
    size_t cursor = 0;
    for (pln_blocked_t *b; (b = pln_map_next(&net->blocked, &cursor)) != NULL;) {
        pln_chain_t *chain = pln_chain_find(net, &b->place.author, b->place.epoch, b->place.lane);
        if (pln_want_reason(node, net, &b->place, chain) == PLN_OK) {
            ready[count++] = b;
        }
    }
    for (size_t i = 0; i < count; i++) {
        pln_blocked_t *b = ready[i];
        pln_link_t *link = any_link(node, net, b);
        pln_chain_t *chain = pln_chain_find(net, &b->place.author, b->place.epoch, b->place.lane);
        bool come = chain != NULL && chain->held.seq >= b->seq;
        if (come && pln_fork_find(net, &b->place) == NULL) {
            pln_want_unblock(node, net, &b->place);
        }
        if (come || link == NULL) {
            continue;  // asked when a link opens
        }
        pln_row_t row = {.author = b->place.author,
                         .epoch = b->place.epoch,
                         .lane = b->place.lane,
                         .seq = b->seq};
        pln_want(node, link, net, &row, 0, false);  // forgets the row
    }
    free(ready);
}
