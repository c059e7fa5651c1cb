// SPDX-License-Identifier: MPL-2.0
/**
 * etag - does a client hold just what it asks for? If-None-Match, as RFC 9110 compares it.
 *
 * Why     A proxy between weakens tags, and a cache may hold several: who has it need not get it.
 * Pure    any thread
 */
#ifndef PLN_ETAG_H
#define PLN_ETAG_H

#include <stdbool.h>

/**
 * Is @tag, quoted, among @field, one line of If-None-Match: tags with commas between, each perhaps
 * weak, or * for whatever there is? What is no such list names nothing.
 */
bool pln_etag_among(const char *field, const char *tag);

#endif
