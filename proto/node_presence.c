// SPDX-License-Identifier: MPL-2.0
// Presence: what each member says of itself, signed, latest stamp wins, passed on along links
// (R20).
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "node_state.h"
#include "node_withdraw.h"
#include "planted.h"

#define STAMP_AHEAD_MS 3600000u
#define PER_MEMBER_MS 500u
#define AT_MOST_EVERY_MS 10000u
#define ACCEPT_EVERY_MS 1000u /**< an honest member makes one in ten seconds */

void pln_presence_free(pln_presence_state_t *presence)
{
    pln_buf_free(&presence->body);
    free(presence);
}

static void presence_save(pln_node_t *node, pln_net_state_t *net, const pln_presence_state_t *p)
{
    uint8_t key[64];
    memcpy(key, net->id.bytes, 32);
    memcpy(key + 32, p->node.bytes, 32);
    pln_buf_t value = {0};
    pln_buf_u64(&value, p->heard_wall_ms);
    pln_buf_u64(&value, p->settled);
    pln_buf_add(&value, p->signature.bytes, sizeof p->signature.bytes);
    pln_buf_add(&value, p->body.data, p->body.size);
    pln_save(node, PLN_TABLE_PRESENCE, key, sizeof key, &value);
    pln_buf_free(&value);
}

static void addresses_learn(pln_node_t *node, const pln_presence_t *presence)
{
    for (uint32_t i = 0; i < presence->address_count; i++) {
        char address[PLN_ADDRESS_MAX + 1];
        memcpy(address, presence->addresses[i].data, presence->addresses[i].size);
        address[presence->addresses[i].size] = '\0';
        pln_peer_address(node, &presence->node, address, PLN_FROM_PRESENCE);
    }
}

static pln_presence_state_t *presence_keep(pln_net_state_t *net, const pln_presence_t *presence,
                                           pln_span_t body, const pln_signature_t *signature,
                                           uint64_t heard_ms)
{
    pln_presence_state_t *kept = pln_map_get(&net->presences, presence->node.bytes);
    if (kept == NULL) {
        kept = pln_alloc_zero(1, sizeof *kept);
        kept->node = presence->node;
        pln_map_put(&net->presences, presence->node.bytes, kept);
    }
    pln_buf_clear(&kept->body);
    pln_buf_add(&kept->body, body.data, body.size);
    memset(kept->name, 0, sizeof kept->name);
    memcpy(kept->name, presence->name.data, presence->name.size);
    kept->signature = *signature;
    kept->stamp = presence->stamp;
    kept->access = presence->access;
    kept->flags = presence->flags;
    kept->heard_wall_ms = heard_ms;
    return kept;
}

pln_err_t pln_presence_load(pln_node_t *node, pln_span_t key, pln_span_t value)
{
    pln_network_id_t network;
    pln_presence_t presence;
    pln_signature_t signature;
    if (key.size != 64 || value.size < 80) {
        return PLN_EMALFORMED;
    }
    memcpy(network.bytes, key.data, 32);
    pln_net_state_t *net = pln_net_find(node, &network);
    pln_span_t body = {value.data + 80, value.size - 80};
    if (net == NULL) {
        return PLN_ENOTFOUND;
    }
    PLN_TRY(pln_presence_decode(body, &presence));
    memcpy(signature.bytes, value.data + 16, sizeof signature.bytes);
    presence_keep(net, &presence, body, &signature, pln_get_u64(value.data))->settled =
        pln_get_u64(value.data + 8);
    if (pln_id_equal(&presence.node, &node->self->id)) {
        net->stamp = presence.stamp;
    } else {
        addresses_learn(node, &presence);
    }
    return PLN_OK;
}

static void presence_send(pln_node_t *node, pln_link_t *link, const pln_presence_state_t *p)
{
    pln_message_t message = {.type = PLN_MSG_PRESENCE};
    message.as.presence.body = pln_buf_span(&p->body);
    message.as.presence.signature = p->signature;
    pln_send(node, link, &message, (pln_span_t){0});
}

static void presence_spread(pln_node_t *node, pln_net_state_t *net, const pln_presence_state_t *p,
                            const pln_link_t *except)
{
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        pln_share_t *share =
            link == except || link->closing || !link->greeted ? NULL : pln_share_find(link, net);
        if (share != NULL && share->open && !share->lazy) {
            presence_send(node, link, p);
        }
    }
}

