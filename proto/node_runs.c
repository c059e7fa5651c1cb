// SPDX-License-Identifier: MPL-2.0
// Accepting: a run that fits, links and verifies goes to the writer; what is stored is adopted.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "node_aside.h"
#include "node_blocked.h"
#include "node_branch.h"
#include "node_disk.h"
#include "node_terms.h"
#include "node_withdraw.h"
#include "planted.h"

/* ---- a run comes in ---- */

/** The part of @run that is held already: its entries from .. held. */
static pln_err_t run_held_part(pln_span_t run, uint64_t from, uint64_t held, pln_span_t *part)
{
    pln_span_t rest = run;
    for (uint64_t seq = from; seq + PLN_PLANTED(overlap_off_by_one) <= held; seq++) {
        pln_entry_t entry;
        PLN_TRY(pln_entry_read(rest, &entry));
        rest.data += entry.stored_size;
        rest.size -= entry.stored_size;
    }
    *part = PLN_SPAN(run.data, run.size - rest.size);
    return PLN_OK;
}

/**
 * The run does not continue what is held. If its author signed it all the same, the chain is
 * forked, which is nobody's offence on this link; if not, the bytes or the claimed base are false.
 */
pln_err_t pln_run_other_branch(const pln_entries_t *entries)
{
    pln_head_t base = {.seq = entries->from - 1, .hash = entries->base};
    pln_head_t end;
    uint32_t count;
    PLN_TRY(pln_run_walk(&base, entries->run, &end, &count));
    if (end.seq != entries->to) {
        return PLN_EMALFORMED;
    }
    PLN_TRY(pln_head_verify(&entries->place, end.seq, &end.hash, &entries->signature));
    return PLN_EBASE;
}

/** Without a signature it is the author's where a proof vouches for its end; else who knows? */
static pln_err_t unsigned_branch(const pln_chain_t *chain, const pln_entries_t *entries)
{
    const pln_fork_place_t *fork = pln_fork_find(chain->net, &chain->place);
    pln_head_t end = {.seq = entries->from - 1, .hash = entries->base};
    uint32_t count;
    PLN_TRY(pln_run_walk(&end, entries->run, &end, &count));
    bool vouched = fork != NULL && end.seq == fork->at && pln_hash_equal(&end.hash, &fork->hash);
    return vouched ? PLN_EBASE : PLN_EFORK;
}

/** Cut what is held already off the front of the run; PLN_EBASE or an offence when it differs. */
static pln_err_t run_fit(pln_chain_t *chain, const pln_entries_t *entries, pln_span_t *run)
{
    pln_span_t held;
    pln_head_t base = {.seq = entries->from - 1, .hash = entries->base};
    pln_head_t end;
    uint32_t count;
    PLN_TRY(run_held_part(entries->run, entries->from, chain->held.seq, &held));
    PLN_TRY(pln_run_walk(&base, held, &end, &count));
    if (memcmp(end.hash.bytes, chain->held.hash.bytes, sizeof end.hash.bytes) != 0) {
        return pln_signature_is_zero(&entries->signature) ? unsigned_branch(chain, entries)
                                                          : pln_run_other_branch(entries);
    }
    *run = PLN_SPAN(entries->run.data + held.size, entries->run.size - held.size);
    return PLN_OK;
}

