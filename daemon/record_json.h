// SPDX-License-Identifier: MPL-2.0
/**
 * record_json - records as people and scripts write them, to and from payloads.
 *
 * Why     A payload has numbers for names and one spelling; JSON has names and many. Both ways are
 *         read from the kinds table, so that what one node exports another imports byte for byte.
 * Shape   {"kind": NAME, "fields": {NAME: VALUE, ...}}; other members are ignored
 *         text, line, code    string
 *         choice              its word; also its label, "9" for "09", "K" for "KG"; in a list of
 *                             grades a span such as "K-8"
 *         uint                integer, or its digits in a string
 *         decimal             number with at most two decimals, or one in a string
 *         bool                true or false, or these words in a string
 *         time                RFC 3339 string, its offset kept, or a date: its first instant in UTC
 *         reference           "[NETWORK/]AUTHOR/[EPOCH.]SEQ#DATA", DATA 32 hex digits; without
 * #DATA the lookup completes it link                the same; it is put among the record's refs
 * where it is not yet blob, salt          hex digits group               object of its parts; text
 * alone is its description, if it has one a list              array, or one value alone
 *         "#N"                field N, unknown to this version: its msgpack in hex
 *         null, "", [] leave the field out
 * Pure    any thread
 */
#ifndef PLN_RECORD_JSON_H
#define PLN_RECORD_JSON_H

#include <jansson.h>

#include "proto/record.h"

/** Why a record is refused: texts for a person and for a script. */
typedef struct {
    /** "" when it is the record as a whole; "rubric.criteria.name" in groups */
    char field[PLN_RECORD_PATH_SIZE];
    char rule[32];    /**< stable word: "required", "unknown-field", "type", "choice", ... */
    char detail[400]; /**< one sentence with the remedy */
} pln_record_problem_t;

/** Completes what people write for a reference: short ids, without the hash of the content. */
typedef struct {
    /** False: there is none such; @detail says why, as one sentence. */
    bool (*find)(void *arg, const char *text, const pln_field_t *field, pln_reference_t *out,
                 char *detail, size_t size);
    void *arg;
} pln_lookup_t;

/**
 * The payload of @record; @payload is cleared and filled.
 * @lookup  may be NULL: references must be whole then
 * @kind    in: the kind where @record does not name one (NULL: it must); out: its kind
 * PLN_EFIELD @problem tells
 */
PLN_MUST_CHECK pln_err_t pln_record_from_json(json_t *record, const pln_kind_t **kind,
                                              const pln_lookup_t *lookup, pln_buf_t *payload,
                                              pln_record_problem_t *problem);

/** The same for the fields alone. */
PLN_MUST_CHECK pln_err_t pln_fields_from_json(const pln_kind_t *kind, json_t *fields,
                                              const pln_lookup_t *lookup, pln_buf_t *payload,
                                              pln_record_problem_t *problem);

/** Object of the fields of a decoded payload; NULL: unreadable, @reason says why. */
json_t *pln_record_to_json(uint16_t kind, pln_span_t payload, char *reason, size_t reason_size);

/** One sentence about the broken rule, with the bounds or words that would be right. */
void pln_record_explain(const pln_record_error_t *error, char *out, size_t size);

#endif
