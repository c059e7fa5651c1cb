// SPDX-License-Identifier: MPL-2.0
// The chains of a network: where they stand, how much of each counts, and what they hash to.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "node_aside.h"
#include "node_blocked.h"
#include "node_branch.h"
#include "node_join.h"
#include "node_terms.h"
#include "node_withdraw.h"
#include "planted.h"

#define CHAIN_KEY_SIZE 41    /**< place 37, branch 4 */
#define BRANCHES_AT_ONCE 64u /**< lane 0: a copied key makes two or three */
#define REFOLD_MS 1000u

/** The next multiple; "no limit" where there is none in 64 bits. */
static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return value > UINT64_MAX - (unit - 1) ? UINT64_MAX : (value + unit - 1) / unit * unit;
}

void pln_chain_key(const pln_place_t *place, uint8_t out[37])
{
    memcpy(out, place->author.bytes, 32);
    pln_put_u32(out + 32, place->epoch);
    out[36] = place->lane;
}

pln_net_state_t *pln_net_find(pln_node_t *node, const pln_network_id_t *id)
{
    return pln_map_get(&node->net_by_id, id->bytes);
}

pln_net_state_t *pln_net_add(pln_node_t *node, const pln_network_id_t *id)
{
    pln_net_state_t *net = pln_net_find(node, id);
    if (net != NULL) {
        return net;
    }
    net = pln_alloc_zero(1, sizeof *net);
    net->id = *id;
    net->access = pln_access_new(id);
    net->digest_stale = net->access_digest_stale = true;
    pln_map_init(&net->chains, CHAIN_KEY_SIZE, node->secret);
    pln_map_init(&net->due, 32, node->secret);
    net->due_ms = UINT64_MAX;
    pln_map_init(&net->forks, 37, node->secret);
    pln_map_init(&net->blocked, 37, node->secret);
    pln_map_init(&net->doubts, 32, node->secret);
    pln_map_init(&net->presences, 32, node->secret);
    pln_map_init(&net->flights, 32, node->secret);
    node->nets = pln_realloc(node->nets, (node->net_count + 1) * sizeof(pln_net_state_t *));
    node->nets[node->net_count++] = net;
    pln_map_put(&node->net_by_id, id->bytes, net);
    return net;
}

void pln_net_free(pln_net_state_t *net)
{
    size_t at = 0;
    for (pln_chain_t *chain; (chain = pln_map_next(&net->chains, &at)) != NULL;) {
        free(chain->marks);
        pln_buf_free(&chain->flight);
    }
    pln_map_free_values(&net->chains);
    pln_map_free(&net->flights);
    pln_admission_release(&net->admitted);
    pln_admission_release(&net->ended);
    pln_map_free_values(&net->due);
    pln_forks_free(net);
    pln_map_free_values(&net->blocked);
    pln_map_free_values(&net->doubts);
    size_t cursor = 0;
    for (pln_presence_state_t *p; (p = pln_map_next(&net->presences, &cursor)) != NULL;) {
        pln_presence_free(p);
    }
    pln_map_free(&net->presences);
    pln_access_free(&net->access);
    pln_forget_free(net);
    free(net);
}

void pln_net_save(pln_node_t *node, pln_net_state_t *net)
{
    pln_buf_t value = {0};
    pln_pack_array(&value, 5);
    pln_pack_bool(&value, net->left);
    pln_pack_bool(&value, net->promised);
    pln_pack_bin(&value, net->promise_root.bytes, 32);
    pln_pack_bin(&value, net->promise_inviters, net->promise_count * 32);
    pln_pack_bool(&value, net->forgetting);
    pln_save(node, PLN_TABLE_NETWORKS, net->id.bytes, 32, &value);
    pln_buf_free(&value);
}

pln_chain_t *pln_chain_find(pln_net_state_t *net, const pln_id_t *author, uint32_t epoch,
                            uint8_t lane)
{
    pln_place_t place = {.network = net->id, .author = *author, .epoch = epoch, .lane = lane};
    uint8_t key[CHAIN_KEY_SIZE] = {0};
    pln_chain_key(&place, key);
    return pln_map_get(&net->chains, key);
}

