// SPDX-License-Identifier: MPL-2.0
// Asking: which chain from whom, with how much credit; what cannot be asked for now is remembered.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "node_blocked.h"
#include "node_branch.h"
#include "planted.h"

#define BRANCH_AGAIN_MS 5000u /**< a forked chain is asked again of the same peer */
#define ASKED_PER_LINK_MAX 256u
#define WRITE_AGAIN_MS 2000u /**< what could not be written is asked for again after so long */

static bool link_enlarge(pln_node_t *node, pln_link_t *link);
static void unask(pln_node_t *node, pln_chain_t *chain);

/* ---- what is wanted ---- */

static void want_open(pln_chain_t *chain)
{
    if (!chain->open) {
        chain->open = true;
        chain->net->open_wants++;
    }
}

static void want_close(pln_chain_t *chain)
{
    if (chain->open) {
        chain->open = false;
        chain->net->open_wants--;
    }
    chain->want_seq = 0;
    chain->want_hash = (pln_hash_t){{0}};
    memset(chain->sources, 0, sizeof chain->sources);
}

static void enqueue(pln_chain_t *chain)
{
    if (chain->waiting) {
        return;
    }
    chain->waiting = true;
    chain->waiting_next = NULL;
    pln_net_state_t *net = chain->net;
    if (net->waiting_last != NULL) {
        net->waiting_last->waiting_next = chain;
    } else {
        net->waiting = chain;
    }
    net->waiting_last = chain;
}

static void source_add(pln_chain_t *chain, uint32_t link)
{
    size_t at = 0;
    while (at < PLN_SOURCES_MAX - 1 && chain->sources[at] != link) {
        at++;
    }
    memmove(&chain->sources[1], &chain->sources[0], at * sizeof chain->sources[0]);
    chain->sources[0] = link;
}

static void source_remove(pln_chain_t *chain, uint32_t link)
{
    for (size_t i = 0; i < PLN_SOURCES_MAX; i++) {
        if (chain->sources[i] == link) {
            memmove(&chain->sources[i], &chain->sources[i + 1],
                    (PLN_SOURCES_MAX - 1 - i) * sizeof chain->sources[0]);
            chain->sources[PLN_SOURCES_MAX - 1] = 0;
            return;
        }
    }
}

/** Not now, and why: each of these is remembered and asked again when its reason may have gone. */
pln_err_t pln_want_reason(pln_node_t *node, pln_net_state_t *net, const pln_place_t *place,
                          const pln_chain_t *chain)
{
    // In lane 0 there may be another branch that leads to a cut, however far this one is held.
    uint64_t reach = pln_place_reach(node, net, place);
    pln_fork_place_t *fork = pln_fork_find(net, place);
    if (fork != NULL && reach > 0 && chain != NULL && chain->held.seq >= fork->at) {
        return pln_fork_lacks(net, fork) ? PLN_OK : PLN_EFORK;
    }
    if (reach == 0 ||
        (chain != NULL && place->lane == PLN_LANE_RECORDS && chain->held.seq >= reach)) {
        return PLN_EGRANT;
    }
    if (chain != NULL && pln_chain_quota_reached(net, place, &chain->held)) {
        return PLN_EQUOTA;
    }
    if (place->lane == PLN_LANE_CONTROL) {
        return PLN_OK;
    }
    if (net->put_out) {
        return PLN_EGRANT;
    }
    return net->outdated ? PLN_EOUTDATED : node->disk_low ? PLN_EPAUSED : PLN_OK;
}

static bool serves_lane(const pln_node_t *node, const pln_link_t *link, const pln_net_state_t *net,
                        uint8_t lane)
{
    return lane == PLN_LANE_CONTROL || pln_net_has(node, net, &link->id);
}

bool pln_want_source(const pln_node_t *node, pln_link_t *link, const pln_net_state_t *net,
                     uint8_t lane)
{
    return !link->closing && pln_share_find(link, net) != NULL &&
           serves_lane(node, link, net, lane);
}

/** Is what the row names held, durable or in the writer? Of lane 1 without a look at branches. */
static bool row_held(const pln_chain_t *chain, const pln_row_t *row)
{
    static const pln_hash_t unknown;
    pln_fork_place_t *fork = pln_fork_find(chain->net, &chain->place);
    if (fork != NULL && chain->held.seq >= fork->at) {
        return row->seq <= fork->at || !pln_fork_lacks(chain->net, fork);
    }
    if (row->lane != PLN_LANE_CONTROL || pln_hash_equal(&row->hash, &unknown)) {
        return row->seq <= chain->held.seq;
    }
    return pln_control_held(chain, row->seq, &row->hash);
}

