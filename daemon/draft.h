// SPDX-License-Identifier: MPL-2.0
/**
 * draft - records that are being written: this daemon's own, until somebody publishes them.
 *
 * Why     A teacher writes, somebody else speaks for the district: between the two the text must be
 *         kept, seen by those two alone, and sent to nobody.
 * Shape   DIR/drafts/ID (0600), a JSON object each, replaced whole; a draft is never changed in
 *         place, so what was handed out stays as it was
 *         members: id, kind, network, fields, writer, owner, state, comment, revision, made,
 * changed, perhaps replaces or adapts Limits  PLN_DRAFTS_MAX, each PLN_DRAFT_BYTES_MAX, together
 * PLN_DRAFTS_BYTES_MAX Thread  any
 */
#ifndef PLN_DAEMON_DRAFT_H
#define PLN_DAEMON_DRAFT_H

#include <jansson.h>

#include "proto/bytes.h"

#define PLN_DRAFTS_MAX 1000u
#define PLN_DRAFT_BYTES_MAX 327680u
#define PLN_DRAFTS_BYTES_MAX 33554432u
#define PLN_DRAFT_ID_SIZE 17u /**< 16 hex digits and NUL */

typedef struct pln_drafts pln_drafts_t;

/** What DIR/drafts holds; a file that is no draft is logged and left alone. */
pln_drafts_t *pln_drafts_open(const char *dir);
void pln_drafts_close(pln_drafts_t **drafts);

/** All of them, last changed first: borrowed objects in a new list. */
json_t *pln_drafts_list(pln_drafts_t *drafts);
/** One; NULL: there is none such. The caller's reference. */
json_t *pln_drafts_get(pln_drafts_t *drafts, const char *id);

/** How often any of them has changed since the opening. */
uint64_t pln_drafts_changes(pln_drafts_t *drafts);

/** A new one: @draft gets an id and revision 1. PLN_EFULL, PLN_EOVERSIZE, PLN_EIO. */
PLN_MUST_CHECK pln_err_t pln_drafts_add(pln_drafts_t *drafts, json_t *draft);
/**
 * Put @draft in the place of the one with its id; it gets the next revision.
 * PLN_ENOTFOUND  it is not there any more
 * PLN_ESTALE     it is not at @revision any more, or is just being published
 * PLN_EFULL, PLN_EOVERSIZE, PLN_EIO
 */
PLN_MUST_CHECK pln_err_t pln_drafts_put(pln_drafts_t *drafts, json_t *draft, uint64_t revision);
/** The same outcomes; @revision 0: whatever it is at. */
PLN_MUST_CHECK pln_err_t pln_drafts_remove(pln_drafts_t *drafts, const char *id, uint64_t revision);

/** Keep everybody else from it while it is published. PLN_ENOTFOUND, PLN_ESTALE. */
PLN_MUST_CHECK pln_err_t pln_drafts_claim(pln_drafts_t *drafts, const char *id, uint64_t revision);
/** It was not published: others may go on. */
void pln_drafts_release(pln_drafts_t *drafts, const char *id);
/** It was published: it goes. A file that cannot be removed is logged. */
void pln_drafts_done(pln_drafts_t *drafts, const char *id);

#endif
