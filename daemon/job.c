// SPDX-License-Identifier: MPL-2.0
#include "job.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/** How much of everything the job will hold. */
typedef struct {
    size_t ops;
    size_t results;
    size_t drafts;
    size_t bytes;
} extent_t;

/** Whatever touches a chain tells what came of it; SAVE does not. */
static bool makes_result(pln_effect_type_t type)
{
    return type == PLN_FX_STORE || type == PLN_FX_MINT || type == PLN_FX_ASIDE ||
           type == PLN_FX_BACK || type == PLN_FX_WITHHOLD || type == PLN_FX_REVEAL ||
           type == PLN_FX_FORGET || type == PLN_FX_TRIM;
}

static bool is_storing(pln_effect_type_t type)
{
    return makes_result(type) || type == PLN_FX_SAVE;
}

static void measure(const pln_effect_t *effect, extent_t *extent)
{
    extent->ops += is_storing(effect->type);
    extent->results += makes_result(effect->type);
    switch (effect->type) {
        case PLN_FX_STORE:
            assert(effect->as.store.count > 0);
            extent->bytes += effect->as.store.run.size;
            break;
        case PLN_FX_MINT:
            assert(effect->as.mint.count > 0);
            extent->drafts += effect->as.mint.count;
            for (size_t i = 0; i < effect->as.mint.count; i++) {
                extent->bytes += effect->as.mint.drafts[i].payload.size;
            }
            break;
        case PLN_FX_REVEAL:
            extent->bytes += effect->as.withhold.payload.size;
            break;
        case PLN_FX_SAVE:
            extent->bytes += effect->as.save.key.size + effect->as.save.value.size;
            break;
        default:
            break;
    }
}

/** Where the next copies go. */
typedef struct {
    pln_job_op_t *op;
    pln_draft_t *draft;
    uint8_t *byte;
} target_t;

static pln_span_t copy_bytes(target_t *target, pln_span_t source)
{
    if (source.data == NULL) {
        return source; /* in SAVE: delete */
    }
    pln_span_t copy = PLN_SPAN(target->byte, source.size);
    memcpy(target->byte, source.data, source.size);
    target->byte += source.size;
    return copy;
}

static const pln_draft_t *copy_drafts(target_t *target, const pln_draft_t *drafts, size_t count)
{
    pln_draft_t *copies = target->draft;
    for (size_t i = 0; i < count; i++) {
        copies[i] = drafts[i];
        copies[i].payload = copy_bytes(target, drafts[i].payload);
    }
    target->draft += count;
    return copies;
}

static void copy_effect(target_t *target, const pln_effect_t *effect)
{
    pln_effect_t *copy = &target->op->effect;
    target->op++;
    *copy = *effect;
    switch (effect->type) {
        case PLN_FX_STORE:
            copy->as.store.run = copy_bytes(target, effect->as.store.run);
            break;
        case PLN_FX_MINT:
            copy->as.mint.drafts =
                copy_drafts(target, effect->as.mint.drafts, effect->as.mint.count);
            break;
        case PLN_FX_REVEAL:
            copy->as.withhold.payload = copy_bytes(target, effect->as.withhold.payload);
            break;
        case PLN_FX_SAVE:
            copy->as.save.key = copy_bytes(target, effect->as.save.key);
            copy->as.save.value = copy_bytes(target, effect->as.save.value);
            break;
        default:
            break;
    }
}

pln_job_t *pln_job_new(const pln_effects_t *effects)
{
    extent_t extent = {0};
    for (size_t i = 0; i < effects->count; i++) {
        measure(&effects->list[i], &extent);
    }
    if (extent.ops == 0) {
        return NULL;
    }
    pln_job_t *job = pln_alloc_zero(1, sizeof *job);
    job->number = effects->job;
    job->op_count = extent.ops;
    job->result_count = extent.results;
    job->byte_count = extent.bytes;
    job->ops = pln_alloc_zero(extent.ops, sizeof *job->ops);
    job->results = pln_alloc_zero(extent.results + 1, sizeof *job->results);
    job->drafts = pln_alloc_zero(extent.drafts + 1, sizeof *job->drafts);
    job->bytes = pln_alloc(extent.bytes + 1);
    target_t target = {job->ops, job->drafts, job->bytes};
    for (size_t i = 0; i < effects->count; i++) {
        if (is_storing(effects->list[i].type)) {
            copy_effect(&target, &effects->list[i]);
        }
    }
    assert(target.byte == job->bytes + extent.bytes);
    return job;
}

void pln_job_free(pln_job_t **job)
{
    if (*job == NULL) {
        return;
    }
    for (size_t i = 0; i < (*job)->op_count; i++) {
        pln_buf_free(&(*job)->ops[i].minted);
    }
    free((*job)->ops);
    free((*job)->results);
    free((*job)->drafts);
    free((*job)->bytes);
    free(*job);
    *job = NULL;
}

uint64_t pln_job_number(const pln_job_t *job)
{
    return job->number;
}

size_t pln_job_bytes(const pln_job_t *job)
{
    return job->byte_count;
}

pln_err_t pln_job_error(const pln_job_t *job)
{
    return job->error;
}

const pln_stored_t *pln_job_results(const pln_job_t *job, size_t *count)
{
    *count = job->error == PLN_OK ? job->result_count : 0;
    return job->results;
}
