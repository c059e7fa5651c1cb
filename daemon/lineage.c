// SPDX-License-Identifier: MPL-2.0
#include "lineage.h"

#include <stdlib.h>
#include <string.h>

#include "api_view.h"
#include "catalog_text.h"
#include "moment.h"
#include "proto/kinds.h"
#include "record_lookup.h"
#include "reference.h"

#define FRESH_MS 5000u /**< waited for what arrived just before the question */

static const char *const lists[] = {[PLN_KIN_VERSION] = "replaced_by",
                                    [PLN_KIN_ADAPTATION] = "adapted_by",
                                    [PLN_KIN_OTHER] = "spoken_of_by"};

/** The few members of @record that a list shows. */
static json_t *small_json(json_t *record, uint16_t field)
{
    static const char *const members[] = {"id", "kind", "author", "author_name", "time"};
    json_t *small = json_object();
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        json_t *member = json_object_get(record, members[i]);
        if (member != NULL) {
            json_object_set(small, members[i], member);
        }
    }
    const pln_kind_t *kind = pln_kind_by_name(json_string_value(json_object_get(record, "kind")));
    const pln_field_t *row = kind == NULL ? NULL : pln_field_by_number(kind, field);
    const pln_field_t *title = kind == NULL ? NULL : pln_field_title(kind);
    json_t *titled =
        title == NULL ? NULL : json_object_get(json_object_get(record, "fields"), title->name);
    if (titled != NULL) {
        json_object_set(small, "title", titled);
    }
    if (row != NULL) {
        json_object_set_new(small, "as", json_string(row->name));
    }
    return small;
}

/* ---- what speaks of a record ---- */

/** The record that others speak of, and whether one of them means the text that stands there. */
typedef struct {
    const pln_place_t *place;
    uint64_t seq;
    const pln_network_id_t *from; /**< network of who speaks: that of references without one */
    const uint8_t *data;          /**< NULL: not known */
    bool meant;
} target_t;

static void look_for(void *arg, uint16_t number, const pln_reference_t *reference)
{
    target_t *target = arg;
    const pln_network_id_t *network = reference->has_network ? &reference->network : target->from;
    (void)number;
    target->meant = target->meant ||
                    (reference->seq == target->seq && reference->epoch == target->place->epoch &&
                     pln_id_equal(&reference->author, &target->place->author) &&
                     memcmp(network, &target->place->network, sizeof *network) == 0 &&
                     memcmp(reference->data, target->data, sizeof reference->data) == 0);
}

/** Does @entry of @chain speak of another text than the one that stands at @target? */
static bool means_another(const pln_api_t *api, const pln_chain_row_t *chain,
                          const pln_entry_t *entry, target_t *target)
{
    pln_span_t payload;
    pln_codec_t *codec = pln_codecs_take(api->codecs);
    target->from = &chain->place.network;
    target->meant = false;
    bool read = target->data != NULL &&
                pln_codec_decode(codec, entry->header.codec, entry->payload, &payload) == PLN_OK;
    if (read) {
        pln_searched_edges(entry->header.kind, payload, look_for, target);
    }
    pln_codecs_put(api->codecs, &codec);
    return read && !target->meant;
}

/** Read from the store: what was withdrawn or cut off meanwhile speaks of nothing any more. */
static void add_relative(const pln_api_t *api, pln_view_t *view, const pln_relative_t *relative,
                         target_t *target, json_t *list)
{
    pln_chain_row_t chain;
    pln_buf_t bytes = {0};
    pln_entry_t entry;
    if (pln_record_read(api, relative->chain, relative->seq, &chain, &bytes, &entry) &&
        !entry.withheld) {
        json_t *record =
            pln_view_record(view, &chain.place, relative->seq, pln_buf_span(&bytes), pln_wall_ms());
        json_t *small = small_json(record, relative->field);
        if (means_another(api, &chain, &entry, target)) {
            json_object_set_new(small, "changed", json_true());
        }
        json_array_append_new(list, small);
        json_decref(record);
    }
    pln_buf_free(&bytes);
}

