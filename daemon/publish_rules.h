// SPDX-License-Identifier: MPL-2.0
/**
 * publish_rules - what must be so before a record of one's own is published.
 *
 * Why     Others' records are shown whatever they say; one's own are looked at first: for what
 * looks like data about students, and for licenses that nobody knows. Thread  any
 */
#ifndef PLN_PUBLISH_RULES_H
#define PLN_PUBLISH_RULES_H

#include "record_json.h"

/**
 * Look at @fields, which is changed where a rule says so: the license gets its usual spelling, and
 * @confirmed is noted in a record whose places were asked about. PLN_EFIELD: @problem tells, and
 * *places is the guard's list where that is why (owned by the caller), else NULL.
 */
PLN_MUST_CHECK pln_err_t pln_publish_rules(const pln_kind_t *kind, json_t *fields, bool confirmed,
                                           pln_record_problem_t *problem, json_t **places);

#endif