void pln_run_store(pln_node_t *node, pln_link_t *link, pln_chain_t *chain,
                   const pln_entries_t *entries, pln_span_t run, const pln_head_t *end,
                   uint32_t count, size_t frame_bytes)
{
    pln_effect_t *effect = pln_fx(node, PLN_FX_STORE);
    effect->as.store.chain = chain->number;
    effect->as.store.place = chain->place;
    effect->as.store.base = chain->held;
    effect->as.store.end = *end;
    effect->as.store.signature = entries->signature;
    effect->as.store.run = run;
    effect->as.store.count = count;
    if (chain->parent != NULL && chain->held.seq == chain->base.seq) {
        effect->as.store.branch = true;  // its first: what follows fits only if that was written
        effect->as.store.parent = chain->parent->number;
    }
    // Until the store has said which branch a settle or cut names, this one does not count.
    effect->as.store.aside = chain->parent != NULL && chain->place.lane == PLN_LANE_RECORDS;
    pln_job_op_t *op = pln_job_op(node, PLN_FX_STORE, chain);
    op->link = link->number;
    op->frame_bytes = frame_bytes;
    op->to = end->seq;
    op->aside = effect->as.store.aside;
    chain->held = *end;
    if (chain->place.lane == PLN_LANE_CONTROL) {
        pln_flight_add(chain, &end->hash);
    }
    if (pln_id_equal(&chain->place.author, &node->self->id) &&
        pln_epochs_foreign(node, chain->net, chain->place.epoch)) {
        pln_twin_wrote(node, link);
    }
    chain->stored_link = link->number;
    chain->stored_ms = node->now_ms;
    chain->asked_ms = node->now_ms;
    node->counters.runs_received++;
}

pln_err_t pln_run_duplicate(pln_node_t *node, pln_link_t *link, pln_chain_t *chain,
                            const pln_entries_t *entries)
{
    node->counters.runs_duplicate++;
    if ((entries->flags & PLN_ENTRIES_PUSHED) != 0) {
        pln_push_duplicate(node, link, chain);
    }
    return PLN_EDUPLICATE;
}

/** PLN_OK, or why not now; what is awaited is then asked for from where we stand, or rests. */
pln_err_t pln_run_timely(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                         const pln_entries_t *entries, pln_chain_t *chain, bool follows)
{
    const pln_place_t *place = &entries->place;
    pln_row_t row = {place->author, place->epoch, place->lane, entries->to, {{0}}};
    bool awaited = chain != NULL && chain->asked_link == link->number &&
                   (entries->flags & PLN_ENTRIES_PUSHED) == 0;
    pln_err_t reason = pln_want_reason(node, share->net, place, chain);
    if (reason != PLN_OK) {
        pln_want_block(node, link, share->net, &row, reason);
    } else if (!follows) {
        pln_want(node, link, share->net, &row, 0, false);
        reason = PLN_EGAP;
    }
    // What comes does not help: ask from where we stand, or rest. Of a forked chain that would be
    // the same again: where its branches part is being searched for.
    if (reason != PLN_OK && awaited && pln_fork_find(share->net, place) == NULL) {
        pln_want_again(node, chain);
    }
    return reason;
}

/** Up to L a fork proof vouches instead of a signature (R6). */
static pln_err_t run_verify(const pln_chain_t *chain, const pln_head_t *base,
                            const pln_entries_t *entries, pln_span_t run, pln_head_t *end,
                            uint32_t *count)
{
    if (pln_signature_is_zero(&entries->signature)) {
        const pln_fork_place_t *fork = pln_fork_find(chain->net, &chain->place);
        PLN_TRY(pln_run_walk(base, run, end, count));
        bool vouched = fork != NULL && *count > 0 && end->seq == fork->at &&
                       pln_hash_equal(&end->hash, &fork->hash);
        PLN_TRY(vouched ? PLN_OK : PLN_EFORK);
    } else {
        PLN_TRY(pln_run_verify(&chain->place, base, run, &entries->signature, end, count));
    }
    return end->seq == entries->to ? PLN_OK : PLN_EMALFORMED;
}

/**
 * A run of a forked chain: it may extend any branch, or begin one behind a head that is known to be
 * common. PLN_ENOTFOUND: it has nothing to do with the fork.
 */
