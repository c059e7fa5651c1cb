// SPDX-License-Identifier: MPL-2.0
// Who speaks of a record, a page at a time. A cursor is the id of the last record of a page, as in
// other lists, so it outlives a catalog that is built anew.
#include <string.h>

#include "api_json.h"
#include "api_page_list.h"
#include "lineage.h"
#include "resolve.h"
#include "view.h"

#define LIMIT_USUAL 50u
#define FRESH_MS 5000u /**< waited for what arrived just before the question */

/** NET/AUTHOR/SEQ cut at its slashes, within @text; false: it is no such thing. */
static bool cut_id(char *text, char *parts[3])
{
    for (size_t i = 0; i < 3; i++) {
        parts[i] = text;
        text = text == NULL ? NULL : strchr(text, '/');
        if (text != NULL) {
            *text++ = '\0';
        }
    }
    return parts[2] != NULL && text == NULL;
}

/** The record that `after` names; seq stays 0 without one. False: the answer is given. */
static bool read_after(const pln_request_t *request, pln_answer_t *answer, pln_relative_t *out)
{
    const char *after = pln_uri_param(request->uri, "after");
    char text[PLN_RECORD_ID_SIZE], *parts[3];
    pln_chain_row_t chain;
    *out = (pln_relative_t){0};
    if (after == NULL) {
        return true;
    }
    size_t size = strlen(after);
    if (size < sizeof text) {
        memcpy(text, after, size + 1);
    }
    if (size >= sizeof text || !cut_id(text, parts)) {
        pln_answer_problem(answer, 400, "after", "after takes the \"next\" of an earlier page");
        return false;
    }
    if (!pln_resolve_record(request, answer, parts[0], parts[1], parts[2], &chain, &out->seq)) {
        return false;
    }
    out->chain = chain.number;
    if (!pln_lineage_known(request->api, out)) {
        pln_answer_problem(answer, 400, "after",
                           "after takes the \"next\" of an earlier page, and what it names is not "
                           "there any more: begin again");
        return false;
    }
    return true;
}

static json_t *next_json(const pln_api_t *api, const pln_relative_t *next)
{
    pln_chain_row_t chain;
    char id[PLN_RECORD_ID_SIZE];
    if (next->seq == 0 || pln_store_chain(api->store, next->chain, &chain) != PLN_OK) {
        return json_null();
    }
    pln_record_id(&chain.place, next->seq, id);
    return json_string(id);
}

void pln_api_lineage(const pln_request_t *request, pln_answer_t *answer)
{
    const pln_api_t *api = request->api;
    pln_chain_row_t chain;
    uint64_t seq;
    pln_relative_t after, next;
    if (!pln_resolve_record(request, answer, request->parts[0], request->parts[1],
                            request->parts[2], &chain, &seq) ||
        !read_after(request, answer, &after)) {
        return;
    }
    pln_kin_t kin = pln_lineage_kin(pln_uri_param(request->uri, "relation"));
    pln_catalog_wait(api->catalog, pln_store_arrivals(api->store).number, FRESH_MS);
    json_t *list = pln_lineage_page(api, &chain.place, seq, kin, after.seq == 0 ? NULL : &after,
                                    pln_page_limit(request, LIMIT_USUAL), &next);
    if (list == NULL) {
        pln_answer_problem(answer, 503, "catalog",
                           "the catalog of this node cannot be asked now: try again in a moment");
        return;
    }
    pln_answer_json(answer, 200,
                    json_pack("{s:o, s:o}", "records", list, "next", next_json(api, &next)));
}
