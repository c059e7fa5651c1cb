// SPDX-License-Identifier: MPL-2.0
// Entries are picked in two steps: a short read collects which of a window of entries match, then
// each is copied by itself. So nothing is decoded or waited for inside a read transaction.
#include "scan.h"

#include <stdio.h>
#include <string.h>

#define WINDOW 256u

uint64_t pln_shown_ms(uint64_t time_ms, uint64_t now_ms)
{
    uint64_t bound = now_ms + PLN_CLOCK_AHEAD_MS;
    return time_ms < bound ? time_ms : bound;
}

typedef struct {
    const pln_filter_t *filter;
    bool withheld; /**< those whose payload is not here, instead of the others */
    uint64_t seqs[WINDOW];
    size_t count;
} window_t;

static bool pick(void *arg, uint64_t seq, pln_span_t bytes)
{
    window_t *window = arg;
    const pln_filter_t *filter = window->filter;
    pln_entry_t entry;
    if (pln_entry_read(bytes, &entry) != PLN_OK || entry.withheld != window->withheld ||
        (filter->by_kind && entry.header.kind != filter->kind) ||
        pln_shown_ms(entry.header.time_ms, filter->now_ms) < filter->since_ms) {
        return true;
    }
    window->seqs[window->count++] = seq;
    return window->count < WINDOW;
}

/** What of a row can be picked at all: false when nothing is. */
static bool row_range(pln_store_t *store, const pln_filter_t *filter, const pln_arrival_t *row,
                      pln_chain_row_t *chain, uint64_t *from, uint64_t *to)
{
    if (pln_store_chain(store, row->chain, chain) != PLN_OK ||
        chain->place.lane != PLN_LANE_RECORDS) {
        return false;
    }
    if ((filter->by_network &&
         memcmp(&chain->place.network, &filter->network, sizeof filter->network) != 0) ||
        (filter->by_author && !pln_id_equal(&chain->place.author, &filter->author))) {
        return false;
    }
    *from = row->from;
    *to = row->to < chain->counted ? row->to : chain->counted;
    return *from >= 1 && *from <= *to;
}

/** Is it this row by which entries become known? Those of a branch count from its first BACK on. */
static bool tells_first(const pln_arrival_t *row, const pln_chain_row_t *chain)
{
    return row->op == PLN_OP_ADDED || (row->op == PLN_OP_BACK && chain->branch);
}

/** Collect the matches of @from..@to, at most WINDOW entries wide. */
static bool fill_window(pln_store_t *store, uint32_t chain, uint64_t from, uint64_t to,
                        window_t *window)
{
    window->count = 0;
    uint64_t next = from;
    return pln_store_visit(store, chain, from, to, WINDOW, &next, pick, window) == PLN_OK;
}

/** Copy one entry and hand it over. One that is gone or has changed meanwhile is passed over. */
static bool hand_over(pln_store_t *store, pln_found_t *found, pln_buf_t *copy,
                      pln_scan_visit_t visit, void *arg)
{
    pln_buf_clear(copy);
    if (pln_store_entry(store, found->chain, found->seq, copy) != PLN_OK) {
        return true;
    }
    found->bytes = pln_buf_span(copy);
    pln_entry_t entry;
    bool same = pln_entry_read(found->bytes, &entry) == PLN_OK && entry.withheld == found->withheld;
    return !same || visit(arg, found);
}

/** The newest window of a row that is left; moves @spot below what was handed over. */
static pln_scan_t step_back(pln_store_t *store, const pln_filter_t *filter, pln_spot_t *spot,
                            pln_buf_t *copy, pln_scan_visit_t visit, void *arg)
{
    pln_arrival_t row;
    pln_chain_row_t chain;
    uint64_t from, to;
    if (pln_store_arrival(store, spot->arrival, &row) != PLN_OK) {
        return PLN_SCAN_FAILED;
    }
    if (row_range(store, filter, &row, &chain, &from, &to) && tells_first(&row, &chain)) {
        to = spot->seq != 0 && spot->seq < to ? spot->seq : to;
        uint64_t low = to - from >= WINDOW ? to - WINDOW + 1 : from;
        window_t window = {.filter = filter};
        if (from <= to && !fill_window(store, row.chain, low, to, &window)) {
            return PLN_SCAN_FAILED;
        }
        pln_found_t found = {.place = chain.place, .chain = row.chain, .arrival = spot->arrival};
        for (size_t i = window.count; i > 0; i--) {
            found.seq = window.seqs[i - 1];
            if (!hand_over(store, &found, copy, visit, arg)) {
                spot->seq = found.seq - 1;
                spot->arrival -= found.seq == from;
                spot->seq = found.seq == from ? 0 : spot->seq;
                return PLN_SCAN_STOPPED;
            }
        }
        if (from <= to && low > from) {
            spot->seq = low - 1;
            return PLN_SCAN_MORE;
        }
    }
    spot->arrival--;
    spot->seq = 0;
    return PLN_SCAN_MORE;
}

