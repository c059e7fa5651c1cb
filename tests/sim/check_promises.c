// SPDX-License-Identifier: MPL-2.0
// What a user was told to be published stays on that node, and reaches the others unless a revoke
// cut it.
#include <string.h>

#include "check.h"

static bool kept(const world_node_t *node, const world_promise_t *promise)
{
    return memory_store_holds(node->store, &promise->place, promise->seq, &promise->hash);
}

static bool counts(const world_node_t *node, const world_promise_t *promise)
{
    return memory_store_counts(node->store, &promise->place, promise->seq, &promise->hash);
}

/** Written after the backup that was laid back later: it is with others, or nowhere. */
static bool after_backup(const world_t *world, size_t promise)
{
    return promise < world->nodes[world->promises[promise].node]->rewound_promises;
}

static void committed(world_node_t *node, const memory_job_t *job)
{
    (void)job;
    world_t *world = node->world;
    for (size_t i = world->promise_count; i > 0 && i + 4 > world->promise_count; i--) {
        const world_promise_t *promise = &world->promises[i - 1];
        if (promise->node == node->index && !after_backup(world, i - 1) && !kept(node, promise)) {
            check_fail(world, &check_promises, "%s has lost its own entry %llu of epoch %u",
                       node->name, (unsigned long long)promise->seq, promise->place.epoch);
        }
    }
}

/** What is counted by its author or by any member, both are to have. */
static void promise_check(world_t *world, const world_promise_t *promise,
                          world_node_t *const *members, size_t count)
{
    const world_node_t *author = world->nodes[promise->node];
    bool counted = false;
    bool reachable = false;
    for (size_t m = 0; m < count; m++) {
        counted = counted || counts(members[m], promise);
        reachable = reachable || members[m] == author;
    }
    for (size_t m = 0; m < count && reachable && counted; m++) {
        if (!kept(members[m], promise)) {
            check_fail(world, &check_promises, "%s lacks entry %llu of epoch %u of %s",
                       members[m]->name, (unsigned long long)promise->seq, promise->place.epoch,
                       author->name);
        }
    }
}

/** What access lets count, counts at its author, unless it has forked that chain. */
static void access_check(world_t *world, const world_promise_t *promise,
                         world_node_t *const *members, size_t count)
{
    const world_node_t *author = world->nodes[promise->node];
    const pln_place_t *place = &promise->place;
    pln_access_t *access =
        author->node == NULL ? NULL : pln_node_access(author->node, &place->network);
    bool member = false;
    for (size_t m = 0; m < count; m++) {
        member = member || members[m] == author;
    }
    if (member && access != NULL && !author->world->forked &&
        pln_access_limit(access, &place->author, place->epoch, place->lane) >= promise->seq &&
        !counts(author, promise)) {
        check_fail(world, &check_promises, "entry %llu of epoch %u of %s does not count there",
                   (unsigned long long)promise->seq, place->epoch, author->name);
    }
}

static void ended(world_t *world, const pln_network_id_t *network, world_node_t *const *members,
                  size_t count)
{
    for (size_t i = 0; i < world->promise_count; i++) {
        const world_promise_t *promise = &world->promises[i];
        const world_node_t *author = world->nodes[promise->node];
        if (!after_backup(world, i) && !kept(author, promise)) {
            check_fail(world, &check_promises, "%s has lost its own entry %llu of epoch %u",
                       author->name, (unsigned long long)promise->seq, promise->place.epoch);
        }
        if (memcmp(promise->place.network.bytes, network->bytes, sizeof network->bytes) == 0) {
            promise_check(world, promise, members, count);
            if (!after_backup(world, i)) {
                access_check(world, promise, members, count);
            }
        }
    }
}

const check_t check_promises = {.name = "promises", .committed = committed, .ended = ended};
