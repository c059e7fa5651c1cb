// SPDX-License-Identifier: MPL-2.0
// Payloads that lack although nothing withdraws them: asked of every peer that may have them, by
// the hash that the chain vouches for, so whoever brings one cannot lie. And the other side: what
// peers ask of us.
#include <stdlib.h>
#include <string.h>

#include "node_branch.h"
#include "node_withdraw.h"

#define BATCH_ROWS 256u
#define BATCH_IDLE_MS 5000u /**< a batch without an answer for so long is over */
#define ROUND_MS_MIN 2000u  /**< a peer that was asked for all is asked again after so long, ... */
#define COMPARE_MS 1000u    /**< the last one has come: do we agree now? */
#define WISHES_MAX 1024u    /**< an honest peer asks for 256 at a time */

/* ---- asking ---- */

void pln_holes_retry(pln_node_t *node, pln_share_t *share)
{
    if (share->net->holes == 0) {
        return;
    }
    share->holes_chain = 0;
    share->holes_seq = 0;
    share->holes_wait_ms = 0;
    share->holes_next_ms = node->now_ms;
    pln_wake(node, node->now_ms);
}

void pln_holes_ask(pln_node_t *node, pln_net_state_t *net)
{
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        pln_share_t *share = link->closing ? NULL : pln_share_find(link, net);
        if (share != NULL) {
            share->holes_wait_ms = 0;
            share->holes_next_ms = node->now_ms;
        }
    }
    pln_wake(node, node->now_ms);
}

void pln_holes_filled(pln_node_t *node, pln_net_state_t *net)
{
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        pln_share_t *share = link->closing || net->holes > 0 ? NULL : pln_share_find(link, net);
        if (share != NULL) {
            share->compare_ms = node->now_ms + COMPARE_MS;
        }
    }
}

void pln_holes_end(pln_node_t *node, pln_link_t *link, pln_share_t *share)
{
    if (share->holes_open > 0) {
        share->holes_open = 0;
        pln_want_release(node, link);
    }
}

static void row_add(pln_buf_t *rows, const pln_chain_t *chain, const pln_mark_t *mark)
{
    pln_row_t row = {chain->place.author, chain->place.epoch, chain->place.lane, mark->seq,
                     mark->data};
    pln_row_write(&row, rows);
}

/** The holes behind the last one asked for; moves the place from which the next batch goes on. */
static size_t batch_collect(pln_node_t *node, pln_share_t *share, pln_buf_t *rows)
{
    size_t count = 0;
    for (uint32_t n = share->holes_chain; n < node->next_chain && count < BATCH_ROWS; n++) {
        pln_chain_t *chain = n < node->chain_capacity ? node->chains[n] : NULL;
        uint64_t after = n == share->holes_chain ? share->holes_seq : 0;
        if (chain == NULL || chain->net != share->net || chain->holes == 0) {
            continue;
        }
        for (size_t i = 0; i < chain->mark_count && count < BATCH_ROWS; i++) {
            const pln_mark_t *mark = &chain->marks[i];
            if (mark->seq > after && !mark->busy && pln_mark_is_hole(chain, mark)) {
                row_add(rows, chain, mark);
                share->holes_chain = n;
                share->holes_seq = mark->seq;
                count++;
            }
        }
    }
    return count;
}

static void round_end(pln_node_t *node, pln_share_t *share)
{
    share->holes_chain = 0;
    share->holes_seq = 0;
    share->holes_wait_ms = share->holes_wait_ms == 0 ? ROUND_MS_MIN : share->holes_wait_ms * 2;
    if (share->holes_wait_ms > PLN_DIGEST_MS) {
        share->holes_wait_ms = PLN_DIGEST_MS;
    }
    share->holes_next_ms = node->now_ms + share->holes_wait_ms;
}

static void batch_send(pln_node_t *node, pln_link_t *link, pln_share_t *share)
{
    pln_buf_t rows = {0};
    if (!pln_want_hold(node, link)) {
        return;
    }
    size_t count = batch_collect(node, share, &rows);
    if (count == 0) {
        pln_want_release(node, link);
        round_end(node, share);
    } else {
        pln_message_t want = {.type = PLN_MSG_WANT};
        want.as.want.network = share->net->id;
        want.as.want.flags = PLN_WANT_PAYLOAD;
        want.as.want.rows = pln_buf_span(&rows);
        pln_send(node, link, &want, (pln_span_t){0});
        share->holes_open = count;
        share->holes_moved_ms = node->now_ms;
    }
    pln_buf_free(&rows);
}

