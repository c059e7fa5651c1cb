// SPDX-License-Identifier: MPL-2.0
/**
 * import_file - the records of one file: lines or a list of JSON, rows of a spreadsheet, a
 * document.
 *
 * Why     People have what they have: the file's name tells what it is, and where it has no ending
 *         the way it begins.
 * Thread  main
 */
#ifndef PLN_IMPORT_FILE_H
#define PLN_IMPORT_FILE_H

#include "importing.h"

/** Add all records of @name, "-" for standard input. */
void pln_import_file(pln_importing_t *importing, const char *name);

#endif