static void number_slot(pln_node_t *node, uint32_t number)
{
    if (number < node->chain_capacity) {
        return;
    }
    size_t capacity = node->chain_capacity == 0 ? 64 : node->chain_capacity;
    while (capacity <= number) {
        capacity *= 2;
    }
    node->chains = pln_realloc(node->chains, capacity * sizeof(pln_chain_t *));
    memset(node->chains + node->chain_capacity, 0,
           (capacity - node->chain_capacity) * sizeof(pln_chain_t *));
    node->chain_capacity = capacity;
}

pln_chain_t *pln_chain_add(pln_node_t *node, pln_net_state_t *net, const pln_place_t *place,
                           uint32_t number)
{
    pln_chain_t *chain = pln_alloc_zero(1, sizeof *chain);
    chain->number = number;
    chain->net = net;
    chain->place = *place;
    pln_chain_start(place, &chain->base);
    chain->held = chain->durable = chain->counted = chain->base;
    pln_chain_enter(node, chain, 0);
    chain->limit = pln_chain_limit(chain);
    return chain;
}

void pln_chain_enter(pln_node_t *node, pln_chain_t *chain, uint32_t branch)
{
    pln_net_state_t *net = chain->net;
    uint8_t bucket = chain->place.author.bytes[0];
    chain->bucket_next = net->buckets[bucket];
    net->buckets[bucket] = chain;
    uint8_t key[CHAIN_KEY_SIZE];
    pln_chain_key(&chain->place, key);
    pln_put_u32(key + 37, branch);
    pln_map_put(&net->chains, key, chain);
    number_slot(node, chain->number);
    node->chains[chain->number] = chain;
    if (chain->number >= node->next_chain) {
        node->next_chain = chain->number + 1;
    }
}

void pln_chain_touch(pln_net_state_t *net, pln_chain_t *chain)
{
    net->dirty[chain->place.author.bytes[0]] = true;
    net->digest_stale = true;
}

static uint64_t control_max(uint64_t limit)
{
    return limit > PLN_CONTROL_ENTRIES_MAX ? PLN_CONTROL_ENTRIES_MAX : limit;
}

uint64_t pln_chain_limit(const pln_chain_t *chain)
{
    const pln_place_t *place = &chain->place;
    pln_access_t *access = chain->net->access;
    if (place->lane == PLN_LANE_CONTROL) {
        return control_max(pln_access_path_limit(access, &place->author, place->epoch,
                                                 chain->number, chain->durable.seq));
    }
    return pln_fork_limit(chain);
}

uint64_t pln_place_reach(pln_node_t *node, pln_net_state_t *net, const pln_place_t *place)
{
    if (place->lane == PLN_LANE_CONTROL) {
        return control_max(pln_access_reach(net->access, &place->author, place->epoch));
    }
    pln_fork_place_t *fork = pln_fork_find(net, place);
    if (fork != NULL) {
        return pln_fork_reach(node, net, fork);
    }
    return pln_access_limit(net->access, &place->author, place->epoch, place->lane);
}

/** Quotas are rounded up to whole anchors' spacing, so that a chain always ends at an anchor (R11).
 */
bool pln_chain_quota_reached(pln_net_state_t *net, const pln_place_t *place, const pln_head_t *head)
{
    if (place->lane == PLN_LANE_CONTROL) {
        return head->seq >= PLN_CONTROL_ENTRIES_MAX;
    }
    pln_settings_t settings;
    pln_access_settings(net->access, &settings);
    return head->seq >= round_up(settings.max_entries, PLN_ANCHOR_ENTRIES) ||
           head->cum >= round_up(settings.max_bytes, PLN_ANCHOR_BYTES);
}

/* ---- digests ---- */

/** Holes of a branch and of what leads to it, ascending. */
static size_t holes_along(const pln_chain_t *chain, uint64_t upto, uint64_t *out)
{
    size_t count = 0;
    if (chain->parent != NULL) {  // lane 1: of 16 branches at most
        count = holes_along(chain->parent, chain->base.seq < upto ? chain->base.seq : upto, out);
    }
    for (size_t i = 0; i < chain->mark_count && chain->holes > 0; i++) {
        if (chain->marks[i].seq <= upto && pln_mark_is_hole(chain, &chain->marks[i])) {
            out[count++] = chain->marks[i].seq;
        }
    }
    return count;
}

