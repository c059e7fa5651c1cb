// SPDX-License-Identifier: MPL-2.0
/**
 * memory_entries - the entries of a chain on simulated disks: written once, shared by all that
 * hold the same.
 *
 * Why     Twenty disks hold the same bytes; hashing and keeping them twenty times is most of what a
 *         simulation would do.
 * Shape   one record of entries per place, grown by whoever is first; a chain holds its first
 *         so-many. What differs from it gets a record of its own
 */
#ifndef PLN_MEMORY_ENTRIES_H
#define PLN_MEMORY_ENTRIES_H

#include "proto/chain.h"

#define MEMORY_NAME_SIZE 16

typedef struct {
    pln_buf_t bytes;   /**< entries, one behind the other */
    size_t *offsets;   /**< where entry n ends at [n]; [0] = 0 */
    pln_head_t *heads; /**< head at n at [n]; [0] = the start */
    uint64_t count;
    uint64_t capacity;
    size_t holders;
    bool shared;                    /**< found by its place */
    uint8_t name[MEMORY_NAME_SIZE]; /**< of the place */
} memory_entries_t;

/** A short name for what is longer than a map's key. */
void memory_name(const void *bytes, size_t size, uint8_t out[MEMORY_NAME_SIZE]);
void memory_place_name(const pln_place_t *place, uint8_t out[MEMORY_NAME_SIZE]);

/** The shared record of @place, perhaps empty; one holder more. */
memory_entries_t *memory_entries_hold(const pln_place_t *place);
memory_entries_t *memory_entries_again(memory_entries_t *entries);
void memory_entries_release(memory_entries_t **entries);

/** Behind the first @held entries of *@entries come those of @run: in the same record where that
 * says so already or ends there, else in a copy that *@entries then is. The new head. */
const pln_head_t *memory_entries_append(memory_entries_t **entries, uint64_t held, pln_span_t run);

/** Entry @seq, of the first @held, is @value from now on, in a record of one's own. */
void memory_entries_replace(memory_entries_t **entries, uint64_t held, uint64_t seq,
                            pln_span_t value);

/** The bytes from entry @from to entry @to. */
pln_span_t memory_entries_bytes(const memory_entries_t *entries, uint64_t from, uint64_t to);

#endif
