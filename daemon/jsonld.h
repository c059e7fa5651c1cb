// SPDX-License-Identifier: MPL-2.0
/**
 * jsonld - records as schema.org describes learning resources.
 *
 * Why     Catalogs of libraries and states read LearningResource; a network should be open to them.
 * Shape   what schema.org has a property for is given there, all else as pln:FIELD, so that a
 *         processor that expands it loses nothing
 * Pure    any thread
 */
#ifndef PLN_JSONLD_H
#define PLN_JSONLD_H

#include <jansson.h>

#define PLN_JSONLD_TYPE "application/ld+json"

/** The @context of a document, to be read without the network. */
json_t *pln_jsonld_context(void);
/** The node for @record, as the API shows it. */
json_t *pln_jsonld_node(const json_t *record);

#endif
