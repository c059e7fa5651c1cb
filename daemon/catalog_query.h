// SPDX-License-Identifier: MPL-2.0
/**
 * catalog_query - questions to the catalog: words, filters, order, page; and who refers to whom.
 *
 * Why     One form of question serves search, filtered lists and lineage.
 * Shape   words and facets go into one full-text expression; times and pages into SQL; what comes
 *         back are places: the record itself is read from the store, so nothing erased is shown
 * Limits  of more than PLN_RANKED_MAX hits the newest so many are ranked, and the answer says so
 * Thread  any, each with its own reader
 */
#ifndef PLN_CATALOG_QUERY_H
#define PLN_CATALOG_QUERY_H

#include "catalog_db.h"
#include "catalog_words.h"
#include "proto/chain.h"
#include "proto/record.h"

#define PLN_RANKED_MAX 20000u
#define PLN_FACETS_MAX 32u
#define PLN_HITS_MAX 1000u
#define PLN_HITS_DEEPEST 20000u /**< how far pages go in one list of hits */

typedef enum {
    PLN_SORT_BEST,   /**< by how well the words fit; without words as NEWEST */
    PLN_SORT_NEWEST, /**< by arrival, last first */
    PLN_SORT_OLDEST,
    PLN_SORT_TITLE /**< by title, without case and accents (catalog_order.h) */
} pln_sort_t;

/** Zero-initialise; NULL and 0 mean: not asked for. */
typedef struct {
    const char *words;
    bool open; /**< the last word may go on: search as you type */
    char facets[PLN_FACETS_MAX][PLN_FACET_TEXT_SIZE];
    size_t facet_count;
    uint64_t since_ms;
    uint64_t until_ms; /**< exclusive */
    bool all_versions; /**< stale ones, too */
    pln_sort_t sort;
    size_t limit;      /**< 1..PLN_HITS_MAX */
    const char *after; /**< `next` of the page before, of the same question */
} pln_query_t;

typedef struct {
    int64_t id; /**< of its row in the catalog */
    uint32_t chain;
    uint64_t seq;
    char *snippet; /**< owned; "" without words. U+0002 and U+0003 stand around what fits */
    char *order;   /**< owned; of PLN_SORT_TITLE: hex of what it is ordered by, else "" */
} pln_hit_t;

typedef struct {
    pln_hit_t *list; /**< owned */
    size_t count;
    uint64_t total; /**< hits; PLN_RANKED_MAX + 1: more than that. Of later pages by
                         arrival: 0, nobody counted */
    bool ranked_newest;
    bool full;       /**< as many as asked for: there may be more */
    pln_sort_t sort; /**< what pages go on by, with the two below */
    int64_t high;
    uint64_t offset;
} pln_hits_t;

typedef enum {
    PLN_QUERY_OK,
    PLN_QUERY_WORDLESS, /**< no word in what was typed */
    PLN_QUERY_AFTER,    /**< `after` is not of an earlier page */
    PLN_QUERY_SLOW,     /**< it took longer than allowed */
    PLN_QUERY_FAILED
} pln_query_result_t;

void pln_query_facet(pln_query_t *query, const char *name, pln_span_t value);
pln_query_result_t pln_query_run(pln_catalog_db_t *db, const pln_query_t *query, uint32_t budget_ms,
                                 pln_hits_t *out);
void pln_hits_free(pln_hits_t *hits);

/** A hit as the catalog has it; all borrowed during the visit. */
typedef struct {
    uint16_t kind;
    pln_span_t stored; /**< codec byte, then the payload */
    pln_network_id_t network;
    pln_id_t author;
} pln_query_row_t;

/** Visit the newest @max hits of @query, whatever its page and order. *more: there are others. */
pln_query_result_t pln_query_walk(pln_catalog_db_t *db, const pln_query_t *query,
                                  uint32_t budget_ms, uint64_t max,
                                  void (*visit)(void *arg, const pln_query_row_t *row), void *arg,
                                  bool *more);

#define PLN_PAGE_MARK_SIZE 160
/** Where to go on behind the first @used hits; false: nothing comes behind them. */
bool pln_hits_next(const pln_hits_t *hits, size_t used, char out[PLN_PAGE_MARK_SIZE]);

/** A record that refers to another, or is referred to. */
typedef struct {
    uint32_t chain;
    uint64_t seq;
    uint16_t field; /**< that holds the reference */
} pln_relative_t;

/** What a record that refers to another is to it. */
typedef enum { PLN_KIN_ANY, PLN_KIN_VERSION, PLN_KIN_ADAPTATION, PLN_KIN_OTHER } pln_kin_t;

/** Who refers to (@place, @seq) as @kin, newest first, at most @max; with @before only those that
 * arrived before that record. False: it could not be asked. */
bool pln_query_referrers(pln_catalog_db_t *db, const pln_place_t *place, uint64_t seq,
                         pln_kin_t kin, const pln_relative_t *before, pln_relative_t *out,
                         size_t max, size_t *count);
/** The same of records that say they were (@place, @seq) before: whoever wrote them. */
bool pln_query_moved(pln_catalog_db_t *db, const pln_place_t *place, uint64_t seq,
                     pln_relative_t *out, size_t max, size_t *count);
/** Does the catalog have that record? What was withdrawn it has not. */
bool pln_query_known(pln_catalog_db_t *db, const pln_relative_t *record);

#endif
