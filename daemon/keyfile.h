// SPDX-License-Identifier: MPL-2.0
/**
 * keyfile - DIR/node.key: the seed of the node's one key, made once and then only read.
 *
 * Why     Whoever has this file is this node, and without it the node is nobody: it is written
 *         durably, readable by its owner only, and never guessed at when it is damaged.
 * Shape   proto/key_text.h
 * Thread  start-up only
 */
#ifndef PLN_KEYFILE_H
#define PLN_KEYFILE_H

#include "proto/identity.h"

/**
 * Keep secrets out of core dumps and away from other processes of this user. False where the system
 * refuses (worth a warning, not an end).
 */
bool pln_keyfile_harden(void);

/**
 * The identity in DIR/node.key; where there is none, one is drawn and written first (*fresh). It
 * lies in locked, read-only memory of its own. NULL: @error says in one sentence what is wrong and
 * the remedy (readable by others, another user's, damaged, of a newer format, cannot be written).
 */
pln_identity_t *pln_keyfile_open(const char *dir, bool *fresh, char *error, size_t error_size);
/** Wipes and frees. */
void pln_keyfile_close(pln_identity_t **identity);

#endif
