// SPDX-License-Identifier: MPL-2.0
// What lane 0 says of forks of lane 1. Lane 0 never depends on a settle, so this is well founded.
#include "access.h"
#include "access_set.h"

bool pln_fact_within_limit(pln_access_t *access, const pln_fact_t *fact)
{
    pln_access_chain_t *chain = fact->chain;
    uint64_t limit = pln_access_limit(access, &chain->author->id, chain->epoch, PLN_LANE_CONTROL);
    if (limit == 0 || limit == PLN_LIMIT_NONE || !chain->forked) {
        return fact->seq <= limit;
    }
    pln_access_cover(access, chain);
    return fact->covered;
}

static bool earlier(const pln_fact_t *a, const pln_fact_t *b)
{
    if (b == NULL || a->chain->epoch != b->chain->epoch) {
        return b == NULL || a->chain->epoch < b->chain->epoch;
    }
    return pln_fact_compare(a, b) < 0;
}

bool pln_access_settle(pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                       pln_settle_t *out)
{
    const pln_party_t *party = pln_access_party(access, author);
    const pln_fact_t *first = NULL;
    const pln_fact_t *fact = party == NULL ? NULL : party->settles;
    for (; fact != NULL; fact = fact->next) {
        if (fact->as.settle.epoch == epoch && earlier(fact, first) &&
            pln_fact_within_limit(access, fact)) {
            first = fact;
        }
    }
    if (first != NULL) {
        *out = (pln_settle_t){epoch, first->as.settle.seq, first->as.settle.hash,
                              first->as.settle.signature};
    }
    return first != NULL;
}

static bool cut_of(const pln_fact_t *fact, uint32_t epoch, pln_cut_t *out)
{
    for (uint32_t i = 0; i < fact->cut_count; i++) {
        const pln_cut_t *cut = &fact->cuts[i];
        if (cut->epoch == epoch && cut->lane == PLN_LANE_RECORDS) {
            *out = *cut;
            return true;
        }
    }
    return false;
}

bool pln_access_lane1_cut(pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                          size_t index, pln_cut_t *out, bool *lists)
{
    const pln_party_t *party = pln_access_party(access, author);
    uint32_t term = epoch / PLN_EPOCHS_PER_TERM;
    if (party == NULL || party == access->root) {
        return false;
    }
    const pln_fact_t *transfer = pln_reigns_last(access, party);
    if (transfer != NULL && pln_access_role_of_term(access, party, term) == PLN_ROLE_NONE) {
        *lists = cut_of(transfer, epoch, out);
        return index == 0;
    }
    const pln_fact_t *revoke = party->revokes;
    for (; revoke != NULL; revoke = revoke->next) {
        if (pln_revoke_acts(access, revoke, party, term) && index-- == 0) {
            *lists = cut_of(revoke, epoch, out);
            return true;
        }
    }
    return false;
}