static void chain_element(const pln_chain_t *chain, pln_element_t *out)
{
    size_t most = 0;
    if (chain->place.lane == PLN_LANE_CONTROL) {  // never withheld, and ever so many branches deep
        pln_element(&chain->place, &chain->counted, NULL, 0, out);
        return;
    }
    for (const pln_chain_t *c = chain; c != NULL; c = c->parent) {
        most += c->holes;
    }
    uint64_t *holes = pln_alloc((most + 1) * sizeof *holes);
    size_t count = holes_along(chain, chain->counted.seq, holes);
    pln_element(&chain->place, &chain->counted, holes, count, out);
    free(holes);
}

static void bucket_sum(pln_net_state_t *net, size_t index)
{
    size_t count = 0;
    for (pln_chain_t *c = net->buckets[index]; c != NULL; c = c->bucket_next) {
        count += pln_chain_leaf(c);
    }
    size_t proofs = 0;
    pln_fork_elements(net, index, NULL, &proofs);
    pln_element_t *all = pln_alloc(((count + 1) * 2 + proofs) * sizeof *all);
    pln_element_t *control = all + count + 1;
    size_t all_count = 0;
    size_t control_count = 0;
    for (pln_chain_t *c = net->buckets[index]; c != NULL; c = c->bucket_next) {
        if (!pln_chain_leaf(c)) {
            continue;
        }
        chain_element(c, &all[all_count]);
        if (c->place.lane == PLN_LANE_CONTROL) {
            control[control_count++] = all[all_count];
        }
        all_count++;
    }
    pln_fork_elements(net, index, control, &control_count);
    pln_digest_bucket(all, all_count, &net->sums[index]);
    pln_hash_t control_sum;
    pln_digest_bucket(control, control_count, &control_sum);
    if (!pln_hash_equal(&control_sum, &net->control_sums[index])) {
        net->control_sums[index] = control_sum;
        net->access_digest_stale = true;
    }
    free(all);
    net->dirty[index] = false;
}

void pln_net_digests(pln_net_state_t *net)
{
    if (!net->digest_stale) {
        return;
    }
    for (size_t i = 0; i < PLN_BUCKETS; i++) {
        if (net->dirty[i]) {
            bucket_sum(net, i);
        }
    }
    pln_digest(&net->id, net->sums, &net->digest);
    if (net->access_digest_stale) {
        pln_digest_access(&net->id, net->control_sums, &net->access_digest);
    }
    net->digest_stale = net->access_digest_stale = false;
}

/* ---- access ---- */

bool pln_net_admits(const pln_net_state_t *net, const pln_id_t *id)
{
    return (!net->left || net->parting) && pln_admission_has(net->admitted, id);
}

bool pln_net_has(const pln_node_t *node, const pln_net_state_t *net, const pln_id_t *id)
{
    pln_member_t member;
    return pln_access_member(net->access, id, &member) == PLN_OK && !member.left &&
           !pln_member_over(&member, node->wall_ms);
}

static bool others_admit(const pln_node_t *node, const pln_net_state_t *net, const pln_id_t *id)
{
    for (size_t i = 0; i < node->net_count; i++) {
        if (node->nets[i] != net && pln_admission_has(node->nets[i]->admitted, id)) {
            return true;
        }
    }
    return false;
}

bool pln_node_admits(const pln_node_t *node, const pln_id_t *id)
{
    return others_admit(node, NULL, id);
}

/** Who is let in: members that have neither left nor expired by this clock, and a ticket's promise.
 */
static pln_admission_t *admitted_now(pln_node_t *node, pln_net_state_t *net)
{
    net->admits_from_ms = 0;
    net->admits_until_ms = UINT64_MAX;
    pln_member_t member;
    bool self_is_member = pln_access_member(net->access, &node->self->id, &member) == PLN_OK;
    if ((net->left && !net->parting) || (!self_is_member && !net->promised && !net->put_out)) {
        return NULL;
    }
    pln_admission_t *members = pln_access_admission(net->access, node->wall_ms,
                                                    &net->admits_from_ms, &net->admits_until_ms);
    if (!net->promised) {
        return members;
    }
    pln_admission_t *all = pln_admission_copy(members, 1 + net->promise_count);
    pln_admission_add(all, &net->promise_root);
    for (size_t i = 0; i < net->promise_count; i++) {
        pln_admission_add(all, &net->promise_inviters[i]);
    }
    pln_admission_release(&members);
    return all;
}

