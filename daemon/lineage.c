// SPDX-License-Identifier: MPL-2.0
#include "lineage.h"

#include <stdlib.h>
#include <string.h>

#include "api_view.h"
#include "moment.h"
#include "proto/kinds.h"

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

/** Read from the store: what was withdrawn or cut off meanwhile speaks of nothing any more. */
static void add_relative(const pln_api_t *api, pln_view_t *view, const pln_relative_t *relative,
                         json_t *list)
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
        json_array_append_new(list, small_json(record, relative->field));
        json_decref(record);
    }
    pln_buf_free(&bytes);
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
    for (size_t i = 0; list != NULL && i < count && i < limit; i++) {
        add_relative(api, view, &found[i], list);
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

json_t *pln_lineage_json(const pln_api_t *api, const pln_place_t *place, uint64_t seq)
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
    return json;
}
