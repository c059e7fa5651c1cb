// SPDX-License-Identifier: MPL-2.0
#include "lineage.h"

#include <stdlib.h>

#include "api_view.h"
#include "catalog_query.h"
#include "moment.h"
#include "proto/kinds.h"

#define FRESH_MS 5000u /**< waited for what arrived just before the question */

/** The list of those that refer by a common field; all other fields just speak of a record. */
static const char *list_of(uint16_t field)
{
    return field == PLN_FIELD_REPLACES ? "replaced_by"
           : field == PLN_FIELD_ORIGIN ? "adapted_by"
                                       : "spoken_of_by";
}

static void add_to(json_t *lineage, const char *name, json_t *element)
{
    if (json_object_get(lineage, name) == NULL) {
        json_object_set_new(lineage, name, json_array());
    }
    json_array_append_new(json_object_get(lineage, name), element);
}

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

/** Read from the store: what was withdrawn or cut off meanwhile speaks of nothing any more. */
static void add_relative(const pln_api_t *api, pln_view_t *view, const pln_relative_t *relative,
                         json_t *lineage)
{
    pln_chain_row_t chain;
    pln_buf_t bytes = {0};
    pln_entry_t entry;
    if (pln_store_chain(api->store, relative->chain, &chain) == PLN_OK &&
        relative->seq <= chain.counted &&
        pln_store_entry(api->store, relative->chain, relative->seq, &bytes) == PLN_OK &&
        pln_entry_read(pln_buf_span(&bytes), &entry) == PLN_OK && !entry.withheld) {
        json_t *record =
            pln_view_record(view, &chain.place, relative->seq, pln_buf_span(&bytes), pln_wall_ms());
        add_to(lineage, list_of(relative->field), small_json(record, relative->field));
        json_decref(record);
    }
    pln_buf_free(&bytes);
}

json_t *pln_lineage_json(const pln_api_t *api, const pln_place_t *place, uint64_t seq)
{
    static const size_t room = PLN_LINEAGE_MAX + 1;
    pln_relative_t *relatives = pln_alloc_zero(room, sizeof *relatives);
    pln_catalog_reader_t reader;
    size_t count = 0;
    json_t *json = json_object();
    bool asked = pln_catalog_wait(api->catalog, pln_store_arrivals(api->store).number, FRESH_MS);
    if (pln_catalog_take(api->catalog, &reader)) {
        asked = pln_query_referrers(reader.db, place, seq, relatives, room, &count) && asked;
        pln_catalog_put(api->catalog, &reader);
    }
    pln_view_t *view = pln_api_view(api);
    for (size_t i = 0; i < count && i < PLN_LINEAGE_MAX; i++) {
        add_relative(api, view, &relatives[i], json);
    }
    pln_view_free(&view);
    free(relatives);
    if (!asked || count > PLN_LINEAGE_MAX) {
        json_object_set_new(json, "more", json_true());
    }
    return json;
}
