// SPDX-License-Identifier: MPL-2.0
// Forked chains of lane 1: the proofs kept, where the heads that matter lie, how far each branch
// counts (R6). A head matters when the proof, a settle or a cut names it; the store is asked once
// for each branch whether it goes through it. Until it has answered limits stay as they are.
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "node_branch.h"
#include "node_terms.h"

/* ---- heads that matter ---- */

static pln_known_t *known_find(pln_fork_place_t *fork, uint64_t seq, const pln_hash_t *hash)
{
    for (size_t i = 0; i < fork->known_count; i++) {
        if (fork->known[i].head.seq == seq && pln_hash_equal(&fork->known[i].head.hash, hash)) {
            return &fork->known[i];
        }
    }
    return NULL;
}

/** NULL when there are more than a fork can have honestly: then the head counts as not held. */
static pln_known_t *known_need(pln_fork_place_t *fork, uint64_t seq, const pln_hash_t *hash)
{
    pln_known_t *known = known_find(fork, seq, hash);
    if (known == NULL && fork->known_count < PLN_KNOWN_MAX) {
        known = &fork->known[fork->known_count++];
        *known = (pln_known_t){.head = {.seq = seq, .hash = *hash}};
    }
    return known;
}

static bool looked_at(const pln_known_t *known, uint32_t chain)
{
    for (size_t i = 0; i < known->looked_count; i++) {
        if (known->looked[i] == chain) {
            return true;
        }
    }
    return known->looked_count == PLN_LANE1_BRANCHES_MAX;
}

static void known_probe(pln_node_t *node, pln_fork_place_t *fork, pln_known_t *known,
                        const pln_chain_t *chain)
{
    pln_effect_t *effect = pln_fx(node, PLN_FX_PROBE);
    effect->as.probe.chain = chain->number;
    effect->as.probe.purpose = PLN_PROBE_KNOWN;
    effect->as.probe.seqs[0] = known->head.seq == 0 ? 0 : known->head.seq - 1;
    effect->as.probe.seqs[1] = known->head.seq;
    effect->as.probe.seqs[2] = known->head.seq + 1;
    effect->as.probe.count = 3;
    fork->probing++;
    if (known->chain == NULL) {
        known->looked[known->looked_count++] = chain->number;
    } else {
        known->next_asked = true;
    }
}

/** Ask the store about every branch that has grown as far as @known and was not asked yet. */
static void known_refresh(pln_node_t *node, pln_fork_place_t *fork, pln_known_t *known,
                          const pln_chain_t *first)
{
    uint64_t seq = known->head.seq;
    if (known->chain != NULL) {
        bool grown = !known->has_next && known->chain->durable.seq > seq;
        if ((grown || !known->before_known) && !known->next_asked) {
            known_probe(node, fork, known, known->chain);
        }
        return;
    }
    for (const pln_chain_t *c = first; c != NULL; c = c->next_branch) {
        bool own = seq > c->base.seq || (seq == 0 && c->parent == NULL);
        bool there = c->durable.seq > c->base.seq;  // the store knows nothing of an empty chain
        if (own && there && seq <= c->durable.seq && !looked_at(known, c->number)) {
            known_probe(node, fork, known, c);
        }
    }
}

/** A branch that was loaded: its first link is asked for, too. */
static void first_refresh(pln_node_t *node, pln_fork_place_t *fork, pln_chain_t *chain)
{
    if (chain->parent == NULL || chain->first_known || chain->durable.seq == chain->base.seq) {
        return;
    }
    chain->first_known = true;
    pln_effect_t *effect = pln_fx(node, PLN_FX_PROBE);
    effect->as.probe.chain = chain->number;
    effect->as.probe.purpose = PLN_PROBE_KNOWN;
    effect->as.probe.seqs[0] = chain->base.seq + 1;
    effect->as.probe.count = 1;
    fork->probing++;
}

