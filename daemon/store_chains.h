// SPDX-License-Identifier: MPL-2.0
/**
 * store_chains - rows of chains in memory, found by number and by place.
 *
 * Why     Every run, every page and every status line asks for a head; none should ask the disk.
 * Shape   rows in ascending number; a table of places beside them, hashed with a key of its own
 *         (authors choose their ids); about 300 bytes a chain
 * Owner   zero-initialise, pln_chains_free; rows handed out are borrowed until the next put
 * Thread  whoever owns it; no lock in here
 */
#ifndef PLN_STORE_CHAINS_H
#define PLN_STORE_CHAINS_H

#include "proto/node.h"

typedef struct {
    pln_chain_row_t *rows; /**< ascending number */
    size_t count;
    size_t capacity;
    uint32_t *slots;   /**< chain numbers by hash of their place; UINT32_MAX: free */
    size_t slot_count; /**< a power of two, at least twice count; 0: none yet */
    uint8_t key[16];
} pln_chains_t;

void pln_chains_free(pln_chains_t *chains);
/** Forget the rows, keep the memory. */
void pln_chains_clear(pln_chains_t *chains);
/** Add @row, or replace the row of its number (whose place must be the same). */
void pln_chains_put(pln_chains_t *chains, const pln_chain_row_t *row);
/** Take out every row whose number is in @gone. */
void pln_chains_drop(pln_chains_t *chains, const pln_chains_t *gone);
/** NULL: no such chain. */
const pln_chain_row_t *pln_chains_find(const pln_chains_t *chains, uint32_t number);
/** The chain of a place that is no branch. */
const pln_chain_row_t *pln_chains_at(const pln_chains_t *chains, const pln_place_t *place);
/** Index of the first row whose number is at or above @number; chains->count: none. */
size_t pln_chains_from(const pln_chains_t *chains, uint32_t number);

#endif
