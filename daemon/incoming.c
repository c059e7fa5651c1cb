// SPDX-License-Identifier: MPL-2.0
#include "incoming.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "copies.h"
#include "log.h"
#include "proto/vault.h"
#include "store_fill.h"

#define PIECE_BYTES 65536u
#define FILE_NAME "incoming.pln"

/** Everything that names a place in DIR. */
typedef struct {
    const char *dir;
    char *file;   /**< DIR/incoming.pln */
    char *part;   /**< DIR/incoming.part */
    char *store;  /**< DIR/store */
    char *left;   /**< DIR/store/incoming.pln */
    char *taking; /**< DIR/taking */
    char *filled; /**< DIR/taking/store */
    char *whole;  /**< DIR/taking/store/incoming.pln */
    char *error;
    size_t error_size;
} places_t;

static char *joined(const char *dir, const char *name)
{
    size_t room = strlen(dir) + strlen(name) + 2;
    char *path = pln_alloc(room);
    snprintf(path, room, "%s/%s", dir, name);
    return path;
}

static places_t places_new(const char *dir, char *error, size_t error_size)
{
    return (places_t){
        .dir = dir,
        .file = joined(dir, FILE_NAME),
        .part = joined(dir, "incoming.part"),
        .store = joined(dir, "store"),
        .left = joined(dir, "store/" FILE_NAME),
        .taking = joined(dir, "taking"),
        .filled = joined(dir, "taking/store"),
        .whole = joined(dir, "taking/store/" FILE_NAME),
        .error = error,
        .error_size = error_size,
    };
}

static void places_free(places_t *places)
{
    char *paths[] = {places->file,   places->part,   places->store, places->left,
                     places->taking, places->filled, places->whole};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        free(paths[i]);
    }
}

static bool there(const char *path)
{
    return access(path, F_OK) == 0;
}

