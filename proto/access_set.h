// SPDX-License-Identifier: MPL-2.0
/**
 * access_set - the statements of one network as sets, and what the fold remembers of them.
 *
 * Why     Private to access.c and access_read.c (which fill the sets), access_fold.c and
 *         access_fate.c (which answer from them).
 * Shape   party = an id that speaks or is spoken of; chain = what it said in one epoch;
 *         fact = one statement, in its author's chain and in one list of the party it is about
 * Fold    nothing is computed when a fact arrives: a question looks at the facts that name the
 *         party, at whether each speaker may speak (authority), and there it ends: three layers
 * Cache   authorities and verdicts carry the turn they were computed in; a new turn begins when the
 *         set of coordinators or their limits may have changed
 */
#ifndef PLN_ACCESS_SET_H
#define PLN_ACCESS_SET_H

#include "access.h"

typedef struct pln_fact pln_fact_t;
typedef struct pln_party pln_party_t;

/** Owned pointers in ascending order. */
typedef struct {
    void **items;
    size_t count;
    size_t capacity;
} pln_sorted_t;

/** The lane-0 statements of one author and epoch. */
typedef struct {
    pln_party_t *author;
    uint32_t epoch;
    pln_sorted_t facts;      /**< by (seq, hash): the smallest 65,536 at most (R2) */
    pln_sorted_t ends;       /**< by number: the last fact of each branch */
    bool forked;             /**< two of one seq: every fact has a verdict of its own */
    uint64_t covered_at;     /**< generation at which those were found; 0 never */
    uint64_t authority;      /**< up to this seq it speaks as root or coordinator */
    uint64_t authority_turn; /**< when that was computed; 0 never */
    uint64_t reign_turn;     /**< when the reigns of its facts were; 0 never */
} pln_access_chain_t;

typedef enum {
    PLN_FACT_NONE, /**< has no effect, but takes its place among the 65,536 */
    PLN_FACT_NETWORK,
    PLN_FACT_GRANT,
    PLN_FACT_REVOKE,
    PLN_FACT_LEAVE,
    PLN_FACT_TRANSFER,
    PLN_FACT_RETRACT,
    PLN_FACT_SETTLE
} pln_fact_type_t;

struct pln_fact {
    pln_access_chain_t *chain; /**< who says it, in which epoch */
    uint64_t seq;
    pln_hash_t hash;
    pln_hash_t before; /**< chain_hash(seq - 1) */
    uint32_t number;   /**< the caller's, of its branch */
    pln_fact_t *same;  /**< the one of that branch before it; of one that is held in a chain */
    bool covered;      /**< by all revokes that act on its epoch; of forked chains */
    bool marked;       /**< by one of them */
    bool traced;       /**< `reach` is known ... */
    uint64_t reach;    /**< ... of what leads to it, and it, the last covered seq; 0 none */
    int reign;         /**< of forked chains, as of the chain's reign_turn: pln_fact_reign */
    pln_fact_type_t type;
    pln_party_t *about; /**< whom a grant or revoke names; otherwise the author */
    pln_fact_t *next;   /**< in the list of that party */
    char *text;         /**< label, reason or title; NULL when there is none */
    uint64_t time_ms;   /**< for showing only */
    uint32_t cut_count; /**< of revokes and transfers */
    pln_cut_t *cuts;
    union {
        struct {
            uint32_t term;
            pln_role_t role;
            uint64_t expiry_ms;
        } grant;
        struct {
            uint32_t term;
        } revoke;
        struct {
            uint32_t generation;
            const pln_party_t *successor;
        } transfer;
        struct {
            uint64_t max_entries;
            uint64_t max_bytes;
            uint32_t access_version;
        } network;
        struct {
            uint32_t epoch;
            uint64_t seq;
            pln_hash_t data;
            bool undo;
        } retract;
        struct {
            uint32_t epoch;
            uint64_t seq;
            pln_hash_t hash;
            pln_signature_t signature;
        } settle;
    } as;
};

