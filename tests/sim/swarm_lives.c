// SPDX-License-Identifier: MPL-2.0
// A key that lives twice: disks laid back to an older day, folders copied and run beside each
// other, chains forked on purpose; and owners who settle them.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "swarm.h"

#define COPIES_MAX 2u /**< folders that are copied in one history */

static uint64_t seconds(swarm_t *swarm, uint64_t from, uint64_t to)
{
    return 1000 * from + world_random(swarm->world, 1000 * (to - from) + 1);
}

/* ---- an old backup is restored ---- */

static void restore(world_t *world, world_node_t *node, world_node_t *none)
{
    (void)none;
    swarm_t *swarm = world->owner;
    for (size_t i = 0; i < swarm->backup_count; i++) {
        backup_t backup = swarm->backups[i];
        if (backup.of == node) {
            swarm->backups[i] = swarm->backups[--swarm->backup_count];
            pln_store_id_t id = world_store_id(world);
            memory_store_rename(backup.store, &id);
            world_tell(world, "%s restores a backup", node->name);
            world_happened(world, HAPPENING_restore);
            // A backup of before an earlier restore knows nothing of the epoch that was opened
            // then: where no peer answers in time, that one is opened again, and forks.
            world->forked = world->forked || node->rewound_at_ms > 0;
            world_lay_back(node, backup.store);
            world_start(node);
            return;
        }
    }
}

void swarm_restore(swarm_t *swarm)
{
    world_node_t *node = swarm_anyone(swarm);
    if (node == NULL || swarm->backup_count == SWARM_BACKUPS_MAX) {
        return;
    }
    swarm->backups[swarm->backup_count++] = (backup_t){node, memory_store_copy(node->store)};
    swarm_remedy(swarm, seconds(swarm, 5, 120), restore, node, NULL);
}

void swarm_backups_drop(swarm_t *swarm)
{
    while (swarm->backup_count > 0) {
        memory_store_free(&swarm->backups[--swarm->backup_count].store);
    }
}

/* ---- a folder is copied, and both run ---- */

bool swarm_same_key(const world_node_t *a, const world_node_t *b)
{
    return pln_id_equal(&a->self.id, &b->self.id);
}

bool swarm_pillar(const swarm_t *swarm, const circle_t *circle, const world_node_t *node)
{
    return swarm_same_key(node, swarm->hub) || swarm_same_key(node, circle->root) ||
           (circle->heir != NULL && swarm_same_key(node, circle->heir));
}

bool swarm_has_copy(const swarm_t *swarm, const world_node_t *node)
{
    for (size_t i = 0; i < swarm->world->node_count; i++) {
        const world_node_t *other = swarm->world->nodes[i];
        if (other != node && swarm_same_key(other, node)) {
            return true;
        }
    }
    return false;
}

/** Not the hub's: who dials one of two hubs is not connected with who dials the other. And
 * of one key two links stay, not three. */
static world_node_t *folder(swarm_t *swarm)
{
    world_node_t *node = swarm_anyone(swarm);
    bool fits = node != NULL && node != swarm->hub && swarm->copy_count < COPIES_MAX &&
                swarm->world->node_count < SWARM_NODES_MAX && !swarm_has_copy(swarm, node);
    return fits ? node : NULL;
}

static world_node_t *copy(swarm_t *swarm, world_node_t *of)
{
    char name[16];
    snprintf(name, sizeof name, "%.12s'", of->name);
    world_node_t *node = world_clone(of, name);
    node->hidden = of->hidden;
    node->lies = of->lies;
    node->lie_one_in = of->lie_one_in;
    node->disk.read_ms = 5;
    node->line = of->line;
    for (size_t i = 0; i < swarm->circle_count; i++) {
        guest_t *guests = swarm->circles[i].guests;
        guests[node->index] = guests[of->index];
        guests[node->index].has_ticket = false;
        guests[node->index].join_ms = UINT64_MAX;
    }
    swarm->copy_count++;
    return node;
}

static void switch_off(world_t *world, world_node_t *node, world_node_t *none)
{
    (void)none;
    if (node->node != NULL) {
        world_tell(world, "%s is switched off", node->name);
        world_crash(node);
    }
}

void swarm_copy(swarm_t *swarm)
{
    world_t *world = swarm->world;
    world_node_t *of = folder(swarm);
    if (of == NULL) {
        return;
    }
    world_node_t *node = copy(swarm, of);
    world_tell(world, "%s runs on a copy of the folder of %s", node->name, of->name);
    world_happened(world, HAPPENING_copy);
    world_start(node);
    if (world_chance(world, 2)) {  // till somebody notices
        world_node_t *ends = world_chance(world, 2) ? node : of;
        swarm_remedy(swarm, seconds(swarm, 5, 60), switch_off, ends, NULL);
    }
}

/* ---- a chain is forked on purpose ---- */

/** What @node does that ends in its chains. */
static void write_something(swarm_t *swarm, const circle_t *circle, world_node_t *node)
{
    world_t *world = swarm->world;
    world_publish_later(node, &circle->network, 1 + world_random(world, 4), 100);
    world_node_t *target = world->nodes[world_random(world, world->node_count)];
    if (world_chance(world, 3) && !swarm_pillar(swarm, circle, target) &&
        !swarm_same_key(node, target)) {
        world_revoke_later(node, &circle->network, &target->self.id);
    }
}

/** Both go on behind what they have in common, where neither hears of the other. */
void swarm_fork(swarm_t *swarm)
{
    world_t *world = swarm->world;
    world_node_t *of = folder(swarm);
    const circle_t *circle = swarm->circles;
    if (of == NULL || !swarm_is_member(circle, of)) {
        return;
    }
    world_node_t *node = copy(swarm, of);
    world_tell(world, "%s forks the chains of %s", node->name, of->name);
    world_happened(world, HAPPENING_fork_meant);
    swarm_part(swarm, UINT64_C(1) << node->index % 64, false, seconds(swarm, 10, 40));
    write_something(swarm, circle, of);
    world_start(node);
    world_run(world, 5000);  // nobody says what was written before
    if (swarm_awake(node)) {
        write_something(swarm, circle, node);
    }
}

/* ---- owners settle ---- */

void swarm_settle(swarm_t *swarm)
{
    world_t *world = swarm->world;
    for (size_t i = 0; i < world->node_count; i++) {
        world_node_t *node = world->nodes[i];
        if (swarm_awake(node) && swarm_has_copy(swarm, node) && world_chance(world, 2)) {
            world_tell(world, "%s settles", node->name);
            world_heal_later(node, &swarm_circle(swarm)->network);
        }
    }
}
