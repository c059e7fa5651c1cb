// SPDX-License-Identifier: MPL-2.0
#include "map.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 16u

static size_t home(const pln_map_t *map, const void *key)
{
    uint8_t hash[crypto_shorthash_BYTES];
    crypto_shorthash(hash, key, map->key_size, map->secret);
    return (size_t)pln_get_u64(hash) & (map->capacity - 1);
}

/** The slot that holds @key, or the empty one where it would go. */
static size_t slot(const pln_map_t *map, const void *key)
{
    size_t at = home(map, key);
    while (map->values[at] != NULL &&
           memcmp(map->keys + at * map->key_size, key, map->key_size) != 0) {
        at = (at + 1) & (map->capacity - 1);
    }
    return at;
}

static void grow(pln_map_t *map)
{
    pln_map_t old = *map;
    map->capacity = old.capacity == 0 ? CAPACITY_MIN : old.capacity * 2;
    map->keys = pln_alloc(map->capacity * map->key_size);
    map->values = pln_alloc_zero(map->capacity, sizeof *map->values);
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.values[i] != NULL) {
            const uint8_t *key = old.keys + i * map->key_size;
            size_t at = slot(map, key);
            memcpy(map->keys + at * map->key_size, key, map->key_size);
            map->values[at] = old.values[i];
        }
    }
    free(old.keys);
    free(old.values);
}

void pln_map_init(pln_map_t *map, size_t key_size, const uint8_t secret[PLN_MAP_SECRET_SIZE])
{
    assert(key_size > 0 && key_size <= PLN_MAP_KEY_MAX);
    memset(map, 0, sizeof *map);
    map->key_size = key_size;
    memcpy(map->secret, secret, PLN_MAP_SECRET_SIZE);
}

void pln_map_free(pln_map_t *map)
{
    free(map->keys);
    free(map->values);
    map->keys = NULL;
    map->values = NULL;
    map->count = map->capacity = 0;
}

void pln_map_free_values(pln_map_t *map)
{
    for (size_t i = 0; i < map->capacity; i++) {
        free(map->values[i]);
    }
    pln_map_free(map);
}

void *pln_map_get(const pln_map_t *map, const void *key)
{
    return map->capacity == 0 ? NULL : map->values[slot(map, key)];
}

void pln_map_put(pln_map_t *map, const void *key, void *value)
{
    assert(value != NULL);
    if ((map->count + 1) * 4 > map->capacity * 3) {
        grow(map);
    }
    size_t at = slot(map, key);
    if (map->values[at] == NULL) {
        map->count++;
        memcpy(map->keys + at * map->key_size, key, map->key_size);
    }
    map->values[at] = value;
}

void *pln_map_remove(pln_map_t *map, const void *key)
{
    if (map->capacity == 0) {
        return NULL;
    }
    size_t at = slot(map, key);
    void *value = map->values[at];
    if (value == NULL) {
        return NULL;
    }
    // Close the gap: whoever probed past this slot moves back, so that look-ups never stop early.
    size_t mask = map->capacity - 1;
    for (size_t next = (at + 1) & mask; map->values[next] != NULL; next = (next + 1) & mask) {
        size_t wanted = home(map, map->keys + next * map->key_size);
        if (((next - wanted) & mask) >= ((next - at) & mask)) {
            memcpy(map->keys + at * map->key_size, map->keys + next * map->key_size, map->key_size);
            map->values[at] = map->values[next];
            at = next;
        }
    }
    map->values[at] = NULL;
    map->count--;
    return value;
}

void *pln_map_next(const pln_map_t *map, size_t *cursor)
{
    while (*cursor < map->capacity) {
        void *value = map->values[(*cursor)++];
        if (value != NULL) {
            return value;
        }
    }
    return NULL;
}

const uint8_t *pln_map_key(const pln_map_t *map, size_t cursor)
{
    assert(cursor > 0 && cursor <= map->capacity);
    return map->keys + (cursor - 1) * map->key_size;
}
