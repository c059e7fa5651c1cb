// SPDX-License-Identifier: MPL-2.0
/**
 * api_search - lists that the catalog makes: filtered, and with the newest versions only.
 *
 * Why     A plain list comes from the arrivals alone and works without any catalog; with one it
 *         can filter by facets and leave out what a newer version replaces.
 * Thread  a connection's own
 */
#ifndef PLN_API_SEARCH_H
#define PLN_API_SEARCH_H

#include "api.h"
#include "catalog_query.h"
#include "scan.h"

/** Is this list the catalog's: has it all arrivals, or does the list ask for what only it knows? */
bool pln_search_lists(const pln_request_t *request);
/** Answer GET /api/v1/records from the catalog. */
void pln_search_list(const pln_request_t *request, pln_answer_t *answer);

#define PLN_SEARCH_MS 2000u /**< a question that takes longer is refused */

/** The question in the request's parameters; false: the answer is given. */
bool pln_search_read(const pln_request_t *request, pln_answer_t *answer, pln_query_t *query);
/** Let what arrived just before the question be part of the answer. */
bool pln_search_catch_up(const pln_api_t *api);
void pln_search_refuse(pln_answer_t *answer, pln_query_result_t result);

/** Add the facets that the request's parameters ask for: every facet of the kinds table is one;
 * several values, separated by commas, all have to hold. False: no record of what @filter asks for
 * can have one of them, and the answer says so. */
bool pln_search_facets(const pln_request_t *request, pln_answer_t *answer,
                       const pln_filter_t *filter, pln_query_t *query);

#endif
