// SPDX-License-Identifier: MPL-2.0
// What only the root says: who follows it (R17), and what it sets for all (R11, R14).
//
// A transfer lists the heads of its author's chains; what comes behind them is lost. So when it is
// asked for, everything else that would make this node write there waits (node_held.c) until the
// transfer is durable, and it waits itself for what is in the writer already:
//
//     asked for -> nothing of ours in the writer -> grant to ourselves and transfer, one job
//               -> durable: another is root, and what has waited goes on in our new term
#include <string.h>

#include "node_branch.h"
#include "node_terms.h"

#define REFUSAL_NOT_ROOT \
    "only the root of the network can do that: `pln network show` says which node is"

static bool is_own(const pln_node_t *node, const pln_chain_t *chain)
{
    return pln_id_equal(&chain->place.author, &node->self->id);
}

static bool in_writer(const pln_node_t *node, const pln_net_state_t *net)
{
    const pln_chain_t *chain = net->buckets[node->self->id.bytes[0]];
    for (; chain != NULL; chain = chain->bucket_next) {
        if (is_own(node, chain) && chain->minting > 0) {
            return true;
        }
    }
    return false;
}

/** A fork that nobody settles any more would end this node's records where it began. */
static bool forked(const pln_node_t *node, pln_net_state_t *net)
{
    size_t cursor = 0;
    for (pln_fork_place_t *fork; (fork = pln_map_next(&net->forks, &cursor)) != NULL;) {
        if (pln_id_equal(&fork->place.author, &node->self->id) && !pln_fork_settled(net, fork)) {
            return true;
        }
    }
    return false;
}

/** Why this node may say nothing as root now; NULL: it may. */
static const char *root_refusal(pln_node_t *node, pln_net_state_t *net, pln_err_t *error)
{
    pln_member_t self;
    *error = PLN_ENOTFOUND;
    if (net == NULL || net->left) {
        return "this node belongs to no such network";
    }
    *error = PLN_EROLE;
    if (pln_access_member(net->access, &node->self->id, &self) != PLN_OK ||
        self.role != PLN_ROLE_ROOT) {
        return REFUSAL_NOT_ROOT;
    }
    *error = PLN_EOUTDATED;
    if (net->outdated) {
        return "the network has rules that this version of plnd does not know: update plnd";
    }
    *error = PLN_ECLOCK;
    if (pln_clock_check(node) != PLN_OK) {
        return "this machine's clock is not credible: set it, then try again";
    }
    *error = PLN_EPAUSED;
    if (node->disk_low) {
        return "the disk is nearly full: make room, then try again";
    }
    *error = PLN_OK;
    return NULL;
}

/* ---- handing on ---- */

static const char *heir_refusal(pln_node_t *node, pln_net_state_t *net, const pln_id_t *heir)
{
    pln_member_t member;
    if (pln_id_equal(heir, &node->self->id)) {
        return "this node is the root already: name the member that shall be it";
    }
    if (pln_access_member(net->access, heir, &member) != PLN_OK) {
        return "it is no member of the network now: invite it, then hand on the root";
    }
    if (member.left || pln_member_over(&member, node->wall_ms)) {
        return "its membership has ended: invite it again, then hand on the root";
    }
    if (member.role < PLN_ROLE_CONTRIBUTOR) {
        return "it is a reader: revoke it, invite it as contributor, then hand on the root";
    }
    if (forked(node, net)) {
        return "two copies of this node's key have written: say `pln network heal`, then hand on "
               "the root";
    }
    return NULL;
}

/** Above every term in which it was granted anything or has written. */
static uint32_t term_afterwards(pln_node_t *node, pln_net_state_t *net)
{
    uint32_t term = 0;
    if (!pln_access_highest_term(net->access, &node->self->id, &term)) {
        term = 0;
    }
    const pln_chain_t *chain = net->buckets[node->self->id.bytes[0]];
    for (; chain != NULL; chain = chain->bucket_next) {
        uint32_t used = chain->place.epoch / PLN_EPOCHS_PER_TERM;
        term = is_own(node, chain) && used > term ? used : term;
    }
    return term + 1;
}

static void transfer_mint(pln_node_t *node, pln_net_state_t *net, const pln_id_t *heir,
                          uint32_t epoch, uint32_t term)
{
    pln_member_t self;
    pln_transfer_t transfer = {.generation = pln_access_root_generation(net->access) + 1,
                               .successor = *heir};
    pln_grant_t grant = {.node = node->self->id, .term = term, .role = PLN_ROLE_COORDINATOR};
    pln_buf_t granted = {0};
    pln_buf_t handed = {0};
    if (pln_access_member(net->access, &node->self->id, &self) == PLN_OK) {
        grant.label = PLN_SPAN(self.label, strlen(self.label));
    }
    pln_grant_encode(&grant, &granted);
    transfer.cut_count = pln_cuts_fill(net, &node->self->id, UINT32_MAX, transfer.cuts);
    pln_transfer_encode(&transfer, &handed);
    pln_mint_control(node, net, epoch, PLN_KIND_GRANT, &granted);
    pln_mint_control(node, net, epoch, PLN_KIND_TRANSFER, &handed);
    pln_buf_free(&granted);
    pln_buf_free(&handed);
}

