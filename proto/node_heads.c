// SPDX-License-Identifier: MPL-2.0
// Announcing: what changed since the peer's cursor, lane 0 before lane 1, digests when in doubt.
//
//     HELLO -> changes since the peer's cursor -> lane-0 heads (+ runs) -> both done
//           -> lane-1 heads (+ runs) -> live pushes -> digests compared when quiet
//
#include <stdlib.h>
#include <string.h>

#include "node_blocked.h"
#include "node_branch.h"
#include "node_join.h"
#include "node_terms.h"
#include "node_withdraw.h"
#include "planted.h"

#define QUIET_MS 1000u /**< nothing moved for so long: digests may be compared */
#define BUCKETS_MS_MIN 1000u
#define BUCKETS_MS_MAX 30000u
#define REPAIR_MS_MIN \
    2000u /**< heads are sent again for unequal digests after so long, then ever longer */
#define CURSOR_SAVE_MS 10000u
#define ROWS_PER_PAGE (PLN_HEADS_PAGE_BYTES / PLN_HEADS_ROW_SIZE)

/* ---- sending ---- */

/** Which chains a batch of heads is about. */
typedef struct {
    uint8_t lane;
    bool changed_only;   /**< only those in share->changes */
    const bool *buckets; /**< NULL: every bucket */
    uint32_t flags;
} heads_batch_t;

static void heads_page(pln_node_t *node, pln_link_t *link, pln_share_t *share, uint32_t flags,
                       bool last, pln_buf_t *rows)
{
    pln_message_t heads = {.type = PLN_MSG_HEADS};
    heads.as.heads.network = share->net->id;
    heads.as.heads.flags = flags | (last ? 0u : (uint32_t)PLN_HEADS_MORE);
    if (last && share->announced && share->dirty_count == 0) {
        heads.as.heads.upto = node->arrivals;
    }
    if (!last) {
        heads.as.heads.flags &= ~(uint32_t)PLN_HEADS_CONTROL;
    }
    heads.as.heads.rows = pln_buf_span(rows);
    pln_send(node, link, &heads, (pln_span_t){0});
    pln_buf_clear(rows);
}

bool pln_head_row(const pln_link_t *link, const pln_chain_t *chain, pln_row_t *row)
{
    // Its author hears of every branch of a forked chain: it alone can settle them.
    const pln_fork_place_t *fork = pln_fork_find(chain->net, &chain->place);
    bool whole = fork != NULL && pln_id_equal(&link->id, &chain->place.author) &&
                 chain->durable.seq > fork->at && chain->durable.seq > chain->base.seq;
    const pln_head_t *head = whole ? &chain->durable : &chain->counted;
    head = PLN_PLANTED(announced_early) ? &chain->held : head;
    *row = (pln_row_t){chain->place.author, chain->place.epoch, chain->place.lane, head->seq,
                       head->hash};
    return whole || pln_chain_leaf(chain);
}

static void heads_add(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                      const heads_batch_t *batch, const pln_chain_t *chain, pln_buf_t *rows)
{
    pln_row_t row;
    if (!pln_head_row(link, chain, &row)) {
        return;
    }
    if (rows->size / PLN_HEADS_ROW_SIZE == ROWS_PER_PAGE) {
        heads_page(node, link, share, batch->flags, false, rows);
    }
    pln_row_write(&row, rows);
}

static void heads_send(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                       const heads_batch_t *batch)
{
    pln_buf_t rows = {0};
    pln_net_state_t *net = share->net;
    if (batch->changed_only) {
        for (size_t i = 0; i < share->change_count; i++) {
            pln_chain_t *chain = node->chains[share->changes[i].chain];
            if (chain->place.lane == batch->lane) {
                heads_add(node, link, share, batch, chain, &rows);
            }
        }
    } else {
        for (size_t b = 0; b < PLN_BUCKETS; b++) {
            for (pln_chain_t *c = net->buckets[b]; c != NULL; c = c->bucket_next) {
                bool asked = batch->buckets == NULL || batch->buckets[b];
                if (asked && c->place.lane == batch->lane) {
                    heads_add(node, link, share, batch, c, &rows);
                }
            }
        }
    }
    if (rows.size > 0 || (batch->flags & PLN_HEADS_CONTROL) != 0 ||
        batch->lane == PLN_LANE_RECORDS) {
        heads_page(node, link, share, batch->flags, true, &rows);
    }
    pln_buf_free(&rows);
    share->moved_ms = node->now_ms;
}

