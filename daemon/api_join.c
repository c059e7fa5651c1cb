// SPDX-License-Identifier: MPL-2.0
// Joining waits for another node, so it runs on a thread of its own and talks to the stream through
// a small queue: progress leaves at once, and a client that goes away ends the attempt.
#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api_json.h"
#include "proto/letter.h"
#include "warnings.h"

#define WAIT_DEFAULT_MS 60000u
#define WAIT_MAX_MS 3600000u
#define LOOK_MS 500u /**< how often the stream looks whether its client is still there */

typedef struct {
    const pln_api_t *api;
    pln_ticket_t ticket;
    uint64_t deadline_ms;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pln_buf_t lines; /**< progress not sent yet */
    bool gone;       /**< nobody listens any more: give up */
    bool done;
    bool told; /**< the last line was sent */
    pln_reply_t reply;
    uint64_t said_ms;
} join_t;

static void add_line(pln_buf_t *out, json_t *json)
{
    pln_json_write(json, out);
    pln_buf_u8(out, '\n');
    json_decref(json);
}

/** Joining thread; @line may be NULL when the driver only asks whether to go on. */
static bool on_progress(void *arg, const char *line)
{
    join_t *join = arg;
    pthread_mutex_lock(&join->lock);
    if (line != NULL && line[0] != '\0') {
        add_line(&join->lines, json_pack("{s:o}", "progress", pln_json_text(line)));
        pthread_cond_signal(&join->changed);
    }
    bool go_on = !join->gone;
    pthread_mutex_unlock(&join->lock);
    return go_on;
}

static void *join_network(void *arg)
{
    join_t *join = arg;
    pln_reply_t reply = {.error = PLN_OK};
    pln_event_t event = {.type = PLN_EV_JOIN};
    event.as.join.ticket = &join->ticket;
    pln_driver_request(join->api->driver, &event, join->deadline_ms, on_progress, join, &reply);
    pthread_mutex_lock(&join->lock);
    join->reply = reply;
    join->done = true;
    pthread_cond_signal(&join->changed);
    pthread_mutex_unlock(&join->lock);
    return NULL;
}

/** The stream's last line. */
static json_t *outcome(const join_t *join)
{
    const pln_reply_t *reply = &join->reply;
    if (reply->error == PLN_OK) {
        json_t *json = json_pack("{s:b}", "done", 1);
        json_object_set_new(json, "network",
                            pln_json_hex(&join->ticket.network, sizeof join->ticket.network));
        json_object_set_new(json, "name", pln_json_text(join->ticket.title));
        json_t *warnings = json_array();
        pln_warn_namesakes(warnings, join->api, &join->ticket.network, join->ticket.title);
        json_object_set_new(json, "warnings", warnings);
        return json;
    }
    if (pln_api_stopping(join->api)) {
        return json_pack(
            "{s:o}", "error",
            pln_problem(503, "stopping", "the daemon is stopping: join again once it runs"));
    }
    const char *detail = reply->detail[0] != '\0' ? reply->detail : pln_error_text(reply->error);
    return json_pack(
        "{s:o}", "error",
        pln_problem(pln_error_status(reply->error), pln_error_name(reply->error), detail));
}

/** Wait for a line, the end, or the next look at the client. */
static void wait_for_news(join_t *join)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)LOOK_MS * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&join->changed, &join->lock, &until);
}

static pln_stream_t next_line(void *state, int socket, pln_buf_t *out)
{
    join_t *join = state;
    pln_stream_t result = PLN_STREAM_ON;
    pthread_mutex_lock(&join->lock);
    while (join->lines.size == 0 && !join->done && result == PLN_STREAM_ON) {
        wait_for_news(join);
        if (pln_socket_gone(socket)) {
            result = PLN_STREAM_BROKEN;
        } else if (pln_mono_ms() - join->said_ms >= PLN_API_KEEPALIVE_MS) {
            pln_buf_u8(&join->lines, '\n');
        }
    }
    if (join->lines.size > 0) {
        pln_buf_add(out, join->lines.data, join->lines.size);
        pln_buf_clear(&join->lines);
    } else if (join->done && !join->told) {
        add_line(out, outcome(join));
        join->told = true;
    } else if (join->done) {
        result = PLN_STREAM_END;
    }
    join->said_ms = pln_mono_ms();
    pthread_mutex_unlock(&join->lock);
    return result;
}

