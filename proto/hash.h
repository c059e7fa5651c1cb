// SPDX-License-Identifier: MPL-2.0
/**
 * hash - BLAKE2b-256 under a 16-byte domain tag: H(s, x) of SPEC 1.3.
 *
 * Why     Two different things must never hash alike, so each hash names what it is for.
 * Pure    any thread; sodium_init() must have run
 */
#ifndef PLN_HASH_H
#define PLN_HASH_H

#include <sodium.h>

#include "pln.h"

#define PLN_DOMAIN_SIZE 16
typedef crypto_generichash_state pln_hasher_t;

/** Every domain used in pln; "pln presence 1" is the longest. */
#define PLN_DOMAIN_DATA "pln data 1"
#define PLN_DOMAIN_CHAIN "pln chain 1"
#define PLN_DOMAIN_LINK "pln link 1"
#define PLN_DOMAIN_HEAD "pln head 1"
#define PLN_DOMAIN_NETWORK "pln network 1"
#define PLN_DOMAIN_HELLO "pln hello 1"
#define PLN_DOMAIN_ARRIVAL "pln arrival 1"
#define PLN_DOMAIN_HOLES "pln holes 1"
#define PLN_DOMAIN_HEADS "pln heads 1"
#define PLN_DOMAIN_DIGEST "pln digest 1"
#define PLN_DOMAIN_ACCESS "pln access 1"
#define PLN_DOMAIN_PRESENCE "pln presence 1"
#define PLN_DOMAIN_JOIN "pln join 1"
#define PLN_DOMAIN_BLOB "pln blob 1"
#define PLN_DOMAIN_SALT "pln salt 1"

/** tag(s): @domain (at most 16 bytes) padded with zeros. */
void pln_domain(const char *domain, uint8_t out[PLN_DOMAIN_SIZE]);

void pln_hash_begin(pln_hasher_t *hasher, const char *domain);
void pln_hash_add(pln_hasher_t *hasher, const void *data, size_t size);
void pln_hash_end(pln_hasher_t *hasher, pln_hash_t *out);

/** H(domain, data) in one call. */
void pln_hash(const char *domain, const void *data, size_t size, pln_hash_t *out);

/** Constant-time-free equality: hashes are public. */
bool pln_hash_equal(const pln_hash_t *a, const pln_hash_t *b);

#endif
