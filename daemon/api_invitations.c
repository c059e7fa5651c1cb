// SPDX-License-Identifier: MPL-2.0
#include <sodium.h>
#include <string.h>

#include "api_json.h"
#include "api_page_list.h"
#include "moment.h"
#include "reach.h"
#include "resolve.h"
#include "warnings.h"

#define EXPIRES_DEFAULT_MS (UINT64_C(7) * 86400000u)
#define EXPIRES_MAX_MS (UINT64_C(366) * 86400000u)

/** Addresses a ticket will name; texts are borrowed from the body, the settings or @own. */
typedef struct {
    const char *list[PLN_TICKET_ADDRESSES_MAX];
    size_t count;
    char own[PLN_TICKET_ADDRESSES_MAX][PLN_ADDRESS_MAX + 1];
} addresses_t;

static bool given_addresses(pln_answer_t *answer, const json_t *given, addresses_t *out)
{
    if (!json_is_array(given) || json_array_size(given) > PLN_TICKET_ADDRESSES_MAX) {
        pln_answer_field(answer, "addresses",
                         "a ticket names at most %u addresses: leave out the others",
                         PLN_TICKET_ADDRESSES_MAX);
        return false;
    }
    size_t i;
    const json_t *value;
    json_array_foreach(given, i, value)
    {
        const char *text = json_string_value(value);
        if (text == NULL || strlen(text) > PLN_ADDRESS_MAX || !pln_address_dialable(text)) {
            pln_answer_field(answer, "addresses",
                             "\"%.80s\" is not HOST:PORT to be dialled, such as "
                             "pln.example.org:7420",
                             text != NULL ? text : "");
            return false;
        }
        out->list[out->count++] = text;
    }
    return true;
}

/** Those of the request, else those of the settings, else this machine's own. */
static bool choose_addresses(const pln_request_t *request, pln_answer_t *answer, addresses_t *out)
{
    const pln_api_t *api = request->api;
    const json_t *given = json_object_get(request->body, "addresses");
    out->count = 0;
    if (given != NULL && !json_is_null(given) && json_array_size(given) > 0) {
        return given_addresses(answer, given, out);
    }
    if (given != NULL && !json_is_null(given) && !json_is_array(given)) {
        return given_addresses(answer, given, out);
    }
    for (size_t i = 0; i < api->advertise_count && i < PLN_TICKET_ADDRESSES_MAX; i++) {
        out->list[out->count++] = api->advertise[i];
    }
    if (out->count == 0) {
        out->count =
            pln_reach_own(pln_driver_listen(api->driver), out->own, PLN_TICKET_ADDRESSES_MAX);
        for (size_t i = 0; i < out->count; i++) {
            out->list[i] = out->own[i];
        }
    }
    return true;
}

/** Role, label, bound node and expiry of the body. */
static bool read_invitation(const pln_request_t *request, pln_answer_t *answer, pln_event_t *event)
{
    const char *role, *label, *bound;
    uint64_t now = pln_wall_ms();
    event->as.invite.role = PLN_ROLE_CONTRIBUTOR;
    event->as.invite.expiry_ms = now + EXPIRES_DEFAULT_MS;
    if (!pln_body_text(request, answer, "role", false, PLN_NAME_MAX, &role) ||
        !pln_body_text(request, answer, "label", false, PLN_NAME_MAX, &label) ||
        !pln_body_text(request, answer, "for", false, PLN_NAME_MAX, &bound) ||
        !pln_body_number(request, answer, "expires_ms", INT64_MAX, &event->as.invite.expiry_ms) ||
        !pln_body_number(request, answer, "until_ms", INT64_MAX, &event->as.invite.until_ms)) {
        return false;
    }
    event->as.invite.label = label == NULL ? "" : label;
    event->as.invite.bound = bound != NULL;
    if (role != NULL &&
        (pln_role_parse(role, &event->as.invite.role) != PLN_OK ||
         event->as.invite.role == PLN_ROLE_NONE || event->as.invite.role == PLN_ROLE_ROOT)) {
        pln_answer_field(answer, "role", "\"role\" must be reader, contributor or coordinator");
        return false;
    }
    if (bound != NULL && pln_did_parse(bound, &event->as.invite.bound_to) != PLN_OK) {
        pln_answer_field(answer, "for", "\"for\" must be a node's whole id: did:key:z6Mk...");
        return false;
    }
    if (event->as.invite.expiry_ms <= now || event->as.invite.expiry_ms > now + EXPIRES_MAX_MS) {
        pln_answer_field(answer, "expires_ms",
                         "an invitation expires in the future, and within 366 days");
        return false;
    }
    return true;
}

/** About every second seed has a valid key (R7). */
static void draw_seed(uint8_t seed[PLN_SEED_SIZE], pln_id_t *key)
{
    pln_identity_t once;
    do {
        randombytes_buf(seed, PLN_SEED_SIZE);
    } while (pln_identity_derive(seed, &once) != PLN_OK);
    *key = once.id;
    sodium_memzero(&once, sizeof once);
}