void pln_fork_refresh(pln_node_t *node, pln_net_state_t *net, pln_fork_place_t *fork)
{
    const pln_place_t *place = &fork->place;
    pln_chain_t *first = pln_chain_find(net, &place->author, place->epoch, place->lane);
    (void)known_need(fork, fork->at, &fork->hash);
    pln_settle_t settle;
    if (pln_access_settle(net->access, &place->author, place->epoch, &settle)) {
        (void)known_need(fork, settle.seq, &settle.hash);
    }
    pln_cut_t cut;
    bool lists;
    for (size_t i = 0;
         pln_access_lane1_cut(net->access, &place->author, place->epoch, i, &cut, &lists); i++) {
        if (lists) {
            (void)known_need(fork, cut.seq, &cut.hash);
        }
    }
    for (pln_chain_t *c = first; c != NULL; c = c->next_branch) {
        first_refresh(node, fork, c);
    }
    for (size_t i = 0; i < fork->known_count && first != NULL; i++) {
        known_refresh(node, fork, &fork->known[i], first);
    }
}

static void known_learn(pln_known_t *known, pln_chain_t *chain, const pln_head_t *heads)
{
    if (heads[1].seq != known->head.seq || !pln_hash_equal(&heads[1].hash, &known->head.hash)) {
        return;
    }
    known->chain = chain;
    known->head = heads[1];
    known->before = heads[0];
    known->before_known = true;
    known->has_next = heads[2].seq == heads[1].seq + 1;
    known->next = heads[2].hash;
    known->next_asked = known->has_next;
}

void pln_fork_known(pln_node_t *node, const pln_event_t *event)
{
    uint32_t number = event->as.probed.chain;
    pln_chain_t *chain = number < node->chain_capacity ? node->chains[number] : NULL;
    pln_fork_place_t *fork = chain == NULL ? NULL : pln_fork_find(chain->net, &chain->place);
    if (fork == NULL) {
        return;
    }
    fork->probing -= fork->probing > 0;
    if (event->as.probed.count == 1) {
        chain->first = event->as.probed.heads[0].hash;
    }
    for (size_t i = 0; i < fork->known_count && event->as.probed.count == 3; i++) {
        known_learn(&fork->known[i], chain, event->as.probed.heads);
    }
    if (fork->probing == 0) {
        pln_net_refold(node, chain->net);
        pln_fork_go_on(node, chain->net, fork);
    }
}

void pln_fork_point(pln_fork_place_t *fork, pln_chain_t *chain, const pln_head_t *head,
                    const pln_hash_t *next)
{
    pln_known_t *known = known_need(fork, head->seq, &head->hash);
    if (known != NULL) {
        known->chain = (pln_chain_t *)(uintptr_t)pln_branch_holding(chain, head->seq);
        known->head = *head;
        known->has_next = true;
        known->next_asked = false;
        known->next = *next;
    }
}

/* ---- how far a branch counts ---- */

/** The quota's last entry counts; what follows it is not held, on the author's node neither. */
static bool beyond(pln_net_state_t *net, const pln_known_t *known)
{
    const pln_head_t *before = &known->before;
    return known->before_known && pln_chain_quota_reached(net, &known->chain->place, before);
}

static bool held(pln_net_state_t *net, const pln_known_t *known)
{
    return known != NULL && known->chain != NULL && !beyond(net, known);
}

typedef struct {
    uint64_t limit;
    const pln_known_t *first; /**< the first cut that is held */
    bool apart;               /**< another one lies on another branch */
    bool any;
} cuts_t;

static void cut_apply(pln_fork_place_t *fork, const pln_chain_t *chain, const pln_cut_t *cut,
                      cuts_t *cuts)
{
    pln_known_t *known = known_find(fork, cut->seq, &cut->hash);
    uint64_t covers = cut->seq < fork->at ? cut->seq : fork->at;
    if (held(chain->net, known)) {
        covers = pln_branches_part(chain, known->chain, known->head.seq);
        if (cuts->first == NULL) {
            cuts->first = known;
        } else {
            const pln_known_t *other = cuts->first;
            uint64_t lower = other->head.seq < known->head.seq ? other->head.seq : known->head.seq;
            cuts->apart =
                cuts->apart || pln_branches_part(other->chain, known->chain, lower) < lower;
        }
    }
    cuts->limit = covers < cuts->limit ? covers : cuts->limit;
}

