// SPDX-License-Identifier: MPL-2.0
#include <string.h>

#include "address.h"
#include "api_json.h"
#include "api_page_list.h"
#include "resolve.h"

void pln_api_peers(const pln_request_t *request, pln_answer_t *answer)
{
    pln_peers_t peers;
    if (!pln_look_peers(request->api->driver, &peers)) {
        pln_peers_free(&peers);
        pln_answer_stopping(answer);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < peers.count; i++) {
        json_array_append_new(list, pln_json_peer(request->api, &peers.list[i]));
    }
    pln_peers_free(&peers);
    pln_answer_page(request, answer, "peers", list, "id", 0);
}

static json_t *peer_answer(const pln_event_t *event)
{
    json_t *json = json_object();
    json_object_set_new(json, "id", pln_json_did(&event->as.peer.peer));
    if (event->as.peer.address != NULL) {
        json_object_set_new(json, "address", pln_json_text(event->as.peer.address));
    }
    return json;
}

void pln_api_peer_add(const pln_request_t *request, pln_answer_t *answer)
{
    const char *address, *id;
    pln_event_t event = {.type = PLN_EV_PEER_ADD};
    if (!pln_body_text(request, answer, "address", true, PLN_ADDRESS_MAX, &address) ||
        !pln_body_text(request, answer, "id", true, PLN_DID_SIZE, &id)) {
        return;
    }
    if (!pln_address_dialable(address)) {
        pln_answer_field(answer, "address",
                         "\"%s\" is not HOST:PORT to be dialled, such as pln.example.org:7420",
                         address);
        return;
    }
    if (pln_did_parse(id, &event.as.peer.peer) != PLN_OK) {
        pln_answer_field(answer, "id", "\"%s\" is no node id (did:key:z6Mk...)", id);
        return;
    }
    if (pln_id_equal(&event.as.peer.peer, &request->api->self)) {
        pln_answer_field(answer, "id", "that id is this node's own");
        return;
    }
    event.as.peer.address = address;
    pln_reply_t reply;
    if (pln_api_command(request, answer, &event, &reply)) {
        pln_reply_free(&reply);
        pln_answer_json(answer, 201, peer_answer(&event));
    }
}

/** Peers that @text names by id, prefix, name or address; more than one id is ambiguous. */
static bool find_peer(const pln_request_t *request, pln_answer_t *answer, const char *text,
                      pln_id_t *out, bool *by_address)
{
    pln_peers_t peers;
    size_t matches = 0;
    *by_address = false;
    if (pln_did_parse(text, out) == PLN_OK) {
        return true;
    }
    bool looked = pln_look_peers(request->api->driver, &peers);
    for (size_t i = 0; i < peers.count; i++) {
        const pln_peer_view_t *peer = &peers.list[i];
        bool address = strcmp(peer->address, text) == 0;
        bool named = peer->name[0] != '\0' && strcmp(peer->name, text) == 0;
        if (!address && !named && !pln_id_matches(&peer->id, text)) {
            continue;
        }
        *by_address = address;
        matches += matches == 0 || !pln_id_equal(out, &peer->id);
        *out = peer->id;
    }
    pln_peers_free(&peers);
    if (!looked) {
        pln_answer_stopping(answer);
    } else if (matches == 0) {
        pln_answer_problem(answer, 404, "not-found",
                           "no peer has the id or address \"%s\": `pln peer list` shows them",
                           text);
    } else if (matches > 1) {
        pln_answer_problem(answer, 400, "ambiguous", "several peers answer to \"%s\": give the id",
                           text);
    }
    return looked && matches == 1;
}

void pln_api_peer_remove(const pln_request_t *request, pln_answer_t *answer)
{
    const char *id;
    bool by_address;
    pln_reply_t reply;
    pln_event_t event = {.type = PLN_EV_PEER_REMOVE};
    if (!pln_body_text(request, answer, "id", true, PLN_ADDRESS_MAX, &id) ||
        !find_peer(request, answer, id, &event.as.peer.peer, &by_address)) {
        return;
    }
    event.as.peer.address = by_address ? id : NULL;
    if (pln_api_command(request, answer, &event, &reply)) {
        pln_reply_free(&reply);
        pln_answer_json(answer, 200, peer_answer(&event));
    }
}
