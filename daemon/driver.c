// SPDX-License-Identifier: MPL-2.0
#include "driver.h"

#include <assert.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver_state.h"
#include "log.h"

/* A clock before this is not credible (R9); a fixed date, so that builds are reproducible. */
#define BUILD_MS UINT64_C(1735689600000) /* 2025-01-01 */
#define ASK_MS 500u                      /* how often a waiting user is asked whether to go on */
#define LAST_WORD_MS 2000u               /* for the node to say why a join was given up */

/* ---- life ---- */

static void job_done(void *arg, pln_job_t *job)
{
    pln_driver_t *driver = arg;
    pln_inbox_stored(&driver->inbox, &job);
}

static void trace(void *arg, const char *line)
{
    (void)arg;
    pln_log(PLN_LOG_DEBUG, "node", "%s", line);
}

static bool load_node(pln_driver_t *driver, const pln_driver_options_t *options, char *error,
                      size_t size)
{
    pln_node_config_t config = {
        .self = options->self,
        .store = *pln_store_id(options->store),
        .arrivals = pln_store_arrivals(options->store),
        .name = options->name,
        .version = PLN_VERSION,
        .dial_all = options->dial_all,
        .used_before = options->used_before,
        .build_ms = BUILD_MS,
        .trace = options->trace ? trace : NULL,
    };
    randombytes_buf(&config.seed, sizeof config.seed);
    driver->node = pln_node_new(&config);
    driver->arrival = config.arrivals.number;
    pln_err_t loaded = pln_store_load(options->store, driver->node);
    if (loaded != PLN_OK) {
        snprintf(error, size,
                 "the store cannot be read: %s; lay a backup into an empty directory with pln "
                 "restore, or join again from another one",
                 pln_error_text(loaded));
    }
    return loaded == PLN_OK;
}

static void copy_options(pln_driver_t *driver, const pln_driver_options_t *options)
{
    size_t count = options->advertise_count;
    driver->self = options->self;
    driver->store = options->store;
    driver->dir = options->dir != NULL ? pln_strdup(options->dir) : NULL;
    driver->disk_reserve = options->disk_reserve;
    driver->advertise_count = count < PLN_ADDRESSES_MAX ? count : PLN_ADDRESSES_MAX;
    driver->advertise = pln_alloc_zero(PLN_ADDRESSES_MAX, sizeof *driver->advertise);
    for (size_t i = 0; i < driver->advertise_count; i++) {
        snprintf(driver->advertise[i], sizeof driver->advertise[i], "%s", options->advertise[i]);
    }
}

/* Whatever of it there is; the thread is not running. */
static void destroy(pln_driver_t *driver)
{
    pln_net_stop(&driver->net);
    pln_writer_stop(&driver->writer);
    pln_node_free(&driver->node);
    pln_chores_free(driver);
    pln_inbox_destroy(&driver->inbox);
    pthread_cond_destroy(&driver->arrived);
    pthread_cond_destroy(&driver->left);
    free(driver->advertise);
    free(driver->dir);
    free(driver);
}

static bool start_thread(pln_driver_t *driver)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    driver->writer = pln_writer_start(driver->store, driver->self, job_done, driver);
    bool started = pthread_create(&driver->thread, NULL, pln_driver_run, driver) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

pln_driver_t *pln_driver_start(const pln_driver_options_t *options, char *error, size_t error_size)
{
    pln_driver_t *driver = pln_alloc_zero(1, sizeof *driver);
    if (!pln_inbox_init(&driver->inbox)) {
        snprintf(error, error_size, "the system has no file descriptor left");
        free(driver);
        return NULL;
    }
    pln_cond_init(&driver->arrived);
    pln_cond_init(&driver->left);
    driver->chore_end = &driver->chore_first;
    copy_options(driver, options);
    if (!load_node(driver, options, error, error_size)) {
        destroy(driver);
        return NULL;
    }
    const pln_net_options_t net = {
        .self = options->self, .listen = options->listen, .port_hint = options->listen_port_hint};
    driver->net = pln_net_start(&net, &pln_driver_net_handler, driver, error, error_size);
    if (driver->net == NULL) {
        destroy(driver);
        return NULL;
    }
    snprintf(driver->listen, sizeof driver->listen, "%s", pln_net_listen(driver->net));
    if (!start_thread(driver)) {
        snprintf(error, error_size, "the system has no thread left");
        destroy(driver);
        return NULL;
    }
    return driver;
}

