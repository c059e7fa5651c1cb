// SPDX-License-Identifier: MPL-2.0
/**
 * error - one table of everything that can go wrong, and what it asks of the caller.
 *
 * Why     A refusal must be the same word in the code, the counters, `pln status` and SPEC 10.1.
 * Shape   enum from errors.def; 0 is PLN_OK, all others are positive and stable in order only
 * Pure    any thread
 */
#ifndef PLN_ERROR_H
#define PLN_ERROR_H

#include "pln.h"

typedef enum {
#define PLN_ERROR(name, text, class, sentence) PLN_##name,
#include "errors.def"
#undef PLN_ERROR
    PLN_ERROR_COUNT
} pln_err_t;

/** What an error asks for. */
typedef enum { PLN_CLASS_OURS, PLN_CLASS_OFFENCE, PLN_CLASS_LATER, PLN_CLASS_DROP } pln_class_t;

/** Short stable name, as counters and JSON print it: "bad-signature". */
const char *pln_error_name(pln_err_t error);
/** One sentence for a person, without a full stop. */
const char *pln_error_text(pln_err_t error);
/** What the caller does about it. */
pln_class_t pln_error_class(pln_err_t error);

/** Return from a function that owns nothing when @expr fails. */
#define PLN_TRY(expr)                     \
    do {                                  \
        pln_err_t pln_try_error = (expr); \
        if (pln_try_error != PLN_OK) {    \
            return pln_try_error;         \
        }                                 \
    } while (0)

#endif
