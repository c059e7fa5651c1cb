// SPDX-License-Identifier: MPL-2.0
/**
 * book - the ids this node knows, so that tables can show short ones that are still unambiguous.
 *
 * Why     A short id in a table must be one that the daemon takes back.
 * Shape   networks and their members, asked for once per table
 * Owner   free with pln_book_free()
 * Thread  main
 */
#ifndef PLN_BOOK_H
#define PLN_BOOK_H

#include "command.h"
#include "shorts.h"

#define PLN_BOOK_ID_SIZE 160 /**< a whole record id fits */

typedef struct {
    pln_shorts_t networks;
    pln_shorts_t nodes;
} pln_book_t;

/** Networks and their members. What is not PLN_DONE was told on stderr. */
int pln_book_open(pln_book_t *book, pln_call_t *call);
/** Add the id in each element of the list @list that is called @name. */
void pln_book_add_nodes(pln_book_t *book, const json_t *list, const char *name);
/** Add the networks and authors of records. */
void pln_book_add_records(pln_book_t *book, const json_t *records);
void pln_book_free(pln_book_t *book);

/** Short forms; "" where @id is. */
void pln_book_node(const pln_book_t *book, const char *id, char out[PLN_BOOK_ID_SIZE]);
void pln_book_network(const pln_book_t *book, const char *id, char out[PLN_BOOK_ID_SIZE]);
/** NET/AUTHOR/SEQ with both cut; text that is no such id stays as it is. */
void pln_book_record(const pln_book_t *book, const char *id, char out[PLN_BOOK_ID_SIZE]);

#endif
