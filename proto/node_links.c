// SPDX-License-Identifier: MPL-2.0
// A link and the session on it: up, HELLO, what may be said when, BYE, down.
//
//     up -> (HELLO both ways) -> greeted -> every message of state OPEN -> BYE or silence -> down
//
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "node_branch.h"
#include "node_join.h"
#include "node_terms.h"
#include "node_withdraw.h"

#define CLOCK_BIAS (UINT64_C(1) << 62)
#define LINK_GOOD_MS 10000u /**< a session that lasted so long resets the back-off */

pln_link_t *pln_link_find(pln_node_t *node, uint32_t number)
{
    uint8_t key[4];
    pln_put_u32(key, number);
    return pln_map_get(&node->links, key);
}

pln_share_t *pln_share_find(pln_link_t *link, const pln_net_state_t *net)
{
    for (size_t i = 0; i < link->share_count; i++) {
        if (link->shares[i]->net == net && !link->shares[i]->ended) {
            return link->shares[i];
        }
    }
    return NULL;
}

void pln_share_free(pln_share_t *share)
{
    free(share->changes);
    free(share->dirty);
    free(share);
}

/** What was learned of the peer's arrivals on a settled link is worth keeping (R12). */
static void cursors_save(pln_node_t *node, pln_link_t *link)
{
    for (size_t i = 0; i < link->share_count; i++) {
        pln_share_t *share = link->shares[i];
        bool settled = !share->ended && share->net->open_wants == 0;
        if (settled && share->seen.number != share->saved.number) {
            pln_share_save_cursor(node, link, share);
        }
    }
}

static void link_remove(pln_node_t *node, pln_link_t *link)
{
    uint8_t key[4];
    pln_put_u32(key, link->number);
    pln_map_remove(&node->links, key);
    if (!link->closing) {
        cursors_save(node, link);
    }
    pln_serve_drop(link, NULL);
    pln_searches_drop(node, link->number, NULL);
    pln_want_drop_link(node, link);
    node->large_links -= link->large;
    node->fast_links -= link->fast;
    for (size_t i = 0; i < link->share_count; i++) {
        pln_share_free(link->shares[i]);
    }
    free(link->shares);
    pln_buf_free(&link->want_rows);
    pln_holes_drop_link(link);
    free(link);
}

/* ---- HELLO ---- */

static void hello_row(pln_node_t *node, pln_link_t *link, pln_net_state_t *net, pln_buf_t *rows)
{
    pln_hello_row_t row = {0};
    pln_hello_hash(&net->id, &node->self->id, &link->id, link->nonce, row.hash);
    pln_share_t *share = pln_share_find(link, net);
    row.cursor = share->saved;
    pln_net_digests(net);
    memcpy(row.access, net->access_digest.bytes, PLN_HELLO_DIGEST_SIZE);
    memcpy(row.digest, net->digest.bytes, PLN_HELLO_DIGEST_SIZE);
    pln_hello_row_write(&row, rows);
}

static void cursor_key(const pln_id_t *peer, const pln_network_id_t *network, uint8_t out[64])
{
    memcpy(out, peer->bytes, 32);
    memcpy(out + 32, network->bytes, 32);
}

static pln_share_t *share_add(pln_node_t *node, pln_link_t *link, pln_net_state_t *net)
{
    pln_share_t *share = pln_alloc_zero(1, sizeof *share);
    share->net = net;
    uint8_t key[64];
    cursor_key(&link->id, &net->id, key);
    const pln_cursor_t *saved = pln_map_get(&node->cursors, key);
    if (saved != NULL) {
        share->saved = share->seen = *saved;
    }
    link->shares = pln_realloc(link->shares, (link->share_count + 1) * sizeof(pln_share_t *));
    link->shares[link->share_count++] = share;
    return share;
}

