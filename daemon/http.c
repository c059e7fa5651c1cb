// SPDX-License-Identifier: MPL-2.0
// libmicrohttpd as we use it: a thread per connection, so a handler may simply wait; no
// MHD_PostProcessor, no suspended connections (stopping with one aborts the process). The raw
// target is taken from the URI log callback, because the path MHD hands over is already unescaped.
#include "http.h"

#include <assert.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "caller.h"
#include "deadline.h"
#include "doors.h"
#include "http_answer.h"
#include "log.h"
#include "moment.h"

#define SOCKET_CONNECTIONS 64u
#define PAGE_CONNECTIONS 128u
#define SHARE 24u /**< of them, for one address of another machine */
#define MEMORY_MAX 32768u
#define STACK_BYTES 1048576u
#define IDLE_SECONDS 120u
#define HEADERS_MS 10000u  /**< the headers of a request are complete by then */
#define RECEIVE_MS 60000u  /**< its body, too */
#define DELIVER_MS 300000u /**< an answer that is no stream is taken by then */
#define BODY_DROPPED_MAX (4u * PLN_API_BODY_MAX) /**< read and thrown away before we hang up */
#define QUIET_SECONDS 65u /**< longer than published contents are remembered */
#define STOP_MS 1000u     /**< for answers under way to end by themselves */

/** One of the two ways in. */
typedef struct {
    pln_http_t *http;
    bool local;
    unsigned most; /**< connections at a time; from three quarters on slow ones give way */
    struct MHD_Daemon *daemon;
} door_t;

struct pln_http {
    pln_api_t api;
    char *dir, *socket_path;
    char **advertise;
    char bound[PLN_ADDRESS_MAX + 1];
    char cookie[32];
    pln_front_t front;
    door_t unix_door, tcp_door;
    pln_deadlines_t *deadlines;
    atomic_bool stopping;
    atomic_uint_fast64_t requests;
    atomic_uint streams;
    atomic_uint active; /**< requests being received or answered */
    uint64_t answered;  /**< watching thread: requests at its last look, and for how long so */
    unsigned quiet_seconds;
};

/** One request on its way. */
typedef struct {
    char *target;
    bool begun;
    pln_answer_t refusal; /**< status 0: none; given when the body was read and dropped */
    pln_caller_t caller;
    pln_match_t match;
    pln_buf_t body;
    size_t dropped;
} exchange_t;

/** One connection, and the request it is at: libmicrohttpd does not tell the end of every request
 * that it told the beginning of. */
typedef struct {
    pln_deadline_t *deadline;
    exchange_t *exchange; /**< NULL between two requests */
} visit_t;

static visit_t *visit_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    assert(info != NULL && info->socket_context != NULL);
    return info->socket_context;
}

static void allow_time(struct MHD_Connection *connection, uint64_t ms)
{
    pln_deadline_in(visit_of(connection)->deadline, ms);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, pln_answer_t *answer)
{
    allow_time(connection, answer->next != NULL ? 0 : DELIVER_MS);
    return pln_http_answer(connection, answer);
}

/* ---- requests ---- */

/** Nothing happens where the connection is between two requests. */
static void drop_exchange(door_t *door, visit_t *visit)
{
    exchange_t *exchange = visit->exchange;
    if (exchange == NULL) {
        return;
    }
    visit->exchange = NULL;
    pln_match_free(&exchange->match);
    pln_answer_free(&exchange->refusal);
    pln_buf_free(&exchange->body);
    free(exchange->target);
    free(exchange);
    atomic_fetch_add(&door->http->requests, 1);
    atomic_fetch_sub(&door->http->active, 1);
}

static void *begin_exchange(void *arg, const char *target, struct MHD_Connection *connection)
{
    door_t *door = arg;
    visit_t *visit = visit_of(connection);
    drop_exchange(door, visit);
    visit->exchange = pln_alloc_zero(1, sizeof *visit->exchange);
    visit->exchange->target = pln_strdup(target);
    atomic_fetch_add(&door->http->active, 1);
    pln_deadline_owed(visit->deadline, HEADERS_MS);
    return visit->exchange;
}

static void end_exchange(void *arg, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode why)
{
    (void)why;
    *context = NULL;
    drop_exchange(arg, visit_of(connection));
    pln_deadline_owed(visit_of(connection)->deadline, IDLE_SECONDS * 1000u);
}

