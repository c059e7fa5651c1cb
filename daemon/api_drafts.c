// SPDX-License-Identifier: MPL-2.0
// Drafts: who writes them sees their own; who may publish sees all, sends back or publishes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_draft.h"
#include "api_page_list.h"
#include "moment.h"
#include "proto/kinds.h"
#include "resolve.h"

#define USUAL 100u /**< drafts of a page */
#define REFERENCE_MAX 400u
#define COMMENT_MAX 4000u

/* ---- whose ---- */

/** The name of the sign-in, so that a new link of the same person finds her drafts; else its key.
 */
static void owner_of(const pln_session_t *session, char out[PLN_NAME_MAX + 2])
{
    const pln_sign_in_t *signed_in = &session->signed_in;
    const char *name = signed_in->name[0] != '\0' ? signed_in->name : signed_in->key;
    snprintf(out, PLN_NAME_MAX + 2, "%s%s", signed_in->name[0] != '\0' ? "" : "#", name);
}

static bool sees_all(const pln_session_t *session)
{
    return session->role >= PLN_NEED_PUBLISH;
}

static bool is_own(const pln_session_t *session, const json_t *draft)
{
    char owner[PLN_NAME_MAX + 2];
    owner_of(session, owner);
    return strcmp(pln_draft_text(draft, "owner"), owner) == 0;
}

const char *pln_draft_text(const json_t *draft, const char *name)
{
    const char *text = json_string_value(json_object_get(draft, name));
    return text != NULL ? text : "";
}

uint64_t pln_draft_revision(const json_t *draft)
{
    return (uint64_t)json_integer_value(json_object_get(draft, "revision"));
}

json_t *pln_draft_find(const pln_request_t *request, pln_answer_t *answer)
{
    json_t *draft = pln_drafts_get(request->api->drafts, request->parts[0]);
    if (draft == NULL || (!sees_all(request->session) && !is_own(request->session, draft))) {
        json_decref(draft);
        pln_answer_problem(answer, 404, "not-found",
                           "there is no draft \"%s\" of yours: it may be published or deleted",
                           request->parts[0]);
        return NULL;
    }
    return draft;
}

/** Whom a sentence names as the writer. */
static const char *writer_of(const json_t *draft)
{
    const char *name = pln_draft_text(draft, "writer");
    return name[0] != '\0' ? name : "somebody without a name";
}

bool pln_draft_handed_in(const pln_request_t *request, pln_answer_t *answer, const json_t *draft)
{
    if (strcmp(pln_draft_text(draft, "state"), "waiting") == 0 || is_own(request->session, draft)) {
        return true;
    }
    pln_answer_problem(answer, 409, "not-handed-in",
                       "this draft is still being written by %s: wait until it is handed in for "
                       "approval",
                       writer_of(draft));
    return false;
}

/** Its writer; whoever manages, too, since a writer may be gone for good. */
static bool may_hand_in(const pln_request_t *request, pln_answer_t *answer, const json_t *draft)
{
    if (is_own(request->session, draft) || request->session->role >= PLN_NEED_MANAGE) {
        return true;
    }
    pln_answer_problem(answer, 403, "not-writer",
                       "this draft is by %s, who hands it in for approval: ask them, or somebody "
                       "with a link made by `pln web --role manage`",
                       writer_of(draft));
    return false;
}

void pln_draft_refuse(pln_answer_t *answer, pln_err_t error)
{
    static const struct {
        pln_err_t error;
        unsigned status;
        const char *sentence;
    } rows[] = {
        {PLN_ENOTFOUND, 404, "this draft is not there any more: it was published or deleted"},
        {PLN_ESTALE, 409, "somebody changed this draft meanwhile: load it again"},
        {PLN_EFULL, 409, "there are as many drafts as can be: publish or delete some"},
        {PLN_EOVERSIZE, 413, "a draft takes at most 256 KiB: make it shorter"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].error == error) {
            pln_answer_problem(answer, rows[i].status, pln_error_name(error), "%s",
                               rows[i].sentence);
            return;
        }
    }
    pln_answer_error(answer, error, "the draft cannot be kept: look at the daemon's disk");
}