uint64_t pln_fork_limit(const pln_chain_t *chain)
{
    const pln_place_t *place = &chain->place;
    pln_access_t *access = chain->net->access;
    uint64_t basic = pln_access_limit(access, &place->author, place->epoch, place->lane);
    pln_fork_place_t *fork = pln_fork_find(chain->net, place);
    if (fork == NULL || basic == 0) {
        return basic;
    }
    cuts_t cuts = {.limit = PLN_LIMIT_NONE};
    pln_cut_t cut;
    bool lists;
    for (size_t i = 0; pln_access_lane1_cut(access, &place->author, place->epoch, i, &cut, &lists);
         i++) {
        cuts.any = true;
        if (lists) {
            cut_apply(fork, chain, &cut, &cuts);
        } else {
            cuts.limit = 0;
        }
    }
    if (cuts.any) {  // a counted revoke's cuts go first
        return cuts.apart && fork->at < cuts.limit ? fork->at : cuts.limit;
    }
    pln_settle_t settle;
    if (pln_access_settle(access, &place->author, place->epoch, &settle)) {
        pln_known_t *known = known_find(fork, settle.seq, &settle.hash);
        if (held(chain->net, known)) {
            return pln_branches_part(chain, known->chain, known->head.seq);
        }
    }
    return fork->at;
}

static void named_look(pln_fork_place_t *fork, const pln_chain_t *chain, uint64_t seq,
                       const pln_hash_t *hash, const pln_signature_t *signature, pln_vouch_t *out)
{
    const pln_known_t *known = known_find(fork, seq, hash);
    if (held(chain->net, known) && known->chain == chain && seq > chain->counted.seq &&
        seq > out->head.seq) {
        *out = (pln_vouch_t){known->head, *signature};
    }
}

bool pln_fork_named(const pln_chain_t *chain, pln_vouch_t *out)
{
    const pln_place_t *place = &chain->place;
    pln_access_t *access = chain->net->access;
    pln_fork_place_t *fork = pln_fork_find(chain->net, place);
    *out = (pln_vouch_t){0};
    pln_cut_t cut;
    bool lists;
    for (size_t i = 0; fork != NULL &&
                       pln_access_lane1_cut(access, &place->author, place->epoch, i, &cut, &lists);
         i++) {
        if (lists) {
            named_look(fork, chain, cut.seq, &cut.hash, &cut.signature, out);
        }
    }
    pln_settle_t settle;
    if (fork != NULL && pln_access_settle(access, &place->author, place->epoch, &settle)) {
        named_look(fork, chain, settle.seq, &settle.hash, &settle.signature, out);
    }
    return out->head.seq > 0;
}

/** The furthest head that is named and not held. */
static uint64_t named_reach(pln_net_state_t *net, pln_fork_place_t *fork)
{
    const pln_place_t *place = &fork->place;
    uint64_t reach = 0;
    pln_cut_t cut;
    bool lists;
    bool any = false;
    for (size_t i = 0;
         pln_access_lane1_cut(net->access, &place->author, place->epoch, i, &cut, &lists); i++) {
        pln_known_t *known = lists ? known_find(fork, cut.seq, &cut.hash) : NULL;
        bool lacks = lists && (known == NULL || known->chain == NULL);
        reach = lacks && cut.seq > reach ? cut.seq : reach;
        any = true;
    }
    pln_settle_t settle;
    if (!any && pln_access_settle(net->access, &place->author, place->epoch, &settle)) {
        pln_known_t *known = known_find(fork, settle.seq, &settle.hash);
        reach = known == NULL || known->chain == NULL ? settle.seq : reach;
    }
    return reach;
}

