// SPDX-License-Identifier: MPL-2.0
// What people do in a swarm: invite, join, publish, put out, leave.
#include <string.h>

#include "swarm.h"

#define PATIENCE_MS 60000u
#define LASTS_MS_MIN 20000u /**< of memberships that end by themselves */
#define LASTS_MS_MORE 100000u

static guest_t *guest_of(circle_t *circle, const world_node_t *node)
{
    return &circle->guests[node->index];
}

bool swarm_is_member(const circle_t *circle, world_node_t *node)
{
    pln_network_view_t view;
    return world_view(node, &circle->network, &view) && view.role != PLN_ROLE_NONE && !view.left;
}

bool swarm_needs_ticket(const circle_t *circle, world_node_t *node)
{
    return !swarm_is_member(circle, node) || circle->apart[node->index];
}

static pln_role_t role_of(const circle_t *circle, world_node_t *node)
{
    pln_network_view_t view;
    bool known = world_view(node, &circle->network, &view) && !view.left;
    return known ? view.role : PLN_ROLE_NONE;
}

static bool asking(const world_node_t *node, pln_event_type_t what)
{
    for (size_t i = 0; i < WORLD_REQUESTS_MAX; i++) {
        if (node->requests[i].number != 0 && node->requests[i].what == what) {
            return true;
        }
    }
    return false;
}

/* ---- members ---- */

static world_node_t *inviter(world_t *world, const circle_t *circle, pln_role_t role)
{
    size_t at = world_random(world, world->node_count);
    for (size_t i = 0; i < world->node_count; i++) {
        world_node_t *node = world->nodes[(at + i) % world->node_count];
        pln_role_t needed = role == PLN_ROLE_COORDINATOR ? PLN_ROLE_ROOT : PLN_ROLE_COORDINATOR;
        if (swarm_awake(node) && !node->hidden && role_of(circle, node) >= needed) {
            return node;
        }
    }
    return NULL;
}

void swarm_invite(swarm_t *swarm, circle_t *circle, world_node_t *guest)
{
    world_t *world = swarm->world;
    guest_t *seat = guest_of(circle, guest);
    if (!swarm_awake(guest) || !swarm_needs_ticket(circle, guest) || asking(guest, PLN_EV_JOIN)) {
        return;
    }
    if (seat->has_ticket) {
        world_join_later(guest, &seat->ticket);
        return;
    }
    pln_role_t role = seat->role;
    world_node_t *host = inviter(world, circle, role);
    if (host == NULL && role == PLN_ROLE_COORDINATOR) {
        role = PLN_ROLE_CONTRIBUTOR;
        host = inviter(world, circle, role);
    }
    if (host == NULL && swarm->healed) {
        circle->root->hidden = false;  // nobody can be called: somebody opens a port
    }
    if (host != NULL && host != guest && !asking(host, PLN_EV_INVITE)) {
        bool ends = !swarm->calm && !swarm->healed && !swarm_pillar(swarm, circle, guest) &&
                    world_chance(world, 8);
        uint64_t lasts_ms = ends ? LASTS_MS_MIN + world_random(world, LASTS_MS_MORE) : 0;
        world_invite_later(host, &circle->network, role, lasts_ms, guest);
    }
}

static void lose_patience(world_node_t *node)
{
    for (size_t i = 0; i < WORLD_REQUESTS_MAX && swarm_awake(node); i++) {
        const world_request_t *request = &node->requests[i];
        if (request->number != 0 && request->what == PLN_EV_JOIN &&
            node->world->now_ms > request->asked_ms + PATIENCE_MS) {
            world_give_up(node, request->number);
        }
    }
}

/** Those whose time has come, and those who were interrupted. */
void swarm_invitations(swarm_t *swarm)
{
    world_t *world = swarm->world;
    for (size_t i = 0; i < world->node_count; i++) {
        lose_patience(world->nodes[i]);
        for (size_t c = 0; c < swarm->circle_count; c++) {
            const guest_t *seat = &swarm->circles[c].guests[i];
            if (!seat->was_member && world->now_ms >= seat->join_ms && world_chance(world, 3)) {
                swarm_invite(swarm, &swarm->circles[c], world->nodes[i]);
            }
        }
    }
}

static void joined(circle_t *circle, world_node_t *node, const pln_effect_t *reply)
{
    guest_t *seat = guest_of(circle, node);
    if (reply->as.reply.error == PLN_OK) {
        world_happened(node->world, seat->was_member ? HAPPENING_join_again : HAPPENING_join);
        seat->was_member = true;
        seat->had_ticket = seat->had_ticket || seat->has_ticket;
    } else {
        world_happened(node->world, HAPPENING_ticket_refused);
        world_tell(node->world, "%s does not join: %s", node->name, reply->as.reply.detail);
    }
    seat->has_ticket = false;
}

