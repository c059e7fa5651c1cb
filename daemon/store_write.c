// SPDX-License-Identifier: MPL-2.0
// One durable transaction for many jobs. Each job is first tried on copies of the rows it names:
// only a job that fits is written, so nothing of a stale one needs to be taken back.
#include <assert.h>
#include <string.h>
#include <time.h>

#include "job.h"
#include "proto/planted.h"
#include "store_dump.h"
#include "store_forget.h"
#include "store_head.h"
#include "store_trial.h"
#include "store_withhold.h"

#define READER_CHECK_SEC 60

typedef struct {
    pln_store_t *store;
    const pln_identity_t *self;
    pln_txn_t txn;
    MDB_cursor *entries; /**< NULL only when txn carries an error */
    pln_spot_t last;     /**< as in the store, with what this transaction added */
    pln_cursor_t arrivals;
    pln_allowance_t allowance; /**< what may still be deleted */
} apply_t;

/* ---- writing: from here on only the disk can say no ---- */

static bool at_end(const pln_spot_t *last, uint32_t chain, uint64_t seq)
{
    return chain > last->chain || (chain == last->chain && seq > last->seq) || last->seq == 0;
}

/** The hot path: one key in place, one cursor, no copy but LMDB's own. */
static void put_entry(apply_t *apply, uint32_t chain, uint64_t seq, pln_span_t bytes)
{
    if (apply->txn.error != 0) {
        return;
    }
    uint8_t bytes_of_key[PLN_ENTRY_KEY_SIZE];
    pln_put_u32(bytes_of_key, chain);
    pln_put_u64(bytes_of_key + 4, seq);
    MDB_val key = {sizeof bytes_of_key, bytes_of_key};
    MDB_val value = pln_mdb_val(bytes);
    bool append = at_end(&apply->last, chain, seq);
    pln_txn_fail(&apply->txn,
                 mdb_cursor_put(apply->entries, &key, &value, append ? MDB_APPEND : 0));
    if (append) {
        apply->last = (pln_spot_t){chain, seq};
    }
}

/** Each entry of @run under its seq, from @base on; returns the weight of the last one. */
static uint64_t put_run(apply_t *apply, uint32_t chain, uint64_t base, pln_span_t run,
                        uint32_t count)
{
    pln_entry_t entry;
    size_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        pln_span_t rest = PLN_SPAN(run.data + at, run.size - at);
        pln_err_t error = pln_entry_read(rest, &entry);
        assert(error == PLN_OK); /* verified before it became an effect */
        put_entry(apply, chain, base + 1 + i, PLN_SPAN(rest.data, entry.stored_size));
        at += entry.stored_size;
    }
    assert(at == run.size);
    return pln_entry_weight(&entry.header);
}

static void put_vouch(apply_t *apply, uint32_t chain, const pln_vouch_t *vouch, bool kept)
{
    uint8_t value[PLN_VOUCH_ROW_SIZE];
    pln_vouch_row_write(vouch, kept, value);
    pln_txn_put(&apply->txn, PLN_DB_SIGNATURES, pln_key_entry(chain, vouch->head.seq),
                PLN_SPAN(value, sizeof value));
}

/** Signature of a head just reached by an entry of @weight; anchors keep theirs (R4). */
static void put_head_vouch(apply_t *apply, const pln_chain_row_t *row, const pln_vouch_t *vouch,
                           uint64_t weight)
{
    uint64_t cum = vouch->head.cum;
    put_vouch(apply, row->number, vouch,
              pln_chain_anchor(row->place.lane, vouch->head.seq, cum - weight, cum));
}

/** The signature of a head that is one no more goes, unless it is an anchor's or a cut's (R4). */
static void drop_vouch(apply_t *apply, const pln_chain_row_t *row)
{
    pln_vouch_t vouch;
    bool kept;
    if (pln_vouch_at(&apply->txn, row->number, row->head.seq, &vouch, &kept) &&
        (!kept || PLN_PLANTED(vouch_dropped))) {
        pln_txn_del(&apply->txn, PLN_DB_SIGNATURES, pln_key_entry(row->number, row->head.seq));
    }
}

