// SPDX-License-Identifier: MPL-2.0
/**
 * writer - the one thread that writes truth: takes queued jobs, one transaction, one fsync,
 * reports.
 *
 * Why     Commit at once when idle, batch only under load: a batching window is a latency.
 * Queue   bounded by credit (PLN_WINDOW_TOTAL) and by one job per request; never drops
 * Thread  push: driver; done is called on the writer's thread and must only wake somebody
 */
#ifndef PLN_WRITER_H
#define PLN_WRITER_H

#include "store.h"

typedef struct pln_writer pln_writer_t;

/** @done: takes the applied job over. */
pln_writer_t *pln_writer_start(pln_store_t *store, const pln_identity_t *self,
                               void (*done)(void *arg, pln_job_t *job), void *arg);
/** Finishes what is queued, then joins. */
void pln_writer_stop(pln_writer_t **writer);
/** Takes *job over and nulls it. */
void pln_writer_push(pln_writer_t *writer, pln_job_t **job);
/** Durable commits so far, and the nanoseconds spent in them; any thread. */
void pln_writer_stats(const pln_writer_t *writer, uint64_t *commits, uint64_t *nanoseconds);

#endif
