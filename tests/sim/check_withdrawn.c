// SPDX-License-Identifier: MPL-2.0
// Once healed, what is withdrawn is shown by nobody and kept by nobody who must not.
#include <string.h>

#include "check.h"

/** What of an entry with this fate may be on the disk of @node. */
static void copy_check(world_t *world, const world_node_t *node, const pln_chain_row_t *row,
                       uint64_t seq, pln_fate_t fate)
{
    bool shown;
    bool kept = memory_store_payload(node->store, row->number, seq, &shown);
    if (shown || (kept && fate == PLN_FATE_ERASED)) {
        check_fail(world, &check_withdrawn, "%s %s entry %llu of epoch %u of %s%s, which is %s",
                   node->name, shown ? "shows" : "keeps", (unsigned long long)seq, row->place.epoch,
                   check_name(world, &row->place.author), row->branch ? " on a branch" : "",
                   fate == PLN_FATE_ERASED ? "erased" : "hidden");
    }
}

static bool data_of(const world_node_t *node, uint32_t chain, uint64_t seq, pln_hash_t *data)
{
    pln_span_t bytes;
    pln_entry_t entry;
    if (memory_store_entry(node->store, chain, seq, &bytes) != PLN_OK ||
        pln_entry_read(bytes, &entry) != PLN_OK) {
        return false;
    }
    if (!entry.withheld) {
        pln_entry_data(entry.payload, &entry.data);
    }
    *data = entry.data;
    return true;
}

static void chain_check(world_t *world, const world_node_t *node, const pln_chain_row_t *row)
{
    pln_access_t *access = pln_node_access(node->node, &row->place.network);
    const pln_place_t *place = &row->place;
    pln_hash_t data;
    for (uint64_t seq = row->base.seq + 1;  // what leads to a branch is of another chain
         (seq = pln_access_retracted(access, &place->author, place->epoch, seq)) != 0 &&
         seq <= row->counted;
         seq++) {
        if (data_of(node, row->number, seq, &data)) {
            pln_fate_t fate =
                pln_access_fate(access, &place->author, place->epoch, seq, &data, NULL);
            if (fate != PLN_FATE_STANDS) {
                copy_check(world, node, row, seq, fate);
            }
        }
    }
}

static void ended(world_t *world, const pln_network_id_t *network, world_node_t *const *members,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pln_chain_row_t row;
        size_t cursor = 0;
        if (pln_node_access(members[i]->node, network) == NULL) {
            continue;
        }
        while (memory_store_next_chain(members[i]->store, &cursor, &row)) {
            if (row.place.lane == PLN_LANE_RECORDS &&
                memcmp(row.place.network.bytes, network->bytes, 32) == 0) {
                chain_check(world, members[i], &row);
            }
        }
    }
}

const check_t check_withdrawn = {.name = "withdrawn", .ended = ended};
