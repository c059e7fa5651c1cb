// SPDX-License-Identifier: MPL-2.0
// An adaptation is a record like any other: its fields are made here, and published as all are.
#include <string.h>

#include "adaptation.h"
#include "api_view.h"
#include "moment.h"
#include "record_lookup.h"
#include "reference.h"
#include "resolve.h"

#define ORIGIN_MAX 400u

/** What that call has its own word about, right or wrong. */
static void pass_on(const pln_request_t *request, json_t *body, const char *name)
{
    json_t *value = json_object_get(request->body, name);
    if (value != NULL) {
        json_object_set(body, name, value);
    }
}

/** The body of the call that publishes, from that of this one. */
static json_t *publish_body(const pln_request_t *request, const pln_network_view_t *view,
                            const pln_kind_t *kind, json_t *fields)
{
    json_t *body = json_object(), *records = json_array(), *record = json_object();
    json_object_set_new(record, "kind", json_string(kind->name));
    json_object_set_new(record, "fields", fields);
    json_array_append_new(records, record);
    json_object_set_new(body, "records", records);
    json_object_set_new(body, "network", pln_json_hex(&view->id, sizeof view->id));
    pass_on(request, body, "skip_existing");
    pass_on(request, body, "confirm_no_student_data");
    return body;
}

static void adapt(const pln_request_t *request, pln_answer_t *answer,
                  const pln_network_view_t *view, const pln_located_t *found, json_t *changes)
{
    char reference_text[PLN_REFERENCE_TEXT_SIZE], network[65], detail[400];
    pln_reference_t reference =
        pln_record_reference(&view->id, &found->place, found->seq, &found->entry);
    pln_view_t *shown = pln_api_view(request->api);
    json_t *record = pln_view_record(shown, &found->place, found->seq, pln_buf_span(&found->bytes),
                                     pln_wall_ms());
    const char *name = json_string_value(json_object_get(record, "author_name"));
    pln_reference_text(&reference, reference_text);
    pln_hex(&found->place.network, sizeof found->place.network, network);
    pln_origin_t origin = {.kind = pln_kind_by_number(found->entry.header.kind),
                           .fields = json_object_get(record, "fields"),
                           .author_name = name != NULL ? name : "its author",
                           .reference = reference_text,
                           .network = reference.has_network ? network : NULL,
                           .own = pln_id_equal(&found->place.author, &request->api->self)};
    pln_view_free(&shown);
    if (origin.fields == NULL) {
        pln_answer_problem(answer, 409, "unreadable", "this record cannot be read here: %s",
                           json_string_value(json_object_get(record, "unreadable")));
        json_decref(record);
        return;
    }
    json_t *fields = pln_adaptation_fields(&origin, changes, detail, sizeof detail);
    if (fields == NULL) {
        pln_answer_problem(answer, 409, "license", "%s", detail);
    } else {
        pln_request_t publish = *request;
        publish.body = publish_body(request, view, origin.kind, fields);
        pln_api_records_publish(&publish, answer);
        json_decref(publish.body);
    }
    json_decref(record);
}

void pln_api_adapt(const pln_request_t *request, pln_answer_t *answer)
{
    const char *text, *network;
    char detail[300];
    pln_network_view_t view;
    pln_located_t found;
    json_t *changes = json_object_get(request->body, "fields");
    if (!pln_body_text(request, answer, "origin", true, ORIGIN_MAX, &text) ||
        !pln_body_text(request, answer, "network", false, PLN_NAME_MAX, &network) ||
        !pln_resolve_network(request, answer, network == NULL ? "-" : network, &view)) {
        return;
    }
    if (changes != NULL && !json_is_object(changes)) {
        pln_answer_field(answer, "fields",
                         "\"fields\" must be an object of field names and values");
        return;
    }
    pln_record_lookup_t lookup = {request, view.id};
    if (!pln_record_locate(&lookup, text, &found, detail, sizeof detail)) {
        pln_answer_problem(answer, 404, "not-found", "%s", detail);
        return;
    }
    json_t *none = json_object();
    adapt(request, answer, &view, &found, changes != NULL ? changes : none);
    json_decref(none);
    pln_buf_free(&found.bytes);
}
