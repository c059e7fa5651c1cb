// SPDX-License-Identifier: MPL-2.0
/**
 * store_contract - one way to talk to both stores: LMDB (daemon/store.h) and the simulated disk.
 *
 * Why     What the simulator proves holds for plnd only as far as its disk answers as LMDB does.
 * Use     every case of contract_store.c runs for each row of store_kinds
 * Owner   contract_open / contract_close; answer_free
 */
#ifndef PLN_STORE_CONTRACT_H
#define PLN_STORE_CONTRACT_H

#include "store_fixture.h"
#include "tests/sim/memory_store.h"

#define ANSWER_MAX 16

/** What became of one job. */
typedef struct {
    pln_err_t error;
    size_t count;
    pln_stored_t results[ANSWER_MAX]; /**< without their runs ... */
    pln_buf_t runs[ANSWER_MAX];       /**< ... which are here */
} answer_t;

static inline void answer_add(answer_t *answer, const pln_stored_t *result)
{
    assert_true(answer->count < ANSWER_MAX);
    answer->results[answer->count] = *result;
    pln_buf_add(&answer->runs[answer->count++], result->run.data, result->run.size);
}

static inline void answer_free(answer_t *answer)
{
    for (size_t i = 0; i < answer->count; i++) {
        pln_buf_free(&answer->runs[i]);
    }
    memset(answer, 0, sizeof *answer);
}

typedef struct {
    const struct store_kind *kind;
    fixture_t lmdb;
    memory_store_t *memory;
    pln_identity_t self;
} contract_t;

typedef struct store_kind {
    const char *name;
    void (*open)(contract_t *store);
    void (*close)(contract_t *store);
    void (*apply)(contract_t *store, const pln_effects_t *effects, answer_t *out);
    pln_err_t (*run)(contract_t *store, uint32_t chain, const pln_place_t *place, uint64_t from,
                     uint64_t to, run_t *out);
    pln_err_t (*stretch)(contract_t *store, uint32_t chain, const pln_place_t *place, uint64_t from,
                         uint64_t to, run_t *out);
    void (*changes)(contract_t *store, const pln_cursor_t *cursor, struct pln_change *rows,
                    size_t max, size_t *count, bool *valid, bool *truncated);
    pln_cursor_t (*arrivals)(contract_t *store);
    bool (*chain)(contract_t *store, const pln_place_t *place, pln_chain_row_t *out);
} store_kind_t;

/* ---- LMDB ---- */

static inline void lmdb_open(contract_t *store)
{
    fixture_make(&store->lmdb);
    fixture_open(&store->lmdb);
    store->self = store->lmdb.self;
}

static inline void lmdb_close(contract_t *store)
{
    fixture_close(&store->lmdb);
}

static inline void lmdb_apply(contract_t *store, const pln_effects_t *effects, answer_t *out)
{
    pln_job_t *job = pln_job_new(effects);
    size_t count = 0;
    out->error = fixture_apply(&store->lmdb, job);
    const pln_stored_t *results = pln_job_results(job, &count);
    for (size_t i = 0; i < count; i++) {
        answer_add(out, &results[i]);
    }
    pln_job_free(&job);
}

static inline pln_err_t lmdb_run(contract_t *store, uint32_t chain, const pln_place_t *place,
                                 uint64_t from, uint64_t to, run_t *out)
{
    return take_run(&store->lmdb, chain, place, from, to, out);
}

static inline pln_err_t lmdb_stretch(contract_t *store, uint32_t chain, const pln_place_t *place,
                                     uint64_t from, uint64_t to, run_t *out)
{
    return pln_store_stretch(store->lmdb.store, chain, place, from, to, &out->bytes, &out->base,
                             &out->end);
}

static inline void lmdb_changes(contract_t *store, const pln_cursor_t *cursor,
                                struct pln_change *rows, size_t max, size_t *count, bool *valid,
                                bool *truncated)
{
    assert_int_equal(
        pln_store_changes(store->lmdb.store, cursor, rows, max, count, valid, truncated), PLN_OK);
}