static const char *transfer_refusal(pln_node_t *node, pln_net_state_t *net,
                                    const pln_event_t *event, uint32_t *epoch, uint32_t *term,
                                    pln_err_t *error)
{
    const char *refusal = root_refusal(node, net, error);
    if (refusal != NULL) {
        return refusal;
    }
    *error = PLN_EROLE;
    if (net->handing_on != 0 && net->handing_on != event->as.transfer.request) {
        return "the root is being handed on already";
    }
    refusal = heir_refusal(node, net, &event->as.transfer.successor);
    if (refusal != NULL) {
        return refusal;
    }
    *term = term_afterwards(node, net);
    *error = pln_own_epoch(node, net, PLN_LANE_CONTROL, epoch);
    if (*error != PLN_OK || *term > PLN_TERM_MAX) {
        *error = PLN_EFULL;
        return "this node can write no more control records in the network";
    }
    return NULL;
}

void pln_transfer(pln_node_t *node, const pln_event_t *event)
{
    uint64_t request = event->as.transfer.request;
    pln_net_state_t *net = pln_net_find(node, &event->as.transfer.network);
    bool ours = net != NULL && net->handing_on == request;  // it has waited for the writer
    uint32_t epoch = 0;
    uint32_t term = 0;
    pln_err_t error;
    if (net != NULL && net->handing_on == 0 && pln_hold(node, net)) {
        return;
    }
    const char *refusal = transfer_refusal(node, net, event, &epoch, &term, &error);
    if (refusal == NULL && in_writer(node, net)) {
        net->handing_on = pln_hold_back(node) ? request : 0;
        return;
    }
    if (refusal != NULL) {
        if (ours) {
            net->handing_on = 0;
            pln_wake(node, node->now_ms);
        }
        pln_reply(node, request, true, error, refusal);
        return;
    }
    net->handing_on = request;
    transfer_mint(node, net, &event->as.transfer.successor, epoch, term);
    pln_job_for(node, event, request, &net->id);
}

void pln_transfer_stored(pln_node_t *node, const pln_pending_t *job)
{
    pln_net_state_t *net = pln_net_find(node, &job->network);
    if (net != NULL && net->handing_on == job->request) {
        net->handing_on = 0;
        pln_wake(node, node->now_ms);
    }
}

void pln_minted(pln_node_t *node, const pln_net_state_t *net)
{
    if (net->handing_on != 0) {
        pln_wake(node, node->now_ms);
    }
}

/* ---- settings ---- */

/** Numbers only rise: a smaller one would be ignored, so it is said. */
static const char *settings_refusal(const pln_node_t *node, pln_net_state_t *net,
                                    const pln_event_t *event)
{
    pln_settings_t now;
    const char *title = event->as.settings.title;
    uint64_t entries = event->as.settings.max_entries;
    uint64_t bytes = event->as.settings.max_bytes;
    uint32_t version = event->as.settings.access_version;
    pln_access_settings(net->access, &now);
    if ((title == NULL || title[0] == '\0') && entries == 0 && bytes == 0 && version == 0) {
        return "nothing to set: give a title, max_entries, max_bytes or access_version";
    }
    if (title != NULL && !pln_text_valid(title, PLN_TITLE_MAX)) {
        return "the title is UTF-8 text of at most 512 bytes";
    }
    if (entries > PLN_SEQ_MAX) {
        return "max_entries is at most 281474976710655";
    }
    if ((entries != 0 && entries <= now.max_entries) || (bytes != 0 && bytes <= now.max_bytes)) {
        return "limits only rise: `pln network show` says how high they are; to hold one member "
               "lower, revoke it";
    }
    if (version != 0 && version <= now.access_version) {
        return "the network's rules have that version already, and it only rises";
    }
    if (version > node->config.access_version) {
        return "this plnd does not implement rules of that version: update plnd, here and at the "
               "members, then raise it";
    }
    return NULL;
}

void pln_settings_change(pln_node_t *node, const pln_event_t *event)
{
    uint64_t request = event->as.settings.request;
    pln_net_state_t *net = pln_net_find(node, &event->as.settings.network);
    uint32_t epoch = 0;
    pln_err_t error;
    if (pln_hold(node, net)) {
        return;
    }
    const char *refusal = root_refusal(node, net, &error);
    if (refusal == NULL) {
        refusal = settings_refusal(node, net, event);
        error = PLN_EINVAL;
    }
    if (refusal == NULL && pln_own_epoch(node, net, PLN_LANE_CONTROL, &epoch) != PLN_OK) {
        refusal = "this node can write no more control records in the network";
        error = PLN_EFULL;
    }
    if (refusal != NULL) {
        pln_reply(node, request, true, error, refusal);
        return;
    }
    const char *title = event->as.settings.title == NULL ? "" : event->as.settings.title;
    pln_network_record_t record = {.title = PLN_SPAN(title, strlen(title)),
                                   .max_entries = event->as.settings.max_entries,
                                   .max_bytes = event->as.settings.max_bytes,
                                   .access_version = event->as.settings.access_version};
    pln_buf_t payload = {0};
    pln_network_record_encode(&record, &payload);
    pln_mint_control(node, net, epoch, PLN_KIND_NETWORK, &payload);
    pln_buf_free(&payload);
    pln_job_for(node, event, request, &net->id);
}
