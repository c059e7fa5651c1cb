// SPDX-License-Identifier: MPL-2.0
/**
 * asset - a file of the page, as it stands in the program.
 *
 * Why     The page needs no folder beside plnd: what is served is what was built.
 * Shape   the table is made from client/web by contrib/cmake/embed.cmake, sorted by name
 * Pure    constant data
 */
#ifndef PLN_ASSET_H
#define PLN_ASSET_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *name; /**< below client/web: "app/router.js" */
    const char *type; /**< Content-Type */
    const char *etag; /**< of its content, quoted */
    const uint8_t *data;
    size_t size;
} pln_asset_t;

extern const pln_asset_t pln_assets[];
extern const size_t pln_assets_count;
/** Hash over all of them: the part of their addresses that changes when any of them does. */
extern const char pln_assets_version[];

#endif
