// SPDX-License-Identifier: MPL-2.0
// Who is root (R17), and what roots say of the network. Layer zero: of the transfers that a root's
// lane 0 holds, wherever its limits are, the smallest makes the next root; so this asks for
// nothing but the set. Who was root before speaks as root as far as its transfer covers: what leads
// to the transfer, and the heads that it lists.
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "access_set.h"

#define NO_REIGN (-1)

/* ---- one after the other ---- */

/** The smallest by (epoch, seq, hash) of the transfers that make a root of @generation. */
static const pln_fact_t *smallest(const pln_party_t *party, size_t generation)
{
    const pln_fact_t *first = NULL;
    for (const pln_fact_t *fact = party->transfers; fact != NULL; fact = fact->next) {
        if (fact->as.transfer.generation == generation &&
            (first == NULL || pln_fact_compare_ages(fact, first) < 0)) {
            first = fact;
        }
    }
    return first;
}

static void reign_add(pln_access_t *access, pln_party_t *party)
{
    access->reigns =
        pln_realloc(access->reigns, (access->reign_count + 1) * sizeof *access->reigns);
    access->reigns[access->reign_count++] = (pln_reign_t){.party = party};
    party->reigned = true;
    access->root = party;
}

void pln_reigns_find(pln_access_t *access)
{
    for (size_t i = 0; i < access->reign_count; i++) {
        access->reigns[i].party->reigned = false;
    }
    access->reign_count = 0;
    if (access->founder == NULL) {
        return;
    }
    reign_add(access, access->founder);
    const pln_fact_t *transfer;
    while ((transfer = smallest(access->root, access->reign_count)) != NULL) {
        access->reigns[access->reign_count - 1].ended_by = transfer;
        reign_add(access, pln_access_party(access, &transfer->as.transfer.successor->id));
    }
    access->turn++;
    access->fates++;
    access->generation++;
}

/* ---- what counts of a root's lane 0 ---- */

/** How far a transfer covers one lane 0; the cut that says so, NULL where it is the transfer. */
static uint64_t reach_of(const pln_fact_t *transfer, uint32_t epoch, const pln_cut_t **cut)
{
    uint64_t reach = transfer->chain->epoch == epoch ? transfer->seq : 0;
    *cut = NULL;
    for (uint32_t i = 0; i < transfer->cut_count; i++) {
        const pln_cut_t *one = &transfer->cuts[i];
        if (one->epoch == epoch && one->lane == PLN_LANE_CONTROL && one->seq > reach) {
            reach = one->seq;
            *cut = one;
        }
    }
    return reach;
}

uint64_t pln_reigns_reach(const pln_access_t *access, const pln_party_t *party, uint32_t epoch,
                          const pln_cut_t **cut)
{
    uint64_t reach = 0;
    *cut = NULL;
    for (size_t i = 0; i + 1 < access->reign_count; i++) {
        const pln_cut_t *one;
        uint64_t further = access->reigns[i].party == party
                               ? reach_of(access->reigns[i].ended_by, epoch, &one)
                               : 0;
        if (further > reach) {
            reach = further;
            *cut = one;
        }
    }
    return reach;
}

bool pln_reigns_touch(const pln_access_t *access, const pln_access_chain_t *chain)
{
    const pln_cut_t *cut;
    return chain->author->reigned &&
           pln_reigns_reach(access, chain->author, chain->epoch, &cut) > 0;
}

const pln_fact_t *pln_reigns_last(const pln_access_t *access, const pln_party_t *party)
{
    const pln_fact_t *last = NULL;
    for (size_t i = 0; i + 1 < access->reign_count && party->reigned; i++) {
        last = access->reigns[i].party == party ? access->reigns[i].ended_by : last;
    }
    return last;
}

uint64_t pln_reigns_open(const pln_access_t *access, const pln_party_t *party, uint32_t epoch)
{
    uint64_t open = 0;
    for (size_t i = 0; i + 1 < access->reign_count && party->reigned; i++) {
        const pln_fact_t *transfer = access->reigns[i].ended_by;
        if (access->reigns[i].party != party) {
            continue;
        }
        if (epoch < transfer->chain->epoch) {
            return PLN_LIMIT_NONE;
        }
        uint64_t further =
            pln_access_unheld(pln_access_chain(access, &party->id, epoch), transfer, epoch);
        if (epoch == transfer->chain->epoch && transfer->seq > further) {
            further = transfer->seq;
        }
        open = further > open ? further : open;
    }
    return open;
}

/* ---- who speaks as root ---- */

