// SPDX-License-Identifier: MPL-2.0
// What a seed begins with: machines and their lines, networks, who is to be in which, who lies.
#include <stdio.h>

#include "swarm.h"

#define MINUTE_MS 60000u
#define CROWD_ONE_IN 40u /**< seeds with more nodes than a hub has windows */

static void lies_learn(swarm_t *swarm, world_node_t *node, uint64_t seed)
{
    world_t *world = swarm->world;
    node->lies = UINT64_C(1) << (seed + node->index) % LIE_COUNT;  // in turn: each has its seeds
    for (int kinds = 0; kinds < 2; kinds++) {
        node->lies |= UINT64_C(1) << world_random(world, LIE_COUNT);
    }
    node->lie_one_in = 1u << world_random(world, 6);
}

static void machines_buy(swarm_t *swarm, const swarm_options_t *options, uint32_t nodes)
{
    world_t *world = swarm->world;
    bool all = world_chance(world, 2);
    bool liars = !swarm->calm && world_chance(world, 2);
    for (uint32_t i = 0; i < nodes; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%u", i);
        world_node_t *node =
            world_node(world, name, all || (swarm->mesh && world_chance(world, 2)));
        node->hidden = i >= 2 && (swarm->mesh ? world_chance(world, 4) : true);
        if (node->hidden) {
            world_happened(world, HAPPENING_hidden);
        }
        if (i >= 2 && liars && world_chance(world, 5)) {
            lies_learn(swarm, node, options->seed);
        }
        node->disk.read_ms = 5;
        node->line.latency_ms = (uint32_t)world_random(world, 30);
    }
}

static void lines_lay(swarm_t *swarm)
{
    for (size_t i = 0; i < swarm->world->node_count && !swarm->mesh; i++) {
        if (swarm->world->nodes[i] != swarm->hub) {
            world_peer_add(swarm->world->nodes[i], swarm->hub);
        }
    }
}

static void guests_invent(swarm_t *swarm, circle_t *circle, bool everybody)
{
    world_t *world = swarm->world;
    for (uint32_t i = 0; i < world->node_count; i++) {
        guest_t *seat = &circle->guests[i];
        uint64_t drawn = world_random(world, 10);
        seat->role = world->nodes[i]->lies != 0 ? PLN_ROLE_CONTRIBUTOR
                     : drawn < 2                ? PLN_ROLE_READER
                     : drawn < 4                ? PLN_ROLE_COORDINATOR
                                                : PLN_ROLE_CONTRIBUTOR;
        seat->join_ms =
            world->now_ms + 1000 + world_random(world, swarm->calm ? 5000 : swarm->history_ms / 3);
        if (!everybody && world->nodes[i] != swarm->hub && world_chance(world, 2)) {
            seat->join_ms = UINT64_MAX;
        }
        if (world->nodes[i] == swarm->hub) {
            seat->role = PLN_ROLE_COORDINATOR;
            seat->join_ms = world->now_ms;
        }
    }
    circle->guests[circle->root->index].was_member = true;
}

static bool circle_found(swarm_t *swarm, world_node_t *root, const char *name)
{
    circle_t *circle = &swarm->circles[swarm->circle_count++];
    circle->root = root;
    guests_invent(swarm, circle, circle == swarm->circles);
    bool quotas = world_chance(swarm->world, 4);
    uint64_t entries = quotas ? 500 + world_random(swarm->world, 4000) : 0;
    uint64_t bytes = quotas ? 200000 + world_random(swarm->world, 2000000) : 0;
    return world_found_within(root, name, entries, bytes, &circle->network) == PLN_OK;
}

bool swarm_plan(swarm_t *swarm, const swarm_options_t *options)
{
    world_t *world = swarm->world;
    uint32_t nodes = 3 + (uint32_t)world_random(world, 18);   // drawn also where not needed:
    uint32_t minutes = 2 + (uint32_t)world_random(world, 9);  // the same seed, the same run
    bool crowd = world_chance(world, CROWD_ONE_IN);
    nodes = crowd ? nodes + PLN_WINDOW_LINKS_MAX + 4 : nodes;
    minutes = crowd ? 2 : minutes;
    nodes = options->nodes != 0 ? options->nodes : nodes;
    minutes = options->minutes != 0 ? options->minutes : minutes;
    nodes = nodes < SWARM_NODES_MAX ? nodes : SWARM_NODES_MAX;
    swarm->calm = world_chance(world, 8) || options->calm;
    swarm->mesh = world_chance(world, 2) && !crowd;
    swarm->history_ms = (uint64_t)minutes * MINUTE_MS;
    machines_buy(swarm, options, nodes);
    swarm->hub = world->nodes[world_chance(world, 3) ? 1 : 0];
    if (swarm->calm) {
        world_happened(world, HAPPENING_calm);
    }
    lines_lay(swarm);
    bool founded = circle_found(swarm, world->nodes[0], "net");
    if (world_chance(world, 3)) {
        world_happened(world, HAPPENING_networks);
        founded = circle_found(swarm, swarm->hub, "cohort") && founded;
    }
    return founded;
}
