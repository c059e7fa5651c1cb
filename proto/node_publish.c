// SPDX-License-Identifier: MPL-2.0
// What this node's own people say: found a network, publish records, leave.
#include <stdlib.h>
#include <string.h>

#include "node_branch.h"
#include "node_disk.h"
#include "node_join.h"
#include "node_terms.h"
#include "planted.h"

#define CLOCK_BIAS (UINT64_C(1) << 62)

/* ---- where and whether we may write ---- */

static int ahead_compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static uint64_t clock_off(uint64_t ahead)
{
    return ahead > CLOCK_BIAS ? ahead - CLOCK_BIAS : CLOCK_BIAS - ahead;
}

/**
 * R9: a clock before the build date, or a day off the median of all clocks known, signs nothing.
 * Our own is one of them, and of two in the middle the one nearer to it counts: one wrong neighbour
 * silences nobody.
 */
pln_err_t pln_clock_check(pln_node_t *node)
{
    if (node->wall_ms < node->config.build_ms) {
        return PLN_ECLOCK;
    }
    uint64_t ahead[64] = {CLOCK_BIAS};
    size_t count = 1;
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL && count < 64;) {
        if (link->greeted && !link->closing) {
            ahead[count++] = link->peer_clock_ms + node->now_ms - node->wall_ms;
        }
    }
    qsort(ahead, count, sizeof ahead[0], ahead_compare);
    uint64_t low = clock_off(ahead[(count - 1) / 2]);
    uint64_t high = clock_off(ahead[count / 2]);
    return (low < high ? low : high) > PLN_CLOCK_AHEAD_MS ? PLN_ECLOCK : PLN_OK;
}

bool pln_node_clock_credible(pln_node_t *node)
{
    return pln_clock_check(node) == PLN_OK;
}

static uint64_t drafts_weight(const pln_draft_t *drafts, size_t count)
{
    uint64_t weight = 0;
    for (size_t i = 0; i < count; i++) {
        weight += PLN_HEADER_SIZE + drafts[i].payload.size;
    }
    return weight;
}

void pln_mint(pln_node_t *node, pln_net_state_t *net, uint32_t epoch, uint8_t lane,
              const pln_draft_t *drafts, size_t count)
{
    pln_chain_t *chain = pln_chain_find(net, &node->self->id, epoch, lane);
    if (chain == NULL) {
        pln_place_t place = {net->id, node->self->id, epoch, lane};
        chain = pln_chain_add(node, net, &place, node->next_chain);
    }
    if (chain->durable.seq == 0) {
        pln_epochs_write(node, net, epoch);
    }
    pln_effect_t *effect = pln_fx(node, PLN_FX_MINT);
    effect->as.mint.chain = chain->number;
    effect->as.mint.place = chain->place;
    effect->as.mint.drafts = drafts;
    effect->as.mint.count = count;
    pln_job_op_t *op = pln_job_op(node, PLN_FX_MINT, chain);
    op->minted = count;
    op->minted_bytes = drafts_weight(drafts, count);
    chain->minting += op->minted;
    chain->minting_bytes += op->minted_bytes;
}

void pln_mint_control(pln_node_t *node, pln_net_state_t *net, uint32_t epoch, uint16_t kind,
                      const pln_buf_t *payload)
{
    pln_draft_t draft = {.codec = 0, .kind = kind, .time_ms = node->wall_ms};
    draft.payload = PLN_SPAN(pln_keep(node, payload->data, payload->size), payload->size);
    const uint8_t *kept = pln_keep(node, &draft, sizeof draft);
    pln_mint(node, net, epoch, PLN_LANE_CONTROL, (const pln_draft_t *)(const void *)kept, 1);
}

void pln_job_for(pln_node_t *node, const pln_event_t *event, uint64_t request,
                 const pln_network_id_t *network)
{
    pln_pending_t *job = pln_job(node);
    job->request = request;
    job->what = event->type;
    job->network = *network;
}

/* ---- the requests ---- */

/** What is minted must read back as valid everywhere, or it would have no effect. */
bool pln_text_valid(const char *text, size_t size_max)
{
    return strlen(text) <= size_max && pln_utf8_valid(PLN_SPAN(text, strlen(text)));
}

void pln_found(pln_node_t *node, const pln_event_t *event)
{
    uint64_t request = event->as.found.request;
    const char *name = event->as.found.name;
    const char *title = event->as.found.title;
    if (name == NULL || name[0] == '\0' || !pln_text_valid(name, PLN_NAME_MAX) ||
        (title != NULL && !pln_text_valid(title, PLN_TITLE_MAX))) {
        pln_reply(node, request, true, PLN_EINVAL,
                  "a network's name is UTF-8 text of 1 to 128 bytes, its title of at most 512");
        return;
    }
    if (pln_clock_check(node) != PLN_OK) {
        pln_reply(node, request, true, PLN_ECLOCK, "set this machine's clock first");
        return;
    }
    pln_network_record_t genesis = {.genesis = true, .access_version = node->config.access_version};
    memcpy(genesis.nonce, event->as.found.nonce, sizeof genesis.nonce);
    genesis.name = PLN_SPAN(name, strlen(name));
    genesis.max_entries = event->as.found.max_entries;
    genesis.max_bytes = event->as.found.max_bytes;
    if (title != NULL) {
        genesis.title = PLN_SPAN(title, strlen(title));
    }
    pln_buf_t payload = {0};
    pln_network_record_encode(&genesis, &payload);
    pln_network_id_t id;
    pln_network_id(&node->self->id, pln_buf_span(&payload), &id);
    pln_net_state_t *net = pln_net_add(node, &id);
    pln_mint_control(node, net, 0, PLN_KIND_NETWORK, &payload);
    pln_buf_free(&payload);
    pln_net_save(node, net);
    pln_job_for(node, event, request, &id);
}

