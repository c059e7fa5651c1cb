// SPDX-License-Identifier: MPL-2.0
/**
 * store_key - the bytes on disk: tables, keys and rows, all in this one file.
 *
 * Why     Whoever changes a layout must see every reader of it, and raise PLN_STORE_FORMAT.
 * Shape   keys big-endian, prefix first; rows of fixed size
 *           meta        name                           -> format u32 | store id 16 | node id 32
 *           entries     chain u32, seq u64             -> header + payload as received
 *           chains      chain u32                      -> place 69, head 48, signature 64,
 *                                                         counted head 48, last arrival u64,
 *                                                         parent u32 (ff ff ff ff: none), base 48
 *           signatures  chain u32, seq u64             -> hash 32, cum u64, signature 64, kept u8
 *           arrivals    N u64                          -> row 21, tag 8
 *           changed     network 32, last arrival u64   -> chain u32
 *           rows        table u8, key                  -> value
 *           hidden      chain u32, seq u64             -> payload of a withheld entry, kept
 *         (head = seq u64, hash 32, cum u64)
 * Pure    any thread
 */
#ifndef PLN_STORE_KEY_H
#define PLN_STORE_KEY_H

#include "proto/node.h"

typedef enum {
    PLN_DB_META,
    PLN_DB_ENTRIES,
    PLN_DB_CHAINS,
    PLN_DB_SIGNATURES,
    PLN_DB_ARRIVALS,
    PLN_DB_CHANGED,
    PLN_DB_ROWS,
    PLN_DB_HIDDEN,
    PLN_DB_COUNT
} pln_db_t;

/** The name LMDB knows a table by. */
const char *pln_db_name(pln_db_t db);

#define PLN_ROW_KEY_MAX 128
#define PLN_ENTRY_KEY_SIZE 12
#define PLN_CHAIN_ROW_SIZE (PLN_PLACE_SIZE + 48 + 64 + 48 + 8 + 4 + 48)
#define PLN_VOUCH_ROW_SIZE (32 + 8 + 64 + 1)
#define PLN_ARRIVAL_VALUE_SIZE (PLN_ARRIVAL_ROW_SIZE + 8)

typedef struct {
    uint8_t bytes[1 + PLN_ROW_KEY_MAX];
    size_t size;
} pln_key_t;

/** @name: "format", "store" or "node". */
pln_key_t pln_key_meta(const char *name);
/** Of entries, of signatures and of what is hidden. */
pln_key_t pln_key_entry(uint32_t chain, uint64_t seq);
pln_key_t pln_key_chain(uint32_t chain);
pln_key_t pln_key_arrival(uint64_t number);
pln_key_t pln_key_changed(const pln_network_id_t *network, uint64_t arrival);
/** @key: 1 to PLN_ROW_KEY_MAX bytes. */
pln_key_t pln_key_row(pln_table_t table, pln_span_t key);
pln_span_t pln_key_span(const pln_key_t *key);

/* Readers of keys and rows: PLN_EMALFORMED when a store is damaged. */

PLN_MUST_CHECK pln_err_t pln_key_entry_read(pln_span_t key, uint32_t *chain, uint64_t *seq);
PLN_MUST_CHECK pln_err_t pln_key_arrival_read(pln_span_t key, uint64_t *number);

void pln_chain_row_write(const pln_chain_row_t *row, uint8_t out[PLN_CHAIN_ROW_SIZE]);
PLN_MUST_CHECK pln_err_t pln_chain_row_read(pln_span_t key, pln_span_t value, pln_chain_row_t *out);

/** @kept: stays when the chain grows (an anchor, or lane 0). */
void pln_vouch_row_write(const pln_vouch_t *vouch, bool kept, uint8_t out[PLN_VOUCH_ROW_SIZE]);
PLN_MUST_CHECK pln_err_t pln_vouch_row_read(pln_span_t key, pln_span_t value, pln_vouch_t *out,
                                            bool *kept);

void pln_arrival_value_write(const pln_arrival_t *row, const pln_tag_t *tag,
                             uint8_t out[PLN_ARRIVAL_VALUE_SIZE]);
PLN_MUST_CHECK pln_err_t pln_arrival_value_read(pln_span_t value, pln_arrival_t *row,
                                                pln_tag_t *tag);

#endif
