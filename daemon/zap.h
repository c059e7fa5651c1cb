// SPDX-License-Identifier: MPL-2.0
/**
 * zap - the gate: which CURVE keys may finish a handshake with us, and as whom.
 *
 * Why     libzmq admits every stranger unless a handler in the same context says no; here it is.
 *         Identity = the CURVE key that was proven, told to us as User-Id; never a routing id.
 * Shape   one ZeroMQ context and one handler thread for the whole process, held by its gates;
 *         each gate is one ZAP domain with its own set of admitted keys
 *         User-Id: "peer:", "ticket:" or "ended:", then the Ed25519 id as 64 hex digits
 * Cost    one keyed hash and one look-up a handshake; no disk, no log line per refusal
 * Thread  new, free: the owner of the sockets; the rest: any
 */
#ifndef PLN_ZAP_H
#define PLN_ZAP_H

#include "proto/node.h"

#define PLN_USER_ID_SIZE 72u /**< longest: "ticket:" + 64 + NUL */

typedef struct pln_zap pln_zap_t;

/** NULL: the system has no thread or file descriptor left. */
pln_zap_t *pln_zap_new(void);
/** Every socket of this gate must be closed before; the last gate ends thread and context. */
void pln_zap_free(pln_zap_t **zap);

/** The process's ZeroMQ context. */
void *pln_zap_context(const pln_zap_t *zap);
/** What ZMQ_ZAP_DOMAIN of this gate's listener must be. */
const char *pln_zap_domain(const pln_zap_t *zap);

/** PLN_EKEY: not a valid id; nothing is admitted. */
PLN_MUST_CHECK pln_err_t pln_zap_admit(pln_zap_t *zap, pln_link_class_t as, const pln_id_t *id,
                                       bool admit);
/** May the holder of this CURVE key speak as @as, now? */
bool pln_zap_admits(pln_zap_t *zap, pln_link_class_t as, const uint8_t curve[32]);

/** Handshakes refused since the start or the last reset. */
uint64_t pln_zap_refused(const pln_zap_t *zap);
void pln_zap_refused_reset(pln_zap_t *zap);

/** Class and id of a User-Id; false: not one of ours. */
bool pln_user_id_parse(const char *text, pln_link_class_t *as, pln_id_t *id);

#endif