/** When the ticket @text expires: no later than the membership it gives, whatever was asked for. */
static uint64_t expiry_of(pln_span_t text)
{
    pln_ticket_t ticket;
    uint64_t expiry_ms = pln_ticket_decode(text, &ticket) == PLN_OK ? ticket.expiry_ms : 0;
    sodium_memzero(&ticket, sizeof ticket);
    return expiry_ms;
}

static json_t *ticket_answer(const pln_event_t *event, const pln_reply_t *reply,
                             const pln_id_t *key)
{
    json_t *addresses = json_array(), *warnings = json_array();
    for (size_t i = 0; i < event->as.invite.address_count; i++) {
        json_array_append_new(addresses, pln_json_text(event->as.invite.addresses[i]));
    }
    pln_warn_addresses(warnings, event->as.invite.addresses, event->as.invite.address_count);
    json_t *json = json_object();
    json_object_set_new(json, "ticket",
                        json_stringn((const char *)reply->data.data, reply->data.size));
    json_object_set_new(json, "key", pln_json_did(key));
    json_object_set_new(json, "role", json_string(pln_role_name(event->as.invite.role)));
    json_object_set_new(json, "expires", pln_json_moment(expiry_of(pln_buf_span(&reply->data))));
    if (event->as.invite.until_ms != 0) {
        json_object_set_new(json, "until", pln_json_moment(event->as.invite.until_ms));
    }
    json_object_set_new(json, "addresses", addresses);
    json_object_set_new(json, "warnings", warnings);
    return json;
}

void pln_api_invite(const pln_request_t *request, pln_answer_t *answer)
{
    pln_event_t event = {.type = PLN_EV_INVITE};
    pln_network_view_t view;
    addresses_t addresses;
    pln_id_t key;
    if (!read_invitation(request, answer, &event) ||
        !choose_addresses(request, answer, &addresses) ||
        !pln_resolve_network(request, answer, request->parts[0], &view)) {
        return;
    }
    event.as.invite.network = view.id;
    event.as.invite.addresses = addresses.list;
    event.as.invite.address_count = addresses.count;
    event.as.invite.near = pln_reach_best(addresses.list, addresses.count) != PLN_REACH_WORLD;
    draw_seed(event.as.invite.seed, &key);
    pln_reply_t reply;
    if (pln_api_command(request, answer, &event, &reply)) {
        pln_answer_json(answer, 201, ticket_answer(&event, &reply, &key));
        sodium_memzero(reply.data.data, reply.data.size);
        pln_reply_free(&reply);
    }
    sodium_memzero(&event, sizeof event);
}

static const char *name_of(const pln_networks_t *networks, const pln_network_id_t *id)
{
    for (size_t i = 0; i < networks->count; i++) {
        if (memcmp(&networks->list[i].id, id, sizeof *id) == 0) {
            return networks->list[i].name;
        }
    }
    return "";
}

void pln_api_invitations(const pln_request_t *request, pln_answer_t *answer)
{
    pln_invitations_t invitations;
    pln_networks_t networks;
    bool looked = pln_look_invitations(request->api->driver, &invitations);
    looked = pln_look_networks(request->api->driver, &networks) && looked;
    uint64_t now = pln_wall_ms();
    json_t *list = json_array();
    for (size_t i = 0; i < invitations.count; i++) {
        const pln_invitation_t *view = &invitations.list[i];
        json_array_append_new(list,
                              pln_json_invitation(view, name_of(&networks, &view->network), now));
    }
    pln_invitations_free(&invitations);
    pln_networks_free(&networks);
    if (looked) {
        pln_answer_page(request, answer, "invitations", list, "key", 0);
    } else {
        json_decref(list);
        pln_answer_stopping(answer);
    }
}

/** The one invitation whose key @text names. */
static bool find_invitation(const pln_request_t *request, pln_answer_t *answer, const char *text,
                            pln_id_t *key)
{
    pln_invitations_t invitations;
    size_t matches = 0;
    bool looked = pln_look_invitations(request->api->driver, &invitations);
    for (size_t i = 0; i < invitations.count; i++) {
        if (pln_id_matches(&invitations.list[i].key, text)) {
            *key = invitations.list[i].key;
            matches++;
        }
    }
    pln_invitations_free(&invitations);
    if (!looked) {
        pln_answer_stopping(answer);
    } else if (matches == 0) {
        pln_answer_problem(answer, 404, "not-found",
                           "no invitation made here has the key \"%s\": `pln invite --list` shows "
                           "them",
                           text);
    } else if (matches > 1) {
        pln_answer_problem(answer, 400, "ambiguous",
                           "%zu invitations have a key that begins with \"%s\": give more of it",
                           matches, text);
    }
    return looked && matches == 1;
}

void pln_api_invitation_cancel(const pln_request_t *request, pln_answer_t *answer)
{
    pln_event_t event = {.type = PLN_EV_CANCEL};
    pln_reply_t reply;
    if (find_invitation(request, answer, request->parts[0], &event.as.cancel.ticket) &&
        pln_api_command(request, answer, &event, &reply)) {
        pln_reply_free(&reply);
        pln_answer_json(answer, 200,
                        json_pack("{s:o}", "key", pln_json_did(&event.as.cancel.ticket)));
    }
}
