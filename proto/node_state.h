// SPDX-License-Identifier: MPL-2.0
/**
 * node_state - what a node knows, in one place, for the files that make up the step function.
 *
 * Why     Gossip decides across sessions, so its files share this state; nobody outside sees it.
 * Files   node.c step and effects · node_load.c rows · node_chains.c chain table, limits, digests
 *         node_links.c link, BYE · node_hello.c networks shared, cursors · node_dial.c whom to call
 *         node_heads.c announce, compare · node_wants.c ask · node_serve.c answer
 *         node_runs.c accept and store · node_push.c eager and lazy · node_presence.c
 *         node_invite.c · node_join.c · node_publish.c the user's own records
 *         node_forget.c parting and deleting · node_view.c looking in
 *         node_terms.h epochs, held, duties, ended, twins · node_withdraw.h withdrawal
 */
#ifndef PLN_NODE_STATE_H
#define PLN_NODE_STATE_H

#include "digest.h"
#include "map.h"
#include "message.h"
#include "node.h"

typedef struct pln_net_state pln_net_state_t;
typedef struct pln_chain pln_chain_t;
typedef struct pln_link pln_link_t;
typedef struct pln_peer pln_peer_t;
typedef struct pln_forget pln_forget_t;
typedef struct pln_mark pln_mark_t;                 /* node_withdraw.h */
typedef struct pln_payload_wish pln_payload_wish_t; /* node_withdraw.h */
typedef struct pln_held pln_held_t;
typedef struct pln_search pln_search_t;

#define PLN_SOURCES_MAX 4
#define PLN_PROMISES_MAX 8u /**< who is asked about a network of which nothing is held */
#define PLN_EVIDENCE_KEPT_MAX 4u

/** How much of an entry is here (R8). */
typedef enum {
    PLN_COPY_UNREAD, /**< named by a retraction: being read, to see what it is */
    PLN_COPY_WHOLE,
    PLN_COPY_HIDDEN,  /**< withheld, its payload kept beside */
    PLN_COPY_WITHHELD /**< its payload is gone, or never was here */
} pln_copy_t;

/** One author's chain in one network, lane and epoch; or a branch that leaves one (R6). */
struct pln_chain {
    uint32_t number;
    pln_net_state_t *net;
    pln_place_t place;
    pln_chain_t *parent;      /**< what a branch leaves; NULL */
    pln_head_t base;          /**< ... behind this head; else the chain's start */
    pln_hash_t first;         /**< lane 1, of a branch: chain_hash(base.seq + 1) */
    bool first_known;         /**< ... or asked for */
    pln_buf_t flight;         /**< lane 0: hashes of what is in the writer, durable + 1 first */
    pln_chain_t *next_branch; /**< of the same place, in the order they came: parents first */
    pln_chain_t *last_branch; /**< of the first chain of a place: the end of that list, ... */
    size_t branch_count;      /**< ... how many there are besides it, ... */
    bool branch_refused;      /**< ... and whether the disk has refused the first run of one */
    pln_chain_t *children, *next_child; /**< branches that leave this one, the newest first */
    uint64_t common;                    /**< what pln_branches_common found */
    pln_head_t held;           /**< verified; what is above `durable` is still in the writer */
    pln_head_t durable;        /**< in the store */
    pln_head_t counted;        /**< what counts: durable, or less where a cut sets entries aside */
    pln_signature_t signature; /**< of durable */
    uint64_t last_arrival;
    uint64_t minting;         /**< own drafts in the writer: how many ... */
    uint64_t minting_bytes;   /**< ... and their weight */
    uint64_t limit;           /**< by access (R3.4) */
    bool shifting;            /**< an ASIDE or BACK is in the writer */
    pln_chain_t *bucket_next; /**< same first author byte */
    /* asking */
    uint64_t want_seq;                 /**< highest announced and not held; 0 none */
    bool parted;                       /**< ... the asked peer is on another branch, and told so */
    pln_hash_t want_hash;              /**< lane 0: its hash, for it may be of another branch */
    uint32_t asked_link;               /**< whom; 0 nobody */
    uint64_t asked_ms;                 /**< when, or when it last brought something */
    uint64_t not_before_ms;            /**< lazily announced: wait for the eager copy first */
    uint64_t rests_until_ms;           /**< the disk refused: whatever comes, not before */
    uint32_t sources[PLN_SOURCES_MAX]; /**< links that announced it, newest first; 0 none */
    bool waiting;                      /**< in net->waiting */
    bool open; /**< wanted and not durable yet: counted in net->open_wants */
    pln_chain_t *waiting_next;
    /* live */
    uint32_t stored_link; /**< who brought the last run, and when: for PRUNE */
    uint64_t stored_ms;
    uint64_t forgotten; /**< deleted up to here */
    /* retraction */
    pln_mark_t *marks; /**< owned; ascending seq */
    size_t mark_count;
    size_t mark_capacity;
    size_t holes; /**< entries whose payload is wanted: counted ones ... */
    bool homing;  /**< ... and all where this is our own forked chain: nothing is to be lost */
};

