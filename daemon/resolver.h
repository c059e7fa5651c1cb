// SPDX-License-Identifier: MPL-2.0
/**
 * resolver - names to literal addresses, away from everybody who must not wait.
 *
 * Why     libzmq resolves in its I/O thread: one slow name server would stall every connection.
 * Shape   ask -> (fd becomes readable) -> next; a literal address is answered without a thread
 * Limits  at most 4 addresses of a name; at most 8 lookups at a time, others wait their turn
 * Thread  one owner; stopping does not wait for a lookup that hangs
 */
#ifndef PLN_RESOLVER_H
#define PLN_RESOLVER_H

#include "proto/pln.h"

#define PLN_RESOLVED_MAX 4u
#define PLN_ENDPOINT_SIZE 96u

typedef struct pln_resolver pln_resolver_t;

/** What a name stands for, in the order the system prefers; count 0: no such name. */
typedef struct {
    uint64_t ticket; /**< as given to ask */
    size_t count;
    char endpoints[PLN_RESOLVED_MAX][PLN_ENDPOINT_SIZE]; /**< "tcp://192.0.2.1:7420" */
} pln_resolved_t;

/** NULL: no file descriptor left. */
pln_resolver_t *pln_resolver_new(void);
void pln_resolver_free(pln_resolver_t **resolver);

/** Look up HOST:PORT; the answer carries @ticket. */
void pln_resolver_ask(pln_resolver_t *resolver, uint64_t ticket, const char *address);
/** Readable while answers wait. */
int pln_resolver_fd(const pln_resolver_t *resolver);
/** Next answer; false: none now. */
bool pln_resolver_next(pln_resolver_t *resolver, pln_resolved_t *out);

#endif
