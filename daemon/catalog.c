// SPDX-License-Identifier: MPL-2.0
#include "catalog.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "api.h"
#include "catalog_write.h"
#include "log.h"

#define READERS 8u
#define SLICE 256u         /**< entries between two looks at the clock */
#define WORK_BUSY_MS 40u   /**< of processor time, then a pause, while entries arrive */
#define WORK_QUIET_MS 500u /**< ... and when they do not */
#define SHARE 4u           /**< busy: one part of so many */
#define BUSY_MS 1000u      /**< entries "arrive" until so long after the last one */
#define WAIT_MS 250u
#define RETRY_MS 60000u
#define SWEEP_MS 60000u
#define NICE 10

struct pln_catalog {
    const char *dir;
    pln_driver_t *driver;
    pln_store_t *store;
    pln_codecs_t *codecs;
    pthread_t follower;
    atomic_bool stopping;
    atomic_uint_fast64_t rebuilt;
    atomic_uint_fast64_t worked_ns;
    atomic_bool failing;

    pthread_mutex_t lock; /**< over what follows */
    pthread_cond_t moved;
    uint64_t indexed;
    pln_catalog_db_t *readers[READERS];
    size_t reader_count;
    uint64_t life; /**< of the file: connections of an earlier one are closed when put back */
    size_t lent;

    /* the follower's own */
    pln_catalog_db_t *db;
    pln_catalog_write_t *write;
    pln_catalog_mark_t mark;
    uint64_t from;      /**< entry of the next row at which to go on; 0: its first */
    uint64_t newest;    /**< arrival seen last ... */
    uint64_t newest_ms; /**< ... and when it was new */
    uint64_t swept_ms;
    bool merging; /**< words of withdrawn records are on their way out of the file */
};

/* ---- the pace ---- */

static uint64_t thread_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t thread_ms(void)
{
    return thread_ns() / 1000000;
}

static bool busy(pln_catalog_t *catalog)
{
    uint64_t number = pln_store_arrivals(catalog->store).number, now = pln_mono_ms();
    if (number != catalog->newest) {
        catalog->newest = number;
        catalog->newest_ms = now;
    }
    return now - catalog->newest_ms < BUSY_MS;
}

/** Sleep without missing the end. */
static void pause_ms(pln_catalog_t *catalog, uint64_t ms)
{
    const struct timespec step = {.tv_nsec = 10000000};
    for (uint64_t until = pln_mono_ms() + ms;
         pln_mono_ms() < until && !atomic_load(&catalog->stopping);) {
        nanosleep(&step, NULL);
    }
}

/* ---- the file ---- */

static void close_file(pln_catalog_t *catalog)
{
    pln_catalog_write_free(&catalog->write);
    pln_catalog_db_close(&catalog->db);
}

static void close_readers(pln_catalog_t *catalog)
{
    pthread_mutex_lock(&catalog->lock);
    for (size_t i = 0; i < catalog->reader_count; i++) {
        pln_catalog_db_close(&catalog->readers[i]);
    }
    catalog->reader_count = 0;
    catalog->life++;
    pthread_mutex_unlock(&catalog->lock);
}

static void tell(pln_catalog_t *catalog)
{
    pthread_mutex_lock(&catalog->lock);
    catalog->indexed = catalog->mark.arrivals.number;
    pthread_cond_broadcast(&catalog->moved);
    pthread_mutex_unlock(&catalog->lock);
}

/** Does what the catalog shows come from this life of the store? */
static bool mark_fits(pln_catalog_t *catalog)
{
    const pln_store_id_t *store = pln_store_id(catalog->store);
    bool valid = true, truncated;
    size_t count;
    struct pln_change change;
    if (memcmp(&catalog->mark.store, store, sizeof *store) != 0) {
        return false;
    }
    return catalog->mark.arrivals.number == 0 ||
           (pln_store_changes(catalog->store, &catalog->mark.arrivals, &change, 1, &count, &valid,
                              &truncated) == PLN_OK &&
            valid);
}

