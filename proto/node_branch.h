// SPDX-License-Identifier: MPL-2.0
/**
 * node_branch - chains that leave chains, and what two nodes tell each other about them (R6).
 *
 * Why     Forks touch accepting, serving, announcing and asking; what each may ask stands here.
 * Shape   a branch is a chain with a parent and the head it leaves behind; a fork place is a forked
 *         chain of lane 1 with the proof kept
 * Files   node_branches.c branches · node_control.c lane 0 as a tree · node_fork_table.c what is
 * kept node_forks.c proofs, limits · node_fork_search.c where two branches part node_heal.c one's
 * own forks Spec    SPEC 7.4.3, 9.10
 */
#ifndef PLN_NODE_BRANCH_H
#define PLN_NODE_BRANCH_H

#include "fork.h"
#include "node_state.h"

#define PLN_KNOWN_MAX 48u          /**< heads that matter to one fork: honest ones have a few */
#define PLN_LANE1_BRANCHES_MAX 16u /**< branches kept of one chain of lane 1 */
#define PLN_PROBE_KNOWN 0u         /**< purpose of a PROBE; others are numbers of searches */

/** A head that a proof, a settle or a cut names, or behind which a branch was found. */
typedef struct {
    pln_head_t head;
    pln_chain_t *chain; /**< on which it lies; NULL: not held */
    bool before_known;  /**< the head before it, by which the quota is judged (R11) */
    pln_head_t before;
    bool has_next;
    bool next_asked;
    pln_hash_t next;                         /**< chain_hash behind it on that chain */
    uint32_t looked[PLN_LANE1_BRANCHES_MAX]; /**< chains that do not go through it, or were asked */
    size_t looked_count;
} pln_known_t;

/** A forked chain of lane 1. */
typedef struct {
    pln_place_t place;
    uint64_t at;     /**< L of the proof kept */
    pln_hash_t hash; /**< chain_hash(L) */
    pln_buf_t proof;
    pln_known_t known[PLN_KNOWN_MAX];
    size_t known_count;
    size_t probing; /**< questions the store has not answered */
    uint64_t searched_ms;
    pln_row_t votes[16]; /**< own chain: heads that peers have announced; author = the peer */
    size_t vote_count;
    uint64_t healed;     /**< own chain: entries its branches had when the shell had published again
                              what does not count */
    uint32_t asked_link; /**< the last that was asked for the branch it is on ... */
    uint64_t asked_ms;   /**< ... and when */
} pln_fork_place_t;

/* node_branches.c */
pln_chain_t *pln_branch_add(pln_node_t *node, pln_chain_t *parent, const pln_head_t *base,
                            uint32_t number);
/** The branch of @parent behind @base whose first run the disk refused; NULL. */
pln_chain_t *pln_branch_empty(const pln_chain_t *parent, const pln_head_t *base);
/** The disk refused what @chain was to hold. */
void pln_branch_refused(const pln_chain_t *chain);
/** Has it entries of its own that count? */
bool pln_chain_counts(const pln_chain_t *chain);
/** Does it count up to its head, and does no branch that counts go on from there? (R19) */
bool pln_chain_leaf(const pln_chain_t *chain);
/** Lane 1: the branch on which entry @seq counts; NULL: on none. */
pln_chain_t *pln_branch_counting(pln_chain_t *first, uint64_t seq);
/** Of a path that ends in @chain: the chain that holds @seq. */
const pln_chain_t *pln_branch_holding(const pln_chain_t *chain, uint64_t seq);
/** The last seq that the path to @a and the path to (@b, @seq) have in common. */
uint64_t pln_branches_part(const pln_chain_t *a, const pln_chain_t *b, uint64_t seq);
/** ... that of every branch of @first's to (@at, @seq), in its `common`. */
void pln_branches_common(pln_chain_t *first, const pln_chain_t *at, uint64_t seq);
/** Lane 0: an entry goes to the writer; what went is durable, or did not happen. */
void pln_flight_add(pln_chain_t *chain, const pln_hash_t *hash);
void pln_flight_land(pln_chain_t *chain, size_t count);
/** Lane 0: the branch that holds (@seq, @hash), durable or in the writer; NULL. seq 0: @first. */
pln_chain_t *pln_branch_with(pln_node_t *node, pln_chain_t *first, uint64_t seq,
                             const pln_hash_t *hash);
/** Lane 0: is this entry held, durable or in the writer? */
bool pln_control_held(const pln_chain_t *first, uint64_t seq, const pln_hash_t *hash);
/** Lane 0: is the entry held that @chain's want names? */
bool pln_want_held(const pln_chain_t *chain);
bool pln_want_durable(const pln_chain_t *chain);

