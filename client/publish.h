// SPDX-License-Identifier: MPL-2.0
/**
 * publish - one record sent to the daemon, and what it says told.
 *
 * Why     `add` and `adapt` answer alike, and both ask before what looks like data about students
 *         leaves.
 * Thread  main
 */
#ifndef PLN_PUBLISH_H
#define PLN_PUBLISH_H

#include "command.h"

/** Network and confirmation that the command line gives, as members of a new object. */
json_t *pln_publish_body(const pln_command_t *command);

/**
 * Post @body (taken over) to @path, print the id of the record; PLN_DONE or what went wrong, told.
 * The answer is a result as of the call that publishes records, or {"results": [result]}.
 */
int pln_publish(pln_command_t *command, const char *path, json_t *body);

/** Asks the person at the terminal whether they vouch for the places just told; nobody else is
 * asked.
 */
bool pln_publish_vouched(const pln_command_t *command);

/** Names of the kinds that can be published, for a message. */
void pln_publish_kinds(char *out, size_t size);

/** Each place of the privacy guard's list, one line on stderr. */
void pln_publish_tell_places(const char *name, const json_t *places);

#endif
