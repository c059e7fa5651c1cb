// SPDX-License-Identifier: MPL-2.0
// Signing in and out: a one-time link becomes a cookie that scripts of the page cannot read.
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "api_json.h"
#include "log.h"
#include "moment.h"

#define COOKIE_SIZE 256u

static json_t *session_json(const pln_session_t *session)
{
    const pln_sign_in_t *signed_in = &session->signed_in;
    json_t *json = json_object();
    json_object_set_new(json, "role", json_string(pln_need_name(session->role)));
    json_object_set_new(json, "via", json_string(session->via));
    json_object_set_new(json, "name", pln_json_text(signed_in->name));
    if (signed_in->key[0] != '\0') {
        json_object_set_new(json, "key", json_string(signed_in->key));
        json_object_set_new(json, "expires", pln_json_moment(signed_in->expires_ms));
    }
    return json;
}

void pln_api_session(const pln_request_t *request, pln_answer_t *answer)
{
    pln_answer_json(answer, 200, session_json(request->session));
}

/** @seconds 0: the browser forgets it. */
static void set_cookie(const pln_api_t *api, pln_answer_t *answer, const char *value,
                       uint64_t seconds)
{
    char text[COOKIE_SIZE];
    snprintf(text, sizeof text, "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%llu%s",
             api->cookie, value, (unsigned long long)seconds, api->front->secure ? "; Secure" : "");
    answer->cookie = pln_strdup(text);
    sodium_memzero(text, sizeof text);
}

static void refuse(const pln_request_t *request, pln_answer_t *answer, pln_err_t error)
{
    static const struct {
        pln_err_t error;
        const char *sentence;
    } sentences[] = {
        {PLN_ETICKET_UNKNOWN,
         "this sign-in link is not known here: copy it whole, or ask for a "
         "new one"},
        {PLN_ETICKET_USED,
         "this sign-in link was used already, and each works once: ask for a new "
         "one"},
        {PLN_ETICKET_EXPIRED, "this sign-in link has expired: ask for a new one"},
        {PLN_ETICKET_CANCELLED, "this sign-in link was withdrawn: ask for a new one"},
        {PLN_EIO, "the sign-in cannot be kept: look at the disk of the daemon's folder"},
    };
    const char *sentence = "";
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
        sentence = sentences[i].error == error ? sentences[i].sentence : sentence;
    }
    if (error != PLN_EIO) {
        pln_brake_failed(request->api->brake, request->from, pln_mono_ms());
        pln_log(PLN_LOG_INFO, "page", "a sign-in was refused from=%s why=%s", request->from,
                pln_error_name(error));
    }
    pln_answer_error(answer, error, sentence);
}

void pln_api_session_begin(const pln_request_t *request, pln_answer_t *answer)
{
    const pln_api_t *api = request->api;
    char secret[PLN_SIGN_IN_SECRET_SIZE];
    const char *token;
    uint64_t now_ms = pln_wall_ms();
    pln_session_t session = {.via = "link"};
    if (!pln_brake_may(api->brake, request->from, pln_mono_ms())) {
        pln_answer_problem(answer, 429, "braked",
                           "too many sign-ins failed from this address: wait a minute");
        return;
    }
    if (!pln_body_text(request, answer, "token", true, PLN_NAME_MAX, &token)) {
        return;
    }
    pln_err_t error =
        pln_sign_ins_exchange(api->sign_ins, token, now_ms, &session.signed_in, secret);
    if (error != PLN_OK) {
        refuse(request, answer, error);
        return;
    }
    session.role = session.signed_in.role;
    pln_answer_json(answer, 200, session_json(&session));
    set_cookie(api, answer, secret, (session.signed_in.expires_ms - now_ms) / 1000u);
    sodium_memzero(secret, sizeof secret);
    pln_log(PLN_LOG_INFO, "page", "signed in key=%s role=%s for=%s from=%s", session.signed_in.key,
            pln_need_name(session.role), session.signed_in.name, request->from);
}

void pln_api_session_end(const pln_request_t *request, pln_answer_t *answer)
{
    const pln_session_t *session = request->session;
    if (session->signed_in.key[0] != '\0') {
        pln_err_t error = pln_sign_ins_withdraw(request->api->sign_ins, session->signed_in.key);
        if (error != PLN_OK && error != PLN_ENOTFOUND) {
            refuse(request, answer, error);
            return;
        }
    }
    pln_answer_json(answer, 200, json_pack("{s:b}", "signed_out", 1));
    if (session->via[0] != 's') {
        set_cookie(request->api, answer, "", 0);
    }
}