/** What happened to @row becomes the next arrival. */
static void add_arrival(apply_t *apply, pln_chain_row_t *row, pln_op_t op, uint64_t from,
                        uint64_t to)
{
    pln_arrival_t arrival = {.op = op, .chain = row->number, .from = from, .to = to};
    const pln_arrival_t other = {.op = op, .from = 1, .to = 1};
    pln_cursor_next(&apply->arrivals, PLN_PLANTED(tag_wrong) ? &other : &arrival);
    row->last_arrival = apply->arrivals.number;
    uint8_t value[PLN_ARRIVAL_VALUE_SIZE];
    pln_arrival_value_write(&arrival, &apply->arrivals.tag, value);
    pln_txn_append(&apply->txn, PLN_DB_ARRIVALS, pln_key_arrival(apply->arrivals.number),
                   PLN_SPAN(value, sizeof value));
}

/**
 * Stage @row and tell what became of it; @base is its head before. What comes on top of entries
 * that are set aside arrives as set aside.
 */
static void finish_growth(apply_t *apply, pln_chain_row_t *row, const pln_head_t *base,
                          pln_span_t run, pln_stored_t *result)
{
    pln_op_t op = row->counted == row->head.seq ? PLN_OP_ADDED : PLN_OP_ASIDE;
    add_arrival(apply, row, op, base->seq + 1, row->head.seq);
    pln_chains_put(&apply->store->staged, row);
    *result = (pln_stored_t){.chain = row->number,
                             .base = *base,
                             .end = row->head,
                             .signature = row->signature,
                             .run = run,
                             .arrival = apply->arrivals};
}

/** The staged row, or a new one for @place. */
static pln_chain_row_t row_of(const apply_t *apply, uint32_t chain, const pln_place_t *place)
{
    const pln_chain_row_t *row = pln_staged_row(apply->store, chain);
    return row != NULL ? *row : pln_fresh_row(chain, place);
}

static void store_op(apply_t *apply, const pln_effect_t *effect, pln_stored_t *result)
{
    bool begins =
        effect->as.store.branch && pln_staged_row(apply->store, effect->as.store.chain) == NULL;
    pln_chain_row_t row = begins ? pln_fresh_branch(effect)
                                 : row_of(apply, effect->as.store.chain, &effect->as.store.place);
    pln_head_t base = row.head;
    pln_vouch_t vouch = {effect->as.store.end, effect->as.store.signature};
    assert(vouch.head.seq == base.seq + effect->as.store.count);
    drop_vouch(apply, &row);
    uint64_t weight =
        put_run(apply, row.number, base.seq, effect->as.store.run, effect->as.store.count);
    put_head_vouch(apply, &row, &vouch, weight);
    pln_row_grow(&row, &vouch.head, effect->as.store.aside);
    row.signature = vouch.signature;
    finish_growth(apply, &row, &base, effect->as.store.run, result);
}

/** Mint every draft from @row's head on; @run is left empty when it took more than one run. */
static void mint_entries(apply_t *apply, const pln_effect_t *effect, pln_chain_row_t *row,
                         pln_buf_t *run)
{
    pln_head_t head = row->head;
    bool one_run = true;
    size_t count = effect->as.mint.count;
    for (size_t i = 0; i < count; i++) {
        bool last = i + 1 == count;
        bool is_signed;
        pln_vouch_t vouch;
        uint64_t cum = head.cum;
        size_t start = run->size;
        pln_err_t error = pln_chain_mint(apply->self, &row->place, &effect->as.mint.drafts[i], last,
                                         &head, run, &vouch, &is_signed);
        assert(error == PLN_OK); /* tried before */
        put_entry(apply, row->number, head.seq, PLN_SPAN(run->data + start, run->size - start));
        if (!is_signed) {
            continue;
        }
        put_head_vouch(apply, row, &vouch, head.cum - cum);
        row->signature = vouch.signature;
        if (!last) {
            one_run = false;
            pln_buf_clear(run);
        }
    }
    if (!one_run) {
        pln_buf_free(run);
    }
    pln_row_grow(row, &head, false);
}

