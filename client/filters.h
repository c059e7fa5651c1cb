// SPDX-License-Identifier: MPL-2.0
/**
 * filters - the options by which lists and searches pick records.
 *
 * Why     `list`, `search` and `watch` take the same ones, with the names the API has for them.
 * Thread  main
 */
#ifndef PLN_FILTERS_H
#define PLN_FILTERS_H

#include "command.h"

/** Add those that are given to the query of @path; a repeated one joined by commas. */
void pln_path_filters(pln_buf_t *path, const pln_options_t *options);
/** Is any given? */
bool pln_filtered(const pln_options_t *options);

#endif
