// SPDX-License-Identifier: MPL-2.0
#include "etag.h"

#include <stddef.h>
#include <string.h>

/** Blanks and empty elements, which a list may have. */
static const char *skip(const char *at)
{
    return at + strspn(at, " \t,");
}

bool pln_etag_among(const char *field, const char *tag)
{
    size_t size = strlen(tag);
    const char *at = skip(field);
    if (*at == '*') {
        return *skip(at + 1) == '\0';
    }
    while (*at != '\0') {
        at += strncmp(at, "W/", 2) == 0 ? 2 : 0;
        const char *end = *at == '"' ? strchr(at + 1, '"') : NULL;
        if (end == NULL) {
            return false;
        }
        if ((size_t)(end + 1 - at) == size && memcmp(at, tag, size) == 0) {
            return true;
        }
        const char *next = skip(end + 1);
        if (*next != '\0' && memchr(end + 1, ',', (size_t)(next - end - 1)) == NULL) {
            return false;
        }
        at = next;
    }
    return false;
}
