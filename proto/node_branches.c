// SPDX-License-Identifier: MPL-2.0
// Branches: a chain of its own number that leaves another of the same place behind a head of it
// (R6). Chains that are not forked never come here but for one comparison.
#include <string.h>

#include "hash.h"
#include "node_branch.h"
#include "node_withdraw.h"

/** Of one's own chain every payload of every branch is wanted: some may have to be said again. */
static void branches_come_home(const pln_node_t *node, const pln_chain_t *branch)
{
    const pln_place_t *place = &branch->place;
    pln_chain_t *c = pln_chain_find(branch->net, &place->author, place->epoch, place->lane);
    bool own = pln_id_equal(&place->author, &node->self->id) && place->lane == PLN_LANE_RECORDS;
    for (; own && c != NULL; c = c->next_branch) {
        c->homing = true;
        pln_marks_recount(c);
    }
}

pln_chain_t *pln_branch_add(pln_node_t *node, pln_chain_t *parent, const pln_head_t *base,
                            uint32_t number)
{
    pln_chain_t *chain = pln_alloc_zero(1, sizeof *chain);
    chain->number = number;
    chain->net = parent->net;
    chain->place = parent->place;
    chain->parent = parent;
    chain->base = chain->held = chain->durable = chain->counted = *base;
    chain->forgotten = base->seq;
    const pln_id_t *author = &chain->place.author;
    pln_chain_t *first = pln_chain_find(chain->net, author, chain->place.epoch, chain->place.lane);
    pln_chain_t *last = first->last_branch != NULL ? first->last_branch : first;
    last->next_branch = first->last_branch = chain;
    first->branch_count++;
    chain->next_child = parent->children;
    parent->children = chain;
    pln_chain_enter(node, chain, number + 1);
    branches_come_home(node, chain);
    chain->limit = pln_chain_limit(chain);
    pln_trace(node, "branch", NULL, &chain->place, base->seq);
    return chain;
}

static const pln_chain_t *first_of(const pln_chain_t *chain)
{
    return chain->parent == NULL ? chain
                                 : pln_chain_find(chain->net, &chain->place.author,
                                                  chain->place.epoch, chain->place.lane);
}

/** Its first run found no room on the disk, which then knows of no such chain. */
static bool is_empty(const pln_chain_t *chain)
{
    return chain->parent != NULL && chain->held.seq == chain->base.seq;
}

pln_chain_t *pln_branch_empty(const pln_chain_t *parent, const pln_head_t *base)
{
    pln_chain_t *chain = first_of(parent)->branch_refused ? parent->children : NULL;
    while (chain != NULL && (!is_empty(chain) || chain->base.seq != base->seq ||
                             !pln_hash_equal(&chain->base.hash, &base->hash))) {
        chain = chain->next_child;
    }
    return chain;
}

void pln_branch_refused(const pln_chain_t *chain)
{
    if (is_empty(chain)) {
        pln_chain_find(chain->net, &chain->place.author, chain->place.epoch, chain->place.lane)
            ->branch_refused = true;
    }
}

bool pln_chain_counts(const pln_chain_t *chain)
{
    return chain->counted.seq > chain->base.seq;
}

bool pln_chain_leaf(const pln_chain_t *chain)
{
    if (!pln_chain_counts(chain)) {
        return false;
    }
    for (const pln_chain_t *c = chain->children; c != NULL; c = c->next_child) {
        if (c->base.seq == chain->counted.seq && pln_chain_counts(c)) {
            return false;
        }
    }
    return true;
}

pln_chain_t *pln_branch_counting(pln_chain_t *first, uint64_t seq)
{
    pln_chain_t *chain = first;
    while (chain != NULL && (seq <= chain->base.seq || seq > chain->counted.seq)) {
        chain = chain->next_branch;
    }
    return chain;
}

const pln_chain_t *pln_branch_holding(const pln_chain_t *chain, uint64_t seq)
{
    while (chain->parent != NULL && seq <= chain->base.seq) {
        chain = chain->parent;
    }
    return chain;
}

uint64_t pln_branches_part(const pln_chain_t *a, const pln_chain_t *b, uint64_t seq)
{
    uint64_t upto_a = UINT64_MAX;
    for (; a != NULL; upto_a = a->base.seq < upto_a ? a->base.seq : upto_a, a = a->parent) {
        uint64_t upto_b = seq;
        for (const pln_chain_t *c = b; c != NULL; c = c->parent) {
            if (c == a) {
                return upto_a < upto_b ? upto_a : upto_b;
            }
            upto_b = c->base.seq < upto_b ? c->base.seq : upto_b;
        }
    }
    return 0;
}

void pln_branches_common(pln_chain_t *first, const pln_chain_t *at, uint64_t seq)
{
    for (pln_chain_t *c = first; c != NULL; c = c->next_branch) {
        c->common = UINT64_MAX;
    }
    // What leads to @at: chains are owned by the node, and @at is one of @first's list.
    for (pln_chain_t *c = (pln_chain_t *)(uintptr_t)at; c != NULL; c = c->parent) {
        c->common = seq;
        seq = c->base.seq < seq ? c->base.seq : seq;
    }
    for (pln_chain_t *c = first; c != NULL; c = c->next_branch) {
        if (c->common == UINT64_MAX) {  // the others, whose parents come before them
            uint64_t parent = c->parent->common;
            c->common = c->base.seq < parent ? c->base.seq : parent;
        }
    }
}

