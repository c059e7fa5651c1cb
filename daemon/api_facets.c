// SPDX-License-Identifier: MPL-2.0
// What a search could be narrowed by: facets of its hits, each value with how many have it.
#include <string.h>

#include "api_json.h"
#include "api_page_list.h"
#include "api_search.h"
#include "catalog_facets.h"
#include "facet_value.h"

#define VALUES_USUAL 20u

/** What the parameter of that name takes, and what people read. */
static void set_value(const pln_api_t *api, const pln_facet_count_t *row, json_t *json)
{
    char name[PLN_NAME_MAX + 1] = "";
    const uint8_t *bytes = row->value.data;
    if (strcmp(row->name, PLN_FACET_NODE) == 0) {
        pln_id_t id;
        memcpy(&id, bytes, sizeof id);
        pln_look_label(api->driver, &row->network, &id, name);
        json_object_set_new(json, "value", pln_json_did(&id));
        pln_json_set_text(json, "label", name);
    } else if (strcmp(row->name, PLN_FACET_NETWORK) == 0) {
        json_object_set_new(json, "value", pln_json_hex(bytes, row->value.size));
    } else {
        json_object_set_new(json, "value", json_stringn((const char *)bytes, row->value.size));
    }
}

static void set_kind(const pln_facet_count_t *row, json_t *json)
{
    uint16_t number = 0;
    for (size_t i = 0; i < row->value.size; i++) {
        number = (uint16_t)(number * 10 + (row->value.data[i] - '0'));
    }
    const pln_kind_t *kind = pln_kind_by_number(number);
    if (kind != NULL) {
        json_object_set_new(json, "value", json_string(kind->name));
        json_object_set_new(json, "label", json_string(kind->label));
    }
}

static json_t *value_json(const pln_api_t *api, const pln_facet_count_t *row, pln_index_t index)
{
    json_t *json = json_object();
    if (strcmp(row->name, PLN_FACET_KIND) == 0) {
        set_kind(row, json);
    } else {
        set_value(api, row, json);
    }
    const char *value = json_string_value(json_object_get(json, "value"));
    const pln_choice_t *word =
        value != NULL && index != PLN_INDEX_NOTHING ? pln_facet_word(index, NULL, value) : NULL;
    if (word != NULL) {
        json_object_set_new(json, "label", json_string(word->label));
    }
    pln_json_set_number(json, "count", row->count);
    return json;
}

/** The rows of one facet, most frequent first; NULL: none of the hits has it. */
static json_t *facet_json(const pln_api_t *api, const pln_facet_counts_t *counts, const char *facet,
                          const char *parameter, pln_index_t index, size_t limit)
{
    json_t *values = json_array();
    bool more = false;
    for (size_t i = 0; i < counts->count; i++) {
        if (strcmp(counts->list[i].name, facet) != 0) {
            continue;
        }
        more = json_array_size(values) == limit;
        if (more) {
            break;
        }
        json_t *value = value_json(api, &counts->list[i], index);
        if (json_object_get(value, "value") != NULL) {
            json_array_append(values, value);
        }
        json_decref(value);
    }
    json_t *json = NULL;
    if (json_array_size(values) > 0) {
        json = json_object();
        json_object_set_new(json, "name", json_string(parameter));
        json_object_set(json, "values", values);
        json_object_set_new(json, "more", json_boolean(more));
    }
    json_decref(values);
    return json;
}

static void append(json_t *list, json_t *json)
{
    if (json != NULL) {
        json_array_append_new(list, json);
    }
}

static json_t *counts_json(const pln_api_t *api, const pln_facet_counts_t *counts, size_t limit)
{
    pln_catalog_state_t state;
    json_t *list = json_array();
    append(list, facet_json(api, counts, PLN_FACET_KIND, "kind", PLN_INDEX_NOTHING, limit));
    append(list, facet_json(api, counts, PLN_FACET_NODE, "author", PLN_INDEX_NOTHING, limit));
    append(list, facet_json(api, counts, PLN_FACET_NETWORK, "network", PLN_INDEX_NOTHING, limit));
    for (int i = 0; i < PLN_INDEX_COUNT; i++) {
        const char *name = pln_index_facet((pln_index_t)i);
        if (name[0] != '\0') {
            append(list, facet_json(api, counts, name, name, (pln_index_t)i, limit));
        }
    }
    pln_catalog_state(api->catalog, &state);
    json_t *json = json_object();
    json_object_set_new(json, "facets", list);
    pln_json_set_number(json, "counted", counts->records);
    json_object_set_new(json, "counted_newest", json_boolean(counts->newest));
    pln_json_set_number(json, "behind", state.behind);
    return json;
}

static pln_query_result_t count(const pln_api_t *api, const pln_query_t *query,
                                pln_facet_counts_t *out)
{
    pln_catalog_reader_t reader;
    if (!pln_catalog_take(api->catalog, &reader)) {
        return PLN_QUERY_FAILED;
    }
    pln_codec_t *codec = pln_codecs_take(api->codecs);
    pln_query_result_t result = pln_facets_count(reader.db, codec, query, PLN_SEARCH_MS, out);
    pln_codecs_put(api->codecs, &codec);
    pln_catalog_put(api->catalog, &reader);
    return result;
}

void pln_api_facets(const pln_request_t *request, pln_answer_t *answer)
{
    pln_query_t query = {0};
    pln_facet_counts_t counts;
    if (!pln_search_read(request, answer, &query)) {
        return;
    }
    pln_search_catch_up(request->api);
    pln_query_result_t result = count(request->api, &query, &counts);
    if (result != PLN_QUERY_OK) {
        pln_search_refuse(answer, result);
        return;
    }
    size_t limit = pln_page_limit(request, VALUES_USUAL);
    pln_answer_json(answer, 200, counts_json(request->api, &counts, limit));
    pln_facets_free(&counts);
}
