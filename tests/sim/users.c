// SPDX-License-Identifier: MPL-2.0
// What people do with a simulated node.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define DAY_MS UINT64_C(86400000)
#define WAIT_MS 10000u

/* ---- asking and being answered ---- */

/** The number the request got; 0: too many are open already. */
static uint64_t ask(world_node_t *node, pln_event_t *event, const pln_network_id_t *network,
                    uint32_t about, size_t count)
{
    world_request_t *request = NULL;
    for (size_t i = 0; i < WORLD_REQUESTS_MAX && request == NULL; i++) {
        request = node->requests[i].number == 0 ? &node->requests[i] : NULL;
    }
    if (request == NULL) {
        return 0;
    }
    uint64_t number = ++node->world->requests;
    *request = (world_request_t){.number = number, .what = event->type, .about = about};
    request->network = *network;
    if (event->type == PLN_EV_REVOKE) {
        pln_access_t *access = pln_node_access(node->node, network);
        request->member = event->as.revoke.member;
        if (access != NULL) {
            (void)pln_access_highest_term(access, &request->member, &request->term);
        }
    }
    request->count = count;
    request->asked_ms = node->world->now_ms;
    pln_event_t timed = world_event_of(node, event->type);
    event->mono_ms = timed.mono_ms;
    event->wall_ms = timed.wall_ms;
    event->as.give_up.request = number;  // first in every user's event
    node->replied = false;
    node->waited_for = number;
    world_step(node, event);
    return number;
}

static void promised(world_node_t *node, const world_request_t *request, const pln_effect_t *reply)
{
    world_t *world = node->world;
    world_promise_t promise = {.node = node->index, .place = reply->as.reply.place};
    promise.seq = reply->as.reply.first_seq + request->count - 1;
    if (!memory_store_hash(node->store, &promise.place, promise.seq, &promise.hash)) {
        check_fail(world, &check_promises, "%s promises entry %llu, which is not in its store",
                   node->name, (unsigned long long)promise.seq);
        return;
    }
    world->promises =
        pln_realloc(world->promises, (world->promise_count + 1) * sizeof *world->promises);
    world->promises[world->promise_count++] = promise;
}

static void handed_on(world_node_t *node, const world_request_t *request)
{
    world_t *world = node->world;
    world->abdications =
        pln_realloc(world->abdications, (world->abdication_count + 1) * sizeof *world->abdications);
    world->abdications[world->abdication_count++] =
        (world_abdication_t){node->index, request->network, world->now_ms};
}

/** Its disk was laid back to before it handed on the root: it may only think that it is one. */
static bool may_have_forgotten(const world_node_t *node, const pln_network_id_t *network)
{
    for (size_t i = 0; i < node->world->abdication_count; i++) {
        const world_abdication_t *row = &node->world->abdications[i];
        if (row->by == node->index && row->at_ms < node->rewound_at_ms &&
            memcmp(row->network.bytes, network->bytes, sizeof network->bytes) == 0) {
            return true;
        }
    }
    return false;
}

bool world_abdicated(const world_node_t *node, const pln_network_id_t *network)
{
    const world_t *world = node->world;
    for (size_t i = 0; i < world->abdication_count; i++) {
        const world_abdication_t *row = &world->abdications[i];
        if (pln_id_equal(&world->nodes[row->by]->self.id, &node->self.id) &&
            memcmp(row->network.bytes, network->bytes, sizeof network->bytes) == 0) {
            return true;
        }
    }
    return false;
}

static void put_out(world_node_t *node, const world_request_t *request)
{
    world_t *world = node->world;
    pln_id_t root;
    pln_access_t *access = pln_node_access(node->node, &request->network);
    if (access == NULL || pln_access_root(access, &root) != PLN_OK ||
        !pln_id_equal(&root, &node->self.id) || may_have_forgotten(node, &request->network)) {
        return;  // what a coordinator says may stop counting
    }
    world->verdicts =
        pln_realloc(world->verdicts, (world->verdict_count + 1) * sizeof *world->verdicts);
    world->verdicts[world->verdict_count++] =
        (world_verdict_t){node->index, request->network, request->member, request->term};
}

