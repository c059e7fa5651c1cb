// SPDX-License-Identifier: MPL-2.0
/**
 * lineage - the records that speak of a record, versions, adaptations, reviews and the like, and
 * those that it speaks of itself.
 *
 * Why     An author wants to see who adapted a task; a reader, that there is a later version, and
 *         what it was made from. A reference names a text by its hash: where another one stands in
 *         that place it is said, and not followed (SPEC 11.2).
 * Shape   from the catalog's references, so records of kinds that are not known count as well
 * Thread  any
 */
#ifndef PLN_LINEAGE_H
#define PLN_LINEAGE_H

#include "api.h"
#include "catalog_query.h"

#define PLN_LINEAGE_MAX 200u /**< records listed of each relation */

/**
 * {"replaced_by": [...], "adapted_by": [...], "spoken_of_by": [...], "speaks_of": [...]} of @entry,
 * which is @seq of @place; an element is {"id", "kind", "author", "author_name", "time", "title",
 * "as"}, newest first; "as" is the field that refers, "changed" true where it means another text
 * than this. Of "speaks_of" it has "reference" and "state", too, and the rest only where that is
 * "held". "more": true where there are others, or the catalog cannot be asked.
 */
json_t *pln_lineage_json(const pln_api_t *api, const pln_place_t *place, uint64_t seq,
                         const pln_entry_t *entry);

/** The relation of that name: that of a list above, without one (NULL) any. */
pln_kin_t pln_lineage_kin(const char *name);

/** At most @limit such elements that arrived before @before, or the newest. *next, {0} behind the
 * last: what the following page comes before. NULL: the catalog cannot be asked. */
json_t *pln_lineage_page(const pln_api_t *api, const pln_place_t *place, uint64_t seq,
                         pln_kin_t kin, const pln_relative_t *before, size_t limit,
                         pln_relative_t *next);

/** Can a page come before that record? Not before one that was withdrawn. */
bool pln_lineage_known(const pln_api_t *api, const pln_relative_t *record);

#endif