/* ---- showing ---- */

json_t *pln_draft_json(const pln_session_t *session, const json_t *draft)
{
    json_t *json = json_copy((json_t *)(uintptr_t)draft);
    json_object_del(json, "owner");
    json_object_set_new(json, "mine", json_boolean(is_own(session, draft)));
    return json;
}

void pln_api_drafts(const pln_request_t *request, pln_answer_t *answer)
{
    const char *state = pln_uri_param(request->uri, "state");
    json_t *all = pln_drafts_list(request->api->drafts), *list = json_array(), *draft;
    size_t index;
    json_array_foreach(all, index, draft)
    {
        bool asked = state == NULL || strcmp(state, pln_draft_text(draft, "state")) == 0;
        if (asked && (sees_all(request->session) || is_own(request->session, draft))) {
            json_array_append_new(list, pln_draft_json(request->session, draft));
        }
    }
    pln_answer_page(request, answer, "drafts", list, "id", USUAL);
    json_decref(all);
}

void pln_api_draft(const pln_request_t *request, pln_answer_t *answer)
{
    json_t *draft = pln_draft_find(request, answer);
    if (draft != NULL) {
        pln_answer_json(answer, 200, pln_draft_json(request->session, draft));
        json_decref(draft);
    }
}

/* ---- writing ---- */

static void set_changed(json_t *draft, const char *name)
{
    json_object_set_new(draft, name, pln_json_moment(pln_wall_ms()));
}

/** kind, network and fields of the body, where it has them, laid over @draft. */
static bool read_content(const pln_request_t *request, pln_answer_t *answer, json_t *draft)
{
    const char *kind, *network;
    pln_network_view_t view;
    json_t *fields = json_object_get(request->body, "fields");
    bool fresh = json_object_get(draft, "kind") == NULL;
    if (!pln_body_text(request, answer, "kind", fresh, PLN_NAME_MAX, &kind) ||
        !pln_body_text(request, answer, "network", false, PLN_NAME_MAX, &network)) {
        return false;
    }
    const pln_kind_t *known = kind == NULL ? NULL : pln_kind_by_name(kind);
    if (kind != NULL && (known == NULL || known->fields == NULL)) {
        pln_answer_field(answer, "kind", "\"kind\" %.60s is none that can be published", kind);
        return false;
    }
    if (fields != NULL && !json_is_object(fields)) {
        pln_answer_field(answer, "fields",
                         "\"fields\" must be an object of field names and values");
        return false;
    }
    if ((fresh || network != NULL) &&
        !pln_resolve_network(request, answer, network == NULL ? "-" : network, &view)) {
        return false;
    }
    if (kind != NULL) {
        json_object_set_new(draft, "kind", json_string(kind));
    }
    if (fresh || network != NULL) {
        json_object_set_new(draft, "network", pln_json_hex(&view.id, sizeof view.id));
    }
    if (fresh || fields != NULL) {
        json_object_set_new(draft, "fields", fields == NULL ? json_object() : json_incref(fields));
    }
    return true;
}

/** What it will replace or adapt: one of the two. */
static bool read_origin(const pln_request_t *request, pln_answer_t *answer, json_t *draft)
{
    static const char *const names[] = {"replaces", "adapts"};
    const char *given[2];
    for (size_t i = 0; i < 2; i++) {
        if (!pln_body_text(request, answer, names[i], false, REFERENCE_MAX, &given[i])) {
            return false;
        }
        if (given[i] != NULL) {
            json_object_set_new(draft, names[i], json_string(given[i]));
        }
    }
    if (given[0] != NULL && given[1] != NULL) {
        pln_answer_field(answer, "replaces", "a draft has \"replaces\" or \"adapts\", never both");
        return false;
    }
    return true;
}