void swarm_answered(world_node_t *node, const world_request_t *request, const pln_effect_t *reply)
{
    swarm_t *swarm = node->world->owner;
    circle_t *circle = swarm_circle_of(swarm, &request->network);
    bool good = reply->as.reply.error == PLN_OK;
    if (circle == NULL) {
        return;
    }
    if (request->what == PLN_EV_INVITE && good && request->about < node->world->node_count) {
        world_node_t *guest = node->world->nodes[request->about];
        guest_t *seat = guest_of(circle, guest);
        seat->has_ticket = pln_ticket_decode(reply->as.reply.data, &seat->ticket) == PLN_OK;
        swarm_invite(swarm, circle, guest);
    } else if (request->what == PLN_EV_JOIN) {
        joined(circle, node, reply);
    } else if (request->what == PLN_EV_PUBLISH && !good) {
        bool quota = reply->as.reply.error == PLN_EQUOTA;
        world_happened(node->world, quota ? HAPPENING_quota : HAPPENING_publish_refused);
    } else if (request->what == PLN_EV_REVOKE && good) {
        world_happened(node->world, HAPPENING_revoke);
    } else if (request->what == PLN_EV_TRANSFER) {
        if (good) {
            world_happened(node->world, HAPPENING_transfer);
        }
        swarm_follow_root(node->world, circle);
        circle->heir = NULL;
    } else if (request->what == PLN_EV_RETRACT && good) {
        world_happened(node->world, request->count > 0 ? HAPPENING_undo : HAPPENING_retract);
    } else if (request->what == PLN_EV_HEAL && good && reply->as.reply.detail[0] == '\0') {
        world_happened(node->world, HAPPENING_settle);
    } else if (request->what == PLN_EV_LEAVE && good) {
        world_happened(node->world, HAPPENING_leave);
    }
}

static void put_out(swarm_t *swarm)
{
    circle_t *circle = swarm_circle(swarm);
    world_node_t *by = inviter(swarm->world, circle, PLN_ROLE_CONTRIBUTOR);
    world_node_t *target =
        swarm->world->nodes[world_random(swarm->world, swarm->world->node_count)];
    if (by != NULL && !swarm_same_key(by, target) && !swarm_pillar(swarm, circle, target)) {
        world_tell(swarm->world, "%s puts %s out", by->name, target->name);
        world_revoke_later(by, &circle->network, &target->self.id);
    }
}

static void leave(swarm_t *swarm)
{
    circle_t *circle = swarm_circle(swarm);
    world_node_t *node = swarm_anyone(swarm);
    if (node != NULL && !swarm_pillar(swarm, circle, node)) {
        world_tell(swarm->world, "%s leaves", node->name);
        world_leave_later(node, &circle->network);
    }
}

void swarm_follow_root(world_t *world, circle_t *circle)
{
    pln_network_view_t view;
    for (size_t i = 0; i < world->node_count; i++) {
        bool known = circle->root->node != NULL &&
                     world_view(circle->root, &circle->network, &view) && view.root_known;
        world_node_t *next = circle->root;
        bool has_key =
            known && pln_id_equal(&next->self.id, &view.root);  // of its copies the first
        for (size_t n = 0; known && !has_key && n < world->node_count; n++) {
            bool is = pln_id_equal(&world->nodes[n]->self.id, &view.root);
            next = is ? world->nodes[n] : next;
        }
        if (next == circle->root || (world_abdicated(next, &circle->network) &&
                                     !world_abdicated(circle->root, &circle->network))) {
            return;  // whoever was handed the root may not have heard of it
        }
        circle->root = next;
    }
}

/** Mostly to the hub, or by it to somebody else. */
static void hand_on(swarm_t *swarm)
{
    circle_t *circle = swarm_circle(swarm);
    world_node_t *heir = swarm_anyone(swarm);
    swarm_follow_root(swarm->world, circle);
    if (swarm_awake(circle->root) && !asking(circle->root, PLN_EV_TRANSFER)) {
        circle->heir = NULL;  // the answer was lost
    }
    if (circle->root != swarm->hub && world_chance(swarm->world, 2)) {
        heir = swarm->hub;
    }
    // Of what a root that lies says there is no promise: everybody may have shut it out.
    bool may = heir != NULL && heir->lies == 0 && circle->heir == NULL &&
               swarm_awake(circle->root) && !swarm_has_copy(swarm, circle->root) &&
               !swarm_has_copy(swarm, heir) && role_of(circle, heir) >= PLN_ROLE_CONTRIBUTOR &&
               !asking(heir, PLN_EV_LEAVE) && role_of(circle, circle->root) == PLN_ROLE_ROOT;
    if (may) {
        world_tell(swarm->world, "%s hands on the root to %s", circle->root->name, heir->name);
        circle->heir = heir;
        world_transfer_later(circle->root, &circle->network, heir);
    }
}

static void invite_again(swarm_t *swarm)
{
    circle_t *circle = swarm_circle(swarm);
    for (size_t i = 0; i < swarm->world->node_count; i++) {
        if (circle->guests[i].was_member && world_chance(swarm->world, 3)) {
            swarm_invite(swarm, circle, swarm->world->nodes[i]);
        }
    }
}