static bool fail(const places_t *places, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool fail(const places_t *places, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(places->error, places->error_size, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- reading ---- */

/** Where content goes, a piece at a time; false: it says why. */
typedef bool (*take_content_t)(void *arg, pln_span_t content);

static bool tell_damage(const places_t *places, pln_err_t error)
{
    if (error == PLN_EVERSION) {
        return fail(places, "%s was made by a newer plnd; install that version or a later one",
                    places->file);
    }
    if (error == PLN_ENOSPACE) {
        return fail(places, "no room on the disk to take in %s; free some and start again",
                    places->file);
    }
    if (error == PLN_EIO) {
        return fail(places, "%s cannot be taken in: %s; check the disk and start again",
                    places->file, strerror(errno));
    }
    return fail(places,
                "%s is damaged (%s): empty %s and run `pln restore` or `pln key import` again",
                places->file, pln_error_name(error), places->dir);
}

/** Read the whole vault; every content byte goes to @take. */
static bool read_vault(const places_t *places, pln_vault_reader_t *vault, take_content_t take,
                       void *arg)
{
    int file = open(places->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    uint8_t *piece = pln_alloc(PIECE_BYTES);
    pln_buf_t content = {0};
    pln_err_t error = file < 0 ? PLN_EIO : PLN_OK;
    bool taken = true;
    ssize_t got = 0;
    pln_vault_reader_begin(vault);
    while (taken && error == PLN_OK && (got = read(file, piece, PIECE_BYTES)) != 0) {
        if (got < 0) {
            error = errno == EINTR ? PLN_OK : PLN_EIO;
            continue;
        }
        error = pln_vault_read(vault, PLN_SPAN(piece, (size_t)got), &content);
        error = error == PLN_OK && vault->head.locked ? PLN_EMALFORMED : error;
        taken = error != PLN_OK || take(arg, pln_buf_span(&content));
        pln_buf_clear(&content);
    }
    error = error == PLN_OK && taken ? pln_vault_reader_end(vault) : error;
    if (file >= 0) {
        close(file);
    }
    sodium_memzero(piece, PIECE_BYTES);
    free(piece);
    if (content.data != NULL) {
        sodium_memzero(content.data, content.capacity);
    }
    pln_buf_free(&content);
    return taken && (error == PLN_OK || tell_damage(places, error));
}

static bool wrong_key(const places_t *places)
{
    return fail(places,
                "%s is of another key than %s/node.key: empty %s and run `pln restore` or "
                "`pln key import` again",
                places->file, places->dir, places->dir);
}

/* ---- a backup ---- */

typedef struct {
    const places_t *places;
    const pln_identity_t *self;
    uint64_t map_bytes;
    pln_backup_reader_t backup;
    pln_fill_t *fill;
} taking_t;

static bool begin_fill(taking_t *taking)
{
    const places_t *places = taking->places;
    pln_store_id_t fresh;
    if (!pln_id_equal(&taking->backup.head.id, &taking->self->id)) {
        return wrong_key(places);
    }
    if (taking->backup.head.format != PLN_STORE_FORMAT) {
        return fail(places,
                    "%s holds a store of format %" PRIu32
                    ", and this plnd knows %u; install the "
                    "version that made it",
                    places->file, taking->backup.head.format, PLN_STORE_FORMAT);
    }
    randombytes_buf(fresh.bytes, sizeof fresh.bytes);
    taking->fill = pln_fill_begin(places->taking, &taking->self->id, &fresh, taking->map_bytes,
                                  places->error, places->error_size);
    return taking->fill != NULL;
}

static bool take_rows(void *arg, pln_span_t content)
{
    taking_t *taking = arg;
    pln_backup_row_t row;
    pln_err_t error;
    pln_backup_put(&taking->backup, content);
    while ((error = pln_backup_next(&taking->backup, &row)) == PLN_OK) {
        if (taking->fill == NULL && !begin_fill(taking)) {
            return false;
        }
        error = pln_fill_row(taking->fill, &row);
        if (error != PLN_OK) {
            break;
        }
    }
    return error == PLN_ENOTFOUND || tell_damage(taking->places, error);
}

static bool end_fill(taking_t *taking)
{
    if (taking->fill == NULL && !begin_fill(taking)) { /* not one row */
        return false;
    }
    pln_err_t error = taking->backup.ended
                          ? pln_fill_end(taking->fill, taking->backup.head.arrivals)
                          : PLN_ETRUNCATED;
    return error == PLN_OK || tell_damage(taking->places, error);
}

/** Whatever an earlier start left of a store that was never whole. */
static bool clear_taking(const places_t *places)
{
    static const char *const files[] = {"data.mdb", "lock.mdb"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *path = joined(places->filled, files[i]);
        unlink(path);
        free(path);
    }
    rmdir(places->filled);
    rmdir(places->taking);
    return mkdir(places->taking, 0700) == 0 ||
           fail(places, "%s cannot be made: %s; check the disk and its permissions", places->taking,
                strerror(errno));
}

static bool sync_folder(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0) {
        close(folder);
    }
    return good;
}

static bool move(const places_t *places, const char *from, const char *to, const char *folder)
{
    return (rename(from, to) == 0 && sync_folder(folder)) ||
           fail(places, "%s cannot become %s: %s; check the disk and start again", from, to,
                strerror(errno));
}

/** The filled store takes its place. From the second rename on it is the store. */
static bool settle(const places_t *places)
{
    if (!there(places->whole) && !(move(places, places->file, places->whole, places->filled))) {
        return false;
    }
    if (!move(places, places->filled, places->store, places->dir)) {
        return false;
    }
    rmdir(places->taking);
    return true;
}

/** What was taken in is a copy that lies somewhere else. */
static void note_copy(const places_t *places, const pln_copies_t *made)
{
    if (pln_copies_note(places->dir, made) != PLN_OK) {
        pln_log(PLN_LOG_WARNING, "incoming", "when the copy was made could not be noted why=%s",
                strerror(errno));
    }
}

static bool fill_store(const places_t *places, const pln_identity_t *self, uint64_t map_bytes)
{
    taking_t taking = {.places = places, .self = self, .map_bytes = map_bytes};
    pln_vault_reader_t vault;
    bool good =
        clear_taking(places) && read_vault(places, &vault, take_rows, &taking) && end_fill(&taking);
    pln_copies_t made = {.backup_ms = taking.backup.head.made_ms};
    uint64_t rows = taking.backup.rows;
    pln_fill_free(&taking.fill);
    pln_backup_reader_free(&taking.backup);
    pln_vault_reader_free(&vault);
    if (!good || !settle(places)) {
        return false;
    }
    note_copy(places, &made);
    pln_log(PLN_LOG_INFO, "incoming", "a backup was taken in rows=%" PRIu64, rows);
    return true;
}

/* ---- a keyring ---- */

static bool keep_content(void *arg, pln_span_t content)
{
    pln_buf_t *all = arg;
    if (all->size + content.size <= PLN_KEYRING_SIZE_MAX) {
        pln_buf_add(all, content.data, content.size);
    }
    return true;
}

static bool read_ring(const places_t *places, const pln_identity_t *self, pln_keyring_t *ring)
{
    pln_vault_reader_t vault;
    pln_buf_t content = {0};
    bool good = read_vault(places, &vault, keep_content, &content);
    if (good) {
        pln_err_t error = vault.total == content.size
                              ? pln_keyring_decode(pln_buf_span(&content), ring)
                              : PLN_EOVERSIZE;
        good = error == PLN_OK || tell_damage(places, error);
    }
    if (good && !pln_id_equal(&ring->id, &self->id)) {
        pln_keyring_free(ring);
        good = wrong_key(places);
    }
    if (content.data != NULL) {
        sodium_memzero(content.data, content.capacity);
    }
    pln_buf_free(&content);
    pln_vault_reader_free(&vault);
    return good;
}

/* ---- the whole ---- */

/** By the head alone; what follows is checked when it is read. */
static bool read_what(const places_t *places, pln_vault_what_t *what)
{
    uint8_t head[PLN_VAULT_HEAD_SIZE];
    pln_vault_reader_t vault;
    pln_buf_t none = {0};
    int file = open(places->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool read_all = file >= 0 && read(file, head, sizeof head) == (ssize_t)sizeof head;
    pln_vault_reader_begin(&vault);
    pln_err_t error =
        read_all ? pln_vault_read(&vault, PLN_SPAN(head, sizeof head), &none) : PLN_ETRUNCATED;
    *what = vault.head.what;
    pln_vault_reader_free(&vault);
    if (file >= 0) {
        close(file);
    }
    return error == PLN_OK || tell_damage(places, error);
}

static bool take(const places_t *places, const pln_identity_t *self, uint64_t map_bytes,
                 pln_keyring_t *ring, bool *found)
{
    pln_vault_what_t what;
    if (there(places->whole) && !settle(places)) {
        return false;
    }
    unlink(places->left);
    rmdir(places->taking); /* empty when it was cut off between the two renames and this */
    if (!there(places->file)) {
        return true;
    }
    if (!read_what(places, &what)) {
        return false;
    }
    if (what == PLN_VAULT_KEY) {
        *found = read_ring(places, self, ring);
        if (*found) {
            note_copy(places, &(pln_copies_t){.key_ms = ring->made_ms});
        }
        return *found;
    }
    if (there(places->store)) {
        return fail(places,
                    "%s holds a store and a backup that was laid beside it: move one of the two "
                    "away (%s or %s)",
                    places->dir, places->store, places->file);
    }
    if (!fill_store(places, self, map_bytes)) {
        return false;
    }
    unlink(places->left);
    return true;
}

bool pln_incoming_check(const char *dir, char *error, size_t error_size)
{
    places_t places = places_new(dir, error, error_size);
    bool good = !there(places.part) ||
                fail(&places,
                     "a backup or key was not laid into %s to its end: run `pln restore` or `pln "
                     "key import` there again",
                     dir);
    places_free(&places);
    return good;
}

bool pln_incoming_take(const char *dir, const pln_identity_t *self, uint64_t map_bytes,
                       pln_keyring_t *ring, bool *found, char *error, size_t error_size)
{
    places_t places = places_new(dir, error, error_size);
    *found = false;
    bool good = take(&places, self, map_bytes, ring, found);
    places_free(&places);
    return good;
}

void pln_incoming_done(const char *dir)
{
    char *file = joined(dir, FILE_NAME);
    unlink(file);
    (void)sync_folder(dir);
    free(file);
}

bool pln_incoming_there(const char *dir)
{
    static const char *const names[] = {FILE_NAME, "incoming.part", "taking"};
    bool any = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *path = joined(dir, names[i]);
        any = any || there(path);
        free(path);
    }
    return any;
}
