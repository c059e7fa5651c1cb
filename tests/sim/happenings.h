// SPDX-License-Identifier: MPL-2.0
/**
 * happenings - what a swarm counts: things that happen, and kinds of lies.
 *
 * Why     A seed that never met a full disk says nothing about full disks.
 */
#ifndef PLN_HAPPENINGS_H
#define PLN_HAPPENINGS_H

typedef enum {
#define PLN_HAPPENING(name, sentence) HAPPENING_##name,
#include "happenings.def"
#undef PLN_HAPPENING
#define PLN_LIE(name, sentence) HAPPENING_lie_##name,
#include "lies.def"
#undef PLN_LIE
    HAPPENING_COUNT
} happening_t;

typedef enum {
#define PLN_LIE(name, sentence) LIE_##name,
#include "lies.def"
#undef PLN_LIE
    LIE_COUNT
} lie_t;

#endif