static pln_err_t forked_run(pln_node_t *node, pln_link_t *link, pln_chain_t *first,
                            const pln_entries_t *entries, pln_chain_t **out, size_t frame_bytes)
{
    pln_span_t run = entries->run;
    const pln_chain_t *there = NULL;
    *out = NULL;
    for (pln_chain_t *c = first->next_branch; c != NULL && *out == NULL; c = c->next_branch) {
        bool reaches = entries->from <= c->held.seq + 1 && entries->to > c->held.seq &&
                       entries->from > c->base.seq && pln_fork_takes(c, entries);
        *out = reaches && run_fit(c, entries, &run) == PLN_OK ? c : NULL;
    }
    const pln_head_t *base = *out != NULL ? &(*out)->held : pln_fork_leaves(first, entries, &there);
    if (base == NULL) {
        return there != NULL && entries->to <= there->held.seq
                   ? pln_run_duplicate(node, link, first, entries)
                   : PLN_ENOTFOUND;
    }
    pln_head_t end;
    uint32_t count;
    PLN_TRY(run_verify(first, base, entries, run, &end, &count));
    if (*out == NULL) {
        *out = pln_fork_branch_off(node, first, entries);
    }
    run = pln_withdraw_run(node, *out, run);
    pln_run_store(node, link, *out, entries, run, &end, count, frame_bytes);
    pln_want_storing(node, link, *out);
    first->asked_ms = node->now_ms;
    return PLN_OK;
}

/** PLN_OK: the run went to the writer and its bytes are credited when stored. */
static pln_err_t record_run(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                            const pln_entries_t *entries, size_t frame_bytes)
{
    const pln_place_t *place = &entries->place;
    pln_chain_t *chain = pln_chain_find(share->net, &place->author, place->epoch, place->lane);
    if (chain != NULL && pln_fork_find(share->net, place) != NULL) {
        pln_chain_t *branch;
        pln_err_t error = forked_run(node, link, chain, entries, &branch, frame_bytes);
        if (error != PLN_ENOTFOUND) {
            return error;
        }
    }
    if (chain != NULL && entries->to <= chain->held.seq) {
        return pln_run_duplicate(node, link, chain, entries);
    }
    uint64_t next = (chain == NULL ? 0 : chain->held.seq) + 1;
    PLN_TRY(pln_run_timely(node, link, share, entries, chain, entries->from <= next));
    if (chain == NULL) {
        chain = pln_chain_add(node, share->net, place, node->next_chain);
    }
    pln_span_t run;
    bool ours = pln_id_equal(&place->author, &node->self->id);
    pln_err_t fits = run_fit(chain, entries, &run);
    if (fits == PLN_EBASE && ours && pln_epochs_foreign(node, share->net, place->epoch)) {
        pln_twin_wrote(node, link);
    }
    PLN_TRY(fits);
    pln_head_t end;
    uint32_t count;
    PLN_TRY(run_verify(chain, &chain->held, entries, run, &end, &count));
    run = pln_withdraw_run(node, chain, run);
    pln_run_store(node, link, chain, entries, run, &end, count, frame_bytes);
    pln_want_storing(node, link, chain);
    return PLN_OK;
}

static pln_err_t run_accept(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                            const pln_entries_t *entries, size_t frame_bytes)
{
    pln_err_t error = entries->place.lane == PLN_LANE_CONTROL
                          ? pln_control_run(node, link, share, entries, frame_bytes)
                          : record_run(node, link, share, entries, frame_bytes);
    share->brought_ms = error == PLN_OK ? node->now_ms : share->brought_ms;
    return error;
}

