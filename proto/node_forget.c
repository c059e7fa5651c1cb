// SPDX-License-Identifier: MPL-2.0
// Parting from a network, and deleting what is held of one, slice by slice.
//
//     leave stored -> the others hear of it -> sessions end -> nothing of it in the writer
//                  -> chains, lane 0 last -> rows, the network's own last -> gone from memory
//
// The network's row says `forgetting` from the first moment to the last, so a start in the middle
// goes on: what is deleted already is skipped by the store. Two things outlive it, because others
// still know of them: which chain numbers were given, and which epochs this node has written in.
#include <stdlib.h>
#include <string.h>

#include "node_aside.h"
#include "node_blocked.h"
#include "node_branch.h"
#include "node_disk.h"
#include "node_join.h"
#include "node_terms.h"
#include "node_withdraw.h"

#define PART_MS 5000u /**< so long the leave may take to the peers: more than PLN_LAZY_MS */
#define CHAINS_PER_SLICE 1024u /**< effects of one step */
#define ROWS_PER_SLICE 4096u
#define RETRY_MS 5000u /**< after the disk refused */

/** Key in PLN_TABLE_CHAINS; arrivals name deleted chains, so their numbers stay taken. */
static const char next_key[] = "next";

/** A row that the slice in the writer deletes. */
typedef struct {
    pln_table_t table;
    uint8_t key[69];
    uint8_t size;
} row_t;

struct pln_forget {
    uint64_t job;           /**< the slice in the writer; 0 none */
    uint64_t not_before_ms; /**< after a failure */
    bool last;              /**< that slice deletes the network's own row */
    row_t *rows;
    size_t row_count;
};

/* ---- parting ---- */

void pln_part(pln_node_t *node, pln_net_state_t *net)
{
    net->left = net->parting = true;
    net->part_ms = node->now_ms + PART_MS;
    pln_wake(node, node->now_ms);
}

static bool has_session(pln_node_t *node, const pln_net_state_t *net)
{
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        if (!link->closing && pln_share_find(link, net) != NULL) {
            return true;
        }
    }
    return false;
}

/** Whoever hears of the leave ends the session itself; the others are not waited for long. */
static void part_scan(pln_node_t *node, pln_net_state_t *net)
{
    if (node->now_ms < net->part_ms && has_session(node, net)) {
        pln_wake(node, net->part_ms);
        return;
    }
    net->parting = false;
    pln_net_refold(node, net);
}

/* ---- beginning: nothing in memory but the network itself may name its chains ---- */

static bool job_names(const pln_pending_t *job, const pln_net_state_t *net)
{
    for (size_t i = 0; job != NULL && i < job->count; i++) {
        if (job->ops[i].chain->net == net) {
            return true;
        }
    }
    return false;
}

static bool in_writer(const pln_node_t *node, const pln_net_state_t *net)
{
    for (const pln_pending_t *job = node->pending; job != NULL; job = job->next) {
        if (job_names(job, net)) {
            return true;
        }
    }
    return job_names(node->job, net);
}

static void shares_remove(pln_node_t *node, pln_link_t *link, const pln_net_state_t *net)
{
    pln_serve_drop(link, net);
    size_t kept = 0;
    for (size_t i = 0; i < link->share_count; i++) {
        if (link->shares[i]->net == net) {
            pln_holes_end(node, link, link->shares[i]);
            pln_share_free(link->shares[i]);
        } else {
            link->shares[kept++] = link->shares[i];
        }
    }
    link->share_count = kept;
}

static void wants_end(pln_node_t *node, pln_net_state_t *net)
{
    size_t cursor = 0;
    for (pln_chain_t *chain; (chain = pln_map_next(&net->chains, &cursor)) != NULL;) {
        if (chain->asked_link != 0) {
            pln_want_again(node, chain);
        }
    }
    cursor = 0;
    for (pln_chain_t *chain; (chain = pln_map_next(&net->chains, &cursor)) != NULL;) {
        chain->waiting = chain->open = false;
        chain->want_seq = 0;
    }
    net->waiting = net->waiting_last = NULL;
    net->open_wants = 0;
}

/** What remains is counted anew: entries set aside are here too. */
static void remains_count(pln_net_state_t *net)
{
    net->records = net->bytes = 0;
    size_t cursor = 0;
    for (pln_chain_t *chain; (chain = pln_map_next(&net->chains, &cursor)) != NULL;) {
        if (chain->place.lane == PLN_LANE_RECORDS) {
            net->records += chain->durable.seq - chain->base.seq;
            net->bytes += chain->durable.cum - chain->base.cum;
        }
    }
}

