// SPDX-License-Identifier: MPL-2.0
#include "catalog_tokens.h"

#include <stdlib.h>
#include <string.h>

#define WORD_MAX 128u    /**< bytes of a word that count; the same for text and question */
#define FIRST_LEAD 0xd6u /**< no script of the table begins below this byte */

typedef int (*token_fn)(void *arg, int flags, const char *text, int size, int begin, int end);

typedef enum { PLAIN, GRAM, WORD, DROP } how_t;

typedef struct {
    uint32_t first;
    uint32_t last;
    how_t how;
} script_t;

static const script_t scripts[] = {
#define PLN_SCRIPT(first, last, how) {first, last, how},
#include "scripts.def"
};
#define SCRIPTS (sizeof scripts / sizeof scripts[0])

/** One letter of a text: where it stands, and what it belongs to. */
typedef struct {
    int begin;
    int end;
    how_t how;
} letter_t;

struct Fts5Tokenizer {
    fts5_tokenizer inner;
    Fts5Tokenizer *state; /**< of inner */
    pln_buf_t spelled;    /**< a text with its letters spelled out */
};

/** Letters that are two, as whoever lacks the key types them. Both spellings have two bytes: what
 * is told of where a token stands holds for either. */
static const struct {
    char letter[3];
    char spelled[3];
} pairs[] = {{"ß", "ss"}, {"æ", "ae"}, {"Æ", "ae"}, {"œ", "oe"}, {"Œ", "oe"},
             {"þ", "th"}, {"Þ", "th"}, {"ĳ", "ij"}, {"Ĳ", "ij"}};

/** Tokens of a part of a text, told as of the whole. */
typedef struct {
    void *arg;
    token_fn token;
    int offset;
} part_t;

/* ---- letters ---- */

static how_t how_of(uint32_t code)
{
    size_t low = 0, high = SCRIPTS;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code > scripts[middle].last) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < SCRIPTS && code >= scripts[low].first ? scripts[low].how : PLAIN;
}

/** The letter at @at; bytes that are no UTF-8 are letters of one byte each. */
static letter_t letter_at(const char *text, int size, int at)
{
    uint8_t lead = (uint8_t)text[at];
    int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    uint32_t code = more == 0 ? lead : lead & (0x3fu >> more);
    if (at + more >= size) {
        return (letter_t){at, at + 1, PLAIN};
    }
    for (int i = 1; i <= more; i++) {
        uint8_t byte = (uint8_t)text[at + i];
        if ((byte & 0xc0) != 0x80) {
            return (letter_t){at, at + 1, PLAIN};
        }
        code = code << 6 | (byte & 0x3fu);
    }
    return (letter_t){at, at + more + 1, more == 0 ? PLAIN : how_of(code)};
}

/** Where the text that unicode61 understands ends. */
static int plain_end(const char *text, int size, int at)
{
    while (at < size) {
        if ((uint8_t)text[at] < FIRST_LEAD) {
            at++;
            continue;
        }
        letter_t letter = letter_at(text, size, at);
        if (letter.how != PLAIN) {
            return at;
        }
        at = letter.end;
    }
    return size;
}

/** Write over @size bytes, the letters of `pairs` as two; false: none is among them. */
static bool spell_out(char *text, int size)
{
    bool any = false;
    for (int i = 0; i + 1 < size; i++) {
        for (size_t p = 0; (text[i] & 0x80) != 0 && p < sizeof pairs / sizeof pairs[0]; p++) {
            if (memcmp(text + i, pairs[p].letter, 2) == 0) {
                memcpy(text + i, pairs[p].spelled, 2);
                any = true;
            }
        }
    }
    return any;
}

/** @text, or a copy of it with such letters spelled out. */
static const char *spelled(Fts5Tokenizer *self, const char *text, int size)
{
    const size_t length = (size_t)size;
    if (memchr(text, 0xc3, length) == NULL && memchr(text, 0xc4, length) == NULL &&
        memchr(text, 0xc5, length) == NULL) {
        return text;
    }
    pln_buf_clear(&self->spelled);
    pln_buf_add(&self->spelled, text, length);
    return spell_out((char *)self->spelled.data, size) ? (const char *)self->spelled.data : text;
}