static void links_lose(pln_node_t *node, pln_net_state_t *net, const pln_id_t *id)
{
    pln_peer_t *peer = pln_map_get(&node->peers, id->bytes);
    size_t cursor = 0;
    for (pln_link_t *link; peer != NULL && !PLN_PLANTED(revoked_served) &&
                           (link = pln_peer_next_link(node, peer, &cursor)) != NULL;) {
        pln_share_end(node, link, net, "no-grant", "this node's membership has ended here");
    }
}

/**
 * Lane 0 alone goes on, on the links that stand: with everybody where this node is put out or does
 * not know the rules, else with whom only a ticket's promise covers.
 */
static void records_close(pln_node_t *node, pln_net_state_t *net)
{
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        pln_share_t *share = pln_share_find(link, net);
        if (share != NULL &&
            (net->put_out || net->outdated || !pln_net_has(node, net, &link->id))) {
            share->open = share->announced = false;
        }
    }
}

/**
 * A revoke has ended us, or it does not any more. Whoever knows of it ends what we share; with
 * whoever does not, or knows better, lane 0 goes on, so that we hear when it is undone.
 */
static void put_out_change(pln_node_t *node, pln_net_state_t *net)
{
    pln_revoked_t by;
    bool before = net->put_out;
    net->put_out = !net->promised &&  // who joins anew hears of old revokes on the way
                   pln_access_revoked(net->access, &node->self->id, &by) == PLN_OK;
    if (net->put_out && !before) {
        records_close(node, net);
    }
}

/** What the whole node admits holds no longer than what @net does. */
static void window_narrow(pln_node_t *node, const pln_net_state_t *net)
{
    if (net->admits_from_ms > node->admits_from_ms) {
        node->admits_from_ms = net->admits_from_ms;
    }
    if (net->admits_until_ms < node->admits_until_ms) {
        node->admits_until_ms = net->admits_until_ms;
    }
}

static void admissions_change(pln_node_t *node, pln_net_state_t *net)
{
    put_out_change(node, net);
    pln_admission_t *before = net->admitted;
    net->admitted = admitted_now(node, net);
    window_narrow(node, net);
    const pln_id_t *id;
    for (size_t a = 0, b = 0; (id = pln_admission_only(before, net->admitted, &a, &b)) != NULL;) {
        links_lose(node, net, id);
        if (!others_admit(node, net, id)) {
            pln_peer_admit(node, id, false);
        }
    }
    for (size_t a = 0, b = 0; (id = pln_admission_only(net->admitted, before, &a, &b)) != NULL;) {
        if (!others_admit(node, net, id)) {
            pln_peer_admit(node, id, true);
        }
        pln_peer_welcome(node, id);
    }
    pln_admission_release(&before);
    if (net->promised) {
        records_close(node, net);  // whom a revoke has ended may still be promised
    }
    pln_ended_change(node, net);
    net->review_ms = node->now_ms;
}

/** Entries beyond a shrunk limit are set aside; entries within a widened one come back. */
static void chain_relimit(pln_node_t *node, pln_chain_t *chain)
{
    const pln_fork_place_t *fork = pln_fork_find(chain->net, &chain->place);
    if (fork != NULL && fork->probing > 0) {
        return;  // the store is asked which branch is which
    }
    chain->limit = pln_chain_limit(chain);
    uint64_t counts = chain->durable.seq < chain->limit ? chain->durable.seq : chain->limit;
    counts = counts < chain->base.seq ? chain->base.seq : counts;  // nothing of a branch
    if (counts == chain->counted.seq || chain->shifting || chain->net->forgetting) {
        return;
    }
    bool less = counts < chain->counted.seq;
    if (less && PLN_PLANTED(cut_ignored)) {
        return;
    }
    pln_effect_t *effect = pln_fx(node, less ? PLN_FX_ASIDE : PLN_FX_BACK);
    effect->as.aside.chain = chain->number;
    effect->as.aside.from = less ? counts + 1 : chain->counted.seq + 1;
    effect->as.aside.to = less ? chain->counted.seq : counts;
    pln_cut_t cut;
    if (chain->place.lane == PLN_LANE_RECORDS &&
        pln_fork_vouch(chain, counts, &effect->as.aside.signature)) {
        effect->as.aside.vouched = true;
    } else if (pln_access_cut(chain->net->access, &chain->place.author, chain->place.epoch,
                              chain->place.lane, &cut) &&
               cut.seq == counts) {
        effect->as.aside.vouched = true;
        effect->as.aside.signature = cut.signature;
    }
    chain->shifting = true;
    pln_job_op(node, effect->type, chain);
    pln_aside_moves(node, chain);
}

