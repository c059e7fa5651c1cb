// SPDX-License-Identifier: MPL-2.0
// make_dictionary: corpus in, proto/dictionary_1.c out. Run once per dictionary; see README.md.
//
// The text of the dictionary is the corpus itself, as payloads. Its entropy tables must describe
// records the text does not hold, so they are taken from payloads left out in turn: every fourth
// record is compressed with the text of all others, and those statistics are put before the whole
// text.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zdict.h>
#include <zstd.h>

#include "proto/kinds.h"
#include "proto/pack.h"

#define RECORDS_MAX 1024
#define FIELDS_MAX 64
#define LINE_MAX_BYTES 65536
#define DICTIONARY_MAX (112u * 1024u)
#define FOLDS 4

typedef struct {
    const pln_kind_t *kind;
    char *values[FIELDS_MAX]; /**< as written in the corpus, by index of pln_field_at */
} draft_t;

static pln_buf_t payloads[RECORDS_MAX];
static size_t payload_count;

static void fail(const char *what, const char *detail)
{
    fprintf(stderr, "make_dictionary: %s: %s\n", what, detail);
    exit(1);
}

/** Items of a list are separated by ';', those of grades and subjects by ','. */
static uint32_t split(char *text, const char *separators, char **items, uint32_t max)
{
    uint32_t count = 0;
    char *save = NULL;
    for (char *item = strtok_r(text, separators, &save); item != NULL && count < max;
         item = strtok_r(NULL, separators, &save)) {
        items[count++] = item + strspn(item, " ");
    }
    return count;
}

/** 2026-03-18 as Unix milliseconds; good for the years of a corpus. */
static uint64_t day_ms(const char *date)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int year = 0, month = 0, day = 0;
    if (sscanf(date, "%d-%d-%d", &year, &month, &day) != 3 || year < 1970 || month < 1 ||
        month > 12) {
        fail("no date", date);
    }
    int leaps = (year - 1969) / 4 + (month > 2 && year % 4 == 0 ? 1 : 0);
    return (uint64_t)((year - 1970) * 365 + leaps + before[month - 1] + day - 1) * 86400000u;
}

static void pack_value(pln_buf_t *out, const pln_field_t *field, char *text)
{
    switch (field->type) {
        case PLN_TYPE_UINT:
            pln_pack_uint(out, strtoull(text, NULL, 10));
            return;
        case PLN_TYPE_BOOL:
            pln_pack_bool(out, strcmp(text, "true") == 0);
            return;
        case PLN_TYPE_TIME:
            pln_pack_uint(out, day_ms(text));
            return;
        default:
            break;
    }
    if (field->many == 0) {
        pln_pack_cstr(out, text);
        return;
    }
    char *items[64];
    bool commas = strcmp(field->name, "grades") == 0 || strcmp(field->name, "subjects") == 0;
    uint32_t count = split(text, commas ? "," : ";", items, 64);
    pln_pack_array(out, count);
    for (uint32_t i = 0; i < count; i++) {
        pln_pack_cstr(out, items[i]);
    }
}

static void finish(draft_t *draft)
{
    if (draft->kind == NULL) {
        return;
    }
    uint32_t count = 0;
    for (size_t i = 0; i < FIELDS_MAX; i++) {
        count += draft->values[i] != NULL;
    }
    pln_buf_t *out = &payloads[payload_count++];
    if (payload_count == RECORDS_MAX) {
        fail("corpus", "too many records");
    }
    pln_pack_map(out, count);
    for (size_t i = 0; i < FIELDS_MAX; i++) {
        if (draft->values[i] != NULL) {
            const pln_field_t *field = pln_field_at(draft->kind, i);
            pln_pack_uint(out, field->number);
            pack_value(out, field, draft->values[i]);
            free(draft->values[i]);
        }
    }
    *draft = (draft_t){0};
}

static size_t field_index(const draft_t *draft, const char *name)
{
    for (size_t i = 0; i < FIELDS_MAX; i++) {
        const pln_field_t *field = pln_field_at(draft->kind, i);
        if (field == NULL) {
            break;
        }
        if (strcmp(field->name, name) == 0) {
            return i;
        }
    }
    return FIELDS_MAX;
}

/** "name: value" starts a field; any other line goes on with the text of the one before. */
static void take_line(draft_t *draft, char *line, size_t *current)
{
    char *colon = strstr(line, ": ");
    if (colon != NULL && (size_t)(colon - line) < 20) {
        *colon = '\0';
        if (draft->kind == NULL) {
            draft->kind = strcmp(line, "kind") == 0 ? pln_kind_by_name(colon + 2) : NULL;
            if (draft->kind == NULL) {
                fail("a record must begin with its kind", line);
            }
            return;
        }
        size_t index = field_index(draft, line);
        if (index < FIELDS_MAX) {
            *current = index;
            draft->values[index] = pln_strdup(colon + 2);
            return;
        }
        *colon = ':';
    }
    if (draft->kind == NULL || draft->values[*current] == NULL) {
        fail("a line outside of a field", line);
    }
    size_t size = strlen(draft->values[*current]);
    draft->values[*current] = pln_realloc(draft->values[*current], size + strlen(line) + 2);
    draft->values[*current][size] = '\n';
    strcpy(draft->values[*current] + size + 1, line);
}

static void read_corpus(const char *path)
{
    static char line[LINE_MAX_BYTES];
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fail("cannot open", path);
    }
    draft_t draft = {0};
    size_t current = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '\0') {
            finish(&draft);
        } else if (line[0] != '#') {
            take_line(&draft, line, &current);
        }
    }
    finish(&draft);
    fclose(file);
}

