// SPDX-License-Identifier: MPL-2.0
// Links: frames arrive in order, late, or never; a closed end hears nothing more.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "lies.h"
#include "proto/node_state.h"
#include "world.h"

#define ACCEPTED 0x80000000u
#define FLYING_MAX \
    8388608u             /**< bytes that wait in a transport (SPEC 9.1.4); beyond, it is stalled */
#define TIMEOUT_MS 3000u /**< a dial into nowhere takes up to so long */

static void number_key(uint32_t number, uint8_t out[4])
{
    pln_put_u32(out, number);
}

/* ---- life of a link ---- */

static void end_drop(world_link_t *link, int end)
{
    world_end_t *e = &link->ends[end];
    uint8_t key[4];
    number_key(e->number, key);
    if (e->life != 0) {
        pln_map_remove(&e->node->links, key);
    }
    e->life = 0;
    world_t *world = e->node->world;
    if (link->ends[1 - end].life == 0 && link->index != SIZE_MAX) {
        world->links[link->index] = world->links[--world->link_count];
        world->links[link->index]->index = link->index;
        link->index = SIZE_MAX;
        world_stall(world, link, false);
    }
}

void world_link_release(world_link_t *link)
{
    if (link->references == 0 && link->index == SIZE_MAX) {
        assert(link->held_count == 0);
        free(link->held);
        free(link);
    }
}

static world_link_t *link_add(world_node_t *node, uint32_t number, world_node_t *other, bool ticket)
{
    world_t *world = node->world;
    world_link_t *link = pln_alloc_zero(1, sizeof *link);
    link->ends[0] = (world_end_t){.node = node, .life = node->life, .number = number};
    link->ends[1] = (world_end_t){
        .node = other, .life = other->life, .number = ACCEPTED | ++other->next_accepted};
    link->ticket = ticket;
    link->index = world->link_count;
    if (world->link_count == world->link_capacity) {
        world->link_capacity = world->link_capacity == 0 ? 64 : world->link_capacity * 2;
        world->links = pln_realloc(world->links, world->link_capacity * sizeof *world->links);
    }
    world->links[world->link_count++] = link;
    for (int end = 0; end < 2; end++) {
        uint8_t key[4];
        number_key(link->ends[end].number, key);
        pln_map_put(&link->ends[end].node->links, key, link);
    }
    return link;
}

static world_link_t *link_find(world_node_t *node, uint32_t number, int *end)
{
    uint8_t key[4];
    number_key(number, key);
    world_link_t *link = pln_map_get(&node->links, key);
    if (link != NULL) {
        bool dialler = link->ends[0].node == node && link->ends[0].number == number;
        *end = dialler && link->ends[0].life != 0 ? 0 : 1;
    }
    return link;
}

const world_node_t *world_peer_at(world_node_t *node, uint32_t number)
{
    int end = 0;
    const world_link_t *link = link_find(node, number, &end);
    return link == NULL ? NULL : link->ends[1 - end].node;
}

uint32_t world_link_between(const world_node_t *of, const world_node_t *to)
{
    const world_t *world = of->world;
    for (size_t i = world->link_count; i > 0; i--) {
        for (int end = 0; end < 2; end++) {
            const world_end_t *here = &world->links[i - 1]->ends[end];
            const world_end_t *there = &world->links[i - 1]->ends[1 - end];
            if (here->node == of && here->life != 0 && there->node == to && there->life != 0) {
                return here->number;
            }
        }
    }
    return 0;
}

/* ---- frames ---- */

static uint64_t latency(world_t *world, const world_link_t *link)
{
    const world_line_t *a = &link->ends[0].node->line;
    const world_line_t *b = &link->ends[1].node->line;
    return world->latency_ms + a->latency_ms + b->latency_ms +
           world_random(world, (uint64_t)a->jitter_ms + b->jitter_ms + 1);
}

