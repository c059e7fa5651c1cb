// SPDX-License-Identifier: MPL-2.0
// Search and filtered lists. The catalog says which records and why; each record itself is read
// from the store, so that what was withdrawn a moment ago is not shown any more.
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api_page_list.h"
#include "api_search.h"
#include "api_view.h"
#include "catalog_query.h"
#include "facet_value.h"
#include "moment.h"
#include "record_lookup.h"
#include "resolve.h"
#include "snippet.h"

#define LIMIT_DEFAULT 50u
#define PAGE_BYTES 4194304u /**< a page ends behind the record that passes this */
#define FRESH_MS 5000u      /**< waited for what arrived just before the question */

static const char *const orders[] = {[PLN_SORT_BEST] = "best",
                                     [PLN_SORT_NEWEST] = "newest",
                                     [PLN_SORT_OLDEST] = "oldest",
                                     [PLN_SORT_TITLE] = "title"};

/* ---- the question ---- */

static pln_sort_t order_of(const pln_request_t *request)
{
    const char *text = pln_uri_param(request->uri, "sort");
    size_t i = 0;
    while (text != NULL && i < sizeof orders / sizeof orders[0] && strcmp(text, orders[i]) != 0) {
        i++;
    }
    return text != NULL && i < sizeof orders / sizeof orders[0] ? (pln_sort_t)i : PLN_SORT_BEST;
}

static bool read_until(const pln_request_t *request, pln_answer_t *answer, uint64_t now_ms,
                       pln_query_t *query)
{
    const char *text = pln_uri_param(request->uri, "until");
    if (text != NULL && text[0] != '\0' && !pln_since_parse(text, now_ms, &query->until_ms)) {
        pln_answer_problem(answer, 400, "until",
                           "\"%s\" is no time: give 7d, 12h or 2026-11-22T09:30:00Z", text);
        return false;
    }
    return true;
}

/** The value at @at up to the next comma, behind which *at stands then; `\,` and `\\` are part of
 * it. */
static void next_value(const char **at, char *out, size_t size)
{
    size_t used = 0;
    const char *from = *at;
    while (*from != '\0' && *from != ',') {
        from += from[0] == '\\' && from[1] != '\0';
        if (used + 1 < size) {
            out[used++] = *from;
        }
        from++;
    }
    out[used] = '\0';
    *at = from + (*from == ',');
}

static bool add_facet(pln_query_t *query, pln_index_t index, const pln_kind_t *kind,
                      const char **value, pln_answer_t *answer)
{
    char text[PLN_WORDS_BYTES_MAX + 1], meant[sizeof text], why[PLN_FACET_WHY_SIZE];
    const char *name = pln_index_facet(index);
    next_value(value, text, sizeof text);
    if (!pln_facet_value(index, kind, text, meant, sizeof meant, why)) {
        pln_answer_problem(answer, 400, name, "%s", why);
        return false;
    }
    pln_query_facet(query, name, PLN_SPAN((const uint8_t *)meant, strlen(meant)));
    return true;
}

bool pln_search_facets(const pln_request_t *request, pln_answer_t *answer,
                       const pln_filter_t *filter, pln_query_t *query)
{
    const pln_kind_t *kind = filter->by_kind ? pln_kind_by_number(filter->kind) : NULL;
    for (int index = 0; index < PLN_INDEX_COUNT; index++) {
        const char *name = pln_index_facet((pln_index_t)index);
        const char *value = name[0] == '\0' ? NULL : pln_uri_param(request->uri, name);
        while (value != NULL && value[0] != '\0') {
            if (!add_facet(query, (pln_index_t)index, kind, &value, answer)) {
                return false;
            }
        }
    }
    return true;
}

/** What every record is filtered by, whatever its kind. */
static void add_filter(pln_query_t *query, const pln_filter_t *filter)
{
    char kind[8];
    int size = snprintf(kind, sizeof kind, "%u", filter->kind);
    if (filter->by_kind) {
        pln_query_facet(query, PLN_FACET_KIND, PLN_SPAN((const uint8_t *)kind, (size_t)size));
    }
    if (filter->by_network) {
        pln_query_facet(query, PLN_FACET_NETWORK,
                        PLN_SPAN(filter->network.bytes, sizeof filter->network));
    }
    if (filter->by_author) {
        pln_query_facet(query, PLN_FACET_NODE,
                        PLN_SPAN(filter->author.bytes, sizeof filter->author));
    }
}

bool pln_search_read(const pln_request_t *request, pln_answer_t *answer, pln_query_t *query)
{
    pln_filter_t filter;
    if (!pln_resolve_filter(request, answer, &filter) ||
        !read_until(request, answer, filter.now_ms, query)) {
        return false;
    }
    query->sort = order_of(request);
    query->limit = pln_page_limit(request, LIMIT_DEFAULT);
    query->words = pln_uri_param(request->uri, "q");
    if (query->words != NULL && strlen(query->words) > PLN_WORDS_BYTES_MAX) {
        pln_answer_problem(answer, 400, "q", "search takes at most %u bytes; leave some words out",
                           PLN_WORDS_BYTES_MAX);
        return false;
    }
    query->words = query->words != NULL && query->words[0] == '\0' ? NULL : query->words;
    query->open = pln_uri_param(request->uri, "open") != NULL;
    query->all_versions = pln_uri_param(request->uri, "versions") != NULL;
    query->after = pln_uri_param(request->uri, "after");
    query->since_ms = filter.since_ms;
    add_filter(query, &filter);
    return pln_search_facets(request, answer, &filter, query);
}

/* ---- the answer ---- */