/** What one link knows of one network shared with its peer. */
typedef struct {
    pln_net_state_t *net;
    bool open;          /**< both sides hold each other's lane 0 */
    bool announced;     /**< lane-1 heads were sent */
    bool mine_done;     /**< I hold all of lane 0 the peer announced */
    bool control_ended; /**< the peer has announced all of lane 0 */
    bool peer_done;
    bool cursor_valid; /**< the peer's cursor on me held, `changes` were listed */
    bool cursor_asked;
    bool ended;       /**< no more of this network on this link */
    bool lazy;        /**< the peer pruned us: announce instead of push */
    bool pruned_peer; /**< we pruned the peer */
    bool spared;      /**< the peer pruned us first, but we stayed eager */
    uint64_t pruned_ms;
    uint64_t brought_ms;  /**< last time this link was the first to bring a run */
    bool access_differed; /**< at HELLO: proofs of forks are to be told */
    bool had_news;        /**< something differed or moved: presences are worth sending */
    uint8_t peer_access10[PLN_HELLO_DIGEST_SIZE];
    uint8_t peer_digest10[PLN_HELLO_DIGEST_SIZE];
    pln_cursor_t peer_cursor;   /**< how far the peer knows me, from its HELLO */
    pln_cursor_t peer_arrivals; /**< the peer's last arrival, from its HELLO */
    struct pln_change *changes; /**< owned; chains changed since, until lane 1 was announced */
    size_t change_count;
    pln_cursor_t seen;  /**< how far I know the peer, once all announced is held */
    pln_cursor_t saved; /**< ... as saved */
    uint64_t saved_ms;
    pln_hash_t peer_digest; /**< last DIGEST */
    bool peer_digest_known;
    uint64_t moved_ms;        /**< last time anything of this network went either way */
    uint64_t digest_ms;       /**< last DIGEST sent */
    uint64_t repaired_ms;     /**< last time heads were sent because digests differed */
    uint64_t compare_ms;      /**< compare digests then, once things are quiet; 0 no need */
    uint64_t repair_wait_ms;  /**< doubles while digests stay unequal */
    uint64_t told_ms;         /**< last time all proofs of forks were sent for access differed */
    uint64_t told_wait_ms;    /**< doubles while it stays so */
    uint64_t buckets_ms;      /**< last time buckets of the peer were answered ... */
    uint64_t buckets_wait_ms; /**< ... and for how long no others are; doubles likewise */
    bool compares;            /**< it was sent a DIGEST that its ANSWER may be about */
    bool overflowed; /**< something announced could not be remembered: the cursor stands still */
    pln_chain_t **dirty; /**< owned; chains to be announced at the next flush */
    size_t dirty_count;
    size_t dirty_capacity;
    uint64_t flush_ms; /**< 0: nothing to announce */
    uint64_t served;   /**< bytes of runs it asked for and got */
    /* payloads asked of this peer: see node_holes.c */
    uint32_t holes_chain; /**< asked up to here in this round ... */
    uint64_t holes_seq;
    size_t holes_open; /**< rows of the batch under way */
    uint64_t holes_moved_ms;
    uint64_t holes_next_ms; /**< not before */
    uint64_t holes_wait_ms; /**< between two rounds; doubles */
} pln_share_t;

