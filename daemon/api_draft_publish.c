// SPDX-License-Identifier: MPL-2.0
// A draft becomes a record: by somebody who may publish, with its writer named in it.
#include <stdlib.h>
#include <string.h>

#include "api_draft.h"
#include "log.h"
#include "proto/kinds.h"

/** Name the writer among the authors, whatever else stands there. */
static void credit_writer(json_t *fields, const char *writer)
{
    json_t *by = json_object_get(fields, "by"), *name;
    size_t index;
    if (writer[0] == '\0') {
        return;
    }
    json_t *list = json_array();
    bool named = false;
    if (json_is_string(by)) {
        json_array_append(list, by);
    }
    json_array_foreach(by, index, name)
    {
        json_array_append(list, name);
    }
    json_array_foreach(list, index, name)
    {
        const char *text = json_string_value(name);
        named = named || (text != NULL && strcmp(text, writer) == 0);
    }
    if (!named) {
        json_array_append_new(list, json_string(writer));
    }
    json_object_set_new(fields, "by", list);
}

/** The draft is the whole record: what it does not have is not copied from the origin either. */
static void leave_out_the_rest(const pln_kind_t *kind, json_t *fields)
{
    static const char *const kept[] = {"license", "credit", "refs", "origin"};
    const pln_field_t *field;
    for (size_t i = 0; (field = pln_field_at(kind, i)) != NULL; i++) {
        bool keep = json_object_get(fields, field->name) != NULL;
        for (size_t j = 0; j < sizeof kept / sizeof kept[0]; j++) {
            keep = keep || strcmp(field->name, kept[j]) == 0;
        }
        if (!keep) {
            json_object_set_new(fields, field->name, json_null());
        }
    }
}

/** The body of the call that publishes or adapts. */
static json_t *body_of(const pln_request_t *request, const json_t *draft)
{
    const char *kind = pln_draft_text(draft, "kind");
    const char *replaces = pln_draft_text(draft, "replaces");
    const char *adapts = pln_draft_text(draft, "adapts");
    json_t *fields = json_deep_copy(json_object_get(draft, "fields")), *body = json_object();
    json_t *confirmed = json_object_get(request->body, "confirm_no_student_data");
    credit_writer(fields, pln_draft_text(draft, "writer"));
    json_object_set(body, "network", json_object_get(draft, "network"));
    json_object_set_new(body, "skip_existing", json_true());
    if (confirmed != NULL) {
        json_object_set(body, "confirm_no_student_data", confirmed);
    }
    if (adapts[0] != '\0') {
        const pln_kind_t *known = pln_kind_by_name(kind);
        if (known != NULL) {
            leave_out_the_rest(known, fields);
        }
        json_object_set_new(body, "origin", json_string(adapts));
        json_object_set_new(body, "fields", fields);
        return body;
    }
    if (replaces[0] != '\0') {
        json_object_set_new(fields, "replaces", json_string(replaces));
    }
    json_object_set_new(body, "records", json_pack("[{s:s, s:o}]", "kind", kind, "fields", fields));
    return body;
}

/** What became of the one record; false: @answer tells why there is none. */
static bool read_result(pln_answer_t *answer, json_t **out)
{
    json_t *json = json_loadb((const char *)answer->body.data, answer->body.size, 0, NULL);
    const json_t *result = json_array_get(json_object_get(json, "results"), 0);
    const json_t *error = json_object_get(result, "error");
    if (answer->status / 100 != 2) {
        json_decref(json);
        return false; /* the problem stands as it is */
    }
    if (error != NULL) {
        json_t *problem = pln_problem(422, json_string_value(json_object_get(error, "reason")),
                                      json_string_value(json_object_get(error, "detail")));
        json_object_update_missing(problem, (json_t *)(uintptr_t)error);
        pln_answer_json(answer, 422, problem);
        answer->type = "application/problem+json";
        json_decref(json);
        return false;
    }
    json_t *id = json_object_get(result, "id");
    *out = json_incref(id != NULL ? id : json_object_get(result, "skipped"));
    json_decref(json);
    return true;
}

/** The record's id; NULL: @answer tells why there is none. */
static json_t *publish(const pln_request_t *request, pln_answer_t *answer, const json_t *draft)
{
    json_t *id = NULL;
    pln_request_t inner = *request;
    inner.body = body_of(request, draft);
    if (json_object_get(inner.body, "origin") != NULL) {
        pln_api_adapt(&inner, answer);
    } else {
        pln_api_records_publish(&inner, answer);
    }
    json_decref(inner.body);
    return read_result(answer, &id) ? id : NULL;
}

void pln_api_draft_publish(const pln_request_t *request, pln_answer_t *answer)
{
    uint64_t revision = 0;
    pln_drafts_t *drafts = request->api->drafts;
    json_t *draft = pln_draft_find(request, answer);
    if (draft == NULL || !pln_draft_handed_in(request, answer, draft) ||
        !pln_body_number(request, answer, "revision", INT64_MAX, &revision)) {
        json_decref(draft);
        return;
    }
    /* what is claimed is what was just looked at, whatever its writer does meanwhile */
    const char *id = pln_draft_text(draft, "id");
    bool stale = revision != 0 && revision != pln_draft_revision(draft);
    pln_err_t error = stale ? PLN_ESTALE : pln_drafts_claim(drafts, id, pln_draft_revision(draft));
    if (error != PLN_OK) {
        pln_draft_refuse(answer, error);
        json_decref(draft);
        return;
    }
    json_t *record = publish(request, answer, draft);
    if (record == NULL) {
        pln_drafts_release(drafts, id);
    } else {
        pln_drafts_done(drafts, id);
        pln_log(PLN_LOG_INFO, "page", "a draft was published draft=%s record=%s writer=%s by=%s",
                id, json_string_value(record), pln_draft_text(draft, "writer"),
                request->session->signed_in.name);
        pln_answer_json(answer, 201, json_pack("{s:o}", "id", record));
    }
    json_decref(draft);
}
