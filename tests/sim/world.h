// SPDX-License-Identifier: MPL-2.0
/**
 * world - N real cores in one process: virtual clock, one seed, lines with latency and bandwidth,
 * disks with delay, machines that die.
 *
 * Why     Gossip bugs live between nodes and in time; here both are replayable.
 * Shape   events in a heap by virtual time (ms); a node's effects become events of the world
 * Use     world_new(seed); world_node(...) ...; world_run(world, ms); look at world->nodes[i];
 *         what must hold is watched by checks (check.h) where world->watched is set
 * Files   world.c clock and steps · world_lines.c links · world_disks.c jobs and reading
 *         world_machines.c on, off, asleep · users.c what people ask · lies.c members that lie
 */
#ifndef PLN_WORLD_H
#define PLN_WORLD_H

#include "happenings.h"
#include "memory_store.h"
#include "proto/map.h"
#include "proto/message.h"

#define WORLD_WALL_START_MS UINT64_C(1780000000000)

typedef struct world world_t;
typedef struct world_node world_node_t;
typedef struct world_link world_link_t;
typedef struct world_event world_event_t;

/** A machine's line to the net; a link has the latencies of both and the narrower bandwidth. */
typedef struct {
    uint32_t latency_ms;
    uint32_t jitter_ms;    /**< at most so much more, frame by frame; order is kept */
    uint32_t bytes_per_ms; /**< 0 = no limit */
} world_line_t;

typedef struct {
    uint32_t commit_ms; /**< a transaction takes this and up to as much again */
    uint32_t read_ms;
    pln_err_t error; /**< PLN_OK, or what the next transactions get */
} world_disk_t;

/** What a user was told to be done: it must never be missing again. */
typedef struct {
    uint32_t node;
    pln_place_t place;
    uint64_t seq; /**< of the last entry */
    pln_hash_t hash;
} world_promise_t;

/** Whom a root's user was told to be put out. */
typedef struct {
    uint32_t by;
    pln_network_id_t network;
    pln_id_t member;
    uint32_t term;
} world_verdict_t;

/** What a user has asked and was not answered yet. */
typedef struct {
    uint64_t number;
    pln_event_type_t what;
    pln_network_id_t network;
    uint32_t about;  /**< INVITE: index of the node that shall join */
    pln_id_t member; /**< REVOKE: whom, and its highest term when that was asked */
    uint32_t term;
    size_t count; /**< PUBLISH: records; RETRACT: 1 when it is an undo */
    uint64_t asked_ms;
} world_request_t;

/** The root was handed on. */
typedef struct {
    uint32_t by;
    pln_network_id_t network;
    uint64_t at_ms;
} world_abdication_t;

#define WORLD_REQUESTS_MAX 64
#define WORLD_STAMP_KEY 64    /**< life, index, half a network's id, whose presence */
#define WORLD_NETWORKS_MAX 16 /**< of one world, for what is remembered of each */

struct world_node {
    world_t *world;
    uint32_t index;
    pln_identity_t self;
    char name[32];
    char address[64]; /**< "n7:7420" */
    pln_node_t *node; /**< NULL while the machine is off */
    memory_store_t *store;
    bool dial_all;
    uint32_t access_version; /**< that its plnd implements; 0: the present one */
    bool used_before;        /**< its key is older than its store */
    /** Its disk was laid back: of the promises and verdicts below these it may know nothing. */
    uint64_t rewound_at_ms;
    size_t rewound_promises;
    size_t rewound_verdicts;
    bool hidden;             /**< cannot be dialled (NAT) */
    uint64_t life;           /**< counts starts; events of an earlier life are void */
    uint64_t asleep_till_ms; /**< suspended: what happens to it waits until then */
    int64_t clock_off_ms;
    int64_t clock_drift_ppm;
    world_line_t line;
    world_disk_t disk;
    pln_map_t admitted;  /**< class byte + id -> itself */
    pln_map_t links;     /**< number u32 -> link, while this end lives */
    pln_map_t barred;    /**< index u32 -> itself: whom it cannot dial */
    memory_job_t **jobs; /**< oldest first */
    size_t job_count;
    size_t job_capacity;
    size_t writing; /**< how many of them the running transaction holds */
    uint64_t tick_at;
    uint32_t next_accepted;
    uint64_t lies; /**< bits of lie_t; 0 = honest */
    uint32_t lie_one_in;
    pln_buf_t lie_frames[4]; /**< said before, for saying again */
    size_t lie_next;
    /* users */
    world_request_t requests[WORLD_REQUESTS_MAX];
    uint64_t draft_ms; /**< the time its user writes on records */
    bool replied;      /**< the last final reply */
    uint64_t waited_for;
    pln_err_t reply_error;
    char reply_detail[256];
    pln_buf_t reply_data;
    /* what the checks remember */
    uint64_t joined_ms; /**< when it was last told that it is in */
    uint64_t bytes_sent;
    uint64_t arrival_highest;
    uint64_t offences;
    uint64_t branches;
    uint64_t entries_bytes_received; /**< whole ENTRIES frames */
    uint64_t rows_received;          /**< of HEADS */
    uint64_t entries_bytes_needed;   /**< runs that became durable */
};

