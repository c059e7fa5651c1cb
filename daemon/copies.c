// SPDX-License-Identifier: MPL-2.0
#include "copies.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "home.h"

#define FILE_NAME "copies"

static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;

pln_copies_t pln_copies_read(const char *dir)
{
    pln_copies_t copies = {0, 0};
    char word[8];
    uint64_t ms;
    size_t room = strlen(dir) + sizeof "/" FILE_NAME;
    char *path = pln_alloc(room);
    snprintf(path, room, "%s/" FILE_NAME, dir);
    FILE *file = fopen(path, "re");
    free(path);
    while (file != NULL && fscanf(file, "%7s %" SCNu64, word, &ms) == 2) {
        if (strcmp(word, "backup") == 0) {
            copies.backup_ms = ms;
        } else if (strcmp(word, "key") == 0) {
            copies.key_ms = ms;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return copies;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static int add_line(char *out, size_t size, const char *word, uint64_t ms)
{
    return ms == 0 ? 0 : snprintf(out, size, "%s %" PRIu64 "\n", word, ms);
}

pln_err_t pln_copies_note(const char *dir, const pln_copies_t *made)
{
    char text[96] = "";
    pthread_mutex_lock(&writing);
    pln_copies_t copies = pln_copies_read(dir);
    int size = add_line(text, sizeof text, "backup", later(copies.backup_ms, made->backup_ms));
    size += add_line(text + size, sizeof text - (size_t)size, "key",
                     later(copies.key_ms, made->key_ms));
    pln_err_t error = pln_home_write(dir, FILE_NAME, PLN_SPAN(text, (size_t)size));
    pthread_mutex_unlock(&writing);
    return error;
}
