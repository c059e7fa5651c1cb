// SPDX-License-Identifier: MPL-2.0
// What people do with a simulated node.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

#define DAY_MS UINT64_C(86400000)

static bool has_replied(world_t *world, void *arg)
{
    (void)world;
    return ((world_node_t *)arg)->replied;
}

static void ask(world_node_t *node, pln_event_t *event)
{
    event->mono_ms = node->world->now_ms;
    event->wall_ms = UINT64_C(1780000000000) + node->world->now_ms + (uint64_t)node->clock_off_ms;
    node->replied = false;
    world_step(node, event);
}

static pln_err_t ask_and_wait(world_node_t *node, pln_event_t *event, uint64_t ms)
{
    ask(node, event);
    if (!node->replied && !world_until(node->world, ms, has_replied, node)) {
        return PLN_EIO;
    }
    return node->reply_error;
}

pln_err_t world_found(world_node_t *node, const char *name, pln_network_id_t *out)
{
    pln_event_t event = {.type = PLN_EV_FOUND};
    event.as.found.request = 1;
    event.as.found.name = name;
    event.as.found.nonce[0] = (uint8_t)world_random(node->world, 256);
    pln_err_t error = ask_and_wait(node, &event, 10000);
    if (error == PLN_OK) {
        memcpy(out->bytes, node->reply_data.data, 32);
    }
    return error;
}

pln_err_t world_invite(world_node_t *node, const pln_network_id_t *network, pln_role_t role,
                       pln_ticket_t *out)
{
    const char *address = node->address;
    pln_event_t event = {.type = PLN_EV_INVITE};
    event.as.invite.request = 2;
    event.as.invite.network = *network;
    event.as.invite.role = role;
    event.as.invite.label = "";
    event.as.invite.expiry_ms = UINT64_C(1780000000000) + node->world->now_ms + 7 * DAY_MS;
    event.as.invite.addresses = &address;
    event.as.invite.address_count = 1;
    pln_identity_t one_time;
    do {
        for (size_t i = 0; i < PLN_SEED_SIZE; i++) {
            event.as.invite.seed[i] = (uint8_t)world_random(node->world, 256);
        }
    } while (pln_identity_derive(event.as.invite.seed, &one_time) != PLN_OK);
    pln_err_t error = ask_and_wait(node, &event, 10000);
    return error != PLN_OK ? error : pln_ticket_decode(pln_buf_span(&node->reply_data), out);
}

pln_err_t world_join(world_node_t *node, const pln_ticket_t *ticket, uint64_t ms)
{
    pln_event_t event = {.type = PLN_EV_JOIN};
    event.as.join.request = 3;
    event.as.join.ticket = ticket;
    return ask_and_wait(node, &event, ms);
}

static void publish(world_node_t *node, const pln_network_id_t *network, size_t count, size_t size,
                    bool wait, pln_err_t *error)
{
    pln_draft_t *drafts = pln_alloc_zero(count, sizeof *drafts);
    uint8_t *bytes = pln_alloc_zero(1, size + 1);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)world_random(node->world, 256);
    }
    for (size_t i = 0; i < count; i++) {
        drafts[i] = (pln_draft_t){.kind = 0x0101, .time_ms = 1, .payload = PLN_SPAN(bytes, size)};
    }
    pln_event_t event = {.type = PLN_EV_PUBLISH};
    event.as.publish.request = 4;
    event.as.publish.network = *network;
    event.as.publish.drafts = drafts;
    event.as.publish.count = count;
    if (wait) {
        *error = ask_and_wait(node, &event, 10000);
    } else {
        ask(node, &event);
    }
    free(drafts);
    free(bytes);
}

pln_err_t world_publish(world_node_t *node, const pln_network_id_t *network, size_t count,
                        size_t size)
{
    pln_err_t error = PLN_EIO;
    publish(node, network, count, size, true, &error);
    return error;
}

void world_publish_later(world_node_t *node, const pln_network_id_t *network, size_t count,
                         size_t size)
{
    pln_err_t error;
    publish(node, network, count, size, false, &error);
}

pln_err_t world_revoke(world_node_t *node, const pln_network_id_t *network, const pln_id_t *member)
{
    pln_event_t event = {.type = PLN_EV_REVOKE};
    event.as.revoke.request = 5;
    event.as.revoke.network = *network;
    event.as.revoke.member = *member;
    event.as.revoke.reason = "test";
    return ask_and_wait(node, &event, 10000);
}

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
        if (!world_view(world->nodes[i], network, &view) || view.role == PLN_ROLE_NONE) {
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
