// SPDX-License-Identifier: MPL-2.0
/**
 * record_path - the id of a record as the path of a call.
 *
 * Pure    any thread
 */
#ifndef PLN_RECORD_PATH_H
#define PLN_RECORD_PATH_H

#include "call.h"

/** NET/AUTHOR/SEQ, or AUTHOR/SEQ of the only network; "#DATA" behind it is passed over. False: no
 * such id. */
bool pln_record_path(const char *id, pln_buf_t *path);

/** Is @record the one that reference @id means, where that names a text by its hash (ID#HASH)?
 * False: another one stands in its place, which is told. */
bool pln_record_meant(const char *id, const json_t *record);

#endif
