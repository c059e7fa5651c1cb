// SPDX-License-Identifier: MPL-2.0
/**
 * access_model - the rules of access read aloud: what must come of a history of the fixture.
 *
 * Why     The fold keeps sets, turns and marks; this walks the history and keeps nothing in
 * between. Shape   make_model() finds the reigns, then what each statement is worth; the others ask
 * it Spec    SPEC 7.4
 */
#ifndef PLN_TESTS_ACCESS_MODEL_H
#define PLN_TESTS_ACCESS_MODEL_H

#include "access_fixture.h"

/** What follows for each statement of a history, found layer by layer. */
typedef struct {
    const history_t *history;
    const said_t *ended_by[HISTORY_MAX]; /**< the transfers, one reign after the other */
    int roots[HISTORY_MAX];
    int reigns;               /**< how many there were */
    int reign[HISTORY_MAX];   /**< the first that covers the statement; -1 */
    bool counts[HISTORY_MAX]; /**< of grants and revokes */
} model_t;

static inline bool is_cut_good(const said_t *said)
{
    for (size_t i = 0; i < said->cut_count; i++) {
        if (said->cuts[i].forged) {
            return false;
        }
    }
    return true;
}

static inline bool grants(const said_t *said)
{
    return said->kind == PLN_KIND_GRANT;
}

static inline bool revokes(const said_t *said)
{
    return said->kind == PLN_KIND_REVOKE && is_cut_good(said);
}

static inline bool same_chain(const said_t *a, const said_t *b)
{
    return a->by == b->by && a->epoch == b->epoch;
}

static inline bool model_forked(const history_t *history, int by, uint32_t epoch)
{
    for (size_t i = 0; i < history->count; i++) {
        for (size_t j = 0; j < i; j++) {
            const said_t *one = &history->said[i], *other = &history->said[j];
            if (one->by == by && one->epoch == epoch && same_chain(one, other) &&
                one->seq == other->seq) {
                return true;
            }
        }
    }
    return false;
}

static inline const said_t *model_at(const history_t *history, int by, uint32_t epoch, uint64_t seq,
                                     unsigned branch)
{
    for (size_t i = 0; i < history->count; i++) {
        const said_t *said = &history->said[i];
        if (said->by == by && said->epoch == epoch && said->seq == seq && said->branch == branch) {
            return said;
        }
    }
    return NULL;
}

/** Does @said lead to @head, or is it that? */
static inline bool leads_to(const history_t *history, const said_t *said, const said_t *head)
{
    while (head != NULL && head->seq > said->seq) {
        head = model_at(history, head->by, head->epoch, head->seq - 1, head->before);
    }
    return head == said;
}

/** How far one statement's cuts reach in a chain that is not forked. */
static inline uint64_t model_reach(const said_t *from, uint32_t epoch, uint8_t lane)
{
    uint64_t furthest = 0;
    for (size_t i = 0; i < from->cut_count; i++) {
        const meant_cut_t *one = &from->cuts[i];
        if (one->epoch == epoch && one->lane == lane && one->seq > furthest) {
            furthest = one->seq;
        }
    }
    return furthest;
}

static inline bool model_covers(const history_t *history, const said_t *from, const said_t *said)
{
    if (!model_forked(history, said->by, said->epoch)) {
        return said->seq <= model_reach(from, said->epoch, PLN_LANE_CONTROL);
    }
    for (size_t i = 0; i < from->cut_count; i++) {
        const meant_cut_t *one = &from->cuts[i];
        const said_t *head = model_at(history, said->by, one->epoch, one->seq, one->branch);
        if (one->epoch == said->epoch && one->lane == PLN_LANE_CONTROL &&
            (head == NULL ? said->seq <= one->seq : leads_to(history, said, head))) {
            return true;
        }
    }
    return false;
}

/** What of the former root's own a transfer lets stand. */
static inline bool model_bequeaths(const history_t *history, const said_t *transfer,
                                   const said_t *said)
{
    return (same_chain(transfer, said) && leads_to(history, said, transfer)) ||
           model_covers(history, transfer, said);
}

