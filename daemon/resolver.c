// SPDX-License-Identifier: MPL-2.0
/* A lookup cannot be interrupted, so its thread is never joined: whoever is last, owner or thread,
 * frees the shared state. */
#include "resolver.h"

#include <assert.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "address.h"
#include "proto/bytes.h"

#define LOOKUPS_MAX 8u
#define HOST_SIZE 80u /* a numeric IPv6 address with its zone */

typedef struct lookup {
    struct lookup *next;
    char address[PLN_ADDRESS_MAX + 1];
    pln_resolved_t answer;
} lookup_t;

typedef struct {
    lookup_t *first;
    lookup_t **end;
} queue_t;

struct pln_resolver {
    pthread_mutex_t lock;
    int fd;
    queue_t waiting;
    queue_t done;
    unsigned threads;
    bool closed;
};

static void queue_init(queue_t *queue)
{
    queue->first = NULL;
    queue->end = &queue->first;
}

static void queue_push(queue_t *queue, lookup_t *lookup)
{
    lookup->next = NULL;
    *queue->end = lookup;
    queue->end = &lookup->next;
}

static lookup_t *queue_pop(queue_t *queue)
{
    lookup_t *lookup = queue->first;
    if (lookup != NULL) {
        queue->first = lookup->next;
        if (queue->first == NULL) {
            queue->end = &queue->first;
        }
    }
    return lookup;
}

static void queue_clear(queue_t *queue)
{
    for (lookup_t *lookup = queue_pop(queue); lookup != NULL; lookup = queue_pop(queue)) {
        free(lookup);
    }
}

static void destroy(pln_resolver_t *resolver)
{
    queue_clear(&resolver->waiting);
    queue_clear(&resolver->done);
    close(resolver->fd);
    pthread_mutex_destroy(&resolver->lock);
    free(resolver);
}

static void keep(pln_resolved_t *answer, const struct addrinfo *info, uint16_t port)
{
    char host[HOST_SIZE];
    if (info->ai_family != AF_INET && info->ai_family != AF_INET6) {
        return;
    }
    if (getnameinfo(info->ai_addr, info->ai_addrlen, host, sizeof host, NULL, 0, NI_NUMERICHOST) !=
        0) {
        return;
    }
    char text[PLN_ADDRESS_MAX + 1];
    pln_address_format(host, port, text);
    snprintf(answer->endpoints[answer->count], PLN_ENDPOINT_SIZE, "tcp://%.88s", text);
    answer->count++;
}

/* @flags AI_NUMERICHOST: literals only, never waits. False: nothing found. */
static bool look_up(lookup_t *lookup, int flags)
{
    pln_address_t address;
    if (!pln_address_parse(lookup->address, &address) || address.port == 0) {
        return false;
    }
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
    struct addrinfo *list = NULL;
    if (getaddrinfo(address.host, NULL, &hints, &list) != 0) {
        return false;
    }
    for (const struct addrinfo *info = list; info != NULL; info = info->ai_next) {
        if (lookup->answer.count < PLN_RESOLVED_MAX) {
            keep(&lookup->answer, info, address.port);
        }
    }
    freeaddrinfo(list);
    return lookup->answer.count > 0;
}

static void finish(pln_resolver_t *resolver, lookup_t *lookup)
{
    queue_push(&resolver->done, lookup);
    const uint64_t one = 1;
    ssize_t written = write(resolver->fd, &one, sizeof one);
    assert(written == (ssize_t)sizeof one);
}

static void *run(void *arg)
{
    pln_resolver_t *resolver = arg;
    pthread_mutex_lock(&resolver->lock);
    while (!resolver->closed && resolver->waiting.first != NULL) {
        lookup_t *lookup = queue_pop(&resolver->waiting);
        pthread_mutex_unlock(&resolver->lock);
        look_up(lookup, 0);
        pthread_mutex_lock(&resolver->lock);
        finish(resolver, lookup);
    }
    resolver->threads--;
    bool last = resolver->closed && resolver->threads == 0;
    pthread_mutex_unlock(&resolver->lock);
    if (last) {
        destroy(resolver);
    }
    return NULL;
}

static bool start_thread(pln_resolver_t *resolver)
{
    sigset_t all;
    sigset_t before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&thread, NULL, run, resolver) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started) {
        pthread_detach(thread);
    }
    return started;
}

pln_resolver_t *pln_resolver_new(void)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) {
        return NULL;
    }
    pln_resolver_t *resolver = pln_alloc_zero(1, sizeof *resolver);
    pthread_mutex_init(&resolver->lock, NULL);
    resolver->fd = fd;
    queue_init(&resolver->waiting);
    queue_init(&resolver->done);
    return resolver;
}

void pln_resolver_free(pln_resolver_t **resolver)
{
    if (*resolver == NULL) {
        return;
    }
    pthread_mutex_lock(&(*resolver)->lock);
    (*resolver)->closed = true;
    bool last = (*resolver)->threads == 0;
    pthread_mutex_unlock(&(*resolver)->lock);
    if (last) {
        destroy(*resolver);
    }
    *resolver = NULL;
}

void pln_resolver_ask(pln_resolver_t *resolver, uint64_t ticket, const char *address)
{
    lookup_t *lookup = pln_alloc_zero(1, sizeof *lookup);
    snprintf(lookup->address, sizeof lookup->address, "%s", address);
    lookup->answer.ticket = ticket;
    bool answered = look_up(lookup, AI_NUMERICHOST);

    pthread_mutex_lock(&resolver->lock);
    if (answered) {
        finish(resolver, lookup);
    } else {
        queue_push(&resolver->waiting, lookup);
        if (resolver->threads < LOOKUPS_MAX) {
            resolver->threads++;
            if (!start_thread(resolver)) {
                resolver->threads--;
            }
        }
        if (resolver->threads == 0) {
            finish(resolver, queue_pop(&resolver->waiting));
        }
    }
    pthread_mutex_unlock(&resolver->lock);
}

int pln_resolver_fd(const pln_resolver_t *resolver)
{
    return resolver->fd;
}

bool pln_resolver_next(pln_resolver_t *resolver, pln_resolved_t *out)
{
    pthread_mutex_lock(&resolver->lock);
    lookup_t *lookup = queue_pop(&resolver->done);
    if (lookup == NULL) {
        uint64_t count;
        ssize_t cleared = read(resolver->fd, &count, sizeof count);
        (void)cleared; /* nothing to clear is as good */
    }
    pthread_mutex_unlock(&resolver->lock);
    if (lookup == NULL) {
        return false;
    }
    *out = lookup->answer;
    free(lookup);
    return true;
}
