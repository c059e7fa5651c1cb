// SPDX-License-Identifier: MPL-2.0
#include "vault_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_problem.h"
#include "screen.h"

#define PIECE_BYTES 65536u

/* ---- writing ---- */

/** Nothing, an empty file, or an older vault may be replaced; nothing else. */
static bool replaceable(const char *name)
{
    static const uint8_t magic[4] = {0x89, 'P', 'L', 'N'};
    uint8_t begin[sizeof magic];
    struct stat at;
    if (lstat(name, &at) != 0) {
        return errno == ENOENT;
    }
    int file = S_ISREG(at.st_mode) ? open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    ssize_t got = file < 0 ? -1 : read(file, begin, sizeof begin);
    if (file >= 0) {
        close(file);
    }
    return got == 0 || (got == (ssize_t)sizeof begin && memcmp(begin, magic, sizeof magic) == 0);
}

bool pln_new_file_open(pln_new_file_t *out, const char *name)
{
    size_t room = strlen(name) + sizeof ".part";
    *out = (pln_new_file_t){.name = pln_strdup(name), .part = pln_alloc(room), .file = -1};
    snprintf(out->part, room, "%s.part", name);
    if (strcmp(name, "-") == 0) {
        pln_say("it holds this node's key, so it goes into a file of its own: give a name, not -");
        pln_new_file_drop(out);
        return false;
    }
    if (!replaceable(name)) {
        pln_say("%s is there and is no backup or key of pln: choose another name", name);
        pln_new_file_drop(out);
        return false;
    }
    unlink(out->part); /* left by one that was cut off */
    out->file = open(out->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (out->file < 0) {
        pln_unwritable(name, errno);
        pln_new_file_drop(out);
        return false;
    }
    return true;
}

bool pln_new_file_add(pln_new_file_t *out, pln_span_t bytes)
{
    for (size_t done = 0; done < bytes.size;) {
        ssize_t wrote = write(out->file, bytes.data + done, bytes.size - done);
        if (wrote < 0 && errno != EINTR) {
            return pln_unwritable(out->name, errno);
        }
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    out->bytes += bytes.size;
    return true;
}

static bool sync_folder_of(const char *name)
{
    char *copy = pln_strdup(name);
    int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0) {
        close(folder);
    }
    free(copy);
    return good;
}

bool pln_new_file_keep(pln_new_file_t *out)
{
    bool good = fsync(out->file) == 0;
    good = close(out->file) == 0 && good;
    out->file = -1;
    if (!good || rename(out->part, out->name) != 0 || !sync_folder_of(out->name)) {
        pln_unwritable(out->name, errno);
        unlink(out->part);
        return false;
    }
    return true;
}

void pln_new_file_drop(pln_new_file_t *out)
{
    if (out->file >= 0) {
        close(out->file);
        unlink(out->part);
        out->file = -1;
    }
    free(out->name);
    free(out->part);
    out->name = out->part = NULL;
}

/* ---- reading ---- */

void pln_vault_file_tell(const char *name, pln_err_t error)
{
    switch (error) {
        case PLN_EMALFORMED:
            pln_say(
                "%s is no backup and no key of pln: look for the file that `pln backup` or "
                "`pln key export` has written",
                name);
            break;
        case PLN_EVERSION:
            pln_say("%s was made by a newer pln: install that version or a later one", name);
            break;
        case PLN_EOVERSIZE:
            pln_say(
                "%s asks for more work to open than any pln does, so none has made it: take "
                "another copy",
                name);
            break;
        case PLN_ETRUNCATED:
            pln_say("%s is cut off: copy it again, or take an older one", name);
            break;
        case PLN_EKEY:
            pln_say("%s does not open with this passphrase: try another one", name);
            break;
        default:
            pln_say("%s is damaged: its checksum differs; copy it again, or take an older one",
                    name);
            break;
    }
}

typedef struct {
    const char *name;
    pln_vault_reader_t vault;
    pln_buf_t content;
    pln_vault_content_t take;
    void *arg;
} reading_t;

static bool take_piece(reading_t *reading, pln_span_t piece)
{
    pln_err_t error = pln_vault_read(&reading->vault, piece, &reading->content);
    if (error != PLN_OK) {
        pln_vault_file_tell(reading->name, error);
        return false;
    }
    bool good = reading->take(reading->arg, pln_buf_span(&reading->content));
    sodium_memzero(reading->content.data, reading->content.size);
    pln_buf_clear(&reading->content);
    return good;
}

static bool read_all(reading_t *reading, int file, uint8_t *piece)
{
    ssize_t got;
    while ((got = read(file, piece, PIECE_BYTES)) != 0) {
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return pln_unreadable(reading->name, errno);
        }
        if (!take_piece(reading, PLN_SPAN(piece, (size_t)got))) {
            return false;
        }
    }
    pln_err_t error = pln_vault_reader_end(&reading->vault);
    if (error != PLN_OK) {
        pln_vault_file_tell(reading->name, error);
    }
    return error == PLN_OK;
}

bool pln_vault_file_read(const char *name, const pln_vault_head_t *head, const pln_vault_key_t *key,
                         pln_vault_content_t take, void *arg, pln_vault_head_t *read)
{
    reading_t reading = {.name = name, .take = take, .arg = arg};
    int file = pln_open_file(name);
    if (file < 0) {
        return false;
    }
    uint8_t *piece = pln_alloc(PIECE_BYTES);
    pln_vault_reader_begin(&reading.vault);
    if (key != NULL) {
        pln_vault_reader_unlock(&reading.vault, head, key);
    }
    bool good = read_all(&reading, file, piece);
    if (read != NULL) {
        *read = reading.vault.head;
    }
    pln_vault_reader_free(&reading.vault);
    pln_buf_free(&reading.content);
    sodium_memzero(piece, PIECE_BYTES);
    free(piece);
    close(file);
    return good;
}
