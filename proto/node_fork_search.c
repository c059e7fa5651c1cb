// SPDX-License-Identifier: MPL-2.0
// Where two branches of lane 1 part, found out between two nodes that hold one each.
//
//     POINTS of one branch -> the other compares -> POINTS in between, back and forth, until the
//     last common and the first different seq are neighbours -> BRANCH: the links behind that ->
//     the other has both branches: a PROOF, for everybody
//
// Every message says all that the next step needs, and the steps get smaller each time; what is
// remembered here is only what the store was asked for. What comes too fast is dropped: the next
// comparison begins anew.
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "node_branch.h"

#define SEARCHES_MAX 64u
#define SEARCHES_PER_LINK 4u
#define ASKED_AGAIN_MS 15000u /**< a peer that brings what is held already is not asked sooner */
#define BUDGET_BYTES (UINT64_C(1) << 20) /**< of FORK bodies, on one link at once ... */
#define BUDGET_BYTES_PER_MS 64u          /**< ... and over time */

typedef enum {
    SEARCH_TELL,    /**< own heads are read, to be told as POINTS */
    SEARCH_COMPARE, /**< own heads are read, to be compared with the peer's */
    SEARCH_LINKS,   /**< the own run behind the last common head is read, to be told as BRANCH */
    SEARCH_PROVE    /**< the same, to be put beside the peer's BRANCH */
} search_step_t;

struct pln_search {
    uint64_t number;
    uint32_t link;
    pln_chain_t *chain;
    search_step_t step;
    uint64_t other_seq; /**< the peer's head that it is about */
    pln_hash_t other_hash;
    uint64_t seqs[PLN_PROBE_MAX];
    pln_hash_t hashes[PLN_PROBE_MAX];
    size_t count;
    pln_buf_t branch; /**< of the peer, as it came */
    pln_search_t *next;
};

static void search_free(pln_search_t *search)
{
    pln_buf_free(&search->branch);
    free(search);
}

void pln_searches_drop(pln_node_t *node, uint32_t link, const pln_net_state_t *net)
{
    pln_search_t **at = &node->searches;
    while (*at != NULL) {
        pln_search_t *search = *at;
        if ((link != 0 && search->link == link) || (net != NULL && search->chain->net == net)) {
            *at = search->next;
            search_free(search);
        } else {
            at = &search->next;
        }
    }
}

static pln_search_t *search_new(pln_node_t *node, const pln_link_t *link, pln_chain_t *chain,
                                search_step_t step)
{
    size_t all = 0;
    size_t here = 0;
    for (const pln_search_t *s = node->searches; s != NULL; s = s->next) {
        all++;
        here += s->link == link->number;
    }
    if (all >= SEARCHES_MAX || here >= SEARCHES_PER_LINK) {
        return NULL;
    }
    pln_search_t *search = pln_alloc_zero(1, sizeof *search);
    search->number = ++node->search_count;
    search->link = link->number;
    search->chain = chain;
    search->step = step;
    search->next = node->searches;
    node->searches = search;
    return search;
}

/** From here on nobody drops it. */
static void search_take(pln_node_t *node, const pln_search_t *search)
{
    pln_search_t **at = &node->searches;
    while (*at != search) {
        at = &(*at)->next;
    }
    *at = search->next;
}

static void search_end(pln_node_t *node, pln_search_t *search)
{
    search_take(node, search);
    search_free(search);
}

static void about(pln_search_t *search, const pln_fork_t *fork)
{
    search->other_seq = fork->seq;
    search->other_hash = fork->hash;
}

/* ---- asking the store ---- */

static void heads_read(pln_node_t *node, const pln_search_t *search)
{
    pln_effect_t *effect = pln_fx(node, PLN_FX_PROBE);
    effect->as.probe.link = search->link;
    effect->as.probe.chain = search->chain->number;
    effect->as.probe.purpose = search->number;
    memcpy(effect->as.probe.seqs, search->seqs, sizeof search->seqs);
    effect->as.probe.count = search->count;
}

static void run_read(pln_node_t *node, pln_search_t *search, uint64_t at)
{
    search->seqs[0] = at + 1;
    pln_effect_t *effect = pln_fx(node, PLN_FX_LOAD);
    effect->as.load.link = search->link;
    effect->as.load.chain = search->chain->number;
    effect->as.load.place = search->chain->place;
    effect->as.load.from = at + 1;
    effect->as.load.to = search->chain->durable.seq;
    effect->as.load.comparing = true;
}

