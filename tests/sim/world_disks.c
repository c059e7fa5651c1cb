// SPDX-License-Identifier: MPL-2.0
// Disks: a transaction takes all jobs that wait, and time; it happens whole or not at all.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "world.h"

static void transaction_start(world_node_t *node)
{
    world_t *world = node->world;
    uint64_t base = (uint64_t)world->commit_ms + node->disk.commit_ms;
    node->writing = node->job_count;
    world_event_add(world, world->now_ms + base + world_random(world, base + 1), WE_STORED, node);
}

void world_job(world_node_t *node, const pln_effects_t *effects)
{
    if (node->job_count == node->job_capacity) {
        node->job_capacity = node->job_capacity == 0 ? 16 : node->job_capacity * 2;
        node->jobs = pln_realloc(node->jobs, node->job_capacity * sizeof *node->jobs);
    }
    node->jobs[node->job_count++] = memory_job_new(effects);
    if (node->writing == 0) {
        transaction_start(node);
    }
}

/** A revoke that a node writes by itself when a membership's time is over. */
static bool expires(const pln_effect_t *effect)
{
    pln_revoke_t revoke;
    const pln_draft_t *draft = effect->as.mint.drafts;
    return effect->type == PLN_FX_MINT && draft->kind == PLN_KIND_REVOKE &&
           pln_revoke_decode(draft->payload, &revoke) == PLN_OK &&
           revoke.reason.size == sizeof "expired" - 1 &&
           memcmp(revoke.reason.data, "expired", revoke.reason.size) == 0;
}

static void shifts_count(world_t *world, const memory_job_t *job)
{
    for (size_t i = 0; i < job->count; i++) {
        if (job->effects[i].type == PLN_FX_ASIDE) {
            world_happened(world, HAPPENING_cut_off);
        } else if (job->effects[i].type == PLN_FX_BACK) {
            world_happened(world, HAPPENING_come_back);
        } else if (job->effects[i].type == PLN_FX_WITHHOLD) {
            world_happened(world, HAPPENING_withheld);
        } else if (job->effects[i].type == PLN_FX_REVEAL) {
            world_happened(world, HAPPENING_revealed);
        } else if (job->effects[i].type == PLN_FX_SAVE &&
                   job->effects[i].as.save.table == PLN_TABLE_FORKS) {
            world_happened(world, HAPPENING_fork);
        } else if (expires(&job->effects[i])) {
            world_happened(world, HAPPENING_expire);
        }
    }
}

static void transaction_apply(world_node_t *node, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (node->disk.error != PLN_OK) {
            node->jobs[i]->error = node->disk.error;
            world_happened(node->world, HAPPENING_disk_refused);
        } else {
            memory_store_apply(node->store, &node->self, node->jobs[i]);
            shifts_count(node->world, node->jobs[i]);
            if (node->world->watched) {
                check_committed(node, node->jobs[i]);
            }
        }
    }
}

void world_stored(world_node_t *node)
{
    size_t count = node->writing;
    memory_job_t *jobs[64];
    transaction_apply(node, count);
    while (count > 0) {
        size_t turn = count < 64 ? count : 64;
        memcpy(jobs, node->jobs, turn * sizeof *jobs);
        memmove(node->jobs, node->jobs + turn, (node->job_count - turn) * sizeof *jobs);
        node->job_count -= turn;
        for (size_t i = 0; i < turn; i++) {
            pln_event_t event = world_event_of(node, PLN_EV_STORED);
            event.as.stored.job = jobs[i]->number;
            event.as.stored.error = jobs[i]->error;
            event.as.stored.results = jobs[i]->results;
            event.as.stored.count = jobs[i]->error == PLN_OK ? jobs[i]->result_count : 0;
            world_step(node, &event);
            memory_job_free(jobs[i]);
        }
        count -= turn;
    }
    node->writing = 0;
    if (node->job_count > 0) {
        transaction_start(node);
    }
}

void world_disk_drop(world_node_t *node)
{
    if (node->writing > 0 && node->disk.error == PLN_OK && world_chance(node->world, 2)) {
        transaction_apply(node, node->writing);
        world_happened(node->world, HAPPENING_crash_unannounced);
    } else if (node->job_count > 0) {
        world_happened(node->world, HAPPENING_crash_lost);
    }
    for (size_t i = 0; i < node->job_count; i++) {
        memory_job_free(node->jobs[i]);
    }
    node->job_count = node->writing = 0;
}

/* ---- reading ---- */

void world_read_later(world_node_t *node, const pln_effect_t *effect)
{
    world_t *world = node->world;
    world_event_type_t type = effect->type == PLN_FX_LOAD    ? WE_LOAD
                              : effect->type == PLN_FX_READ  ? WE_READ
                              : effect->type == PLN_FX_PROBE ? WE_PROBE
                                                             : WE_CHANGES;
    uint64_t wait = node->disk.read_ms > 0 ? world_random(world, node->disk.read_ms + 1) : 0;
    world_event_t *event = world_event_add(world, world->now_ms + wait, type, node);
    event->bytes = pln_alloc(sizeof *effect);
    event->size = sizeof *effect;
    memcpy(event->bytes, effect, sizeof *effect);
}

void world_load(world_node_t *node, const pln_effect_t *effect)
{
    pln_event_t event = world_event_of(node, PLN_EV_LOADED);
    event.as.loaded.link = effect->as.load.link;
    event.as.loaded.chain = effect->as.load.chain;
    event.as.loaded.from = effect->as.load.from;
    event.as.loaded.comparing = effect->as.load.comparing;
    event.as.loaded.error =
        memory_store_run(node->store, effect->as.load.chain, effect->as.load.from,
                         effect->as.load.to, &event.as.loaded.run, &event.as.loaded.base,
                         &event.as.loaded.end, &event.as.loaded.signature);
    if (event.as.loaded.error == PLN_ENOTFOUND && effect->as.load.vouched) {
        event.as.loaded.error = memory_store_stretch(
            node->store, effect->as.load.chain, effect->as.load.from, effect->as.load.to,
            &event.as.loaded.run, &event.as.loaded.base, &event.as.loaded.end);
        event.as.loaded.signature = effect->as.load.signature;
    }
    world_step(node, &event);
}

void world_read(world_node_t *node, const pln_effect_t *effect)
{
    pln_event_t event = world_event_of(node, PLN_EV_READ);
    event.as.read.link = effect->as.read.link;
    event.as.read.chain = effect->as.read.chain;
    event.as.read.seq = effect->as.read.seq;
    event.as.read.error = memory_store_entry(node->store, effect->as.read.chain,
                                             effect->as.read.seq, &event.as.read.entry);
    world_step(node, &event);
}

void world_probe(world_node_t *node, const pln_effect_t *effect)
{
    pln_event_t event = world_event_of(node, PLN_EV_PROBED);
    pln_head_t heads[PLN_PROBE_MAX];
    memory_store_heads(node->store, effect->as.probe.chain, effect->as.probe.seqs,
                       effect->as.probe.count, heads);
    event.as.probed.link = effect->as.probe.link;
    event.as.probed.chain = effect->as.probe.chain;
    event.as.probed.purpose = effect->as.probe.purpose;
    event.as.probed.heads = heads;
    event.as.probed.count = effect->as.probe.count;
    world_step(node, &event);
}

void world_changes(world_node_t *node, const pln_effect_t *effect)
{
    enum { ROWS = 4096 };
    pln_event_t event = world_event_of(node, PLN_EV_CHANGES);
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
