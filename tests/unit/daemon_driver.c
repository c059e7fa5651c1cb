// SPDX-License-Identifier: MPL-2.0
/* Whole nodes in one process: driver, net, writer and store, talking over loopback. */
#include "store_fixture.h"
#include "stretch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>

#include "daemon/driver.h"
#include "daemon/driver_state.h"
#include "proto/identity.h"
#include "proto/ticket.h"

#define DEADLINE_MS 120000u

typedef struct {
    fixture_t files;
    pln_driver_t *driver;
} place_t;

static place_t *a;
static place_t *b;

static uint64_t soon(void)
{
    return pln_driver_now_ms() + DEADLINE_MS;
}

static pln_driver_options_t options_of(const place_t *place, const char *name)
{
    return (pln_driver_options_t){.self = &place->files.self,
                                  .store = place->files.store,
                                  .name = name,
                                  .listen = "127.0.0.1:0",
                                  .dir = place->files.dir};
}

static void start(place_t *place, const char *name)
{
    char error[512] = "";
    pln_driver_options_t options = options_of(place, name);
    place->driver = pln_driver_start(&options, error, sizeof error);
    if (place->driver == NULL) {
        fail_msg("%s", error);
    }
}

static place_t *place_new(uint8_t number, const char *name)
{
    place_t *place = calloc(1, sizeof *place);
    fixture_make(&place->files);
    place->files.self = fixture_identity(number);
    memset(place->files.id.bytes, number, sizeof place->files.id.bytes);
    fixture_open(&place->files);
    start(place, name);
    return place;
}

static void place_free(place_t *place)
{
    pln_driver_stop(&place->driver);
    fixture_close(&place->files);
    free(place);
}

static int setup(void **state)
{
    (void)state;
    a = place_new(1, "Alder");
    b = place_new(2, "Birch");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    place_free(a);
    place_free(b);
    return 0;
}

/* ---- asking ---- */

static pln_network_id_t found(place_t *place, const char *name)
{
    pln_reply_t reply;
    pln_network_id_t network;
    pln_event_t event = {.type = PLN_EV_FOUND, .as.found = {.name = name}};
    randombytes_buf(event.as.found.nonce, sizeof event.as.found.nonce);
    pln_driver_request(place->driver, &event, soon(), NULL, NULL, &reply);
    assert_int_equal(reply.error, PLN_OK);
    assert_int_equal(reply.data.size, sizeof network.bytes);
    memcpy(network.bytes, reply.data.data, sizeof network.bytes);
    pln_reply_free(&reply);
    return network;
}

static pln_reply_t publish(place_t *place, const pln_network_id_t *network, size_t count)
{
    static const uint8_t payload[] = {0x80};
    pln_reply_t reply;
    pln_draft_t *drafts = calloc(count, sizeof *drafts);
    for (size_t i = 0; i < count; i++) {
        drafts[i] = (pln_draft_t){
            .kind = 0x0101, .time_ms = 1795000000000u, .payload = PLN_SPAN(payload, 1)};
    }
    pln_event_t event = {.type = PLN_EV_PUBLISH,
                         .as.publish = {.network = *network, .drafts = drafts, .count = count}};
    pln_driver_request(place->driver, &event, soon(), NULL, NULL, &reply);
    free(drafts);
    return reply;
}

/* A ticket of @place's network, as the other one will read it. */
static pln_ticket_t invite(place_t *place, const pln_network_id_t *network)
{
    pln_reply_t reply;
    pln_ticket_t ticket;
    pln_identity_t key;
    const char *addresses[] = {pln_driver_listen(place->driver)};
    pln_event_t event = {.type = PLN_EV_INVITE};
    event.as.invite.network = *network;
    event.as.invite.role = PLN_ROLE_CONTRIBUTOR;
    event.as.invite.label = "Birch";
    event.as.invite.expiry_ms = (uint64_t)time(NULL) * 1000 + 3600000;
    event.as.invite.addresses = addresses;
    event.as.invite.address_count = 1;
    do {
        randombytes_buf(event.as.invite.seed, PLN_SEED_SIZE);
    } while (pln_identity_derive(event.as.invite.seed, &key) != PLN_OK);
    pln_driver_request(place->driver, &event, soon(), NULL, NULL, &reply);
    assert_int_equal(reply.error, PLN_OK);
    assert_int_equal(pln_ticket_decode(pln_buf_span(&reply.data), &ticket), PLN_OK);
    pln_reply_free(&reply);
    return ticket;
}

