// SPDX-License-Identifier: MPL-2.0
// The clock, the heap of what will happen, and the step of a node with all its effects.
#include "world.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

uint64_t world_random(world_t *world, uint64_t below)
{
    uint8_t key[16] = {0};
    uint8_t in[8];
    uint8_t out[8];
    pln_put_u64(key, world->seed);
    pln_put_u64(in, ++world->draws);
    crypto_shorthash(out, in, sizeof in, key);
    return below == 0 ? 0 : pln_get_u64(out) % below;
}

bool world_chance(world_t *world, uint64_t one_in)
{
    return world_random(world, one_in) == 0;
}

world_t *world_new(uint64_t seed)
{
    world_t *world = pln_alloc_zero(1, sizeof *world);
    world->seed = seed;
    world->now_ms = 1000;
    world->latency_ms = 5;
    world->commit_ms = 5;
    pln_map_init(&world->made, 16, (const uint8_t[16]){3});
    pln_map_init(&world->stamps, WORLD_STAMP_KEY, (const uint8_t[16]){4});
    return world;
}

void world_happened(world_t *world, happening_t what)
{
    world->happened[what]++;
}

void world_tell(world_t *world, const char *format, ...)
{
    if (world->trace == NULL) {
        return;
    }
    char text[400];
    int at = snprintf(text, sizeof text, "[%8llu] ", (unsigned long long)world->now_ms);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + at, sizeof text - (size_t)at, format, arguments);
    va_end(arguments);
    world->trace(text);
}

/* ---- the heap ---- */