/** Runs the peer asked for: node_serve.c. */
typedef struct pln_serving pln_serving_t;
#define PLN_SERVING_KEY_SIZE 5u

struct pln_link {
    uint32_t number;
    pln_link_class_t as;
    pln_id_t id;
    pln_peer_t *peer; /**< NULL on a ticket's link */
    char address[PLN_ADDRESS_MAX + 1];
    bool dialled;
    pln_store_id_t store; /**< the peer's, from its HELLO */
    uint8_t start[PLN_START_SIZE];
    bool has_twin;         /**< there is another link to its id, and another machine behind it */
    uint64_t told_twin_ms; /**< when it was last told of that one; 0: not yet */
    bool up;
    bool greeted; /**< the peer's HELLO has come */
    bool closing;
    bool announce_only; /**< the peer hears from others too: announce runs, send none */
    uint8_t nonce[16];  /**< ours; begins with node->start */
    uint64_t up_ms;
    uint64_t heard_ms;
    uint64_t said_ms;
    pln_share_t **shares; /**< owned */
    size_t share_count;
    /* credit, in bytes of ENTRIES frames, cumulative */
    uint64_t granted; /**< to the peer */
    uint64_t received;
    uint64_t consumed; /**< stored or dropped */
    uint64_t window;
    uint64_t peer_granted; /**< to us */
    uint64_t sent;
    /* serving */
    pln_serving_t *serving[2]; /**< owned; of lane 0, then of lane 1; the first is next */
    pln_serving_t *serving_last[2];
    pln_map_t serving_by_chain; /**< (number 4, is it a rest 1) -> serving */
    bool loading;
    uint64_t credit_needed;     /**< 0, or bytes of the run that did not fit the credit */
    size_t telling;             /**< entries being read that ended a membership of the peer */
    pln_payload_wish_t *wishes; /**< owned; payloads to serve when no run waits, oldest first */
    size_t wish_count;
    uint64_t fork_spent; /**< bytes of FORK lately taken ... */
    uint64_t fork_ms;    /**< ... and when that was last counted down */
    /* asking */
    size_t asked;           /**< chains asked from this link and not complete */
    uint64_t progress_ms;   /**< last ENTRIES from it */
    pln_buf_t want_rows;    /**< being collected for one WANT */
    bool large;             /**< holds the large window */
    bool fast;              /**< ... the largest, or still what it granted */
    uint64_t peer_clock_ms; /**< its clock less our time since the start, plus 2^62 */
};

typedef enum { PLN_FROM_PRESENCE, PLN_FROM_TICKET, PLN_FROM_USER } pln_address_source_t;

typedef struct {
    char text[PLN_ADDRESS_MAX + 1];
    pln_address_source_t source;
} pln_address_t;

/** Somebody we may dial, or who dialled us; members that did neither are none. */
struct pln_peer {
    pln_id_t id;
    pln_address_t *addresses; /**< owned */
    size_t address_count;
    size_t address_next;
    pln_link_t *link;  /**< the one in use */
    uint32_t dialling; /**< link number of a dial under way; 0 none */
    uint64_t dial_ms;  /**< next try (mono) */
    uint32_t backoff_ms;
    uint64_t shun_ms; /**< after an offence: no session before */
    pln_peer_state_t state;
    uint64_t heard_wall_ms;
};

typedef struct {
    pln_buf_t body; /**< as signed */
    pln_signature_t signature;
    uint64_t stamp;
    uint64_t heard_wall_ms;
    uint64_t received_ms; /**< mono; 0 not in this life */
    pln_hash_t access;
    uint32_t flags;
    uint64_t settled; /**< our arrivals when it had our lane 0 and had erased all of it */
    pln_id_t node;
    char name[PLN_NAME_MAX + 1];
} pln_presence_state_t;

