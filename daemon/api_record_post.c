// SPDX-License-Identifier: MPL-2.0
// Publishing: each record is checked and coded by itself, then all good ones go to the node in one
// event, so that one durable commit holds them all and a refused one stops nothing but itself.
#include <stdlib.h>
#include <string.h>

#include "api_json.h"
#include "moment.h"
#include "proto/salt.h"
#include "publish_rules.h"
#include "record_json.h"
#include "record_lookup.h"
#include "resolve.h"
#include "view.h"

#define RECORDS_MAX 10000u

typedef enum { REFUSED, SKIPPED, REPEATED, GOOD } verdict_t;

/** What became of one record of the request. */
typedef struct {
    verdict_t verdict;
    json_t *error;     /**< REFUSED: owned until it is answered */
    pln_place_t place; /**< SKIPPED: where the same content stands */
    uint64_t seq;
    size_t draft; /**< GOOD, REPEATED: which draft */
    uint16_t kind;
    uint8_t codec;
    size_t from, size; /**< stored payload in batch_t.bytes */
} item_t;

typedef struct {
    const pln_api_t *api;
    pln_network_id_t network;
    bool skip_existing;
    bool confirmed; /**< the publisher vouches that no student can be recognised */
    pln_record_lookup_t lookup;
    pln_codec_t *codec;
    pln_buf_t raw;    /**< scratch: the record being judged, not compressed ... */
    pln_buf_t salted; /**< ... and with its salt */
    pln_buf_t bytes;  /**< stored payloads of the good ones, one after the other */
    item_t *items;
    size_t count;
    pln_draft_t *drafts;
    size_t draft_count;
} batch_t;

static void refuse(item_t *item, const char *reason, const char *field, const char *detail)
{
    item->verdict = REFUSED;
    item->error = json_object();
    json_object_set_new(item->error, "reason", json_string(reason));
    pln_json_set_text(item->error, "field", field);
    json_object_set_new(item->error, "detail", pln_json_text(detail));
}

/** The content to publish: where it speaks of persons, with a salt. */
static pln_span_t with_salt(batch_t *batch, const pln_kind_t *kind)
{
    uint8_t salt[PLN_SALT_SIZE];
    pln_span_t raw = pln_buf_span(&batch->raw);
    if (!pln_salt_lacks(kind, raw)) {
        return raw;
    }
    pln_salt_make(batch->api->identity, &batch->network, kind, raw, salt);
    pln_buf_clear(&batch->salted);
    return pln_salt_add(raw, salt, &batch->salted) == PLN_OK ? pln_buf_span(&batch->salted) : raw;
}

/** A record of the request to its stored payload, appended to batch->bytes. */
static bool encode(batch_t *batch, json_t *record, item_t *item)
{
    const pln_kind_t *kind = NULL;
    pln_record_problem_t problem;
    pln_buf_clear(&batch->raw);
    const pln_lookup_t lookup = {pln_record_lookup, &batch->lookup};
    json_t *fields = json_object_get(record, "fields"), *places = NULL;
    const char *name = json_string_value(json_object_get(record, "kind"));
    const pln_kind_t *said = name != NULL ? pln_kind_by_name(name) : NULL;
    pln_err_t error = PLN_OK;
    if (said != NULL && said->fields != NULL) {
        error = pln_publish_rules(said, fields, batch->confirmed, &problem, &places);
    }
    if (error == PLN_OK) {
        error = pln_record_from_json(record, &kind, &lookup, &batch->raw, &problem);
    }
    if (error != PLN_OK) {
        refuse(item, problem.rule, problem.field, problem.detail);
        if (places != NULL) {
            json_object_set_new(item->error, "places", places);
        }
        return false;
    }
    if (pln_codec_encode(batch->codec, PLN_CODEC_DICT_1, with_salt(batch, kind), &batch->bytes,
                         &item->codec) != PLN_OK) {
        refuse(item, "too-long", "", "a record takes at most 256 KiB in all");
        return false;
    }
    item->kind = kind->number;
    item->size = batch->bytes.size - item->from;
    return true;
}

static pln_span_t stored_of(const batch_t *batch, const item_t *item)
{
    return PLN_SPAN(batch->bytes.data + item->from, item->size);
}

/** The same content earlier in this request? */
static bool repeated(const batch_t *batch, item_t *item)
{
    for (size_t i = 0; i < batch->count; i++) {
        const item_t *other = &batch->items[i];
        if (other->verdict == GOOD && other->kind == item->kind && other->size == item->size &&
            memcmp(batch->bytes.data + other->from, batch->bytes.data + item->from, item->size) ==
                0) {
            item->draft = other->draft;
            return true;
        }
    }
    return false;
}