static void begin(pln_node_t *node, pln_net_state_t *net)
{
    net->forget = pln_alloc_zero(1, sizeof *net->forget);
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        shares_remove(node, link, net);
    }
    pln_searches_drop(node, 0, net);
    wants_end(node, net);
    remains_count(net);
    cursor = 0;
    for (pln_invitation_t *t; (t = pln_map_next(&node->tickets, &cursor)) != NULL;) {
        if (memcmp(t->network.bytes, net->id.bytes, 32) == 0) {
            pln_effect_t *effect = pln_fx(node, PLN_FX_ADMIT);
            effect->as.admit.as = PLN_LINK_TICKET;
            effect->as.admit.id = t->key;
            effect->as.admit.admit = false;
        }
    }
    pln_trace(node, "forgetting", NULL, NULL, net->chains.count);
}

/* ---- chains ---- */

static void number_save(pln_node_t *node)
{
    pln_buf_t value = {0};
    pln_buf_u32(&value, node->next_chain);
    pln_save(node, PLN_TABLE_CHAINS, next_key, sizeof next_key - 1, &value);
    pln_buf_free(&value);
}

pln_err_t pln_forget_load(pln_node_t *node, pln_span_t key, pln_span_t value)
{
    if (key.size != sizeof next_key - 1 || memcmp(key.data, next_key, key.size) != 0 ||
        value.size != 4) {
        return PLN_EMALFORMED;
    }
    uint32_t number = pln_get_u32(value.data);
    node->next_chain = number > node->next_chain ? number : node->next_chain;
    return PLN_OK;
}

static void lane_slice(pln_node_t *node, pln_net_state_t *net, uint8_t lane, size_t *count,
                       uint64_t *entries)
{
    size_t cursor = 0;
    for (pln_chain_t *chain; *count < CHAINS_PER_SLICE && *entries < PLN_FORGET_ENTRIES &&
                             (chain = pln_map_next(&net->chains, &cursor)) != NULL;) {
        if (chain->place.lane == lane && chain->forgotten < chain->durable.seq) {
            pln_effect_t *effect = pln_fx(node, PLN_FX_FORGET);
            effect->as.forget.chain = chain->number;
            effect->as.forget.upto = chain->durable.seq;
            pln_job_op(node, PLN_FX_FORGET, chain);
            *entries += chain->durable.seq - chain->forgotten;
            (*count)++;
        }
    }
}

/** Lane 0 goes last: it has the network's name, for whoever looks meanwhile. */
static bool chains_slice(pln_node_t *node, pln_net_state_t *net)
{
    size_t count = 0;
    uint64_t entries = 0;
    lane_slice(node, net, PLN_LANE_RECORDS, &count, &entries);
    lane_slice(node, net, PLN_LANE_CONTROL, &count, &entries);
    if (count > 0) {
        number_save(node);
        pln_epochs_retire(node, net);
    }
    return count > 0;
}

void pln_forget_progress(pln_chain_t *chain, const pln_stored_t *result)
{
    uint64_t end = result->end.seq < chain->durable.seq ? result->end.seq : chain->durable.seq;
    if (end <= chain->forgotten) {
        return;
    }
    if (chain->place.lane == PLN_LANE_RECORDS) {
        chain->net->records -= end - chain->forgotten;
        chain->net->bytes -= end == chain->durable.seq ? chain->durable.cum - chain->base.cum : 0;
    }
    chain->forgotten = end;
}

/* ---- rows ---- */

static bool row_add(pln_forget_t *forget, pln_table_t table, const void *a, size_t a_size,
                    const void *b, size_t b_size)
{
    if (forget->row_count == ROWS_PER_SLICE) {
        return false;
    }
    row_t *row = &forget->rows[forget->row_count++];
    row->table = table;
    row->size = (uint8_t)(a_size + b_size);
    memcpy(row->key, a, a_size);
    if (b_size > 0) {
        memcpy(row->key + a_size, b, b_size);
    }
    return true;
}

