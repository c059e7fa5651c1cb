// SPDX-License-Identifier: MPL-2.0
// libsodium's push draws its nonce itself; starting the stream as a reader would, from a nonce that
// was given, is the same state, and keeps this file free of chance.
#include "vault.h"

#include <assert.h>
#include <string.h>

#define VERSION 1
#define GUARD_SIZE 4u
#define GUARDED (PLN_VAULT_HEAD_SIZE - GUARD_SIZE)
#define TAIL_SIZE 40u /**< content bytes u64, hash 32 */
#define MEMORY_MIN 8u
#define SEAL crypto_secretstream_xchacha20poly1305_ABYTES

static const uint8_t MAGIC[8] = {0x89, 'P', 'L', 'N', '\r', '\n', 0x1a, '\n'};

/* ---- the head ---- */

static void head_write(const pln_vault_head_t *head, uint8_t out[PLN_VAULT_HEAD_SIZE])
{
    pln_hash_t guard;
    memset(out, 0, PLN_VAULT_HEAD_SIZE);
    memcpy(out, MAGIC, sizeof MAGIC);
    out[8] = VERSION;
    out[9] = (uint8_t)head->what;
    if (head->locked) {
        out[10] = 1;
        memcpy(out + 12, head->salt, sizeof head->salt);
        pln_put_u32(out + 28, head->passes);
        pln_put_u32(out + 32, head->memory_kib);
        memcpy(out + 36, head->nonce, sizeof head->nonce);
    }
    pln_hash(PLN_DOMAIN_VAULT, out, GUARDED, &guard);
    memcpy(out + GUARDED, guard.bytes, GUARD_SIZE);
}

static pln_err_t head_check(const uint8_t in[PLN_VAULT_HEAD_SIZE])
{
    pln_hash_t guard;
    if (memcmp(in, MAGIC, sizeof MAGIC) != 0) {
        return PLN_EMALFORMED;
    }
    if (in[8] > VERSION) {
        return PLN_EVERSION;
    }
    pln_hash(PLN_DOMAIN_VAULT, in, GUARDED, &guard);
    return memcmp(guard.bytes, in + GUARDED, GUARD_SIZE) == 0 ? PLN_OK : PLN_ESIGNATURE;
}

static pln_err_t head_read(const uint8_t in[PLN_VAULT_HEAD_SIZE], pln_vault_head_t *out)
{
    *out = (pln_vault_head_t){.what = (pln_vault_what_t)in[9], .locked = in[10] == 1};
    PLN_TRY(head_check(in));
    if (in[8] == 0 || in[10] > 1 || in[11] != 0 ||
        (out->what != PLN_VAULT_BACKUP && out->what != PLN_VAULT_KEY)) {
        return PLN_EMALFORMED;
    }
    if (!out->locked) {
        return sodium_is_zero(in + 12, GUARDED - 12) == 1 ? PLN_OK : PLN_EMALFORMED;
    }
    memcpy(out->salt, in + 12, sizeof out->salt);
    out->passes = pln_get_u32(in + 28);
    out->memory_kib = pln_get_u32(in + 32);
    memcpy(out->nonce, in + 36, sizeof out->nonce);
    if (out->passes == 0 || out->memory_kib < MEMORY_MIN) {
        return PLN_EMALFORMED;
    }
    bool bounded = out->passes <= PLN_VAULT_PASSES_MAX && out->memory_kib <= PLN_VAULT_MEMORY_MAX;
    return bounded ? PLN_OK : PLN_EOVERSIZE;
}

pln_err_t pln_vault_derive(const pln_vault_head_t *head, pln_span_t passphrase,
                           pln_vault_key_t *out)
{
    int failed = crypto_pwhash(out->bytes, sizeof out->bytes, (const char *)passphrase.data,
                               passphrase.size, head->salt, head->passes,
                               (size_t)head->memory_kib * 1024u, crypto_pwhash_ALG_ARGON2ID13);
    return failed == 0 ? PLN_OK : PLN_ENOSPACE;
}

/* ---- writing ---- */

static void append(pln_vault_writer_t *writer, const void *data, size_t size, pln_buf_t *out)
{
    pln_hash_add(&writer->hasher, data, size);
    pln_buf_add(out, data, size);
}

