// SPDX-License-Identifier: MPL-2.0
/**
 * node_view - looking into a node, for status and the API: all answers are copies.
 *
 * Why     What is shown never steers what is decided.
 * Shape   views by cursor or by name; come with node.h
 * Owner   the caller's structs; only pln_node_access lends
 */
#ifndef PLN_NODE_VIEW_H
#define PLN_NODE_VIEW_H

#include "node.h"

/** A chain that its author has forked. */
typedef struct {
    pln_place_t place;
    uint64_t at;                 /**< last seq that the branches have in common */
    bool own;                    /**< this node's key wrote both */
    bool settled;                /**< one branch counts, or all do (lane 0) */
    bool beyond;                 /**< settled at a head behind the network's quota */
    bool whole;                  /**< both branches of the proof are here */
    pln_hash_t missing;          /**< else data(at + 1) of the one that is not; zeros: not known */
    bool healed;                 /**< own: settled, and all that does not count published again */
    uint64_t entries;            /**< of all branches */
    uint64_t lacking;            /**< own: that do not count, and whose payload has not come */
    char name[PLN_NAME_MAX + 1]; /**< of its author; may be empty */
} pln_fork_view_t;

#define PLN_FORKS_SHOWN 16u

/** Entries of lane 1 that are here and do not count. */
typedef struct {
    pln_place_t place;
    uint64_t entries;
    uint64_t bytes;
    uint64_t until_ms; /**< wall clock at which they are deleted; 0: never, or not known yet */
    bool kept;         /**< never deleted: this node's own, or of a chain that is forked */
    char name[PLN_NAME_MAX + 1]; /**< of its author; may be empty */
} pln_aside_view_t;

#define PLN_ASIDES_SHOWN 16u

typedef struct {
    pln_network_id_t id;
    char name[PLN_NAME_MAX + 1];
    char title[PLN_TITLE_MAX + 1];
    pln_id_t root;
    bool root_known;
    char root_name[PLN_NAME_MAX + 1]; /**< may be empty */
    uint32_t root_generation;         /**< how often the root was handed on */
    pln_role_t role;                  /**< this node's, now */
    uint64_t expiry_ms;               /**< when its membership ends by itself; 0: never */
    bool expired;                     /**< it has */
    bool left;
    bool outdated;    /**< the network has rules that this node does not know (R14) */
    bool forgetting;  /**< being deleted: records and bytes are what remains */
    uint64_t records; /**< counted entries of lane 1 */
    uint64_t bytes;   /**< their weight */
    size_t members;
    size_t coordinators; /**< root included */
    size_t connected;    /**< links with other members, on which the network is shared */
    bool callable;       /**< an address of another member is known */
    size_t chains;
    size_t wanted; /**< rows that wait, whatever the reason */
    pln_hash_t digest;
    pln_hash_t access_digest;
    bool deposed; /**< this node was the root, and nobody has granted it anything since */
    bool revoked; /**< this node's membership was ended: see who and why */
    pln_revoked_t revoked_by;
    char revoked_by_name[PLN_NAME_MAX + 1]; /**< may be empty */
    char let_in_by_name[PLN_NAME_MAX + 1];  /**< may be empty */
    uint64_t paused;                        /**< chains that wait for disk */
    uint64_t holes; /**< records whose payload nobody has brought yet (R8) */
    pln_fork_view_t forks[PLN_FORKS_SHOWN]; /**< own ones first */
    size_t fork_count;
    pln_aside_view_t asides[PLN_ASIDES_SHOWN]; /**< some of ... */
    size_t aside_count;
    size_t aside_chains; /**< ... so many */
} pln_network_view_t;

/** *cursor starts at 0; false at the end. */
bool pln_node_next_network(pln_node_t *node, size_t *cursor, pln_network_view_t *out);
pln_access_t *pln_node_access(pln_node_t *node, const pln_network_id_t *network);
/** The place where this node writes now, and its chain number (UINT32_MAX: none yet); EROLE,
 * ENOTFOUND. */
PLN_MUST_CHECK pln_err_t pln_node_own_place(pln_node_t *node, const pln_network_id_t *network,
                                            uint8_t lane, pln_place_t *place, uint32_t *chain);

typedef enum {
    PLN_PEER_IDLE, /**< no link, none tried now */
    PLN_PEER_DIALLING,
    PLN_PEER_GREETING, /**< connected, HELLO not answered yet */
    PLN_PEER_SYNCING,
    PLN_PEER_LIVE, /**< everything announced is held; new runs come as they are made */
    PLN_PEER_REFUSED,
    PLN_PEER_WRONG_KEY,
    PLN_PEER_UNREACHED
} pln_peer_state_t;

