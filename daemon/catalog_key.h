// SPDX-License-Identifier: MPL-2.0
/**
 * catalog_key - a record's place as one number of 64 bits, for the references between records.
 *
 * Why     A reference names 76 bytes; an index over numbers is a tenth of that. The hash has a
 *         secret key of this catalog, so nobody outside can make two places collide.
 * Pure    but for opening; any thread
 */
#ifndef PLN_CATALOG_KEY_H
#define PLN_CATALOG_KEY_H

#include "catalog_db.h"
#include "proto/chain.h"
#include "proto/record.h"

typedef struct {
    uint8_t bytes[16];
} pln_catalog_key_t;

/** The catalog's key; a writer draws it when there is none. False: there is none, or no reading. */
bool pln_catalog_key_open(pln_catalog_db_t *db, pln_catalog_key_t *out);
int64_t pln_catalog_key_place(const pln_catalog_key_t *key, const pln_place_t *place, uint64_t seq);
/** @network: of the record that refers. */
int64_t pln_catalog_key_reference(const pln_catalog_key_t *key, const pln_network_id_t *network,
                                  const pln_reference_t *reference);

#endif
