// SPDX-License-Identifier: MPL-2.0
/**
 * copies - when this node's key and its records were last copied to somewhere else.
 *
 * Why     A root key that exists once is the network's weakest place; who has made a copy should
 *         not be warned for ever, and who has none should be.
 * Shape   DIR/copies, lines: "backup MS", "key MS"; Unix time in ms, absent: never
 * Thread  any
 */
#ifndef PLN_COPIES_H
#define PLN_COPIES_H

#include "proto/bytes.h"

typedef struct {
    uint64_t backup_ms; /**< 0: never */
    uint64_t key_ms;
} pln_copies_t;

pln_copies_t pln_copies_read(const char *dir);
/** Of the moments that are not 0, remember the later ones. PLN_EIO, errno says why. */
PLN_MUST_CHECK pln_err_t pln_copies_note(const char *dir, const pln_copies_t *made);

#endif
