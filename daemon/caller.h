// SPDX-License-Identifier: MPL-2.0
/**
 * caller - who asks: what socket and headers tell, before anything is answered.
 *
 * Why     One place turns a connection into an address and a session, so that no handler ever looks
 *         at a cookie.
 * Shape   a header that must stand once and stands twice makes a request that two programs may
 *         read differently: it is refused
 * Thread  the connection's own
 */
#ifndef PLN_CALLER_H
#define PLN_CALLER_H

#include <microhttpd.h>

#include "route.h"

typedef struct {
    char own[PLN_ADDRESS_MAX + 1];  /**< ADDR:PORT that was called */
    char from[PLN_ADDRESS_MAX + 1]; /**< of the caller, without port; "" over the socket */
    pln_session_t session;
} pln_caller_t;

/** Who asks over @connection; @local: over the Unix socket. */
void pln_caller_know(pln_caller_t *caller, const pln_api_t *api, struct MHD_Connection *connection,
                     bool local);
/** The same as the routes want it; borrows from @caller, @connection and the rest. */
pln_call_t pln_caller_call(const pln_caller_t *caller, const pln_api_t *api,
                           struct MHD_Connection *connection, bool local, const char *method,
                           const char *target);
/** False: @answer says which header stands twice, or does not go with another. */
bool pln_caller_clear(struct MHD_Connection *connection, pln_answer_t *answer);

#endif
