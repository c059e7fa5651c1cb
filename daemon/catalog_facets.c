// SPDX-License-Identifier: MPL-2.0
#include "catalog_facets.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog_text.h"
#include "proto/codec.h"
#include "proto/map.h"

typedef struct {
    pln_facet_counts_t *counts;
    pln_codec_t *codec;
    pln_map_t by_token; /**< token of name and value -> place in the list, from 1 */
    const pln_network_id_t *network;
} tally_t;

static pln_facet_count_t *row_of(tally_t *tally, const char *name, pln_span_t value)
{
    char token[PLN_FACET_TEXT_SIZE] = {0};
    pln_facet_counts_t *counts = tally->counts;
    pln_facet_token(name, value, token);
    uintptr_t place = (uintptr_t)pln_map_get(&tally->by_token, token);
    if (place > 0) {
        return &counts->list[place - 1];
    }
    if (counts->count == PLN_FACET_VALUES) {
        return NULL;
    }
    pln_facet_count_t *row = &counts->list[counts->count++];
    *row = (pln_facet_count_t){.name = name, .network = *tally->network};
    pln_buf_add(&row->value, value.data, value.size);
    pln_map_put(&tally->by_token, token, (void *)(uintptr_t)counts->count);
    return row;
}

static void count_value(void *arg, const char *name, pln_span_t value)
{
    tally_t *tally = arg;
    // Of times the years: a row for each day would help nobody.
    bool finer = value.size > 4 && strcmp(name, pln_index_facet(PLN_INDEX_DATE)) == 0;
    pln_facet_count_t *row = finer ? NULL : row_of(tally, name, value);
    if (row != NULL && row->record != tally->counts->records) {
        row->record = tally->counts->records;
        row->count++;
    }
}

static void count_row(void *arg, const pln_query_row_t *row)
{
    tally_t *tally = arg;
    char kind[8];
    pln_span_t payload;
    int size = snprintf(kind, sizeof kind, "%u", row->kind);
    tally->counts->records++;
    tally->network = &row->network;
    count_value(tally, PLN_FACET_KIND, PLN_SPAN((const uint8_t *)kind, (size_t)size));
    count_value(tally, PLN_FACET_NODE, PLN_SPAN(row->author.bytes, sizeof row->author));
    count_value(tally, PLN_FACET_NETWORK, PLN_SPAN(row->network.bytes, sizeof row->network));
    if (row->stored.size > 0 &&
        pln_codec_decode(tally->codec, row->stored.data[0],
                         PLN_SPAN(row->stored.data + 1, row->stored.size - 1),
                         &payload) == PLN_OK) {
        pln_searched_facets(row->kind, payload, count_value, tally);
    }
}

static int compare(const void *a, const void *b)
{
    const pln_facet_count_t *one = a, *two = b;
    int order = strcmp(one->name, two->name);
    if (order == 0 && one->count != two->count) {
        return one->count > two->count ? -1 : 1;
    }
    size_t size = one->value.size < two->value.size ? one->value.size : two->value.size;
    order = order != 0 || size == 0 ? order : memcmp(one->value.data, two->value.data, size);
    return order != 0 ? order
                      : (one->value.size > two->value.size) - (one->value.size < two->value.size);
}

pln_query_result_t pln_facets_count(pln_catalog_db_t *db, pln_codec_t *codec,
                                    const pln_query_t *query, uint32_t budget_ms,
                                    pln_facet_counts_t *out)
{
    uint8_t secret[PLN_MAP_SECRET_SIZE];
    tally_t tally = {.counts = out, .codec = codec};
    randombytes_buf(secret, sizeof secret);
    pln_map_init(&tally.by_token, PLN_FACET_TEXT_SIZE, secret);
    *out = (pln_facet_counts_t){.list = pln_alloc_zero(PLN_FACET_VALUES, sizeof *out->list)};
    pln_query_result_t result =
        pln_query_walk(db, query, budget_ms, PLN_FACETS_COUNTED, count_row, &tally, &out->newest);
    pln_map_free(&tally.by_token);
    qsort(out->list, out->count, sizeof *out->list, compare);
    if (result != PLN_QUERY_OK) {
        pln_facets_free(out);
    }
    return result;
}

void pln_facets_free(pln_facet_counts_t *counts)
{
    for (size_t i = 0; i < counts->count; i++) {
        pln_buf_free(&counts->list[i].value);
    }
    free(counts->list);
    *counts = (pln_facet_counts_t){0};
}
