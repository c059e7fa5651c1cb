// SPDX-License-Identifier: MPL-2.0
/**
 * store - what this node holds, in LMDB: entries, chains, signatures, arrivals, small state.
 *
 * Why     One writer, one transaction for many jobs, one fsync; its order numbers everything.
 * Shape   keys big-endian so that order is order; no random key on the ingest path
 *           entries     chain u32, seq u64            -> header + payload as received
 *           chains      chain u32                     -> place, head, counted head, last arrival
 *                                                        (0: being deleted), of a branch: the chain
 *                                                        it leaves, and the head it leaves behind
 *           signatures  chain u32, seq u64            -> hash 32, cum u64, signature 64, kept u8
 *                                                        (anchors, head, cuts)
 *           arrivals    N u64                         -> row 21, tag 8
 *           changed     network 32, last arrival u64  -> chain u32
 *           rows        table u8, key                 -> value (proto/node.h: pln_table_t)
 *           hidden      chain u32, seq u64            -> payload of a withheld entry, kept
 *           meta        format number, store id, node id
 * Thread  open, load, apply: one thread at a time (the writer after start-up); reads: any thread
 * Limits  no read transaction outlives one call here
 */
#ifndef PLN_STORE_H
#define PLN_STORE_H

#include "proto/node.h"

#define PLN_STORE_FORMAT 2

typedef struct pln_store pln_store_t;

/**
 * Open or make DIR/store. @fresh_id is used when the store is new. NULL: @error says in one
 * sentence what is wrong and the remedy (newer format, another node's store, not ours, damaged, no
 * space).
 */
pln_store_t *pln_store_open(const char *dir, const pln_id_t *self, const pln_store_id_t *fresh_id,
                            uint64_t map_bytes, char *error, size_t error_size);
void pln_store_close(pln_store_t **store);

const pln_store_id_t *pln_store_id(const pln_store_t *store);
pln_cursor_t pln_store_arrivals(const pln_store_t *store); /**< last committed */
uint64_t pln_store_bytes(const pln_store_t *store);        /**< size of its files */

/** Feed everything a node needs to start: rows, chains, lane-0 entries (proto/node.h loading part).
 */
PLN_MUST_CHECK pln_err_t pln_store_load(pln_store_t *store, pln_node_t *node);

/** The storing effects of one step, copied so that they outlive it. Owned; pln_job_free. */
typedef struct pln_job pln_job_t;
/** Copies the storing effects with their bytes; NULL: there is none. */
pln_job_t *pln_job_new(const pln_effects_t *effects);
void pln_job_free(pln_job_t **job);
uint64_t pln_job_number(const pln_job_t *job);
size_t pln_job_bytes(const pln_job_t *job);
/**
 * After apply: PLN_OK; PLN_ESTALE (a base moved), PLN_EOVERSIZE or PLN_EFULL (a draft, a chain too
 * long): nothing of this job happened; PLN_ENOSPACE, PLN_EIO: nothing of the whole batch.
 */
pln_err_t pln_job_error(const pln_job_t *job);
/**
 * In the order of the effects but SAVE; borrowed; none unless PLN_OK. Of WITHHOLD and REVEAL: base
 * and end are what counts, unchanged. Of ASIDE and BACK: base and end are what counted before and
 * counts now, signature the one kept there (zeros: none). Of FORGET: base.seq and end.seq are up to
 * where nothing was held before and is held now (no hash, no cum); arrival is the last there is.
 */
const pln_stored_t *pln_job_results(const pln_job_t *job, size_t *count);

/**
 * Apply @jobs in order in one durable transaction. Each job happens whole or not at all: a job
 * whose base has moved gets ESTALE and the others go on; ENOSPACE / EIO: none of them happened.
 * Each STORE and MINT makes an arrival "added" (or "set aside", on top of what is), each ASIDE and
 * BACK one of the range that really moved, each WITHHOLD one "withheld", each REVEAL one "back".
 * What WITHHOLD does not keep is overwritten with zeros before it goes. FORGETs of one call delete
 * at most PLN_FORGET_ENTRIES and PLN_FORGET_BYTES together, from the lowest seq on; a chain of
 * which something is gone counts nothing, is not loaded as lane 0, and takes nothing any more
 * (ESTALE).
 * @self signs what is minted. Returns the transaction's error, PLN_OK when it was committed.
 */
PLN_MUST_CHECK pln_err_t pln_store_apply(pln_store_t *store, const pln_identity_t *self,
                                         pln_job_t *const *jobs, size_t count);

