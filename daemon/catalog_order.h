// SPDX-License-Identifier: MPL-2.0
/**
 * catalog_order - what titles are ordered by.
 *
 * Why     People look for "Ökologie" beside "Okapi", and for grade 9 before grade 10.
 * Shape   a key of bytes: the words without case, accents and signs, numbers by their value
 * Thread  one at a time
 */
#ifndef PLN_CATALOG_ORDER_H
#define PLN_CATALOG_ORDER_H

#include <sqlite3.h>

#include "proto/bytes.h"

#define PLN_ORDER_KEY_MAX 64u

typedef struct pln_order pln_order_t;

/** NULL: this SQLite has no FTS5. @handle must outlive it. */
pln_order_t *pln_order_new(sqlite3 *handle);
void pln_order_free(pln_order_t **order);

/** Replace @out by the key of @text, at most PLN_ORDER_KEY_MAX bytes. */
void pln_order_key(pln_order_t *order, pln_span_t text, pln_buf_t *out);

#endif
