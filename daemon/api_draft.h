// SPDX-License-Identifier: MPL-2.0
/**
 * api_draft - one draft of a request: found, if it may be seen, and shown.
 *
 * Why     Whose drafts somebody sees is decided in one place.
 * Thread  that of the request
 */
#ifndef PLN_API_DRAFT_H
#define PLN_API_DRAFT_H

#include "api.h"

/** The draft {D} of the path, with a reference of the caller; NULL: the request is answered. */
json_t *pln_draft_find(const pln_request_t *request, pln_answer_t *answer);
/**
 * Is @draft the asker's own, or has its writer handed it in? False: the request is answered. A
 * draft is its writer's until then; nobody else decides on it.
 */
bool pln_draft_handed_in(const pln_request_t *request, pln_answer_t *answer, const json_t *draft);
/** A new object, as @session is shown @draft. */
json_t *pln_draft_json(const pln_session_t *session, const json_t *draft);
/** Text member @name; "" where there is none. */
const char *pln_draft_text(const json_t *draft, const char *name);
uint64_t pln_draft_revision(const json_t *draft);
/** Answer with why a draft could not be kept. */
void pln_draft_refuse(pln_answer_t *answer, pln_err_t error);

#endif
