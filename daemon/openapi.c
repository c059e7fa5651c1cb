// SPDX-License-Identifier: MPL-2.0
#include "openapi.h"

#include <stdio.h>
#include <string.h>

#include "describe.h"
#include "openapi_type.h"
#include "route.h"

#define JSON_TYPE "application/json"
#define PROBLEM_TYPE "application/problem+json"

/* ---- parameters ---- */

static json_t *parameter(const char *name, const char *where, const char *type,
                         const char *sentence)
{
    return json_pack("{s:s, s:s, s:b, s:s, s:o}", "name", name, "in", where, "required",
                     strcmp(where, "path") == 0, "description", sentence, "schema",
                     pln_openapi_type(type));
}

static void add_filters(json_t *list)
{
    const char *name, *sentence;
    for (size_t i = 0; (name = pln_describe_filter(i, &sentence)) != NULL; i++) {
        json_array_append_new(list, parameter(name, "query", "text", sentence));
    }
}

static json_t *parameters(const pln_route_t *route)
{
    json_t *list = json_array();
    const pln_describe_t *row;
    for (const char *at = strchr(route->path, '{'); at != NULL; at = strchr(at + 1, '{')) {
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 1, "}"), at + 1);
        const char *sentence = pln_describe_part(name);
        json_array_append_new(list,
                              parameter(name, "path", "text", sentence == NULL ? "" : sentence));
    }
    for (size_t i = 0; (row = pln_describe_at(i)) != NULL; i++) {
        if (row->handler != route->handler) {
            continue;
        }
        if (row->what == PLN_DESCRIBE_FILTERS) {
            add_filters(list);
        } else if (row->what == PLN_DESCRIBE_QUERY) {
            json_array_append_new(list, parameter(row->name, "query", row->type, row->sentence));
        } else if (row->what == PLN_DESCRIBE_HEADER) {
            json_array_append_new(list, parameter(row->name, "header", "text", row->sentence));
        }
    }
    return list;
}

/* ---- answers ---- */

static json_t *content(const char *media, json_t *schema)
{
    return json_pack("{s:{s:o}}", media, "schema", schema);
}

static void add_answer(json_t *answers, unsigned status, const char *sentence, json_t *body)
{
    char number[8];
    snprintf(number, sizeof number, "%u", status);
    json_t *answer = json_pack("{s:s}", "description", sentence);
    if (body != NULL) {
        json_object_set_new(answer, "content", body);
    }
    json_object_set_new(answers, number, answer);
}

static void add_problem(json_t *answers, unsigned status, const char *sentence)
{
    add_answer(answers, status, sentence, content(PROBLEM_TYPE, pln_openapi_type("Problem")));
}

static json_t *sent(const pln_describe_t *row)
{
    bool shaped = strcmp(row->shape, "Nothing") != 0;
    return content(row->type, shaped ? pln_openapi_type(row->shape) : json_object());
}

static void add_good(const pln_route_t *route, json_t *answers)
{
    json_t *events = json_object();
    const pln_describe_t *row;
    for (size_t i = 0; (row = pln_describe_at(i)) != NULL; i++) {
        if (row->handler != route->handler) {
            continue;
        }
        if (row->what == PLN_DESCRIBE_GIVES) {
            add_answer(answers, row->status, "Done.",
                       content(JSON_TYPE, pln_openapi_type(row->shape)));
        } else if (row->what == PLN_DESCRIBE_SENDS) {
            add_answer(answers, row->status, "It follows.", sent(row));
        } else if (row->what == PLN_DESCRIBE_EVENT) {
            json_object_set_new(events, row->name, pln_openapi_type(row->shape));
        } else if (row->what == PLN_DESCRIBE_HEADER && strcmp(row->name, "If-None-Match") == 0) {
            add_answer(answers, 304, "The client has it.", NULL);
        }
    }
    if (json_object_size(events) > 0) {
        json_object_set(json_object_get(answers, "200"), "x-events", events);
    }
    json_decref(events);
}

static const char *body_of(const pln_route_t *route)
{
    const pln_describe_t *row;
    for (size_t i = 0; (row = pln_describe_at(i)) != NULL; i++) {
        if (row->handler == route->handler && row->what == PLN_DESCRIBE_TAKES) {
            return row->shape;
        }
    }
    return NULL;
}

