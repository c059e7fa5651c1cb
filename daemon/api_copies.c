// SPDX-License-Identifier: MPL-2.0
// Backups and copies of the key leave over the socket only, whose permissions are the owner's; into
// which file they go is for pln to know.
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "api_json.h"
#include "copies.h"
#include "log.h"
#include "moment.h"
#include "proto/vault.h"
#include "store_dump.h"

#define VAULT_TYPE "application/octet-stream"

/* ---- the backup ---- */

typedef struct {
    const pln_api_t *api;
    pln_dump_t *dump;
} backup_t;

static pln_stream_t backup_next(void *state, int socket, pln_buf_t *out)
{
    backup_t *backup = state;
    pln_err_t error = PLN_OK;
    while (out->size == 0 && error == PLN_OK) {
        if (pln_api_stopping(backup->api) || pln_socket_gone(socket)) {
            return PLN_STREAM_BROKEN;
        }
        error = pln_dump_next(backup->dump, out);
    }
    if (error == PLN_OK) {
        return PLN_STREAM_ON;
    }
    if (error == PLN_ENOTFOUND) {
        return PLN_STREAM_END;
    }
    pln_log(PLN_LOG_WARNING, "backup", "a backup was given up why=%s",
            error == PLN_ESTALE ? "slow while much was written" : pln_error_name(error));
    return PLN_STREAM_BROKEN;
}

static void backup_free(void *state)
{
    backup_t *backup = state;
    pln_dump_end(&backup->dump);
    free(backup);
}

void pln_api_backup(const pln_request_t *request, pln_answer_t *answer)
{
    const pln_api_t *api = request->api;
    pln_err_t error;
    pln_dump_t *dump =
        pln_dump_begin(api->store, api->identity, pln_wall_ms(), PLN_DUMP_GROWTH, &error);
    if (dump == NULL && error == PLN_EFULL) {
        pln_answer_problem(answer, 409, "busy",
                           "another backup is under way: wait until it is done");
        return;
    }
    if (dump == NULL) {
        pln_answer_error(answer, error, "");
        return;
    }
    backup_t *backup = pln_alloc_zero(1, sizeof *backup);
    *backup = (backup_t){api, dump};
    pln_answer_stream(answer, VAULT_TYPE, backup_next, backup_free, backup);
}

/* ---- the key ---- */

static void add_vault(const pln_keyring_t *ring, pln_buf_t *out)
{
    static const pln_vault_head_t head = {.what = PLN_VAULT_KEY};
    pln_vault_writer_t writer;
    pln_buf_t content = {0};
    pln_keyring_encode(ring, &content);
    pln_vault_begin(&writer, &head, NULL, out);
    pln_vault_add(&writer, pln_buf_span(&content), out);
    pln_vault_end(&writer, out);
    sodium_memzero(content.data, content.capacity);
    pln_buf_free(&content);
}

void pln_api_key(const pln_request_t *request, pln_answer_t *answer)
{
    const pln_api_t *api = request->api;
    pln_keyring_t ring = {.id = api->self, .made_ms = pln_wall_ms()};
    if (!pln_look_hints(api->driver, &ring)) {
        pln_answer_stopping(answer);
        return;
    }
    (void)crypto_sign_ed25519_sk_to_seed(ring.seed, api->identity->secret);
    pln_naming_get(api->naming, ring.name);
    answer->status = 200;
    answer->type = VAULT_TYPE;
    add_vault(&ring, &answer->body);
    pln_keyring_free(&ring);
}

/* ---- what was made of them ---- */

void pln_api_copy_made(const pln_request_t *request, pln_answer_t *answer)
{
    const char *what;
    pln_copies_t made = {0, 0};
    if (!pln_body_text(request, answer, "what", true, PLN_NAME_MAX, &what)) {
        return;
    }
    if (strcmp(what, "backup") == 0) {
        made.backup_ms = pln_wall_ms();
    } else if (strcmp(what, "key") == 0) {
        made.key_ms = pln_wall_ms();
    } else {
        pln_answer_field(answer, "what", "\"what\" must be backup or key");
        return;
    }
    if (pln_copies_note(request->api->dir, &made) != PLN_OK) {
        pln_answer_problem(answer, 507, "io", "%s/copies cannot be written: %s; check the disk",
                           request->api->dir, strerror(errno));
        return;
    }
    pln_answer_json(answer, 200, json_pack("{s:s}", "what", what));
}
