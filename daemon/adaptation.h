// SPDX-License-Identifier: MPL-2.0
/**
 * adaptation - the fields of a changed copy of somebody's record.
 *
 * Why     Who adapts a task must name where it comes from, credit who made it, and keep to its
 *         license; none of that should depend on remembering it.
 * Shape   everything is copied but what was true of the original only: its versions, state, authors
 *         and confirmations. `origin` and `credit` are added; the license is kept unless another
 * one is given and allowed. Pure    any thread
 */
#ifndef PLN_ADAPTATION_H
#define PLN_ADAPTATION_H

#include <jansson.h>

#include "proto/kinds.h"

typedef struct {
    const pln_kind_t *kind;
    json_t *fields;          /**< of the origin, as shown */
    const char *author_name; /**< of its node */
    const char *reference;   /**< to it, as the adaptation will name it */
    const char *network;     /**< hex, when it is another one than the adaptation's; else NULL */
    bool own;                /**< by this node: its license binds others only */
} pln_origin_t;

/** Fields of the adaptation with @changes laid over; NULL: @detail says why it may not be. */
json_t *pln_adaptation_fields(const pln_origin_t *origin, json_t *changes, char *detail,
                              size_t size);

#endif
