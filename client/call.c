// SPDX-License-Identifier: MPL-2.0
#include "call.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_MAX (64u << 20) /**< a longer answer that is no stream is none of ours */
#define LINE_MAX_BYTES (16u << 20)
#define QUIET_MAX_MS 35000u /**< longer than the daemon works, or keeps a stream quiet */
#define QUIET_STEP_MS 2000u /**< a longer time between two looks was our own */

struct pln_call {
    char *dir;
    char *socket;
    CURL *curl;
    struct curl_slist *headers;
    bool broken; /**< the last request found no daemon, or lost it */
};

/** What comes in during one request. */
typedef struct {
    pln_call_t *call;
    pln_buf_t bytes; /**< the answer, or the line that is not complete yet */
    pln_call_line_t on_line;
    pln_call_bytes_t on_bytes;
    void *arg;
    bool enough; /**< the reader of lines wants no more */
    bool too_long;
    curl_off_t moved;   /**< bytes sent and received at the last look ... */
    uint64_t looked_ms; /**< ... and its time */
    uint64_t quiet_ms;  /**< for how long there were no more */
} intake_t;

pln_call_t *pln_call_new(const char *dir)
{
    pln_call_t *call = pln_alloc_zero(1, sizeof *call);
    size_t room = strlen(dir) + sizeof "/plnd.sock";
    call->dir = pln_strdup(dir);
    call->socket = pln_alloc(room);
    snprintf(call->socket, room, "%s/plnd.sock", dir);
    return call;
}

void pln_call_free(pln_call_t **call)
{
    if (*call != NULL) {
        curl_easy_cleanup((*call)->curl);
        curl_slist_free_all((*call)->headers);
        free((*call)->dir);
        free((*call)->socket);
        free(*call);
        *call = NULL;
    }
}

/* ---- what is wrong ---- */

static int no_daemon(const pln_call_t *call)
{
    pln_say("no daemon at %s: start one with: plnd --dir %s", call->dir, call->dir);
    return PLN_NO_DAEMON;
}

/** Does somebody listen, be it without a place for one more to wait? */
static bool is_listening(const pln_call_t *call)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, call->socket, strlen(call->socket));
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool there =
        probe >= 0 &&
        (connect(probe, (const struct sockaddr *)&address, sizeof address) == 0 || errno == EAGAIN);
    if (probe >= 0) {
        close(probe);
    }
    return there;
}

static int busy(const pln_call_t *call)
{
    pln_say("the daemon at %s is busy with as many callers as it takes: try again in a moment",
            call->dir);
    return PLN_FAILED;
}

/** Nobody answered at the socket: no daemon, or one that is not ours to talk to. */
static int tell_unreached(const pln_call_t *call)
{
    struct sockaddr_un address;
    if (strlen(call->socket) >= sizeof address.sun_path) {
        pln_say(
            "the path of %s is too long for a socket; no daemon can run there: choose a "
            "shorter one with --dir",
            call->dir);
        return PLN_NO_DAEMON;
    }
    if (access(call->socket, R_OK | W_OK) != 0 && errno == EACCES) {
        pln_say("%s belongs to another user: run pln as the user who runs plnd there", call->dir);
        return PLN_FAILED;
    }
    return is_listening(call) ? busy(call) : no_daemon(call);
}

/** It took the call and hung up before a word: so it does when too many call. */
static bool hung_up(const pln_call_t *call)
{
    long status = 0;
    curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &status);
    return status == 0 && is_listening(call);
}

static int tell_transport(pln_call_t *call, CURLcode code)
{
    call->broken = true;
    switch (code) {
        case CURLE_COULDNT_CONNECT:
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_BAD_FUNCTION_ARGUMENT:
            return tell_unreached(call);
        case CURLE_OPERATION_TIMEDOUT:
        case CURLE_ABORTED_BY_CALLBACK:
            pln_say(
                "the daemon at %s has not answered for %u seconds: it is stopped or too busy; "
                "look at its log, and try again",
                call->dir, QUIET_MAX_MS / 1000u);
            return PLN_FAILED;
        default:
            if (hung_up(call)) {
                return busy(call);
            }
            pln_say("the daemon at %s broke off its answer (%s); is it stopping? Look at its log",
                    call->dir, curl_easy_strerror(code));
            return PLN_FAILED;
    }
}

int pln_call_tell(const json_t *problem)
{
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    const char *title = json_string_value(json_object_get(problem, "title"));
    pln_say("%s", detail != NULL ? detail : (title != NULL ? title : "the daemon refused"));
    return PLN_FAILED;
}

/**
 * A question that the daemon does not understand (@asked), or a member of the body that is wrong,
 * was wrongly put on the command line. A name that nothing or more than one thing answers to was
 * not: what is here decides that, and it may be right tomorrow.
 */