static inline bool smaller(const said_t *a, const said_t *b)
{
    if (b == NULL || a->epoch != b->epoch) {
        return b == NULL || a->epoch < b->epoch;
    }
    return a->seq != b->seq ? a->seq < b->seq : memcmp(&a->hash, &b->hash, sizeof a->hash) < 0;
}

static inline const said_t *model_transfer(const history_t *history, int root, int reign)
{
    const said_t *first = NULL;
    for (size_t i = 0; i < history->count; i++) {
        const said_t *said = &history->said[i];
        if (said->by == root && said->kind == PLN_KIND_TRANSFER && is_cut_good(said) &&
            said->about != root && said->generation == (uint32_t)reign + 1 &&
            smaller(said, first)) {
            first = said;
        }
    }
    return first;
}

static inline int model_root(const model_t *model)
{
    return model->roots[model->reigns - 1];
}

static inline int model_reign(const model_t *model, const said_t *said)
{
    for (int r = 0; r < model->reigns; r++) {
        if (model->roots[r] == said->by &&
            (model->ended_by[r] == NULL ||
             model_bequeaths(model->history, model->ended_by[r], said))) {
            return r;
        }
    }
    return -1;
}

static inline bool by_root(const model_t *model, const said_t *said)
{
    return model->reign[said - model->history->said] >= 0;
}

static inline bool model_coordinator_term(const model_t *model, int who, uint32_t term)
{
    for (size_t i = 0; i < model->history->count; i++) {
        const said_t *said = &model->history->said[i];
        if (by_root(model, said) && grants(said) && said->about == who && said->term == term &&
            said->role == PLN_ROLE_COORDINATOR) {
            return true;
        }
    }
    return false;
}

static inline bool model_counts(const model_t *model, const said_t *said)
{
    uint32_t term = said->epoch / 16;
    if (by_root(model, said)) {
        return true;
    }
    if (!model_coordinator_term(model, said->by, term) || said->about == model_root(model) ||
        said->about == said->by || (grants(said) && said->role == PLN_ROLE_COORDINATOR)) {
        return false;
    }
    for (size_t i = 0; i < model->history->count; i++) {
        const said_t *revoke = &model->history->said[i];
        if (by_root(model, revoke) && revokes(revoke) && revoke->about == said->by &&
            revoke->term >= term && !model_covers(model->history, revoke, said)) {
            return false;
        }
    }
    return true;
}

static inline void make_model(model_t *model, const history_t *history)
{
    memset(model, 0, sizeof *model);
    model->history = history;
    model->reigns = 1;
    model->roots[0] = ROOT;
    const said_t *transfer;
    while ((transfer = model_transfer(history, model_root(model), model->reigns - 1)) != NULL) {
        model->ended_by[model->reigns - 1] = transfer;
        model->roots[model->reigns++] = transfer->about;
    }
    for (size_t i = 0; i < history->count; i++) {
        model->reign[i] = model_reign(model, &history->said[i]);
    }
    for (size_t i = 0; i < history->count; i++) {
        model->counts[i] = model_counts(model, &history->said[i]);
    }
}

/** Statements about (who, term) that count: only roots touch a coordinator's. */
static inline bool model_acts(const model_t *model, const said_t *said, int who, uint32_t term)
{
    return said->about == who && model->counts[said - model->history->said] &&
           (by_root(model, said) || !model_coordinator_term(model, who, term));
}

static inline pln_role_t model_role(const model_t *model, int who, uint32_t term)
{
    pln_role_t best = PLN_ROLE_NONE;
    for (size_t i = 0; i < model->history->count; i++) {
        const said_t *said = &model->history->said[i];
        if (grants(said) && said->term == term && said->role > best &&
            model_acts(model, said, who, term)) {
            best = said->role;
        }
    }
    return best;
}

/** The last transfer of a root that is none now; NULL. */
static inline const said_t *model_abdication(const model_t *model, int who)
{
    const said_t *last = NULL;
    for (int r = 0; r + 1 < model->reigns; r++) {
        last = model->roots[r] == who ? model->ended_by[r] : last;
    }
    return who == model_root(model) ? NULL : last;
}

