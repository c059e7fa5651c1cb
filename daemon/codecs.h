// SPDX-License-Identifier: MPL-2.0
/**
 * codecs - a few payload codecs, lent to whichever thread needs one.
 *
 * Why     A codec holds zstd contexts and scratch: too large for each of many short-lived threads.
 * Thread  any
 */
#ifndef PLN_CODECS_H
#define PLN_CODECS_H

#include "proto/codec.h"

typedef struct pln_codecs pln_codecs_t;

pln_codecs_t *pln_codecs_new(void);
/** All lent codecs must be back. */
void pln_codecs_free(pln_codecs_t **codecs);
/** One nobody else uses until it is put back. */
pln_codec_t *pln_codecs_take(pln_codecs_t *codecs);
/** Takes *codec back and nulls it. */
void pln_codecs_put(pln_codecs_t *codecs, pln_codec_t **codec);

#endif