/** Whoever holds a ticket that was used tries it: who used it, or somebody who found it. */
static void try_old_ticket(swarm_t *swarm)
{
    circle_t *circle = swarm_circle(swarm);
    world_node_t *holder = swarm_anyone(swarm);
    guest_t *seat = &circle->guests[world_random(swarm->world, swarm->world->node_count)];
    if (holder != NULL && seat->had_ticket && !asking(holder, PLN_EV_JOIN) &&
        !guest_of(circle, holder)->has_ticket && !swarm_is_member(circle, holder)) {
        world_happened(swarm->world, HAPPENING_ticket_again);
        world_join_later(holder, &seat->ticket);
    }
}

/* ---- a coordinator that is put out before anybody has heard whom it let in ---- */

static void guest_writes(world_t *world, world_node_t *guest, world_node_t *host)
{
    (void)host;
    const swarm_t *swarm = world->owner;
    if (swarm_awake(guest)) {
        world_publish_later(guest, &swarm->circles[0].network, 3, 100);
    }
}

static void root_revokes(world_t *world, world_node_t *guest, world_node_t *host)
{
    (void)guest;
    const circle_t *circle = ((const swarm_t *)world->owner)->circles;
    if (swarm_awake(circle->root)) {
        world_tell(world, "%s puts %s out unheard", circle->root->name, host->name);
        world_revoke_later(circle->root, &circle->network, &host->self.id);
    }
}

static void guest_asks_again(world_t *world, world_node_t *guest, world_node_t *host)
{
    (void)host;
    swarm_t *swarm = world->owner;
    swarm_invite(swarm, swarm->circles, guest);
}

static void schism(swarm_t *swarm)
{
    world_t *world = swarm->world;
    const circle_t *circle = swarm->circles;
    world_node_t *host = inviter(world, circle, PLN_ROLE_CONTRIBUTOR);
    world_node_t *guest = NULL;
    for (size_t i = 0; i < world->node_count; i++) {
        bool stranger = !circle->guests[i].was_member && !circle->guests[i].has_ticket;
        guest = stranger && swarm_awake(world->nodes[i]) ? world->nodes[i] : guest;
    }
    if (host == NULL || guest == NULL || swarm_pillar(swarm, circle, host)) {
        return;
    }
    world_tell(world, "%s and %s are alone", host->name, guest->name);
    world_happened(world, HAPPENING_schism);
    uint64_t apart = UINT64_C(1) << host->index % 64 | UINT64_C(1) << guest->index % 64;
    swarm_part(swarm, apart, false, 20000);
    world_invite_later(host, &circle->network, PLN_ROLE_CONTRIBUTOR, 0, guest);
    swarm_remedy(swarm, 8000, guest_writes, guest, host);
    swarm_remedy(swarm, 10000, root_revokes, guest, host);
    swarm_remedy(swarm, 40000, guest_asks_again, guest, host);
    swarm_remedy(swarm, 60000, guest_asks_again, guest, host);
}

/* ---- records ---- */

static void publish(swarm_t *swarm, size_t count, size_t size, happening_t what)
{
    const circle_t *circle = swarm_circle(swarm);
    world_node_t *node = swarm_anyone(swarm);
    if (node != NULL && role_of(circle, node) != PLN_ROLE_NONE) {
        world_happened(swarm->world, what);
        world_publish_later(node, &circle->network, count, size);
    }
}

static void publish_small(swarm_t *swarm)
{
    size_t count = 1 + (world_chance(swarm->world, 5) ? world_random(swarm->world, 20) : 0);
    publish(swarm, count, 20 + world_random(swarm->world, 600), HAPPENING_publish);
}

static void publish_batch(swarm_t *swarm)
{
    if (world_chance(swarm->world, 2)) {
        publish(swarm, 1000 + world_random(swarm->world, 2000), 10, HAPPENING_publish_batch);
    } else {
        publish(swarm, 5 + world_random(swarm->world, 15), 40000, HAPPENING_publish_batch);
    }
}

static void publish_large(swarm_t *swarm)
{
    uint64_t size = 16384 + world_random(swarm->world, 40000);
    if (world_chance(swarm->world, 8)) {
        size = PLN_PAYLOAD_MAX - world_random(swarm->world, 1000);
    }
    publish(swarm, 1, size, HAPPENING_publish_large);
}

void swarm_people_act(swarm_t *swarm)
{
    static const struct {
        uint32_t weight;
        bool calm; /**< happens in calm networks too */
        void (*act)(swarm_t *swarm);
    } acts[] = {
        {100, true, publish_small}, {3, true, publish_batch},   {4, true, publish_large},
        {2, false, put_out},        {1, false, leave},          {4, false, invite_again},
        {3, false, schism},         {2, false, try_old_ticket}, {6, false, swarm_withdraw},
        {3, false, swarm_undo},     {1, false, swarm_settle},   {1, false, hand_on},
    };
    uint64_t total = 0;
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        total += acts[i].weight;
    }
    uint64_t drawn = world_random(swarm->world, total);
    size_t at = 0;
    while (drawn >= acts[at].weight) {
        drawn -= acts[at++].weight;
    }
    if (acts[at].calm || !swarm->calm) {
        acts[at].act(swarm);
    }
}
