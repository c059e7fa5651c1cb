// SPDX-License-Identifier: MPL-2.0
/**
 * address - HOST:PORT as people write it: taken apart, put together, shown.
 *
 * Why     Listening, dialling and showing must agree on one spelling, brackets included.
 * Shape   "name:7420", "192.0.2.1:7420", "[2001:db8::1]:7420": brackets where there are colons
 * Thread  any
 */
#ifndef PLN_ADDRESS_H
#define PLN_ADDRESS_H

#include <sys/socket.h>

#include "proto/pln.h"

typedef struct {
    char host[PLN_ADDRESS_MAX + 1]; /**< without brackets */
    uint16_t port;
    bool literal_v6; /**< stood in brackets */
} pln_address_t;

/** False: not HOST:PORT. Port 0 is let through. */
bool pln_address_parse(const char *text, pln_address_t *out);

/** Can it be dialled? False: not HOST:PORT, port 0, or a host that means "any" to a listener. */
bool pln_address_dialable(const char *text);

/** "host:port", with brackets where the host has colons; an IPv4-mapped host becomes IPv4. */
void pln_address_format(const char *host, uint16_t port, char out[PLN_ADDRESS_MAX + 1]);

/** The same of a socket address; "?" when it is of another family. */
void pln_address_of(const struct sockaddr_storage *from, char out[PLN_ADDRESS_MAX + 1]);

#endif