void world_answer(world_node_t *node, const pln_effect_t *reply)
{
    if (!reply->as.reply.done) {
        return;
    }
    world_request_t *open = NULL;
    for (size_t i = 0; i < WORLD_REQUESTS_MAX && open == NULL; i++) {
        open = node->requests[i].number == reply->as.reply.request ? &node->requests[i] : NULL;
    }
    assert(open != NULL);
    world_request_t request = *open;
    open->number = 0;
    if (request.what == PLN_EV_PUBLISH && reply->as.reply.error == PLN_OK) {
        promised(node, &request, reply);
    }
    if (request.what == PLN_EV_REVOKE && reply->as.reply.error == PLN_OK) {
        put_out(node, &request);
    }
    if (request.what == PLN_EV_TRANSFER && reply->as.reply.error == PLN_OK) {
        handed_on(node, &request);
    }
    if (request.what == PLN_EV_JOIN && reply->as.reply.error == PLN_OK) {
        node->joined_ms = node->world->now_ms;
    }
    if (node->waited_for == request.number) {
        node->replied = true;
        node->reply_error = reply->as.reply.error;
        memcpy(node->reply_detail, reply->as.reply.detail, sizeof node->reply_detail);
        pln_buf_clear(&node->reply_data);
        pln_buf_add(&node->reply_data, reply->as.reply.data.data, reply->as.reply.data.size);
    }
    if (node->world->answered != NULL) {
        node->world->answered(node, &request, reply);
    }
}

static bool has_replied(world_t *world, void *arg)
{
    (void)world;
    return ((world_node_t *)arg)->replied;
}

static pln_err_t wait_for(world_node_t *node, uint64_t ms)
{
    if (!node->replied && !world_until(node->world, ms, has_replied, node)) {
        return PLN_EIO;
    }
    return node->reply_error;
}

/* ---- the requests ---- */

/** The event of a retraction of what @by holds there; false: it holds no such entry. */
static bool retraction(world_node_t *by, const pln_place_t *place, uint64_t seq, bool undo,
                       pln_event_t *event)
{
    pln_chain_row_t row;
    pln_span_t bytes;
    pln_entry_t entry;
    if (!memory_store_chain(by->store, place, &row) ||
        memory_store_entry(by->store, row.number, seq, &bytes) != PLN_OK ||
        pln_entry_read(bytes, &entry) != PLN_OK) {
        return false;
    }
    if (!entry.withheld) {
        pln_entry_data(entry.payload, &entry.data);
    }
    *event = (pln_event_t){.type = PLN_EV_RETRACT};
    event->as.retract.place = *place;
    event->as.retract.seq = seq;
    event->as.retract.data = entry.data;
    event->as.retract.reason = undo ? "" : "withdrawn";
    event->as.retract.undo = undo;
    return true;
}

void world_retract_later(world_node_t *by, const pln_place_t *place, uint64_t seq, bool undo)
{
    pln_event_t event;
    if (retraction(by, place, seq, undo, &event)) {
        ask(by, &event, &place->network, 0, undo ? 1 : 0);
    }
}

pln_err_t world_retract(world_node_t *by, const pln_network_id_t *network,
                        const world_node_t *whose, uint64_t seq, bool undo)
{
    pln_chain_row_t row;
    pln_place_t place = {*network, whose->self.id, 0, PLN_LANE_RECORDS};
    size_t cursor = 0;
    while (memory_store_next_chain(by->store, &cursor, &row)) {
        bool is = pln_id_equal(&row.place.author, &whose->self.id) &&
                  row.place.lane == PLN_LANE_RECORDS && row.place.epoch >= place.epoch &&
                  memcmp(row.place.network.bytes, network->bytes, 32) == 0;
        place.epoch = is ? row.place.epoch : place.epoch;
    }
    pln_event_t event;
    if (!retraction(by, &place, seq, undo, &event)) {
        return PLN_ENOTFOUND;
    }
    ask(by, &event, network, 0, 0);
    return wait_for(by, WAIT_MS);
}

pln_err_t world_found(world_node_t *node, const char *name, pln_network_id_t *out)
{
    return world_found_within(node, name, 0, 0, out);
}

pln_err_t world_found_within(world_node_t *node, const char *name, uint64_t max_entries,
                             uint64_t max_bytes, pln_network_id_t *out)
{
    pln_event_t event = {.type = PLN_EV_FOUND};
    event.as.found.name = name;
    event.as.found.max_entries = max_entries;
    event.as.found.max_bytes = max_bytes;
    event.as.found.nonce[0] = (uint8_t)world_random(node->world, 256);
    ask(node, &event, &(pln_network_id_t){{0}}, 0, 0);
    pln_err_t error = wait_for(node, WAIT_MS);
    if (error == PLN_OK) {
        memcpy(out->bytes, node->reply_data.data, 32);
    }
    return error;
}

