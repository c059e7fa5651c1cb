// SPDX-License-Identifier: MPL-2.0
/**
 * keyring - what `key export` holds: a node's key, and where its networks can be found again.
 *
 * Why     With nothing but this a new machine gets back all its networks' records: it needs the
 *         networks' ids, which nobody tells a stranger, and somebody to ask.
 * Shape   id 32, seed 32, made u48 (ms), name text, networks u16 <= 256, for each
 *           network 32, root 32, epoch u32 (the highest this node has used, plus 1; 0: none),
 *           name text, nodes u8 <= 8, for each
 *             id 32, addresses u8 <= 4, for each: u8 length >= 1, visible ASCII
 *         (text = u8 length <= 128, UTF-8). Integers are big-endian; every id is valid by R7.
 * Owner   pln_keyring_t owns its list; pln_keyring_free() wipes
 * Pure    any thread
 * Spec    SPEC 15.3
 */
#ifndef PLN_KEYRING_H
#define PLN_KEYRING_H

#include "control.h"

#define PLN_KEYRING_NETWORKS_MAX 256u
#define PLN_KEYRING_NODES_MAX 8u
#define PLN_KEYRING_ADDRESSES_MAX 4u
/** No keyring is larger. */
#define PLN_KEYRING_SIZE_MAX 2400000u

typedef struct {
    pln_id_t id;
    char addresses[PLN_KEYRING_ADDRESSES_MAX][PLN_ADDRESS_MAX + 1];
    uint32_t address_count;
} pln_keyring_node_t;

typedef struct {
    pln_network_id_t network;
    pln_id_t root;
    uint32_t epoch_end; /**< epochs below may have been used by this node */
    char name[PLN_NAME_MAX + 1];
    pln_keyring_node_t nodes[PLN_KEYRING_NODES_MAX]; /**< most useful first */
    uint32_t node_count;
} pln_keyring_network_t;

typedef struct {
    pln_id_t id;
    uint8_t seed[PLN_SEED_SIZE];
    uint64_t made_ms;
    char name[PLN_NAME_MAX + 1];
    pln_keyring_network_t *networks;
    size_t network_count;
} pln_keyring_t;

/** Append the bytes. Asserts the bounds above. */
void pln_keyring_encode(const pln_keyring_t *ring, pln_buf_t *out);
/**
 * PLN_ETRUNCATED, PLN_EMALFORMED; PLN_EKEY: an id is not valid, or not that of the seed. After a
 * failure @out holds nothing.
 */
PLN_MUST_CHECK pln_err_t pln_keyring_decode(pln_span_t bytes, pln_keyring_t *out);
void pln_keyring_free(pln_keyring_t *ring);

#endif
