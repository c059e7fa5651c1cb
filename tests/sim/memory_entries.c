// SPDX-License-Identifier: MPL-2.0
#include "memory_entries.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/map.h"

static pln_map_t places; /**< name of a place -> the record that is shared there */

void memory_name(const void *bytes, size_t size, uint8_t out[MEMORY_NAME_SIZE])
{
    static const uint8_t key[crypto_shorthash_siphashx24_KEYBYTES] = {6};
    _Static_assert(MEMORY_NAME_SIZE == crypto_shorthash_siphashx24_BYTES, "a name is such a hash");
    crypto_shorthash_siphashx24(out, bytes, size, key);
}

void memory_place_name(const pln_place_t *place, uint8_t out[MEMORY_NAME_SIZE])
{
    uint8_t bytes[PLN_PLACE_SIZE];
    pln_place_write(place, bytes);
    memory_name(bytes, sizeof bytes, out);
}

static void room_make(memory_entries_t *entries, uint64_t count)
{
    if (count <= entries->capacity) {
        return;
    }
    uint64_t capacity = entries->capacity == 0 ? 4 : entries->capacity * 2;
    entries->capacity = capacity > count ? capacity : count;
    size_t slots = entries->capacity + 1;
    entries->offsets = pln_realloc(entries->offsets, slots * sizeof *entries->offsets);
    entries->heads = pln_realloc(entries->heads, slots * sizeof *entries->heads);
}

/** The first @held entries of @from as a record of one's own. */
static memory_entries_t *copy(const memory_entries_t *from, uint64_t held)
{
    memory_entries_t *entries = pln_alloc_zero(1, sizeof *entries);
    room_make(entries, held > 0 ? held : 1);
    pln_buf_add(&entries->bytes, from->bytes.data, from->offsets[held]);
    memcpy(entries->offsets, from->offsets, (held + 1) * sizeof *from->offsets);
    memcpy(entries->heads, from->heads, (held + 1) * sizeof *from->heads);
    entries->count = held;
    entries->holders = 1;
    return entries;
}

memory_entries_t *memory_entries_hold(const pln_place_t *place)
{
    uint8_t name[MEMORY_NAME_SIZE];
    memory_place_name(place, name);
    if (places.key_size == 0) {
        pln_map_init(&places, MEMORY_NAME_SIZE, (const uint8_t[16]){4});
    }
    memory_entries_t *entries = pln_map_get(&places, name);
    if (entries == NULL) {
        entries = pln_alloc_zero(1, sizeof *entries);
        room_make(entries, 1);
        entries->offsets[0] = 0;
        pln_chain_start(place, &entries->heads[0]);
        entries->shared = true;
        memcpy(entries->name, name, sizeof name);
        pln_map_put(&places, name, entries);
    }
    return memory_entries_again(entries);
}

memory_entries_t *memory_entries_again(memory_entries_t *entries)
{
    entries->holders++;
    return entries;
}

void memory_entries_release(memory_entries_t **entries_p)
{
    memory_entries_t *entries = *entries_p;
    *entries_p = NULL;
    if (entries == NULL || --entries->holders > 0) {
        return;
    }
    if (entries->shared) {
        pln_map_remove(&places, entries->name);
        if (places.count == 0) {
            pln_map_free(&places);
        }
    }
    pln_buf_free(&entries->bytes);
    free(entries->offsets);
    free(entries->heads);
    free(entries);
}

static void entry_add(memory_entries_t *entries, pln_entry_t *entry, pln_span_t bytes)
{
    if (!entry->withheld) {
        pln_entry_data(entry->payload, &entry->data);
    }
    room_make(entries, entries->count + 1);
    pln_head_t head = entries->heads[entries->count++];
    pln_chain_link(&head, &entry->header, &entry->data);
    pln_buf_add(&entries->bytes, bytes.data, bytes.size);
    entries->heads[entries->count] = head;
    entries->offsets[entries->count] = entries->bytes.size;
}

static bool says(const memory_entries_t *entries, uint64_t seq, pln_span_t bytes)
{
    pln_span_t there = memory_entries_bytes(entries, seq, seq);
    return there.size == bytes.size && memcmp(there.data, bytes.data, bytes.size) == 0;
}

const pln_head_t *memory_entries_append(memory_entries_t **entries_p, uint64_t held, pln_span_t run)
{
    memory_entries_t *entries = *entries_p;
    while (run.size > 0) {
        pln_entry_t entry;
        pln_err_t error = pln_entry_read(run, &entry);
        assert(error == PLN_OK);
        pln_span_t bytes = PLN_SPAN(run.data, entry.stored_size);
        if (held < entries->count && !says(entries, held + 1, bytes)) {
            memory_entries_t *own = copy(entries, held);
            memory_entries_release(&entries);
            entries = own;
        }
        if (held == entries->count) {
            entry_add(entries, &entry, bytes);
        }
        held++;
        run.data += bytes.size;
        run.size -= bytes.size;
    }
    *entries_p = entries;
    return &entries->heads[held];
}

void memory_entries_replace(memory_entries_t **entries_p, uint64_t held, uint64_t seq,
                            pln_span_t value)
{
    if ((*entries_p)->shared || (*entries_p)->holders > 1) {
        memory_entries_t *own = copy(*entries_p, held);
        memory_entries_release(entries_p);
        *entries_p = own;
    }
    memory_entries_t *entries = *entries_p;
    size_t begin = entries->offsets[seq - 1];
    size_t end = entries->offsets[seq];
    pln_buf_t bytes = {0};
    pln_buf_add(&bytes, entries->bytes.data, begin);
    pln_buf_add(&bytes, value.data, value.size);
    pln_buf_add(&bytes, entries->bytes.data + end, entries->bytes.size - end);
    for (uint64_t n = seq; n <= entries->count; n++) {
        entries->offsets[n] = entries->offsets[n] - (end - begin) + value.size;
    }
    pln_buf_free(&entries->bytes);
    entries->bytes = bytes;
}

pln_span_t memory_entries_bytes(const memory_entries_t *entries, uint64_t from, uint64_t to)
{
    size_t begin = entries->offsets[from - 1];
    return PLN_SPAN(entries->bytes.data + begin, entries->offsets[to] - begin);
}
