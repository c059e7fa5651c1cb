// SPDX-License-Identifier: MPL-2.0
// A link and the session on it: up, what may be said when, BYE, down.
//
//     up -> (HELLO both ways) -> greeted -> every message of state OPEN -> BYE or silence -> down
//
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "node_branch.h"
#include "node_join.h"
#include "node_terms.h"
#include "node_withdraw.h"

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

/** A grant came after our HELLO, and both share one more network: greet anew. */
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
        pln_map_init(&link->serving_by_chain, PLN_SERVING_KEY_SIZE, node->secret);
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
