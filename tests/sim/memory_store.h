// SPDX-License-Identifier: MPL-2.0
/**
 * memory_store - the store contract (daemon/store.h) in memory: what the simulated disks hold.
 *
 * Why     The simulator runs the real core on thousands of disks that fill up, forget and are
 * copied. Shape   the same operations and answers as the LMDB store; durable means: applied
 */
#ifndef PLN_MEMORY_STORE_H
#define PLN_MEMORY_STORE_H

#include "proto/map.h"
#include "proto/node.h"

typedef struct memory_store memory_store_t;

memory_store_t *memory_store_new(const pln_store_id_t *id);
void memory_store_free(memory_store_t **store);
/** A copy as an image of the disk would be. */
memory_store_t *memory_store_copy(const memory_store_t *store);
/** ... restored: it begins another life. */
void memory_store_rename(memory_store_t *store, const pln_store_id_t *id);

const pln_store_id_t *memory_store_id(const memory_store_t *store);
pln_cursor_t memory_store_arrivals(const memory_store_t *store);
void memory_store_load(const memory_store_t *store, pln_node_t *node);

/** The storing effects of one step, copied; results point into it. */
typedef struct {
    uint64_t number;
    pln_effect_t *effects;
    size_t count;
    pln_stored_t *results;
    size_t result_count;
    pln_err_t error;
    uint8_t **blocks;
    size_t block_count;
} memory_job_t;

memory_job_t *memory_job_new(const pln_effects_t *effects);
void memory_job_free(memory_job_t *job);
/** A copy that lives as long as the job. */
pln_span_t memory_job_keep(memory_job_t *job, pln_span_t span);
/** ESTALE when a base has moved; nothing happened then. */
void memory_store_apply(memory_store_t *store, const pln_identity_t *self, memory_job_t *job);

/** The run's bytes are borrowed until any store is written to. */
pln_err_t memory_store_run(const memory_store_t *store, uint32_t chain, uint64_t from, uint64_t to,
                           pln_span_t *bytes, pln_head_t *base, pln_head_t *end,
                           pln_signature_t *signature);
/** Entries @from to @to, where no signature is kept among them. */
pln_err_t memory_store_stretch(const memory_store_t *store, uint32_t chain, uint64_t from,
                               uint64_t to, pln_span_t *bytes, pln_head_t *base, pln_head_t *end);
/** One entry as stored; borrowed alike. */
pln_err_t memory_store_entry(const memory_store_t *store, uint32_t chain, uint64_t seq,
                             pln_span_t *bytes);
void memory_store_heads(const memory_store_t *store, uint32_t chain, const uint64_t *seqs,
                        size_t count, pln_head_t *heads);
void memory_store_changes(const memory_store_t *store, const pln_cursor_t *cursor,
                          struct pln_change *rows, size_t max, size_t *count, bool *valid,
                          bool *truncated);

/* ---- for the checks ---- */

/** The chain at @place; false: nothing of it is stored. */
bool memory_store_chain(const memory_store_t *store, const pln_place_t *place,
                        pln_chain_row_t *out);
/** Chains in ascending number; *cursor starts at 0; false at the end. */
bool memory_store_next_chain(const memory_store_t *store, size_t *cursor, pln_chain_row_t *out);
/** chain_hash(seq) of the chain that is no branch; false: not held. */
bool memory_store_hash(const memory_store_t *store, const pln_place_t *place, uint64_t seq,
                       pln_hash_t *out);
/** Is the payload of entry @seq of that chain on this disk at all, shown or hidden? */
bool memory_store_payload(const memory_store_t *store, uint32_t number, uint64_t seq, bool *shown);
/** Is entry @seq held, on a branch where it has @hash? NULL: on any. */
bool memory_store_holds(const memory_store_t *store, const pln_place_t *place, uint64_t seq,
                        const pln_hash_t *hash);
/** ... and does it count? */
bool memory_store_counts(const memory_store_t *store, const pln_place_t *place, uint64_t seq,
                         const pln_hash_t *hash);
/** Rows of @table; only those whose key names @network, unless NULL. */
size_t memory_store_rows(const memory_store_t *store, pln_table_t table,
                         const pln_network_id_t *network);

#endif
