// SPDX-License-Identifier: MPL-2.0
// In calm networks few bytes are received twice: bytes of runs received per byte that became
// durable.
#include "check.h"

#define MESSAGE_BYTES 220u               /**< what stands around a run in its frame */
#define PERCENT_MAX 125u                 /**< of the bytes needed */
#define SPARED_BYTES (UINT64_C(1) << 18) /**< so much twice is nothing, in a network that small */

static void received(world_link_t *link, int end, const pln_message_t *message, size_t bytes)
{
    if (message->type == PLN_MSG_ENTRIES) {
        link->ends[end].node->entries_bytes_received += bytes;
    } else if (message->type == PLN_MSG_HEADS) {
        link->ends[end].node->rows_received += pln_rows(message->as.heads.rows, PLN_HEADS_ROW_SIZE);
    }
}

static void committed(world_node_t *node, const memory_job_t *job)
{
    for (size_t i = 0; i < job->count; i++) {
        if (job->effects[i].type == PLN_FX_STORE) {
            node->entries_bytes_needed += job->effects[i].as.store.run.size + MESSAGE_BYTES;
        }
    }
}

static void ended(world_t *world, const pln_network_id_t *network, world_node_t *const *members,
                  size_t count)
{
    (void)network;
    (void)members;
    (void)count;
    uint64_t needed = 0;
    uint64_t all = 0;
    for (size_t i = 0; i < world->node_count; i++) {
        needed += world->nodes[i]->entries_bytes_needed;
        all += world->nodes[i]->entries_bytes_received;
    }
    if (world->happened[HAPPENING_calm] > 0 && all > needed * PERCENT_MAX / 100 + SPARED_BYTES) {
        check_fail(world, &check_redundancy, "%llu bytes of runs received where %llu were needed",
                   (unsigned long long)all, (unsigned long long)needed);
    }
}

const check_t check_redundancy = {.name = "redundancy",
                                  .received = received,
                                  .committed = committed,
                                  .ended = ended};
