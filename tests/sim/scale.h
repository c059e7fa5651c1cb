// SPDX-License-Identifier: MPL-2.0
/**
 * scale - one network of up to 10,000 real cores: how a new record spreads, what a node pays.
 *
 * Why     What holds for twenty nodes may drown ten thousand, and nobody has ten thousand machines.
 * Shape   state hubs that dial each other; districts that dial one to four hubs and some of each
 *         other; of ten districts seven only dial. Everybody is a member and holds the same past
 * Shared  one read-only past: the entries, and the fold of access, which no phase here changes.
 *         Signatures are real ones; each is verified once in the process (quick_answers.c)
 * Files   scale.c command line · scale_past.c members and what they hold · scale_shape.c who dials
 *         whom · scale_measure.c how far a record is · scale_run.c the phases
 */
#ifndef PLN_SCALE_H
#define PLN_SCALE_H

#include "world.h"

#define SCALE_NODES_MAX 10000u
#define SCALE_UNREACHED UINT64_MAX

/** How one record spread. */
typedef struct {
    uint64_t half_ms; /**< until it was at 50 % of those that can be reached */
    uint64_t most_ms; /**< ... 99 % */
    uint64_t all_ms;  /**< ... 100 % */
    double hops_mean;
    uint32_t hops_max;
    uint64_t needed;   /**< bytes of runs, as far as each node saw them first */
    uint64_t received; /**< all of them */
    size_t missing;    /**< nodes that could be reached and were not */
} scale_spread_t;

/** The record that is followed now: where it is. */
typedef struct {
    uint32_t author;
    uint64_t seq;
    uint64_t made_ms;
    uint64_t needed;
    uint64_t received;
    uint64_t *at_ms; /**< per node; SCALE_UNREACHED: not yet */
    uint32_t *hops;
} scale_trace_t;

typedef struct {
    uint64_t runs; /**< bytes of frames received, by what they are */
    uint64_t presence;
    uint64_t other;
} scale_bytes_t;

typedef struct {
    world_t *world;
    uint64_t seed;
    uint32_t nodes;
    uint32_t hubs;
    uint32_t authors;
    pln_network_id_t network;
    uint32_t (*edges)[2]; /**< who dials whom */
    size_t edge_count;
    scale_trace_t trace;
    scale_bytes_t *bytes; /**< per node */
} scale_t;

/* scale_past.c */
/** Everybody is granted; some have published; all hold the same and are switched on. */
void scale_past(scale_t *scale);
void scale_past_forget(scale_t *scale);

/* scale_shape.c */
/** How many hubs a network of @nodes has. */
uint32_t scale_hubs(uint32_t nodes);
void scale_shape(scale_t *scale);
/** Who is on and has a way to @from over machines that are on: true in @out. How many. */
size_t scale_reachable(const scale_t *scale, uint32_t from, bool *out);
/** The hub that most machines dial; and how many do. */
uint32_t scale_largest_hub(const scale_t *scale, size_t *spokes);

/* scale_measure.c */
/** The value that @percent of @values do not exceed: the smallest such one. @values are sorted. */
uint64_t scale_percentile(const uint64_t *values, size_t count, unsigned percent);
/** Follow the next record of @author. */
void scale_follow(scale_t *scale, uint32_t author, uint64_t seq);
void scale_heard(world_node_t *node, const world_node_t *from, pln_span_t frame);
void scale_spread(const scale_t *scale, const bool *reachable, scale_spread_t *out);
scale_bytes_t scale_bytes(const scale_t *scale);

/* scale_run.c */
typedef struct {
    scale_spread_t first;    /**< the first record ever: no tree has formed yet */
    scale_spread_t calm;     /**< the mean of the ones in a calm network */
    scale_spread_t lost;     /**< right after 10 % of the districts fell silent */
    scale_spread_t headless; /**< right after the largest hub did */
    size_t links;
    size_t hub_spokes;     /**< of the largest hub */
    double idle;           /**< bytes a node receives in an idle minute, without presence ... */
    double presence;       /**< ... presence alone */
    double hub_idle_spoke; /**< ... and the largest hub for each of its spokes */
    double memory;         /**< bytes of the process, per node */
    size_t orphans;        /**< districts that had no other way than the largest hub */
    uint64_t events;
    double seconds; /**< of one core */
} scale_result_t;

void scale_run(uint64_t seed, uint32_t nodes, scale_result_t *out);

#endif
