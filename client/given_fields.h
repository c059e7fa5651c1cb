// SPDX-License-Identifier: MPL-2.0
/**
 * given_fields - fields of one record as the command line gives them: a file, and FIELD=VALUE.
 *
 * Thread  main
 */
#ifndef PLN_GIVEN_FIELDS_H
#define PLN_GIVEN_FIELDS_H

#include "command.h"
#include "proto/kinds.h"

/** Fields of the Markdown document or JSON record @name; NULL: told. */
json_t *pln_fields_from_file(const char *name, const pln_kind_t *kind);

/** Lay the words from @first on over @fields; false: wrong usage, told. */
bool pln_fields_from_words(const pln_command_t *command, size_t first, const pln_kind_t *kind,
                           json_t *fields);

#endif
