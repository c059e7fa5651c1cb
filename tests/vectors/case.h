// SPDX-License-Identifier: MPL-2.0
/**
 * case - one golden vector: what is asked, as JSON, and the values in it.
 *
 * Why     Who checks vectors and who once made them must read a case alike.
 * Shape   README.md of this folder says how values are written down
 * Owner   what the get functions hand out lives until case_forget()
 * Errors  a case that is not as README.md says is our own bug: it ends the process with its place
 */
#ifndef PLN_TESTS_CASE_H
#define PLN_TESTS_CASE_H

#include <jansson.h>

#include "proto/bytes.h"

/** Memory until case_forget(), zeroed. */
void *case_keep(size_t size);
void case_forget(void);

/** A copy of @value in which every long-bytes object has become the hex that it means. */
json_t *case_expand(json_t *value);

/** The member @name of @object, which must be there. */
json_t *case_member(json_t *object, const char *name);
pln_span_t case_bytes(json_t *value);
pln_span_t case_text(json_t *value);
/** NUL-terminated; has no NUL inside. */
const char *case_string(json_t *value);
uint64_t case_uint(json_t *value);
void case_fixed(json_t *value, void *out, size_t size);

json_t *case_hex(const void *data, size_t size);
json_t *case_number(uint64_t number);

#endif