/** Is the peer somebody in another network, called, or given by hand? Then it stays. */
static bool peer_needed(pln_node_t *node, const pln_net_state_t *net, const pln_peer_t *peer)
{
    if (pln_node_admits(node, &peer->id) || peer->link != NULL || peer->dialling != 0) {
        return true;
    }
    for (size_t i = 0; i < peer->address_count; i++) {
        if (peer->addresses[i].source == PLN_FROM_USER) {
            return true;
        }
    }
    for (size_t i = 0; i < node->net_count; i++) {
        pln_net_state_t *other = node->nets[i];
        pln_member_t member;
        if (other != net && (pln_access_member(other->access, &peer->id, &member) == PLN_OK ||
                             pln_map_get(&other->presences, peer->id.bytes) != NULL ||
                             pln_promises(other, &peer->id))) {
            return true;
        }
    }
    return false;
}

static bool marks_collect(pln_net_state_t *net, pln_forget_t *forget)
{
    bool all = true;
    size_t cursor = 0;
    for (pln_chain_t *chain; all && (chain = pln_map_next(&net->chains, &cursor)) != NULL;) {
        for (size_t i = 0; i < chain->mark_count && all; i++) {
            uint8_t key[PLN_MARK_KEY_SIZE];
            pln_mark_key(chain, chain->marks[i].seq, key);
            all = row_add(forget, PLN_TABLE_WITHHELD, key, sizeof key, NULL, 0);
        }
    }
    return all;
}

static bool asides_collect(pln_node_t *node, pln_net_state_t *net, pln_forget_t *forget)
{
    bool all = true;
    size_t cursor = 0;
    for (pln_chain_t *chain; all && (chain = pln_map_next(&net->chains, &cursor)) != NULL;) {
        uint8_t key[4];
        pln_put_u32(key, chain->number);
        all = pln_aside_since(node, chain) == 0 ||
              row_add(forget, PLN_TABLE_ASIDE, key, sizeof key, NULL, 0);
    }
    return all;
}

/** As many rows as one slice may delete; true when these are all. */
static bool rows_collect(pln_node_t *node, pln_net_state_t *net, pln_forget_t *forget)
{
    bool all = marks_collect(net, forget) && asides_collect(node, net, forget);
    size_t cursor = 0;
    while (all && pln_map_next(&net->blocked, &cursor) != NULL) {
        all = row_add(forget, PLN_TABLE_WANTED, net->id.bytes, 32,
                      pln_map_key(&net->blocked, cursor), 37);
    }
    for (size_t i = 0; all && i < net->evidence_count; i++) {
        all =
            row_add(forget, PLN_TABLE_EVIDENCE, net->id.bytes, 32, net->evidence[i].hash.bytes, 32);
    }
    cursor = 0;
    while (all && pln_map_next(&net->forks, &cursor) != NULL) {
        all = row_add(forget, PLN_TABLE_FORKS, net->id.bytes, 32, pln_map_key(&net->forks, cursor),
                      37);
    }
    cursor = 0;
    while (all && pln_map_next(&net->presences, &cursor) != NULL) {
        all = row_add(forget, PLN_TABLE_PRESENCE, net->id.bytes, 32,
                      pln_map_key(&net->presences, cursor), 32);
    }
    cursor = 0;
    while (all && pln_map_next(&node->cursors, &cursor) != NULL) {
        const uint8_t *key = pln_map_key(&node->cursors, cursor);
        all = memcmp(key + 32, net->id.bytes, 32) != 0 ||
              row_add(forget, PLN_TABLE_CURSORS, key, 64, NULL, 0);
    }
    cursor = 0;
    for (pln_invitation_t *t; all && (t = pln_map_next(&node->tickets, &cursor)) != NULL;) {
        all = memcmp(t->network.bytes, net->id.bytes, 32) != 0 ||
              row_add(forget, PLN_TABLE_TICKETS, t->key.bytes, 32, NULL, 0);
    }
    cursor = 0;
    for (pln_peer_t *peer; all && (peer = pln_map_next(&node->peers, &cursor)) != NULL;) {
        all = peer_needed(node, net, peer) ||
              row_add(forget, PLN_TABLE_PEERS, peer->id.bytes, 32, NULL, 0);
    }
    return all;
}