static bool quota_passed(pln_node_t *node, pln_net_state_t *net, const pln_event_t *event,
                         uint32_t epoch)
{
    const pln_chain_t *own = pln_chain_find(net, &node->self->id, epoch, PLN_LANE_RECORDS);
    pln_settings_t settings;
    pln_access_settings(net->access, &settings);
    uint64_t entries =
        event->as.publish.count + (own == NULL ? 0 : own->durable.seq + own->minting);
    uint64_t bytes = drafts_weight(event->as.publish.drafts, event->as.publish.count) +
                     (own == NULL ? 0 : own->durable.cum + own->minting_bytes);
    return (entries > settings.max_entries || bytes > settings.max_bytes) &&
           !PLN_PLANTED(quota_ignored);
}

/** Why nothing can be written now; NULL: it can, in @epoch. */
static const char *publish_refusal(pln_node_t *node, pln_net_state_t *net, const pln_event_t *event,
                                   uint32_t *epoch, pln_err_t *error)
{
    pln_member_t self;
    *error = PLN_EROLE;
    if (net == NULL || net->left) {
        *error = PLN_ENOTFOUND;
        return "this node belongs to no such network";
    }
    if (pln_access_member(net->access, &node->self->id, &self) != PLN_OK) {
        return "this node is not a member of the network now; see `pln status`";
    }
    if (net->outdated) {
        *error = PLN_EOUTDATED;
        return "the network has rules that this version of plnd does not know: update plnd";
    }
    if (self.role < PLN_ROLE_CONTRIBUTOR) {
        return "this node is a reader in the network: ask a coordinator for the contributor role";
    }
    if (pln_member_over(&self, node->wall_ms)) {
        return "this node's membership has expired: ask a coordinator for a new invitation";
    }
    *error = PLN_ECLOCK;
    if (pln_clock_check(node) != PLN_OK) {
        return "this machine's clock is not credible: set it, then try again";
    }
    *error = PLN_EPAUSED;
    if (node->disk_low) {
        return "the disk is nearly full: make room, then try again";
    }
    *error = pln_own_epoch(node, net, PLN_LANE_RECORDS, epoch);
    if (*error == PLN_EFULL) {
        return "this membership's 16 epochs are used up: a coordinator's node gives it the next "
               "ones by itself once it hears of it; stay connected and try again in some minutes";
    }
    if (*error != PLN_OK) {
        return "this node is not a member of the network now; see `pln status`";
    }
    *error = PLN_EQUOTA;
    if (quota_passed(node, net, event, *epoch)) {
        return "this node has reached the network's quota: its root can raise it";
    }
    *error = PLN_OK;
    return NULL;
}

void pln_publish(pln_node_t *node, const pln_event_t *event)
{
    uint64_t request = event->as.publish.request;
    pln_net_state_t *net = pln_net_find(node, &event->as.publish.network);
    pln_err_t error;
    uint32_t epoch = 0;
    if (pln_hold(node, net)) {
        return;
    }
    const char *refusal = publish_refusal(node, net, event, &epoch, &error);
    for (size_t i = 0; i < event->as.publish.count && refusal == NULL; i++) {
        const pln_draft_t *draft = &event->as.publish.drafts[i];
        if (draft->kind <= PLN_KIND_CONTROL_MAX || draft->payload.size > PLN_PAYLOAD_MAX) {
            refusal = "a record of this kind or size cannot be published";
            error = PLN_EINVAL;
        }
    }
    if (refusal != NULL || event->as.publish.count == 0) {
        pln_reply(node, request, true, refusal != NULL ? error : PLN_EINVAL,
                  refusal != NULL ? refusal : "nothing to publish");
        return;
    }
    pln_mint(node, net, epoch, PLN_LANE_RECORDS, event->as.publish.drafts, event->as.publish.count);
    pln_job_for(node, event, PLN_PLANTED(told_early) ? 0 : request, &net->id);
    if (PLN_PLANTED(told_early)) {
        const pln_chain_t *own = pln_chain_find(net, &node->self->id, epoch, PLN_LANE_RECORDS);
        pln_effect_t *reply = pln_reply_data(node, request, PLN_OK, (pln_span_t){0});
        reply->as.reply.place = own->place;
        reply->as.reply.first_seq = own->durable.seq + own->minting - event->as.publish.count + 1;
    }
}

