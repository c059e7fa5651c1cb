// SPDX-License-Identifier: MPL-2.0
#include "codecs.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#define IDLE_MAX 4u

struct pln_codecs {
    pthread_mutex_t lock;
    pln_codec_t *idle[IDLE_MAX];
    size_t idle_count;
    size_t lent;
};

pln_codecs_t *pln_codecs_new(void)
{
    pln_codecs_t *codecs = pln_alloc_zero(1, sizeof *codecs);
    int error = pthread_mutex_init(&codecs->lock, NULL);
    assert(error == 0);
    return codecs;
}

void pln_codecs_free(pln_codecs_t **codecs)
{
    pln_codecs_t *self = *codecs;
    if (self == NULL) {
        return;
    }
    assert(self->lent == 0);
    for (size_t i = 0; i < self->idle_count; i++) {
        pln_codec_free(&self->idle[i]);
    }
    pthread_mutex_destroy(&self->lock);
    free(self);
    *codecs = NULL;
}

pln_codec_t *pln_codecs_take(pln_codecs_t *codecs)
{
    pln_codec_t *codec = NULL;
    pthread_mutex_lock(&codecs->lock);
    codecs->lent++;
    if (codecs->idle_count > 0) {
        codec = codecs->idle[--codecs->idle_count];
    }
    pthread_mutex_unlock(&codecs->lock);
    return codec != NULL ? codec : pln_codec_new();
}

void pln_codecs_put(pln_codecs_t *codecs, pln_codec_t **codec)
{
    pthread_mutex_lock(&codecs->lock);
    assert(codecs->lent > 0);
    codecs->lent--;
    if (codecs->idle_count < IDLE_MAX) {
        codecs->idle[codecs->idle_count++] = *codec;
        *codec = NULL;
    }
    pthread_mutex_unlock(&codecs->lock);
    pln_codec_free(codec);
    *codec = NULL;
}
