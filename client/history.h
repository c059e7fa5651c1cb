// SPDX-License-Identifier: MPL-2.0
/**
 * history - the versions of a record, and what changed from one to the next, field by field.
 *
 * Why     "What did they change since we last gave this task?"
 * Thread  main
 */
#ifndef PLN_HISTORY_H
#define PLN_HISTORY_H

#include "command.h"

/** Print @record and the versions it replaces, newest first. PLN_DONE, or what was told. */
int pln_history_print(pln_command_t *command, const json_t *record);

/** What differs between the fields of two versions: [{"field", "before", "after"}], in the order of
 * the kinds table. */
json_t *pln_history_diff(const char *kind, const json_t *before, const json_t *after);

#endif