/** All payloads but those of @fold (none left out: FOLDS), the newest @max bytes of them. */
static pln_buf_t text_without(size_t fold, size_t max)
{
    pln_buf_t text = {0};
    for (size_t i = 0; i < payload_count; i++) {
        if (i % FOLDS != fold) {
            pln_buf_add(&text, payloads[i].data, payloads[i].size);
        }
    }
    if (text.size > max) {
        memmove(text.data, text.data + text.size - max, max);
        text.size = max;
    }
    return text;
}

/** Entropy tables measured on the records of @fold, compressed with the text of the others. */
static size_t header_of(size_t fold, int level, uint8_t *out, size_t room)
{
    pln_buf_t text = text_without(fold, DICTIONARY_MAX - 1024);
    pln_buf_t samples = {0};
    size_t sizes[RECORDS_MAX];
    unsigned count = 0;
    for (size_t i = fold; i < payload_count; i += FOLDS) {
        pln_buf_add(&samples, payloads[i].data, payloads[i].size);
        sizes[count++] = payloads[i].size;
    }
    ZDICT_params_t params = {.compressionLevel = level, .dictID = 1};
    uint8_t *whole = pln_alloc(DICTIONARY_MAX);
    size_t size = ZDICT_finalizeDictionary(whole, DICTIONARY_MAX, text.data, text.size,
                                           samples.data, sizes, count, params);
    if (ZDICT_isError(size)) {
        fail("zstd", ZDICT_getErrorName(size));
    }
    size_t header = ZDICT_getDictHeaderSize(whole, size);
    assert(!ZDICT_isError(header) && header <= room);
    memcpy(out, whole, header);
    free(whole);
    pln_buf_free(&text);
    pln_buf_free(&samples);
    return header;
}

/** Stored bytes of the records of all other folds' turn, each compressed without its own text. */
static size_t cost_of(const uint8_t *header, size_t header_size, int level)
{
    size_t total = 0;
    ZSTD_CCtx *compressor = ZSTD_createCCtx();
    for (size_t fold = 0; fold < FOLDS; fold++) {
        pln_buf_t text = text_without(fold, DICTIONARY_MAX - header_size);
        pln_buf_t whole = {0};
        pln_buf_add(&whole, header, header_size);
        pln_buf_add(&whole, text.data, text.size);
        ZSTD_CDict *dictionary = ZSTD_createCDict(whole.data, whole.size, level);
        ZSTD_CCtx_setParameter(compressor, ZSTD_c_dictIDFlag, 0);
        ZSTD_CCtx_refCDict(compressor, dictionary);
        for (size_t i = fold; i < payload_count; i += FOLDS) {
            uint8_t *out = pln_alloc(ZSTD_compressBound(payloads[i].size));
            size_t size = ZSTD_compress2(compressor, out, ZSTD_compressBound(payloads[i].size),
                                         payloads[i].data, payloads[i].size);
            assert(!ZSTD_isError(size));
            total += size - 4;
            free(out);
        }
        ZSTD_freeCDict(dictionary);
        pln_buf_free(&text);
        pln_buf_free(&whole);
    }
    ZSTD_freeCCtx(compressor);
    return total;
}

static void write_source(const uint8_t *data, size_t size)
{
    printf(
        "// SPDX-License-Identifier: MPL-2.0\n"
        "// Made by contrib/dictionary/make_dictionary.c; never edited: records depend on it.\n"
        "// clang-format off\n"
        "#include \"dictionary_1.h\"\n\n"
        "const size_t pln_dictionary_1_size = %zu;\n\n"
        "const uint8_t pln_dictionary_1[%zu] = {",
        size, size);
    for (size_t i = 0; i < size; i++) {
        printf("%s%u,", i % 24 == 0 ? "\n" : "", data[i]);
    }
    printf("\n};\n");
}

int main(int argc, char **argv)
{
    int level = 14;  // as codec.c has it: tables must describe what its search finds
    size_t raw = 0;
    for (int i = 1; i < argc; i++) {
        read_corpus(argv[i]);
    }
    for (size_t i = 0; i < payload_count; i++) {
        raw += payloads[i].size;
    }
    if (payload_count < FOLDS) {
        fail("corpus", "usage: make_dictionary CORPUS.txt... > dictionary_1.c");
    }
    uint8_t best[4096];
    size_t best_size = 0, best_cost = SIZE_MAX;
    for (size_t fold = 0; fold < FOLDS; fold++) {
        uint8_t header[4096];
        size_t size = header_of(fold, level, header, sizeof header);
        size_t cost = cost_of(header, size, level);
        fprintf(stderr,
                "tables of part %zu: %zu bytes, corpus left out in turn %zu -> %zu (%.3f)\n", fold,
                size, raw, cost, (double)cost / (double)raw);
        if (cost < best_cost) {
            best_cost = cost;
            best_size = size;
            memcpy(best, header, size);
        }
    }
    pln_buf_t whole = {0};
    pln_buf_add(&whole, best, best_size);
    pln_buf_t text = text_without(FOLDS, DICTIONARY_MAX - best_size);
    pln_buf_add(&whole, text.data, text.size);
    fprintf(stderr, "%zu records, %zu bytes of payload, dictionary %zu bytes\n", payload_count, raw,
            whole.size);
    write_source(whole.data, whole.size);
    for (size_t i = 0; i < payload_count; i++) {
        pln_buf_free(&payloads[i]);
    }
    pln_buf_free(&text);
    pln_buf_free(&whole);
    return 0;
}
