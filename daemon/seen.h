// SPDX-License-Identifier: MPL-2.0
/**
 * seen - which contents this node has already published in a network.
 *
 * Why     An import that was interrupted is simply run again: what is there already is skipped.
 * Shape   content = kind and hash of the stored payload; per network a set of 64-bit prefixes ->
 * seq, built from the node's own chains, extended as they grow, checked against the entry on a hit
 * Limits  16 bytes a slot, at most 2 slots an own entry; forgotten after a minute without a
 * question Thread  any
 */
#ifndef PLN_SEEN_H
#define PLN_SEEN_H

#include "store.h"

#define PLN_SEEN_IDLE_MS 60000u

typedef struct pln_seen pln_seen_t;

pln_seen_t *pln_seen_new(pln_store_t *store, const pln_id_t *self);
void pln_seen_free(pln_seen_t **seen);

/**
 * Take in what the own chains of @network hold by now; once before the questions of one request.
 * @now_ms (mono) is remembered for pln_seen_sweep.
 */
void pln_seen_refresh(pln_seen_t *seen, const pln_network_id_t *network, uint64_t now_ms);

/**
 * Had this node published @kind with exactly these stored bytes in @network at the last refresh?
 * True: @place and @seq say where it stands.
 */
bool pln_seen_find(pln_seen_t *seen, const pln_network_id_t *network, uint16_t kind,
                   pln_span_t stored, pln_place_t *place, uint64_t *seq);

/** Forget networks nobody asked about for PLN_SEEN_IDLE_MS. */
void pln_seen_sweep(pln_seen_t *seen, uint64_t now_ms);

#endif
