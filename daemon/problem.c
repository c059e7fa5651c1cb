// SPDX-License-Identifier: MPL-2.0
#include "problem.h"

#include <stdio.h>
#include <string.h>

#include "api.h"

#define TYPE_BASE "/api/v1/problems#"

static const pln_problem_t rows[] = {
#define PLN_PROBLEM(reason, status, title, remedy) {reason, status, title, remedy},
#include "problems.def"
#undef PLN_PROBLEM
};

const pln_problem_t *pln_problem_at(size_t index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}

const pln_problem_t *pln_problem_find(const char *reason)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].reason, reason) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

unsigned pln_error_status(pln_err_t error)
{
    const pln_problem_t *row = pln_problem_find(pln_error_name(error));
    return row == NULL ? 400 : row->status;
}

json_t *pln_problem(unsigned status, const char *reason, const char *detail)
{
    const pln_problem_t *row = pln_problem_find(reason);
    json_t *problem = json_object();
    json_object_set_new(problem, "type", json_sprintf("%s%s", TYPE_BASE, reason));
    json_object_set_new(problem, "title",
                        json_string(row == NULL ? "The request was refused" : row->title));
    json_object_set_new(problem, "status", json_integer((json_int_t)status));
    json_object_set_new(problem, "detail", pln_json_text(detail));
    json_object_set_new(problem, "reason", json_string(reason));
    if (row != NULL) {
        json_object_set_new(problem, "remedy", json_string(row->remedy));
    }
    return problem;
}
