// SPDX-License-Identifier: MPL-2.0
/**
 * store_fill - a new store from the rows of a backup.
 *
 * Why     Each row is read as strictly as one from the disk before it is believed; the store gets
 *         a name of its own, so every arrival gets a new tag, and no peer mistakes it for the old.
 * Shape   begin, row by row in their order, end
 * Thread  start-up only
 */
#ifndef PLN_STORE_FILL_H
#define PLN_STORE_FILL_H

#include "proto/backup.h"
#include "store.h"

typedef struct pln_fill pln_fill_t;

/** Makes @dir/store, which must not be there. NULL: @error says why. */
pln_fill_t *pln_fill_begin(const char *dir, const pln_id_t *self, const pln_store_id_t *fresh_id,
                           uint64_t map_bytes, char *error, size_t error_size);
/** PLN_EMALFORMED: no row of a store; PLN_ENOSPACE, PLN_EIO. */
PLN_MUST_CHECK pln_err_t pln_fill_row(pln_fill_t *fill, const pln_backup_row_t *row);
/** All rows are in: @arrivals of them are arrivals. Durable when PLN_OK returns. */
PLN_MUST_CHECK pln_err_t pln_fill_end(pln_fill_t *fill, uint64_t arrivals);
void pln_fill_free(pln_fill_t **fill);

#endif
