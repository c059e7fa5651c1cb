// SPDX-License-Identifier: MPL-2.0
#include "lineage.h"

#include <string.h>

#include "api_view.h"
#include "moment.h"
#include "proto/record.h"
#include "scan.h"

#define LOOKS_A_CALL 256u

typedef struct {
    const pln_place_t *place;
    uint64_t seq;
    pln_codec_t *codec;
    pln_view_t *view;
    json_t *lists[3];
    size_t left;
} walk_t;

static const char *const names[] = {"replaced_by", "adapted_by", "spoken_of_by"};

/** Which list a reference in common field @number is for; -1: none. */
static int list_of(uint64_t number)
{
    switch (number) {
        case 4:
            return 0;
        case 11:
            return 1;
        case PLN_FIELD_REFS:
            return 2;
        default:
            return -1;
    }
}

static bool names_it(const walk_t *walk, const pln_place_t *from, const pln_reference_t *reference)
{
    const pln_network_id_t *network = reference->has_network ? &reference->network : &from->network;
    return reference->seq == walk->seq && reference->epoch == walk->place->epoch &&
           pln_id_equal(&reference->author, &walk->place->author) &&
           memcmp(network, &walk->place->network, sizeof *network) == 0;
}

/** One value, or a list of them. */
static bool any_names_it(const walk_t *walk, const pln_place_t *from, pln_span_t value)
{
    pln_unpack_t in = pln_unpack(value), peek = in;
    pln_token_t token = pln_unpack_next(&peek);
    pln_token_t first = pln_unpack_next(&peek);
    bool list = token.type == PLN_PACK_ARRAY && first.type == PLN_PACK_ARRAY;
    uint32_t count = list ? pln_unpack_array(&in, UINT32_MAX) : 1;
    for (uint32_t i = 0; i < count && in.error == PLN_OK; i++) {
        pln_reference_t reference;
        pln_reference_read(&in, &reference);
        if (in.error == PLN_OK && names_it(walk, from, &reference)) {
            return true;
        }
    }
    return false;
}

static void add(walk_t *walk, int list, const pln_found_t *found)
{
    static const char *const members[] = {"id", "kind", "author", "author_name", "time"};
    json_t *record =
        pln_view_record(walk->view, &found->place, found->seq, found->bytes, pln_wall_ms());
    json_t *small = json_object();
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        json_t *member = json_object_get(record, members[i]);
        if (member != NULL) {
            json_object_set(small, members[i], member);
        }
    }
    if (json_array_size(walk->lists[list]) < PLN_LINEAGE_MAX) {
        json_array_append(walk->lists[list], small);
    }
    json_decref(small);
    json_decref(record);
}

static bool look(void *arg, const pln_found_t *found)
{
    walk_t *walk = arg;
    pln_entry_t entry;
    pln_span_t payload;
    if (pln_entry_read(found->bytes, &entry) == PLN_OK && !entry.withheld &&
        pln_codec_decode(walk->codec, entry.header.codec, entry.payload, &payload) == PLN_OK) {
        pln_record_t record = pln_record_open(NULL, payload);
        pln_record_field_t at;
        while (pln_record_next(&record, &at) && at.number < PLN_FIELD_OWN_MIN) {
            int list = list_of(at.number);
            if (list >= 0 && any_names_it(walk, &found->place, at.value)) {
                add(walk, list, found);
                break;
            }
        }
    }
    return --walk->left > 0;
}

json_t *pln_lineage_json(const pln_api_t *api, const pln_place_t *place, uint64_t seq)
{
    walk_t walk = {.place = place,
                   .seq = seq,
                   .codec = pln_codecs_take(api->codecs),
                   .view = pln_api_view(api),
                   .left = PLN_LINEAGE_LOOKS};
    pln_filter_t filter = {.now_ms = pln_wall_ms()};
    pln_spot_t spot = {.arrival = pln_store_arrivals(api->store).number};
    pln_scan_t state = PLN_SCAN_MORE;
    json_t *json = json_object();
    for (size_t i = 0; i < 3; i++) {
        walk.lists[i] = json_array();
    }
    while (state == PLN_SCAN_MORE && !pln_api_stopping(api)) {
        state = pln_scan_back(api->store, &filter, &spot, LOOKS_A_CALL, look, &walk);
    }
    for (size_t i = 0; i < 3; i++) {
        if (json_array_size(walk.lists[i]) > 0) {
            json_object_set(json, names[i], walk.lists[i]);
        }
        json_decref(walk.lists[i]);
    }
    if (state != PLN_SCAN_END) {
        json_object_set_new(json, "more", json_true());
    }
    pln_view_free(&walk.view);
    pln_codecs_put(api->codecs, &walk.codec);
    return json;
}
