// SPDX-License-Identifier: MPL-2.0
// The page: its files come out of the program. The address of each but the first names the hash of
// all, so a browser asks once for each of them until plnd is updated.
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "asset.h"

/** Own scripts and styles, nothing inline, nothing from elsewhere, no HTML made out of texts. */
static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types dompurify";

static const pln_asset_t *find(const char *name)
{
    for (size_t i = 0; i < pln_assets_count; i++) {
        if (strcmp(pln_assets[i].name, name) == 0) {
            return &pln_assets[i];
        }
    }
    return NULL;
}

static void answer_asset(pln_answer_t *answer, const pln_asset_t *asset, const char *cache)
{
    answer->status = 200;
    answer->type = asset->type;
    answer->policy = policy;
    answer->cache = cache;
    answer->etag = asset->etag;
    pln_buf_add(&answer->body, asset->data, asset->size);
}

void pln_api_page(const pln_request_t *request, pln_answer_t *answer)
{
    (void)request;
    answer_asset(answer, find("index.html"), "no-cache");
}

void pln_api_page_asset(const pln_request_t *request, pln_answer_t *answer)
{
    char name[128];
    int size = request->part_count > 2
                   ? snprintf(name, sizeof name, "%s/%s", request->parts[1], request->parts[2])
                   : snprintf(name, sizeof name, "%s", request->parts[1]);
    const pln_asset_t *asset = size < 0 || (size_t)size >= sizeof name ||
                                       strcmp(request->parts[0], pln_assets_version) != 0
                                   ? NULL
                                   : find(name);
    if (asset == NULL) {
        pln_answer_problem(answer, 404, "no-asset",
                           "this plnd has no such file: load the page again");
        return;
    }
    answer_asset(answer, asset, "public, max-age=31536000, immutable");
}
