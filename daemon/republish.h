// SPDX-License-Identifier: MPL-2.0
/**
 * republish - the records of a branch that was not settled, published once more (R6, R18).
 *
 * Why     A fork loses nothing: what only the other branch said is said again, and says what it was
 * Shape   payload + common field 3 (was): network nil, author, epoch, seq, first bytes of its data
 * Limits  what cannot be decoded, or would be too large with the field, is published as it is;
 *         what this node has already published again is skipped, so an interrupted run goes on
 * Thread  that of the request
 */
#ifndef PLN_REPUBLISH_H
#define PLN_REPUBLISH_H

#include "api.h"
#include "catalog_query.h"
#include "proto/codec.h"

/** A payload (decoded) with `was`, in place of one it may have. PLN_EMALFORMED: it is no map. */
PLN_MUST_CHECK pln_err_t pln_was_add(pln_span_t payload, const pln_place_t *place, uint64_t seq,
                                     const pln_hash_t *data, pln_buf_t *out);

/**
 * Publish what is set aside behind @after in this node's own chains of @place once more. False: it
 * was refused, and the refusal is the answer. @count: how many were published.
 */
bool pln_republish(const pln_request_t *request, pln_answer_t *answer, const pln_place_t *place,
                   uint64_t after, uint64_t *count);

#define PLN_MOVED_MAX 8u

/** What says of itself that it was entry @seq of @place, newest first: anybody may say so. */
size_t pln_moved(const pln_api_t *api, const pln_place_t *place, uint64_t seq,
                 pln_relative_t out[PLN_MOVED_MAX]);

/**
 * Has another copy of this node's key published entry @seq of @place again, of the branch on which
 * its payload has the hash @data? That copy alone may ever have had it.
 */
bool pln_republished(const pln_api_t *api, const pln_place_t *place, uint64_t seq,
                     const pln_hash_t *data);

#endif
