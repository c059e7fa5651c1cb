// SPDX-License-Identifier: MPL-2.0
/**
 * api - one request, one answer: what every handler of the local API gets and gives.
 *
 * Why     Handlers say what is true and what is wrong; how that becomes HTTP stands once, here.
 * Shape   routes.def names the handlers; api_<noun>.c holds them; http.c carries the bytes
 *         errors are application/problem+json: the table is problems.def
 * Thread  a handler runs on its connection's own thread and may block
 */
#ifndef PLN_API_H
#define PLN_API_H

#include <jansson.h>
#include <stdatomic.h>

#include "brake.h"
#include "catalog.h"
#include "codecs.h"
#include "draft.h"
#include "driver.h"
#include "front.h"
#include "naming.h"
#include "problem.h"
#include "pulse.h"
#include "seen.h"
#include "sign_in.h"
#include "standing.h"
#include "uri.h"

#define PLN_API_BODY_MAX 1048576u
#define PLN_API_JSON_DEPTH_MAX 32u
#define PLN_API_STREAMS_MAX 80u
#define PLN_API_REQUEST_MS 30000u   /**< a command that has no answer by then has failed */
#define PLN_API_KEEPALIVE_MS 15000u /**< a quiet stream says so at least this often */

/** What all requests of one daemon share. */
typedef struct {
    pln_driver_t *driver;
    pln_store_t *store;
    pln_catalog_t *catalog;
    const char *dir;
    pln_naming_t *naming;
    pln_id_t self;
    const pln_identity_t *identity; /**< for copies of the key, over the socket only */
    const char *http;               /**< ADDR:PORT bound; NULL: none */
    const pln_front_t *front;       /**< names of that door */
    pln_sign_ins_t *sign_ins;
    pln_drafts_t *drafts;
    pln_brake_t *brake;
    const char *cookie; /**< name of the session's cookie */
    uint64_t started_mono_ms;
    const char *const *advertise;
    size_t advertise_count;
    pln_codecs_t *codecs;
    pln_seen_t *seen;
    pln_pulse_t *pulse;
    pln_standing_t *standing;
    atomic_uint *streams; /**< that follow what arrives, open now */
    const atomic_bool *stopping;
    const atomic_uint_fast64_t *requests; /**< answered so far */
} pln_api_t;

/** Who asks, and how we know. */
typedef struct {
    pln_need_t role;
    const char *via;         /**< "socket", "link", "open"; "": not at all */
    pln_sign_in_t signed_in; /**< of a link */
} pln_session_t;

typedef struct {
    const pln_api_t *api;
    const char *method;
    const pln_uri_t *uri;
    const char *parts[PLN_URI_SEGMENTS_MAX]; /**< what stands for {X} in the route, in order */
    size_t part_count;
    const pln_session_t *session;
    const char *from;          /**< address of who asks; "" over the socket */
    const char *last_event_id; /**< header; NULL: none */
    json_t *body;              /**< an object; of POST and PUT only */
} pln_request_t;

typedef enum {
    PLN_STREAM_ON,    /**< at least one byte was appended */
    PLN_STREAM_END,   /**< that was all */
    PLN_STREAM_BROKEN /**< it cannot go on: the client must see that something is missing */
} pln_stream_t;

/**
 * A body made while it is sent: append the next piece to @out. May block, but looks at
 * pln_api_stopping() and pln_socket_gone(socket) at least each second.
 */
typedef pln_stream_t (*pln_stream_next_t)(void *state, int socket, pln_buf_t *out);

typedef struct {
    unsigned status;
    const char *type;   /**< Content-Type, static */
    const char *allow;  /**< of a 405, static */
    const char *policy; /**< Content-Security-Policy of what is no data, static */
    const char *cache;  /**< Cache-Control of what may be kept, static */
    const char *etag;   /**< quoted, static: who has it hears 304 */
    char *cookie;       /**< Set-Cookie, owned; NULL: none */
    bool closes;        /**< the connection ends behind it */
    pln_buf_t body;
    pln_stream_next_t next; /**< NULL: body is all */
    void (*next_free)(void *state);
    void *state;
} pln_answer_t;

typedef void (*pln_handler_t)(const pln_request_t *request, pln_answer_t *answer);

/* ---- answers; each is given once ---- */

/** Takes @json over. */
void pln_answer_json(pln_answer_t *answer, unsigned status, json_t *json);
/** Problem with a sentence made from @format. */
void pln_answer_problem(pln_answer_t *answer, unsigned status, const char *reason,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));
/** The same about member @name of the body. */
void pln_answer_field(pln_answer_t *answer, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/** The same about line @line of a body that is no JSON. */
void pln_answer_line(pln_answer_t *answer, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/** The core's refusal: status by @error, @detail when it is not empty, else the error's sentence.
 */
void pln_answer_error(pln_answer_t *answer, pln_err_t error, const char *detail);
/** The daemon is about to stop. */
void pln_answer_stopping(pln_answer_t *answer);
/** Takes @state over; @next_free is called exactly once, also when nothing was sent. */
void pln_answer_stream(pln_answer_t *answer, const char *type, pln_stream_next_t next,
                       void (*next_free)(void *state), void *state);
/** Frees what an answer still owns. */
void pln_answer_free(pln_answer_t *answer);

/** Compact JSON of @json, and no newline. */
void pln_json_write(const json_t *json, pln_buf_t *out);
/** A JSON text; bytes that are not UTF-8 become '?'. */
json_t *pln_json_text(const char *text);
/** The moment as RFC 3339 text. */
json_t *pln_json_moment(uint64_t ms);
json_t *pln_json_did(const pln_id_t *id);
json_t *pln_json_hex(const void *data, size_t size);
/** True when brackets outside texts nest deeper than PLN_API_JSON_DEPTH_MAX. */
bool pln_json_deep(const char *text, size_t size);

/* ---- fields of a body; on false the answer is given ---- */

/**
 * Text field @name: @out is borrowed from the body, NULL when absent and not @required. Refused:
 * another type, empty where required, longer than @max bytes, control characters.
 */
bool pln_body_text(const pln_request_t *request, pln_answer_t *answer, const char *name,
                   bool required, size_t max, const char **out);
bool pln_body_flag(const pln_request_t *request, pln_answer_t *answer, const char *name, bool *out);
/** Unsigned number of at most @max; @out unchanged when absent. */
bool pln_body_number(const pln_request_t *request, pln_answer_t *answer, const char *name,
                     uint64_t max, uint64_t *out);

/** Take a place among the streams, given back by who ends it; false: the answer is given. */
bool pln_api_stream_begin(const pln_request_t *request, pln_answer_t *answer);

/* ---- the world ---- */

bool pln_api_stopping(const pln_api_t *api);
/** Has the client closed its end? */
bool pln_socket_gone(int socket);
uint64_t pln_mono_ms(void);
/** pln_driver_request with the usual deadline; a refusal is answered. False: it was. */
bool pln_api_command(const pln_request_t *request, pln_answer_t *answer, pln_event_t *event,
                     pln_reply_t *reply);

/* ---- handlers ---- */

#define PLN_ROUTE(method, path, handler, need, sentence) \
    void handler(const pln_request_t *request, pln_answer_t *answer);
#include "routes.def"
#undef PLN_ROUTE

#endif
