// SPDX-License-Identifier: MPL-2.0
/**
 * access - who may do what in one network: a fold over the set of its lane-0 records.
 *
 * Why     Every order of arrival must give the same members: statements are collected as sets,
 *         authority is three layers deep (root, coordinators, others), nothing refers to itself.
 * Shape   add every lane-0 entry held; ask for limits and roles; the fold runs when asked and dirty
 * Owner   opaque, pln_access_new / pln_access_free; copies what it needs of each payload
 * Pure    no I/O, no clock (expiry is handed out, never folded: R10)
 * Spec    SPEC 7.2 (R3, R11, R14, R17)
 */
#ifndef PLN_ACCESS_H
#define PLN_ACCESS_H

#include "control.h"

#define PLN_LIMIT_NONE UINT64_MAX /**< no limit but the quota */
#define PLN_QUOTA_ENTRIES_DEFAULT 1000000u
#define PLN_QUOTA_BYTES_DEFAULT (UINT64_C(1) << 30)

typedef struct pln_access pln_access_t;

pln_access_t *pln_access_new(const pln_network_id_t *network);
void pln_access_free(pln_access_t **access);

/** One lane-0 entry as stored. */
typedef struct {
    pln_id_t author;
    uint32_t epoch;
    uint64_t seq;
    pln_hash_t hash; /**< chain_hash(seq) */
    uint16_t kind;
    pln_span_t payload;
} pln_statement_t;

/**
 * Add a statement; adding the same (author, epoch, seq, hash) again changes nothing. Statements of
 * any author are kept: whether they count is the fold's business. Ones that do not decode, or whose
 * kind access_version does not know, have no effect.
 */
void pln_access_add(pln_access_t *access, const pln_statement_t *statement);

/**
 * The root's id, from its genesis entry (kind network, epoch 0, seq 1, whose payload gives the
 * network id); PLN_ENOTFOUND until it has arrived.
 */
PLN_MUST_CHECK pln_err_t pln_access_root(pln_access_t *access, pln_id_t *out);

/**
 * A ticket's promise (R22): until lane 0 has arrived, treat @root and @inviter as members so that
 * the first exchange can happen. Their lane-0 limit is PLN_LIMIT_NONE while no genesis is held.
 * Once the genesis is held the promise has no effect any more.
 */
void pln_access_promise(pln_access_t *access, const pln_id_t *root, const pln_id_t *inviter);

/** limit(author, epoch, lane) of R3.4 without the quota: 0 = nothing counts, PLN_LIMIT_NONE. */
uint64_t pln_access_limit(pln_access_t *access, const pln_id_t *author, uint32_t epoch, uint8_t lane);

/** What a member is now: its highest term with a counted grant that no counted revoke ends. */
typedef struct {
    pln_id_t node;
    uint32_t term;
    pln_role_t role;      /**< PLN_ROLE_ROOT for the root */
    char label[PLN_NAME_MAX + 1];
    uint64_t expiry_ms;   /**< of the grant that gives the role; 0 = none; the caller looks at its clock */
    bool left;            /**< a `leave` of this term is held */
    pln_id_t granted_by;
} pln_member_t;

/** PLN_ENOTFOUND: not a member now (never granted, or revoked). */
PLN_MUST_CHECK pln_err_t pln_access_member(pln_access_t *access, const pln_id_t *node, pln_member_t *out);

/** Members in ascending order of id, the root included. *cursor starts at 0; false at the end. */
bool pln_access_next(pln_access_t *access, size_t *cursor, pln_member_t *out);
size_t pln_access_count(pln_access_t *access);

/** Highest term any counted grant gives @node; false when there is none (R3.4, pln revoke). */
bool pln_access_highest_term(pln_access_t *access, const pln_id_t *node, uint32_t *term);

/** Counted revoke that ended the member's last term, for showing who, when and why; PLN_ENOTFOUND. */
typedef struct {
    pln_id_t by;
    uint32_t epoch;
    uint64_t seq;
    char reason[PLN_REASON_MAX + 1];
} pln_revoked_t;
PLN_MUST_CHECK pln_err_t pln_access_revoked(pln_access_t *access, const pln_id_t *node, pln_revoked_t *out);

/** Settings that the root's `network` records give. Texts are NUL-terminated copies. */
typedef struct {
    char name[PLN_NAME_MAX + 1];
    char title[PLN_TITLE_MAX + 1];
    uint64_t max_entries; /**< largest ever set, or the default (R11) */
    uint64_t max_bytes;
    uint32_t access_version;
} pln_settings_t;
void pln_access_settings(pln_access_t *access, pln_settings_t *out);

/** A number that changes whenever limits, members or settings may have changed. */
uint64_t pln_access_generation(const pln_access_t *access);

#endif