bool pln_fork_lacks(pln_net_state_t *net, pln_fork_place_t *fork)
{
    return fork->probing == 0 && named_reach(net, fork) > fork->at;
}

uint64_t pln_fork_reach(pln_node_t *node, pln_net_state_t *net, pln_fork_place_t *fork)
{
    const pln_place_t *place = &fork->place;
    uint64_t basic = pln_access_limit(net->access, &place->author, place->epoch, place->lane);
    if (basic == 0 || pln_id_equal(&place->author, &node->self->id)) {
        return basic;
    }
    uint64_t reach = named_reach(net, fork);
    reach = reach > fork->at ? reach : fork->at;
    return reach < basic ? reach : basic;
}

bool pln_fork_vouch(const pln_chain_t *chain, uint64_t counts, pln_signature_t *out)
{
    const pln_place_t *place = &chain->place;
    pln_fork_place_t *fork = pln_fork_find(chain->net, place);
    pln_settle_t settle;
    if (fork == NULL) {
        return false;
    }
    const pln_known_t *at = known_find(fork, fork->at, &fork->hash);
    if (counts == fork->at && at != NULL && at->chain == pln_branch_holding(chain, counts)) {
        memset(out, 0, sizeof *out);
        return true;
    }
    bool settled = pln_access_settle(chain->net->access, &place->author, place->epoch, &settle);
    if (settled && settle.seq == counts) {
        *out = settle.signature;
    }
    return settled && settle.seq == counts;
}

/* ---- where a run may begin another branch ---- */

static size_t branches_of(const pln_chain_t *first)
{
    size_t count = 0;
    for (; first != NULL; first = first->next_branch) {
        count++;
    }
    return count;
}

static bool first_link(const pln_entries_t *entries, pln_hash_t *out)
{
    pln_head_t head = {.seq = entries->from - 1, .hash = entries->base};
    pln_entry_t entry;
    if (pln_entry_read(entries->run, &entry) != PLN_OK) {
        return false;
    }
    if (!entry.withheld) {
        pln_entry_data(entry.payload, &entry.data);
    }
    pln_chain_link(&head, &entry.header, &entry.data);
    *out = head.hash;
    return true;
}

bool pln_fork_takes(const pln_chain_t *branch, const pln_entries_t *entries)
{
    pln_hash_t next;
    return branch->held.seq > branch->base.seq ||
           (first_link(entries, &next) && pln_hash_equal(&branch->first, &next));
}

/** A branch that begins behind @head with @next; NULL. */
static const pln_chain_t *branch_there(const pln_chain_t *first, const pln_head_t *head,
                                       const pln_hash_t *next)
{
    for (const pln_chain_t *c = first->next_branch; c != NULL; c = c->next_branch) {
        if (c->base.seq == head->seq && pln_hash_equal(&c->base.hash, &head->hash) &&
            pln_hash_equal(&c->first, next)) {
            return c;
        }
    }
    return NULL;
}

static pln_known_t *known_before(const pln_chain_t *first, const pln_entries_t *entries)
{
    pln_fork_place_t *fork = pln_fork_find(first->net, &first->place);
    return fork == NULL ? NULL : known_find(fork, entries->from - 1, &entries->base);
}

const pln_head_t *pln_fork_leaves(const pln_chain_t *first, const pln_entries_t *entries,
                                  const pln_chain_t **there)
{
    pln_known_t *known = known_before(first, entries);
    pln_hash_t next;
    *there = NULL;
    if (known == NULL || known->chain == NULL || !known->has_next || !first_link(entries, &next)) {
        return NULL;
    }
    *there = pln_hash_equal(&known->next, &next) ? known->chain
                                                 : branch_there(first, &known->head, &next);
    if (*there != NULL || branches_of(first) >= PLN_LANE1_BRANCHES_MAX) {
        return NULL;
    }
    return &known->head;
}

