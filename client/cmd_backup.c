// SPDX-License-Identifier: MPL-2.0
// A backup goes through a reader on its way to the file, so it is known to be whole when it gets
// its name; a restore reads the whole file before it lays the first byte.
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "lay.h"
#include "passphrase.h"
#include "progress.h"
#include "proto/backup.h"
#include "vault_file.h"
#include "vault_open.h"

/* ---- rows, as they pass ---- */

typedef struct {
    pln_backup_reader_t rows;
    pln_progress_t progress;
    const char *doing;
    const char *name; /**< of the file, for what is said */
} counting_t;

/** Read every row of @content. False: told. */
static bool count(counting_t *counting, pln_span_t content)
{
    pln_backup_row_t row;
    pln_err_t error;
    pln_backup_put(&counting->rows, content);
    while ((error = pln_backup_next(&counting->rows, &row)) == PLN_OK) {
    }
    pln_progress(&counting->progress, counting->doing, counting->rows.rows);
    if (error != PLN_ENOTFOUND) {
        pln_progress_clear(&counting->progress);
        pln_say("%s holds what no pln writes (%s): take another copy", counting->name,
                pln_error_text(error));
    }
    return error == PLN_ENOTFOUND;
}

static bool count_end(counting_t *counting)
{
    pln_progress_clear(&counting->progress);
    if (!counting->rows.ended) {
        pln_say("%s ends before its last row: take another copy", counting->name);
    }
    return counting->rows.ended;
}

/* ---- backup ---- */

typedef struct {
    pln_vault_reader_t vault; /**< of what the daemon sends */
    pln_buf_t content;
    counting_t counting;
    bool locked;
    pln_vault_writer_t lock; /**< of what is written instead */
    pln_buf_t out;
    pln_new_file_t file;
} backup_t;

static bool write_out(backup_t *backup)
{
    bool good = pln_new_file_add(&backup->file, pln_buf_span(&backup->out));
    pln_buf_clear(&backup->out);
    return good;
}

static bool on_bytes(void *arg, pln_span_t bytes)
{
    backup_t *backup = arg;
    pln_err_t error = pln_vault_read(&backup->vault, bytes, &backup->content);
    if (error != PLN_OK) {
        pln_progress_clear(&backup->counting.progress);
        pln_say("the daemon sends no backup (%s); are plnd and pln of the same version?",
                pln_error_text(error));
        return false;
    }
    pln_span_t content = pln_buf_span(&backup->content);
    bool good = count(&backup->counting, content);
    if (good && backup->locked) {
        pln_vault_add(&backup->lock, content, &backup->out);
        good = write_out(backup);
    } else if (good) {
        good = pln_new_file_add(&backup->file, bytes);
    }
    pln_buf_clear(&backup->content);
    return good;
}

/** The file is whole and durable. */
static bool finish(backup_t *backup)
{
    pln_err_t error = pln_vault_reader_end(&backup->vault);
    if (error != PLN_OK) {
        pln_progress_clear(&backup->counting.progress);
        pln_say("the daemon broke off the backup: see its log, then try again");
        return false;
    }
    if (backup->locked) {
        pln_vault_end(&backup->lock, &backup->out);
    }
    return count_end(&backup->counting) && write_out(backup) && pln_new_file_keep(&backup->file);
}

static bool lock_with(backup_t *backup, const char *passphrase_file)
{
    pln_passphrase_t passphrase;
    pln_vault_head_t head;
    pln_vault_key_t key;
    backup->locked = true;
    bool good = pln_passphrase_get(passphrase_file, true, &passphrase) &&
                pln_passphrase_lock(&passphrase, PLN_VAULT_BACKUP, &head, &key);
    if (good) {
        pln_vault_begin(&backup->lock, &head, &key, &backup->out);
    }
    sodium_memzero(&passphrase, sizeof passphrase);
    sodium_memzero(&key, sizeof key);
    return good;
}

/** The daemon remembers, so that `status` can tell. */
static void note(pln_command_t *command, const char *what)
{
    json_t *answer;
    (void)pln_call_post(command->call, "/api/v1/copies", json_pack("{s:s}", "what", what), &answer);
    json_decref(answer);
}