/** Raise the want to @row. What lies beyond @reach is wanted by its seq: its hash is not known. */
static void want_raise(pln_chain_t *chain, const pln_row_t *row, uint64_t reach)
{
    uint64_t seq = row->seq < reach ? row->seq : reach;
    bool met = chain->place.lane == PLN_LANE_CONTROL && pln_want_held(chain);
    if (seq > chain->want_seq || met) {
        chain->want_seq = seq;
        chain->want_hash = row->seq <= reach ? row->hash : (pln_hash_t){{0}};
    }
}

void pln_want(pln_node_t *node, pln_link_t *link, pln_net_state_t *net, const pln_row_t *row,
              uint64_t not_before_ms, bool coming)
{
    pln_place_t place = {net->id, row->author, row->epoch, row->lane};
    pln_chain_t *chain = pln_chain_find(net, &row->author, row->epoch, row->lane);
    if (chain != NULL && row_held(chain, row)) {
        pln_fork_row(node, link, chain, row);
        if (row->lane == PLN_LANE_RECORDS && row->seq == chain->held.seq &&
            memcmp(row->hash.bytes, chain->held.hash.bytes, 32) != 0) {
            pln_refuse(node, PLN_EFORK);  // a claim without a signature: it changes nothing here
        }
        return;
    }
    pln_err_t reason = pln_want_reason(node, net, &place, chain);
    uint64_t reach = pln_place_reach(node, net, &place);
    if (reason == PLN_OK && row->lane == PLN_LANE_CONTROL && row->seq > reach && chain != NULL &&
        chain->held.seq >= reach) {
        reason = PLN_EGRANT;  // only another branch might come, and this is not of one
    }
    if (reason == PLN_OK && !serves_lane(node, link, net, row->lane)) {
        reason = PLN_EGRANT;
    }
    if (reason != PLN_OK) {
        pln_want_block(node, link, net, row, reason);
        return;
    }
    pln_want_unblock(node, net, &place);
    if (chain == NULL) {
        chain = pln_chain_add(node, net, &place, node->next_chain);
    }
    want_raise(chain, row, reach);
    want_open(chain);
    source_add(chain, link->number);
    if (chain->asked_link == link->number && pln_fork_find(net, &place) != NULL &&
        node->now_ms >= chain->asked_ms + BRANCH_AGAIN_MS) {
        unask(node, chain);  // when it was asked it may not have had the branch it now announces
    }
    if (chain->asked_link != 0) {
        return;
    }
    if (coming) {
        link_enlarge(node, link);
        chain->asked_link = link->number;
        chain->asked_ms = node->now_ms;
        chain->parted = false;
        link->asked++;
        return;
    }
    if (!chain->waiting || not_before_ms < chain->not_before_ms) {
        chain->not_before_ms = not_before_ms;
    }
    enqueue(chain);
}

/* ---- credit: how much the peer may send ---- */

/**
 * Credit cannot be taken back, but a new session begins without it: whoever holds a place among the
 * fast and brings nothing is greeted anew when another needs it.
 */
static void fast_place_free(pln_node_t *node)
{
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        if (link->fast && !link->closing && node->now_ms >= link->progress_ms + PLN_FAST_IDLE_MS &&
            node->now_ms >= link->up_ms + PLN_FAST_IDLE_MS) {
            pln_link_bye(node, link, "greet-again", "its credit is needed elsewhere");
            link->fast = false;
            node->fast_links--;
            return;
        }
    }
}

static void link_hasten(pln_node_t *node, pln_link_t *link)
{
    if (!link->fast && node->fast_links >= PLN_WINDOW_LINKS_FAST) {
        fast_place_free(node);
    }
    if (link->fast || node->fast_links < PLN_WINDOW_LINKS_FAST) {
        node->fast_links += !link->fast;
        link->fast = true;
        link->window = PLN_WINDOW_MAX;
    }
}

static bool link_enlarge(pln_node_t *node, pln_link_t *link)
{
    if (link->large) {
        return true;
    }
    if (node->large_links >= PLN_WINDOW_LINKS_MAX) {
        return false;
    }
    link->large = true;
    node->large_links++;
    link->window = PLN_WINDOW_MIN + PLN_RESERVE;
    link_hasten(node, link);
    pln_credit_review(node, link);
    return true;
}

