// SPDX-License-Identifier: MPL-2.0
// A job on its way to the disk: the storing effects of one step, with bytes of its own.
#include <stdlib.h>
#include <string.h>

#include "memory_store.h"

pln_span_t memory_job_keep(memory_job_t *job, pln_span_t span)
{
    if (span.data == NULL) {
        return span;
    }
    size_t count = job->block_count;
    if ((count & (count - 1)) == 0) { /* a power of two: full. The sanitizer moves at each growth */
        job->blocks = pln_realloc(job->blocks, (count > 0 ? 2 * count : 1) * sizeof *job->blocks);
    }
    uint8_t *copy = pln_alloc(span.size > 0 ? span.size : 1);
    if (span.size > 0) {
        memcpy(copy, span.data, span.size);
    }
    job->blocks[job->block_count++] = copy;
    return PLN_SPAN(copy, span.size);
}

static void drafts_keep(memory_job_t *job, pln_effect_t *effect)
{
    size_t bytes = effect->as.mint.count * sizeof(pln_draft_t);
    pln_span_t kept = memory_job_keep(job, PLN_SPAN(effect->as.mint.drafts, bytes));
    pln_draft_t *drafts = (pln_draft_t *)(uintptr_t)kept.data;
    for (size_t i = 0; i < effect->as.mint.count; i++) {
        drafts[i].payload = memory_job_keep(job, drafts[i].payload);
    }
    effect->as.mint.drafts = drafts;
}

memory_job_t *memory_job_new(const pln_effects_t *effects)
{
    memory_job_t *job = pln_alloc_zero(1, sizeof *job);
    job->number = effects->job;
    job->effects = pln_alloc_zero(effects->count + 1, sizeof *job->effects);
    for (size_t i = 0; i < effects->count; i++) {
        pln_effect_t copy = effects->list[i];
        switch (copy.type) {
            case PLN_FX_STORE:
                copy.as.store.run = memory_job_keep(job, copy.as.store.run);
                break;
            case PLN_FX_MINT:
                drafts_keep(job, &copy);
                break;
            case PLN_FX_SAVE:
                copy.as.save.key = memory_job_keep(job, copy.as.save.key);
                copy.as.save.value = memory_job_keep(job, copy.as.save.value);
                break;
            case PLN_FX_REVEAL:
                copy.as.withhold.payload = memory_job_keep(job, copy.as.withhold.payload);
                break;
            case PLN_FX_WITHHOLD:
            case PLN_FX_ASIDE:
            case PLN_FX_BACK:
            case PLN_FX_FORGET:
            case PLN_FX_TRIM:
                break;
            default:
                continue;
        }
        job->effects[job->count++] = copy;
    }
    job->effects = pln_realloc(job->effects, (job->count + 1) * sizeof *job->effects);
    job->results = pln_alloc_zero(job->count + 1, sizeof *job->results);
    return job;
}

void memory_job_free(memory_job_t *job)
{
    for (size_t i = 0; i < job->block_count; i++) {
        free(job->blocks[i]);
    }
    free(job->blocks);
    free(job->effects);
    free(job->results);
    free(job);
}
