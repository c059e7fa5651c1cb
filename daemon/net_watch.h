// SPDX-License-Identifier: MPL-2.0
/**
 * net_watch - looks at connections from below, where libzmq hands nothing over.
 *
 * Why     libzmq shows a message when its last part has come, and bounds neither parts nor the time
 *         a connection takes to say its first word. So the bytes that TCP has received are compared
 *         with the messages handed over: who pours without ever finishing one is cut off, and so is
 *         who never begins. shutdown() is the one way to drop a single peer of a ROUTER.
 * Shape   a row per fd, from libzmq's monitor, looked at twenty times a second: a question to the
 *         kernel for each is under a microsecond, and an epoll beside libzmq's own misses what
 *         libzmq has read already
 * Thread  driver thread
 */
#ifndef PLN_NET_WATCH_H
#define PLN_NET_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct pln_watch pln_watch_t;

pln_watch_t *pln_watch_new(void);
void pln_watch_free(pln_watch_t **watch);

/** A connection has begun. @dialled: by us, so the other side may wait for our first word. */
void pln_watch_begin(pln_watch_t *watch, int fd, bool dialled, uint64_t now_ms);
/** A whole message of it was handed over. */
void pln_watch_heard(pln_watch_t *watch, int fd);
/** It is over; the number may be another's soon. */
void pln_watch_end(pln_watch_t *watch, int fd);

/** When to look next; UINT64_MAX: nothing is open. */
uint64_t pln_watch_due_ms(const pln_watch_t *watch);
/** Cut off who breaks the rules; how many these were. */
size_t pln_watch_look(pln_watch_t *watch, uint64_t now_ms);

#endif
