// SPDX-License-Identifier: MPL-2.0
#include "net_socket.h"

#include <errno.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include "address.h"

/* A draft number in 4.3.4's header, but the library of every build honours it. */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

#define FRAME_SLACK 1024 /* the CURVE box counts against the limit */
#define HIGH_WATER 64    /* a safety net: credit holds the flow, the outbox a burst */
#define SELF_TEST_MS 8000

typedef struct {
    int option;
    int value;
} setting_t;

static const setting_t every_socket[] = {
    {ZMQ_LINGER, 0},
    {ZMQ_SNDHWM, HIGH_WATER},
    {ZMQ_RCVHWM, HIGH_WATER},
    {ZMQ_HEARTBEAT_IVL, 10000},
    {ZMQ_HEARTBEAT_TIMEOUT, 60000},
    {ZMQ_TCP_KEEPALIVE, 1},
    {ZMQ_TCP_KEEPALIVE_IDLE, 60},
    {ZMQ_TCP_KEEPALIVE_INTVL, 10},
    {ZMQ_TCP_KEEPALIVE_CNT, 6},
};

static const setting_t router_only[] = {
    {ZMQ_ROUTER_MANDATORY, 1}, {ZMQ_CURVE_SERVER, 1},       {ZMQ_HANDSHAKE_IVL, 5000},
    {ZMQ_BACKLOG, 512},        {ZMQ_ZAP_ENFORCE_DOMAIN, 1},
};

/* A dial is one attempt: who tries again, and when, is the node's decision. */
static const setting_t dealer_only[] = {
    {ZMQ_RECONNECT_IVL, -1},
    {ZMQ_CONNECT_TIMEOUT, 10000},
};

static bool set_all(void *socket, const setting_t *settings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (zmq_setsockopt(socket, settings[i].option, &settings[i].value, sizeof(int)) != 0) {
            return false;
        }
    }
    return true;
}

#define SET_ALL(socket, table) set_all(socket, table, sizeof table / sizeof table[0])

static bool set_base(void *socket, bool ipv6)
{
    const int64_t frame_max = PLN_FRAME_MAX + FRAME_SLACK;
    const int v6 = ipv6;
    return SET_ALL(socket, every_socket) &&
           zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &frame_max, sizeof frame_max) == 0 &&
           zmq_setsockopt(socket, ZMQ_IPV6, &v6, sizeof v6) == 0;
}

/* Fail closed: without both of these libzmq admits everybody should the handler be missing. */
static bool gate_holds(void *socket, const char *domain)
{
    char domain_set[64] = "";
    size_t domain_size = sizeof domain_set;
    int enforced = 0;
    size_t enforced_size = sizeof enforced;
    if (zmq_getsockopt(socket, ZMQ_ZAP_DOMAIN, domain_set, &domain_size) != 0 ||
        zmq_getsockopt(socket, ZMQ_ZAP_ENFORCE_DOMAIN, &enforced, &enforced_size) != 0) {
        return false;
    }
    return domain[0] != '\0' && strcmp(domain_set, domain) == 0 && enforced == 1;
}

static void *give_up(void *socket)
{
    int reason = zmq_errno();
    zmq_close(socket);
    errno = reason;
    return NULL;
}

void *pln_socket_router(pln_zap_t *zap, const pln_identity_t *self, bool ipv6)
{
    /* A ROUTER counts its routing ids up from rand(), and aborts when a peer's own choice stands
     * in the way: nobody shall guess where it is. */
    srand(randombytes_random());
    void *socket = zmq_socket(pln_zap_context(zap), ZMQ_ROUTER);
    if (socket == NULL) {
        return NULL;
    }
    const char *domain = pln_zap_domain(zap);
    bool ready = set_base(socket, ipv6) &&
                 zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, domain, strlen(domain)) == 0 &&
                 SET_ALL(socket, router_only) &&
                 zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, self->curve_secret, 32) == 0 &&
                 gate_holds(socket, domain);
    return ready ? socket : give_up(socket);
}

void *pln_socket_dealer(pln_zap_t *zap, const uint8_t curve_public[32],
                        const uint8_t curve_secret[32], const uint8_t server[32], bool ipv6)
{
    void *socket = zmq_socket(pln_zap_context(zap), ZMQ_DEALER);
    if (socket == NULL) {
        return NULL;
    }
    bool ready = set_base(socket, ipv6) && SET_ALL(socket, dealer_only) &&
                 zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server, 32) == 0 &&
                 zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, curve_public, 32) == 0 &&
                 zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, curve_secret, 32) == 0;
    return ready ? socket : give_up(socket);
}

