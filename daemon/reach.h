// SPDX-License-Identifier: MPL-2.0
/**
 * reach - under which addresses others may find this node, and how far each of them carries.
 *
 * Why     A ticket is pasted elsewhere: an address that only means something here is useless there.
 * Thread  any
 */
#ifndef PLN_REACH_H
#define PLN_REACH_H

#include "address.h"

typedef enum {
    PLN_REACH_HERE,   /**< loopback: this machine only */
    PLN_REACH_INSIDE, /**< private or link-local: the same building or VPN */
    PLN_REACH_WORLD   /**< a public address, or a name, of which nothing is known */
} pln_reach_t;

/** How far HOST:PORT carries; something else than HOST:PORT is HERE. */
pln_reach_t pln_reach(const char *address);

/** The farthest of them. */
pln_reach_t pln_reach_best(const char *const *addresses, size_t count);

/**
 * This machine's own addresses with the port of @listen (ADDR:PORT as bound), best first, at most
 * @max; the bound address itself when it is no wildcard. Never empty: loopback is the last resort.
 */
size_t pln_reach_own(const char *listen, char (*out)[PLN_ADDRESS_MAX + 1], size_t max);

#endif
