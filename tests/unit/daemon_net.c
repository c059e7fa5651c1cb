// SPDX-License-Identifier: MPL-2.0
/* Two real nets in one process over loopback. Nothing here sleeps: every test turns both nets until
 * the event it waits for has come, or a deadline says it never will. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "daemon/net.h"
#include "daemon/net_link.h"
#include "daemon/net_socket.h"
#include "proto/bytes.h"
#include "proto/identity.h"

#define DEADLINE_MS 20000u
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

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void draw_identity(pln_identity_t *out)
{
    uint8_t seed[PLN_SEED_SIZE];
    do {
        randombytes_buf(seed, sizeof seed);
    } while (pln_identity_derive(seed, out) != PLN_OK);
}

static seen_t *note(side_t *side)
{
    assert_true(side->count < EVENTS_MAX);
    return &side->seen[side->count++];
}

static void on_up(void *arg, uint32_t link, pln_link_class_t as, const pln_id_t *peer,
                  const char *address)
{
    seen_t *seen = note(arg);
    *seen = (seen_t){.type = UP, .link = link, .as = as, .peer = *peer};
    snprintf(seen->address, sizeof seen->address, "%s", address);
}

static void on_down(void *arg, uint32_t link, pln_down_t why)
{
    *note(arg) = (seen_t){.type = DOWN, .link = link, .why = why};
}

static void on_frame(void *arg, uint32_t link, pln_span_t frame)
{
    seen_t *seen = note(arg);
    *seen = (seen_t){.type = FRAME, .link = link, .size = frame.size};
    memcpy(seen->first, frame.data,
           frame.size < sizeof seen->first ? frame.size : sizeof seen->first);
}

static side_t *side_new_at(const char *listen)
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

static void side_free(side_t *side)
{
    pln_net_stop(&side->net);
    free(side);
}

static int setup(void **state)
{
    (void)state;
    a = side_new_at("127.0.0.1:0");
    b = side_new_at("127.0.0.1:0");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    side_free(a);
    side_free(b);
    return 0;
}

static void turn(void)
{
    pln_net_poll(a->net, -1, 1);
    pln_net_poll(b->net, -1, 1);
}

/* Turn until @side tells @type of @link (0: any); events in between are skipped. */
static seen_t *await(side_t *side, int type, uint32_t link)
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

static size_t count_of(const side_t *side, int type)
{
    size_t count = 0;
    for (size_t i = 0; i < side->count; i++) {
        count += (int)side->seen[i].type == type;
    }
    return count;
}

static bool say(side_t *side, uint32_t link, const char *text)
{
    return pln_net_send(side->net, link, PLN_SPAN(text, strlen(text)), PLN_SPAN(NULL, 0));
}

/* B dials A under @link and says hello; gives A's number of it. */
static uint32_t join(uint32_t link)
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
static void *raw_dealer(const pln_identity_t *as, bool curve)
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
    assert_int_equal(zmq_connect(socket, endpoint), 0);
    return socket;
}

static size_t open_fds(void)
{
    size_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    assert_non_null(directory);
    while (readdir(directory) != NULL) {
        count++;
    }
    closedir(directory);
    return count;
}

/* ---- the good case ---- */

static void net_links_an_admitted_peer_both_ways(void **state)
{
    (void)state;
    pln_net_admit(a->net, PLN_LINK_PEER, &b->self.id, true);
    pln_net_dial(b->net, 7, &a->self.id, pln_net_listen(a->net), NULL);
    seen_t *up = await(b, UP, 7);
    assert_true(pln_id_equal(&up->peer, &a->self.id));
    assert_int_equal(up->as, PLN_LINK_PEER);
    assert_string_equal(up->address, pln_net_listen(a->net));

    assert_true(pln_net_send(b->net, 7, PLN_SPAN("he", 2), PLN_SPAN("llo", 3)));
    up = await(a, UP, 0);
    assert_true(pln_id_equal(&up->peer, &b->self.id));
    assert_int_equal(up->as, PLN_LINK_PEER);
    assert_true((up->link & PLN_ACCEPTED_BIT) != 0);
    assert_memory_equal(up->address, "127.0.0.1:", 10);
    seen_t *frame = await(a, FRAME, up->link);
    assert_int_equal(frame->size, 5);
    assert_memory_equal(frame->first, "hello", 5);

    assert_true(say(a, up->link, "welcome"));
    frame = await(b, FRAME, 7);
    assert_memory_equal(frame->first, "welcome", 7);
}