/** Each fact of a forked chain goes by its own links. */
static void reigns_mark(const pln_access_t *access, pln_access_chain_t *chain)
{
    chain->reign_turn = access->turn;
    for (size_t i = 0; i < chain->facts.count; i++) {
        ((pln_fact_t *)chain->facts.items[i])->reign = NO_REIGN;
    }
    for (size_t r = 0; r < access->reign_count; r++) {
        const pln_fact_t *transfer = access->reigns[r].ended_by;
        if (access->reigns[r].party != chain->author) {
            continue;
        }
        if (transfer != NULL) {
            pln_access_mark(chain, transfer);
        }
        if (transfer != NULL && transfer->chain == chain) {
            pln_access_mark_path(chain, pln_fact_find(chain, transfer->seq, &transfer->hash));
        }
        for (size_t i = 0; i < chain->facts.count; i++) {
            pln_fact_t *fact = chain->facts.items[i];
            bool covers = transfer == NULL || fact->marked;
            fact->reign = fact->reign == NO_REIGN && covers ? (int)r : fact->reign;
        }
    }
}

int pln_fact_reign(const pln_access_t *access, const pln_fact_t *fact)
{
    pln_access_chain_t *chain = fact->chain;
    if (!chain->author->reigned) {
        return NO_REIGN;
    }
    if (chain->forked) {
        if (chain->reign_turn != access->turn) {
            reigns_mark(access, chain);
        }
        return fact->reign;
    }
    for (size_t i = 0; i < access->reign_count; i++) {
        const pln_reign_t *reign = &access->reigns[i];
        const pln_cut_t *cut;
        if (reign->party == chain->author &&
            (reign->ended_by == NULL ||
             fact->seq <= reach_of(reign->ended_by, chain->epoch, &cut))) {
            return (int)i;
        }
    }
    return NO_REIGN;
}

bool pln_fact_by_root(const pln_access_t *access, const pln_fact_t *fact)
{
    return fact->chain->author == access->root || pln_fact_reign(access, fact) != NO_REIGN;
}

bool pln_fact_newer(const pln_access_t *access, const pln_fact_t *a, const pln_fact_t *b)
{
    int one = pln_fact_reign(access, a);
    int other = pln_fact_reign(access, b);
    return one != other ? one > other : pln_fact_compare_ages(a, b) > 0;
}

/* ---- the questions of access.h ---- */

pln_err_t pln_access_founder(const pln_access_t *access, pln_id_t *out)
{
    if (access->founder == NULL) {
        return PLN_ENOTFOUND;
    }
    *out = access->founder->id;
    return PLN_OK;
}

pln_err_t pln_access_root(pln_access_t *access, pln_id_t *out)
{
    if (access->root == NULL) {
        return PLN_ENOTFOUND;
    }
    *out = access->root->id;
    return PLN_OK;
}

uint32_t pln_access_root_generation(const pln_access_t *access)
{
    return access->reign_count == 0 ? 0 : (uint32_t)access->reign_count - 1;
}

bool pln_access_reigned(const pln_access_t *access, const pln_id_t *id)
{
    const pln_party_t *party = pln_access_party(access, id);
    return party != NULL && party->reigned;
}

static void raise_to(uint64_t *value, uint64_t to)
{
    *value = to > *value ? to : *value;
}

/** Was this party root in an earlier reign than number @index? */
static bool reigned_before(const pln_access_t *access, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (access->reigns[i].party == access->reigns[index].party) {
            return true;
        }
    }
    return false;
}

void pln_access_settings(pln_access_t *access, pln_settings_t *out)
{
    const pln_fact_t *newest = NULL;
    uint64_t version = 1;
    memset(out, 0, sizeof *out);
    out->max_entries = access->base_entries > 0 ? access->base_entries : PLN_QUOTA_ENTRIES_DEFAULT;
    out->max_bytes = access->base_bytes > 0 ? access->base_bytes : PLN_QUOTA_BYTES_DEFAULT;
    memcpy(out->name, access->name, strlen(access->name));
    for (size_t i = 0; i < access->reign_count; i++) {
        const pln_fact_t *fact = access->reigns[i].party->settings;
        for (; fact != NULL && !reigned_before(access, i); fact = fact->next) {
            if (!pln_fact_by_root(access, fact)) {
                continue;
            }
            raise_to(&out->max_entries, fact->as.network.max_entries);
            raise_to(&out->max_bytes, fact->as.network.max_bytes);
            raise_to(&version, fact->as.network.access_version);
            if (fact->text != NULL && (newest == NULL || pln_fact_newer(access, fact, newest))) {
                newest = fact;
            }
        }
    }
    if (newest != NULL) {
        memcpy(out->title, newest->text, strlen(newest->text));
    }
    out->access_version = (uint32_t)version;
}
