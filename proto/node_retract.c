// SPDX-License-Identifier: MPL-2.0
// The user withdraws a record, or takes that back: one control record, whose effect is the fold's.
#include <string.h>

#include "node_terms.h"
#include "node_withdraw.h"

typedef struct {
    pln_node_t *node;
    pln_net_state_t *net;
    const pln_place_t *place;
    uint64_t seq;
    const pln_hash_t *data;
    pln_member_t self;
} wish_t;

static const char *who_refusal(const wish_t *wish, bool undo)
{
    bool author = pln_id_equal(&wish->node->self->id, &wish->place->author);
    if (wish->self.role < PLN_ROLE_COORDINATOR && undo) {
        return "only a coordinator or the root can take back a withdrawal; what its author has "
               "withdrawn is gone";
    }
    if (wish->self.role < PLN_ROLE_COORDINATOR && !author) {
        return "only its author, a coordinator or the root can withdraw a record";
    }
    return NULL;
}

/** What is said must change something, or it would only fill the chain. */
static const char *vain_refusal(const wish_t *wish, bool undo)
{
    const pln_place_t *place = wish->place;
    pln_access_t *access = wish->net->access;
    pln_fate_t fate =
        pln_access_fate(access, &place->author, place->epoch, wish->seq, wish->data, NULL);
    bool mine = pln_access_withdraws(access, &wish->node->self->id, &place->author, place->epoch,
                                     wish->seq, wish->data);
    if (!undo) {
        return fate == PLN_FATE_ERASED || mine ? "it is withdrawn already" : NULL;
    }
    if (fate == PLN_FATE_ERASED) {
        return "what its author or the root has withdrawn is erased everywhere: publish it again";
    }
    if (fate == PLN_FATE_STANDS) {
        return "it is not withdrawn";
    }
    return mine || wish->self.role == PLN_ROLE_ROOT
               ? NULL
               : "another coordinator has withdrawn it: that one or the root can take it back";
}

static const char *refusal_of(wish_t *wish, const pln_event_t *event, pln_err_t *error)
{
    const char *reason = event->as.retract.reason;
    bool undo = event->as.retract.undo;
    *error = PLN_ENOTFOUND;
    if (wish->net == NULL || wish->net->left) {
        return "this node belongs to no such network";
    }
    pln_chain_t *chain =
        pln_chain_find(wish->net, &wish->place->author, wish->place->epoch, PLN_LANE_RECORDS);
    if (chain == NULL || wish->seq == 0 || wish->seq > chain->durable.seq) {
        return "there is no such record here";
    }
    *error = PLN_EROLE;
    if (pln_access_member(wish->net->access, &wish->node->self->id, &wish->self) != PLN_OK) {
        return "this node is not a member of the network now; see `pln status`";
    }
    const char *refusal = who_refusal(wish, undo);
    if (refusal != NULL) {
        return refusal;
    }
    *error = PLN_ECLOCK;
    if (pln_clock_check(wish->node) != PLN_OK) {
        return "this machine's clock is not credible: set it, then try again";
    }
    *error = PLN_EINVAL;
    if (strlen(reason) > PLN_REASON_MAX || !pln_utf8_valid(PLN_SPAN(reason, strlen(reason)))) {
        return "the reason is UTF-8 text of at most 512 bytes";
    }
    *error = PLN_EEXISTS;
    return vain_refusal(wish, undo);
}

void pln_retract(pln_node_t *node, const pln_event_t *event)
{
    const pln_place_t *place = &event->as.retract.place;
    wish_t wish = {.node = node,
                   .net = pln_net_find(node, &place->network),
                   .place = place,
                   .seq = event->as.retract.seq,
                   .data = &event->as.retract.data};
    if (pln_hold(node, wish.net)) {
        return;
    }
    pln_err_t error;
    const char *refusal = refusal_of(&wish, event, &error);
    uint32_t epoch = 0;
    if (refusal == NULL && pln_own_epoch(node, wish.net, PLN_LANE_CONTROL, &epoch) != PLN_OK) {
        error = PLN_EFULL;
        refusal = "this node can write no more control records in its term: ask for a new grant";
    }
    if (refusal != NULL) {
        pln_reply(node, event->as.retract.request, true, error, refusal);
        return;
    }
    const char *reason = event->as.retract.reason;
    pln_retract_t retract = {.author = place->author,
                             .epoch = place->epoch,
                             .seq = wish.seq,
                             .data = *wish.data,
                             .reason = PLN_SPAN(reason, strlen(reason)),
                             .undo = event->as.retract.undo};
    pln_buf_t payload = {0};
    pln_retract_encode(&retract, &payload);
    pln_mint_control(node, wish.net, epoch, PLN_KIND_RETRACT, &payload);
    pln_buf_free(&payload);
    pln_pending_t *job = pln_job(node);
    job->request = event->as.retract.request;
    job->what = event->type;
    job->network = wish.net->id;
}
