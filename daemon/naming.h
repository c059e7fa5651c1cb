// SPDX-License-Identifier: MPL-2.0
/**
 * naming - what this district is called: by its settings, or by what was said later on the page.
 *
 * Why     Who runs the node names it in plnd.conf or not at all; who uses it names it in the page.
 *         Whichever was changed last is what counts.
 * Shape   DIR/name (0600), two lines: the name that was said, and the setting that it stands over.
 *         A setting that is not that one any more was changed since, and counts again
 * Thread  any
 */
#ifndef PLN_NAMING_H
#define PLN_NAMING_H

#include "proto/bytes.h"

typedef struct pln_naming pln_naming_t;

/** @configured: what settings say now, or stand in for. */
pln_naming_t *pln_naming_open(const char *dir, const char *configured);
void pln_naming_close(pln_naming_t **naming);

/** The name now. */
void pln_naming_get(pln_naming_t *naming, char out[PLN_NAME_MAX + 1]);
/** A name of 1 to PLN_NAME_MAX bytes without control characters. PLN_EIO: it could not be kept,
 * nothing has changed. */
PLN_MUST_CHECK pln_err_t pln_naming_set(pln_naming_t *naming, const char *name);

#endif
