// SPDX-License-Identifier: MPL-2.0
#include "store_chains.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(crypto_shorthash_KEYBYTES == sizeof((pln_chains_t *)0)->key, "a whole hash key");
_Static_assert(crypto_shorthash_BYTES == 8, "a hash is one u64");

enum { SLOTS_MIN = 64, ROWS_MIN = 32 };

void pln_chains_free(pln_chains_t *chains)
{
    free(chains->rows);
    free(chains->slots);
    *chains = (pln_chains_t){0};
}

void pln_chains_clear(pln_chains_t *chains)
{
    if (chains->count > 0) {
        memset(chains->slots, 0xff, chains->slot_count * sizeof *chains->slots);
    }
    chains->count = 0;
}

size_t pln_chains_from(const pln_chains_t *chains, uint32_t number)
{
    size_t low = 0;
    size_t high = chains->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (chains->rows[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const pln_chain_row_t *pln_chains_find(const pln_chains_t *chains, uint32_t number)
{
    size_t at = pln_chains_from(chains, number);
    return at < chains->count && chains->rows[at].number == number ? &chains->rows[at] : NULL;
}

static size_t first_slot(const pln_chains_t *chains, const pln_place_t *place)
{
    uint8_t bytes[PLN_PLACE_SIZE];
    uint8_t hash[crypto_shorthash_BYTES];
    pln_place_write(place, bytes);
    (void)crypto_shorthash(hash, bytes, sizeof bytes, chains->key);
    return (size_t)pln_get_u64(hash) & (chains->slot_count - 1);
}

const pln_chain_row_t *pln_chains_at(const pln_chains_t *chains, const pln_place_t *place)
{
    if (chains->count == 0) {
        return NULL;
    }
    size_t slot = first_slot(chains, place);
    while (chains->slots[slot] != UINT32_MAX) {
        const pln_chain_row_t *row = pln_chains_find(chains, chains->slots[slot]);
        assert(row != NULL);
        if (pln_place_equal(&row->place, place)) {
            return row;
        }
        slot = (slot + 1) & (chains->slot_count - 1);
    }
    return NULL;
}

static void take_slot(pln_chains_t *chains, const pln_chain_row_t *row)
{
    if (row->branch) {
        return; /* found by its number only */
    }
    size_t slot = first_slot(chains, &row->place);
    while (chains->slots[slot] != UINT32_MAX) {
        slot = (slot + 1) & (chains->slot_count - 1);
    }
    chains->slots[slot] = row->number;
}

static void fill_slots(pln_chains_t *chains)
{
    memset(chains->slots, 0xff, chains->slot_count * sizeof *chains->slots);
    for (size_t i = 0; i < chains->count; i++) {
        take_slot(chains, &chains->rows[i]);
    }
}

static void grow_slots(pln_chains_t *chains)
{
    if (chains->slot_count == 0) {
        randombytes_buf(chains->key, sizeof chains->key);
    }
    free(chains->slots);
    chains->slot_count = chains->slot_count == 0 ? SLOTS_MIN : chains->slot_count * 2;
    chains->slots = pln_alloc(chains->slot_count * sizeof *chains->slots);
    fill_slots(chains);
}

void pln_chains_put(pln_chains_t *chains, const pln_chain_row_t *row)
{
    assert(row->number != UINT32_MAX);
    size_t at = pln_chains_from(chains, row->number);
    if (at < chains->count && chains->rows[at].number == row->number) {
        assert(pln_place_equal(&chains->rows[at].place, &row->place));
        chains->rows[at] = *row;
        return;
    }
    if (chains->count == chains->capacity) {
        chains->capacity = chains->capacity == 0 ? ROWS_MIN : chains->capacity * 2;
        chains->rows = pln_realloc(chains->rows, chains->capacity * sizeof *chains->rows);
    }
    if ((chains->count + 1) * 2 > chains->slot_count) {
        grow_slots(chains);
    }
    memmove(&chains->rows[at + 1], &chains->rows[at], (chains->count - at) * sizeof *chains->rows);
    chains->rows[at] = *row;
    chains->count++;
    take_slot(chains, row);
}

void pln_chains_drop(pln_chains_t *chains, const pln_chains_t *gone)
{
    size_t kept = 0;
    for (size_t i = 0; i < chains->count && gone->count > 0; i++) {
        if (pln_chains_find(gone, chains->rows[i].number) == NULL) {
            chains->rows[kept++] = chains->rows[i];
        }
    }
    if (gone->count > 0 && kept < chains->count) {
        chains->count = kept;
        fill_slots(chains);
    }
}