static pln_err_t join(place_t *place, const pln_ticket_t *ticket)
{
    pln_reply_t reply;
    pln_event_t event = {.type = PLN_EV_JOIN, .as.join = {.ticket = ticket}};
    pln_driver_request(place->driver, &event, soon(), NULL, NULL, &reply);
    pln_reply_free(&reply);
    return reply.error;
}

typedef struct {
    uint64_t records;
    pln_hash_t digest;
    size_t networks;
} summary_t;

static void summarise(pln_node_t *node, void *arg)
{
    summary_t *summary = arg;
    pln_network_view_t view;
    size_t cursor = 0;
    while (pln_node_next_network(node, &cursor, &view)) {
        summary->networks++;
        summary->records += view.records;
        summary->digest = view.digest;
    }
}

static summary_t summary_of(place_t *place)
{
    summary_t summary = {0};
    assert_true(pln_driver_look(place->driver, summarise, &summary));
    return summary;
}

/* Until @place holds @records records, woken by its arrivals. */
static void await_records(place_t *place, uint64_t records)
{
    uint64_t deadline = soon();
    for (uint64_t arrival = 0; summary_of(place).records < records;) {
        assert_true(pln_driver_now_ms() < deadline);
        arrival = pln_driver_wait(place->driver, arrival, 200);
    }
}

/* ---- tests ---- */

static void driver_founds_publishes_and_keeps_it_over_a_restart(void **state)
{
    (void)state;
    pln_network_id_t network = found(a, "Cedar");
    pln_reply_t reply = publish(a, &network, 3);
    assert_int_equal(reply.error, PLN_OK);
    assert_int_equal(reply.first_seq, 1);
    assert_memory_equal(reply.place.network.bytes, network.bytes, 32);
    summary_t before = summary_of(a);
    assert_int_equal(before.records, 3);

    pln_driver_stop(&a->driver);
    fixture_reopen(&a->files);
    start(a, "Alder");
    summary_t after = summary_of(a);
    assert_int_equal(after.records, 3);
    assert_memory_equal(after.digest.bytes, before.digest.bytes, 32);
    reply = publish(a, &network, 1);
    assert_int_equal(reply.error, PLN_OK);
    assert_int_equal(reply.first_seq, 4);
}

static void driver_brings_records_to_whoever_joined(void **state)
{
    (void)state;
    pln_network_id_t network = found(a, "Cedar");
    assert_int_equal(publish(a, &network, 100).error, PLN_OK);
    pln_ticket_t ticket = invite(a, &network);
    assert_int_equal(join(b, &ticket), PLN_OK);
    await_records(b, 100);
    assert_int_equal(publish(a, &network, 5).error, PLN_OK);
    await_records(b, 105);
    assert_int_equal(publish(b, &network, 7).error, PLN_OK);
    await_records(a, 112);
    await_records(b, 112);
    assert_memory_equal(summary_of(a).digest.bytes, summary_of(b).digest.bytes, 32);
}

static void driver_catches_up_after_the_other_was_off(void **state)
{
    (void)state;
    pln_network_id_t network = found(a, "Cedar");
    pln_ticket_t ticket = invite(a, &network);
    assert_int_equal(join(b, &ticket), PLN_OK);
    pln_driver_stop(&b->driver);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(publish(a, &network, 500).error, PLN_OK);
    }
    fixture_reopen(&b->files);
    start(b, "Birch");
    await_records(b, 10000);
    assert_memory_equal(summary_of(a).digest.bytes, summary_of(b).digest.bytes, 32);
}

static void driver_reports_what_the_node_refuses(void **state)
{
    (void)state;
    pln_network_id_t unknown;
    memset(unknown.bytes, 9, sizeof unknown.bytes);
    assert_int_not_equal(publish(a, &unknown, 1).error, PLN_OK);
    assert_int_equal(summary_of(a).networks, 0);
}