static bool open_file(pln_catalog_t *catalog)
{
    catalog->db = pln_catalog_db_open(catalog->dir, catalog->codecs, PLN_CATALOG_WRITER);
    if (catalog->db == NULL) {
        return false;
    }
    bool known = pln_catalog_mark_read(catalog->db, &catalog->mark);
    if (known && !mark_fits(catalog)) {
        pln_log(PLN_LOG_INFO, "catalog", "it is of another store and is made anew");
        close_file(catalog);
        pln_catalog_db_remove(catalog->dir);
        catalog->db = pln_catalog_db_open(catalog->dir, catalog->codecs, PLN_CATALOG_WRITER);
        known = false;
    }
    if (!known) {
        catalog->mark.store = *pln_store_id(catalog->store);
        pln_cursor_start(&catalog->mark.store, &catalog->mark.arrivals);
    }
    catalog->from = 0;
    catalog->write = catalog->db == NULL
                         ? NULL
                         : pln_catalog_write_new(catalog->db, catalog->store, catalog->codecs);
    return catalog->write != NULL;
}

/** After a failure: close, remove what is damaged, and try again, later when it cannot be helped.
 */
static void mend(pln_catalog_t *catalog)
{
    bool damaged = catalog->db != NULL && pln_catalog_db_damaged(catalog->db);
    close_file(catalog);
    close_readers(catalog);
    if (damaged) {
        pln_log(PLN_LOG_WARNING, "catalog", "the file is damaged and is made anew dir=%s",
                catalog->dir);
        pln_catalog_db_remove(catalog->dir);
        atomic_fetch_add(&catalog->rebuilt, 1);
    }
    if (open_file(catalog)) {
        atomic_store(&catalog->failing, false);
    } else {
        close_file(catalog);
        if (!atomic_exchange(&catalog->failing, true)) {
            pln_log(PLN_LOG_WARNING, "catalog", "it cannot be written; search is not to be had");
        }
        pause_ms(catalog, RETRY_MS);
    }
    tell(catalog);
}

/* ---- following ---- */

/** Apply some of the next row; true: it is done. */
static bool apply_some(pln_catalog_t *catalog, bool *failed)
{
    pln_arrival_t row;
    uint64_t number = catalog->mark.arrivals.number + 1;
    if (pln_store_arrival(catalog->store, number, &row) != PLN_OK) {
        *failed = true;
        return false;
    }
    catalog->from = catalog->from == 0 ? row.from : catalog->from;
    *failed = !pln_catalog_apply(catalog->write, &row, &catalog->from, SLICE);
    if (*failed || catalog->from <= row.to) {
        return false;
    }
    catalog->from = 0;
    pln_cursor_next(&catalog->mark.arrivals, &row);
    return true;
}

/** One transaction: as many rows as fit the time there is. False: something failed. */
static bool follow(pln_catalog_t *catalog, uint64_t last, uint64_t work_ms)
{
    uint64_t begin = thread_ms(), number = catalog->mark.arrivals.number;
    pln_catalog_mark_t before = catalog->mark;
    bool failed = !pln_catalog_begin(catalog->write);
    while (!failed && catalog->mark.arrivals.number < last && thread_ms() - begin < work_ms &&
           !atomic_load(&catalog->stopping)) {
        apply_some(catalog, &failed);
    }
    // A row that is half done is begun again by whoever opens the file next: adding twice is once.
    if (!failed && pln_catalog_commit(catalog->write, &catalog->mark)) {
        if (catalog->mark.arrivals.number != number) {
            tell(catalog);
        }
        return true;
    }
    if (failed) {
        pln_catalog_rollback(catalog->write);
    }
    catalog->mark = before;
    catalog->from = 0;
    return false;
}

/** Nothing new: what the store forgot leaves, words of removed records leave the file. */
static bool tidy(pln_catalog_t *catalog)
{
    bool more = false, fine = true;
    if (pln_mono_ms() - catalog->swept_ms >= SWEEP_MS || catalog->swept_ms == 0) {
        fine = pln_catalog_begin(catalog->write) &&
               pln_catalog_sweep(catalog->write, SLICE, &more) &&
               pln_catalog_commit(catalog->write, &catalog->mark);
        catalog->swept_ms = more ? 0 : pln_mono_ms();
    }
    catalog->merging = pln_catalog_residue(catalog->write);
    if (fine && catalog->merging) {
        fine = pln_catalog_begin(catalog->write) && pln_catalog_merge(catalog->write) &&
               pln_catalog_commit(catalog->write, &catalog->mark);
    }
    return fine;
}

static bool turn(pln_catalog_t *catalog)
{
    uint64_t last = pln_store_arrivals(catalog->store).number;
    bool hurried = busy(catalog);
    if (catalog->mark.arrivals.number >= last) {
        bool fine = hurried || tidy(catalog);
        bool rest = !catalog->merging && catalog->swept_ms != 0;
        pln_driver_wait(catalog->driver, last, hurried || rest ? WAIT_MS : 1);
        return fine;
    }
    uint64_t begin = thread_ms();
    bool fine = follow(catalog, last, hurried ? WORK_BUSY_MS : WORK_QUIET_MS);
    if (busy(catalog)) {
        pause_ms(catalog, (thread_ms() - begin) * (SHARE - 1));
    }
    return fine;
}