static void invite(world_node_t *node, const pln_network_id_t *network, pln_role_t role,
                   uint32_t about, uint64_t lasts_ms)
{
    const char *address = node->address;
    pln_event_t event = {.type = PLN_EV_INVITE};
    event.as.invite.network = *network;
    event.as.invite.role = role;
    event.as.invite.label = "";
    event.as.invite.expiry_ms = world_event_of(node, PLN_EV_INVITE).wall_ms + 7 * DAY_MS;
    if (lasts_ms > 0) {
        event.as.invite.until_ms = world_event_of(node, PLN_EV_INVITE).wall_ms + lasts_ms;
    }
    event.as.invite.addresses = &address;
    event.as.invite.address_count = 1;
    pln_identity_t one_time;
    do {
        for (size_t i = 0; i < PLN_SEED_SIZE; i++) {
            event.as.invite.seed[i] = (uint8_t)world_random(node->world, 256);
        }
    } while (pln_identity_derive(event.as.invite.seed, &one_time) != PLN_OK);
    ask(node, &event, network, about, 0);
}

pln_err_t world_invite(world_node_t *node, const pln_network_id_t *network, pln_role_t role,
                       pln_ticket_t *out)
{
    return world_invite_for(node, network, role, 0, out);
}

pln_err_t world_invite_for(world_node_t *node, const pln_network_id_t *network, pln_role_t role,
                           uint64_t ms, pln_ticket_t *out)
{
    invite(node, network, role, UINT32_MAX, ms);
    pln_err_t error = wait_for(node, WAIT_MS);
    return error != PLN_OK ? error : pln_ticket_decode(pln_buf_span(&node->reply_data), out);
}

void world_invite_later(world_node_t *node, const pln_network_id_t *network, pln_role_t role,
                        uint64_t lasts_ms, const world_node_t *guest)
{
    invite(node, network, role, guest->index, lasts_ms);
}

pln_err_t world_cancel(world_node_t *node, const pln_ticket_t *ticket)
{
    pln_identity_t one_time;
    pln_event_t event = {.type = PLN_EV_CANCEL};
    pln_err_t error = pln_identity_derive(ticket->seed, &one_time);
    if (error != PLN_OK) {
        return error;
    }
    event.as.cancel.ticket = one_time.id;
    ask(node, &event, &ticket->network, 0, 0);
    return wait_for(node, WAIT_MS);
}

void world_join_later(world_node_t *node, const pln_ticket_t *ticket)
{
    pln_event_t event = {.type = PLN_EV_JOIN};
    event.as.join.ticket = ticket;
    ask(node, &event, &ticket->network, 0, 0);
}

pln_err_t world_join(world_node_t *node, const pln_ticket_t *ticket, uint64_t ms)
{
    world_join_later(node, ticket);
    return wait_for(node, ms);
}

void world_give_up(world_node_t *node, uint64_t request)
{
    pln_event_t event = world_event_of(node, PLN_EV_JOIN_GIVE_UP);
    event.as.give_up.request = request;
    world_step(node, &event);
}

void world_publish_later(world_node_t *node, const pln_network_id_t *network, size_t count,
                         size_t size)
{
    pln_draft_t *drafts = pln_alloc_zero(count, sizeof *drafts);
    uint8_t *bytes = pln_alloc_zero(1, size + 8);
    for (size_t i = 0; i < size; i += 8) {
        pln_put_u64(bytes + i, world_random(node->world, UINT64_MAX));
    }
    for (size_t i = 0; i < count; i++) {
        drafts[i] = (pln_draft_t){
            .kind = 0x0101, .time_ms = node->draft_ms, .payload = PLN_SPAN(bytes, size)};
    }
    pln_event_t event = {.type = PLN_EV_PUBLISH};
    event.as.publish.network = *network;
    event.as.publish.drafts = drafts;
    event.as.publish.count = count;
    ask(node, &event, network, 0, count);
    free(drafts);
    free(bytes);
}

pln_err_t world_publish(world_node_t *node, const pln_network_id_t *network, size_t count,
                        size_t size)
{
    world_publish_later(node, network, count, size);
    return wait_for(node, WAIT_MS);
}

void world_revoke_later(world_node_t *node, const pln_network_id_t *network, const pln_id_t *member)
{
    pln_event_t event = {.type = PLN_EV_REVOKE};
    event.as.revoke.network = *network;
    event.as.revoke.member = *member;
    event.as.revoke.reason = "test";
    ask(node, &event, network, 0, 0);
}

pln_err_t world_revoke(world_node_t *node, const pln_network_id_t *network, const pln_id_t *member)
{
    world_revoke_later(node, network, member);
    return wait_for(node, WAIT_MS);
}

