// SPDX-License-Identifier: MPL-2.0
/**
 * api_page_list - a list in pages: `limit` and `after` of the query, `next` in the answer.
 *
 * Why     A network has thousands of members; a page of the browser has room for fifty.
 * Shape   the cursor is the key of the last element; one that is not there any more is refused, so
 *         that nobody goes on from a place that is not the one they mean
 * Thread  that of the request
 */
#ifndef PLN_API_PAGE_LIST_H
#define PLN_API_PAGE_LIST_H

#include "api.h"

/**
 * Answer {@name: elements, "next": cursor or null}. @list is taken over; @key is the member of its
 * elements that no two share; @usual is the limit where none is asked for, 0: all of them.
 */
void pln_answer_page(const pln_request_t *request, pln_answer_t *answer, const char *name,
                     json_t *list, const char *key, size_t usual);

/** `limit` of the query, whose bounds describe.def has; @usual where none is asked for. */
size_t pln_page_limit(const pln_request_t *request, size_t usual);

#endif