void pln_run_received(pln_node_t *node, pln_link_t *link, const pln_entries_t *entries,
                      size_t frame_bytes)
{
    link->received += frame_bytes;
    if (link->received > link->granted) {
        pln_link_end(node, link, PLN_ECREDIT, "more bytes than were granted");
        return;
    }
    pln_share_t *share = pln_share_named(node, link, &entries->place.network);
    pln_err_t error = PLN_EFOREIGN;
    if (share != NULL) {
        share->moved_ms = node->now_ms;
        bool payload = (entries->flags & PLN_ENTRIES_PAYLOAD) != 0;
        error = payload ? pln_holes_received(node, link, share, entries, frame_bytes)
                        : run_accept(node, link, share, entries, frame_bytes);
        if (entries->upto.number > 0 && !share->overflowed) {
            share->seen = entries->upto;
        }
    }
    if (error == PLN_OK) {
        // A push says nothing of what was asked for, and what was held already says less.
        bool asked = (entries->flags & PLN_ENTRIES_PUSHED) == 0;
        link->progress_ms = asked ? node->now_ms : link->progress_ms;
        return;
    }
    if (pln_error_class(error) == PLN_CLASS_OFFENCE) {
        pln_trace(node, "run refused", link, &entries->place, entries->from);
        pln_link_end(node, link, error, "a run that does not verify");
        return;
    }
    bool unsigned_end = error == PLN_EFORK && pln_signature_is_zero(&entries->signature);
    if (error == PLN_EDUPLICATE || error == PLN_EGAP || error == PLN_EBASE || unsigned_end) {
        pln_refuse(node, error);  // the others were counted where they were found
    }
    if (error == PLN_EBASE && entries->place.lane == PLN_LANE_RECORDS) {
        const pln_chain_t *chain = pln_chain_find(share->net, &entries->place.author,
                                                  entries->place.epoch, PLN_LANE_RECORDS);
        pln_fork_search(node, link, chain, entries->to);
    }
    pln_credit_consume(node, link, frame_bytes);
    if (share != NULL) {
        pln_want_flush(node, share->net);
    }
}

/* ---- stored ---- */

static void control_adopt(pln_node_t *node, pln_chain_t *chain, const pln_stored_t *result)
{
    pln_entry_t entry;
    if (pln_entry_read(result->run, &entry) != PLN_OK) {
        return;
    }
    pln_statement_t statement = {
        .author = chain->place.author,
        .epoch = chain->place.epoch,
        .seq = result->end.seq,
        .hash = result->end.hash,
        .before = result->base.hash,
        .chain = chain->number,
        .kind = entry.header.kind,
        .payload = entry.payload,
        .time_ms = entry.header.time_ms,
    };
    pln_access_add(chain->net->access, &statement);
    pln_withdraw_said(node, chain->net, &entry);
    pln_trace(node, "control", NULL, &chain->place, result->end.seq);
}

static void counted_set(pln_chain_t *chain, const pln_head_t *head)
{
    if (chain->place.lane == PLN_LANE_RECORDS) {
        chain->net->records += head->seq - chain->counted.seq;
        chain->net->bytes += head->cum - chain->counted.cum;
    }
    chain->counted = *head;
    if (chain->mark_count > 0) {
        pln_marks_recount(chain);
    }
    pln_chain_touch(chain->net, chain);
}

void pln_shares_advance(pln_node_t *node, pln_net_state_t *net)
{
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        pln_share_t *share = link->closing ? NULL : pln_share_find(link, net);
        if (share != NULL) {
            pln_share_advance(node, link, share);
        }
    }
}