static void append_u32(pln_vault_writer_t *writer, uint32_t value, pln_buf_t *out)
{
    uint8_t bytes[4];
    pln_put_u32(bytes, value);
    append(writer, bytes, sizeof bytes, out);
}

void pln_vault_begin(pln_vault_writer_t *writer, const pln_vault_head_t *head,
                     const pln_vault_key_t *key, pln_buf_t *out)
{
    uint8_t bytes[PLN_VAULT_HEAD_SIZE];
    assert(head->locked == (key != NULL));
    memset(writer, 0, sizeof *writer);
    writer->locked = head->locked;
    pln_hash_begin(&writer->hasher, PLN_DOMAIN_VAULT);
    if (writer->locked) {
        int failed = crypto_secretstream_xchacha20poly1305_init_pull(&writer->stream, head->nonce,
                                                                     key->bytes);
        assert(failed == 0);
    }
    head_write(head, bytes);
    append(writer, bytes, sizeof bytes, out);
}

static void append_frame(pln_vault_writer_t *writer, pln_span_t content, bool last, pln_buf_t *out)
{
    writer->total += content.size;
    if (!writer->locked) {
        append_u32(writer, (uint32_t)content.size, out);
        append(writer, content.data, content.size, out);
        return;
    }
    append_u32(writer, (uint32_t)(content.size + SEAL), out);
    uint8_t tag = last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0;
    uint8_t *sealed = pln_buf_grow(out, content.size + SEAL);
    int failed = crypto_secretstream_xchacha20poly1305_push(
        &writer->stream, sealed, NULL, content.data, content.size, NULL, 0, tag);
    assert(failed == 0);
    pln_hash_add(&writer->hasher, sealed, content.size + SEAL);
}

void pln_vault_add(pln_vault_writer_t *writer, pln_span_t content, pln_buf_t *out)
{
    for (size_t done = 0; done < content.size;) {
        size_t room = PLN_VAULT_FRAME_MAX - writer->content.size;
        size_t size = content.size - done < room ? content.size - done : room;
        pln_buf_add(&writer->content, content.data + done, size);
        done += size;
        if (writer->content.size == PLN_VAULT_FRAME_MAX && done < content.size) {
            append_frame(writer, pln_buf_span(&writer->content), false, out);
            pln_buf_clear(&writer->content);
        }
    }
}

void pln_vault_end(pln_vault_writer_t *writer, pln_buf_t *out)
{
    uint8_t total[8];
    pln_hash_t hash;
    if (writer->content.size > 0 || writer->locked) {
        append_frame(writer, pln_buf_span(&writer->content), true, out);
    }
    append_u32(writer, 0, out);
    pln_put_u64(total, writer->total);
    append(writer, total, sizeof total, out);
    pln_hash_end(&writer->hasher, &hash);
    pln_buf_add(out, hash.bytes, sizeof hash.bytes);
    pln_vault_writer_free(writer);
}

static void wipe(pln_buf_t *buf)
{
    if (buf->data != NULL) {
        sodium_memzero(buf->data, buf->capacity);
    }
    pln_buf_free(buf);
}

void pln_vault_writer_free(pln_vault_writer_t *writer)
{
    wipe(&writer->content);
    sodium_memzero(writer, sizeof *writer);
}

/* ---- reading ---- */

void pln_vault_reader_begin(pln_vault_reader_t *reader)
{
    memset(reader, 0, sizeof *reader);
    reader->need = PLN_VAULT_HEAD_SIZE;
    pln_hash_begin(&reader->hasher, PLN_DOMAIN_VAULT);
}

void pln_vault_reader_unlock(pln_vault_reader_t *reader, const pln_vault_head_t *head,
                             const pln_vault_key_t *key)
{
    reader->opened = true;
    int failed =
        crypto_secretstream_xchacha20poly1305_init_pull(&reader->stream, head->nonce, key->bytes);
    assert(failed == 0);
}

static void expect(pln_vault_reader_t *reader, pln_vault_state_t state, uint32_t need)
{
    reader->state = state;
    reader->need = need;
}

static pln_err_t take_head(pln_vault_reader_t *reader, const uint8_t *part)
{
    PLN_TRY(head_read(part, &reader->head));
    expect(reader, PLN_VAULT_AT_SIZE, 4);
    return PLN_OK;
}