/** As many seqs as are asked for at once, from @low to @high, both among them. */
static void spread(pln_search_t *search, uint64_t low, uint64_t high)
{
    uint64_t steps = PLN_PROBE_MAX - 1;
    steps = high - low < steps ? high - low : steps;
    search->count = 0;
    for (uint64_t i = 0; i <= steps; i++) {
        uint64_t part = (high - low) / (steps == 0 ? 1 : steps);
        uint64_t rest = steps == 0 ? 0 : (high - low) % steps;
        search->seqs[search->count++] = low + part * i + rest * i / (steps == 0 ? 1 : steps);
    }
}

/* ---- telling ---- */

static void fork_send(pln_node_t *node, const pln_search_t *search, pln_fork_stage_t stage,
                      const pln_buf_t *body)
{
    pln_link_t *link = pln_link_find(node, search->link);
    pln_message_t message = {.type = PLN_MSG_FORK};
    message.as.fork.place = search->chain->place;
    message.as.fork.stage = stage;
    message.as.fork.seq = search->chain->durable.seq;
    message.as.fork.hash = search->chain->durable.hash;
    message.as.fork.other_seq = search->other_seq;
    message.as.fork.other_hash = search->other_hash;
    message.as.fork.body = pln_buf_span(body);
    pln_send(node, link, &message, (pln_span_t){0});
}

static void points_tell(pln_node_t *node, const pln_search_t *search, const pln_event_t *event)
{
    pln_buf_t body = {0};
    for (size_t i = 0; i < event->as.probed.count; i++) {
        const pln_head_t *head = &event->as.probed.heads[i];
        if (head->seq == search->seqs[i]) {
            pln_buf_u64(&body, head->seq);
            pln_buf_add(&body, head->hash.bytes, sizeof head->hash.bytes);
        }
    }
    fork_send(node, search, PLN_FORK_POINTS, &body);
    pln_buf_free(&body);
}

/**
 * Behind the common head the peer's branch is what we lack, if we want it. It may be one that is
 * held as another chain: then all of it comes in vain and ends in the next search, so there is a
 * rest.
 */
static void want_from(pln_node_t *node, pln_link_t *link, pln_chain_t *chain,
                      const pln_head_t *common)
{
    pln_chain_t *first =
        pln_chain_find(chain->net, &chain->place.author, chain->place.epoch, chain->place.lane);
    pln_fork_place_t *fork = pln_fork_find(chain->net, &chain->place);
    bool own = pln_id_equal(&chain->place.author, &node->self->id);
    if (fork == NULL || !(own || pln_fork_lacks(chain->net, fork))) {
        return;
    }
    if (fork->asked_link == link->number && node->now_ms < fork->asked_ms + ASKED_AGAIN_MS) {
        return;
    }
    fork->asked_link = link->number;
    fork->asked_ms = node->now_ms;
    first->asked_ms = node->now_ms;
    pln_want_send(node, link, chain->net, &chain->place, common->seq + 1, &common->hash);
}

static void found(pln_node_t *node, pln_search_t *search, const pln_head_t *common,
                  const pln_hash_t *next)
{
    pln_fork_place_t *fork = pln_fork_find(search->chain->net, &search->chain->place);
    pln_link_t *link = pln_link_find(node, search->link);
    if (fork != NULL) {
        pln_fork_point(fork, search->chain, common, next);
        want_from(node, link, search->chain, common);
    }
    search->step = SEARCH_LINKS;
    run_read(node, search, common->seq);
}

/* ---- comparing ---- */

/** Between which of the peer's points the branches part. False: nowhere in sight. */
static bool compare(const pln_search_t *search, const pln_event_t *event, pln_head_t *low,
                    pln_head_t *high)
{
    pln_chain_start(&search->chain->place, low);
    *high = (pln_head_t){.seq = UINT64_MAX};
    for (size_t i = 0; i < event->as.probed.count; i++) {
        const pln_head_t *own = &event->as.probed.heads[i];
        if (own->seq != search->seqs[i] || own->seq == 0) {
            continue;
        }
        bool same = pln_hash_equal(&own->hash, &search->hashes[i]);
        if (same && own->seq >= low->seq) {
            *low = *own;
        } else if (!same && own->seq < high->seq) {
            *high = *own;
        }
    }
    return high->seq != UINT64_MAX && low->seq < high->seq;
}