void pln_api_draft_make(const pln_request_t *request, pln_answer_t *answer)
{
    char owner[PLN_NAME_MAX + 2];
    json_t *draft = json_object();
    if (!read_content(request, answer, draft) || !read_origin(request, answer, draft)) {
        json_decref(draft);
        return;
    }
    owner_of(request->session, owner);
    json_object_set_new(draft, "writer", json_string(request->session->signed_in.name));
    json_object_set_new(draft, "owner", json_string(owner));
    json_object_set_new(draft, "state", json_string("open"));
    json_object_set_new(draft, "comment", json_string(""));
    set_changed(draft, "made");
    json_object_set(draft, "changed", json_object_get(draft, "made"));
    pln_err_t error = pln_drafts_add(request->api->drafts, draft);
    if (error == PLN_OK) {
        pln_answer_json(answer, 201, pln_draft_json(request->session, draft));
    } else {
        pln_draft_refuse(answer, error);
    }
    json_decref(draft);
}

/** Keep @next, a changed copy of a draft at @revision, and answer with it. */
static void keep(const pln_request_t *request, pln_answer_t *answer, json_t *next,
                 uint64_t revision)
{
    set_changed(next, "changed");
    pln_err_t error = pln_drafts_put(request->api->drafts, next, revision);
    if (error == PLN_OK) {
        pln_answer_json(answer, 200, pln_draft_json(request->session, next));
    } else {
        pln_draft_refuse(answer, error);
    }
}

void pln_api_draft_put(const pln_request_t *request, pln_answer_t *answer)
{
    uint64_t revision = 0;
    json_t *draft = pln_draft_find(request, answer);
    if (draft == NULL) {
        return;
    }
    json_t *next = json_copy(draft);
    if (pln_body_number(request, answer, "revision", INT64_MAX, &revision)) {
        if (revision == 0) {
            pln_answer_field(answer, "revision",
                             "\"revision\" is required: the one that you have changed");
        } else if (read_content(request, answer, next)) {
            if (!sees_all(request->session)) {
                /* what somebody may be approving now is asked for anew when it changes */
                json_object_set_new(next, "state", json_string("open"));
            }
            keep(request, answer, next, revision);
        }
    }
    json_decref(next);
    json_decref(draft);
}

void pln_api_draft_delete(const pln_request_t *request, pln_answer_t *answer)
{
    json_t *draft = pln_draft_find(request, answer);
    if (draft == NULL) {
        return;
    }
    pln_err_t error = pln_drafts_remove(request->api->drafts, request->parts[0], 0);
    if (error == PLN_OK) {
        pln_answer_json(answer, 200, json_pack("{s:s}", "id", request->parts[0]));
    } else {
        pln_draft_refuse(answer, error);
    }
    json_decref(draft);
}

typedef bool (*may_t)(const pln_request_t *request, pln_answer_t *answer, const json_t *draft);

static void move_to(const pln_request_t *request, pln_answer_t *answer, may_t may,
                    const char *state, const char *comment)
{
    json_t *draft = pln_draft_find(request, answer);
    if (draft == NULL || !may(request, answer, draft)) {
        json_decref(draft);
        return;
    }
    json_t *next = json_copy(draft);
    json_object_set_new(next, "state", json_string(state));
    json_object_set_new(next, "comment", json_string(comment));
    keep(request, answer, next, pln_draft_revision(draft));
    json_decref(next);
    json_decref(draft);
}

void pln_api_draft_submit(const pln_request_t *request, pln_answer_t *answer)
{
    move_to(request, answer, may_hand_in, "waiting", "");
}

void pln_api_draft_return(const pln_request_t *request, pln_answer_t *answer)
{
    const json_t *comment = json_object_get(request->body, "comment");
    if (!json_is_string(comment) || json_string_length(comment) == 0 ||
        json_string_length(comment) > COMMENT_MAX) {
        pln_answer_field(answer, "comment",
                         "\"comment\" must say what is missing, in at most %u bytes", COMMENT_MAX);
        return;
    }
    move_to(request, answer, pln_draft_handed_in, "returned", json_string_value(comment));
}
