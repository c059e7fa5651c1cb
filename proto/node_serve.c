// SPDX-License-Identifier: MPL-2.0
// Answering: runs that a peer asked for, lane 0 first, as far as its credit goes.
#include <stdlib.h>
#include <string.h>

#include "node_branch.h"
#include "node_terms.h"
#include "node_withdraw.h"

#define SERVING_MAX                                                              \
    4096u /**< asked-for chains remembered per link; an honest peer asks for 256 \
           */

struct pln_serving {
    pln_chain_t *chain;
    uint64_t from;
    pln_hash_t base;   /**< the asker's chain_hash(from - 1); unused when `trusted` */
    bool trusted;      /**< base is our own: uninvited, or an earlier run was sent */
    bool whole;        /**< to its author: what does not count, too (R6) */
    pln_vouch_t named; /**< seq > 0: as far as this, which a cut or settle names and signs */
    /** No run, but what is left of an answer: branches of `chain` from this one on; else NULL. */
    pln_chain_t *rest;
    pln_serving_t *next;
};

static void key_write(const pln_chain_t *chain, bool rest, uint8_t out[PLN_SERVING_KEY_SIZE])
{
    pln_put_u32(out, chain->number);
    out[4] = rest;
}

static pln_serving_t *serving_find(const pln_link_t *link, const pln_chain_t *chain, bool rest)
{
    uint8_t key[PLN_SERVING_KEY_SIZE];
    key_write(chain, rest, key);
    return pln_map_get(&link->serving_by_chain, key);
}

static void serving_insert(pln_link_t *link, pln_serving_t *item)
{
    uint8_t key[PLN_SERVING_KEY_SIZE];
    size_t lane = item->chain->place.lane != PLN_LANE_CONTROL;
    pln_serving_t **at =
        link->serving[lane] == NULL ? &link->serving[lane] : &link->serving_last[lane]->next;
    *at = link->serving_last[lane] = item;
    key_write(item->chain, item->rest != NULL, key);
    pln_map_put(&link->serving_by_chain, key, item);
}

/** @before: the item before it in its list, or NULL. */
static void serving_unlink(pln_link_t *link, pln_serving_t *before, pln_serving_t *item)
{
    uint8_t key[PLN_SERVING_KEY_SIZE];
    size_t lane = item->chain->place.lane != PLN_LANE_CONTROL;
    *(before == NULL ? &link->serving[lane] : &before->next) = item->next;
    if (link->serving_last[lane] == item) {
        link->serving_last[lane] = before;
    }
    key_write(item->chain, item->rest != NULL, key);
    (void)pln_map_remove(&link->serving_by_chain, key);
    free(item);
}

static void serving_remove(pln_link_t *link, pln_serving_t *item)
{
    pln_serving_t *before = NULL;
    pln_serving_t *at = link->serving[item->chain->place.lane != PLN_LANE_CONTROL];
    for (; at != item; at = at->next) {
        before = at;
    }
    serving_unlink(link, before, item);
}

void pln_serve_drop(pln_link_t *link, const pln_net_state_t *net)
{
    for (size_t lane = 0; lane < 2; lane++) {
        pln_serving_t *before = NULL;
        for (pln_serving_t *next, *item = link->serving[lane]; item != NULL; item = next) {
            next = item->next;
            if (net == NULL || item->chain->net == net) {
                serving_unlink(link, before, item);
            } else {
                before = item;
            }
        }
    }
    if (net == NULL) {
        pln_map_free(&link->serving_by_chain);
    }
}

static pln_serving_t *serving_new(pln_node_t *node, pln_link_t *link, pln_chain_t *chain,
                                  pln_chain_t *rest)
{
    if (link->serving_by_chain.count >= SERVING_MAX) {
        pln_refuse(node, PLN_EFLOOD);
        return NULL;
    }
    pln_serving_t *item = pln_alloc_zero(1, sizeof *item);
    item->chain = chain;
    item->rest = rest;
    serving_insert(link, item);
    return item;
}

/** How far an item goes. */
static uint64_t item_end(const pln_serving_t *item)
{
    if (item->named.head.seq > item->chain->counted.seq) {
        return item->named.head.seq;
    }
    return item->whole ? item->chain->durable.seq : item->chain->counted.seq;
}

/** NULL: as many are waiting on this link as may. */
static pln_serving_t *serving_from(pln_node_t *node, pln_link_t *link, pln_chain_t *chain,
                                   uint64_t from)
{
    pln_serving_t *item = serving_find(link, chain, false);
    item = item != NULL ? item : serving_new(node, link, chain, NULL);
    if (item == NULL) {
        return NULL;
    }
    item->from = from;
    item->trusted = true;
    item->whole = false;
    item->named = (pln_vouch_t){0};
    return item;
}

