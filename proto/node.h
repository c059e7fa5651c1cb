// SPDX-License-Identifier: MPL-2.0
/**
 * node - the step function that holds all sessions and decides whom to send, ask, dial, drop.
 *
 * Why     Gossip bugs live between sessions; one pure state with every peer in it can be replayed.
 * Shape   event in, effects out. The shell performs the effects in order, and events report back:
 *             SEND DIAL CLOSE ADMIT         -> LINK_UP LINK_DOWN RECEIVED
 *             STORE MINT SAVE ASIDE BACK    -> one job a step, one STORED (all of it or nothing)
 *             WITHHOLD REVEAL FORGET
 *             LOAD -> LOADED, PROBE -> PROBED, READ -> READ, CHANGES -> CHANGES
 *             REPLY                         -> the user's request is answered
 * Order   nothing is announced, confirmed or credited before its STORED
 * Owner   effects and their spans live until the next step; spans of an event must live until the
 *         effects of its step have been performed (SEND and STORE may point into them)
 * Pure    no sockets, disk, clock, threads; time and randomness come in (config.seed, event times);
 *         same seed + same events = same effects, byte for byte
 * Spec    SPEC 9, 10
 * Down    access.h, chain.h, message.h
 */
#ifndef PLN_NODE_H
#define PLN_NODE_H

#include "access.h"
#include "arrival.h"
#include "chain.h"
#include "keyring.h"
#include "ticket.h"

typedef struct pln_node pln_node_t;

/** Small-state tables whose keys and values the core encodes; the shell stores bytes under bytes.
 */
typedef enum {
    PLN_TABLE_NETWORKS, /**< networks this node belongs to */
    PLN_TABLE_CURSORS,  /**< per peer and network: how far its arrivals are known */
    PLN_TABLE_WANTED,   /**< announced, not held, with the reason (R12) */
    PLN_TABLE_TICKETS,  /**< invitations made here, until they expire */
    PLN_TABLE_PRESENCE, /**< latest presence of each member (R20) */
    PLN_TABLE_PEERS,    /**< addresses of `peer add` and of tickets */
    PLN_TABLE_CHAINS,   /**< the chain numbers given, once chains were deleted */
    PLN_TABLE_EPOCHS,   /**< own epochs: which are used, which is open in this store (R5) */
    PLN_TABLE_EVIDENCE, /**< entries that ended this node's memberships, as it was told (SPEC 9.14)
                         */
    PLN_TABLE_WITHHELD, /**< entries whose payload is not here, or hidden (R8) */
    PLN_TABLE_FORKS,    /**< per forked chain of lane 1: the proof kept (R6) */
    PLN_TABLE_ASIDE,    /**< chains of which something is set aside, and since when */
    PLN_TABLE_COUNT
} pln_table_t;

typedef struct {
    const pln_identity_t *self; /**< borrowed for the node's life */
    pln_store_id_t store;
    pln_cursor_t arrivals; /**< last arrival in the store */
    const char *name;      /**< this district's name; copied */
    const char *version;   /**< software version for presence; copied */
    bool dial_all;         /**< false: only addresses of tickets and `peer add` */
    bool used_before;      /**< the key is older than this store: it was restored, imported, or its
                              store lost. Looked at in the first start of a store only; that a
                              restored store has a new id tells the same (R5) */
    uint32_t access_version; /**< of the fold that is implemented; 0: PLN_ACCESS_VERSION (R14) */
    uint64_t build_ms;       /**< a clock before this is not credible (R9) */
    uint64_t seed;           /**< for every random choice */
    void (*trace)(void *arg, const char *line); /**< may be NULL; worth reading */
    void *trace_arg;
} pln_node_config_t;

pln_node_t *pln_node_new(const pln_node_config_t *config);
void pln_node_free(pln_node_t **node);

/* ---- loading, before PLN_EV_START: rows as the store holds them, any order within a kind,
 *      first all TABLE rows, then chains, then lane-0 entries ---- */

