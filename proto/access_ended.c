// SPDX-License-Identifier: MPL-2.0
// Who did it: the revoke that ended a membership, or the word of whoever had given it.
#include <assert.h>
#include <string.h>

#include "access.h"
#include "access_set.h"

static const pln_fact_t *revoke_of_member(const pln_access_t *access, const pln_party_t *party)
{
    const pln_fact_t *first = NULL;
    for (const pln_fact_t *fact = party->revokes; fact != NULL; fact = fact->next) {
        if (pln_revoke_acts(access, fact, party, party->highest_term) &&
            (first == NULL || pln_fact_compare_ages(fact, first) < 0)) {
            first = fact;
        }
    }
    assert(first != NULL);
    return first;
}

// The root's revoke that ends the word of a coordinator before its @grant; NULL: it was none.
static const pln_fact_t *revoke_of_word(const pln_access_t *access, const pln_fact_t *grant)
{
    const pln_access_chain_t *chain = grant->chain;
    uint32_t term = chain->epoch / PLN_EPOCHS_PER_TERM;
    const pln_fact_t *first = NULL;
    if (access->root == NULL || grant->about == chain->author || pln_fact_counted(access, grant) ||
        !pln_access_coordinates(access, chain->author, term)) {
        return NULL;
    }
    for (const pln_fact_t *fact = chain->author->revokes; fact != NULL; fact = fact->next) {
        bool ends =
            fact->as.revoke.term >= term && pln_fact_by_root(access, fact) &&
            (chain->forked || pln_revoke_reach(fact, chain->epoch, PLN_LANE_CONTROL) < grant->seq);
        if (ends && (first == NULL || pln_fact_compare_ages(fact, first) < 0)) {
            first = fact;
        }
    }
    return first;
}

const pln_fact_t *pln_access_undone(const pln_access_t *access, const pln_party_t *party,
                                    const pln_fact_t **grant)
{
    const pln_fact_t *first = NULL;
    *grant = NULL;
    for (const pln_fact_t *fact = party->grants; fact != NULL; fact = fact->next) {
        const pln_fact_t *revoke = revoke_of_word(access, fact);
        int order = revoke == NULL ? 1 : first == NULL ? -1 : pln_fact_compare_ages(revoke, first);
        if (order < 0 || (order == 0 && pln_fact_compare_ages(fact, *grant) < 0)) {
            first = revoke;
            *grant = fact;
        }
    }
    return first;
}

pln_err_t pln_access_revoked(pln_access_t *access, const pln_id_t *node, pln_revoked_t *out)
{
    pln_party_t *party = pln_access_party(access, node);
    const pln_fact_t *grant = NULL;
    if (party == NULL || pln_party_is_member(access, party)) {
        return PLN_ENOTFOUND;
    }
    const pln_fact_t *first =
        party->granted ? revoke_of_member(access, party) : pln_access_undone(access, party, &grant);
    if (first == NULL) {
        return PLN_ENOTFOUND;
    }
    memset(out, 0, sizeof *out);
    out->by = first->chain->author->id;
    out->epoch = first->chain->epoch;
    out->seq = first->seq;
    out->hash = first->hash;
    out->time_ms = first->time_ms;
    if (first->text != NULL) {
        size_t length = strlen(first->text);
        assert(length < sizeof out->reason);
        memcpy(out->reason, first->text, length);
    }
    out->undone = grant != NULL;
    if (out->undone) {
        out->granted_by = grant->chain->author->id;
    }
    return PLN_OK;
}

bool pln_access_ruled(const pln_access_t *access, const pln_id_t *author, uint32_t epoch)
{
    const pln_party_t *party = pln_access_party(access, author);
    return party != NULL &&
           (party->reigned || pln_access_coordinates(access, party, epoch / PLN_EPOCHS_PER_TERM));
}

bool pln_access_let_in(const pln_access_t *access, const pln_id_t *author, const pln_id_t *node)
{
    const pln_party_t *party = pln_access_party(access, node);
    for (const pln_fact_t *grant = party == NULL ? NULL : party->grants; grant != NULL;
         grant = grant->next) {
        if (pln_id_equal(&grant->chain->author->id, author)) {
            return true;
        }
    }
    return false;
}
