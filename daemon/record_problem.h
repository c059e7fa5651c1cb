// SPDX-License-Identifier: MPL-2.0
/**
 * record_problem - what is wrong with a record, told to a person.
 *
 * Why     Whoever writes a record reads one sentence: which field, which rule, what would be right.
 * Thread  any
 */
#ifndef PLN_RECORD_PROBLEM_H
#define PLN_RECORD_PROBLEM_H

#include "record_json.h"

/** Fill @problem; PLN_EFIELD. */
pln_err_t pln_record_refuse(pln_record_problem_t *problem, const char *field, const char *rule,
                            const char *format, ...) __attribute__((format(printf, 4, 5)));

/** The field of @kind (NULL: of @parts) whose name is most like @name; NULL: none is. */
const char *pln_record_nearest(const pln_kind_t *kind, const pln_field_t *parts, const char *name);

#endif