/** The record of @hit as the store has it; NULL: it does not count any more, or was withdrawn. */
static json_t *hit_json(const pln_api_t *api, pln_view_t *view, const pln_hit_t *hit,
                        uint64_t now_ms)
{
    pln_chain_row_t chain;
    pln_buf_t bytes = {0};
    pln_entry_t entry;
    json_t *json = NULL;
    if (pln_record_read(api, hit->chain, hit->seq, &chain, &bytes, &entry) && !entry.withheld) {
        json = pln_view_record(view, &chain.place, hit->seq, pln_buf_span(&bytes), now_ms);
        if (hit->snippet[0] != '\0') {
            pln_snippet_add(hit->snippet, json);
        }
    }
    pln_buf_free(&bytes);
    return json;
}

/** Records one after the other as text, until the page is heavy. Returns how many hits that took.
 */
static size_t add_records(const pln_api_t *api, const pln_hits_t *hits, pln_buf_t *out)
{
    uint64_t now_ms = pln_wall_ms();
    pln_view_t *view = pln_api_view(api);
    size_t used = 0, shown = 0;
    while (used < hits->count && out->size < PAGE_BYTES) {
        json_t *record = hit_json(api, view, &hits->list[used++], now_ms);
        if (record != NULL) {
            pln_buf_add(out, ",", shown++ > 0);
            pln_json_write(record, out);
            json_decref(record);
        }
    }
    pln_view_free(&view);
    return used;
}

static void add_text(pln_buf_t *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add_text(pln_buf_t *out, const char *format, ...)
{
    char text[160];
    va_list list;
    va_start(list, format);
    int size = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    assert(size >= 0 && (size_t)size < sizeof text);
    pln_buf_add(out, text, (size_t)size);
}

static void write_hits(const pln_api_t *api, const pln_hits_t *hits, pln_buf_t *out)
{
    char next[PLN_PAGE_MARK_SIZE];
    pln_catalog_state_t state;
    pln_catalog_state(api->catalog, &state);
    add_text(out, "{\"records\":[");
    size_t used = add_records(api, hits, out);
    add_text(out, "],\"ranked_newest\":%s,\"behind\":%llu,", hits->ranked_newest ? "true" : "false",
             (unsigned long long)state.behind);
    if (hits->total > 0) {
        bool more = hits->total > PLN_RANKED_MAX;
        add_text(out, "\"total\":%llu,\"more_than_total\":%s,",
                 (unsigned long long)(more ? PLN_RANKED_MAX : hits->total),
                 more ? "true" : "false");
    }
    if (pln_hits_next(hits, used, next)) {
        add_text(out, "\"next\":\"%s\"}\n", next);
    } else {
        add_text(out, "\"next\":null}\n");
    }
}

void pln_search_refuse(pln_answer_t *answer, pln_query_result_t result)
{
    static const struct {
        unsigned status;
        const char *reason;
        const char *detail;
    } problems[] = {
        [PLN_QUERY_WORDLESS] = {400, "q", "there is no word to look for"},
        [PLN_QUERY_AFTER] = {400, "after",
                             "after takes the \"next\" of an earlier page of this "
                             "question"},
        [PLN_QUERY_SLOW] = {503, "slow", "the search took too long: add a word or a filter"},
        [PLN_QUERY_FAILED] = {503, "catalog",
                              "the catalog cannot be read now; it is made anew, "
                              "try again in a moment"},
    };
    pln_answer_problem(answer, problems[result].status, problems[result].reason, "%s",
                       problems[result].detail);
}

static void run_query(const pln_request_t *request, pln_answer_t *answer, const pln_query_t *query)
{
    const pln_api_t *api = request->api;
    pln_hits_t hits;
    pln_catalog_reader_t reader;
    pln_query_result_t result = PLN_QUERY_FAILED;
    if (pln_catalog_take(api->catalog, &reader)) {
        result = pln_query_run(reader.db, query, PLN_SEARCH_MS, &hits);
        pln_catalog_put(api->catalog, &reader);
    }
    if (result != PLN_QUERY_OK) {
        pln_search_refuse(answer, result);
        return;
    }
    write_hits(api, &hits, &answer->body);
    pln_hits_free(&hits);
    answer->status = 200;
    answer->type = "application/json";
}

bool pln_search_catch_up(const pln_api_t *api)
{
    return pln_catalog_wait(api->catalog, pln_store_arrivals(api->store).number, FRESH_MS);
}

void pln_api_search(const pln_request_t *request, pln_answer_t *answer)
{
    pln_query_t query = {0};
    if (pln_search_read(request, answer, &query)) {
        pln_search_catch_up(request->api);
        run_query(request, answer, &query);
    }
}

bool pln_search_lists(const pln_request_t *request)
{
    const char *before = pln_uri_param(request->uri, "before");
    const char *sort = pln_uri_param(request->uri, "sort");
    if (before != NULL) {
        return strchr("not", before[0]) != NULL && before[0] != '\0';
    }
    if (sort != NULL && strcmp(sort, "newest") != 0) {
        return true;
    }
    for (int index = 0; index < PLN_INDEX_COUNT; index++) {
        const char *name = pln_index_facet((pln_index_t)index);
        if (name[0] != '\0' && pln_uri_param(request->uri, name) != NULL) {
            return true;
        }
    }
    return pln_search_catch_up(request->api);
}

void pln_search_list(const pln_request_t *request, pln_answer_t *answer)
{
    pln_query_t query = {0};
    if (pln_search_read(request, answer, &query)) {
        query.words = NULL;
        query.after = pln_uri_param(request->uri, "before");
        run_query(request, answer, &query);
    }
}