static void tell_made(const pln_command_t *command, const backup_t *backup, uint64_t bytes)
{
    const char *name = pln_word(command->options, 0);
    if (command->options->json) {
        json_t *json = json_pack("{s:s%, s:I, s:I, s:b}", "file", name, strlen(name), "bytes",
                                 (json_int_t)bytes, "rows", (json_int_t)backup->counting.rows.rows,
                                 "locked", backup->locked);
        pln_json_print(json);
        json_decref(json);
    }
    pln_hint("%s: %" PRIu64 " rows, %" PRIu64 " bytes", name, backup->counting.rows.rows, bytes);
    if (backup->locked) {
        pln_warn("%s holds this node's key, locked: without the passphrase it cannot be restored",
                 name);
    } else {
        pln_warn(
            "%s holds this node's key: whoever can read it can act as this node; keep it "
            "where only you can reach it, or lock it with --passphrase-file",
            name);
    }
}

static int run_backup(pln_command_t *command, backup_t *backup)
{
    const char *name = pln_word(command->options, 0);
    const char *passphrase_file = pln_option(command->options, "passphrase-file");
    if ((passphrase_file != NULL && !lock_with(backup, passphrase_file)) ||
        !pln_new_file_open(&backup->file, name)) {
        return PLN_FAILED;
    }
    int status = write_out(backup)
                     ? pln_call_bytes(command->call, "/api/v1/backup", on_bytes, backup)
                     : PLN_FAILED;
    pln_progress_clear(&backup->counting.progress);
    if (status == PLN_DONE && !finish(backup)) {
        status = PLN_FAILED;
    }
    uint64_t bytes = backup->file.bytes;
    pln_new_file_drop(&backup->file);
    if (status == PLN_DONE) {
        note(command, "backup");
        tell_made(command, backup, bytes);
    }
    return status;
}

int pln_cmd_backup(pln_command_t *command)
{
    if (sodium_init() < 0) {
        pln_say("libsodium cannot start: the system gives no random numbers");
        return PLN_FAILED;
    }
    backup_t *backup = pln_alloc_zero(1, sizeof *backup);
    backup->counting.doing = "rows copied:";
    backup->counting.name = "the backup";
    backup->file.file = -1;
    pln_vault_reader_begin(&backup->vault);
    int status = run_backup(command, backup);
    pln_vault_reader_free(&backup->vault);
    pln_vault_writer_free(&backup->lock);
    pln_backup_reader_free(&backup->counting.rows);
    pln_buf_free(&backup->content);
    pln_buf_free(&backup->out);
    free(backup);
    return status;
}

/* ---- restore ---- */

static bool count_content(void *arg, pln_span_t content)
{
    return count(arg, content);
}

typedef struct {
    pln_lay_t lay;
    uint8_t seed[PLN_SEED_SIZE];
} laying_t;

static bool lay_content(void *arg, pln_span_t content)
{
    laying_t *laying = arg;
    return pln_lay_add(&laying->lay, content);
}

/** Everything is checked: lay it. */
static bool lay_backup(const pln_command_t *command, const pln_vault_head_t *head,
                       const pln_vault_key_t *key, const pln_backup_head_t *backup)
{
    laying_t laying;
    memcpy(laying.seed, backup->seed, sizeof laying.seed);
    bool good =
        pln_lay_begin(&laying.lay, command->dir, PLN_VAULT_BACKUP) &&
        pln_vault_file_read(pln_word(command->options, 0), head, key, lay_content, &laying, NULL) &&
        pln_lay_finish(&laying.lay, laying.seed);
    pln_lay_end(&laying.lay);
    sodium_memzero(&laying, sizeof laying);
    return good;
}

int pln_cmd_restore(pln_command_t *command)
{
    const char *name = pln_word(command->options, 0);
    pln_vault_head_t head;
    pln_vault_key_t key;
    counting_t counting = {.doing = "rows checked:", .name = name};
    if (sodium_init() < 0 || !pln_lay_check(command->dir) ||
        !pln_vault_unlock(command, name, PLN_VAULT_BACKUP, &head, &key)) {
        return PLN_FAILED;
    }
    const pln_vault_key_t *opener = head.locked ? &key : NULL;
    bool good = pln_vault_file_read(name, &head, opener, count_content, &counting, NULL) &&
                count_end(&counting) && lay_backup(command, &head, opener, &counting.rows.head);
    pln_progress_clear(&counting.progress);
    if (good) {
        pln_vault_laid(command, &counting.rows.head.id);
    }
    pln_backup_reader_free(&counting.rows);
    sodium_memzero(&key, sizeof key);
    return good ? PLN_DONE : PLN_FAILED;
}