static void mint_op(apply_t *apply, pln_job_op_t *op, pln_stored_t *result)
{
    pln_chain_row_t row = row_of(apply, op->effect.as.mint.chain, &op->effect.as.mint.place);
    pln_head_t base = row.head;
    drop_vouch(apply, &row);
    pln_buf_clear(&op->minted);
    mint_entries(apply, &op->effect, &row, &op->minted);
    finish_growth(apply, &row, &base, pln_buf_span(&op->minted), result);
}

/**
 * Keep the signature a cut carries for @head, and hand out whichever is held there. It is checked
 * here because only here the hash at that seq is known: a cut on another branch vouches for nothing
 * that we could serve.
 */
static void vouch_counted(apply_t *apply, const pln_effect_t *effect, const pln_chain_row_t *row,
                          pln_signature_t *out)
{
    pln_vouch_t vouch = {row->counted_head, effect->as.aside.signature};
    bool kept;
    pln_vouch_t there;
    bool given = effect->as.aside.vouched && row->counted > row->base.seq &&
                 !pln_vouch_at(&apply->txn, row->number, row->counted, &there, &kept);
    if (given && (pln_signature_is_zero(&vouch.signature) ||
                  pln_head_verify(&row->place, row->counted, &row->counted_head.hash,
                                  &vouch.signature) == PLN_OK)) {
        put_vouch(apply, row->number, &vouch, true);
    }
    if (pln_vouch_at(&apply->txn, row->number, row->counted, &vouch, &kept)) {
        *out = vouch.signature;
    }
}

/**
 * What moved becomes the arrival: entries may have been stored since the node decided, and whoever
 * follows arrivals must hear of those too. Nothing moved: the range is told again as it was asked.
 */
static void add_shift(apply_t *apply, pln_chain_row_t *row, const pln_effect_t *effect,
                      uint64_t counted_before)
{
    uint64_t from = effect->as.aside.from;
    uint64_t to = effect->as.aside.to;
    if (effect->type == PLN_FX_ASIDE) {
        add_arrival(apply, row, PLN_OP_ASIDE, from, counted_before >= from ? counted_before : to);
    } else {
        add_arrival(apply, row, PLN_OP_BACK, counted_before < to ? counted_before + 1 : from, to);
    }
}

static void counted_op(apply_t *apply, const pln_effect_t *effect, pln_stored_t *result)
{
    const pln_chain_row_t *found = pln_staged_row(apply->store, effect->as.aside.chain);
    assert(found != NULL); /* tried before */
    pln_chain_row_t row = *found;
    *result = (pln_stored_t){.chain = row.number, .base = row.counted_head};
    row.counted = pln_counted_after(&row, effect);
    if (!pln_head_at(&apply->txn, row.number, &row.base, row.counted, &row.counted_head)) {
        return;
    }
    vouch_counted(apply, effect, &row, &result->signature);
    add_shift(apply, &row, effect, result->base.seq);
    pln_chains_put(&apply->store->staged, &row);
    result->end = row.counted_head;
    result->arrival = apply->arrivals;
}

