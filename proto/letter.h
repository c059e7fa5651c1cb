// SPDX-License-Identifier: MPL-2.0
/**
 * letter - the ticket in what a person pastes, and where it has a slip.
 *
 * Why     Tickets come in letters: quoted, in bold, behind an older one or a sentence that names
 *         "PLN1-", and now and then typed from paper. What is wrong must be said so that it can be
 *         mended.
 * Shape   each "PLN" of the text is tried, as SPEC 8.3 reads it; then without tags, entities and
 *         signs of any kind between its letters; the first that is a ticket is taken
 *         a slip is one letter that is wrong, missing or too many, or two that changed places: of
 *         some 20,000 texts that are so far away the one whose hash fits, if there is one
 * Limits  32 places are tried, slips looked for in 3 of them and in tickets of 1,200 letters
 * Owner   the caller wipes @out and the text; what was copied of it is wiped here
 * Pure    no I/O, no clock
 * Spec    SPEC 8.3
 */
#ifndef PLN_LETTER_H
#define PLN_LETTER_H

#include "ticket.h"

#define PLN_LETTER_PROBLEM_SIZE 200u

/**
 * Errors are those of pln_ticket_decode; @problem says what to do, in one sentence without a full
 * stop.
 */
PLN_MUST_CHECK pln_err_t pln_letter_read(pln_span_t text, pln_ticket_t *out,
                                         char problem[PLN_LETTER_PROBLEM_SIZE]);

#endif
