// SPDX-License-Identifier: MPL-2.0
// Lane 0 between nodes. It does not freeze: every entry of every branch counts, so a node takes
// each entry whose predecessor it holds, and answers a WANT with all that is not on the asker's
// branch. Every hash of lane 0 is in memory, with the statements.
#include <string.h>

#include "hash.h"
#include "node_branch.h"

/* ---- taking ---- */

/**
 * An epoch's lane 0 has its entries, and this is not among the smallest. Stored it would be no part
 * of the fold, nor known as held: it would be stored again each time that anybody says it.
 */
static pln_err_t no_room(pln_node_t *node, pln_link_t *link, const pln_chain_t *at)
{
    pln_chain_t *first =
        pln_chain_find(at->net, &at->place.author, at->place.epoch, at->place.lane);
    if (first->asked_link == link->number) {
        pln_want_skip(node, first, link->number);
    }
    pln_refuse(node, PLN_EQUOTA);
    return PLN_EQUOTA;
}

/** Behind an entry that is held, but not as a branch's last: another branch begins. */
static pln_err_t continue_from(pln_node_t *node, pln_link_t *link, pln_chain_t *at,
                               const pln_entries_t *entries, size_t frame_bytes)
{
    pln_head_t base = {.seq = entries->from - 1, .hash = entries->base};
    bool extends = at->held.seq == base.seq && pln_hash_equal(&at->held.hash, &base.hash);
    base = extends ? at->held : base;
    pln_head_t end;
    uint32_t count;
    PLN_TRY(
        pln_run_verify(&entries->place, &base, entries->run, &entries->signature, &end, &count));
    if (end.seq != entries->to) {
        return PLN_EMALFORMED;
    }
    const pln_place_t *place = &entries->place;
    if (!pln_access_room(at->net->access, &place->author, place->epoch, end.seq, &end.hash)) {
        return no_room(node, link, at);
    }
    pln_chain_t *chain = extends ? at : pln_branch_empty(at, &base);
    chain = chain != NULL ? chain : pln_branch_add(node, at, &base, node->next_chain);
    pln_run_store(node, link, chain, entries, entries->run, &end, count, frame_bytes);
    pln_want_storing(node, link, chain);
    return PLN_OK;
}

/** Its predecessor is not held. Signed, it is of a branch we lack: ask for what leads to it. */
static pln_err_t from_elsewhere(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                                const pln_entries_t *entries)
{
    const pln_place_t *place = &entries->place;
    pln_head_t end;
    uint32_t count;
    pln_head_t base = {.seq = entries->from - 1, .hash = entries->base};
    PLN_TRY(pln_run_walk(&base, entries->run, &end, &count));
    pln_err_t error = pln_run_other_branch(entries);
    if (error == PLN_EBASE) {
        pln_row_t row = {place->author, place->epoch, place->lane, end.seq, end.hash};
        pln_want(node, link, share->net, &row, 0, false);
    }
    return error;
}

pln_err_t pln_control_run(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                          const pln_entries_t *entries, size_t frame_bytes)
{
    const pln_place_t *place = &entries->place;
    pln_chain_t *first = pln_chain_find(share->net, &place->author, place->epoch, place->lane);
    pln_head_t base = {.seq = entries->from - 1, .hash = entries->base};
    pln_head_t end;
    uint32_t count;
    if (first != NULL && pln_run_walk(&base, entries->run, &end, &count) == PLN_OK &&
        end.seq == entries->to && pln_control_held(first, end.seq, &end.hash)) {
        return pln_run_duplicate(node, link, first, entries);
    }
    pln_chain_t *at = first == NULL ? NULL : pln_branch_with(node, first, base.seq, &base.hash);
    bool follows = at != NULL || entries->from <= (first == NULL ? 0 : first->held.seq) + 1;
    PLN_TRY(pln_run_timely(node, link, share, entries, first, follows));
    if (first == NULL) {
        first = pln_chain_add(node, share->net, place, node->next_chain);
        at = pln_branch_with(node, first, base.seq, &base.hash);
    }
    if (at == NULL) {
        return from_elsewhere(node, link, share, entries);
    }
    return continue_from(node, link, at, entries, frame_bytes);
}

/* ---- answering ---- */

#define POINTS_MAX 64u
#define TOGETHER 1024u /**< branches of an answer that wait on a link at once */

/** What the asker builds on is on none of our branches: tell some of ours, ever farther apart. */
static void points_answer(pln_node_t *node, pln_link_t *link, const pln_chain_t *first,
                          uint64_t below)
{
    pln_hash_t hashes[POINTS_MAX];
    uint64_t seqs[POINTS_MAX];
    size_t count = pln_access_points(first->net->access, &first->place.author, first->place.epoch,
                                     below, seqs, hashes, POINTS_MAX);
    pln_buf_t body = {0};
    for (size_t i = 0; i < count; i++) {
        pln_buf_u64(&body, seqs[i]);
        pln_buf_add(&body, hashes[i].bytes, sizeof hashes[i].bytes);
    }
    pln_message_t message = {.type = PLN_MSG_FORK};
    message.as.fork.place = first->place;
    message.as.fork.stage = PLN_FORK_POINTS;
    message.as.fork.body = pln_buf_span(&body);
    pln_send(node, link, &message, (pln_span_t){0});
    pln_buf_free(&body);
}

void pln_control_serve(pln_node_t *node, pln_link_t *link, pln_chain_t *first, pln_chain_t *start,
                       const pln_row_t *want)
{
    uint64_t held = want->seq - 1;
    size_t count = 0;
    const pln_chain_t *at = pln_branch_with(node, first, held, &want->hash);
    if (at == NULL) {
        points_answer(node, link, first, held);
        return;
    }
    pln_branches_common(first, at, held);
    for (pln_chain_t *c = start; c != NULL; c = c->next_branch) {
        uint64_t from = (c->common > c->base.seq ? c->common : c->base.seq) + 1;
        if (c->counted.seq < from) {
            continue;
        }
        if (count == TOGETHER) {
            pln_serve_rest(node, link, first, c, want);
            return;
        }
        count++;
        pln_serve(node, link, c, from, NULL);
    }
}

/* ---- asking once more ---- */

/** The last of the peer's points that is held here: what follows it there is what we lack. */
void pln_control_fork(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                      const pln_fork_t *fork)
{
    const pln_place_t *place = &fork->place;
    pln_chain_t *first = pln_chain_find(share->net, &place->author, place->epoch, place->lane);
    if (first == NULL || first->asked_link != link->number || first->parted) {
        return;
    }
    pln_row_t row = {place->author, place->epoch, place->lane, 1, first->base.hash};
    for (size_t i = 0; i < pln_rows(fork->body, PLN_FORK_POINT_SIZE); i++) {
        const uint8_t *at = fork->body.data + i * PLN_FORK_POINT_SIZE;
        uint64_t seq = pln_get_u64(at);
        pln_hash_t hash;
        memcpy(hash.bytes, at + 8, sizeof hash.bytes);
        if (seq >= row.seq &&
            pln_access_held(share->net->access, &place->author, place->epoch, seq, &hash, NULL)) {
            row.seq = seq + 1;
            row.hash = hash;
        }
    }
    first->parted = true;
    first->asked_ms = node->now_ms;
    pln_want_send(node, link, share->net, place, row.seq, &row.hash);
}