static bool is_wrong_usage(long status, const char *reason, bool asked)
{
    bool ambiguous = reason != NULL && strcmp(reason, "ambiguous") == 0;
    bool field = reason != NULL && strcmp(reason, "field") == 0;
    return status == 400 && !ambiguous && (asked || field);
}

static int tell_problem(long status, const pln_buf_t *body, bool asked)
{
    json_t *problem = json_loadb((const char *)body->data, body->size, 0, NULL);
    const char *reason = json_string_value(json_object_get(problem, "reason"));
    bool wrong = is_wrong_usage(status, reason, asked);
    if (json_is_object(problem)) {
        pln_call_tell(problem);
    } else {
        pln_say(
            "the daemon answered with HTTP status %ld and no reason; are plnd and pln of the "
            "same version?",
            status);
    }
    json_decref(problem);
    return wrong ? PLN_USAGE : PLN_FAILED;
}

/* ---- the request ---- */

static long status_of(const pln_call_t *call)
{
    long status = 0;
    curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/** Hand over every complete line. */
static void cut_lines(intake_t *intake)
{
    size_t from = 0;
    uint8_t *data = intake->bytes.data;
    uint8_t *end;
    while (!intake->enough && from < intake->bytes.size &&
           (end = memchr(data + from, '\n', intake->bytes.size - from)) != NULL) {
        size_t size = (size_t)(end - data) - from;
        *end = '\0';
        if (size > 0 && !intake->on_line(intake->arg, (char *)data + from, size)) {
            intake->enough = true;
        }
        from += size + 1;
    }
    if (from > 0) {
        memmove(data, data + from, intake->bytes.size - from);
        intake->bytes.size -= from;
    }
}

static size_t take_in(char *data, size_t one, size_t count, void *arg)
{
    intake_t *intake = arg;
    bool good = status_of(intake->call) / 100 == 2;
    bool lines = intake->on_line != NULL && good;
    if (intake->on_bytes != NULL && good) {
        intake->enough = !intake->on_bytes(intake->arg, PLN_SPAN(data, one * count));
        return intake->enough ? 0 : one * count;
    }
    pln_buf_add(&intake->bytes, data, one * count);
    if (lines) {
        cut_lines(intake);
    }
    intake->too_long = intake->bytes.size > (lines ? LINE_MAX_BYTES : ANSWER_MAX);
    return intake->enough || intake->too_long ? 0 : one * count;
}

static uint64_t mono_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/** curl looks about once a second: not 0 ends the request. */
static int on_progress(void *arg, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                       curl_off_t up)
{
    intake_t *intake = arg;
    (void)down_total;
    (void)up_total;
    uint64_t now_ms = mono_ms();
    uint64_t step = intake->looked_ms == 0 ? 0 : now_ms - intake->looked_ms;
    intake->quiet_ms += step < QUIET_STEP_MS ? step : QUIET_STEP_MS;
    intake->looked_ms = now_ms;
    if (down + up != intake->moved) {
        intake->moved = down + up;
        intake->quiet_ms = 0;
    }
    return intake->quiet_ms > QUIET_MAX_MS;
}

static void prepare(pln_call_t *call)
{
    if (call->curl == NULL) {
        curl_global_init(CURL_GLOBAL_NOTHING);
        call->curl = curl_easy_init();
        call->headers = curl_slist_append(NULL, "Content-Type: application/json");
        call->headers = curl_slist_append(call->headers, "Expect:");
    }
    curl_easy_reset(call->curl);
    curl_easy_setopt(call->curl, CURLOPT_UNIX_SOCKET_PATH, call->socket);
    curl_easy_setopt(call->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(call->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(call->curl, CURLOPT_USERAGENT, "pln/" PLN_VERSION);
}

/** Send; the answer's bytes or lines go to @intake. @body NULL: GET. */
static CURLcode send_request(pln_call_t *call, const char *path, const pln_span_t *body,
                             intake_t *intake)
{
    pln_buf_t url = {0};
    prepare(call);
    call->broken = false;
    pln_path_add(&url, "http://localhost");
    pln_path_add(&url, path);
    curl_easy_setopt(call->curl, CURLOPT_URL, pln_path(&url));
    if (body != NULL) {
        curl_easy_setopt(call->curl, CURLOPT_POST, 1L);
        curl_easy_setopt(call->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->size);
        curl_easy_setopt(call->curl, CURLOPT_POSTFIELDS, body->data);
        curl_easy_setopt(call->curl, CURLOPT_HTTPHEADER, call->headers);
    }
    curl_easy_setopt(call->curl, CURLOPT_WRITEFUNCTION, take_in);
    curl_easy_setopt(call->curl, CURLOPT_WRITEDATA, intake);
    curl_easy_setopt(call->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(call->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(call->curl, CURLOPT_XFERINFODATA, intake);
    CURLcode code = curl_easy_perform(call->curl);
    pln_buf_free(&url);
    return code;
}

static int request_json(pln_call_t *call, const char *path, const pln_span_t *body, json_t **out)
{
    intake_t intake = {.call = call};
    int result = PLN_DONE;
    *out = NULL;
    CURLcode code = send_request(call, path, body, &intake);
    if (code != CURLE_OK) {
        result = tell_transport(call, code);
    } else if (status_of(call) / 100 != 2) {
        result = tell_problem(status_of(call), &intake.bytes, body == NULL);
    } else {
        *out = json_loadb((const char *)intake.bytes.data, intake.bytes.size, JSON_ALLOW_NUL, NULL);
        if (*out == NULL) {
            pln_say("the daemon's answer is not JSON; are plnd and pln of the same version?");
            result = PLN_FAILED;
        }
    }
    pln_buf_free(&intake.bytes);
    return result;
}

int pln_call_get(pln_call_t *call, const char *path, json_t **out)
{
    return request_json(call, path, NULL, out);
}

int pln_call_post_text(pln_call_t *call, const char *path, pln_span_t body, json_t **out)
{
    return request_json(call, path, &body, out);
}

/** JSON text of @body, which is taken over; NULL stays NULL. */
static char *body_text(json_t *body)
{
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    json_decref(body);
    return text;
}

int pln_call_post(pln_call_t *call, const char *path, json_t *body, json_t **out)
{
    char *text = body_text(body);
    pln_span_t span = PLN_SPAN(text, text == NULL ? 0 : strlen(text));
    int result = request_json(call, path, &span, out);
    free(text);
    return result;
}

static int request_stream(pln_call_t *call, const char *path, const pln_span_t *body,
                          intake_t *intake)
{
    int result = PLN_DONE;
    CURLcode code = send_request(call, path, body, intake);
    if (code != CURLE_OK && !intake->enough) {
        result = tell_transport(call, code);
    } else if (code == CURLE_OK && status_of(call) / 100 != 2) {
        result = tell_problem(status_of(call), &intake->bytes, body == NULL);
    }
    pln_buf_free(&intake->bytes);
    return result;
}

int pln_call_lines(pln_call_t *call, const char *path, json_t *body, pln_call_line_t on_line,
                   void *arg)
{
    intake_t intake = {.call = call, .on_line = on_line, .arg = arg};
    char *text = body_text(body);
    pln_span_t span = PLN_SPAN(text, text == NULL ? 0 : strlen(text));
    int result = request_stream(call, path, text == NULL ? NULL : &span, &intake);
    free(text);
    return result;
}

int pln_call_bytes(pln_call_t *call, const char *path, pln_call_bytes_t on_bytes, void *arg)
{
    intake_t intake = {.call = call, .on_bytes = on_bytes, .arg = arg};
    const pln_span_t body = PLN_SPAN("{}", 2);
    int result = request_stream(call, path, &body, &intake);
    return intake.enough ? PLN_FAILED : result;
}

bool pln_call_broken(const pln_call_t *call)
{
    return call->broken;
}

bool pln_call_await(pln_call_t *call, uint64_t wait_ms)
{
    static const struct timespec pause = {.tv_nsec = 200000000};
    uint64_t end = mono_ms() + wait_ms;
    do {
        intake_t intake = {.call = call};
        CURLcode code = send_request(call, "/healthz", NULL, &intake);
        pln_buf_free(&intake.bytes);
        if (code == CURLE_OK && status_of(call) == 200) {
            return true;
        }
        nanosleep(&pause, NULL);
    } while (mono_ms() < end);
    return false;
}

/* ---- paths ---- */

void pln_path_add(pln_buf_t *path, const char *literal)
{
    pln_buf_add(path, literal, strlen(literal));
}

static void add_encoded(pln_buf_t *path, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (; *text != '\0'; text++) {
        uint8_t c = (uint8_t)*text;
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || strchr("-._~", c) != NULL) {
            pln_buf_u8(path, c);
        } else {
            pln_buf_u8(path, '%');
            pln_buf_u8(path, (uint8_t)digits[c >> 4]);
            pln_buf_u8(path, (uint8_t)digits[c & 15]);
        }
    }
}

void pln_path_segment(pln_buf_t *path, const char *text)
{
    pln_buf_u8(path, '/');
    add_encoded(path, text);
}

void pln_path_query(pln_buf_t *path, const char *name, const char *value)
{
    if (value != NULL) {
        bool first = path->size == 0 || memchr(path->data, '?', path->size) == NULL;
        pln_buf_u8(path, first ? '?' : '&');
        pln_path_add(path, name);
        pln_buf_u8(path, '=');
        add_encoded(path, value);
    }
}

const char *pln_path(pln_buf_t *path)
{
    pln_buf_u8(path, 0);
    path->size--;
    return (const char *)path->data;
}
