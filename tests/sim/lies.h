// SPDX-License-Identifier: MPL-2.0
/**
 * lies - a lying member: a real core whose frames are altered on their way out.
 *
 * Why     Whatever a member can say without breaking a signature, honest ones must survive.
 * Shape   node->lies has a bit per lie of lies.def; one frame in node->lie_one_in is lied about
 */
#ifndef PLN_LIES_H
#define PLN_LIES_H

#include "world.h"

/** Alter @frame, add others behind it; false: say nothing at all. */
bool lie_tell(world_link_t *link, int end, pln_buf_t *frame);

#endif
