// SPDX-License-Identifier: MPL-2.0
#include "route.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "describe.h"
#include "parameter.h"

#define PLN_ROUTE(method, path, handler, need, sentence) \
    {#method, path, &#handler[sizeof "pln_api_" - 1], handler, PLN_NEED_##need, sentence},
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
    if (uri->segment_count == 0) {
        return strcmp(pattern, "/") == 0;
    }
    for (size_t i = 0; i < uri->segment_count; i++) {
        if (*pattern++ != '/') {
            return false;
        }
        size_t size = strcspn(pattern, "/");
        const char *segment = uri->segments[i];
        if (segment[0] == '\0') {
            return false;
        }
        if (*pattern == '{') {
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

/** The header Allow for each set of methods: bit 0 GET, 1 POST, 2 PUT, 3 DELETE. */
static const char *const methods[] = {"GET", "POST", "PUT", "DELETE"};
static const char *const allow_texts[] = {"",
                                          "GET, HEAD",
                                          "POST",
                                          "GET, HEAD, POST",
                                          "PUT",
                                          "GET, HEAD, PUT",
                                          "POST, PUT",
                                          "GET, HEAD, POST, PUT",
                                          "DELETE",
                                          "GET, HEAD, DELETE",
                                          "POST, DELETE",
                                          "GET, HEAD, POST, DELETE",
                                          "PUT, DELETE",
                                          "GET, HEAD, PUT, DELETE",
                                          "POST, PUT, DELETE",
                                          "GET, HEAD, POST, PUT, DELETE"};

static unsigned method_number(const char *method)
{
    unsigned number = 0;
    while (strcmp(methods[number], method) != 0) {
        number++;
        assert(number < sizeof methods / sizeof methods[0]);
    }
    return number;
}

static bool find_route(const pln_call_t *call, pln_match_t *match, pln_answer_t *answer)
{
    unsigned allowed = 0;
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (!path_fits(routes[i].path, &match->uri, match->parts, &match->part_count)) {
            continue;
        }
        if (method_fits(call->method, routes[i].method)) {
            match->route = &routes[i];
            return true;
        }
        allowed |= 1u << method_number(routes[i].method);
    }
    if (allowed == 0) {
        pln_answer_problem(answer, 404, "no-route", "there is nothing at this address");
        return false;
    }
    answer->allow = allow_texts[allowed];
    pln_answer_problem(answer, 405, "method", "this address takes %s", answer->allow);
    return false;
}

/** Does the method change something? */
static bool changes(const char *method)
{
    return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
}

/** Does the browser say that a page of another site had the idea? To follow a link is no harm. */
static bool foreign_idea(const pln_call_t *call)
{
    bool follows = call->fetch_mode != NULL && strcasecmp(call->fetch_mode, "navigate") == 0 &&
                   !changes(call->method) && strncmp(call->target, "/api/", 5) != 0;
    return call->fetch_site != NULL && strcasecmp(call->fetch_site, "cross-site") == 0 && !follows;
}

/** A page of another origin may send requests here, but not with this daemon's name on them. */
static bool same_site(const pln_call_t *call, pln_answer_t *answer)
{
    char url[PLN_URL_MAX + 1];
    if (!pln_front_host(call->front, call->own, call->host)) {
        pln_front_address(call->front, url);
        pln_answer_problem(answer, 421, "host", "this daemon answers to %s only: use that address",
                           url);
        return false;
    }
    bool foreign = call->origin != NULL && !pln_front_origin(call->front, call->own, call->origin);
    if (foreign || foreign_idea(call)) {
        pln_answer_problem(answer, 403, "cross-site", "pages of other sites may not ask here");
        return false;
    }
    if (changes(call->method) && call->origin == NULL) {
        pln_answer_problem(answer, 403, "origin",
                           "what changes something must say which page it comes from: send the "
                           "header Origin with the page's own address, or use `pln`");
        return false;
    }
    return true;
}

static bool may_call(const pln_call_t *call, const pln_route_t *route, pln_answer_t *answer)
{
    if (call->local || call->session->role >= route->need) {
        return true;
    }
    pln_need_t role = call->session->role;
    if (role == PLN_NEED_NONE && route->need != PLN_NEED_OWNER) {
        pln_answer_problem(answer, 401, "sign-in",
                           "to look here you need a sign-in link: whoever runs this daemon makes "
                           "one with `pln web --role %s`",
                           pln_need_name(route->need));
        return false;
    }
    if (route->need == PLN_NEED_OWNER) {
        pln_answer_problem(answer, 403, "role",
                           "the key leaves this daemon over its own socket only: use `pln backup` "
                           "or `pln key export` on its machine");
        return false;
    }
    pln_answer_problem(answer, 403, "role",
                       "this is for those who may %s, and you may %s: ask whoever runs this daemon "
                       "for a sign-in link, made with `pln web --role %s`",
                       pln_need_may(route->need), pln_need_may(role), pln_need_name(route->need));
    return false;
}

static bool takes_body(const char *method)
{
    return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0;
}

/** What no table has was meant for something: better to say so than to pass it over. */
static bool param_known(pln_handler_t handler, const char *name, const char *value,
                        pln_answer_t *answer)
{
    char list[400];
    const char *type = pln_describe_type(handler, name);
    if (type == NULL) {
        pln_describe_list(handler, false, list, sizeof list);
        pln_answer_problem(answer, 400, "parameter",
                           "there is no parameter \"%.60s\" here; this address takes: %s", name,
                           list);
        return false;
    }
    if (!pln_parameter_fits(type, value)) {
        pln_parameter_allowed(type, list, sizeof list);
        pln_answer_problem(answer, 400, name, "%s is %s: give that, or leave it out", name, list);
        return false;
    }
    return true;
}

static bool params_known(const pln_match_t *match, pln_answer_t *answer)
{
    for (size_t i = 0; i < match->uri.param_count; i++) {
        if (!param_known(match->route->handler, match->uri.params[i].name,
                         match->uri.params[i].value, answer)) {
            return false;
        }
    }
    return true;
}

static bool members_known(const pln_match_t *match, json_t *body, pln_answer_t *answer)
{
    const char *name;
    json_t *value;
    char list[400];
    json_object_foreach(body, name, value)
    {
        if (!pln_describe_has_member(match->route->handler, name)) {
            pln_describe_list(match->route->handler, true, list, sizeof list);
            pln_answer_field(answer, name, "there is no member \"%.60s\" here; the body takes: %s",
                             name, list);
            return false;
        }
    }
    return true;
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
    bool posts = takes_body(call->method);
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
           params_known(match, answer) && body_fits(call, answer);
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
        pln_answer_line(answer, error.line, "the body is no JSON: line %d, column %d: %s",
                        error.line, error.column, error.text);
    } else if (!json_is_object(json)) {
        json_decref(json);
        json = NULL;
        pln_answer_problem(answer, 400, "json", "the body must be a JSON object");
    }
    return json;
}

void pln_route_run(const pln_api_t *api, const pln_match_t *match, const pln_call_t *call,
                   pln_span_t body, pln_answer_t *answer)
{
    pln_request_t request = {.api = api,
                             .method = match->route->method,
                             .uri = &match->uri,
                             .session = call->session,
                             .from = call->from,
                             .last_event_id = call->last_event_id};
    memcpy(request.parts, match->parts, sizeof request.parts);
    request.part_count = match->part_count;
    if (takes_body(match->route->method)) {
        request.body = read_body(body, answer);
        if (request.body == NULL || !members_known(match, request.body, answer)) {
            json_decref(request.body);
            return;
        }
    }
    match->route->handler(&request, answer);
    json_decref(request.body);
}
