// SPDX-License-Identifier: MPL-2.0
// What retractions do to the copies held here (R8). A mark follows one entry:
//
//     named by a retraction -> read -> whole -- its author's or the root's --> withheld
//                                        |                                        ^
//                                        +-- a coordinator's --> hidden -- 72 h --+
//                                        ^                         |
//                                        +------- undone ----------+
//
// A withheld entry that no retraction withdraws is a hole (node_holes.c). Every change of a copy
// and the row that remembers it are one job.
#include <stdlib.h>
#include <string.h>

#include "node_withdraw.h"

#define LOOK_MS 60000u /**< how often what is hidden is looked at */
#define RETRY_MS 5000u /**< after the disk refused */
#define VALUE_SIZE (1u + 4u + 8u + 8u + 32u)

typedef struct {
    size_t count;
    pln_mark_t marks[];
} loaded_t;

/* ---- marks of a chain ---- */

static size_t mark_place(const pln_chain_t *chain, uint64_t seq)
{
    size_t low = 0;
    size_t high = chain->mark_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (chain->marks[middle].seq < seq) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

pln_mark_t *pln_mark_find(pln_chain_t *chain, uint64_t seq)
{
    size_t at = mark_place(chain, seq);
    return at < chain->mark_count && chain->marks[at].seq == seq ? &chain->marks[at] : NULL;
}

static pln_mark_t *mark_add(pln_chain_t *chain, const pln_mark_t *mark)
{
    size_t at = mark_place(chain, mark->seq);
    if (chain->mark_count == chain->mark_capacity) {
        chain->mark_capacity = chain->mark_capacity == 0 ? 4 : chain->mark_capacity * 2;
        chain->marks = pln_realloc(chain->marks, chain->mark_capacity * sizeof *chain->marks);
    }
    memmove(&chain->marks[at + 1], &chain->marks[at],
            (chain->mark_count - at) * sizeof *chain->marks);
    chain->marks[at] = *mark;
    chain->mark_count++;
    chain->net->mark_count++;
    return &chain->marks[at];
}

void pln_mark_drop(pln_chain_t *chain, uint64_t seq)
{
    size_t at = mark_place(chain, seq);
    chain->mark_count--;
    chain->net->mark_count--;
    memmove(&chain->marks[at], &chain->marks[at + 1],
            (chain->mark_count - at) * sizeof *chain->marks);
}

static void holes_move(pln_chain_t *chain, bool before, bool after)
{
    chain->holes = chain->holes - before + after;
    chain->net->holes = chain->net->holes - before + after;
    if (before != after) {
        pln_chain_touch(chain->net, chain);
    }
}

void pln_marks_recount(pln_chain_t *chain)
{
    size_t holes = 0;
    for (size_t i = 0; i < chain->mark_count; i++) {
        holes += pln_mark_is_hole(chain, &chain->marks[i]);
    }
    chain->net->holes = chain->net->holes - chain->holes + holes;
    chain->holes = holes;
}

static bool is_own(const pln_node_t *node, const pln_chain_t *chain)
{
    return pln_id_equal(&chain->place.author, &node->self->id);
}

static pln_fate_t fate_of(const pln_chain_t *chain, uint64_t seq, const pln_hash_t *data)
{
    return pln_access_fate(chain->net->access, &chain->place.author, chain->place.epoch, seq, data,
                           NULL);
}

/* ---- rows ---- */

void pln_mark_key(const pln_chain_t *chain, uint64_t seq, uint8_t out[PLN_MARK_KEY_SIZE])
{
    pln_put_u32(out, chain->number);
    pln_put_u64(out + 4, seq);
}

static void mark_save(pln_node_t *node, const pln_chain_t *chain, const pln_mark_t *mark,
                      pln_copy_t copy)
{
    uint8_t key[PLN_MARK_KEY_SIZE];
    pln_buf_t value = {0};
    pln_mark_key(chain, mark->seq, key);
    pln_buf_u8(&value, (uint8_t)copy);
    pln_buf_u32(&value, mark->size);
    pln_buf_u64(&value, mark->since_ms);
    pln_buf_u64(&value, mark->known);
    pln_buf_add(&value, mark->data.bytes, sizeof mark->data.bytes);
    pln_save(node, PLN_TABLE_WITHHELD, key, sizeof key, &value);
    pln_buf_free(&value);
}

static void mark_forget(pln_node_t *node, const pln_chain_t *chain, uint64_t seq)
{
    uint8_t key[PLN_MARK_KEY_SIZE];
    pln_mark_key(chain, seq, key);
    pln_forget_row(node, PLN_TABLE_WITHHELD, key, sizeof key);
}

pln_err_t pln_withdraw_load(pln_node_t *node, pln_span_t key, pln_span_t value)
{
    if (key.size != PLN_MARK_KEY_SIZE || value.size != VALUE_SIZE ||
        (value.data[0] != PLN_COPY_HIDDEN && value.data[0] != PLN_COPY_WITHHELD)) {
        return PLN_EMALFORMED;
    }
    loaded_t *loaded = pln_map_get(&node->loaded_marks, key.data);
    size_t count = loaded == NULL ? 0 : loaded->count;
    if ((count & (count - 1)) == 0) {  // grown at powers of two
        size_t room = count == 0 ? 1 : count * 2;
        loaded = pln_realloc(loaded, sizeof *loaded + room * sizeof loaded->marks[0]);
        pln_map_put(&node->loaded_marks, key.data, loaded);
    }
    pln_mark_t *mark = &loaded->marks[count];
    loaded->count = count + 1;
    *mark = (pln_mark_t){.seq = pln_get_u64(key.data + 4), .copy = (pln_copy_t)value.data[0]};
    mark->fate = PLN_FATE_ERASED;  // no hole until it is judged
    mark->size = pln_get_u32(value.data + 1);
    mark->since_ms = pln_get_u64(value.data + 5);
    mark->known = pln_get_u64(value.data + 13);
    memcpy(mark->data.bytes, value.data + 21, sizeof mark->data.bytes);
    return PLN_OK;
}

void pln_withdraw_adopt(pln_node_t *node, pln_chain_t *chain)
{
    uint8_t key[4];
    pln_put_u32(key, chain->number);
    loaded_t *loaded = pln_map_remove(&node->loaded_marks, key);
    size_t beyond = 0;  // their entries have been deleted, and the machine died then
    for (size_t i = 0; loaded != NULL && i < loaded->count; i++) {
        if (loaded->marks[i].seq <= chain->durable.seq) {
            (void)mark_add(chain, &loaded->marks[i]);
        } else {
            loaded->marks[beyond++] = loaded->marks[i];
        }
    }
    if (beyond > 0) {
        loaded->count = beyond;
        pln_map_put(&node->loaded_marks, key, loaded);
    } else {
        free(loaded);
    }
}

void pln_marks_trim(pln_node_t *node, pln_chain_t *chain)
{
    while (chain->mark_count > 0 && chain->marks[chain->mark_count - 1].seq > chain->durable.seq) {
        uint64_t seq = chain->marks[chain->mark_count - 1].seq;
        mark_forget(node, chain, seq);
        pln_mark_drop(chain, seq);
    }
}

void pln_withdraw_loaded(pln_node_t *node)
{
    size_t cursor = 0;
    for (loaded_t *loaded; (loaded = pln_map_next(&node->loaded_marks, &cursor)) != NULL;) {
        pln_chain_t gone = {.number = pln_get_u32(pln_map_key(&node->loaded_marks, cursor))};
        for (size_t i = 0; i < loaded->count; i++) {
            mark_forget(node, &gone, loaded->marks[i].seq);
        }
    }
    pln_withdraw_free(node);
}

void pln_withdraw_free(pln_node_t *node)
{
    pln_map_free_values(&node->loaded_marks);
}

/* ---- deciding ---- */

/** Whoever has confirmed up to here or further has confirmed this, too. */
static void mark_judged(const pln_node_t *node, pln_chain_t *chain, pln_mark_t *mark)
{
    mark->known = node->arrivals.number;
    chain->net->judged = mark->known;
}

/** Let the copy become @copy, and the row with it. @payload: of a hole that is filled. */
static pln_job_op_t *copy_change(pln_node_t *node, pln_chain_t *chain, pln_mark_t *mark,
                                 pln_copy_t copy, pln_span_t payload)
{
    bool reveal = copy == PLN_COPY_WHOLE;
    pln_effect_t *effect = pln_fx(node, reveal ? PLN_FX_REVEAL : PLN_FX_WITHHOLD);
    effect->as.withhold.chain = chain->number;
    effect->as.withhold.seq = mark->seq;
    effect->as.withhold.keep = copy == PLN_COPY_HIDDEN;
    effect->as.withhold.payload = payload;
    pln_job_op_t *op = pln_job_op(node, effect->type, chain);
    op->to = mark->seq;
    op->copy = copy;
    mark->busy = true;
    if (reveal) {
        mark_forget(node, chain, mark->seq);
        return op;
    }
    mark->since_ms = copy == PLN_COPY_HIDDEN ? node->wall_ms : mark->since_ms;
    mark_judged(node, chain, mark);
    mark_save(node, chain, mark, copy);
    return op;
}

/** Has it been hidden long enough? Its author's node keeps it for ever. */
static bool due(pln_node_t *node, const pln_chain_t *chain, const pln_mark_t *mark)
{
    return !is_own(node, chain) && node->wall_ms >= mark->since_ms + PLN_HIDDEN_MS &&
           pln_clock_check(node) == PLN_OK;
}

static void look_later(pln_node_t *node, pln_net_state_t *net, uint64_t wait_ms)
{
    uint64_t at = node->now_ms + wait_ms;
    if (net->withdraw_ms == 0 || at < net->withdraw_ms) {
        net->withdraw_ms = at;
    }
    pln_wake(node, net->withdraw_ms);
}

/** What should be here of it, by its fate; the same as is when nothing is to be done. */
static pln_copy_t copy_wanted(pln_node_t *node, const pln_chain_t *chain, const pln_mark_t *mark)
{
    if (mark->copy == PLN_COPY_WITHHELD || mark->fate == PLN_FATE_ERASED) {
        return PLN_COPY_WITHHELD;
    }
    if (mark->fate == PLN_FATE_STANDS) {
        return PLN_COPY_WHOLE;
    }
    return mark->copy == PLN_COPY_HIDDEN && due(node, chain, mark) ? PLN_COPY_WITHHELD
                                                                   : PLN_COPY_HIDDEN;
}

/** Judge a mark whose copy is known, and do what follows. */
static void settle(pln_node_t *node, pln_chain_t *chain, pln_mark_t *mark)
{
    if (mark->busy || mark->copy == PLN_COPY_UNREAD) {
        return;
    }
    bool hole = pln_mark_is_hole(chain, mark);
    pln_fate_t fate = fate_of(chain, mark->seq, &mark->data);
    if (fate != mark->fate) {
        mark->fate = fate;
        mark_judged(node, chain, mark);
    }
    bool hole_now = pln_mark_is_hole(chain, mark);
    holes_move(chain, hole, hole_now);
    if (hole_now && !hole) {
        pln_holes_ask(node, chain->net);
    }
    pln_copy_t wanted = copy_wanted(node, chain, mark);
    if (wanted != mark->copy) {
        (void)copy_change(node, chain, mark, wanted, (pln_span_t){0});
    } else if (mark->copy == PLN_COPY_HIDDEN && !is_own(node, chain)) {
        look_later(node, chain->net, LOOK_MS);
    }
}

/** A retraction names entry @seq of @chain, which is durable. */
static void review(pln_node_t *node, pln_chain_t *chain, uint64_t seq)
{
    pln_mark_t *mark = pln_mark_find(chain, seq);
    if (mark == NULL) {
        if (fate_of(chain, seq, NULL) == PLN_FATE_STANDS) {
            return;  // none that counts
        }
        pln_mark_t unread = {.seq = seq, .copy = PLN_COPY_UNREAD};
        unread.fate = PLN_FATE_ERASED;  // no hole until it is judged
        mark = mark_add(chain, &unread);
    }
    if (mark->copy == PLN_COPY_UNREAD && !mark->busy) {
        mark->busy = true;
        pln_effect_t *effect = pln_fx(node, PLN_FX_READ);
        effect->as.read.chain = chain->number;
        effect->as.read.seq = seq;
        return;
    }
    settle(node, chain, mark);
}

/** All entries from @from to @to that retractions name. */
static void review_named(pln_node_t *node, pln_chain_t *chain, uint64_t from, uint64_t to)
{
    for (uint64_t seq = from; (seq = pln_access_retracted(chain->net->access, &chain->place.author,
                                                          chain->place.epoch, seq)) != 0 &&
                              seq <= to;
         seq++) {
        review(node, chain, seq);
    }
}

static void review_all(pln_node_t *node, pln_net_state_t *net)
{
    size_t cursor = 0;
    for (pln_chain_t *chain; (chain = pln_map_next(&net->chains, &cursor)) != NULL;) {
        if (chain->place.lane != PLN_LANE_RECORDS) {
            continue;
        }
        for (size_t i = 0; i < chain->mark_count; i++) {
            settle(node, chain, &chain->marks[i]);
        }
        review_named(node, chain, chain->base.seq + 1, chain->durable.seq);
    }
}

/* ---- a run comes in ---- */

static void put_withheld(pln_buf_t *out, const pln_entry_t *entry)
{
    uint8_t *header = pln_buf_grow(out, PLN_HEADER_SIZE);
    pln_header_write(&entry->header, header);
    header[0] |= PLN_CODEC_WITHHELD;
    pln_buf_add(out, entry->data.bytes, sizeof entry->data.bytes);
}

/** Is the payload of this entry, named by a retraction, not to be stored? */
static bool unwanted(pln_node_t *node, const pln_chain_t *chain, uint64_t seq, pln_entry_t *entry)
{
    pln_entry_data(entry->payload, &entry->data);
    pln_fate_t fate = fate_of(chain, seq, &entry->data);
    return fate == PLN_FATE_ERASED || (fate == PLN_FATE_HIDDEN && !is_own(node, chain));
}

pln_span_t pln_withdraw_run(pln_node_t *node, pln_chain_t *chain, pln_span_t run)
{
    if (chain->place.lane != PLN_LANE_RECORDS) {
        return run;
    }
    pln_access_t *access = chain->net->access;
    const pln_place_t *place = &chain->place;
    uint64_t seq = chain->held.seq;
    uint64_t named = pln_access_retracted(access, &place->author, place->epoch, seq + 1);
    pln_buf_t other = {0};  // the run with less in it, once it differs
    bool differs = false;
    pln_entry_t entry;
    for (size_t at = 0; at < run.size; at += entry.stored_size) {
        if (pln_entry_read(PLN_SPAN(run.data + at, run.size - at), &entry) != PLN_OK) {
            break;  // verified before: cannot be
        }
        bool less = ++seq == named && !entry.withheld && unwanted(node, chain, seq, &entry);
        if (less && !differs) {
            pln_buf_add(&other, run.data, at);
            differs = true;
        }
        if (less || entry.withheld) {
            pln_mark_t mark = {.seq = seq, .data = entry.data, .size = entry.header.size};
            mark.known = node->arrivals.number;
            mark_save(node, chain, &mark, PLN_COPY_WITHHELD);
        }
        if (less) {
            put_withheld(&other, &entry);
        } else if (differs) {
            pln_buf_add(&other, run.data + at, entry.stored_size);
        }
        if (seq == named) {
            named = pln_access_retracted(access, &place->author, place->epoch, seq + 1);
        }
    }
    if (differs) {
        run = PLN_SPAN(pln_keep(node, other.data, other.size), other.size);
    }
    pln_buf_free(&other);
    return run;
}

void pln_withdraw_stored(pln_node_t *node, pln_chain_t *chain, const pln_stored_t *result)
{
    if (chain->place.lane != PLN_LANE_RECORDS) {
        return;
    }
    uint64_t seq = result->base.seq;
    pln_entry_t entry;
    for (size_t at = 0; at < result->run.size; at += entry.stored_size) {
        if (pln_entry_read(PLN_SPAN(result->run.data + at, result->run.size - at), &entry) !=
            PLN_OK) {
            break;
        }
        seq++;
        if (entry.withheld && pln_mark_find(chain, seq) == NULL) {
            pln_mark_t mark = {.seq = seq,
                               .data = entry.data,
                               .size = entry.header.size,
                               .copy = PLN_COPY_WITHHELD,
                               .fate = PLN_FATE_ERASED,
                               .known = node->arrivals.number};
            settle(node, chain, mark_add(chain, &mark));
        }
    }
    review_named(node, chain, result->base.seq + 1, result->end.seq);
}

/* ---- a retraction, a change of what counts ---- */

void pln_withdraw_said(pln_node_t *node, pln_net_state_t *net, const pln_entry_t *entry)
{
    pln_retract_t retract;
    if (entry->header.kind != PLN_KIND_RETRACT ||
        pln_retract_decode(entry->payload, &retract) != PLN_OK || net->forgetting) {
        return;
    }
    pln_chain_t *chain = pln_chain_find(net, &retract.author, retract.epoch, PLN_LANE_RECORDS);
    for (; chain != NULL; chain = chain->next_branch) {  // its data tells which branch is meant
        if (retract.seq > chain->base.seq && retract.seq <= chain->durable.seq) {
            review(node, chain, retract.seq);
        }
    }
}

void pln_withdraw_refold(pln_node_t *node, pln_net_state_t *net)
{
    uint64_t fates = pln_access_fates(net->access) + 1;  // 0: not looked at yet
    if (fates != net->fates && node->started && !net->forgetting) {
        net->fates = fates;
        review_all(node, net);
    }
}

/* ---- what the shell answers ---- */

void pln_withdraw_read(pln_node_t *node, const pln_event_t *event)
{
    uint32_t number = event->as.read.chain;
    pln_chain_t *chain = number < node->chain_capacity ? node->chains[number] : NULL;
    pln_mark_t *mark = chain == NULL ? NULL : pln_mark_find(chain, event->as.read.seq);
    if (mark == NULL || mark->copy != PLN_COPY_UNREAD) {
        return;
    }
    mark->busy = false;
    pln_entry_t entry;
    pln_err_t error = event->as.read.error;
    if (error == PLN_OK) {
        error = pln_entry_read(event->as.read.entry, &entry);
    }
    if (error == PLN_ENOTFOUND) {
        pln_mark_drop(chain, mark->seq);
        return;
    }
    if (error != PLN_OK) {
        look_later(node, chain->net, RETRY_MS);
        return;
    }
    if (!entry.withheld) {
        pln_entry_data(entry.payload, &entry.data);
    }
    mark->data = entry.data;
    mark->size = entry.header.size;
    mark->copy = entry.withheld ? PLN_COPY_WITHHELD : PLN_COPY_WHOLE;
    if (!chain->net->forgetting) {
        settle(node, chain, mark);
    }
}

void pln_withdraw_moved(pln_node_t *node, const pln_job_op_t *op, bool done)
{
    pln_chain_t *chain = op->chain;
    pln_mark_t *mark = pln_mark_find(chain, op->to);
    if (mark == NULL) {
        return;
    }
    mark->busy = false;
    if (!done) {
        look_later(node, chain->net, RETRY_MS);
        return;
    }
    bool hole = pln_mark_is_hole(chain, mark);
    mark->copy = op->copy;
    bool hole_now = pln_mark_is_hole(chain, mark);
    holes_move(chain, hole, hole_now);
    if (hole && !hole_now) {
        pln_holes_filled(node, chain->net);
    }
    if (!chain->net->forgetting) {
        settle(node, chain, mark);
    }
}

void pln_mark_fill(pln_node_t *node, pln_chain_t *chain, pln_mark_t *mark, pln_span_t payload,
                   const pln_link_t *link, size_t frame_bytes)
{
    pln_job_op_t *op = copy_change(node, chain, mark, PLN_COPY_WHOLE, payload);
    op->link = link->number;
    op->frame_bytes = frame_bytes;
}

/* ---- time ---- */

bool pln_withdraw_done(pln_node_t *node, pln_net_state_t *net)
{
    size_t cursor = 0;
    pln_chain_t *chain;
    while (net->mark_count > 0 && (chain = pln_map_next(&net->chains, &cursor)) != NULL) {
        for (size_t i = 0; i < chain->mark_count; i++) {
            const pln_mark_t *mark = &chain->marks[i];
            if (mark->copy == PLN_COPY_UNREAD ||
                (mark->fate != PLN_FATE_STANDS && mark->copy != copy_wanted(node, chain, mark))) {
                return false;
            }
        }
    }
    return true;
}

void pln_withdraw_scan(pln_node_t *node, pln_net_state_t *net)
{
    if (net->withdraw_ms == 0 || net->forgetting) {
        return;
    }
    if (node->now_ms < net->withdraw_ms) {
        pln_wake(node, net->withdraw_ms);
        return;
    }
    net->withdraw_ms = 0;
    review_all(node, net);
}