static void link_shrink(pln_node_t *node, pln_link_t *link)
{
    if (link->large && link->asked == 0) {
        link->large = false;
        node->large_links--;
        link->window =
            node->links.count > PLN_WINDOW_LINKS_MAX ? PLN_RESERVE : PLN_WINDOW_MIN + PLN_RESERVE;
    }
}

void pln_credit_review(pln_node_t *node, pln_link_t *link)
{
    uint64_t target = link->consumed + link->window;
    uint64_t threshold = link->large ? link->window / 8 : PLN_RESERVE / 2;
    if (target >= link->granted + threshold && link->greeted && !link->closing) {
        link->granted = target;
        pln_message_t credit = {.type = PLN_MSG_CREDIT, .as.credit = target};
        pln_send(node, link, &credit, (pln_span_t){0});
    }
}

void pln_credit_consume(pln_node_t *node, pln_link_t *link, size_t bytes)
{
    link->consumed += PLN_PLANTED(credit_twice) ? 2 * bytes : bytes;
    // Credit cannot be taken back: a place among the fast is free when the most of it is used up.
    if (link->fast && !link->large &&
        link->granted - link->consumed <= PLN_WINDOW_MIN + PLN_RESERVE) {
        link->fast = false;
        node->fast_links--;
    }
    pln_credit_review(node, link);
}

/* ---- asking ---- */

static pln_link_t *source_link(pln_node_t *node, pln_chain_t *chain)
{
    for (size_t i = 0; i < PLN_SOURCES_MAX && chain->sources[i] != 0; i++) {
        pln_link_t *link = pln_link_find(node, chain->sources[i]);
        if (link != NULL && pln_want_source(node, link, chain->net, chain->place.lane)) {
            return link;
        }
    }
    return NULL;
}

/** True when the chain left the waiting list: asked, complete, or given up. */
static bool want_ask(pln_node_t *node, pln_chain_t *chain)
{
    if (chain->asked_link != 0 || pln_want_held(chain)) {
        return true;
    }
    uint64_t earliest_ms =
        chain->not_before_ms > chain->rests_until_ms ? chain->not_before_ms : chain->rests_until_ms;
    if (earliest_ms > node->now_ms) {
        pln_wake(node, earliest_ms);
        return false;
    }
    pln_link_t *link = source_link(node, chain);
    if (link == NULL) {
        want_close(chain);  // nobody who announced it is left: the next comparison finds it
        return true;
    }
    pln_err_t reason = pln_want_reason(node, chain->net, &chain->place, chain);
    if (reason != PLN_OK) {
        pln_row_t later = {
            chain->place.author, chain->place.epoch, chain->place.lane, chain->want_seq, {{0}}};
        pln_want_block(node, link, chain->net, &later, reason);
        want_close(chain);
        return true;
    }
    if (link->asked >= ASKED_PER_LINK_MAX || !link_enlarge(node, link)) {
        return false;
    }
    if (chain->not_before_ms != 0) {
        pln_graft(node, link, chain->net);
        chain->not_before_ms = 0;
    }
    pln_row_t row = {chain->place.author, chain->place.epoch, chain->place.lane,
                     chain->held.seq + 1, chain->held.hash};
    pln_head_t common;
    pln_fork_place_t *fork = pln_fork_find(chain->net, &chain->place);
    if (fork != NULL && chain->held.seq >= fork->at &&
        pln_fork_common(chain->net, &chain->place, &common)) {
        row.seq = common.seq + 1;  // the branch that is lacked begins there
        row.hash = common.hash;
    }
    pln_row_write(&row, &link->want_rows);
    chain->asked_link = link->number;
    chain->asked_ms = node->now_ms;
    chain->parted = false;
    link->asked++;
    return true;
}

static void wants_send(pln_node_t *node, pln_net_state_t *net)
{
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        if (link->want_rows.size == 0) {
            continue;
        }
        pln_message_t want = {.type = PLN_MSG_WANT};
        want.as.want.network = net->id;
        want.as.want.rows = pln_buf_span(&link->want_rows);
        pln_send(node, link, &want, (pln_span_t){0});
        pln_buf_clear(&link->want_rows);
    }
}

