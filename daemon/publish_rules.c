// SPDX-License-Identifier: MPL-2.0
#include "publish_rules.h"

#include <string.h>
#include <strings.h>

#include "guard.h"
#include "proto/license.h"
#include "record_problem.h"

/** An id of SPDX in its usual spelling, or LicenseRef-...; what is no text is the check's. */
static pln_err_t know_license(json_t *fields, pln_record_problem_t *problem)
{
    const char *id = json_string_value(json_object_get(fields, "license"));
    const pln_license_t *license = id != NULL ? pln_license_find(id) : NULL;
    if (license != NULL) {
        json_object_set_new(fields, "license", json_string(license->id));
        return PLN_OK;
    }
    if (id == NULL || id[0] == '\0' || strncmp(id, "LicenseRef-", 11) == 0 ||
        strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-+:_/") !=
            strlen(id)) {
        return PLN_OK;
    }
    return pln_record_refuse(problem, "license", "license",
                             "license \"%.60s\" is none that is known here, such as CC-BY-4.0, "
                             "CC-BY-SA-4.0 or CC0-1.0; write LicenseRef-NAME for another one",
                             id);
}

static pln_err_t refuse_places(const json_t *places, pln_record_problem_t *problem)
{
    const json_t *first = json_array_get(places, 0);
    const char *field = json_string_value(json_object_get(first, "field"));
    return pln_record_refuse(
        problem, field, "student-data",
        "%s, line %d, looks like %s (%s); take it out, or vouch with --confirm-no-student-data "
        "that no student can be recognized",
        field, (int)json_integer_value(json_object_get(first, "line")),
        json_string_value(json_object_get(first, "what")),
        json_string_value(json_object_get(first, "text")));
}

pln_err_t pln_publish_rules(const pln_kind_t *kind, json_t *fields, bool confirmed,
                            pln_record_problem_t *problem, json_t **places)
{
    *places = NULL;
    if (!json_is_object(fields)) {
        return PLN_OK;
    }
    PLN_TRY(know_license(fields, problem));
    json_t *found = pln_guard_places(kind, fields);
    if (found != NULL && !confirmed) {
        *places = found;
        return refuse_places(found, problem);
    }
    if (found != NULL) {
        json_object_set_new(fields, "no_student_data", json_true());
    }
    json_decref(found);
    return PLN_OK;
}
