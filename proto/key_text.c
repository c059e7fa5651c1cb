// SPDX-License-Identifier: MPL-2.0
#include "key_text.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

#define FORMAT 1
#define CHECK_SIZE 8
#define CHECK_DOMAIN "pln keyfile 1"

static void check_of(const uint8_t seed[PLN_SEED_SIZE], char out[2 * CHECK_SIZE + 1])
{
    pln_hash_t hash;
    pln_hash(CHECK_DOMAIN, seed, PLN_SEED_SIZE, &hash);
    pln_hex(hash.bytes, CHECK_SIZE, out);
}

/* ---- writing ---- */

static size_t add(char *out, size_t at, const char *text)
{
    size_t size = strlen(text);
    assert(at + size < PLN_KEY_TEXT_MAX);
    memcpy(out + at, text, size + 1);
    return at + size;
}

size_t pln_key_text_write(const uint8_t seed[PLN_SEED_SIZE], char out[PLN_KEY_TEXT_MAX])
{
    pln_identity_t derived;
    if (pln_identity_derive(seed, &derived) != PLN_OK) {
        return 0;
    }
    char did[PLN_DID_SIZE], check[2 * CHECK_SIZE + 1];
    pln_did(&derived.id, did);
    check_of(seed, check);
    sodium_memzero(&derived, sizeof derived);
    size_t at = add(out, 0,
                    "# Whoever has this file is this node. Keep it secret, and keep a backup.\n"
                    "pln node key 1\nid ");
    at = add(out, at, did);
    at = add(out, at, "\nseed ");
    pln_hex(seed, PLN_SEED_SIZE, out + at);
    at = add(out, at + 2 * (size_t)PLN_SEED_SIZE, "\ncheck ");
    at = add(out, at, check);
    return add(out, at, "\n");
}

/* ---- reading ---- */

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

/** The seed of the line that begins at @line. */
static bool read_seed(char *line, uint8_t seed[PLN_SEED_SIZE])
{
    if (line == NULL || strcspn(line, "\r\n") != 2 * (size_t)PLN_SEED_SIZE) {
        return false;
    }
    char after = line[2 * PLN_SEED_SIZE];
    line[2 * PLN_SEED_SIZE] = '\0';
    bool good = pln_unhex(line, seed, PLN_SEED_SIZE) == PLN_OK;
    line[2 * PLN_SEED_SIZE] = after;
    return good;
}

static bool understand(char *text, pln_identity_t *out, uint8_t seed[PLN_SEED_SIZE])
{
    char expected[2 * CHECK_SIZE + 1], did[PLN_DID_SIZE];
    if (!read_seed(line_after(text, "seed"), seed)) {
        return false;
    }
    check_of(seed, expected);
    if (!equals_line(line_after(text, "check"), expected) ||
        pln_identity_derive(seed, out) != PLN_OK) {
        return false;
    }
    pln_did(&out->id, did);
    return equals_line(line_after(text, "id"), did);
}

pln_err_t pln_key_text_read(char *text, pln_identity_t *out, uint8_t seed[PLN_SEED_SIZE])
{
    uint8_t own[PLN_SEED_SIZE];
    const char *format = line_after(text, "pln node key");
    if (format != NULL && strtol(format, NULL, 10) > FORMAT) {
        return PLN_EVERSION;
    }
    bool good = equals_line(format, "1") && understand(text, out, own);
    if (good && seed != NULL) {
        memcpy(seed, own, sizeof own);
    }
    sodium_memzero(own, sizeof own);
    return good ? PLN_OK : PLN_EMALFORMED;
}
