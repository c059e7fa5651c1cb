// SPDX-License-Identifier: MPL-2.0
/* Who gets no link, and on what terms we listen. */
#include "net_fixture.h"
#include "stretch.h"

#include <arpa/inet.h>
#include <netinet/in.h>

/* ---- the gate ---- */

static void net_refuses_a_stranger_and_counts_it(void **state)
{
    (void)state;
    assert_int_equal(pln_net_turned(a->net, PLN_TURNED_STRANGER), 0);
    pln_net_dial(b->net, 1, &a->self.id, pln_net_listen(a->net), NULL);
    assert_int_equal(await(b, DOWN, 1)->why, PLN_DOWN_REFUSED);
    assert_int_equal(pln_net_turned(a->net, PLN_TURNED_STRANGER), 1);
    assert_int_equal(pln_net_turned(b->net, PLN_TURNED_STRANGER), 0);
    assert_int_equal(a->count, 0);
}

static void net_lets_in_after_a_refusal_once_admitted(void **state)
{
    (void)state;
    pln_net_dial(b->net, 1, &a->self.id, pln_net_listen(a->net), NULL);
    await(b, DOWN, 1);
    join(2);
}

/* Put out of one network, a member of another, and with a ticket: it comes as what lets it do most.
 */
static void net_takes_a_key_of_several_classes_for_the_first_of_them(void **state)
{
    (void)state;
    static const pln_link_class_t classes[] = {PLN_LINK_PUT_OUT, PLN_LINK_TICKET, PLN_LINK_PEER};
    for (uint32_t i = 0; i < 3; i++) {
        pln_net_admit(a->net, classes[i], &b->self.id, true);
        pln_net_dial(b->net, i + 1, &a->self.id, pln_net_listen(a->net), NULL);
        await(b, UP, i + 1);
        assert_true(say(b, i + 1, "x"));
        assert_int_equal(await(a, UP, 0)->as, classes[i]);
    }
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

static void net_says_that_a_name_is_not_known(void **state)
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
        assert_int_equal(await(b, DOWN, i + 1)->why, PLN_DOWN_NAME);
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
    assert_true(now_ms() - begin < stretched_ms(15000));
    close(fd);
}

static void net_gives_nothing_to_a_client_without_curve(void **state)
{
    (void)state;
    void *monitor;
    void *socket = raw_dealer_watched(NULL, false, &monitor);
    const int linger = 0;
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
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

/* What waits in the listener's socket was sent by somebody who was admitted then. */
static void net_hands_on_nothing_that_had_arrived_of_a_key_no_longer_admitted(void **state)
{
    (void)state;
    uint32_t accepted = join(1);
    zmq_pollitem_t arrived = {.socket = a->net->router, .events = ZMQ_POLLIN};
    assert_true(say(b, 1, "too late"));
    for (uint64_t deadline = now_ms() + DEADLINE_MS; arrived.revents == 0;) {
        pln_net_poll(b->net, -1, 1);
        assert_int_not_equal(zmq_poll(&arrived, 1, 1), -1);
        assert_true(now_ms() < deadline);
    }
    pln_net_admit(a->net, PLN_LINK_PEER, &b->self.id, false);
    assert_int_equal(await(a, DOWN, accepted)->why, PLN_DOWN_CLOSED);
    await(b, DOWN, 1);
    assert_int_equal(count_of(a, FRAME), 1);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(net_refuses_a_stranger_and_counts_it),
        TEST(net_lets_in_after_a_refusal_once_admitted),
        TEST(net_takes_a_key_of_several_classes_for_the_first_of_them),
        TEST(net_keeps_the_gates_of_two_nets_apart),
        TEST(net_tells_another_key_from_a_refusal),
        TEST(net_says_unreached_where_nobody_is),
        TEST(net_says_that_a_name_is_not_known),
        TEST(net_gives_up_on_a_peer_that_never_answers),
        TEST(net_gives_nothing_to_a_client_without_curve),
        TEST(net_drops_the_live_link_of_a_key_no_longer_admitted),
        TEST(net_hands_on_nothing_that_had_arrived_of_a_key_no_longer_admitted),
        TEST(net_drops_a_key_that_lost_admission_before_its_first_frame),
        TEST(net_never_links_what_is_no_key),
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
