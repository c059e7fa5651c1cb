// SPDX-License-Identifier: MPL-2.0
/**
 * left_over - what no field takes, kept as prose.
 *
 * Why     An import must lose nothing: a column nobody has a field for, or "Grades: middle school",
 *         stays where people can read it.
 * Pure    any thread
 */
#ifndef PLN_LEFT_OVER_H
#define PLN_LEFT_OVER_H

#include <jansson.h>

#include "proto/kinds.h"

/** The field of @kind where prose goes; NULL: none. */
const pln_field_t *pln_left_over_field(const pln_kind_t *kind);

/** Add "NAME: TEXT" as a paragraph of its own to @prose. */
void pln_left_over_add(json_t *fields, const pln_field_t *prose, const char *name,
                       const char *text);

/** Move what @fields have in the field called @name into prose; where it went, or NULL: it is one
 * that
 * @kind requires, no text, or there is no place for prose. */
const pln_field_t *pln_left_over_move(const pln_kind_t *kind, json_t *fields, const char *name);

#endif
