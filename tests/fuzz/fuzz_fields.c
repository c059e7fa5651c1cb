// SPDX-License-Identifier: MPL-2.0
/* The first byte chooses a kind, the rest is the JSON of its fields. What is taken must be shown,
 * and what is shown be taken again as the same bytes. The guard looks at whatever it is. */
#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "daemon/guard.h"
#include "daemon/record_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const pln_kind_t *kind_of(uint8_t choice)
{
    size_t count = 0, first = SIZE_MAX;
    const pln_kind_t *kind;
    for (; (kind = pln_kind_at(count)) != NULL; count++) {
        first = kind->fields != NULL && first == SIZE_MAX ? count : first;
    }
    return pln_kind_at(first + choice % (count - first));
}

static void assert_comes_back(const pln_kind_t *kind, pln_span_t payload)
{
    char reason[400] = "";
    pln_record_problem_t problem;
    pln_buf_t again = {0};
    json_t *shown = pln_record_to_json(kind->number, payload, reason, sizeof reason);
    assert(shown != NULL);
    pln_err_t error = pln_fields_from_json(kind, shown, NULL, &again, &problem);
    assert(error == PLN_OK);
    assert(again.size == payload.size && memcmp(again.data, payload.data, again.size) == 0);
    json_decref(shown);
    pln_buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || sodium_init() < 0) {
        return 0;
    }
    const pln_kind_t *kind = kind_of(data[0]);
    json_t *fields = json_loadb((const char *)data + 1, size - 1, JSON_REJECT_DUPLICATES, NULL);
    pln_buf_t payload = {0};
    pln_record_problem_t problem = {.rule = ""};
    if (fields != NULL && pln_fields_from_json(kind, fields, NULL, &payload, &problem) == PLN_OK) {
        assert_comes_back(kind, pln_buf_span(&payload));
    } else if (fields != NULL) {
        assert(problem.rule[0] != '\0' && problem.detail[0] != '\0');
    }
    json_t *places = json_is_object(fields) ? pln_guard_places(kind, fields) : NULL;
    json_decref(places);
    json_decref(fields);
    pln_buf_free(&payload);
    return 0;
}
