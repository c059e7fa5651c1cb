// SPDX-License-Identifier: MPL-2.0
/**
 * guard_form - the forms that data about students are written in.
 *
 * Why     A social security number is digits in a pattern, a student number is digits behind a
 * word. Pure    any thread
 */
#ifndef PLN_GUARD_FORM_H
#define PLN_GUARD_FORM_H

#include "proto/bytes.h"

typedef struct {
    const char *what; /**< "an e-mail address": static */
    bool contact;     /**< adults give it on purpose: an address, a phone number, a name */
    pln_span_t text;  /**< within the line */
} pln_guard_form_t;

/** The first thing in @line, from *@at on, that looks like one; *@at moves behind it. */
bool pln_guard_form_next(pln_span_t line, size_t *at, pln_guard_form_t *out);

#endif
