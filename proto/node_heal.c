// SPDX-License-Identifier: MPL-2.0
// One's own forks: every branch comes home, one of them is settled (R6). Publishing the records of
// the others again is the shell's, for it can read them.
#include <string.h>

#include "hash.h"
#include "node_blocked.h"
#include "node_branch.h"
#include "node_terms.h"
#include "node_withdraw.h"

static bool is_own(const pln_node_t *node, const pln_fork_place_t *fork)
{
    return pln_id_equal(&fork->place.author, &node->self->id);
}

/** Is there nothing more to be asked of the peers? */
static bool at_home(pln_net_state_t *net, pln_fork_place_t *fork)
{
    pln_hash_t missing;
    return pln_fork_whole(net, fork, &missing);
}

static void fetch(pln_node_t *node, pln_link_t *link, pln_net_state_t *net,
                  const pln_fork_place_t *fork)
{
    pln_head_t common;
    if (pln_fork_common(net, &fork->place, &common)) {
        pln_want_send(node, link, net, &fork->place, common.seq + 1, &common.hash);
    }
}

void pln_fork_fetch_own(pln_node_t *node, pln_link_t *link, pln_net_state_t *net)
{
    size_t cursor = 0;
    for (pln_fork_place_t *fork; (fork = pln_map_next(&net->forks, &cursor)) != NULL;) {
        if (is_own(node, fork) && (!pln_fork_settled(net, fork) || !at_home(net, fork))) {
            fetch(node, link, net, fork);
        }
    }
}

void pln_fork_go_on(pln_node_t *node, pln_net_state_t *net, pln_fork_place_t *fork)
{
    const pln_place_t *place = &fork->place;
    pln_chain_t *first = pln_chain_find(net, &place->author, place->epoch, place->lane);
    if (fork->probing > 0) {
        return;
    }
    if (first != NULL && !pln_fork_lacks(net, fork)) {
        pln_want_progress(node, first);
        pln_want_unblock(node, net, place);
    }
    pln_push_announce(node, net, &fork->place);
    if (!is_own(node, fork) || at_home(net, fork)) {
        return;  // what grows beyond that is announced
    }
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        pln_share_t *share = link->greeted && !link->closing ? pln_share_find(link, net) : NULL;
        if (share != NULL && share->open) {
            fetch(node, link, net, fork);
        }
    }
}

/* ---- what the peers hold ---- */

static void vote(pln_fork_place_t *fork, const pln_link_t *link, const pln_row_t *row)
{
    size_t at = 0;
    while (at < fork->vote_count && !pln_id_equal(&fork->votes[at].author, &link->id)) {
        at++;
    }
    if (at == sizeof fork->votes / sizeof *fork->votes) {
        return;
    }
    fork->vote_count = at == fork->vote_count ? at + 1 : fork->vote_count;
    fork->votes[at] = *row;
    fork->votes[at].author = link->id;
}

static bool row_known(const pln_chain_t *first, const pln_row_t *row)
{
    for (const pln_chain_t *c = first; c != NULL; c = c->next_branch) {
        if ((c->durable.seq == row->seq && pln_hash_equal(&c->durable.hash, &row->hash)) ||
            (c->counted.seq == row->seq && pln_hash_equal(&c->counted.hash, &row->hash))) {
            return true;
        }
    }
    return false;
}

/**
 * Is it of another branch than @head? Whoever is behind asks by itself; where a cut ends both, each
 * tells of that seq, whatever it holds beyond.
 */
static bool row_differs(const pln_head_t *head, const pln_row_t *row)
{
    return row->seq == head->seq && !pln_hash_equal(&row->hash, &head->hash);
}

#define SEARCH_AGAIN_MS 5000u

void pln_fork_row(pln_node_t *node, pln_link_t *link, pln_chain_t *first, const pln_row_t *row)
{
    pln_fork_place_t *fork = pln_fork_find(first->net, &first->place);
    if (row->lane != PLN_LANE_RECORDS) {
        return;
    }
    if (fork == NULL) {
        if (row_differs(&first->durable, row) || row_differs(&first->counted, row)) {
            pln_fork_search(node, link, first, row->seq);
        }
        return;
    }
    if (row->seq <= fork->at) {
        return;
    }
    if (is_own(node, fork)) {
        vote(fork, link, row);
    } else if (!row_known(first, row)) {
        pln_want_block(node, link, first->net, row, PLN_EFORK);  // a settle may yet name it
    }
    bool again = fork->searched_ms == 0 || node->now_ms >= fork->searched_ms + SEARCH_AGAIN_MS;
    if (again && fork->probing == 0 && !row_known(first, row)) {
        fork->searched_ms = node->now_ms;  // perhaps they part earlier than the proof says
        pln_fork_search(node, link, first, row->seq);
    }
}

/* ---- settling ---- */

/** How many peers announced a head of this branch. */
static size_t votes_for(const pln_fork_place_t *fork, const pln_chain_t *chain)
{
    size_t count = 0;
    for (size_t i = 0; i < fork->vote_count; i++) {
        const pln_row_t *row = &fork->votes[i];
        count += row->seq == chain->durable.seq && pln_hash_equal(&row->hash, &chain->durable.hash);
    }
    return count;
}

