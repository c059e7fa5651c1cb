// SPDX-License-Identifier: MPL-2.0
#include "deadline.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "address.h"
#include "api.h"
#include "reach.h"

struct pln_deadline {
    pln_deadlines_t *all;
    pln_deadline_t *next;
    pln_deadline_t **self; /**< the pointer that points here */
    const void *door;
    int socket;
    uint64_t at_ms;   /**< 0: none */
    uint64_t owed_ms; /**< since when it owes us something; 0: it does not */
    char badge[PLN_SIGN_IN_KEY_SIZE];
    char from[PLN_ADDRESS_MAX + 1]; /**< without port; "" of this machine */
};

struct pln_deadlines {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping;
    pln_deadline_t *first;
    void (*each_second)(void *arg);
    void *arg;
};

static void cut_off_late_ones(pln_deadlines_t *all, uint64_t now)
{
    for (pln_deadline_t *at = all->first; at != NULL; at = at->next) {
        if (at->at_ms != 0 && at->at_ms <= now) {
            shutdown(at->socket, SHUT_RDWR);
            at->at_ms = at->owed_ms = 0;
        }
    }
}

static void *watch(void *arg)
{
    pln_deadlines_t *all = arg;
    pthread_mutex_lock(&all->lock);
    while (!all->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += 1;
        pthread_cond_timedwait(&all->changed, &all->lock, &until);
        cut_off_late_ones(all, pln_mono_ms());
        if (!all->stopping) {
            pthread_mutex_unlock(&all->lock);
            all->each_second(all->arg);
            pthread_mutex_lock(&all->lock);
        }
    }
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

static void destroy(pln_deadlines_t *all)
{
    pthread_cond_destroy(&all->changed);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

pln_deadlines_t *pln_deadlines_start(void (*each_second)(void *arg), void *arg)
{
    pln_deadlines_t *all = pln_alloc_zero(1, sizeof *all);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    int error = pthread_mutex_init(&all->lock, NULL);
    assert(error == 0);
    error = pthread_cond_init(&all->changed, &monotonic);
    assert(error == 0);
    pthread_condattr_destroy(&monotonic);
    all->each_second = each_second;
    all->arg = arg;
    if (pthread_create(&all->thread, NULL, watch, all) != 0) {
        destroy(all);
        return NULL;
    }
    return all;
}

void pln_deadlines_stop(pln_deadlines_t **deadlines)
{
    pln_deadlines_t *all = *deadlines;
    if (all == NULL) {
        return;
    }
    pthread_mutex_lock(&all->lock);
    all->stopping = true;
    pthread_cond_signal(&all->changed);
    pthread_mutex_unlock(&all->lock);
    pthread_join(all->thread, NULL);
    assert(all->first == NULL);
    destroy(all);
    *deadlines = NULL;
}

/** The other end's address, where it is another machine's. */
static void know_address(pln_deadline_t *deadline)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    if (getpeername(deadline->socket, (struct sockaddr *)&peer, &size) != 0 ||
        (peer.ss_family != AF_INET && peer.ss_family != AF_INET6)) {
        return;
    }
    pln_address_of(&peer, deadline->from);
    char *port = strrchr(deadline->from, ':');
    if (pln_reach(deadline->from) == PLN_REACH_HERE || port == NULL) {
        deadline->from[0] = '\0';
    } else {
        *port = '\0';
    }
}

pln_deadline_t *pln_deadline_new(pln_deadlines_t *deadlines, int socket, const void *door)
{
    pln_deadline_t *deadline = pln_alloc_zero(1, sizeof *deadline);
    deadline->all = deadlines;
    deadline->socket = socket;
    deadline->door = door;
    know_address(deadline);
    pthread_mutex_lock(&deadlines->lock);
    deadline->next = deadlines->first;
    deadline->self = &deadlines->first;
    if (deadline->next != NULL) {
        deadline->next->self = &deadline->next;
    }
    deadlines->first = deadline;
    pthread_mutex_unlock(&deadlines->lock);
    return deadline;
}

void pln_deadline_free(pln_deadline_t **deadline)
{
    pln_deadline_t *at = *deadline;
    if (at == NULL) {
        return;
    }
    pthread_mutex_lock(&at->all->lock);
    *at->self = at->next;
    if (at->next != NULL) {
        at->next->self = at->self;
    }
    pthread_mutex_unlock(&at->all->lock);
    free(at);
    *deadline = NULL;
}

void pln_deadline_badge(pln_deadline_t *deadline, const char *key)
{
    pthread_mutex_lock(&deadline->all->lock);
    snprintf(deadline->badge, sizeof deadline->badge, "%s", key);
    pthread_mutex_unlock(&deadline->all->lock);
}

void pln_deadlines_cut(pln_deadlines_t *all, bool (*over)(void *arg, const char *key), void *arg)
{
    pthread_mutex_lock(&all->lock);
    for (pln_deadline_t *at = all->first; at != NULL; at = at->next) {
        if (at->badge[0] != '\0' && over(arg, at->badge)) {
            shutdown(at->socket, SHUT_RDWR);
            at->badge[0] = '\0';
        }
    }
    pthread_mutex_unlock(&all->lock);
}

static void set(pln_deadline_t *deadline, uint64_t at_ms, uint64_t owed_ms)
{
    pthread_mutex_lock(&deadline->all->lock);
    deadline->at_ms = at_ms;
    deadline->owed_ms = owed_ms;
    pthread_mutex_unlock(&deadline->all->lock);
}

void pln_deadline_in(pln_deadline_t *deadline, uint64_t ms)
{
    set(deadline, ms == 0 ? 0 : pln_mono_ms() + ms, 0);
}

void pln_deadline_owed(pln_deadline_t *deadline, uint64_t ms)
{
    uint64_t now = pln_mono_ms();
    set(deadline, now + ms, now);
}

/** Are the two of one address? What is of this machine has none. */
static bool same_address(const pln_deadline_t *a, const pln_deadline_t *b)
{
    return a->from[0] != '\0' && strcmp(a->from, b->from) == 0;
}

/** Shut down who has owed us something for longest, of all at the door or of one address. */
static pln_deadline_t *give_way(pln_deadline_t *newcomer, bool address, size_t most)
{
    pln_deadline_t *longest = NULL;
    size_t count = 0;
    for (pln_deadline_t *at = newcomer->all->first; at != NULL; at = at->next) {
        if (at->door != newcomer->door || (address && !same_address(at, newcomer))) {
            continue;
        }
        count++;
        bool owes = at != newcomer && at->owed_ms != 0;
        if (owes && (longest == NULL || at->owed_ms <= longest->owed_ms)) {
            longest = at; /* of two at the same moment, the one that came first */
        }
    }
    if (count <= most) {
        return NULL;
    }
    return longest == NULL && address ? newcomer : longest;
}

void pln_deadline_make_room(pln_deadline_t *newcomer, size_t crowd, size_t share)
{
    pthread_mutex_lock(&newcomer->all->lock);
    pln_deadline_t *leaves = share == 0 ? NULL : give_way(newcomer, true, share);
    if (leaves == NULL) {
        leaves = give_way(newcomer, false, crowd);
    }
    if (leaves != NULL) {
        shutdown(leaves->socket, SHUT_RDWR);
        leaves->at_ms = leaves->owed_ms = 0;
    }
    pthread_mutex_unlock(&newcomer->all->lock);
}
