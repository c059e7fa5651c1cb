// SPDX-License-Identifier: MPL-2.0
/**
 * net_fixture - two real nets in one process over loopback, and what each of them told.
 *
 * Why     Nothing here sleeps: a test turns both nets until the event it waits for has come, or a
 *         deadline says it never will.
 */
#ifndef PLN_NET_FIXTURE_H
#define PLN_NET_FIXTURE_H

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "daemon/net.h"
#include "daemon/net_link.h"
#include "daemon/net_socket.h"
#include "proto/bytes.h"
#include "proto/identity.h"

#define DEADLINE_MS 120000u
#define EVENTS_MAX 4096u

typedef struct {
    enum { UP, DOWN, FRAME } type;
    uint32_t link;
    pln_link_class_t as;
    pln_id_t peer;
    pln_down_t why;
    size_t size;
    uint8_t first[32];
    char address[PLN_ADDRESS_MAX + 1];
} seen_t;

/* One net with everything it told. */
typedef struct {
    pln_identity_t self;
    pln_net_t *net;
    seen_t seen[EVENTS_MAX];
    size_t count;
    size_t read;
} side_t;

static side_t *a;
static side_t *b;

static inline uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static inline void draw_identity(pln_identity_t *out)
{
    uint8_t seed[PLN_SEED_SIZE];
    do {
        randombytes_buf(seed, sizeof seed);
    } while (pln_identity_derive(seed, out) != PLN_OK);
}

static inline seen_t *note(side_t *side)
{
    assert_true(side->count < EVENTS_MAX);
    return &side->seen[side->count++];
}

static inline void on_up(void *arg, uint32_t link, pln_link_class_t as, const pln_id_t *peer,
                         const char *address)
{
    seen_t *seen = note(arg);
    *seen = (seen_t){.type = UP, .link = link, .as = as, .peer = *peer};
    snprintf(seen->address, sizeof seen->address, "%s", address);
}

static inline void on_down(void *arg, uint32_t link, pln_down_t why)
{
    *note(arg) = (seen_t){.type = DOWN, .link = link, .why = why};
}

static inline void on_frame(void *arg, uint32_t link, pln_span_t frame)
{
    seen_t *seen = note(arg);
    *seen = (seen_t){.type = FRAME, .link = link, .size = frame.size};
    memcpy(seen->first, frame.data,
           frame.size < sizeof seen->first ? frame.size : sizeof seen->first);
}

static inline side_t *side_new_at(const char *listen)
{
    static const pln_net_handler_t handler = {on_up, on_down, on_frame};
    side_t *side = calloc(1, sizeof *side);
    char error[512] = "";
    draw_identity(&side->self);
    pln_net_options_t options = {.self = &side->self, .listen = listen};
    side->net = pln_net_start(&options, &handler, side, error, sizeof error);
    if (side->net == NULL) {
        fail_msg("%s", error);
    }
    return side;
}

static inline void side_free(side_t *side)
{
    pln_net_stop(&side->net);
    free(side);
}

static inline int setup(void **state)
{
    (void)state;
    a = side_new_at("127.0.0.1:0");
    b = side_new_at("127.0.0.1:0");
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    side_free(a);
    side_free(b);
    return 0;
}

static inline void turn(void)
{
    pln_net_poll(a->net, -1, 1);
    pln_net_poll(b->net, -1, 1);
}

/* Turn until @side tells @type of @link (0: any); events in between are skipped. */
static inline seen_t *await(side_t *side, int type, uint32_t link)
{
    uint64_t deadline = now_ms() + DEADLINE_MS;
    for (;;) {
        while (side->read < side->count) {
            seen_t *seen = &side->seen[side->read++];
            if ((int)seen->type == type && (link == 0 || seen->link == link)) {
                return seen;
            }
        }
        if (now_ms() > deadline) {
            fail_msg("event %d of link %u never came", type, link);
        }
        turn();
    }
}

static inline size_t count_of(const side_t *side, int type)
{
    size_t count = 0;
    for (size_t i = 0; i < side->count; i++) {
        count += (int)side->seen[i].type == type;
    }
    return count;
}

static inline bool say(side_t *side, uint32_t link, const char *text)
{
    return pln_net_send(side->net, link, PLN_SPAN(text, strlen(text)), PLN_SPAN(NULL, 0));
}

/* B dials A under @link and says hello; gives A's number of it. */
static inline uint32_t join(uint32_t link)
{
    pln_net_admit(a->net, PLN_LINK_PEER, &b->self.id, true);
    pln_net_dial(b->net, link, &a->self.id, pln_net_listen(a->net), NULL);
    await(b, UP, link);
    assert_true(say(b, link, "hello"));
    uint32_t accepted = await(a, UP, 0)->link;
    await(a, FRAME, accepted);
    return accepted;
}

/* A raw DEALER, for what our own side would never send. */
/** Watched from before it calls, or what happens at once might be missed. @monitor: NULL for none.
 */
static inline void *raw_dealer_watched(const pln_identity_t *as, bool curve, void **monitor)
{
    char endpoint[300];
    snprintf(endpoint, sizeof endpoint, "tcp://%s", pln_net_listen(a->net));
    void *socket = NULL;
    if (curve) {
        socket = pln_socket_dealer(a->net->zap, as->curve_public, as->curve_secret,
                                   a->self.curve_public, false);
        const int64_t any = -1;
        zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &any, sizeof any);
    } else {
        socket = zmq_socket(pln_zap_context(a->net->zap), ZMQ_DEALER);
    }
    assert_non_null(socket);
    if (monitor != NULL) {
        *monitor = pln_socket_monitor(a->net->zap, socket, ZMQ_EVENT_ALL);
    }
    assert_int_equal(zmq_connect(socket, endpoint), 0);
    return socket;
}

static inline void *raw_dealer(const pln_identity_t *as, bool curve)
{
    return raw_dealer_watched(as, curve, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
