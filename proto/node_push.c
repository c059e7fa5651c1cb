// SPDX-License-Identifier: MPL-2.0
// Live: small runs go at once along eager links, are announced on lazy ones; duplicates prune
// (R21).
#include <stdlib.h>
#include <string.h>

#include "node_branch.h"

#define PRUNE_AGAIN_MS 1000u
#define COMPARE_MS 5000u /**< after the last push: has it come? */
#define FLUSH_MS 50u     /**< announcements of large runs are gathered for so long */

static void dirty_add(pln_node_t *node, pln_share_t *share, pln_chain_t *chain, uint64_t delay_ms)
{
    for (size_t i = share->dirty_count; i > 0 && i + 8 > share->dirty_count; i--) {
        if (share->dirty[i - 1] == chain) {
            return;  // lately added already: the row is written with the newest head anyway
        }
    }
    if (share->dirty_count == share->dirty_capacity) {
        share->dirty_capacity = share->dirty_capacity == 0 ? 8 : share->dirty_capacity * 2;
        share->dirty = pln_realloc(share->dirty, share->dirty_capacity * sizeof(pln_chain_t *));
    }
    share->dirty[share->dirty_count++] = chain;
    if (share->flush_ms == 0) {
        share->flush_ms = node->now_ms + delay_ms;
        pln_wake(node, share->flush_ms);
    }
}

/** Lane 1 is not announced on this link yet: what changes meanwhile joins the list (see
 * node_heads.c). */
static void change_note(pln_share_t *share, const pln_chain_t *chain, uint64_t from)
{
    if (!share->cursor_valid) {
        return;
    }
    for (size_t i = 0; i < share->change_count; i++) {
        if (share->changes[i].chain == chain->number) {
            return;
        }
    }
    share->changes =
        pln_realloc(share->changes, (share->change_count + 1) * sizeof *share->changes);
    share->changes[share->change_count++] = (struct pln_change){chain->number, from};
}

static bool push_run(pln_node_t *node, pln_link_t *link, pln_share_t *share, pln_chain_t *chain,
                     const pln_stored_t *result)
{
    pln_message_t message = {.type = PLN_MSG_ENTRIES};
    pln_entries_t *entries = &message.as.entries;
    entries->place = chain->place;
    entries->from = result->base.seq + 1;
    entries->to = result->end.seq;
    entries->base = result->base.hash;
    entries->signature = result->signature;
    entries->flags = PLN_ENTRIES_PUSHED;
    if (share->announced && share->dirty_count == 0 && pln_serve_idle(link)) {
        entries->upto = result->arrival;
    }
    entries->run = result->run;
    pln_buf_t head = {0};
    pln_message_encode(&message, &head);
    uint64_t bytes = head.size + entries->run.size;
    pln_buf_free(&head);
    if (bytes > link->peer_granted - link->sent) {
        return false;
    }
    link->sent += bytes;
    node->counters.runs_pushed++;
    node->counters.runs_sent++;
    pln_send(node, link, &message, entries->run);
    return true;
}

static void push_to(pln_node_t *node, pln_link_t *link, pln_share_t *share, pln_chain_t *chain,
                    const pln_stored_t *result)
{
    share->moved_ms = node->now_ms;
    share->had_news = true;
    share->compare_ms = node->now_ms + COMPARE_MS;
    bool control = chain->place.lane == PLN_LANE_CONTROL;
    if (!control && !share->announced) {
        change_note(share, chain, result->base.seq + 1);
        return;
    }
    bool small = result->run.size > 0 && result->run.size <= PLN_LIVE_RUN_MAX;
    if (!small || share->lazy || !push_run(node, link, share, chain, result)) {
        dirty_add(node, share, chain, small ? 0 : FLUSH_MS);
    }
}

void pln_push(pln_node_t *node, pln_chain_t *chain, const pln_stored_t *result, uint32_t from_link)
{
    if (chain->counted.seq < result->end.seq) {
        return;  // set aside: nobody else is to have it
    }
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        if (!link->greeted || link->closing || link->number == from_link) {
            continue;
        }
        pln_share_t *share = pln_share_find(link, chain->net);
        if (share != NULL) {
            push_to(node, link, share, chain, result);
        }
    }
}

