// SPDX-License-Identifier: MPL-2.0
#include "memory_store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "memory_chain.h"
#include "memory_rows.h"
#include "proto/hash.h"

memory_store_t *memory_store_new(const pln_store_id_t *id)
{
    memory_store_t *store = pln_alloc_zero(1, sizeof *store);
    store->id = *id;
    memory_rows_init(&store->rows);
    pln_map_init(&store->places, MEMORY_NAME_SIZE, (const uint8_t[16]){2});
    return store;
}

static void chain_free(memory_chain_t *chain)
{
    if (chain != NULL && --chain->holders == 0) {
        memory_entries_release(&chain->entries);
        free(chain->vouches);
        memory_hidden_free(chain);
        free(chain);
    }
}

void memory_store_free(memory_store_t **store_p)
{
    memory_store_t *store = *store_p;
    if (store == NULL) {
        return;
    }
    for (size_t i = 0; i < store->chain_count; i++) {
        chain_free(store->chains[i]);
    }
    memory_rows_free(&store->rows);
    pln_map_free(&store->places);
    free(store->chains);
    free(store->arrivals);
    free(store->tags);
    free(store);
    *store_p = NULL;
}

static void *duplicate(const void *data, size_t size)
{
    void *copy = pln_alloc(size > 0 ? size : 1);
    if (size > 0) {
        memcpy(copy, data, size);
    }
    return copy;
}

static memory_chain_t *chain_copy(const memory_chain_t *from)
{
    memory_chain_t *chain = duplicate(from, sizeof *from);
    chain->holders = 1;
    chain->entries = memory_entries_again(from->entries);
    chain->vouches = duplicate(from->vouches, from->vouch_count * sizeof *from->vouches);
    memory_hidden_copy(chain, from);
    return chain;
}

static void place_put(memory_store_t *store, memory_chain_t *chain)
{
    uint8_t name[MEMORY_NAME_SIZE];
    memory_place_name(&chain->row.place, name);
    const memory_chain_t *there = pln_map_get(&store->places, name);
    if (there == NULL || there->row.number == chain->row.number) {  // the first of its branches
        pln_map_put(&store->places, name, chain);
    }
}

/** The chain @number, to be written to. */
static memory_chain_t *chain_own(memory_store_t *store, uint32_t number)
{
    memory_chain_t *chain = store->chains[number];
    if (chain->holders > 1) {
        chain->holders--;
        chain = store->chains[number] = chain_copy(chain);
        place_put(store, chain);
    }
    return chain;
}

memory_store_t *memory_store_copy(const memory_store_t *from)
{
    memory_store_t *store = duplicate(from, sizeof *from);
    store->chains = duplicate(from->chains, from->chain_count * sizeof *from->chains);
    store->arrivals = duplicate(from->arrivals, from->arrival_count * sizeof *from->arrivals);
    store->tags = duplicate(from->tags, from->arrival_count * sizeof *from->tags);
    memory_rows_copy(&store->rows, &from->rows);
    pln_map_init(&store->places, MEMORY_NAME_SIZE, (const uint8_t[16]){2});
    for (size_t i = 0; i < from->chain_count; i++) {
        if (store->chains[i] != NULL) {
            store->chains[i]->holders++;
            place_put(store, store->chains[i]);
        }
    }
    return store;
}

void memory_store_rename(memory_store_t *store, const pln_store_id_t *id)
{
    store->id = *id;
}

const pln_store_id_t *memory_store_id(const memory_store_t *store)
{
    return &store->id;
}

pln_cursor_t memory_store_arrivals(const memory_store_t *store)
{
    if (store->arrival_count > 0) {
        return store->tags[store->arrival_count - 1];
    }
    pln_cursor_t start;
    pln_cursor_start(&store->id, &start);
    return start;
}

static void controls_load(const memory_chain_t *chain, pln_node_t *node)
{
    for (uint64_t seq = chain->row.base.seq + 1; seq <= chain->row.head.seq; seq++) {
        pln_entry_t entry;
        pln_err_t error = memory_entry_at(chain, seq, &entry);
        assert(error == PLN_OK);
        const pln_head_t *heads = chain->entries->heads;
        error = pln_node_load_control(node, chain->row.number, seq, &heads[seq - 1].hash,
                                      &heads[seq].hash, &entry);
        assert(error == PLN_OK);
    }
}