static void compared(pln_node_t *node, pln_search_t *search, const pln_event_t *event)
{
    pln_head_t low, high;
    if (!compare(search, event, &low, &high)) {
        search_end(node, search);
    } else if (high.seq == low.seq + 1) {
        found(node, search, &low, &high.hash);
    } else {
        search->step = SEARCH_TELL;
        spread(search, low.seq, high.seq);
        heads_read(node, search);
    }
}

void pln_fork_probed(pln_node_t *node, const pln_event_t *event)
{
    if (event->as.probed.purpose == PLN_PROBE_KNOWN) {
        pln_fork_known(node, event);
        return;
    }
    pln_search_t *search = node->searches;
    while (search != NULL && search->number != event->as.probed.purpose) {
        search = search->next;
    }
    if (search == NULL) {
        return;
    }
    if (search->step == SEARCH_COMPARE) {
        compared(node, search, event);
    } else if (search->step == SEARCH_TELL) {
        points_tell(node, search, event);
        search_end(node, search);
    }
}

void pln_fork_search(pln_node_t *node, pln_link_t *link, const pln_chain_t *chain, uint64_t below)
{
    pln_chain_t *own = node->chains[chain->number];
    uint64_t high = below < chain->durable.seq ? below : chain->durable.seq;
    pln_search_t *search = high == 0 ? NULL : search_new(node, link, own, SEARCH_TELL);
    if (search != NULL) {
        spread(search, 0, high);
        heads_read(node, search);
    }
}

/* ---- proving ---- */

static void links_tell(pln_node_t *node, const pln_search_t *search, const pln_event_t *event)
{
    pln_buf_t links = {0};
    pln_buf_t body = {0};
    if (pln_fork_links(event->as.loaded.run, &links) == PLN_OK) {
        pln_fork_branch_t branch = {
            .count = (uint32_t)(links.size / PLN_FORK_LINK_SIZE),
            .signature = event->as.loaded.signature,
            .links = pln_buf_span(&links),
        };
        pln_fork_branch_encode(event->as.loaded.base.seq, &event->as.loaded.base.hash, &branch,
                               &body);
        fork_send(node, search, PLN_FORK_BRANCH, &body);
    }
    pln_buf_free(&links);
    pln_buf_free(&body);
}

/** Both branches are here: is it a fork? Ours verifies only if it has the head where it begins. */
static void prove(pln_node_t *node, pln_search_t *search, const pln_event_t *event)
{
    pln_fork_proof_t proof = {.place = search->chain->place};
    pln_link_t *link = pln_link_find(node, search->link);
    pln_buf_t links = {0};
    pln_hash_t first[2];
    pln_head_t end;
    const pln_head_t *base = &event->as.loaded.base;
    bool good = pln_fork_branch_decode(pln_buf_span(&search->branch), &proof.at, &proof.hash,
                                       &proof.branches[0]) == PLN_OK &&
                pln_fork_links(event->as.loaded.run, &links) == PLN_OK;
    proof.branches[1].count = (uint32_t)(links.size / PLN_FORK_LINK_SIZE);
    proof.branches[1].signature = event->as.loaded.signature;
    proof.branches[1].links = pln_buf_span(&links);
    for (int i = 0; i < 2 && good; i++) {
        good = pln_fork_branch_verify(&proof.place, proof.at, &proof.hash, &proof.branches[i],
                                      &first[i], &end) == PLN_OK;
    }
    if (good && !pln_hash_equal(&first[0], &first[1])) {
        pln_net_state_t *net = search->chain->net;
        if (!pln_fork_take(node, net, &proof, NULL)) {
            pln_fork_tell_one(node, link, net, &proof.place);
        }
        pln_fork_point(pln_fork_find(net, &proof.place), search->chain, base, &first[1]);
        want_from(node, link, search->chain, base);
    }
    pln_buf_free(&links);
}

void pln_fork_loaded(pln_node_t *node, const pln_event_t *event)
{
    for (pln_search_t *s = node->searches; s != NULL; s = s->next) {
        bool mine = s->link == event->as.loaded.link &&
                    s->chain->number == event->as.loaded.chain &&
                    s->seqs[0] == event->as.loaded.from && s->step >= SEARCH_LINKS;
        if (!mine) {
            continue;
        }
        search_take(node, s);  // a proof may end links, and with them their searches
        bool is_signed =
            event->as.loaded.error == PLN_OK && !pln_signature_is_zero(&event->as.loaded.signature);
        if (is_signed && s->step == SEARCH_LINKS) {
            links_tell(node, s, event);
        } else if (is_signed) {
            prove(node, s, event);
        }
        search_free(s);
        return;
    }
}

