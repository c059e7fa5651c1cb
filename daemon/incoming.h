// SPDX-License-Identifier: MPL-2.0
/**
 * incoming - what `pln restore` or `pln key import` laid into DIR, taken in at the next start.
 *
 * Why     The store belongs to plnd alone, and a start that is cut off anywhere must go on at the
 *         next one: there is one moment, a rename, before which nothing happened.
 * Shape   DIR/incoming.pln   an open vault, laid whole (SPEC 15); beside it DIR/node.key
 *         DIR/incoming.part  it is still being laid: the start ends with the remedy
 *         DIR/taking/store   the new store being filled; once it is whole, incoming.pln moves into
 *                            it, then it becomes DIR/store, then that file goes
 * Thread  start-up only
 */
#ifndef PLN_INCOMING_H
#define PLN_INCOMING_H

#include "proto/identity.h"
#include "proto/keyring.h"

/** Before the key is opened. False: something is half laid, @error says what to do. */
bool pln_incoming_check(const char *dir, char *error, size_t error_size);
/**
 * Before the store is opened. A backup becomes DIR/store, and is gone. A keyring is given out
 * (*found) and stays until pln_incoming_done(). False: @error says in one sentence what is wrong
 * and the remedy (not whole, of another key, of a newer plnd, a store is there already, no space).
 */
bool pln_incoming_take(const char *dir, const pln_identity_t *self, uint64_t map_bytes,
                       pln_keyring_t *ring, bool *found, char *error, size_t error_size);
/** What the keyring says is durable elsewhere. */
void pln_incoming_done(const char *dir);
/** May a key be drawn in DIR? Not where something was laid that needs the one it came with. */
bool pln_incoming_there(const char *dir);

#endif