pln_chain_t *pln_fork_branch_off(pln_node_t *node, pln_chain_t *first, const pln_entries_t *entries)
{
    pln_known_t *known = known_before(first, entries);
    pln_chain_t *chain = pln_branch_add(node, known->chain, &known->head, node->next_chain);
    chain->first_known = first_link(entries, &chain->first);
    return chain;
}

bool pln_fork_common(pln_net_state_t *net, const pln_place_t *place, pln_head_t *out)
{
    pln_fork_place_t *fork = pln_fork_find(net, place);
    pln_known_t *known = fork == NULL ? NULL : known_find(fork, fork->at, &fork->hash);
    if (known == NULL || known->chain == NULL) {
        return false;
    }
    *out = known->head;
    return true;
}

bool pln_fork_settled(pln_net_state_t *net, pln_fork_place_t *fork)
{
    const pln_place_t *place = &fork->place;
    pln_settle_t settle;
    return pln_access_settle(net->access, &place->author, place->epoch, &settle) &&
           held(net, known_find(fork, settle.seq, &settle.hash));
}

bool pln_fork_beyond(pln_net_state_t *net, pln_fork_place_t *fork)
{
    const pln_place_t *place = &fork->place;
    pln_settle_t settle;
    if (!pln_access_settle(net->access, &place->author, place->epoch, &settle)) {
        return false;
    }
    const pln_known_t *known = known_find(fork, settle.seq, &settle.hash);
    pln_head_t before = {.seq = settle.seq - 1};  // of one that is not here its number tells
    return known != NULL && known->chain != NULL ? beyond(net, known)
                                                 : pln_chain_quota_reached(net, place, &before);
}

bool pln_fork_counts(pln_net_state_t *net, pln_fork_place_t *fork)
{
    const pln_place_t *place = &fork->place;
    pln_settle_t settle;
    if (fork->probing > 0 ||
        !pln_access_settle(net->access, &place->author, place->epoch, &settle)) {
        return false;
    }
    const pln_known_t *known = known_find(fork, settle.seq, &settle.hash);
    return held(net, known) && known->chain->counted.seq >= known->head.seq;
}

bool pln_fork_whole(pln_net_state_t *net, pln_fork_place_t *fork, pln_hash_t *missing)
{
    const pln_place_t *place = &fork->place;
    const pln_chain_t *first = pln_chain_find(net, &place->author, place->epoch, place->lane);
    const pln_known_t *at = known_find(fork, fork->at, &fork->hash);
    pln_fork_proof_t proof;
    memset(missing, 0, sizeof *missing);
    if (first == NULL || at == NULL || at->chain == NULL ||
        pln_fork_proof_decode(pln_buf_span(&fork->proof), &proof) != PLN_OK) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        pln_hash_t next;
        pln_head_t end;
        bool here = pln_fork_branch_verify(place, proof.at, &proof.hash, &proof.branches[i], &next,
                                           &end) == PLN_OK &&
                    ((at->has_next && pln_hash_equal(&at->next, &next)) ||
                     branch_there(first, &at->head, &next) != NULL);
        if (!here) {
            memcpy(missing, proof.branches[i].links.data + PLN_HEADER_SIZE, sizeof *missing);
            return false;
        }
    }
    return true;
}

/* ---- taking and passing on proofs ---- */

static void proof_send(pln_node_t *node, pln_link_t *link, const pln_fork_place_t *fork)
{
    pln_message_t message = {.type = PLN_MSG_FORK};
    message.as.fork.place = fork->place;
    message.as.fork.stage = PLN_FORK_PROOF;
    message.as.fork.body = pln_buf_span(&fork->proof);
    pln_send(node, link, &message, (pln_span_t){0});
}