static uint64_t narrower(uint64_t a, uint64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

/** To the other end, behind all that was sent before. */
static world_event_t *carry(world_link_t *link, int end, world_event_type_t type, size_t size)
{
    world_end_t *from = &link->ends[end];
    world_end_t *to = &link->ends[1 - end];
    world_t *world = from->node->world;
    uint64_t at = from->free_at > world->now_ms ? from->free_at : world->now_ms;
    uint64_t bandwidth = narrower(
        world->bytes_per_ms, narrower(from->node->line.bytes_per_ms, to->node->line.bytes_per_ms));
    if (bandwidth > 0) {
        at += size / bandwidth;
    }
    from->free_at = at;
    at += latency(world, link);
    at = at > from->last_at ? at : from->last_at;
    from->last_at = at;
    world_event_t *event = world_event_add(world, at, type, to->node);
    event->life = to->life;
    event->link = link;
    event->end = 1 - end;
    link->references++;
    return event;
}

void world_send_bytes(world_link_t *link, int end, pln_span_t bytes)
{
    world_event_t *event = carry(link, end, WE_FRAME, bytes.size);
    event->bytes = pln_alloc(bytes.size + 1);
    event->size = bytes.size;
    memcpy(event->bytes, bytes.data, bytes.size);
    link->ends[end].flying += bytes.size;
}

static void stalled_down(world_link_t *link, int end)
{
    world_t *world = link->ends[end].node->world;
    world_event_t *event = world_event_add(world, world->now_ms, WE_CLOSED, link->ends[end].node);
    event->life = link->ends[end].life;
    event->link = link;
    event->end = end;
    event->why = PLN_DOWN_STALLED;
    link->references++;
}

void world_send(world_node_t *node, const pln_effect_t *effect)
{
    int end = 0;
    world_link_t *link = link_find(node, effect->as.send.link, &end);
    if (link == NULL) {
        return;
    }
    if (link->ends[end].flying > FLYING_MAX) {
        stalled_down(link, end);
        return;
    }
    pln_buf_t frame = {0};
    pln_buf_add(&frame, effect->as.send.head.data, effect->as.send.head.size);
    if (effect->as.send.body.size > 0) {
        pln_buf_add(&frame, effect->as.send.body.data, effect->as.send.body.size);
    }
    node->bytes_sent += frame.size;
    if (node->world->watched) {
        check_sent(link, end, pln_buf_span(&frame));
    }
    bool joining = link->ticket && (node->lies >> LIE_joins & 1) == 0;
    if (node->lies == 0 || joining || lie_tell(link, end, &frame)) {
        world_send_bytes(link, end, pln_buf_span(&frame));
    }
    pln_buf_free(&frame);
}

void world_close(world_node_t *node, uint32_t number)
{
    int end = 0;
    world_link_t *link = link_find(node, number, &end);
    if (link == NULL) {
        return;
    }
    if (link->ends[1 - end].life != 0) {
        carry(link, end, WE_CLOSED, 0);
    }
    end_drop(link, end);
    world_link_release(link);
    world_event_add(node->world, node->world->now_ms + 1, WE_DOWN, node)->number = number;
}

void world_down(world_node_t *node, uint32_t number, pln_down_t why)
{
    pln_event_t down = world_event_of(node, PLN_EV_LINK_DOWN);
    down.as.link_down.link = number;
    down.as.link_down.why = why;
    world_step(node, &down);
}

static void received(world_link_t *link, int end, world_event_t *event)
{
    world_node_t *node = link->ends[end].node;
    pln_span_t frame = PLN_SPAN(event->bytes, event->size);
    if (node->world->watched) {
        check_received(link, end, frame);
    }
    if (node->world->heard != NULL) {
        node->world->heard(node, link->ends[1 - end].node, frame);
    }
    pln_event_t step = world_event_of(node, PLN_EV_RECEIVED);
    step.as.received.link = link->ends[end].number;
    step.as.received.frame = frame;
    world_step(node, &step);
}

static void closed(world_link_t *link, int end, pln_down_t why)
{
    world_node_t *node = link->ends[end].node;
    uint32_t number = link->ends[end].number;
    if (why == PLN_DOWN_STALLED && link->ends[1 - end].life != 0) {
        carry(link, end, WE_CLOSED, 0);
    }
    end_drop(link, end);
    world_down(node, number, why);
}

void world_link_event(world_t *world, world_event_t *event)
{
    (void)world;
    world_link_t *link = event->link;
    if (link->stalled) {
        link->held = pln_realloc(link->held, (link->held_count + 1) * sizeof *link->held);
        link->held[link->held_count++] = *event;
    } else if (link->ends[event->end].life == event->life) {
        if (event->type == WE_FRAME) {
            received(link, event->end, event);
        } else {
            closed(link, event->end, event->why);
        }
    }
}

/* ---- dialling ---- */

static world_node_t *node_at(world_t *world, const char *address)
{
    char *rest = NULL;
    unsigned long index = address[0] == 'n' ? strtoul(address + 1, &rest, 10) : world->node_count;
    return index < world->node_count && *rest == ':' ? world->nodes[index] : NULL;
}

void world_dial(world_node_t *node, const pln_effect_t *effect)
{
    world_t *world = node->world;
    const world_node_t *other = node_at(world, effect->as.dial.address);
    uint64_t wait = 2 * (world->latency_ms + node->line.latency_ms);
    if (other == NULL || other->node == NULL || other->hidden) {
        wait += world_random(world, TIMEOUT_MS);
    } else {
        wait += 2 * (uint64_t)other->line.latency_ms;
    }
    world_event_t *event = world_event_add(world, world->now_ms + wait, WE_DIALLED, node);
    event->bytes = pln_alloc(sizeof *effect);
    event->size = sizeof *effect;
    memcpy(event->bytes, effect, sizeof *effect);
}

static void link_up(world_node_t *node, uint32_t number, pln_link_class_t as, const pln_id_t *peer,
                    const char *address)
{
    pln_event_t event = world_event_of(node, PLN_EV_LINK_UP);
    event.as.link_up.link = number;
    event.as.link_up.as = as;
    event.as.link_up.peer = *peer;
    event.as.link_up.address = address;
    world_step(node, &event);
}

/** @key: class byte and id. */
static bool admitted(const world_node_t *node, const uint8_t key[33])
{
    if (!node->world->lean) {
        return pln_map_get(&node->admitted, key) != NULL;
    }
    pln_id_t id;
    memcpy(id.bytes, key + 1, sizeof id.bytes);
    return key[0] == PLN_LINK_PEER && pln_node_admits(node->node, &id);
}

static pln_down_t gate(world_node_t *node, world_node_t *other, const pln_effect_t *effect,
                       uint8_t key[33])
{
    uint8_t index[4];
    if (other == NULL || other->node == NULL || other->hidden) {
        return PLN_DOWN_UNREACHED;
    }
    number_key(other->index, index);
    if (pln_map_get(&node->barred, index) != NULL || other->asleep_till_ms > node->world->now_ms) {
        return PLN_DOWN_UNREACHED;
    }
    if (!pln_id_equal(&other->self.id, &effect->as.dial.peer)) {
        return PLN_DOWN_KEY;
    }
    if (!admitted(other, key) && key[0] == PLN_LINK_PEER) {
        key[0] = PLN_LINK_PUT_OUT;
    }
    if (!admitted(other, key)) {
        world_happened(node->world, HAPPENING_refused_link);
        return PLN_DOWN_REFUSED;
    }
    return PLN_DOWN_CLOSED;  // let in
}

void world_dialled(world_node_t *node, const pln_effect_t *effect)
{
    world_node_t *other = node_at(node->world, effect->as.dial.address);
    pln_identity_t as = node->self;
    uint8_t key[33];
    key[0] = effect->as.dial.as_ticket ? PLN_LINK_TICKET : PLN_LINK_PEER;
    if (effect->as.dial.as_ticket) {
        pln_err_t error = pln_identity_derive(effect->as.dial.seed, &as);
        assert(error == PLN_OK);
    }
    memcpy(key + 1, as.id.bytes, 32);
    pln_down_t why = gate(node, other, effect, key);
    if (why != PLN_DOWN_CLOSED) {
        world_tell(node->world, "%s dials %s in vain (%d)", node->name, effect->as.dial.address,
                   (int)why);
        world_down(node, effect->as.dial.link, why);
        return;
    }
    world_link_t *link = link_add(node, effect->as.dial.link, other, effect->as.dial.as_ticket);
    uint32_t accepted = link->ends[1].number;
    link->references++;
    pln_link_class_t meant = effect->as.dial.as_ticket ? PLN_LINK_TICKET : PLN_LINK_PEER;
    link_up(node, link->ends[0].number, meant, &other->self.id, other->address);
    if (link->ends[1].life != 0) {
        link_up(other, accepted, (pln_link_class_t)key[0], &as.id, node->address);
    }
    link->references--;
    world_link_release(link);
}

/* ---- what befalls lines ---- */

void world_bar(world_node_t *from, const world_node_t *to, bool barred)
{
    uint8_t key[4];
    number_key(to->index, key);
    if (barred) {
        pln_map_put(&from->barred, key, from);
    } else {
        pln_map_remove(&from->barred, key);
    }
}

void world_reset(world_t *world, world_link_t *link)
{
    world_stall(world, link, false);
    for (int end = 0; end < 2; end++) {
        if (link->ends[end].life != 0) {
            world_event_t *event =
                world_event_add(world, world->now_ms, WE_CLOSED, link->ends[end].node);
            event->life = link->ends[end].life;
            event->link = link;
            event->end = end;
            link->references++;
        }
    }
}

void world_cut(world_t *world, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < world->link_count; i++) {
        world_link_t *link = world->links[i];
        uint32_t x = link->ends[0].node->index;
        uint32_t y = link->ends[1].node->index;
        if ((x == a && y == b) || (x == b && y == a)) {
            world_reset(world, link);
        }
    }
}

