// SPDX-License-Identifier: MPL-2.0
/**
 * peer_table - how other nodes stand to this one, for people.
 *
 * Why     `peer list` and `status` show the same table.
 * Thread  main
 */
#ifndef PLN_PEER_TABLE_H
#define PLN_PEER_TABLE_H

#include <jansson.h>

/** The list @peers as a table on stdout. */
void pln_peer_table(const json_t *peers);

#endif
