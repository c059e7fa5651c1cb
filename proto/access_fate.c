// SPDX-License-Identifier: MPL-2.0
// What retractions make of entries. A fourth layer: whether a retraction counts follows from the
// limits of the third, and nothing of access follows from retractions.
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "access_set.h"

/* ---- what was said of one entry ---- */

static int order_target(const void *key, const void *item)
{
    const pln_target_t *a = key;
    const pln_target_t *b = item;
    if (a->epoch != b->epoch) {
        return a->epoch < b->epoch ? -1 : 1;
    }
    return (a->seq > b->seq) - (a->seq < b->seq);
}

/** By author, then by age: so the newest word of each author ends its group. */
static int order_word(const void *key, const void *item)
{
    const pln_fact_t *a = key;
    const pln_fact_t *b = item;
    int order = pln_id_compare(&a->chain->author->id, &b->chain->author->id);
    return order != 0 ? order : pln_fact_compare_ages(a, b);
}

static pln_target_t *target_find(const pln_party_t *party, uint32_t epoch, uint64_t seq, size_t *at)
{
    pln_target_t key = {.epoch = epoch, .seq = seq};
    bool found;
    *at = pln_sorted_find(&party->targets, &key, order_target, &found);
    return found ? party->targets.items[*at] : NULL;
}

void pln_target_add(pln_party_t *party, pln_fact_t *fact)
{
    size_t at;
    pln_target_t *target = target_find(party, fact->as.retract.epoch, fact->as.retract.seq, &at);
    if (target == NULL) {
        target = pln_alloc_zero(1, sizeof *target);
        target->epoch = fact->as.retract.epoch;
        target->seq = fact->as.retract.seq;
        pln_sorted_insert(&party->targets, at, target);
    }
    bool found;
    at = pln_sorted_find(&target->facts, fact, order_word, &found);
    pln_sorted_insert(&target->facts, at, fact);
}

void pln_target_remove(pln_party_t *party, const pln_fact_t *fact)
{
    size_t at;
    bool found;
    pln_target_t *target = target_find(party, fact->as.retract.epoch, fact->as.retract.seq, &at);
    size_t word = pln_sorted_find(&target->facts, fact, order_word, &found);
    pln_sorted_remove(&target->facts, word);
    if (target->facts.count == 0) {
        pln_sorted_remove(&party->targets, at);
        free(target->facts.items);
        free(target);
    }
}

void pln_targets_free(pln_party_t *party)
{
    for (size_t i = 0; i < party->targets.count; i++) {
        pln_target_t *target = party->targets.items[i];
        free(target->facts.items);
        free(target);
    }
    free(party->targets.items);
}

/* ---- who may withdraw what ---- */

typedef enum {
    WORD_NONE,        /**< does not count, or is of other bytes */
    WORD_COORDINATOR, /**< can be taken back */
    WORD_FINAL        /**< the author's or the root's */
} word_t;

/** What this fact weighs by itself: its own entry counts, and who says it may. */
static word_t word_of(pln_access_t *access, const pln_fact_t *fact, const pln_hash_t *data)
{
    const pln_access_chain_t *chain = fact->chain;
    if (data != NULL && memcmp(data, &fact->as.retract.data, sizeof *data) != 0) {
        return WORD_NONE;
    }
    if (!pln_fact_within_limit(access, fact)) {
        return WORD_NONE;
    }
    if (chain->author == fact->about || pln_fact_by_root(access, fact)) {
        return WORD_FINAL;
    }
    uint32_t term = chain->epoch / PLN_EPOCHS_PER_TERM;
    return pln_access_coordinates(access, chain->author, term) ? WORD_COORDINATOR : WORD_NONE;
}

static void older(const pln_fact_t **best, const pln_fact_t *fact)
{
    if (*best == NULL || pln_fact_compare_ages(fact, *best) < 0) {
        *best = fact;
    }
}

/**
 * The retraction that withdraws @target, and how far; NULL: it stands. The author's and the root's
 * are final. Of a coordinator the newest word counts, and none when the root has undone it.
 */
static const pln_fact_t *withdrawn_by(pln_access_t *access, const pln_target_t *target,
                                      const pln_hash_t *data, pln_fate_t *fate)
{
    const pln_fact_t *final = NULL;
    const pln_fact_t *hiding = NULL;
    const pln_fact_t *newest = NULL;  // word of the coordinator whose group is being walked
    bool spared = false;
    for (size_t i = 0; i < target->facts.count; i++) {
        const pln_fact_t *fact = target->facts.items[i];
        word_t word = word_of(access, fact, data);
        if (word == WORD_FINAL && !fact->as.retract.undo) {
            older(&final, fact);
        } else if (word == WORD_FINAL) {
            spared = spared || pln_fact_by_root(access, fact);
        } else if (word == WORD_COORDINATOR) {
            newest = fact;
        }
        const pln_fact_t *next = i + 1 < target->facts.count ? target->facts.items[i + 1] : NULL;
        if (next == NULL || next->chain->author != fact->chain->author) {
            if (newest != NULL && !newest->as.retract.undo) {
                older(&hiding, newest);
            }
            newest = NULL;
        }
    }
    *fate = final != NULL ? PLN_FATE_ERASED : PLN_FATE_HIDDEN;
    return final != NULL ? final : spared ? NULL : hiding;
}

static pln_target_t *target_of(const pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                               uint64_t seq)
{
    const pln_party_t *party = pln_access_party(access, author);
    size_t at;
    return party == NULL ? NULL : target_find(party, epoch, seq, &at);
}

/* ---- the questions of access.h ---- */

pln_fate_t pln_access_fate(pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                           uint64_t seq, const pln_hash_t *data, pln_retracted_t *by)
{
    const pln_target_t *target = target_of(access, author, epoch, seq);
    pln_fate_t fate;
    const pln_fact_t *fact = target == NULL ? NULL : withdrawn_by(access, target, data, &fate);
    if (fact == NULL) {
        return PLN_FATE_STANDS;
    }
    if (by != NULL) {
        memset(by, 0, sizeof *by);
        by->by = fact->chain->author->id;
        by->epoch = fact->chain->epoch;
        by->seq = fact->seq;
        if (fact->text != NULL) {
            memcpy(by->reason, fact->text, strlen(fact->text));
        }
    }
    return fate;
}

bool pln_access_withdraws(pln_access_t *access, const pln_id_t *by, const pln_id_t *author,
                          uint32_t epoch, uint64_t seq, const pln_hash_t *data)
{
    const pln_target_t *target = target_of(access, author, epoch, seq);
    const pln_fact_t *newest = NULL;
    for (size_t i = 0; target != NULL && i < target->facts.count; i++) {
        const pln_fact_t *fact = target->facts.items[i];
        if (pln_id_equal(&fact->chain->author->id, by) &&
            word_of(access, fact, data) != WORD_NONE) {
            newest = fact;
        }
    }
    return newest != NULL && !newest->as.retract.undo;
}

uint64_t pln_access_retracted(pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                              uint64_t seq)
{
    const pln_party_t *party = pln_access_party(access, author);
    size_t at;
    if (party == NULL || party->targets.count == 0) {
        return 0;
    }
    (void)target_find(party, epoch, seq, &at);
    const pln_target_t *target = at < party->targets.count ? party->targets.items[at] : NULL;
    return target != NULL && target->epoch == epoch ? target->seq : 0;
}