/* node_control.c: lane 0 is a tree */
pln_err_t pln_control_run(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                          const pln_entries_t *entries, size_t frame_bytes);
/** Answers a WANT for @first's place with the branches from @start on; what is more follows. */
void pln_control_serve(pln_node_t *node, pln_link_t *link, pln_chain_t *first, pln_chain_t *start,
                       const pln_row_t *want);
void pln_control_fork(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                      const pln_fork_t *fork);

/* node_fork_table.c */
pln_fork_place_t *pln_fork_find(const pln_net_state_t *net, const pln_place_t *place);
/** ... or a new one, without a proof yet. */
pln_fork_place_t *pln_fork_need(pln_net_state_t *net, const pln_place_t *place);
void pln_forks_free(pln_net_state_t *net);
void pln_fork_save(pln_node_t *node, const pln_fork_place_t *fork);
/**
 * Where a revoke cuts a forked chain: at the end of the branch that counts, by the cuts or the
 * settle there are. Where none counts beyond L, which nobody has signed: of the branch held first,
 * or of the proof's first. False: nothing of it counts.
 */
bool pln_fork_end(pln_net_state_t *net, const pln_chain_t *first, pln_head_t *head,
                  pln_signature_t *signature);
pln_err_t pln_fork_load(pln_node_t *node, pln_span_t key, pln_span_t value);

/* node_forks.c */
/** Ask the store where the heads lie that matter now. */
void pln_fork_refresh(pln_node_t *node, pln_net_state_t *net, pln_fork_place_t *fork);
void pln_fork_known(pln_node_t *node, const pln_event_t *event);
/** @head of @chain is common to another branch; @next: chain_hash behind it on ours. */
void pln_fork_point(pln_fork_place_t *fork, pln_chain_t *chain, const pln_head_t *head,
                    const pln_hash_t *next);
/** How far a chain of lane 1 counts. */
uint64_t pln_fork_limit(const pln_chain_t *chain);
/**
 * The furthest head of @chain's own entries that a cut or settle names and that lies beyond what
 * counts, with the signature that the cut or settle carries. False: there is none.
 */
bool pln_fork_named(const pln_chain_t *chain, pln_vouch_t *out);
uint64_t pln_fork_reach(pln_node_t *node, pln_net_state_t *net, pln_fork_place_t *fork);
/** Is a head named by a settle or cut that is not held, beyond L? */
bool pln_fork_lacks(pln_net_state_t *net, pln_fork_place_t *fork);
/** Are both branches of the proof held, as far as anybody has brought them? Else @missing is
 * data(L+1) of the one that is not, or zeros. */
bool pln_fork_whole(pln_net_state_t *net, pln_fork_place_t *fork, pln_hash_t *missing);
/** Settled at a head that lies beyond the network's quota: it counts once there is room. */
bool pln_fork_beyond(pln_net_state_t *net, pln_fork_place_t *fork);
/** Settled, and the settled branch counts here. */
bool pln_fork_counts(pln_net_state_t *net, pln_fork_place_t *fork);
bool pln_fork_settled(pln_net_state_t *net, pln_fork_place_t *fork);
/** The signature to keep where a chain now ends; zeros: the proof vouches. */
bool pln_fork_vouch(const pln_chain_t *chain, uint64_t counts, pln_signature_t *out);
/**
 * Any run fits where a branch begins, that of the branch it leaves, too: one that is empty, for the
 * disk refused its first run, takes only what begins as that did.
 */
bool pln_fork_takes(const pln_chain_t *branch, const pln_entries_t *entries);
/** The known head behind which this run leaves a branch, with one of its own; NULL: it does not, or
 * @there begins alike. */
const pln_head_t *pln_fork_leaves(const pln_chain_t *first, const pln_entries_t *entries,
                                  const pln_chain_t **there);
/** A new branch for this run, which is verified and leaves one so. */
pln_chain_t *pln_fork_branch_off(pln_node_t *node, pln_chain_t *first,
                                 const pln_entries_t *entries);
/** The head at L of what is held; false: it is not. */
bool pln_fork_common(pln_net_state_t *net, const pln_place_t *place, pln_head_t *out);
/** Keep and pass on a verified proof; false: a better one is kept. */
bool pln_fork_take(pln_node_t *node, pln_net_state_t *net, const pln_fork_proof_t *proof,
                   pln_link_t *from);
void pln_fork_proof_received(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                             const pln_fork_t *message);
void pln_fork_tell(pln_node_t *node, pln_link_t *link, pln_share_t *share);
void pln_fork_tell_one(pln_node_t *node, pln_link_t *link, pln_net_state_t *net,
                       const pln_place_t *place);
