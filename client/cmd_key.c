// SPDX-License-Identifier: MPL-2.0
#include <sodium.h>
#include <string.h>

#include "lay.h"
#include "passphrase.h"
#include "proto/keyring.h"
#include "vault_file.h"
#include "vault_open.h"

/** Content of a vault as a whole. */
static bool keep_content(void *arg, pln_span_t content)
{
    pln_buf_t *all = arg;
    if (all->size + content.size > PLN_KEYRING_SIZE_MAX) {
        pln_say("the file is larger than any key that pln exports: take another copy");
        return false;
    }
    pln_buf_add(all, content.data, content.size);
    return true;
}

static void wipe(pln_buf_t *buf)
{
    if (buf->data != NULL) {
        sodium_memzero(buf->data, buf->capacity);
    }
    pln_buf_free(buf);
}

/* ---- export ---- */

typedef struct {
    pln_vault_reader_t vault;
    pln_buf_t content;
} fetching_t;

static bool on_bytes(void *arg, pln_span_t bytes)
{
    fetching_t *fetching = arg;
    pln_err_t error = pln_vault_read(&fetching->vault, bytes, &fetching->content);
    if (error != PLN_OK || fetching->content.size > PLN_KEYRING_SIZE_MAX) {
        pln_say("the daemon sends no key (%s); are plnd and pln of the same version?",
                pln_error_text(error));
        return false;
    }
    return true;
}

/** The keyring as the daemon gives it, checked. */
static int fetch(pln_command_t *command, pln_buf_t *content, pln_keyring_t *ring)
{
    fetching_t fetching = {.content = {0}};
    pln_vault_reader_begin(&fetching.vault);
    int status = pln_call_bytes(command->call, "/api/v1/key", on_bytes, &fetching);
    if (status == PLN_DONE &&
        (pln_vault_reader_end(&fetching.vault) != PLN_OK ||
         pln_keyring_decode(pln_buf_span(&fetching.content), ring) != PLN_OK)) {
        pln_say("the daemon broke off: see its log, then try again");
        status = PLN_FAILED;
    }
    pln_vault_reader_free(&fetching.vault);
    *content = fetching.content;
    return status;
}

static bool write_locked(const char *name, const pln_vault_head_t *head, const pln_vault_key_t *key,
                         pln_span_t content)
{
    pln_vault_writer_t writer;
    pln_new_file_t file;
    pln_buf_t out = {0};
    pln_vault_begin(&writer, head, key, &out);
    pln_vault_add(&writer, content, &out);
    pln_vault_end(&writer, &out);
    bool good = pln_new_file_open(&file, name) && pln_new_file_add(&file, pln_buf_span(&out)) &&
                pln_new_file_keep(&file);
    pln_new_file_drop(&file);
    pln_buf_free(&out);
    return good;
}

static void tell_exported(const pln_command_t *command, const pln_keyring_t *ring)
{
    const char *name = pln_word(command->options, 0);
    if (command->options->json) {
        char did[PLN_DID_SIZE];
        pln_did(&ring->id, did);
        json_t *json = json_pack("{s:s%, s:s, s:I}", "file", name, strlen(name), "id", did,
                                 "networks", (json_int_t)ring->network_count);
        pln_json_print(json);
        json_decref(json);
    }
    pln_warn(
        "%s holds this node's key, locked: whoever has it and the passphrase can act as this "
        "node, and nobody can open it without",
        name);
    if (ring->network_count == 0) {
        pln_warn(
            "this node is in no network yet: export the key again once it is, so that the "
            "file says where to find it");
    }
}

static int export_locked(pln_command_t *command, const pln_passphrase_t *passphrase)
{
    pln_buf_t content = {0};
    pln_keyring_t ring = {.network_count = 0};
    pln_vault_head_t head;
    pln_vault_key_t key;
    int status = fetch(command, &content, &ring);
    if (status == PLN_DONE &&
        (!pln_passphrase_lock(passphrase, PLN_VAULT_KEY, &head, &key) ||
         !write_locked(pln_word(command->options, 0), &head, &key, pln_buf_span(&content)))) {
        status = PLN_FAILED;
    }
    if (status == PLN_DONE) {
        json_t *answer;
        (void)pln_call_post(command->call, "/api/v1/copies", json_pack("{s:s}", "what", "key"),
                            &answer);
        json_decref(answer);
        tell_exported(command, &ring);
    }
    sodium_memzero(&key, sizeof key);
    pln_keyring_free(&ring);
    wipe(&content);
    return status;
}

int pln_cmd_key_export(pln_command_t *command)
{
    pln_passphrase_t passphrase;
    if (sodium_init() < 0 ||
        !pln_passphrase_get(pln_option(command->options, "passphrase-file"), true, &passphrase)) {
        return PLN_FAILED;
    }
    int status = export_locked(command, &passphrase);
    sodium_memzero(&passphrase, sizeof passphrase);
    return status;
}

/* ---- import ---- */

static bool read_ring(const char *name, const pln_vault_head_t *head, const pln_vault_key_t *key,
                      pln_buf_t *content, pln_keyring_t *ring)
{
    if (!pln_vault_file_read(name, head, key, keep_content, content, NULL)) {
        return false;
    }
    pln_err_t error = pln_keyring_decode(pln_buf_span(content), ring);
    if (error != PLN_OK) {
        pln_say("%s holds what no pln writes (%s): take another copy", name, pln_error_text(error));
    }
    return error == PLN_OK;
}

static bool lay_ring(const char *dir, pln_span_t content, const uint8_t seed[PLN_SEED_SIZE])
{
    pln_lay_t lay;
    bool good = pln_lay_begin(&lay, dir, PLN_VAULT_KEY) && pln_lay_add(&lay, content) &&
                pln_lay_finish(&lay, seed);
    pln_lay_end(&lay);
    return good;
}

int pln_cmd_key_import(pln_command_t *command)
{
    const char *name = pln_word(command->options, 0);
    pln_vault_head_t head;
    pln_vault_key_t key;
    pln_buf_t content = {0};
    pln_keyring_t ring = {.network_count = 0};
    if (sodium_init() < 0 || !pln_lay_check(command->dir) ||
        !pln_vault_unlock(command, name, PLN_VAULT_KEY, &head, &key)) {
        return PLN_FAILED;
    }
    bool good = read_ring(name, &head, head.locked ? &key : NULL, &content, &ring) &&
                lay_ring(command->dir, pln_buf_span(&content), ring.seed);
    if (good) {
        pln_vault_laid(command, &ring.id);
    }
    pln_keyring_free(&ring);
    sodium_memzero(&key, sizeof key);
    wipe(&content);
    return good ? PLN_DONE : PLN_FAILED;
}
