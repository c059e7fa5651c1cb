// SPDX-License-Identifier: MPL-2.0
/**
 * home - DIR: the one folder of a node, held by one daemon at a time.
 *
 * Why     Key, store and socket are only as private as their folder, and two daemons on one store
 *         would fork the node's chains.
 * Shape   DIR/lock       held by a POSIX record lock while plnd runs; its text is the process id
 *         DIR/ports      the ports really taken last time, tried first where 0 is configured
 *         DIR/plnd.sock  the local API    DIR/plnd.conf  settings    DIR/node.key  keyfile.h
 * Thread  start-up and stop only
 */
#ifndef PLN_HOME_H
#define PLN_HOME_H

#include "proto/bytes.h"

typedef struct pln_home pln_home_t;

/** The ports of the last start; 0 unknown. */
typedef struct {
    uint16_t listen;
    uint16_t http;
} pln_ports_t;

/** $PLN_DIR, else $XDG_DATA_HOME/pln, else ~/.local/share/pln; NULL: no home is known. Free it. */
char *pln_home_default(void);

/**
 * Make @dir (0700, with missing parents) when it is not there, check it, lock it. NULL: @error says
 * in one sentence what is wrong and the remedy (another user's, open to others, second daemon, path
 * too long for a socket, not a directory, cannot be made).
 */
pln_home_t *pln_home_open(const char *dir, char *error, size_t error_size);
/** Removes what only a running daemon has (the socket's name), gives the lock back. */
void pln_home_close(pln_home_t **home);

const char *pln_home_dir(const pln_home_t *home);
/** DIR/plnd.sock. */
const char *pln_home_socket(const pln_home_t *home);

pln_ports_t pln_home_ports(const pln_home_t *home);
/** Remember the ports really taken. PLN_EIO: not written; the next start draws new ones. */
PLN_MUST_CHECK pln_err_t pln_home_remember(const pln_home_t *home, const pln_ports_t *ports);

/**
 * Write @text as DIR/@name with mode 0600: whole or not at all, durable when PLN_OK returns.
 * Replaces what is there. PLN_EIO, errno says why.
 */
PLN_MUST_CHECK pln_err_t pln_home_write(const char *dir, const char *name, pln_span_t text);

#endif
