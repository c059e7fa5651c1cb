// SPDX-License-Identifier: MPL-2.0
/**
 * story - what every scenario says: a world, who joins whom, who holds what in the end.
 *
 * Why     A scenario should read as a transcript, not as set-up.
 * Use     SIM_TRACE=1 prints every line; the checks look on in every story
 */
#ifndef PLN_STORY_H
#define PLN_STORY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check.h"

typedef struct {
    world_t *world;
    pln_network_id_t net;
    world_node_t *root;
} story_t;

/** @root has founded a network. */
story_t story_begin(uint64_t seed, bool dial_all);
/** Another machine, switched on. */
world_node_t *story_machine(story_t *story, const char *name);
/** ... that has joined as a contributor, invited by the root. */
world_node_t *story_member(story_t *story, const char *name);
void story_join(story_t *story, world_node_t *by, world_node_t *joiner, pln_role_t role);
void story_publish(story_t *story, world_node_t *node, size_t count, size_t size);
/** Time passes; every second the checks look. */
void story_run(story_t *story, uint64_t ms);
/** All members hold the same within @ms. */
void story_converges(story_t *story, uint64_t ms);
/** @node hears @message on its link with @by, which did not say it itself. */
void story_hears(world_node_t *node, const world_node_t *by, const pln_message_t *message);
/**
 * @node is served once more by @by what it holds at @place from entry @from on; @flags as in
 * ENTRIES. A byte of the first payload is changed by @change, 0: none.
 */
void story_hears_again(world_node_t *node, const world_node_t *by, const pln_place_t *place,
                       uint64_t from, uint8_t flags, uint8_t change);
void story_records_are(story_t *story, world_node_t *node, uint64_t count);
/** Nothing was broken on the way. */
void story_end(story_t *story);

#endif