/** It says that it has more than is ever read, or that nobody can count. */
static bool too_long(struct MHD_Connection *connection)
{
    const char *length =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length != NULL &&
           strtoull(length, NULL, 10) > (uint64_t)PLN_API_BODY_MAX + BODY_DROPPED_MAX;
}

static void answer_too_long(pln_answer_t *answer)
{
    pln_answer_problem(answer, 413, "too-large", "a request takes at most 1 MiB: send it in parts");
}

/** The connection ends behind @exchange's refusal. */
static enum MHD_Result hang_up(struct MHD_Connection *connection, exchange_t *exchange)
{
    pln_answer_t answer = exchange->refusal;
    exchange->refusal = (pln_answer_t){.status = 0};
    answer.closes = true;
    return send_answer(connection, &answer);
}

/** The headers are there. Who is refused is read to the end all the same: to hang up on somebody
 * who still speaks may take the answer from them. */
static enum MHD_Result on_headers(door_t *door, struct MHD_Connection *connection,
                                  exchange_t *exchange, const char *method)
{
    const pln_api_t *api = &door->http->api;
    pln_answer_t *refusal = &exchange->refusal;
    pln_caller_t *caller = &exchange->caller;
    exchange->begun = true;
    pln_deadline_owed(visit_of(connection)->deadline, RECEIVE_MS);
    pln_caller_know(caller, api, connection, door->local);
    pln_deadline_badge(visit_of(connection)->deadline, caller->session.signed_in.key);
    pln_call_t call =
        pln_caller_call(caller, api, connection, door->local, method, exchange->target);
    if (!pln_caller_clear(connection, refusal)) {
        /* where such a request ends is anybody's guess: nothing behind it is a request */
        return hang_up(connection, exchange);
    }
    (void)pln_route_check(&call, &exchange->match, refusal);
    if (too_long(connection)) {
        if (refusal->status == 0) {
            answer_too_long(refusal);
        }
        return hang_up(connection, exchange);
    }
    return MHD_YES;
}

/** Who changed what over the page's door. */
static void note_change(const exchange_t *exchange, unsigned status)
{
    const pln_route_t *route = exchange->match.route;
    const pln_session_t *session = &exchange->caller.session;
    if (strcmp(route->method, "GET") != 0 && session->via[0] != 's') {
        pln_log(PLN_LOG_INFO, "page", "%s %s status=%u by=%s key=%s from=%s", route->method,
                route->path, status, session->signed_in.name, session->signed_in.key,
                exchange->caller.from);
    }
}

/** Bytes beyond the limit are read and dropped, so that the client gets to read why. */
static enum MHD_Result on_body(exchange_t *exchange, const char *data, size_t *size)
{
    bool wanted = exchange->refusal.status == 0 && exchange->dropped == 0;
    if (wanted && exchange->body.size + *size <= PLN_API_BODY_MAX) {
        pln_buf_add(&exchange->body, data, *size);
    } else {
        exchange->dropped += *size;
    }
    *size = 0;
    return exchange->dropped <= BODY_DROPPED_MAX ? MHD_YES : MHD_NO;
}

/** An end of the session cuts off who still speaks and who listens to a stream; whoever has spoken
 * hears the answer, that of signing out above all. */
static void run_exchange(door_t *door, struct MHD_Connection *connection, exchange_t *exchange,
                         const char *method, pln_answer_t *answer)
{
    pln_deadline_t *deadline = visit_of(connection)->deadline;
    pln_call_t call = pln_caller_call(&exchange->caller, &door->http->api, connection, door->local,
                                      method, exchange->target);
    pln_deadline_badge(deadline, "");
    pln_route_run(&door->http->api, &exchange->match, &call, pln_buf_span(&exchange->body), answer);
    if (answer->next != NULL) {
        pln_deadline_badge(deadline, exchange->caller.session.signed_in.key);
    }
    note_change(exchange, answer->status);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_size, void **context)
{
    door_t *door = arg;
    exchange_t *exchange = *context;
    pln_answer_t answer = {.status = 0};
    (void)path;
    (void)version;
    if (!exchange->begun) {
        return on_headers(door, connection, exchange, method);
    }
    if (*data_size > 0) {
        return on_body(exchange, data, data_size);
    }
    allow_time(connection, 0);
    if (exchange->refusal.status != 0) {
        answer = exchange->refusal;
        exchange->refusal = (pln_answer_t){.status = 0};
    } else if (exchange->dropped > 0) {
        answer_too_long(&answer);
    } else if (atomic_load(&door->http->stopping)) {
        pln_answer_stopping(&answer);
    } else {
        run_exchange(door, connection, exchange, method, &answer);
    }
    return send_answer(connection, &answer);
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    door_t *door = arg;
    visit_t *visit = *context;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        visit = pln_alloc_zero(1, sizeof *visit);
        visit->deadline =
            pln_deadline_new(door->http->deadlines, pln_http_socket(connection), door);
        pln_deadline_owed(visit->deadline, HEADERS_MS);
        pln_deadline_make_room(visit->deadline, door->most * 3 / 4, door->local ? 0 : SHARE);
        *context = visit;
    } else {
        drop_exchange(door, visit);
        pln_deadline_free(&visit->deadline);
        free(visit);
        *context = NULL;
    }
}