/** What stands at (@place, @seq) here, so that others may be asked whether they mean it. */
static bool data_of(const pln_api_t *api, const pln_place_t *place, uint64_t seq,
                    pln_reference_t *out)
{
    uint32_t number;
    pln_chain_row_t chain;
    pln_buf_t bytes = {0};
    pln_entry_t entry;
    bool found = pln_store_find(api->store, place, &number) == PLN_OK &&
                 pln_record_read(api, number, seq, &chain, &bytes, &entry);
    if (found) {
        *out = pln_record_reference(&place->network, place, seq, &entry);
    }
    pln_buf_free(&bytes);
    return found;
}

json_t *pln_lineage_page(const pln_api_t *api, const pln_place_t *place, uint64_t seq,
                         pln_kin_t kin, const pln_relative_t *before, size_t limit,
                         pln_relative_t *next)
{
    pln_relative_t *found = pln_alloc_zero(limit + 1, sizeof *found);
    pln_catalog_reader_t reader;
    size_t count = 0;
    json_t *list = NULL;
    if (pln_catalog_take(api->catalog, &reader)) {
        if (pln_query_referrers(reader.db, place, seq, kin, before, found, limit + 1, &count)) {
            list = json_array();
        }
        pln_catalog_put(api->catalog, &reader);
    }
    *next = count > limit ? found[limit - 1] : (pln_relative_t){0};
    pln_view_t *view = pln_api_view(api);
    pln_reference_t now;
    target_t target = {.place = place, .seq = seq};
    target.data = data_of(api, place, seq, &now) ? now.data : NULL;
    for (size_t i = 0; list != NULL && i < count && i < limit; i++) {
        add_relative(api, view, &found[i], &target, list);
    }
    pln_view_free(&view);
    free(found);
    return list;
}

bool pln_lineage_known(const pln_api_t *api, const pln_relative_t *record)
{
    pln_catalog_reader_t reader;
    if (!pln_catalog_take(api->catalog, &reader)) {
        return false;
    }
    bool known = pln_query_known(reader.db, record);
    pln_catalog_put(api->catalog, &reader);
    return known;
}

pln_kin_t pln_lineage_kin(const char *name)
{
    for (size_t kin = PLN_KIN_VERSION; name != NULL && kin <= PLN_KIN_OTHER; kin++) {
        if (strcmp(lists[kin], name) == 0) {
            return (pln_kin_t)kin;
        }
    }
    return PLN_KIN_ANY;
}

/* ---- what a record speaks of ---- */

typedef struct {
    const pln_api_t *api;
    pln_view_t *view;
    const pln_kind_t *kind;
    const pln_network_id_t *network;
    json_t *list;
} spoken_t;

/** "held", or why what is meant cannot be shown: "changed", "withdrawn", "absent". */
static const char *state_of(const pln_entry_t *entry, const pln_reference_t *meant,
                            const pln_reference_t *now)
{
    return entry == NULL                                             ? "absent"
           : memcmp(meant->data, now->data, sizeof meant->data) != 0 ? "changed"
           : entry->withheld                                         ? "withdrawn"
                                                                     : "held";
}

/** The element of that reference which no link has taken yet; NULL: none. */
static json_t *untaken(const json_t *list, const char *reference)
{
    size_t index;
    json_t *item;
    json_array_foreach(list, index, item)
    {
        if (strcmp(json_string_value(json_object_get(item, "reference")), reference) == 0 &&
            strcmp(json_string_value(json_object_get(item, "as")), "refs") == 0) {
            return item;
        }
    }
    return NULL;
}

