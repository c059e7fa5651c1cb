// SPDX-License-Identifier: MPL-2.0
#include "store_trial.h"

#include <assert.h>

#include "store_forget.h"
#include "store_head.h"

/* ---- rows as this transaction, or the job on trial, leaves them ---- */

const pln_chain_row_t *pln_staged_row(const pln_store_t *store, uint32_t chain)
{
    const pln_chain_row_t *row = pln_chains_find(&store->staged, chain);
    if (row != NULL || pln_chains_find(&store->gone, chain) != NULL) {
        return row;
    }
    return pln_chains_find(&store->shared->chains, chain);
}

static const pln_chain_row_t *trial_row(const pln_store_t *store, uint32_t chain)
{
    const pln_chain_row_t *row = pln_chains_find(&store->trial, chain);
    return row != NULL ? row : pln_staged_row(store, chain);
}

static bool place_taken(const pln_store_t *store, const pln_place_t *place)
{
    const pln_chain_row_t *durable = pln_chains_at(&store->shared->chains, place);
    return pln_chains_at(&store->trial, place) != NULL ||
           pln_chains_at(&store->staged, place) != NULL ||
           (durable != NULL && pln_chains_find(&store->gone, durable->number) == NULL);
}

pln_chain_row_t pln_fresh_row(uint32_t chain, const pln_place_t *place)
{
    pln_chain_row_t row = {.number = chain, .place = *place};
    pln_chain_start(place, &row.head);
    row.base = row.counted_head = row.head;
    return row;
}

pln_chain_row_t pln_fresh_branch(const pln_effect_t *effect)
{
    pln_chain_row_t row = {.number = effect->as.store.chain,
                           .place = effect->as.store.place,
                           .branch = true,
                           .parent = effect->as.store.parent};
    row.base = row.head = row.counted_head = effect->as.store.base;
    row.counted = row.base.seq;
    return row;
}

void pln_row_grow(pln_chain_row_t *row, const pln_head_t *end, bool aside)
{
    if (row->counted == row->head.seq && !aside) {
        row->counted = end->seq;
        row->counted_head = *end;
    }
    row->head = *end;
}

uint64_t pln_counted_after(const pln_chain_row_t *row, const pln_effect_t *effect)
{
    uint64_t before = effect->as.aside.from - 1;
    uint64_t to = effect->as.aside.to;
    if (effect->type == PLN_FX_ASIDE) {
        return before < row->counted ? before : row->counted;
    }
    return to > row->counted ? to : row->counted;
}

/* ---- trial: does every operation of the job find its chain where it expects it? ---- */

static bool head_equal(const pln_head_t *a, const pln_head_t *b)
{
    return a->seq == b->seq && a->cum == b->cum && pln_hash_equal(&a->hash, &b->hash);
}

/** Something of it has been deleted: nothing can be added any more. */
static bool going(const pln_store_t *store, uint32_t chain)
{
    const pln_chain_row_t *row = pln_staged_row(store, chain);
    return row != NULL && pln_row_is_going(row);
}

/** The row of @chain, new when neither number nor place is known; PLN_ESTALE when they disagree. */
static pln_err_t try_row(const pln_store_t *store, uint32_t chain, const pln_place_t *place,
                         pln_chain_row_t *out)
{
    const pln_chain_row_t *row = trial_row(store, chain);
    if (row != NULL) {
        *out = *row;
        bool fits = pln_place_equal(&row->place, place) && !going(store, chain);
        return fits ? PLN_OK : PLN_ESTALE;
    }
    *out = pln_fresh_row(chain, place);
    return place_taken(store, place) ? PLN_ESTALE : PLN_OK;
}

/** Has @left, its row on trial, this very head? Of what this job adds only the last is known. */
static bool has_head(const pln_store_t *store, pln_txn_t *txn, const pln_chain_row_t *left,
                     const pln_head_t *head)
{
    pln_head_t at = left->head;
    if (head->seq != left->head.seq) {
        const pln_chain_row_t *written = pln_staged_row(store, left->number);
        if (written == NULL || head->seq > written->head.seq || head->seq < left->base.seq ||
            !pln_head_at(txn, left->number, &left->base, head->seq, &at)) {
            return false;
        }
    }
    return pln_hash_equal(&at.hash, &head->hash);
}

