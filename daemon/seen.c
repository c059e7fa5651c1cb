// SPDX-License-Identifier: MPL-2.0
#include "seen.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW 1024u
#define CHAINS_MAX 4096u /**< own chains of one network that are looked at */
#define SLOTS_START 1024u

/** where = index of the chain + 1 (16 bits), seq (48 bits); 0 = empty. */
typedef struct {
    uint64_t prefix;
    uint64_t where;
} slot_t;

typedef struct {
    uint32_t chain;
    pln_place_t place;
    uint64_t scanned;
} own_t;

typedef struct known {
    struct known *next;
    pln_network_id_t network;
    own_t *own;
    size_t own_count;
    slot_t *slots;
    size_t slot_count; /**< a power of two */
    size_t used;
    uint64_t asked_ms;
} known_t;

struct pln_seen {
    pthread_mutex_t lock;
    pln_store_t *store;
    pln_id_t self;
    known_t *known;
};

pln_seen_t *pln_seen_new(pln_store_t *store, const pln_id_t *self)
{
    pln_seen_t *seen = pln_alloc_zero(1, sizeof *seen);
    int error = pthread_mutex_init(&seen->lock, NULL);
    assert(error == 0);
    seen->store = store;
    seen->self = *self;
    return seen;
}

static void known_free(known_t *known)
{
    free(known->own);
    free(known->slots);
    free(known);
}

void pln_seen_free(pln_seen_t **seen)
{
    pln_seen_t *self = *seen;
    if (self == NULL) {
        return;
    }
    for (known_t *next, *known = self->known; known != NULL; known = next) {
        next = known->next;
        known_free(known);
    }
    pthread_mutex_destroy(&self->lock);
    free(self);
    *seen = NULL;
}

static uint64_t prefix_of(uint16_t kind, const pln_hash_t *data)
{
    return pln_get_u64(data->bytes) ^ (uint64_t)kind * UINT64_C(0x9e3779b97f4a7c15);
}

static void put(slot_t *slots, size_t count, uint64_t prefix, uint64_t where)
{
    size_t at = (size_t)prefix & (count - 1);
    while (slots[at].where != 0) {
        at = (at + 1) & (count - 1);
    }
    slots[at] = (slot_t){.prefix = prefix, .where = where};
}

static void known_put(known_t *known, uint64_t prefix, uint64_t where)
{
    if ((known->used + 1) * 2 > known->slot_count) {
        size_t count = known->slot_count == 0 ? SLOTS_START : known->slot_count * 2;
        slot_t *slots = pln_alloc_zero(count, sizeof *slots);
        for (size_t i = 0; i < known->slot_count; i++) {
            if (known->slots[i].where != 0) {
                put(slots, count, known->slots[i].prefix, known->slots[i].where);
            }
        }
        free(known->slots);
        known->slots = slots;
        known->slot_count = count;
    }
    put(known->slots, known->slot_count, prefix, where);
    known->used++;
}

typedef struct {
    known_t *known;
    uint64_t index;
} adding_t;

static bool add_entry(void *arg, uint64_t seq, pln_span_t bytes)
{
    adding_t *adding = arg;
    pln_entry_t entry;
    if (pln_entry_read(bytes, &entry) == PLN_OK && !entry.withheld) {
        pln_entry_data(entry.payload, &entry.data);
        known_put(adding->known, prefix_of(entry.header.kind, &entry.data),
                  (adding->index + 1) << 48 | seq);
    }
    return true;
}

static own_t *own_of(known_t *known, const pln_chain_row_t *row)
{
    for (size_t i = 0; i < known->own_count; i++) {
        if (known->own[i].chain == row->number) {
            return &known->own[i];
        }
    }
    if (known->own_count == CHAINS_MAX) {
        return NULL;
    }
    known->own = pln_realloc(known->own, (known->own_count + 1) * sizeof *known->own);
    own_t *own = &known->own[known->own_count++];
    *own = (own_t){.chain = row->number, .place = row->place};
    return own;
}

