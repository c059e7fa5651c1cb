// SPDX-License-Identifier: MPL-2.0
// Nothing, unless this is a build for tests/planted.py.
#include "planted.h"

#ifdef PLN_PLANT
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    "none",
#define PLN_PLANT_BUG(name, room, sentence) #name,
#include "planted.def"
#undef PLN_PLANT_BUG
};

int pln_planted = PLN_PLANT_none;

/** Whoever misspells a bug would see every test pass. */
static __attribute__((constructor)) void plant(void)
{
    const char *name = getenv("PLN_PLANT");
    for (size_t i = 0; name != NULL && i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            pln_planted = (int)i;
            return;
        }
    }
    if (name != NULL) {
        abort();
    }
}
#endif
