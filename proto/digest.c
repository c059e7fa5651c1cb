// SPDX-License-Identifier: MPL-2.0
#include "digest.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"

void pln_element(const pln_place_t *place, const pln_head_t *head, const uint64_t *holes,
                 size_t hole_count, pln_element_t *out)
{
    uint8_t *at = out->bytes;
    memcpy(at, place->author.bytes, sizeof place->author.bytes);
    at += sizeof place->author.bytes;
    pln_put_u32(at, place->epoch);
    at += 4;
    *at++ = place->lane;
    pln_put_u64(at, head->seq);
    at += 8;
    memcpy(at, head->hash.bytes, sizeof head->hash.bytes);
    at += sizeof head->hash.bytes;

    pln_hash_t hash = {{0}};
    if (hole_count > 0) {
        pln_hasher_t hasher;
        pln_hash_begin(&hasher, PLN_DOMAIN_HOLES);
        for (size_t i = 0; i < hole_count; i++) {
            uint8_t seq[8];
            pln_put_u64(seq, holes[i]);
            pln_hash_add(&hasher, seq, sizeof seq);
        }
        pln_hash_end(&hasher, &hash);
    }
    memcpy(at, hash.bytes, sizeof hash.bytes);
}

static int compare_elements(const void *a, const void *b)
{
    return memcmp(a, b, PLN_ELEMENT_SIZE);
}

void pln_digest_bucket(pln_element_t *elements, size_t count, pln_hash_t *out)
{
    if (count == 0) {
        memset(out, 0, sizeof *out);
        return;
    }
    qsort(elements, count, sizeof *elements, compare_elements);
    pln_hash(PLN_DOMAIN_HEADS, elements, count * sizeof *elements, out);
}

static void hash_buckets(const char *domain, const pln_network_id_t *network,
                         const pln_hash_t buckets[PLN_BUCKETS], pln_hash_t *out)
{
    pln_hasher_t hasher;
    pln_hash_begin(&hasher, domain);
    pln_hash_add(&hasher, network->bytes, sizeof network->bytes);
    pln_hash_add(&hasher, buckets, PLN_BUCKETS * sizeof *buckets);
    pln_hash_end(&hasher, out);
}

void pln_digest(const pln_network_id_t *network, const pln_hash_t buckets[PLN_BUCKETS],
                pln_hash_t *out)
{
    hash_buckets(PLN_DOMAIN_DIGEST, network, buckets, out);
}

void pln_digest_access(const pln_network_id_t *network, const pln_hash_t buckets[PLN_BUCKETS],
                       pln_hash_t *out)
{
    hash_buckets(PLN_DOMAIN_ACCESS, network, buckets, out);
}
