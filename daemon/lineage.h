// SPDX-License-Identifier: MPL-2.0
/**
 * lineage - the records that speak of a record: later versions, adaptations, reviews and the like.
 *
 * Why     An author wants to see who adapted a task; a reader, that there is a later version.
 * Shape   from the catalog's references, so records of kinds that are not known count as well
 * Thread  any
 */
#ifndef PLN_LINEAGE_H
#define PLN_LINEAGE_H

#include "api.h"

#define PLN_LINEAGE_MAX 200u /**< records listed, all relations together */

/**
 * {"replaced_by": [...], "adapted_by": [...], "spoken_of_by": [...]} of entry @seq of @place; an
 * element is {"id", "kind", "author", "author_name", "time", "as"}, newest first; "as" is the field
 * that refers. "more": true where there are others, or the catalog cannot be asked.
 */
json_t *pln_lineage_json(const pln_api_t *api, const pln_place_t *place, uint64_t seq);

#endif
