// SPDX-License-Identifier: MPL-2.0
#include "admission.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

pln_admission_t *pln_admission_new(size_t capacity)
{
    pln_admission_t *admission = pln_alloc(sizeof *admission + capacity * sizeof(pln_id_t));
    *admission = (pln_admission_t){.holders = 1, .capacity = capacity};
    return admission;
}

pln_admission_t *pln_admission_copy(const pln_admission_t *from, size_t more)
{
    pln_admission_t *admission = pln_admission_new(from->count + more);
    memcpy(admission->ids, from->ids, from->count * sizeof(pln_id_t));
    admission->count = from->count;
    return admission;
}

/** Where @id stands, or would stand. */
static size_t place_of(const pln_admission_t *admission, const pln_id_t *id)
{
    size_t low = 0;
    size_t high = admission->count;
    if (high > 0 && pln_id_compare(&admission->ids[high - 1], id) < 0) {
        return high;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pln_id_compare(&admission->ids[middle], id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool stands_at(const pln_admission_t *admission, size_t at, const pln_id_t *id)
{
    return at < admission->count && pln_id_equal(&admission->ids[at], id);
}

void pln_admission_add(pln_admission_t *admission, const pln_id_t *id)
{
    size_t at = place_of(admission, id);
    if (stands_at(admission, at, id)) {
        return;
    }
    assert(admission->count < admission->capacity && admission->holders == 1);
    memmove(&admission->ids[at + 1], &admission->ids[at],
            (admission->count - at) * sizeof(pln_id_t));
    admission->ids[at] = *id;
    admission->count++;
}

pln_admission_t *pln_admission_hold(pln_admission_t *admission)
{
    admission->holders++;
    return admission;
}

void pln_admission_release(pln_admission_t **admission_p)
{
    pln_admission_t *admission = *admission_p;
    *admission_p = NULL;
    if (admission != NULL && --admission->holders == 0) {
        free(admission);
    }
}

bool pln_admission_has(const pln_admission_t *admission, const pln_id_t *id)
{
    return admission != NULL && stands_at(admission, place_of(admission, id), id);
}

const pln_id_t *pln_admission_only(const pln_admission_t *a, const pln_admission_t *b,
                                   size_t *cursor_a, size_t *cursor_b)
{
    size_t count = b == NULL ? 0 : b->count;
    while (a != NULL && a != b && *cursor_a < a->count) {
        const pln_id_t *id = &a->ids[(*cursor_a)++];
        while (*cursor_b < count && pln_id_compare(&b->ids[*cursor_b], id) < 0) {
            (*cursor_b)++;
        }
        if (*cursor_b == count || !pln_id_equal(&b->ids[*cursor_b], id)) {
            return id;
        }
    }
    return NULL;
}