void pln_share_save_cursor(pln_node_t *node, pln_link_t *link, pln_share_t *share)
{
    share->saved = share->seen;
    share->saved_ms = node->now_ms;
    uint8_t key[64];
    cursor_key(&link->id, &share->net->id, key);
    pln_cursor_t *kept = pln_map_get(&node->cursors, key);
    if (kept == NULL) {
        kept = pln_alloc(sizeof *kept);
        pln_map_put(&node->cursors, key, kept);
    }
    *kept = share->seen;
    pln_buf_t value = {0};
    pln_buf_u64(&value, kept->number);
    pln_buf_add(&value, kept->tag.bytes, sizeof kept->tag.bytes);
    pln_save(node, PLN_TABLE_CURSORS, key, sizeof key, &value);
    pln_buf_free(&value);
}

void pln_cursor_forget(pln_node_t *node, const pln_id_t *peer, pln_net_state_t *net)
{
    uint8_t key[64];
    cursor_key(peer, &net->id, key);
    pln_cursor_t *kept = pln_map_remove(&node->cursors, key);
    if (kept != NULL) {
        pln_forget_row(node, PLN_TABLE_CURSORS, key, sizeof key);
        free(kept);
    }
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        pln_share_t *share = pln_id_equal(&link->id, peer) ? pln_share_find(link, net) : NULL;
        if (share != NULL) {
            share->overflowed = true;
            share->seen = share->saved = (pln_cursor_t){0};
        }
    }
}

void pln_hello_greet(pln_node_t *node, pln_link_t *link)
{
    memcpy(link->nonce, node->start, sizeof node->start);
    pln_random_bytes(node, link->nonce + PLN_START_SIZE, sizeof link->nonce - PLN_START_SIZE);
    pln_buf_t rows = {0};
    for (size_t i = 0; i < node->net_count; i++) {
        if (pln_net_admits(node->nets[i], &link->id)) {
            share_add(node, link, node->nets[i]);
            hello_row(node, link, node->nets[i], &rows);
        }
    }
    // Nobody may count our networks: rows are padded with random ones to a multiple of four.
    while (rows.size == 0 || (rows.size / PLN_HELLO_ROW_SIZE) % 4 != 0) {
        uint8_t noise[PLN_HELLO_ROW_SIZE];
        pln_random_bytes(node, noise, sizeof noise);
        pln_buf_add(&rows, noise, sizeof noise);
    }
    link->window = PLN_WINDOW_MIN + PLN_RESERVE;
    if (node->links.count > PLN_WINDOW_LINKS_MAX) {
        link->window = PLN_RESERVE;
    }
    link->granted = link->window;
    pln_message_t hello = {.type = PLN_MSG_HELLO};
    hello.as.hello.version_min = PLN_PROTOCOL_MIN;
    hello.as.hello.version_max = PLN_PROTOCOL_MAX;
    hello.as.hello.time_ms = node->wall_ms;
    hello.as.hello.store = node->store;
    memcpy(hello.as.hello.nonce, link->nonce, sizeof link->nonce);
    hello.as.hello.arrivals = node->arrivals;
    hello.as.hello.credit = link->granted;
    hello.as.hello.flags = node->links.count > 1 ? PLN_HELLO_ANNOUNCE : 0;
    hello.as.hello.rows = pln_buf_span(&rows);
    pln_send(node, link, &hello, (pln_span_t){0});
    pln_buf_free(&rows);
}

/** Does the peer list @net, and do we admit it there? Out: its row. */
static bool hello_lists(const pln_node_t *node, const pln_link_t *link, const pln_hello_t *hello,
                        const pln_net_state_t *net, pln_hello_row_t *row)
{
    uint8_t hash[16];
    pln_hello_hash(&net->id, &link->id, &node->self->id, hello->nonce, hash);
    for (size_t i = 0; i < pln_rows(hello->rows, PLN_HELLO_ROW_SIZE); i++) {
        pln_hello_row_read(hello->rows, i, row);
        if (memcmp(row->hash, hash, sizeof hash) == 0) {
            return pln_net_admits(net, &link->id);
        }
    }
    return false;
}

