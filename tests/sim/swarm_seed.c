// SPDX-License-Identifier: MPL-2.0
// One seed: a network is founded, people join, things happen, things break, it heals, it rests.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "swarm.h"

#define SECOND_MS 1000u
#define MINUTE_MS 60000u
#define CONVERGED_MS_MAX (15u * MINUTE_MS)
#define DISK_WORD_MS 5000u /**< how often the shell says how the disk is */

/* ---- small services ---- */

void swarm_remedy(swarm_t *swarm, uint64_t in_ms,
                  void (*right)(world_t *world, world_node_t *a, world_node_t *b), world_node_t *a,
                  world_node_t *b)
{
    swarm->remedies =
        pln_realloc(swarm->remedies, (swarm->remedy_count + 1) * sizeof *swarm->remedies);
    swarm->remedies[swarm->remedy_count++] = (remedy_t){swarm->world->now_ms + in_ms, right, a, b};
}

static void remedies_take(swarm_t *swarm)
{
    for (size_t i = 0; i < swarm->remedy_count;) {
        remedy_t remedy = swarm->remedies[i];
        if (remedy.at_ms > swarm->world->now_ms) {
            i++;
            continue;
        }
        swarm->remedies[i] = swarm->remedies[--swarm->remedy_count];
        remedy.right(swarm->world, remedy.a, remedy.b);
    }
}

bool swarm_awake(const world_node_t *node)
{
    return node->node != NULL && node->asleep_till_ms <= node->world->now_ms;
}

circle_t *swarm_circle(swarm_t *swarm)
{
    return &swarm->circles[world_random(swarm->world, swarm->circle_count)];
}

circle_t *swarm_circle_of(swarm_t *swarm, const pln_network_id_t *network)
{
    for (size_t i = 0; i < swarm->circle_count; i++) {
        if (memcmp(swarm->circles[i].network.bytes, network->bytes, sizeof network->bytes) == 0) {
            return &swarm->circles[i];
        }
    }
    return NULL;
}

world_node_t *swarm_anyone(swarm_t *swarm)
{
    world_t *world = swarm->world;
    for (int i = 0; i < 8; i++) {
        world_node_t *node = world->nodes[world_random(world, world->node_count)];
        if (swarm_awake(node)) {
            return node;
        }
    }
    return NULL;
}

/* ---- history ---- */

static void each_second(swarm_t *swarm)
{
    world_t *world = swarm->world;
    check_looked(world);
    swarm_invitations(swarm);
    for (size_t i = 0; i < world->node_count; i++) {
        world_node_t *node = world->nodes[i];
        if (swarm_awake(node) &&
            (world->now_ms / SECOND_MS + i) % (DISK_WORD_MS / SECOND_MS) == 0) {
            pln_event_t event = world_event_of(node, PLN_EV_DISK);
            event.as.disk.low = node->disk.error != PLN_OK;
            world_step(node, &event);
        }
    }
    world_node_t *root = swarm->circles[0].root;
    if (swarm->hub != root && world_link_between(root, swarm->hub) != 0 &&
        world_chance(world, 100)) {
        root->hidden = true;  // from now on it only dials
    }
    if (swarm->hub->links.count > PLN_WINDOW_LINKS_MAX && !swarm->crowded) {
        swarm->crowded = true;
        world_happened(world, HAPPENING_crowd);
    }
}

/** Where little was tried, for the hub was off or nobody found in, it goes on for as long again. */
static bool goes_on(const swarm_t *swarm, uint64_t begin_ms, uint64_t nodes)
{
    const world_t *world = swarm->world;
    uint64_t enough = SWARM_EVENTS_PER_MINUTE * nodes * swarm->history_ms / MINUTE_MS;
    uint64_t past_ms = world->now_ms - begin_ms;
    return past_ms < swarm->history_ms ||
           (!swarm->calm && world->events < enough && past_ms < 2 * swarm->history_ms);
}

static void history(swarm_t *swarm)
{
    world_t *world = swarm->world;
    uint64_t begin_ms = world->now_ms;
    uint64_t nodes = world->node_count;  // copies of their folders come later
    uint64_t act_ms = world->now_ms;
    uint64_t fault_ms = world->now_ms + 5 * SECOND_MS;
    while (goes_on(swarm, begin_ms, nodes) && world->broken[0] == '\0') {
        world_run(world, 100);
        if (world->now_ms % SECOND_MS < 100) {
            each_second(swarm);
        }
        remedies_take(swarm);
        if (world->now_ms >= act_ms) {
            swarm_people_act(swarm);
            act_ms = world->now_ms + world_random(world, 2 * SECOND_MS);
        }
        if (!swarm->calm && world->now_ms >= fault_ms) {
            swarm_fault(swarm);
            fault_ms = world->now_ms + world_random(world, 6 * SECOND_MS);
        }
    }
}

