// SPDX-License-Identifier: MPL-2.0
// Branches of lane 0. A forked chain is a tree of facts; a revoke covers what leads to the heads it
// lists, by their own links. Each fact gets its verdict from all revokes that act on its epoch. On
// a chain that is not forked all of this is one comparison of seqs, and nothing here is asked.
#include "access.h"
#include "access_set.h"

bool pln_access_held(const pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                     uint64_t seq, const pln_hash_t *hash, uint32_t *chain)
{
    const pln_access_chain_t *spoken = pln_access_chain(access, author, epoch);
    const pln_fact_t *fact = spoken == NULL ? NULL : pln_fact_find(spoken, seq, hash);
    bool held = fact != NULL && fact->number != PLN_CHAIN_NONE;
    if (held && chain != NULL) {
        *chain = fact->number;
    }
    return held;
}

bool pln_access_room(const pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                     uint64_t seq, const pln_hash_t *hash)
{
    const pln_access_chain_t *chain = pln_access_chain(access, author, epoch);
    if (seq > PLN_CONTROL_ENTRIES_MAX) {
        return false;
    }
    if (chain == NULL || chain->facts.count < PLN_CONTROL_ENTRIES_MAX) {
        return true;
    }
    pln_fact_t fact = {.seq = seq, .hash = *hash};
    return pln_fact_compare(&fact, chain->facts.items[chain->facts.count - 1]) <= 0;
}

bool pln_access_forked(const pln_access_t *access, const pln_id_t *author, uint32_t epoch)
{
    const pln_access_chain_t *chain = pln_access_chain(access, author, epoch);
    return chain != NULL && chain->forked;
}

bool pln_access_before(const pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                       uint64_t seq, const pln_hash_t *hash, pln_hash_t *before)
{
    const pln_access_chain_t *spoken = pln_access_chain(access, author, epoch);
    const pln_fact_t *fact = spoken == NULL ? NULL : pln_fact_find(spoken, seq, hash);
    if (fact != NULL) {
        *before = fact->before;
    }
    return fact != NULL;
}

static pln_fact_t *fact_at(const pln_access_chain_t *chain, size_t index)
{
    return chain->facts.items[index];
}