/** Take in what own chains have gained since the last question. */
static void extend(pln_seen_t *seen, known_t *known)
{
    uint32_t cursor = 0;
    pln_chain_row_t row;
    while (pln_store_next_chain(seen->store, &known->network, &cursor, &row)) {
        if (row.place.lane != PLN_LANE_RECORDS || !pln_id_equal(&row.place.author, &seen->self)) {
            continue;
        }
        own_t *own = own_of(known, &row);
        while (own != NULL && own->scanned < row.counted) {
            adding_t adding = {.known = known, .index = (uint64_t)(own - known->own)};
            uint64_t next = own->scanned + 1;
            if (pln_store_visit(seen->store, row.number, own->scanned + 1, row.counted, WINDOW,
                                &next, add_entry, &adding) != PLN_OK ||
                next <= own->scanned + 1) {
                break;
            }
            own->scanned = next - 1;
        }
    }
}

static known_t *known_of(pln_seen_t *seen, const pln_network_id_t *network)
{
    for (known_t *known = seen->known; known != NULL; known = known->next) {
        if (memcmp(&known->network, network, sizeof *network) == 0) {
            return known;
        }
    }
    known_t *known = pln_alloc_zero(1, sizeof *known);
    known->network = *network;
    known->next = seen->known;
    seen->known = known;
    return known;
}

/** A hit of the prefix is only a hint: the entry itself decides. */
static bool same_content(pln_seen_t *seen, const own_t *own, uint64_t seq, uint16_t kind,
                         pln_span_t stored)
{
    pln_buf_t bytes = {0};
    pln_entry_t entry;
    bool same = pln_store_entry(seen->store, own->chain, seq, &bytes) == PLN_OK &&
                pln_entry_read(pln_buf_span(&bytes), &entry) == PLN_OK && !entry.withheld &&
                entry.header.kind == kind && entry.payload.size == stored.size &&
                memcmp(entry.payload.data, stored.data, stored.size) == 0;
    pln_buf_free(&bytes);
    return same;
}

void pln_seen_refresh(pln_seen_t *seen, const pln_network_id_t *network, uint64_t now_ms)
{
    pthread_mutex_lock(&seen->lock);
    known_t *known = known_of(seen, network);
    known->asked_ms = now_ms;
    extend(seen, known);
    pthread_mutex_unlock(&seen->lock);
}

bool pln_seen_find(pln_seen_t *seen, const pln_network_id_t *network, uint16_t kind,
                   pln_span_t stored, pln_place_t *place, uint64_t *seq)
{
    pln_hash_t data;
    pln_entry_data(stored, &data);
    uint64_t prefix = prefix_of(kind, &data);
    bool found = false;

    pthread_mutex_lock(&seen->lock);
    known_t *known = known_of(seen, network);
    for (size_t at = (size_t)prefix; known->slot_count > 0 && !found; at++) {
        const slot_t *slot = &known->slots[at & (known->slot_count - 1)];
        if (slot->where == 0) {
            break;
        }
        const own_t *own = &known->own[(slot->where >> 48) - 1];
        uint64_t number = slot->where & PLN_SEQ_MAX;
        if (slot->prefix == prefix && same_content(seen, own, number, kind, stored)) {
            *place = own->place;
            *seq = number;
            found = true;
        }
    }
    pthread_mutex_unlock(&seen->lock);
    return found;
}

void pln_seen_sweep(pln_seen_t *seen, uint64_t now_ms)
{
    pthread_mutex_lock(&seen->lock);
    for (known_t **at = &seen->known; *at != NULL;) {
        known_t *known = *at;
        if (now_ms - known->asked_ms >= PLN_SEEN_IDLE_MS) {
            *at = known->next;
            known_free(known);
        } else {
            at = &known->next;
        }
    }
    pthread_mutex_unlock(&seen->lock);
}
