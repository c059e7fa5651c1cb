// SPDX-License-Identifier: MPL-2.0
/**
 * swarm - a seed becomes a network, its people and a history of faults; then it heals and must
 * converge.
 *
 * Why     Nobody thinks of the story in which the third crash falls between two revokes.
 * Shape   swarm_run(options) plays one seed to its end; the same options play it again
 * Files   swarm.c command line · swarm_many.c many seeds · swarm_seed.c one seed · swarm_plan.c its
 *         networks · swarm_people.c what people do · swarm_withdraw.c ... and take back
 *         swarm_faults.c what befalls machines and lines · swarm_lives.c one key, two lives
 *         swarm_touch.c who is on an island once all is healed gets a new ticket
 */
#ifndef PLN_SWARM_H
#define PLN_SWARM_H

#include "world.h"

#define SWARM_NODES_MAX 96u
#define SWARM_EVENTS_PER_MINUTE 100u /**< of one machine: with fewer, little was tried */
#define SWARM_CIRCLES_MAX 2u
#define SWARM_BACKUPS_MAX 8u
#define SWARM_NODES 20u   /**< the standard shape: so many nodes ... */
#define SWARM_MINUTES 10u /**< ... for so many virtual minutes, before it heals */
#define SWARM_EVENTS (SWARM_NODES * SWARM_MINUTES * SWARM_EVENTS_PER_MINUTE)

typedef struct {
    uint64_t seed;
    uint32_t nodes;   /**< 0: the seed decides, 3 to 20 */
    uint32_t minutes; /**< 0: the seed decides, 2 to 10 */
    bool calm;        /**< no faults at all; else one seed in eight is so */
    void (*trace)(const char *line);
} swarm_options_t;

typedef struct {
    char broken[600]; /**< empty: all held */
    uint32_t nodes;
    uint32_t minutes;
    uint64_t events;
    uint64_t bytes_needed; /**< of runs; and received */
    uint64_t bytes_received;
    uint64_t prompt; /**< deliveries within a second, and later ones; of calm networks */
    uint64_t late;
    uint64_t fingerprint;
    uint64_t converged_ms; /**< how long it took after healing */
    uint64_t happened[HAPPENING_COUNT];
} swarm_result_t;

void swarm_run(const swarm_options_t *options, swarm_result_t *result);

typedef struct {
    swarm_options_t one; /**< its seed is the first */
    uint64_t seeds;      /**< 0: as many as fit @seconds */
    double seconds;      /**< 0: as long as it takes */
    uint32_t jobs;       /**< processes at a time */
    bool first;          /**< ends with the first broken seed */
    const char *row;     /**< file for what a row of tests/RUNS.tsv says of it; may be NULL */
} swarm_many_t;

/** Prints what happened; 0: nothing was broken, everything happened, no seed was too thin. */
int swarm_many(const swarm_many_t *many);
/** A happening, in words. */
const char *swarm_happening(int which);

/* ---- between the swarm's files ---- */

/** Somebody who is to be a member. */
typedef struct {
    pln_role_t role;
    bool was_member;
    bool has_ticket;
    bool had_ticket; /**< ... and used it */
    pln_ticket_t ticket;
    uint64_t join_ms; /**< when to be invited for the first time; UINT64_MAX: never */
} guest_t;

/** One network and who is to be in it. */
typedef struct {
    pln_network_id_t network;
    world_node_t *root;          /**< as far as known: swarm_follow_root */
    world_node_t *heir;          /**< who may be root any moment, and so stays; NULL */
    bool apart[SWARM_NODES_MAX]; /**< once all is healed: not in touch with the others */
    guest_t guests[SWARM_NODES_MAX];
} circle_t;

/** What is to be put right again, and when. */
typedef struct {
    uint64_t at_ms;
    void (*right)(world_t *world, world_node_t *a, world_node_t *b);
    world_node_t *a;
    world_node_t *b;
} remedy_t;

/** A copy of somebody's disk, to be laid back later. */
typedef struct {
    world_node_t *of;
    memory_store_t *store;
} backup_t;

typedef struct {
    world_t *world;
    circle_t circles[SWARM_CIRCLES_MAX]; /**< the first one is everybody's */
    size_t circle_count;
    world_node_t *hub; /**< honest, reachable, in every circle, never put out */
    remedy_t *remedies;
    size_t remedy_count;
    backup_t backups[SWARM_BACKUPS_MAX];
    size_t backup_count;
    size_t copy_count; /**< folders that were copied and run */
    bool mesh;
    bool calm;
    bool healed;  /**< no more faults: what is not in touch by itself needs a person */
    bool crowded; /**< the hub has had more links than windows */
    uint64_t history_ms;
} swarm_t;

void swarm_remedy(swarm_t *swarm, uint64_t in_ms,
                  void (*right)(world_t *world, world_node_t *a, world_node_t *b), world_node_t *a,
                  world_node_t *b);
/** A random node that is on and awake; NULL: none. */
world_node_t *swarm_anyone(swarm_t *swarm);
bool swarm_awake(const world_node_t *node);
circle_t *swarm_circle(swarm_t *swarm);
/** The root was handed on, though nobody heard the answer: each root knows who followed it. */
void swarm_follow_root(world_t *world, circle_t *circle);
circle_t *swarm_circle_of(swarm_t *swarm, const pln_network_id_t *network);

/* swarm_plan.c */
/** Machines, lines, who is to be in which network; the networks are founded. */
bool swarm_plan(swarm_t *swarm, const swarm_options_t *options);

/* swarm_people.c */
void swarm_answered(world_node_t *node, const world_request_t *request, const pln_effect_t *reply);
void swarm_invite(swarm_t *swarm, circle_t *circle, world_node_t *guest);
void swarm_invitations(swarm_t *swarm);
void swarm_people_act(swarm_t *swarm);
bool swarm_is_member(const circle_t *circle, world_node_t *node);
/**
 * Only a new ticket brings @node in: it is no member, or, once all is healed, it is not in touch
 * with the others.
 */
bool swarm_needs_ticket(const circle_t *circle, world_node_t *node);

/* swarm_touch.c */
/** Who hears of @from, straight or over others, by what each knows and may call; circle->apart. */
void swarm_touch(circle_t *circle, const world_node_t *from);

/* swarm_withdraw.c */
void swarm_withdraw(swarm_t *swarm);
void swarm_undo(swarm_t *swarm);

/* swarm_lives.c */
bool swarm_same_key(const world_node_t *a, const world_node_t *b);
/** Was the folder of @node copied, or is it a copy? */
bool swarm_has_copy(const swarm_t *swarm, const world_node_t *node);
/** The root or the hub, or a copy of one: nobody puts it out, and it does not leave. */
bool swarm_pillar(const swarm_t *swarm, const circle_t *circle, const world_node_t *node);
void swarm_restore(swarm_t *swarm);
void swarm_backups_drop(swarm_t *swarm);
void swarm_copy(swarm_t *swarm);
void swarm_fork(swarm_t *swarm);
/** Some of those whose folder was copied settle what they forked. */
void swarm_settle(swarm_t *swarm);

/* swarm_faults.c */
void swarm_fault(swarm_t *swarm);
/** For @ms nobody of @side (bits of node indexes mod 64) reaches the others. */
void swarm_part(swarm_t *swarm, uint64_t side, bool swallow, uint64_t ms);
/** Everything works again. */
void swarm_heal(swarm_t *swarm);

#endif
