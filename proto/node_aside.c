// SPDX-License-Identifier: MPL-2.0
// What access has set aside is kept for 30 days, then deleted, a slice at a time (SPEC 10.4).
//
//     a limit falls -> set aside, in one job with the row that goes -> the day it was seen so, in a
//     row of its own -> 30 days by a credible clock -> slice by slice from the end on -> gone
//
// Never deleted: what this node's key wrote, so that everything can come back from its author; a
// chain that is forked (a settle may yet name any branch); lane 0, whose branches give cuts their
// meaning.
#include <stdlib.h>
#include <string.h>

#include "node_aside.h"
#include "node_branch.h"
#include "node_withdraw.h"

#define LOOK_MS 600000u /**< how often it is looked for what is due */
#define RETRY_MS 5000u  /**< after the disk refused */
#define DAY_MS UINT64_C(86400000)

/* ---- rows: chain u32 -> since u64 ---- */

static uint64_t *since_find(const pln_node_t *node, uint32_t chain)
{
    uint8_t key[4];
    pln_put_u32(key, chain);
    return pln_map_get(&node->aside, key);
}

static void since_set(pln_node_t *node, uint32_t chain, uint64_t since_ms)
{
    uint8_t key[4];
    pln_put_u32(key, chain);
    uint64_t *since = pln_map_get(&node->aside, key);
    if (since == NULL) {
        since = pln_alloc(sizeof *since);
        pln_map_put(&node->aside, key, since);
    }
    *since = since_ms;
}

pln_err_t pln_aside_load(pln_node_t *node, pln_span_t key, pln_span_t value)
{
    if (key.size != 4 || value.size != 8) {
        return PLN_EMALFORMED;
    }
    since_set(node, pln_get_u32(key.data), pln_get_u64(value.data));
    return PLN_OK;
}

void pln_aside_drop(pln_node_t *node, uint32_t chain)
{
    uint8_t key[4];
    pln_put_u32(key, chain);
    free(pln_map_remove(&node->aside, key));
}

void pln_aside_moves(pln_node_t *node, const pln_chain_t *chain)
{
    uint8_t key[4];
    pln_put_u32(key, chain->number);
    if (since_find(node, chain->number) != NULL) {
        pln_forget_row(node, PLN_TABLE_ASIDE, key, sizeof key);
        pln_aside_drop(node, chain->number);
    }
}

static void since_begin(pln_node_t *node, const pln_chain_t *chain)
{
    uint8_t key[4];
    pln_buf_t value = {0};
    pln_put_u32(key, chain->number);
    pln_buf_u64(&value, node->wall_ms);
    pln_save(node, PLN_TABLE_ASIDE, key, sizeof key, &value);
    pln_buf_free(&value);
    since_set(node, chain->number, node->wall_ms);
}

/* ---- what may go ---- */

bool pln_aside_ends(const pln_node_t *node, const pln_chain_t *chain)
{
    return chain->place.lane == PLN_LANE_RECORDS && chain->counted.seq < chain->durable.seq &&
           !pln_id_equal(&chain->place.author, &node->self->id) && chain->parent == NULL &&
           chain->next_branch == NULL && pln_fork_find(chain->net, &chain->place) == NULL;
}

uint64_t pln_aside_since(const pln_node_t *node, const pln_chain_t *chain)
{
    const uint64_t *since = since_find(node, chain->number);
    return since == NULL ? 0 : *since;
}

/** Nothing of it is in the writer: what is deleted is what was looked at. */
static bool rests(const pln_chain_t *chain)
{
    return !chain->shifting && chain->held.seq == chain->durable.seq && chain->minting == 0;
}

static void trim(pln_node_t *node, pln_chain_t *chain)
{
    pln_effect_t *effect = pln_fx(node, PLN_FX_TRIM);
    effect->as.trim.chain = chain->number;
    effect->as.trim.to = chain->counted.seq;
    chain->shifting = true;
    pln_job_op(node, PLN_FX_TRIM, chain);
}

/** False: there is nothing to be done about it now. */
static bool look(pln_node_t *node, pln_chain_t *chain)
{
    uint64_t since = pln_aside_since(node, chain);
    if (!pln_aside_ends(node, chain)) {
        if (since != 0) {
            pln_aside_moves(node, chain);
        }
        return false;
    }
    if (since == 0 || since > node->wall_ms + DAY_MS) {  // a clock that was ahead has been set
        since_begin(node, chain);
        return false;
    }
    if (node->wall_ms < since + PLN_ASIDE_MS || !rests(chain)) {
        return false;
    }
    trim(node, chain);
    return true;
}

void pln_aside_scan(pln_node_t *node, pln_net_state_t *net)
{
    if (net->forgetting || net->outdated) {
        return;
    }
    if (node->now_ms < net->aside_ms) {
        pln_wake(node, net->aside_ms);
        return;
    }
    net->aside_ms = node->now_ms + LOOK_MS;
    pln_wake(node, net->aside_ms);
    if (pln_clock_check(node) != PLN_OK) {
        return;
    }
    size_t cursor = 0;
    for (pln_chain_t *chain; (chain = pln_map_next(&net->chains, &cursor)) != NULL;) {
        if (look(node, chain)) {
            return;  // one slice at a time: its STORED goes on
        }
    }
}

/* ---- a slice has come back ---- */

void pln_aside_trimmed(pln_node_t *node, pln_chain_t *chain, const pln_stored_t *result)
{
    bool moved = result->end.seq < chain->durable.seq;
    chain->shifting = false;
    chain->held = chain->durable = result->end;
    chain->signature = result->signature;
    pln_trace(node, "trimmed", NULL, &chain->place, result->end.seq);
    pln_marks_trim(node, chain);
    if (moved) {  // else nobody signed where it would end: it stays
        chain->net->aside_ms = node->now_ms;
    }
    pln_wake(node, node->now_ms);
    pln_net_refold(node, chain->net);  // the limit may have moved meanwhile
}

void pln_aside_failed(pln_node_t *node, pln_chain_t *chain)
{
    chain->net->aside_ms = node->now_ms + RETRY_MS;
    pln_wake(node, chain->net->aside_ms);
}
