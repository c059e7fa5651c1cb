// SPDX-License-Identifier: MPL-2.0
// The sets. What a statement means by itself is settled in access_read.c, once; whether it counts
// depends on the others and is asked in access_fold.c.
#include "access.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "access_set.h"
#include "hash.h"

pln_access_t *pln_access_new(const pln_network_id_t *network)
{
    pln_access_t *access = pln_alloc_zero(1, sizeof *access);
    access->network = *network;
    access->turn = 1;
    access->generation = 1;
    return access;
}

static void free_fact(pln_fact_t *fact)
{
    free(fact->cuts);
    free(fact->text);
    free(fact);
}

static void free_chain(pln_access_chain_t *chain)
{
    for (size_t i = 0; i < chain->facts.count; i++) {
        free_fact(chain->facts.items[i]);
    }
    free(chain->facts.items);
    free(chain->ends.items);
    free(chain);
}

static void free_party(pln_party_t *party)
{
    for (size_t i = 0; i < party->chains.count; i++) {
        free_chain(party->chains.items[i]);
    }
    free(party->chains.items);
    pln_targets_free(party);
    free(party);
}

void pln_access_free(pln_access_t **access)
{
    if (*access == NULL) {
        return;
    }
    for (size_t i = 0; i < (*access)->parties.count; i++) {
        free_party((*access)->parties.items[i]);
    }
    free((*access)->parties.items);
    free((*access)->members);
    free((*access)->reigns);
    pln_admission_release(&(*access)->admission);
    free(*access);
    *access = NULL;
}

/* ---- sorted pointers ---- */

