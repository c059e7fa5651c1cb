// SPDX-License-Identifier: MPL-2.0
#include "api.h"
#include "openapi.h"

void pln_api_openapi(const pln_request_t *request, pln_answer_t *answer)
{
    pln_answer_json(answer, 200, pln_openapi_json(request->api->cookie));
}

void pln_api_problems(const pln_request_t *request, pln_answer_t *answer)
{
    (void)request;
    json_t *list = json_array();
    const pln_problem_t *problem;
    for (size_t i = 0; (problem = pln_problem_at(i)) != NULL; i++) {
        json_array_append_new(list, json_pack("{s:s, s:i, s:s, s:s}", "reason", problem->reason,
                                              "status", (int)problem->status, "title",
                                              problem->title, "remedy", problem->remedy));
    }
    pln_answer_json(answer, 200, json_pack("{s:o}", "problems", list));
}
