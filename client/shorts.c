// SPDX-License-Identifier: MPL-2.0
#include "shorts.h"

#include <stdlib.h>
#include <string.h>

#define DID_PREFIX "did:key:"

const char *pln_shorts_core(const char *id)
{
    return strncmp(id, DID_PREFIX, strlen(DID_PREFIX)) == 0 ? id + strlen(DID_PREFIX) : id;
}

void pln_shorts_add(pln_shorts_t *shorts, const char *id)
{
    if (id == NULL) {
        return;
    }
    id = pln_shorts_core(id);
    for (size_t i = 0; i < shorts->count; i++) {
        if (strcmp(shorts->ids[i], id) == 0) {
            return;
        }
    }
    if (shorts->count == shorts->room) {
        shorts->room = shorts->room == 0 ? 16 : shorts->room * 2;
        shorts->ids = pln_realloc(shorts->ids, shorts->room * sizeof *shorts->ids);
    }
    shorts->ids[shorts->count++] = pln_strdup(id);
}

size_t pln_shorts_length(const pln_shorts_t *shorts, const char *id, size_t least)
{
    id = pln_shorts_core(id);
    size_t length = least;
    for (size_t i = 0; i < shorts->count; i++) {
        const char *other = shorts->ids[i];
        if (strcmp(other, id) != 0) {
            size_t same = 0;
            while (id[same] != '\0' && id[same] == other[same]) {
                same++;
            }
            length = same + 1 > length ? same + 1 : length;
        }
    }
    size_t whole = strlen(id);
    return length < whole ? length : whole;
}

void pln_shorts_free(pln_shorts_t *shorts)
{
    for (size_t i = 0; i < shorts->count; i++) {
        free(shorts->ids[i]);
    }
    free(shorts->ids);
    *shorts = (pln_shorts_t){.ids = NULL};
}
