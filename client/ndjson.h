// SPDX-License-Identifier: MPL-2.0
/**
 * ndjson - values from a file of any size, one at a time.
 *
 * Why     An import of a million records must not stand in memory, nor end at its first bad line.
 * Shape   one value per line (NDJSON), or a JSON array, or values written over several lines; which
 *         of them it is, is seen at the first line. What is wrong is named by its line, and reading
 *         goes on behind it.
 * Owner   the file is borrowed; free with pln_ndjson_free()
 * Thread  any
 */
#ifndef PLN_NDJSON_H
#define PLN_NDJSON_H

#include <jansson.h>
#include <stdio.h>

#include "proto/bytes.h"

#define PLN_NDJSON_ITEM_MAX 1000000u /**< bytes of one value: the API takes 1 MiB */

typedef struct pln_ndjson pln_ndjson_t;

typedef enum {
    PLN_NDJSON_VALUE,
    PLN_NDJSON_BROKEN, /**< problem says why; go on */
    PLN_NDJSON_END
} pln_ndjson_state_t;

typedef struct {
    json_t *value;    /**< of PLN_NDJSON_VALUE: the caller's */
    uint64_t line;    /**< where it begins, from 1 */
    uint64_t element; /**< of a JSON array: which of its elements, from 1; else 0 */
    char problem[256];
} pln_ndjson_item_t;

pln_ndjson_t *pln_ndjson_new(FILE *file);
void pln_ndjson_free(pln_ndjson_t **reader);

pln_ndjson_state_t pln_ndjson_next(pln_ndjson_t *reader, pln_ndjson_item_t *out);

#endif
