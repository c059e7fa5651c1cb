// SPDX-License-Identifier: MPL-2.0
/**
 * pulse - what the page shows live beside records: links, counts, refusals, work in progress.
 *
 * Why     Any number of open pages must not ask the node any more often than one does.
 * Shape   looked at once a second at most, and only while somebody asks; each of the two texts has
 *         a version that rises when the text changes
 * Thread  any
 */
#ifndef PLN_PULSE_H
#define PLN_PULSE_H

#include "catalog.h"
#include "driver.h"
#include "naming.h"
#include "standing.h"

typedef struct pln_pulse pln_pulse_t;

/** The versions that a listener knows; begins as zeros. */
typedef struct {
    uint64_t state;
    uint64_t progress;
} pln_pulse_seen_t;

pln_pulse_t *pln_pulse_new(pln_driver_t *driver, pln_catalog_t *catalog, pln_standing_t *standing,
                           pln_naming_t *naming);
void pln_pulse_free(pln_pulse_t **pulse);

/** Append the events that @seen lacks, as server-sent events. */
void pln_pulse_tell(pln_pulse_t *pulse, pln_pulse_seen_t *seen, pln_buf_t *out);

#endif