/** What was noticed of a link's other end in one network: check_secrecy.c. */
typedef struct {
    pln_network_id_t network;
    uint64_t since_ms; /**< it is no member; 0: it is one */
    bool promised;     /**< by the ticket that this end joins with */
    uint64_t promise_ended_ms;
} world_shut_t;

typedef struct {
    world_node_t *node;
    uint64_t life; /**< 0: this end hears nothing more */
    uint32_t number;
    uint64_t free_at; /**< when the line is free for the next frame from here */
    uint64_t last_at; /**< arrival of the last frame from here: order is kept */
    uint64_t granted; /**< ENTRIES bytes this end may send, as far as it has been told */
    uint64_t said;    /**< ENTRIES bytes it has sent */
    uint64_t gave;    /**< ... that it has told the other end it may send */
    uint64_t heard;   /**< ... and that have come */
    world_shut_t shut[WORLD_NETWORKS_MAX]; /**< of which networks the other end is no member */
    size_t flying;                         /**< bytes from here on their way */
} world_end_t;

/** One connection: 0 the dialler's end, 1 the acceptor's. */
struct world_link {
    world_end_t ends[2];
    bool ticket;
    bool stalled;        /**< a black hole: frames wait */
    world_event_t *held; /**< ... here */
    size_t held_count;
    size_t references; /**< events that name it */
    size_t index;      /**< in world->links; SIZE_MAX once both ends are gone */
};

typedef enum {
    WE_TICK,
    WE_FRAME,
    WE_DIALLED,
    WE_CLOSED,
    WE_DOWN, /**< what the node closed itself is down */
    WE_STORED,
    WE_RESUMED,
    WE_LOAD,
    WE_READ,
    WE_PROBE,
    WE_CHANGES
} world_event_type_t;

struct world_event {
    uint64_t at_ms;
    uint64_t order;
    world_event_type_t type;
    uint32_t node;
    uint64_t life;
    world_link_t *link;
    int end; /**< of the link: whom it concerns */
    pln_down_t why;
    uint32_t number; /**< of WE_DOWN */
    uint8_t *bytes;  /**< owned: a frame, or the pln_effect_t asked for */
    size_t size;
};

struct world {
    uint64_t seed;
    uint64_t draws;
    uint64_t now_ms;
    uint64_t events;
    uint64_t fingerprint; /**< of all that happened: same seed, same number */
    world_event_t *heap;
    size_t heap_count;
    size_t heap_capacity;
    uint64_t order;
    world_node_t **nodes;
    size_t node_count;
    world_link_t **links;
    size_t link_count;
    size_t link_capacity;
    uint32_t latency_ms;   /**< of every link, besides the machines' lines */
    uint64_t bytes_per_ms; /**< of every link; 0 = no limit */
    uint32_t commit_ms;    /**< of every disk, besides its own */
    uint64_t requests;
    world_promise_t *promises;
    size_t promise_count;
    world_verdict_t *verdicts;
    size_t verdict_count;
    world_abdication_t *abdications;
    size_t abdication_count;
    uint64_t happened[HAPPENING_COUNT];
    pln_map_t made;   /**< place (hash) -> when its entries were made: check_prompt.c */
    pln_map_t stamps; /**< whose presence where -> its stamp: check_presence.c */
    uint64_t prompt;  /**< deliveries within a second, in calm networks */
    uint64_t late;    /**< ... and later ones */
    bool forked;      /**< some chain may have two branches */
    bool watched;     /**< the checks look on */
    bool lean;        /**< gates ask the core whom it admits: no sets of their own */
    char broken[600]; /**< the first thing that did not hold; empty: all held */
    void (*trace)(const char *line);
    void *owner; /**< whoever made this world */
    /** A frame has come in; may be NULL. */
    void (*heard)(world_node_t *node, const world_node_t *from, pln_span_t frame);
    /** A final reply; may be NULL. */
    void (*answered)(world_node_t *node, const world_request_t *request, const pln_effect_t *reply);
};