void pln_serve(pln_node_t *node, pln_link_t *link, pln_chain_t *chain, uint64_t from,
               const pln_hash_t *base)
{
    pln_serving_t *item = serving_from(node, link, chain, from);
    if (item != NULL && base != NULL) {
        item->base = *base;
        item->trusted = false;
    }
    pln_serve_next(node, link);
}

/**
 * Whoever asks for the same again and again gets all of the network twice in a session and a little
 * more: an honest peer needs each byte once, and again where its disk refused it.
 */
static bool served_enough(pln_node_t *node, const pln_share_t *share)
{
    bool enough = share->served > 2 * share->net->bytes + PLN_SERVED_SPARE;
    if (enough) {
        pln_refuse(node, PLN_EFLOOD);
    }
    return enough;
}

void pln_serve_whole(pln_node_t *node, pln_link_t *link, pln_chain_t *chain, uint64_t from)
{
    pln_serving_t *item = serving_from(node, link, chain, from);
    if (item != NULL) {
        item->whole = true;
    }
    pln_serve_next(node, link);
}

/** A head that a cut or settle names lies beyond what counts: up to it, with its signature. */
static void serve_named(pln_node_t *node, pln_link_t *link, pln_chain_t *chain, uint64_t from,
                        const pln_vouch_t *named)
{
    pln_serving_t *item = serving_from(node, link, chain, from);
    if (item != NULL) {
        item->named = *named;
    }
    pln_serve_next(node, link);
}

/** The branch of lane 1 that counts. */
static pln_chain_t *leaf_of(pln_chain_t *first)
{
    for (pln_chain_t *c = first; c != NULL; c = c->next_branch) {
        if (pln_chain_leaf(c)) {
            return c;
        }
    }
    return first;
}

/**
 * Behind the last common entry of a forked chain its author may have all of it: only its author can
 * settle and publish again. Everybody else gets what cuts and settles name, or not all would count
 * alike.
 * False: as of any other chain.
 */
static bool branches_serve(pln_node_t *node, pln_link_t *link, pln_chain_t *first,
                           const pln_row_t *row)
{
    pln_head_t common;
    if (!pln_fork_common(first->net, &first->place, &common) || row->seq != common.seq + 1 ||
        !pln_hash_equal(&row->hash, &common.hash)) {
        return false;
    }
    bool author = pln_id_equal(&link->id, &row->author);
    bool leaf = author;
    for (pln_chain_t *c = first; c != NULL; c = c->next_branch) {
        uint64_t from = (common.seq > c->base.seq ? common.seq : c->base.seq) + 1;
        pln_vouch_t named;
        if (author && c->durable.seq >= from) {
            pln_serve_whole(node, link, c, from);
        } else if (!author && pln_fork_named(c, &named)) {
            serve_named(node, link, c, row->seq, &named);
            leaf = leaf || pln_chain_leaf(c);
        }
    }
    return leaf;
}

void pln_serve_rest(pln_node_t *node, pln_link_t *link, pln_chain_t *first, pln_chain_t *rest,
                    const pln_row_t *want)
{
    pln_serving_t *item = serving_new(node, link, first, rest);
    if (item != NULL) {
        item->from = want->seq;
        item->base = want->hash;
    }
}

/** Whoever asks again while its answer is still under way gets that: else its end would never come.
 */
static void control_want(pln_node_t *node, pln_link_t *link, pln_chain_t *first,
                         const pln_row_t *want)
{
    if (serving_find(link, first, true) == NULL) {
        pln_control_serve(node, link, first, first, want);
    }
}

static void rest_serve(pln_node_t *node, pln_link_t *link, pln_serving_t *item)
{
    pln_chain_t *first = item->chain, *rest = item->rest;
    const pln_place_t *place = &first->place;
    pln_row_t want = {place->author, place->epoch, place->lane, item->from, item->base};
    serving_remove(link, item);
    pln_control_serve(node, link, first, rest, &want);
}

void pln_serve_want(pln_node_t *node, pln_link_t *link, const pln_want_t *want)
{
    pln_share_t *share = pln_share_named(node, link, &want->network);
    if (share == NULL) {
        return;
    }
    share->moved_ms = node->now_ms;
    if ((want->flags & PLN_WANT_PAYLOAD) != 0) {
        pln_holes_wished(node, link, share, want);
        return;
    }
    for (size_t i = 0; i < pln_rows(want->rows, PLN_WANT_ROW_SIZE); i++) {
        pln_row_t row;
        pln_row_read(want->rows, i, &row);

        pln_chain_t *chain = pln_chain_find(share->net, &row.author, row.epoch, row.lane);
        if (chain != NULL && row.lane == PLN_LANE_CONTROL && !served_enough(node, share)) {
            control_want(node, link, chain, &row);
        } else if (chain != NULL && row.lane == PLN_LANE_RECORDS && !served_enough(node, share) &&
                   !branches_serve(node, link, chain, &row)) {
            chain = leaf_of(chain);
            if (chain->durable.seq >= row.seq) {
                pln_serve(node, link, chain, row.seq, &row.hash);
            }
        }
    }
}

