// SPDX-License-Identifier: MPL-2.0
/**
 * front_matter - the block between two lines of dashes with which many Markdown documents begin.
 *
 * Why     Districts keep grades and subjects there already; they should not have to type them
 * again. Shape   the part of YAML that is used for it: "key: value", quoted or not, [a, b], lists
 * with
 *         "- ", texts behind | and >, comments; every value is a text or a list of texts; JSON that
 * stands on one line what is more than that (nested keys, anchors, tags) has no value and can be
 * kept as it stands Pure    any thread
 */
#ifndef PLN_FRONT_MATTER_H
#define PLN_FRONT_MATTER_H

#include <jansson.h>

#include "proto/bytes.h"

/** One key with the lines it was written on. */
typedef struct {
    const char *key;
    json_t *value;    /**< string, array of strings, or JSON; NULL: more than is understood here */
    pln_span_t lines; /**< verbatim, with their last newline */
} pln_front_t;

typedef void (*pln_front_key_t)(void *arg, const pln_front_t *front);

/**
 * Hand every key of @text's front matter to @on_key, in order. The bytes the block takes with both
 * of its lines of dashes; 0: @text begins with none, and @on_key was not called.
 */
size_t pln_front_matter(pln_span_t text, pln_front_key_t on_key, void *arg);

#endif
