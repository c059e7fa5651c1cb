// SPDX-License-Identifier: MPL-2.0
/**
 * look - copies of what the node knows, taken on the driver's thread and used on any other.
 *
 * Why     The node belongs to one thread; a view of it must be short there and whole here.
 * Owner   lists are owned by the caller: the matching _free
 * Thread  any; false: the driver is stopping
 */
#ifndef PLN_LOOK_H
#define PLN_LOOK_H

#include "driver.h"

typedef struct {
    pln_network_view_t *list;
    size_t count;
} pln_networks_t;
bool pln_look_networks(pln_driver_t *driver, pln_networks_t *out);
void pln_networks_free(pln_networks_t *networks);

typedef struct {
    pln_peer_view_t *list;
    size_t count;
} pln_peers_t;
bool pln_look_peers(pln_driver_t *driver, pln_peers_t *out);
void pln_peers_free(pln_peers_t *peers);

typedef struct {
    pln_invitation_t *list;
    size_t count;
} pln_invitations_t;
bool pln_look_invitations(pln_driver_t *driver, pln_invitations_t *out);
void pln_invitations_free(pln_invitations_t *invitations);

typedef struct {
    pln_member_t member;
    pln_member_state_t state;
    char name[PLN_NAME_MAX + 1]; /**< label, else what the member calls itself; may be empty */
} pln_member_view_t;
typedef struct {
    pln_member_view_t *list;
    size_t count;
    pln_settings_t settings; /**< of the network */
} pln_members_t;
/** Members of a network, root included; none when this node does not know the network. */
bool pln_look_members(pln_driver_t *driver, const pln_network_id_t *network, pln_members_t *out);
void pln_members_free(pln_members_t *members);

typedef struct {
    uint64_t refused[PLN_ERROR_COUNT];
    pln_node_counters_t counters;
} pln_tallies_t;
bool pln_look_tallies(pln_driver_t *driver, pln_tallies_t *out);
/** Is this machine's clock credible (R9)? */
bool pln_look_clock(pln_driver_t *driver);
/** True: another machine runs with this node's key. */
bool pln_look_twin(pln_driver_t *driver, pln_twin_view_t *out);

/** The networks of a keyring; free with pln_keyring_free. */
bool pln_look_hints(pln_driver_t *driver, pln_keyring_t *out);

/** What became of a withdrawn record; *found false: nothing is to be said of it. */
bool pln_look_withdrawal(pln_driver_t *driver, const pln_place_t *place, uint64_t seq,
                         pln_withdrawal_t *out, bool *found);

/** What to call a member: its label, else what it calls itself; may be empty. */
bool pln_look_label(pln_driver_t *driver, const pln_network_id_t *network, const pln_id_t *member,
                    char out[PLN_NAME_MAX + 1]);

#endif