/**
 * A member that holds our lane 0 has all retractions in it, and says whether it has done what they
 * ask: then it has confirmed all that is judged here up to now.
 */
static bool presence_settle(const pln_node_t *node, pln_net_state_t *net, pln_presence_state_t *p)
{
    if (p->settled >= net->judged || (p->flags & PLN_PRESENCE_ERASED) == 0) {
        return false;
    }
    pln_net_digests(net);
    if (memcmp(p->access.bytes, net->access_digest.bytes, sizeof p->access.bytes) != 0) {
        return false;
    }
    p->settled = node->arrivals.number;
    return true;
}

/** Presences that came before we held what they speak of. */
static void presences_settle(pln_node_t *node, pln_net_state_t *net)
{
    size_t cursor = 0;
    pln_presence_state_t *p;
    while (net->judged > 0 && (p = pln_map_next(&net->presences, &cursor)) != NULL) {
        if (presence_settle(node, net, p)) {
            presence_save(node, net, p);
        }
    }
}

void pln_presence_received(pln_node_t *node, pln_link_t *link,
                           const pln_presence_message_t *message)
{
    pln_presence_t presence;
    pln_err_t error = pln_presence_decode(message->body, &presence);
    if (error != PLN_OK) {
        pln_link_end(node, link, error, "a presence that does not follow the grammar");
        return;
    }
    pln_share_t *share = pln_share_named(node, link, &presence.network);
    if (share == NULL || share->net->outdated || share->net->put_out ||
        !pln_net_admits(share->net, &presence.node)) {
        return;
    }
    pln_net_state_t *net = share->net;
    if (presence.stamp > node->wall_ms + STAMP_AHEAD_MS) {
        pln_refuse(node, PLN_EFUTURE);
        return;
    }
    pln_presence_state_t *kept = pln_map_get(&net->presences, presence.node.bytes);
    bool too_soon = kept != NULL && kept->received_ms != 0 &&
                    node->now_ms < kept->received_ms + ACCEPT_EVERY_MS;
    if (kept != NULL &&
        ((presence.stamp <= kept->stamp && !PLN_PLANTED(stamp_unchecked)) || too_soon)) {
        return;
    }
    if (pln_verify(&presence.node, PLN_DOMAIN_PRESENCE, message->body, &message->signature) !=
        PLN_OK) {
        pln_link_end(node, link, PLN_ESIGNATURE, "a presence whose signature does not verify");
        return;
    }
    if (pln_id_equal(&presence.node, &node->self->id)) {
        net->stamp = presence.stamp > net->stamp ? presence.stamp : net->stamp;
        net->presence_ms = node->now_ms;  // another life of ours spoke later: go above it
        return;
    }
    kept = presence_keep(net, &presence, message->body, &message->signature, node->wall_ms);
    kept->received_ms = node->now_ms;
    addresses_learn(node, &presence);
    (void)presence_settle(node, net, kept);
    presence_save(node, net, kept);
    presence_spread(node, net, kept, link);
}

static void own_heads(pln_node_t *node, pln_net_state_t *net, pln_buf_t *heads)
{
    pln_chain_t *c = net->buckets[node->self->id.bytes[0]];
    for (; c != NULL && heads->size < 6 * PLN_PRESENCE_HEAD_SIZE; c = c->bucket_next) {
        if (pln_id_equal(&c->place.author, &node->self->id) && c->durable.seq > 0) {
            pln_buf_u32(heads, c->place.epoch);
            pln_buf_u8(heads, c->place.lane);
            pln_buf_u64(heads, c->durable.seq);
            pln_buf_add(heads, c->durable.hash.bytes, 32);
        }
    }
}