/** Did a grant come between our HELLO, which does not list the network, and the peer's? */
static bool hello_lists_more(const pln_node_t *node, pln_link_t *link, const pln_hello_t *hello)
{
    pln_hello_row_t row;
    for (size_t i = 0; i < node->net_count; i++) {
        if (pln_share_find(link, node->nets[i]) == NULL &&
            hello_lists(node, link, hello, node->nets[i], &row)) {
            return true;
        }
    }
    return false;
}

void pln_hello_received(pln_node_t *node, pln_link_t *link, const pln_hello_t *hello)
{
    if (link->greeted) {
        pln_link_end(node, link, PLN_EORDER, "a second HELLO");
        return;
    }
    if (hello->version_min > PLN_PROTOCOL_MAX || hello->version_max < PLN_PROTOCOL_MIN ||
        hello->version_min > hello->version_max) {
        pln_link_end(node, link, PLN_EVERSION, "update plnd on the older of the two machines");
        return;
    }
    link->greeted = true;
    link->store = hello->store;
    memcpy(link->start, hello->nonce, sizeof link->start);
    if (!pln_twins_settle(node, link)) {
        return;
    }
    link->announce_only = (hello->flags & PLN_HELLO_ANNOUNCE) != 0;
    link->peer_granted = hello->credit;
    link->peer_clock_ms = CLOCK_BIAS + hello->time_ms - node->now_ms;
    link->peer->state = PLN_PEER_SYNCING;
    pln_trace(node, "hello", link, NULL, pln_rows(hello->rows, PLN_HELLO_ROW_SIZE));
    pln_ended_hello(node, link, hello);
    if (hello_lists_more(node, link, hello)) {
        pln_link_shares(node, link);
        return;
    }
    for (size_t s = 0; s < link->share_count; s++) {
        pln_share_t *share = link->shares[s];
        pln_hello_row_t row;
        // Since our HELLO the peer may have been put out: that it lists the network changes
        // nothing.
        share->ended = !hello_lists(node, link, hello, share->net, &row);
        if (!share->ended) {
            share->peer_arrivals = hello->arrivals;
            pln_heads_start(node, link, share, &row);
        }
    }
}

/** A network both came to share after our HELLO (a grant arrived): greet anew on a fresh session.
 */
void pln_link_shares(pln_node_t *node, pln_link_t *link)
{
    link->peer->backoff_ms = 0;
    pln_link_bye(node, link, "greet-again", "the networks we share have changed");
}

/* ---- up, down, end ---- */

static void peer_link_up(pln_node_t *node, pln_link_t *link)
{
    link->peer = pln_peer_get(node, &link->id);
    if (link->dialled) {
        link->peer->dialling = 0;
        pln_dial_at(node, link->peer, link->peer->dial_ms);  // should this link not stay
        node->counters.links_dialled++;
    } else {
        node->counters.links_accepted++;
    }
    if (node->now_ms < link->peer->shun_ms) {
        pln_link_bye(node, link, "offence", "");
        return;
    }
    if (link->peer->link == NULL) {
        link->peer->link = link;
        link->peer->state = PLN_PEER_GREETING;
    }
    pln_hello_greet(node, link);  // whether one link is too many, its HELLO tells
}

/** Whoever holds a ticket has one link with it, the newest. */
static void ticket_link_up(pln_node_t *node, pln_link_t *link)
{
    size_t cursor = 0;
    for (pln_link_t *l; !link->dialled && (l = pln_map_next(&node->links, &cursor)) != NULL;) {
        bool older = l != link && l->as == PLN_LINK_TICKET && !l->dialled && !l->closing;
        if (older && pln_id_equal(&l->id, &link->id)) {
            pln_link_bye(node, l, "duplicate", "");
        }
    }
    pln_join_link_up(node, link);
}

/** Does anybody still wait for this dial? Who gave up a join had called with its ticket's key. */
static bool dial_awaited(pln_node_t *node, const pln_event_t *event)
{
    uint32_t number = event->as.link_up.link;
    const pln_peer_t *peer = pln_map_get(&node->peers, event->as.link_up.peer.bytes);
    return (number & 0x80000000u) != 0 || pln_join_dials(node, number) ||
           (peer != NULL && peer->dialling == number);
}