/** What was said of one entry of lane 1. */
typedef struct {
    uint32_t epoch;
    uint64_t seq;
    pln_sorted_t facts; /**< retractions and undos: by author, then by age */
} pln_target_t;

struct pln_party {
    pln_id_t id;
    pln_sorted_t chains;   /**< by epoch */
    pln_fact_t *grants;    /**< that name it, by whomever, counted or not */
    pln_fact_t *revokes;   /**< that name it */
    pln_fact_t *settings;  /**< its `network` records */
    pln_fact_t *leaves;    /**< its `leave` records */
    pln_sorted_t targets;  /**< entries of it that retractions name, by (epoch, seq) */
    bool retracts;         /**< it has said some itself */
    pln_fact_t *settles;   /**< its `settle` records */
    pln_fact_t *transfers; /**< its `transfer` records */
    bool reigned;          /**< it is root, or was */
    size_t succeeds;       /**< transfers that name it, by whomever */

    uint64_t judged_turn;       /**< when what follows was found; 0 never */
    const pln_fact_t *standing; /**< the grant that makes it a member now; NULL */
    bool granted;               /**< some counted grant names it, ended or not */
    bool promised;              /**< by a ticket, or by the node's own keyring */
    uint32_t highest_term;      /**< of those */
};

/** One generation of the root (R17). */
typedef struct {
    pln_party_t *party;
    const pln_fact_t *ended_by; /**< its transfer; NULL: the root now */
} pln_reign_t;

struct pln_access {
    pln_network_id_t network;
    pln_sorted_t parties;    /**< by id */
    pln_party_t *founder;    /**< NULL until the genesis is held */
    const pln_party_t *root; /**< now; NULL until then */
    pln_reign_t *reigns;     /**< the roots one after the other */
    size_t reign_count;
    char name[PLN_NAME_MAX + 1];
    uint64_t base_entries; /**< quotas the network was founded with */
    uint64_t base_bytes;
    const pln_party_t *promised_root; /**< NULL: no promise */
    uint64_t turn;                    /**< from 1 */
    uint64_t generation;
    uint64_t fates; /**< rises when verdicts on earlier retractions may change */

    pln_party_t **members; /**< ascending by id, as of members_generation */
    size_t member_count;
    pln_party_t **ended;     /**< granted once and no member now: descending, ... */
    pln_party_t **ended_end; /**< ... up to here: parties may have come since */
    uint64_t members_generation;

    pln_admission_t *admission; /**< of that generation, for clocks from .. until; or NULL */
    uint64_t admission_generation;
    uint64_t admission_from;
    uint64_t admission_until;
};

/** The party with @id; NULL when nothing is known of it. */
pln_party_t *pln_access_party(const pln_access_t *access, const pln_id_t *id);

/** The same, new when nothing was known of it. */
pln_party_t *pln_access_need(pln_access_t *access, const pln_id_t *id);

pln_access_chain_t *pln_access_chain(const pln_access_t *access, const pln_id_t *author,
                                     uint32_t epoch);
/** The fact at (seq, hash) of a chain; NULL. */
pln_fact_t *pln_fact_find(const pln_access_chain_t *chain, uint64_t seq, const pln_hash_t *hash);
/** Does this revoke act on (party, term)? Only the root's touch a coordinator's term. */
bool pln_revoke_acts(const pln_access_t *access, const pln_fact_t *revoke, const pln_party_t *party,
                     uint32_t term);
/** The most powerful role that counted grants give @party in @term, ended or not. */
pln_role_t pln_access_role_of_term(const pln_access_t *access, const pln_party_t *party,
                                   uint32_t term);
