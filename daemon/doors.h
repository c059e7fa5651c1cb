// SPDX-License-Identifier: MPL-2.0
/**
 * doors - the two sockets the local API listens on, made so that only the right ones get in.
 *
 * Why     A socket file left behind by a crash must not stop a start; one in use must.
 * Thread  start-up
 */
#ifndef PLN_DOORS_H
#define PLN_DOORS_H

#include "proto/pln.h"

/**
 * Listen on a Unix socket at @path, mode 0600. A file left over by a daemon that is gone is
 * replaced. -1: @error says in one sentence what is wrong and the remedy.
 */
int pln_door_unix(const char *path, char *error, size_t error_size);

/**
 * Listen on @address, a literal ADDR:PORT or localhost:PORT. Port 0: @port_hint is tried first,
 * then any free one is taken. @bound: what was really taken.
 */
int pln_door_tcp(const char *address, uint16_t port_hint, char bound[PLN_ADDRESS_MAX + 1],
                 char *error, size_t error_size);

#endif
