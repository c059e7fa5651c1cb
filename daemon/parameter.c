// SPDX-License-Identifier: MPL-2.0
#include "parameter.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "uri.h"

bool pln_parameter_range(const char *type, uint64_t *least, uint64_t *most)
{
    char first[24];
    const char *dots = strstr(type, "..");
    if (dots == NULL || (size_t)(dots - type) >= sizeof first) {
        return false;
    }
    snprintf(first, sizeof first, "%.*s", (int)(dots - type), type);
    return pln_number_parse(first, UINT64_MAX, least) &&
           pln_number_parse(dots + 2, UINT64_MAX, most);
}

static bool has_word(const char *words, const char *value)
{
    size_t size = strlen(value);
    while (true) {
        size_t length = strcspn(words, "|");
        if (length == size && memcmp(words, value, size) == 0) {
            return true;
        }
        if (words[length] == '\0') {
            return false;
        }
        words += length + 1;
    }
}

bool pln_parameter_fits(const char *type, const char *value)
{
    uint64_t least, most, number;
    if (pln_parameter_range(type, &least, &most)) {
        return pln_number_parse(value, most, &number) && number >= least;
    }
    return strcmp(type, "text") == 0 || has_word(type, value);
}

void pln_parameter_allowed(const char *type, char *out, size_t size)
{
    uint64_t least, most;
    if (pln_parameter_range(type, &least, &most)) {
        snprintf(out, size, "a number from %" PRIu64 " to %" PRIu64, least, most);
        return;
    }
    size_t used = 0;
    out[0] = '\0';
    while (used < size) {
        size_t length = strcspn(type, "|");
        const char *rest = type + length, *joint = "";
        if (*rest != '\0') {
            joint = strchr(rest + 1, '|') != NULL ? ", " : " or ";
        }
        int more = snprintf(out + used, size - used, "%.*s%s", (int)length, type, joint);
        if (more < 0 || *rest == '\0') {
            return;
        }
        used += (size_t)more;
        type = rest + 1;
    }
}
