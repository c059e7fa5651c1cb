// SPDX-License-Identifier: MPL-2.0
// make_vectors QUESTIONS.json VECTORS.json: put the cases that questions/ask.py wrote down, with
// the answers of its libraries, to the C code; where both say the same in every case, write the
// file. What has been written once stays: an existing file is refused.
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"

static json_t *load(const char *path)
{
    json_error_t error;
    json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (file == NULL) {
        fprintf(stderr, "make_vectors: %s:%d: %s\n", path, error.line, error.text);
    }
    return file;
}

static size_t disagreements(json_t *cases)
{
    size_t index, count = 0;
    json_t *vector;
    json_array_foreach(cases, index, vector)
    {
        char why[1024] = "";
        if (!answer_holds(vector, why, sizeof why)) {
            fprintf(stderr, "make_vectors: %s: %s\n", case_string(case_member(vector, "name")),
                    why);
            count++;
        }
    }
    return count;
}

static int save(json_t *file, const char *path)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (descriptor < 0) {
        perror(path);
        return 1;
    }
    int failed = json_dumpfd(file, descriptor, JSON_INDENT(1));
    failed = write(descriptor, "\n", 1) != 1 || failed != 0;
    return close(descriptor) != 0 || failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    if (argc != 3 || sodium_init() < 0) {
        fprintf(stderr, "usage: make_vectors QUESTIONS.json VECTORS.json\n");
        return 2;
    }
    json_t *file = load(argv[1]);
    if (file == NULL) {
        return 1;
    }
    json_t *cases = case_member(file, "cases");
    size_t count = json_array_size(cases), wrong = disagreements(cases);
    printf("%s: %zu cases, %zu disagreements\n", argv[1], count, wrong);
    int failed = wrong > 0 || count == 0 ? 1 : save(file, argv[2]);
    json_decref(file);
    return failed;
}
