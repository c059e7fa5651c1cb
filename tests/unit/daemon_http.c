// SPDX-License-Identifier: MPL-2.0
// The API over real sockets, with a real driver and store behind it.
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <jansson.h>
#include <netinet/in.h>

#include "daemon/address.h"
#include "daemon/api.h"
#include "daemon/http.h"
#include "store_fixture.h"
#include "stretch.h"

#define WAIT_MS 120000

typedef struct {
    fixture_t fixture;
    pln_driver_t *driver;
    pln_catalog_t *catalog;
    pln_http_t *http;
    char path[512];
} world_t;

static int start_world(void **state)
{
    world_t *world = calloc(1, sizeof *world);
    assert_non_null(world);
    fixture_make(&world->fixture);
    fixture_open(&world->fixture);
    pln_driver_options_t driver = {.self = &world->fixture.self,
                                   .store = world->fixture.store,
                                   .name = "Cedar",
                                   .listen = "127.0.0.1:0"};
    char error[512] = "";
    world->driver = pln_driver_start(&driver, error, sizeof error);
    assert_string_equal(error, "");
    world->catalog = pln_catalog_open(world->fixture.dir, world->driver, world->fixture.store);
    pln_http_options_t http = {.driver = world->driver,
                               .store = world->fixture.store,
                               .catalog = world->catalog,
                               .self = &world->fixture.self,
                               .dir = world->fixture.dir,
                               .name = "Cedar",
                               .listen = "127.0.0.1:0"};
    world->http = pln_http_start(&http, error, sizeof error);
    assert_string_equal(error, "");
    snprintf(world->path, sizeof world->path, "%s/plnd.sock", world->fixture.dir);
    *state = world;
    return 0;
}

static int stop_world(void **state)
{
    world_t *world = *state;
    pln_http_stop(&world->http);
    pln_catalog_close(&world->catalog);
    pln_catalog_db_remove(world->fixture.dir);
    pln_driver_stop(&world->driver);
    assert_int_equal(access(world->path, F_OK), -1);
    fixture_close(&world->fixture);
    free(world);
    return 0;
}

/* ---- a small client ---- */

static int open_local(const world_t *world)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_true(strlen(world->path) < sizeof address.sun_path);
    memcpy(address.sun_path, world->path, strlen(world->path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static int open_tcp(const world_t *world)
{
    pln_address_t parsed;
    assert_true(pln_address_parse(pln_http_listen(world->http), &parsed));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(parsed.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void send_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            return; /* the daemon may answer and hang up before it has heard all */
        }
        data += sent;
        size -= (size_t)sent;
    }
}

/** Read until @end is seen, or to the end of the connection when @end is NULL. */
static char *receive(int fd, const char *end)
{
    pln_buf_t in = {0};
    for (;;) {
        struct pollfd waiting = {.fd = fd, .events = POLLIN};
        char piece[4096];
        assert_int_equal(poll(&waiting, 1, WAIT_MS), 1);
        ssize_t size = recv(fd, piece, sizeof piece, 0);
        if (size <= 0) {
            break;
        }
        pln_buf_add(&in, piece, (size_t)size);
        pln_buf_u8(&in, 0);
        in.size--;
        if (end != NULL && strstr((const char *)in.data, end) != NULL) {
            break;
        }
    }
    pln_buf_u8(&in, 0);
    return (char *)in.data;
}

/** One request on a connection of its own; the whole response. */
static char *ask(int fd, const char *method, const char *target, const char *headers,
                 const char *body)
{
    char head[1024];
    size_t size = body == NULL ? 0 : strlen(body);
    int length = snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nConnection: close\r\n%s", method,
                          target, headers);
    if (body != NULL) {
        length += snprintf(head + length, sizeof head - (size_t)length,
                           "Content-Type: application/json\r\nContent-Length: %zu\r\n", size);
    }
    length += snprintf(head + length, sizeof head - (size_t)length, "\r\n");
    send_all(fd, head, (size_t)length);
    send_all(fd, body == NULL ? "" : body, size);
    char *response = receive(fd, NULL);
    close(fd);
    return response;
}

static int status_of(const char *response)
{
    assert_int_equal(strncmp(response, "HTTP/1.1 ", 9), 0);
    return atoi(response + 9);
}

static int status_and_free(char *response)
{
    int status = status_of(response);
    free(response);
    return status;
}

/** The JSON of a response over the Unix socket, whose status must be @status. */
static json_t *local_json(const world_t *world, const char *method, const char *target,
                          const char *body, int status)
{
    char *response = ask(open_local(world), method, target, "Host: pln\r\n", body);
    assert_int_equal(status_of(response), status);
    const char *start = strstr(response, "\r\n\r\n");
    assert_non_null(start);
    json_t *json = json_loads(start, 0, NULL);
    assert_non_null(json);
    free(response);
    return json;
}

