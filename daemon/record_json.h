// SPDX-License-Identifier: MPL-2.0
/**
 * record_json - records as people and scripts write them, to and from payloads.
 *
 * Why     A payload has numbers for names and one spelling; JSON has names and many. Both ways are
 *         read from the kinds table, so that what one node exports another imports byte for byte.
 * Shape   {"kind": NAME, "fields": {NAME: VALUE, ...}}; other members are ignored
 *         text, line, code, choice, range   string (a grade may be a number)
 *         uint                              integer, or its digits in a string
 *         bool                              true or false, or these words in a string
 *         time                              RFC 3339 string or a date
 *         reference                         "[NETWORK/]AUTHOR/[EPOCH.]SEQ#DATA", DATA 32 hex digits
 *         blob, salt                        hex digits
 *         a list                            array, or one value alone
 *         "#N"                              field N, unknown to this version: its msgpack in hex
 *         null, "", [] leave the field out
 * Pure    any thread
 */
#ifndef PLN_RECORD_JSON_H
#define PLN_RECORD_JSON_H

#include <jansson.h>

#include "proto/record.h"

/** Why a record is refused: texts for a person and for a script. */
typedef struct {
    char field[64];   /**< "" when it is the record as a whole */
    char rule[32];    /**< stable word: "required", "unknown-field", "type", "choice", ... */
    char detail[320]; /**< one sentence with the remedy */
} pln_record_problem_t;

/**
 * The payload of @record; @payload is cleared and filled.
 * @kind    in: the kind where @record does not name one (NULL: it must); out: its kind
 * PLN_EFIELD @problem tells
 */
PLN_MUST_CHECK pln_err_t pln_record_from_json(json_t *record, const pln_kind_t **kind,
                                              pln_buf_t *payload, pln_record_problem_t *problem);

/** The same for the fields alone. */
PLN_MUST_CHECK pln_err_t pln_fields_from_json(const pln_kind_t *kind, json_t *fields,
                                              pln_buf_t *payload, pln_record_problem_t *problem);

/** Object of the fields of a decoded payload; NULL: unreadable, @reason says why. */
json_t *pln_record_to_json(uint16_t kind, pln_span_t payload, char *reason, size_t reason_size);

/** One sentence about the broken rule, with the bounds or words that would be right. */
void pln_record_explain(const pln_record_error_t *error, char *out, size_t size);

#endif
