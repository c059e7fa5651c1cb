// SPDX-License-Identifier: MPL-2.0
/**
 * progress - one line on stderr that changes while long work goes on.
 *
 * Why     A person should see that an import lives; a script should see nothing of it.
 * Shape   only where stderr is a terminal, at most ten times a second
 * Thread  main
 */
#ifndef PLN_PROGRESS_H
#define PLN_PROGRESS_H

#include "proto/pln.h"

/** Zero-initialise. */
typedef struct {
    uint64_t begun_ms;
    uint64_t shown_ms;
    bool shown;
} pln_progress_t;

/** "doing 12000, 8100 per second". */
void pln_progress(pln_progress_t *progress, const char *doing, uint64_t count);
/** Take the line away before something else is written. */
void pln_progress_clear(pln_progress_t *progress);

#endif