/** Behind COMING heads: the runs themselves, as credit allows. */
static void changes_serve(pln_node_t *node, pln_link_t *link, pln_share_t *share, uint8_t lane)
{
    for (size_t i = 0; i < share->change_count; i++) {
        pln_chain_t *chain = node->chains[share->changes[i].chain];
        if (chain->place.lane == lane && chain->counted.seq >= share->changes[i].from) {
            pln_serve(node, link, chain, share->changes[i].from, NULL);
        }
    }
}

/**
 * Do the changes of @lane weigh a run or less, as far as the mean entry of each chain tells? More
 * is only announced: a peer that was interrupted knows where it stands, its cursor does not, and
 * what it asks for flows through the large window.
 */
static bool changes_light(const pln_node_t *node, const pln_share_t *share, uint8_t lane)
{
    uint64_t entries = 0;
    uint64_t weight = 0;
    for (size_t i = 0; i < share->change_count; i++) {
        const pln_chain_t *chain = node->chains[share->changes[i].chain];
        uint64_t from = share->changes[i].from;
        if (chain->place.lane != lane || from == 0 || chain->counted.seq < from) {
            continue;
        }
        uint64_t count = chain->counted.seq - from + 1;
        entries += count;
        if (count > PLN_ANCHOR_ENTRIES || entries > PLN_ANCHOR_ENTRIES) {
            return false;
        }
        weight += count * (chain->counted.cum / chain->counted.seq);
    }
    return weight <= PLN_ANCHOR_BYTES;
}

static void lane_announce(pln_node_t *node, pln_link_t *link, pln_share_t *share, uint8_t lane,
                          uint32_t flags)
{
    heads_batch_t batch = {.lane = lane, .changed_only = share->cursor_valid, .flags = flags};
    bool uninvited =
        share->cursor_valid && !link->announce_only && changes_light(node, share, lane);
    if (uninvited) {
        batch.flags |= PLN_HEADS_COMING;
    }
    heads_send(node, link, share, &batch);
    if (uninvited) {
        changes_serve(node, link, share, lane);
    }
}

static void all_heads(pln_node_t *node, pln_link_t *link, pln_share_t *share, const bool *buckets)
{
    heads_batch_t batch = {.lane = PLN_LANE_CONTROL, .buckets = buckets};
    heads_send(node, link, share, &batch);
    if (share->open) {
        batch.lane = PLN_LANE_RECORDS;
        heads_send(node, link, share, &batch);
    }
}

void pln_digest_send(pln_node_t *node, pln_link_t *link, pln_share_t *share, uint32_t flags,
                     bool buckets)
{
    pln_net_digests(share->net);
    pln_message_t digest = {.type = PLN_MSG_DIGEST};
    digest.as.digest.network = share->net->id;
    digest.as.digest.access = share->net->access_digest;
    digest.as.digest.digest = share->net->digest;
    digest.as.digest.flags = flags | (share->mine_done ? (uint32_t)PLN_DIGEST_DONE : 0u);
    digest.as.digest.upto = node->arrivals;
    if (buckets) {
        digest.as.digest.buckets = PLN_SPAN(
            pln_keep(node, share->net->sums, sizeof share->net->sums), sizeof share->net->sums);
    }
    pln_send(node, link, &digest, (pln_span_t){0});
    share->compares = true;
    share->digest_ms = node->now_ms;
    share->compare_ms = 0;
}

/* ---- the first answer to HELLO ---- */

