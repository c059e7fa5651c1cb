// SPDX-License-Identifier: MPL-2.0
/**
 * net_socket - the ZeroMQ sockets with every option that must be right, and their monitors.
 *
 * Why     An option that silently does not hold (a 4-byte MAXMSGSIZE, an empty ZAP domain) opens
 *         the gate or the memory; each is checked where it is set.
 * Thread  driver thread
 */
#ifndef PLN_NET_SOCKET_H
#define PLN_NET_SOCKET_H

#include "net.h"
#include "zap.h"

/** Options of the listening ROUTER, not bound yet; NULL with zmq_errno(). */
void *pln_socket_router(pln_zap_t *zap, const pln_identity_t *self, bool ipv6);
/** A DEALER with our key pair and the server's key, not connected yet; NULL with zmq_errno(). */
void *pln_socket_dealer(pln_zap_t *zap, const uint8_t curve_public[32],
                        const uint8_t curve_secret[32], const uint8_t server[32], bool ipv6);
/** A reader of @socket's events in @mask; NULL with zmq_errno(). */
void *pln_socket_monitor(pln_zap_t *zap, void *socket, int mask);
/** Stop watching and close both; either may be NULL. */
void pln_socket_close(void *socket, void *monitor, int linger_ms);

/** Next event that waits; false: none. */
bool pln_monitor_next(void *monitor, uint16_t *event, uint32_t *value);

/**
 * Bind @listen ("ADDR:PORT"; port 0: @port_hint first, then any) with @self as server, behind the
 * gate.
 * @bound gets ADDR:PORT as really taken. NULL: @error says why and what to do.
 */
void *pln_socket_listen(pln_zap_t *zap, const pln_identity_t *self, const char *listen,
                        uint16_t port_hint, char bound[PLN_ADDRESS_MAX + 1], char *error,
                        size_t error_size);
/** Dial @bound with a key nobody knows. False: it was not refused; @error says. Blocks < 10 s. */
bool pln_socket_self_test(pln_zap_t *zap, const pln_identity_t *self, const char *bound,
                          char *error, size_t error_size);

#endif