/** Does a branch of our own lack something? No digest tells who has that. */
static bool branches_lack(const pln_node_t *node, pln_net_state_t *net)
{
    size_t cursor = 0;
    for (pln_fork_place_t *fork; (fork = pln_map_next(&net->forks, &cursor)) != NULL;) {
        if (pln_id_equal(&fork->place.author, &node->self->id) && pln_fork_lacking(net, fork) > 0) {
            return true;
        }
    }
    return false;
}

void pln_holes_scan(pln_node_t *node, pln_link_t *link, pln_share_t *share)
{
    pln_net_state_t *net = share->net;
    // A peer that says nothing at all has not heard us: it sleeps, and would find all of it later.
    bool silent = link->heard_ms < share->holes_moved_ms;
    if (share->holes_open > 0 && !silent && node->now_ms >= share->holes_moved_ms + BATCH_IDLE_MS) {
        pln_holes_end(node, link, share);
    }
    if (net->holes == 0 || !share->open || share->holes_open > 0 || node->disk_low) {
        return;
    }
    if (node->now_ms < share->holes_next_ms) {
        pln_wake(node, share->holes_next_ms);
        return;
    }
    pln_net_digests(net);
    bool same = share->peer_digest_known &&
                memcmp(share->peer_digest.bytes, net->digest.bytes, sizeof net->digest) == 0;
    if (!same || branches_lack(node, net)) {  // equal: the peer lacks the very same of what counts
        batch_send(node, link, share);
    }
}

/** The hole that this payload fills, on whichever branch; NULL: none. */
static pln_mark_t *hole_of(pln_net_state_t *net, const pln_place_t *place, uint64_t seq,
                           const pln_entry_t *entry, pln_chain_t **chain)
{
    pln_chain_t *c = pln_chain_find(net, &place->author, place->epoch, place->lane);
    for (; c != NULL; c = c->next_branch) {
        pln_mark_t *mark = pln_mark_find(c, seq);
        if (mark == NULL || mark->busy || !pln_mark_is_hole(c, mark)) {
            continue;
        }
        if (mark->size == entry->header.size &&
            memcmp(entry->data.bytes, mark->data.bytes, sizeof entry->data.bytes) == 0) {
            *chain = c;
            return mark;
        }
    }
    return NULL;
}

pln_err_t pln_holes_received(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                             const pln_entries_t *entries, size_t frame_bytes)
{
    const pln_place_t *place = &entries->place;
    pln_entry_t entry;
    PLN_TRY(pln_entry_read(entries->run, &entry));
    if (entries->from != entries->to || entry.withheld || entry.stored_size != entries->run.size) {
        return PLN_EMALFORMED;
    }
    pln_entry_data(entry.payload, &entry.data);
    if (memcmp(entry.data.bytes, entries->base.bytes, sizeof entry.data.bytes) != 0) {
        return PLN_EMALFORMED;  // not what it says itself
    }
    if (share->holes_open > 0) {
        share->holes_moved_ms = node->now_ms;
        if (--share->holes_open == 0) {
            pln_want_release(node, link);
            pln_wake(node, node->now_ms);
        }
    }
    pln_chain_t *chain = NULL;
    pln_mark_t *mark = hole_of(share->net, place, entries->from, &entry, &chain);
    if (mark == NULL) {
        return PLN_EDUPLICATE;
    }
    pln_mark_fill(node, chain, mark, entry.payload, link, frame_bytes);
    node->counters.payloads_filled++;
    return PLN_OK;
}

/* ---- answering ---- */

/** What counts is for everybody, the rest of a forked chain for its author (R6). */
static bool may_have(const pln_link_t *link, const pln_chain_t *chain, uint64_t seq)
{
    bool author = pln_id_equal(&link->id, &chain->place.author) && seq <= chain->durable.seq;
    return seq > chain->base.seq && (seq <= chain->counted.seq || author);
}