/* ---- monitors ---- */

void *pln_socket_monitor(pln_zap_t *zap, void *socket, int mask)
{
    static atomic_uint serial;
    char endpoint[48];
    snprintf(endpoint, sizeof endpoint, "inproc://pln.monitor.%u", atomic_fetch_add(&serial, 1));
    if (zmq_socket_monitor(socket, endpoint, mask) != 0) {
        return NULL;
    }
    /* Unlimited: a full monitor would block libzmq's I/O thread, and with it every connection. */
    const int none = 0;
    void *monitor = zmq_socket(pln_zap_context(zap), ZMQ_PAIR);
    if (monitor == NULL || zmq_setsockopt(monitor, ZMQ_LINGER, &none, sizeof none) != 0 ||
        zmq_setsockopt(monitor, ZMQ_RCVHWM, &none, sizeof none) != 0 ||
        zmq_connect(monitor, endpoint) != 0) {
        int reason = zmq_errno();
        pln_socket_close(NULL, monitor, 0);
        zmq_socket_monitor(socket, NULL, 0);
        errno = reason;
        return NULL;
    }
    return monitor;
}

void pln_socket_close(void *socket, void *monitor, int linger_ms)
{
    if (socket != NULL && monitor != NULL) {
        zmq_socket_monitor(socket, NULL, 0);
    }
    if (monitor != NULL) {
        zmq_close(monitor);
    }
    if (socket != NULL) {
        zmq_setsockopt(socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
        zmq_close(socket);
    }
}

bool pln_monitor_next(void *monitor, uint16_t *event, uint32_t *value)
{
    uint8_t body[6];
    char endpoint[256];
    int size;
    do {
        size = zmq_recv(monitor, body, sizeof body, ZMQ_DONTWAIT);
    } while (size < 0 && zmq_errno() == EINTR);
    if (size != (int)sizeof body) {
        return false;
    }
    memcpy(event, body, sizeof *event);
    memcpy(value, body + sizeof *event, sizeof *value);
    return zmq_recv(monitor, endpoint, sizeof endpoint, ZMQ_DONTWAIT) >= 0;
}

/* ---- listening ---- */

static bool system_has_ipv6(void)
{
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

static void explain_bind(int reason, const char *bind_to, const pln_address_t *want, char *error,
                         size_t size)
{
    if (reason == EADDRINUSE) {
        snprintf(
            error, size,
            "port %u is taken by another program; choose another with --listen ADDR:PORT or stop "
            "that program",
            (unsigned)want->port);
    } else if (reason == EACCES) {
        snprintf(error, size,
                 "port %u needs more rights than plnd has; choose one above 1023 with "
                 "--listen ADDR:PORT",
                 (unsigned)want->port);
    } else if (reason == EADDRNOTAVAIL || reason == ENODEV) {
        snprintf(error, size,
                 "this machine has no address %.200s; choose another with --listen "
                 "ADDR:PORT ([::]:PORT listens on all)",
                 want->host);
    } else {
        snprintf(error, size, "cannot listen on %.200s: %s", bind_to, zmq_strerror(reason));
    }
}

/* 0, or why not. */
static int bind_port(void *socket, const char *host, uint16_t port)
{
    char text[PLN_ADDRESS_MAX + 1];
    char endpoint[PLN_ADDRESS_MAX + 8];
    pln_address_format(host, port, text);
    snprintf(endpoint, sizeof endpoint, "tcp://%s", text);
    return zmq_bind(socket, endpoint) == 0 ? 0 : zmq_errno();
}

static int bind_one(void *socket, const char *host, uint16_t port, uint16_t hint)
{
    if (port == 0 && hint != 0 && bind_port(socket, host, hint) == 0) {
        return 0;
    }
    return bind_port(socket, host, port);
}

static bool read_bound(void *socket, char bound[PLN_ADDRESS_MAX + 1])
{
    char endpoint[PLN_ADDRESS_MAX + 8];
    size_t size = sizeof endpoint;
    if (zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size) != 0 ||
        strncmp(endpoint, "tcp://", 6) != 0) {
        return false;
    }
    snprintf(bound, PLN_ADDRESS_MAX + 1, "%.255s", endpoint + 6);
    return true;
}

void *pln_socket_listen(pln_zap_t *zap, const pln_identity_t *self, const char *listen,
                        uint16_t port_hint, char bound[PLN_ADDRESS_MAX + 1], char *error,
                        size_t error_size)
{
    pln_address_t want;
    if (!pln_address_parse(listen, &want)) {
        snprintf(error, error_size,
                 "\"%.200s\" is not ADDR:PORT; write for example --listen [::]:7420", listen);
        return NULL;
    }
    bool any = want.literal_v6 && strcmp(want.host, "::") == 0;
    bool ipv6 = want.literal_v6 && (!any || system_has_ipv6());
    for (;;) {
        void *socket = pln_socket_router(zap, self, ipv6);
        if (socket == NULL) {
            snprintf(error, error_size, "cannot make the listening socket: %s",
                     zmq_strerror(zmq_errno()));
            return NULL;
        }
        const char *host = any && !ipv6 ? "0.0.0.0" : want.host;
        int reason = bind_one(socket, host, want.port, port_hint);
        if (reason == 0 && read_bound(socket, bound)) {
            return socket;
        }
        zmq_close(socket);
        if (!any || !ipv6 || reason == EADDRINUSE || reason == EACCES) {
            explain_bind(reason, listen, &want, error, error_size);
            return NULL;
        }
        ipv6 = false; /* IPv6 is compiled in but switched off */
    }
}

/* ---- self-test ---- */

/* Where we can reach our own listener: a wildcard stands for loopback. */
static void loopback_of(const char *bound, char *endpoint, size_t size, bool *ipv6)
{
    pln_address_t address;
    char text[PLN_ADDRESS_MAX + 1];
    bool parsed = pln_address_parse(bound, &address);
    const char *host = address.host;
    if (!parsed || strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0) {
        host = "127.0.0.1";
    }
    *ipv6 = strchr(host, ':') != NULL;
    pln_address_format(host, parsed ? address.port : 0, text);
    snprintf(endpoint, size, "tcp://%s", text);
}

/* The handshake's outcome as a monitor event; 0: none in time. */
static uint16_t outcome(void *monitor)
{
    static const uint16_t decisive = ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
                                     ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                                     ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                                     ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_CLOSED;
    zmq_pollitem_t item = {.socket = monitor, .events = ZMQ_POLLIN};
    for (int left = SELF_TEST_MS; left > 0; left -= 100) {
        uint16_t event;
        uint32_t value;
        while (pln_monitor_next(monitor, &event, &value)) {
            if ((event & decisive) != 0) {
                return event;
            }
        }
        zmq_poll(&item, 1, 100);
    }
    return 0;
}

bool pln_socket_self_test(pln_zap_t *zap, const pln_identity_t *self, const char *bound,
                          char *error, size_t error_size)
{
    uint8_t stranger_public[32];
    uint8_t stranger_secret[32];
    char endpoint[PLN_ADDRESS_MAX + 8];
    bool ipv6;
    crypto_box_keypair(stranger_public, stranger_secret);
    loopback_of(bound, endpoint, sizeof endpoint, &ipv6);
    uint64_t refused_before = pln_zap_refused(zap);
    void *socket =
        pln_socket_dealer(zap, stranger_public, stranger_secret, self->curve_public, ipv6);
    void *monitor = socket != NULL ? pln_socket_monitor(zap, socket, ZMQ_EVENT_ALL) : NULL;
    uint16_t event = 0;
    if (monitor != NULL && zmq_connect(socket, endpoint) == 0) {
        event = outcome(monitor);
    }
    pln_socket_close(socket, monitor, 0);
    sodium_memzero(stranger_secret, sizeof stranger_secret);
    bool counted = pln_zap_refused(zap) > refused_before;
    pln_zap_refused_reset(zap);
    if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH && counted) {
        return true;
    }
    snprintf(error, error_size,
             "the start-up self-test failed: a stranger who dialled %s was %s; plnd "
             "does not run without its gate (event 0x%04x)",
             endpoint + 6,
             event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED ? "let in" : "not refused as expected",
             (unsigned)event);
    return false;
}