void memory_store_load(const memory_store_t *store, pln_node_t *node)
{
    for (int table = 0; table < PLN_TABLE_COUNT; table++) {
        size_t cursor = 0;
        const memory_row_t *row;
        while ((row = memory_rows_next(&store->rows, (pln_table_t)table, &cursor)) != NULL) {
            pln_err_t error = pln_node_load_row(node, (pln_table_t)table, pln_buf_span(&row->key),
                                                pln_buf_span(&row->value));
            assert(error == PLN_OK || error == PLN_ENOTFOUND);
        }
    }
    for (size_t i = 0; i < store->chain_count; i++) {
        if (store->chains[i] != NULL) {
            pln_err_t error = pln_node_load_chain(node, &store->chains[i]->row);
            assert(error == PLN_OK);
        }
    }
    for (size_t i = 0; i < store->chain_count; i++) {
        if (store->chains[i] != NULL && store->chains[i]->gone == store->chains[i]->row.base.seq &&
            store->chains[i]->row.place.lane == PLN_LANE_CONTROL) {
            controls_load(store->chains[i], node);
        }
    }
}

/* ---- jobs ---- */

static memory_chain_t *chain_get(memory_store_t *store, uint32_t number, const pln_place_t *place)
{
    if (number >= store->chain_count) {
        store->chains = pln_realloc(store->chains, (number + 1u) * sizeof *store->chains);
        memset(store->chains + store->chain_count, 0,
               (number + 1u - store->chain_count) * sizeof *store->chains);
        store->chain_count = number + 1u;
    }
    memory_chain_t *chain = store->chains[number];
    if (chain == NULL) {
        chain = store->chains[number] = pln_alloc_zero(1, sizeof *chain);
        chain->row.number = number;
        chain->row.place = *place;
        chain->entries = memory_entries_hold(place);
        chain->row.base = chain->row.head = chain->row.counted_head = chain->entries->heads[0];
        chain->holders = 1;
        place_put(store, chain);
    }
    return chain_own(store, number);
}

static bool is_anchor(const memory_chain_t *chain, uint64_t seq)
{
    const pln_head_t *heads = chain->entries->heads;
    return pln_chain_anchor(chain->row.place.lane, seq, heads[seq - 1].cum, heads[seq].cum);
}

static void vouch_add(memory_chain_t *chain, const pln_vouch_t *vouch)
{
    if (chain->vouch_count > 0) {
        uint64_t last = chain->vouches[chain->vouch_count - 1].head.seq;
        if (!is_anchor(chain, last) && last < vouch->head.seq) {
            chain->vouch_count--;
        }
    }
    chain->vouches = pln_realloc(chain->vouches, (chain->vouch_count + 1) * sizeof *chain->vouches);
    chain->vouches[chain->vouch_count++] = *vouch;
}

static void arrival_add(memory_store_t *store, pln_op_t op, uint32_t chain, uint64_t from,
                        uint64_t to, pln_stored_t *result)
{
    pln_arrival_t row = {op, chain, from, to};
    pln_cursor_t cursor = memory_store_arrivals(store);
    pln_cursor_next(&cursor, &row);
    size_t n = store->arrival_count++;
    store->arrivals = pln_realloc(store->arrivals, (n + 1) * sizeof *store->arrivals);
    store->tags = pln_realloc(store->tags, (n + 1) * sizeof *store->tags);
    store->arrivals[n] = row;
    store->tags[n] = cursor;
    store->chains[chain]->row.last_arrival = cursor.number;
    result->arrival = cursor;
}

static void grown(memory_store_t *store, memory_chain_t *chain, const pln_head_t *base,
                  const pln_head_t *end, bool aside, pln_stored_t *result)
{
    bool counts = chain->row.counted == chain->row.head.seq && !aside;
    chain->row.head = *end;
    if (counts) {
        chain->row.counted = end->seq;
        chain->row.counted_head = *end;
    }
    *result = (pln_stored_t){.chain = chain->row.number, .base = *base, .end = *end};
    result->signature = chain->row.signature = chain->vouches[chain->vouch_count - 1].signature;
    arrival_add(store, counts ? PLN_OP_ADDED : PLN_OP_ASIDE, chain->row.number, base->seq + 1,
                end->seq, result);
}

