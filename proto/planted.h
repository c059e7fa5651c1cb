// SPDX-License-Identifier: MPL-2.0
/**
 * planted - bugs put in on purpose, to see that the tests notice them.
 *
 * Why     A test that never failed proves nothing; each of these must turn something red.
 * Use     if (PLN_PLANTED(cut_ignored)) ...; the constant 0, so that no build for people holds a
 *         trace of them, unless cmake is told -DPLN_PLANT=ON: then the bug that the environment
 *         names in PLN_PLANT is there
 */
#ifndef PLN_PLANTED_H
#define PLN_PLANTED_H

#ifdef PLN_PLANT
#define PLN_PLANTED(name) (pln_planted == PLN_PLANT_##name)
#else
#define PLN_PLANTED(name) 0
#endif

enum {
    PLN_PLANT_none,
#define PLN_PLANT_BUG(name, room, sentence) PLN_PLANT_##name,
#include "planted.def"
#undef PLN_PLANT_BUG
};

extern int pln_planted;

#endif
