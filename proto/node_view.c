// SPDX-License-Identifier: MPL-2.0
// Looking in: copies for status and the API.
#include <string.h>

#include "node_aside.h"
#include "node_blocked.h"
#include "node_branch.h"
#include "node_join.h"
#include "node_terms.h"
#include "node_withdraw.h"

#define SETTLE_MS 15000u /**< digests that differ for so long without a movement mean something */

static void settings_view(pln_net_state_t *net, pln_network_view_t *out)
{
    pln_settings_t settings;
    pln_access_settings(net->access, &settings);
    memcpy(out->name, settings.name, sizeof out->name);
    memcpy(out->title, settings.title, sizeof out->title);
    out->root_known = pln_access_root(net->access, &out->root) == PLN_OK;
    if (!out->root_known) {
        out->root = net->promise_root;
    }
    out->root_generation = pln_access_root_generation(net->access);
}

static void members_view(pln_node_t *node, pln_net_state_t *net, pln_network_view_t *out)
{
    pln_node_name(node, &net->id, &out->root, out->root_name);
    pln_member_t member;
    size_t cursor = 0;
    while (pln_access_next(net->access, &cursor, &member)) {
        out->members++;
        out->coordinators += member.role >= PLN_ROLE_COORDINATOR;
    }
    if (pln_access_member(net->access, &node->self->id, &member) == PLN_OK) {
        out->role = member.role;
        out->expiry_ms = member.expiry_ms;
        out->expired = pln_member_over(&member, node->wall_ms);
    } else {
        out->revoked = pln_access_revoked(net->access, &node->self->id, &out->revoked_by) == PLN_OK;
        out->deposed = !out->revoked && pln_access_reigned(net->access, &node->self->id);
        pln_node_name(node, &net->id, &out->revoked_by.by, out->revoked_by_name);
        pln_node_name(node, &net->id, &out->revoked_by.granted_by, out->let_in_by_name);
    }
}

static void fork_show(pln_node_t *node, pln_net_state_t *net, const pln_fork_view_t *fork,
                      pln_network_view_t *out)
{
    if (out->fork_count < PLN_FORKS_SHOWN) {
        out->forks[out->fork_count] = *fork;
        pln_node_name(node, &net->id, &fork->place.author, out->forks[out->fork_count++].name);
    }
}

/** Where the first two branches of a forked lane 0 part; false: it is not forked. */
static bool control_forked(const pln_chain_t *chain, uint64_t *at)
{
    if (chain->place.lane != PLN_LANE_CONTROL || chain->parent != NULL ||
        chain->next_branch == NULL) {
        return false;
    }
    *at = UINT64_MAX;
    for (const pln_chain_t *c = chain->next_branch; c != NULL; c = c->next_branch) {
        *at = c->base.seq < *at ? c->base.seq : *at;
    }
    return true;
}

static void forks_view(pln_node_t *node, pln_net_state_t *net, bool own, pln_network_view_t *out)
{
    size_t cursor = 0;
    for (pln_fork_place_t *f; (f = pln_map_next(&net->forks, &cursor)) != NULL;) {
        if (pln_id_equal(&f->place.author, &node->self->id) == own) {
            pln_fork_view_t fork = {.place = f->place,
                                    .at = f->at,
                                    .own = own,
                                    .settled = pln_fork_counts(net, f),
                                    .beyond = pln_fork_beyond(net, f),
                                    .entries = pln_fork_entries(net, f),
                                    .lacking = pln_fork_lacking(net, f)};
            fork.whole = pln_fork_whole(net, f, &fork.missing);
            fork.healed = own && fork.settled && f->healed == fork.entries;
            out->holes -= fork.lacking;
            fork_show(node, net, &fork, out);
        }
    }
    cursor = 0;
    for (pln_chain_t *c; (c = pln_map_next(&net->chains, &cursor)) != NULL;) {
        uint64_t at;
        if (pln_id_equal(&c->place.author, &node->self->id) == own && control_forked(c, &at)) {
            pln_fork_view_t fork = {
                .place = c->place, .at = at, .own = own, .settled = true, .whole = true};
            fork.healed = own;
            fork_show(node, net, &fork, out);
        }
    }
}

