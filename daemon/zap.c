// SPDX-License-Identifier: MPL-2.0
/* The handler serves all gates of the process: libzmq asks one address per context, and a second
 * context would be a second pool of threads. It is an actor of CZMQ, in CZMQ's own context, which
 * is the process's only one: an inproc address is known in its context only. */
#include "zap.h"

#include <assert.h>
#include <czmq.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "log.h"
#include "proto/bytes.h"
#include "proto/identity.h"

#define HANDLER_ADDRESS "inproc://zeromq.zap.01"
#define SOCKETS_MAX 8192 /* ours, not connections: three a dial */
#define BUCKETS_MIN 64u
#define REQUEST_FRAMES 7

/* One admitted key; classes is a set, for a ticket key might also be a node's. */
typedef struct key {
    struct key *next;
    uint8_t curve[32];
    pln_id_t id;
    unsigned classes;
} pln_key_t;

struct pln_zap {
    struct pln_zap *next;
    char domain[24];
    pln_key_t **buckets;
    size_t bucket_count;
    size_t key_count;
    uint8_t salt[crypto_shorthash_KEYBYTES];
    uint64_t refused;
};

static const char *const class_prefix[] =
    {[PLN_LINK_PEER] = "peer:", [PLN_LINK_TICKET] = "ticket:", [PLN_LINK_PUT_OUT] = "ended:"};

/* Everything here is guarded by the lock, the gates' contents too. */
static struct {
    pthread_mutex_t lock;
    void *context;
    zactor_t *handler;
    pln_zap_t *gates;
    uint64_t next_domain;
} process = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- the set ---- */

static pln_key_t **find(const pln_zap_t *zap, const uint8_t curve[32])
{
    uint8_t hash[crypto_shorthash_BYTES];
    crypto_shorthash(hash, curve, 32, zap->salt);
    pln_key_t **at = &zap->buckets[pln_get_u64(hash) & (zap->bucket_count - 1)];
    while (*at != NULL && memcmp((*at)->curve, curve, 32) != 0) {
        at = &(*at)->next;
    }
    return at;
}

static void widen(pln_zap_t *zap)
{
    pln_key_t **old = zap->buckets;
    size_t old_count = zap->bucket_count;
    zap->bucket_count *= 2;
    zap->buckets = pln_alloc_zero(zap->bucket_count, sizeof *zap->buckets);
    for (size_t i = 0; i < old_count; i++) {
        while (old[i] != NULL) {
            pln_key_t *key = old[i];
            old[i] = key->next;
            key->next = NULL;
            *find(zap, key->curve) = key;
        }
    }
    free(old);
}

static void add(pln_zap_t *zap, const uint8_t curve[32], const pln_id_t *id, unsigned class_bit)
{
    if (zap->key_count >= zap->bucket_count) {
        widen(zap);
    }
    pln_key_t **at = find(zap, curve);
    if (*at == NULL) {
        *at = pln_alloc_zero(1, sizeof **at);
        memcpy((*at)->curve, curve, 32);
        (*at)->id = *id;
        zap->key_count++;
    }
    assert(pln_id_equal(&(*at)->id, id)); /* R7: one CURVE key, one id */
    (*at)->classes |= class_bit;
}

static void subtract(pln_zap_t *zap, const uint8_t curve[32], unsigned class_bit)
{
    pln_key_t **at = find(zap, curve);
    if (*at == NULL) {
        return;
    }
    (*at)->classes &= ~class_bit;
    if ((*at)->classes == 0) {
        pln_key_t *gone = *at;
        *at = gone->next;
        free(gone);
        zap->key_count--;
    }
}

/* ---- the handler ---- */

typedef struct {
    zmq_msg_t frames[REQUEST_FRAMES];
    int count; /* frames that came; more than REQUEST_FRAMES are counted, not kept */
} request_t;

static bool frame_is(request_t *request, int which, const char *text)
{
    zmq_msg_t *frame = &request->frames[which];
    return zmq_msg_size(frame) == strlen(text) &&
           memcmp(zmq_msg_data(frame), text, strlen(text)) == 0;
}

static pln_zap_t *gate_of(request_t *request)
{
    pln_zap_t *zap = process.gates;
    while (zap != NULL && !frame_is(request, 2, zap->domain)) {
        zap = zap->next;
    }
    return zap;
}

