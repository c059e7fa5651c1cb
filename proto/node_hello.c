// SPDX-License-Identifier: MPL-2.0
// HELLO: which networks two nodes share, and how far each knows the other (SPEC 9.4).
#include <stdlib.h>
#include <string.h>

#include "node_state.h"
#include "node_terms.h"

#define CLOCK_BIAS (UINT64_C(1) << 62)

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
    if (!pln_net_admits(net, &link->id)) {
        return false;
    }
    pln_hello_hash(&net->id, &link->id, &node->self->id, hello->nonce, hash);
    for (size_t i = 0; i < pln_rows(hello->rows, PLN_HELLO_ROW_SIZE); i++) {
        pln_hello_row_read(hello->rows, i, row);
        if (memcmp(row->hash, hash, sizeof hash) == 0) {
            return true;
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