pln_err_t world_revoke_before(world_node_t *node, const pln_network_id_t *network,
                              const pln_id_t *member, const pln_cut_t *cuts, uint32_t count)
{
    pln_event_t event = {.type = PLN_EV_REVOKE};
    event.as.revoke.network = *network;
    event.as.revoke.member = *member;
    event.as.revoke.reason = "before";
    event.as.revoke.backdated = true;
    event.as.revoke.cuts = cuts;
    event.as.revoke.cut_count = count;
    ask(node, &event, network, 0, 0);
    return wait_for(node, WAIT_MS);
}

void world_transfer_later(world_node_t *node, const pln_network_id_t *network,
                          const world_node_t *heir)
{
    pln_event_t event = {.type = PLN_EV_TRANSFER};
    event.as.transfer.network = *network;
    event.as.transfer.successor = heir->self.id;
    ask(node, &event, network, heir->index, 0);
}

pln_err_t world_transfer(world_node_t *node, const pln_network_id_t *network,
                         const world_node_t *heir)
{
    world_transfer_later(node, network, heir);
    return wait_for(node, WAIT_MS);
}

pln_err_t world_settings(world_node_t *node, const pln_network_id_t *network, const char *title,
                         uint64_t max_entries)
{
    pln_event_t event = {.type = PLN_EV_SETTINGS};
    event.as.settings.network = *network;
    event.as.settings.title = title;
    event.as.settings.max_entries = max_entries;
    ask(node, &event, network, 0, 0);
    return wait_for(node, WAIT_MS);
}

void world_leave_later(world_node_t *node, const pln_network_id_t *network)
{
    pln_event_t event = {.type = PLN_EV_LEAVE};
    event.as.leave.network = *network;
    ask(node, &event, network, 0, 0);
}

pln_err_t world_leave(world_node_t *node, const pln_network_id_t *network)
{
    world_leave_later(node, network);
    return wait_for(node, WAIT_MS);
}

void world_heal_later(world_node_t *node, const pln_network_id_t *network)
{
    pln_event_t event = {.type = PLN_EV_HEAL};
    event.as.heal.network = *network;
    ask(node, &event, network, 0, 0);
}

pln_err_t world_heal(world_node_t *node, const pln_network_id_t *network)
{
    world_heal_later(node, network);
    return wait_for(node, WAIT_MS);
}

pln_err_t world_forget(world_node_t *node, const pln_network_id_t *network)
{
    pln_event_t event = {.type = PLN_EV_LEAVE};
    event.as.leave.network = *network;
    event.as.leave.forget = true;
    ask(node, &event, network, 0, 0);
    return wait_for(node, WAIT_MS);
}

void world_peer_add(world_node_t *node, const world_node_t *peer)
{
    pln_event_t event = {.type = PLN_EV_PEER_ADD};
    event.as.peer.peer = peer->self.id;
    event.as.peer.address = peer->address;
    ask(node, &event, &(pln_network_id_t){{0}}, 0, 0);
}

pln_err_t world_peer_kept(world_node_t *node, const world_node_t *peer, bool kept)
{
    pln_event_t event = {.type = kept ? PLN_EV_PEER_ADD : PLN_EV_PEER_REMOVE};
    event.as.peer.peer = peer->self.id;
    event.as.peer.address = peer->address;
    ask(node, &event, &(pln_network_id_t){{0}}, 0, 0);
    return wait_for(node, WAIT_MS);
}

pln_err_t world_recall(world_node_t *node, const pln_keyring_network_t *hint)
{
    pln_event_t event = {.type = PLN_EV_RECALL};
    event.as.recall.network = hint;
    ask(node, &event, &hint->network, 0, 0);
    return wait_for(node, WAIT_MS);
}

/* ---- looking ---- */

bool world_view(world_node_t *node, const pln_network_id_t *network, pln_network_view_t *out)
{
    size_t cursor = 0;
    while (node->node != NULL && pln_node_next_network(node->node, &cursor, out)) {
        if (memcmp(out->id.bytes, network->bytes, 32) == 0) {
            return true;
        }
    }
    return false;
}

bool world_converged(world_t *world, const pln_network_id_t *network)
{
    pln_hash_t digest;
    bool first = true;
    for (size_t i = 0; i < world->node_count; i++) {
        pln_network_view_t view;
        if (!world_view(world->nodes[i], network, &view) || view.left ||
            view.role == PLN_ROLE_NONE) {
            continue;
        }
        if (first) {
            digest = view.digest;
            first = false;
        } else if (memcmp(digest.bytes, view.digest.bytes, 32) != 0) {
            return false;
        }
    }
    return !first;
}