typedef struct {
    pln_id_t id;
    char name[PLN_NAME_MAX + 1]; /**< its label in the first network we share; may be empty */
    char address[PLN_ADDRESS_MAX + 1];
    pln_peer_state_t state;
    bool dialled; /**< we called it */
    bool in_sync;
    uint64_t behind_us;     /**< entries it has announced and we lack */
    uint64_t heard_wall_ms; /**< last word from it; 0 never */
    uint64_t retry_mono_ms; /**< next dial; 0 none planned */
    char version[33];
} pln_peer_view_t;

bool pln_node_next_peer(pln_node_t *node, size_t *cursor, pln_peer_view_t *out);

/** What became of one record that is withdrawn, or whose payload lacks. */
typedef struct {
    pln_fate_t fate;    /**< PLN_FATE_STANDS: nothing withdraws it */
    bool lacks;         /**< it stands, and its payload has not come yet */
    pln_retracted_t by; /**< unless it stands */
    bool kept;          /**< hidden here: an undo would show it at once */
    uint64_t erase_ms;  /**< kept: when it will be erased here; 0 never (it is our own) */
    size_t members;     /**< of the network, this node included ... */
    size_t confirmed;   /**< ... that are known to have hidden or erased it */
} pln_withdrawal_t;
/** False: the record is there and nothing is to be said. */
bool pln_node_withdrawal(pln_node_t *node, const pln_place_t *place, uint64_t seq,
                         pln_withdrawal_t *out);

/** What to call a member: its label, else the name it gives itself in its presence; may be empty.
 */
void pln_node_name(pln_node_t *node, const pln_network_id_t *network, const pln_id_t *member,
                   char out[PLN_NAME_MAX + 1]);

/** How far a member of @network was when last heard of: its own presence, or its session (R20). */
typedef struct {
    uint64_t heard_wall_ms; /**< 0 never */
    bool connected;
    bool in_sync;    /**< its digest equals ours */
    uint64_t behind; /**< own-head entries of it that we lack */
    char version[33];
    char address[PLN_ADDRESS_MAX + 1];
    char own_name[PLN_NAME_MAX + 1]; /**< what it calls itself; may be empty */
} pln_member_state_t;
void pln_node_member_state(pln_node_t *node, const pln_network_id_t *network,
                           const pln_id_t *member, pln_member_state_t *out);

/** An invitation made here. */
typedef struct {
    pln_id_t key;
    pln_network_id_t network;
    pln_role_t role;
    char label[PLN_NAME_MAX + 1];
    uint64_t made_ms;
    uint64_t expiry_ms;
    uint64_t until_ms; /**< when the membership it gives expires; 0 never */
    bool near;         /**< it names no address that is good beyond the building */
    bool bound;        /**< only bound_to may use it */
    pln_id_t bound_to;
    enum { PLN_TICKET_OPEN, PLN_TICKET_USED, PLN_TICKET_CANCELLED } state;
    pln_id_t used_by;
    char used_name[PLN_NAME_MAX + 1];
    uint64_t used_ms;
    bool powerless; /**< in a view: this node may not invite into that network any more */
} pln_invitation_t;
bool pln_node_next_invitation(pln_node_t *node, size_t *cursor, pln_invitation_t *out);

/** What a keyring says of each network that this node is in; *cursor as above. */
bool pln_node_next_hint(pln_node_t *node, size_t *cursor, pln_keyring_network_t *out);

/** Another machine that runs with this node's key, as far as it was noticed of late. */
typedef struct {
    uint64_t told_wall_ms;             /**< a peer last said so, and still does; 0: none does */
    pln_id_t told_by;                  /**< that peer, or who brought what it wrote */
    uint64_t since_ms;                 /**< connected there since, by that peer's clock */
    char address[PLN_ADDRESS_MAX + 1]; /**< from where; may be empty */
    uint64_t wrote_wall_ms;            /**< an entry of it came in our epoch, or a later one; 0 */
} pln_twin_view_t;
/** False: none was noticed. */
bool pln_node_twin(const pln_node_t *node, pln_twin_view_t *out);

/** R9: does this machine's clock agree with the build date and with most of the peers'? */
bool pln_node_clock_credible(pln_node_t *node);

/** Refusals by reason since the start; index = pln_err_t. */
const uint64_t *pln_node_refused(const pln_node_t *node);

/** Counters of what happened, for metrics and tests (node_counters.def). */
typedef struct {
#define PLN_COUNTER(name, sentence) uint64_t name;
#include "node_counters.def"
#undef PLN_COUNTER
} pln_node_counters_t;
const pln_node_counters_t *pln_node_counters(const pln_node_t *node);

#endif
