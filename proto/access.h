// SPDX-License-Identifier: MPL-2.0
/**
 * access - who may do what in one network: a fold over the set of its lane-0 records.
 *
 * Why     Every order of arrival must give the same members: statements are collected as sets,
 *         authority is three layers deep (root, coordinators, others), nothing refers to itself.
 * Shape   add every lane-0 entry held, in any order; ask for limits and roles
 * Cost    add: O(log n), and one signature check per cut of a revoke; a question: the grants and
 *         revokes that name the member; verdicts are kept until a statement that concerns them
 * Owner   opaque, pln_access_new / pln_access_free; copies what it needs of each payload
 * Pure    no I/O, no clock (expiry is handed out, never folded: R10)
 * Files   access.c the sets · access_reigns.c who is root · access_fold.c the answers
 *         access_path.c branches of lane 0 · access_settle.c what lane 0 says of forks of lane 1
 *         access_fate.c what is withdrawn
 * Spec    SPEC 7.3 - 7.5 (R3, R6, R8, R11, R14, R17)
 */
#ifndef PLN_ACCESS_H
#define PLN_ACCESS_H

#include "admission.h"
#include "control.h"

#define PLN_LIMIT_NONE UINT64_MAX /**< no limit but the quota */
#define PLN_QUOTA_ENTRIES_DEFAULT 1000000u
#define PLN_QUOTA_BYTES_DEFAULT (UINT64_C(1) << 30)

#define PLN_CHAIN_NONE UINT32_MAX /**< of a statement that is known, but not held in a chain */

typedef struct pln_access pln_access_t;

pln_access_t *pln_access_new(const pln_network_id_t *network);
void pln_access_free(pln_access_t **access);

/** One lane-0 entry as stored. */
typedef struct {
    pln_id_t author;
    uint32_t epoch;
    uint64_t seq;
    pln_hash_t hash;   /**< chain_hash(seq) */
    pln_hash_t before; /**< chain_hash(seq - 1): which of several branches it continues (R6) */
    uint32_t chain;    /**< the caller's number for the branch; told again by pln_access_held */
    uint16_t kind;
    pln_span_t payload;
    uint64_t time_ms; /**< as its author claims; for showing only */
} pln_statement_t;

/**
 * Add a statement; adding the same (author, epoch, seq, hash) again changes nothing. Statements of
 * any author are kept: whether they count is the fold's business. Ones that do not decode, or whose
 * kind access_version does not know, have no effect.
 */
void pln_access_add(pln_access_t *access, const pln_statement_t *statement);
/**
 * No more is known of it than before it was told as evidence, nor of an author of whom nothing else
 * is known; what is held in a chain stays.
 */
void pln_access_forget(pln_access_t *access, const pln_id_t *author, uint32_t epoch, uint64_t seq,
                       const pln_hash_t *hash);

/**
 * The first root: author of the genesis entry (kind network, epoch 0, seq 1, whose payload gives
 * the network id). PLN_ENOTFOUND until that has arrived. Tickets and keyrings name it, because
 * without it the genesis could not be told from anything else.
 */
PLN_MUST_CHECK pln_err_t pln_access_founder(const pln_access_t *access, pln_id_t *out);
/** The root now: the founder, or who follows by transfers (R17). PLN_ENOTFOUND as above. */
PLN_MUST_CHECK pln_err_t pln_access_root(pln_access_t *access, pln_id_t *out);
/** How often the root was handed on; 0 for the founder's reign, and before the genesis is held. */
uint32_t pln_access_root_generation(const pln_access_t *access);
/** Is @id the root, or was it in an earlier reign? */
bool pln_access_reigned(const pln_access_t *access, const pln_id_t *id);

/**
 * A ticket's promise (R22): until lane 0 has arrived, treat @root and @inviter as members so that
 * the first exchange can happen. Their lane-0 limit is PLN_LIMIT_NONE, in lane 1 it is 0. Further
 * calls add further inviters; the root is that of the last.
 * For the root the promise ends when the genesis is held, for the inviter when a counted grant of
 * it is: lane 0 travels entry by entry, and who brings it must not be put out halfway. From then on
 * the fold alone decides.
 */
void pln_access_promise(pln_access_t *access, const pln_id_t *root, const pln_id_t *inviter);
/** Whoever joined is a member by its own fold: of an inviter that nobody has granted it is none. */
void pln_access_promise_end(pln_access_t *access);

/** Is this statement held in a chain? @chain: the number it was added with; may be NULL. */
bool pln_access_held(const pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                     uint64_t seq, const pln_hash_t *hash, uint32_t *chain);
/**
 * Is this statement, held or not, one of the 65,536 smallest of its epoch that are known now
 * (SPEC 5.3.3)? One that is not would change nothing.
 */