void pln_heads_start(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                     const pln_hello_row_t *row)
{
    pln_net_state_t *net = share->net;
    pln_net_digests(net);
    share->peer_cursor = row->cursor;
    memcpy(share->peer_access10, row->access, sizeof share->peer_access10);
    memcpy(share->peer_digest10, row->digest, sizeof share->peer_digest10);
    share->moved_ms = share->digest_ms = node->now_ms;
    bool same_access = memcmp(row->access, net->access_digest.bytes, PLN_HELLO_DIGEST_SIZE) == 0;
    share->access_differed = !same_access;
    bool same = memcmp(row->digest, net->digest.bytes, PLN_HELLO_DIGEST_SIZE) == 0;
    if (same_access && same) {
        share->mine_done = share->peer_done = share->control_ended = true;
        share->open = share->announced =
            !net->outdated && !net->put_out && pln_net_has(node, net, &link->id);
        pln_fork_fetch_own(node, link, net);
        share->seen = share->peer_arrivals;
        share->peer_digest = net->digest;
        share->peer_digest_known = true;
        pln_epochs_heard(node, net);
        pln_join_opened(node, link, net);
        return;
    }
    share->had_news = true;
    if (same_access) {
        share->mine_done = share->peer_done = share->control_ended = true;
    }
    share->cursor_asked = true;
    pln_effect_t *effect = pln_fx(node, PLN_FX_CHANGES);
    effect->as.changes.link = link->number;
    effect->as.changes.network = net->id;
    effect->as.changes.cursor = row->cursor;
}

static void changes_adopt(pln_node_t *node, pln_share_t *share, const pln_event_t *event)
{
    bool known =
        share->peer_cursor.number > 0;  // a peer that never met us lacks more than it can say
    share->cursor_valid = known && event->as.changes.valid && !event->as.changes.truncated;
    share->changes =
        pln_realloc(share->changes, (event->as.changes.count + 1) * sizeof *share->changes);
    share->change_count = 0;
    for (size_t i = 0; i < event->as.changes.count && share->cursor_valid; i++) {
        uint32_t number = event->as.changes.rows[i].chain;
        pln_chain_t *chain = number < node->chain_capacity ? node->chains[number] : NULL;
        if (chain != NULL && chain->net == share->net) {
            share->changes[share->change_count++] = event->as.changes.rows[i];
        }
    }
}

void pln_heads_changes(pln_node_t *node, const pln_event_t *event)
{
    pln_link_t *link = pln_link_find(node, event->as.changes.link);
    pln_net_state_t *net = pln_net_find(node, &event->as.changes.network);
    pln_share_t *share = link == NULL || net == NULL ? NULL : pln_share_find(link, net);
    if (share == NULL || !share->cursor_asked || link->closing) {
        return;
    }
    share->cursor_asked = false;
    changes_adopt(node, share, event);
    if (!share->peer_done || !share->mine_done) {
        lane_announce(node, link, share, PLN_LANE_CONTROL, PLN_HEADS_CONTROL);
    }
    pln_share_advance(node, link, share);
}

/** Chains above a few hundred are compared by bucket before their heads travel (R19). */
static void records_announce(pln_node_t *node, pln_link_t *link, pln_share_t *share)
{
    share->announced = true;
    if (!share->cursor_valid && share->peer_cursor.number > 0 &&
        share->net->chains.count > PLN_HEADS_ALL_MAX) {
        pln_digest_send(node, link, share, 0, true);
    } else {
        lane_announce(node, link, share, PLN_LANE_RECORDS, 0);
    }
    free(share->changes);
    share->changes = NULL;
    share->change_count = 0;
    share->cursor_valid = false;
}

static bool control_settled(const pln_share_t *share, const pln_link_t *link)
{
    size_t cursor = 0;
    for (pln_chain_t *c; (c = pln_map_next(&share->net->chains, &cursor)) != NULL;) {
        if (c->place.lane != PLN_LANE_CONTROL || c->want_seq == 0 || pln_want_durable(c)) {
            continue;
        }
        for (size_t i = 0; i < PLN_SOURCES_MAX; i++) {
            if (c->sources[i] == link->number) {
                return false;
            }
        }
    }
    return true;
}

void pln_share_advance(pln_node_t *node, pln_link_t *link, pln_share_t *share)
{
    if (share->ended || share->cursor_asked || !link->greeted) {
        return;
    }
    if (!share->mine_done && !share->net->put_out && share->control_ended &&
        control_settled(share, link)) {
        share->mine_done = true;
        pln_digest_send(node, link, share, 0, false);
    }
    if (!share->open && share->mine_done && share->peer_done) {
        pln_join_heard(node, link, share->net);
    }
    // An inviter whose promise let it in may be no member by the lane 0 it brought.
    if (!share->open && !share->ended && !share->net->outdated && !share->net->put_out &&
        share->mine_done && share->peer_done && pln_net_has(node, share->net, &link->id)) {
        share->open = true;
        pln_trace(node, "open", link, NULL, share->net->chains.count);
        pln_join_opened(node, link, share->net);
        pln_want_retry_blocked(node, share->net);
        pln_want_flush(node, share->net);
    }
    if (share->open && !share->announced && !share->ended) {  // what opened it may have ended it
        if (share->access_differed) {
            pln_fork_tell(node, link, share);
        }
        pln_fork_fetch_own(node, link, share->net);
        records_announce(node, link, share);
        if (share->had_news) {
            pln_presence_exchange(node, link, share);
        }
    }
    pln_serve_next(node, link);
}

