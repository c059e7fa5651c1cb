// SPDX-License-Identifier: MPL-2.0
#include <sodium.h>
#include <string.h>

#include "api_json.h"
#include "api_page_list.h"
#include "resolve.h"
#include "warnings.h"

void pln_api_networks(const pln_request_t *request, pln_answer_t *answer)
{
    pln_networks_t networks;
    if (!pln_look_networks(request->api->driver, &networks)) {
        pln_networks_free(&networks);
        pln_answer_stopping(answer);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < networks.count; i++) {
        json_array_append_new(list, pln_json_network(&networks.list[i]));
    }
    pln_networks_free(&networks);
    pln_answer_page(request, answer, "networks", list, "id", 0);
}

/** Members who may invite and revoke. */
static json_t *coordinators_json(const pln_members_t *members)
{
    json_t *list = json_array();
    for (size_t i = 0; i < members->count; i++) {
        if (members->list[i].member.role >= PLN_ROLE_COORDINATOR) {
            json_array_append_new(list, pln_json_member(&members->list[i]));
        }
    }
    return list;
}

void pln_api_network(const pln_request_t *request, pln_answer_t *answer)
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
    json_t *json = pln_json_network(&view);
    json_t *quotas = json_object();
    pln_json_set_number(quotas, "max_entries", members.settings.max_entries);
    pln_json_set_number(quotas, "max_bytes", members.settings.max_bytes);
    json_object_set_new(json, "quotas", quotas);
    pln_json_set_number(json, "access_version", members.settings.access_version);
    json_object_set_new(json, "coordinator_list", coordinators_json(&members));
    json_t *warnings = json_array();
    pln_warn_namesakes(warnings, request->api, &view.id, view.name);
    pln_warn_key(warnings, request->api, &view, 1);
    pln_warn_network(warnings, &view);
    json_object_set_new(json, "warnings", warnings);
    pln_members_free(&members);
    pln_answer_json(answer, 200, json);
}

void pln_api_network_create(const pln_request_t *request, pln_answer_t *answer)
{
    const char *name, *title;
    if (!pln_body_text(request, answer, "name", true, PLN_NAME_MAX, &name) ||
        !pln_body_text(request, answer, "title", false, PLN_TITLE_MAX, &title)) {
        return;
    }
    if (strcmp(name, "-") == 0) {
        pln_answer_field(answer, "name", "\"-\" means the only network; give it another name");
        return;
    }
    pln_event_t event = {.type = PLN_EV_FOUND};
    event.as.found.name = name;
    event.as.found.title = title;
    randombytes_buf(event.as.found.nonce, sizeof event.as.found.nonce);
    pln_reply_t reply;
    if (!pln_api_command(request, answer, &event, &reply)) {
        return;
    }
    json_t *warnings = json_array();
    pln_network_view_t view = {.role = PLN_ROLE_ROOT, .coordinators = 1};
    memcpy(view.name, name, strlen(name));
    memcpy(&view.id, reply.data.data, sizeof view.id);
    pln_warn_namesakes(warnings, request->api, &view.id, name);
    pln_warn_key(warnings, request->api, &view, 1);
    pln_warn_network(warnings, &view);
    json_t *json = json_object();
    json_object_set_new(json, "id", pln_json_hex(reply.data.data, reply.data.size));
    json_object_set_new(json, "name", pln_json_text(name));
    json_object_set_new(json, "warnings", warnings);
    pln_reply_free(&reply);
    pln_answer_json(answer, 201, json);
}

void pln_api_network_leave(const pln_request_t *request, pln_answer_t *answer)
{
    pln_network_view_t view;
    bool forget = false;
    if (!pln_body_flag(request, answer, "forget", &forget) ||
        !pln_resolve_network(request, answer, request->parts[0], &view)) {
        return;
    }
    pln_event_t event = {.type = PLN_EV_LEAVE};
    event.as.leave.network = view.id;
    event.as.leave.forget = forget;
    pln_reply_t reply;
    if (pln_api_command(request, answer, &event, &reply)) {
        json_t *json = json_object();
        json_object_set_new(json, "id", pln_json_hex(&view.id, sizeof view.id));
        json_object_set_new(json, "name", pln_json_text(view.name));
        json_object_set_new(json, "forgetting", json_boolean(forget));
        pln_reply_free(&reply);
        pln_answer_json(answer, 200, json);
    }
}