static inline pln_cursor_t lmdb_arrivals(contract_t *store)
{
    return pln_store_arrivals(store->lmdb.store);
}

static inline bool lmdb_chain(contract_t *store, const pln_place_t *place, pln_chain_row_t *out)
{
    uint32_t number;
    return pln_store_find(store->lmdb.store, place, &number) == PLN_OK &&
           pln_store_chain(store->lmdb.store, number, out) == PLN_OK;
}

/* ---- the simulated disk ---- */

static inline void memory_open(contract_t *store)
{
    pln_store_id_t id;
    memset(id.bytes, 7, sizeof id.bytes);  // as the fixture's: the same tags
    store->self = fixture_identity(1);
    store->memory = memory_store_new(&id);
}

static inline void memory_close(contract_t *store)
{
    memory_store_free(&store->memory);
}

static inline void memory_apply(contract_t *store, const pln_effects_t *effects, answer_t *out)
{
    memory_job_t *job = memory_job_new(effects);
    memory_store_apply(store->memory, &store->self, job);
    out->error = job->error;
    for (size_t i = 0; i < job->result_count && job->error == PLN_OK; i++) {
        answer_add(out, &job->results[i]);
    }
    memory_job_free(job);
}

static inline pln_err_t memory_run(contract_t *store, uint32_t chain, const pln_place_t *place,
                                   uint64_t from, uint64_t to, run_t *out)
{
    (void)place;
    pln_span_t bytes = {0};
    pln_err_t error = memory_store_run(store->memory, chain, from, to, &bytes, &out->base,
                                       &out->end, &out->signature);
    pln_buf_clear(&out->bytes);
    pln_buf_add(&out->bytes, bytes.data, bytes.size);
    return error;
}

static inline pln_err_t memory_stretch(contract_t *store, uint32_t chain, const pln_place_t *place,
                                       uint64_t from, uint64_t to, run_t *out)
{
    (void)place;
    pln_span_t bytes = {0};
    pln_err_t error =
        memory_store_stretch(store->memory, chain, from, to, &bytes, &out->base, &out->end);
    pln_buf_clear(&out->bytes);
    pln_buf_add(&out->bytes, bytes.data, bytes.size);
    return error;
}

static inline void memory_changes(contract_t *store, const pln_cursor_t *cursor,
                                  struct pln_change *rows, size_t max, size_t *count, bool *valid,
                                  bool *truncated)
{
    memory_store_changes(store->memory, cursor, rows, max, count, valid, truncated);
}

static inline pln_cursor_t memory_arrivals(contract_t *store)
{
    return memory_store_arrivals(store->memory);
}

static inline bool memory_chain_row(contract_t *store, const pln_place_t *place,
                                    pln_chain_row_t *out)
{
    return memory_store_chain(store->memory, place, out);
}

static const store_kind_t store_kinds[] = {
    {"LMDB", lmdb_open, lmdb_close, lmdb_apply, lmdb_run, lmdb_stretch, lmdb_changes, lmdb_arrivals,
     lmdb_chain},
    {"memory", memory_open, memory_close, memory_apply, memory_run, memory_stretch, memory_changes,
     memory_arrivals, memory_chain_row},
};
#define STORE_KINDS (sizeof store_kinds / sizeof *store_kinds)

static inline void contract_open(contract_t *store, const store_kind_t *kind)
{
    *store = (contract_t){.kind = kind};
    kind->open(store);
}

static inline void contract_close(contract_t *store)
{
    store->kind->close(store);
}

/** Apply one job; its outcome. */
static inline pln_err_t contract_apply(contract_t *store, const steps_t *steps)
{
    answer_t answer = {0};
    store->kind->apply(store, &steps->effects, &answer);
    pln_err_t error = answer.error;
    answer_free(&answer);
    return error;
}

#endif
