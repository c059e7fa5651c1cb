// SPDX-License-Identifier: MPL-2.0
#include "passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "file_problem.h"
#include "screen.h"

/** What opening costs whoever guesses: 3 passes over 256 MiB, about a second here. */
enum { PASSES = 3, MEMORY_KIB = 262144 };

/** The first line of what @file gives. False: it cannot be read. */
static bool read_line(int file, pln_passphrase_t *out)
{
    char byte;
    ssize_t got;
    out->size = 0;
    while ((got = read(file, &byte, 1)) != 0) {
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0 || byte == '\n' || out->size > PLN_VAULT_PASSPHRASE_MAX) {
            break;
        }
        if (out->size < PLN_VAULT_PASSPHRASE_MAX) {
            out->text[out->size] = byte;
        }
        out->size++;
    }
    if (out->size > 0 && out->size <= PLN_VAULT_PASSPHRASE_MAX &&
        out->text[out->size - 1] == '\r') {
        out->size--;
    }
    return got >= 0;
}

static bool usable(const pln_passphrase_t *passphrase, const char *where)
{
    if (passphrase->size == 0) {
        pln_say("%s is empty: give a passphrase of at least one character", where);
        return false;
    }
    if (passphrase->size > PLN_VAULT_PASSPHRASE_MAX) {
        pln_say("%s is longer than %u bytes: give a shorter passphrase", where,
                PLN_VAULT_PASSPHRASE_MAX);
        return false;
    }
    return true;
}

static bool from_file(const char *name, pln_passphrase_t *out)
{
    int file = open(name, O_RDONLY | O_CLOEXEC);
    bool good = file >= 0 && read_line(file, out);
    if (!good) {
        pln_unreadable(name, errno);
    }
    if (file >= 0) {
        close(file);
    }
    return good && usable(out, name);
}

/** One line of the terminal, not shown. */
static bool ask(const char *question, pln_passphrase_t *out)
{
    struct termios before, hidden;
    if (tcgetattr(STDIN_FILENO, &before) != 0) {
        pln_say("the terminal cannot be asked: %s; give --passphrase-file", strerror(errno));
        return false;
    }
    hidden = before;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    /* Before the question: who answers at once is neither shown nor loses what was typed. */
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    fprintf(stderr, "%s: ", question);
    fflush(stderr);
    bool good = read_line(STDIN_FILENO, out);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', stderr);
    return good;
}

static bool from_terminal(bool fresh, pln_passphrase_t *out)
{
    pln_passphrase_t again = {.size = 0};
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        pln_say("a passphrase is needed and there is no terminal to ask: give --passphrase-file");
        return false;
    }
    if (!ask("Passphrase", out) || !usable(out, "the passphrase")) {
        return false;
    }
    bool same = !fresh || (ask("The same again", &again) && again.size == out->size &&
                           memcmp(again.text, out->text, out->size) == 0);
    sodium_memzero(&again, sizeof again);
    if (!same) {
        pln_say("the two are not the same: nothing was written");
    }
    return same;
}

bool pln_passphrase_get(const char *file, bool fresh, pln_passphrase_t *out)
{
    return file != NULL ? from_file(file, out) : from_terminal(fresh, out);
}

bool pln_passphrase_lock(const pln_passphrase_t *passphrase, pln_vault_what_t what,
                         pln_vault_head_t *head, pln_vault_key_t *key)
{
    *head = (pln_vault_head_t){
        .what = what, .locked = true, .passes = PASSES, .memory_kib = MEMORY_KIB};
    randombytes_buf(head->salt, sizeof head->salt);
    randombytes_buf(head->nonce, sizeof head->nonce);
    if (pln_vault_derive(head, PLN_SPAN(passphrase->text, passphrase->size), key) != PLN_OK) {
        pln_say("this machine has not the %u MiB of memory that locking takes for a moment",
                MEMORY_KIB / 1024u);
        return false;
    }
    return true;
}
