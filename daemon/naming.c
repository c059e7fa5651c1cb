// SPDX-License-Identifier: MPL-2.0
#include "naming.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "home.h"

#define FILE_NAME "name"

struct pln_naming {
    pthread_mutex_t lock;
    char *dir;
    char configured[PLN_NAME_MAX + 1];
    char name[PLN_NAME_MAX + 1];
};

/** One line without its end; false: there is none, or it is no name. */
static bool read_line(FILE *file, char out[PLN_NAME_MAX + 1])
{
    char line[PLN_NAME_MAX + 2];
    if (fgets(line, sizeof line, file) == NULL) {
        return false;
    }
    size_t size = strcspn(line, "\n");
    if (line[size] != '\n' || size == 0 || !pln_utf8_valid(PLN_SPAN(line, size))) {
        return false;
    }
    memcpy(out, line, size);
    out[size] = '\0';
    return true;
}

static void read_file(pln_naming_t *naming)
{
    char said[PLN_NAME_MAX + 1], over[PLN_NAME_MAX + 1];
    size_t room = strlen(naming->dir) + sizeof "/" FILE_NAME;
    char *path = pln_alloc(room);
    snprintf(path, room, "%s/" FILE_NAME, naming->dir);
    FILE *file = fopen(path, "re");
    free(path);
    if (file != NULL) {
        if (read_line(file, said) && read_line(file, over) &&
            strcmp(over, naming->configured) == 0) {
            memcpy(naming->name, said, sizeof said);
        }
        fclose(file);
    }
}

pln_naming_t *pln_naming_open(const char *dir, const char *configured)
{
    pln_naming_t *naming = pln_alloc_zero(1, sizeof *naming);
    pthread_mutex_init(&naming->lock, NULL);
    naming->dir = pln_strdup(dir);
    snprintf(naming->configured, sizeof naming->configured, "%s", configured);
    memcpy(naming->name, naming->configured, sizeof naming->name);
    read_file(naming);
    return naming;
}

void pln_naming_close(pln_naming_t **taken)
{
    pln_naming_t *naming = *taken;
    if (naming != NULL) {
        pthread_mutex_destroy(&naming->lock);
        free(naming->dir);
        free(naming);
        *taken = NULL;
    }
}

void pln_naming_get(pln_naming_t *naming, char out[PLN_NAME_MAX + 1])
{
    pthread_mutex_lock(&naming->lock);
    memcpy(out, naming->name, sizeof naming->name);
    pthread_mutex_unlock(&naming->lock);
}

pln_err_t pln_naming_set(pln_naming_t *naming, const char *name)
{
    char text[2 * PLN_NAME_MAX + 3];
    pthread_mutex_lock(&naming->lock);
    int size = snprintf(text, sizeof text, "%s\n%s\n", name, naming->configured);
    pln_err_t error = pln_home_write(naming->dir, FILE_NAME, PLN_SPAN(text, (size_t)size));
    if (error == PLN_OK) {
        snprintf(naming->name, sizeof naming->name, "%s", name);
    }
    pthread_mutex_unlock(&naming->lock);
    return error;
}
