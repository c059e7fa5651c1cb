// SPDX-License-Identifier: MPL-2.0
#include "api.h"

#include <assert.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "moment.h"

#define DETAIL_SIZE 1024

/* ---- answers ---- */

static int add_text(const char *text, size_t size, void *arg)
{
    pln_buf_add(arg, text, size);
    return 0;
}

void pln_json_write(const json_t *json, pln_buf_t *out)
{
    int error = json_dump_callback(json, add_text, out, JSON_COMPACT | JSON_ENCODE_ANY);
    assert(error == 0);
}

void pln_answer_json(pln_answer_t *answer, unsigned status, json_t *json)
{
    assert(json != NULL);
    answer->status = status;
    answer->type = "application/json";
    pln_buf_clear(&answer->body);
    pln_json_write(json, &answer->body);
    pln_buf_u8(&answer->body, '\n');
    json_decref(json);
}

static void give_problem(pln_answer_t *answer, json_t *problem)
{
    unsigned status = (unsigned)json_integer_value(json_object_get(problem, "status"));
    pln_answer_json(answer, status, problem);
    answer->type = "application/problem+json";
}

void pln_answer_problem(pln_answer_t *answer, unsigned status, const char *reason,
                        const char *format, ...)
{
    char detail[DETAIL_SIZE];
    va_list list;
    va_start(list, format);
    vsnprintf(detail, sizeof detail, format, list);
    va_end(list);
    give_problem(answer, pln_problem(status, reason, detail));
}

void pln_answer_field(pln_answer_t *answer, const char *name, const char *format, ...)
{
    char detail[DETAIL_SIZE];
    va_list list;
    va_start(list, format);
    vsnprintf(detail, sizeof detail, format, list);
    va_end(list);
    json_t *problem = pln_problem(400, "field", detail);
    json_object_set_new(problem, "field", pln_json_text(name));
    give_problem(answer, problem);
}

void pln_answer_line(pln_answer_t *answer, int line, const char *format, ...)
{
    char detail[DETAIL_SIZE];
    va_list list;
    va_start(list, format);
    vsnprintf(detail, sizeof detail, format, list);
    va_end(list);
    json_t *problem = pln_problem(400, "json", detail);
    json_object_set_new(problem, "line", json_integer(line));
    give_problem(answer, problem);
}

void pln_answer_error(pln_answer_t *answer, pln_err_t error, const char *detail)
{
    pln_answer_problem(answer, pln_error_status(error), pln_error_name(error), "%s",
                       detail != NULL && detail[0] != '\0' ? detail : pln_error_text(error));
}

void pln_answer_stopping(pln_answer_t *answer)
{
    pln_answer_problem(answer, 503, "stopping", "the daemon is stopping: ask again once it runs");
}

void pln_answer_stream(pln_answer_t *answer, const char *type, pln_stream_next_t next,
                       void (*next_free)(void *state), void *state)
{
    answer->status = 200;
    answer->type = type;
    answer->next = next;
    answer->next_free = next_free;
    answer->state = state;
}

void pln_answer_free(pln_answer_t *answer)
{
    pln_buf_free(&answer->body);
    free(answer->cookie);
    if (answer->next_free != NULL) {
        answer->next_free(answer->state);
    }
    memset(answer, 0, sizeof *answer);
}

/* ---- JSON ---- */

json_t *pln_json_text(const char *text)
{
    json_t *json = json_string(text);
    if (json != NULL) {
        return json;
    }
    char *copy = pln_strdup(text);
    for (char *at = copy; *at != '\0'; at++) {
        if ((unsigned char)*at >= 0x80) {
            *at = '?';
        }
    }
    json = json_string(copy);
    free(copy);
    return json;
}

json_t *pln_json_moment(uint64_t ms)
{
    char text[PLN_MOMENT_SIZE];
    pln_moment_text(ms, text);
    return json_string(text);
}