bool pln_access_room(const pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                     uint64_t seq, const pln_hash_t *hash);
/** Are two statements of one seq held? Then limits go by branch. */
bool pln_access_forked(const pln_access_t *access, const pln_id_t *author, uint32_t epoch);
/** chain_hash(seq) of the statement before a held one on its branch; false: not held. */
bool pln_access_before(const pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                       uint64_t seq, const pln_hash_t *hash, pln_hash_t *before);

/**
 * Statements of the chain at @below, and at seqs ever farther before it, of all branches there.
 * Returns how many; at most @max.
 */
size_t pln_access_points(const pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                         uint64_t below, uint64_t *seqs, pln_hash_t *hashes, size_t max);

/**
 * How far the branch that was added as @chain and ends at @seq counts, along its own links and the
 * ones before it: a revoke covers what leads to the heads it lists, and where it lists one that is
 * not held, everything up to its seq (R3.4). PLN_LIMIT_NONE: all of it.
 */
uint64_t pln_access_path_limit(pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                               uint32_t chain, uint64_t seq);
/** Up to which seq a lane-0 entry that is not held yet could count: it may lead to a cut. */
uint64_t pln_access_reach(pln_access_t *access, const pln_id_t *author, uint32_t epoch);

/**
 * limit(author, epoch, lane) of R3.4 without the quota, for a chain that is not forked: 0 = nothing
 * counts, PLN_LIMIT_NONE. Of several branches it is the furthest seq that one revoke lists, and the
 * smallest of all revokes.
 */
uint64_t pln_access_limit(pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                          uint8_t lane);

/**
 * The cut that gives that limit, with the member's own signature: the entries before it can be
 * shown up to there although the chain went on. False when no cut does (no limit, or nothing
 * counts).
 */
bool pln_access_cut(pln_access_t *access, const pln_id_t *author, uint32_t epoch, uint8_t lane,
                    pln_cut_t *out);

/* ---- forks of lane 1: what lane 0 says about them (R6) ---- */

/** Is or was @author root, or gives a counted grant it the term of @epoch, ended or not? */
bool pln_access_granted(pln_access_t *access, const pln_id_t *author, uint32_t epoch);
/**
 * Of the settles of @author about @epoch that count, the smallest by (epoch, seq, hash) of its own
 * statement. False: none.
 */
bool pln_access_settle(pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                       pln_settle_t *out);
/**
 * Revoke number @index of those that act on @epoch; false: there are not so many. @lists: it has a
 * cut of lane 1 there, which is @out; without one it covers nothing.
 */
bool pln_access_lane1_cut(pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                          size_t index, pln_cut_t *out, bool *lists);

/**
 * What a member is now: of its terms that have a counted grant and that no counted revoke ends, the
 * one with the most powerful role, of several the highest. (Not the highest first: else a rogue
 * coordinator could make another one a reader by a grant of a later term.) Of several grants of
 * that term and role, the one that lasts longest speaks for it, then the root's, then the newest.
 */
typedef struct {
    pln_id_t node;
    uint32_t term;                /**< 0 for the root */
    pln_role_t role;              /**< PLN_ROLE_ROOT for the root */
    char label[PLN_NAME_MAX + 1]; /**< may be empty; the root's: of the newest grant by a root */
    uint64_t expiry_ms;           /**< 0 = none; the caller looks at its clock */
    uint64_t granted_ms;          /**< claimed time of the grant that speaks for it; 0 = none */
    bool left;                    /**< a `leave` of this term is held; never of the root */
    pln_id_t granted_by;
} pln_member_t;

/** PLN_ENOTFOUND: not a member now (never granted, or revoked). */
PLN_MUST_CHECK pln_err_t pln_access_member(pln_access_t *access, const pln_id_t *node,
                                           pln_member_t *out);

/** Is its time over by a clock that says @wall_ms? It counts all the same until a revoke closes it.
 */
bool pln_member_over(const pln_member_t *member, uint64_t wall_ms);
/** Members in ascending order of id, the root included. *cursor starts at 0; false at the end. */
bool pln_access_next(pln_access_t *access, size_t *cursor, pln_member_t *out);
size_t pln_access_count(pln_access_t *access);
/** Who is no member, and for whom pln_access_revoked() tells why; NULL: nobody. The caller's. */
pln_admission_t *pln_access_ended(pln_access_t *access);