/* Classes are numbered so that whoever is in several comes in as the first. */
static pln_link_class_t strongest(unsigned classes)
{
    unsigned as = PLN_LINK_PEER;
    while ((classes & 1u << as) == 0) {
        as++;
    }
    return (pln_link_class_t)as;
}

/* Frames: version, request id, domain, address, routing id, mechanism, CURVE key. */
static bool judge(request_t *request, char user_id[PLN_USER_ID_SIZE])
{
    bool admitted = false;
    pthread_mutex_lock(&process.lock);
    pln_zap_t *zap = request->count >= 3 ? gate_of(request) : NULL;
    if (zap != NULL && request->count == REQUEST_FRAMES && frame_is(request, 0, "1.0") &&
        frame_is(request, 5, "CURVE") && zmq_msg_size(&request->frames[6]) == 32) {
        const pln_key_t *key = *find(zap, zmq_msg_data(&request->frames[6]));
        if (key != NULL) {
            const char *prefix = class_prefix[strongest(key->classes)];
            size_t size = strlen(prefix);
            memcpy(user_id, prefix, size);
            pln_hex(key->id.bytes, sizeof key->id.bytes, user_id + size);
            admitted = true;
        }
    }
    if (zap != NULL && !admitted) {
        zap->refused++;
    }
    pthread_mutex_unlock(&process.lock);
    return admitted;
}

static void request_begin(request_t *request)
{
    request->count = 0;
    for (int i = 0; i < REQUEST_FRAMES; i++) {
        zmq_msg_init(&request->frames[i]);
    }
}

static void request_end(request_t *request)
{
    for (int i = 0; i < REQUEST_FRAMES; i++) {
        zmq_msg_close(&request->frames[i]);
    }
}

/* False: the context is ending. */
static bool request_read(void *socket, request_t *request)
{
    for (bool more = true; more;) {
        zmq_msg_t extra;
        zmq_msg_init(&extra);
        zmq_msg_t *frame =
            request->count < REQUEST_FRAMES ? &request->frames[request->count] : &extra;
        int size;
        do {
            size = zmq_msg_recv(frame, socket, 0);
        } while (size < 0 && zmq_errno() == EINTR);
        more = size >= 0 && zmq_msg_more(frame) != 0;
        zmq_msg_close(&extra);
        if (size < 0) {
            return false;
        }
        request->count++;
    }
    return true;
}

/* A stranger gets 400: with 300 libzmq stays silent and holds the connection until its timer. */
static void answer(void *socket, request_t *request, bool admitted, const char *user_id)
{
    const bool known = request->count >= 2;
    zmq_send(socket, "1.0", 3, ZMQ_SNDMORE);
    zmq_send(socket, known ? zmq_msg_data(&request->frames[1]) : "",
             known ? zmq_msg_size(&request->frames[1]) : 0, ZMQ_SNDMORE);
    zmq_send(socket, admitted ? "200" : "400", 3, ZMQ_SNDMORE);
    zmq_send(socket, "", 0, ZMQ_SNDMORE);
    zmq_send(socket, user_id, admitted ? strlen(user_id) : 0, ZMQ_SNDMORE);
    zmq_send(socket, "", 0, 0);
}

static void serve(void *socket)
{
    request_t request;
    char user_id[PLN_USER_ID_SIZE] = "";
    request_begin(&request);
    if (request_read(socket, &request)) {
        bool admitted = judge(&request, user_id);
        answer(socket, &request, admitted, user_id);
    }
    request_end(&request);
}

/* Leaves on $TERM. Any other end would leave every later handshake hanging: the process ends too.
 */
static void handler_actor(zsock_t *pipe, void *arg)
{
    (void)arg;
    zsock_t *asked = zsock_new(ZMQ_REP);
    bool bound = asked != NULL && zsock_bind(asked, "%s", HANDLER_ADDRESS) == 0;
    zsock_signal(pipe, bound ? 0 : 1);
    zmq_pollitem_t items[] = {{zsock_resolve(pipe), 0, ZMQ_POLLIN, 0},
                              {bound ? zsock_resolve(asked) : NULL, 0, ZMQ_POLLIN, 0}};
    while (bound) {
        if (zmq_poll(items, 2, -1) < 0 && zmq_errno() != EINTR) {
            pln_log(PLN_LOG_ERROR, "zap", "the gate's thread ended; stopping error=%s",
                    zmq_strerror(zmq_errno()));
            abort();
        }
        if ((items[0].revents & ZMQ_POLLIN) != 0) {
            break; /* the only word an actor is ever sent here is $TERM */
        }
        if ((items[1].revents & ZMQ_POLLIN) != 0) {
            serve(zsock_resolve(asked));
        }
    }
    zsock_destroy(&asked);
}

