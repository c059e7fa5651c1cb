// SPDX-License-Identifier: MPL-2.0
#include "arrival.h"

#include <assert.h>
#include <string.h>

void pln_arrival_write(const pln_arrival_t *row, uint8_t out[PLN_ARRIVAL_ROW_SIZE])
{
    assert(row->op >= PLN_OP_ADDED);
    assert(row->op <= PLN_OP_BACK);
    assert(row->from >= 1);
    assert(row->from <= row->to);
    assert(row->to <= PLN_SEQ_MAX);
    out[0] = (uint8_t)row->op;
    pln_put_u32(out + 1, row->chain);
    pln_put_u64(out + 5, row->from);
    pln_put_u64(out + 13, row->to);
}

pln_err_t pln_arrival_read(pln_span_t bytes, pln_arrival_t *out)
{
    pln_reader_t reader = pln_reader(bytes);
    uint8_t op = pln_read_u8(&reader);
    pln_arrival_t row = {.op = (pln_op_t)op};
    row.chain = pln_read_u32(&reader);
    row.from = pln_read_u64(&reader);
    row.to = pln_read_u64(&reader);
    PLN_TRY(pln_reader_end(&reader));
    if (op < PLN_OP_ADDED || op > PLN_OP_BACK) {
        return PLN_EMALFORMED;
    }
    if (row.from < 1 || row.from > row.to || row.to > PLN_SEQ_MAX) {
        return PLN_EMALFORMED;
    }
    *out = row;
    return PLN_OK;
}

static void take_tag(pln_hasher_t *hasher, pln_tag_t *out)
{
    pln_hash_t hash;
    pln_hash_end(hasher, &hash);
    memcpy(out->bytes, hash.bytes, sizeof out->bytes);
}

void pln_cursor_start(const pln_store_id_t *store, pln_cursor_t *out)
{
    pln_hasher_t hasher;
    pln_hash_begin(&hasher, PLN_DOMAIN_ARRIVAL);
    pln_hash_add(&hasher, store->bytes, sizeof store->bytes);
    out->number = 0;
    take_tag(&hasher, &out->tag);
}

void pln_cursor_next(pln_cursor_t *cursor, const pln_arrival_t *row)
{
    uint8_t bytes[PLN_ARRIVAL_ROW_SIZE];
    pln_hasher_t hasher;
    pln_arrival_write(row, bytes);
    pln_hash_begin(&hasher, PLN_DOMAIN_ARRIVAL);
    pln_hash_add(&hasher, cursor->tag.bytes, sizeof cursor->tag.bytes);
    pln_hash_add(&hasher, bytes, sizeof bytes);
    take_tag(&hasher, &cursor->tag);
    cursor->number++;
}

bool pln_cursor_equal(const pln_cursor_t *a, const pln_cursor_t *b)
{
    return a->number == b->number && memcmp(a->tag.bytes, b->tag.bytes, sizeof a->tag.bytes) == 0;
}
