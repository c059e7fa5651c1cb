// SPDX-License-Identifier: MPL-2.0
/**
 * deadline - cuts off connections that take too long, whatever trickle of bytes they send.
 *
 * Why     libmicrohttpd only knows inactivity: a byte a second keeps a connection for ever.
 * Shape   one thread looks once a second; a connection past its moment is shut down, never closed
 *         (its descriptor belongs to libmicrohttpd)
 * Thread  any
 */
#ifndef PLN_DEADLINE_H
#define PLN_DEADLINE_H

#include "sign_in.h"

typedef struct pln_deadlines pln_deadlines_t;
typedef struct pln_deadline pln_deadline_t;

/** @each_second is called on the watching thread. NULL: no thread could be made. */
pln_deadlines_t *pln_deadlines_start(void (*each_second)(void *arg), void *arg);
/** No connection may be left. */
void pln_deadlines_stop(pln_deadlines_t **deadlines);

/** @door: which connections share the room that pln_deadline_make_room makes. */
pln_deadline_t *pln_deadline_new(pln_deadlines_t *deadlines, int socket, const void *door);
/** Before the socket is closed. */
void pln_deadline_free(pln_deadline_t **deadline);
/** Whose session the connection is used by now, by the key of its sign-in; "" nobody's. */
void pln_deadline_badge(pln_deadline_t *deadline, const char *key);
/** Cut off the connections of those sessions that are @over. */
void pln_deadlines_cut(pln_deadlines_t *deadlines, bool (*over)(void *arg, const char *key),
                       void *arg);
/** Cut off in @ms from now; 0: let it be. */
void pln_deadline_in(pln_deadline_t *deadline, uint64_t ms);
/** The same, of a connection that owes us something: earlier, should its place be needed. */
void pln_deadline_owed(pln_deadline_t *deadline, uint64_t ms);
/**
 * With more than @crowd connections at its door, @newcomer takes the place of the one that has owed
 * us something for longest: slow ones give way to whoever comes, however many they are. With more
 * than @share of its own address, if that is of another machine, one of these gives way, or it
 * itself does. 0: there is no share.
 */
void pln_deadline_make_room(pln_deadline_t *newcomer, size_t crowd, size_t share);

#endif
