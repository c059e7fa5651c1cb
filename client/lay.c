// SPDX-License-Identifier: MPL-2.0
#include "lay.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_problem.h"
#include "proto/key_text.h"
#include "screen.h"

#define PART "incoming.part"
#define KEY_FILE "node.key"
#define KEY_PART "node.key.new"

static char *joined(const char *dir, const char *name)
{
    size_t room = strlen(dir) + strlen(name) + 2;
    char *path = pln_alloc(room);
    snprintf(path, room, "%s/%s", dir, name);
    return path;
}

/* ---- the folder ---- */

/** What a try that was cut off leaves, the key being of the same, and plnd that refused to start.
 */
static bool is_remnant(const char *name)
{
    static const char *const names[] = {PART, KEY_FILE, KEY_PART, "lock", ".", ".."};
    bool known = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        known = known || strcmp(name, names[i]) == 0;
    }
    return known;
}

/** Nothing in it, or only such a remnant (*cut_off). */
static bool is_free(DIR *folder, bool *cut_off)
{
    bool empty = true, remnants = true;
    *cut_off = false;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        empty = empty && entry->d_name[0] == '.' && is_remnant(entry->d_name);
        remnants = remnants && is_remnant(entry->d_name);
        *cut_off = *cut_off || strcmp(entry->d_name, PART) == 0;
    }
    return empty || (remnants && *cut_off);
}

static bool check(const char *dir, bool *cut_off)
{
    DIR *folder = opendir(dir);
    *cut_off = false;
    if (folder == NULL && errno == ENOENT) {
        return true;
    }
    if (folder == NULL) {
        pln_say("%s cannot be used: %s; choose another one with --dir", dir, strerror(errno));
        return false;
    }
    bool good = is_free(folder, cut_off);
    closedir(folder);
    if (!good) {
        pln_say("%s is not empty, and nothing in it is replaced: choose an empty one with --dir",
                dir);
    }
    return good;
}

bool pln_lay_check(const char *dir)
{
    bool cut_off;
    return check(dir, &cut_off);
}

/** The folder @path, which may be there; the first that was not is noted. */
static bool make_folder(pln_lay_t *lay, const char *path)
{
    if (mkdir(path, 0700) != 0) {
        return errno == EEXIST;
    }
    lay->made = lay->made == 0 ? strlen(path) : lay->made;
    return true;
}

static bool make_folders(pln_lay_t *lay)
{
    char *path = pln_strdup(lay->dir);
    bool good = true;
    for (char *at = path + 1; good && *at != '\0'; at++) {
        if (*at == '/') {
            *at = '\0';
            good = make_folder(lay, path);
            *at = '/';
        }
    }
    good = good && make_folder(lay, path);
    free(path);
    return good;
}

/** Those that were made, from the last to the first. */
static void remove_folders(const pln_lay_t *lay)
{
    char *path = pln_strdup(lay->dir);
    for (size_t size = strlen(path); lay->made > 0 && size >= lay->made; size--) {
        if (path[size] == '\0' || path[size] == '/') {
            path[size] = '\0';
            rmdir(path);
        }
    }
    free(path);
}

/** The key first: with the part alone it is still seen what happened. */
static void clear_remnants(const char *dir)
{
    static const char *const names[] = {KEY_PART, KEY_FILE, PART};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *path = joined(dir, names[i]);
        unlink(path);
        free(path);
    }
}

static bool sync_folder(const char *dir)
{
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0) {
        close(folder);
    }
    return good;
}

/* ---- files ---- */

static bool complain(const char *path)
{
    return pln_unwritable(path, errno);
}

static int create(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static bool write_all(int file, pln_span_t bytes)
{
    for (size_t done = 0; done < bytes.size;) {
        ssize_t wrote = write(file, bytes.data + done, bytes.size - done);
        if (wrote < 0 && errno != EINTR) {
            return false;
        }
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    return true;
}

static bool flush(pln_lay_t *lay)
{
    bool good = write_all(lay->out, pln_buf_span(&lay->bytes));
    if (lay->bytes.data != NULL) {
        sodium_memzero(lay->bytes.data, lay->bytes.size);
    }
    pln_buf_clear(&lay->bytes);
    return good || complain(lay->part);
}

bool pln_lay_begin(pln_lay_t *lay, const char *dir, pln_vault_what_t what)
{
    const pln_vault_head_t head = {.what = what};
    bool cut_off;
    *lay = (pln_lay_t){.dir = pln_strdup(dir),
                       .part = joined(dir, PART),
                       .file = joined(dir, "incoming.pln"),
                       .out = -1};
    if (!check(dir, &cut_off)) {
        return false;
    }
    if (cut_off) {
        clear_remnants(dir);
    }
    if (!make_folders(lay)) {
        return complain(dir);
    }
    lay->out = create(lay->part);
    if (lay->out < 0) {
        return complain(lay->part);
    }
    pln_vault_begin(&lay->vault, &head, NULL, &lay->bytes);
    return flush(lay);
}

bool pln_lay_add(pln_lay_t *lay, pln_span_t content)
{
    pln_vault_add(&lay->vault, content, &lay->bytes);
    return flush(lay);
}

static bool lay_key(const pln_lay_t *lay, const uint8_t seed[PLN_SEED_SIZE])
{
    char text[PLN_KEY_TEXT_MAX];
    char *part = joined(lay->dir, KEY_PART);
    char *path = joined(lay->dir, KEY_FILE);
    size_t size = pln_key_text_write(seed, text);
    int file = size == 0 ? -1 : create(part);
    bool good = file >= 0 && write_all(file, PLN_SPAN(text, size)) && fsync(file) == 0;
    if (file >= 0) {
        good = close(file) == 0 && good;
    }
    good = good && rename(part, path) == 0 && sync_folder(lay->dir);
    sodium_memzero(text, sizeof text);
    if (!good) {
        complain(path);
    }
    free(path);
    free(part);
    return good;
}

bool pln_lay_finish(pln_lay_t *lay, const uint8_t seed[PLN_SEED_SIZE])
{
    pln_vault_end(&lay->vault, &lay->bytes);
    if (!flush(lay)) {
        return false;
    }
    if (fsync(lay->out) != 0) {
        return complain(lay->part);
    }
    lay->done =
        lay_key(lay, seed) &&
        ((rename(lay->part, lay->file) == 0 && sync_folder(lay->dir)) || complain(lay->file));
    return lay->done;
}

void pln_lay_end(pln_lay_t *lay)
{
    if (lay->out >= 0) {
        close(lay->out);
    }
    if (lay->out >= 0 && !lay->done) {
        clear_remnants(lay->dir);
    }
    if (!lay->done) {
        remove_folders(lay);
    }
    pln_vault_writer_free(&lay->vault);
    pln_buf_free(&lay->bytes);
    free(lay->dir);
    free(lay->part);
    free(lay->file);
}
