// SPDX-License-Identifier: MPL-2.0
/**
 * scan - walks the arrivals of the store, newest or oldest first, and picks records by a filter.
 *
 * Why     "What came last" and "everything, in the order it came" need no index: arrivals are one.
 * Shape   lane 1 only, only entries that count and whose payload is here; memory stays the same
 * however long the walk is Thread  any; no read transaction outlives one look-up
 */
#ifndef PLN_SCAN_H
#define PLN_SCAN_H

#include "store.h"

typedef struct {
    bool by_network;
    pln_network_id_t network;
    bool by_author;
    pln_id_t author;
    bool by_kind;
    uint16_t kind;
    uint64_t since_ms; /**< of the time shown; 0 = any */
    uint64_t now_ms;   /**< wall clock: times shown are at most a day ahead of it (R9) */
} pln_filter_t;

/** Where a walk goes on: row @arrival; seq 0 = the whole row, else its entries from @seq on. */
typedef struct {
    uint64_t arrival;
    uint64_t seq;
} pln_spot_t;

/** One picked entry; @bytes are its own copy, valid during the call. */
typedef struct {
    pln_place_t place;
    uint32_t chain;
    uint64_t seq;
    uint64_t arrival;
    pln_span_t bytes;
    bool withheld; /**< its payload has just gone: withdrawn, or taken out of what is shown */
} pln_found_t;

typedef enum {
    PLN_SCAN_END,     /**< no row is left */
    PLN_SCAN_STOPPED, /**< @visit returned false */
    PLN_SCAN_MORE,    /**< as many looks as were asked for; go on from @spot */
    PLN_SCAN_FAILED   /**< the store cannot be read */
} pln_scan_t;

/** @visit returning false ends the walk behind that entry. */
typedef bool (*pln_scan_visit_t)(void *arg, const pln_found_t *found);

/** author's time, at most PLN_CLOCK_AHEAD_MS after @now_ms (R9). */
uint64_t pln_shown_ms(uint64_t time_ms, uint64_t now_ms);

/**
 * From @spot down to the first arrival; each entry is met once, in the row that added it.
 * @looks bounds rows and windows looked at in this call.
 */
pln_scan_t pln_scan_back(pln_store_t *store, const pln_filter_t *filter, pln_spot_t *spot,
                         size_t looks, pln_scan_visit_t visit, void *arg);

/**
 * From @spot up to row @last. @again: for somebody who watches: entries that count again, or whose
 * payload is there again, are met again, and those whose payload has gone are met as withheld.
 */
pln_scan_t pln_scan_on(pln_store_t *store, const pln_filter_t *filter, pln_spot_t *spot,
                       uint64_t last, bool again, size_t looks, pln_scan_visit_t visit, void *arg);

/** A spot as a text that users hand back unread, and back; false: not one of ours. */
#define PLN_SPOT_TEXT_SIZE 36
void pln_spot_text(const pln_spot_t *spot, char out[PLN_SPOT_TEXT_SIZE]);
bool pln_spot_parse(const char *text, pln_spot_t *spot);

/** Latest arrival row that brought entry @seq of @chain, looking at no more than @looks rows. */
bool pln_scan_arrival(pln_store_t *store, const pln_chain_row_t *chain, uint64_t seq, size_t looks,
                      uint64_t *arrival);

#endif
