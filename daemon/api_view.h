// SPDX-License-Identifier: MPL-2.0
/**
 * api_view - the record view as the API uses it: with names from the networks' members.
 *
 * Thread  one view per thread
 */
#ifndef PLN_API_VIEW_H
#define PLN_API_VIEW_H

#include "api.h"
#include "view.h"

/** Free with pln_view_free. */
pln_view_t *pln_api_view(const pln_api_t *api);

#endif
