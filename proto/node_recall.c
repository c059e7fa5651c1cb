// SPDX-License-Identifier: MPL-2.0
// A key that came without its store: its keyring says which networks it belongs to and whom to ask.
// They are members for us until lane 0 says more, as whoever a ticket names is for a joiner (R22).
#include <string.h>

#include "node_join.h"
#include "node_terms.h"

void pln_promise(pln_net_state_t *net, const pln_id_t *root, const pln_id_t *inviters, size_t count)
{
    net->promised = true;
    net->promise_root = *root;
    net->promise_count = count < PLN_PROMISES_MAX ? count : PLN_PROMISES_MAX;
    memcpy(net->promise_inviters, inviters, net->promise_count * sizeof *inviters);
    for (size_t i = 0; i < net->promise_count; i++) {
        pln_access_promise(net->access, root, &inviters[i]);
    }
}

bool pln_promises(const pln_net_state_t *net, const pln_id_t *id)
{
    bool named = net->promised && pln_id_equal(id, &net->promise_root);
    for (size_t i = 0; i < net->promise_count && net->promised; i++) {
        named = named || pln_id_equal(id, &net->promise_inviters[i]);
    }
    return named;
}

void pln_recall(pln_node_t *node, const pln_event_t *event)
{
    const pln_keyring_network_t *known = event->as.recall.network;
    pln_net_state_t *net = pln_net_find(node, &known->network);
    pln_id_t asked[PLN_KEYRING_NODES_MAX];
    size_t count = 0;
    if (net != NULL) {
        pln_reply_data(node, event->as.recall.request, PLN_OK, (pln_span_t){0});
        return;  // told before, at a start that was cut off behind it
    }
    for (uint32_t i = 0; i < known->node_count; i++) {
        if (!pln_id_equal(&known->nodes[i].id, &node->self->id)) {
            asked[count++] = known->nodes[i].id;
        }
    }
    if (count == 0) {
        pln_reply_data(node, event->as.recall.request, PLN_OK, (pln_span_t){0});
        return;  // nobody else was in it: a backup would have it
    }
    net = pln_net_add(node, &known->network);
    pln_promise(net, &known->root, asked, count);
    pln_net_save(node, net);
    pln_epochs_used(node, &known->network, known->epoch_end);
    for (uint32_t i = 0; i < known->node_count; i++) {
        for (uint32_t a = 0; a < known->nodes[i].address_count; a++) {
            pln_peer_address(node, &known->nodes[i].id, known->nodes[i].addresses[a],
                             PLN_FROM_TICKET);
        }
    }
    pln_pending_t *job = pln_job(node);
    job->request = event->as.recall.request;
    job->what = PLN_EV_RECALL;
    pln_net_refold(node, net);
}

/* ---- what a keyring says of a network ---- */

typedef struct {
    pln_id_t id;
    const pln_peer_t *peer; /**< NULL: not known */
    unsigned worth;
} candidate_t;

/** Whom to ask first: who can be dialled, who is here, who decides. */
static candidate_t candidate(pln_node_t *node, const pln_member_t *member)
{
    const pln_peer_t *peer = pln_map_get(&node->peers, member->node.bytes);
    candidate_t out = {.id = member->node, .peer = peer};
    out.worth = 1 + (member->role >= PLN_ROLE_COORDINATOR);
    if (peer != NULL) {
        out.worth += (peer->address_count > 0 ? 8u : 0) + (peer->link != NULL ? 4u : 0);
    }
    return out;
}

/** The most useful members of @net, best first; returns how many. */
static size_t candidates(pln_node_t *node, pln_net_state_t *net,
                         candidate_t best[PLN_KEYRING_NODES_MAX])
{
    size_t count = 0, cursor = 0;
    pln_member_t member;
    while (pln_access_next(net->access, &cursor, &member)) {
        if (member.left || pln_id_equal(&member.node, &node->self->id)) {
            continue;
        }
        candidate_t next = candidate(node, &member);
        size_t at = count;
        while (at > 0 && best[at - 1].worth < next.worth) {
            at--;
        }
        if (at < PLN_KEYRING_NODES_MAX) {
            count += count < PLN_KEYRING_NODES_MAX;
            memmove(&best[at + 1], &best[at], (count - at - 1) * sizeof *best);
            best[at] = next;
        }
    }
    return count;
}

static void hint_fill(const candidate_t *from, pln_keyring_node_t *out)
{
    out->id = from->id;
    for (size_t i = 0; from->peer != NULL && i < from->peer->address_count &&
                       out->address_count < PLN_KEYRING_ADDRESSES_MAX;
         i++) {
        memcpy(out->addresses[out->address_count++], from->peer->addresses[i].text,
               sizeof out->addresses[0]);
    }
}

/** Epochs of our own of which anything is held; the caller adds those that are not. */
static uint32_t epochs_seen(const pln_node_t *node, const pln_net_state_t *net)
{
    uint32_t end = 0;
    const pln_chain_t *chain = net->buckets[node->self->id.bytes[0]];
    for (; chain != NULL; chain = chain->bucket_next) {
        if (pln_id_equal(&chain->place.author, &node->self->id) && chain->place.epoch >= end) {
            end = chain->place.epoch + 1;
        }
    }
    return end;
}

bool pln_node_next_hint(pln_node_t *node, size_t *cursor, pln_keyring_network_t *out)
{
    while (*cursor < node->net_count) {
        pln_net_state_t *net = node->nets[(*cursor)++];
        pln_settings_t settings;
        memset(out, 0, sizeof *out);
        if (net->left || net->forgetting || pln_access_founder(net->access, &out->root) != PLN_OK) {
            continue;
        }
        pln_access_settings(net->access, &settings);
        out->network = net->id;
        memcpy(out->name, settings.name, sizeof out->name);
        out->epoch_end = epochs_seen(node, net);
        candidate_t best[PLN_KEYRING_NODES_MAX];
        out->node_count = (uint32_t)candidates(node, net, best);
        for (uint32_t i = 0; i < out->node_count; i++) {
            hint_fill(&best[i], &out->nodes[i]);
        }
        return true;
    }
    return false;
}
