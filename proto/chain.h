// SPDX-License-Identifier: MPL-2.0
/**
 * chain - one author's append-only chain: links, heads, anchors, runs.
 *
 * Why     One signature vouches for the whole run before it: verifying costs a hash per entry.
 * Shape   head = { seq 0 = empty, hash = chain_hash(seq), cum = sum of weights }
 *         run = consecutive entries that end at a signed seq and never pass an anchor
 * Pure    no I/O, no clock, no allocation except where a pln_buf_t is filled
 * Spec    SPEC 4.3 - 4.6 (R1, R4)
 */
#ifndef PLN_CHAIN_H
#define PLN_CHAIN_H

#include "bytes.h"
#include "entry.h"
#include "identity.h"

typedef struct {
    uint64_t seq; /**< 0 = empty chain */
    pln_hash_t hash;
    uint64_t cum;
} pln_head_t;

void pln_place_write(const pln_place_t *place, uint8_t out[PLN_PLACE_SIZE]);
bool pln_place_equal(const pln_place_t *a, const pln_place_t *b);

/** Head of the empty chain at @place: seq 0, chain_hash(0), cum 0. */
void pln_chain_start(const pln_place_t *place, pln_head_t *out);

/** chain_hash(n) from chain_hash(n-1), header(n) and data(n); advances seq and cum too. */
void pln_chain_link(pln_head_t *head, const pln_header_t *header, const pln_hash_t *data);

/** R4: is seq an anchor of lane 1, given cum before and at it? Lane 0: every entry is. */
bool pln_chain_anchor(uint8_t lane, uint64_t seq, uint64_t cum_before, uint64_t cum_at);

void pln_head_sign(const pln_identity_t *author, const pln_place_t *place, const pln_head_t *head,
                   pln_signature_t *out);
/** None at all: what a fork proof vouches for has 64 zero bytes in its place (R6). */
bool pln_signature_is_zero(const pln_signature_t *signature);
/** PLN_OK or PLN_ESIGNATURE: @signature is place->author's over (seq, hash). */
PLN_MUST_CHECK pln_err_t pln_head_verify(const pln_place_t *place, uint64_t seq,
                                         const pln_hash_t *hash, const pln_signature_t *signature);

/**
 * Walk @run from @base without a signature check (own disk, already vouched for).
 * @end: head after its last entry; @count: entries seen.
 * PLN_ETRUNCATED, PLN_EOVERSIZE: as pln_entry_read
 */
PLN_MUST_CHECK pln_err_t pln_run_walk(const pln_head_t *base, pln_span_t run, pln_head_t *end,
                                      uint32_t *count);

/**
 * Decide whether @run, signed by @signature, extends the chain that ends in @base.
 *
 * @place, @base, @run, @signature  borrowed, unchanged
 * @end     out; written only on PLN_OK: adopt it once stored
 * @count   out; number of entries
 *
 * PLN_OK         every link hashed, the signature verifies: store it
 * PLN_ERUN       empty, or goes on past an anchor, or seq would pass PLN_SEQ_MAX: offence
 * PLN_EMALFORMED a kind in the wrong lane is allowed (it has no effect), but in lane 0 a codec
 *                other than 0, a payload over 4 KiB or a withheld entry is not: offence
 * PLN_ETRUNCATED, PLN_EOVERSIZE  as pln_entry_read: offence
 * PLN_ESIGNATURE the signature does not vouch for these bytes on this base: offence
 */
PLN_MUST_CHECK pln_err_t pln_run_verify(const pln_place_t *place, const pln_head_t *base,
                                        pln_span_t run, const pln_signature_t *signature,
                                        pln_head_t *end, uint32_t *count);

/** One entry to be minted: header fields and stored (already coded) payload. Asserted: codec below
 * 0x80 and in lane 0 zero, time_ms below 2^48. */
typedef struct {
    uint8_t codec;
    uint16_t kind;
    uint64_t time_ms;
    pln_span_t payload;
} pln_draft_t;

/** A signature to keep: at @seq the chain has @hash and @cum. */
typedef struct {
    pln_head_t head;
    pln_signature_t signature;
} pln_vouch_t;

/**
 * Append one draft to @head: writes header + payload to @run, links, and when the new seq is an
 * anchor, or @last is set, signs it and stores the vouch.
 * @signed_out  out; true when @vouch was written
 * PLN_EOVERSIZE payload > its lane's bound · PLN_EFULL seq would pass PLN_SEQ_MAX
 */
PLN_MUST_CHECK pln_err_t pln_chain_mint(const pln_identity_t *author, const pln_place_t *place,
                                        const pln_draft_t *draft, bool last, pln_head_t *head,
                                        pln_buf_t *run, pln_vouch_t *vouch, bool *signed_out);

#endif
