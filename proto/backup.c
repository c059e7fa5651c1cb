// SPDX-License-Identifier: MPL-2.0
#include "backup.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define HEAD_SIZE 90u
#define ROW_HEAD_SIZE 6u

void pln_backup_head_write(const pln_backup_head_t *head, pln_buf_t *out)
{
    pln_buf_add(out, head->id.bytes, sizeof head->id.bytes);
    pln_buf_add(out, head->seed, sizeof head->seed);
    pln_buf_u48(out, head->made_ms);
    pln_buf_u32(out, head->format);
    pln_buf_u64(out, head->arrivals);
    pln_buf_u64(out, head->rows);
}

void pln_backup_row_write(uint8_t table, pln_span_t key, pln_span_t value, pln_buf_t *out)
{
    assert(table > 0 && key.size > 0 && key.size <= PLN_BACKUP_KEY_MAX);
    assert(value.size <= PLN_BACKUP_VALUE_MAX);
    pln_buf_u8(out, table);
    pln_buf_u8(out, (uint8_t)key.size);
    pln_buf_u32(out, (uint32_t)value.size);
    pln_buf_add(out, key.data, key.size);
    pln_buf_add(out, value.data, value.size);
}

void pln_backup_end_write(pln_buf_t *out)
{
    pln_buf_u8(out, 0);
}

void pln_backup_put(pln_backup_reader_t *reader, pln_span_t content)
{
    pln_buf_t *held = &reader->held;
    if (reader->at > 0) {
        memmove(held->data, held->data + reader->at, held->size - reader->at);
        held->size -= reader->at;
        reader->at = 0;
    }
    pln_buf_add(held, content.data, content.size);
}

static pln_err_t read_head(pln_backup_reader_t *reader)
{
    pln_backup_head_t *head = &reader->head;
    pln_identity_t derived;
    pln_reader_t in = pln_reader(PLN_SPAN(reader->held.data, HEAD_SIZE));
    pln_read_into(&in, head->id.bytes, sizeof head->id.bytes);
    pln_read_into(&in, head->seed, sizeof head->seed);
    head->made_ms = pln_read_u48(&in);
    head->format = pln_read_u32(&in);
    head->arrivals = pln_read_u64(&in);
    head->rows = pln_read_u64(&in);
    reader->at = HEAD_SIZE;
    reader->headed = true;
    pln_err_t error = pln_identity_derive(head->seed, &derived);
    bool same = error == PLN_OK && pln_id_equal(&derived.id, &head->id);
    sodium_memzero(&derived, sizeof derived);
    return same ? PLN_OK : PLN_EKEY;
}

/** Keys ascend as LMDB compares them: bytes first, then length. */
static bool ascends(const pln_backup_reader_t *reader, uint8_t table, pln_span_t key)
{
    if (table != reader->table) {
        return table > reader->table;
    }
    size_t common = key.size < reader->key_size ? key.size : reader->key_size;
    int order = memcmp(reader->key, key.data, common);
    return order < 0 || (order == 0 && reader->key_size < key.size);
}

static pln_err_t read_end(pln_backup_reader_t *reader)
{
    reader->at++;
    reader->ended = true;
    bool whole = reader->rows == reader->head.rows && reader->at == reader->held.size;
    return whole ? PLN_ENOTFOUND : PLN_EMALFORMED;
}

pln_err_t pln_backup_next(pln_backup_reader_t *reader, pln_backup_row_t *out)
{
    const uint8_t *at = reader->held.data + reader->at;
    size_t left = reader->held.size - reader->at;
    if (!reader->headed) {
        if (left < HEAD_SIZE) {
            return PLN_ENOTFOUND;
        }
        PLN_TRY(read_head(reader));
        at += HEAD_SIZE;
        left -= HEAD_SIZE;
    }
    if (left == 0) {
        return PLN_ENOTFOUND;
    }
    if (reader->ended) {
        return PLN_EMALFORMED;
    }
    if (at[0] == 0) {
        return read_end(reader);
    }
    if (left < ROW_HEAD_SIZE) {
        return PLN_ENOTFOUND;
    }
    size_t key_size = at[1];
    size_t value_size = pln_get_u32(at + 2);
    if (key_size == 0 || key_size > PLN_BACKUP_KEY_MAX || value_size > PLN_BACKUP_VALUE_MAX) {
        return PLN_EMALFORMED;
    }
    if (left < ROW_HEAD_SIZE + key_size + value_size) {
        return PLN_ENOTFOUND;
    }
    out->table = at[0];
    out->key = PLN_SPAN(at + ROW_HEAD_SIZE, key_size);
    out->value = PLN_SPAN(at + ROW_HEAD_SIZE + key_size, value_size);
    if (!ascends(reader, out->table, out->key)) {
        return PLN_EMALFORMED;
    }
    reader->table = out->table;
    memcpy(reader->key, out->key.data, key_size);
    reader->key_size = key_size;
    reader->at += ROW_HEAD_SIZE + key_size + value_size;
    reader->rows++;
    return PLN_OK;
}

void pln_backup_reader_free(pln_backup_reader_t *reader)
{
    if (reader->held.data != NULL) {
        sodium_memzero(reader->held.data, reader->held.capacity);
    }
    pln_buf_free(&reader->held);
    sodium_memzero(reader, sizeof *reader);
}
