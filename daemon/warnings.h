// SPDX-License-Identifier: MPL-2.0
/**
 * warnings - sentences about what will hurt later, with the remedy, while there is still time.
 *
 * Why     A lost root key or an address nobody can reach shows itself when it is too late.
 * Shape   each function appends to a JSON array of texts, or leaves it as it is
 * Thread  any
 */
#ifndef PLN_WARNINGS_H
#define PLN_WARNINGS_H

#include "api.h"
#include "look.h"

/** The catalog's file cannot be made or written. */
void pln_warn_catalog(json_t *warnings, const pln_api_t *api);
/** Another machine runs with this node's key. */
void pln_warn_twin(json_t *warnings, const pln_twin_view_t *twin, const char *told_by);
/** This machine's clock is before the build date, or off from most of the peers'. */
void pln_warn_clock(json_t *warnings, const pln_api_t *api);
void pln_warn_disk(json_t *warnings, const pln_api_t *api);
/** This node is the only root of some of @networks, and no copy of its key was made: said once. */
void pln_warn_key(json_t *warnings, const pln_api_t *api, const pln_network_view_t *networks,
                  size_t count);
/** Membership ended, forks, entries that wait for disk. */
void pln_warn_network(json_t *warnings, const pln_network_view_t *network);
/** Other networks here have the same @name as @id, so that the name does not tell which is meant.
 */
void pln_warn_namesakes(json_t *warnings, const pln_api_t *api, const pln_network_id_t *id,
                        const char *name);
/** The root was handed on to somebody who cannot have heard of it yet. */
void pln_warn_heir(json_t *warnings, const pln_member_view_t *heir, const char *network);
/** The peer refuses this node, or is not who it should be. */
void pln_warn_peer(json_t *warnings, const pln_peer_view_t *peer);
/** Open invitations name no address that is good elsewhere. */
void pln_warn_near(json_t *warnings);
/** The same for the addresses of one ticket. */
void pln_warn_addresses(json_t *warnings, const char *const *addresses, size_t count);

#endif