pln_scan_t pln_scan_back(pln_store_t *store, const pln_filter_t *filter, pln_spot_t *spot,
                         size_t looks, pln_scan_visit_t visit, void *arg)
{
    pln_buf_t copy = {0};
    pln_scan_t result = PLN_SCAN_MORE;
    for (; looks > 0 && result == PLN_SCAN_MORE; looks--) {
        result =
            spot->arrival == 0 ? PLN_SCAN_END : step_back(store, filter, spot, &copy, visit, arg);
    }
    pln_buf_free(&copy);
    return result;
}

static pln_scan_t step_on(pln_store_t *store, const pln_filter_t *filter, pln_spot_t *spot,
                          bool again, pln_buf_t *copy, pln_scan_visit_t visit, void *arg)
{
    pln_arrival_t row;
    pln_chain_row_t chain;
    uint64_t from, to;
    if (pln_store_arrival(store, spot->arrival, &row) != PLN_OK) {
        return PLN_SCAN_FAILED;
    }
    bool withheld = again && row.op == PLN_OP_WITHHELD;
    if (row_range(store, filter, &row, &chain, &from, &to) &&
        (tells_first(&row, &chain) || withheld || (again && row.op == PLN_OP_BACK))) {
        from = spot->seq > from ? spot->seq : from;
        uint64_t high = from <= to && to - from >= WINDOW ? from + WINDOW - 1 : to;
        window_t window = {.filter = filter, .withheld = withheld};
        if (from <= to && !fill_window(store, row.chain, from, high, &window)) {
            return PLN_SCAN_FAILED;
        }
        pln_found_t found = {.place = chain.place,
                             .chain = row.chain,
                             .arrival = spot->arrival,
                             .withheld = withheld};
        for (size_t i = 0; i < window.count; i++) {
            found.seq = window.seqs[i];
            if (!hand_over(store, &found, copy, visit, arg)) {
                spot->seq = found.seq + 1;
                return PLN_SCAN_STOPPED;
            }
        }
        if (high < to) {
            spot->seq = high + 1;
            return PLN_SCAN_MORE;
        }
    }
    spot->arrival++;
    spot->seq = 0;
    return PLN_SCAN_MORE;
}

pln_scan_t pln_scan_on(pln_store_t *store, const pln_filter_t *filter, pln_spot_t *spot,
                       uint64_t last, bool again, size_t looks, pln_scan_visit_t visit, void *arg)
{
    pln_buf_t copy = {0};
    pln_scan_t result = PLN_SCAN_MORE;
    if (spot->arrival == 0) {
        spot->arrival = 1;
    }
    for (; looks > 0 && result == PLN_SCAN_MORE; looks--) {
        result = spot->arrival > last ? PLN_SCAN_END
                                      : step_on(store, filter, spot, again, &copy, visit, arg);
    }
    pln_buf_free(&copy);
    return result;
}

void pln_spot_text(const pln_spot_t *spot, char out[PLN_SPOT_TEXT_SIZE])
{
    snprintf(out, PLN_SPOT_TEXT_SIZE, "%llx-%llx", (unsigned long long)spot->arrival,
             (unsigned long long)spot->seq);
}

/** Lower-case hex without leading zeros, up to @end. */
static const char *read_hex(const char *text, char end, uint64_t *out)
{
    static const char digits[] = "0123456789abcdef";
    const char *start = text;
    *out = 0;
    for (const char *digit; *text != '\0' && *text != end; text++) {
        digit = strchr(digits, *text);
        if (digit == NULL || text - start == 16) {
            return NULL;
        }
        *out = *out << 4 | (uint64_t)(digit - digits);
    }
    return text == start || *text != end ? NULL : text;
}

bool pln_spot_parse(const char *text, pln_spot_t *spot)
{
    const char *middle = read_hex(text, '-', &spot->arrival);
    return middle != NULL && read_hex(middle + 1, '\0', &spot->seq) != NULL;
}

bool pln_scan_arrival(pln_store_t *store, const pln_chain_row_t *chain, uint64_t seq, size_t looks,
                      uint64_t *arrival)
{
    pln_arrival_t row;
    for (uint64_t number = chain->last_arrival; number > 0 && looks > 0; number--, looks--) {
        if (pln_store_arrival(store, number, &row) != PLN_OK) {
            return false;
        }
        if (tells_first(&row, chain) && row.chain == chain->number && row.from <= seq &&
            seq <= row.to) {
            *arrival = number;
            return true;
        }
    }
    return false;
}