void pln_fork_tell(pln_node_t *node, pln_link_t *link, pln_share_t *share)
{
    size_t cursor = 0;
    for (pln_fork_place_t *f; (f = pln_map_next(&share->net->forks, &cursor)) != NULL;) {
        proof_send(node, link, f);
    }
}

void pln_fork_tell_one(pln_node_t *node, pln_link_t *link, pln_net_state_t *net,
                       const pln_place_t *place)
{
    const pln_fork_place_t *fork = pln_fork_find(net, place);
    if (fork != NULL) {
        proof_send(node, link, fork);
    }
}

static void proof_relay(pln_node_t *node, pln_net_state_t *net, const pln_fork_place_t *fork,
                        const pln_link_t *from)
{
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        pln_share_t *share =
            link != from && link->greeted && !link->closing ? pln_share_find(link, net) : NULL;
        if (share != NULL) {
            proof_send(node, link, fork);
            share->compare_ms = node->now_ms + 1000;
        }
    }
}

/** Is what is kept of the place at least as good? The smallest L is; of two hashes the smaller. */
static bool proof_known(const pln_fork_place_t *fork, const pln_fork_proof_t *proof)
{
    if (fork == NULL || fork->at != proof->at) {
        return fork != NULL && fork->at < proof->at;
    }
    return memcmp(fork->hash.bytes, proof->hash.bytes, sizeof fork->hash.bytes) <= 0;
}

bool pln_fork_take(pln_node_t *node, pln_net_state_t *net, const pln_fork_proof_t *proof,
                   pln_link_t *from)
{
    if (proof_known(pln_fork_find(net, &proof->place), proof)) {
        return false;
    }
    pln_fork_place_t *fork = pln_fork_need(net, &proof->place);
    fork->at = proof->at;
    fork->hash = proof->hash;
    fork->healed = 0;
    pln_buf_clear(&fork->proof);
    pln_fork_proof_encode(proof, &fork->proof);
    pln_fork_save(node, fork);
    pln_trace(node, "fork proven", from, &proof->place, proof->at);
    net->dirty[proof->place.author.bytes[0]] = net->digest_stale = true;
    proof_relay(node, net, fork, from);
    if (pln_id_equal(&proof->place.author, &node->self->id)) {
        (void)pln_epochs_foreign(node, net, proof->place.epoch);
    }
    pln_net_refold(node, net);
    pln_fork_go_on(node, net, fork);
    return true;
}

void pln_fork_proof_received(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                             const pln_fork_t *message)
{
    pln_fork_proof_t proof;
    pln_err_t error = pln_fork_proof_decode(message->body, &proof);
    if (error == PLN_OK && !pln_place_equal(&proof.place, &message->place)) {
        error = PLN_EMALFORMED;
    }
    if (error == PLN_OK && proof_known(pln_fork_find(share->net, &proof.place), &proof)) {
        return;
    }
    if (error == PLN_OK &&
        !pln_access_granted(share->net->access, &proof.place.author, proof.place.epoch)) {
        pln_refuse(node, PLN_EGRANT);  // told again when digests are compared
        return;
    }
    error = error == PLN_OK ? pln_fork_proof_verify(&proof) : error;
    if (error != PLN_OK) {
        pln_link_end(node, link, error, "a fork proof that does not verify");
        return;
    }
    share->moved_ms = node->now_ms;
    (void)pln_fork_take(node, share->net, &proof, link);
}

void pln_fork_elements(pln_net_state_t *net, size_t bucket, pln_element_t *out, size_t *count)
{
    size_t cursor = 0;
    for (pln_fork_place_t *f; (f = pln_map_next(&net->forks, &cursor)) != NULL;) {
        if (f->place.author.bytes[0] != bucket ||
            !pln_access_granted(net->access, &f->place.author, f->place.epoch)) {
            continue;
        }
        if (out != NULL) {
            pln_head_t head = {.seq = f->at, .hash = f->hash};
            pln_element(&f->place, &head, NULL, 0, &out[*count]);
        }
        (*count)++;
    }
}