/* ---- start and stop ---- */

/** Takes @listener over, also when it fails. */
static bool open_door(door_t *door, int listener)
{
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
                     MHD_USE_POLL | MHD_USE_ITC;
    door->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, door, MHD_OPTION_LISTEN_SOCKET, listener,
        MHD_OPTION_CONNECTION_LIMIT, door->most, MHD_OPTION_PER_IP_CONNECTION_LIMIT, door->most,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        IDLE_SECONDS, MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES,
        MHD_OPTION_URI_LOG_CALLBACK, begin_exchange, door, MHD_OPTION_NOTIFY_COMPLETED,
        end_exchange, door, MHD_OPTION_NOTIFY_CONNECTION, on_connection, door, MHD_OPTION_END);
    if (door->daemon == NULL) {
        close(listener);
    }
    return door->daemon != NULL;
}

/** No new connections; what is under way goes on. Returns the listening socket, to be closed last.
 */
static int close_door(door_t *door)
{
    return door->daemon == NULL ? -1 : MHD_quiesce_daemon(door->daemon);
}

static void stop_door(door_t *door, int listener)
{
    if (door->daemon != NULL) {
        MHD_stop_daemon(door->daemon);
        door->daemon = NULL;
    }
    if (listener >= 0) {
        close(listener);
    }
}

/**
 * An import leaves the allocator holding tens of MiB in as many arenas as it had threads; once
 * nobody asks any more they go back to the system.
 */
static void give_memory_back(pln_http_t *http)
{
    uint64_t answered = atomic_load(&http->requests);
    http->quiet_seconds = answered == http->answered ? http->quiet_seconds + 1 : 0;
    http->answered = answered;
    if (http->quiet_seconds == QUIET_SECONDS) {
#ifdef __GLIBC__
        malloc_trim(0);
#endif
    }
}

static bool session_over(void *arg, const char *key)
{
    const pln_http_t *http = arg;
    return !pln_sign_ins_holds(http->api.sign_ins, key, pln_wall_ms());
}

static void sweep(void *arg)
{
    pln_http_t *http = arg;
    pln_seen_sweep(http->api.seen, pln_mono_ms());
    pln_sign_ins_sweep(http->api.sign_ins, pln_wall_ms());
    pln_deadlines_cut(http->deadlines, session_over, http);
    give_memory_back(http);
}

static char *path_of(const char *dir, const char *name)
{
    size_t size = strlen(dir) + strlen(name) + 2;
    char *path = pln_alloc(size);
    snprintf(path, size, "%s/%s", dir, name);
    return path;
}

static void copy_options(pln_http_t *http, const pln_http_options_t *options)
{
    http->dir = pln_strdup(options->dir);
    http->socket_path = path_of(options->dir, "plnd.sock");
    http->advertise = pln_alloc_zero(options->advertise_count + 1, sizeof *http->advertise);
    for (size_t i = 0; i < options->advertise_count; i++) {
        http->advertise[i] = pln_strdup(options->advertise[i]);
    }
    http->unix_door = (door_t){.http = http, .local = true, .most = SOCKET_CONNECTIONS};
    http->tcp_door = (door_t){.http = http, .local = false, .most = PAGE_CONNECTIONS};
    /* browsers share cookies among the ports of a host: each node's has a name of its own */
    snprintf(http->cookie, sizeof http->cookie, "pln_session_%02x%02x%02x%02x",
             options->self->id.bytes[0], options->self->id.bytes[1], options->self->id.bytes[2],
             options->self->id.bytes[3]);
    http->api = (pln_api_t){
        .driver = options->driver,
        .store = options->store,
        .catalog = options->catalog,
        .dir = http->dir,
        .naming = pln_naming_open(options->dir, options->name),
        .self = options->self->id,
        .identity = options->self,
        .http = http->bound,
        .front = &http->front,
        .sign_ins = pln_sign_ins_open(options->dir),
        .drafts = pln_drafts_open(options->dir),
        .brake = pln_brake_new(),
        .streams = &http->streams,
        .cookie = http->cookie,
        .started_mono_ms = pln_mono_ms(),
        .advertise = (const char *const *)http->advertise,
        .advertise_count = options->advertise_count,
        .codecs = pln_codecs_new(),
        .seen = pln_seen_new(options->store, &options->self->id),
        .stopping = &http->stopping,
        .requests = &http->requests,
    };
}

