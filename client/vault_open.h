// SPDX-License-Identifier: MPL-2.0
/**
 * vault_open - what `restore` and `key import` do alike before and after they read a vault.
 *
 * Why     A file is seen to be whole and of the right kind before a passphrase is asked for.
 * Thread  main
 */
#ifndef PLN_VAULT_OPEN_H
#define PLN_VAULT_OPEN_H

#include "command.h"
#include "proto/identity.h"
#include "proto/vault.h"

/**
 * Check the whole of @name; it must be a @what. Of a locked one @key is derived from the passphrase
 * of --passphrase-file or the terminal. False: told.
 */
bool pln_vault_unlock(const pln_command_t *command, const char *name, pln_vault_what_t what,
                      pln_vault_head_t *head, pln_vault_key_t *key);
/** Say whose key was laid, and what comes next. */
void pln_vault_laid(const pln_command_t *command, const pln_id_t *id);

#endif