/** One network this node belongs to (or is joining, or has left). */
struct pln_net_state {
    pln_network_id_t id;
    pln_access_t *access;
    uint64_t generation; /**< of access, as of the last recompute */
    bool outdated;       /**< its access_version is above ours: lane 0 only (R14) */
    bool put_out;        /**< by our fold a revoke has ended us: lane 0 only, should it be undone */
    bool left;
    bool parting;         /**< left, but sessions go on until the others have heard of it ... */
    uint64_t part_ms;     /**< ... or until then */
    bool forgetting;      /**< left, and everything of it is to be deleted */
    pln_forget_t *forget; /**< owned; how far that is, once it has begun */
    bool promised;        /**< row holds a promise: root and inviter of a ticket, or a keyring's */
    pln_id_t promise_root;
    pln_id_t promise_inviters[PLN_PROMISES_MAX];
    size_t promise_count;
    pln_map_t chains; /**< (author 32, epoch 4, lane 1, branch 4) -> chain; branch 0: of none */
    pln_chain_t *buckets[PLN_BUCKETS];
    pln_hash_t sums[PLN_BUCKETS];         /**< over both lanes */
    pln_hash_t control_sums[PLN_BUCKETS]; /**< over lane 0 */
    bool dirty[PLN_BUCKETS];
    bool digest_stale;
    bool access_digest_stale; /**< only lane 0 moves it, and that is rare */
    pln_hash_t digest;
    pln_hash_t access_digest;
    pln_admission_t *admitted; /**< whom this network admits now; NULL: nobody */
    pln_admission_t *ended;    /**< whose membership a revoke has ended; NULL: nobody's */
    pln_map_t due;             /**< node id -> what we owe that member (node_duties.c) */
    uint64_t due_ms;           /**< the first of them */
    uint64_t review_ms;        /**< look again who is due */
    pln_row_t evidence[PLN_EVIDENCE_KEPT_MAX]; /**< rows of PLN_TABLE_EVIDENCE */
    size_t evidence_count;
    uint64_t admits_from_ms;  /**< `admitted` holds from this wall clock on: the last expiry ... */
    uint64_t admits_until_ms; /**< ... until this one: the next */
    pln_chain_t *waiting;     /**< wanted, not asked yet, oldest first */
    pln_chain_t *waiting_last;
    pln_map_t forks;      /**< place key -> pln_fork_place_t */
    pln_map_t blocked;    /**< place key -> pln_blocked_t: announced, but not to be asked for now */
    pln_map_t doubts;     /**< peer -> pln_doubts_t ... */
    size_t doubt_count;   /**< ... and the sum of them */
    size_t open_wants;    /**< chains asked or waiting */
    pln_map_t presences;  /**< node id -> pln_presence_state_t */
    uint64_t presence_ms; /**< next own presence */
    uint64_t presence_made_ms;
    uint64_t stamp; /**< of the last own presence */
    uint64_t records;
    uint64_t bytes;
    bool heard;           /**< a peer has told its heads since the start */
    uint64_t write_ms;    /**< nothing is written here before (R5) */
    uint64_t handing_on;  /**< request that hands on the root, until it is durable; 0 none */
    uint64_t fates;       /**< of access, as of the last look at all marks */
    size_t mark_count;    /**< of all chains */
    size_t holes;         /**< of all chains */
    uint64_t judged;      /**< the highest `known` of all marks */
    uint64_t withdraw_ms; /**< when to look at the marks again; 0 no need */
    uint64_t aside_ms;    /**< when to look again for what was set aside long enough */
    pln_map_t flights;    /**< chain_hash of what is in the writer -> its chain of lane 0 */
    uint64_t refold_ms;   /**< when to look at what the last entries change; 0 no need */
    uint64_t refolds;     /**< how often that was done since the start */
};

typedef struct pln_job_op {
    pln_effect_type_t type;
    pln_chain_t *chain;
    uint32_t link;      /**< who brought it; 0 ourselves */
    size_t frame_bytes; /**< to be credited */
    uint64_t to;
    pln_copy_t copy; /**< of WITHHOLD and REVEAL: what entry `to` will be */
    bool aside;
    uint64_t minted; /**< of MINT: drafts, and their weight */
    uint64_t minted_bytes;
} pln_job_op_t;

