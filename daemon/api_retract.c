// SPDX-License-Identifier: MPL-2.0
#include "api_retract.h"

#include "api_json.h"
#include "look.h"
#include "moment.h"
#include "resolve.h"
#include "scan.h"
#include "view.h"

/** When the retraction was written, as its author says; 0: it cannot be read. */
static uint64_t said_ms(const pln_api_t *api, const pln_network_id_t *network,
                        const pln_retracted_t *by)
{
    pln_place_t place = {*network, by->by, by->epoch, PLN_LANE_CONTROL};
    pln_buf_t bytes = {0};
    pln_entry_t entry;
    uint32_t chain;
    uint64_t ms = 0;
    if (pln_store_find(api->store, &place, &chain) == PLN_OK &&
        pln_store_entry(api->store, chain, by->seq, &bytes) == PLN_OK &&
        pln_entry_read(pln_buf_span(&bytes), &entry) == PLN_OK) {
        ms = pln_shown_ms(entry.header.time_ms, pln_wall_ms());
    }
    pln_buf_free(&bytes);
    return ms;
}

static json_t *withdrawal_json(const pln_api_t *api, const pln_network_id_t *network,
                               const pln_withdrawal_t *view)
{
    char name[PLN_NAME_MAX + 1];
    bool erased = view->fate == PLN_FATE_ERASED;
    uint64_t ms = said_ms(api, network, &view->by);
    json_t *json = json_object();
    json_object_set_new(json, "state", json_string(erased ? "erased" : "hidden"));
    json_object_set_new(json, "by", pln_json_did(&view->by.by));
    if (pln_look_label(api->driver, network, &view->by.by, name) && name[0] != '\0') {
        json_object_set_new(json, "by_name", pln_json_text(name));
    }
    if (ms > 0) {
        json_object_set_new(json, "time", pln_json_moment(ms));
    }
    if (view->by.reason[0] != '\0') {
        json_object_set_new(json, "reason", pln_json_text(view->by.reason));
    }
    if (view->erase_ms > 0) {
        json_object_set_new(json, "erased_from", pln_json_moment(view->erase_ms));
    }
    json_object_set_new(json, "kept", json_boolean(view->kept));
    pln_json_set_number(json, "members", view->members);
    pln_json_set_number(json, "confirmed", view->confirmed);
    return json;
}

void pln_withdrawn_add(const pln_api_t *api, const pln_place_t *place, uint64_t seq, json_t *json)
{
    pln_withdrawal_t view;
    bool found;
    if (!pln_look_withdrawal(api->driver, place, seq, &view, &found) || !found) {
        return;
    }
    if (view.fate == PLN_FATE_STANDS) {
        json_object_set_new(json, "unreadable", json_string("missing"));
        return;
    }
    json_object_set_new(json, "unreadable", json_string("withdrawn"));
    json_object_set_new(json, "withdrawn", withdrawal_json(api, &place->network, &view));
}

/** data(seq) as it is stored here, payload or not. */
static pln_err_t read_data(const pln_api_t *api, uint32_t chain, uint64_t seq, pln_hash_t *data)
{
    pln_buf_t bytes = {0};
    pln_entry_t entry;
    pln_err_t error = pln_store_entry(api->store, chain, seq, &bytes);
    if (error == PLN_OK) {
        error = pln_entry_read(pln_buf_span(&bytes), &entry);
    }
    if (error == PLN_OK && !entry.withheld) {
        pln_entry_data(entry.payload, &entry.data);
    }
    if (error == PLN_OK) {
        *data = entry.data;
    }
    pln_buf_free(&bytes);
    return error;
}

void pln_api_retract(const pln_request_t *request, pln_answer_t *answer)
{
    const pln_api_t *api = request->api;
    const char *reason;
    bool undo = false;
    pln_chain_row_t chain;
    pln_event_t event = {.type = PLN_EV_RETRACT};
    if (!pln_body_flag(request, answer, "undo", &undo) ||
        !pln_body_text(request, answer, "reason", !undo, PLN_REASON_MAX, &reason) ||
        !pln_resolve_record(request, answer, request->parts[0], request->parts[1],
                            request->parts[2], &chain, &event.as.retract.seq)) {
        return;
    }
    pln_err_t error = read_data(api, chain.number, event.as.retract.seq, &event.as.retract.data);
    if (error != PLN_OK) {
        pln_answer_error(answer, error, "");
        return;
    }
    event.as.retract.place = chain.place;
    event.as.retract.reason = reason == NULL ? "" : reason;
    event.as.retract.undo = undo;
    pln_reply_t reply;
    if (pln_api_command(request, answer, &event, &reply)) {
        char id[PLN_RECORD_ID_SIZE];
        pln_reply_free(&reply);
        pln_record_id(&chain.place, event.as.retract.seq, id);
        pln_answer_json(answer, 200, json_pack("{s:s,s:b}", "id", id, "undone", (int)undo));
    }
}