static const char *text_of(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

static void found_network(const world_t *world)
{
    json_decref(local_json(world, "POST", "/api/v1/networks", "{\"name\":\"Iowa CBE\"}", 201));
}

static const char lesson[] =
    "{\"records\":[{\"kind\":\"lesson\",\"fields\":{\"title\":\"t\",\"result\":\"r\","
    "\"challenge\":\"c\",\"lesson\":\"l\"}},{\"kind\":\"lesson\",\"fields\":{\"title\":\"t\"}}],"
    "\"skip_existing\":true}";

/* ---- tests ---- */

static void api_answers_on_both_doors(void **state)
{
    const world_t *world = *state;
    char host[PLN_ADDRESS_MAX + 16];
    json_t *json = local_json(world, "GET", "/healthz", NULL, 200);
    assert_string_equal(text_of(json, "status"), "ok");
    json_decref(json);
    snprintf(host, sizeof host, "Host: %s\r\n", pln_http_listen(world->http));
    assert_int_equal(status_and_free(ask(open_tcp(world), "GET", "/healthz", host, NULL)), 200);
    assert_int_equal(status_and_free(ask(open_tcp(world), "GET", "/api/v1/status", host, NULL)),
                     200);
}

static void tcp_door_refuses_foreign_hosts_and_changes(void **state)
{
    const world_t *world = *state;
    char host[PLN_ADDRESS_MAX + 16];
    snprintf(host, sizeof host, "Host: %s\r\n", pln_http_listen(world->http));
    assert_int_equal(
        status_and_free(ask(open_tcp(world), "GET", "/healthz", "Host: evil.example\r\n", NULL)),
        421);
    assert_int_equal(
        status_and_free(ask(open_tcp(world), "POST", "/api/v1/networks", host, "{\"name\":\"X\"}")),
        403);
    json_t *json = local_json(world, "GET", "/api/v1/networks", NULL, 200);
    assert_int_equal(json_array_size(json_object_get(json, "networks")), 0);
    json_decref(json);
}

static void a_published_record_is_listed_and_shown(void **state)
{
    const world_t *world = *state;
    found_network(world);
    json_t *json = local_json(world, "POST", "/api/v1/records", lesson, 200);
    const json_t *results = json_object_get(json, "results");
    const json_t *refused = json_object_get(json_array_get(results, 1), "error");
    char target[256];
    assert_string_equal(text_of(refused, "field"), "result");
    assert_string_equal(text_of(refused, "reason"), "required");
    snprintf(target, sizeof target, "/api/v1/records/%s",
             text_of(json_array_get(results, 0), "id"));
    json_t *shown = local_json(world, "GET", target, NULL, 200);
    assert_string_equal(text_of(json_object_get(shown, "fields"), "result"), "r");
    assert_true(json_is_true(json_object_get(json_object_get(shown, "vouched"), "verified")));
    json_t *list = local_json(world, "GET", "/api/v1/records?kind=lesson&author=Cedar", NULL, 200);
    assert_int_equal(json_array_size(json_object_get(list, "records")), 1);
    assert_true(json_is_null(json_object_get(list, "next")));
    json_decref(list);
    json_decref(shown);
    json_decref(json);
}

static void the_same_content_is_skipped_when_asked_for(void **state)
{
    const world_t *world = *state;
    found_network(world);
    json_t *first = local_json(world, "POST", "/api/v1/records", lesson, 200);
    json_t *again = local_json(world, "POST", "/api/v1/records", lesson, 200);
    assert_string_equal(text_of(json_array_get(json_object_get(again, "results"), 0), "skipped"),
                        text_of(json_array_get(json_object_get(first, "results"), 0), "id"));
    json_decref(first);
    json_decref(again);
}

static void pages_of_a_list_join_without_a_gap(void **state)
{
    const world_t *world = *state;
    char target[256], body[256], next[64] = "";
    found_network(world);
    for (int i = 0; i < 5; i++) {
        snprintf(
            body, sizeof body,
            "{\"records\":[{\"kind\":\"task\",\"fields\":{\"title\":\"%d\",\"prompt\":\"p\"}}]}",
            i);
        json_decref(local_json(world, "POST", "/api/v1/records", body, 200));
    }
    for (int i = 4; i >= 0; i--) {
        char title[16];
        snprintf(target, sizeof target, "/api/v1/records?limit=1%s%s", next[0] ? "&before=" : "",
                 next);
        snprintf(title, sizeof title, "%d", i);
        json_t *page = local_json(world, "GET", target, NULL, 200);
        const json_t *record = json_array_get(json_object_get(page, "records"), 0);
        assert_string_equal(text_of(json_object_get(record, "fields"), "title"), title);
        if (text_of(page, "next") != NULL) {
            snprintf(next, sizeof next, "%s", text_of(page, "next"));
        }
        json_decref(page);
    }
}

static void what_a_request_gets_wrong_is_named(void **state)
{
    const world_t *world = *state;
    static const struct {
        const char *method, *target, *body;
        int status;
        const char *reason;
    } rows[] = {
        {"GET", "/api/v1/nothing", NULL, 404, "no-route"},
        {"DELETE", "/healthz", NULL, 405, "method"},
        {"GET", "/api/v1/networks/-", NULL, 404, "not-found"},
        {"GET", "/api/v1/networks/Ohio", NULL, 404, "not-found"},
        {"GET", "/api/v1/records?limit=0", NULL, 400, "limit"},
        {"GET", "/api/v1/records?limit=1001", NULL, 400, "limit"},
        {"GET", "/api/v1/records?before=x", NULL, 400, "before"},
        {"GET", "/api/v1/records?since=yesterday", NULL, 400, "since"},
        {"GET", "/api/v1/records?kind=poem", NULL, 400, "kind"},
        {"GET", "/api/v1/records?author=Ohio", NULL, 404, "not-found"},
        {"GET", "/api/v1/records/-/z6Mk/0", NULL, 400, "id"},
        {"GET", "/api/v1/watch?from=9", NULL, 400, "from"},
        {"POST", "/api/v1/networks", "{", 400, "json"},
        {"POST", "/api/v1/networks", "[]", 400, "json"},
        {"POST", "/api/v1/networks", "{}", 400, "field"},
        {"POST", "/api/v1/networks", "{\"name\":\"-\"}", 400, "field"},
        {"POST", "/api/v1/networks", "{\"name\":\"a\\u001b[2J\"}", 400, "field"},
        {"POST", "/api/v1/records", "{}", 400, "field"},
        {"POST", "/api/v1/records", "{\"records\":[]}", 404, "not-found"},
        {"POST", "/api/v1/join", "{\"ticket\":\"PLN1-x\"}", 400, NULL},
        {"POST", "/api/v1/tickets/read", "{}", 400, "field"},
        {"POST", "/api/v1/peers", "{\"address\":\"x\",\"id\":\"y\"}", 400, "field"},
        {"POST", "/api/v1/peers/remove", "{\"id\":\"x\"}", 404, "not-found"},
        {"POST", "/api/v1/invitations/z6Mkxxxx/cancel", "{}", 404, "not-found"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *json =
            local_json(world, rows[i].method, rows[i].target, rows[i].body, rows[i].status);
        if (rows[i].reason != NULL) {
            assert_string_equal(text_of(json, "reason"), rows[i].reason);
        }
        assert_true(json_string_length(json_object_get(json, "detail")) > 0);
        json_decref(json);
    }
}

static void a_body_over_one_mebibyte_is_refused(void **state)
{
    const world_t *world = *state;
    static const char chunked[] =
        "POST /api/v1/records HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    size_t size = PLN_API_BODY_MAX + 1;
    char *body = malloc(size + 1), length[32];
    assert_non_null(body);
    memset(body, ' ', size);
    body[size] = '\0';
    char *response = ask(open_local(world), "POST", "/api/v1/records", "Host: x\r\n", body);
    assert_int_equal(status_and_free(response), 413);

    int fd = open_local(world);
    snprintf(length, sizeof length, "%zx\r\n", size);
    send_all(fd, chunked, sizeof chunked - 1);
    send_all(fd, length, strlen(length));
    send_all(fd, body, size);
    send_all(fd, "\r\n0\r\n\r\n", 7);
    assert_int_equal(status_and_free(receive(fd, NULL)), 413);
    close(fd);
    free(body);
}

static void a_ticket_says_what_it_would_join(void **state)
{
    const world_t *world = *state;
    found_network(world);
    json_t *ticket = local_json(world, "POST", "/api/v1/networks/-/invitations",
                                "{\"label\":\"Dover\",\"addresses\":[\"127.0.0.1:7\"]}", 201);
    char body[2048];
    snprintf(body, sizeof body, "{\"ticket\":\"> %s\"}", text_of(ticket, "ticket"));
    json_t *read = local_json(world, "POST", "/api/v1/tickets/read", body, 200);
    assert_string_equal(text_of(read, "name"), "Iowa CBE");
    assert_string_equal(text_of(read, "role"), "contributor");
    assert_string_equal(text_of(read, "label"), "Dover");
    assert_int_equal(json_array_size(json_object_get(ticket, "warnings")), 1);
    json_t *list = local_json(world, "GET", "/api/v1/invitations", NULL, 200);
    const json_t *first = json_array_get(json_object_get(list, "invitations"), 0);
    assert_string_equal(text_of(first, "key"), text_of(ticket, "key"));
    assert_string_equal(text_of(first, "state"), "open");
    snprintf(body, sizeof body, "/api/v1/invitations/%s/cancel", text_of(ticket, "key"));
    json_decref(local_json(world, "POST", body, "{}", 200));
    json_decref(list);
    list = local_json(world, "GET", "/api/v1/invitations", NULL, 200);
    first = json_array_get(json_object_get(list, "invitations"), 0);
    assert_string_equal(text_of(first, "state"), "cancelled");
    json_decref(list);
    json_decref(read);
    json_decref(ticket);
}

static int open_stream(const world_t *world, const char *target)
{
    char head[256];
    int fd = open_local(world);
    int size = snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", target);
    send_all(fd, head, (size_t)size);
    free(receive(fd, "\r\n\r\n"));
    return fd;
}

static void a_watcher_sees_a_record_as_it_arrives(void **state)
{
    const world_t *world = *state;
    found_network(world);
    int watch = open_stream(world, "/api/v1/watch?kind=lesson");
    int events = open_stream(world, "/api/v1/events");
    json_decref(local_json(world, "POST", "/api/v1/records", lesson, 200));
    char *line = receive(watch, "\"arrival\":");
    assert_non_null(strstr(line, "\"kind\":\"lesson\""));
    free(line);
    free(receive(events, "event: arrival"));
    close(watch);
    close(events);
}

static void export_ends_after_the_last_record(void **state)
{
    const world_t *world = *state;
    found_network(world);
    json_decref(local_json(world, "POST", "/api/v1/records", lesson, 200));
    char *response = ask(open_local(world), "GET", "/api/v1/export", "Host: x\r\n", NULL);
    assert_int_equal(status_of(response), 200);
    assert_non_null(strstr(response, "\"title\":\"t\""));
    assert_non_null(strstr(response, "\r\n0\r\n\r\n"));
    free(response);
}

static void stop_ends_open_streams(void **state)
{
    world_t *world = *state;
    int streams[8];
    for (size_t i = 0; i < 8; i++) {
        streams[i] = open_stream(world, i % 2 == 0 ? "/api/v1/watch" : "/api/v1/events");
    }
    uint64_t before = pln_mono_ms();
    pln_http_stop(&world->http);
    assert_true(pln_mono_ms() - before < stretched_ms(2000));
    for (size_t i = 0; i < 8; i++) {
        free(receive(streams[i], NULL));
        close(streams[i]);
    }
}

static void a_second_daemon_on_the_same_socket_is_refused(void **state)
{
    world_t *world = *state;
    char error[512] = "";
    pln_http_options_t options = {.driver = world->driver,
                                  .store = world->fixture.store,
                                  .self = &world->fixture.self,
                                  .dir = world->fixture.dir,
                                  .name = "Cedar"};
    assert_null(pln_http_start(&options, error, sizeof error));
    assert_non_null(strstr(error, "another plnd answers"));
    json_decref(local_json(world, "GET", "/healthz", NULL, 200));
}

/** More parameters than the connection's memory holds: the library hangs up without a word. */
static void a_request_that_never_came_to_its_end_is_not_waited_for(void **state)
{
    world_t *world = *state;
    pln_buf_t request = {0};
    pln_buf_add(&request, "GET /healthz?", 13);
    for (int i = 0; i < 3000; i++) {
        pln_buf_add(&request, "a=b&", 4);
    }
    pln_buf_add(&request, " HTTP/1.1\r\n\r\n", 13);
    int fd = open_local(world);
    send_all(fd, (const char *)request.data, request.size);
    free(receive(fd, NULL));
    close(fd);
    pln_buf_free(&request);
    uint64_t begun_ms = pln_mono_ms();
    pln_http_stop(&world->http);
    assert_true(pln_mono_ms() - begun_ms < stretched_ms(900));
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, start_world, stop_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(api_answers_on_both_doors),
        WORLD_TEST(tcp_door_refuses_foreign_hosts_and_changes),
        WORLD_TEST(a_published_record_is_listed_and_shown),
        WORLD_TEST(the_same_content_is_skipped_when_asked_for),
        WORLD_TEST(pages_of_a_list_join_without_a_gap),
        WORLD_TEST(what_a_request_gets_wrong_is_named),
        WORLD_TEST(a_body_over_one_mebibyte_is_refused),
        WORLD_TEST(a_ticket_says_what_it_would_join),
        WORLD_TEST(a_watcher_sees_a_record_as_it_arrives),
        WORLD_TEST(export_ends_after_the_last_record),
        WORLD_TEST(stop_ends_open_streams),
        WORLD_TEST(a_request_that_never_came_to_its_end_is_not_waited_for),
        WORLD_TEST(a_second_daemon_on_the_same_socket_is_refused),
    };
    signal(SIGPIPE, SIG_IGN);
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
