// SPDX-License-Identifier: MPL-2.0
#include "source.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "screen.h"

#define PIECE 65536u

const char *pln_source_name(const char *name)
{
    return strcmp(name, "-") == 0 ? "(standard input)" : name;
}

FILE *pln_source_open(const char *name)
{
    struct stat about;
    if (strcmp(name, "-") == 0) {
        return stdin;
    }
    FILE *file = fopen(name, "re");
    if (file != NULL && fstat(fileno(file), &about) == 0 && S_ISDIR(about.st_mode)) {
        fclose(file);
        pln_say("%s is a folder: name the files in it, such as %s/*.md", name, name);
        return NULL;
    }
    if (file == NULL) {
        pln_say("%s cannot be read: %s; check its name and permissions", name, strerror(errno));
    }
    return file;
}

void pln_source_close(FILE *file)
{
    if (file != stdin) {
        fclose(file);
    }
}

static bool ends_with(const char *name, const char *const *endings)
{
    const char *dot = strrchr(name, '.');
    for (; dot != NULL && *endings != NULL; endings++) {
        if (strcasecmp(dot, *endings) == 0) {
            return true;
        }
    }
    return false;
}

bool pln_source_is_csv(const char *name)
{
    static const char *const endings[] = {".csv", ".tsv", NULL};
    return ends_with(name, endings);
}

bool pln_source_is_named_document(const char *name)
{
    static const char *const endings[] = {".md", ".markdown", NULL};
    return ends_with(name, endings);
}

bool pln_source_is_document(FILE *file, const char *name)
{
    static const char *const endings[] = {".json", ".jsonl", ".ndjson", NULL};
    if (pln_source_is_named_document(name) || ends_with(name, endings)) {
        return pln_source_is_named_document(name);
    }
    int c = getc(file);
    while (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        c = getc(file);
    }
    if (c != EOF) {
        ungetc(c, file);
    }
    return c != '{' && c != '[' && c != EOF;
}

bool pln_source_read(FILE *file, const char *name, size_t max, pln_buf_t *out)
{
    size_t got;
    do {
        uint8_t *room = pln_buf_grow(out, PIECE);
        got = fread(room, 1, PIECE, file);
        out->size -= PIECE - got;
    } while (got > 0 && out->size <= max);
    if (ferror(file)) {
        pln_say("%s cannot be read: %s", pln_source_name(name), strerror(errno));
        return false;
    }
    if (out->size > max) {
        pln_say("%s is longer than %zu bytes, the most that one record can have; share it as files",
                pln_source_name(name), max);
        return false;
    }
    return true;
}
