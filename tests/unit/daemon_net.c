// SPDX-License-Identifier: MPL-2.0
/* Links: how they come up, what they carry, how they end. */
#include "net_fixture.h"

#include <dirent.h>
#include <sys/eventfd.h>

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
    assert_int_equal(pln_net_turned(a->net, PLN_TURNED_IN_PARTS), 1);
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

/* More than libzmq's queue holds, at once, while the other side does not read. */
static void net_holds_a_burst_until_the_other_side_reads(void **state)
{
    (void)state;
    enum { BURST = 3000 };
    uint32_t accepted = join(1);
    for (uint32_t i = 0; i < BURST; i++) {
        assert_true(pln_net_send(a->net, accepted, PLN_SPAN(&i, sizeof i), PLN_SPAN(NULL, 0)));
        assert_true(pln_net_send(b->net, 1, PLN_SPAN(&i, sizeof i), PLN_SPAN(NULL, 0)));
    }
    for (uint32_t i = 0; i < BURST; i++) {
        assert_memory_equal(await(b, FRAME, 1)->first, &i, sizeof i);
        assert_memory_equal(await(a, FRAME, accepted)->first, &i, sizeof i);
    }
    assert_int_equal(a->net->backlogs + b->net->backlogs, 0);
    assert_int_equal(count_of(a, DOWN) + count_of(b, DOWN), 0);
}

static void net_ends_a_link_whose_message_never_ends(void **state)
{
    (void)state;
    static uint8_t part[500000];
    pln_net_admit(a->net, PLN_LINK_PEER, &b->self.id, true);
    void *socket = raw_dealer(&b->self, true);
    zmq_send(socket, "hello", 5, 0);
    uint32_t accepted = await(a, UP, 0)->link;
    await(a, FRAME, accepted);
    for (int parts = 0; parts < 400; parts++) { /* libzmq sends none before it has the last */
        assert_int_equal(zmq_send(socket, part, sizeof part, ZMQ_SNDMORE), sizeof part);
    }
    zmq_send(socket, part, sizeof part, 0);
    assert_int_equal(await(a, DOWN, accepted)->why, PLN_DOWN_CLOSED);
    assert_int_equal(pln_net_turned(a->net, PLN_TURNED_UNFINISHED), 1);
    zmq_close(socket);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(net_links_an_admitted_peer_both_ways),
        TEST(net_carries_the_largest_frame_in_order),
        TEST(net_names_a_ticket_as_a_ticket),
        TEST(net_resolves_names),
        TEST(net_ends_a_link_that_sends_a_frame_too_large),
        TEST(net_ends_a_link_that_sends_a_message_in_parts),
        TEST(net_makes_no_link_of_a_first_message_in_parts),
        TEST(net_makes_no_link_of_a_chosen_routing_id),
        TEST(net_delivers_the_last_word_of_the_side_that_closes),
        TEST(net_hears_nothing_more_from_a_link_it_closed),
        TEST(net_tells_when_the_listening_side_is_gone),
        TEST(net_reports_a_queue_that_is_full_as_stalled),
        TEST(net_holds_a_burst_until_the_other_side_reads),
        TEST(net_ends_a_link_whose_message_never_ends),
        TEST(net_leaks_nothing_over_many_dials),
        TEST(net_wakes_for_the_callers_fd),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
