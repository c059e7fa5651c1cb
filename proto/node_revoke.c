// SPDX-License-Identifier: MPL-2.0
// Putting a member out (R3): a revoke at the heads held here, or, of a coordinator that went rogue,
// at an earlier place of its lane 0. What it said behind that counts nowhere any more, so whom it
// has put out is back.
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "node_branch.h"
#include "node_terms.h"

static const char *revoke_refusal(pln_node_t *node, pln_net_state_t *net, const pln_id_t *target,
                                  bool backdated)
{
    pln_member_t self;
    pln_member_t member;
    if (net == NULL || net->left) {
        return "this node belongs to no such network";
    }
    if (pln_access_member(net->access, &node->self->id, &self) != PLN_OK ||
        self.role < PLN_ROLE_COORDINATOR) {
        return "only a coordinator or the root of the network can revoke";
    }
    bool is_member = pln_access_member(net->access, target, &member) == PLN_OK;
    if (backdated && !pln_access_led(net->access, target)) {
        return "only what a coordinator has decided can be undone so: what others have published "
               "is "
               "withdrawn with `pln retract`";
    }
    if (backdated && !is_member) {
        return self.role == PLN_ROLE_ROOT ? NULL
                                          : "only the root can undo what a coordinator decided";
    }
    if (!is_member) {
        return "it is no member of the network now";
    }
    if (member.role == PLN_ROLE_ROOT) {
        return "the root cannot be revoked";
    }
    if (member.role == PLN_ROLE_COORDINATOR && self.role != PLN_ROLE_ROOT) {
        return "only the root can revoke a coordinator";
    }
    return NULL;
}

static int newest_first(const void *a, const void *b)
{
    const pln_chain_t *x = *(pln_chain_t *const *)a;
    const pln_chain_t *y = *(pln_chain_t *const *)b;
    if (x->place.epoch != y->place.epoch) {
        return x->place.epoch > y->place.epoch ? -1 : 1;
    }
    return (int)x->place.lane - (int)y->place.lane;
}

uint32_t pln_cuts_fill(pln_net_state_t *net, const pln_id_t *author, uint32_t term,
                       pln_cut_t cuts[PLN_CUTS_MAX])
{
    pln_chain_t **chains = pln_alloc((net->chains.count + 1) * sizeof *chains);
    uint32_t count = 0;
    for (pln_chain_t *c = net->buckets[author->bytes[0]]; c != NULL; c = c->bucket_next) {
        if (pln_id_equal(&c->place.author, author) && c->durable.seq > c->base.seq &&
            (c->parent == NULL || c->place.lane == PLN_LANE_CONTROL) &&
            c->place.epoch / PLN_EPOCHS_PER_TERM <= term) {
            chains[count++] = c;
        }
    }
    qsort(chains, count, sizeof *chains, newest_first);
    uint32_t listed = 0;
    for (uint32_t i = 0; i < count && listed < PLN_CUTS_MAX; i++) {
        pln_head_t head = chains[i]->durable;
        pln_signature_t signature = chains[i]->signature;
        if (pln_fork_find(net, &chains[i]->place) != NULL
                ? !pln_fork_end(net, chains[i], &head, &signature)
                : pln_signature_is_zero(&signature)) {
            continue;  // one cut that does not verify, and all of it is void
        }
        cuts[listed++] = (pln_cut_t){.epoch = chains[i]->place.epoch,
                                     .lane = chains[i]->place.lane,
                                     .seq = head.seq,
                                     .hash = head.hash,
                                     .signature = signature};
    }
    free(chains);
    return listed;
}

/** Cuts of lane 0 as the event gives them, of lane 1 the heads held here. */
static uint32_t cuts_backdate(pln_net_state_t *net, const pln_id_t *member, uint32_t term,
                              const pln_event_t *event, pln_cut_t cuts[PLN_CUTS_MAX])
{
    pln_cut_t held[PLN_CUTS_MAX];
    uint32_t listed = 0;
    uint32_t held_count = pln_cuts_fill(net, member, term, held);
    for (uint32_t i = 0; i < event->as.revoke.cut_count && listed < PLN_CUTS_MAX; i++) {
        cuts[listed++] = event->as.revoke.cuts[i];
    }
    for (uint32_t i = 0; i < held_count && listed < PLN_CUTS_MAX; i++) {
        if (held[i].lane == PLN_LANE_RECORDS) {
            cuts[listed++] = held[i];
        }
    }
    return listed;
}

/** One cut that does not verify, and all of the revoke is void. */
static bool cuts_verify(const pln_net_state_t *net, const pln_event_t *event)
{
    for (uint32_t i = 0; i < event->as.revoke.cut_count; i++) {
        const pln_cut_t *cut = &event->as.revoke.cuts[i];
        pln_place_t place = {net->id, event->as.revoke.member, cut->epoch, PLN_LANE_CONTROL};
        if (cut->lane != PLN_LANE_CONTROL ||
            pln_head_verify(&place, cut->seq, &cut->hash, &cut->signature) != PLN_OK) {
            return false;
        }
    }
    return event->as.revoke.cut_count <= PLN_CUTS_MAX;
}

static pln_err_t revoke_mint(pln_node_t *node, pln_net_state_t *net, const pln_id_t *member,
                             const char *reason, const pln_event_t *backdated)
{
    uint32_t epoch = 0;
    pln_revoke_t revoke = {.node = *member};
    PLN_TRY(pln_own_epoch(node, net, PLN_LANE_CONTROL, &epoch));
    if (!pln_access_highest_term(net->access, member, &revoke.term)) {
        return PLN_ENOTFOUND;
    }
    revoke.cut_count = backdated != NULL
                           ? cuts_backdate(net, member, revoke.term, backdated, revoke.cuts)
                           : pln_cuts_fill(net, member, revoke.term, revoke.cuts);
    revoke.reason = PLN_SPAN(reason, strlen(reason));
    pln_buf_t payload = {0};
    pln_revoke_encode(&revoke, &payload);
    pln_mint_control(node, net, epoch, PLN_KIND_REVOKE, &payload);
    pln_buf_free(&payload);
    return PLN_OK;
}

pln_err_t pln_revoke_mint(pln_node_t *node, pln_net_state_t *net, const pln_id_t *member,
                          const char *reason)
{
    return revoke_mint(node, net, member, reason, NULL);
}

void pln_revoke(pln_node_t *node, const pln_event_t *event)
{
    uint64_t request = event->as.revoke.request;
    const pln_id_t *member = &event->as.revoke.member;
    pln_net_state_t *net = pln_net_find(node, &event->as.revoke.network);
    const char *reason = event->as.revoke.reason != NULL ? event->as.revoke.reason : "";
    if (pln_hold(node, net)) {
        return;
    }
    bool backdated = event->as.revoke.backdated;
    const char *refusal = revoke_refusal(node, net, member, backdated);
    if (refusal == NULL && !pln_text_valid(reason, PLN_REASON_MAX)) {
        refusal = "the reason is UTF-8 text of at most 512 bytes";
    }
    if (refusal == NULL && backdated && !cuts_verify(net, event)) {
        refusal = "its chain has changed meanwhile: try again";
    }
    if (refusal == NULL &&
        revoke_mint(node, net, member, reason, backdated ? event : NULL) != PLN_OK) {
        refusal = "it has no grant that could be revoked";
    }
    if (refusal != NULL) {
        pln_reply(node, request, true, net == NULL ? PLN_ENOTFOUND : PLN_EROLE, refusal);
        return;
    }
    pln_job_for(node, event, request, &net->id);
}
