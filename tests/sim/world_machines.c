// SPDX-License-Identifier: MPL-2.0
// Machines: bought, switched on, killed, put to sleep.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

static void node_trace(void *arg, const char *line)
{
    const world_node_t *node = arg;
    world_tell(node->world, "%s > %s", node->name, line);
}

void world_start(world_node_t *node)
{
    node->life = ++node->world->order;
    pln_node_config_t config = {
        .self = &node->self,
        .store = *memory_store_id(node->store),
        .arrivals = memory_store_arrivals(node->store),
        .name = node->name,
        .version = "sim",
        .dial_all = node->dial_all,
        .used_before = node->used_before,
        .access_version = node->access_version,
        .seed = world_random(node->world, UINT64_MAX),
        .trace = node->world->trace != NULL ? node_trace : NULL,
        .trace_arg = node,
    };
    node->node = pln_node_new(&config);
    memory_store_load(node->store, node->node);
    node->tick_at = 0;
    node->offences = node->branches = 0;
    pln_event_t start = world_event_of(node, PLN_EV_START);
    world_step(node, &start);
    const char *own = node->address;
    pln_event_t addresses = world_event_of(node, PLN_EV_ADDRESSES);
    addresses.as.addresses.list = &own;
    addresses.as.addresses.count = node->hidden ? 0 : 1;
    world_step(node, &addresses);
}

static void stop(world_node_t *node, bool silent)
{
    world_lines_drop(node, silent);
    world_disk_drop(node);
    pln_node_free(&node->node);
    pln_map_free(&node->admitted);
    pln_map_init(&node->admitted, 33, (const uint8_t[16]){7});
    memset(node->requests, 0, sizeof node->requests);  // whoever asked got no answer
    node->life = 0;
    node->asleep_till_ms = 0;
}

void world_crash(world_node_t *node)
{
    stop(node, false);
}

void world_stop(world_node_t *node)
{
    pln_message_t bye = {.type = PLN_MSG_BYE};
    pln_buf_t frame = {0};
    bye.as.bye.reason = PLN_SPAN("shutdown", 8);
    pln_message_encode(&bye, &frame);
    size_t cursor = 0;
    for (world_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        world_send_bytes(link, link->ends[0].node == node ? 0 : 1, pln_buf_span(&frame));
    }
    pln_buf_free(&frame);
    stop(node, false);
}

void world_power_off(world_node_t *node)
{
    stop(node, true);
}

void world_suspend(world_node_t *node, uint64_t ms)
{
    node->asleep_till_ms = node->world->now_ms + ms;
    world_event_add(node->world, node->asleep_till_ms, WE_RESUMED, node);
}

pln_store_id_t world_store_id(world_t *world)
{
    pln_store_id_t id;
    for (size_t i = 0; i < sizeof id.bytes; i++) {
        id.bytes[i] = (uint8_t)world_random(world, 256);
    }
    return id;
}

/** A machine that is off, without key and store. */
static world_node_t *machine(world_t *world, const char *name, bool dial_all)
{
    world_node_t *node = pln_alloc_zero(1, sizeof *node);
    node->world = world;
    node->index = (uint32_t)world->node_count;
    node->dial_all = dial_all;
    pln_map_init(&node->admitted, 33, (const uint8_t[16]){7});
    pln_map_init(&node->links, 4, (const uint8_t[16]){8});
    pln_map_init(&node->barred, 4, (const uint8_t[16]){9});
    snprintf(node->name, sizeof node->name, "%s", name);
    snprintf(node->address, sizeof node->address, "n%u:7420", node->index);
    world->nodes = pln_realloc(world->nodes, (world->node_count + 1) * sizeof *world->nodes);
    world->nodes[world->node_count++] = node;
    return node;
}

world_node_t *world_machine(world_t *world, const char *name, bool dial_all)
{
    world_node_t *node = machine(world, name, dial_all);
    uint8_t seed[PLN_SEED_SIZE];
    do {
        for (size_t i = 0; i < sizeof seed; i++) {
            seed[i] = (uint8_t)world_random(world, 256);
        }
    } while (pln_identity_derive(seed, &node->self) != PLN_OK);
    pln_store_id_t id = world_store_id(world);
    node->store = memory_store_new(&id);
    return node;
}

world_node_t *world_node(world_t *world, const char *name, bool dial_all)
{
    world_node_t *node = world_machine(world, name, dial_all);
    world_start(node);
    node->used_before = true;  // from its second start on; the store remembers the first
    return node;
}

world_node_t *world_twin(world_node_t *of, const char *name, memory_store_t *store)
{
    world_node_t *node = machine(of->world, name, of->dial_all);
    node->self = of->self;
    node->store = store;
    node->used_before = true;
    return node;
}

world_node_t *world_clone(world_node_t *of, const char *name)
{
    of->world->forked = true;
    return world_twin(of, name, memory_store_copy(of->store));
}

memory_store_t *world_backup(const world_node_t *of)
{
    memory_store_t *store = memory_store_copy(of->store);
    pln_store_id_t id = world_store_id(of->world);
    memory_store_rename(store, &id);
    return store;
}

void world_lay_back(world_node_t *node, memory_store_t *store)
{
    world_crash(node);
    memory_store_free(&node->store);
    node->store = store;
    node->rewound_at_ms = node->world->now_ms;
    node->rewound_promises = node->world->promise_count;
    node->rewound_verdicts = node->world->verdict_count;
    node->arrival_highest = 0;
}

void world_machine_free(world_node_t *node)
{
    memory_store_free(&node->store);
    pln_buf_free(&node->reply_data);
    for (size_t i = 0; i < sizeof node->lie_frames / sizeof *node->lie_frames; i++) {
        pln_buf_free(&node->lie_frames[i]);
    }
    pln_map_free(&node->admitted);
    pln_map_free(&node->links);
    pln_map_free(&node->barred);
    free(node->jobs);
    free(node);
}
