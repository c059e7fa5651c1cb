// SPDX-License-Identifier: MPL-2.0
/**
 * openapi - the API as OpenAPI 3.1, made from the tables that the daemon answers by.
 *
 * Why     A description written beside the code is wrong the day after; this one is the code's.
 * Shape   routes.def, describe.def, shapes.def, roles.def, problems.def and the kinds
 * Owner   documents are the caller's: json_decref()
 * Pure    any thread
 */
#ifndef PLN_OPENAPI_H
#define PLN_OPENAPI_H

#include <jansson.h>

/** @cookie: name of the session's cookie. */
json_t *pln_openapi_json(const char *cookie);

/** Components: a schema for each shape, and for the fields of each kind ("Fields_task"). */
json_t *pln_openapi_schemas(void);

#endif
