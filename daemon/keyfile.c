// SPDX-License-Identifier: MPL-2.0
#include "keyfile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "home.h"
#include "incoming.h"
#include "proto/key_text.h"

#define KEY_FILE "node.key"

/* A sanitizer's leak check attaches to its own process, which a process closed to others forbids.
 */
#if defined(__SANITIZE_ADDRESS__)
#define CLOSED_TO_OTHERS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CLOSED_TO_OTHERS 0
#endif
#endif
#ifndef CLOSED_TO_OTHERS
#define CLOSED_TO_OTHERS 1
#endif

/** What the file says, in memory that is wiped. */
typedef struct {
    char text[PLN_KEY_TEXT_MAX + 1];
    uint8_t seed[PLN_SEED_SIZE];
} key_scratch_t;

bool pln_keyfile_harden(void)
{
    const struct rlimit none = {0, 0};
    bool good = setrlimit(RLIMIT_CORE, &none) == 0;
    if (CLOSED_TO_OTHERS) {
        good = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && good;
    }
    return good;
}

/* ---- reading ---- */

/** @path's permissions; false with the remedy. */
static bool check_file(int file, const char *path, char *error, size_t error_size)
{
    struct stat at;
    if (fstat(file, &at) != 0 || !S_ISREG(at.st_mode)) {
        snprintf(error, error_size, "%s is not a plain file; put the node's key back from a backup",
                 path);
        return false;
    }
    if (at.st_uid != geteuid()) {
        snprintf(error, error_size,
                 "%s belongs to another user; start plnd as that user, or make it yours with chown",
                 path);
        return false;
    }
    if ((at.st_mode & 077) != 0) {
        snprintf(
            error, error_size,
            "%s can be read by other users, who could then act as this node; run: chmod 600 %s",
            path, path);
        return false;
    }
    return true;
}

static bool read_text(int file, char text[PLN_KEY_TEXT_MAX + 1])
{
    size_t size = 0;
    while (size <= PLN_KEY_TEXT_MAX) {
        ssize_t got = read(file, text + size, PLN_KEY_TEXT_MAX + 1 - size);
        if (got == 0) {
            text[size] = '\0';
            return true;
        }
        if (got < 0 && errno != EINTR) {
            return false;
        }
        size += got > 0 ? (size_t)got : 0;
    }
    text[PLN_KEY_TEXT_MAX] = '\0';
    return false;
}

static bool read_key(int file, const char *path, pln_identity_t *out, char *error,
                     size_t error_size)
{
    key_scratch_t *scratch = sodium_malloc(sizeof *scratch);
    if (scratch == NULL) {
        abort();
    }
    pln_err_t read = read_text(file, scratch->text)
                         ? pln_key_text_read(scratch->text, out, scratch->seed)
                         : PLN_EMALFORMED;
    if (read == PLN_EVERSION) {
        snprintf(error, error_size,
                 "%s was made by a newer plnd; install that version or a later one", path);
    } else if (read != PLN_OK) {
        snprintf(
            error, error_size,
            "%s is damaged; put the node's key back from a backup (a new key would be a new node)",
            path);
    }
    sodium_free(scratch);
    return read == PLN_OK;
}

/* ---- making ---- */

static bool make_key(const char *dir, const char *path, char *error, size_t error_size)
{
    key_scratch_t *scratch = sodium_malloc(sizeof *scratch);
    if (scratch == NULL) {
        abort();
    }
    size_t size;
    do {
        randombytes_buf(scratch->seed, sizeof scratch->seed);
    } while ((size = pln_key_text_write(scratch->seed, scratch->text)) == 0);
    bool good = pln_home_write(dir, KEY_FILE, PLN_SPAN(scratch->text, size)) == PLN_OK;
    if (!good) {
        snprintf(error, error_size, "%s cannot be written: %s; check the disk and its permissions",
                 path, strerror(errno));
    }
    sodium_free(scratch);
    return good;
}

/* ---- the whole ---- */

/** A store without its key: a new key would silently be another node. */
static bool has_store(const char *dir)
{
    size_t room = strlen(dir) + sizeof "/store";
    char *path = pln_alloc(room);
    snprintf(path, room, "%s/store", dir);
    bool there = access(path, F_OK) == 0;
    free(path);
    return there;
}

/** An open node.key, made first where there is none; -1: @error. */
static int open_file(const char *dir, const char *path, bool *fresh, char *error, size_t error_size)
{
    *fresh = false;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0 && errno == ENOENT) {
        if (has_store(dir) || pln_incoming_there(dir)) {
            snprintf(error, error_size,
                     "%s is missing although %s holds a store; put the node's key back from a "
                     "backup, or choose an empty directory with --dir",
                     path, dir);
            return -1;
        }
        if (!make_key(dir, path, error, error_size)) {
            return -1;
        }
        *fresh = true;
        file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    }
    if (file < 0) {
        snprintf(error, error_size, "%s cannot be read: %s; put the node's key back from a backup",
                 path, strerror(errno));
    }
    return file;
}

pln_identity_t *pln_keyfile_open(const char *dir, bool *fresh, char *error, size_t error_size)
{
    size_t room = strlen(dir) + sizeof "/" KEY_FILE;
    char *path = pln_alloc(room);
    snprintf(path, room, "%s/%s", dir, KEY_FILE);
    pln_identity_t *identity = sodium_malloc(sizeof *identity);
    if (identity == NULL) {
        abort();
    }
    int file = open_file(dir, path, fresh, error, error_size);
    if (file < 0 || !check_file(file, path, error, error_size) ||
        !read_key(file, path, identity, error, error_size)) {
        pln_keyfile_close(&identity);
    } else {
        int locked = sodium_mprotect_readonly(identity);
        assert(locked == 0);
    }
    if (file >= 0) {
        close(file);
    }
    free(path);
    return identity;
}

void pln_keyfile_close(pln_identity_t **identity)
{
    sodium_free(*identity);
    *identity = NULL;
}
