// SPDX-License-Identifier: MPL-2.0
// Arrival numbers never go back, whatever life of the machine it is.
#include "check.h"

static void highest(world_node_t *node, uint64_t number)
{
    if (number < node->arrival_highest) {
        check_fail(node->world, &check_arrivals, "%s is back at arrival %llu, was at %llu",
                   node->name, (unsigned long long)number,
                   (unsigned long long)node->arrival_highest);
    }
    node->arrival_highest = number;
}

static void committed(world_node_t *node, const memory_job_t *job)
{
    (void)job;
    highest(node, memory_store_arrivals(node->store).number);
}

static void looked(world_node_t *node)
{
    highest(node, memory_store_arrivals(node->store).number);
}

const check_t check_arrivals = {.name = "arrivals", .committed = committed, .looked = looked};
