// SPDX-License-Identifier: MPL-2.0
#include "hash.h"

#include <assert.h>
#include <string.h>

void pln_domain(const char *domain, uint8_t out[PLN_DOMAIN_SIZE])
{
    size_t size = strlen(domain);
    assert(size > 0);
    assert(size <= PLN_DOMAIN_SIZE);
    memset(out, 0, PLN_DOMAIN_SIZE);
    memcpy(out, domain, size);
}

void pln_hash_begin(pln_hasher_t *hasher, const char *domain)
{
    uint8_t tag[PLN_DOMAIN_SIZE];
    pln_domain(domain, tag);
    (void)crypto_generichash_init(hasher, NULL, 0, sizeof(pln_hash_t));
    (void)crypto_generichash_update(hasher, tag, sizeof tag);
}

void pln_hash_add(pln_hasher_t *hasher, const void *data, size_t size)
{
    (void)crypto_generichash_update(hasher, data, size);
}

void pln_hash_end(pln_hasher_t *hasher, pln_hash_t *out)
{
    (void)crypto_generichash_final(hasher, out->bytes, sizeof out->bytes);
}

void pln_hash(const char *domain, const void *data, size_t size, pln_hash_t *out)
{
    pln_hasher_t hasher;
    pln_hash_begin(&hasher, domain);
    pln_hash_add(&hasher, data, size);
    pln_hash_end(&hasher, out);
}

bool pln_hash_equal(const pln_hash_t *a, const pln_hash_t *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}
