// SPDX-License-Identifier: MPL-2.0
/**
 * peer_table - how other nodes stand to this one, for people.
 *
 * Why     `peer list` and `status` show the same table; members are behind in the same words.
 * Thread  main
 */
#ifndef PLN_PEER_TABLE_H
#define PLN_PEER_TABLE_H

#include <jansson.h>
#include <stddef.h>

/** "in sync", the records a peer or member is behind, or nothing where that is not known. */
void pln_peer_behind(const json_t *peer, char *out, size_t size);

/** The list @peers as a table on stdout. */
void pln_peer_table(const json_t *peers);

#endif
