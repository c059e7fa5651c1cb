// SPDX-License-Identifier: MPL-2.0
/**
 * backdate - where a coordinator's lane 0 stood before it went rogue, as cuts of a revoke.
 *
 * Why     What it has said since then counts nowhere any more, so whom it put out is back (R3).
 * Shape   of every branch of every epoch the last head before the first entry that says a time at
 *         or after the moment; a branch that begins with such an entry has none
 * Thread  any; reads the store
 */
#ifndef PLN_BACKDATE_H
#define PLN_BACKDATE_H

#include "proto/control.h"
#include "store.h"

/** At most PLN_CUTS_MAX, the newest epochs first; *count: how many. PLN_EIO: a damaged store. */
PLN_MUST_CHECK pln_err_t pln_backdate(pln_store_t *store, const pln_network_id_t *network,
                                      const pln_id_t *author, uint64_t before_ms,
                                      pln_cut_t cuts[PLN_CUTS_MAX], uint32_t *count);

#endif