void world_apart(world_node_t *a, world_node_t *b, bool apart)
{
    world_bar(a, b, apart);
    world_bar(b, a, apart);
    if (apart) {
        world_cut(a->world, a->index, b->index);
    }
}

void world_stall(world_t *world, world_link_t *link, bool stalled)
{
    link->stalled = stalled;
    if (stalled) {
        return;
    }
    world_event_t *held = link->held;
    size_t count = link->held_count;
    link->held = NULL;
    link->held_count = 0;
    for (size_t i = 0; i < count; i++) {
        world_event_t *event =
            world_event_add(world, world->now_ms + 1, held[i].type, world->nodes[held[i].node]);
        uint64_t at_ms = event->at_ms;
        uint64_t order = event->order;
        *event = held[i];
        event->at_ms = at_ms;
        event->order = order;
        world_end_t *from = &link->ends[1 - held[i].end];
        from->last_at = from->last_at > at_ms ? from->last_at : at_ms;
    }
    free(held);
}

void world_lines_drop(world_node_t *node, bool silent)
{
    size_t cursor = 0;
    for (world_link_t *link; (link = pln_map_next(&node->links, &cursor)) != NULL;) {
        int end = link->ends[0].node == node ? 0 : 1;
        if (!silent && link->ends[1 - end].life != 0) {
            carry(link, end, WE_CLOSED, 0);
        }
        end_drop(link, end);
        world_link_release(link);
        cursor = 0;  // the map has moved
    }
}
