// SPDX-License-Identifier: MPL-2.0
/**
 * memory_chain - one chain of a memory store, and the payloads taken out of it.
 *
 * Owner   the store's; memory_store.c makes and frees it
 */
#ifndef PLN_MEMORY_CHAIN_H
#define PLN_MEMORY_CHAIN_H

#include "memory_entries.h"
#include "memory_rows.h"
#include "memory_store.h"
#include "proto/node.h"

/** A payload kept beside its withheld entry. */
typedef struct {
    uint64_t seq;
    pln_buf_t payload;
} memory_hidden_t;

typedef struct {
    pln_chain_row_t row;
    memory_entries_t *entries; /**< held: the first row.head.seq of them */
    pln_vouch_t *vouches;      /**< kept signatures, ascending seq */
    size_t vouch_count;
    uint64_t gone;  /**< deleted up to here; their bytes are only not shown any more */
    size_t holders; /**< stores that are copies of each other; whoever writes takes a copy */
    memory_hidden_t *hidden;
    size_t hidden_count;
} memory_chain_t;

struct memory_store {
    pln_store_id_t id;
    memory_chain_t **chains; /**< by number; NULL where unused */
    size_t chain_count;
    pln_arrival_t *arrivals;
    pln_cursor_t *tags; /**< of arrival N at [N - 1] */
    size_t arrival_count;
    memory_rows_t rows;
    pln_map_t places; /**< name of the place -> memory_chain_t */
};

/** Index of the first kept signature at or behind @seq. */
size_t memory_vouch_from(const memory_chain_t *chain, uint64_t seq);
pln_err_t memory_entry_at(const memory_chain_t *chain, uint64_t seq, pln_entry_t *out);

/* As daemon/store_withhold.h. */
void memory_withhold(memory_chain_t *chain, uint64_t seq, bool keep);
void memory_reveal(memory_chain_t *chain, uint64_t seq, pln_span_t payload);
/** As PLN_FX_TRIM says; what may still be deleted goes down. */
void memory_trim(memory_chain_t *chain, uint64_t to, uint64_t *entries, uint64_t *bytes);
void memory_hidden_free(memory_chain_t *chain);
/** @chain is a plain copy of @from: give it hidden payloads of its own. */
void memory_hidden_copy(memory_chain_t *chain, const memory_chain_t *from);

#endif
