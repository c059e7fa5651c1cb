// SPDX-License-Identifier: MPL-2.0
/**
 * openapi_type - a type as shapes.def and describe.def write it, as a JSON Schema.
 *
 * Owner   the caller's: json_decref()
 * Pure    any thread
 */
#ifndef PLN_OPENAPI_TYPE_H
#define PLN_OPENAPI_TYPE_H

#include <jansson.h>

json_t *pln_openapi_type(const char *type);

#endif
