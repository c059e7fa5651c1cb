// SPDX-License-Identifier: MPL-2.0
// Reading a simulated disk: runs, heads, changes, and what the checks ask.
#include <stdlib.h>
#include <string.h>

#include "memory_chain.h"
#include "proto/hash.h"

/* ---- reading ---- */

pln_err_t memory_store_run(const memory_store_t *store, uint32_t number, uint64_t from, uint64_t to,
                           pln_span_t *bytes, pln_head_t *base, pln_head_t *end,
                           pln_signature_t *signature)
{
    const memory_chain_t *chain = number < store->chain_count ? store->chains[number] : NULL;
    if (chain == NULL || chain->gone > chain->row.base.seq || from > chain->row.head.seq) {
        return PLN_ENOTFOUND;
    }
    size_t at = memory_vouch_from(chain, from);
    while (at < chain->vouch_count && chain->vouches[at].head.seq != to &&
           pln_signature_is_zero(&chain->vouches[at].signature)) {
        at++;  // a fork proof vouches for this one: it ends no other run
    }
    if (at == chain->vouch_count || chain->vouches[at].head.seq > to) {
        return PLN_ENOTFOUND;
    }
    const pln_vouch_t *vouch = &chain->vouches[at];
    *base = chain->entries->heads[from - 1];
    *bytes = memory_entries_bytes(chain->entries, from, vouch->head.seq);
    *end = vouch->head;
    *signature = vouch->signature;
    return PLN_OK;
}

pln_err_t memory_store_stretch(const memory_store_t *store, uint32_t number, uint64_t from,
                               uint64_t to, pln_span_t *bytes, pln_head_t *base, pln_head_t *end)
{
    const memory_chain_t *chain = number < store->chain_count ? store->chains[number] : NULL;
    if (chain == NULL || chain->gone > chain->row.base.seq || from > to ||
        to > chain->row.head.seq) {
        return PLN_ENOTFOUND;
    }
    *base = chain->entries->heads[from - 1];
    *end = chain->entries->heads[to];
    *bytes = memory_entries_bytes(chain->entries, from, to);
    return PLN_OK;
}

pln_err_t memory_store_entry(const memory_store_t *store, uint32_t number, uint64_t seq,
                             pln_span_t *bytes)
{
    const memory_chain_t *chain = number < store->chain_count ? store->chains[number] : NULL;
    if (chain == NULL || seq <= chain->gone || seq > chain->row.head.seq) {
        return PLN_ENOTFOUND;
    }
    *bytes = memory_entries_bytes(chain->entries, seq, seq);
    return PLN_OK;
}

void memory_store_heads(const memory_store_t *store, uint32_t number, const uint64_t *seqs,
                        size_t count, pln_head_t *heads)
{
    const memory_chain_t *chain = number < store->chain_count ? store->chains[number] : NULL;
    for (size_t i = 0; i < count; i++) {
        bool held = chain != NULL && seqs[i] <= chain->row.head.seq;
        heads[i] = held ? chain->entries->heads[seqs[i]] : (pln_head_t){0};
    }
}

void memory_store_changes(const memory_store_t *store, const pln_cursor_t *cursor,
                          struct pln_change *rows, size_t max, size_t *count, bool *valid,
                          bool *truncated)
{
    *count = 0;
    *truncated = false;
    *valid = cursor->number <= store->arrival_count &&
             (cursor->number == 0 || pln_cursor_equal(cursor, &store->tags[cursor->number - 1]));
    size_t *row_of = pln_alloc_zero(store->chain_count + 1, sizeof *row_of);  // index + 1
    for (uint64_t n = cursor->number; *valid && n < store->arrival_count; n++) {
        const pln_arrival_t *arrival = &store->arrivals[n];
        size_t row = row_of[arrival->chain];
        if (row == 0 && *count == max) {
            *truncated = true;
            break;
        }
        if (row == 0) {
            rows[(*count)++] = (struct pln_change){arrival->chain, arrival->from};
            row_of[arrival->chain] = *count;
        } else if (arrival->from < rows[row - 1].from) {
            rows[row - 1].from = arrival->from;
        }
    }
    free(row_of);
}

