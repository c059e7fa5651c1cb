// SPDX-License-Identifier: MPL-2.0
/**
 * world - N real cores in one process: virtual clock, one seed, links with latency, disks with
 * delay.
 *
 * Why     Gossip bugs live between nodes and in time; here both are replayable.
 * Shape   events in a heap by virtual time (ms); a node's effects become events of the world
 * Use     world_new(seed); world_node(...) ...; world_run(world, ms); look at world->nodes[i]
 */
#ifndef PLN_WORLD_H
#define PLN_WORLD_H

#include "memory_store.h"
#include "proto/map.h"

typedef struct world world_t;

typedef struct {
    world_t *world;
    uint32_t index;
    pln_identity_t self;
    char name[32];
    char address[64]; /**< "n7:7420" */
    pln_node_t *node; /**< NULL while the machine is off */
    memory_store_t *store;
    bool dial_all;
    bool hidden;   /**< cannot be dialled (NAT) */
    uint64_t life; /**< counts starts; events of an earlier life are void */
    int64_t clock_off_ms;
    pln_map_t admitted;     /**< class byte + id -> itself */
    memory_job_t **writing; /**< jobs in the disk, oldest first */
    size_t writing_count;
    pln_err_t disk_error; /**< PLN_OK, or what the next jobs get */
    uint64_t tick_at;
    uint32_t next_accepted;
    /* the last final reply */
    bool replied;
    pln_err_t reply_error;
    char reply_detail[256];
    pln_buf_t reply_data;
    uint64_t bytes_sent;
} world_node_t;

/** One connection: the dialler's end and the acceptor's. */
typedef struct {
    bool up;
    uint32_t node[2]; /**< 0 dialler, 1 acceptor */
    uint64_t life[2];
    uint32_t link[2];
    uint64_t free_at[2]; /**< when the direction's bandwidth is free again */
} world_link_t;

struct world {
    uint64_t seed;
    uint64_t draws;
    uint64_t now_ms;
    uint64_t events;
    struct world_event *heap;
    size_t heap_count;
    size_t heap_capacity;
    uint64_t order;
    world_node_t **nodes;
    size_t node_count;
    world_link_t **links;
    size_t link_count;
    uint32_t latency_ms;
    uint64_t bytes_per_ms; /**< bandwidth of a link; 0 = no limit */
    uint32_t commit_ms;
    void (*trace)(const char *line);
    bool (*blocked)(world_t *world, uint32_t a, uint32_t b); /**< partitions; may be NULL */
};

world_t *world_new(uint64_t seed);
void world_free(world_t **world);
uint64_t world_random(world_t *world, uint64_t below);

/** A fresh machine with its own identity, switched on. */
world_node_t *world_node(world_t *world, const char *name, bool dial_all);
/** Power off: what the disk had not finished is lost. */
void world_crash(world_node_t *node);
void world_start(world_node_t *node);
/** Cut every connection of two nodes. */
void world_cut(world_t *world, uint32_t a, uint32_t b);

/** Give a node an event and perform what it says. */
void world_step(world_node_t *node, const pln_event_t *event);
void world_run(world_t *world, uint64_t ms);
/** Run until @done or @ms have passed; true when done. */
bool world_until(world_t *world, uint64_t ms, bool (*done)(world_t *world, void *arg), void *arg);

/* The users of a node; each runs the world until the final reply, at most @ms. PLN_EIO: none came.
 */
pln_err_t world_found(world_node_t *node, const char *name, pln_network_id_t *out);
pln_err_t world_invite(world_node_t *node, const pln_network_id_t *network, pln_role_t role,
                       pln_ticket_t *out);
pln_err_t world_join(world_node_t *node, const pln_ticket_t *ticket, uint64_t ms);
pln_err_t world_publish(world_node_t *node, const pln_network_id_t *network, size_t count,
                        size_t size);
pln_err_t world_revoke(world_node_t *node, const pln_network_id_t *network, const pln_id_t *member);
void world_publish_later(world_node_t *node, const pln_network_id_t *network, size_t count,
                         size_t size);

bool world_view(world_node_t *node, const pln_network_id_t *network, pln_network_view_t *out);
/** Every node that is on and a member has the same digest. */
bool world_converged(world_t *world, const pln_network_id_t *network);

#endif
