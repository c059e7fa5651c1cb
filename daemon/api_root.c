// SPDX-License-Identifier: MPL-2.0
// What only the root of a network may do: hand it on, and set what holds for all.
#include <string.h>

#include "api_json.h"
#include "resolve.h"
#include "warnings.h"

/** The member as it is known here; false: it is none, or the daemon stops. */
static bool member_find(const pln_request_t *request, const pln_network_id_t *network,
                        const pln_id_t *id, pln_member_view_t *out)
{
    pln_members_t members;
    bool found = false;
    if (pln_look_members(request->api->driver, network, &members)) {
        for (size_t i = 0; i < members.count && !found; i++) {
            found = pln_id_equal(&members.list[i].member.node, id);
            *out = found ? members.list[i] : *out;
        }
    }
    pln_members_free(&members);
    return found;
}

void pln_api_network_transfer(const pln_request_t *request, pln_answer_t *answer)
{
    const char *member;
    pln_network_view_t view;
    pln_member_view_t heir = {.name = ""};
    pln_event_t event = {.type = PLN_EV_TRANSFER};
    if (!pln_body_text(request, answer, "member", true, PLN_NAME_MAX, &member) ||
        !pln_resolve_network(request, answer, request->parts[0], &view) ||
        !pln_resolve_member(request, answer, &view.id, member, &event.as.transfer.successor)) {
        return;
    }
    event.as.transfer.network = view.id;
    pln_reply_t reply;
    if (!pln_api_command(request, answer, &event, &reply)) {
        return;
    }
    pln_reply_free(&reply);
    json_t *warnings = json_array();
    if (member_find(request, &view.id, &event.as.transfer.successor, &heir)) {
        pln_warn_heir(warnings, &heir, view.name);
    }
    json_t *json = json_object();
    json_object_set_new(json, "id", pln_json_did(&event.as.transfer.successor));
    json_object_set_new(json, "member_name", pln_json_text(heir.name));
    json_object_set_new(json, "network", pln_json_hex(&view.id, sizeof view.id));
    json_object_set_new(json, "name", pln_json_text(view.name));
    pln_json_set_number(json, "root_generation", view.root_generation + 1u);
    json_object_set_new(json, "warnings", warnings);
    pln_answer_json(answer, 200, json);
}

void pln_api_network_settings(const pln_request_t *request, pln_answer_t *answer)
{
    pln_network_view_t view;
    uint64_t version = 0;
    pln_event_t event = {.type = PLN_EV_SETTINGS};
    if (!pln_body_text(request, answer, "title", false, PLN_TITLE_MAX, &event.as.settings.title) ||
        !pln_body_number(request, answer, "max_entries", PLN_SEQ_MAX,
                         &event.as.settings.max_entries) ||
        !pln_body_number(request, answer, "max_bytes", INT64_MAX, &event.as.settings.max_bytes) ||
        !pln_body_number(request, answer, "access_version", UINT32_MAX, &version) ||
        !pln_resolve_network(request, answer, request->parts[0], &view)) {
        return;
    }
    event.as.settings.network = view.id;
    event.as.settings.access_version = (uint32_t)version;
    pln_reply_t reply;
    if (pln_api_command(request, answer, &event, &reply)) {
        pln_reply_free(&reply);
        pln_api_network(request, answer);
    }
}
