// SPDX-License-Identifier: MPL-2.0
/**
 * handover - a secret address goes to the person's browser in a file, not on a command line.
 *
 * Why     What a program is called with can be read by every user of the machine.
 * Shape   a small page that leads on to the address, 0600, in the person's runtime folder; it is
 *         taken away when the address is used up, when no browser opens, or after a minute
 * Thread  main
 */
#ifndef PLN_HANDOVER_H
#define PLN_HANDOVER_H

#include <stdbool.h>

/** Is the address used up? Asked once a second, in a process of its own that says nothing. */
typedef bool (*pln_handover_used_t)(void *arg);

/** Open @url; false: no browser opened, and the file is gone. */
bool pln_handover(const char *url, pln_handover_used_t used, void *arg);

#endif