void pln_chain_stored(pln_node_t *node, pln_job_op_t *op, const pln_stored_t *result)
{
    pln_chain_t *chain = op->chain;
    pln_net_state_t *net = chain->net;
    if (op->type == PLN_FX_FORGET) {
        pln_forget_progress(chain, result);
        return;
    }
    if (op->type == PLN_FX_TRIM) {
        pln_aside_trimmed(node, chain, result);
        return;
    }
    node->arrivals = result->arrival;
    chain->last_arrival = result->arrival.number;
    if (op->type == PLN_FX_ASIDE || op->type == PLN_FX_BACK) {
        chain->shifting = false;
        counted_set(chain, &result->end);
        net->aside_ms = node->now_ms;
        if (op->type == PLN_FX_BACK) {
            pln_push(node, chain, result, 0);
        }
        pln_net_refold(node, net);
        pln_shares_advance(node, net);  // who asked before it counted is served now
        return;
    }
    if (op->type == PLN_FX_WITHHOLD || op->type == PLN_FX_REVEAL) {
        pln_withdraw_moved(node, op, true);
        return;
    }
    chain->minting -= op->minted;
    chain->minting_bytes -= op->minted_bytes;
    bool counts_all = chain->counted.seq == chain->durable.seq;
    if (op->type == PLN_FX_STORE && chain->place.lane == PLN_LANE_CONTROL) {
        pln_flight_land(chain, result->end.seq - result->base.seq);
    }
    chain->durable = result->end;
    chain->signature = result->signature;
    if (chain->held.seq < chain->durable.seq) {
        chain->held = chain->durable;
    }
    if (counts_all && !op->aside) {
        counted_set(chain, &result->end);
    }
    if (op->type == PLN_FX_MINT) {
        pln_minted(node, net);
        node->counters.entries_minted += result->end.seq - result->base.seq;
    } else {
        node->counters.entries_stored += result->end.seq - result->base.seq;
    }
    if (chain->place.lane == PLN_LANE_CONTROL) {
        control_adopt(node, chain, result);
        node->adopted_chain = chain;
        node->adopted = result;
    }
    pln_want_progress(node, chain);
    if (chain->parent != NULL) {  // wanted by the chain of its place
        pln_want_progress(
            node, pln_chain_find(net, &chain->place.author, chain->place.epoch, chain->place.lane));
    }
    pln_push(node, chain, result, op->link);
    pln_withdraw_stored(node, chain, result);
    if (chain->place.lane == PLN_LANE_CONTROL) {
        pln_net_refold_for(node, net, &chain->place);
        node->adopted_chain = NULL;
        pln_shares_advance(node, net);
    } else if (chain->durable.seq > chain->limit || pln_fork_find(net, &chain->place) != NULL) {
        pln_net_refold(node, net);  // stored while a revoke was on its way: set aside
    }
}

static void op_failed(pln_node_t *node, pln_job_op_t *op, pln_err_t error)
{
    pln_chain_t *chain = op->chain;
    if (op->type == PLN_FX_WITHHOLD || op->type == PLN_FX_REVEAL) {
        pln_withdraw_moved(node, op, false);
        return;
    }
    chain->shifting = false;
    chain->minting -= op->minted;
    chain->minting_bytes -= op->minted_bytes;
    chain->held = chain->durable;
    pln_flight_land(chain, SIZE_MAX / sizeof(pln_hash_t));
    pln_branch_refused(chain);
    if (op->type == PLN_FX_MINT) {
        pln_minted(node, chain->net);
    }
    if (op->type == PLN_FX_TRIM) {
        pln_aside_failed(node, chain);
    }
    if (op->type != PLN_FX_STORE) {
        return;
    }
    pln_refuse(node, error);
    pln_want_unwritten(node, chain, op->to);
}

static pln_pending_t *pending_pop(pln_node_t *node, uint64_t number)
{
    pln_pending_t *job = node->pending;
    assert(job != NULL && job->number == number);
    node->pending = job->next;
    if (node->pending == NULL) {
        node->pending_last = NULL;
    }
    return job;
}

void pln_job_stored(pln_node_t *node, const pln_event_t *event)
{
    pln_pending_t *job = pending_pop(node, event->as.stored.job);
    pln_err_t error = event->as.stored.error;
    if (error == PLN_ENOSPACE) {
        node->disk_low = true;  // until the shell says it is well again
    }
    for (size_t i = 0; i < job->count; i++) {
        pln_job_op_t *op = &job->ops[i];
        if (error == PLN_OK) {
            pln_chain_stored(node, op, &event->as.stored.results[i]);
        } else {
            op_failed(node, op, error);
        }
        pln_link_t *link = op->link == 0 ? NULL : pln_link_find(node, op->link);
        if (link != NULL && !link->closing) {
            pln_credit_consume(node, link, op->frame_bytes);
        }
    }
    pln_publish_stored(node, job, event);
    pln_forget_stored(node, job->number, error);
    pln_wake(node, node->now_ms);
    pln_pending_free(job);
}