/** Both sockets and their threads; false: @error tells. */
static bool open_doors(pln_http_t *http, const pln_http_options_t *options, char *error,
                       size_t error_size)
{
    int tcp = -1;
    if (options->listen != NULL && options->listen[0] != '\0') {
        tcp = pln_door_tcp(options->listen, options->port_hint, http->bound, error, error_size);
        if (tcp < 0) {
            return false;
        }
    }
    pln_front_make(&http->front, http->bound,
                   options->public_url == NULL ? "" : options->public_url,
                   options->read == NULL ? "local" : options->read);
    int local = pln_door_unix(http->socket_path, error, error_size);
    if (local < 0) {
        if (tcp >= 0) {
            close(tcp);
        }
        return false;
    }
    bool open = open_door(&http->unix_door, local);
    if (tcp >= 0 && open) {
        open = open_door(&http->tcp_door, tcp);
    } else if (tcp >= 0) {
        close(tcp);
    }
    if (!open) {
        snprintf(error, error_size, "the local API cannot start: the system gives no more threads");
    }
    return open;
}

pln_http_t *pln_http_start(const pln_http_options_t *options, char *error, size_t error_size)
{
    pln_http_t *http = pln_alloc_zero(1, sizeof *http);
    atomic_init(&http->stopping, false);
    atomic_init(&http->requests, 0);
    atomic_init(&http->active, 0);
    atomic_init(&http->streams, 0);
    copy_options(http, options);
    http->deadlines = pln_deadlines_start(sweep, http);
    http->api.standing = pln_standing_start(options->driver, options->dir);
    http->api.pulse =
        pln_pulse_new(options->driver, options->catalog, http->api.standing, http->api.naming);
    if (http->deadlines == NULL || http->api.standing == NULL) {
        snprintf(error, error_size, "the local API cannot start: the system gives no more threads");
        pln_http_stop(&http);
    } else if (!open_doors(http, options, error, error_size)) {
        pln_http_stop(&http);
    }
    return http;
}

/** Streams see `stopping` within a second; whoever is slower is cut off by the stop itself. */
static void let_answers_end(pln_http_t *http)
{
    const struct timespec moment = {.tv_nsec = 5000000};
    uint64_t until = pln_mono_ms() + STOP_MS;
    while (atomic_load(&http->active) > 0 && pln_mono_ms() < until) {
        nanosleep(&moment, NULL);
    }
}

void pln_http_stop(pln_http_t **taken)
{
    pln_http_t *http = *taken;
    if (http == NULL) {
        return;
    }
    atomic_store(&http->stopping, true);
    if (http->unix_door.daemon != NULL) {
        pln_driver_begin_stop(http->api.driver);
        unlink(http->socket_path);
    }
    int local = close_door(&http->unix_door), tcp = close_door(&http->tcp_door);
    let_answers_end(http);
    stop_door(&http->unix_door, local);
    stop_door(&http->tcp_door, tcp);
    pln_deadlines_stop(&http->deadlines);
    pln_seen_free(&http->api.seen);
    pln_codecs_free(&http->api.codecs);
    pln_sign_ins_close(&http->api.sign_ins);
    pln_drafts_close(&http->api.drafts);
    pln_brake_free(&http->api.brake);
    pln_pulse_free(&http->api.pulse);
    pln_standing_stop(&http->api.standing);
    pln_naming_close(&http->api.naming);
    for (size_t i = 0; i < http->api.advertise_count; i++) {
        free(http->advertise[i]);
    }
    free(http->advertise);
    free(http->socket_path);
    free(http->dir);
    free(http);
    *taken = NULL;
}

const char *pln_http_listen(const pln_http_t *http)
{
    return http->bound;
}
