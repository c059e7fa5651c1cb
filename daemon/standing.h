// SPDX-License-Identifier: MPL-2.0
/**
 * standing - who is in sync and who is not, since when, and how much came here meanwhile.
 *
 * Why     The node knows how things are now; that somebody lags for an hour, or for a week, is
 *         what tells a person whether to do something.
 * Shape   a row for each member of each network, and for each link; noted every 5 s and whenever
 *         somebody asks; kept in DIR/standing, so that a restart does not forget a week
 * Owner   a thread of its own; the driver is borrowed
 * Thread  any
 */
#ifndef PLN_STANDING_H
#define PLN_STANDING_H

#include "look.h"

typedef struct pln_standing pln_standing_t;

typedef struct {
    bool in_sync;      /**< whoever went off in sync still is, until something comes here */
    uint64_t since_ms; /**< wall clock: since then in sync, or not in sync */
    bool counted;      /**< it was in sync once, so ... */
    uint64_t lacks;    /**< ... so many records came here since; 0 in sync */
} pln_stand_t;

pln_standing_t *pln_standing_start(pln_driver_t *driver, const char *dir);
/** Writes down what is known. After pln_driver_begin_stop or before, not behind the driver's end.
 */
void pln_standing_stop(pln_standing_t **standing);

/** How @member of @network stands. */
pln_stand_t pln_standing_member(pln_standing_t *standing, const pln_network_view_t *network,
                                const pln_member_view_t *member);
/** How the link to @peer stands, in all networks that both are in. */
pln_stand_t pln_standing_link(pln_standing_t *standing, const pln_peer_view_t *peer);

#endif