/** A chain as stored. Chain numbers are given by the core and never reused. */
typedef struct {
    uint32_t number;
    pln_place_t place;
    pln_head_t head;           /**< of everything held in order, counted or not */
    pln_signature_t signature; /**< of head */
    uint64_t counted;          /**< entries beyond are set aside; == head.seq when nothing is */
    pln_head_t counted_head;   /**< equals head when nothing is aside */
    uint64_t last_arrival;     /**< row number of the last arrival that names this chain */
    bool branch;               /**< it leaves another chain of the same place (R6): ... */
    uint32_t parent;           /**< ... of this number ... */
    pln_head_t base;           /**< ... behind this head; of others the chain's start */
} pln_chain_row_t;

PLN_MUST_CHECK pln_err_t pln_node_load_row(pln_node_t *node, pln_table_t table, pln_span_t key,
                                           pln_span_t value);
PLN_MUST_CHECK pln_err_t pln_node_load_chain(pln_node_t *node, const pln_chain_row_t *row);
/** A stored lane-0 entry; @before is chain_hash(seq - 1), @hash chain_hash(seq). */
PLN_MUST_CHECK pln_err_t pln_node_load_control(pln_node_t *node, uint32_t chain, uint64_t seq,
                                               const pln_hash_t *before, const pln_hash_t *hash,
                                               const pln_entry_t *entry);

/* ---- events ---- */

typedef enum {
    PLN_EV_START,   /**< loading is over */
    PLN_EV_TICK,    /**< time has passed; send one at pln_node_wake_at_ms() or earlier */
    PLN_EV_RESUMED, /**< the machine slept: dial everybody now */
    PLN_EV_LINK_UP,
    PLN_EV_LINK_DOWN,
    PLN_EV_RECEIVED,
    PLN_EV_STORED,
    PLN_EV_LOADED,
    PLN_EV_READ,
    PLN_EV_PROBED,
    PLN_EV_CHANGES,
    PLN_EV_ADDRESSES, /**< where this node can be reached, as others should try it */
    PLN_EV_DISK,      /**< short of disk, or well again (R11) */
    PLN_EV_FOUND,     /**< user: network create */
    PLN_EV_PUBLISH,   /**< user: records of one network */
    PLN_EV_INVITE,
    PLN_EV_CANCEL, /**< withdraw an invitation */
    PLN_EV_JOIN,
    PLN_EV_JOIN_GIVE_UP,
    PLN_EV_REVOKE,
    PLN_EV_TRANSFER, /**< user: hand on the root (R17) */
    PLN_EV_SETTINGS, /**< user: change what the root sets for all (R11, R14) */
    PLN_EV_RETRACT,  /**< user: withdraw a record, or take that back */
    PLN_EV_HEAL,     /**< settle this node's own forks (R6) */
    PLN_EV_HEALED,   /**< what does not count of one is published again */
    PLN_EV_LEAVE,
    PLN_EV_NAME, /**< what this district is called from now on */
    PLN_EV_PEER_ADD,
    PLN_EV_PEER_REMOVE,
    PLN_EV_RECALL /**< a network that the node's key belonged to, and whom to ask about it */
} pln_event_type_t;

/** Whom the transport has proven to be at the other end. */
typedef enum {
    PLN_LINK_PEER,
    PLN_LINK_TICKET,
    PLN_LINK_PUT_OUT /**< its membership has ended: it is told so and closed */
} pln_link_class_t;

typedef enum {
    PLN_DOWN_CLOSED,    /**< the connection ended, or we closed it */
    PLN_DOWN_REFUSED,   /**< the peer's gate refused our key */
    PLN_DOWN_KEY,       /**< whoever answers there has another key */
    PLN_DOWN_UNREACHED, /**< no answer */
    PLN_DOWN_NAME,      /**< no machine is known by that name */
    PLN_DOWN_STALLED    /**< the transport's queue is full */
} pln_down_t;

