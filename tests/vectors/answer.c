// SPDX-License-Identifier: MPL-2.0
#include "answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const answer_t *const tables[] = {answers_chain,    answers_format, answers_control,
                                         answers_retract,  answers_fork,   answers_evidence,
                                         answers_transfer, answers_ticket, answers_session,
                                         answers_message,  answers_record, answers_vault};

const answer_t *answer_find(const char *op)
{
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        for (const answer_t *at = tables[i]; at->op != NULL; at++) {
            if (strcmp(at->op, op) == 0) {
                return at;
            }
        }
    }
    return NULL;
}

json_t *answer_refuse(refusal_t *why, pln_err_t error)
{
    snprintf(why->reason, sizeof why->reason, "%s", pln_error_name(error));
    return NULL;
}

json_t *answer_buf(const char *name, pln_buf_t *buf)
{
    json_t *out = json_pack("{s:o}", name, case_hex(buf->data, buf->size));
    pln_buf_free(buf);
    return out;
}

/* ---- is it so? ---- */

#define SHOWN_MAX 300 /**< of one answer in a sentence */

static bool differ(char *why, size_t size, const char *what, json_t *expected, json_t *got)
{
    char *left = json_dumps(expected, JSON_ENCODE_ANY | JSON_SORT_KEYS);
    char *right = got != NULL ? json_dumps(got, JSON_ENCODE_ANY | JSON_SORT_KEYS) : NULL;
    snprintf(why, size, "%s: expected %.*s, got %.*s", what, SHOWN_MAX, left, SHOWN_MAX,
             right != NULL ? right : "a refusal");
    free(left);
    free(right);
    return false;
}

/** Was it refused for the reason that @vector gives? */
static bool refused_so(json_t *vector, json_t *got, const refusal_t *refusal, char *why,
                       size_t size)
{
    const char *reason = case_string(case_member(vector, "refused"));
    const char *field = json_string_value(json_object_get(vector, "field"));
    if (got != NULL) {
        return differ(why, size, "should be refused", case_member(vector, "refused"), got);
    }
    bool same_field = refusal->has_field == (field != NULL) &&
                      (field == NULL || strcmp(field, refusal->field) == 0);
    if (strcmp(reason, refusal->reason) != 0 || !same_field) {
        snprintf(why, size, "should be refused as %s %s, is as %s %s", reason,
                 field != NULL ? field : "", refusal->reason, refusal->field);
        return false;
    }
    return true;
}

static bool goes_back(const answer_t *op, json_t *in, json_t *out, char *why, size_t size)
{
    refusal_t refusal = {0};
    json_t *question = json_copy(out);
    if (op->given != NULL) {
        json_object_set(question, op->given, case_member(in, op->given));
    }
    json_t *back = op->back(question, &refusal);
    bool same = json_equal(in, back) || differ(why, size, "read back", in, back);
    json_decref(question);
    json_decref(back);
    return same;
}

static bool holds(const answer_t *op, json_t *vector, char *why, size_t size)
{
    refusal_t refusal = {0};
    json_t *in = case_member(vector, "in"), *out = json_object_get(vector, "out");
    json_t *got = op->answer(in, &refusal);
    bool same;
    if (out == NULL) {
        same = refused_so(vector, got, &refusal, why, size);
    } else {
        same = json_equal(out, got) || differ(why, size, "answer", out, got);
        same = same && (op->back == NULL || goes_back(op, in, out, why, size));
    }
    json_decref(got);
    return same;
}

bool answer_holds(json_t *vector, char *why, size_t why_size)
{
    const answer_t *op = answer_find(case_string(case_member(vector, "op")));
    if (op == NULL) {
        snprintf(why, why_size, "no such op");
        return false;
    }
    json_t *expanded = case_expand(vector);
    bool same = holds(op, expanded, why, why_size);
    json_decref(expanded);
    case_forget();
    return same;
}