/** What is in the writer. */
typedef struct pln_pending {
    uint64_t number;
    pln_job_op_t *ops;
    size_t count;
    size_t capacity;
    uint64_t request; /**< to be answered when stored; 0 none */
    pln_event_type_t what;
    bool forget; /**< of LEAVE */
    bool told;   /**< `data` is the evidence that ended our membership in `network` */
    pln_network_id_t network;
    pln_buf_t data;        /**< owned: what the answer carries */
    pln_buf_t before;      /**< owned: of PEER_ADD and PEER_REMOVE, for node_dial.c */
    uint32_t welcome_link; /**< ticket link that waits for WELCOME; 0 none */
    pln_id_t about;        /**< the ticket of that JOIN, of INVITE and CANCEL; the peer */
    struct pln_pending *next;
} pln_pending_t;

typedef struct {
    uint64_t request;
    pln_ticket_t ticket;
    uint32_t link;  /**< ticket link, dialling or up; 0 none */
    size_t attempt; /**< index over all addresses of the ticket, round after round */
    size_t refused; /**< of this round: gates that did not know the ticket */
    uint64_t next_ms;
    bool asked; /**< JOIN is said on `link` */
    bool welcomed;
    bool was_member;      /**< by what we knew when it began ... */
    uint32_t term_before; /**< ... in this term */
    char last[160];       /**< progress told last */
    char problem[160];    /**< of it the last that was bad news; may be empty */
} pln_joining_t;

struct pln_node {
    pln_node_config_t config;
    char name[PLN_NAME_MAX + 1];
    char version[33];
    const pln_identity_t *self;
    pln_store_id_t store;
    pln_cursor_t arrivals; /**< last durable */
    bool started;
    bool disk_low;
    uint64_t started_ms;
    uint64_t now_ms; /**< mono, of this step */
    uint64_t wall_ms;
    uint64_t admits_from_ms;  /**< what every network admits holds from this wall clock on ... */
    uint64_t admits_until_ms; /**< ... until this one */
    uint64_t scanned_ms;      /**< last slow scan */
    uint64_t wake_ms;
    uint64_t dial_ms;              /**< before that nobody is to be called */
    uint8_t start[PLN_START_SIZE]; /**< random; all HELLOs of this start of plnd say it */
    uint8_t secret[32];            /**< seeds map keys and random choices */
    uint64_t draws;

    pln_net_state_t **nets;
    size_t net_count;
    pln_map_t net_by_id;
    pln_map_t links; /**< u32 -> link */
    uint32_t next_dial_link;
    pln_map_t peers;     /**< id -> peer */
    pln_map_t told;      /**< id -> when it was last told that its membership has ended */
    pln_map_t tickets;   /**< ticket key -> pln_invitation_t */
    pln_map_t cursors;   /**< (peer 32, network 32) -> pln_cursor_t */
    pln_map_t epochs;    /**< (network 32, term 4) -> own epochs (node_epochs.c) */
    pln_store_id_t life; /**< the store that the rows of epochs were last opened with ... */
    bool life_known;     /**< ... if there is one */
    bool used_before;    /**< the key was, before this store was made */
    pln_twin_view_t twin;
    uint64_t twin_told_ms; /**< when a peer last said that it is there */
    pln_held_t *held;      /**< what makes us write and must wait, oldest first */
    size_t held_count;
    size_t held_bytes;
    pln_map_t loaded_marks; /**< chain number u32 -> its marks, until the start */
    pln_map_t aside;        /**< chain number u32 -> since when something of it is set aside */
    bool reap;              /**< a closing link is to be removed */
    pln_chain_t **chains;   /**< by number; NULL where unused */
    size_t chain_capacity;
    uint32_t next_chain;
    pln_joining_t *joining[8];
    char (*advertise)[PLN_ADDRESS_MAX + 1];
    size_t advertise_count;
    size_t large_links;
    size_t fast_links;
    pln_search_t *searches;
    uint64_t search_count;
    size_t blocked_count; /**< rows of `wanted`, all networks */

    /* this step */
    const pln_event_t *event;
    const pln_chain_t *adopted_chain; /**< whose control entry is being adopted; NULL none */
    const pln_stored_t *adopted;
    pln_effect_t *effects;
    size_t effect_count;
    size_t effect_capacity;
    uint8_t **arena; /**< blocks freed at the next step */
    size_t arena_count;
    size_t arena_capacity;
    pln_pending_t *job; /**< being filled */
    uint64_t next_job;
    pln_pending_t *pending; /**< in the writer, oldest first */
    pln_pending_t *pending_last;