static void rows_slice(pln_node_t *node, pln_net_state_t *net)
{
    pln_forget_t *forget = net->forget;
    forget->row_count = 0;
    if (forget->rows == NULL) {
        forget->rows = pln_alloc(ROWS_PER_SLICE * sizeof *forget->rows);
    }
    forget->last = rows_collect(node, net, forget);
    for (size_t i = 0; i < forget->row_count; i++) {
        pln_forget_row(node, forget->rows[i].table, forget->rows[i].key, forget->rows[i].size);
    }
    if (forget->last) {
        pln_forget_row(node, PLN_TABLE_NETWORKS, net->id.bytes, 32);
    }
}

/** The rows are gone from the disk: memory follows. */
static void rows_drop(pln_node_t *node, pln_net_state_t *net)
{
    for (size_t i = 0; i < net->forget->row_count; i++) {
        const row_t *row = &net->forget->rows[i];
        void *value = NULL;
        switch (row->table) {
            case PLN_TABLE_WANTED:
                pln_want_drop_blocked(node, net, row->key + 32);
                break;
            case PLN_TABLE_FORKS:
                break;  // with the network
            case PLN_TABLE_PRESENCE:
                value = pln_map_remove(&net->presences, row->key + 32);
                if (value != NULL) {
                    pln_presence_free(value);
                }
                value = NULL;
                break;
            case PLN_TABLE_WITHHELD:
                pln_mark_drop(node->chains[pln_get_u32(row->key)], pln_get_u64(row->key + 4));
                break;
            case PLN_TABLE_ASIDE:
                pln_aside_drop(node, pln_get_u32(row->key));
                break;
            case PLN_TABLE_CURSORS:
                value = pln_map_remove(&node->cursors, row->key);
                break;
            case PLN_TABLE_TICKETS:
                value = pln_map_remove(&node->tickets, row->key);
                break;
            case PLN_TABLE_EVIDENCE:
                net->evidence_count = 0;
                break;
            default:
                value = pln_map_get(&node->peers, row->key);
                if (value != NULL && !peer_needed(node, net, value)) {
                    pln_peer_free(pln_map_remove(&node->peers, row->key));
                }
                value = NULL;
                break;
        }
        free(value);
    }
    net->forget->row_count = 0;
}

/* ---- the end ---- */

void pln_forget_free(pln_net_state_t *net)
{
    if (net->forget != NULL) {
        free(net->forget->rows);
        free(net->forget);
        net->forget = NULL;
    }
}

void pln_net_drop(pln_node_t *node, pln_net_state_t *net)
{
    size_t index = 0;
    while (node->nets[index] != net) {
        index++;
    }
    size_t cursor = 0;
    for (pln_chain_t *chain; (chain = pln_map_next(&net->chains, &cursor)) != NULL;) {
        node->chains[chain->number] = NULL;
    }
    pln_trace(node, "forgotten", NULL, NULL, net->chains.count);
    pln_map_remove(&node->net_by_id, net->id.bytes);
    node->net_count--;
    memmove(&node->nets[index], &node->nets[index + 1],
            (node->net_count - index) * sizeof(pln_net_state_t *));
    pln_net_free(net);
}

void pln_forget_stored(pln_node_t *node, uint64_t job, pln_err_t error)
{
    for (size_t i = node->net_count; i > 0; i--) {
        pln_net_state_t *net = node->nets[i - 1];
        pln_forget_t *forget = net->forget;
        if (forget == NULL || forget->job != job) {
            continue;
        }
        forget->job = 0;
        if (error != PLN_OK) {
            forget->not_before_ms = node->now_ms + RETRY_MS;
            continue;
        }
        bool last = forget->last;
        rows_drop(node, net);
        if (last) {
            pln_net_drop(node, net);
        }
    }
}

static void slice(pln_node_t *node, pln_net_state_t *net)
{
    if (net->forget == NULL) {
        if (in_writer(node, net)) {
            return;  // its STORED wakes us
        }
        begin(node, net);
    }
    pln_forget_t *forget = net->forget;
    if (forget->job != 0) {
        return;
    }
    if (node->now_ms < forget->not_before_ms) {
        pln_wake(node, forget->not_before_ms);
        return;
    }
    forget->last = false;
    if (!chains_slice(node, net)) {
        rows_slice(node, net);
    }
    forget->job = pln_job(node)->number;
}

void pln_forget_scan(pln_node_t *node)
{
    for (size_t i = 0; i < node->net_count; i++) {
        pln_net_state_t *net = node->nets[i];
        if (net->parting) {
            part_scan(node, net);
        }
        pln_aside_scan(node, net);
        if (net->forgetting && !net->parting) {
            slice(node, net);
        }
    }
}
