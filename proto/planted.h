// SPDX-License-Identifier: MPL-2.0
/**
 * planted - bugs put in on purpose, to see that the tests notice them.
 *
 * Why     A test that never failed proves nothing; each of these must turn something red.
 * Use     if (PLN_PLANTED(cut_ignored)) ...; PLN_PLANTED is the constant 0 unless cmake is told
 *         -DPLN_PLANT=<name>, so that no build for people holds a trace of them
 */
#ifndef PLN_PLANTED_H
#define PLN_PLANTED_H

enum {
    PLN_PLANT_none,
#define PLN_PLANT_BUG(name, room, sentence) PLN_PLANT_##name,
#include "planted.def"
#undef PLN_PLANT_BUG
};

#ifndef PLN_PLANT
#define PLN_PLANT PLN_PLANT_none
#endif

#define PLN_PLANTED(name) (PLN_PLANT == PLN_PLANT_##name)

#endif
