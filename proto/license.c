// SPDX-License-Identifier: MPL-2.0
#include "license.h"

#include <string.h>

// clang-format off
#define FREE PLN_LICENSE_FREE
#define BY PLN_LICENSE_BY
#define SA PLN_LICENSE_SA
#define NC PLN_LICENSE_NC
#define ND PLN_LICENSE_ND
#define PLN_LICENSE(id, name, address, flags) {id, name, address, flags},
static const pln_license_t licenses[] = {
#include "licenses.def"
};
// clang-format on

#define COUNT (sizeof licenses / sizeof licenses[0])

const pln_license_t *pln_license_at(size_t index)
{
    return index < COUNT ? &licenses[index] : NULL;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

const pln_license_t *pln_license_find(const char *id)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (same(licenses[i].id, id)) {
            return &licenses[i];
        }
    }
    return NULL;
}

pln_adapt_t pln_license_adapt(const char *origin, const char *adapted)
{
    const pln_license_t *from = pln_license_find(origin);
    const pln_license_t *to = adapted != NULL ? pln_license_find(adapted) : from;
    if (from == NULL) {
        return PLN_ADAPT_UNKNOWN;
    }
    if ((from->flags & PLN_LICENSE_ND) != 0) {
        return PLN_ADAPT_NO_DERIVATIVES;
    }
    if ((from->flags & PLN_LICENSE_SA) != 0 && to != from) {
        return PLN_ADAPT_SAME_LICENSE;
    }
    bool commercial = to == NULL || (to->flags & PLN_LICENSE_NC) == 0;
    if ((from->flags & PLN_LICENSE_NC) != 0 && commercial) {
        return PLN_ADAPT_NON_COMMERCIAL;
    }
    return PLN_ADAPT_YES;
}