static void promise_settle(pln_node_t *node, pln_net_state_t *net)
{
    pln_member_t self;
    pln_id_t root;  // held, not only promised: a keyring may name ourselves
    if (net->promised && pln_access_root(net->access, &root) == PLN_OK &&
        pln_access_member(net->access, &node->self->id, &self) == PLN_OK &&
        !pln_join_awaits(node, net, self.term)) {
        net->promised = false;
        pln_access_promise_end(net->access);
        pln_net_save(node, net);
        pln_join_check(node, net);
    }
}

/** What a member was told as evidence did not end its membership, or does no more. */
static void evidence_settle(pln_node_t *node, pln_net_state_t *net)
{
    pln_member_t self;
    if (net->evidence_count > 0 &&
        pln_access_member(net->access, &node->self->id, &self) == PLN_OK) {
        pln_ended_forget(node, net);
    }
}

/** R14: of a network whose rules this node does not know it relays lane 0 and nothing else. */
static void version_obey(pln_node_t *node, pln_net_state_t *net)
{
    pln_settings_t settings;
    pln_access_settings(net->access, &settings);
    bool before = net->outdated;
    net->outdated = settings.access_version > node->config.access_version;
    if (net->outdated && !before) {
        records_close(node, net);
    }
}

void pln_net_refold(pln_node_t *node, pln_net_state_t *net)
{
    net->refold_ms = 0;
    net->refolds++;
    version_obey(node, net);
    promise_settle(node, net);
    evidence_settle(node, net);
    net->generation = pln_access_generation(net->access);
    size_t cursor = 0;
    for (pln_fork_place_t *fork; (fork = pln_map_next(&net->forks, &cursor)) != NULL;) {
        pln_fork_refresh(node, net, fork);
        net->dirty[fork->place.author.bytes[0]] = net->digest_stale = true;
    }
    cursor = 0;
    for (pln_chain_t *chain; (chain = pln_map_next(&net->chains, &cursor)) != NULL;) {
        chain_relimit(node, chain);
    }
    pln_withdraw_refold(node, net);
    admissions_change(node, net);
    pln_want_retry_blocked(node, net);
    pln_want_flush(node, net);
}

void pln_net_refold_for(pln_node_t *node, pln_net_state_t *net, const pln_place_t *place)
{
    const pln_chain_t *first = pln_chain_find(net, &place->author, place->epoch, place->lane);
    if (first->branch_count <= BRANCHES_AT_ONCE) {
        pln_net_refold(node, net);
        return;
    }
    net->refold_ms = net->refold_ms == 0 ? node->now_ms + REFOLD_MS : net->refold_ms;
    pln_wake(node, net->refold_ms);
    pln_want_flush(node, net);
}

void pln_net_refold_scan(pln_node_t *node, pln_net_state_t *net)
{
    if (net->refold_ms != 0 && node->now_ms >= net->refold_ms) {
        pln_net_refold(node, net);
        pln_shares_advance(node, net);
    } else if (net->refold_ms != 0) {
        pln_wake(node, net->refold_ms);
    }
}

void pln_admissions_follow_clock(pln_node_t *node)
{
    if (node->wall_ms >= node->admits_from_ms && node->wall_ms < node->admits_until_ms) {
        return;
    }
    node->admits_from_ms = 0;
    node->admits_until_ms = UINT64_MAX;
    for (size_t i = 0; i < node->net_count; i++) {
        pln_net_state_t *net = node->nets[i];
        if (node->wall_ms < net->admits_from_ms || node->wall_ms >= net->admits_until_ms) {
            pln_net_refold(node, net);
        } else {
            window_narrow(node, net);
        }
    }
}