/** The branch that most peers hold; of equals the one with most entries, then the smaller hash. */
static const pln_chain_t *branch_choose(const pln_fork_place_t *fork, const pln_chain_t *first)
{
    const pln_chain_t *best = NULL;
    for (const pln_chain_t *c = first; c != NULL; c = c->next_branch) {
        if (c->durable.seq <= fork->at || pln_signature_is_zero(&c->signature)) {
            continue;
        }
        size_t votes = votes_for(fork, c);
        size_t most = best == NULL ? 0 : votes_for(fork, best);
        bool better = best == NULL || votes > most ||
                      (votes == most && c->durable.seq > best->durable.seq) ||
                      (votes == most && c->durable.seq == best->durable.seq &&
                       memcmp(c->durable.hash.bytes, best->durable.hash.bytes, 32) < 0);
        best = better ? c : best;
    }
    return best;
}

static bool settle_mint(pln_node_t *node, pln_net_state_t *net, const pln_fork_place_t *fork,
                        uint32_t epoch)
{
    const pln_place_t *place = &fork->place;
    const pln_chain_t *first = pln_chain_find(net, &place->author, place->epoch, place->lane);
    const pln_chain_t *chain = branch_choose(fork, first);
    if (chain == NULL) {
        return false;
    }
    pln_settle_t settle = {place->epoch, chain->durable.seq, chain->durable.hash, chain->signature};
    pln_buf_t payload = {0};
    pln_settle_encode(&settle, &payload);
    pln_mint_control(node, net, epoch, PLN_KIND_SETTLE, &payload);
    pln_buf_free(&payload);
    return true;
}

static const char *heal_refusal(pln_node_t *node, pln_net_state_t *net, uint32_t *epoch,
                                pln_err_t *error)
{
    *error = PLN_ENOTFOUND;
    if (net == NULL || net->left) {
        return "this node belongs to no such network";
    }
    *error = pln_clock_check(node);
    if (*error != PLN_OK) {
        return "this machine's clock is not credible: set it, then try again";
    }
    *error = pln_own_epoch(node, net, PLN_LANE_CONTROL, epoch);
    if (*error == PLN_EFULL) {
        return "this node has used up its term: ask a coordinator for a new invitation";
    }
    return *error == PLN_OK ? NULL : "this node is not a member of the network now";
}

static void settle(pln_node_t *node, const pln_event_t *event)
{
    uint64_t request = event->as.heal.request;
    pln_net_state_t *net = pln_net_find(node, &event->as.heal.network);
    pln_err_t error;
    uint32_t epoch = 0;
    if (pln_hold(node, net)) {
        return;
    }
    const char *refusal = heal_refusal(node, net, &epoch, &error);
    if (refusal != NULL) {
        pln_reply(node, request, true, error, refusal);
        return;
    }
    size_t settled = 0;
    bool beyond = false;
    size_t cursor = 0;
    for (pln_fork_place_t *fork; (fork = pln_map_next(&net->forks, &cursor)) != NULL;) {
        if (is_own(node, fork) && pln_fork_beyond(net, fork)) {
            beyond = true;
        } else if (is_own(node, fork) && !pln_fork_settled(net, fork)) {
            settled += settle_mint(node, net, fork, epoch);
        }
    }
    if (settled == 0) {
        pln_reply(node, request, true, beyond ? PLN_EQUOTA : PLN_OK,
                  beyond ? "the branch that is settled is longer than the network's quota: ask its "
                           "root to raise it (`pln network set`), then heal again"
                         : "no fork of this node is left to be settled");
        return;
    }
    pln_pending_t *job = pln_job(node);
    job->request = request;
    job->what = event->type;
    job->network = net->id;
}

/* ---- what the shell has published again ---- */

uint64_t pln_fork_entries(pln_net_state_t *net, const pln_fork_place_t *fork)
{
    const pln_place_t *place = &fork->place;
    uint64_t sum = 0;
    const pln_chain_t *c = pln_chain_find(net, &place->author, place->epoch, place->lane);
    for (; c != NULL; c = c->next_branch) {
        sum += c->durable.seq - c->base.seq;
    }
    return sum;
}

size_t pln_fork_lacking(pln_net_state_t *net, const pln_fork_place_t *fork)
{
    const pln_place_t *place = &fork->place;
    size_t sum = 0;
    const pln_chain_t *c = pln_chain_find(net, &place->author, place->epoch, place->lane);
    for (; c != NULL; c = c->next_branch) {
        for (size_t i = 0; i < c->mark_count && c->holes > 0; i++) {
            sum += c->marks[i].seq > c->counted.seq && pln_mark_is_hole(c, &c->marks[i]);
        }
    }
    return sum;
}

static void healed(pln_node_t *node, const pln_event_t *event)
{
    const pln_place_t *place = &event->as.healed.place;
    pln_net_state_t *net = pln_net_find(node, &place->network);
    pln_fork_place_t *fork = net == NULL ? NULL : pln_fork_find(net, place);
    if (fork == NULL || !is_own(node, fork)) {
        pln_reply(node, event->as.healed.request, true, PLN_ENOTFOUND, "no such fork is known");
        return;
    }
    fork->healed = event->as.healed.entries;
    pln_fork_save(node, fork);
    pln_pending_t *job = pln_job(node);
    job->request = event->as.healed.request;
    job->what = event->type;
}

void pln_heal(pln_node_t *node, const pln_event_t *event)
{
    if (event->type == PLN_EV_HEAL) {
        settle(node, event);
    } else {
        healed(node, event);
    }
}