    uint64_t refused[PLN_ERROR_COUNT];
    pln_node_counters_t counters;
};

/* node.c: effects and small services */
pln_effect_t *pln_fx(pln_node_t *node, pln_effect_type_t type);
uint8_t *pln_keep(pln_node_t *node, const void *data, size_t size); /**< arena copy */
void pln_adopt(pln_node_t *node, uint8_t *block); /**< into the arena; owned from now on */
void pln_send(pln_node_t *node, pln_link_t *link, const pln_message_t *message, pln_span_t body);
void pln_save(pln_node_t *node, pln_table_t table, const void *key, size_t key_size,
              const pln_buf_t *value);
void pln_forget_row(pln_node_t *node, pln_table_t table, const void *key, size_t key_size);
pln_pending_t *pln_job(pln_node_t *node);
pln_job_op_t *pln_job_op(pln_node_t *node, pln_effect_type_t type, pln_chain_t *chain);
void pln_reply(pln_node_t *node, uint64_t request, bool done, pln_err_t error, const char *detail);
pln_effect_t *pln_reply_data(pln_node_t *node, uint64_t request, pln_err_t error, pln_span_t data);
void pln_refuse(pln_node_t *node, pln_err_t reason);
uint64_t pln_random(pln_node_t *node, uint64_t below);
void pln_random_bytes(pln_node_t *node, void *out, size_t size);
void pln_wake(pln_node_t *node, uint64_t at_ms);
void pln_trace(pln_node_t *node, const char *what, const pln_link_t *link, const pln_place_t *place,
               uint64_t number);

/* node_chains.c */
pln_net_state_t *pln_net_find(pln_node_t *node, const pln_network_id_t *id);
pln_net_state_t *pln_net_add(pln_node_t *node, const pln_network_id_t *id);
void pln_net_free(pln_net_state_t *net);
void pln_net_save(pln_node_t *node, pln_net_state_t *net);
pln_chain_t *pln_chain_find(pln_net_state_t *net, const pln_id_t *author, uint32_t epoch,
                            uint8_t lane);
pln_chain_t *pln_chain_add(pln_node_t *node, pln_net_state_t *net, const pln_place_t *place,
                           uint32_t number);
void pln_chain_touch(pln_net_state_t *net, pln_chain_t *chain);
void pln_chain_key(const pln_place_t *place, uint8_t out[37]);
bool pln_net_admits(const pln_net_state_t *net, const pln_id_t *id);
/** Is it a member, by the fold or a ticket's promise, who has not left and whose time is not over?
 * Some that are none are admitted all the same while a promise stands, for lane 0 only. */
bool pln_net_has(const pln_node_t *node, const pln_net_state_t *net, const pln_id_t *id);
/** Does any network? */
bool pln_node_admits(const pln_node_t *node, const pln_id_t *id);
/** Access may have changed: limits, admissions, wants, own chains follow. */
void pln_net_refold(pln_node_t *node, pln_net_state_t *net);
void pln_net_digests(pln_net_state_t *net);
/** Memberships are over, or are not after all, as the clock went on or was set back meanwhile. */
void pln_admissions_follow_clock(pln_node_t *node);

/* node_links.c */
pln_link_t *pln_link_find(pln_node_t *node, uint32_t number);
pln_share_t *pln_share_find(pln_link_t *link, const pln_net_state_t *net);
void pln_link_up(pln_node_t *node, const pln_event_t *event);
void pln_link_down(pln_node_t *node, uint32_t number, pln_down_t why);
void pln_link_end(pln_node_t *node, pln_link_t *link, pln_err_t reason, const char *detail);
void pln_link_bye(pln_node_t *node, pln_link_t *link, const char *reason, const char *detail);
void pln_link_received(pln_node_t *node, const pln_event_t *event);
void pln_link_shares(pln_node_t *node, pln_link_t *link);
void pln_share_end(pln_node_t *node, pln_link_t *link, pln_net_state_t *net, const char *reason,
                   const char *detail);
void pln_share_free(pln_share_t *share);
void pln_links_scan(pln_node_t *node);
void pln_links_reap(pln_node_t *node);