static void *follower_main(void *arg)
{
    pln_catalog_t *catalog = arg;
    setpriority(PRIO_PROCESS, 0, NICE); /* on Linux: of this thread */
    bool fine = open_file(catalog);
    tell(catalog);
    while (!atomic_load(&catalog->stopping)) {
        if (!fine) {
            mend(catalog);
            fine = catalog->write != NULL;
        } else {
            fine = turn(catalog);
        }
        atomic_store(&catalog->worked_ns, thread_ns());
    }
    close_file(catalog);
    return NULL;
}

/* ---- life ---- */

pln_catalog_t *pln_catalog_open(const char *dir, pln_driver_t *driver, pln_store_t *store)
{
    pln_catalog_t *catalog = pln_alloc_zero(1, sizeof *catalog);
    pthread_condattr_t attributes;
    catalog->dir = dir;
    catalog->driver = driver;
    catalog->store = store;
    catalog->codecs = pln_codecs_new();
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&catalog->lock, NULL);
    pthread_cond_init(&catalog->moved, &attributes);
    pthread_condattr_destroy(&attributes);
    int error = pthread_create(&catalog->follower, NULL, follower_main, catalog);
    assert(error == 0);
    return catalog;
}

void pln_catalog_close(pln_catalog_t **catalog)
{
    pln_catalog_t *self = *catalog;
    if (self == NULL) {
        return;
    }
    atomic_store(&self->stopping, true);
    pthread_join(self->follower, NULL);
    close_readers(self);
    assert(self->lent == 0);
    pln_codecs_free(&self->codecs);
    pthread_cond_destroy(&self->moved);
    pthread_mutex_destroy(&self->lock);
    free(self);
    *catalog = NULL;
}

void pln_catalog_state(pln_catalog_t *catalog, pln_catalog_state_t *out)
{
    uint64_t newest = pln_store_arrivals(catalog->store).number;
    pthread_mutex_lock(&catalog->lock);
    out->indexed = catalog->indexed;
    pthread_mutex_unlock(&catalog->lock);
    out->behind = newest > out->indexed ? newest - out->indexed : 0;
    out->rebuilt = atomic_load(&catalog->rebuilt);
    out->worked_ns = atomic_load(&catalog->worked_ns);
    out->failing = atomic_load(&catalog->failing);
}

/* ---- readers ---- */

bool pln_catalog_take(pln_catalog_t *catalog, pln_catalog_reader_t *out)
{
    *out = (pln_catalog_reader_t){NULL, 0};
    pthread_mutex_lock(&catalog->lock);
    out->life = catalog->life;
    if (catalog->reader_count > 0) {
        out->db = catalog->readers[--catalog->reader_count];
    }
    catalog->lent++;
    pthread_mutex_unlock(&catalog->lock);
    if (out->db == NULL) {
        out->db = pln_catalog_db_open(catalog->dir, catalog->codecs, PLN_CATALOG_READER);
    }
    if (out->db == NULL) {
        pln_catalog_put(catalog, out);
        return false;
    }
    return true;
}

void pln_catalog_put(pln_catalog_t *catalog, pln_catalog_reader_t *reader)
{
    pln_catalog_db_t *db = reader->db;
    pthread_mutex_lock(&catalog->lock);
    catalog->lent--;
    if (db != NULL && !pln_catalog_db_damaged(db) && reader->life == catalog->life &&
        catalog->reader_count < READERS) {
        pln_catalog_db_budget(db, 0);
        catalog->readers[catalog->reader_count++] = db;
        db = NULL;
    }
    pthread_mutex_unlock(&catalog->lock);
    pln_catalog_db_close(&db);
    reader->db = NULL;
}

bool pln_catalog_wait(pln_catalog_t *catalog, uint64_t number, uint32_t timeout_ms)
{
    struct timespec until;
    int error = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&catalog->lock);
    while (catalog->indexed < number && number - catalog->indexed <= PLN_CATALOG_NEAR &&
           error != ETIMEDOUT) {
        error = pthread_cond_timedwait(&catalog->moved, &catalog->lock, &until);
    }
    bool there = catalog->indexed >= number;
    pthread_mutex_unlock(&catalog->lock);
    return there;
}