/* ---- receiving ---- */

pln_share_t *pln_share_named(pln_node_t *node, pln_link_t *link, const pln_network_id_t *network)
{
    pln_net_state_t *net = pln_net_find(node, network);
    pln_share_t *share = net == NULL ? NULL : pln_share_find(link, net);
    if (share == NULL || !pln_net_admits(net, &link->id)) {
        pln_refuse(node, PLN_EFOREIGN);
        return NULL;
    }
    return share;
}

void pln_heads_received(pln_node_t *node, pln_link_t *link, const pln_heads_t *heads)
{
    pln_share_t *share = pln_share_named(node, link, &heads->network);
    if (share == NULL) {
        return;
    }
    share->moved_ms = node->now_ms;
    uint64_t not_before = (heads->flags & PLN_HEADS_LAZY) != 0
                              ? node->now_ms + PLN_LAZY_MS / 2 + pln_random(node, PLN_LAZY_MS)
                              : 0;
    size_t count = pln_rows(heads->rows, PLN_HEADS_ROW_SIZE);
    for (size_t i = 0; i < count; i++) {
        pln_row_t row;
        pln_row_read(heads->rows, i, &row);

        pln_want(node, link, share->net, &row, not_before, (heads->flags & PLN_HEADS_COMING) != 0);
    }
    if (count > 0) {
        share->compare_ms = node->now_ms + QUIET_MS;
    }
    if ((heads->flags & PLN_HEADS_CONTROL) != 0) {
        // Also when both seemed done by their HELLOs: the peer waits to hear it of what changed
        // since.
        share->control_ended = true;
        share->mine_done = false;
    }
    if (heads->upto.number > 0 && !share->overflowed) {
        share->seen = heads->upto;
    }
    if (heads->upto.number > 0) {  // the last page: all of it is announced
        pln_epochs_heard(node, share->net);
    }
    pln_want_flush(node, share->net);
    pln_share_advance(node, link, share);
}

/** The wait behind @wait_ms: @first behind none, then twice as long, @most in the end. */
static uint64_t longer(uint64_t wait_ms, uint64_t first, uint64_t most)
{
    uint64_t next = wait_ms == 0 ? first : wait_ms * 2;
    return next < most ? next : most;
}

/**
 * Buckets may be answered with the heads of thousands of chains: so only now and then (SPEC
 * 9.11.4). An honest peer sends none sooner, for it waits twice as long itself.
 */
static bool buckets_timely(pln_node_t *node, pln_share_t *share, bool answer)
{
    if (answer) {
        bool awaited = share->compares;
        share->compares = false;
        return awaited;
    }
    if (share->buckets_wait_ms != 0 && node->now_ms < share->buckets_ms + share->buckets_wait_ms) {
        share->compare_ms = share->buckets_ms + share->buckets_wait_ms;
        return false;
    }
    share->buckets_ms = node->now_ms;
    share->buckets_wait_ms = longer(share->buckets_wait_ms, BUCKETS_MS_MIN, BUCKETS_MS_MAX);
    return true;
}

/** Answer to buckets: the heads of ours that differ. */
static void buckets_answer(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                           const pln_digest_message_t *digest)
{
    bool differ[PLN_BUCKETS];
    if (!buckets_timely(node, share, (digest->flags & PLN_DIGEST_ANSWER) != 0)) {
        pln_refuse(node, PLN_EFLOOD);
        return;
    }
    for (size_t i = 0; i < PLN_BUCKETS; i++) {
        differ[i] = memcmp(digest->buckets.data + i * 32, share->net->sums[i].bytes, 32) != 0;
    }
    all_heads(node, link, share, differ);
    if ((digest->flags & PLN_DIGEST_ANSWER) == 0) {
        pln_digest_send(node, link, share, PLN_DIGEST_ANSWER, true);
    }
}

