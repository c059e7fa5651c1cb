// SPDX-License-Identifier: MPL-2.0
#include "store_key.h"

#include <assert.h>
#include <string.h>

static const char *const names[PLN_DB_COUNT] = {
    [PLN_DB_META] = "meta",         [PLN_DB_ENTRIES] = "entries",
    [PLN_DB_CHAINS] = "chains",     [PLN_DB_SIGNATURES] = "signatures",
    [PLN_DB_ARRIVALS] = "arrivals", [PLN_DB_CHANGED] = "changed",
    [PLN_DB_ROWS] = "rows",         [PLN_DB_HIDDEN] = "hidden",
};

const char *pln_db_name(pln_db_t db)
{
    assert(db < PLN_DB_COUNT);
    return names[db];
}

pln_key_t pln_key_meta(const char *name)
{
    pln_key_t key = {.size = strlen(name)};
    assert(key.size <= sizeof key.bytes);
    memcpy(key.bytes, name, key.size);
    return key;
}

pln_key_t pln_key_entry(uint32_t chain, uint64_t seq)
{
    pln_key_t key = {.size = PLN_ENTRY_KEY_SIZE};
    pln_put_u32(key.bytes, chain);
    pln_put_u64(key.bytes + 4, seq);
    return key;
}

pln_key_t pln_key_chain(uint32_t chain)
{
    pln_key_t key = {.size = 4};
    pln_put_u32(key.bytes, chain);
    return key;
}

pln_key_t pln_key_arrival(uint64_t number)
{
    pln_key_t key = {.size = 8};
    pln_put_u64(key.bytes, number);
    return key;
}

pln_key_t pln_key_changed(const pln_network_id_t *network, uint64_t arrival)
{
    pln_key_t key = {.size = sizeof network->bytes + 8};
    memcpy(key.bytes, network->bytes, sizeof network->bytes);
    pln_put_u64(key.bytes + sizeof network->bytes, arrival);
    return key;
}

pln_key_t pln_key_row(pln_table_t table, pln_span_t span)
{
    assert(table < PLN_TABLE_COUNT);
    assert(span.size <= PLN_ROW_KEY_MAX);
    pln_key_t key = {.size = 1 + span.size};
    key.bytes[0] = (uint8_t)table;
    if (span.size > 0) {
        memcpy(key.bytes + 1, span.data, span.size);
    }
    return key;
}

pln_span_t pln_key_span(const pln_key_t *key)
{
    return PLN_SPAN(key->bytes, key->size);
}

/** Whatever a reader found wrong with bytes of ours is damage, not a peer's grammar. */
static pln_err_t reader_end(const pln_reader_t *reader)
{
    return pln_reader_end(reader) == PLN_OK ? PLN_OK : PLN_EMALFORMED;
}

pln_err_t pln_key_entry_read(pln_span_t key, uint32_t *chain, uint64_t *seq)
{
    pln_reader_t reader = pln_reader(key);
    *chain = pln_read_u32(&reader);
    *seq = pln_read_u64(&reader);
    return reader_end(&reader);
}

pln_err_t pln_key_arrival_read(pln_span_t key, uint64_t *number)
{
    pln_reader_t reader = pln_reader(key);
    *number = pln_read_u64(&reader);
    return reader_end(&reader);
}

static uint8_t *put_head(const pln_head_t *head, uint8_t *at)
{
    pln_put_u64(at, head->seq);
    memcpy(at + 8, head->hash.bytes, 32);
    pln_put_u64(at + 40, head->cum);
    return at + 48;
}

static void read_head(pln_reader_t *reader, pln_head_t *out)
{
    out->seq = pln_read_u64(reader);
    pln_read_into(reader, out->hash.bytes, sizeof out->hash.bytes);
    out->cum = pln_read_u64(reader);
}