/** One operation of a job that was stored, in the order of its STORE, MINT, ASIDE, BACK, WITHHOLD,
 * REVEAL, FORGET. */
typedef struct {
    uint32_t chain;
    pln_head_t base;           /**< head before */
    pln_head_t end;            /**< head after */
    pln_signature_t signature; /**< of end */
    pln_span_t run;            /**< the bytes stored; empty when they were more than one run */
    pln_cursor_t arrival;      /**< the row this operation made */
} pln_stored_t;

typedef struct {
    pln_event_type_t type;
    uint64_t mono_ms; /**< never goes back */
    uint64_t wall_ms; /**< Unix time by this machine's clock */
    union {
        struct {
            uint32_t
                link; /**< as given in DIAL, or with bit 31 set: accepted, numbered by the shell */
            pln_link_class_t as; /**< of accepted links; what we dialled as we know ourselves */
            pln_id_t peer;       /**< proven node id; or the ticket's public key */
            const char *address; /**< for showing */
        } link_up;
        struct {
            uint32_t link;
            pln_down_t why;
        } link_down;
        struct {
            uint32_t link;
            pln_span_t frame;
        } received;
        struct {
            uint64_t job;
            pln_err_t error; /**< OK; ENOSPACE, EIO: nothing of it happened; ESTALE: a base moved */
            const pln_stored_t *results;
            size_t count;
        } stored;
        struct {
            uint32_t link;
            uint32_t chain;
            uint64_t from;
            pln_err_t error; /**< OK, ENOTFOUND, EIO */
            pln_head_t base; /**< head at from - 1 as stored here */
            pln_head_t end;  /**< head at the run's last entry */
            pln_signature_t signature;
            pln_span_t run; /**< from .. end.seq */
            bool comparing;
        } loaded;
        struct {
            uint32_t link;
            uint32_t chain;
            uint64_t seq;
            pln_err_t error;  /**< OK, ENOTFOUND, EIO */
            pln_span_t entry; /**< as stored */
        } read;
        struct {
            uint32_t link;
            uint32_t chain;
            uint64_t purpose;
            const pln_head_t *heads; /**< at the seqs asked for; seq 0 where nothing is held */
            size_t count;
        } probed;
        struct {
            uint32_t link;
            pln_network_id_t network;
            bool valid;     /**< the cursor's tag is the one stored at that number */
            bool truncated; /**< more rows than the shell is willing to list */
            const struct pln_change {
                uint32_t chain;
                uint64_t from; /**< smallest seq touched since the cursor */
            } * rows;          /**< one per chain, all networks */
            size_t count;
        } changes;
        struct {
            const char *const *list; /**< HOST:PORT */
            size_t count;
        } addresses;
        struct {
            uint64_t request;
            const char *name;
        } name;
        struct {
            bool low;
        } disk;
        struct {
            uint64_t request;
            const char *name;
            const char *title; /**< may be NULL */
            uint8_t nonce[16];
            uint64_t max_entries; /**< quotas; 0: the defaults */
            uint64_t max_bytes;
        } found;
        struct {
            uint64_t request;
            pln_network_id_t network;
            const pln_draft_t *drafts; /**< copied by the core's effect; lane 1 kinds only */
            size_t count;
        } publish;
        struct {
            uint64_t request;
            pln_network_id_t network;
            pln_role_t role;
            const char *label;
            uint64_t expiry_ms; /**< of the ticket */
            uint64_t until_ms;  /**< of the membership it gives; 0 none */
            bool near; /**< none of the addresses is good beyond this building, says the shell */
            bool bound;
            pln_id_t bound_to;
            const char *const *addresses; /**< of this node, to be put into the ticket */
            size_t address_count;
            uint8_t seed[PLN_SEED_SIZE]; /**< fresh, valid by R7 */
        } invite;
        struct {
            uint64_t request;
            pln_id_t ticket; /**< public key of the invitation */
        } cancel;
        struct {
            uint64_t request;
            const pln_ticket_t *ticket;
        } join;
        struct {
            uint64_t request;
        } give_up;
        struct {
            uint64_t request;
            pln_network_id_t network;
            pln_id_t member;
            const char *reason;
            bool backdated;        /**< of a coordinator: its lane 0 ends at these cuts */
            const pln_cut_t *cuts; /**< of lane 0, none twice; of what has none, nothing counts */
            uint32_t cut_count;
        } revoke;
        struct {
            uint64_t request;
            pln_network_id_t network;
            pln_id_t successor;
        } transfer;
        struct {
            uint64_t request;
            pln_network_id_t network;
            const char *title;       /**< NULL or empty: as it is; so with 0 in the others */
            uint64_t max_entries;    /**< only upwards */
            uint64_t max_bytes;      /**< only upwards */
            uint32_t access_version; /**< only upwards, to what this node implements */
        } settings;
        struct {
            uint64_t request;
            pln_place_t place; /**< of the record's chain */
            uint64_t seq;
            pln_hash_t data; /**< data(seq), so that what is withdrawn is what was looked at */
            const char *reason;
            bool undo; /**< what this node has said before, or as root: any coordinator */
        } retract;
        struct {
            uint64_t request;
            pln_network_id_t network;
        } heal;
        struct {
            uint64_t request;
            pln_place_t place;
            uint64_t entries; /**< of the view from which that began: more may have come since */
        } healed;
        struct {
            uint64_t request;
            pln_network_id_t network;
            bool forget; /**< and delete all that is held of it; also of one left before */
        } leave;
        struct {
            uint64_t request;
            pln_id_t peer;
            const char *address; /**< HOST:PORT; in PEER_REMOVE NULL: all of them */
        } peer;
        struct {
            uint64_t request;
            const pln_keyring_network_t *network;
        } recall;
    } as;
} pln_event_t;