// Where @key stands, or would stand; *found tells which. Statements mostly arrive in order, so the
// end is looked at first.
size_t pln_sorted_find(const pln_sorted_t *sorted, const void *key, pln_order_t order, bool *found)
{
    size_t low = 0, high = sorted->count;
    *found = false;
    if (high > 0 && order(key, sorted->items[high - 1]) > 0) {
        return high;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int side = order(key, sorted->items[middle]);
        if (side == 0) {
            *found = true;
            return middle;
        }
        if (side < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

void pln_sorted_insert(pln_sorted_t *sorted, size_t at, void *item)
{
    assert(at <= sorted->count);
    if (sorted->count == sorted->capacity) {
        sorted->capacity = sorted->capacity == 0 ? 4 : sorted->capacity * 2;
        sorted->items = pln_realloc(sorted->items, sorted->capacity * sizeof *sorted->items);
    }
    memmove(sorted->items + at + 1, sorted->items + at,
            (sorted->count - at) * sizeof *sorted->items);
    sorted->items[at] = item;
    sorted->count++;
}

void pln_sorted_remove(pln_sorted_t *sorted, size_t at)
{
    assert(at < sorted->count);
    sorted->count--;
    memmove(sorted->items + at, sorted->items + at + 1,
            (sorted->count - at) * sizeof *sorted->items);
}

static int order_party(const void *key, const void *item)
{
    return pln_id_compare(key, &((const pln_party_t *)item)->id);
}

static int order_chain(const void *key, const void *item)
{
    uint32_t epoch = *(const uint32_t *)key;
    uint32_t other = ((const pln_access_chain_t *)item)->epoch;
    return (epoch > other) - (epoch < other);
}

int pln_fact_compare(const pln_fact_t *a, const pln_fact_t *b)
{
    if (a->seq != b->seq) {
        return a->seq < b->seq ? -1 : 1;
    }
    return memcmp(a->hash.bytes, b->hash.bytes, sizeof a->hash.bytes);
}

static int order_fact(const void *key, const void *item)
{
    return pln_fact_compare(key, item);
}

pln_party_t *pln_access_party(const pln_access_t *access, const pln_id_t *id)
{
    bool found;
    size_t at = pln_sorted_find(&access->parties, id, order_party, &found);
    return found ? access->parties.items[at] : NULL;
}

pln_access_chain_t *pln_access_chain(const pln_access_t *access, const pln_id_t *author,
                                     uint32_t epoch)
{
    bool found = false;
    const pln_party_t *party = pln_access_party(access, author);
    size_t at = party == NULL ? 0 : pln_sorted_find(&party->chains, &epoch, order_chain, &found);
    return found ? party->chains.items[at] : NULL;
}

pln_fact_t *pln_fact_find(const pln_access_chain_t *chain, uint64_t seq, const pln_hash_t *hash)
{
    bool found;
    pln_fact_t key = {.seq = seq, .hash = *hash};
    size_t at = pln_sorted_find(&chain->facts, &key, order_fact, &found);
    return found ? chain->facts.items[at] : NULL;
}

pln_party_t *pln_access_need(pln_access_t *access, const pln_id_t *id)
{
    bool found;
    size_t at = pln_sorted_find(&access->parties, id, order_party, &found);
    if (!found) {
        pln_party_t *party = pln_alloc_zero(1, sizeof *party);
        party->id = *id;
        pln_sorted_insert(&access->parties, at, party);
        access->generation++;  // lists of parties are made anew
    }
    return access->parties.items[at];
}

static pln_access_chain_t *need_chain(pln_party_t *author, uint32_t epoch)
{
    bool found;
    size_t at = pln_sorted_find(&author->chains, &epoch, order_chain, &found);
    if (!found) {
        pln_access_chain_t *chain = pln_alloc_zero(1, sizeof *chain);
        chain->author = author;
        chain->epoch = epoch;
        pln_sorted_insert(&author->chains, at, chain);
    }
    return author->chains.items[at];
}

/* ---- filling ---- */

static pln_fact_t **list_of(const pln_fact_t *fact)
{
    switch (fact->type) {
        case PLN_FACT_NETWORK:
            return &fact->about->settings;
        case PLN_FACT_GRANT:
            return &fact->about->grants;
        case PLN_FACT_REVOKE:
            return &fact->about->revokes;
        case PLN_FACT_LEAVE:
            return &fact->about->leaves;
        case PLN_FACT_SETTLE:
            return &fact->about->settles;
        case PLN_FACT_TRANSFER:
            return &fact->about->transfers;
        case PLN_FACT_RETRACT:  // has a place among the targets
        case PLN_FACT_NONE:
            break;
    }
    return NULL;
}

// Only roots' coordinator grants and revokes can change who may speak, and whatever stands in a
// chain of which not all that is held counts: there one entry may take another's place. A
// retraction changes nothing of access; whether those of a member count follows from what names the
// member.
static void forget_verdicts(pln_access_t *access, const pln_fact_t *fact)
{
    bool partly = fact->chain->forked || pln_reigns_touch(access, fact->chain);
    if (fact->type == PLN_FACT_RETRACT && !partly) {
        return;
    }
    bool makes = fact->type == PLN_FACT_GRANT && fact->as.grant.role == PLN_ROLE_COORDINATOR;
    bool speaks =
        partly || (fact->chain->author->reigned && (makes || fact->type == PLN_FACT_REVOKE));
    access->turn += speaks;
    access->fates += speaks || fact->about->retracts;
    fact->about->judged_turn = 0;
    access->generation++;
}

static void enlist(pln_fact_t *fact)
{
    pln_fact_t **list = list_of(fact);
    if (list != NULL) {
        fact->next = *list;
        *list = fact;
    } else if (fact->type == PLN_FACT_RETRACT) {
        pln_target_add(fact->about, fact);
    }
}

static void delist(pln_fact_t *fact)
{
    pln_fact_t **link = list_of(fact);
    if (fact->type == PLN_FACT_RETRACT) {
        pln_target_remove(fact->about, fact);
    }
    if (link == NULL) {
        return;
    }
    while (*link != fact) {
        link = &(*link)->next;
    }
    *link = fact->next;
}

/** Whoever speaks or is spoken of no more is no party any more. */
static void let_go(pln_access_t *access, const pln_party_t *party)
{
    bool known = party->chains.count > 0 || party->grants != NULL || party->revokes != NULL ||
                 party->targets.count > 0 || party->succeeds > 0;
    bool told = party->reigned || party->promised || party == access->promised_root ||
                party == access->founder;
    bool held;
    size_t at = pln_sorted_find(&access->parties, &party->id, order_party, &held);
    assert(held);
    if (known || told) {
        return;
    }
    free_party(access->parties.items[at]);
    pln_sorted_remove(&access->parties, at);
    access->generation++;  // lists of parties are made anew
}

static void drop(pln_access_t *access, pln_access_chain_t *chain, size_t at)
{
    pln_fact_t *fact = chain->facts.items[at];
    pln_party_t *about = fact->about;
    pln_party_t *successor = NULL;
    pln_sorted_remove(&chain->facts, at);
    pln_ends_remove(chain, fact);
    delist(fact);
    access->fates++;
    if (fact->type == PLN_FACT_TRANSFER) {
        successor = pln_access_party(access, &fact->as.transfer.successor->id);
        successor->succeeds--;
        pln_reigns_find(access);
    }
    forget_verdicts(access, fact);
    free_fact(fact);
    if (about != chain->author) {
        let_go(access, about);
    }
    if (successor != NULL) {
        let_go(access, successor);
    }
}

/** Of an epoch in which its author has said nothing there is no chain. */
static void drop_chain(pln_access_t *access, pln_access_chain_t *chain)
{
    pln_party_t *author = chain->author;
    bool held;
    size_t at = pln_sorted_find(&author->chains, &chain->epoch, order_chain, &held);
    assert(held);
    pln_sorted_remove(&author->chains, at);
    free_chain(chain);
    let_go(access, author);
}

// R17: whoever wrote the genesis that hashes to the network's id is its root.
static void look_for_root(pln_access_t *access, const pln_statement_t *statement)
{
    pln_network_id_t network;
    pln_network_record_t record;
    if (access->founder != NULL || statement->kind != PLN_KIND_NETWORK || statement->epoch != 0 ||
        statement->seq != 1) {
        return;
    }
    pln_network_id(&statement->author, statement->payload, &network);
    if (memcmp(network.bytes, access->network.bytes, sizeof network.bytes) != 0 ||
        pln_id_check(&statement->author) != PLN_OK ||
        pln_network_record_decode(statement->payload, &record) != PLN_OK || !record.genesis) {
        return;
    }
    access->founder = pln_access_need(access, &statement->author);
    memcpy(access->name, record.name.data, record.name.size);
    access->name[record.name.size] = '\0';
    access->base_entries = record.max_entries;
    access->base_bytes = record.max_bytes;
    pln_reigns_find(access);
}

/** Does a neighbour stand at the same seq? */
static bool shares_seq(const pln_access_chain_t *chain, size_t at)
{
    const pln_fact_t *const *facts = (const pln_fact_t *const *)(const void *)chain->facts.items;
    return (at > 0 && facts[at - 1]->seq == facts[at]->seq) ||
           (at + 1 < chain->facts.count && facts[at + 1]->seq == facts[at]->seq);
}

/** Told as evidence before, it has come now; what comes as evidence again says nothing new. */
static void take_place(pln_access_t *access, pln_fact_t *known, const pln_statement_t *statement)
{
    if (statement->chain == PLN_CHAIN_NONE) {
        return;
    }
    pln_ends_remove(known->chain, known);
    known->number = statement->chain;
    pln_ends_add(known->chain, known);
    if (!pln_hash_equal(&known->before, &statement->before)) {
        known->before = statement->before;  // what leads to it may be covered now
        forget_verdicts(access, known);
    }
}

void pln_access_add(pln_access_t *access, const pln_statement_t *statement)
{
    // An entry has one before it for each smaller seq, so a larger one is never among the 65,536.
    if (statement->seq == 0 || statement->seq > PLN_CONTROL_ENTRIES_MAX) {
        return;
    }
    look_for_root(access, statement);
    pln_access_chain_t *chain =
        need_chain(pln_access_need(access, &statement->author), statement->epoch);
    pln_fact_t key = {.seq = statement->seq, .hash = statement->hash};
    bool held;
    size_t at = pln_sorted_find(&chain->facts, &key, order_fact, &held);
    if (held) {
        pln_fact_t *known = chain->facts.items[at];
        take_place(access, known, statement);
    }
    if (held || at == PLN_CONTROL_ENTRIES_MAX) {
        return;
    }
    pln_fact_t *fact = pln_alloc_zero(1, sizeof *fact);
    fact->chain = chain;
    fact->seq = statement->seq;
    fact->hash = statement->hash;
    fact->before = statement->before;
    fact->number = statement->chain;
    fact->about = chain->author;
    fact->time_ms = statement->time_ms;
    pln_fact_read(access, statement, fact);
    enlist(fact);
    pln_sorted_insert(&chain->facts, at, fact);
    pln_ends_add(chain, fact);
    chain->forked = chain->forked || shares_seq(chain, at);
    if (fact->type == PLN_FACT_TRANSFER) {
        pln_reigns_find(access);
    }
    forget_verdicts(access, fact);
    if (chain->facts.count > PLN_CONTROL_ENTRIES_MAX) {
        drop(access, chain, chain->facts.count - 1);
    }
}

void pln_access_forget(pln_access_t *access, const pln_id_t *author, uint32_t epoch, uint64_t seq,
                       const pln_hash_t *hash)
{
    pln_access_chain_t *chain = pln_access_chain(access, author, epoch);
    pln_fact_t key = {.seq = seq, .hash = *hash};
    bool known = false;
    size_t at = chain == NULL ? 0 : pln_sorted_find(&chain->facts, &key, order_fact, &known);
    if (!known || ((const pln_fact_t *)chain->facts.items[at])->number != PLN_CHAIN_NONE) {
        return;
    }
    drop(access, chain, at);
    if (chain->facts.count == 0) {
        drop_chain(access, chain);
        return;
    }
    chain->forked = false;
    for (size_t i = 0; i < chain->facts.count; i++) {
        chain->forked = chain->forked || shares_seq(chain, i);
    }
}

void pln_access_promise(pln_access_t *access, const pln_id_t *root, const pln_id_t *inviter)
{
    access->promised_root = pln_access_need(access, root);
    pln_access_need(access, inviter)->promised = true;
    access->generation++;
}

void pln_access_promise_end(pln_access_t *access)
{
    for (size_t i = 0; i < access->parties.count; i++) {
        pln_party_t *party = access->parties.items[i];
        party->promised = false;
    }
    access->promised_root = NULL;
    access->generation++;
}

uint64_t pln_access_generation(const pln_access_t *access)
{
    return access->generation;
}

uint64_t pln_access_fates(const pln_access_t *access)
{
    return access->fates;
}
