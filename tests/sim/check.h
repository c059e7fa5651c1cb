// SPDX-License-Identifier: MPL-2.0
/**
 * check - what must hold in every world, watched while it runs and once more at the end.
 *
 * Why     A story tests what its author thought of; an invariant tests all stories.
 * Shape   one file check_<name>.c per invariant, each gives one check_t; listed in checks.def
 * Use     world->watched = true; the first violation fills world->broken and ends the run
 */
#ifndef PLN_CHECK_H
#define PLN_CHECK_H

#include "world.h"

/** Any of them may be NULL. */
typedef struct {
    const char *name;
    /** A node has made a step; its effects are not performed yet. */
    void (*stepped)(world_node_t *node, const pln_event_t *event, const pln_effects_t *effects);
    /** The core at @end of @link says something; a liar's frame is not altered yet. */
    void (*sent)(world_link_t *link, int end, const pln_message_t *message, size_t bytes);
    /** ... and at @end something has come in, as it is. */
    void (*received)(world_link_t *link, int end, const pln_message_t *message, size_t bytes);
    /** A job is in the store, nobody was told yet. */
    void (*committed)(world_node_t *node, const memory_job_t *job);
    /** Once a virtual second, for every node that is on. */
    void (*looked)(world_node_t *node);
    /** @row is in the store of a node that is on: every other virtual second. */
    void (*chain_looked)(world_node_t *node, const pln_chain_row_t *row);
    /** The network has healed and rested. @members: honest nodes the root's fold calls members. */
    void (*ended)(world_t *world, const pln_network_id_t *network, world_node_t *const *members,
                  size_t count);
} check_t;

#define PLN_CHECK(name, sentence) extern const check_t check_##name;
#include "checks.def"
#undef PLN_CHECK

void check_stepped(world_node_t *node, const pln_event_t *event, const pln_effects_t *effects);
void check_sent(world_link_t *link, int end, pln_span_t frame);
void check_received(world_link_t *link, int end, pln_span_t frame);
void check_committed(world_node_t *node, const memory_job_t *job);
void check_looked(world_t *world);
void check_ended(world_t *world, const pln_network_id_t *network, world_node_t *const *members,
                 size_t count);

/** The world is broken: say who, what. Only the first time counts. */
void check_fail(world_t *world, const check_t *check, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** What check_prompt.c keeps in the world. */
void check_prompt_forget(world_t *world);

/** For transcripts. */
const char *check_name(const world_t *world, const pln_id_t *id);

/** Honest members of @network that are on, by what @judge holds; the caller frees *out. */
size_t check_members(world_t *world, const pln_network_id_t *network, world_node_t *judge,
                     world_node_t ***out);

#endif