/** A branch begins: with what it leaves, up to where it leaves it. */
static memory_chain_t *branch_get(memory_store_t *store, const pln_effect_t *effect)
{
    memory_chain_t *chain = chain_get(store, effect->as.store.chain, &effect->as.store.place);
    if (!effect->as.store.branch || chain->row.branch) {
        return chain;
    }
    const memory_chain_t *parent = store->chains[effect->as.store.parent];
    const pln_head_t *base = &effect->as.store.base;
    memory_entries_release(&chain->entries);
    chain->entries = memory_entries_again(parent->entries);
    chain->row.branch = true;
    chain->row.parent = parent->row.number;
    chain->row.base = chain->row.head = chain->row.counted_head = *base;
    chain->row.counted = chain->gone = base->seq;
    chain->vouches = duplicate(parent->vouches, parent->vouch_count * sizeof *parent->vouches);
    while (chain->vouch_count < parent->vouch_count &&
           parent->vouches[chain->vouch_count].head.seq <= base->seq) {
        chain->vouch_count++;
    }
    return chain;
}

static void apply_store(memory_store_t *store, const pln_effect_t *effect, pln_stored_t *result)
{
    memory_chain_t *chain = branch_get(store, effect);
    pln_head_t base = chain->row.head;
    memory_entries_append(&chain->entries, base.seq, effect->as.store.run);
    pln_vouch_t vouch = {effect->as.store.end, effect->as.store.signature};
    vouch_add(chain, &vouch);
    grown(store, chain, &base, &effect->as.store.end, effect->as.store.aside, result);
    result->run = effect->as.store.run;
}

static void apply_mint(memory_store_t *store, const pln_identity_t *self, memory_job_t *job,
                       const pln_effect_t *effect, pln_stored_t *result)
{
    memory_chain_t *chain = chain_get(store, effect->as.mint.chain, &effect->as.mint.place);
    pln_head_t base = chain->row.head;
    pln_head_t head = base;
    pln_buf_t run = {0};
    size_t runs = 0;
    for (size_t i = 0; i < effect->as.mint.count; i++) {
        size_t at = run.size;
        pln_vouch_t vouch;
        bool is_signed = false;
        pln_err_t error =
            pln_chain_mint(self, &effect->as.mint.place, &effect->as.mint.drafts[i],
                           i + 1 == effect->as.mint.count, &head, &run, &vouch, &is_signed);
        assert(error == PLN_OK);
        chain->row.head = *memory_entries_append(&chain->entries, chain->row.head.seq,
                                                 PLN_SPAN(run.data + at, run.size - at));
        if (is_signed) {
            vouch_add(chain, &vouch);
            runs++;
        }
    }
    chain->row.head = base;
    grown(store, chain, &base, &head, false, result);
    if (runs == 1) {
        result->run = memory_job_keep(job, pln_buf_span(&run));
    }
    pln_buf_free(&run);
}

