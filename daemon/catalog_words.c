// SPDX-License-Identifier: MPL-2.0
#include "catalog_words.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

// 48 bits of a hash: among a million values two share a token about once in 500 catalogs, and the
// price is one record too many in a list.
void pln_facet_token(const char *name, pln_span_t value, char out[PLN_FACET_TEXT_SIZE])
{
    crypto_generichash_state state;
    uint8_t hash[16];
    while (value.size > 0 && value.data[0] == ' ') {
        value = PLN_SPAN(value.data + 1, value.size - 1);
    }
    while (value.size > 0 && value.data[value.size - 1] == ' ') {
        value.size--;
    }
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    crypto_generichash_update(&state, (const uint8_t *)name, strlen(name) + 1);
    for (size_t i = 0; i < value.size; i++) {
        uint8_t byte = value.data[i];
        byte = byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + 'a' - 'A') : byte;
        crypto_generichash_update(&state, &byte, 1);
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    snprintf(out, PLN_FACET_TEXT_SIZE, "9%015llu", (unsigned long long)(pln_get_u64(hash) >> 16));
}

static void add_text(pln_buf_t *out, const char *text)
{
    pln_buf_add(out, text, strlen(text));
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/** One word or phrase of @size bytes as a string of FTS5. */
static void add_string(pln_buf_t *out, const char *text, size_t size)
{
    add_text(out, " \"");
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '"') {
            pln_buf_u8(out, '"');
        }
        pln_buf_u8(out, (uint8_t)text[i]);
    }
    pln_buf_u8(out, '"');
}

/** The next word, or what stands between two quotes; NULL at the end. */
static const char *next_word(const char **at, size_t *size)
{
    const char *text = *at;
    while (blank(*text)) {
        text++;
    }
    if (*text == '\0') {
        return NULL;
    }
    const char *end = *text == '"' ? strchr(text + 1, '"') : NULL;
    if (end != NULL) {
        *size = (size_t)(end - text) - 1;
        *at = end + 1;
        return text + 1;
    }
    *size = strcspn(text, " \t\n\r");
    *at = text + *size;
    return text;
}

static bool add_words(const char *typed, bool open, pln_buf_t *out)
{
    size_t size, count = 0;
    const char *word, *at = typed == NULL ? "" : typed;
    while (count < PLN_WORDS_MAX && (word = next_word(&at, &size)) != NULL) {
        bool phrase = word[size] == '"';
        bool begins = !phrase && size > 1 && word[size - 1] == '*';
        add_text(out, count++ == 0 ? "({title tags prose} :" : "");
        add_string(out, word, size);
        if (begins || (open && *at == '\0' && !phrase)) {
            add_text(out, " *");
        }
    }
    add_text(out, count > 0 ? ")" : "");
    return count > 0;
}

bool pln_words_match(const char *typed, bool open, const char (*facets)[PLN_FACET_TEXT_SIZE],
                     size_t facet_count, pln_buf_t *out)
{
    bool words = add_words(typed, open, out);
    for (size_t i = 0; i < facet_count; i++) {
        add_text(out, i > 0 ? "" : words ? " AND (facets :" : "(facets :");
        add_string(out, facets[i], strlen(facets[i]));
    }
    add_text(out, facet_count > 0 ? ")" : "");
    return words || facet_count > 0;
}