/* ---- life ---- */

static void end_process(void)
{
    zactor_destroy(&process.handler);
}

/**
 * Context and handler, once for the life of the process: an address of a closed socket is free
 * again only later, and ending a context waits for all connections. At the exit the handler goes
 * first, then CZMQ ends its context: exit handlers run in reverse.
 */
static bool start_process(void)
{
    sigset_t all;
    sigset_t before;
    zsys_handler_set(NULL); /* signals are the main thread's business */
    process.context = zsys_init();
    if (process.context == NULL) {
        return false;
    }
    zsys_set_max_sockets(SOCKETS_MAX);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    process.handler = zactor_new(handler_actor, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return process.handler != NULL && atexit(end_process) == 0;
}

pln_zap_t *pln_zap_new(void)
{
    pln_zap_t *zap = NULL;
    pthread_mutex_lock(&process.lock);
    if (process.handler != NULL || start_process()) {
        zap = pln_alloc_zero(1, sizeof *zap);
        snprintf(zap->domain, sizeof zap->domain, "pln.%u", (unsigned)process.next_domain++);
        zap->bucket_count = BUCKETS_MIN;
        zap->buckets = pln_alloc_zero(zap->bucket_count, sizeof *zap->buckets);
        crypto_shorthash_keygen(zap->salt);
        zap->next = process.gates;
        process.gates = zap;
    }
    pthread_mutex_unlock(&process.lock);
    return zap;
}

void pln_zap_free(pln_zap_t **zap)
{
    if (*zap == NULL) {
        return;
    }
    pthread_mutex_lock(&process.lock);
    pln_zap_t **at = &process.gates;
    while (*at != *zap) {
        at = &(*at)->next;
    }
    *at = (*zap)->next;
    pthread_mutex_unlock(&process.lock);

    for (size_t i = 0; i < (*zap)->bucket_count; i++) {
        while ((*zap)->buckets[i] != NULL) {
            pln_key_t *key = (*zap)->buckets[i];
            (*zap)->buckets[i] = key->next;
            free(key);
        }
    }
    free((*zap)->buckets);
    free(*zap);
    *zap = NULL;
}

void *pln_zap_context(const pln_zap_t *zap)
{
    (void)zap;
    return process.context;
}

const char *pln_zap_domain(const pln_zap_t *zap)
{
    return zap->domain;
}

pln_err_t pln_zap_admit(pln_zap_t *zap, pln_link_class_t as, const pln_id_t *id, bool admit)
{
    uint8_t curve[32];
    PLN_TRY(pln_id_check(id));
    PLN_TRY(pln_id_curve(id, curve));
    pthread_mutex_lock(&process.lock);
    if (admit) {
        add(zap, curve, id, 1u << as);
    } else {
        subtract(zap, curve, 1u << as);
    }
    pthread_mutex_unlock(&process.lock);
    return PLN_OK;
}

bool pln_zap_admits(pln_zap_t *zap, pln_link_class_t as, const uint8_t curve[32])
{
    pthread_mutex_lock(&process.lock);
    const pln_key_t *key = *find(zap, curve);
    bool admits = key != NULL && (key->classes & 1u << as) != 0;
    pthread_mutex_unlock(&process.lock);
    return admits;
}

uint64_t pln_zap_refused(const pln_zap_t *zap)
{
    pthread_mutex_lock(&process.lock);
    uint64_t refused = zap->refused;
    pthread_mutex_unlock(&process.lock);
    return refused;
}

void pln_zap_refused_reset(pln_zap_t *zap)
{
    pthread_mutex_lock(&process.lock);
    zap->refused = 0;
    pthread_mutex_unlock(&process.lock);
}

bool pln_user_id_parse(const char *text, pln_link_class_t *as, pln_id_t *id)
{
    for (size_t i = 0; i < sizeof class_prefix / sizeof class_prefix[0]; i++) {
        size_t size = strlen(class_prefix[i]);
        if (strncmp(text, class_prefix[i], size) == 0) {
            *as = (pln_link_class_t)i;
            return strlen(text + size) == 64 &&
                   pln_unhex(text + size, id->bytes, sizeof id->bytes) == PLN_OK;
        }
    }
    return false;
}