static void aside_show(pln_node_t *node, const pln_chain_t *chain, pln_network_view_t *out)
{
    if (out->aside_chains++ >= PLN_ASIDES_SHOWN) {
        return;
    }
    uint64_t since = pln_aside_since(node, chain);
    pln_aside_view_t *aside = &out->asides[out->aside_count++];
    *aside = (pln_aside_view_t){.place = chain->place,
                                .entries = chain->durable.seq - chain->counted.seq,
                                .bytes = chain->durable.cum - chain->counted.cum,
                                .kept = !pln_aside_ends(node, chain)};
    aside->until_ms = aside->kept || since == 0 ? 0 : since + PLN_ASIDE_MS;
    pln_node_name(node, &chain->place.network, &chain->place.author, aside->name);
}

static void asides_view(pln_node_t *node, pln_net_state_t *net, pln_network_view_t *out)
{
    size_t cursor = 0;
    for (pln_chain_t *c; (c = pln_map_next(&net->chains, &cursor)) != NULL;) {
        if (c->place.lane == PLN_LANE_RECORDS && c->counted.seq < c->durable.seq) {
            aside_show(node, c, out);
        }
    }
}

/** Who of the network is there, and whether anybody could be called. */
static void reach_view(pln_node_t *node, const pln_net_state_t *net, pln_network_view_t *out)
{
    size_t cursor = 0;
    for (pln_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        const pln_share_t *share =
            link->greeted && !link->closing ? pln_share_find(link, net) : NULL;
        out->connected += share != NULL && !share->ended;
    }
    cursor = 0;
    for (pln_peer_t *peer; (peer = pln_map_next(&node->peers, &cursor)) != NULL;) {
        bool other = !pln_id_equal(&peer->id, &node->self->id);
        out->callable = out->callable ||
                        (other && peer->address_count > 0 && pln_net_has(node, net, &peer->id));
    }
}

bool pln_node_next_network(pln_node_t *node, size_t *cursor, pln_network_view_t *out)
{
    if (*cursor >= node->net_count) {
        return false;
    }
    pln_net_state_t *net = node->nets[(*cursor)++];
    memset(out, 0, sizeof *out);
    out->id = net->id;
    out->left = net->left;
    out->forgetting = net->forgetting;
    out->outdated = net->outdated;
    settings_view(net, out);
    members_view(node, net, out);
    reach_view(node, net, out);
    pln_net_digests(net);
    out->digest = net->digest;
    out->access_digest = net->access_digest;
    out->records = net->records;
    out->bytes = net->bytes;
    out->chains = net->chains.count;
    out->wanted = net->blocked.count;
    out->holes = net->holes;
    forks_view(node, net, true, out);
    forks_view(node, net, false, out);
    asides_view(node, net, out);
    size_t at = 0;
    for (pln_blocked_t *b; (b = pln_map_next(&net->blocked, &at)) != NULL;) {
        out->paused += b->reason == PLN_EPAUSED;
    }
    return true;
}

pln_access_t *pln_node_access(pln_node_t *node, const pln_network_id_t *network)
{
    pln_net_state_t *net = pln_net_find(node, network);
    return net == NULL ? NULL : net->access;
}

pln_err_t pln_node_own_place(pln_node_t *node, const pln_network_id_t *network, uint8_t lane,
                             pln_place_t *place, uint32_t *chain)
{
    pln_net_state_t *net = pln_net_find(node, network);
    if (net == NULL) {
        return PLN_ENOTFOUND;
    }
    uint32_t epoch;
    PLN_TRY(pln_own_epoch(node, net, lane, &epoch));
    *place = (pln_place_t){*network, node->self->id, epoch, lane};
    pln_chain_t *own = pln_chain_find(net, &node->self->id, epoch, lane);
    *chain = own == NULL ? UINT32_MAX : own->number;
    return PLN_OK;
}

static uint64_t blocked_behind(pln_net_state_t *net, const pln_link_t *link)
{
    uint64_t total = 0;
    size_t cursor = 0;
    for (pln_blocked_t *b; (b = pln_map_next(&net->blocked, &cursor)) != NULL;) {
        const pln_chain_t *chain =
            pln_chain_find(net, &b->place.author, b->place.epoch, b->place.lane);
        uint64_t held = chain == NULL ? 0 : chain->durable.seq;
        total += b->link == link->number && b->seq > held ? b->seq - held : 0;
    }
    return total;
}

/** Entries that @link announced and we lack. */
static uint64_t behind(const pln_node_t *node, const pln_link_t *link)
{
    uint64_t total = 0;
    for (size_t n = 0; n < node->net_count; n++) {
        size_t cursor = 0;
        for (pln_chain_t *c; (c = pln_map_next(&node->nets[n]->chains, &cursor)) != NULL;) {
            for (size_t i = 0; i < PLN_SOURCES_MAX && c->open; i++) {
                if (c->sources[i] == link->number && c->want_seq > c->durable.seq) {
                    total += c->want_seq - c->durable.seq;
                }
            }
        }
        total += blocked_behind(node->nets[n], link);
    }
    return total;
}

