// SPDX-License-Identifier: MPL-2.0
/**
 * store_fixture - a real store in a directory of its own, and jobs to fill it with.
 *
 * Why     The store's, the loader's and the writer's tests need the same few steps.
 * Owner   fixture_open / fixture_close; jobs by pln_job_free
 */
#ifndef PLN_STORE_FIXTURE_H
#define PLN_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/store.h"
#include "proto/hash.h"

#define FIXTURE_MAP (UINT64_C(256) << 20)
#define FIXTURE_OPS_MAX 16

typedef struct {
    char dir[256];
    pln_identity_t self;
    pln_store_id_t id;
    pln_store_t *store;
    char error[512];
} fixture_t;

/** The first valid identity at or after seed number @number. */
static inline pln_identity_t fixture_identity(uint8_t number)
{
    pln_identity_t identity;
    uint8_t seed[PLN_SEED_SIZE] = {number};
    while (pln_identity_derive(seed, &identity) != PLN_OK) {
        seed[1]++;
    }
    return identity;
}

static inline void fixture_make(fixture_t *fixture)
{
    const char *base = getenv("TMPDIR");
    *fixture = (fixture_t){.self = fixture_identity(1)};
    memset(fixture->id.bytes, 7, sizeof fixture->id.bytes);
    snprintf(fixture->dir, sizeof fixture->dir, "%s/pln-store-XXXXXX", base ? base : "/tmp");
    assert_non_null(mkdtemp(fixture->dir));
}

/** False: fixture->error says why. */
static inline bool fixture_try(fixture_t *fixture, uint64_t map_bytes)
{
    fixture->store = pln_store_open(fixture->dir, &fixture->self.id, &fixture->id, map_bytes,
                                    fixture->error, sizeof fixture->error);
    return fixture->store != NULL;
}

static inline void fixture_open(fixture_t *fixture)
{
    if (!fixture_try(fixture, FIXTURE_MAP)) {
        fail_msg("%s", fixture->error);
    }
}

static inline void fixture_reopen(fixture_t *fixture)
{
    pln_store_close(&fixture->store);
    fixture_open(fixture);
}

static inline void fixture_path(const fixture_t *fixture, const char *name, char out[512])
{
    snprintf(out, 512, "%s/store%s", fixture->dir, name);
}

static inline void fixture_close(fixture_t *fixture)
{
    static const char *const files[] = {"/data.mdb", "/lock.mdb"};
    char path[512];
    pln_store_close(&fixture->store);
    for (size_t i = 0; i < 2; i++) {
        fixture_path(fixture, files[i], path);
        unlink(path);
    }
    fixture_path(fixture, "", path);
    rmdir(path);
    rmdir(fixture->dir);
}

static inline pln_place_t fixture_place(const pln_identity_t *author, uint8_t network, uint8_t lane)
{
    pln_place_t place = {.author = author->id, .epoch = 16, .lane = lane};
    memset(place.network.bytes, network, sizeof place.network.bytes);
    return place;
}

/** Effects of one step under construction. */
typedef struct {
    pln_effect_t list[FIXTURE_OPS_MAX];
    pln_effects_t effects;
} steps_t;

static inline pln_effect_t *steps_add(steps_t *steps, pln_effect_type_t type)
{
    assert_true(steps->effects.count < FIXTURE_OPS_MAX);
    steps->effects.list = steps->list;
    pln_effect_t *effect = &steps->list[steps->effects.count++];
    effect->type = type;
    return effect;
}

static inline void steps_mint(steps_t *steps, uint32_t chain, const pln_place_t *place,
                              const pln_draft_t *drafts, size_t count)
{
    pln_effect_t *effect = steps_add(steps, PLN_FX_MINT);
    effect->as.mint.chain = chain;
    effect->as.mint.place = *place;
    effect->as.mint.drafts = drafts;
    effect->as.mint.count = count;
}

static inline void steps_save(steps_t *steps, pln_table_t table, const char *key, const char *value)
{
    pln_effect_t *effect = steps_add(steps, PLN_FX_SAVE);
    effect->as.save.table = table;
    effect->as.save.key = PLN_SPAN(key, strlen(key));
    effect->as.save.value = value ? PLN_SPAN(value, strlen(value)) : (pln_span_t){0};
}

static inline pln_job_t *steps_job(const steps_t *steps)
{
    pln_job_t *job = pln_job_new(&steps->effects);
    assert_non_null(job);
    return job;
}