/** Index of the first fact at or above @seq. */
static size_t index_of(const pln_access_chain_t *chain, uint64_t seq)
{
    size_t low = 0;
    size_t high = chain->facts.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (fact_at(chain, middle)->seq < seq) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t pln_access_points(const pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                         uint64_t below, uint64_t *seqs, pln_hash_t *hashes, size_t max)
{
    const pln_access_chain_t *chain = pln_access_chain(access, author, epoch);
    if (chain == NULL || chain->facts.count == 0) {
        return 0;
    }
    size_t count = 0;
    uint64_t highest = fact_at(chain, chain->facts.count - 1)->seq;
    uint64_t seq = below < highest ? below : highest;
    for (uint64_t step = 1; count < max; step *= 2) {
        size_t at = index_of(chain, seq);
        for (; at < chain->facts.count && fact_at(chain, at)->seq == seq && count < max; at++) {
            seqs[count] = seq;
            hashes[count++] = fact_at(chain, at)->hash;
        }
        if (seq <= step) {
            break;
        }
        seq -= step;
    }
    return count;
}

/* ---- what revokes cover ---- */

void pln_access_mark_path(pln_access_chain_t *chain, pln_fact_t *fact)
{
    while (fact != NULL && !fact->marked) {
        fact->marked = true;
        fact = fact->seq == 1 ? NULL : pln_fact_find(chain, fact->seq - 1, &fact->before);
    }
}

static void mark_up_to(const pln_access_chain_t *chain, uint64_t seq)
{
    for (size_t i = 0; i < chain->facts.count && fact_at(chain, i)->seq <= seq; i++) {
        fact_at(chain, i)->marked = true;
    }
}

static bool cuts_here(const pln_cut_t *cut, const pln_access_chain_t *chain)
{
    return cut->epoch == chain->epoch && cut->lane == PLN_LANE_CONTROL;
}

void pln_access_mark(pln_access_chain_t *chain, const pln_fact_t *fact)
{
    uint64_t unheld = 0;  // marked last: a path ends where something is marked
    for (size_t i = 0; i < chain->facts.count; i++) {
        fact_at(chain, i)->marked = false;
    }
    for (uint32_t i = 0; i < fact->cut_count; i++) {
        const pln_cut_t *cut = &fact->cuts[i];
        if (!cuts_here(cut, chain)) {
            continue;
        }
        pln_fact_t *head = pln_fact_find(chain, cut->seq, &cut->hash);
        if (head != NULL) {
            pln_access_mark_path(chain, head);
        } else {
            unheld = cut->seq > unheld ? cut->seq : unheld;
        }
    }
    mark_up_to(chain, unheld);
}

/** What this one does not cover is covered no more. */
static void apply_revoke(pln_access_chain_t *chain, const pln_fact_t *revoke)
{
    pln_access_mark(chain, revoke);
    for (size_t i = 0; i < chain->facts.count; i++) {
        fact_at(chain, i)->covered = fact_at(chain, i)->covered && fact_at(chain, i)->marked;
    }
}

void pln_access_cover(const pln_access_t *access, pln_access_chain_t *chain)
{
    if (chain->covered_at == access->generation) {
        return;
    }
    chain->covered_at = access->generation;
    uint32_t term = chain->epoch / PLN_EPOCHS_PER_TERM;
    bool granted = pln_access_role_of_term(access, chain->author, term) != PLN_ROLE_NONE;
    for (size_t i = 0; i < chain->facts.count; i++) {
        fact_at(chain, i)->covered = granted;
        fact_at(chain, i)->traced = false;
    }
    const pln_fact_t *revoke = chain->author == access->root ? NULL : chain->author->revokes;
    for (; revoke != NULL; revoke = revoke->next) {
        if (pln_revoke_acts(access, revoke, chain->author, term)) {
            apply_revoke(chain, revoke);
        }
    }
    for (size_t i = 0; i < chain->facts.count && chain->author->reigned; i++) {
        pln_fact_t *fact = fact_at(chain, i);
        fact->covered = fact->covered || pln_fact_by_root(access, fact);
    }
}

/* ---- how far a branch counts ---- */

static int order_end(const void *key, const void *item)
{
    uint32_t number = *(const uint32_t *)key;
    uint32_t other = ((const pln_fact_t *)item)->number;
    return (number > other) - (number < other);
}

void pln_ends_add(pln_access_chain_t *chain, pln_fact_t *fact)
{
    bool begun;
    if (fact->number == PLN_CHAIN_NONE) {
        return;
    }
    size_t at = pln_sorted_find(&chain->ends, &fact->number, order_end, &begun);
    if (!begun) {
        fact->same = NULL;
        pln_sorted_insert(&chain->ends, at, fact);
        return;
    }
    pln_fact_t *later = NULL;  // a branch grows at its end, so there is none
    pln_fact_t *before = chain->ends.items[at];
    while (before != NULL && pln_fact_compare(before, fact) > 0) {
        later = before;
        before = before->same;
    }
    fact->same = before;
    if (later == NULL) {
        chain->ends.items[at] = fact;
    } else {
        later->same = fact;
    }
}

void pln_ends_remove(pln_access_chain_t *chain, pln_fact_t *fact)
{
    bool begun;
    size_t at = pln_sorted_find(&chain->ends, &fact->number, order_end, &begun);
    if (!begun) {
        return;
    }
    pln_fact_t *later = NULL;
    pln_fact_t *one = chain->ends.items[at];
    while (one != NULL && one != fact) {
        later = one;
        one = one->same;
    }
    if (later != NULL && one != NULL) {
        later->same = fact->same;
    } else if (one != NULL && fact->same != NULL) {
        chain->ends.items[at] = fact->same;
    } else if (one != NULL) {
        pln_sorted_remove(&chain->ends, at);
    }
}

/** The last fact of a branch: mostly at its head, lower when the 65,536 end before. */
static pln_fact_t *last_of(const pln_access_chain_t *chain, uint32_t number)
{
    bool begun;
    size_t at = pln_sorted_find(&chain->ends, &number, order_end, &begun);
    return begun ? chain->ends.items[at] : NULL;
}

static pln_fact_t *fact_before(const pln_access_chain_t *chain, const pln_fact_t *fact)
{
    return fact->seq == 1 ? NULL : pln_fact_find(chain, fact->seq - 1, &fact->before);
}

/** The last covered seq of what leads to @fact, and it. What branches share is walked once. */
static uint64_t reach_of(const pln_access_chain_t *chain, pln_fact_t *fact)
{
    pln_fact_t *at = fact;
    while (at != NULL && !at->covered && !at->traced) {
        at = fact_before(chain, at);
    }
    uint64_t reach = at == NULL ? 0 : at->covered ? at->seq : at->reach;
    for (pln_fact_t *f = fact; f != at; f = fact_before(chain, f)) {
        f->traced = true;
        f->reach = reach;
    }
    return reach;
}

uint64_t pln_access_path_limit(pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                               uint32_t number, uint64_t seq)
{
    uint64_t limit = pln_access_limit(access, author, epoch, PLN_LANE_CONTROL);
    pln_access_chain_t *chain = pln_access_chain(access, author, epoch);
    if (limit == 0 || chain == NULL || !chain->forked) {
        return limit;
    }
    pln_fact_t *fact = last_of(chain, number);
    if (fact == NULL) {
        return 0;
    }
    pln_access_cover(access, chain);
    return fact->seq >= seq && fact->covered ? PLN_LIMIT_NONE : reach_of(chain, fact);
}

uint64_t pln_access_unheld(const pln_access_chain_t *chain, const pln_fact_t *fact, uint32_t epoch)
{
    uint64_t reach = 0;
    for (uint32_t i = 0; i < fact->cut_count; i++) {
        const pln_cut_t *cut = &fact->cuts[i];
        bool here = cut->epoch == epoch && cut->lane == PLN_LANE_CONTROL;
        const pln_fact_t *named =
            here && chain != NULL ? pln_fact_find(chain, cut->seq, &cut->hash) : NULL;
        bool held = named != NULL && named->number != PLN_CHAIN_NONE;  // not told by evidence
        reach = here && !held && cut->seq > reach ? cut->seq : reach;
    }
    return reach;
}

/** What of a term that is granted may yet come: all revokes that act must let it. */
static uint64_t reach_of_term(const pln_access_t *access, const pln_party_t *party,
                              const pln_access_chain_t *chain, uint32_t epoch)
{
    uint32_t term = epoch / PLN_EPOCHS_PER_TERM;
    uint64_t reach = PLN_LIMIT_NONE;
    if (pln_access_role_of_term(access, party, term) == PLN_ROLE_NONE) {
        return 0;
    }
    for (const pln_fact_t *revoke = party->revokes; revoke != NULL; revoke = revoke->next) {
        if (pln_revoke_acts(access, revoke, party, term)) {
            uint64_t further = pln_access_unheld(chain, revoke, epoch);
            reach = further < reach ? further : reach;
        }
    }
    return reach;
}

uint64_t pln_access_reach(pln_access_t *access, const pln_id_t *author, uint32_t epoch)
{
    const pln_party_t *party = pln_access_party(access, author);
    if (party == NULL || access->root == NULL ||
        pln_access_limit(access, author, epoch, PLN_LANE_CONTROL) == PLN_LIMIT_NONE) {
        return pln_access_limit(access, author, epoch, PLN_LANE_CONTROL);
    }
    const pln_access_chain_t *chain = pln_access_chain(access, author, epoch);
    uint64_t reach = reach_of_term(access, party, chain, epoch);
    uint64_t open = pln_reigns_open(access, party, epoch);
    return open > reach ? open : reach;
}
