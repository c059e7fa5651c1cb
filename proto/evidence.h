// SPDX-License-Identifier: MPL-2.0
/**
 * evidence - one entry of lane 0 that stands by itself: what its author said, without its chain.
 *
 * Why     Whoever is put out gets nothing more of the network, but shall be able to check who did
 *         it, when and why; the entries before that one are none of its business any more.
 * Shape   author 32 ‖ epoch u32 ‖ seq u64 ‖ chain_hash(seq - 1) 32 ‖ head signature at seq 64 ‖
 * entry The hash before it is claimed; the signature over the hash after it makes it true. Pure no
 * allocation but the buffer; what is read is borrowed Spec    SPEC 9.14.1
 */
#ifndef PLN_EVIDENCE_H
#define PLN_EVIDENCE_H

#include "access.h"
#include "chain.h"

#define PLN_EVIDENCE_HEAD_SIZE 140u
#define PLN_EVIDENCE_MAX (PLN_EVIDENCE_HEAD_SIZE + PLN_HEADER_SIZE + PLN_CONTROL_PAYLOAD_MAX)

typedef struct {
    pln_place_t place; /**< lane 0 */
    uint64_t seq;
    pln_hash_t base; /**< chain_hash(seq - 1) */
    pln_hash_t hash; /**< chain_hash(seq); found when reading */
    pln_signature_t signature;
    pln_span_t run; /**< the entry as stored */
    pln_entry_t entry;
} pln_evidence_t;

/** Appends; hash and entry are not looked at. */
void pln_evidence_write(const pln_evidence_t *evidence, pln_buf_t *out);
/** Reads and verifies. PLN_EMALFORMED, PLN_ETRUNCATED, PLN_ESIGNATURE ...: it shows nothing. */
PLN_MUST_CHECK pln_err_t pln_evidence_read(pln_span_t bytes, const pln_network_id_t *network,
                                           pln_evidence_t *out);
/** The same thing as access wants it. */
pln_statement_t pln_evidence_statement(const pln_evidence_t *evidence);

#endif
