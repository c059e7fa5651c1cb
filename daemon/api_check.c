// SPDX-License-Identifier: MPL-2.0
// What is wrong with a record that is being written: all of it, while a refusal names the first.
#include <string.h>

#include "guard.h"
#include "proto/license.h"
#include "publish_rules.h"
#include "record_json.h"
#include "record_lookup.h"
#include "resolve.h"

#define PROBLEMS_MAX 50u

/** Something right in the place of what is wrong, so that the next problem shows; NULL: none. */
static json_t *stand_in(const pln_field_t *field)
{
    switch (field->type) {
        case PLN_TYPE_LINE:
        case PLN_TYPE_TEXT:
            return json_string("x");
        case PLN_TYPE_CHOICE:
            return field->choices == NULL ? NULL : json_string(field->choices[0].word);
        case PLN_TYPE_UINT:
            return json_integer((json_int_t)field->min);
        case PLN_TYPE_BOOL:
            return json_true();
        case PLN_TYPE_TIME:
            return json_string("2026-01-01");
        default:
            return NULL;
    }
}

static void add_problem(json_t *problems, const pln_record_problem_t *problem)
{
    json_array_append_new(
        problems, json_pack("{s:s, s:s, s:o}", "field", problem->field, "reason", problem->rule,
                            "sentence", pln_json_text(problem->detail)));
}

/** Take the field of @problem out of the way; false: that is not possible. */
static bool set_aside(const pln_kind_t *kind, json_t *fields, const pln_record_problem_t *problem)
{
    char name[PLN_RECORD_PATH_SIZE];
    memcpy(name, problem->field, sizeof name);
    name[strcspn(name, ".")] = '\0';
    const pln_field_t *field = pln_field_by_name(kind, name);
    bool given = json_object_get(fields, name) != NULL;
    bool required = field != NULL && (field->flags & PLN_FIELD_REQUIRED) != 0;
    json_t *right = required ? stand_in(field) : NULL;
    if (right != NULL) {
        bool same = json_equal(json_object_get(fields, name), right);
        json_object_set_new(fields, name, right);
        return !same;
    }
    return given && json_object_del(fields, name) == 0;
}

static json_t *find_problems(const pln_kind_t *kind, json_t *fields, const pln_lookup_t *lookup)
{
    json_t *problems = json_array(), *places = NULL;
    pln_record_problem_t problem;
    pln_buf_t payload = {0};
    if (pln_publish_rules(kind, fields, true, &problem, &places) != PLN_OK) {
        add_problem(problems, &problem);
        set_aside(kind, fields, &problem);
    }
    while (json_array_size(problems) < PROBLEMS_MAX &&
           pln_fields_from_json(kind, fields, lookup, &payload, &problem) != PLN_OK) {
        add_problem(problems, &problem);
        if (!set_aside(kind, fields, &problem)) {
            break;
        }
    }
    pln_buf_free(&payload);
    return problems;
}

/** References are completed where the network is known; where it is not, they must be whole. */
static bool know_network(const pln_request_t *request, const char *network,
                         pln_network_view_t *view)
{
    pln_answer_t unheard = {.status = 0};
    bool known = pln_resolve_network(request, &unheard, network == NULL ? "-" : network, view);
    pln_answer_free(&unheard);
    return known;
}

void pln_api_check(const pln_request_t *request, pln_answer_t *answer)
{
    const char *name, *network;
    json_t *fields = json_object_get(request->body, "fields");
    pln_network_view_t view;
    if (!pln_body_text(request, answer, "kind", true, PLN_NAME_MAX, &name) ||
        !pln_body_text(request, answer, "network", false, PLN_NAME_MAX, &network)) {
        return;
    }
    const pln_kind_t *kind = pln_kind_by_name(name);
    if (kind == NULL || kind->fields == NULL) {
        pln_answer_field(answer, "kind", "\"kind\" %.60s is none that can be published", name);
        return;
    }
    if (!json_is_object(fields)) {
        pln_answer_field(answer, "fields",
                         "\"fields\" must be an object of field names and values");
        return;
    }
    pln_record_lookup_t lookup = {.request = request};
    bool known = know_network(request, network, &view);
    if (known) {
        lookup.network = view.id;
    }
    const pln_lookup_t finder = {pln_record_lookup, &lookup};
    json_t *findings = pln_guard_places(kind, fields);
    json_t *problems = find_problems(kind, fields, known ? &finder : NULL);
    pln_answer_json(answer, 200,
                    json_pack("{s:o, s:o}", "problems", problems, "findings",
                              findings == NULL ? json_array() : findings));
}
