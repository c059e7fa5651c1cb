// SPDX-License-Identifier: MPL-2.0
// Long answers: export ends with the last arrival there was when it began, watch when the client
// leaves or the daemon stops.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_retract.h"
#include "api_search.h"
#include "api_view.h"
#include "catalog_text.h"
#include "jsonld.h"
#include "moment.h"
#include "resolve.h"

#define PIECE_BYTES 65536u /**< sent together while more is at hand */
#define LOOKS 64u
#define WAIT_MS 1000u /**< how often a quiet stream looks whether it should go on */

typedef struct {
    const pln_api_t *api;
    pln_view_t *view;
    pln_filter_t filter;
    pln_query_t facets; /**< its facets only */
    pln_codec_t *codec;
    pln_spot_t spot;
    uint64_t last; /**< row up to which to go now */
    bool follow;   /**< watch: never ends by itself */
    bool jsonld;   /**< one document of all records ... */
    bool begun;    /**< ... with its head ... */
    bool ended;    /**< ... and its end said */
    bool comma;
    uint64_t said_ms;
    pln_buf_t *out;
} walk_t;

static void walk_free(void *state)
{
    walk_t *walk = state;
    pln_view_free(&walk->view);
    pln_codecs_put(walk->api->codecs, &walk->codec);
    if (walk->follow) {
        atomic_fetch_sub(walk->api->streams, 1);
    }
    free(walk);
}

/** Does the entry have the facets that are asked for? What cannot be read has none. */
static bool has_facets(walk_t *walk, const pln_found_t *found)
{
    pln_entry_t entry;
    pln_span_t payload;
    return walk->facets.facet_count == 0 ||
           (pln_entry_read(found->bytes, &entry) == PLN_OK && !entry.withheld &&
            pln_codec_decode(walk->codec, entry.header.codec, entry.payload, &payload) == PLN_OK &&
            pln_searched_holds(entry.header.kind, payload,
                               (const char(*)[PLN_FACET_TEXT_SIZE])walk->facets.facets,
                               walk->facets.facet_count));
}

static void add(pln_buf_t *out, const char *text)
{
    pln_buf_add(out, text, strlen(text));
}

/** A node of the document; what has no fields any more, or cannot be read, is none. */
static bool add_node(void *arg, const pln_found_t *found)
{
    walk_t *walk = arg;
    json_t *record = has_facets(walk, found)
                         ? pln_view_record(walk->view, &found->place, found->seq, found->bytes,
                                           walk->filter.now_ms)
                         : NULL;
    if (json_object_get(record, "fields") != NULL) {
        json_t *node = pln_jsonld_node(record);
        add(walk->out, walk->comma ? ",\n" : "\n");
        pln_json_write(node, walk->out);
        json_decref(node);
        walk->comma = true;
    }
    json_decref(record);
    return walk->out->size < PIECE_BYTES;
}

static bool add_line(void *arg, const pln_found_t *found)
{
    walk_t *walk = arg;
    if (!has_facets(walk, found)) {
        return true;
    }
    json_t *record =
        pln_view_record(walk->view, &found->place, found->seq, found->bytes, walk->filter.now_ms);
    if (found->withheld) {
        pln_withdrawn_add(walk->api, &found->place, found->seq, record);
    }
    if (walk->follow) {
        json_object_set_new(record, "arrival", json_integer((json_int_t)found->arrival));
    }
    pln_json_write(record, walk->out);
    pln_buf_u8(walk->out, '\n');
    json_decref(record);
    return walk->out->size < PIECE_BYTES;
}

static pln_scan_t scan(walk_t *walk)
{
    walk->filter.now_ms = pln_wall_ms();
    return pln_scan_on(walk->api->store, &walk->filter, &walk->spot, walk->last, walk->follow,
                       LOOKS, walk->jsonld ? add_node : add_line, walk);
}

static void begin_document(walk_t *walk)
{
    json_t *context = pln_jsonld_context();
    add(walk->out, "{\"@context\": ");
    pln_json_write(context, walk->out);
    add(walk->out, ",\n\"@graph\": [");
    json_decref(context);
    walk->begun = true;
}

/** True: that was said now. */
static bool end_document(walk_t *walk)
{
    bool now = walk->jsonld && !walk->ended;
    if (now) {
        add(walk->out, "\n]}\n");
        walk->ended = true;
    }
    return now;
}

