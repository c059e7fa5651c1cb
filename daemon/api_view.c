// SPDX-License-Identifier: MPL-2.0
#include "api_view.h"

#include "look.h"

/** A member's label; this node's own name where the network gives it none. */
static void label_of(const void *arg, const pln_network_id_t *network, const pln_id_t *author,
                     char out[PLN_NAME_MAX + 1])
{
    const pln_api_t *api = arg;
    if (!pln_look_label(api->driver, network, author, out)) {
        return;
    }
    if (out[0] == '\0' && pln_id_equal(author, &api->self)) {
        pln_naming_get(api->naming, out);
    }
}

pln_view_t *pln_api_view(const pln_api_t *api)
{
    return pln_view_new(api->codecs, label_of, api);
}
