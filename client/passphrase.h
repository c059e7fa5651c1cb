// SPDX-License-Identifier: MPL-2.0
/**
 * passphrase - what locks a vault: from a file, or asked for on the terminal.
 *
 * Why     It must never stand on a command line, where other users of the machine can read it.
 * Shape   of a file: its first line, without the line's end
 * Thread  main
 */
#ifndef PLN_PASSPHRASE_H
#define PLN_PASSPHRASE_H

#include "proto/vault.h"

/** Hold it in sodium_malloc, or wipe it. */
typedef struct {
    char text[PLN_VAULT_PASSPHRASE_MAX + 1];
    size_t size;
} pln_passphrase_t;

/**
 * From @file; NULL: asked on the terminal, twice when @fresh. False: told on stderr (no terminal,
 * empty, too long, cannot be read, the two differ).
 */
bool pln_passphrase_get(const char *file, bool fresh, pln_passphrase_t *out);
/** Salt, cost and nonce for a new vault of @what, and its key; takes about a second. */
bool pln_passphrase_lock(const pln_passphrase_t *passphrase, pln_vault_what_t what,
                         pln_vault_head_t *head, pln_vault_key_t *key);

#endif
