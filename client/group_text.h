// SPDX-License-Identifier: MPL-2.0
/**
 * group_text - groups of a record as a person reads them: rubrics as tables, others as lists.
 *
 * Thread  main
 */
#ifndef PLN_GROUP_TEXT_H
#define PLN_GROUP_TEXT_H

#include <jansson.h>

#include "proto/kinds.h"

/** Print @value, the list of groups in @field, within @width columns. */
void pln_group_print(const pln_field_t *field, const json_t *value, size_t width);

#endif