/** The copy changes, not the chain: what counts stays. Followers of arrivals hear of it. */
static void withhold_op(apply_t *apply, const pln_effect_t *effect, pln_stored_t *result)
{
    uint64_t seq = effect->as.withhold.seq;
    pln_chain_row_t row = *pln_staged_row(apply->store, effect->as.withhold.chain);
    if (effect->type == PLN_FX_WITHHOLD) {
        pln_withhold_entry(&apply->txn, row.number, seq, effect->as.withhold.keep);
        add_arrival(apply, &row, PLN_OP_WITHHELD, seq, seq);
    } else {
        pln_reveal_entry(&apply->txn, row.number, seq, effect->as.withhold.payload);
        add_arrival(apply, &row, PLN_OP_BACK, seq, seq);
    }
    pln_chains_put(&apply->store->staged, &row);
    *result = (pln_stored_t){.chain = row.number,
                             .base = row.counted_head,
                             .end = row.counted_head,
                             .arrival = apply->arrivals};
}

/** The last entry went: so does the row, and what tells of it. The arrivals stay. */
static void drop_chain(apply_t *apply, const pln_chain_row_t *row)
{
    pln_store_t *store = apply->store;
    const pln_chain_row_t *durable = pln_chains_find(&store->shared->chains, row->number);
    pln_txn_del(&apply->txn, PLN_DB_CHAINS, pln_key_chain(row->number));
    if (durable != NULL) {
        pln_txn_del(&apply->txn, PLN_DB_CHANGED,
                    pln_key_changed(&durable->place.network, durable->last_arrival));
    }
    pln_chains_put(&store->gone, row);
    if (pln_chains_find(&store->staged, row->number) != NULL) {
        pln_chains_drop(&store->staged, &store->gone);
    }
}

static void forget_op(apply_t *apply, const pln_effect_t *effect, pln_stored_t *result)
{
    uint64_t upto = effect->as.forget.upto;
    const pln_chain_row_t *found = pln_staged_row(apply->store, effect->as.forget.chain);
    *result = (pln_stored_t){.chain = effect->as.forget.chain, .arrival = apply->arrivals};
    result->base.seq = result->end.seq = upto;
    if (found == NULL) {
        return; /* gone already */
    }
    pln_chain_row_t row = *found;
    uint64_t last = upto < row.head.seq ? upto : row.head.seq;
    result->end.seq =
        pln_forget_entries(&apply->txn, row.number, last, &apply->allowance, &result->base.seq);
    if (result->end.seq == row.head.seq) {
        drop_chain(apply, &row);
    } else if (result->end.seq > result->base.seq) {
        pln_row_going(&row);
        pln_chains_put(&apply->store->staged, &row);
    }
}

static void trim_op(apply_t *apply, const pln_effect_t *effect, pln_stored_t *result)
{
    pln_chain_row_t row = *pln_staged_row(apply->store, effect->as.trim.chain);
    *result = (pln_stored_t){.chain = row.number, .base = row.head, .arrival = apply->arrivals};
    pln_trim_entries(&apply->txn, &row, effect->as.trim.to, &apply->allowance);
    result->end = row.head;
    result->signature = row.signature;
    pln_chains_put(&apply->store->staged, &row);
}

static void save_op(apply_t *apply, const pln_effect_t *effect)
{
    pln_key_t key = pln_key_row(effect->as.save.table, effect->as.save.key);
    if (effect->as.save.value.data == NULL) {
        pln_txn_del(&apply->txn, PLN_DB_ROWS, key);
    } else {
        pln_txn_put(&apply->txn, PLN_DB_ROWS, key, effect->as.save.value);
    }
}

static void write_job(apply_t *apply, pln_job_t *job)
{
    pln_stored_t *result = job->results;
    for (size_t i = 0; i < job->op_count; i++) {
        pln_job_op_t *op = &job->ops[i];
        switch (op->effect.type) {
            case PLN_FX_STORE:
                store_op(apply, &op->effect, result++);
                break;
            case PLN_FX_MINT:
                mint_op(apply, op, result++);
                break;
            case PLN_FX_ASIDE:
            case PLN_FX_BACK:
                counted_op(apply, &op->effect, result++);
                break;
            case PLN_FX_WITHHOLD:
            case PLN_FX_REVEAL:
                withhold_op(apply, &op->effect, result++);
                break;
            case PLN_FX_FORGET:
                forget_op(apply, &op->effect, result++);
                break;
            case PLN_FX_TRIM:
                trim_op(apply, &op->effect, result++);
                break;
            default:
                save_op(apply, &op->effect);
                break;
        }
    }
}

