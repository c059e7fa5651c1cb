// SPDX-License-Identifier: MPL-2.0
// Server-sent events: arrivals, each told once over any number of reconnections, and the pulse.
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_view.h"
#include "moment.h"
#include "proto/kinds.h"
#include "pulse.h"
#include "scan.h"

#define WAIT_MS 1000u
#define RECORDS_MAX 20u    /**< named in one event; the others are counted */
#define PIECE_BYTES 65536u /**< sent together while more is at hand */
#define ID_SIZE 40

typedef struct {
    const pln_api_t *api;
    pln_view_t *view;
    pln_spot_t spot;  /**< where the walk goes on */
    uint64_t told;    /**< last arrival whose event was sent */
    json_t *records;  /**< of the event being made */
    uint64_t skipped; /**< records beyond RECORDS_MAX */
    bool greeted;
    bool reset; /**< the listener knows another life of this store */
    pln_pulse_seen_t seen;
    bool hears_drafts;      /**< may write some */
    bool told_drafts;       /**< ... and knows ... */
    uint64_t draft_changes; /**< ... of so many changes */
    uint64_t said_ms;
} events_t;

static void events_free(void *state)
{
    events_t *events = state;
    pln_view_free(&events->view);
    json_decref(events->records);
    atomic_fetch_sub(events->api->streams, 1);
    free(events);
}

static void add(pln_buf_t *out, const char *text)
{
    pln_buf_add(out, text, strlen(text));
}

/* ---- arrivals ---- */

/** Arrival number and tag: a cursor, so that another life of the store is noticed. */
static bool event_id(const pln_api_t *api, uint64_t number, char out[ID_SIZE])
{
    pln_cursor_t cursor;
    char tag[2 * sizeof cursor.tag + 1];
    if (pln_store_cursor(api->store, number, &cursor) != PLN_OK) {
        return false;
    }
    pln_hex(&cursor.tag, sizeof cursor.tag, tag);
    snprintf(out, ID_SIZE, "%llu-%s", (unsigned long long)number, tag);
    return true;
}

/** @json is taken over. */
static bool add_event(const events_t *events, const char *name, uint64_t number, json_t *json,
                      pln_buf_t *out)
{
    char id[ID_SIZE];
    bool known = event_id(events->api, number, id);
    if (known) {
        add(out, "event: ");
        add(out, name);
        add(out, "\nid: ");
        add(out, id);
        add(out, "\ndata: ");
        pln_json_write(json, out);
        add(out, "\n\n");
    }
    json_decref(json);
    return known;
}

/** Enough of a record for a line in a list. */
static json_t *brief(json_t *record, bool withheld)
{
    static const char *const names[] = {"id",          "kind", "network", "author",
                                        "author_name", "time", NULL};
    json_t *json = json_object();
    for (const char *const *name = names; *name != NULL; name++) {
        json_t *value = json_object_get(record, *name);
        if (value != NULL) {
            json_object_set(json, *name, value);
        }
    }
    const char *kind = json_string_value(json_object_get(record, "kind"));
    const pln_kind_t *known = kind == NULL ? NULL : pln_kind_by_name(kind);
    const pln_field_t *title = known == NULL ? NULL : pln_field_title(known);
    json_t *text =
        title == NULL ? NULL : json_object_get(json_object_get(record, "fields"), title->name);
    if (text != NULL) {
        json_object_set(json, "title", text);
    }
    if (withheld) {
        json_object_set_new(json, "withdrawn", json_true());
    }
    return json;
}

static bool add_record(void *arg, const pln_found_t *found)
{
    events_t *events = arg;
    if (json_array_size(events->records) == RECORDS_MAX) {
        events->skipped++;
        return true;
    }
    json_t *record =
        pln_view_record(events->view, &found->place, found->seq, found->bytes, pln_wall_ms());
    json_array_append_new(events->records, brief(record, found->withheld));
    json_decref(record);
    return true;
}

/** One event for the rows told so far; the walk stands before a whole row. */
static bool end_event(events_t *events, pln_buf_t *out)
{
    uint64_t number = events->spot.arrival - 1;
    json_t *json = json_object();
    json_object_set_new(json, "arrival", json_integer((json_int_t)number));
    json_object_set(json, "records", events->records);
    json_object_set_new(json, "more", json_integer((json_int_t)events->skipped));
    json_decref(events->records);
    events->records = json_array();
    events->skipped = 0;
    events->told = number;
    return add_event(events, "arrival", number, json, out);
}

/** One event for each arrival that brought records, up to the last or until the piece is large. */
static bool tell_arrivals(events_t *events, pln_buf_t *out)
{
    const pln_filter_t all = {.now_ms = pln_wall_ms()};
    uint64_t last = pln_store_arrivals(events->api->store).number;
    while (events->told < last && out->size < PIECE_BYTES) {
        pln_scan_t result =
            pln_scan_on(events->api->store, &all, &events->spot, last, true, 1, add_record, events);
        if (result == PLN_SCAN_FAILED) {
            return false;
        }
        bool between = events->spot.seq == 0 && events->spot.arrival > events->told + 1;
        bool tells = json_array_size(events->records) > 0 || events->spot.arrival > last;
        if (between && tells && !end_event(events, out)) {
            return false;
        }
    }
    pln_view_forget(events->view);
    return true;
}