static void net_carries_the_largest_frame_in_order(void **state)
{
    (void)state;
    uint32_t accepted = join(1);
    uint8_t *big = calloc(1, PLN_FRAME_MAX);
    for (uint8_t i = 0; i < 20; i++) {
        big[0] = i;
        assert_true(
            pln_net_send(b->net, 1, PLN_SPAN(big, 1), PLN_SPAN(big + 1, PLN_FRAME_MAX - 1)));
    }
    for (uint8_t i = 0; i < 20; i++) {
        seen_t *frame = await(a, FRAME, accepted);
        assert_int_equal(frame->size, PLN_FRAME_MAX);
        assert_int_equal(frame->first[0], i);
    }
    free(big);
}

static void net_names_a_ticket_as_a_ticket(void **state)
{
    (void)state;
    pln_identity_t ticket;
    draw_identity(&ticket);
    pln_net_admit(a->net, PLN_LINK_TICKET, &ticket.id, true);
    pln_net_dial(b->net, 3, &a->self.id, pln_net_listen(a->net), &ticket);
    seen_t *up = await(b, UP, 3);
    assert_int_equal(up->as, PLN_LINK_TICKET);
    assert_true(pln_id_equal(&up->peer, &a->self.id));
    say(b, 3, "join");
    up = await(a, UP, 0);
    assert_int_equal(up->as, PLN_LINK_TICKET);
    assert_true(pln_id_equal(&up->peer, &ticket.id));
}

static void net_resolves_names(void **state)
{
    (void)state;
    char address[64];
    pln_net_admit(a->net, PLN_LINK_PEER, &b->self.id, true);
    snprintf(address, sizeof address, "localhost%s", strrchr(pln_net_listen(a->net), ':'));
    pln_net_dial(b->net, 4, &a->self.id, address, NULL);
    await(b, UP, 4);
}

/* ---- the gate ---- */

static void net_refuses_a_stranger_and_counts_it(void **state)
{
    (void)state;
    assert_int_equal(pln_net_refused(a->net), 0);
    pln_net_dial(b->net, 1, &a->self.id, pln_net_listen(a->net), NULL);
    assert_int_equal(await(b, DOWN, 1)->why, PLN_DOWN_REFUSED);
    assert_int_equal(pln_net_refused(a->net), 1);
    assert_int_equal(pln_net_refused(b->net), 0);
    assert_int_equal(a->count, 0);
}

static void net_lets_in_after_a_refusal_once_admitted(void **state)
{
    (void)state;
    pln_net_dial(b->net, 1, &a->self.id, pln_net_listen(a->net), NULL);
    await(b, DOWN, 1);
    join(2);
}

static void net_keeps_the_gates_of_two_nets_apart(void **state)
{
    (void)state;
    pln_identity_t guest;
    draw_identity(&guest);
    pln_net_admit(b->net, PLN_LINK_PEER, &guest.id, true); /* at B, not at A */
    pln_net_dial(b->net, 1, &a->self.id, pln_net_listen(a->net), &guest);
    assert_int_equal(await(b, DOWN, 1)->why, PLN_DOWN_REFUSED);
}

static void net_tells_another_key_from_a_refusal(void **state)
{
    (void)state;
    pln_identity_t somebody_else;
    draw_identity(&somebody_else);
    pln_net_admit(a->net, PLN_LINK_PEER, &b->self.id, true);
    pln_net_dial(b->net, 1, &somebody_else.id, pln_net_listen(a->net), NULL);
    assert_int_equal(await(b, DOWN, 1)->why, PLN_DOWN_KEY);
}

static void net_says_unreached_where_nobody_is(void **state)
{
    (void)state;
    char address[64];
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in closed = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof closed;
    assert_int_equal(bind(fd, (struct sockaddr *)&closed, size), 0); /* held, not listening */
    assert_int_equal(getsockname(fd, (struct sockaddr *)&closed, &size), 0);
    snprintf(address, sizeof address, "127.0.0.1:%u", (unsigned)ntohs(closed.sin_port));
    pln_net_dial(b->net, 1, &a->self.id, address, NULL);
    assert_int_equal(await(b, DOWN, 1)->why, PLN_DOWN_UNREACHED);
    close(fd);
}

