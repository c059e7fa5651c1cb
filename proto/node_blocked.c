// SPDX-License-Identifier: MPL-2.0
// What is announced and cannot be asked for now: remembered with its reason, over restarts, and
// asked for when the reason has gone (R12).
#include <stdlib.h>
#include <string.h>

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
    pln_save(node, PLN_TABLE_WANTED, key, sizeof key, &value);
    pln_buf_free(&value);
}

void pln_want_unblock(pln_node_t *node, pln_net_state_t *net, const pln_place_t *place)
{
    uint8_t key[69];
    blocked_key(place, key);
    pln_blocked_t *blocked = pln_map_remove(&net->blocked, key + 32);
    if (blocked != NULL) {
        node->blocked_count--;
        pln_forget_row(node, PLN_TABLE_WANTED, key, sizeof key);
        free(blocked);
    }
}

pln_err_t pln_want_load(pln_node_t *node, pln_span_t key, pln_span_t value)
{
    if (key.size != 69 || value.size != 9) {
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
    pln_map_put(&net->blocked, key.data + 32, blocked);
    node->blocked_count++;
    return PLN_OK;
}

void pln_want_block(pln_node_t *node, pln_link_t *link, pln_net_state_t *net, const pln_row_t *row,
                    pln_err_t reason)
{
    pln_place_t place = {net->id, row->author, row->epoch, row->lane};
    uint8_t key[37];
    pln_chain_key(&place, key);
    pln_blocked_t *blocked = pln_map_get(&net->blocked, key);
    if (blocked == NULL) {
        if (node->blocked_count >= PLN_WANTED_MAX ||
            (reason == PLN_EGRANT && net->blocked.count >= PLN_WANTED_UNGRANTED_MAX)) {
            pln_share_t *share = pln_share_find(link, net);
            if (share != NULL) {
                share->overflowed = true;
                share->seen = share->saved;
            }
            pln_refuse(node, PLN_EFULL);
            return;
        }
        blocked = pln_alloc_zero(1, sizeof *blocked);
        blocked->place = place;
        pln_map_put(&net->blocked, key, blocked);
        node->blocked_count++;
        pln_refuse(node, reason);
    }
    blocked->link = link->number;
    if (blocked->seq < row->seq || blocked->reason != reason) {
        blocked->seq = row->seq;
        blocked->reason = reason;
        blocked_save(node, blocked);
    }
}

static pln_link_t *any_link(pln_node_t *node, pln_net_state_t *net, uint32_t preferred)
{
    pln_link_t *link = pln_link_find(node, preferred);
    if (link != NULL && !link->closing && pln_share_find(link, net) != NULL) {
        return link;
    }
    size_t cursor = 0;
    while ((link = pln_map_next(&node->links, &cursor)) != NULL) {
        if (link->greeted && !link->closing && pln_share_find(link, net) != NULL) {
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
        pln_link_t *link = any_link(node, net, b->link);
        pln_chain_t *chain = pln_chain_find(net, &b->place.author, b->place.epoch, b->place.lane);
        bool come = chain != NULL && chain->held.seq >= b->seq;
        if (come && pln_fork_find(net, &b->place) == NULL) {
            pln_want_unblock(node, net, &b->place);
        }
        if (come || link == NULL) {
            continue;  // asked when somebody connects: the digests differ
        }
        pln_row_t row = {.author = b->place.author,
                         .epoch = b->place.epoch,
                         .lane = b->place.lane,
                         .seq = b->seq};
        pln_want(node, link, net, &row, 0, false);  // forgets the row
    }
    free(ready);
}
