// SPDX-License-Identifier: MPL-2.0
// What a user was told to be published stays on that node, and reaches the others unless a revoke
// cut it.
#include <string.h>

#include "check.h"

static bool kept(const world_node_t *node, const world_promise_t *promise)
{
    return memory_store_holds(node->store, &promise->place, promise->seq, &promise->hash);
}

static void committed(world_node_t *node, const memory_job_t *job)
{
    (void)job;
    world_t *world = node->world;
    for (size_t i = world->promise_count; i > 0 && i + 4 > world->promise_count; i--) {
        const world_promise_t *promise = &world->promises[i - 1];
        if (promise->node == node->index && !node->rewound && !kept(node, promise)) {
            check_fail(world, &check_promises, "%s has lost its own entry %llu of epoch %u",
                       node->name, (unsigned long long)promise->seq, promise->place.epoch);
        }
    }
}

static void ended(world_t *world, const pln_network_id_t *network, world_node_t *const *members,
                  size_t count)
{
    for (size_t i = 0; i < world->promise_count; i++) {
        const world_promise_t *promise = &world->promises[i];
        const world_node_t *author = world->nodes[promise->node];
        bool named = memcmp(promise->place.network.bytes, network->bytes, 32) == 0;
        bool reachable = false;
        bool elsewhere = false;
        for (size_t m = 0; m < count; m++) {
            reachable = reachable || members[m] == author;
            elsewhere = elsewhere || kept(members[m], promise);
        }
        // What was written after the backup is back where the others hold it and let its author in.
        bool expected = !author->rewound || (named && reachable && elsewhere);
        if (!expected) {
            continue;
        }
        if (!kept(author, promise)) {
            check_fail(world, &check_promises, "%s has lost its own entry %llu of epoch %u",
                       author->name, (unsigned long long)promise->seq, promise->place.epoch);
        }
        for (size_t m = 0; m < count && named && reachable; m++) {
            pln_access_t *access = pln_node_access(members[m]->node, network);
            if (access != NULL &&
                pln_access_limit(access, &promise->place.author, promise->place.epoch,
                                 PLN_LANE_RECORDS) >= promise->seq &&
                !kept(members[m], promise)) {
                check_fail(world, &check_promises, "%s lacks entry %llu of epoch %u of %s",
                           members[m]->name, (unsigned long long)promise->seq, promise->place.epoch,
                           author->name);
            }
        }
    }
}

const check_t check_promises = {.name = "promises", .committed = committed, .ended = ended};