/** Mark what the cuts of @fact, a revoke or transfer, cover of @chain, and nothing else. */
void pln_access_mark(pln_access_chain_t *chain, const pln_fact_t *fact);
/** @fact is held in a chain from now on, or no more: it is one of its branch. */
void pln_ends_add(pln_access_chain_t *chain, pln_fact_t *fact);
void pln_ends_remove(pln_access_chain_t *chain, pln_fact_t *fact);
/** Everything that leads to @fact, and it. */
void pln_access_mark_path(pln_access_chain_t *chain, pln_fact_t *fact);
/** The furthest head of lane 0 that @fact cuts to and that is not held; 0: there is none. */
uint64_t pln_access_unheld(const pln_access_chain_t *chain, const pln_fact_t *fact, uint32_t epoch);
/** Is an entry of lane 0 within the limit of its own chain, along its own links? */
bool pln_fact_within_limit(pln_access_t *access, const pln_fact_t *fact);
/** Verdicts of a forked chain's facts, if they are not of this generation. */
void pln_access_cover(const pln_access_t *access, pln_access_chain_t *chain);

/** By (seq, hash): the order of facts in one chain. */
int pln_fact_compare(const pln_fact_t *a, const pln_fact_t *b);
/** By (epoch, seq, hash, author): which of two is the older. */
int pln_fact_compare_ages(const pln_fact_t *a, const pln_fact_t *b);

/** Is this term of @party a coordinator's (R3.2)? */
bool pln_access_coordinates(const pln_access_t *access, const pln_party_t *party, uint32_t term);

typedef int (*pln_order_t)(const void *key, const void *item);
/** Where @key stands, or would stand; *found tells which. */
size_t pln_sorted_find(const pln_sorted_t *sorted, const void *key, pln_order_t order, bool *found);
void pln_sorted_insert(pln_sorted_t *sorted, size_t at, void *item);
void pln_sorted_remove(pln_sorted_t *sorted, size_t at);

/* access_read.c */
/** Type and fields of a new fact, whose chain is known and which is about its author. */
void pln_fact_read(pln_access_t *access, const pln_statement_t *statement, pln_fact_t *fact);

/* access_fold.c */
/** Does a grant or revoke count? R3.1 for the root's, R3.3 for a coordinator's. */
bool pln_fact_counted(const pln_access_t *access, const pln_fact_t *fact);
/** How far a revoke alone lets a chain of the member it names count; 0: not at all. */
uint64_t pln_revoke_reach(const pln_fact_t *revoke, uint32_t epoch, uint8_t lane);
/** Now, by the fold or by a promise. */
bool pln_party_is_member(const pln_access_t *access, pln_party_t *party);

/* access_ended.c */
/**
 * Of whom no counted grant names, but some whose authors' word ends before them: the first revoke
 * that ended one, and in @grant the first that it did it to; NULL.
 */
const pln_fact_t *pln_access_undone(const pln_access_t *access, const pln_party_t *party,
                                    const pln_fact_t **grant);

/* access_reigns.c */
/** Who is root after whom: when the founder is known, or a transfer came or went. */
void pln_reigns_find(pln_access_t *access);
/** The first reign of its author that covers @fact; -1: it does not speak as root. */
int pln_fact_reign(const pln_access_t *access, const pln_fact_t *fact);
bool pln_fact_by_root(const pln_access_t *access, const pln_fact_t *fact);
/** Which of two records of roots is the newer: of the later reign, then by age. */
bool pln_fact_newer(const pln_access_t *access, const pln_fact_t *a, const pln_fact_t *b);
/** Does a transfer say what counts of this lane 0? */
bool pln_reigns_touch(const pln_access_t *access, const pln_access_chain_t *chain);
/** The transfer that ended the last of @party's reigns that are over; NULL. */
const pln_fact_t *pln_reigns_last(const pln_access_t *access, const pln_party_t *party);
/** How far @party's lane 0 counts for having been root; the cut that says so, or NULL. */
uint64_t pln_reigns_reach(const pln_access_t *access, const pln_party_t *party, uint32_t epoch,
                          const pln_cut_t **cut);
/** Up to which seq another transfer of @party, or what leads to one, might yet come. */
uint64_t pln_reigns_open(const pln_access_t *access, const pln_party_t *party, uint32_t epoch);

/* access_fate.c */
void pln_target_add(pln_party_t *party, pln_fact_t *fact);
void pln_target_remove(pln_party_t *party, const pln_fact_t *fact);
void pln_targets_free(pln_party_t *party);

#endif