static pln_stream_t export_next(void *state, int socket, pln_buf_t *out)
{
    walk_t *walk = state;
    walk->out = out;
    if (walk->jsonld && !walk->begun) {
        begin_document(walk);
    }
    while (out->size == 0) {
        pln_scan_t result = scan(walk);
        if (result == PLN_SCAN_END && out->size == 0) {
            return end_document(walk) ? PLN_STREAM_ON : PLN_STREAM_END;
        }
        if (result == PLN_SCAN_FAILED || pln_api_stopping(walk->api) || pln_socket_gone(socket)) {
            return PLN_STREAM_BROKEN;
        }
    }
    return PLN_STREAM_ON;
}

/** Nothing at hand: wait for the next arrival, the time to say something, or the end. */
static pln_stream_t wait_on(walk_t *walk, int socket)
{
    walk->last = pln_driver_wait(walk->api->driver, walk->last, WAIT_MS);
    if (pln_api_stopping(walk->api)) {
        return PLN_STREAM_END;
    }
    return pln_socket_gone(socket) ? PLN_STREAM_BROKEN : PLN_STREAM_ON;
}

static pln_stream_t watch_next(void *state, int socket, pln_buf_t *out)
{
    walk_t *walk = state;
    pln_stream_t result = PLN_STREAM_ON;
    walk->out = out;
    while (out->size == 0 && result == PLN_STREAM_ON) {
        pln_scan_t found = scan(walk);
        if (out->size > 0) {
            break;
        }
        if (found == PLN_SCAN_FAILED) {
            return PLN_STREAM_BROKEN;
        }
        if (found == PLN_SCAN_END) {
            pln_view_forget(walk->view);
            result = wait_on(walk, socket);
        }
        if (pln_mono_ms() - walk->said_ms >= PLN_API_KEEPALIVE_MS) {
            pln_buf_u8(out, '\n');
        }
    }
    walk->said_ms = pln_mono_ms();
    return result;
}

/** Walks begin at a spot and know the last arrival there is. NULL: the request is answered. */
static walk_t *walk_new(const pln_request_t *request, pln_answer_t *answer)
{
    walk_t *walk = pln_alloc_zero(1, sizeof *walk);
    if (!pln_resolve_filter(request, answer, &walk->filter)) {
        free(walk);
        return NULL;
    }
    if (!pln_search_facets(request, answer, &walk->filter, &walk->facets)) {
        free(walk);
        return NULL;
    }
    walk->api = request->api;
    walk->codec = pln_codecs_take(request->api->codecs);
    walk->view = pln_api_view(request->api);
    walk->last = pln_store_arrivals(request->api->store).number;
    walk->said_ms = pln_mono_ms();
    return walk;
}

void pln_api_export(const pln_request_t *request, pln_answer_t *answer)
{
    walk_t *walk = walk_new(request, answer);
    if (walk != NULL) {
        pln_answer_stream(answer, "application/x-ndjson", export_next, walk_free, walk);
    }
}

void pln_api_export_jsonld(const pln_request_t *request, pln_answer_t *answer)
{
    walk_t *walk = walk_new(request, answer);
    if (walk != NULL) {
        walk->jsonld = true;
        pln_answer_stream(answer, PLN_JSONLD_TYPE, export_next, walk_free, walk);
    }
}

/** "now", or the arrival after which to begin. */
static bool read_from(const pln_request_t *request, pln_answer_t *answer, uint64_t newest,
                      uint64_t *after)
{
    const char *from = pln_uri_param(request->uri, "from");
    *after = newest;
    if (from == NULL || from[0] == '\0' || strcmp(from, "now") == 0) {
        return true;
    }
    if (!pln_number_parse(from, newest, after)) {
        pln_answer_problem(answer, 400, "from",
                           "from is \"now\", or the number of an arrival up to %llu",
                           (unsigned long long)newest);
        return false;
    }
    return true;
}

void pln_api_watch(const pln_request_t *request, pln_answer_t *answer)
{
    uint64_t after;
    walk_t *walk = walk_new(request, answer);
    if (walk == NULL) {
        return;
    }
    if (!read_from(request, answer, walk->last, &after) || !pln_api_stream_begin(request, answer)) {
        walk_free(walk);
        return;
    }
    walk->follow = true;
    walk->spot.arrival = after + 1;
    pln_answer_stream(answer, "application/x-ndjson", watch_next, walk_free, walk);
}
