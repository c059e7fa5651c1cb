// SPDX-License-Identifier: MPL-2.0
// No chain counts beyond the anchor at which the network's quota ends (R11).
#include "check.h"

static uint64_t up_to_anchor(uint64_t value, uint64_t spacing)
{
    return value + (spacing - value % spacing) % spacing;
}

static void chain_looked(world_node_t *node, const pln_chain_row_t *row)
{
    pln_access_t *access = row->place.lane == PLN_LANE_RECORDS
                               ? pln_node_access(node->node, &row->place.network)
                               : NULL;
    if (access == NULL) {
        return;
    }
    pln_settings_t settings;
    pln_access_settings(access, &settings);
    uint64_t entries = up_to_anchor(settings.max_entries, PLN_ANCHOR_ENTRIES);
    uint64_t bytes = up_to_anchor(settings.max_bytes, PLN_ANCHOR_BYTES);
    if (row->counted > entries ||
        row->counted_head.cum >= bytes + PLN_HEADER_SIZE + PLN_PAYLOAD_MAX) {
        check_fail(node->world, &check_quota, "%s counts %llu entries of %llu bytes of %s",
                   node->name, (unsigned long long)row->counted,
                   (unsigned long long)row->counted_head.cum,
                   check_name(node->world, &row->place.author));
    }
}

const check_t check_quota = {.name = "quota", .chain_looked = chain_looked};