/** What stands at (@place, @seq) now, for whoever means @reference; another text is not shown. */
static json_t *meant_json(const spoken_t *spoken, const pln_place_t *place,
                          const pln_reference_t *reference)
{
    uint32_t number;
    pln_chain_row_t chain;
    pln_buf_t bytes = {0};
    pln_entry_t entry;
    pln_reference_t now = {.seq = 0};
    bool found = pln_store_find(spoken->api->store, place, &number) == PLN_OK &&
                 pln_record_read(spoken->api, number, reference->seq, &chain, &bytes, &entry);
    if (found) {
        now = pln_record_reference(spoken->network, place, reference->seq, &entry);
    }
    const char *state = state_of(found ? &entry : NULL, reference, &now);
    json_t *json = json_object();
    if (strcmp(state, "held") == 0) {
        json_t *record = pln_view_record(spoken->view, place, reference->seq, pln_buf_span(&bytes),
                                         pln_wall_ms());
        json_decref(json);
        json = small_json(record, 0);
        json_decref(record);
    }
    json_object_set_new(json, "state", json_string(state));
    pln_buf_free(&bytes);
    return json;
}

/** The refs come first; each link names one of them, and says what it is for. */
static void add_spoken_of(void *arg, uint16_t number, const pln_reference_t *reference)
{
    spoken_t *spoken = arg;
    char text[PLN_REFERENCE_TEXT_SIZE], id[PLN_RECORD_ID_SIZE];
    const pln_field_t *field =
        spoken->kind != NULL ? pln_field_by_number(spoken->kind, number) : NULL;
    pln_reference_text(reference, text);
    json_t *json = untaken(spoken->list, text);
    if (json == NULL && json_array_size(spoken->list) < PLN_LINEAGE_MAX) {
        const pln_place_t place = {
            .network = reference->has_network ? reference->network : *spoken->network,
            .author = reference->author,
            .epoch = reference->epoch,
            .lane = PLN_LANE_RECORDS};
        json = meant_json(spoken, &place, reference);
        pln_record_id(&place, reference->seq, id);
        json_object_set_new(json, "id", json_string(id));
        json_object_set_new(json, "reference", json_string(text));
        json_array_append_new(spoken->list, json);
    }
    if (json != NULL) {
        json_object_set_new(json, "as", json_string(field != NULL ? field->name : "refs"));
    }
}

static json_t *speaks_of(const pln_api_t *api, const pln_place_t *place, const pln_entry_t *entry)
{
    spoken_t spoken = {.api = api,
                       .view = pln_api_view(api),
                       .kind = pln_kind_by_number(entry->header.kind),
                       .network = &place->network,
                       .list = json_array()};
    pln_span_t payload;
    pln_codec_t *codec = pln_codecs_take(api->codecs);
    if (!entry->withheld &&
        pln_codec_decode(codec, entry->header.codec, entry->payload, &payload) == PLN_OK) {
        pln_searched_edges(entry->header.kind, payload, add_spoken_of, &spoken);
    }
    pln_codecs_put(api->codecs, &codec);
    pln_view_free(&spoken.view);
    return spoken.list;
}

json_t *pln_lineage_json(const pln_api_t *api, const pln_place_t *place, uint64_t seq,
                         const pln_entry_t *entry)
{
    json_t *json = json_object();
    bool all = pln_catalog_wait(api->catalog, pln_store_arrivals(api->store).number, FRESH_MS);
    for (size_t kin = PLN_KIN_VERSION; kin <= PLN_KIN_OTHER; kin++) {
        pln_relative_t next;
        json_t *list =
            pln_lineage_page(api, place, seq, (pln_kin_t)kin, NULL, PLN_LINEAGE_MAX, &next);
        all = all && list != NULL && next.seq == 0;
        if (json_array_size(list) > 0) {
            json_object_set(json, lists[kin], list);
        }
        json_decref(list);
    }
    if (!all) {
        json_object_set_new(json, "more", json_true());
    }
    json_t *spoken = speaks_of(api, place, entry);
    if (json_array_size(spoken) > 0) {
        json_object_set(json, "speaks_of", spoken);
    }
    json_decref(spoken);
    return json;
}