/** A branch's first run: what it leaves is here, and has its base on it. */
static pln_err_t try_branch(const pln_store_t *store, pln_txn_t *txn, const pln_effect_t *effect,
                            pln_chain_row_t *out)
{
    uint32_t parent = effect->as.store.parent;
    const pln_chain_row_t *left = trial_row(store, parent);
    *out = pln_fresh_branch(effect);
    bool fits = left != NULL && !going(store, parent) &&
                pln_place_equal(&left->place, &effect->as.store.place) &&
                has_head(store, txn, left, &out->base);
    return fits ? PLN_OK : PLN_ESTALE;
}

static pln_err_t try_store(pln_store_t *store, pln_txn_t *txn, const pln_effect_t *effect)
{
    pln_chain_row_t row;
    if (effect->as.store.branch && trial_row(store, effect->as.store.chain) == NULL) {
        PLN_TRY(try_branch(store, txn, effect, &row));
    } else {
        PLN_TRY(try_row(store, effect->as.store.chain, &effect->as.store.place, &row));
    }
    if (!head_equal(&row.head, &effect->as.store.base)) {
        return PLN_ESTALE;
    }
    pln_row_grow(&row, &effect->as.store.end, effect->as.store.aside);
    pln_chains_put(&store->trial, &row);
    return PLN_OK;
}

static pln_err_t try_mint(pln_store_t *store, const pln_effect_t *effect)
{
    pln_chain_row_t row;
    PLN_TRY(try_row(store, effect->as.mint.chain, &effect->as.mint.place, &row));
    size_t count = effect->as.mint.count;
    uint32_t size_max =
        row.place.lane == PLN_LANE_CONTROL ? PLN_CONTROL_PAYLOAD_MAX : PLN_PAYLOAD_MAX;
    for (size_t i = 0; i < count; i++) {
        if (effect->as.mint.drafts[i].payload.size > size_max) {
            return PLN_EOVERSIZE;
        }
    }
    if (count > PLN_SEQ_MAX - row.head.seq) {
        return PLN_EFULL;
    }
    /* its hash is not known yet, so nothing in the same job can name it as a base */
    pln_head_t end = {.seq = row.head.seq + count};
    pln_row_grow(&row, &end, false);
    pln_chains_put(&store->trial, &row);
    return PLN_OK;
}

static pln_err_t try_counted(pln_store_t *store, const pln_effect_t *effect)
{
    const pln_chain_row_t *found = trial_row(store, effect->as.aside.chain);
    assert(effect->as.aside.from >= 1);
    assert(effect->as.aside.from <= effect->as.aside.to);
    if (found == NULL || effect->as.aside.to > found->head.seq ||
        going(store, effect->as.aside.chain)) {
        return PLN_ESTALE;
    }
    pln_chain_row_t row = *found;
    row.counted = pln_counted_after(&row, effect);
    pln_chains_put(&store->trial, &row);
    return PLN_OK;
}

static pln_err_t try_withhold(const pln_store_t *store, const pln_effect_t *effect)
{
    uint32_t chain = effect->as.withhold.chain;
    const pln_chain_row_t *found = trial_row(store, chain);
    bool held = found != NULL && effect->as.withhold.seq >= 1 &&
                effect->as.withhold.seq <= found->head.seq && !going(store, chain);
    return held ? PLN_OK : PLN_ESTALE;
}

/** Only what does not count may go. */
static pln_err_t try_trim(const pln_store_t *store, const pln_effect_t *effect)
{
    const pln_chain_row_t *found = trial_row(store, effect->as.trim.chain);
    bool aside = found != NULL && effect->as.trim.to >= found->counted &&
                 effect->as.trim.to < found->head.seq && !going(store, found->number);
    return aside ? PLN_OK : PLN_ESTALE;
}

pln_err_t pln_try_job(pln_store_t *store, pln_txn_t *txn, const pln_job_t *job)
{
    pln_chains_clear(&store->trial);
    for (size_t i = 0; i < job->op_count; i++) {
        const pln_effect_t *effect = &job->ops[i].effect;
        switch (effect->type) {
            case PLN_FX_STORE:
                PLN_TRY(try_store(store, txn, effect));
                break;
            case PLN_FX_MINT:
                PLN_TRY(try_mint(store, effect));
                break;
            case PLN_FX_ASIDE:
            case PLN_FX_BACK:
                PLN_TRY(try_counted(store, effect));
                break;
            case PLN_FX_WITHHOLD:
            case PLN_FX_REVEAL:
                PLN_TRY(try_withhold(store, effect));
                break;
            case PLN_FX_TRIM:
                PLN_TRY(try_trim(store, effect));
                break;
            default:
                break;
        }
    }
    return PLN_OK;
}