void pln_link_up(pln_node_t *node, const pln_event_t *event)
{
    if (!dial_awaited(node, event)) {
        pln_fx(node, PLN_FX_CLOSE)->as.close.link = event->as.link_up.link;
        return;
    }
    pln_link_t *link = pln_link_find(node, event->as.link_up.link);
    if (link == NULL) {
        link = pln_alloc_zero(1, sizeof *link);
        link->number = event->as.link_up.link;
        uint8_t key[4];
        pln_put_u32(key, link->number);
        pln_map_put(&node->links, key, link);
    }
    link->dialled = (link->number & 0x80000000u) == 0;
    link->as = event->as.link_up.as;
    if (link->dialled) {  // what we dialled as is ours to know, not the transport's
        link->as = pln_join_dials(node, link->number) ? PLN_LINK_TICKET : PLN_LINK_PEER;
    }
    link->id = event->as.link_up.peer;
    link->up = true;
    link->up_ms = link->heard_ms = link->said_ms = node->now_ms;
    if (event->as.link_up.address != NULL) {
        strncpy(link->address, event->as.link_up.address, sizeof link->address - 1);
    }
    pln_trace(node, "link up", link, NULL, link->number);
    if (link->as == PLN_LINK_TICKET) {
        ticket_link_up(node, link);
    } else if (link->as == PLN_LINK_PUT_OUT) {
        pln_ended_link_up(node, link);
    } else {
        peer_link_up(node, link);
    }
}

void pln_link_down(pln_node_t *node, uint32_t number, pln_down_t why)
{
    pln_link_t *link = pln_link_find(node, number);
    if (link == NULL) {
        // A dial that never came up: the peer is known by the number it was given.
        size_t cursor = 0;
        for (pln_peer_t *peer; (peer = pln_map_next(&node->peers, &cursor)) != NULL;) {
            if (peer->dialling == number) {
                peer->dialling = 0;
                pln_dial_failed(node, peer, why);
            }
        }
        pln_join_link_down(node, number, why);
        return;
    }
    pln_trace(node, "link down", link, NULL, (uint64_t)why);
    pln_peer_t *peer = link->peer;
    bool was_good = link->greeted && node->now_ms >= link->up_ms + LINK_GOOD_MS;
    if (link->as == PLN_LINK_TICKET) {
        pln_join_link_down(node, number, why);
    }
    bool in_use = peer != NULL && peer->link == link;
    if (in_use) {
        peer->link = pln_twin_left(node, peer, link);
    }
    link_remove(node, link);
    if (in_use && peer->link == NULL) {
        if (was_good) {
            peer->backoff_ms = 0;
        }
        pln_dial_failed(node, peer, why);
    }
}

/** From here on nothing is read from or sent on the link; it is removed at the end of the step. */
static void link_close(pln_node_t *node, pln_link_t *link)
{
    link->closing = true;
    node->reap = true;
    pln_fx(node, PLN_FX_CLOSE)->as.close.link = link->number;
    pln_peer_t *peer = link->peer;
    bool in_use = peer != NULL && peer->link == link;
    if (in_use) {
        peer->link = pln_twin_left(node, peer, link);
    }
    if (in_use && peer->link == NULL) {
        if (node->now_ms >= link->up_ms + LINK_GOOD_MS && peer->backoff_ms < PLN_REDIAL_MS_MAX) {
            peer->backoff_ms = 0;
        }
        pln_dial_failed(node, peer, PLN_DOWN_CLOSED);
    }
    cursors_save(node, link);
    pln_searches_drop(node, link->number, NULL);
    pln_serve_drop(link, NULL);
    pln_want_drop_link(node, link);
}

