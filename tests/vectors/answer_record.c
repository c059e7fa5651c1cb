// SPDX-License-Identifier: MPL-2.0
// record.json, salt.json
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "daemon/record_json.h"
#include "daemon/reference.h"
#include "proto/salt.h"
#include "shape.h"

static json_t *refuse(refusal_t *why, const char *rule, const char *field)
{
    snprintf(why->reason, sizeof why->reason, "%s", rule);
    snprintf(why->field, sizeof why->field, "%s", field);
    why->has_field = true;
    return NULL;
}

static json_t *record_write(json_t *in, refusal_t *why)
{
    const pln_kind_t *kind = pln_kind_by_name(case_string(case_member(in, "kind")));
    pln_record_problem_t problem;
    pln_buf_t payload = {0};
    if (kind == NULL || kind->fields == NULL) {
        return refuse(why, pln_rule_name(PLN_RULE_KIND), "");
    }
    if (pln_fields_from_json(kind, case_member(in, "fields"), NULL, &payload, &problem) != PLN_OK) {
        pln_buf_free(&payload);
        return refuse(why, problem.rule, problem.field);
    }
    return answer_buf("hex", &payload);
}

static json_t *fields_of(uint16_t number, pln_span_t payload, refusal_t *why)
{
    char sentence[400];
    pln_record_error_t error;
    if (pln_record_check(pln_kind_by_number(number), payload, &error) != PLN_OK) {
        char path[PLN_RECORD_PATH_SIZE];
        pln_record_path(&error, path);
        return refuse(why, pln_rule_name(error.rule), path);
    }
    return pln_record_to_json(number, payload, sentence, sizeof sentence);
}

static json_t *record_read(json_t *in, refusal_t *why)
{
    json_t *fields = fields_of((uint16_t)case_uint(case_member(in, "kind")),
                               case_bytes(case_member(in, "hex")), why);
    return fields != NULL ? json_pack("{s:o}", "fields", fields) : NULL;
}

/** A payload does not name its kind: it comes from the question. */
static json_t *record_back(json_t *out, refusal_t *why)
{
    const pln_kind_t *wanted = pln_kind_by_name(case_string(case_member(out, "kind")));
    if (wanted == NULL) {
        return refuse(why, pln_rule_name(PLN_RULE_KIND), "");
    }
    json_t *fields = fields_of(wanted->number, case_bytes(case_member(out, "hex")), why);
    return fields != NULL ? json_pack("{s:s,s:o}", "kind", wanted->name, "fields", fields) : NULL;
}

static json_t *record_salt(json_t *in, refusal_t *why)
{
    const pln_kind_t *kind = pln_kind_by_number((uint16_t)case_uint(case_member(in, "kind")));
    pln_span_t payload = case_bytes(case_member(in, "hex"));
    uint8_t seed[PLN_SEED_SIZE], salt[PLN_SALT_SIZE];
    pln_network_id_t network;
    pln_identity_t self;
    pln_buf_t out = {0};
    case_fixed(case_member(in, "seed"), seed, sizeof seed);
    case_fixed(case_member(in, "network"), &network, sizeof network);
    pln_err_t error = kind == NULL ? PLN_EINVAL : pln_identity_derive(seed, &self);
    if (error == PLN_OK && pln_salt_lacks(kind, payload)) {
        pln_salt_make(&self, &network, kind, payload, salt);
        error = pln_salt_add(payload, salt, &out);
    } else {
        pln_buf_add(&out, payload.data, payload.size);
    }
    return error == PLN_OK ? answer_buf("hex", &out) : answer_refuse(why, error);
}

static const shape_t reference_shape[] = {
    SHAPE_IF("network", pln_reference_t, has_network, network),
    SHAPE(FIXED, pln_reference_t, author),
    SHAPE(UINT, pln_reference_t, epoch),
    SHAPE(UINT, pln_reference_t, seq),
    SHAPE(FIXED, pln_reference_t, data),
    SHAPE_END};

static json_t *reference_write(json_t *in, refusal_t *why)
{
    pln_reference_t reference = {0};
    pln_buf_t packed = {0};
    char text[PLN_REFERENCE_TEXT_SIZE];
    (void)why;
    shape_read(reference_shape, in, &reference);
    pln_reference_write(&reference, &packed);
    pln_reference_text(&reference, text);
    json_t *out = answer_buf("hex", &packed);
    json_object_set_new(out, "text", json_string(text));
    return out;
}

static json_t *reference_back(json_t *out, refusal_t *why)
{
    pln_reference_t from_text = {0}, reference;
    pln_unpack_t in = pln_unpack(case_bytes(case_member(out, "hex")));
    pln_reference_read(&in, &reference);
    pln_err_t error = pln_unpack_end(&in);
    if (error != PLN_OK ||
        !pln_reference_parse(case_string(case_member(out, "text")), &from_text)) {
        return answer_refuse(why, error != PLN_OK ? error : PLN_EINVAL);
    }
    json_t *packed = shape_write(reference_shape, &reference);
    json_t *written = shape_write(reference_shape, &from_text);
    bool same = json_equal(packed, written);
    json_decref(written);
    if (!same) {
        json_decref(packed);
        return answer_refuse(why, PLN_EINVAL);
    }
    return packed;
}

const answer_t answers_record[] = {
    {.op = "record", .answer = record_write, .back = record_back, .given = "kind"},
    {.op = "record.write", .answer = record_write},
    {.op = "record.read", .answer = record_read},
    {.op = "record.salt", .answer = record_salt},
    {.op = "reference", .answer = reference_write, .back = reference_back},
    {.op = NULL}};