void pln_holes_wished(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                      const pln_want_t *want)
{
    if (link->wishes == NULL) {
        link->wishes = pln_alloc(WISHES_MAX * sizeof *link->wishes);
    }
    for (size_t i = 0; i < pln_rows(want->rows, PLN_WANT_ROW_SIZE); i++) {
        pln_row_t row;
        pln_row_read(want->rows, i, &row);
        pln_chain_t *chain = pln_chain_find(share->net, &row.author, row.epoch, row.lane);
        if (row.lane != PLN_LANE_RECORDS) {
            continue;
        }
        for (; chain != NULL; chain = chain->next_branch) {
            if (link->wish_count < WISHES_MAX && may_have(link, chain, row.seq)) {
                link->wishes[link->wish_count++] =
                    (pln_payload_wish_t){chain->number, row.seq, row.hash};
            }
        }
    }
    pln_serve_next(node, link);
}

static void wish_drop(pln_link_t *link)
{
    link->wish_count--;
    memmove(&link->wishes[0], &link->wishes[1], link->wish_count * sizeof *link->wishes);
}

/** The chain of the first wish; NULL: it is gone, or no longer shared or open on this link. */
static pln_chain_t *wish_chain(pln_node_t *node, pln_link_t *link)
{
    pln_chain_t *chain = node->chains[link->wishes[0].chain];
    pln_share_t *share = chain == NULL ? NULL : pln_share_find(link, chain->net);
    bool may = share != NULL && share->open && pln_net_admits(chain->net, &link->id) &&
               may_have(link, chain, link->wishes[0].seq);
    return may ? chain : NULL;
}

void pln_holes_serve(pln_node_t *node, pln_link_t *link)
{
    while (link->wish_count > 0 && wish_chain(node, link) == NULL) {
        wish_drop(link);
    }
    if (link->wish_count == 0) {
        return;
    }
    link->loading = true;
    pln_effect_t *effect = pln_fx(node, PLN_FX_READ);
    effect->as.read.link = link->number;
    effect->as.read.chain = link->wishes[0].chain;
    effect->as.read.seq = link->wishes[0].seq;
}

/** False when the peer's credit does not reach for it. */
static bool payload_send(pln_node_t *node, pln_link_t *link, const pln_chain_t *chain,
                         pln_span_t entry)
{
    pln_message_t message = {.type = PLN_MSG_ENTRIES};
    pln_entries_t *entries = &message.as.entries;
    entries->place = chain->place;
    entries->from = entries->to = link->wishes[0].seq;
    entries->base = link->wishes[0].data;
    entries->flags = PLN_ENTRIES_PAYLOAD;
    entries->run = entry;
    pln_buf_t head = {0};
    pln_message_encode(&message, &head);
    uint64_t bytes = head.size + entry.size;
    pln_buf_free(&head);
    link->credit_needed = bytes;
    if (bytes > link->peer_granted - link->sent) {
        return false;
    }
    link->credit_needed = 0;
    link->sent += bytes;
    node->counters.payloads_sent++;
    pln_send(node, link, &message, entry);
    return true;
}

void pln_holes_loaded(pln_node_t *node, const pln_event_t *event)
{
    pln_link_t *link = pln_link_find(node, event->as.read.link);
    if (link == NULL || !link->loading || link->closing) {
        return;
    }
    link->loading = false;
    bool first = link->wish_count > 0 && link->wishes[0].chain == event->as.read.chain &&
                 link->wishes[0].seq == event->as.read.seq;
    pln_chain_t *chain = first ? wish_chain(node, link) : NULL;
    pln_entry_t entry;
    bool have = chain != NULL && event->as.read.error == PLN_OK &&
                pln_entry_read(event->as.read.entry, &entry) == PLN_OK && !entry.withheld;
    if (have) {
        pln_entry_data(entry.payload, &entry.data);
        have = memcmp(entry.data.bytes, link->wishes[0].data.bytes, sizeof entry.data) == 0;
    }
    if (first && (!have || payload_send(node, link, chain, event->as.read.entry))) {
        wish_drop(link);
    }
    pln_serve_next(node, link);
}

void pln_holes_drop_link(pln_link_t *link)
{
    free(link->wishes);
    link->wishes = NULL;
    link->wish_count = 0;
}
