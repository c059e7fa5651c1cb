// SPDX-License-Identifier: MPL-2.0
#include "republish.h"

#include <stdlib.h>
#include <string.h>

#include "codecs.h"
#include "proto/pack.h"
#include "proto/record.h"
#include "record_lookup.h"
#include "seen.h"

#define FIELD_WAS 3u
#define BATCH_ENTRIES 256u
#define BATCH_BYTES (4u << 20)
#define MOVED_WAIT_MS 1000u /**< for what came just now */

/* ---- the field ---- */

static void was_write(const pln_place_t *place, uint64_t seq, const pln_hash_t *data,
                      pln_buf_t *out)
{
    pln_pack_uint(out, FIELD_WAS);
    pln_pack_array(out, 5);
    pln_pack_nil(out);
    pln_pack_bin(out, place->author.bytes, sizeof place->author.bytes);
    pln_pack_uint(out, place->epoch);
    pln_pack_uint(out, seq);
    pln_pack_bin(out, data->bytes, 16);
}

static uint32_t pairs_without_was(pln_span_t payload)
{
    uint32_t count = 0;
    pln_record_field_t field;
    pln_record_t record = pln_record_open(NULL, payload);
    while (pln_record_next(&record, &field)) {
        count += field.number != FIELD_WAS;
    }
    return count;
}

pln_err_t pln_was_add(pln_span_t payload, const pln_place_t *place, uint64_t seq,
                      const pln_hash_t *data, pln_buf_t *out)
{
    bool written = false;
    pln_record_field_t field;
    pln_pack_map(out, pairs_without_was(payload) + 1);
    pln_record_t record = pln_record_open(NULL, payload);
    while (pln_record_next(&record, &field)) {
        if (!written && field.number >= FIELD_WAS) {
            was_write(place, seq, data, out);
            written = true;
        }
        if (field.number != FIELD_WAS) {
            pln_pack_uint(out, field.number);
            pln_buf_add(out, field.value.data, field.value.size);
        }
    }
    if (!written) {
        was_write(place, seq, data, out);
    }
    return pln_record_end(&record);
}

/* ---- one entry after the other, some at a time ---- */

typedef struct {
    uint64_t time_ms;
    uint16_t kind;
    uint8_t codec;
    size_t from, size; /**< stored payload in batch_t.bytes */
} item_t;

typedef struct {
    const pln_request_t *request;
    pln_codec_t *codec;
    pln_place_t place;
    pln_buf_t content; /**< scratch */
    pln_buf_t bytes;
    item_t items[BATCH_ENTRIES];
    size_t count;
} batch_t;

/** With `was`, coded anew; as it is where that cannot be. */
static void item_make(batch_t *batch, const pln_entry_t *entry, uint64_t seq, item_t *item)
{
    pln_span_t raw;
    pln_hash_t data;
    pln_entry_data(entry->payload, &data);
    pln_buf_clear(&batch->content);
    *item = (item_t){.time_ms = entry->header.time_ms,
                     .kind = entry->header.kind,
                     .codec = entry->header.codec,
                     .from = batch->bytes.size};
    bool again =
        pln_codec_decode(batch->codec, entry->header.codec, entry->payload, &raw) == PLN_OK &&
        pln_was_add(raw, &batch->place, seq, &data, &batch->content) == PLN_OK &&
        pln_codec_encode(batch->codec, PLN_CODEC_DICT_1, pln_buf_span(&batch->content),
                         &batch->bytes, &item->codec) == PLN_OK;
    if (!again) {
        batch->bytes.size = item->from;
        item->codec = entry->header.codec;
        pln_buf_add(&batch->bytes, entry->payload.data, entry->payload.size);
    }
    item->size = batch->bytes.size - item->from;
}

static bool take(void *arg, uint64_t seq, pln_span_t bytes)
{
    batch_t *batch = arg;
    pln_entry_t entry;
    if (pln_entry_read(bytes, &entry) != PLN_OK || entry.withheld) {
        return true;
    }
    item_t *item = &batch->items[batch->count];
    item_make(batch, &entry, seq, item);
    pln_place_t place;
    uint64_t there;
    if (pln_seen_find(batch->request->api->seen, &batch->place.network, item->kind,
                      PLN_SPAN(batch->bytes.data + item->from, item->size), &place, &there)) {
        batch->bytes.size = item->from;
    } else {
        batch->count++;
    }
    return batch->count < BATCH_ENTRIES && batch->bytes.size < BATCH_BYTES;
}