/** An address at which nobody listens, nor can begin to, until the socket is closed. */
static int held_port(char *address, size_t size)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof own;
    assert_int_equal(bind(fd, (struct sockaddr *)&own, length), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &length), 0);
    snprintf(address, size, "127.0.0.1:%u", (unsigned)ntohs(own.sin_port));
    return fd;
}

/** A ticket that nobody answers; the socket is to be closed in the end. */
static int unanswered(pln_ticket_t *ticket)
{
    char nobody[64];
    int held = held_port(nobody, sizeof nobody);
    for (size_t i = 0; i < ticket->node_count; i++) {
        for (size_t k = 0; k < ticket->nodes[i].address_count; k++) {
            strcpy(ticket->nodes[i].addresses[k], nobody);
        }
    }
    return held;
}

static void driver_stops_waiting_for_a_reply_at_the_deadline(void **state)
{
    (void)state;
    pln_network_id_t network = found(a, "Cedar");
    pln_ticket_t ticket = invite(a, &network);
    int held = unanswered(&ticket);
    pln_reply_t reply;
    pln_event_t event = {.type = PLN_EV_JOIN, .as.join = {.ticket = &ticket}};
    uint64_t begin = pln_driver_now_ms();
    pln_driver_request(b->driver, &event, begin + 300, NULL, NULL, &reply);
    assert_int_equal(reply.error, PLN_EIO);
    assert_non_null(strstr(reply.detail, "nobody was reached in time"));
    assert_true(pln_driver_now_ms() - begin < stretched_ms(5000));
    assert_int_equal(summary_of(b).networks, 0);
    close(held);
}

static bool give_up_at_once(void *arg, const char *line)
{
    (void)line;
    ++*(int *)arg;
    return false;
}

static void driver_ends_a_request_its_user_gives_up(void **state)
{
    (void)state;
    pln_network_id_t network = found(a, "Cedar");
    pln_ticket_t ticket = invite(a, &network);
    int held = unanswered(&ticket);
    int asked = 0;
    pln_reply_t reply;
    pln_event_t event = {.type = PLN_EV_JOIN, .as.join = {.ticket = &ticket}};
    pln_driver_request(b->driver, &event, soon(), give_up_at_once, &asked, &reply);
    assert_int_equal(reply.error, PLN_EIO);
    assert_int_equal(asked, 1);
    close(held);
}

static void *join_in_vain(void *arg)
{
    pln_reply_t reply;
    pln_event_t event = {.type = PLN_EV_JOIN, .as.join = {.ticket = arg}};
    pln_driver_request(b->driver, &event, UINT64_MAX, NULL, NULL, &reply);
    assert_int_equal(reply.error, PLN_EIO);
    return NULL;
}

static void *wait_in_vain(void *arg)
{
    (void)arg;
    assert_int_equal(pln_driver_wait(b->driver, 1000000, 60000), 1000000);
    return NULL;
}

static void driver_lets_everybody_go_when_the_daemon_stops(void **state)
{
    (void)state;
    pln_network_id_t network = found(a, "Cedar");
    pln_ticket_t ticket = invite(a, &network);
    int held = unanswered(&ticket);
    pthread_t joiner;
    pthread_t waiter;
    pthread_create(&joiner, NULL, join_in_vain, &ticket);
    pthread_create(&waiter, NULL, wait_in_vain, NULL);
    for (size_t inside = 0; inside < 2;) {
        pthread_mutex_lock(&b->driver->inbox.lock);
        inside = b->driver->inside;
        pthread_mutex_unlock(&b->driver->inbox.lock);
    }
    pln_driver_begin_stop(b->driver);
    pthread_join(joiner, NULL);
    pthread_join(waiter, NULL);
    assert_true(pln_driver_stopping(b->driver));
    summary_t nothing = {0};
    assert_false(pln_driver_look(b->driver, summarise, &nothing));
    assert_int_equal(publish(b, &network, 1).error, PLN_EIO);
    close(held);
}

static atomic_int published;

static void *publish_many(void *arg)
{
    for (int i = 0; i < 25; i++) {
        atomic_fetch_add(&published, publish(a, arg, 1).error == PLN_OK);
        summary_of(a);
    }
    return NULL;
}