/* node_hello.c */
void pln_hello_greet(pln_node_t *node, pln_link_t *link);
void pln_hello_received(pln_node_t *node, pln_link_t *link, const pln_hello_t *hello);
void pln_share_save_cursor(pln_node_t *node, pln_link_t *link, pln_share_t *share);
/** Not all that @peer has announced is remembered: the next session begins without a cursor. */
void pln_cursor_forget(pln_node_t *node, const pln_id_t *peer, pln_net_state_t *net);

/* node_heads.c */
/** The share of a message's network; NULL, and counted: none, or the peer is not let in (R16). */
pln_share_t *pln_share_named(pln_node_t *node, pln_link_t *link, const pln_network_id_t *network);
void pln_heads_start(pln_node_t *node, pln_link_t *link, pln_share_t *share,
                     const pln_hello_row_t *row);
void pln_heads_changes(pln_node_t *node, const pln_event_t *event);
void pln_heads_received(pln_node_t *node, pln_link_t *link, const pln_heads_t *heads);
void pln_digest_received(pln_node_t *node, pln_link_t *link, const pln_digest_message_t *digest);
void pln_digest_send(pln_node_t *node, pln_link_t *link, pln_share_t *share, uint32_t flags,
                     bool buckets);
/** Look whether a share can go on: lane 0 done, lane 1 to be announced. */
void pln_share_advance(pln_node_t *node, pln_link_t *link, pln_share_t *share);
void pln_heads_scan(pln_node_t *node, pln_link_t *link, pln_share_t *share);

/* node_wants.c; what must wait: node_blocked.h */
void pln_want(pln_node_t *node, pln_link_t *link, pln_net_state_t *net, const pln_row_t *row,
              uint64_t not_before_ms, bool coming);
void pln_want_progress(pln_node_t *node, pln_chain_t *chain);
/** What was asked did not come: ask whoever else announced it. */
void pln_want_again(pln_node_t *node, pln_chain_t *chain);
/** A run of @link is in the writer: wanted until it is durable, or the cursor would pass it. */
void pln_want_storing(pln_node_t *node, pln_link_t *link, pln_chain_t *chain);
/** It could not be written: ask again, but not at once. */
void pln_want_unwritten(pln_node_t *node, pln_chain_t *chain, uint64_t seq);
/** The same, and do not ask this one. */
void pln_want_skip(pln_node_t *node, pln_chain_t *chain, uint32_t link);
/** PLN_OK, or why the chain is not to be asked for now. */
pln_err_t pln_want_reason(pln_node_t *node, pln_net_state_t *net, const pln_place_t *place,
                          const pln_chain_t *chain);
void pln_want_drop_link(pln_node_t *node, pln_link_t *link);
/** Send WANTs for what waits. */
void pln_want_flush(pln_node_t *node, pln_net_state_t *net);
void pln_want_scan(pln_node_t *node, pln_net_state_t *net);
/** The link is asked for something besides its chains: it holds a large window meanwhile. */
bool pln_want_hold(pln_node_t *node, pln_link_t *link);
void pln_want_release(pln_node_t *node, pln_link_t *link);
void pln_credit_consume(pln_node_t *node, pln_link_t *link, size_t bytes);
void pln_credit_review(pln_node_t *node, pln_link_t *link);

/* node_serve.c */
void pln_serve_want(pln_node_t *node, pln_link_t *link, const pln_want_t *want);
void pln_serve(pln_node_t *node, pln_link_t *link, pln_chain_t *chain, uint64_t from,
               const pln_hash_t *base);
void pln_serve_next(pln_node_t *node, pln_link_t *link);
/** Nothing that the peer asked for can be sent now. */
bool pln_serve_idle(pln_link_t *link);
void pln_serve_loaded(pln_node_t *node, const pln_event_t *event);
void pln_serve_drop(pln_link_t *link, const pln_net_state_t *net);
void pln_serve_credit(pln_node_t *node, pln_link_t *link, uint64_t total);

/* node_runs.c */
void pln_run_received(pln_node_t *node, pln_link_t *link, const pln_entries_t *entries,
                      size_t frame_bytes);