/* ---- the stream ---- */

/** Where the stream begins: after the listener's cursor, or now. */
static bool greet(events_t *events, pln_buf_t *out)
{
    static const char retry[] = "retry: 2000\n\n";
    pln_buf_add(out, retry, sizeof retry - 1);
    events->greeted = true;
    json_t *json = json_object();
    json_object_set_new(json, "arrival", json_integer((json_int_t)events->told));
    if (!events->reset) {
        json_object_set_new(json, "records", json_array());
        json_object_set_new(json, "more", json_integer(0));
    }
    return add_event(events, events->reset ? "reset" : "arrival", events->told, json, out);
}

/** That drafts have changed, not which: whoever hears it asks for those it may see. */
static void tell_drafts(events_t *events, pln_buf_t *out)
{
    char text[80];
    uint64_t changes = events->hears_drafts ? pln_drafts_changes(events->api->drafts) : 0;
    if (events->hears_drafts && (!events->told_drafts || changes != events->draft_changes)) {
        snprintf(text, sizeof text, "event: drafts\ndata: {\"changes\":%llu}\n\n",
                 (unsigned long long)changes);
        add(out, text);
        events->told_drafts = true;
        events->draft_changes = changes;
    }
}

static pln_stream_t events_next(void *state, int socket, pln_buf_t *out)
{
    static const char ping[] = ": ping\n\n";
    events_t *events = state;
    if (!events->greeted && !greet(events, out)) {
        return PLN_STREAM_BROKEN;
    }
    for (;;) {
        if (!tell_arrivals(events, out)) {
            return PLN_STREAM_BROKEN;
        }
        pln_pulse_tell(events->api->pulse, &events->seen, out);
        tell_drafts(events, out);
        if (out->size == 0 && pln_mono_ms() - events->said_ms >= PLN_API_KEEPALIVE_MS) {
            pln_buf_add(out, ping, sizeof ping - 1);
        }
        if (out->size > 0) {
            break;
        }
        pln_driver_wait(events->api->driver, events->told, WAIT_MS);
        if (pln_api_stopping(events->api)) {
            return PLN_STREAM_END;
        }
        if (pln_socket_gone(socket)) {
            return PLN_STREAM_BROKEN;
        }
    }
    events->said_ms = pln_mono_ms();
    return PLN_STREAM_ON;
}

/** A cursor "N-TAG"; false: it is none at all. *known: it is one of this life of the store. */
static bool read_cursor(const pln_api_t *api, const char *text, uint64_t *number, bool *known)
{
    char digits[24], own[ID_SIZE];
    const char *dash = strchr(text, '-');
    size_t size = dash == NULL ? 0 : (size_t)(dash - text);
    if (size == 0 || size >= sizeof digits || strlen(dash) != 17 ||
        strspn(dash + 1, "0123456789abcdef") != 16) {
        return false;
    }
    memcpy(digits, text, size);
    digits[size] = '\0';
    *known = pln_number_parse(digits, UINT64_MAX, number) && event_id(api, *number, own) &&
             strcmp(own, text) == 0;
    return true;
}

/** The header counts, as it is the later word of the two. */
static bool begin_after(const pln_request_t *request, pln_answer_t *answer, events_t *events)
{
    const char *after = request->last_event_id;
    bool known = true;
    if (after == NULL || after[0] == '\0') {
        after = pln_uri_param(request->uri, "after");
    }
    events->told = pln_store_arrivals(request->api->store).number;
    uint64_t number = events->told;
    if (after != NULL && !read_cursor(request->api, after, &number, &known)) {
        pln_answer_problem(answer, 400, "after",
                           "after takes the id of an event of this stream, as Last-Event-ID does");
        return false;
    }
    events->reset = !known;
    events->greeted = after != NULL && known;
    events->told = known ? number : events->told;
    events->spot.arrival = events->told + 1;
    return true;
}

bool pln_api_stream_begin(const pln_request_t *request, pln_answer_t *answer)
{
    /* who owns the socket may fill its door; the page's is shared by many */
    bool own = request->session->role == PLN_NEED_MANAGE && request->from[0] == '\0';
    unsigned most = own ? UINT_MAX : PLN_API_STREAMS_MAX;
    if (atomic_fetch_add(request->api->streams, 1) >= most) {
        atomic_fetch_sub(request->api->streams, 1);
        pln_answer_problem(answer, 503, "streams",
                           "as many streams are open as can be: close a page, and try again");
        return false;
    }
    return true;
}

void pln_api_events(const pln_request_t *request, pln_answer_t *answer)
{
    events_t *events = pln_alloc_zero(1, sizeof *events);
    events->api = request->api;
    events->hears_drafts = request->session->role >= PLN_NEED_DRAFT;
    events->said_ms = pln_mono_ms();
    if (!begin_after(request, answer, events) || !pln_api_stream_begin(request, answer)) {
        free(events);
        return;
    }
    events->view = pln_api_view(request->api);
    events->records = json_array();
    pln_answer_stream(answer, "text/event-stream", events_next, events_free, events);
}