/* ---- tokens ---- */

static int tell_part(void *arg, int flags, const char *text, int size, int begin, int end)
{
    const part_t *part = arg;
    return part->token(part->arg, flags, text, size, part->offset + begin, part->offset + end);
}

/** Letters and pairs of a run without blanks; *at: behind it. */
static int tell_grams(void *arg, int flags, const char *text, int size, int *at, token_fn token)
{
    int code = SQLITE_OK;
    letter_t letter = letter_at(text, size, *at);
    while (code == SQLITE_OK && letter.how == GRAM) {
        int begin = letter.begin, end = letter.end;
        *at = end;
        letter = end < size ? letter_at(text, size, end) : (letter_t){end, end, PLAIN};
        bool pair = letter.how == GRAM;
        code = token(arg, 0, text + begin, (pair ? letter.end : end) - begin, begin, end);
        if (code == SQLITE_OK && pair && (flags & FTS5_TOKENIZE_QUERY) == 0) {
            code = token(arg, FTS5_TOKEN_COLOCATED, text + begin, end - begin, begin, end);
        }
    }
    return code;
}

/** A word with its signs, without those that are left out; *at: behind it. */
static int tell_word(void *arg, const char *text, int size, int *at, token_fn token)
{
    char word[WORD_MAX];
    int used = 0, begin = *at;
    while (*at < size) {
        letter_t letter = letter_at(text, size, *at);
        int bytes = letter.end - letter.begin;
        if (letter.how != WORD && letter.how != DROP) {
            break;
        }
        if (letter.how == WORD && used + bytes <= (int)sizeof word) {
            memcpy(word + used, text + letter.begin, (size_t)bytes);
            used += bytes;
        }
        *at = letter.end;
    }
    return used > 0 ? token(arg, 0, word, used, begin, *at) : SQLITE_OK;
}

static int tokenize(Fts5Tokenizer *self, void *arg, int flags, const char *text, int size,
                    token_fn token)
{
    text = size > 0 ? spelled(self, text, size) : text;
    int code = SQLITE_OK, at = plain_end(text, size, 0);
    if (at == size) {
        return self->inner.xTokenize(self->state, arg, flags, text, size, token);
    }
    for (int begin = 0; code == SQLITE_OK && begin < size; begin = at) {
        at = plain_end(text, size, begin);
        if (at > begin) {
            part_t part = {arg, token, begin};
            code = self->inner.xTokenize(self->state, &part, flags, text + begin, at - begin,
                                         tell_part);
        } else if (letter_at(text, size, at).how == GRAM) {
            code = tell_grams(arg, flags, text, size, &at, token);
        } else {
            code = tell_word(arg, text, size, &at, token);
        }
    }
    return code;
}

/* ---- as FTS5 wants it ---- */

fts5_api *pln_tokens_api(sqlite3 *handle)
{
    fts5_api *api = NULL;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &statement, NULL) == SQLITE_OK) {
        sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL);
        sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return api;
}

static void forget(Fts5Tokenizer *self)
{
    if (self->state != NULL) {
        self->inner.xDelete(self->state);
    }
    pln_buf_free(&self->spelled);
    free(self);
}

static int create(void *arg, const char **words, int count, Fts5Tokenizer **out)
{
    const char *inner[] = {"unicode61", "remove_diacritics", "2"};
    fts5_api *api = arg;
    void *context;
    (void)words;
    (void)count;
    Fts5Tokenizer *self = pln_alloc_zero(1, sizeof *self);
    int code = api->xFindTokenizer(api, "porter", &context, &self->inner);
    if (code == SQLITE_OK) {
        code = self->inner.xCreate(context, inner, 3, &self->state);
    }
    if (code != SQLITE_OK) {
        forget(self);
        return code;
    }
    *out = self;
    return SQLITE_OK;
}

bool pln_tokens_register(sqlite3 *handle)
{
    fts5_tokenizer own = {create, forget, tokenize};
    fts5_api *api = pln_tokens_api(handle);
    return api != NULL && api->xCreateTokenizer(api, "pln", api, &own, NULL) == SQLITE_OK;
}
