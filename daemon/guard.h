// SPDX-License-Identifier: MPL-2.0
/**
 * guard - places in a record that look like data about students.
 *
 * Why     What is published is copied to every member at once: the moment to notice a student's
 *         number in a work sample is before that.
 * Shape   social security numbers, student numbers, dates of birth, "Name:" lines, e-mail addresses
 *         and phone numbers. Fields that name adults on purpose (PERSONAL in the kinds table) may
 * hold names, addresses and phone numbers; addresses of the web are passed over. Limits  it finds
 * forms, not people: what it does not find is not thereby free of them Pure    any thread
 */
#ifndef PLN_GUARD_H
#define PLN_GUARD_H

#include <jansson.h>

#include "proto/kinds.h"

#define PLN_GUARD_PLACES_MAX 20u

/**
 * Places in @fields, a list of {"field", "line", "what", "text"}: dotted name, line in the value
 * from 1, a phrase such as "an e-mail address", and what was found. NULL: none.
 */
json_t *pln_guard_places(const pln_kind_t *kind, json_t *fields);

#endif