static bool before(const world_event_t *a, const world_event_t *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static world_event_t *heap_add(world_t *world, const world_event_t *event)
{
    if (world->heap_count == world->heap_capacity) {
        world->heap_capacity = world->heap_capacity == 0 ? 256 : world->heap_capacity * 2;
        world->heap = pln_realloc(world->heap, world->heap_capacity * sizeof *world->heap);
    }
    size_t at = world->heap_count++;
    while (at > 0 && before(event, &world->heap[(at - 1) / 2])) {
        world->heap[at] = world->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    world->heap[at] = *event;
    return &world->heap[at];
}

world_event_t *world_event_add(world_t *world, uint64_t at_ms, world_event_type_t type,
                               const world_node_t *node)
{
    world_event_t event = {.at_ms = at_ms,
                           .order = ++world->order,
                           .type = type,
                           .node = node->index,
                           .life = node->life};
    return heap_add(world, &event);
}

static world_event_t heap_pop(world_t *world)
{
    world_event_t top = world->heap[0];
    world_event_t last = world->heap[--world->heap_count];
    size_t at = 0;
    for (;;) {
        size_t child = at * 2 + 1;
        if (child >= world->heap_count) {
            break;
        }
        if (child + 1 < world->heap_count && before(&world->heap[child + 1], &world->heap[child])) {
            child++;
        }
        if (!before(&world->heap[child], &last)) {
            break;
        }
        world->heap[at] = world->heap[child];
        at = child;
    }
    if (world->heap_count > 0) {
        world->heap[at] = last;
    }
    return top;
}

/* ---- steps ---- */

pln_event_t world_event_of(const world_node_t *node, pln_event_type_t type)
{
    pln_event_t event;
    memset(&event, 0, sizeof event);
    int64_t now_ms = (int64_t)node->world->now_ms;
    event.type = type;
    event.mono_ms = node->world->now_ms;
    event.wall_ms = (uint64_t)((int64_t)WORLD_WALL_START_MS + now_ms + node->clock_off_ms +
                               now_ms * node->clock_drift_ppm / 1000000);
    return event;
}

static void tick_plan(world_node_t *node)
{
    uint64_t wake = pln_node_wake_at_ms(node->node);
    wake = wake <= node->world->now_ms ? node->world->now_ms + 1 : wake;
    if (node->tick_at <= node->world->now_ms || wake < node->tick_at) {
        node->tick_at = wake;
        world_event_add(node->world, wake, WE_TICK, node);
    }
}

static void admit(world_node_t *node, const pln_effect_t *effect)
{
    uint8_t key[33];
    if (node->world->lean) {
        return;
    }
    key[0] = (uint8_t)effect->as.admit.as;
    memcpy(key + 1, effect->as.admit.id.bytes, 32);
    if (effect->as.admit.admit) {
        pln_map_put(&node->admitted, key, node);
    } else {
        pln_map_remove(&node->admitted, key);
    }
}

static void perform(world_node_t *node, const pln_effects_t *effects)
{
    if (effects->job != 0) {
        world_job(node, effects);
    }
    for (size_t i = 0; i < effects->count; i++) {
        const pln_effect_t *effect = &effects->list[i];
        switch (effect->type) {
            case PLN_FX_SEND:
                world_send(node, effect);
                break;
            case PLN_FX_DIAL:
                world_dial(node, effect);
                break;
            case PLN_FX_CLOSE:
                world_close(node, effect->as.close.link);
                break;
            case PLN_FX_ADMIT:
                admit(node, effect);
                break;
            case PLN_FX_REPLY:
                world_answer(node, effect);
                break;
            case PLN_FX_LOAD:
            case PLN_FX_READ:
            case PLN_FX_PROBE:
            case PLN_FX_CHANGES:
                world_read_later(node, effect);
                break;
            default:
                break;
        }
    }
    tick_plan(node);
}

void world_step(world_node_t *node, const pln_event_t *event)
{
    pln_effects_t effects;
    pln_node_step(node->node, event, &effects);
    if (node->world->watched) {
        check_stepped(node, event, &effects);
    }
    perform(node, &effects);
}

/* ---- what happens ---- */

static void happen_to(world_t *world, world_node_t *node, world_event_t *event)
{
    pln_effect_t effect;
    if (event->type == WE_DIALLED || event->type == WE_LOAD || event->type == WE_READ ||
        event->type == WE_PROBE || event->type == WE_CHANGES) {
        memcpy(&effect, event->bytes, sizeof effect);
    }
    switch (event->type) {
        case WE_TICK:
            if (event->at_ms == node->tick_at) {
                pln_event_t tick = world_event_of(node, PLN_EV_TICK);
                world_step(node, &tick);
            }
            break;
        case WE_DIALLED:
            world_dialled(node, &effect);
            break;
        case WE_STORED:
            world_stored(node);
            break;
        case WE_RESUMED: {
            pln_event_t resumed = world_event_of(node, PLN_EV_RESUMED);
            world_step(node, &resumed);
            break;
        }
        case WE_LOAD:
            world_load(node, &effect);
            break;
        case WE_READ:
            world_read(node, &effect);
            break;
        case WE_PROBE:
            world_probe(node, &effect);
            break;
        case WE_CHANGES:
            world_changes(node, &effect);
            break;
        case WE_DOWN:
            world_down(node, event->number, PLN_DOWN_CLOSED);
            break;
        case WE_FRAME:
        case WE_CLOSED:
            world_link_event(world, event);
            break;
    }
}

static void remember(world_t *world, const world_event_t *event)
{
    uint64_t words[] = {event->at_ms, (uint64_t)event->type, event->node, event->size};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        world->fingerprint = (world->fingerprint ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
        world->fingerprint ^= world->fingerprint >> 29;
    }
}

static void happen(world_t *world, world_event_t *event)
{
    world_node_t *node = world->nodes[event->node];
    bool alive = node->node != NULL && event->life == node->life && event->life != 0;
    if (alive && node->asleep_till_ms > world->now_ms) {
        if (event->type == WE_TICK && node->tick_at == event->at_ms) {
            node->tick_at = node->asleep_till_ms;
        }
        event->at_ms = node->asleep_till_ms;  // its order among the others stays
        heap_add(world, event);
        return;
    }
    if (event->link != NULL && event->link->stalled) {
        world_link_event(world, event);
        return;
    }
    world->events++;
    remember(world, event);
    if (event->type == WE_FRAME) {
        event->link->ends[1 - event->end].flying -= event->size;
    }
    if (alive) {
        happen_to(world, node, event);
    }
    if (event->link != NULL) {
        event->link->references--;
        world_link_release(event->link);
    }
    free(event->bytes);
}

bool world_until(world_t *world, uint64_t ms, bool (*done)(world_t *world, void *arg), void *arg)
{
    uint64_t end = world->now_ms + ms;
    while (world->heap_count > 0 && world->heap[0].at_ms <= end && world->broken[0] == '\0') {
        world_event_t event = heap_pop(world);
        world->now_ms = event.at_ms > world->now_ms ? event.at_ms : world->now_ms;
        happen(world, &event);
        if (done != NULL && done(world, arg)) {
            return true;
        }
    }
    if (world->broken[0] == '\0') {
        world->now_ms = end;
    }
    return false;
}

void world_run(world_t *world, uint64_t ms)
{
    world_until(world, ms, NULL, NULL);
}

void world_free(world_t **world_p)
{
    world_t *world = *world_p;
    for (size_t i = 0; i < world->link_count; i++) {
        world_stall(world, world->links[i], false);
    }
    for (size_t i = 0; i < world->node_count; i++) {
        if (world->nodes[i]->node != NULL) {
            world_crash(world->nodes[i]);
        }
    }
    while (world->heap_count > 0) {
        world_event_t event = heap_pop(world);
        if (event.link != NULL) {
            event.link->references--;
            world_link_release(event.link);
        }
        free(event.bytes);
    }
    assert(world->link_count == 0);
    for (size_t i = 0; i < world->node_count; i++) {
        world_machine_free(world->nodes[i]);
    }
    check_prompt_forget(world);
    pln_map_free_values(&world->stamps);
    free(world->links);
    free(world->nodes);
    free(world->heap);
    free(world->promises);
    free(world->verdicts);
    free(world->abdications);
    free(world);
    *world_p = NULL;
}