/** The row as it will be; memory follows when it is stored. */
static void leave_save(pln_node_t *node, pln_net_state_t *net, bool forget)
{
    bool left = net->left;
    bool forgetting = net->forgetting;
    net->left = true;
    net->forgetting = forget;
    pln_net_save(node, net);
    net->left = left;
    net->forgetting = forgetting;
}

static const char *leave_refusal(pln_node_t *node, pln_net_state_t *net, bool forget,
                                 pln_err_t *error)
{
    pln_member_t self;
    *error = PLN_ENOTFOUND;
    if (net == NULL || (net->left && !forget)) {
        return "this node belongs to no such network";
    }
    *error = PLN_EROLE;
    if (pln_access_member(net->access, &node->self->id, &self) == PLN_OK &&
        self.role == PLN_ROLE_ROOT) {
        return "the root cannot leave, for without it nobody could make coordinators: hand it on "
               "with `pln network transfer` first";
    }
    return NULL;
}

void pln_leave(pln_node_t *node, const pln_event_t *event)
{
    uint64_t request = event->as.leave.request;
    bool forget = event->as.leave.forget;
    pln_net_state_t *net = pln_net_find(node, &event->as.leave.network);
    pln_err_t error;
    if (pln_hold(node, net)) {
        return;
    }
    const char *refusal = leave_refusal(node, net, forget, &error);
    if (refusal != NULL) {
        pln_reply(node, request, true, error, refusal);
        return;
    }
    if (net->forgetting) {
        pln_reply(node, request, true, PLN_OK, "it is being deleted already");
        return;
    }
    uint32_t epoch;
    if (pln_own_epoch(node, net, PLN_LANE_CONTROL, &epoch) == PLN_OK) {
        pln_buf_t payload = {0};
        pln_leave_encode(&payload);
        pln_mint_control(node, net, epoch, PLN_KIND_LEAVE, &payload);
        pln_buf_free(&payload);
    }
    leave_save(node, net, forget);
    pln_job_for(node, event, request, &net->id);
    pln_job(node)->forget = forget;
}

/* ---- stored ---- */

static void left(pln_node_t *node, const pln_pending_t *job)
{
    pln_net_state_t *net = pln_net_find(node, &job->network);
    if (net == NULL) {
        return;
    }
    if (net->forgetting && !job->forget) {  // a plain leave behind one that forgets
        leave_save(node, net, true);
    }
    net->forgetting = net->forgetting || job->forget;
    if (!net->left) {
        pln_part(node, net);
    }
}

/** Nothing of a network that could not be founded stays. */
static void found_failed(pln_node_t *node, const pln_pending_t *job)
{
    pln_id_t root;
    pln_net_state_t *net = pln_net_find(node, &job->network);
    if (net != NULL && pln_access_root(net->access, &root) != PLN_OK) {
        pln_epochs_drop(node, &net->id);
        pln_net_drop(node, net);
    }
}

/** What the answer says of a request whose job came back with @error; memory is as the disk is. */
static pln_err_t request_stored(pln_node_t *node, const pln_pending_t *job, pln_err_t error)
{
    if (job->what == PLN_EV_PEER_ADD || job->what == PLN_EV_PEER_REMOVE) {
        pln_peer_stored(node, job, error);
    }
    if (error == PLN_OK && job->what == PLN_EV_CANCEL) {
        return pln_cancel_stored(node, job);
    }
    if (error != PLN_OK && job->what == PLN_EV_INVITE) {
        pln_invite_failed(node, job);
    }
    if (error != PLN_OK && job->what == PLN_EV_FOUND) {
        found_failed(node, job);
    }
    return error;
}

static void published_reply(pln_node_t *node, const pln_pending_t *job, const pln_event_t *event)
{
    pln_effect_t *effect = pln_reply_data(node, job->request, PLN_OK, (pln_span_t){0});
    size_t i = 0;
    while (job->ops[i].type != PLN_FX_MINT) {  // the first: what a scan adds comes behind it
        i++;
    }
    effect->as.reply.place = job->ops[i].chain->place;
    effect->as.reply.first_seq = event->as.stored.results[i].base.seq + 1;
}

void pln_publish_stored(pln_node_t *node, pln_pending_t *job, const pln_event_t *event)
{
    pln_err_t error = request_stored(node, job, event->as.stored.error);
    if (job->welcome_link != 0) {
        pln_join_stored(node, job, error);
    }
    if (job->what == PLN_EV_TRANSFER) {
        pln_transfer_stored(node, job);
    }
    if (error == PLN_OK && job->what == PLN_EV_LEAVE) {
        left(node, job);
    }
    if (error == PLN_OK && job->told) {
        pln_ended_stored(node, job);
    }
    if (job->request == 0) {
        return;
    }
    if (error != PLN_OK) {
        pln_reply(node, job->request, true, error, pln_error_text(error));
    } else if (job->what == PLN_EV_FOUND) {
        pln_reply_data(node, job->request, PLN_OK, PLN_SPAN(job->network.bytes, 32));
    } else if (job->what == PLN_EV_PUBLISH) {
        published_reply(node, job, event);
    } else {
        pln_reply_data(node, job->request, PLN_OK, pln_buf_span(&job->data));
    }
}