/* ---- effects ---- */

#define PLN_PROBE_MAX 32u /**< heads asked for at once */

/** What the FORGETs of one transaction delete at most: a commit must not keep others waiting. */
#define PLN_FORGET_ENTRIES 20000u
#define PLN_FORGET_BYTES (16u << 20)

typedef enum {
    PLN_FX_SEND,
    PLN_FX_DIAL,
    PLN_FX_CLOSE,
    PLN_FX_ADMIT,
    PLN_FX_STORE,
    PLN_FX_MINT,
    PLN_FX_ASIDE,
    PLN_FX_BACK,
    PLN_FX_WITHHOLD,
    PLN_FX_REVEAL,
    PLN_FX_FORGET,
    PLN_FX_TRIM, /**< delete what was set aside long enough */
    PLN_FX_SAVE,
    PLN_FX_LOAD,
    PLN_FX_READ, /**< one entry; comes back as PLN_EV_READ */
    PLN_FX_PROBE,
    PLN_FX_CHANGES,
    PLN_FX_REPLY
} pln_effect_type_t;

typedef struct {
    pln_effect_type_t type;
    union {
        struct {
            uint32_t link;
            pln_span_t head; /**< one frame: head, then body */
            pln_span_t body; /**< may be empty */
        } send;
        struct {
            uint32_t link; /**< the number this link will have (bit 31 clear) */
            pln_id_t peer; /**< its CURVE key is derived from this */
            char address[PLN_ADDRESS_MAX + 1];
            bool as_ticket; /**< dial with the key of @seed, not our own */
            uint8_t seed[PLN_SEED_SIZE];
        } dial;
        struct {
            uint32_t link;
        } close;
        struct {
            pln_link_class_t as;
            pln_id_t id; /**< node id, or ticket public key */
            bool admit;  /**< false: refuse from now on, and drop what is connected */
        } admit;
        struct {
            uint32_t chain;
            pln_place_t place;
            pln_head_t base; /**< the writer refuses the job (ESTALE) if the chain ends elsewhere */
            pln_head_t end;
            pln_signature_t signature;
            pln_span_t run;
            uint32_t count;
            bool branch;     /**< a chain not stored yet that leaves @parent behind @base */
            uint32_t parent; /**< ... of the same place */
            bool aside;      /**< these entries do not count until a BACK says so */
        } store;
        struct {
            uint32_t chain;
            pln_place_t
                place; /**< author = self; seq, link, signature in the writer's transaction */
            const pln_draft_t *drafts;
            size_t count;
        } mint;
        struct {
            uint32_t chain;
            uint64_t from; /**< first entry that no longer counts (ASIDE) or counts again (BACK) */
            uint64_t to;   /**< afterwards from - 1 (ASIDE) or to (BACK) is the last that counts;
                                the result's `end` is the head there */
            bool vouched;  /**< keep this signature of the head that is then the last that counts;
                                of zeros, when a fork proof vouches for it */
            pln_signature_t signature;
        } aside;
        struct {
            uint32_t chain;
            uint64_t seq;
            bool keep;          /**< WITHHOLD: the payload stays beside, for REVEAL; else what is
                                     held of it is overwritten, also what an earlier one kept */
            pln_span_t payload; /**< REVEAL: what was fetched; empty: what was kept */
        } withhold;
        struct {
            uint32_t chain;
            uint64_t upto; /**< delete from the lowest entry held up to this one, as far as the
                                limits above reach: the result's `base.seq` and `end.seq` tell what
                                was gone before and is now. At or above the head the chain itself
                                goes with its last entry. No arrival is made, none goes */
        } forget;
        struct {
            uint32_t chain;
            uint64_t to; /**< delete entries behind this one, which must be all that count or more,
                              from the end on, in whole runs as far as the limits above reach: the
                              result's `end` and `signature` are the head that is left. Nothing is
                              deleted down to a head that nobody signed. No arrival is made */
        } trim;
        struct {
            pln_table_t table;
            pln_span_t key;   /**< <= 128 bytes */
            pln_span_t value; /**< data NULL: delete */
        } save;
        struct {
            uint32_t link;
            uint32_t chain;
            pln_place_t place;
            uint64_t from;
            uint64_t to;    /**< never load past this seq (what counts) */
            bool comparing; /**< told again in LOADED: for a fork proof, not for sending */
            bool vouched;   /**< this is the signature of the head at `to`, if none is kept */
            pln_signature_t signature;
        } load;
        struct {
            uint32_t link; /**< whom it is for; 0: ourselves */
            uint32_t chain;
            uint64_t seq;
        } read;
        struct {
            uint32_t link;
            uint32_t chain;   /**< of a branch: itself and what it leaves */
            uint64_t purpose; /**< told again in PROBED */
            uint64_t seqs[PLN_PROBE_MAX];
            size_t count;
        } probe;
        struct {
            uint32_t link;
            pln_network_id_t network;
            pln_cursor_t cursor;
        } changes;
        struct {
            uint64_t request;
            bool done; /**< false: progress; detail says what goes on */
            pln_err_t error;
            char detail[256]; /**< one sentence for a person; may be empty */
            pln_span_t data; /**< FOUND, JOIN: network id · INVITE: ticket text · PUBLISH: none */
            pln_place_t place;  /**< PUBLISH: where ... */
            uint64_t first_seq; /**< ... and from which seq the records stand, in order */
        } reply;
    } as;
} pln_effect_t;

typedef struct {
    const pln_effect_t *list;
    size_t count;
    uint64_t job; /**< number of this step's job when it has any storing effect */
} pln_effects_t;

/** The one entrance. Never fails: bad input becomes a counted refusal and, for an offence, CLOSE.
 */
void pln_node_step(pln_node_t *node, const pln_event_t *event, pln_effects_t *effects);
/** When the node wants its next TICK (mono_ms). */
uint64_t pln_node_wake_at_ms(const pln_node_t *node);

#include "node_view.h"

#endif
