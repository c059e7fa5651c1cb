// SPDX-License-Identifier: MPL-2.0
/**
 * answer - what this code says to the question of a vector: each op of README.md, and who answers.
 *
 * Shape   one table per part of the protocol; answer_find() looks through all of them
 */
#ifndef PLN_TESTS_ANSWER_H
#define PLN_TESTS_ANSWER_H

#include "case.h"

/** Why a question is refused; filled by an op that gives no answer. */
typedef struct {
    char reason[64];
    char field[128]; /**< of a record */
    bool has_field;
} refusal_t;

/** An answer to @in (expanded), owned by the caller; NULL: refused, @why says how. */
typedef json_t *(*answer_fn)(json_t *in, refusal_t *why);

typedef struct {
    const char *op;
    answer_fn answer;
    answer_fn back;    /**< from `out` to `in`; NULL: the op goes one way */
    const char *given; /**< the member of `in` that `back` needs besides `out`; NULL: none */
} answer_t;

/* Each ends with a row without op. */
extern const answer_t answers_chain[];
extern const answer_t answers_format[];
extern const answer_t answers_control[];
extern const answer_t answers_retract[];
extern const answer_t answers_transfer[];
extern const answer_t answers_fork[];
extern const answer_t answers_evidence[];
extern const answer_t answers_ticket[];
extern const answer_t answers_session[];
extern const answer_t answers_message[];
extern const answer_t answers_record[];
extern const answer_t answers_vault[];

/** NULL: README.md has no such op. */
const answer_t *answer_find(const char *op);

/**
 * Does this code say of @vector (one case, as it stands in its file) what the file says, in both
 * directions where its op has them? False: @why is a sentence about the difference.
 */
bool answer_holds(json_t *vector, char *why, size_t why_size);

/** NULL, with the name of @error as the reason. */
json_t *answer_refuse(refusal_t *why, pln_err_t error);
/** {@name: hex of the buffer}; frees the buffer. */
json_t *answer_buf(const char *name, pln_buf_t *buf);

#endif