static void join_free(void *state)
{
    join_t *join = state;
    pthread_mutex_lock(&join->lock);
    join->gone = true;
    pthread_mutex_unlock(&join->lock);
    pthread_join(join->thread, NULL);
    pthread_cond_destroy(&join->changed);
    pthread_mutex_destroy(&join->lock);
    pln_buf_free(&join->lines);
    pln_reply_free(&join->reply);
    sodium_memzero(&join->ticket, sizeof join->ticket);
    free(join);
}

/** The ticket of the body, or the reason why it is none. */
static bool read_ticket(const pln_request_t *request, pln_answer_t *answer, pln_ticket_t *out)
{
    const json_t *text = json_object_get(request->body, "ticket");
    if (!json_is_string(text) || json_string_length(text) > PLN_TICKET_TEXT_MAX) {
        pln_answer_field(answer, "ticket",
                         "\"ticket\" must be the text of an invitation: PLN1-...");
        return false;
    }
    pln_span_t span = PLN_SPAN(json_string_value(text), json_string_length(text));
    char why[PLN_LETTER_PROBLEM_SIZE];
    pln_err_t error = pln_letter_read(span, out, why);
    const char *reason = error == PLN_ETRUNCATED   ? "truncated"
                         : error == PLN_ESIGNATURE ? "mistyped"
                         : error == PLN_EVERSION   ? "version"
                                                   : "malformed";
    if (error != PLN_OK) {
        pln_answer_problem(answer, 400, reason, "%s", why);
    }
    return error == PLN_OK;
}

static void start_join(join_t *join)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    int error = pthread_mutex_init(&join->lock, NULL);
    assert(error == 0);
    error = pthread_cond_init(&join->changed, &monotonic);
    assert(error == 0);
    pthread_condattr_destroy(&monotonic);
}

void pln_api_join(const pln_request_t *request, pln_answer_t *answer)
{
    join_t *join = pln_alloc_zero(1, sizeof *join);
    uint64_t wait_ms = WAIT_DEFAULT_MS;
    if (!pln_body_number(request, answer, "wait_ms", WAIT_MAX_MS, &wait_ms) ||
        !read_ticket(request, answer, &join->ticket)) {
        free(join);
        return;
    }
    join->api = request->api;
    join->said_ms = pln_mono_ms();
    join->deadline_ms = join->said_ms + wait_ms;
    start_join(join);
    if (pthread_create(&join->thread, NULL, join_network, join) != 0) {
        pthread_cond_destroy(&join->changed);
        pthread_mutex_destroy(&join->lock);
        free(join);
        pln_answer_problem(answer, 503, "busy", "the system gives no more threads: try again");
        return;
    }
    pln_answer_stream(answer, "application/x-ndjson", next_line, join_free, join);
}

void pln_api_ticket_read(const pln_request_t *request, pln_answer_t *answer)
{
    pln_ticket_t ticket;
    if (!read_ticket(request, answer, &ticket)) {
        return;
    }
    json_t *addresses = json_array();
    for (uint32_t i = 0; i < ticket.node_count; i++) {
        for (uint32_t j = 0; j < ticket.nodes[i].address_count; j++) {
            json_array_append_new(addresses, pln_json_text(ticket.nodes[i].addresses[j]));
        }
    }
    json_t *json = json_object();
    json_object_set_new(json, "network", pln_json_hex(&ticket.network, sizeof ticket.network));
    json_object_set_new(json, "name", pln_json_text(ticket.title));
    json_object_set_new(json, "root", pln_json_did(&ticket.root));
    json_object_set_new(json, "inviter", pln_json_did(&ticket.inviter));
    json_object_set_new(json, "role", json_string(pln_role_name(ticket.role)));
    pln_json_set_text(json, "label", ticket.label);
    pln_json_set_moment(json, "expires", ticket.expiry_ms);
    if (ticket.bound) {
        json_object_set_new(json, "for", pln_json_did(&ticket.bound_to));
    }
    json_object_set_new(json, "addresses", addresses);
    sodium_memzero(&ticket, sizeof ticket);
    pln_answer_json(answer, 200, json);
}
