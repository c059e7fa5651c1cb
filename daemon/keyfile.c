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
#include "proto/hash.h"

#define KEY_FILE "node.key"
#define KEY_FORMAT 1
#define KEY_TEXT_MAX 1024
#define KEY_CHECK_SIZE 8
#define KEY_DOMAIN "pln keyfile 1"

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
    char text[KEY_TEXT_MAX + 1];
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

static void check_of(const uint8_t seed[PLN_SEED_SIZE], char out[2 * KEY_CHECK_SIZE + 1])
{
    pln_hash_t hash;
    pln_hash(KEY_DOMAIN, seed, PLN_SEED_SIZE, &hash);
    pln_hex(hash.bytes, KEY_CHECK_SIZE, out);
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

/** The rest of the line that begins with @word and a space, NUL-terminated in place; or NULL. */
static char *line_after(char *text, const char *word)
{
    size_t size = strlen(word);
    for (char *line = text; line != NULL;) {
        if (strncmp(line, word, size) == 0 && line[size] == ' ') {
            return line + size + 1;
        }
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    return NULL;
}

static bool equals_line(const char *line, const char *text)
{
    size_t size = strlen(text);
    return line != NULL && strncmp(line, text, size) == 0 &&
           (line[size] == '\n' || line[size] == '\0' || line[size] == '\r');
}

/** Text to identity; false: damaged. */
static bool understand(key_scratch_t *scratch, pln_identity_t *out)
{
    char *seed = line_after(scratch->text, "seed");
    const char *check = line_after(scratch->text, "check");
    const char *id = line_after(scratch->text, "id");
    if (seed == NULL || strcspn(seed, "\r\n") != 2 * (size_t)PLN_SEED_SIZE) {
        return false;
    }
    char after = seed[2 * PLN_SEED_SIZE];
    seed[2 * PLN_SEED_SIZE] = '\0';
    bool good = pln_unhex(seed, scratch->seed, PLN_SEED_SIZE) == PLN_OK;
    seed[2 * PLN_SEED_SIZE] = after;
    char expected[2 * KEY_CHECK_SIZE + 1];
    check_of(scratch->seed, expected);
    if (!good || !equals_line(check, expected) ||
        pln_identity_derive(scratch->seed, out) != PLN_OK) {
        return false;
    }
    char did[PLN_DID_SIZE];
    pln_did(&out->id, did);
    return equals_line(id, did);
}

static bool read_text(int file, char text[KEY_TEXT_MAX + 1])
{
    size_t size = 0;
    while (size <= KEY_TEXT_MAX) {
        ssize_t got = read(file, text + size, KEY_TEXT_MAX + 1 - size);
        if (got == 0) {
            text[size] = '\0';
            return true;
        }
        if (got < 0 && errno != EINTR) {
            return false;
        }
        size += got > 0 ? (size_t)got : 0;
    }
    text[KEY_TEXT_MAX] = '\0';
    return false;
}

static bool read_key(int file, const char *path, pln_identity_t *out, char *error,
                     size_t error_size)
{
    key_scratch_t *scratch = sodium_malloc(sizeof *scratch);
    if (scratch == NULL) {
        abort();
    }
    bool good = read_text(file, scratch->text);
    const char *format = line_after(scratch->text, "pln node key");
    if (good && format != NULL && strtol(format, NULL, 10) > KEY_FORMAT) {
        snprintf(error, error_size,
                 "%s was made by a newer plnd; install that version or a later one", path);
        good = false;
    } else if (!good || !equals_line(format, "1") || !understand(scratch, out)) {
        snprintf(
            error, error_size,
            "%s is damaged; put the node's key back from a backup (a new key would be a new node)",
            path);
        good = false;
    }
    sodium_free(scratch);
    return good;
}

/* ---- making ---- */

static bool make_key(const char *dir, const char *path, char *error, size_t error_size)
{
    key_scratch_t *scratch = sodium_malloc(sizeof *scratch);
    pln_identity_t *drawn = sodium_malloc(sizeof *drawn);
    if (scratch == NULL || drawn == NULL) {
        abort();
    }
    do {
        randombytes_buf(scratch->seed, sizeof scratch->seed);
    } while (pln_identity_derive(scratch->seed, drawn) != PLN_OK);
    char did[PLN_DID_SIZE];
    char check[2 * KEY_CHECK_SIZE + 1];
    pln_did(&drawn->id, did);
    check_of(scratch->seed, check);
    int head = snprintf(scratch->text, sizeof scratch->text,
                        "# Whoever has this file is this node. Keep it secret, and keep a backup.\n"
                        "pln node key %d\nid %s\nseed ",
                        KEY_FORMAT, did);
    char *seed = scratch->text + head;
    pln_hex(scratch->seed, PLN_SEED_SIZE, seed);
    char *rest = seed + 2 * PLN_SEED_SIZE;
    int tail = snprintf(rest, sizeof scratch->text - (size_t)(rest - scratch->text), "\ncheck %s\n",
                        check);
    size_t size = (size_t)(rest - scratch->text) + (size_t)tail;
    assert(size < sizeof scratch->text);
    bool good = pln_home_write(dir, KEY_FILE, PLN_SPAN(scratch->text, size)) == PLN_OK;
    if (!good) {
        snprintf(error, error_size, "%s cannot be written: %s; check the disk and its permissions",
                 path, strerror(errno));
    }
    sodium_free(drawn);
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
        if (has_store(dir)) {
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
