// SPDX-License-Identifier: MPL-2.0
/**
 * source - files of records as they are named on the command line.
 *
 * Why     `add` and `import` open the same files and guess their format in the same way.
 * Shape   "-" is standard input; .md and .markdown are documents, .json, .jsonl and .ndjson are
 * not; for others the first character tells: { and [ begin JSON Thread  main
 */
#ifndef PLN_SOURCE_H
#define PLN_SOURCE_H

#include <stdio.h>

#include "proto/bytes.h"

#define PLN_SOURCE_DOCUMENT_MAX 1000000u /**< bytes of a document: the API takes 1 MiB */

/** Open @name; NULL: told on stderr. */
FILE *pln_source_open(const char *name);
/** Closes it unless it is standard input. */
void pln_source_close(FILE *file);
/** How messages call it. */
const char *pln_source_name(const char *name);

/** Is it a spreadsheet: .csv or .tsv? */
bool pln_source_is_csv(const char *name);
/** Does its name say that it is a Markdown document? */
bool pln_source_is_named_document(const char *name);
/** Is it one, by its name, or where that says nothing by how it begins? */
bool pln_source_is_document(FILE *file, const char *name);
/** All of it into @out; false: it is longer than @max or cannot be read, told on stderr. */
bool pln_source_read(FILE *file, const char *name, size_t max, pln_buf_t *out);

#endif