void pln_want_flush(pln_node_t *node, pln_net_state_t *net)
{
    pln_chain_t *chain = net->waiting;
    net->waiting = net->waiting_last = NULL;
    while (chain != NULL) {
        pln_chain_t *next = chain->waiting_next;
        chain->waiting = false;
        if (!want_ask(node, chain)) {
            enqueue(chain);
        }
        chain = next;
    }
    wants_send(node, net);
}

bool pln_want_hold(pln_node_t *node, pln_link_t *link)
{
    bool held = link_enlarge(node, link);
    link->asked += held;
    return held;
}

void pln_want_release(pln_node_t *node, pln_link_t *link)
{
    assert(link->asked > 0);
    link->asked--;
    link_shrink(node, link);
}

static void unask(pln_node_t *node, pln_chain_t *chain)
{
    pln_link_t *link = pln_link_find(node, chain->asked_link);
    chain->asked_link = 0;
    if (link != NULL) {
        pln_want_release(node, link);
    }
}

void pln_want_progress(pln_node_t *node, pln_chain_t *chain)
{
    if (chain->asked_link != 0 && pln_want_held(chain)) {
        unask(node, chain);
    }
    if (chain->open && pln_want_durable(chain)) {
        want_close(chain);
    }
}

void pln_want_again(pln_node_t *node, pln_chain_t *chain)
{
    if (chain->asked_link != 0) {
        unask(node, chain);
    }
    if (!pln_want_held(chain)) {
        chain->not_before_ms = 0;
        enqueue(chain);
    }
}

void pln_want_storing(pln_node_t *node, pln_link_t *link, pln_chain_t *chain)
{
    if (chain->want_seq < chain->held.seq && (chain->want_seq == 0 || pln_want_held(chain))) {
        chain->want_seq = chain->held.seq;
        chain->want_hash = chain->held.hash;
    }
    want_open(chain);
    source_add(chain, link->number);
    if (chain->asked_link != 0 && pln_want_held(chain)) {
        unask(node, chain);
    }
}

void pln_want_unwritten(pln_node_t *node, pln_chain_t *chain, uint64_t seq)
{
    if (chain->want_seq < seq) {
        chain->want_seq = seq;
        chain->want_hash = (pln_hash_t){{0}};
    }
    if (pln_want_durable(chain)) {  // what we wrote ourselves meanwhile took its place: a fork
        want_close(chain);
        return;
    }
    want_open(chain);
    pln_want_again(node, chain);
    chain->rests_until_ms = node->now_ms + WRITE_AGAIN_MS;
    pln_wake(node, chain->rests_until_ms);
}

void pln_want_skip(pln_node_t *node, pln_chain_t *chain, uint32_t link)
{
    source_remove(chain, link);
    pln_want_again(node, chain);
}

void pln_want_drop_link(pln_node_t *node, pln_link_t *link)
{
    pln_buf_clear(&link->want_rows);
    for (size_t n = 0; n < node->net_count; n++) {
        pln_net_state_t *net = node->nets[n];
        size_t cursor = 0;
        for (pln_chain_t *c; (c = pln_map_next(&net->chains, &cursor)) != NULL;) {
            source_remove(c, link->number);
            if (c->asked_link == link->number) {
                pln_want_again(node, c);
            }
        }
    }
    pln_wake(node, node->now_ms);
}

/**
 * What the peer announced does not come from it. Its cursor stands still until the digests agree,
 * and lane 0 no longer waits for it: else this network would stay shut on the link.
 */
static void announced_in_vain(pln_node_t *node, pln_link_t *link, pln_net_state_t *net)
{
    pln_share_t *share = pln_share_find(link, net);
    if (share != NULL && !link->closing) {
        share->overflowed = true;
        share->seen = share->saved;
        pln_share_advance(node, link, share);
    }
}

void pln_want_scan(pln_node_t *node, pln_net_state_t *net)
{
    if (net->open_wants > 0) {
        size_t cursor = 0;
        for (pln_chain_t *c; (c = pln_map_next(&net->chains, &cursor)) != NULL;) {
            pln_link_t *link = c->asked_link != 0 ? pln_link_find(node, c->asked_link) : NULL;
            if (link == NULL) {
                continue;
            }
            uint64_t since = link->progress_ms > c->asked_ms ? link->progress_ms : c->asked_ms;
            if (node->now_ms >= since + PLN_STALL_MS) {
                pln_trace(node, "stalled", link, &c->place, c->held.seq);
                pln_want_skip(node, c, link->number);
                announced_in_vain(node, link, net);
            }
        }
    }
    pln_want_flush(node, net);
}