static void digests_differ(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                           const pln_digest_message_t *digest)
{
    if (digest->buckets.size > 0) {
        buckets_answer(node, link, share, digest);
        return;
    }
    if (!share->open) {
        share->compare_ms = node->now_ms + QUIET_MS;  // once it is: nobody may have announced it
        return;
    }
    bool answer = (digest->flags & PLN_DIGEST_ANSWER) != 0;
    bool quiet = node->now_ms >= share->moved_ms + QUIET_MS && share->net->open_wants == 0;
    if (!answer && !quiet) {
        share->compare_ms = node->now_ms + QUIET_MS;
        return;
    }
    if (node->now_ms < share->repaired_ms + share->repair_wait_ms) {
        share->compare_ms = share->repaired_ms + share->repair_wait_ms;
        return;
    }
    share->repaired_ms = node->now_ms;
    share->repair_wait_ms = longer(share->repair_wait_ms, REPAIR_MS_MIN, PLN_DIGEST_MS);
    if (share->net->chains.count > PLN_HEADS_ALL_MAX) {
        pln_digest_send(node, link, share, answer ? PLN_DIGEST_ANSWER : 0, true);
        return;
    }
    all_heads(node, link, share, NULL);
    if (!answer) {
        pln_digest_send(node, link, share, PLN_DIGEST_ANSWER, false);
    }
}

/** Access that differs may be a proof that one side lacks; who says so again and again gets them no
 * more often than ever rarer. */
static void access_compare(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                           const pln_hash_t *access)
{
    bool due = node->now_ms >= share->told_ms + share->told_wait_ms;
    bool same = pln_hash_equal(access, &share->net->access_digest);
    if (same && due) {
        share->told_wait_ms = 0;
    }
    if (same || !due || !share->open) {
        return;
    }
    share->told_ms = node->now_ms;
    share->told_wait_ms = longer(share->told_wait_ms, REPAIR_MS_MIN, PLN_DIGEST_MS);
    pln_fork_tell(node, link, share);
}

void pln_digest_received(pln_node_t *node, pln_link_t *link, const pln_digest_message_t *digest)
{
    pln_share_t *share = pln_share_named(node, link, &digest->network);
    if (share == NULL) {
        return;
    }
    bool moved = !share->peer_digest_known ||
                 memcmp(share->peer_digest.bytes, digest->digest.bytes, 32) != 0;
    share->peer_digest = digest->digest;
    share->peer_digest_known = true;
    if ((digest->flags & PLN_DIGEST_DONE) != 0) {
        // Whoever is done has said all it had to say of lane 0, were it that our HELLOs crossed.
        share->peer_done = true;
        share->control_ended = true;
    }
    pln_net_digests(share->net);
    access_compare(node, link, share, &digest->access);
    if (memcmp(digest->digest.bytes, share->net->digest.bytes, 32) == 0) {
        share->seen = digest->upto;
        share->overflowed = false;
        share->compare_ms = 0;
        share->repair_wait_ms = 0;
        share->buckets_wait_ms = 0;
        if ((digest->flags & PLN_DIGEST_ANSWER) == 0 && share->open) {
            // Ours tells how far our arrivals are now: or the peer would get back what it sent.
            pln_digest_send(node, link, share, PLN_DIGEST_ANSWER, false);
        }
    } else {
        if (moved) {
            pln_holes_retry(node, share);  // it may have what it had not
        }
        digests_differ(node, link, share, digest);
    }
    pln_share_advance(node, link, share);
}

/* ---- time ---- */

void pln_heads_scan(pln_node_t *node, pln_link_t *link, pln_share_t *share)
{
    pln_net_state_t *net = share->net;
    pln_push_flush(node, link, share);
    pln_holes_scan(node, link, share);
    bool settled = net->open_wants == 0;
    if (settled && share->seen.number != share->saved.number &&
        node->now_ms >= share->saved_ms + CURSOR_SAVE_MS) {
        pln_share_save_cursor(node, link, share);
    }
    if (!share->open || !settled || !pln_serve_idle(link)) {
        return;
    }
    bool quiet = node->now_ms >= share->moved_ms + QUIET_MS;
    bool due = share->compare_ms != 0 && node->now_ms >= share->compare_ms;
    if (quiet && (due || node->now_ms >= share->digest_ms + PLN_DIGEST_MS)) {
        pln_digest_send(node, link, share, 0, false);
    }
}
