// SPDX-License-Identifier: MPL-2.0
/**
 * cancel - withdraw what stands in a list of the daemon under a key: an invitation, a sign-in link.
 *
 * Why     `pln invite --cancel` and `pln web --cancel` ask the same of two lists.
 * Thread  main
 */
#ifndef PLN_CANCEL_H
#define PLN_CANCEL_H

#include "command.h"

/** POST @list/@key/cancel, then say @told. Returns the exit status. */
int pln_cancel(pln_command_t *command, const char *list, const char *key, const char *told);

#endif