/* ---- healing ---- */

static bool all_equal(const circle_t *circle, world_node_t *const *members, size_t count)
{
    pln_network_view_t first;
    for (size_t i = 0; i < count; i++) {
        pln_network_view_t view;
        if (!world_view(members[i], &circle->network, &view) || view.role == PLN_ROLE_NONE ||
            members[i]->job_count > 0) {
            return false;
        }
        first = i == 0 ? view : first;
        if (memcmp(first.digest.bytes, view.digest.bytes, 32) != 0 ||
            memcmp(first.access_digest.bytes, view.access_digest.bytes, 32) != 0) {
            return false;
        }
    }
    return true;
}

/** Of the members the one that knows most of them itself. */
static const world_node_t *well_informed(const circle_t *circle, world_node_t *const *members,
                                         size_t count)
{
    const world_node_t *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        pln_network_view_t view;
        if (swarm_is_member(circle, members[i]) &&
            world_view(members[i], &circle->network, &view) && view.members > most) {
            most = view.members;
            best = members[i];
        }
    }
    return best;
}

/** Members by the root's fold that do not know it, for their JOIN was interrupted, or are on an
 * island. */
static void finish_joins(swarm_t *swarm, circle_t *circle, world_node_t *const *members,
                         size_t count)
{
    const world_node_t *best = well_informed(circle, members, count);
    if (best != NULL) {
        swarm_touch(circle, best);
    }
    for (size_t i = 0; i < count; i++) {
        if (swarm_needs_ticket(circle, members[i]) && world_chance(swarm->world, 5)) {
            swarm_invite(swarm, circle, members[i]);
        }
    }
}

/** Does every circle agree? With @last the checks have their last word. */
static bool circles_equal(swarm_t *swarm, bool last)
{
    bool equal = true;
    for (size_t i = 0; i < swarm->circle_count; i++) {
        circle_t *circle = &swarm->circles[i];
        world_node_t **members = NULL;
        swarm_follow_root(swarm->world, circle);
        size_t count = check_members(swarm->world, &circle->network, circle->root, &members);
        if (last) {
            check_ended(swarm->world, &circle->network, members, count);
        } else {
            finish_joins(swarm, circle, members, count);
            equal = all_equal(circle, members, count) && equal;
        }
        free(members);
    }
    return equal;
}

static void heal(swarm_t *swarm, swarm_result_t *result)
{
    world_t *world = swarm->world;
    world_tell(world, "healing");
    swarm_heal(swarm);
    for (size_t i = 0; i < world->node_count; i++) {
        if (world->nodes[i] != swarm->hub && swarm_awake(world->nodes[i])) {
            world_peer_add(world->nodes[i], swarm->hub);
        }
    }
    if (!swarm->calm) {
        swarm_settle(swarm);
    }
    swarm->healed = true;
    uint64_t begin_ms = world->now_ms;
    uint32_t looks = 0;  // at which all were equal; what was heard last may still be carried out
    while (looks < 2 && world->now_ms < begin_ms + CONVERGED_MS_MAX && world->broken[0] == '\0') {
        world_run(world, SECOND_MS);
        each_second(swarm);
        looks = circles_equal(swarm, false) ? looks + 1 : 0;
    }
    result->converged_ms = world->now_ms - begin_ms;
    world_tell(world, "converged after %llu ms", (unsigned long long)result->converged_ms);
    check_looked(world);
    (void)circles_equal(swarm, true);
}

void swarm_run(const swarm_options_t *options, swarm_result_t *result)
{
    swarm_t *swarm = pln_alloc_zero(1, sizeof *swarm);
    world_t *world = swarm->world = world_new(options->seed);
    memset(result, 0, sizeof *result);
    world->trace = options->trace;
    world->owner = swarm;
    world->watched = true;
    if (!swarm_plan(swarm, options)) {
        snprintf(world->broken, sizeof world->broken, "no network was founded");
    }
    result->nodes = (uint32_t)world->node_count;  // copies of their folders come later
    world->answered = swarm_answered;
    history(swarm);
    heal(swarm, result);
    memcpy(result->broken, world->broken, sizeof result->broken);
    memcpy(result->happened, world->happened, sizeof result->happened);
    result->minutes = (uint32_t)(swarm->history_ms / MINUTE_MS);
    result->events = world->events;
    result->prompt = world->prompt;
    result->late = world->late;
    for (size_t i = 0; i < world->node_count; i++) {
        result->bytes_needed += world->nodes[i]->entries_bytes_needed;
        result->bytes_received += world->nodes[i]->entries_bytes_received;
    }
    result->fingerprint = world->fingerprint;
    free(swarm->remedies);
    swarm_backups_drop(swarm);
    world_free(&world);
    free(swarm);
}