/** Index of the first kept signature at or behind @seq. */
size_t memory_vouch_from(const memory_chain_t *chain, uint64_t seq)
{
    size_t low = 0;
    size_t high = chain->vouch_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (chain->vouches[middle].head.seq < seq) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/** A cut on another branch vouches for nothing that is here; a fork proof vouches by itself. */
static bool vouches_for(const memory_chain_t *chain, const pln_effect_t *effect)
{
    const pln_signature_t *signature = &effect->as.aside.signature;
    return effect->as.aside.vouched &&
           (pln_signature_is_zero(signature) ||
            pln_head_verify(&chain->row.place, chain->row.counted, &chain->row.counted_head.hash,
                            signature) == PLN_OK);
}

static void apply_shift(memory_store_t *store, const pln_effect_t *effect, pln_stored_t *result)
{
    memory_chain_t *chain = chain_own(store, effect->as.aside.chain);
    bool aside = effect->type == PLN_FX_ASIDE;
    uint64_t counted = aside ? effect->as.aside.from - 1 : effect->as.aside.to;
    *result = (pln_stored_t){.chain = chain->row.number, .base = chain->row.counted_head};
    result->end = chain->entries->heads[counted];
    chain->row.counted = counted;
    chain->row.counted_head = result->end;
    if (counted > chain->row.base.seq && vouches_for(chain, effect)) {
        pln_vouch_t vouch = {result->end, effect->as.aside.signature};
        size_t at = 0;
        while (at < chain->vouch_count && chain->vouches[at].head.seq < counted) {
            at++;
        }
        if (at == chain->vouch_count || chain->vouches[at].head.seq != counted) {
            chain->vouches =
                pln_realloc(chain->vouches, (chain->vouch_count + 1) * sizeof *chain->vouches);
            memmove(&chain->vouches[at + 1], &chain->vouches[at],
                    (chain->vouch_count - at) * sizeof *chain->vouches);
            chain->vouches[at] = vouch;
            chain->vouch_count++;
        }
    }
    size_t kept = memory_vouch_from(chain, counted);
    if (kept < chain->vouch_count && chain->vouches[kept].head.seq == counted) {
        result->signature = chain->vouches[kept].signature;
    }
    arrival_add(store, aside ? PLN_OP_ASIDE : PLN_OP_BACK, chain->row.number, effect->as.aside.from,
                effect->as.aside.to, result);
}

/** What one job may still delete; as in the LMDB store. */
typedef struct {
    uint64_t entries;
    uint64_t bytes;
} allowance_t;

static void chain_remove(memory_store_t *store, memory_chain_t *chain)
{
    uint8_t name[MEMORY_NAME_SIZE];
    memory_place_name(&chain->row.place, name);
    if (pln_map_get(&store->places, name) == chain) {
        pln_map_remove(&store->places, name);
    }
    store->chains[chain->row.number] = NULL;
    chain_free(chain);
}

static void apply_forget(memory_store_t *store, const pln_effect_t *effect, allowance_t *left,
                         pln_stored_t *result)
{
    uint32_t number = effect->as.forget.chain;
    uint64_t upto = effect->as.forget.upto;
    memory_chain_t *chain = number < store->chain_count ? store->chains[number] : NULL;
    *result = (pln_stored_t){.chain = number, .arrival = memory_store_arrivals(store)};
    result->base.seq = result->end.seq = upto;
    if (chain == NULL) {
        return;
    }
    chain = chain_own(store, number);
    upto = upto < chain->row.head.seq ? upto : chain->row.head.seq;
    result->base.seq = chain->gone;
    while (chain->gone < upto && left->entries > 0 && left->bytes > 0) {
        const pln_head_t *last = &chain->entries->heads[chain->gone++];
        uint64_t weight = last[1].cum - last[0].cum;
        left->entries--;
        left->bytes -= weight < left->bytes ? weight : left->bytes;
    }
    result->end.seq = chain->gone;
    if (chain->gone == chain->row.head.seq) {
        chain_remove(store, chain);
    } else if (chain->gone > chain->row.base.seq) {
        chain->row.last_arrival = 0;
        chain->row.counted = chain->row.base.seq;
        chain->row.counted_head = chain->row.base;
    }
}

static void apply_trim(memory_store_t *store, const pln_effect_t *effect, allowance_t *left,
                       pln_stored_t *result)
{
    memory_chain_t *chain = chain_own(store, effect->as.trim.chain);
    *result = (pln_stored_t){.chain = chain->row.number,
                             .base = chain->row.head,
                             .arrival = memory_store_arrivals(store)};
    memory_trim(chain, effect->as.trim.to, &left->entries, &left->bytes);
    result->end = chain->row.head;
    result->signature = chain->row.signature;
}

/** Number and place are known together, or neither is. */
static bool place_fits(const memory_store_t *store, uint32_t number, const pln_place_t *place)
{
    uint8_t name[MEMORY_NAME_SIZE];
    memory_place_name(place, name);
    const memory_chain_t *named = pln_map_get(&store->places, name);
    const memory_chain_t *numbered = number < store->chain_count ? store->chains[number] : NULL;
    return named == numbered || (numbered != NULL && numbered->row.branch);
}

/** A branch's first run: what it leaves is here, and has its base on it. */
static bool branch_fits(const memory_store_t *store, const pln_effect_t *effect)
{
    uint32_t number = effect->as.store.chain;
    if (number < store->chain_count && store->chains[number] != NULL) {
        return place_fits(store, number, &effect->as.store.place);
    }
    uint32_t parent = effect->as.store.parent;
    const memory_chain_t *left = parent < store->chain_count ? store->chains[parent] : NULL;
    const pln_head_t *base = &effect->as.store.base;
    return left != NULL && left->gone == left->row.base.seq && left->row.head.seq >= base->seq &&
           left->row.base.seq <= base->seq &&
           pln_hash_equal(&left->entries->heads[base->seq].hash, &base->hash);
}

static void apply_withhold(memory_store_t *store, const pln_effect_t *effect, pln_stored_t *result)
{
    memory_chain_t *chain = chain_own(store, effect->as.withhold.chain);
    uint64_t seq = effect->as.withhold.seq;
    bool withhold = effect->type == PLN_FX_WITHHOLD;
    if (withhold) {
        memory_withhold(chain, seq, effect->as.withhold.keep);
    } else {
        memory_reveal(chain, seq, effect->as.withhold.payload);
    }
    *result = (pln_stored_t){.chain = chain->row.number, .base = chain->row.counted_head};
    result->end = chain->row.counted_head;
    arrival_add(store, withhold ? PLN_OP_WITHHELD : PLN_OP_BACK, chain->row.number, seq, seq,
                result);
}

static bool bases_hold(memory_store_t *store, const memory_job_t *job)
{
    for (size_t i = 0; i < job->count; i++) {
        const pln_effect_t *effect = &job->effects[i];
        if (effect->type == PLN_FX_MINT &&
            !place_fits(store, effect->as.mint.chain, &effect->as.mint.place)) {
            return false;
        }
        if (effect->type == PLN_FX_STORE) {
            if (effect->as.store.branch
                    ? !branch_fits(store, effect)
                    : !place_fits(store, effect->as.store.chain, &effect->as.store.place)) {
                return false;
            }
            memory_chain_t *chain = branch_get(store, effect);
            if (chain->row.head.seq != effect->as.store.base.seq ||
                memcmp(chain->row.head.hash.bytes, effect->as.store.base.hash.bytes, 32) != 0) {
                return false;
            }
        }
        if (effect->type == PLN_FX_TRIM) {
            uint32_t number = effect->as.trim.chain;
            const memory_chain_t *chain =
                number < store->chain_count ? store->chains[number] : NULL;
            if (chain == NULL || effect->as.trim.to < chain->row.counted ||
                effect->as.trim.to >= chain->row.head.seq || chain->gone > chain->row.base.seq) {
                return false;
            }
        }
        if (effect->type == PLN_FX_WITHHOLD || effect->type == PLN_FX_REVEAL) {
            uint32_t number = effect->as.withhold.chain;
            const memory_chain_t *chain =
                number < store->chain_count ? store->chains[number] : NULL;
            if (chain == NULL || effect->as.withhold.seq > chain->row.head.seq ||
                chain->gone > chain->row.base.seq) {
                return false;
            }
        }
    }
    return true;
}

void memory_store_apply(memory_store_t *store, const pln_identity_t *self, memory_job_t *job)
{
    if (!bases_hold(store, job)) {
        job->error = PLN_ESTALE;
        return;
    }
    allowance_t left = {PLN_FORGET_ENTRIES, PLN_FORGET_BYTES};
    for (size_t i = 0; i < job->count; i++) {
        const pln_effect_t *effect = &job->effects[i];
        pln_stored_t *result = &job->results[job->result_count];
        switch (effect->type) {
            case PLN_FX_STORE:
                apply_store(store, effect, result);
                break;
            case PLN_FX_MINT:
                apply_mint(store, self, job, effect, result);
                break;
            case PLN_FX_SAVE:
                memory_rows_save(&store->rows, effect->as.save.table, effect->as.save.key,
                                 effect->as.save.value);
                continue;
            case PLN_FX_FORGET:
                apply_forget(store, effect, &left, result);
                break;
            case PLN_FX_TRIM:
                apply_trim(store, effect, &left, result);
                break;
            case PLN_FX_WITHHOLD:
            case PLN_FX_REVEAL:
                apply_withhold(store, effect, result);
                break;
            default:
                apply_shift(store, effect, result);
                break;
        }
        job->result_count++;
    }
}
