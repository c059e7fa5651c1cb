// SPDX-License-Identifier: MPL-2.0
// One record as a document that other programs read: JSON-LD, Markdown.
#include <string.h>

#include "api_json.h"
#include "api_view.h"
#include "jsonld.h"
#include "moment.h"
#include "proto/document/markdown_write.h"
#include "resolve.h"

#define MARKDOWN_TYPE "text/markdown; charset=utf-8"

typedef void write_document(const json_t *record, pln_answer_t *answer);

static void write_jsonld(const json_t *record, pln_answer_t *answer)
{
    json_t *document = json_object(), *nodes = json_array();
    json_array_append_new(nodes, pln_jsonld_node(record));
    json_object_set_new(document, "@context", pln_jsonld_context());
    json_object_set_new(document, "@graph", nodes);
    pln_answer_json(answer, 200, document);
    answer->type = PLN_JSONLD_TYPE;
}

static void write_markdown(const json_t *record, pln_answer_t *answer)
{
    const pln_kind_t *kind = pln_kind_by_name(json_string_value(json_object_get(record, "kind")));
    if (kind == NULL) {
        pln_answer_problem(answer, 404, "not-found",
                           "records of this kind are of a newer pln: update this one to read it as "
                           "a document");
        return;
    }
    pln_markdown_write(kind, json_object_get(record, "fields"), &answer->body);
    answer->status = 200;
    answer->type = MARKDOWN_TYPE;
}

static void answer_document(const pln_request_t *request, pln_answer_t *answer,
                            write_document *write)
{
    pln_chain_row_t chain;
    uint64_t seq;
    pln_buf_t bytes = {0};
    if (!pln_resolve_record(request, answer, request->parts[0], request->parts[1],
                            request->parts[2], &chain, &seq)) {
        return;
    }
    pln_err_t error = pln_store_entry(request->api->store, chain.number, seq, &bytes);
    if (error == PLN_OK) {
        pln_view_t *view = pln_api_view(request->api);
        json_t *record =
            pln_view_record(view, &chain.place, seq, pln_buf_span(&bytes), pln_wall_ms());
        if (json_object_get(record, "fields") != NULL) {
            write(record, answer);
        } else {
            pln_answer_problem(answer, 404, "not-found",
                               "this record was withdrawn or cannot be read: there is nothing to "
                               "say of it");
        }
        json_decref(record);
        pln_view_free(&view);
    } else {
        pln_answer_error(answer, error, "");
    }
    pln_buf_free(&bytes);
}

void pln_api_record_jsonld(const pln_request_t *request, pln_answer_t *answer)
{
    answer_document(request, answer, write_jsonld);
}

void pln_api_record_markdown(const pln_request_t *request, pln_answer_t *answer)
{
    answer_document(request, answer, write_markdown);
}
