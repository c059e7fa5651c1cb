// SPDX-License-Identifier: MPL-2.0
/**
 * brake - who has failed to sign in too often waits.
 *
 * Why     A sign-in secret of 256 bits cannot be guessed; but guessing must not cost us anything,
 *         and must not keep others out.
 * Shape   failures by address, PLN_BRAKE_FAILURES at once and one more each PLN_BRAKE_MS after
 * Limits  64 addresses; the one that failed longest ago gives way
 * Thread  any
 */
#ifndef PLN_BRAKE_H
#define PLN_BRAKE_H

#include "proto/pln.h"

#define PLN_BRAKE_FAILURES 10u
#define PLN_BRAKE_MS 6000u

typedef struct pln_brake pln_brake_t;

pln_brake_t *pln_brake_new(void);
void pln_brake_free(pln_brake_t **brake);

/** May @from try now? @now_ms is of any clock that does not go back. */
bool pln_brake_may(pln_brake_t *brake, const char *from, uint64_t now_ms);
/** It tried and failed. */
void pln_brake_failed(pln_brake_t *brake, const char *from, uint64_t now_ms);

#endif
