// SPDX-License-Identifier: MPL-2.0
#include "brake.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"

#define ADDRESSES 64u
#define FAILURES_MS ((uint64_t)PLN_BRAKE_FAILURES * PLN_BRAKE_MS)

/** A bucket that drains: each failure adds PLN_BRAKE_MS to the moment when it is empty. */
typedef struct {
    char from[PLN_ADDRESS_MAX + 1];
    uint64_t empty_ms;
} bucket_t;

struct pln_brake {
    pthread_mutex_t lock;
    bucket_t buckets[ADDRESSES];
};

pln_brake_t *pln_brake_new(void)
{
    pln_brake_t *brake = pln_alloc_zero(1, sizeof *brake);
    pthread_mutex_init(&brake->lock, NULL);
    return brake;
}

void pln_brake_free(pln_brake_t **brake)
{
    if (*brake != NULL) {
        pthread_mutex_destroy(&(*brake)->lock);
        free(*brake);
        *brake = NULL;
    }
}

/** The bucket of @from; NULL: it has none. */
static bucket_t *find(pln_brake_t *brake, const char *from)
{
    for (size_t i = 0; i < ADDRESSES; i++) {
        if (strncmp(brake->buckets[i].from, from, PLN_ADDRESS_MAX) == 0) {
            return &brake->buckets[i];
        }
    }
    return NULL;
}

bool pln_brake_may(pln_brake_t *brake, const char *from, uint64_t now_ms)
{
    pthread_mutex_lock(&brake->lock);
    const bucket_t *bucket = find(brake, from);
    bool may = bucket == NULL || bucket->empty_ms < now_ms + FAILURES_MS;
    pthread_mutex_unlock(&brake->lock);
    return may;
}

void pln_brake_failed(pln_brake_t *brake, const char *from, uint64_t now_ms)
{
    pthread_mutex_lock(&brake->lock);
    bucket_t *bucket = find(brake, from);
    if (bucket == NULL) {
        bucket = &brake->buckets[0];
        for (size_t i = 1; i < ADDRESSES; i++) {
            if (brake->buckets[i].empty_ms < bucket->empty_ms) {
                bucket = &brake->buckets[i];
            }
        }
        snprintf(bucket->from, sizeof bucket->from, "%s", from);
        bucket->empty_ms = now_ms;
    }
    uint64_t from_ms = bucket->empty_ms > now_ms ? bucket->empty_ms : now_ms;
    bucket->empty_ms = from_ms + PLN_BRAKE_MS;
    pthread_mutex_unlock(&brake->lock);
}
