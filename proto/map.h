// SPDX-License-Identifier: MPL-2.0
/**
 * map - from fixed-size byte keys to pointers, with keyed hashing so that no peer can aim at a
 * slot.
 *
 * Shape   open addressing; keys copied in; iteration order follows the slots
 * Owner   the map owns its slots, never the values
 * Pure    any thread
 */
#ifndef PLN_MAP_H
#define PLN_MAP_H

#include "bytes.h"

#define PLN_MAP_KEY_MAX 64
#define PLN_MAP_SECRET_SIZE 16

typedef struct {
    size_t key_size;
    size_t count;
    size_t capacity; /**< 0, or a power of two */
    uint8_t *keys;
    void **values; /**< NULL = empty slot */
    uint8_t secret[PLN_MAP_SECRET_SIZE];
} pln_map_t;

void pln_map_init(pln_map_t *map, size_t key_size, const uint8_t secret[PLN_MAP_SECRET_SIZE]);
void pln_map_free(pln_map_t *map);
/** The same, and free() on every value. */
void pln_map_free_values(pln_map_t *map);
/** NULL when absent. */
void *pln_map_get(const pln_map_t *map, const void *key);
/** @value is not NULL; replaces. */
void pln_map_put(pln_map_t *map, const void *key, void *value);
/** The removed value, or NULL. */
void *pln_map_remove(pln_map_t *map, const void *key);
/** Values in slot order; *cursor starts at 0; NULL at the end. No put or remove in between. */
void *pln_map_next(const pln_map_t *map, size_t *cursor);
/** Key of the value that pln_map_next just returned with *cursor; borrowed until put or remove. */
const uint8_t *pln_map_key(const pln_map_t *map, size_t cursor);

#endif
