// SPDX-License-Identifier: MPL-2.0
/**
 * catalog_facets - what a search's hits have in common, with counts: for filters that lead on.
 *
 * Why     Whoever looks for something should see which subjects, grades and districts there are
 *         among what was found, not guess them.
 * Shape   the newest PLN_FACETS_COUNTED hits are read and their facets counted, each value once a
 *         record; letters' case does not tell values apart
 * Limits  of PLN_FACET_VALUES different values the first met are counted
 * Thread  any, each with its own reader and codec
 */
#ifndef PLN_CATALOG_FACETS_H
#define PLN_CATALOG_FACETS_H

#include "catalog_query.h"

#define PLN_FACETS_COUNTED 5000u
#define PLN_FACET_VALUES 4096u

typedef struct {
    const char *name; /**< PLN_FACET_KIND, _NETWORK, _NODE, or as pln_index_facet() has it */
    pln_buf_t value;  /**< as it stands in the record; ids as 32 bytes, kinds as decimal numbers */
    pln_network_id_t network; /**< of the first record that has it */
    uint64_t count;
    uint64_t record; /**< last that was counted */
} pln_facet_count_t;

typedef struct {
    pln_facet_count_t *list; /**< owned; of one name together, most frequent first */
    size_t count;
    uint64_t records; /**< looked at */
    bool newest;      /**< there are more hits, and these are the newest */
} pln_facet_counts_t;

/** Count among the hits of @query; its page and order do not matter. */
pln_query_result_t pln_facets_count(pln_catalog_db_t *db, pln_codec_t *codec,
                                    const pln_query_t *query, uint32_t budget_ms,
                                    pln_facet_counts_t *out);
void pln_facets_free(pln_facet_counts_t *counts);

#endif
