// SPDX-License-Identifier: MPL-2.0
// Lists and single records. A page is written as text while it is found, so that a thousand large
// records never stand in memory as objects.
#include <string.h>

#include "api_json.h"
#include "api_page_list.h"
#include "api_retract.h"
#include "api_search.h"
#include "api_view.h"
#include "lineage.h"
#include "moment.h"
#include "resolve.h"

#define LIMIT_DEFAULT 50u
#define PAGE_BYTES 4194304u /**< a page ends after the record that passes this */
#define LOOKS 256u
#define ARRIVAL_LOOKS 65536u

typedef struct {
    pln_view_t *view;
    uint64_t now_ms;
    pln_buf_t *out;
    size_t left;
    size_t count;
} page_t;

static bool add_record(void *arg, const pln_found_t *found)
{
    page_t *page = arg;
    json_t *record =
        pln_view_record(page->view, &found->place, found->seq, found->bytes, page->now_ms);
    if (page->count++ > 0) {
        pln_buf_u8(page->out, ',');
    }
    pln_json_write(record, page->out);
    json_decref(record);
    page->left--;
    return page->left > 0 && page->out->size < PAGE_BYTES;
}

static bool read_page(const pln_request_t *request, pln_answer_t *answer, pln_spot_t *spot,
                      size_t *limit)
{
    const char *before = pln_uri_param(request->uri, "before");
    uint64_t newest = pln_store_arrivals(request->api->store).number;
    *spot = (pln_spot_t){.arrival = newest};
    if (before != NULL && (!pln_spot_parse(before, spot) || spot->arrival > newest)) {
        pln_answer_problem(answer, 400, "before",
                           "before takes the \"next\" of an earlier page of this list");
        return false;
    }
    *limit = pln_page_limit(request, LIMIT_DEFAULT);
    return true;
}

static void add_text(pln_buf_t *out, const char *text)
{
    pln_buf_add(out, text, strlen(text));
}

/** Where the next page begins; null when this was the last. */
static void end_page(pln_buf_t *out, const pln_spot_t *spot)
{
    char next[PLN_SPOT_TEXT_SIZE];
    if (spot->arrival == 0) {
        add_text(out, "],\"next\":null}\n");
        return;
    }
    pln_spot_text(spot, next);
    add_text(out, "],\"next\":\"");
    add_text(out, next);
    add_text(out, "\"}\n");
}

void pln_api_records(const pln_request_t *request, pln_answer_t *answer)
{
    pln_filter_t filter;
    pln_spot_t spot;
    size_t limit;
    if (pln_search_lists(request)) {
        pln_search_list(request, answer);
        return;
    }
    if (!pln_resolve_filter(request, answer, &filter) ||
        !read_page(request, answer, &spot, &limit)) {
        return;
    }
    page_t page = {.view = pln_api_view(request->api),
                   .now_ms = filter.now_ms,
                   .out = &answer->body,
                   .left = limit};
    add_text(&answer->body, "{\"records\":[");
    pln_scan_t state = PLN_SCAN_MORE;
    while (state == PLN_SCAN_MORE && !pln_api_stopping(request->api)) {
        state = pln_scan_back(request->api->store, &filter, &spot, LOOKS, add_record, &page);
    }
    pln_view_free(&page.view);
    if (state == PLN_SCAN_MORE) {
        pln_answer_stopping(answer);
    } else if (state == PLN_SCAN_FAILED) {
        pln_answer_error(answer, PLN_EIO, "the store could not be read");
    } else {
        end_page(&answer->body, &spot);
        answer->status = 200;
        answer->type = "application/json";
    }
}

/** The signature that vouches for an entry is that of the run it lies in. */
static json_t *vouched_json(const pln_api_t *api, const pln_chain_row_t *chain, uint64_t seq,
                            const pln_entry_t *entry)
{
    pln_buf_t run = {0};
    pln_head_t base, end;
    pln_signature_t signature;
    pln_hash_t data = entry->data;
    uint64_t arrival;
    json_t *json = json_object();
    json_object_set_new(json, "signed_by", pln_json_did(&chain->place.author));
    if (!entry->withheld) {
        pln_entry_data(entry->payload, &data);
    }
    json_object_set_new(json, "data", pln_json_hex(&data, sizeof data));
    if (pln_scan_arrival(api->store, chain, seq, ARRIVAL_LOOKS, &arrival)) {
        pln_json_set_number(json, "arrived", arrival);
    }
    if (pln_store_run(api->store, chain->number, &chain->place, seq, chain->counted, &run, &base,
                      &end, &signature) == PLN_OK) {
        bool holds = pln_head_verify(&chain->place, end.seq, &end.hash, &signature) == PLN_OK;
        pln_json_set_number(json, "signed_seq", end.seq);
        json_object_set_new(json, "chain", pln_json_hex(&end.hash, sizeof end.hash));
        json_object_set_new(json, "signature", pln_json_hex(&signature, sizeof signature));
        json_object_set_new(json, "verified", json_boolean(holds));
    }
    pln_buf_free(&run);
    return json;
}

void pln_api_record(const pln_request_t *request, pln_answer_t *answer)
{
    const pln_api_t *api = request->api;
    pln_chain_row_t chain;
    uint64_t seq;
    pln_buf_t bytes = {0};
    pln_entry_t entry;
    if (!pln_resolve_record(request, answer, request->parts[0], request->parts[1],
                            request->parts[2], &chain, &seq)) {
        return;
    }
    pln_err_t error = pln_store_entry(api->store, chain.number, seq, &bytes);
    if (error == PLN_OK) {
        error = pln_entry_read(pln_buf_span(&bytes), &entry);
    }
    if (error == PLN_OK) {
        pln_view_t *view = pln_api_view(api);
        json_t *json =
            pln_view_record(view, &chain.place, seq, pln_buf_span(&bytes), pln_wall_ms());
        if (entry.withheld) {
            pln_withdrawn_add(request->api, &chain.place, seq, json);
        }
        json_object_set_new(json, "vouched", vouched_json(api, &chain, seq, &entry));
        json_object_set_new(json, "lineage", pln_lineage_json(api, &chain.place, seq, &entry));
        pln_view_free(&view);
        pln_answer_json(answer, 200, json);
    } else {
        pln_answer_error(answer, error, "");
    }
    pln_buf_free(&bytes);
}