static void presence_make(pln_node_t *node, pln_net_state_t *net)
{
    net->stamp = node->wall_ms > net->stamp + 1 ? node->wall_ms : net->stamp + 1;
    net->presence_made_ms = node->now_ms;
    static const uint8_t codecs[] = {1};
    pln_buf_t heads = {0};
    own_heads(node, net, &heads);
    pln_net_digests(net);
    pln_presence_t presence = {
        .network = net->id,
        .node = node->self->id,
        .stamp = net->stamp,
        .name = PLN_SPAN(node->name, strlen(node->name)),
        .version = PLN_SPAN(node->version, strlen(node->version)),
        .codecs = PLN_SPAN(codecs, sizeof codecs),
        .digest = net->digest,
        .access = net->access_digest,
        .heads = pln_buf_span(&heads),
        .flags = pln_withdraw_done(node, net) ? PLN_PRESENCE_ERASED : 0,
    };
    size_t address_bytes = 0;
    for (size_t i = 0; i < node->advertise_count; i++) {
        size_t length = strlen(node->advertise[i]);
        if (address_bytes + length <= 300) {  // the whole stays below PLN_PRESENCE_MAX
            presence.addresses[presence.address_count++] = PLN_SPAN(node->advertise[i], length);
            address_bytes += length;
        }
    }
    pln_buf_t body = {0};
    pln_presence_encode(&presence, &body);
    pln_signature_t signature;
    pln_sign(node->self, PLN_DOMAIN_PRESENCE, pln_buf_span(&body), &signature);
    pln_presence_state_t *kept =
        presence_keep(net, &presence, pln_buf_span(&body), &signature, node->wall_ms);
    presence_save(node, net, kept);
    presence_spread(node, net, kept, NULL);
    pln_buf_free(&body);
    pln_buf_free(&heads);
}

void pln_presence_scan(pln_node_t *node, pln_net_state_t *net)
{
    pln_member_t self;
    if (net->left || net->outdated ||
        pln_access_member(net->access, &node->self->id, &self) != PLN_OK) {
        return;
    }
    bool rested =
        net->presence_made_ms == 0 || node->now_ms >= net->presence_made_ms + AT_MOST_EVERY_MS;
    if (node->now_ms < net->presence_ms || !rested) {
        return;
    }
    presence_make(node, net);
    presences_settle(node, net);
    uint64_t members = pln_access_count(net->access);
    uint64_t interval =
        members * PER_MEMBER_MS > PLN_PRESENCE_MS ? members * PER_MEMBER_MS : PLN_PRESENCE_MS;
    net->presence_ms = node->now_ms + interval;
}

void pln_presence_exchange(pln_node_t *node, pln_link_t *link, pln_share_t *share)
{
    size_t cursor = 0;
    for (pln_presence_state_t *p; (p = pln_map_next(&share->net->presences, &cursor)) != NULL;) {
        if (!pln_id_equal(&p->node, &link->id) && pln_net_admits(share->net, &p->node)) {
            presence_send(node, link, p);
        }
    }
}

/* ---- what it says, changed by hand ---- */

static void presence_soon(pln_node_t *node)
{
    for (size_t i = 0; i < node->net_count; i++) {
        node->nets[i]->presence_ms = node->now_ms;
    }
    pln_wake(node, node->now_ms);
}

void pln_addresses_set(pln_node_t *node, const pln_event_t *event)
{
    size_t count = event->as.addresses.count;
    node->advertise_count = count < PLN_ADDRESSES_MAX ? count : PLN_ADDRESSES_MAX;
    node->advertise =
        pln_realloc(node->advertise, (node->advertise_count + 1) * sizeof *node->advertise);
    for (size_t i = 0; i < node->advertise_count; i++) {
        memset(node->advertise[i], 0, sizeof node->advertise[i]);
        strncpy(node->advertise[i], event->as.addresses.list[i], PLN_ADDRESS_MAX);
    }
    presence_soon(node);
}

void pln_name_set(pln_node_t *node, const pln_event_t *event)
{
    const char *name = event->as.name.name;
    size_t size = strlen(name);
    if (size == 0 || size > PLN_NAME_MAX || !pln_utf8_valid(PLN_SPAN(name, size))) {
        pln_reply(node, event->as.name.request, true, PLN_EINVAL,
                  "a name is UTF-8 text of 1 to 128 bytes");
        return;
    }
    memset(node->name, 0, sizeof node->name);
    memcpy(node->name, name, size);
    presence_soon(node);
    pln_reply_data(node, event->as.name.request, PLN_OK, (pln_span_t){0});
}
