// SPDX-License-Identifier: MPL-2.0
/**
 * api_retract - withdrawing a record, and what is told of one that is withdrawn.
 *
 * Shape   "unreadable": "withdrawn" and {"withdrawn": {state, by, by_name?, time?, reason?, undo?,
 *         members, confirmed}}; "unreadable": "missing" where the payload has not come yet
 * Thread  any
 */
#ifndef PLN_API_RETRACT_H
#define PLN_API_RETRACT_H

#include "api.h"
#include "proto/chain.h"

/** Say in @json, a record without its payload, why that is not here. */
void pln_withdrawn_add(const pln_api_t *api, const pln_place_t *place, uint64_t seq, json_t *json);

#endif
