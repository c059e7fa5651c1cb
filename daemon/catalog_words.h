// SPDX-License-Identifier: MPL-2.0
/**
 * catalog_words - what a person types, as an expression that FTS5 cannot misunderstand.
 *
 * Why     Raw text breaks MATCH: a quote, a minus or the word NOT is syntax there. Here every word
 *         becomes a quoted string, and only quotes that pair keep a meaning: a phrase.
 * Shape   words all have to occur; "two words" occur side by side; begin* is the beginning of one,
 *         and so may the last word be; facets are numbers that all have to hold
 * Pure    no state, any thread
 */
#ifndef PLN_CATALOG_WORDS_H
#define PLN_CATALOG_WORDS_H

#include "proto/bytes.h"

#define PLN_WORDS_MAX 32u         /**< words looked at; more are left out */
#define PLN_WORDS_BYTES_MAX 1000u /**< bytes of what was typed; callers refuse more */
#define PLN_FACET_TEXT_SIZE 20

/* Facets of every record; the others stand in the kinds table. */
#define PLN_FACET_KIND "kind"       /**< number of the kind, decimal */
#define PLN_FACET_NETWORK "network" /**< 32 bytes */
#define PLN_FACET_NODE "node"       /**< the author's id, 32 bytes */
#define PLN_FACET_VERSION "version" /**< "fresh", or "stale" where a newer one replaces it */

/**
 * The token that stands for "@name is @value" in the facets of a record: 9 and 15 digits. Letters
 * are lowered (ASCII only), blanks around are left out.
 */
void pln_facet_token(const char *name, pln_span_t value, char out[PLN_FACET_TEXT_SIZE]);

/**
 * Append the expression for @typed (may be NULL) and @facets (@facet_count tokens). @open: the last
 * word typed may go on. False: nothing to look for is left (no words and no facets).
 */
bool pln_words_match(const char *typed, bool open, const char (*facets)[PLN_FACET_TEXT_SIZE],
                     size_t facet_count, pln_buf_t *out);

#endif
