// SPDX-License-Identifier: MPL-2.0
/**
 * vault_file - a vault on disk: written whole or not at all, and read to its end before it counts.
 *
 * Why     Half a backup is worse than none, and so is one that replaced something else.
 * Shape   NAME.part (0600), then fsync, rename, fsync of the folder
 * Thread  main
 */
#ifndef PLN_VAULT_FILE_H
#define PLN_VAULT_FILE_H

#include "proto/vault.h"

/** A file being written. */
typedef struct {
    char *name;
    char *part;
    int file;
    uint64_t bytes;
} pln_new_file_t;

/** False: told on stderr (something else is there, no such folder, not allowed). */
bool pln_new_file_open(pln_new_file_t *out, const char *name);
/** False: told. */
bool pln_new_file_add(pln_new_file_t *out, pln_span_t bytes);
/** Durable under its name when true. False: told; nothing is left. */
bool pln_new_file_keep(pln_new_file_t *out);
/** Give it up: nothing is left. Also after keep. */
void pln_new_file_drop(pln_new_file_t *out);

/** Content, a piece at a time. False: told, stop. */
typedef bool (*pln_vault_content_t)(void *arg, pln_span_t content);

/**
 * Read the vault @name to its end. @key: as derived from the same file's head, NULL: of a locked
 * one the checksum alone is checked and no content comes. @head may be NULL. False: told.
 */
bool pln_vault_file_read(const char *name, const pln_vault_head_t *head, const pln_vault_key_t *key,
                         pln_vault_content_t take, void *arg, pln_vault_head_t *read);
/** Say what @error of pln_vault_read means for @name. */
void pln_vault_file_tell(const char *name, pln_err_t error);

#endif
