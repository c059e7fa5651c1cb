// SPDX-License-Identifier: MPL-2.0
#include "world.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WALL_START_MS UINT64_C(1780000000000)
#define ACCEPTED 0x80000000u

typedef enum { WE_TICK, WE_FRAME, WE_DIALLED, WE_CLOSED, WE_STORED } world_event_type_t;

struct world_event {
    uint64_t at_ms;
    uint64_t order;
    world_event_type_t type;
    uint32_t node;
    uint64_t life;
    uint32_t link; /**< index into world->links */
    pln_down_t why;
    uint8_t *bytes; /**< owned: a frame, or the dial's pln_effect_t */
    size_t size;
};

static void perform(world_node_t *node, const pln_effects_t *effects);

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

world_t *world_new(uint64_t seed)
{
    world_t *world = pln_alloc_zero(1, sizeof *world);
    world->seed = seed;
    world->now_ms = 1000;
    world->latency_ms = 5;
    world->commit_ms = 5;
    return world;
}

/* ---- the heap ---- */

static bool before(const struct world_event *a, const struct world_event *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static struct world_event *event_add(world_t *world, uint64_t at_ms, world_event_type_t type,
                                     const world_node_t *node)
{
    if (world->heap_count == world->heap_capacity) {
        world->heap_capacity = world->heap_capacity == 0 ? 256 : world->heap_capacity * 2;
        world->heap = pln_realloc(world->heap, world->heap_capacity * sizeof *world->heap);
    }
    struct world_event event = {.at_ms = at_ms,
                                .order = ++world->order,
                                .type = type,
                                .node = node->index,
                                .life = node->life};
    size_t at = world->heap_count++;
    while (at > 0 && before(&event, &world->heap[(at - 1) / 2])) {
        world->heap[at] = world->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    world->heap[at] = event;
    return &world->heap[at];
}

static struct world_event event_pop(world_t *world)
{
    struct world_event top = world->heap[0];
    struct world_event last = world->heap[--world->heap_count];
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

static pln_event_t event_of(const world_node_t *node, pln_event_type_t type)
{
    pln_event_t event;
    memset(&event, 0, sizeof event);
    event.type = type;
    event.mono_ms = node->world->now_ms;
    event.wall_ms = (uint64_t)((int64_t)(WALL_START_MS + node->world->now_ms) + node->clock_off_ms);
    return event;
}

static void tick_plan(world_node_t *node)
{
    uint64_t wake = pln_node_wake_at_ms(node->node);
    wake = wake <= node->world->now_ms ? node->world->now_ms + 1 : wake;
    if (node->tick_at <= node->world->now_ms || wake < node->tick_at) {
        node->tick_at = wake;
        event_add(node->world, wake, WE_TICK, node);
    }
}

void world_step(world_node_t *node, const pln_event_t *event)
{
    pln_effects_t effects;
    pln_node_step(node->node, event, &effects);

    perform(node, &effects);
}

static int end_of(const world_link_t *link, const world_node_t *node, uint32_t number)
{
    for (int end = 0; end < 2; end++) {
        if (link->up && link->node[end] == node->index && link->life[end] == node->life &&
            link->link[end] == number) {
            return end;
        }
    }
    return -1;
}

static world_link_t *link_find(world_node_t *node, uint32_t number, int *end, uint32_t *index)
{
    for (size_t i = node->world->link_count; i > 0; i--) {
        *end = end_of(node->world->links[i - 1], node, number);
        if (*end >= 0) {
            *index = (uint32_t)(i - 1);
            return node->world->links[i - 1];
        }
    }
    return NULL;
}

static void send_frame(world_node_t *node, const pln_effect_t *effect)
{
    world_t *world = node->world;
    int end;
    uint32_t index;
    world_link_t *link = link_find(node, effect->as.send.link, &end, &index);
    size_t size = effect->as.send.head.size + effect->as.send.body.size;
    if (link == NULL) {
        return;
    }
    node->bytes_sent += size;
    world_node_t *other = world->nodes[link->node[1 - end]];
    uint64_t at = link->free_at[end] > world->now_ms ? link->free_at[end] : world->now_ms;
    if (world->bytes_per_ms > 0) {
        at += size / world->bytes_per_ms;
    }
    link->free_at[end] = at;
    struct world_event *event = event_add(world, at + world->latency_ms, WE_FRAME, other);
    event->life = link->life[1 - end];
    event->link = index;
    event->bytes = pln_alloc(size);
    event->size = size;
    memcpy(event->bytes, effect->as.send.head.data, effect->as.send.head.size);
    if (effect->as.send.body.size > 0) {
        memcpy(event->bytes + effect->as.send.head.size, effect->as.send.body.data,
               effect->as.send.body.size);
    }
}

static void close_link(world_node_t *node, uint32_t number)
{
    int end;
    uint32_t index;
    world_link_t *link = link_find(node, number, &end, &index);
    if (link != NULL) {
        world_node_t *other = node->world->nodes[link->node[1 - end]];
        struct world_event *event = event_add(
            node->world, node->world->now_ms + node->world->latency_ms + 1, WE_CLOSED, other);
        event->life = link->life[1 - end];
        event->link = index;
        link->life[end] = 0;  // this end hears nothing more
    }
}

static void admit(world_node_t *node, const pln_effect_t *effect)
{
    uint8_t key[33];
    key[0] = (uint8_t)effect->as.admit.as;
    memcpy(key + 1, effect->as.admit.id.bytes, 32);
    if (effect->as.admit.admit) {
        pln_map_put(&node->admitted, key, node);
    } else {
        pln_map_remove(&node->admitted, key);
    }
}

static void reply(world_node_t *node, const pln_effect_t *effect)
{
    if (!effect->as.reply.done) {
        return;
    }
    node->replied = true;
    node->reply_error = effect->as.reply.error;
    memcpy(node->reply_detail, effect->as.reply.detail, sizeof node->reply_detail);
    pln_buf_clear(&node->reply_data);
    pln_buf_add(&node->reply_data, effect->as.reply.data.data, effect->as.reply.data.size);
}

static void load(world_node_t *node, const pln_effect_t *effect)
{
    pln_event_t event = event_of(node, PLN_EV_LOADED);
    pln_buf_t run = {0};
    event.as.loaded.link = effect->as.load.link;
    event.as.loaded.chain = effect->as.load.chain;
    event.as.loaded.from = effect->as.load.from;
    event.as.loaded.error =
        memory_store_run(node->store, effect->as.load.chain, &effect->as.load.place,
                         effect->as.load.from, effect->as.load.to, &run, &event.as.loaded.base,
                         &event.as.loaded.end, &event.as.loaded.signature);
    event.as.loaded.run = pln_buf_span(&run);
    world_step(node, &event);
    pln_buf_free(&run);
}

static void changes(world_node_t *node, const pln_effect_t *effect)
{
    enum { ROWS = 4096 };
    pln_event_t event = event_of(node, PLN_EV_CHANGES);
    struct pln_change *rows = pln_alloc(ROWS * sizeof *rows);
    event.as.changes.link = effect->as.changes.link;
    event.as.changes.network = effect->as.changes.network;
    memory_store_changes(node->store, &effect->as.changes.cursor, rows, ROWS,
                         &event.as.changes.count, &event.as.changes.valid,
                         &event.as.changes.truncated);
    event.as.changes.rows = rows;
    world_step(node, &event);
    free(rows);
}

static void job_start(world_node_t *node, const pln_effects_t *effects)
{
    node->writing = pln_realloc(node->writing, (node->writing_count + 1) * sizeof *node->writing);
    node->writing[node->writing_count++] = memory_job_new(effects);
    uint64_t delay = node->world->commit_ms + world_random(node->world, node->world->commit_ms + 1);
    event_add(node->world, node->world->now_ms + delay, WE_STORED, node);
}

static void dial(world_node_t *node, const pln_effect_t *effect)
{
    struct world_event *event =
        event_add(node->world, node->world->now_ms + 2 * node->world->latency_ms, WE_DIALLED, node);
    event->bytes = pln_alloc(sizeof *effect);
    event->size = sizeof *effect;
    memcpy(event->bytes, effect, sizeof *effect);
}

static void perform(world_node_t *node, const pln_effects_t *effects)
{
    if (effects->job != 0) {
        job_start(node, effects);
    }
    size_t late_count = 0;
    pln_effect_t *late = pln_alloc((effects->count + 1) * sizeof *late);
    for (size_t i = 0; i < effects->count; i++) {
        const pln_effect_t *effect = &effects->list[i];
        switch (effect->type) {
            case PLN_FX_SEND:
                send_frame(node, effect);
                break;
            case PLN_FX_DIAL:
                dial(node, effect);
                break;
            case PLN_FX_CLOSE:
                close_link(node, effect->as.close.link);
                break;
            case PLN_FX_ADMIT:
                admit(node, effect);
                break;
            case PLN_FX_REPLY:
                reply(node, effect);
                break;
            case PLN_FX_LOAD:
            case PLN_FX_CHANGES:
                late[late_count++] = *effect;
                break;
            default:
                break;
        }
    }
    tick_plan(node);
    for (size_t i = 0; i < late_count; i++) {
        if (late[i].type == PLN_FX_LOAD) {
            load(node, &late[i]);
        } else {
            changes(node, &late[i]);
        }
    }
    free(late);
}

/* ---- what happens ---- */

static world_node_t *node_at(world_t *world, const char *address)
{
    for (size_t i = 0; i < world->node_count; i++) {
        if (strcmp(world->nodes[i]->address, address) == 0) {
            return world->nodes[i];
        }
    }
    return NULL;
}

static void link_up(world_node_t *node, uint32_t number, pln_link_class_t as, const pln_id_t *peer,
                    const char *address)
{
    pln_event_t event = event_of(node, PLN_EV_LINK_UP);
    event.as.link_up.link = number;
    event.as.link_up.as = as;
    event.as.link_up.peer = *peer;
    event.as.link_up.address = address;
    world_step(node, &event);
}

static void dialled(world_node_t *node, const pln_effect_t *effect)
{
    world_t *world = node->world;
    world_node_t *other = node_at(world, effect->as.dial.address);
    pln_identity_t as = node->self;
    uint8_t key[33];
    key[0] = effect->as.dial.as_ticket ? PLN_LINK_TICKET : PLN_LINK_PEER;
    if (effect->as.dial.as_ticket) {
        pln_err_t error = pln_identity_derive(effect->as.dial.seed, &as);
        assert(error == PLN_OK);
    }
    memcpy(key + 1, as.id.bytes, 32);
    bool cut =
        other != NULL && world->blocked != NULL && world->blocked(world, node->index, other->index);
    pln_event_t down = event_of(node, PLN_EV_LINK_DOWN);
    down.as.link_down.link = effect->as.dial.link;
    if (other == NULL || other->node == NULL || other->hidden || cut) {
        down.as.link_down.why = PLN_DOWN_UNREACHED;
    } else if (!pln_id_equal(&other->self.id, &effect->as.dial.peer)) {
        down.as.link_down.why = PLN_DOWN_KEY;
    } else if (pln_map_get(&other->admitted, key) == NULL) {
        down.as.link_down.why = PLN_DOWN_REFUSED;
    } else {
        world_link_t *link = pln_alloc_zero(1, sizeof *link);
        *link = (world_link_t){true,
                               {node->index, other->index},
                               {node->life, other->life},
                               {effect->as.dial.link, ACCEPTED | ++other->next_accepted},
                               {0, 0}};
        world->links = pln_realloc(world->links, (world->link_count + 1) * sizeof *world->links);
        world->links[world->link_count++] = link;
        link_up(node, link->link[0], (pln_link_class_t)key[0], &other->self.id, other->address);
        link_up(other, link->link[1], (pln_link_class_t)key[0], &as.id, node->address);
        return;
    }
    world_step(node, &down);
}

static void link_down(world_t *world, uint32_t index, int end)
{
    world_link_t *link = world->links[index];
    world_node_t *node = world->nodes[link->node[end]];
    if (node->node == NULL || link->life[end] != node->life || !link->up) {
        return;
    }
    link->life[end] = 0;
    pln_event_t event = event_of(node, PLN_EV_LINK_DOWN);
    event.as.link_down.link = link->link[end];
    event.as.link_down.why = PLN_DOWN_CLOSED;
    world_step(node, &event);
}

static void stored(world_node_t *node)
{
    assert(node->writing_count > 0);
    memory_job_t *job = node->writing[0];
    memmove(node->writing, node->writing + 1, --node->writing_count * sizeof *node->writing);
    if (node->disk_error != PLN_OK) {
        job->error = node->disk_error;
    } else {
        memory_store_apply(node->store, &node->self, job);
    }
    pln_event_t event = event_of(node, PLN_EV_STORED);
    event.as.stored.job = job->number;
    event.as.stored.error = job->error;
    event.as.stored.results = job->results;
    event.as.stored.count = job->result_count;
    world_step(node, &event);
    memory_job_free(job);
}

static void frame(world_node_t *node, const struct world_event *event)
{
    world_link_t *link = node->world->links[event->link];
    int end = link->node[0] == node->index && link->life[0] == node->life ? 0 : 1;
    if (!link->up || link->node[end] != node->index || link->life[end] != node->life) {
        return;
    }
    pln_event_t received = event_of(node, PLN_EV_RECEIVED);
    received.as.received.link = link->link[end];
    received.as.received.frame = PLN_SPAN(event->bytes, event->size);
    world_step(node, &received);
}

static void happen(world_t *world, struct world_event *event)
{
    world_node_t *node = world->nodes[event->node];
    world->events++;
    if (node->node != NULL && event->life == node->life && event->life != 0) {
        pln_event_t tick = event_of(node, PLN_EV_TICK);
        pln_effect_t effect;
        switch (event->type) {
            case WE_TICK:
                if (event->at_ms == node->tick_at) {
                    world_step(node, &tick);
                }
                break;
            case WE_FRAME:
                frame(node, event);
                break;
            case WE_DIALLED:
                memcpy(&effect, event->bytes, sizeof effect);
                dialled(node, &effect);
                break;
            case WE_CLOSED: {
                const world_link_t *link = world->links[event->link];
                link_down(world, event->link, link->node[0] == node->index ? 0 : 1);
                break;
            }
            case WE_STORED:
                stored(node);
                break;
        }
    }
    free(event->bytes);
}

bool world_until(world_t *world, uint64_t ms, bool (*done)(world_t *world, void *arg), void *arg)
{
    uint64_t end = world->now_ms + ms;
    while (world->heap_count > 0 && world->heap[0].at_ms <= end) {
        struct world_event event = event_pop(world);
        world->now_ms = event.at_ms > world->now_ms ? event.at_ms : world->now_ms;
        happen(world, &event);
        if (done != NULL && done(world, arg)) {
            return true;
        }
    }
    world->now_ms = end;
    return false;
}

void world_run(world_t *world, uint64_t ms)
{
    world_until(world, ms, NULL, NULL);
}

/* ---- machines ---- */

static void node_trace(void *arg, const char *line)
{
    world_node_t *node = arg;
    if (node->world->trace != NULL) {
        char text[400];
        snprintf(text, sizeof text, "[%8llu] %s > %s", (unsigned long long)node->world->now_ms,
                 node->name, line);
        node->world->trace(text);
    }
}

void world_start(world_node_t *node)
{
    node->life = ++node->world->order;
    uint8_t secret[16] = {7};
    pln_map_init(&node->admitted, 33, secret);
    pln_node_config_t config = {
        .self = &node->self,
        .store = *memory_store_id(node->store),
        .arrivals = memory_store_arrivals(node->store),
        .name = node->name,
        .version = "sim",
        .dial_all = node->dial_all,
        .seed = world_random(node->world, UINT64_MAX),
        .trace = node_trace,
        .trace_arg = node,
    };
    node->node = pln_node_new(&config);
    memory_store_load(node->store, node->node);
    node->tick_at = 0;
    pln_event_t start = event_of(node, PLN_EV_START);
    world_step(node, &start);
    const char *own = node->address;
    pln_event_t addresses = event_of(node, PLN_EV_ADDRESSES);
    addresses.as.addresses.list = &own;
    addresses.as.addresses.count = node->hidden ? 0 : 1;
    world_step(node, &addresses);
}

void world_crash(world_node_t *node)
{
    world_t *world = node->world;
    pln_node_free(&node->node);
    pln_map_free(&node->admitted);
    for (size_t i = 0; i < node->writing_count; i++) {
        memory_job_free(node->writing[i]);
    }
    node->writing_count = 0;
    uint64_t life = node->life;
    node->life = 0;
    for (uint32_t i = 0; i < world->link_count; i++) {
        for (int end = 0; end < 2; end++) {
            world_link_t *link = world->links[i];
            if (link->up && link->node[end] == node->index && link->life[end] == life) {
                struct world_event *event = event_add(world, world->now_ms + world->latency_ms,
                                                      WE_CLOSED, world->nodes[link->node[1 - end]]);
                event->life = link->life[1 - end];
                event->link = i;
                link->life[end] = 0;
            }
        }
    }
}

void world_cut(world_t *world, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < world->link_count; i++) {
        world_link_t *link = world->links[i];
        bool between = (link->node[0] == a && link->node[1] == b) ||
                       (link->node[0] == b && link->node[1] == a);
        if (link->up && between) {
            link_down(world, i, 0);
            link_down(world, i, 1);
            link->up = false;
        }
    }
}

world_node_t *world_node(world_t *world, const char *name, bool dial_all)
{
    world_node_t *node = pln_alloc_zero(1, sizeof *node);
    node->world = world;
    node->index = (uint32_t)world->node_count;
    node->dial_all = dial_all;
    snprintf(node->name, sizeof node->name, "%s", name);
    snprintf(node->address, sizeof node->address, "n%u:7420", node->index);
    uint8_t seed[PLN_SEED_SIZE];
    do {
        for (size_t i = 0; i < sizeof seed; i++) {
            seed[i] = (uint8_t)world_random(world, 256);
        }
    } while (pln_identity_derive(seed, &node->self) != PLN_OK);
    pln_store_id_t id;
    for (size_t i = 0; i < sizeof id.bytes; i++) {
        id.bytes[i] = (uint8_t)world_random(world, 256);
    }
    node->store = memory_store_new(&id);
    world->nodes = pln_realloc(world->nodes, (world->node_count + 1) * sizeof *world->nodes);
    world->nodes[world->node_count++] = node;
    world_start(node);
    return node;
}

void world_free(world_t **world_p)
{
    world_t *world = *world_p;
    for (size_t i = 0; i < world->node_count; i++) {
        if (world->nodes[i]->node != NULL) {
            world_crash(world->nodes[i]);
        }
    }
    for (size_t i = 0; i < world->node_count; i++) {
        world_node_t *node = world->nodes[i];
        memory_store_free(&node->store);
        pln_buf_free(&node->reply_data);
        free(node->writing);
        free(node);
    }
    while (world->heap_count > 0) {
        struct world_event event = event_pop(world);
        free(event.bytes);
    }
    for (size_t i = 0; i < world->link_count; i++) {
        free(world->links[i]);
    }
    free(world->links);
    free(world->nodes);
    free(world->heap);
    free(world);
    *world_p = NULL;
}