void pln_link_bye(pln_node_t *node, pln_link_t *link, const char *reason, const char *detail)
{
    if (link->closing) {
        return;
    }
    pln_message_t bye = {.type = PLN_MSG_BYE};
    bye.as.bye.reason = PLN_SPAN(reason, strlen(reason));
    bye.as.bye.detail = PLN_SPAN(detail, strlen(detail));
    pln_send(node, link, &bye, (pln_span_t){0});
    link_close(node, link);
}

void pln_links_reap(pln_node_t *node)
{
    while (node->reap) {
        node->reap = false;
        size_t cursor = 0;
        for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
            if (link->closing) {
                link_remove(node, link);
                node->reap = true;  // the map has moved: start over
                break;
            }
        }
    }
}

void pln_link_end(pln_node_t *node, pln_link_t *link, pln_err_t reason, const char *detail)
{
    pln_refuse(node, reason);
    pln_trace(node, pln_error_name(reason), link, NULL, 0);
    if (link->peer != NULL) {
        link->peer->backoff_ms = PLN_REDIAL_MS_MAX;  // an offence is not forgotten in a second,
        link->peer->shun_ms = node->now_ms + PLN_REDIAL_MS_MAX;  // whoever dials
    }
    pln_link_bye(node, link, pln_error_name(reason), detail);
}

void pln_share_end(pln_node_t *node, pln_link_t *link, pln_net_state_t *net, const char *reason,
                   const char *detail)
{
    pln_share_t *share = pln_share_find(link, net);
    if (share == NULL) {
        return;
    }
    bool shown = pln_ended_tell_now(node, link, net);
    pln_message_t bye = {.type = PLN_MSG_BYE};
    bye.as.bye.reason = PLN_SPAN(reason, strlen(reason));
    bye.as.bye.has_network = true;
    bye.as.bye.network = net->id;
    bye.as.bye.detail = PLN_SPAN(detail, strlen(detail));
    if (!shown) {
        pln_send(node, link, &bye, (pln_span_t){0});
    }
    pln_serve_drop(link, net);
    pln_holes_end(node, link, share);
    share->ended = true;
}

/* ---- what comes in ---- */

/** Does nothing but networks that have put us out make us call @peer? */
static bool out_everywhere(const pln_node_t *node, const pln_id_t *peer)
{
    bool out = false;
    for (size_t i = 0; i < node->net_count; i++) {
        if (pln_net_admits(node->nets[i], peer) && !node->nets[i]->put_out) {
            return false;
        }
        out = out || pln_net_admits(node->nets[i], peer);
    }
    return out;
}

static void bye_received(pln_node_t *node, pln_link_t *link, const pln_bye_t *bye)
{
    if (link->as == PLN_LINK_TICKET) {
        pln_join_refused(node, link, bye);
        return;
    }
    if (!bye->has_network) {
        pln_trace(node, "bye", link, NULL, 0);
        if (link->peer != NULL && out_everywhere(node, &link->id)) {
            link->peer->backoff_ms = PLN_REDIAL_MS_MAX;  // asks now and then whether it still is
        }
        link_close(node, link);
        bool restarts = bye->reason.size == 8 && memcmp(bye->reason.data, "shutdown", 8) == 0;
        if (restarts && link->peer != NULL) {
            link->peer->backoff_ms = PLN_REDIAL_MS_MIN;  // it said good-bye: no failure to punish
            pln_dial_at(node, link->peer, node->now_ms + PLN_REDIAL_MS_MIN);
        }
        return;
    }
    pln_net_state_t *net = pln_net_find(node, &bye->network);
    pln_share_t *share = net == NULL ? NULL : pln_share_find(link, net);
    if (share != NULL) {
        pln_serve_drop(link, net);
        pln_holes_end(node, link, share);
        share->ended = true;
    }
    if (bye->evidence.size > 0) {
        pln_ended_heard(node, link, bye);
    }
}