/** Drafts of lane 1 with payloads of @size bytes that differ; the caller frees both. */
static inline pln_draft_t *fixture_drafts(size_t count, size_t size, uint8_t **bytes)
{
    pln_draft_t *drafts = calloc(count, sizeof *drafts);
    *bytes = calloc(count, size + 8);
    assert_non_null(drafts);
    assert_non_null(*bytes);
    for (size_t i = 0; i < count; i++) {
        uint8_t *payload = *bytes + i * (size + 8);
        memset(payload, (int)(i * 31 + 7), size);
        pln_put_u64(payload, i);
        drafts[i] =
            (pln_draft_t){.kind = 0x0100, .time_ms = 1000 + i, .payload = PLN_SPAN(payload, size)};
    }
    return drafts;
}

/** One job that mints @count entries of @size bytes (8 at least). */
static inline pln_job_t *fixture_mint(uint32_t chain, const pln_place_t *place, size_t count,
                                      size_t size)
{
    steps_t steps = {0};
    uint8_t *bytes;
    pln_draft_t *drafts = fixture_drafts(count, size, &bytes);
    for (size_t i = 0; place->lane == PLN_LANE_CONTROL && i < count; i++) {
        drafts[i].kind = 0x0002;
    }
    steps_mint(&steps, chain, place, drafts, count);
    pln_job_t *job = steps_job(&steps);
    free(drafts);
    free(bytes);
    return job;
}

/** Apply one job; its outcome. */
static inline pln_err_t fixture_apply(fixture_t *fixture, pln_job_t *job)
{
    pln_err_t error = pln_store_apply(fixture->store, &fixture->self, &job, 1);
    if (error != PLN_OK) {
        assert_int_equal(pln_job_error(job), error);
    }
    return pln_job_error(job);
}

/** The same, and done with the job. */
static inline void fixture_must(fixture_t *fixture, pln_job_t *job)
{
    assert_int_equal(fixture_apply(fixture, job), PLN_OK);
    pln_job_free(&job);
}

static inline int set_up(void **state)
{
    fixture_t *fixture = calloc(1, sizeof *fixture);
    fixture_make(fixture);
    fixture_open(fixture);
    *state = fixture;
    return 0;
}

static inline int tear_down(void **state)
{
    fixture_t *fixture = *state;
    fixture_close(fixture);
    free(fixture);
    return 0;
}

static inline pln_chain_row_t row_of(fixture_t *fixture, uint32_t chain)
{
    pln_chain_row_t row;
    assert_int_equal(pln_store_chain(fixture->store, chain, &row), PLN_OK);
    return row;
}

static inline void assert_head_equal(const pln_head_t *a, const pln_head_t *b)
{
    assert_int_equal(a->seq, b->seq);
    assert_int_equal(a->cum, b->cum);
    assert_memory_equal(a->hash.bytes, b->hash.bytes, sizeof a->hash.bytes);
}

/** A run as the store hands it out. */
typedef struct {
    pln_buf_t bytes;
    pln_head_t base;
    pln_head_t end;
    pln_signature_t signature;
} run_t;

static inline pln_err_t take_run(fixture_t *fixture, uint32_t chain, const pln_place_t *place,
                                 uint64_t from, uint64_t to, run_t *run)
{
    return pln_store_run(fixture->store, chain, place, from, to, &run->bytes, &run->base, &run->end,
                         &run->signature);
}

static inline uint32_t assert_run_verifies(const pln_place_t *place, const run_t *run)
{
    pln_head_t end;
    uint32_t count;
    assert_int_equal(
        pln_run_verify(place, &run->base, pln_buf_span(&run->bytes), &run->signature, &end, &count),
        PLN_OK);
    assert_head_equal(&end, &run->end);
    assert_true(run->bytes.size <= PLN_RUN_BYTES_MAX);
    return count;
}

static inline void assert_every_run_verifies(fixture_t *fixture, uint32_t chain,
                                             const pln_place_t *place)
{
    run_t run = {0};
    uint64_t head = row_of(fixture, chain).head.seq;
    for (uint64_t from = 1; from <= head; from++) {
        assert_int_equal(take_run(fixture, chain, place, from, head, &run), PLN_OK);
        assert_int_equal(run.base.seq, from - 1);
        assert_int_equal(run.end.seq, from - 1 + assert_run_verifies(place, &run));
    }
    assert_int_equal(take_run(fixture, chain, place, head + 1, head + 9, &run), PLN_ENOTFOUND);
    pln_buf_free(&run.bytes);
}

#endif