/* ---- for the checks ---- */

static const memory_chain_t *chain_at(const memory_store_t *store, const pln_place_t *place)
{
    uint8_t name[MEMORY_NAME_SIZE];
    memory_place_name(place, name);
    return pln_map_get(&store->places, name);
}

bool memory_store_chain(const memory_store_t *store, const pln_place_t *place, pln_chain_row_t *out)
{
    const memory_chain_t *chain = chain_at(store, place);
    if (chain != NULL) {
        *out = chain->row;
    }
    return chain != NULL;
}

bool memory_store_next_chain(const memory_store_t *store, size_t *cursor, pln_chain_row_t *out)
{
    while (*cursor < store->chain_count) {
        const memory_chain_t *chain = store->chains[(*cursor)++];
        if (chain != NULL) {
            *out = chain->row;
            return true;
        }
    }
    return false;
}

bool memory_store_hash(const memory_store_t *store, const pln_place_t *place, uint64_t seq,
                       pln_hash_t *out)
{
    const memory_chain_t *chain = chain_at(store, place);
    bool held = chain != NULL && seq > 0 && seq <= chain->row.head.seq;
    if (held) {
        *out = chain->entries->heads[seq].hash;
    }
    return held;
}

bool memory_store_payload(const memory_store_t *store, uint32_t number, uint64_t seq, bool *shown)
{
    const memory_chain_t *chain = number < store->chain_count ? store->chains[number] : NULL;
    pln_entry_t entry;
    *shown = chain != NULL && seq > chain->gone && seq <= chain->row.head.seq &&
             memory_entry_at(chain, seq, &entry) == PLN_OK && !entry.withheld;
    bool kept = *shown;
    for (size_t i = 0; chain != NULL && i < chain->hidden_count && !kept; i++) {
        kept = chain->hidden[i].seq == seq;
    }
    return kept;
}

static bool holds(const memory_chain_t *chain, uint64_t seq, const pln_hash_t *hash)
{
    return seq <= chain->row.head.seq &&
           (hash == NULL || pln_hash_equal(&chain->entries->heads[seq].hash, hash));
}

bool memory_store_holds(const memory_store_t *store, const pln_place_t *place, uint64_t seq,
                        const pln_hash_t *hash)
{
    const memory_chain_t *first = chain_at(store, place);
    if (first != NULL && holds(first, seq, hash)) {
        return true;
    }
    for (size_t i = 0; i < store->chain_count && first != NULL; i++) {
        const memory_chain_t *chain = store->chains[i];
        if (chain != NULL && chain->row.branch && pln_place_equal(&chain->row.place, place) &&
            holds(chain, seq, hash)) {
            return true;
        }
    }
    return false;
}

static bool counts(const memory_chain_t *chain, uint64_t seq, const pln_hash_t *hash)
{
    bool own = seq > chain->row.base.seq || !chain->row.branch;
    return own && seq <= chain->row.counted && holds(chain, seq, hash);
}

bool memory_store_counts(const memory_store_t *store, const pln_place_t *place, uint64_t seq,
                         const pln_hash_t *hash)
{
    const memory_chain_t *first = chain_at(store, place);
    bool does = first != NULL && counts(first, seq, hash);
    for (size_t i = 0; i < store->chain_count && first != NULL && !does; i++) {
        const memory_chain_t *chain = store->chains[i];
        does = chain != NULL && chain->row.branch && pln_place_equal(&chain->row.place, place) &&
               counts(chain, seq, hash);
    }
    return does;
}

size_t memory_store_rows(const memory_store_t *store, pln_table_t table,
                         const pln_network_id_t *network)
{
    size_t count = 0;
    size_t cursor = 0;
    const memory_row_t *row;
    while ((row = memory_rows_next(&store->rows, table, &cursor)) != NULL) {
        bool named = network == NULL;
        for (size_t at = 0; at + 32 <= row->key.size && !named; at += 32) {
            named = memcmp(row->key.data + at, network->bytes, 32) == 0;
        }
        count += named;
    }
    return count;
}