/** How far @who's lane 0 stands because it was root. */
static inline uint64_t model_bequest(const model_t *model, int who, uint32_t epoch)
{
    uint64_t furthest = 0;
    for (int r = 0; r + 1 < model->reigns; r++) {
        const said_t *transfer = model->ended_by[r];
        if (model->roots[r] == who) {
            uint64_t reach = model_reach(transfer, epoch, PLN_LANE_CONTROL);
            reach = transfer->epoch == epoch && transfer->seq > reach ? transfer->seq : reach;
            furthest = reach > furthest ? reach : furthest;
        }
    }
    return furthest;
}

static inline uint64_t model_term_limit(const model_t *model, int who, uint32_t epoch, uint8_t lane)
{
    uint32_t term = epoch / 16;
    uint64_t least = PLN_LIMIT_NONE;
    pln_role_t is = model_role(model, who, term);
    const said_t *abdication = model_abdication(model, who);
    if (is == PLN_ROLE_NONE && abdication != NULL && lane == PLN_LANE_RECORDS) {
        return model_reach(abdication, epoch, lane);
    }
    if (is == PLN_ROLE_NONE || (is == PLN_ROLE_READER && lane == PLN_LANE_RECORDS)) {
        return 0;
    }
    for (size_t i = 0; i < model->history->count; i++) {
        const said_t *said = &model->history->said[i];
        if (revokes(said) && said->term >= term && model_acts(model, said, who, term)) {
            uint64_t reach = model_reach(said, epoch, lane);
            least = reach < least ? reach : least;
        }
    }
    return least;
}

static inline uint64_t model_limit(const model_t *model, int who, uint32_t epoch, uint8_t lane)
{
    if (who == model_root(model)) {
        return PLN_LIMIT_NONE;
    }
    uint64_t limit = model_term_limit(model, who, epoch, lane);
    uint64_t bequest = lane == PLN_LANE_CONTROL ? model_bequest(model, who, epoch) : 0;
    return bequest > limit ? bequest : limit;
}

/** Is a statement within its own limit, along its own links? */
static inline bool model_within(const model_t *model, const said_t *said)
{
    uint32_t term = said->epoch / 16;
    if (by_root(model, said)) {
        return true;
    }
    if (model_role(model, said->by, term) == PLN_ROLE_NONE) {
        return false;
    }
    for (size_t i = 0; i < model->history->count; i++) {
        const said_t *revoke = &model->history->said[i];
        if (revokes(revoke) && revoke->term >= term && model_acts(model, revoke, said->by, term) &&
            !model_covers(model->history, revoke, said)) {
            return false;
        }
    }
    return true;
}

static inline bool model_ended(const model_t *model, int who, uint32_t term)
{
    for (size_t i = 0; i < model->history->count; i++) {
        const said_t *said = &model->history->said[i];
        if (revokes(said) && said->term >= term && model_acts(model, said, who, term)) {
            return true;
        }
    }
    return false;
}

// Role in the upper half, term in the lower; 0 when no member.
static inline uint64_t model_standing(const model_t *model, int who)
{
    uint64_t best = 0;
    for (uint32_t term = 0; term < 3; term++) {
        uint64_t is = model_role(model, who, term);
        uint64_t standing = is << 32 | term;
        if (is != PLN_ROLE_NONE && standing > best && !model_ended(model, who, term)) {
            best = standing;
        }
    }
    return who == model_root(model) ? (uint64_t)PLN_ROLE_ROOT << 32 : best;
}

/** The record that gives the title: of the latest reign that sets one, the newest. */
static inline const said_t *model_titled(const model_t *model)
{
    const said_t *newest = NULL;
    for (size_t i = 1; i < model->history->count; i++) {
        const said_t *said = &model->history->said[i];
        int reign = model->reign[i];
        int best = newest == NULL ? -1 : model->reign[newest - model->history->said];
        if (said->kind == PLN_KIND_NETWORK && reign >= 0 &&
            (reign > best || (reign == best && smaller(newest, said)))) {
            newest = said;
        }
    }
    return newest;
}

#endif
