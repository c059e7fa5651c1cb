// SPDX-License-Identifier: MPL-2.0
/**
 * shorts - ids cut to the first characters that still tell them apart.
 *
 * Why     A table has no room for 64 digits, and the daemon takes any unambiguous prefix.
 * Shape   a set of ids; an id's short form is a prefix that no other id of the set begins with
 * Pure    any thread
 */
#ifndef PLN_SHORTS_H
#define PLN_SHORTS_H

#include "proto/bytes.h"

/** Zero-initialise; free with pln_shorts_free(). */
typedef struct {
    char **ids;
    size_t count;
    size_t room;
} pln_shorts_t;

/** The part of an id that short forms are cut from: "did:key:" does not belong to it. */
const char *pln_shorts_core(const char *id);
/** Add @id unless it is there; NULL is left out. */
void pln_shorts_add(pln_shorts_t *shorts, const char *id);
/** How many characters of @id's core tell it from all others, at least @least. */
size_t pln_shorts_length(const pln_shorts_t *shorts, const char *id, size_t least);
void pln_shorts_free(pln_shorts_t *shorts);

#endif