static void net_says_unreached_for_what_is_no_address(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "127.0.0.1",
                                      "127.0.0.1:0",
                                      "127.0.0.1:70000",
                                      "::1:80",
                                      "no such host.invalid:7420",
                                      "[::1]",
                                      "[::1:80"};
    for (uint32_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        pln_net_dial(b->net, i + 1, &a->self.id, bad[i], NULL);
        assert_int_equal(await(b, DOWN, i + 1)->why, PLN_DOWN_UNREACHED);
    }
}

static void net_gives_up_on_a_peer_that_never_answers(void **state)
{
    (void)state;
    char address[64];
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in mute = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof mute;
    assert_int_equal(bind(fd, (struct sockaddr *)&mute, size), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&mute, &size), 0);
    snprintf(address, sizeof address, "127.0.0.1:%u", (unsigned)ntohs(mute.sin_port));
    uint64_t begin = now_ms();
    pln_net_dial(b->net, 1, &a->self.id, address, NULL);
    assert_int_equal(await(b, DOWN, 1)->why, PLN_DOWN_UNREACHED);
    assert_true(now_ms() - begin < 15000);
    close(fd);
}

static void net_gives_nothing_to_a_client_without_curve(void **state)
{
    (void)state;
    void *socket = raw_dealer(NULL, false);
    const int linger = 0;
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    void *monitor = pln_socket_monitor(a->net->zap, socket, ZMQ_EVENT_ALL);
    zmq_send(socket, "hello", 5, ZMQ_DONTWAIT);
    bool over = false;
    for (uint64_t deadline = now_ms() + DEADLINE_MS; !over;) {
        uint16_t event;
        uint32_t value;
        turn();
        while (pln_monitor_next(monitor, &event, &value)) {
            assert_int_not_equal(event, ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
            over = over || event == ZMQ_EVENT_DISCONNECTED ||
                   event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL ||
                   event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;
        }
        assert_true(now_ms() < deadline);
    }
    assert_int_equal(a->count, 0);
    pln_socket_close(socket, monitor, 0);
}

static void net_drops_the_live_link_of_a_key_no_longer_admitted(void **state)
{
    (void)state;
    uint32_t accepted = join(1);
    pln_net_admit(a->net, PLN_LINK_PEER, &b->self.id, false);
    assert_int_equal(await(a, DOWN, accepted)->why, PLN_DOWN_CLOSED);
    assert_int_equal(await(b, DOWN, 1)->why, PLN_DOWN_CLOSED);
    assert_false(say(a, accepted, "too late"));
    pln_net_dial(b->net, 2, &a->self.id, pln_net_listen(a->net), NULL);
    assert_int_equal(await(b, DOWN, 2)->why, PLN_DOWN_REFUSED);
}

static void net_drops_a_key_that_lost_admission_before_its_first_frame(void **state)
{
    (void)state;
    pln_net_admit(a->net, PLN_LINK_PEER, &b->self.id, true);
    pln_net_dial(b->net, 1, &a->self.id, pln_net_listen(a->net), NULL);
    await(b, UP, 1);
    pln_net_admit(a->net, PLN_LINK_PEER, &b->self.id, false);
    assert_true(say(b, 1, "hello"));
    assert_int_equal(await(b, DOWN, 1)->why, PLN_DOWN_CLOSED);
    assert_int_equal(a->count, 0);
}

static void net_never_links_what_is_no_key(void **state)
{
    (void)state;
    pln_id_t bad;
    memset(&bad, 0xff, sizeof bad);
    pln_net_admit(a->net, PLN_LINK_PEER, &bad, true);
    pln_net_dial(b->net, 1, &bad, pln_net_listen(a->net), NULL);
    assert_int_equal(await(b, DOWN, 1)->why, PLN_DOWN_KEY);
}

/* ---- bad frames ---- */

static void net_ends_a_link_that_sends_a_frame_too_large(void **state)
{
    (void)state;
    static const size_t sizes[] = {PLN_FRAME_MAX + 1, PLN_FRAME_MAX + 4096, 4 * PLN_FRAME_MAX};
    pln_net_admit(a->net, PLN_LINK_PEER, &b->self.id, true);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint8_t *big = calloc(1, sizes[i]);
        void *socket = raw_dealer(&b->self, true);
        zmq_send(socket, "hello", 5, 0);
        uint32_t accepted = await(a, UP, 0)->link;
        assert_int_equal(await(a, FRAME, accepted)->size, 5);
        size_t frames = count_of(a, FRAME);
        zmq_send(socket, big, sizes[i], 0);
        assert_int_equal(await(a, DOWN, accepted)->why, PLN_DOWN_CLOSED);
        assert_int_equal(count_of(a, FRAME), frames);
        zmq_close(socket);
        free(big);
    }
}

