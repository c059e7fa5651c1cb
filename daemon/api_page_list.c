// SPDX-License-Identifier: MPL-2.0
#include "api_page_list.h"

#include <string.h>

static const char *key_of(const json_t *list, size_t index, const char *key)
{
    const char *text = json_string_value(json_object_get(json_array_get(list, index), key));
    return text != NULL ? text : "";
}

/** Index behind the element that `after` names; false: the answer is given. */
static bool read_after(const pln_request_t *request, pln_answer_t *answer, const json_t *list,
                       const char *key, size_t *from)
{
    const char *after = pln_uri_param(request->uri, "after");
    size_t count = json_array_size(list);
    *from = 0;
    if (after == NULL) {
        return true;
    }
    while (*from < count && strcmp(key_of(list, *from, key), after) != 0) {
        ++*from;
    }
    if (*from == count) {
        pln_answer_problem(answer, 400, "after",
                           "after takes the \"next\" of an earlier page, and what it names is not "
                           "there any more: begin again");
        return false;
    }
    ++*from;
    return true;
}

size_t pln_page_limit(const pln_request_t *request, size_t usual)
{
    const char *text = pln_uri_param(request->uri, "limit");
    uint64_t number = usual;
    return text == NULL || pln_number_parse(text, SIZE_MAX, &number) ? (size_t)number : usual;
}

void pln_answer_page(const pln_request_t *request, pln_answer_t *answer, const char *name,
                     json_t *list, const char *key, size_t usual)
{
    size_t from, limit = pln_page_limit(request, usual), count = json_array_size(list);
    if (read_after(request, answer, list, key, &from)) {
        json_t *page = json_array();
        size_t end = limit == 0 || count - from <= limit ? count : from + limit;
        for (size_t i = from; i < end; i++) {
            json_array_append(page, json_array_get(list, i));
        }
        json_t *next = end == count ? json_null() : json_string(key_of(list, end - 1, key));
        pln_answer_json(answer, 200, json_pack("{s:o, s:o}", name, page, "next", next));
    }
    json_decref(list);
}
