// SPDX-License-Identifier: MPL-2.0
/**
 * route - from method and target to a handler, with every check that needs no handler.
 *
 * Why     Who may call what is decided in one place, before a body is read.
 * Shape   the table is routes.def; a call over TCP must name this daemon in Host, come from no
 *         foreign page, and have the role that the route needs
 * Thread  any; no MHD in here, so that it is tested without a network
 */
#ifndef PLN_ROUTE_H
#define PLN_ROUTE_H

#include "api.h"

typedef struct {
    const char *method;
    const char *path;
    const char *name; /**< of the operation: the handler's without "pln_api_" */
    pln_handler_t handler;
    pln_need_t need;
    const char *sentence;
} pln_route_t;

/** The table and its length. */
const pln_route_t *pln_routes(size_t *count);

/** What is known of a request when its headers are read; NULL where a header is absent. */
typedef struct {
    bool local;               /**< over the Unix socket */
    const pln_front_t *front; /**< of the other door; not used when local, as the next two */
    const char *own;          /**< ADDR:PORT this connection came to */
    const char *from;         /**< who asks */
    const pln_session_t *session;
    const char *method;
    const char *target; /**< as sent: path and query, not decoded */
    const char *host;
    const char *origin;
    const char *fetch_site; /**< Sec-Fetch-Site */
    const char *fetch_mode; /**< Sec-Fetch-Mode */
    const char *last_event_id;
    const char *content_type;
    const char *content_length;
} pln_call_t;

typedef struct {
    const pln_route_t *route;
    pln_uri_t uri;
    const char *parts[PLN_URI_SEGMENTS_MAX];
    size_t part_count;
} pln_match_t;

/** True: read the body, then pln_route_run. False: @answer says why not. Free @match either way. */
bool pln_route_check(const pln_call_t *call, pln_match_t *match, pln_answer_t *answer);
void pln_match_free(pln_match_t *match);

/** Read @body as JSON where there is one and let the handler answer. */
void pln_route_run(const pln_api_t *api, const pln_match_t *match, const pln_call_t *call,
                   pln_span_t body, pln_answer_t *answer);

#endif