static void net_ends_a_link_that_sends_a_message_in_parts(void **state)
{
    (void)state;
    pln_net_admit(a->net, PLN_LINK_PEER, &b->self.id, true);
    void *socket = raw_dealer(&b->self, true);
    zmq_send(socket, "hello", 5, 0);
    uint32_t accepted = await(a, UP, 0)->link;
    await(a, FRAME, accepted);
    for (int i = 0; i < 50; i++) {
        zmq_send(socket, "part", 4, ZMQ_SNDMORE);
    }
    zmq_send(socket, "last", 4, 0);
    assert_int_equal(await(a, DOWN, accepted)->why, PLN_DOWN_CLOSED);
    assert_int_equal(count_of(a, FRAME), 1);
    zmq_close(socket);
}

static void net_makes_no_link_of_a_first_message_in_parts(void **state)
{
    (void)state;
    pln_net_admit(a->net, PLN_LINK_PEER, &b->self.id, true);
    void *socket = raw_dealer(&b->self, true);
    void *monitor = pln_socket_monitor(a->net->zap, socket, ZMQ_EVENT_DISCONNECTED);
    zmq_send(socket, "one", 3, ZMQ_SNDMORE);
    zmq_send(socket, "two", 3, 0);
    uint16_t event = 0;
    uint32_t value;
    for (uint64_t deadline = now_ms() + DEADLINE_MS; !pln_monitor_next(monitor, &event, &value);) {
        turn();
        assert_true(now_ms() < deadline);
    }
    assert_int_equal(a->count, 0);
    assert_int_equal(a->net->dropped, 1);
    pln_socket_close(socket, monitor, 0);
}

static void net_makes_no_link_of_a_chosen_routing_id(void **state)
{
    (void)state;
    pln_net_admit(a->net, PLN_LINK_PEER, &b->self.id, true);
    void *socket = pln_socket_dealer(a->net->zap, b->self.curve_public, b->self.curve_secret,
                                     a->self.curve_public, false);
    void *monitor = pln_socket_monitor(a->net->zap, socket, ZMQ_EVENT_DISCONNECTED);
    char endpoint[300];
    snprintf(endpoint, sizeof endpoint, "tcp://%s", pln_net_listen(a->net));
    zmq_setsockopt(socket, ZMQ_ROUTING_ID, "alice", 5);
    assert_int_equal(zmq_connect(socket, endpoint), 0);
    zmq_send(socket, "hello", 5, 0);
    uint16_t event = 0;
    uint32_t value;
    for (uint64_t deadline = now_ms() + DEADLINE_MS; !pln_monitor_next(monitor, &event, &value);) {
        turn();
        assert_true(now_ms() < deadline);
    }
    assert_int_equal(a->count, 0);
    pln_socket_close(socket, monitor, 0);
}

/* ---- ends ---- */

static void net_delivers_the_last_word_of_the_side_that_closes(void **state)
{
    (void)state;
    uint32_t accepted = join(1);
    assert_true(say(b, 1, "bye"));
    pln_net_close(b->net, 1);
    assert_memory_equal(await(a, FRAME, accepted)->first, "bye", 3);
    assert_int_equal(await(a, DOWN, accepted)->why, PLN_DOWN_CLOSED);

    accepted = join(2);
    assert_true(say(a, accepted, "bye"));
    pln_net_close(a->net, accepted);
    assert_false(say(a, accepted, "more"));
    assert_memory_equal(await(b, FRAME, 2)->first, "bye", 3);
    assert_int_equal(await(b, DOWN, 2)->why, PLN_DOWN_CLOSED);
    assert_int_equal(count_of(a, DOWN), 1); /* a link we closed ourselves is not reported */
}

static void net_hears_nothing_more_from_a_link_it_closed(void **state)
{
    (void)state;
    uint32_t accepted = join(1);
    size_t frames = count_of(a, FRAME);
    pln_net_close(a->net, accepted);
    say(b, 1, "late");
    await(b, DOWN, 1);
    assert_int_equal(count_of(a, FRAME), frames);
    assert_int_equal(count_of(a, UP), 1);
}