/**
 * Who is let in by a clock that says @wall_ms: members that have neither left nor expired. The
 * caller releases it. While no statement changes members it holds for clocks from *from_ms, when
 * the last of the others expired (0: none did), until *until_ms, when the next of these does
 * (UINT64_MAX: none will).
 */
pln_admission_t *pln_access_admission(pln_access_t *access, uint64_t wall_ms, uint64_t *from_ms,
                                      uint64_t *until_ms);

/**
 * How @node was called last: the label of the counted grant of its highest term, ended or not. Of a
 * member pln_access_member() tells it. False: no counted grant calls it anything.
 */
bool pln_access_last_label(pln_access_t *access, const pln_id_t *node, char out[PLN_NAME_MAX + 1]);

/** Did a root make @node a coordinator in the highest term any counted grant gives it? */
bool pln_access_led(pln_access_t *access, const pln_id_t *node);

/** Highest term any counted grant gives @node; false when there is none (R3.4, pln revoke). */
bool pln_access_highest_term(pln_access_t *access, const pln_id_t *node, uint32_t *term);

/**
 * Counted revoke that ended the member's highest term, for showing who, when and why: of several
 * the first by (epoch, seq, hash). Of a node that no counted grant names, but one by a coordinator
 * whose word ends before it: the root's revoke that ended it there. PLN_ENOTFOUND: a member, or
 * never granted.
 */
typedef struct {
    pln_id_t by;
    uint32_t epoch;
    uint64_t seq;
    pln_hash_t hash;  /**< which branch it is on */
    uint64_t time_ms; /**< its author's claim */
    char reason[PLN_REASON_MAX + 1];
    bool undone;         /**< it ended the word of whoever had let the node in */
    pln_id_t granted_by; /**< then: who that was */
} pln_revoked_t;
PLN_MUST_CHECK pln_err_t pln_access_revoked(pln_access_t *access, const pln_id_t *node,
                                            pln_revoked_t *out);

/** Is or was @author root, or does a root's grant make it coordinator in the term of @epoch? */
bool pln_access_ruled(const pln_access_t *access, const pln_id_t *author, uint32_t epoch);

/** Is a grant by @author that names @node held, whether it counts or not? */
bool pln_access_let_in(const pln_access_t *access, const pln_id_t *author, const pln_id_t *node);

/**
 * Settings that the root's `network` records give. Texts are NUL-terminated copies. Quotas only
 * rise: from what the genesis sets, or else the default, to the largest that any later record sets.
 */
typedef struct {
    char name[PLN_NAME_MAX + 1];   /**< of the genesis */
    char title[PLN_TITLE_MAX + 1]; /**< of the newest record that sets one: of the latest root */
    uint64_t max_entries;
    uint64_t max_bytes;
    uint32_t access_version; /**< the largest ever set; first 1 (R14) */
} pln_settings_t;
void pln_access_settings(pln_access_t *access, pln_settings_t *out);

/** What counted retractions make of an entry of lane 1 (R8). */
typedef enum {
    PLN_FATE_STANDS, /**< none withdraws it */
    PLN_FATE_HIDDEN, /**< a coordinator's does: not shown, and in time erased */
    PLN_FATE_ERASED  /**< its author's or the root's does */
} pln_fate_t;

/** Who withdrew it: of several that do, the first by (epoch, seq, hash, author). */
typedef struct {
    pln_id_t by;
    uint32_t epoch; /**< where the retraction stands in their lane 0 */
    uint64_t seq;
    char reason[PLN_REASON_MAX + 1];
} pln_retracted_t;

/**
 * The fate of entry @seq of @author's lane 1 in @epoch, whose data(seq) is @data; NULL: of any,
 * which tells whether it is worth reading. @by may be NULL; filled unless it stands.
 */
pln_fate_t pln_access_fate(pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                           uint64_t seq, const pln_hash_t *data, pln_retracted_t *by);

/** Does @by's newest counted word on that entry withdraw it? What an undo by @by would end. */
bool pln_access_withdraws(pln_access_t *access, const pln_id_t *by, const pln_id_t *author,
                          uint32_t epoch, uint64_t seq, const pln_hash_t *data);

/** The first seq from @seq on that some retraction names, counted or not; 0: there is none. */
uint64_t pln_access_retracted(pln_access_t *access, const pln_id_t *author, uint32_t epoch,
                              uint64_t seq);

/** A number that changes whenever limits, members or settings may have changed. */
uint64_t pln_access_generation(const pln_access_t *access);

/** A number that changes whenever an earlier retraction may have begun or ceased to count. */
uint64_t pln_access_fates(const pln_access_t *access);

#endif
