// SPDX-License-Identifier: MPL-2.0
/**
 * catalog_tokens - how text becomes the words that are looked for, in any language.
 *
 * Why     SQLite's unicode61 cuts at blanks and signs: a Chinese sentence is one word to it, and a
 *         Thai or Hindi word falls apart at its vowel signs.
 * Shape   the tokenizer "pln" of FTS5: runs of the scripts in scripts.def are cut here, all other
 *         text goes to "porter unicode61 remove_diacritics 2". Of a run without blanks each pair of
 *         letters is a word, and each letter, at the same place: so one letter is found, and a
 *         phrase of pairs is exactly the text that was typed
 * Thread  that of its connection
 * Source  sqlite.org/fts5.html: custom tokenizers, colocated tokens
 */
#ifndef PLN_CATALOG_TOKENS_H
#define PLN_CATALOG_TOKENS_H

#include <sqlite3.h>

#include "proto/bytes.h"

/** Make the tokenizer known to @handle; false: this SQLite has no FTS5. */
bool pln_tokens_register(sqlite3 *handle);
/** FTS5's own table of functions for @handle; NULL: there is none. */
fts5_api *pln_tokens_api(sqlite3 *handle);

#endif
