// SPDX-License-Identifier: MPL-2.0
/**
 * entry - one link of a chain: 13 bytes of header, then its payload (or 32 bytes in its place).
 *
 * Why     The most exposed structure has no parser: fixed offsets, hashed and stored as received.
 * Shape   codec u8, kind u16, time_ms u48, size u32, then size bytes of payload;
 *         withheld copy: bit 7 of codec set, then data(n) (32 bytes); size still tells the original
 * Pure    no I/O, no clock, no allocation
 * Spec    SPEC 4.1 - 4.3 (R1)
 */
#ifndef PLN_ENTRY_H
#define PLN_ENTRY_H

#include "error.h"

#define PLN_CODEC_WITHHELD 0x80u /**< a bit of the copy, cleared before hashing */
#define PLN_KIND_CONTROL_MAX 0x00ffu

typedef struct {
    uint8_t codec; /**< without bit 7 */
    uint16_t kind;
    uint64_t time_ms;
    uint32_t size; /**< stored payload bytes of the original, <= PLN_PAYLOAD_MAX */
} pln_header_t;

/** One entry as it lies in a run or on disk. Spans are borrowed from the input. */
typedef struct {
    pln_header_t header;
    bool withheld;
    pln_span_t payload; /**< size bytes; empty when withheld */
    pln_hash_t data;    /**< H("pln data 1", payload), computed or, when withheld, as carried */
    size_t stored_size; /**< bytes it takes in a run: 13 + size, or 13 + 32 */
} pln_entry_t;

/** Write header bytes with bit 7 cleared. */
void pln_header_write(const pln_header_t *header, uint8_t out[PLN_HEADER_SIZE]);

/**
 * Read the entry that begins @bytes (more may follow). Does not hash: `data` is filled only when
 * withheld; call pln_entry_data() for the others.
 * PLN_ETRUNCATED the bytes end inside it · PLN_EOVERSIZE size > PLN_PAYLOAD_MAX
 */
PLN_MUST_CHECK pln_err_t pln_entry_read(pln_span_t bytes, pln_entry_t *out);

/** data(n) of a payload. */
void pln_entry_data(pln_span_t payload, pln_hash_t *out);

/** Bytes the entry counts in cum(n): 13 + size, withheld or not (R4). */
static inline uint64_t pln_entry_weight(const pln_header_t *header)
{
    return PLN_HEADER_SIZE + (uint64_t)header->size;
}

#endif