static void net_tells_when_the_listening_side_is_gone(void **state)
{
    (void)state;
    join(1);
    side_free(a);
    a = side_new_at("127.0.0.1:0");
    assert_int_equal(await(b, DOWN, 1)->why, PLN_DOWN_CLOSED);
}

static void net_reports_a_queue_that_is_full_as_stalled(void **state)
{
    (void)state;
    uint32_t accepted = join(1);
    uint8_t *big = calloc(1, PLN_FRAME_MAX);
    size_t sent = 0;
    while (pln_net_send(a->net, accepted, PLN_SPAN(big, PLN_FRAME_MAX), PLN_SPAN(NULL, 0))) {
        sent++;
        assert_true(sent < 4096);
    }
    free(big);
    for (uint64_t deadline = now_ms() + DEADLINE_MS; count_of(a, DOWN) == 0;) {
        pln_net_poll(a->net, -1, 1); /* b does not read */
        assert_true(now_ms() < deadline);
    }
    assert_int_equal(await(a, DOWN, accepted)->why, PLN_DOWN_STALLED);
    assert_int_equal(await(b, DOWN, 1)->why, PLN_DOWN_CLOSED);
}

static void net_leaks_nothing_over_many_dials(void **state)
{
    (void)state;
    uint32_t link = 1;
    size_t before = 0;
    for (int round = 0; round < 220; round++) {
        join(link++);
        pln_net_close(b->net, link - 1);
        await(a, DOWN, 0);
        if (round % 2 == 0) {
            pln_net_dial(b->net, link++, &a->self.id, "127.0.0.1:1", NULL);
            await(b, DOWN, link - 1);
        }
        if (round % 16 == 0) {
            a->count = a->read = b->count = b->read = 0;
        }
        if (round == 20) {
            before = open_fds();
        }
    }
    /* libzmq's reaper closes a little later than we. */
    size_t after = open_fds();
    for (uint64_t deadline = now_ms() + DEADLINE_MS; after > before + 4; after = open_fds()) {
        turn();
        assert_true(now_ms() < deadline);
    }
}

static void net_wakes_for_the_callers_fd(void **state)
{
    (void)state;
    int fd = eventfd(0, EFD_NONBLOCK);
    const uint64_t one = 1;
    assert_false(pln_net_poll(a->net, fd, 0));
    assert_int_equal(write(fd, &one, sizeof one), sizeof one);
    assert_true(pln_net_poll(a->net, fd, -1));
    close(fd);
}

/* ---- listening ---- */

/* A port nobody holds at this moment. */
static uint16_t free_port(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof any;
    assert_int_equal(bind(fd, (struct sockaddr *)&any, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&any, &size), 0);
    close(fd);
    return ntohs(any.sin_port);
}

static void listen_takes_the_remembered_port_first(void **state)
{
    (void)state;
    static const pln_net_handler_t handler = {on_up, on_down, on_frame};
    char error[512];
    char expected[32];
    pln_net_options_t options = {
        .self = &b->self, .listen = "127.0.0.1:0", .port_hint = free_port()};
    pln_net_t *net = pln_net_start(&options, &handler, NULL, error, sizeof error);
    assert_non_null(net);
    snprintf(expected, sizeof expected, "127.0.0.1:%u", (unsigned)options.port_hint);
    assert_string_equal(pln_net_listen(net), expected);
    pln_net_stop(&net);
}

static void listen_takes_any_port_when_the_remembered_one_is_taken(void **state)
{
    (void)state;
    static const pln_net_handler_t handler = {on_up, on_down, on_frame};
    char error[512];
    const char *taken = strrchr(pln_net_listen(a->net), ':') + 1;
    pln_net_options_t options = {
        .self = &b->self, .listen = "127.0.0.1:0", .port_hint = (uint16_t)strtoul(taken, NULL, 10)};
    pln_net_t *net = pln_net_start(&options, &handler, NULL, error, sizeof error);
    assert_non_null(net);
    assert_string_not_equal(pln_net_listen(net), pln_net_listen(a->net));
    pln_net_stop(&net);
}

