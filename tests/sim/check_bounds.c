// SPDX-License-Identifier: MPL-2.0
// Memory and queues stay under their bounds. Looks inside the core: the bounds are of its insides.
#include "check.h"
#include "proto/node_state.h"

#define EFFECTS_MAX 20000u /**< of one step: heads of all chains to all links stay far below */
#define SERVING_MAX 4096u
#define CHAINS_PER_TERM 32u

static void stepped(world_node_t *node, const pln_event_t *event, const pln_effects_t *effects)
{
    if (effects->count > EFFECTS_MAX) {
        check_fail(node->world, &check_bounds, "%s makes %zu effects of one event of type %d",
                   node->name, effects->count, (int)event->type);
    }
}

static void link_check(world_node_t *node, const pln_link_t *link)
{
    if (link->serving_by_chain.count > SERVING_MAX) {
        check_fail(node->world, &check_bounds, "%s has %zu chains to serve on one link", node->name,
                   link->serving_by_chain.count);
    }
    if (link->granted - link->consumed > PLN_WINDOW_MAX) {
        check_fail(node->world, &check_bounds, "%s has granted one link %llu bytes", node->name,
                   (unsigned long long)(link->granted - link->consumed));
    }
    for (size_t i = 0; i < link->share_count; i++) {
        if (link->shares[i]->dirty_count > 8 * link->shares[i]->net->chains.count + 64) {
            check_fail(node->world, &check_bounds, "%s has %zu chains to announce on one link",
                       node->name, link->shares[i]->dirty_count);
        }
    }
}

static void net_check(world_node_t *node, const pln_net_state_t *net)
{
    size_t bound = (node->world->node_count + 1) * CHAINS_PER_TERM * 8;
    if (net->chains.count > bound) {
        check_fail(node->world, &check_bounds, "%s knows %zu chains of one network", node->name,
                   net->chains.count);
    }
    size_t open = 0;
    size_t cursor = 0;
    for (const pln_chain_t *c; (c = pln_map_next(&net->chains, &cursor)) != NULL;) {
        open += c->open;
    }
    if (open != net->open_wants) {
        check_fail(node->world, &check_bounds, "%s counts %zu open wants where %zu are", node->name,
                   net->open_wants, open);
    }
}

static void looked(world_node_t *node)
{
    const pln_node_t *core = node->node;
    size_t cursor = 0;
    uint64_t granted = 0;
    for (const pln_link_t *link; (link = pln_map_next(&core->links, &cursor)) != NULL;) {
        link_check(node, link);
        granted += link->granted - link->consumed;
    }
    size_t more =
        core->links.count > PLN_WINDOW_LINKS_MAX ? core->links.count - PLN_WINDOW_LINKS_MAX : 0;
    if (granted > PLN_WINDOW_TOTAL + more * (uint64_t)(PLN_WINDOW_MIN + PLN_RESERVE)) {
        check_fail(node->world, &check_bounds, "%s has granted %llu bytes to all its links",
                   node->name, (unsigned long long)granted);
    }
    if (core->links.count > 3 * node->world->node_count + 8) {
        check_fail(node->world, &check_bounds, "%s has %zu links", node->name, core->links.count);
    }
    if (core->blocked_count > PLN_WANTED_MAX) {
        check_fail(node->world, &check_bounds, "%s remembers %zu rows it cannot ask for",
                   node->name, core->blocked_count);
    }
    for (size_t i = 0; i < core->net_count; i++) {
        net_check(node, core->nets[i]);
    }
}

const check_t check_bounds = {.name = "bounds", .stepped = stepped, .looked = looked};
