// SPDX-License-Identifier: MPL-2.0
/**
 * lay - a key and what came with it into an empty folder, for plnd to take in at its next start.
 *
 * Why     A folder in use is never touched, and one not filled to its end is seen to be so.
 * Shape   DIR/incoming.part is written first, then DIR/node.key, then the rename to incoming.pln;
 *         what was cut off before that is begun anew by the next try, plnd refuses it meanwhile
 * Thread  main
 */
#ifndef PLN_LAY_H
#define PLN_LAY_H

#include "proto/identity.h"
#include "proto/vault.h"

/** Zero-initialise; pln_lay_end() whatever came of it. */
typedef struct {
    char *dir, *part, *file;
    int out;
    pln_vault_writer_t vault;
    pln_buf_t bytes;
    size_t made; /**< length of the first folder of `dir` that was not there; 0 none */
    bool done;
} pln_lay_t;

/** May anything be laid into @dir? False: told on stderr. */
bool pln_lay_check(const char *dir);
/** Makes @dir where it is not there. False: told. */
bool pln_lay_begin(pln_lay_t *lay, const char *dir, pln_vault_what_t what);
bool pln_lay_add(pln_lay_t *lay, pln_span_t content);
/** Everything is in: durable when true. False: told. */
bool pln_lay_finish(pln_lay_t *lay, const uint8_t seed[PLN_SEED_SIZE]);
/** Takes away what was not finished. */
void pln_lay_end(pln_lay_t *lay);

#endif
