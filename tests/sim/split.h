// SPDX-License-Identifier: MPL-2.0
/**
 * split - a copied folder whose two machines write while nobody meets both (R6).
 *
 * Why     Stories of forks begin alike: what was common, what each wrote behind it.
 * Shape   root is the hub, p dials it; the author dials root, its copy dials p only
 */
#ifndef PLN_SPLIT_H
#define PLN_SPLIT_H

#include "story.h"

typedef struct {
    story_t story;
    world_node_t *p;
    world_node_t *author;
    world_node_t *copy;
} split_t;

/** Both have written behind @common entries while p and root do not meet. */
split_t split_new(uint64_t seed, size_t common, size_t author_adds, size_t copy_adds);
/** p and root meet. */
void split_meet(split_t *split);

#endif