static bool batch_publish(batch_t *batch, pln_answer_t *answer, uint64_t *count)
{
    pln_draft_t drafts[BATCH_ENTRIES];
    pln_reply_t reply;
    if (batch->count == 0) {
        return true;
    }
    for (size_t i = 0; i < batch->count; i++) {
        const item_t *item = &batch->items[i];
        drafts[i] = (pln_draft_t){.codec = item->codec,
                                  .kind = item->kind,
                                  .time_ms = item->time_ms,
                                  .payload = PLN_SPAN(batch->bytes.data + item->from, item->size)};
    }
    pln_event_t event = {.type = PLN_EV_PUBLISH};
    event.as.publish.network = batch->place.network;
    event.as.publish.drafts = drafts;
    event.as.publish.count = batch->count;
    if (!pln_api_command(batch->request, answer, &event, &reply)) {
        return false;
    }
    pln_reply_free(&reply);
    *count += batch->count;
    batch->count = 0;
    pln_buf_clear(&batch->bytes);
    return true;
}

static bool chain_publish(batch_t *batch, pln_answer_t *answer, const pln_chain_row_t *row,
                          uint64_t after, uint64_t *count)
{
    uint64_t from = (row->counted > after ? row->counted : after) + 1;
    while (from <= row->head.seq) {
        uint64_t next = from;
        pln_err_t error = pln_store_visit(batch->request->api->store, row->number, from,
                                          row->head.seq, BATCH_ENTRIES, &next, take, batch);
        if (error != PLN_OK) {
            pln_answer_problem(answer, 500, pln_error_name(error), "%s", pln_error_text(error));
            return false;
        }
        if (!batch_publish(batch, answer, count)) {
            return false;
        }
        from = next;
    }
    return true;
}

bool pln_republish(const pln_request_t *request, pln_answer_t *answer, const pln_place_t *place,
                   uint64_t after, uint64_t *count)
{
    batch_t *batch = pln_alloc_zero(1, sizeof *batch);
    batch->request = request;
    batch->place = *place;
    batch->codec = pln_codecs_take(request->api->codecs);
    pln_seen_refresh(request->api->seen, &place->network, pln_mono_ms());
    uint32_t cursor = 0;
    pln_chain_row_t row;
    bool good = true;
    while (good && pln_store_next_chain(request->api->store, &place->network, &cursor, &row)) {
        if (pln_place_equal(&row.place, place)) {
            good = chain_publish(batch, answer, &row, after, count);
        }
    }
    pln_codecs_put(request->api->codecs, &batch->codec);
    pln_buf_free(&batch->content);
    pln_buf_free(&batch->bytes);
    free(batch);
    return good;
}

/* ---- what another copy has published again ---- */

/** The reference in field `was` of the payload. */
static bool was_read(pln_span_t payload, pln_reference_t *out)
{
    pln_record_field_t field;
    pln_record_t record = pln_record_open(NULL, payload);
    while (pln_record_next(&record, &field)) {
        if (field.number == FIELD_WAS) {
            pln_unpack_t in = pln_unpack(field.value);
            pln_reference_read(&in, out);
            return in.error == PLN_OK;
        }
    }
    return false;
}

/** Does this record of the same author say that it was an entry with that content? */
static bool says_so(const pln_api_t *api, const pln_relative_t *moved, const pln_place_t *place,
                    const pln_hash_t *data)
{
    pln_chain_row_t chain;
    pln_buf_t bytes = {0};
    pln_entry_t entry;
    pln_span_t payload;
    pln_reference_t was;
    pln_codec_t *codec = pln_codecs_take(api->codecs);
    bool said = pln_record_read(api, moved->chain, moved->seq, &chain, &bytes, &entry) &&
                pln_id_equal(&chain.place.author, &place->author) && !entry.withheld &&
                pln_codec_decode(codec, entry.header.codec, entry.payload, &payload) == PLN_OK &&
                was_read(payload, &was) && memcmp(was.data, data->bytes, sizeof was.data) == 0;
    pln_codecs_put(api->codecs, &codec);
    pln_buf_free(&bytes);
    return said;
}

size_t pln_moved(const pln_api_t *api, const pln_place_t *place, uint64_t seq,
                 pln_relative_t out[PLN_MOVED_MAX])
{
    size_t count = 0;
    pln_catalog_reader_t reader;
    (void)pln_catalog_wait(api->catalog, pln_store_arrivals(api->store).number, MOVED_WAIT_MS);
    if (!pln_catalog_take(api->catalog, &reader)) {
        return 0;
    }
    bool asked = pln_query_moved(reader.db, place, seq, out, PLN_MOVED_MAX, &count);
    pln_catalog_put(api->catalog, &reader);
    return asked ? count : 0;
}

bool pln_republished(const pln_api_t *api, const pln_place_t *place, uint64_t seq,
                     const pln_hash_t *data)
{
    pln_relative_t moved[PLN_MOVED_MAX];
    size_t count = pln_moved(api, place, seq, moved);
    for (size_t i = 0; i < count; i++) {
        if (says_so(api, &moved[i], place, data)) {
            return true;
        }
    }
    return false;
}