void pln_push_flush(pln_node_t *node, pln_link_t *link, pln_share_t *share)
{
    if (share->flush_ms == 0 || share->flush_ms > node->now_ms) {
        if (share->flush_ms != 0) {
            pln_wake(node, share->flush_ms);
        }
        return;
    }
    pln_buf_t rows = {0};
    for (size_t i = 0; i < share->dirty_count; i++) {
        pln_chain_t *chain = share->dirty[i];
        pln_row_t row;
        bool still = chain->place.lane == PLN_LANE_CONTROL || share->announced;
        if (still && pln_head_row(link, chain, &row)) {
            pln_row_write(&row, &rows);
        }
        if (rows.size + PLN_HEADS_ROW_SIZE > PLN_HEADS_PAGE_BYTES || i + 1 == share->dirty_count) {
            pln_message_t heads = {.type = PLN_MSG_HEADS};
            heads.as.heads.network = share->net->id;
            heads.as.heads.flags = share->lazy ? (uint32_t)PLN_HEADS_LAZY : 0u;
            if (i + 1 == share->dirty_count && share->announced) {
                heads.as.heads.upto = node->arrivals;
            }
            heads.as.heads.rows = pln_buf_span(&rows);
            pln_send(node, link, &heads, (pln_span_t){0});
            pln_buf_clear(&rows);
        }
    }
    pln_buf_free(&rows);
    share->dirty_count = 0;
    share->flush_ms = 0;
}

void pln_push_announce(pln_node_t *node, pln_net_state_t *net, const pln_place_t *place)
{
    pln_chain_t *first = pln_chain_find(net, &place->author, place->epoch, place->lane);
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        pln_share_t *share = link->greeted && !link->closing ? pln_share_find(link, net) : NULL;
        for (pln_chain_t *c = first; share != NULL && share->announced && c != NULL;
             c = c->next_branch) {
            dirty_add(node, share, c, FLUSH_MS);
        }
    }
}

/** How many links of the network are eager; *brought: which of the lazy ones last brought news. */
static size_t eager_links(pln_node_t *node, pln_net_state_t *net, pln_link_t **brought)
{
    size_t eager = 0;
    uint64_t newest_ms = 0;
    size_t cursor = 0;
    *brought = NULL;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        pln_share_t *share = link->greeted && !link->closing ? pln_share_find(link, net) : NULL;
        if (share == NULL) {
            continue;
        }
        eager += !share->lazy;
        if (share->lazy && share->brought_ms >= newest_ms) {
            newest_ms = share->brought_ms;
            *brought = link;
        }
    }
    return eager;
}

void pln_push_duplicate(pln_node_t *node, pln_link_t *link, pln_chain_t *chain)
{
    pln_share_t *share = pln_share_find(link, chain->net);
    bool recent = chain->stored_link != 0 && chain->stored_link != link->number &&
                  node->now_ms < chain->stored_ms + PLN_DUPLICATE_MS;
    bool again =
        share != NULL && share->pruned_peer && node->now_ms < share->pruned_ms + PRUNE_AGAIN_MS;
    if (share == NULL || again || !recent) {
        return;  // a peer without another link never brings a duplicate, so it is never pruned
    }
    pln_link_t *other;
    if (!share->lazy && eager_links(node, chain->net, &other) <= 1) {
        return;  // two that came at once, each first by another link: the last one stays
    }
    share->pruned_peer = true;
    share->pruned_ms = node->now_ms;
    share->lazy = true;
    node->counters.prunes++;
    pln_message_t prune = {.type = PLN_MSG_PRUNE, .as.network = chain->net->id};
    pln_send(node, link, &prune, (pln_span_t){0});
}

void pln_prune_received(pln_node_t *node, pln_link_t *link, const pln_network_id_t *network)
{
    pln_share_t *share = pln_share_named(node, link, network);
    if (share == NULL) {
        return;
    }
    // Of two that prune each other the smaller id stays eager, or the tree might lose an edge; when
    // the other still gets duplicates it says so again.
    bool spared =
        share->pruned_peer && !share->spared && pln_id_compare(&node->self->id, &link->id) < 0;
    share->lazy = !spared;
    share->spared = spared;
    pln_link_t *other;
    if (eager_links(node, share->net, &other) == 0 && other != NULL) {
        pln_graft(node, other, share->net);  // what we publish must not wait to be asked for
    }
}

void pln_graft_received(pln_node_t *node, pln_link_t *link, const pln_network_id_t *network)
{
    pln_share_t *share = pln_share_named(node, link, network);
    if (share != NULL) {
        share->lazy = share->pruned_peer = share->spared = false;
    }
}

void pln_graft(pln_node_t *node, pln_link_t *link, pln_net_state_t *net)
{
    pln_share_t *share = pln_share_find(link, net);
    if (share == NULL) {
        return;
    }
    share->pruned_peer = share->lazy = share->spared = false;
    node->counters.grafts++;
    pln_message_t graft = {.type = PLN_MSG_GRAFT, .as.network = net->id};
    pln_send(node, link, &graft, (pln_span_t){0});
}
