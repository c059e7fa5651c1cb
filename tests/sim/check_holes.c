// SPDX-License-Identifier: MPL-2.0
// Payload holes: once healed, no member lacks a payload that stands and that another one has, and
// each counts as many as its disk has. Asks the disks, entry by entry, not the digests.
#include <string.h>

#include "check.h"

/** What lacks on one disk: how much, and one number for which. */
typedef struct {
    uint64_t count;
    uint64_t sum;
} holes_t;

static void hole_add(holes_t *holes, const pln_place_t *place, uint64_t seq)
{
    uint8_t text[PLN_PLACE_SIZE + 8];
    uint8_t hash[16];
    pln_place_write(place, text);
    pln_put_u64(text + PLN_PLACE_SIZE, seq);
    crypto_generichash(hash, sizeof hash, text, sizeof text, NULL, 0);
    holes->count++;
    holes->sum += pln_get_u64(hash);  // in whatever order they come
}

static void chain_add(const world_node_t *node, pln_access_t *access, const pln_chain_row_t *row,
                      holes_t *holes)
{
    const pln_place_t *place = &row->place;
    pln_span_t bytes;
    pln_entry_t entry;
    for (uint64_t seq = row->base.seq + 1; seq <= row->counted; seq++) {
        bool lacks = memory_store_entry(node->store, row->number, seq, &bytes) == PLN_OK &&
                     (bytes.data[0] & PLN_CODEC_WITHHELD) != 0 &&
                     pln_entry_read(bytes, &entry) == PLN_OK;
        if (lacks && pln_access_fate(access, &place->author, place->epoch, seq, &entry.data,
                                     NULL) == PLN_FATE_STANDS) {
            hole_add(holes, place, seq);
        }
    }
}

static holes_t holes_of(const world_node_t *node, const pln_network_id_t *network)
{
    holes_t holes = {0};
    pln_access_t *access = pln_node_access(node->node, network);
    pln_chain_row_t row;
    size_t cursor = 0;
    while (access != NULL && memory_store_next_chain(node->store, &cursor, &row)) {
        if (row.place.lane == PLN_LANE_RECORDS &&
            memcmp(row.place.network.bytes, network->bytes, sizeof network->bytes) == 0) {
            chain_add(node, access, &row, &holes);
        }
    }
    return holes;
}

static void ended(world_t *world, const pln_network_id_t *network, world_node_t *const *members,
                  size_t count)
{
    holes_t first = {0};
    for (size_t i = 0; i < count; i++) {
        pln_network_view_t view;
        holes_t holes = holes_of(members[i], network);
        first = i == 0 ? holes : first;
        if (holes.sum != first.sum || holes.count != first.count) {
            check_fail(world, &check_holes, "%s lacks %llu payloads, %s %llu, or others",
                       members[0]->name, (unsigned long long)first.count, members[i]->name,
                       (unsigned long long)holes.count);
        } else if (world_view(members[i], network, &view) && view.holes != holes.count) {
            check_fail(world, &check_holes, "%s says that it lacks %llu payloads, its disk %llu",
                       members[i]->name, (unsigned long long)view.holes,
                       (unsigned long long)holes.count);
        }
    }
}

const check_t check_holes = {.name = "holes", .ended = ended};