void pln_flight_add(pln_chain_t *chain, const pln_hash_t *hash)
{
    pln_map_put(&chain->net->flights, hash->bytes, chain);
    pln_buf_add(&chain->flight, hash->bytes, sizeof hash->bytes);
}

void pln_flight_land(pln_chain_t *chain, size_t count)
{
    size_t flying = chain->flight.size / sizeof(pln_hash_t);
    for (size_t i = 0; i < flying && i < count; i++) {
        (void)pln_map_remove(&chain->net->flights, chain->flight.data + i * sizeof(pln_hash_t));
    }
    size_t gone = count * sizeof(pln_hash_t);
    if (count >= flying) {
        pln_buf_free(&chain->flight);
        return;
    }
    memmove(chain->flight.data, chain->flight.data + gone, chain->flight.size - gone);
    chain->flight.size -= gone;
}

/** The branch of @first's that has this in the writer; NULL: none. */
static pln_chain_t *flying(const pln_chain_t *first, uint64_t seq, const pln_hash_t *hash)
{
    pln_chain_t *chain = pln_map_get(&first->net->flights, hash->bytes);
    if (chain == NULL || !pln_place_equal(&chain->place, &first->place) ||
        seq <= chain->durable.seq) {
        return NULL;
    }
    uint64_t at = seq - chain->durable.seq - 1;
    bool here = at < chain->flight.size / sizeof *hash &&
                memcmp(chain->flight.data + at * sizeof *hash, hash->bytes, sizeof *hash) == 0;
    return here ? chain : NULL;
}

/** What is stored and no statement: beyond the 65,536, or one's own and still in the writer. */
static pln_chain_t *ends_at(const pln_node_t *node, pln_chain_t *first, uint64_t seq,
                            const pln_hash_t *hash)
{
    const pln_place_t *place = &first->place;
    pln_chain_t *chain = first;
    if (!pln_id_equal(&place->author, &node->self->id) &&
        pln_access_room(first->net->access, &place->author, place->epoch, seq, hash)) {
        return NULL;
    }
    while (chain != NULL && (is_empty(chain) || chain->held.seq != seq ||
                             !pln_hash_equal(&chain->held.hash, hash))) {
        chain = chain->next_branch;
    }
    return chain;
}

pln_chain_t *pln_branch_with(pln_node_t *node, pln_chain_t *first, uint64_t seq,
                             const pln_hash_t *hash)
{
    if (seq == 0) {
        return pln_hash_equal(&first->base.hash, hash) ? first : NULL;
    }
    pln_chain_t *chain = flying(first, seq, hash);
    uint32_t number;
    if (chain == NULL && pln_access_held(first->net->access, &first->place.author,
                                         first->place.epoch, seq, hash, &number)) {
        chain = node->chains[number];
    }
    return chain != NULL ? chain : ends_at(node, first, seq, hash);
}

/* ---- what is wanted of lane 0 may be of a branch that is not known yet ---- */

/** A fork of lane 1: what is wanted beyond L is a branch that a settle or cut names. */
static bool lane1_met(const pln_chain_t *chain, const pln_head_t *head, bool *forked)
{
    pln_fork_place_t *fork = pln_fork_find(chain->net, &chain->place);
    *forked = fork != NULL && chain->parent == NULL && head->seq >= fork->at;
    return *forked && !pln_fork_lacks(chain->net, fork);
}

static bool by_hash(const pln_chain_t *chain)
{
    static const pln_hash_t unknown;
    return chain->place.lane == PLN_LANE_CONTROL && chain->want_seq > 0 &&
           !pln_hash_equal(&chain->want_hash, &unknown);
}

bool pln_want_durable(const pln_chain_t *chain)
{
    bool forked;
    bool met = lane1_met(chain, &chain->durable, &forked);
    if (forked) {
        return met || chain->want_seq == 0;
    }
    if (!by_hash(chain)) {
        return chain->durable.seq >= chain->want_seq;
    }
    return pln_access_held(chain->net->access, &chain->place.author, chain->place.epoch,
                           chain->want_seq, &chain->want_hash, NULL);
}

bool pln_control_held(const pln_chain_t *first, uint64_t seq, const pln_hash_t *hash)
{
    return flying(first, seq, hash) != NULL ||
           pln_access_held(first->net->access, &first->place.author, first->place.epoch, seq, hash,
                           NULL);
}

bool pln_want_held(const pln_chain_t *chain)
{
    bool forked;
    bool met = lane1_met(chain, &chain->held, &forked);
    if (forked) {
        return met || chain->want_seq == 0;
    }
    if (!by_hash(chain)) {
        return chain->held.seq >= chain->want_seq;
    }
    return pln_control_held(chain, chain->want_seq, &chain->want_hash);
}

void pln_want_send(pln_node_t *node, pln_link_t *link, pln_net_state_t *net,
                   const pln_place_t *place, uint64_t from, const pln_hash_t *base)
{
    pln_row_t row = {place->author, place->epoch, place->lane, from, *base};
    pln_buf_t rows = {0};
    pln_row_write(&row, &rows);
    pln_message_t want = {.type = PLN_MSG_WANT};
    want.as.want.network = net->id;
    want.as.want.rows = pln_buf_span(&rows);
    pln_send(node, link, &want, (pln_span_t){0});
    pln_buf_free(&rows);
}
