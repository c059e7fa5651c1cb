// SPDX-License-Identifier: MPL-2.0
/**
 * digest - one hash over all heads of a network: equal exactly when two nodes hold the same.
 *
 * Why     "Already equal" must cost one small message whatever the store's size.
 * Shape   element = place without network (37) || seq u64 || chain_hash || holes (32): 109 bytes
 *         256 buckets by the first byte of the author id; an empty bucket is 32 zero bytes
 * Pure    no I/O
 * Spec    SPEC 9.6 (R19)
 */
#ifndef PLN_DIGEST_H
#define PLN_DIGEST_H

#include "chain.h"

#define PLN_BUCKETS 256
#define PLN_ELEMENT_SIZE 109

/** The encoded element, compared as bytes: author, epoch, lane, seq, chain_hash, holes. */
typedef struct {
    uint8_t bytes[PLN_ELEMENT_SIZE];
} pln_element_t;

/** @holes: ascending seqs of wanted payloads; count 0 gives 32 zero bytes. */
void pln_element(const pln_place_t *place, const pln_head_t *head, const uint64_t *holes,
                 size_t hole_count, pln_element_t *out);

/** Sorts @elements in place, hashes them; zero bytes when count is 0. */
void pln_digest_bucket(pln_element_t *elements, size_t count, pln_hash_t *out);

/** H("pln digest 1", network || bucket(0..255)): over all counted, non-empty chains. */
void pln_digest(const pln_network_id_t *network, const pln_hash_t buckets[PLN_BUCKETS],
                pln_hash_t *out);

/** The same under "pln access 1", for buckets that hold only lane 0 (one element per leaf). */
void pln_digest_access(const pln_network_id_t *network, const pln_hash_t buckets[PLN_BUCKETS],
                       pln_hash_t *out);

#endif