static pln_err_t take_size(pln_vault_reader_t *reader, const uint8_t *part)
{
    uint32_t size = pln_get_u32(part);
    uint32_t seal = reader->head.locked ? SEAL : 0;
    if (size == 0) {
        expect(reader, PLN_VAULT_AT_END, TAIL_SIZE);
        return PLN_OK;
    }
    if (size < seal || size > PLN_VAULT_FRAME_MAX + seal || (reader->opened && reader->final)) {
        return PLN_EMALFORMED;
    }
    reader->total += size - seal;
    expect(reader, PLN_VAULT_AT_FRAME, size);
    return PLN_OK;
}

static pln_err_t take_frame(pln_vault_reader_t *reader, const uint8_t *part, pln_buf_t *content)
{
    uint8_t tag = 0;
    uint32_t size = reader->need;
    expect(reader, PLN_VAULT_AT_SIZE, 4);
    if (!reader->head.locked) {
        pln_buf_add(content, part, size);
        return PLN_OK;
    }
    if (!reader->opened) {
        return PLN_OK;
    }
    size_t before = content->size;
    uint8_t *out = pln_buf_grow(content, size - SEAL);
    if (crypto_secretstream_xchacha20poly1305_pull(&reader->stream, out, NULL, &tag, part, size,
                                                   NULL, 0) != 0) {
        content->size = before;
        return PLN_EKEY;
    }
    reader->final = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return PLN_OK;
}

static pln_err_t take_end(pln_vault_reader_t *reader, const uint8_t *part)
{
    pln_hash_t hash;
    pln_hash_end(&reader->hasher, &hash);
    if (memcmp(hash.bytes, part + 8, sizeof hash.bytes) != 0) {
        return PLN_ESIGNATURE;
    }
    if (pln_get_u64(part) != reader->total || (reader->opened && !reader->final)) {
        return PLN_EMALFORMED;
    }
    expect(reader, PLN_VAULT_DONE, 0);
    return PLN_OK;
}

/** The part that was asked for is there. */
static pln_err_t take_part(pln_vault_reader_t *reader, const uint8_t *part, pln_buf_t *content)
{
    pln_hash_add(&reader->hasher, part, reader->state == PLN_VAULT_AT_END ? 8 : reader->need);
    switch (reader->state) {
        case PLN_VAULT_AT_HEAD:
            return take_head(reader, part);
        case PLN_VAULT_AT_SIZE:
            return take_size(reader, part);
        case PLN_VAULT_AT_FRAME:
            return take_frame(reader, part, content);
        case PLN_VAULT_AT_END:
            return take_end(reader, part);
        case PLN_VAULT_DONE:
            break;
    }
    return PLN_EMALFORMED;
}

pln_err_t pln_vault_read(pln_vault_reader_t *reader, pln_span_t bytes, pln_buf_t *content)
{
    for (size_t at = 0; at < bytes.size;) {
        if (reader->state == PLN_VAULT_DONE) {
            return PLN_EMALFORMED;
        }
        size_t missing = reader->need - reader->held.size;
        size_t size = bytes.size - at < missing ? bytes.size - at : missing;
        pln_buf_add(&reader->held, bytes.data + at, size);
        at += size;
        if (size == missing) {
            PLN_TRY(take_part(reader, reader->held.data, content));
            pln_buf_clear(&reader->held);
        }
    }
    return PLN_OK;
}

pln_err_t pln_vault_reader_end(const pln_vault_reader_t *reader)
{
    size_t begun = reader->state == PLN_VAULT_AT_HEAD ? reader->held.size : 0;
    begun = begun < sizeof MAGIC ? begun : sizeof MAGIC;
    if (begun > 0 && memcmp(reader->held.data, MAGIC, begun) != 0) {
        return PLN_EMALFORMED;  // shorter than any vault, and none
    }
    return reader->state == PLN_VAULT_DONE ? PLN_OK : PLN_ETRUNCATED;
}

void pln_vault_reader_free(pln_vault_reader_t *reader)
{
    wipe(&reader->held);
    sodium_memzero(reader, sizeof *reader);
}
