// SPDX-License-Identifier: MPL-2.0
#include <string.h>

#include "api_json.h"
#include "api_page_list.h"
#include "backdate.h"
#include "moment.h"
#include "resolve.h"

/** What it calls itself, where the network knows it by another name. */
static void set_own_name(json_t *json, const char *own_name)
{
    if (strcmp(own_name, json_string_value(json_object_get(json, "name"))) != 0) {
        pln_json_set_text(json, "own_name", own_name);
    }
}

/** This node is always here, in sync with itself, and known by its own name. */
static json_t *member_json(const pln_api_t *api, const pln_network_view_t *network,
                           const pln_member_view_t *view)
{
    json_t *json = pln_json_member(view);
    bool self = pln_id_equal(&view->member.node, &api->self);
    json_object_set_new(json, "self", json_boolean(self));
    if (self) {
        json_object_set_new(json, "connected", json_true());
        json_object_set_new(json, "in_sync", json_true());
        json_object_set_new(json, "version", json_string(PLN_VERSION));
        char name[PLN_NAME_MAX + 1];
        pln_naming_get(api->naming, name);
        json_object_set_new(json, "name", pln_json_text(view->name[0] != '\0' ? view->name : name));
        set_own_name(json, name);
    } else {
        set_own_name(json, view->state.own_name);
        pln_stand_t stand = pln_standing_member(api->standing, network, view);
        pln_json_set_stand(json, &stand);
    }
    return json;
}

void pln_api_members(const pln_request_t *request, pln_answer_t *answer)
{
    pln_network_view_t view;
    pln_members_t members;
    if (!pln_resolve_network(request, answer, request->parts[0], &view)) {
        return;
    }
    if (!pln_look_members(request->api->driver, &view.id, &members)) {
        pln_members_free(&members);
        pln_answer_stopping(answer);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < members.count; i++) {
        json_array_append_new(list, member_json(request->api, &view, &members.list[i]));
    }
    pln_members_free(&members);
    pln_answer_page(request, answer, "members", list, "id", 0);
}

/** `before`: where the member's lane 0 stood then. False: the answer is given. */
static bool read_before(const pln_request_t *request, pln_answer_t *answer, pln_event_t *event,
                        pln_cut_t cuts[PLN_CUTS_MAX])
{
    const char *before;
    uint64_t before_ms;
    if (!pln_body_text(request, answer, "before", false, PLN_NAME_MAX, &before)) {
        return false;
    }
    if (before == NULL) {
        return true;
    }
    if (!pln_since_parse(before, pln_wall_ms(), &before_ms)) {
        pln_answer_field(answer, "before",
                         "\"%s\" is no time: give 7d, 12h or 2026-11-22T09:30:00Z", before);
        return false;
    }
    event->as.revoke.backdated = true;
    event->as.revoke.cuts = cuts;
    pln_err_t error =
        pln_backdate(request->api->store, &event->as.revoke.network, &event->as.revoke.member,
                     before_ms, cuts, &event->as.revoke.cut_count);
    if (error != PLN_OK) {
        pln_answer_problem(answer, 500, "io", "its chain cannot be read: look at the daemon's log");
    }
    return error == PLN_OK;
}

void pln_api_revoke(const pln_request_t *request, pln_answer_t *answer)
{
    const char *member, *reason;
    pln_cut_t cuts[PLN_CUTS_MAX];
    pln_network_view_t view;
    pln_event_t event = {.type = PLN_EV_REVOKE};
    if (!pln_body_text(request, answer, "member", true, PLN_NAME_MAX, &member) ||
        !pln_body_text(request, answer, "reason", false, PLN_REASON_MAX, &reason) ||
        !pln_resolve_network(request, answer, request->parts[0], &view) ||
        !pln_resolve_member(request, answer, &view.id, member, &event.as.revoke.member)) {
        return;
    }
    event.as.revoke.network = view.id;
    event.as.revoke.reason = reason == NULL ? "" : reason;
    pln_reply_t reply;
    if (read_before(request, answer, &event, cuts) &&
        pln_api_command(request, answer, &event, &reply)) {
        pln_reply_free(&reply);
        pln_answer_json(answer, 200,
                        json_pack("{s:o}", "id", pln_json_did(&event.as.revoke.member)));
    }
}
