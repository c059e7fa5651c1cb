// SPDX-License-Identifier: MPL-2.0
/* Runs every file named on the command line, or found in a directory named there, through the fuzz
 * target it is linked with: the corpus is an ordinary test in every build. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/bytes.h"

#define PATH_SIZE 4096u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** How many inputs ran, or -1 with a line on stderr. */
typedef long replayed_t;

static replayed_t complain(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return -1;
}

static replayed_t replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return complain(path);
    }
    pln_buf_t input = {0};
    uint8_t part[4096];
    size_t size;
    while ((size = fread(part, 1, sizeof part, file)) > 0) {
        pln_buf_add(&input, part, size);
    }
    replayed_t result = ferror(file) != 0 ? complain(path) : 1;
    fclose(file);
    if (result == 1) {
        uint8_t *exact = pln_alloc(input.size); /* so that a sanitizer sees a read past its end */
        pln_span_t span = input.size > 0 ? pln_buf_span(&input) : PLN_SPAN("", 0);
        memcpy(exact, span.data, span.size);
        (void)LLVMFuzzerTestOneInput(exact, span.size);
        free(exact);
    }
    pln_buf_free(&input);
    return result;
}

static replayed_t replay_directory(const char *path)
{
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return complain(path);
    }
    replayed_t total = 0;
    for (struct dirent *entry; total >= 0 && (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        char file[PATH_SIZE];
        int length = snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        if (length < 0 || (size_t)length >= sizeof file) {
            errno = ENAMETOOLONG;
            total = complain(path);
        } else {
            replayed_t one = replay_file(file);
            total = one < 0 ? one : total + one;
        }
    }
    closedir(directory);
    return total;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s FILE|DIRECTORY...\n", argv[0]);
        return 1;
    }
    replayed_t total = 0;
    for (int i = 1; i < argc; i++) {
        struct stat info;
        if (stat(argv[i], &info) != 0) {
            (void)complain(argv[i]);
            return 1;
        }
        replayed_t some = S_ISDIR(info.st_mode) ? replay_directory(argv[i]) : replay_file(argv[i]);
        if (some < 0) {
            return 1;
        }
        total += some;
    }
    printf("%ld inputs replayed\n", total);
    return 0;
}
