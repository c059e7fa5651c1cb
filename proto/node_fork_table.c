// SPDX-License-Identifier: MPL-2.0
// The forked chains of lane 1 that are known, and their rows: the proof kept, and how much of
// one's own branches has been published again.
#include <stdlib.h>
#include <string.h>

#include "node_branch.h"

#define KEY_SIZE 69u /**< network, author, epoch, lane */
#define HEALED_SIZE 8u

pln_fork_place_t *pln_fork_find(const pln_net_state_t *net, const pln_place_t *place)
{
    uint8_t key[37];
    if (net->forks.count == 0 || place->lane != PLN_LANE_RECORDS) {
        return NULL;
    }
    pln_chain_key(place, key);
    return pln_map_get(&net->forks, key);
}

pln_fork_place_t *pln_fork_need(pln_net_state_t *net, const pln_place_t *place)
{
    pln_fork_place_t *fork = pln_fork_find(net, place);
    if (fork == NULL) {
        uint8_t key[37];
        pln_chain_key(place, key);
        fork = pln_alloc_zero(1, sizeof *fork);
        fork->place = *place;
        pln_map_put(&net->forks, key, fork);
    }
    return fork;
}

void pln_forks_free(pln_net_state_t *net)
{
    size_t cursor = 0;
    for (pln_fork_place_t *fork; (fork = pln_map_next(&net->forks, &cursor)) != NULL;) {
        pln_buf_free(&fork->proof);
        free(fork);
    }
    pln_map_free(&net->forks);
}

/* ---- where a revoke cuts ---- */

/** The first branch of the proof, up to where it is signed. */
static bool proof_end(const pln_fork_place_t *fork, pln_head_t *head, pln_signature_t *signature)
{
    pln_fork_proof_t proof;
    pln_hash_t first;
    if (pln_fork_proof_decode(pln_buf_span(&fork->proof), &proof) != PLN_OK ||
        pln_fork_branch_verify(&fork->place, proof.at, &proof.hash, &proof.branches[0], &first,
                               head) != PLN_OK) {
        return false;
    }
    *signature = proof.branches[0].signature;
    return true;
}

/** The shortest cut of the revokes that act already; false: none does. @cuts: it lists one. */
static bool cut_there_is(pln_net_state_t *net, const pln_place_t *place, pln_head_t *head,
                         pln_signature_t *signature, bool *cuts)
{
    pln_cut_t cut;
    bool lists = false;
    size_t count = 0;
    *cuts = true;
    head->seq = UINT64_MAX;
    while (pln_access_lane1_cut(net->access, &place->author, place->epoch, count, &cut, &lists)) {
        count++;
        *cuts = *cuts && lists;
        if (lists && cut.seq < head->seq) {
            *head = (pln_head_t){.seq = cut.seq, .hash = cut.hash};
            *signature = cut.signature;
        }
    }
    return count > 0;
}

bool pln_fork_end(pln_net_state_t *net, const pln_chain_t *first, pln_head_t *head,
                  pln_signature_t *signature)
{
    const pln_place_t *place = &first->place;
    pln_fork_place_t *fork = pln_fork_find(net, place);
    pln_settle_t settle;
    bool cuts;
    if (cut_there_is(net, place, head, signature, &cuts)) {
        return cuts;
    }
    if (pln_fork_settled(net, fork) &&
        pln_access_settle(net->access, &place->author, place->epoch, &settle)) {
        *head = (pln_head_t){.seq = settle.seq, .hash = settle.hash};
        *signature = settle.signature;
        return true;
    }
    *head = first->durable;
    *signature = first->signature;
    return !pln_signature_is_zero(signature) || proof_end(fork, head, signature);
}

/* ---- rows: healed u64, proof ---- */

static void row_key(const pln_place_t *place, uint8_t out[KEY_SIZE])
{
    memcpy(out, place->network.bytes, 32);
    pln_chain_key(place, out + 32);
}

void pln_fork_save(pln_node_t *node, const pln_fork_place_t *fork)
{
    uint8_t key[KEY_SIZE];
    pln_buf_t value = {0};
    row_key(&fork->place, key);
    pln_buf_u64(&value, fork->healed);
    pln_buf_add(&value, fork->proof.data, fork->proof.size);
    pln_save(node, PLN_TABLE_FORKS, key, sizeof key, &value);
    pln_buf_free(&value);
}

pln_err_t pln_fork_load(pln_node_t *node, pln_span_t key, pln_span_t value)
{
    if (value.size < HEALED_SIZE) {
        return PLN_EMALFORMED;
    }
    pln_fork_proof_t proof;
    pln_span_t bytes = PLN_SPAN(value.data + HEALED_SIZE, value.size - HEALED_SIZE);
    PLN_TRY(pln_fork_proof_decode(bytes, &proof));
    uint8_t expected[KEY_SIZE];
    row_key(&proof.place, expected);
    if (key.size != sizeof expected || memcmp(key.data, expected, key.size) != 0) {
        return PLN_EMALFORMED;
    }
    pln_net_state_t *net = pln_net_find(node, &proof.place.network);
    if (net == NULL) {
        return PLN_ENOTFOUND;
    }
    pln_fork_place_t *fork = pln_fork_need(net, &proof.place);
    fork->at = proof.at;
    fork->hash = proof.hash;
    fork->healed = pln_get_u64(value.data);
    pln_buf_clear(&fork->proof);
    pln_buf_add(&fork->proof, bytes.data, bytes.size);
    return PLN_OK;
}
