// SPDX-License-Identifier: MPL-2.0
/**
 * fork - the proof that an author has signed two branches of one chain of lane 1.
 *
 * Why     A fork must be believed without its author and without anybody's word: two signatures
 *         over links that part at one place are all it takes, and anyone can relay them.
 * Shape   branch = links behind the last common head, up to the next signature
 *         proof  = place 69 || L u64 || chain_hash(L) 32 || two branches: count u16 || signature 64
 *                  || count * (header 13 || data 32); the one with the smaller chain_hash(L+1)
 * first Owner   decoded spans are borrowed; encoding appends to a pln_buf_t Pure    no I/O, no
 * clock Spec    SPEC 9.10.4 (R6)
 */
#ifndef PLN_FORK_H
#define PLN_FORK_H

#include "chain.h"

#define PLN_FORK_LINK_SIZE (PLN_HEADER_SIZE + 32)
#define PLN_FORK_PROOF_MAX 98304u

/** One branch behind the last common head. */
typedef struct {
    uint32_t count;            /**< 1 to 1,024 */
    pln_signature_t signature; /**< of the head at its last link */
    pln_span_t links;          /**< count * PLN_FORK_LINK_SIZE */
} pln_fork_branch_t;

typedef struct {
    pln_place_t place;
    uint64_t at;     /**< L: the last seq in common */
    pln_hash_t hash; /**< chain_hash(L) */
    pln_fork_branch_t branches[2];
} pln_fork_proof_t;

/** The links of a run's entries. PLN_ETRUNCATED, PLN_EOVERSIZE: as pln_entry_read. */
PLN_MUST_CHECK pln_err_t pln_fork_links(pln_span_t run, pln_buf_t *out);

/**
 * Follow a branch from (@at, @hash). @first: chain_hash(at + 1), @end: head at the signature (no
 * cum). PLN_EMALFORMED: a link that no entry has; PLN_ESIGNATURE.
 */
PLN_MUST_CHECK pln_err_t pln_fork_branch_verify(const pln_place_t *place, uint64_t at,
                                                const pln_hash_t *hash,
                                                const pln_fork_branch_t *branch, pln_hash_t *first,
                                                pln_head_t *end);

/** What FORK BRANCH carries: L u64 || chain_hash(L) || signature || links. */
void pln_fork_branch_encode(uint64_t at, const pln_hash_t *hash, const pln_fork_branch_t *branch,
                            pln_buf_t *out);
PLN_MUST_CHECK pln_err_t pln_fork_branch_decode(pln_span_t body, uint64_t *at, pln_hash_t *hash,
                                                pln_fork_branch_t *out);

/** Puts the branches in order; the caller has verified both. */
void pln_fork_proof_encode(const pln_fork_proof_t *proof, pln_buf_t *out);
/** Shape only. PLN_ETRUNCATED, PLN_EMALFORMED, PLN_EOVERSIZE. */
PLN_MUST_CHECK pln_err_t pln_fork_proof_decode(pln_span_t bytes, pln_fork_proof_t *out);
/**
 * Does it prove a fork? PLN_EMALFORMED: lane 0, not two branches in order, a start that is not the
 * place's; PLN_EKEY; PLN_ESIGNATURE.
 */
PLN_MUST_CHECK pln_err_t pln_fork_proof_verify(const pln_fork_proof_t *proof);

#endif