static bool blocked_by(const pln_net_state_t *net, const pln_link_t *link)
{
    size_t cursor = 0;
    for (pln_blocked_t *b; (b = pln_map_next(&net->blocked, &cursor)) != NULL;) {
        if (b->link == link->number) {
            return true;
        }
    }
    return false;
}

/** All it announced is held, all it asked for is sent, and by the last comparison nothing differs.
 */
static bool share_in_sync(const pln_node_t *node, const pln_link_t *link, const pln_share_t *share)
{
    pln_net_state_t *net = share->net;
    pln_net_digests(net);
    if (!share->open || net->open_wants > 0 || link->serving_by_chain.count > 0 ||
        blocked_by(net, link)) {
        return false;
    }
    bool settled = node->now_ms >= share->moved_ms + SETTLE_MS;
    return !(settled && share->peer_digest_known &&
             memcmp(share->peer_digest.bytes, net->digest.bytes, sizeof net->digest.bytes) != 0);
}

static bool in_sync(const pln_node_t *node, const pln_link_t *link)
{
    for (size_t i = 0; i < link->share_count; i++) {
        const pln_share_t *share = link->shares[i];
        if (!share->ended && !share_in_sync(node, link, share)) {
            return false;
        }
    }
    return link->greeted;
}

void pln_node_name(pln_node_t *node, const pln_network_id_t *network, const pln_id_t *member,
                   char out[PLN_NAME_MAX + 1])
{
    memset(out, 0, PLN_NAME_MAX + 1);
    pln_net_state_t *net = pln_net_find(node, network);
    pln_member_t granted;
    if (net == NULL) {
        return;
    }
    pln_presence_state_t *presence = pln_map_get(&net->presences, member->bytes);
    bool is_member = pln_access_member(net->access, member, &granted) == PLN_OK;
    if (is_member && granted.label[0] != '\0') {
        memcpy(out, granted.label, sizeof granted.label);
    } else if (!is_member && pln_access_last_label(net->access, member, out)) {
        return;  // who was put out is called as before: its records stay
    } else if (pln_id_equal(member, &node->self->id)) {
        memcpy(out, node->name, sizeof node->name);
    } else if (presence != NULL) {
        memcpy(out, presence->name, sizeof presence->name);
    }
}

static void name_find(pln_node_t *node, const pln_id_t *id, char out[PLN_NAME_MAX + 1])
{
    for (size_t n = 0; n < node->net_count && out[0] == '\0'; n++) {
        pln_node_name(node, &node->nets[n]->id, id, out);
    }
}

/** As its presence says in some network. */
static void version_find(pln_node_t *node, const pln_id_t *id, char out[33])
{
    for (size_t n = 0; n < node->net_count && out[0] == '\0'; n++) {
        pln_presence_state_t *kept = pln_map_get(&node->nets[n]->presences, id->bytes);
        pln_presence_t presence;
        if (kept != NULL && pln_presence_decode(pln_buf_span(&kept->body), &presence) == PLN_OK) {
            memcpy(out, presence.version.data, presence.version.size);
        }
    }
}

bool pln_node_next_peer(pln_node_t *node, size_t *cursor, pln_peer_view_t *out)
{
    pln_peer_t *peer;
    do {
        peer = pln_map_next(&node->peers, cursor);
    } while (peer != NULL && peer->address_count == 0 && !pln_node_admits(node, &peer->id));
    if (peer == NULL) {
        return false;
    }
    memset(out, 0, sizeof *out);
    out->id = peer->id;
    name_find(node, &peer->id, out->name);
    out->state = peer->state;
    out->heard_wall_ms = peer->heard_wall_ms;
    version_find(node, &peer->id, out->version);
    if (peer->address_count > 0) {
        memcpy(out->address, peer->addresses[0].text, sizeof out->address);
    }
    if (peer->link != NULL) {
        out->dialled = peer->link->dialled;
        out->behind_us = behind(node, peer->link);
        out->in_sync = in_sync(node, peer->link);
        if (peer->link->greeted) {
            out->state = out->in_sync ? PLN_PEER_LIVE : PLN_PEER_SYNCING;
        }
        if (peer->link->address[0] != '\0') {
            memcpy(out->address, peer->link->address, sizeof out->address);
        }
    } else {
        out->retry_mono_ms = peer->dialling == 0 && peer->address_count > 0 ? peer->dial_ms : 0;
    }
    return true;
}