/** First item whose lane is open on this link; what does not count yet waits until it does. */
static pln_serving_t *servable(pln_link_t *link)
{
    for (size_t lane = 0; lane < 2; lane++) {
        for (pln_serving_t *item = link->serving[lane]; item != NULL; item = item->next) {
            pln_share_t *share = pln_share_find(link, item->chain->net);
            if (share != NULL && (item->rest != NULL || item->from <= item_end(item)) &&
                (lane == 0 || share->open)) {
                return item;
            }
        }
    }
    return NULL;
}

bool pln_serve_idle(pln_link_t *link)
{
    return !link->loading && servable(link) == NULL;
}

void pln_serve_next(pln_node_t *node, pln_link_t *link)
{
    if (link->loading || !link->greeted || link->closing ||
        (link->serving_by_chain.count == 0 && link->wish_count == 0)) {
        return;
    }
    uint64_t left = link->peer_granted - link->sent;
    if (left == 0 || left < link->credit_needed) {
        return;
    }
    pln_serving_t *item = servable(link);
    if (item == NULL) {
        pln_holes_serve(node, link);
        return;
    }
    if (item->rest != NULL) {
        rest_serve(node, link, item);
        return;
    }
    link->loading = true;
    pln_effect_t *effect = pln_fx(node, PLN_FX_LOAD);
    effect->as.load.link = link->number;
    effect->as.load.chain = item->chain->number;
    effect->as.load.place = item->chain->place;
    effect->as.load.from = item->from;
    effect->as.load.to = item_end(item);
    effect->as.load.vouched = effect->as.load.to == item->named.head.seq;
    effect->as.load.signature = item->named.signature;
}

void pln_serve_credit(pln_node_t *node, pln_link_t *link, uint64_t total)
{
    if (total > link->peer_granted) {
        link->peer_granted = total;
    }
    pln_serve_next(node, link);
}

static void fork_answer(pln_node_t *node, pln_link_t *link, const pln_event_t *event,
                        const pln_chain_t *chain)
{
    pln_fork_search(node, link, chain, event->as.loaded.base.seq);
}

/** False when the peer's credit does not reach for this run. */
static bool run_send(pln_node_t *node, pln_link_t *link, const pln_chain_t *chain,
                     const pln_event_t *event)
{
    pln_message_t message = {.type = PLN_MSG_ENTRIES};
    pln_entries_t *entries = &message.as.entries;
    entries->place = chain->place;
    entries->from = event->as.loaded.from;
    entries->to = event->as.loaded.end.seq;
    entries->base = event->as.loaded.base.hash;
    entries->signature = event->as.loaded.signature;
    entries->run = event->as.loaded.run;
    pln_buf_t head = {0};
    pln_message_encode(&message, &head);
    uint64_t bytes = head.size + entries->run.size;
    pln_buf_free(&head);
    link->credit_needed = bytes;
    if (bytes > link->peer_granted - link->sent) {
        return false;
    }
    link->credit_needed = 0;
    link->sent += bytes;
    node->counters.runs_sent++;
    pln_send(node, link, &message, entries->run);
    return true;
}

void pln_serve_loaded(pln_node_t *node, const pln_event_t *event)
{
    pln_link_t *link = pln_link_find(node, event->as.loaded.link);
    if (link == NULL || link->closing || pln_ended_loaded(node, link, event) || !link->loading) {
        return;
    }
    link->loading = false;
    uint32_t number = event->as.loaded.chain;
    pln_chain_t *chain = number < node->chain_capacity ? node->chains[number] : NULL;
    pln_serving_t *item = chain == NULL ? NULL : serving_find(link, chain, false);
    pln_share_t *share = chain == NULL ? NULL : pln_share_find(link, chain->net);
    if (item == NULL || share == NULL || item->from != event->as.loaded.from) {
        pln_serve_next(node, link);
        return;
    }
    bool other_branch = !item->trusted && event->as.loaded.error == PLN_OK &&
                        memcmp(item->base.bytes, event->as.loaded.base.hash.bytes, 32) != 0;
    if (other_branch) {
        fork_answer(node, link, event, chain);
    }
    if (other_branch || event->as.loaded.error != PLN_OK) {
        serving_remove(link, item);
    } else if (run_send(node, link, chain, event)) {
        share->moved_ms = node->now_ms;
        share->served += event->as.loaded.run.size;
        item->from = event->as.loaded.end.seq + 1;
        item->trusted = true;
        if (item->from > item_end(item)) {
            serving_remove(link, item);
            share->compare_ms = node->now_ms + 1000;
        }
    }
    pln_serve_next(node, link);
}
