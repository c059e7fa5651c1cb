// SPDX-License-Identifier: MPL-2.0
#include "route.h"

#include <string.h>
#include <strings.h>

#define PLN_ROUTE(method, path, handler, need, sentence) \
    {#method, path, handler, PLN_NEED_##need, sentence},
static const pln_route_t routes[] = {
#include "routes.def"
};
#undef PLN_ROUTE

const pln_route_t *pln_routes(size_t *count)
{
    *count = sizeof routes / sizeof routes[0];
    return routes;
}

/** Does the pattern fit the segments? {X} takes any one that is not empty. */
static bool path_fits(const char *pattern, const pln_uri_t *uri, const char **parts, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < uri->segment_count; i++) {
        if (*pattern++ != '/') {
            return false;
        }
        size_t size = strcspn(pattern, "/");
        const char *segment = uri->segments[i];
        if (*pattern == '{') {
            if (segment[0] == '\0') {
                return false;
            }
            parts[(*count)++] = segment;
        } else if (strlen(segment) != size || memcmp(segment, pattern, size) != 0) {
            return false;
        }
        pattern += size;
    }
    return *pattern == '\0';
}

/** HEAD is GET without the body. */
static bool method_fits(const char *asked, const char *offered)
{
    return strcmp(asked, offered) == 0 ||
           (strcmp(asked, "HEAD") == 0 && strcmp(offered, "GET") == 0);
}

static bool find_route(const pln_call_t *call, pln_match_t *match, pln_answer_t *answer)
{
    const char *allow = NULL;
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (!path_fits(routes[i].path, &match->uri, match->parts, &match->part_count)) {
            continue;
        }
        if (method_fits(call->method, routes[i].method)) {
            match->route = &routes[i];
            return true;
        }
        allow =
            allow == NULL || strcmp(allow, routes[i].method) == 0 ? routes[i].method : "GET, POST";
    }
    if (allow == NULL) {
        pln_answer_problem(answer, 404, "no-route", "there is nothing at this address");
        return false;
    }
    pln_answer_problem(answer, 405, "method", "this address takes %s", allow);
    answer->allow = allow;
    return false;
}

/** A page of another origin may send requests here, but not with this daemon's name on them. */
static bool same_site(const pln_call_t *call, pln_answer_t *answer)
{
    static const char scheme[] = "http://";
    if (!pln_host_allowed(call->host, call->bound)) {
        pln_answer_problem(answer, 403, "host",
                           "this daemon answers to http://%s only: use that address", call->bound);
        return false;
    }
    bool foreign = call->fetch_site != NULL && strcasecmp(call->fetch_site, "cross-site") == 0;
    if (call->origin != NULL) {
        foreign = foreign || strncasecmp(call->origin, scheme, sizeof scheme - 1) != 0 ||
                  !pln_host_allowed(call->origin + sizeof scheme - 1, call->bound);
    }
    if (foreign) {
        pln_answer_problem(answer, 403, "cross-site", "pages of other sites may not ask here");
    }
    return !foreign;
}

static bool may_call(const pln_call_t *call, const pln_route_t *route, pln_answer_t *answer)
{
    if (call->local || route->need == PLN_NEED_READ) {
        return true;
    }
    pln_answer_problem(answer, 403, "socket-only",
                       "changes are made over the daemon's Unix socket only: use `pln`, or "
                       "curl --unix-socket DIR/plnd.sock");
    return false;
}

/** What the headers tell of the body. */
static bool body_fits(const pln_call_t *call, pln_answer_t *answer)
{
    uint64_t size = 0;
    if (call->content_length != NULL &&
        (!pln_number_parse(call->content_length, UINT64_MAX, &size) || size > PLN_API_BODY_MAX)) {
        pln_answer_problem(answer, 413, "too-large",
                           "a request takes at most 1 MiB: send it in parts");
        return false;
    }
    bool posts = strcmp(call->method, "POST") == 0;
    static const char json[] = "application/json";
    const char *type = call->content_type;
    if (posts && (type == NULL || strncasecmp(type, json, sizeof json - 1) != 0 ||
                  strchr("; \t", type[sizeof json - 1]) == NULL)) {
        pln_answer_problem(answer, 415, "content-type",
                           "send JSON, with the header Content-Type: application/json");
        return false;
    }
    return true;
}

bool pln_route_check(const pln_call_t *call, pln_match_t *match, pln_answer_t *answer)
{
    memset(match, 0, sizeof *match);
    if (!call->local && !same_site(call, answer)) {
        return false;
    }
    pln_err_t error = pln_uri_parse(call->target, &match->uri);
    if (error != PLN_OK) {
        pln_answer_error(answer, error, "the address of the request is malformed or too long");
        return false;
    }
    return find_route(call, match, answer) && may_call(call, match->route, answer) &&
           body_fits(call, answer);
}

void pln_match_free(pln_match_t *match)
{
    pln_uri_free(&match->uri);
    memset(match, 0, sizeof *match);
}

/** An object; an empty body is an empty one. */
static json_t *read_body(pln_span_t body, pln_answer_t *answer)
{
    if (body.size == 0) {
        return json_object();
    }
    const char *text = (const char *)body.data;
    json_error_t error;
    if (pln_json_deep(text, body.size)) {
        pln_answer_problem(answer, 400, "json", "the JSON nests deeper than %u levels",
                           PLN_API_JSON_DEPTH_MAX);
        return NULL;
    }
    json_t *json = json_loadb(text, body.size, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL) {
        pln_answer_problem(answer, 400, "json", "the body is no JSON: line %d, column %d: %s",
                           error.line, error.column, error.text);
    } else if (!json_is_object(json)) {
        json_decref(json);
        json = NULL;
        pln_answer_problem(answer, 400, "json", "the body must be a JSON object");
    }
    return json;
}

void pln_route_run(const pln_api_t *api, const pln_match_t *match, pln_span_t body,
                   pln_answer_t *answer)
{
    pln_request_t request = {.api = api, .method = match->route->method, .uri = &match->uri};
    memcpy(request.parts, match->parts, sizeof request.parts);
    request.part_count = match->part_count;
    if (strcmp(match->route->method, "POST") == 0) {
        request.body = read_body(body, answer);
        if (request.body == NULL) {
            return;
        }
    }
    match->route->handler(&request, answer);
    json_decref(request.body);
}