/* ---- world.c ---- */

world_t *world_new(uint64_t seed);
void world_free(world_t **world);
/** Below @below. Draw once a statement: which of two arguments comes first is the compiler's
 * choice. */
uint64_t world_random(world_t *world, uint64_t below);
bool world_chance(world_t *world, uint64_t one_in);
void world_happened(world_t *world, happening_t what);
void world_tell(world_t *world, const char *format, ...) __attribute__((format(printf, 2, 3)));
world_event_t *world_event_add(world_t *world, uint64_t at_ms, world_event_type_t type,
                               const world_node_t *node);
pln_event_t world_event_of(const world_node_t *node, pln_event_type_t type);
/** Give a node an event and perform what it says. */
void world_step(world_node_t *node, const pln_event_t *event);
void world_run(world_t *world, uint64_t ms);
/** Run until @done or @ms have passed; true when done. */
bool world_until(world_t *world, uint64_t ms, bool (*done)(world_t *world, void *arg), void *arg);

/* ---- world_lines.c ---- */

void world_send(world_node_t *node, const pln_effect_t *effect);
/** Who is at the other end of a link; NULL: no such link. */
const world_node_t *world_peer_at(world_node_t *node, uint32_t number);
/** The number that @of gave its link to @to, the newest; 0: there is none. */
uint32_t world_link_between(const world_node_t *of, const world_node_t *to);
/** What the core did not say: a liar's, or a good-bye. */
void world_send_bytes(world_link_t *link, int end, pln_span_t bytes);
void world_close(world_node_t *node, uint32_t number);
void world_dial(world_node_t *node, const pln_effect_t *effect);
void world_dialled(world_node_t *node, const pln_effect_t *effect);
void world_down(world_node_t *node, uint32_t number, pln_down_t why);
void world_link_event(world_t *world, world_event_t *event);
void world_link_release(world_link_t *link);
/** Reset every connection of two nodes. */
void world_cut(world_t *world, uint32_t a, uint32_t b);
void world_reset(world_t *world, world_link_t *link);
/** Whether @from can dial @to. */
void world_bar(world_node_t *from, const world_node_t *to, bool barred);
/** Neither reaches the other, and what connects them breaks off; or both may dial again. */
void world_apart(world_node_t *a, world_node_t *b, bool apart);
void world_stall(world_t *world, world_link_t *link, bool stalled);
/** The machine dies: its ends fall silent, or the others are told. */
void world_lines_drop(world_node_t *node, bool silent);

/* ---- world_disks.c ---- */

void world_job(world_node_t *node, const pln_effects_t *effects);
void world_stored(world_node_t *node);
void world_read_later(world_node_t *node, const pln_effect_t *effect);
void world_load(world_node_t *node, const pln_effect_t *effect);
void world_read(world_node_t *node, const pln_effect_t *effect);
void world_probe(world_node_t *node, const pln_effect_t *effect);
void world_changes(world_node_t *node, const pln_effect_t *effect);
/** Power off: the running transaction happened or did not, what waits is lost. */
void world_disk_drop(world_node_t *node);

/* ---- world_machines.c ---- */

/** A fresh machine with its own identity, switched off. */
world_node_t *world_machine(world_t *world, const char *name, bool dial_all);
/** ... and switched on. */
world_node_t *world_node(world_t *world, const char *name, bool dial_all);
/** The folder of @of copied to another machine, switched off: the same key, the same store. */
world_node_t *world_clone(world_node_t *of, const char *name);
void world_crash(world_node_t *node);
/** As plnd stops: whoever has a link with it is told `shutdown` first. */
void world_stop(world_node_t *node);
/** As a pulled cable: nobody is told. */
void world_power_off(world_node_t *node);
void world_start(world_node_t *node);
void world_suspend(world_node_t *node, uint64_t ms);
/** Another machine with the key of @of, off, with @store (owned). */
world_node_t *world_twin(world_node_t *of, const char *name, memory_store_t *store);
/** Its disk as a backup made now would lay it back, with a store id of its own. The caller's. */
memory_store_t *world_backup(const world_node_t *of);
/** Switched off, and its disk replaced by @store (owned), an older one. */
void world_lay_back(world_node_t *node, memory_store_t *store);
/** A store id that nobody has. */
pln_store_id_t world_store_id(world_t *world);
void world_machine_free(world_node_t *node);

