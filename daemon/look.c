// SPDX-License-Identifier: MPL-2.0
#include "look.h"

#include <stdlib.h>
#include <string.h>

/** Room for one more item of @size bytes behind @count of them: grows by doubling. */
static void *room(void *list, size_t count, size_t size)
{
    bool full = (count & (count - 1)) == 0;
    return full ? pln_realloc(list, (count == 0 ? 1 : count * 2) * size) : list;
}

static void copy_networks(pln_node_t *node, void *arg)
{
    pln_networks_t *out = arg;
    pln_network_view_t view;
    size_t cursor = 0;
    while (pln_node_next_network(node, &cursor, &view)) {
        out->list = room(out->list, out->count, sizeof view);
        out->list[out->count++] = view;
    }
}

bool pln_look_networks(pln_driver_t *driver, pln_networks_t *out)
{
    memset(out, 0, sizeof *out);
    return pln_driver_look(driver, copy_networks, out);
}

void pln_networks_free(pln_networks_t *networks)
{
    free(networks->list);
    memset(networks, 0, sizeof *networks);
}

static void copy_peers(pln_node_t *node, void *arg)
{
    pln_peers_t *out = arg;
    pln_peer_view_t view;
    size_t cursor = 0;
    while (pln_node_next_peer(node, &cursor, &view)) {
        out->list = room(out->list, out->count, sizeof view);
        out->list[out->count++] = view;
    }
}

bool pln_look_peers(pln_driver_t *driver, pln_peers_t *out)
{
    memset(out, 0, sizeof *out);
    return pln_driver_look(driver, copy_peers, out);
}

void pln_peers_free(pln_peers_t *peers)
{
    free(peers->list);
    memset(peers, 0, sizeof *peers);
}

static void copy_invitations(pln_node_t *node, void *arg)
{
    pln_invitations_t *out = arg;
    pln_invitation_t view;
    size_t cursor = 0;
    while (pln_node_next_invitation(node, &cursor, &view)) {
        out->list = room(out->list, out->count, sizeof view);
        out->list[out->count++] = view;
    }
}

bool pln_look_invitations(pln_driver_t *driver, pln_invitations_t *out)
{
    memset(out, 0, sizeof *out);
    return pln_driver_look(driver, copy_invitations, out);
}

void pln_invitations_free(pln_invitations_t *invitations)
{
    free(invitations->list);
    memset(invitations, 0, sizeof *invitations);
}

typedef struct {
    const pln_network_id_t *network;
    pln_members_t *out;
} members_look_t;

static void copy_members(pln_node_t *node, void *arg)
{
    members_look_t *look = arg;
    pln_members_t *out = look->out;
    pln_access_t *access = pln_node_access(node, look->network);
    if (access == NULL) {
        return;
    }
    pln_access_settings(access, &out->settings);
    pln_member_view_t view;
    size_t cursor = 0;
    while (pln_access_next(access, &cursor, &view.member)) {
        pln_node_member_state(node, look->network, &view.member.node, &view.state);
        pln_node_name(node, look->network, &view.member.node, view.name);
        pln_node_name(node, look->network, &view.member.node, view.member.label);
        out->list = room(out->list, out->count, sizeof view);
        out->list[out->count++] = view;
    }
}

bool pln_look_members(pln_driver_t *driver, const pln_network_id_t *network, pln_members_t *out)
{
    memset(out, 0, sizeof *out);
    members_look_t look = {.network = network, .out = out};
    return pln_driver_look(driver, copy_members, &look);
}

void pln_members_free(pln_members_t *members)
{
    free(members->list);
    memset(members, 0, sizeof *members);
}

static void copy_tallies(pln_node_t *node, void *arg)
{
    pln_tallies_t *out = arg;
    memcpy(out->refused, pln_node_refused(node), sizeof out->refused);
    out->counters = *pln_node_counters(node);
}

bool pln_look_tallies(pln_driver_t *driver, pln_tallies_t *out)
{
    memset(out, 0, sizeof *out);
    return pln_driver_look(driver, copy_tallies, out);
}

typedef struct {
    pln_twin_view_t *out;
    bool known;
} twin_look_t;

static void copy_twin(pln_node_t *node, void *arg)
{
    twin_look_t *look = arg;
    look->known = pln_node_twin(node, look->out);
}

bool pln_look_twin(pln_driver_t *driver, pln_twin_view_t *out)
{
    twin_look_t look = {.out = out};
    return pln_driver_look(driver, copy_twin, &look) && look.known;
}

static void ask_clock(pln_node_t *node, void *arg)
{
    *(bool *)arg = pln_node_clock_credible(node);
}

bool pln_look_clock(pln_driver_t *driver)
{
    bool credible = true;
    pln_driver_look(driver, ask_clock, &credible);
    return credible;
}

typedef struct {
    const pln_place_t *place;
    uint64_t seq;
    pln_withdrawal_t *out;
    bool *found;
} withdrawal_look_t;

static void copy_withdrawal(pln_node_t *node, void *arg)
{
    withdrawal_look_t *look = arg;
    *look->found = pln_node_withdrawal(node, look->place, look->seq, look->out);
}

bool pln_look_withdrawal(pln_driver_t *driver, const pln_place_t *place, uint64_t seq,
                         pln_withdrawal_t *out, bool *found)
{
    withdrawal_look_t look = {.place = place, .seq = seq, .out = out, .found = found};
    *found = false;
    return pln_driver_look(driver, copy_withdrawal, &look);
}

typedef struct {
    const pln_network_id_t *network;
    const pln_id_t *member;
    char *out;
} label_look_t;

static void copy_label(pln_node_t *node, void *arg)
{
    label_look_t *look = arg;
    pln_node_name(node, look->network, look->member, look->out);
}

bool pln_look_label(pln_driver_t *driver, const pln_network_id_t *network, const pln_id_t *member,
                    char out[PLN_NAME_MAX + 1])
{
    memset(out, 0, PLN_NAME_MAX + 1);
    label_look_t look = {.network = network, .member = member, .out = out};
    return pln_driver_look(driver, copy_label, &look);
}

static void copy_hints(pln_node_t *node, void *arg)
{
    pln_keyring_t *ring = arg;
    pln_keyring_network_t next;
    size_t cursor = 0;
    while (ring->network_count < PLN_KEYRING_NETWORKS_MAX &&
           pln_node_next_hint(node, &cursor, &next)) {
        ring->networks =
            pln_realloc(ring->networks, (ring->network_count + 1) * sizeof *ring->networks);
        ring->networks[ring->network_count++] = next;
    }
}

bool pln_look_hints(pln_driver_t *driver, pln_keyring_t *out)
{
    return pln_driver_look(driver, copy_hints, out);
}
