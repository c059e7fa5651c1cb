// SPDX-License-Identifier: MPL-2.0
/**
 * admission - the ids that a network lets in at a moment: a set that never changes once made.
 *
 * Why     Who is let in is asked for every link and message, changes seldom, and in a network of
 *         ten thousand is the same for whole stretches of time: made once, held by all who need it
 * Shape   ids in ascending order, counted holders
 * Cost    32 bytes an id; a question: O(log n)
 */
#ifndef PLN_ADMISSION_H
#define PLN_ADMISSION_H

#include "identity.h"

typedef struct {
    size_t holders;
    size_t count;
    size_t capacity;
    pln_id_t ids[];
} pln_admission_t;

/** Empty, with room for @capacity ids, and one holder. */
pln_admission_t *pln_admission_new(size_t capacity);
/** A copy with room for @more further ids, to be added to before others see it. */
pln_admission_t *pln_admission_copy(const pln_admission_t *from, size_t more);
/** Puts @id in its place unless it is there already; ascending ones are put at the end. */
void pln_admission_add(pln_admission_t *admission, const pln_id_t *id);

pln_admission_t *pln_admission_hold(pln_admission_t *admission);
void pln_admission_release(pln_admission_t **admission);

/** @admission may be NULL: nobody. */
bool pln_admission_has(const pln_admission_t *admission, const pln_id_t *id);

/** The next id, ascending, that is in @a and not in @b; NULL at the end. Both cursors start at 0;
 * either set may be NULL. */
const pln_id_t *pln_admission_only(const pln_admission_t *a, const pln_admission_t *b,
                                   size_t *cursor_a, size_t *cursor_b);

#endif