static json_t *answers_of(const pln_route_t *route)
{
    json_t *answers = json_object();
    add_good(route, answers);
    add_problem(answers, 400, "A parameter or member is wrong or unknown.");
    if (route->need > PLN_NEED_NONE && route->need < PLN_NEED_OWNER) {
        add_problem(answers, 401, "Reading here needs a sign-in link.");
    }
    if (route->need > PLN_NEED_READ) {
        add_problem(answers, 403, "The role is too small, or a page of another site asks.");
    }
    if (strchr(route->path, '{') != NULL || pln_describe_type(route->handler, "network") != NULL) {
        add_problem(answers, 404, "There is no such thing.");
    }
    if (body_of(route) != NULL) {
        add_problem(answers, 413, "The body has more than 1 MiB.");
        add_problem(answers, 415, "The body is not declared as JSON.");
    }
    add_problem(answers, 421, "The header Host names somebody else.");
    json_object_set_new(answers, "default",
                        json_pack("{s:s, s:o}", "description", "Why it was refused.", "content",
                                  content(PROBLEM_TYPE, pln_openapi_type("Problem"))));
    return answers;
}

/* ---- operations ---- */

/** The handler's name; a second path of the same handler adds how many parts it has. */
static json_t *operation_id(const pln_route_t *route)
{
    size_t count, parts = 0;
    bool second = false;
    for (const pln_route_t *at = pln_routes(&count); at < route; at++) {
        second = second || at->handler == route->handler;
    }
    for (const char *at = route->path; (at = strchr(at, '{')) != NULL; at++) {
        parts++;
    }
    return second ? json_sprintf("%s_%d", route->name, (int)parts) : json_string(route->name);
}

static json_t *operation(const pln_route_t *route)
{
    const char *body = body_of(route);
    json_t *json = json_object();
    json_object_set_new(json, "operationId", operation_id(route));
    json_object_set_new(json, "summary", json_string(route->sentence));
    json_object_set_new(json, "x-least-role", json_string(pln_need_name(route->need)));
    json_object_set_new(json, "parameters", parameters(route));
    if (body != NULL) {
        json_object_set_new(json, "requestBody",
                            json_pack("{s:b, s:o}", "required", 0, "content",
                                      content(JSON_TYPE, pln_openapi_type(body))));
    }
    json_object_set_new(json, "responses", answers_of(route));
    json_object_set_new(
        json, "security",
        route->need == PLN_NEED_NONE ? json_array() : json_pack("[{s:[]}]", "session"));
    return json;
}

static json_t *paths(void)
{
    json_t *json = json_object();
    size_t count;
    const pln_route_t *routes = pln_routes(&count);
    for (size_t i = 0; i < count; i++) {
        char method[8];
        size_t size = strlen(routes[i].method);
        for (size_t j = 0; j <= size && j < sizeof method; j++) {
            char c = routes[i].method[j];
            method[j] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        }
        if (json_object_get(json, routes[i].path) == NULL) {
            json_object_set_new(json, routes[i].path, json_object());
        }
        json_object_set_new(json_object_get(json, routes[i].path), method, operation(&routes[i]));
    }
    return json;
}

json_t *pln_openapi_json(const char *cookie)
{
    static const char about[] =
        "What pln, the page and a district's own scripts use. On DIR/plnd.sock everything is "
        "allowed to whoever may open the file; over the --http address the sign-in's role "
        "decides (x-least-role), names other than the daemon's own are refused, and a change "
        "needs an Origin. HEAD is answered as GET without its body. Unknown parameters and "
        "members are refused. What is no HTTP, or has too large a head, is answered in HTML (400, "
        "414, 431, 505), and the connection is closed.";
    return json_pack("{s:s, s:{s:s, s:s, s:s, s:{s:s, s:s}}, s:o, s:{s:o, s:{s:{s:s, s:s, s:s}}}}",
                     "openapi", "3.1.0", "info", "title", "plnd", "version", PLN_VERSION,
                     "description", about, "license", "name", "MPL-2.0", "identifier", "MPL-2.0",
                     "paths", paths(), "components", "schemas", pln_openapi_schemas(),
                     "securitySchemes", "session", "type", "apiKey", "in", "cookie", "name",
                     cookie);
}