/* ---- users.c; each runs the world until the final reply, at most @ms. PLN_EIO: none came ---- */

pln_err_t world_found(world_node_t *node, const char *name, pln_network_id_t *out);
/** ... with quotas; 0: the defaults. */
pln_err_t world_found_within(world_node_t *node, const char *name, uint64_t max_entries,
                             uint64_t max_bytes, pln_network_id_t *out);
pln_err_t world_invite(world_node_t *node, const pln_network_id_t *network, pln_role_t role,
                       pln_ticket_t *out);
/** ... to a membership that ends after @ms. */
pln_err_t world_invite_for(world_node_t *node, const pln_network_id_t *network, pln_role_t role,
                           uint64_t ms, pln_ticket_t *out);
/** Withdraw it. */
pln_err_t world_cancel(world_node_t *node, const pln_ticket_t *ticket);
pln_err_t world_join(world_node_t *node, const pln_ticket_t *ticket, uint64_t ms);
pln_err_t world_publish(world_node_t *node, const pln_network_id_t *network, size_t count,
                        size_t size);
pln_err_t world_revoke(world_node_t *node, const pln_network_id_t *network, const pln_id_t *member);
/** ... a coordinator, whose lane 0 ends at @cuts. */
pln_err_t world_revoke_before(world_node_t *node, const pln_network_id_t *network,
                              const pln_id_t *member, const pln_cut_t *cuts, uint32_t count);
/** @by withdraws entry @seq of @whose newest chain, or takes that back; waits for the answer. */
pln_err_t world_retract(world_node_t *by, const pln_network_id_t *network,
                        const world_node_t *whose, uint64_t seq, bool undo);
pln_err_t world_leave(world_node_t *node, const pln_network_id_t *network);
/** Hand on the root. */
pln_err_t world_transfer(world_node_t *node, const pln_network_id_t *network,
                         const world_node_t *heir);
/** As root; NULL and 0: as it is. */
pln_err_t world_settings(world_node_t *node, const pln_network_id_t *network, const char *title,
                         uint64_t max_entries);
/** Settle the node's own forks. */
pln_err_t world_heal(world_node_t *node, const pln_network_id_t *network);
/** Leave, and delete what is held of it. */
pln_err_t world_forget(world_node_t *node, const pln_network_id_t *network);

/** Its address is added or removed by hand. */
pln_err_t world_peer_kept(world_node_t *node, const world_node_t *peer, bool kept);

/* The same without waiting: world->answered hears of it. */
void world_publish_later(world_node_t *node, const pln_network_id_t *network, size_t count,
                         size_t size);
/** @lasts_ms: the membership ends after that; 0: never. */
void world_invite_later(world_node_t *node, const pln_network_id_t *network, pln_role_t role,
                        uint64_t lasts_ms, const world_node_t *guest);
void world_join_later(world_node_t *node, const pln_ticket_t *ticket);
/** A person loses patience with a JOIN. */
void world_give_up(world_node_t *node, uint64_t request);
/** Has this key handed on the root, as it was answered? */
bool world_abdicated(const world_node_t *node, const pln_network_id_t *network);
void world_revoke_later(world_node_t *node, const pln_network_id_t *network,
                        const pln_id_t *member);
void world_transfer_later(world_node_t *node, const pln_network_id_t *network,
                          const world_node_t *heir);
void world_retract_later(world_node_t *by, const pln_place_t *place, uint64_t seq, bool undo);
void world_leave_later(world_node_t *node, const pln_network_id_t *network);
void world_heal_later(world_node_t *node, const pln_network_id_t *network);
void world_peer_add(world_node_t *node, const world_node_t *peer);
/** What a keyring says of one network. */
pln_err_t world_recall(world_node_t *node, const pln_keyring_network_t *hint);
/** Which request a final reply ends; the users hear of it. */
void world_answer(world_node_t *node, const pln_effect_t *reply);

bool world_view(world_node_t *node, const pln_network_id_t *network, pln_network_view_t *out);
/** Every node that is on and a member has the same digest. */
bool world_converged(world_t *world, const pln_network_id_t *network);

#endif