/* ---- receiving ---- */

/** The branch that a message is about: the one whose head it names, else the one that counts. */
static pln_chain_t *branch_named(pln_chain_t *first, uint64_t seq, const pln_hash_t *hash)
{
    pln_chain_t *leaf = first;
    for (pln_chain_t *c = first; c != NULL; c = c->next_branch) {
        const pln_head_t *heads[] = {&c->durable, &c->counted};
        for (size_t i = 0; i < 2; i++) {
            if (seq > 0 && heads[i]->seq == seq && pln_hash_equal(&heads[i]->hash, hash)) {
                return c;
            }
        }
        leaf = pln_chain_leaf(c) ? c : leaf;
    }
    return leaf;
}

static bool budget_spend(pln_node_t *node, pln_link_t *link, size_t bytes)
{
    uint64_t earned = (node->now_ms - link->fork_ms) * BUDGET_BYTES_PER_MS;
    link->fork_spent = earned < link->fork_spent ? link->fork_spent - earned : 0;
    link->fork_ms = node->now_ms;
    if (link->fork_spent + bytes > BUDGET_BYTES) {
        return false;
    }
    link->fork_spent += bytes;
    return true;
}

static void points_received(pln_node_t *node, pln_link_t *link, pln_chain_t *chain,
                            const pln_fork_t *fork)
{
    pln_search_t *search = search_new(node, link, chain, SEARCH_COMPARE);
    if (search == NULL) {
        return;
    }
    about(search, fork);
    size_t rows = pln_rows(fork->body, PLN_FORK_POINT_SIZE);
    for (size_t i = 0; i < rows && search->count < PLN_PROBE_MAX; i++) {
        const uint8_t *at = fork->body.data + i * PLN_FORK_POINT_SIZE;
        uint64_t seq = pln_get_u64(at);
        if (seq <= chain->durable.seq) {
            search->seqs[search->count] = seq;
            memcpy(search->hashes[search->count++].bytes, at + 8, sizeof search->hashes[0].bytes);
        }
    }
    heads_read(node, search);
}

static void branch_received(pln_node_t *node, pln_link_t *link, pln_chain_t *chain,
                            const pln_fork_t *fork)
{
    uint64_t at;
    pln_hash_t hash, first;
    pln_head_t end;
    pln_fork_branch_t branch;
    pln_err_t error = pln_fork_branch_decode(fork->body, &at, &hash, &branch);
    if (error == PLN_OK) {
        error = pln_fork_branch_verify(&fork->place, at, &hash, &branch, &first, &end);
    }
    if (error != PLN_OK) {
        pln_link_end(node, link, error, "links that do not verify");
        return;
    }
    pln_search_t *search =
        at >= chain->durable.seq ? NULL : search_new(node, link, chain, SEARCH_PROVE);
    if (search != NULL) {
        about(search, fork);
        pln_buf_add(&search->branch, fork->body.data, fork->body.size);
        run_read(node, search, at);
    }
}

void pln_fork_received(pln_node_t *node, pln_link_t *link, const pln_fork_t *fork)
{
    pln_share_t *share = pln_share_named(node, link, &fork->place.network);
    if (share == NULL) {
        return;
    }
    if (!budget_spend(node, link, PLN_FORK_POINT_SIZE * PLN_PROBE_MAX + fork->body.size)) {
        pln_refuse(node, PLN_EFORK);
        return;
    }
    const pln_place_t *place = &fork->place;
    pln_chain_t *first = pln_chain_find(share->net, &place->author, place->epoch, place->lane);
    if (place->lane == PLN_LANE_CONTROL) {
        if (fork->stage == PLN_FORK_POINTS) {
            pln_control_fork(node, link, share, fork);
        }
        return;
    }
    if (fork->stage == PLN_FORK_PROOF) {
        pln_fork_proof_received(node, link, share, fork);
    } else if (first != NULL && fork->stage <= PLN_FORK_BRANCH) {
        pln_chain_t *chain = branch_named(first, fork->other_seq, &fork->other_hash);
        first->asked_ms = first->asked_link == link->number ? node->now_ms : first->asked_ms;
        if (fork->stage == PLN_FORK_POINTS) {
            points_received(node, link, chain, fork);
        } else {
            branch_received(node, link, chain, fork);
        }
    }
}