static void open_received(pln_node_t *node, pln_link_t *link, const pln_message_t *message,
                          size_t frame_bytes)
{
    switch (message->type) {
        case PLN_MSG_HEADS:
            pln_heads_received(node, link, &message->as.heads);
            break;
        case PLN_MSG_WANT:
            pln_serve_want(node, link, &message->as.want);
            break;
        case PLN_MSG_ENTRIES:
            pln_run_received(node, link, &message->as.entries, frame_bytes);
            break;
        case PLN_MSG_FORK:
            pln_fork_received(node, link, &message->as.fork);
            break;
        case PLN_MSG_CREDIT:
            pln_serve_credit(node, link, message->as.credit);
            break;
        case PLN_MSG_PRUNE:
            pln_prune_received(node, link, &message->as.network);
            break;
        case PLN_MSG_GRAFT:
            pln_graft_received(node, link, &message->as.network);
            break;
        case PLN_MSG_TWIN:
            pln_twin_received(node, link, &message->as.twin);
            break;
        case PLN_MSG_PRESENCE:
            pln_presence_received(node, link, &message->as.presence);
            break;
        case PLN_MSG_DIGEST:
            pln_digest_received(node, link, &message->as.digest);
            break;
        default:
            assert(false);
    }
}

static void message_received(pln_node_t *node, pln_link_t *link, const pln_message_t *message,
                             size_t frame_bytes)
{
    pln_message_state_t state = pln_message_state(message->type);
    bool ticket = link->as == PLN_LINK_TICKET;
    if (message->type == PLN_MSG_BYE) {
        bye_received(node, link, &message->as.bye);
    } else if (link->as == PLN_LINK_PUT_OUT) {
        pln_refuse(node, PLN_EFOREIGN);  // it is told, not asked
    } else if (ticket && message->type == PLN_MSG_JOIN && !link->dialled) {
        pln_join_received(node, link, &message->as.join);
    } else if (ticket && message->type == PLN_MSG_WELCOME && link->dialled) {
        pln_join_welcome(node, link, &message->as.welcome);
    } else if (!ticket && state == PLN_STATE_GREET) {
        pln_hello_received(node, link, &message->as.hello);
    } else if (!ticket && state == PLN_STATE_OPEN && link->greeted) {
        open_received(node, link, message, frame_bytes);
    } else {
        pln_link_end(node, link, PLN_EORDER, "a message this state of the session does not allow");
    }
}

void pln_link_received(pln_node_t *node, const pln_event_t *event)
{
    pln_link_t *link = pln_link_find(node, event->as.received.link);
    if (link == NULL || link->closing) {
        return;
    }
    link->heard_ms = node->now_ms;
    if (link->peer != NULL) {
        link->peer->heard_wall_ms = node->wall_ms;
    }
    node->counters.frames_received++;
    node->counters.bytes_received += event->as.received.frame.size;
    pln_message_t message;
    pln_err_t error = pln_message_decode(event->as.received.frame, &message);
    if (error == PLN_EUNKNOWN) {
        pln_refuse(node, error);
    } else if (error != PLN_OK) {
        pln_link_end(node, link, error, "a frame that does not follow the grammar");
    } else {
        message_received(node, link, &message, event->as.received.frame.size);
    }
}

/* ---- time ---- */

static void link_scan(pln_node_t *node, pln_link_t *link)
{
    if (node->now_ms >= link->heard_ms + PLN_SILENCE_MS) {
        pln_link_bye(node, link, "silence", "");
        return;
    }
    if (link->greeted && node->now_ms >= link->said_ms + PLN_KEEPALIVE_MS) {
        pln_message_t alive = {.type = PLN_MSG_CREDIT, .as.credit = link->granted};
        pln_send(node, link, &alive, (pln_span_t){0});
    }
    if (link->has_twin) {
        pln_twins_scan(node, link);
    }
    for (size_t i = 0; i < link->share_count && link->greeted; i++) {
        if (!link->shares[i]->ended) {
            pln_heads_scan(node, link, link->shares[i]);
        }
    }
}

void pln_links_scan(pln_node_t *node)
{
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        if (link->up && !link->closing) {
            link_scan(node, link);
        }
    }
}