/** Elements of proofs for the access digest; @out NULL: only count. */
void pln_fork_elements(pln_net_state_t *net, size_t bucket, pln_element_t *out, size_t *count);

/* node_fork_search.c */
void pln_fork_received(pln_node_t *node, pln_link_t *link, const pln_fork_t *fork);
/** Our branch and the peer's differ at or below @below: find out where they part. */
void pln_fork_search(pln_node_t *node, pln_link_t *link, const pln_chain_t *chain, uint64_t below);
void pln_fork_probed(pln_node_t *node, const pln_event_t *event);
void pln_fork_loaded(pln_node_t *node, const pln_event_t *event);
/** @link 0: of all links; @net NULL: of all networks. */
void pln_searches_drop(pln_node_t *node, uint32_t link, const pln_net_state_t *net);

/* node_heal.c */
/** What is known of a fork has changed: fetch, announce, count the peers' heads. */
void pln_fork_go_on(pln_node_t *node, pln_net_state_t *net, pln_fork_place_t *fork);
/** Ask the peer for every branch of one's own forked chains. */
void pln_fork_fetch_own(pln_node_t *node, pln_link_t *link, pln_net_state_t *net);
/** A head of a forked chain that we do not hold. */
void pln_fork_row(pln_node_t *node, pln_link_t *link, pln_chain_t *first, const pln_row_t *row);
/** HEAL: settle; HEALED: remember what the shell has published again. */
void pln_heal(pln_node_t *node, const pln_event_t *event);
/** One's own: entries that do not count, and whose payload has not come. */
size_t pln_fork_lacking(pln_net_state_t *net, const pln_fork_place_t *fork);
/** Entries of all branches, whether they count or not. */
uint64_t pln_fork_entries(pln_net_state_t *net, const pln_fork_place_t *fork);

/* what other chapters do for branches: node_runs.c, node_wants.c, node_serve.c, node_heads.c,
 * node_push.c */
void pln_run_store(pln_node_t *node, pln_link_t *link, pln_chain_t *chain,
                   const pln_entries_t *entries, pln_span_t run, const pln_head_t *end,
                   uint32_t count, size_t frame_bytes);
pln_err_t pln_run_duplicate(pln_node_t *node, pln_link_t *link, pln_chain_t *chain,
                            const pln_entries_t *entries);
/** PLN_OK, or why the run is not to be taken now; @follows: there is no gap before it. */
pln_err_t pln_run_timely(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                         const pln_entries_t *entries, pln_chain_t *chain, bool follows);
/** A run that continues nothing held: PLN_EBASE when its author signed it, else an offence. */
pln_err_t pln_run_other_branch(const pln_entries_t *entries);
/** A WANT of one row, besides those that are kept count of. */
void pln_want_send(pln_node_t *node, pln_link_t *link, pln_net_state_t *net,
                   const pln_place_t *place, uint64_t from, const pln_hash_t *base);
/** When all before it is sent, @want's answer goes on from branch @rest. */
void pln_serve_rest(pln_node_t *node, pln_link_t *link, pln_chain_t *first, pln_chain_t *rest,
                    const pln_row_t *want);
/** To its author: all of @chain behind @from, counted or not. */
void pln_serve_whole(pln_node_t *node, pln_link_t *link, pln_chain_t *chain, uint64_t from);
/** The row that announces @chain on this link; false: none does. */
bool pln_head_row(const pln_link_t *link, const pln_chain_t *chain, pln_row_t *row);
/** The heads of a place have changed without a run: announce what counts, to its author all. */
void pln_push_announce(pln_node_t *node, pln_net_state_t *net, const pln_place_t *place);
/**
 * An entry of lane 0 of @place may have changed access: what follows from it follows at once, or
 * within a second where the place has more branches than copies of one key could make.
 */
void pln_net_refold_for(pln_node_t *node, pln_net_state_t *net, const pln_place_t *place);
void pln_net_refold_scan(pln_node_t *node, pln_net_state_t *net);
void pln_shares_advance(pln_node_t *node, pln_net_state_t *net);
bool pln_chain_quota_reached(pln_net_state_t *net, const pln_place_t *place,
                             const pln_head_t *head);
/** How far a chain counts by access. */
uint64_t pln_chain_limit(const pln_chain_t *chain);
/** Up to which seq entries of a place that are not held may be taken. */
uint64_t pln_place_reach(pln_node_t *node, pln_net_state_t *net, const pln_place_t *place);
/** Into the tables of its network and of the node; @branch 0: of none. */
void pln_chain_enter(pln_node_t *node, pln_chain_t *chain, uint32_t branch);

#endif
