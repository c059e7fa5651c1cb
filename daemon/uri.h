// SPDX-License-Identifier: MPL-2.0
/**
 * uri - the request target taken apart: path segments and query parameters, decoded once each.
 *
 * Why     A name may hold '/' or '%': segments are split first and decoded after, never before.
 * Owner   pln_uri_t owns its texts: pln_uri_free()
 * Pure    any thread
 */
#ifndef PLN_URI_H
#define PLN_URI_H

#include "proto/bytes.h"

#define PLN_URI_MAX 8192u
#define PLN_URI_SEGMENTS_MAX 12u
#define PLN_URI_PARAMS_MAX 40u

typedef struct {
    char *memory;
    const char *segments[PLN_URI_SEGMENTS_MAX];
    size_t segment_count;
    struct {
        const char *name;
        const char *value;
    } params[PLN_URI_PARAMS_MAX];
    size_t param_count;
} pln_uri_t;

/**
 * Take @raw apart ("/api/v1/networks/Iowa%20CBE?limit=5"). Texts are NUL-terminated valid UTF-8.
 * PLN_EOVERSIZE  longer, or more parts, than the limits above
 * PLN_EMALFORMED no leading '/', a bad escape, NUL, not UTF-8, or a parameter given twice
 * On an error nothing is owned.
 */
PLN_MUST_CHECK pln_err_t pln_uri_parse(const char *raw, pln_uri_t *out);
void pln_uri_free(pln_uri_t *uri);

/** Value of a parameter ("" when it has none); NULL when it is absent. */
const char *pln_uri_param(const pln_uri_t *uri, const char *name);

/** Decimal digits only, at most @max. */
bool pln_number_parse(const char *text, uint64_t max, uint64_t *out);

#endif
