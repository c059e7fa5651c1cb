// SPDX-License-Identifier: MPL-2.0
// Sign-in links: made for a person, listed without their secrets, withdrawn with their sessions.
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_json.h"
#include "api_page_list.h"
#include "log.h"
#include "moment.h"

#define DAY_MS 86400000ull
#define LASTS_MS (30u * DAY_MS)      /**< unless something else is asked for */
#define LASTS_MAX_MS (366u * DAY_MS) /**< longer than a school year is made anew */

static const char *state_of(const pln_sign_in_t *sign_in, uint64_t now_ms)
{
    static const char *const words[] = {[PLN_SIGN_IN_OPEN] = "open",
                                        [PLN_SIGN_IN_USED] = "used",
                                        [PLN_SIGN_IN_WITHDRAWN] = "withdrawn"};
    bool over = sign_in->state != PLN_SIGN_IN_WITHDRAWN && sign_in->expires_ms <= now_ms;
    return over ? "expired" : words[sign_in->state];
}

static void set_moment(json_t *json, const char *name, uint64_t ms)
{
    if (ms != 0) {
        json_object_set_new(json, name, pln_json_moment(ms));
    }
}

static json_t *sign_in_json(const pln_sign_in_t *sign_in, uint64_t now_ms)
{
    json_t *json = json_object();
    json_object_set_new(json, "key", json_string(sign_in->key));
    json_object_set_new(json, "role", json_string(pln_need_name(sign_in->role)));
    json_object_set_new(json, "for", pln_json_text(sign_in->name));
    json_object_set_new(json, "state", json_string(state_of(sign_in, now_ms)));
    set_moment(json, "made", sign_in->made_ms);
    set_moment(json, "expires", sign_in->expires_ms);
    set_moment(json, "used", sign_in->used_ms);
    set_moment(json, "last_used", sign_in->last_ms);
    return json;
}

void pln_api_sign_ins(const pln_request_t *request, pln_answer_t *answer)
{
    pln_sign_in_t *rows;
    uint64_t now_ms = pln_wall_ms();
    json_t *list = json_array();
    size_t count = pln_sign_ins_list(request->api->sign_ins, &rows);
    for (size_t i = count; i > 0; i--) {
        json_array_append_new(list, sign_in_json(&rows[i - 1], now_ms));
    }
    free(rows);
    pln_answer_page(request, answer, "sign_ins", list, "key", 0);
}

/** "expires": milliseconds since 1970, or a moment. */
static bool read_expiry(const pln_request_t *request, pln_answer_t *answer, uint64_t now_ms,
                        uint64_t *out)
{
    const json_t *given = json_object_get(request->body, "expires");
    *out = now_ms + LASTS_MS;
    if (json_is_string(given)) {
        if (!pln_moment_parse(json_string_value(given), out)) {
            pln_answer_field(answer, "expires",
                             "\"expires\" must be a moment such as 2026-12-24T18:00:00Z");
            return false;
        }
    } else if (!pln_body_number(request, answer, "expires", UINT64_MAX, out)) {
        return false;
    }
    if (*out <= now_ms || *out - now_ms > LASTS_MAX_MS) {
        pln_answer_field(answer, "expires",
                         "\"expires\" must be in the future, and within 366 days");
        return false;
    }
    return true;
}

static bool read_role(const pln_request_t *request, pln_answer_t *answer, pln_need_t *out)
{
    const char *text;
    *out = PLN_NEED_MANAGE;
    if (!pln_body_text(request, answer, "role", false, PLN_NAME_MAX, &text)) {
        return false;
    }
    if (text != NULL && !pln_need_parse(text, out)) {
        pln_answer_field(answer, "role", "\"role\" must be read, draft, publish or manage");
        return false;
    }
    return true;
}

static json_t *made_json(const pln_api_t *api, const pln_sign_in_t *made, const char *token,
                         uint64_t now_ms)
{
    char base[PLN_URL_MAX + 1], url[PLN_URL_MAX + PLN_SIGN_IN_SECRET_SIZE + 16];
    json_t *json = sign_in_json(made, now_ms);
    pln_front_address(api->front, base);
    snprintf(url, sizeof url, "%s/#/sign-in/%s", base, token);
    json_object_set_new(json, "token", json_string(token));
    json_object_set_new(json, "url", json_string(url));
    sodium_memzero(url, sizeof url);
    return json;
}

void pln_api_sign_in_make(const pln_request_t *request, pln_answer_t *answer)
{
    const pln_api_t *api = request->api;
    uint64_t now_ms = pln_wall_ms(), expires_ms;
    char token[PLN_SIGN_IN_SECRET_SIZE];
    const char *name;
    pln_need_t role;
    pln_sign_in_t made;
    if (!read_role(request, answer, &role) || !read_expiry(request, answer, now_ms, &expires_ms) ||
        !pln_body_text(request, answer, "for", false, PLN_NAME_MAX, &name)) {
        return;
    }
    if (api->front->bound[0] == '\0') {
        pln_answer_problem(answer, 409, "no-page",
                           "the page has no address: give plnd one with --http ADDR:PORT");
        return;
    }
    pln_err_t error = pln_sign_ins_make(api->sign_ins, role, name == NULL ? "" : name, expires_ms,
                                        now_ms, &made, token);
    if (error == PLN_OK) {
        pln_answer_json(answer, 201, made_json(api, &made, token, now_ms));
    } else {
        pln_answer_error(answer, error,
                         error == PLN_EFULL
                             ? "there are as many sign-in links as can be: withdraw those that "
                               "are not needed (`pln web --list`)"
                             : "the link cannot be kept: look at the disk of the daemon's folder");
    }
    sodium_memzero(token, sizeof token);
}

/** The one whose key begins with @text. */
static bool find(const pln_request_t *request, pln_answer_t *answer, const char *text,
                 pln_sign_in_t *out)
{
    pln_sign_in_t *rows;
    size_t matches = 0, count = pln_sign_ins_list(request->api->sign_ins, &rows);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(rows[i].key, text, strlen(text)) == 0) {
            *out = rows[i];
            matches++;
        }
    }
    free(rows);
    if (matches == 0) {
        pln_answer_problem(answer, 404, "not-found",
                           "no sign-in link made here has the key \"%s\": `pln web --list` shows "
                           "them",
                           text);
    } else if (matches > 1) {
        pln_answer_problem(answer, 400, "ambiguous",
                           "%zu sign-in links have a key that begins with \"%s\": give more of it",
                           matches, text);
    }
    return matches == 1;
}

void pln_api_sign_in_cancel(const pln_request_t *request, pln_answer_t *answer)
{
    pln_sign_in_t sign_in;
    if (!find(request, answer, request->parts[0], &sign_in)) {
        return;
    }
    pln_err_t error = pln_sign_ins_withdraw(request->api->sign_ins, sign_in.key);
    if (error != PLN_OK) {
        pln_answer_error(answer, error, "the withdrawal cannot be kept: look at the disk");
        return;
    }
    sign_in.state = PLN_SIGN_IN_WITHDRAWN;
    pln_log(PLN_LOG_INFO, "page", "a sign-in was withdrawn key=%s", sign_in.key);
    pln_answer_json(answer, 200, sign_in_json(&sign_in, pln_wall_ms()));
}
