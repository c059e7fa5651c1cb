// SPDX-License-Identifier: MPL-2.0
/**
 * license - which licenses there are, and what an adaptation must keep to.
 *
 * Why     A task that may not be changed must not be adapted by mistake; one that asks for the same
 *         license must hand it on.
 * Shape   rows of licenses.def; "LicenseRef-NAME" is one that has no SPDX id and is known to nobody
 * Pure    any thread
 */
#ifndef PLN_LICENSE_H
#define PLN_LICENSE_H

#include "pln.h"

enum {
    PLN_LICENSE_FREE = 0,
    PLN_LICENSE_BY = 1, /**< credit */
    PLN_LICENSE_SA = 2, /**< adaptations under the same license */
    PLN_LICENSE_NC = 4, /**< no commercial use */
    PLN_LICENSE_ND = 8  /**< no adaptations */
};

typedef struct {
    const char *id;
    const char *name;
    const char *address;
    unsigned flags;
} pln_license_t;

/** All rows; NULL past the end. */
const pln_license_t *pln_license_at(size_t index);
/** In any case: "cc-by-4.0"; NULL: not in the table. */
const pln_license_t *pln_license_find(const char *id);

/** May a record under @origin be adapted, and the result be under @adapted (NULL: not said)? */
typedef enum {
    PLN_ADAPT_YES,
    PLN_ADAPT_NO_DERIVATIVES, /**< the origin's license allows none */
    PLN_ADAPT_SAME_LICENSE,   /**< it asks for the same license */
    PLN_ADAPT_NON_COMMERCIAL, /**< it asks for a license without commercial use */
    PLN_ADAPT_UNKNOWN         /**< LicenseRef-...: only its author can tell */
} pln_adapt_t;

pln_adapt_t pln_license_adapt(const char *origin, const char *adapted);

#endif