void pln_driver_begin_stop(pln_driver_t *driver)
{
    pthread_mutex_lock(&driver->inbox.lock);
    atomic_store(&driver->stopping, true);
    pthread_cond_broadcast(&driver->arrived);
    pthread_cond_broadcast(&driver->inbox.room);
    for (pln_letter_t *letter = driver->inbox.asking; letter != NULL; letter = letter->asking) {
        pthread_cond_signal(&letter->changed);
    }
    pthread_mutex_unlock(&driver->inbox.lock);
}

void pln_driver_stop(pln_driver_t **driver_p)
{
    pln_driver_t *driver = *driver_p;
    if (driver == NULL) {
        return;
    }
    pln_driver_begin_stop(driver);
    atomic_store(&driver->quit, true);
    pln_inbox_wake(&driver->inbox);
    pthread_join(driver->thread, NULL);
    pthread_mutex_lock(&driver->inbox.lock);
    while (driver->inside > 0) {
        pln_cond_wait(&driver->left, &driver->inbox.lock, UINT64_MAX);
    }
    pthread_mutex_unlock(&driver->inbox.lock);
    destroy(driver);
    *driver_p = NULL;
}

/* ---- asking ---- */

void pln_reply_free(pln_reply_t *reply)
{
    pln_buf_free(&reply->data);
}

/* With the lock. Whoever is inside holds up pln_driver_stop. */
static bool come_in(pln_driver_t *driver)
{
    pthread_mutex_lock(&driver->inbox.lock);
    driver->inside++;
    return !atomic_load(&driver->stopping);
}

static void go_out(pln_driver_t *driver)
{
    driver->inside--;
    pthread_cond_signal(&driver->left);
    pthread_mutex_unlock(&driver->inbox.lock);
}

/* Hand over the lines that have come; false: the user gives up. Leaves the lock meanwhile. */
static bool pass_progress(pln_driver_t *driver, pln_ask_t *ask,
                          bool (*progress)(void *arg, const char *line), void *arg)
{
    char lines[PLN_PROGRESS_MAX][256];
    size_t count = ask->progress_count;
    memcpy(lines, ask->progress, sizeof lines);
    ask->progress_count = 0;
    pthread_mutex_unlock(&driver->inbox.lock);
    bool go_on = true;
    for (size_t i = 0; i < count && go_on; i++) {
        go_on = progress(arg, lines[i]);
    }
    if (count == 0) {
        go_on = progress(arg, NULL);
    }
    pthread_mutex_lock(&driver->inbox.lock);
    return go_on;
}

/* With the lock: until the final reply, or a reason not to wait for it. NULL: it came. */
static const char *await_reply(pln_driver_t *driver, pln_letter_t *letter, uint64_t deadline_ms,
                               bool (*progress)(void *arg, const char *line), void *arg)
{
    pln_ask_t *ask = &letter->as.ask;
    while (!ask->final) {
        uint64_t now_ms = pln_driver_now_ms();
        if (atomic_load(&driver->stopping) || letter->state == PLN_LETTER_DROPPED) {
            return "stopping";
        }
        if (now_ms >= deadline_ms) {
            return "no answer in time; it may still happen";
        }
        if (progress == NULL) {
            pln_cond_wait(&letter->changed, &driver->inbox.lock, deadline_ms);
            continue;
        }
        if (ask->progress_count == 0) {
            uint64_t next_ms = now_ms + ASK_MS;
            pln_cond_wait(&letter->changed, &driver->inbox.lock,
                          next_ms < deadline_ms ? next_ms : deadline_ms);
        }
        if (!ask->final && !pass_progress(driver, ask, progress, arg)) {
            return "given up";
        }
    }
    return NULL;
}