void pln_chain_row_write(const pln_chain_row_t *row, uint8_t out[PLN_CHAIN_ROW_SIZE])
{
    assert(row->counted == row->counted_head.seq);
    pln_place_write(&row->place, out);
    uint8_t *at = put_head(&row->head, out + PLN_PLACE_SIZE);
    memcpy(at, row->signature.bytes, sizeof row->signature.bytes);
    at = put_head(&row->counted_head, at + sizeof row->signature.bytes);
    pln_put_u64(at, row->last_arrival);
    pln_put_u32(at + 8, row->branch ? row->parent : UINT32_MAX);
    put_head(&row->base, at + 12);
}

pln_err_t pln_chain_row_read(pln_span_t key, pln_span_t value, pln_chain_row_t *out)
{
    if (key.size != 4 || value.size != PLN_CHAIN_ROW_SIZE) {
        return PLN_EMALFORMED;
    }
    *out = (pln_chain_row_t){.number = pln_get_u32(key.data)};
    pln_reader_t reader = pln_reader(value);
    pln_read_into(&reader, out->place.network.bytes, sizeof out->place.network.bytes);
    pln_read_into(&reader, out->place.author.bytes, sizeof out->place.author.bytes);
    out->place.epoch = pln_read_u32(&reader);
    out->place.lane = pln_read_u8(&reader);
    read_head(&reader, &out->head);
    pln_read_into(&reader, out->signature.bytes, sizeof out->signature.bytes);
    read_head(&reader, &out->counted_head);
    out->counted = out->counted_head.seq;
    out->last_arrival = pln_read_u64(&reader);
    out->parent = pln_read_u32(&reader);
    out->branch = out->parent != UINT32_MAX;
    read_head(&reader, &out->base);
    if (out->number == UINT32_MAX || out->place.lane >= PLN_LANES || out->counted > out->head.seq ||
        out->head.seq > PLN_SEQ_MAX || out->base.seq > out->head.seq ||
        (!out->branch && out->base.seq != 0)) {
        return PLN_EMALFORMED;
    }
    return reader_end(&reader);
}

void pln_vouch_row_write(const pln_vouch_t *vouch, bool kept, uint8_t out[PLN_VOUCH_ROW_SIZE])
{
    memcpy(out, vouch->head.hash.bytes, 32);
    pln_put_u64(out + 32, vouch->head.cum);
    memcpy(out + 40, vouch->signature.bytes, 64);
    out[104] = kept ? 1 : 0;
}

pln_err_t pln_vouch_row_read(pln_span_t key, pln_span_t value, pln_vouch_t *out, bool *kept)
{
    uint32_t chain;
    PLN_TRY(pln_key_entry_read(key, &chain, &out->head.seq));
    pln_reader_t reader = pln_reader(value);
    pln_read_into(&reader, out->head.hash.bytes, sizeof out->head.hash.bytes);
    out->head.cum = pln_read_u64(&reader);
    pln_read_into(&reader, out->signature.bytes, sizeof out->signature.bytes);
    *kept = pln_read_u8(&reader) != 0;
    return reader_end(&reader);
}

void pln_arrival_value_write(const pln_arrival_t *row, const pln_tag_t *tag,
                             uint8_t out[PLN_ARRIVAL_VALUE_SIZE])
{
    pln_arrival_write(row, out);
    memcpy(out + PLN_ARRIVAL_ROW_SIZE, tag->bytes, sizeof tag->bytes);
}

pln_err_t pln_arrival_value_read(pln_span_t value, pln_arrival_t *row, pln_tag_t *tag)
{
    if (value.size != PLN_ARRIVAL_VALUE_SIZE) {
        return PLN_EMALFORMED;
    }
    memcpy(tag->bytes, value.data + PLN_ARRIVAL_ROW_SIZE, sizeof tag->bytes);
    return pln_arrival_read(PLN_SPAN(value.data, PLN_ARRIVAL_ROW_SIZE), row) == PLN_OK
               ? PLN_OK
               : PLN_EMALFORMED;
}