static void judge(batch_t *batch, json_t *record)
{
    item_t *item = &batch->items[batch->count];
    item->from = batch->bytes.size;
    if (!encode(batch, record, item)) {
        batch->bytes.size = item->from;
    } else if (batch->skip_existing && repeated(batch, item)) {
        item->verdict = REPEATED;
        batch->bytes.size = item->from;
    } else if (batch->skip_existing &&
               pln_seen_find(batch->api->seen, &batch->network, item->kind, stored_of(batch, item),
                             &item->place, &item->seq)) {
        item->verdict = SKIPPED;
        batch->bytes.size = item->from;
    } else {
        item->verdict = GOOD;
        item->draft = batch->draft_count++;
    }
    batch->count++;
}

/** Drafts point into batch->bytes, so they are made when it no longer grows. */
static void make_drafts(batch_t *batch)
{
    uint64_t now = pln_wall_ms();
    batch->drafts = pln_alloc_zero(batch->draft_count + 1, sizeof *batch->drafts);
    for (size_t i = 0; i < batch->count; i++) {
        const item_t *item = &batch->items[i];
        if (item->verdict == GOOD) {
            batch->drafts[item->draft] = (pln_draft_t){.codec = item->codec,
                                                       .kind = item->kind,
                                                       .time_ms = now,
                                                       .payload = stored_of(batch, item)};
        }
    }
}

static json_t *id_json(const char *name, const pln_place_t *place, uint64_t seq)
{
    char id[PLN_RECORD_ID_SIZE];
    pln_record_id(place, seq, id);
    return json_pack("{s:s}", name, id);
}

static json_t *results_json(batch_t *batch, const pln_reply_t *reply)
{
    json_t *results = json_array();
    for (size_t i = 0; i < batch->count; i++) {
        item_t *item = &batch->items[i];
        json_t *result = NULL;
        switch (item->verdict) {
            case REFUSED:
                result = json_pack("{s:o}", "error", item->error);
                item->error = NULL;
                break;
            case SKIPPED:
                result = id_json("skipped", &item->place, item->seq);
                break;
            case REPEATED:
                result = id_json("skipped", &reply->place, reply->first_seq + item->draft);
                break;
            case GOOD:
                result = id_json("id", &reply->place, reply->first_seq + item->draft);
                break;
        }
        json_array_append_new(results, result);
    }
    return results;
}

/** One event, one commit; nothing to publish is no event. */
static void publish(batch_t *batch, const pln_request_t *request, pln_answer_t *answer)
{
    pln_reply_t reply = {.error = PLN_OK};
    make_drafts(batch);
    if (batch->draft_count > 0) {
        pln_event_t event = {.type = PLN_EV_PUBLISH};
        event.as.publish.network = batch->network;
        event.as.publish.drafts = batch->drafts;
        event.as.publish.count = batch->draft_count;
        if (!pln_api_command(request, answer, &event, &reply)) {
            return;
        }
    }
    json_t *results = results_json(batch, &reply);
    pln_reply_free(&reply);
    pln_answer_json(answer, 200, json_pack("{s:o}", "results", results));
}

static void batch_free(batch_t *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        json_decref(batch->items[i].error);
    }
    free(batch->items);
    free(batch->drafts);
    pln_buf_free(&batch->raw);
    pln_buf_free(&batch->salted);
    pln_buf_free(&batch->bytes);
    pln_codecs_put(batch->api->codecs, &batch->codec);
}

/** The list of records, its length bounded. */
static const json_t *read_records(const pln_request_t *request, pln_answer_t *answer)
{
    const json_t *records = json_object_get(request->body, "records");
    if (!json_is_array(records) || json_array_size(records) > RECORDS_MAX) {
        pln_answer_field(answer, "records", "\"records\" must be a list of at most %u records",
                         RECORDS_MAX);
        return NULL;
    }
    return records;
}

void pln_api_records_publish(const pln_request_t *request, pln_answer_t *answer)
{
    batch_t batch = {.api = request->api};
    const char *network;
    pln_network_view_t view;
    const json_t *records = read_records(request, answer);
    if (records == NULL ||
        !pln_body_text(request, answer, "network", false, PLN_NAME_MAX, &network) ||
        !pln_body_flag(request, answer, "skip_existing", &batch.skip_existing) ||
        !pln_body_flag(request, answer, "confirm_no_student_data", &batch.confirmed) ||
        !pln_resolve_network(request, answer, network == NULL ? "-" : network, &view)) {
        return;
    }
    batch.network = view.id;
    batch.lookup = (pln_record_lookup_t){request, view.id};
    batch.codec = pln_codecs_take(request->api->codecs);
    batch.items = pln_alloc_zero(json_array_size(records) + 1, sizeof *batch.items);
    if (batch.skip_existing) {
        pln_seen_refresh(request->api->seen, &view.id, pln_mono_ms());
    }
    for (size_t i = 0; i < json_array_size(records); i++) {
        judge(&batch, json_array_get(records, i));
    }
    publish(&batch, request, answer);
    batch_free(&batch);
}
