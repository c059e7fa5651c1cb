// SPDX-License-Identifier: MPL-2.0
// Two machines with one key: whoever talks with both keeps both links and tells each of the other.
//
//     HELLO names store and start -> both as on the peer's other link: one link too many
//                                 -> else: both links stay; when both have spoken, TWIN to both,
//                                    again and again for as long as both are there
//
// Each goes on in an epoch of its own (node_epochs.c); what is left to do is people's: to switch
// one of them off, or give it a key of its own.
#include <string.h>

#include "node_terms.h"

#define TWINS_MAX 2u       /**< links of one id at a time */
#define WROTE_MS 86400000u /**< for so long people are told what another machine wrote */

pln_link_t *pln_peer_next_link(pln_node_t *node, const pln_peer_t *peer, size_t *cursor)
{
    pln_link_t *link = NULL;
    if (peer->link == NULL && *cursor == 0) {
        return NULL;  // the usual case, without a walk
    }
    do {
        link = pln_map_next(&node->links, cursor);
    } while (link != NULL && (link->peer != peer || link->closing));
    return link;
}

/** Of two links to one machine the one dialled by the smaller id stays; of two dialled alike, the
 * newer. */
static bool keep_other(const pln_node_t *node, const pln_link_t *other, const pln_link_t *link)
{
    if (other->dialled == link->dialled) {
        return other->up_ms != link->up_ms ? other->up_ms > link->up_ms
                                           : other->number > link->number;
    }
    bool self_is_smaller = pln_id_compare(&node->self->id, &other->id) < 0;
    return other->dialled == self_is_smaller;
}

static void tell(pln_node_t *node, pln_link_t *to, const pln_link_t *of)
{
    pln_message_t twin = {.type = PLN_MSG_TWIN};
    twin.as.twin.since_ms = node->wall_ms - (node->now_ms - of->up_ms);
    twin.as.twin.address = PLN_SPAN(of->address, strlen(of->address));
    pln_send(node, to, &twin, (pln_span_t){0});
}

/** One store, and no other start of plnd with a copy of it. */
static bool one_machine(const pln_link_t *a, const pln_link_t *b)
{
    return memcmp(a->store.bytes, b->store.bytes, sizeof a->store.bytes) == 0 &&
           memcmp(a->start, b->start, sizeof a->start) == 0;
}

/** Another greeted link of the same peer, with the same machine or with another one. */
static pln_link_t *rival(pln_node_t *node, const pln_link_t *link, bool same)
{
    size_t cursor = 0;
    for (pln_link_t *other; (other = pln_map_next(&node->links, &cursor)) != NULL;) {
        if (other != link && other->peer == link->peer && other->greeted && !other->closing &&
            one_machine(other, link) == same) {
            return other;
        }
    }
    return NULL;
}

bool pln_twins_settle(pln_node_t *node, pln_link_t *link)
{
    pln_link_t *other = rival(node, link, true);
    if (other != NULL && keep_other(node, other, link)) {
        pln_link_bye(node, link, "duplicate", "");
        return false;
    }
    if (other != NULL) {
        pln_link_bye(node, other, "duplicate", "");
    }
    size_t twins = 1;
    size_t cursor = 0;
    for (pln_link_t *next; (next = pln_peer_next_link(node, link->peer, &cursor)) != NULL;) {
        twins += next != link && next->greeted;
    }
    other = rival(node, link, false);
    if (other != NULL && twins > TWINS_MAX) {
        pln_link_bye(node, other, "duplicate", "");
        other = rival(node, link, false);
    }
    if (other != NULL) {
        link->has_twin = other->has_twin = true;
        link->told_twin_ms = other->told_twin_ms = 0;
    }
    pln_link_t *used = link->peer->link;
    bool replaced = used != NULL && memcmp(used->store.bytes, link->store.bytes, 16) == 0;
    if (used == NULL || !used->greeted || used->closing || replaced) {
        link->peer->link = link;
    }
    return true;
}

/** A machine that was replaced leaves a link behind that says nothing more: no twin. */
void pln_twins_scan(pln_node_t *node, pln_link_t *link)
{
    const pln_link_t *other = rival(node, link, false);
    link->has_twin = other != NULL;
    bool both_speak =
        other != NULL && link->heard_ms > other->up_ms && other->heard_ms > link->up_ms;
    if (!both_speak) {
        return;
    }
    bool first = link->told_twin_ms == 0;
    if (first) {
        pln_trace(node, "two machines with one key", link, NULL, other->number);
    }
    if (first || node->now_ms >= link->told_twin_ms + PLN_KEEPALIVE_MS) {
        link->told_twin_ms = node->now_ms;
        tell(node, link, other);
    }
    pln_wake(node, link->told_twin_ms + PLN_KEEPALIVE_MS);
}

pln_link_t *pln_twin_left(pln_node_t *node, const pln_peer_t *peer, const pln_link_t *gone)
{
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        if (link != gone && link->peer == peer && !link->closing && link->greeted) {
            return link;
        }
    }
    return NULL;
}

/* ---- our own ---- */

/** Has a peer said so, and not fallen silent about it since? */
static bool is_told(const pln_node_t *node)
{
    return node->twin.told_wall_ms != 0 && node->now_ms < node->twin_told_ms + PLN_SILENCE_MS;
}

void pln_twin_received(pln_node_t *node, pln_link_t *link, const pln_twin_t *twin)
{
    pln_twin_view_t *known = &node->twin;
    bool first = !is_told(node);
    known->told_wall_ms = node->wall_ms;
    node->twin_told_ms = node->now_ms;
    known->told_by = link->id;
    known->since_ms = twin->since_ms;
    memset(known->address, 0, sizeof known->address);
    memcpy(known->address, twin->address.data, twin->address.size);
    if (first) {
        pln_trace(node, "another machine runs with this key", link, NULL, twin->since_ms);
    }
}

void pln_twin_wrote(pln_node_t *node, const pln_link_t *link)
{
    node->twin.wrote_wall_ms = node->wall_ms;
    node->twin.told_by = is_told(node) ? node->twin.told_by : link->id;
}

bool pln_node_twin(const pln_node_t *node, pln_twin_view_t *out)
{
    *out = node->twin;
    if (!is_told(node)) {
        out->told_wall_ms = out->since_ms = 0;
        out->address[0] = '\0';
    }
    if (node->wall_ms >= out->wrote_wall_ms + WROTE_MS) {
        out->wrote_wall_ms = 0;
    }
    return out->told_wall_ms != 0 || out->wrote_wall_ms != 0;
}
