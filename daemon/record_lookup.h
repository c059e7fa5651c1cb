// SPDX-License-Identifier: MPL-2.0
/**
 * record_lookup - the id of a record as people write it, completed to a reference.
 *
 * Why     Nobody types the hash of what they speak of; without it a reference proves nothing.
 * Shape   NET/AUTHOR/SEQ or AUTHOR/SEQ (of the network published in), each part an unambiguous
 *         beginning; links lead to kinds of their list only, `replaces` to one's own records only
 * Thread  any
 */
#ifndef PLN_RECORD_LOOKUP_H
#define PLN_RECORD_LOOKUP_H

#include "api.h"
#include "record_json.h"

typedef struct {
    const pln_request_t *request;
    pln_network_id_t network; /**< published in: its records need no network in a reference */
} pln_record_lookup_t;

/** A record that was found. */
typedef struct {
    pln_place_t place;
    uint64_t seq;
    pln_buf_t bytes;   /**< as stored; the caller's */
    pln_entry_t entry; /**< borrows from bytes */
} pln_located_t;

/**
 * Entry @seq of chain @number as it counts and stands here now, withheld or not; false: it does
 * not. @entry borrows from @bytes, which is the caller's to free either way.
 */
bool pln_record_read(const pln_api_t *api, uint32_t number, uint64_t seq, pln_chain_row_t *chain,
                     pln_buf_t *bytes, pln_entry_t *entry);

/** The record that @text names; false: @detail says why there is none. Free out->bytes else. */
bool pln_record_locate(const pln_record_lookup_t *lookup, const char *text, pln_located_t *out,
                       char *detail, size_t size);

/** pln_lookup_t.find with a pln_record_lookup_t as @arg. */
bool pln_record_lookup(void *arg, const char *text, const pln_field_t *field, pln_reference_t *out,
                       char *detail, size_t size);

/** The reference to entry @seq of @place, whose stored form is @entry; short within @network. */
pln_reference_t pln_record_reference(const pln_network_id_t *network, const pln_place_t *place,
                                     uint64_t seq, const pln_entry_t *entry);

#endif