/* ---- the transaction around them ---- */

/** Rows of chains are written once a transaction, however often they moved in it. */
static void write_staged(apply_t *apply)
{
    const pln_store_t *store = apply->store;
    for (size_t i = 0; i < store->staged.count; i++) {
        const pln_chain_row_t *row = &store->staged.rows[i];
        const pln_chain_row_t *old = pln_chains_find(&store->shared->chains, row->number);
        uint8_t value[PLN_CHAIN_ROW_SIZE];
        pln_chain_row_write(row, value);
        pln_txn_put(&apply->txn, PLN_DB_CHAINS, pln_key_chain(row->number),
                    PLN_SPAN(value, sizeof value));
        if (old != NULL) {
            pln_txn_del(&apply->txn, PLN_DB_CHANGED,
                        pln_key_changed(&old->place.network, old->last_arrival));
        }
        if (pln_row_is_going(row)) {
            continue;
        }
        pln_key_t number = pln_key_chain(row->number);
        pln_txn_put(&apply->txn, PLN_DB_CHANGED,
                    pln_key_changed(&row->place.network, row->last_arrival), pln_key_span(&number));
    }
}

/** Let the readers see what is durable now. */
static void publish(const apply_t *apply)
{
    pln_store_t *store = apply->store;
    store->last = apply->last;
    pthread_mutex_lock(&store->shared->lock);
    pln_chains_drop(&store->shared->chains, &store->gone);
    for (size_t i = 0; i < store->staged.count; i++) {
        pln_chains_put(&store->shared->chains, &store->staged.rows[i]);
    }
    store->shared->arrivals = apply->arrivals;
    pthread_mutex_unlock(&store->shared->lock);
}

/** Readers that died keep pages from being used again until somebody looks. */
static void check_readers(pln_store_t *store)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t now_sec = (uint64_t)now.tv_sec;
    if (now_sec - store->checked_sec >= READER_CHECK_SEC) {
        int dead = 0;
        (void)mdb_reader_check(store->env, &dead);
        store->checked_sec = now_sec;
    }
}

static pln_err_t commit(apply_t *apply)
{
    if (apply->entries != NULL) {
        mdb_cursor_close(apply->entries);
    }
    pln_err_t error = pln_txn_commit(&apply->txn);
    if (error == PLN_OK) {
        publish(apply);
    }
    pln_chains_clear(&apply->store->staged);
    pln_chains_clear(&apply->store->gone);
    return error;
}

pln_err_t pln_store_apply(pln_store_t *store, const pln_identity_t *self, pln_job_t *const *jobs,
                          size_t count)
{
    apply_t apply = {.store = store,
                     .self = self,
                     .last = store->last,
                     .arrivals = store->shared->arrivals,
                     .allowance = {PLN_FORGET_ENTRIES, PLN_FORGET_BYTES}};
    check_readers(store);
    pln_txn_begin(&apply.txn, store, true);
    if (apply.txn.error == 0) {
        pln_txn_fail(&apply.txn,
                     mdb_cursor_open(apply.txn.mdb, store->dbi[PLN_DB_ENTRIES], &apply.entries));
    }
    for (size_t i = 0; i < count && apply.txn.error == 0; i++) {
        jobs[i]->error = pln_try_job(store, &apply.txn, jobs[i]);
        if (jobs[i]->error == PLN_OK) {
            write_job(&apply, jobs[i]);
        }
    }
    write_staged(&apply);
    pln_err_t error = commit(&apply);
    pln_dump_review(store);
    for (size_t i = 0; i < count && error != PLN_OK; i++) {
        jobs[i]->error = error;
    }
    return error;
}