json_t *pln_json_did(const pln_id_t *id)
{
    char did[PLN_DID_SIZE];
    pln_did(id, did);
    return json_string(did);
}

json_t *pln_json_hex(const void *data, size_t size)
{
    char text[2 * sizeof(pln_signature_t) + 1];
    assert(size <= sizeof(pln_signature_t));
    pln_hex(data, size, text);
    return json_string(text);
}

bool pln_json_deep(const char *text, size_t size)
{
    bool quoted = false;
    unsigned depth = 0;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > PLN_API_JSON_DEPTH_MAX) {
                return true;
            }
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return false;
}

/* ---- fields of a body ---- */

static bool refuse_field(pln_answer_t *answer, const char *name, const char *rule)
{
    pln_answer_field(answer, name, "\"%s\" %s", name, rule);
    return false;
}

/** Control characters would let a name forge lines and move cursors wherever it is printed. */
static bool plain_text(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) {
            return false;
        }
    }
    return true;
}

bool pln_body_text(const pln_request_t *request, pln_answer_t *answer, const char *name,
                   bool required, size_t max, const char **out)
{
    const json_t *value = json_object_get(request->body, name);
    *out = NULL;
    if (value == NULL || json_is_null(value)) {
        return !required || refuse_field(answer, name, "is required");
    }
    if (!json_is_string(value)) {
        return refuse_field(answer, name, "must be a text");
    }
    size_t size = json_string_length(value);
    if (required && size == 0) {
        return refuse_field(answer, name, "must not be empty");
    }
    if (size > max) {
        char rule[64];
        snprintf(rule, sizeof rule, "takes at most %zu bytes", max);
        return refuse_field(answer, name, rule);
    }
    if (!plain_text(json_string_value(value), size)) {
        return refuse_field(answer, name, "must not have control characters");
    }
    *out = json_string_value(value);
    return true;
}

bool pln_body_flag(const pln_request_t *request, pln_answer_t *answer, const char *name, bool *out)
{
    const json_t *value = json_object_get(request->body, name);
    if (value != NULL && !json_is_null(value)) {
        if (!json_is_boolean(value)) {
            return refuse_field(answer, name, "must be true or false");
        }
        *out = json_is_true(value);
    }
    return true;
}

bool pln_body_number(const pln_request_t *request, pln_answer_t *answer, const char *name,
                     uint64_t max, uint64_t *out)
{
    const json_t *value = json_object_get(request->body, name);
    if (value == NULL || json_is_null(value)) {
        return true;
    }
    if (!json_is_integer(value) || json_integer_value(value) < 0) {
        return refuse_field(answer, name, "must be a whole number that is not negative");
    }
    if ((uint64_t)json_integer_value(value) > max) {
        return refuse_field(answer, name, "is too large");
    }
    *out = (uint64_t)json_integer_value(value);
    return true;
}

/* ---- the world ---- */

bool pln_api_stopping(const pln_api_t *api)
{
    return atomic_load(api->stopping) || pln_driver_stopping(api->driver);
}

bool pln_socket_gone(int socket)
{
    struct pollfd waiting = {.fd = socket, .events = POLLIN};
    char byte;
    if (socket < 0 || poll(&waiting, 1, 0) <= 0) {
        return false;
    }
    if ((waiting.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
        return true;
    }
    return recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

uint64_t pln_mono_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

bool pln_api_command(const pln_request_t *request, pln_answer_t *answer, pln_event_t *event,
                     pln_reply_t *reply)
{
    memset(reply, 0, sizeof *reply);
    pln_driver_request(request->api->driver, event, pln_mono_ms() + PLN_API_REQUEST_MS, NULL, NULL,
                       reply);
    if (reply->error == PLN_OK) {
        return true;
    }
    if (pln_api_stopping(request->api)) {
        pln_answer_stopping(answer);
    } else {
        pln_answer_error(answer, reply->error, reply->detail);
    }
    pln_reply_free(reply);
    return false;
}