/** Own-head entries the presence names and we lack. */
static uint64_t heads_behind(pln_net_state_t *net, const pln_presence_t *presence)
{
    uint64_t total = 0;
    for (size_t i = 0; i < pln_rows(presence->heads, PLN_PRESENCE_HEAD_SIZE); i++) {
        const uint8_t *row = presence->heads.data + i * PLN_PRESENCE_HEAD_SIZE;
        uint64_t seq = pln_get_u64(row + 5);
        pln_chain_t *chain = pln_chain_find(net, &presence->node, pln_get_u32(row), row[4]);
        uint64_t held = chain == NULL ? 0 : chain->durable.seq;
        total += seq > held ? seq - held : 0;
    }
    return total;
}

void pln_node_member_state(pln_node_t *node, const pln_network_id_t *network,
                           const pln_id_t *member, pln_member_state_t *out)
{
    memset(out, 0, sizeof *out);
    pln_net_state_t *net = pln_net_find(node, network);
    pln_peer_t *peer = pln_map_get(&node->peers, member->bytes);
    if (net == NULL) {
        return;
    }
    pln_net_digests(net);
    pln_presence_state_t *kept = pln_map_get(&net->presences, member->bytes);
    pln_presence_t presence;
    if (kept != NULL && pln_presence_decode(pln_buf_span(&kept->body), &presence) == PLN_OK) {
        out->heard_wall_ms = kept->heard_wall_ms;
        memcpy(out->own_name, kept->name, sizeof out->own_name);
        out->in_sync = memcmp(presence.digest.bytes, net->digest.bytes, 32) == 0;
        out->behind = heads_behind(net, &presence);
        memcpy(out->version, presence.version.data, presence.version.size);
    }
    if (peer != NULL) {
        out->connected = peer->link != NULL && peer->link->greeted;
        out->in_sync = out->connected ? in_sync(node, peer->link) : out->in_sync;
        if (peer->heard_wall_ms > out->heard_wall_ms) {
            out->heard_wall_ms = peer->heard_wall_ms;
        }
        if (peer->address_count > 0) {
            memcpy(out->address, peer->addresses[0].text, sizeof out->address);
        }
    }
}

bool pln_node_next_invitation(pln_node_t *node, size_t *cursor, pln_invitation_t *out)
{
    pln_invitation_t *invitation = pln_map_next(&node->tickets, cursor);
    if (invitation == NULL) {
        return false;
    }
    *out = *invitation;
    out->powerless = !pln_may_invite(node, &out->network, out->role);
    return true;
}

/* ---- withdrawn records ---- */

static void confirmations_view(pln_node_t *node, pln_net_state_t *net, const pln_mark_t *mark,
                               pln_withdrawal_t *out)
{
    pln_member_t member;
    size_t cursor = 0;
    bool here = mark->copy == PLN_COPY_WITHHELD ||
                (mark->copy == PLN_COPY_HIDDEN && mark->fate == PLN_FATE_HIDDEN);
    while (pln_access_next(net->access, &cursor, &member)) {
        const pln_presence_state_t *p = pln_map_get(&net->presences, member.node.bytes);
        bool self = pln_id_equal(&member.node, &node->self->id);
        if (!member.left) {
            out->members++;
            out->confirmed += self ? here : p != NULL && p->settled >= mark->known;
        }
    }
}

bool pln_node_withdrawal(pln_node_t *node, const pln_place_t *place, uint64_t seq,
                         pln_withdrawal_t *out)
{
    memset(out, 0, sizeof *out);
    pln_net_state_t *net = pln_net_find(node, &place->network);
    pln_chain_t *chain =
        net == NULL ? NULL : pln_chain_find(net, &place->author, place->epoch, place->lane);
    const pln_mark_t *mark = chain == NULL ? NULL : pln_mark_find(chain, seq);
    if (mark == NULL || mark->copy == PLN_COPY_UNREAD) {
        return false;
    }
    out->fate =
        pln_access_fate(net->access, &place->author, place->epoch, seq, &mark->data, &out->by);
    out->lacks = pln_mark_is_hole(chain, mark);
    out->kept = mark->copy == PLN_COPY_HIDDEN;
    if (out->kept && !pln_id_equal(&place->author, &node->self->id)) {
        out->erase_ms = mark->since_ms + PLN_HIDDEN_MS;
    }
    if (out->fate != PLN_FATE_STANDS) {
        confirmations_view(node, net, mark, out);
    }
    return out->lacks || out->fate != PLN_FATE_STANDS;
}
