// SPDX-License-Identifier: MPL-2.0
#include "writer.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "job.h"

enum {
    BATCH_JOBS = 1024,
    BATCH_BYTES = 4194304 /**< in runs; LMDB's dirty pages stay far below 64 MiB */
};

struct pln_writer {
    pln_store_t *store;
    const pln_identity_t *self;
    void (*done)(void *arg, pln_job_t *job);
    void *arg;

    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pln_job_t *first; /**< queue, under lock */
    pln_job_t **tail;
    bool stopping;

    _Atomic uint64_t commits;
    _Atomic uint64_t nanoseconds;
    pln_job_t *batch[BATCH_JOBS]; /**< the thread's own */
};

/** Wait for jobs, and take as many as one transaction should hold; 0: stop, and nothing is left. */
static size_t take_batch(pln_writer_t *writer)
{
    size_t count = 0;
    size_t bytes = 0;
    pthread_mutex_lock(&writer->lock);
    while (writer->first == NULL && !writer->stopping) {
        pthread_cond_wait(&writer->wake, &writer->lock);
    }
    while (writer->first != NULL && count < BATCH_JOBS) {
        bytes += pln_job_bytes(writer->first);
        if (count > 0 && bytes > BATCH_BYTES) {
            break;
        }
        writer->batch[count++] = writer->first;
        writer->first = writer->first->next;
    }
    if (writer->first == NULL) {
        writer->tail = &writer->first;
    }
    pthread_mutex_unlock(&writer->lock);
    return count;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void write_batch(pln_writer_t *writer, size_t count)
{
    uint64_t start = now_ns();
    if (pln_store_apply(writer->store, writer->self, writer->batch, count) == PLN_OK) {
        atomic_fetch_add(&writer->commits, 1);
        atomic_fetch_add(&writer->nanoseconds, now_ns() - start);
    }
    for (size_t i = 0; i < count; i++) {
        pln_job_t *job = writer->batch[i];
        job->next = NULL;
        writer->done(writer->arg, job); /* each job carries its own outcome */
    }
}

static void *writer_thread(void *arg)
{
    pln_writer_t *writer = arg;
    for (size_t count = take_batch(writer); count > 0; count = take_batch(writer)) {
        write_batch(writer, count);
    }
    return NULL;
}

pln_writer_t *pln_writer_start(pln_store_t *store, const pln_identity_t *self,
                               void (*done)(void *arg, pln_job_t *job), void *arg)
{
    pln_writer_t *writer = pln_alloc_zero(1, sizeof *writer);
    writer->store = store;
    writer->self = self;
    writer->done = done;
    writer->arg = arg;
    writer->tail = &writer->first;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->wake, NULL);
    int error = pthread_create(&writer->thread, NULL, writer_thread, writer);
    assert(error == 0); /* as pln_alloc: a system without room for a thread */
    return writer;
}

void pln_writer_stop(pln_writer_t **writer)
{
    if (*writer == NULL) {
        return;
    }
    pthread_mutex_lock(&(*writer)->lock);
    (*writer)->stopping = true;
    pthread_cond_signal(&(*writer)->wake);
    pthread_mutex_unlock(&(*writer)->lock);
    pthread_join((*writer)->thread, NULL);
    assert((*writer)->first == NULL);
    pthread_cond_destroy(&(*writer)->wake);
    pthread_mutex_destroy(&(*writer)->lock);
    free(*writer);
    *writer = NULL;
}

void pln_writer_push(pln_writer_t *writer, pln_job_t **job)
{
    pln_job_t *taken = *job;
    *job = NULL;
    taken->next = NULL;
    pthread_mutex_lock(&writer->lock);
    *writer->tail = taken;
    writer->tail = &taken->next;
    pthread_cond_signal(&writer->wake);
    pthread_mutex_unlock(&writer->lock);
}

void pln_writer_stats(const pln_writer_t *writer, uint64_t *commits, uint64_t *nanoseconds)
{
    *commits = atomic_load(&writer->commits);
    *nanoseconds = atomic_load(&writer->nanoseconds);
}