static void driver_serves_many_threads_at_once(void **state)
{
    (void)state;
    pln_network_id_t network = found(a, "Cedar");
    pthread_t threads[16];
    atomic_store(&published, 0);
    for (size_t i = 0; i < 16; i++) {
        pthread_create(&threads[i], NULL, publish_many, &network);
    }
    for (size_t i = 0; i < 16; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(atomic_load(&published), 400);
    assert_int_equal(summary_of(a).records, 400);
}

static void driver_stops_soon_in_the_middle_of_a_catch_up(void **state)
{
    (void)state;
    pln_network_id_t network = found(a, "Cedar");
    pln_ticket_t ticket = invite(a, &network);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(publish(a, &network, 500).error, PLN_OK);
    }
    assert_int_equal(join(b, &ticket), PLN_OK);
    uint64_t begin = pln_driver_now_ms();
    pln_driver_stop(&b->driver);
    assert_true(pln_driver_now_ms() - begin < stretched_ms(5000));
    fixture_reopen(&b->files);
    start(b, "Birch");
    await_records(b, 10000);
}

static void driver_counts_strangers_and_commits(void **state)
{
    (void)state;
    uint64_t commits;
    uint64_t nanoseconds;
    found(a, "Cedar");
    pln_driver_commits(a->driver, &commits, &nanoseconds);
    assert_true(commits > 0);
    /* A ticket nobody made: its key is a stranger's. */
    pln_network_id_t network = found(a, "Elm");
    pln_ticket_t ticket = invite(a, &network);
    pln_identity_t key;
    do {
        randombytes_buf(ticket.seed, sizeof ticket.seed);
    } while (pln_identity_derive(ticket.seed, &key) != PLN_OK);
    assert_int_equal(pln_driver_turned_away(a->driver, PLN_TURNED_STRANGER), 0);
    assert_int_equal(join(b, &ticket), PLN_ETICKET_UNKNOWN);
    assert_true(pln_driver_turned_away(a->driver, PLN_TURNED_STRANGER) > 0);
}

static void driver_pauses_below_the_disk_reserve(void **state)
{
    (void)state;
    char error[512];
    uint64_t free_bytes = 0;
    bool paused = true;
    for (uint64_t deadline = soon(); free_bytes == 0;) {
        pln_driver_disk(a->driver, &free_bytes, &paused);
        assert_true(pln_driver_now_ms() < deadline);
    }
    assert_false(paused);
    pln_driver_stop(&a->driver);
    pln_driver_options_t options = options_of(a, "Alder");
    options.disk_reserve = UINT64_MAX / 2;
    a->driver = pln_driver_start(&options, error, sizeof error);
    assert_non_null(a->driver);
    for (uint64_t deadline = soon(); !paused;) {
        pln_driver_disk(a->driver, &free_bytes, &paused);
        assert_true(pln_driver_now_ms() < deadline);
    }
}

static void driver_says_why_it_cannot_start(void **state)
{
    (void)state;
    char error[512] = "";
    pln_driver_stop(&b->driver);
    pln_driver_options_t options = options_of(b, "Birch");
    options.listen = pln_driver_listen(a->driver);
    assert_null(pln_driver_start(&options, error, sizeof error));
    assert_non_null(strstr(error, "is taken by another program"));
    start(b, "Birch");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(driver_founds_publishes_and_keeps_it_over_a_restart),
        TEST(driver_brings_records_to_whoever_joined),
        TEST(driver_catches_up_after_the_other_was_off),
        TEST(driver_reports_what_the_node_refuses),
        TEST(driver_stops_waiting_for_a_reply_at_the_deadline),
        TEST(driver_ends_a_request_its_user_gives_up),
        TEST(driver_lets_everybody_go_when_the_daemon_stops),
        TEST(driver_serves_many_threads_at_once),
        TEST(driver_stops_soon_in_the_middle_of_a_catch_up),
        TEST(driver_counts_strangers_and_commits),
        TEST(driver_pauses_below_the_disk_reserve),
        TEST(driver_says_why_it_cannot_start),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