void pln_job_stored(pln_node_t *node, const pln_event_t *event);
/** Adopt one stored operation: heads, digests, access, announcements. */
void pln_chain_stored(pln_node_t *node, pln_job_op_t *op, const pln_stored_t *result);

/* node_push.c */
void pln_push(pln_node_t *node, pln_chain_t *chain, const pln_stored_t *result, uint32_t from_link);
void pln_push_flush(pln_node_t *node, pln_link_t *link, pln_share_t *share);
void pln_push_duplicate(pln_node_t *node, pln_link_t *link, pln_chain_t *chain);
void pln_prune_received(pln_node_t *node, pln_link_t *link, const pln_network_id_t *network);
void pln_graft_received(pln_node_t *node, pln_link_t *link, const pln_network_id_t *network);
void pln_graft(pln_node_t *node, pln_link_t *link, pln_net_state_t *net);

/* node_publish.c */
void pln_found(pln_node_t *node, const pln_event_t *event);
void pln_publish(pln_node_t *node, const pln_event_t *event);
/** What is minted must read back as valid everywhere, or it would have no effect. */
bool pln_text_valid(const char *text, size_t size_max);
/** The present job answers @request of @event. */
void pln_job_for(pln_node_t *node, const pln_event_t *event, uint64_t request,
                 const pln_network_id_t *network);
void pln_leave(pln_node_t *node, const pln_event_t *event);
void pln_mint(pln_node_t *node, pln_net_state_t *net, uint32_t epoch, uint8_t lane,
              const pln_draft_t *drafts, size_t count);
void pln_mint_control(pln_node_t *node, pln_net_state_t *net, uint32_t epoch, uint16_t kind,
                      const pln_buf_t *payload);
pln_err_t pln_clock_check(pln_node_t *node);
void pln_publish_stored(pln_node_t *node, pln_pending_t *job, const pln_event_t *event);

/* node_forget.c */
/** The leave is durable: sessions end once the others have heard of it. */
void pln_part(pln_node_t *node, pln_net_state_t *net);
void pln_forget_scan(pln_node_t *node);
void pln_forget_progress(pln_chain_t *chain, const pln_stored_t *result);
/** A job has come back; if it was a slice, the next may follow. Networks may be gone afterwards. */
void pln_forget_stored(pln_node_t *node, uint64_t job, pln_err_t error);
void pln_forget_free(pln_net_state_t *net);
pln_err_t pln_forget_load(pln_node_t *node, pln_span_t key, pln_span_t value);

/* node_presence.c */
void pln_presence_received(pln_node_t *node, pln_link_t *link,
                           const pln_presence_message_t *message);
void pln_presence_scan(pln_node_t *node, pln_net_state_t *net);
/** Where this node is reached, what it is called: told in the next presence of each network. */
void pln_addresses_set(pln_node_t *node, const pln_event_t *event);
void pln_name_set(pln_node_t *node, const pln_event_t *event);
void pln_presence_exchange(pln_node_t *node, pln_link_t *link, pln_share_t *share);
pln_err_t pln_presence_load(pln_node_t *node, pln_span_t key, pln_span_t value);
void pln_presence_free(pln_presence_state_t *presence);

/* node_dial.c */
pln_peer_t *pln_peer_get(pln_node_t *node, const pln_id_t *id);
void pln_peer_address(pln_node_t *node, const pln_id_t *id, const char *address,
                      pln_address_source_t source);
void pln_peer_free(pln_peer_t *peer);
void pln_peer_save(pln_node_t *node, const pln_peer_t *peer);
pln_err_t pln_peer_load(pln_node_t *node, pln_span_t key, pln_span_t value);
/** The first network that lets @id in has come, or the last one has gone. */
void pln_peer_admit(pln_node_t *node, const pln_id_t *id, bool admit);
/** One network more lets it in. */
void pln_peer_welcome(pln_node_t *node, const pln_id_t *id);
/** Call @peer from @at_ms on. */
void pln_dial_at(pln_node_t *node, pln_peer_t *peer, uint64_t at_ms);
void pln_dial_scan(pln_node_t *node);
void pln_dial_failed(pln_node_t *node, pln_peer_t *peer, pln_down_t why);
void pln_dial_now(pln_node_t *node);

#endif
