// SPDX-License-Identifier: MPL-2.0
/**
 * control - the lane-0 records that say who may do what: network, grant, revoke, leave, transfer
 * ...
 *
 * Why     Every node must read them alike, for ever: raw msgpack maps, fixed field numbers.
 * Shape   a msgpack map keyed by field number; unknown fields are kept and have no effect
 * Pure    no allocation; decoded spans are borrowed from the payload
 * Files   control_map.c fields and their spelling · control_cuts.c revoke and transfer · control.c
 *         the others
 * Spec    SPEC 7.1, 7.2 (R2, R3, R5, R8, R14, R17)
 */
#ifndef PLN_CONTROL_H
#define PLN_CONTROL_H

#include "chain.h"
#include "pack.h"

/** Kind numbers of lane 0. */
typedef enum {
    PLN_KIND_NETWORK = 0x0001,
    PLN_KIND_GRANT = 0x0002,
    PLN_KIND_REVOKE = 0x0003,
    PLN_KIND_LEAVE = 0x0004,
    PLN_KIND_TRANSFER = 0x0005,
    PLN_KIND_RETRACT = 0x0006,
    PLN_KIND_SETTLE = 0x0007
} pln_control_kind_t;

#define PLN_CUTS_MAX 30u /**< with the longest reason they just fit one lane-0 payload */
#define PLN_TERM_MAX (UINT32_MAX / PLN_EPOCHS_PER_TERM) /**< term * 16 + 15 is the last epoch */
#define PLN_TIME_MAX ((UINT64_C(1) << 48) - 1) /**< milliseconds, as in an entry's header */
#define PLN_GUARDIANS_MAX 7u

/**
 * network: the genesis (root's lane 0, epoch 0, seq 1) and later settings. Name, guardians and
 * threshold stand only beside a nonce; guardians and threshold come together, the threshold above
 * half of them; fields that are 0 or empty are absent.
 */
typedef struct {
    bool genesis;                          /**< has a nonce */
    uint8_t nonce[16];                     /**< field 16 */
    pln_span_t name;                       /**< field 17; genesis only */
    pln_id_t guardians[PLN_GUARDIANS_MAX]; /**< field 18, ids ascending */
    uint32_t guardian_count;
    uint32_t threshold;      /**< field 19 */
    pln_span_t title;        /**< field 20; empty = unset */
    uint64_t max_entries;    /**< field 21; 0 = unset */
    uint64_t max_bytes;      /**< field 22; 0 = unset */
    uint32_t access_version; /**< field 23; 0 = unset */
} pln_network_record_t;

typedef struct {
    pln_id_t node;      /**< field 16 */
    uint32_t term;      /**< field 17 */
    pln_role_t role;    /**< field 18: reader, contributor or coordinator */
    pln_span_t label;   /**< field 19, <= PLN_NAME_MAX; may be empty */
    uint64_t expiry_ms; /**< field 20; 0 = none */
    bool has_succeeds;
    pln_id_t succeeds; /**< field 21: reserved */
} pln_grant_t;

/** One of the member's own signed heads (R3.6). */
typedef struct {
    uint32_t epoch;
    uint8_t lane;
    uint64_t seq;
    pln_hash_t hash;
    pln_signature_t signature;
} pln_cut_t;

typedef struct {
    pln_id_t node; /**< field 16 */
    uint32_t term; /**< field 17 */
    /** Field 18: array of [epoch, lane, seq, hash, signature], absent when there are none,
     * ascending by (epoch, lane, seq, hash), at most one of an epoch's lane 1. Encoding sorts them.
     */
    pln_cut_t cuts[PLN_CUTS_MAX];
    uint32_t cut_count;
    pln_span_t reason; /**< field 19 */
} pln_revoke_t;

/** transfer: its author, if it is the root of the generation before, hands the root on (R17). */
typedef struct {
    uint32_t generation; /**< field 16, from 1: of the root that it makes */
    pln_id_t successor;  /**< field 17 */
    /** Field 18: as in a revoke, the author's own heads: how much of its chains still counts. What
     * leads to the transfer counts without a cut. */
    pln_cut_t cuts[PLN_CUTS_MAX];
    uint32_t cut_count;
} pln_transfer_t;

/** Withdraws one entry's payload. It has no field for a lane: what it names is of lane 1. */
typedef struct {
    pln_id_t author;   /**< field 16: whose entry */
    uint32_t epoch;    /**< field 17 */
    uint64_t seq;      /**< field 18 */
    pln_hash_t data;   /**< field 19: data(seq) of that entry */
    pln_span_t reason; /**< field 20 */
    bool undo;         /**< field 21: takes back what its own author said before */
} pln_retract_t;

/* Encoding appends the payload to @out. Decoding: PLN_EMALFORMED when the bytes are not a canonical
 * map, a required field is missing, of the wrong type or out of range: the record has no effect. */
void pln_network_record_encode(const pln_network_record_t *record, pln_buf_t *out);
PLN_MUST_CHECK pln_err_t pln_network_record_decode(pln_span_t payload, pln_network_record_t *out);
void pln_grant_encode(const pln_grant_t *grant, pln_buf_t *out);
PLN_MUST_CHECK pln_err_t pln_grant_decode(pln_span_t payload, pln_grant_t *out);
void pln_revoke_encode(const pln_revoke_t *revoke, pln_buf_t *out);
PLN_MUST_CHECK pln_err_t pln_revoke_decode(pln_span_t payload, pln_revoke_t *out);
void pln_transfer_encode(const pln_transfer_t *transfer, pln_buf_t *out);
PLN_MUST_CHECK pln_err_t pln_transfer_decode(pln_span_t payload, pln_transfer_t *out);
/** settle: the branch of one's own lane 1 that goes through (seq, hash) counts up to there (R6). */
typedef struct {
    uint32_t epoch;            /**< field 16; always there */
    uint64_t seq;              /**< field 17 */
    pln_hash_t hash;           /**< field 18 */
    pln_signature_t signature; /**< field 19: the author's own, over that head */
} pln_settle_t;

void pln_settle_encode(const pln_settle_t *settle, pln_buf_t *out);
PLN_MUST_CHECK pln_err_t pln_settle_decode(pln_span_t payload, pln_settle_t *out);
/** leave: an empty map; fields of later versions may stand in it. */
void pln_leave_encode(pln_buf_t *out);
PLN_MUST_CHECK pln_err_t pln_leave_decode(pln_span_t payload);

void pln_retract_encode(const pln_retract_t *retract, pln_buf_t *out);
PLN_MUST_CHECK pln_err_t pln_retract_decode(pln_span_t payload, pln_retract_t *out);

/** network id = H("pln network 1", root || H("pln data 1", genesis payload)) (R17). */
void pln_network_id(const pln_id_t *root, pln_span_t genesis, pln_network_id_t *out);

/** "reader", "contributor", "coordinator", "root"; "none". */
const char *pln_role_name(pln_role_t role);
/** PLN_EINVAL for any other word. */
PLN_MUST_CHECK pln_err_t pln_role_parse(const char *text, pln_role_t *out);

#endif