/* With the lock: a join that is given up says itself how far it came. NULL: it did. */
static const char *last_word(pln_driver_t *driver, pln_letter_t *letter)
{
    pthread_mutex_unlock(&driver->inbox.lock);
    pln_inbox_give_up(&driver->inbox, letter->as.ask.number);
    pthread_mutex_lock(&driver->inbox.lock);
    return await_reply(driver, letter, pln_driver_now_ms() + LAST_WORD_MS, NULL, NULL);
}

void pln_driver_request(pln_driver_t *driver, pln_event_t *event, uint64_t deadline_ms,
                        bool (*progress)(void *arg, const char *line), void *arg,
                        pln_reply_t *reply)
{
    assert(event->type >= PLN_EV_FOUND);
    pln_letter_t letter = {.type = PLN_LETTER_REQUEST, .state = PLN_LETTER_DONE};
    letter.as.ask.event = event;
    letter.as.ask.reply = reply;
    memset(reply, 0, sizeof *reply);
    pln_cond_init(&letter.changed);
    const char *missed = "stopping";
    if (come_in(driver)) {
        bool entered = pln_inbox_enter(&driver->inbox, &letter, deadline_ms);
        missed = entered ? await_reply(driver, &letter, deadline_ms, progress, arg)
                         : "too many requests wait";
        if (missed != NULL && event->type == PLN_EV_JOIN && letter.as.ask.number != 0) {
            missed = last_word(driver, &letter);
        }
        pln_inbox_leave(&driver->inbox, &letter);
    }
    if (letter.as.ask.final) {
        missed = NULL; /* it came while we were leaving */
    }
    pthread_mutex_unlock(&driver->inbox.lock);
    if (missed != NULL) {
        reply->error = PLN_EIO;
        snprintf(reply->detail, sizeof reply->detail, "%s", missed);
    }
    pthread_mutex_lock(&driver->inbox.lock);
    go_out(driver);
    pthread_cond_destroy(&letter.changed);
}

bool pln_driver_look(pln_driver_t *driver, void (*look)(pln_node_t *node, void *arg), void *arg)
{
    pln_letter_t letter = {.type = PLN_LETTER_LOOK, .state = PLN_LETTER_DROPPED};
    letter.as.look.look = look;
    letter.as.look.arg = arg;
    pln_cond_init(&letter.changed);
    if (come_in(driver) && pln_inbox_enter(&driver->inbox, &letter, UINT64_MAX)) {
        while (letter.state == PLN_LETTER_QUEUED || letter.state == PLN_LETTER_READ) {
            pln_cond_wait(&letter.changed, &driver->inbox.lock, UINT64_MAX);
        }
    }
    bool looked = letter.state == PLN_LETTER_DONE;
    go_out(driver);
    pthread_cond_destroy(&letter.changed);
    return looked;
}

uint64_t pln_driver_wait(pln_driver_t *driver, uint64_t after, uint32_t timeout_ms)
{
    uint64_t deadline_ms = pln_driver_now_ms() + timeout_ms;
    bool waiting = come_in(driver);
    while (waiting && driver->arrival <= after && !atomic_load(&driver->stopping)) {
        waiting = pln_cond_wait(&driver->arrived, &driver->inbox.lock, deadline_ms);
    }
    uint64_t arrival = driver->arrival > after ? driver->arrival : after;
    go_out(driver);
    return arrival;
}

/* ---- telling ---- */

const char *pln_driver_listen(const pln_driver_t *driver)
{
    return driver->listen;
}

bool pln_driver_stopping(const pln_driver_t *driver)
{
    return atomic_load(&driver->stopping);
}

uint64_t pln_driver_turned_away(const pln_driver_t *driver, pln_turned_t why)
{
    return pln_net_turned(driver->net, why);
}

void pln_driver_commits(const pln_driver_t *driver, uint64_t *commits, uint64_t *nanoseconds)
{
    pln_writer_stats(driver->writer, commits, nanoseconds);
}

void pln_driver_disk(const pln_driver_t *driver, uint64_t *free_bytes, bool *paused)
{
    *free_bytes = atomic_load(&driver->disk_free);
    *paused = atomic_load(&driver->disk_low);
}
