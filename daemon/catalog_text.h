// SPDX-License-Identifier: MPL-2.0
/**
 * catalog_text - what of a record is searched: its title, its tags, its prose, its facets.
 *
 * Why     Which fields are searched, and as what, stands in the kinds table; here it is obeyed.
 * Shape   title, tags and prose are plain text, one value a line; a facet is a name with a value
 * Thread  one pln_searched_t per thread
 */
#ifndef PLN_CATALOG_TEXT_H
#define PLN_CATALOG_TEXT_H

#include "catalog_words.h"
#include "proto/record.h"

typedef enum { PLN_PART_TITLE, PLN_PART_TAGS, PLN_PART_PROSE, PLN_PARTS } pln_part_t;

/** @value is borrowed and valid during the call. */
typedef void (*pln_facet_visit_t)(void *arg, const char *name, pln_span_t value);
/** @number is the field that holds the reference. */
typedef void (*pln_edge_visit_t)(void *arg, uint16_t number, const pln_reference_t *reference);

/** The texts of the record last read; zero-initialise. */
typedef struct {
    pln_buf_t parts[PLN_PARTS];
} pln_searched_t;

void pln_searched_free(pln_searched_t *searched);

/** Read the texts of decoded @payload. What its kind does not know has none. */
void pln_searched_read(pln_searched_t *searched, uint16_t kind, pln_span_t payload);

/** Visit the facets of @payload: one for each value of a field that filters; of a time its day,
 * month and year, of a locale such as rural-remote also its first word. */
void pln_searched_facets(uint16_t kind, pln_span_t payload, pln_facet_visit_t visit, void *arg);

/** Does @payload have all @count facets, as tokens (catalog_words.h)? */
bool pln_searched_holds(uint16_t kind, pln_span_t payload,
                        const char (*facets)[PLN_FACET_TEXT_SIZE], size_t count);

/** Visit the references of @payload, those of unknown kinds too (common fields). */
void pln_searched_edges(uint16_t kind, pln_span_t payload, pln_edge_visit_t visit, void *arg);

#endif