static void listen_says_what_is_wrong(void **state)
{
    (void)state;
    static const pln_net_handler_t handler = {on_up, on_down, on_frame};
    static const char *const wrong[] = {"nonsense",        "127.0.0.1",
                                        "192.0.2.77:0",    "[2001:db8::77]:0",
                                        "127.0.0.1:99999", "elsewhere.invalid:0"};
    char error[512];
    pln_net_options_t options = {.self = &b->self};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        error[0] = '\0';
        options.listen = wrong[i];
        assert_null(pln_net_start(&options, &handler, NULL, error, sizeof error));
        assert_non_null(strstr(error, "--listen"));
    }
    options.listen = pln_net_listen(a->net);
    assert_null(pln_net_start(&options, &handler, NULL, error, sizeof error));
    assert_non_null(strstr(error, "is taken by another program; choose another with --listen"));
}

static void listen_on_all_addresses_takes_ipv4_callers(void **state)
{
    (void)state;
    char address[64];
    side_free(a);
    a = side_new_at("[::]:0");
    pln_net_admit(a->net, PLN_LINK_PEER, &b->self.id, true);
    snprintf(address, sizeof address, "127.0.0.1%s", strrchr(pln_net_listen(a->net), ':'));
    pln_net_dial(b->net, 1, &a->self.id, address, NULL);
    await(b, UP, 1);
    say(b, 1, "hello");
    assert_memory_equal(await(a, UP, 0)->address, "127.0.0.1:", 10);
}

/* ---- the self-test itself ---- */

static void self_test_finds_a_listener_without_a_gate(void **state)
{
    (void)state;
    char endpoint[256];
    char error[512] = "";
    size_t size = sizeof endpoint;
    const int one = 1;
    void *elsewhere = zmq_ctx_new(); /* a context without a handler admits everybody */
    void *open_door = zmq_socket(elsewhere, ZMQ_ROUTER);
    assert_int_equal(zmq_setsockopt(open_door, ZMQ_CURVE_SERVER, &one, sizeof one), 0);
    assert_int_equal(zmq_setsockopt(open_door, ZMQ_CURVE_SECRETKEY, a->self.curve_secret, 32), 0);
    assert_int_equal(zmq_bind(open_door, "tcp://127.0.0.1:*"), 0);
    assert_int_equal(zmq_getsockopt(open_door, ZMQ_LAST_ENDPOINT, endpoint, &size), 0);
    assert_false(pln_socket_self_test(a->net->zap, &a->self, endpoint + 6, error, sizeof error));
    pln_socket_close(open_door, NULL, 0);
    zmq_ctx_term(elsewhere);
    assert_non_null(strstr(error, "let in"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(net_links_an_admitted_peer_both_ways),
        TEST(net_carries_the_largest_frame_in_order),
        TEST(net_names_a_ticket_as_a_ticket),
        TEST(net_resolves_names),
        TEST(net_refuses_a_stranger_and_counts_it),
        TEST(net_lets_in_after_a_refusal_once_admitted),
        TEST(net_keeps_the_gates_of_two_nets_apart),
        TEST(net_tells_another_key_from_a_refusal),
        TEST(net_says_unreached_where_nobody_is),
        TEST(net_says_unreached_for_what_is_no_address),
        TEST(net_gives_up_on_a_peer_that_never_answers),
        TEST(net_gives_nothing_to_a_client_without_curve),
        TEST(net_drops_the_live_link_of_a_key_no_longer_admitted),
        TEST(net_drops_a_key_that_lost_admission_before_its_first_frame),
        TEST(net_never_links_what_is_no_key),
        TEST(net_ends_a_link_that_sends_a_frame_too_large),
        TEST(net_ends_a_link_that_sends_a_message_in_parts),
        TEST(net_makes_no_link_of_a_first_message_in_parts),
        TEST(net_makes_no_link_of_a_chosen_routing_id),
        TEST(net_delivers_the_last_word_of_the_side_that_closes),
        TEST(net_hears_nothing_more_from_a_link_it_closed),
        TEST(net_tells_when_the_listening_side_is_gone),
        TEST(net_reports_a_queue_that_is_full_as_stalled),
        TEST(net_leaks_nothing_over_many_dials),
        TEST(net_wakes_for_the_callers_fd),
        TEST(listen_takes_the_remembered_port_first),
        TEST(listen_takes_any_port_when_the_remembered_one_is_taken),
        TEST(listen_says_what_is_wrong),
        TEST(listen_on_all_addresses_takes_ipv4_callers),
        TEST(self_test_finds_a_listener_without_a_gate),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
