// SPDX-License-Identifier: MPL-2.0
/**
 * problem - all sorts of things that can be wrong with a request, from one table (problems.def).
 *
 * Why     A page, a script and a person must get the same word, title and remedy for the same
 * thing. Owner   objects are the caller's: json_decref() Pure    any thread
 */
#ifndef PLN_PROBLEM_H
#define PLN_PROBLEM_H

#include <jansson.h>

#include "proto/error.h"

typedef struct {
    const char *reason;
    unsigned status;
    const char *title;
    const char *remedy;
} pln_problem_t;

/** Row @index; NULL past the last. */
const pln_problem_t *pln_problem_at(size_t index);
/** By its reason; NULL: no row has it. */
const pln_problem_t *pln_problem_find(const char *reason);

/** The object of RFC 9457; what the table does not know has the title of its status. */
json_t *pln_problem(unsigned status, const char *reason, const char *detail);

/** Status of the core's error @error. */
unsigned pln_error_status(pln_err_t error);

#endif
