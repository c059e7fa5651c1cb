// SPDX-License-Identifier: MPL-2.0
/**
 * api_json - views of the node as JSON objects, alike wherever they are part of an answer.
 *
 * Why     `status`, lists and single answers show a network or peer with the same names.
 * Thread  any; the objects are the caller's
 */
#ifndef PLN_API_JSON_H
#define PLN_API_JSON_H

#include "api.h"
#include "look.h"

json_t *pln_json_network(const pln_network_view_t *view);
json_t *pln_json_peer(const pln_api_t *api, const pln_peer_view_t *view);
json_t *pln_json_member(const pln_member_view_t *view);
json_t *pln_json_invitation(const pln_invitation_t *view, const char *network_name,
                            uint64_t now_ms);

/** "live", "refused" and so on. */
const char *pln_peer_state_name(pln_peer_state_t state);

/** "open", "used", "cancelled" or, by this clock, "expired". */
const char *pln_invitation_state(const pln_invitation_t *view, uint64_t now_ms);

/** Sets @name unless @text is empty. */
void pln_json_set_text(json_t *object, const char *name, const char *text);
/** Sets @name to the moment unless it is 0. */
void pln_json_set_moment(json_t *object, const char *name, uint64_t ms);
void pln_json_set_number(json_t *object, const char *name, uint64_t value);
/** Sets `in_sync`, `since`, and `lacks` where it is known. */
void pln_json_set_stand(json_t *object, const pln_stand_t *stand);

#endif