/**
 * The run that begins at @from: up to the first kept signature at or after it, never past @to.
 * (When @to itself is not signed the run ends at the last signature <= @to; none: ENOTFOUND. A head
 * that a fork proof vouches for has a signature of zeros, which ends a run at @to only.) Below a
 * branch's base the run is of what the branch leaves, and may go over into it.
 * Fills base (head at from - 1, recomputed from the signature before it where needed), end,
 * signature;
 * @bytes is cleared and filled. PLN_EINVAL: @from is 0. PLN_EIO: an entry is missing or damaged.
 */
PLN_MUST_CHECK pln_err_t pln_store_run(pln_store_t *store, uint32_t chain, const pln_place_t *place,
                                       uint64_t from, uint64_t to, pln_buf_t *bytes,
                                       pln_head_t *base, pln_head_t *end,
                                       pln_signature_t *signature);

/**
 * Entries @from to @to, where no signature is kept from @from on up to @to, for whoever has one of
 * the head at @to: less than a run. Fills as pln_store_run. PLN_ENOTFOUND: not all are held.
 */
PLN_MUST_CHECK pln_err_t pln_store_stretch(pln_store_t *store, uint32_t chain,
                                           const pln_place_t *place, uint64_t from, uint64_t to,
                                           pln_buf_t *bytes, pln_head_t *base, pln_head_t *end);

/**
 * Heads of @chain, and below a branch's base of what it leaves, at @seqs; seq 0 where there is
 * none. PLN_EIO: an entry is missing or damaged.
 */
PLN_MUST_CHECK pln_err_t pln_store_heads(pln_store_t *store, uint32_t chain, const uint64_t *seqs,
                                         size_t count, pln_head_t *heads);

/**
 * Chains touched after @cursor, smallest seq each; ascending chain numbers.
 * @rows room for @max; *truncated when there are more chains or more than 65,536 rows to look at.
 * Truncated rows tell some of the changes, those of the lowest chain numbers looked at.
 * *valid false: the tag differs or the number is ahead of the store.
 */
PLN_MUST_CHECK pln_err_t pln_store_changes(pln_store_t *store, const pln_cursor_t *cursor,
                                           struct pln_change *rows, size_t max, size_t *count,
                                           bool *valid, bool *truncated);

/* ---- reading for views ---- */

/** Place of a chain; ENOTFOUND. */
PLN_MUST_CHECK pln_err_t pln_store_chain(pln_store_t *store, uint32_t chain, pln_chain_row_t *out);
/** Chain number of a place, of no branch; ENOTFOUND. Kept in memory. */
PLN_MUST_CHECK pln_err_t pln_store_find(pln_store_t *store, const pln_place_t *place,
                                        uint32_t *chain);
/** The chain of @place, a branch or not, of which entry @seq counts; ENOTFOUND. */
PLN_MUST_CHECK pln_err_t pln_store_counting(pln_store_t *store, const pln_place_t *place,
                                            uint64_t seq, pln_chain_row_t *out);
/** Chains of one network in ascending number; *cursor starts at 0; false at the end. */
bool pln_store_next_chain(pln_store_t *store, const pln_network_id_t *network, uint32_t *cursor,
                          pln_chain_row_t *out);
/** One entry, copied to @bytes as stored (read it with pln_entry_read). ENOTFOUND. */
PLN_MUST_CHECK pln_err_t pln_store_entry(pln_store_t *store, uint32_t chain, uint64_t seq,
                                         pln_buf_t *bytes);
/**
 * Visit entries @from..@to of a chain in order inside one short read; stops when @visit returns
 * false. At most @max entries a call; *next is where to go on, @to + 1 when nothing is left.
 * PLN_EINVAL: @to is above PLN_SEQ_MAX.
 */
PLN_MUST_CHECK pln_err_t pln_store_visit(pln_store_t *store, uint32_t chain, uint64_t from,
                                         uint64_t to, size_t max, uint64_t *next,
                                         bool (*visit)(void *arg, uint64_t seq, pln_span_t bytes),
                                         void *arg);
/** Arrival row @number; its chain may have been deleted since. ENOTFOUND. */
PLN_MUST_CHECK pln_err_t pln_store_arrival(pln_store_t *store, uint64_t number, pln_arrival_t *out);
/** The cursor that stands for arrival @number; 0 is before the first. ENOTFOUND. */
PLN_MUST_CHECK pln_err_t pln_store_cursor(pln_store_t *store, uint64_t number, pln_cursor_t *out);

#endif
