// SPDX-License-Identifier: MPL-2.0
/**
 * file_problem - what is wrong with a file, in one sentence with the remedy.
 *
 * Why     "Permission denied" tells nobody what to do next.
 * Shape   "NAME cannot be read: REASON; REMEDY" on stderr, from errno
 * Thread  main
 */
#ifndef PLN_FILE_PROBLEM_H
#define PLN_FILE_PROBLEM_H

#include <stdbool.h>

/** Tell that @name cannot be read, as @error (an errno) says. Always false. */
bool pln_unreadable(const char *name, int error);
/** The same of writing @name. */
bool pln_unwritable(const char *name, int error);
/** Open for reading; a folder, a pipe or a device is no file. -1: told. */
int pln_open_file(const char *name);

#endif
