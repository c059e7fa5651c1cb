// SPDX-License-Identifier: MPL-2.0
// arrival.json, digest.json, hello.json, presence.json
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "proto/arrival.h"
#include "proto/digest.h"
#include "row_shape.h"

/* ---- arrivals ---- */

static const shape_t arrival_shape[] = {
    SHAPE(UINT, pln_arrival_t, op), SHAPE(UINT, pln_arrival_t, chain),
    SHAPE(UINT, pln_arrival_t, from), SHAPE(UINT, pln_arrival_t, to), SHAPE_END};

static json_t *arrival_write(json_t *in, refusal_t *why)
{
    pln_arrival_t row = {0};
    uint8_t out[PLN_ARRIVAL_ROW_SIZE];
    (void)why;
    shape_read(arrival_shape, in, &row);
    pln_arrival_write(&row, out);
    return json_pack("{s:o}", "hex", case_hex(out, sizeof out));
}

static json_t *arrival_read(json_t *in, refusal_t *why)
{
    pln_arrival_t row;
    pln_err_t error = pln_arrival_read(case_bytes(case_member(in, "hex")), &row);
    return error != PLN_OK ? answer_refuse(why, error) : shape_write(arrival_shape, &row);
}

static json_t *cursors(json_t *in, refusal_t *why)
{
    pln_store_id_t store;
    pln_cursor_t cursor;
    json_t *tags = json_array(), *item;
    size_t index;
    case_fixed(case_member(in, "store"), store.bytes, sizeof store.bytes);
    pln_cursor_start(&store, &cursor);
    json_array_append_new(tags, case_hex(cursor.tag.bytes, sizeof cursor.tag.bytes));
    json_array_foreach(case_member(in, "rows"), index, item)
    {
        pln_arrival_t row = {0};
        shape_read(arrival_shape, item, &row);
        pln_cursor_next(&cursor, &row);
        json_array_append_new(tags, case_hex(cursor.tag.bytes, sizeof cursor.tag.bytes));
    }
    if (cursor.number != json_array_size(case_member(in, "rows"))) {
        json_decref(tags);
        return answer_refuse(why, PLN_EINVAL);
    }
    return json_pack("{s:o}", "tags", tags);
}

/* ---- digests ---- */

static json_t *element(json_t *in, refusal_t *why)
{
    pln_place_t place = {0};
    pln_head_t head = {0};
    pln_element_t out;
    json_t *listed = case_member(in, "holes");
    size_t count = json_array_size(listed);
    uint64_t *holes = case_keep(count * sizeof *holes);
    (void)why;
    case_fixed(case_member(in, "author"), place.author.bytes, 32);
    place.epoch = (uint32_t)case_uint(case_member(in, "epoch"));
    place.lane = (uint8_t)case_uint(case_member(in, "lane"));
    head.seq = case_uint(case_member(in, "seq"));
    case_fixed(case_member(in, "hash"), head.hash.bytes, 32);
    for (size_t i = 0; i < count; i++) {
        holes[i] = case_uint(json_array_get(listed, i));
    }
    pln_element(&place, &head, holes, count, &out);
    return json_pack("{s:o}", "hex", case_hex(out.bytes, sizeof out.bytes));
}

static pln_element_t *elements_of(json_t *in, size_t *count)
{
    json_t *list = case_member(in, "elements");
    *count = json_array_size(list);
    pln_element_t *elements = case_keep(*count * sizeof *elements);
    for (size_t i = 0; i < *count; i++) {
        case_fixed(json_array_get(list, i), elements[i].bytes, PLN_ELEMENT_SIZE);
    }
    return elements;
}

static json_t *bucket(json_t *in, refusal_t *why)
{
    size_t count;
    pln_element_t *elements = elements_of(in, &count);
    pln_hash_t hash;
    (void)why;
    pln_digest_bucket(elements, count, &hash);
    return json_pack("{s:o}", "hash", case_hex(hash.bytes, sizeof hash.bytes));
}

#define LANE_AT 36

/** The 256 buckets of those @elements whose lane is at most @lane_max; @shown may be NULL. */
static void fill_buckets(const pln_element_t *elements, size_t count, uint8_t lane_max,
                         pln_hash_t buckets[PLN_BUCKETS], json_t *shown)
{
    pln_element_t *some = case_keep(count * sizeof *some);
    for (unsigned i = 0; i < PLN_BUCKETS; i++) {
        size_t held = 0;
        for (size_t j = 0; j < count; j++) {
            if (elements[j].bytes[0] == i && elements[j].bytes[LANE_AT] <= lane_max) {
                some[held++] = elements[j];
            }
        }
        pln_digest_bucket(some, held, &buckets[i]);
        if (held > 0 && shown != NULL) {
            char name[3];
            uint8_t byte = (uint8_t)i;
            pln_hex(&byte, 1, name);
            json_object_set_new(shown, name, case_hex(buckets[i].bytes, 32));
        }
    }
}

static json_t *digest(json_t *in, refusal_t *why)
{
    size_t count;
    pln_element_t *elements = elements_of(in, &count);
    pln_network_id_t network;
    pln_hash_t buckets[PLN_BUCKETS], whole, access;
    json_t *shown = json_object();
    (void)why;
    case_fixed(case_member(in, "network"), network.bytes, sizeof network.bytes);
    fill_buckets(elements, count, PLN_LANE_RECORDS, buckets, shown);
    pln_digest(&network, buckets, &whole);
    fill_buckets(elements, count, PLN_LANE_CONTROL, buckets, NULL);
    pln_digest_access(&network, buckets, &access);
    return json_pack("{s:o,s:o,s:o}", "digest", case_hex(whole.bytes, 32), "access",
                     case_hex(access.bytes, 32), "buckets", shown);
}

/* ---- HELLO ---- */

static json_t *hello_row_write(json_t *in, refusal_t *why)
{
    pln_hello_row_t row = {0};
    pln_buf_t out = {0};
    (void)why;
    shape_read(hello_rows.shapes, in, &row);
    pln_hello_row_write(&row, &out);
    return answer_buf("hex", &out);
}

static json_t *hello_row_read(json_t *in, refusal_t *why)
{
    pln_span_t bytes = case_bytes(case_member(in, "hex"));
    pln_hello_row_t row = {0};
    if (bytes.size != PLN_HELLO_ROW_SIZE) {
        return answer_refuse(why, PLN_EMALFORMED);
    }
    pln_hello_row_read(bytes, 0, &row);
    return shape_write(hello_rows.shapes, &row);
}

static json_t *hello_hash(json_t *in, refusal_t *why)
{
    pln_network_id_t network;
    pln_id_t sender, receiver;
    uint8_t nonce[16], hash[16];
    (void)why;
    case_fixed(case_member(in, "network"), network.bytes, sizeof network.bytes);
    case_fixed(case_member(in, "sender"), sender.bytes, sizeof sender.bytes);
    case_fixed(case_member(in, "receiver"), receiver.bytes, sizeof receiver.bytes);
    case_fixed(case_member(in, "nonce"), nonce, sizeof nonce);
    pln_hello_hash(&network, &sender, &receiver, nonce, hash);
    return json_pack("{s:o}", "hash", case_hex(hash, sizeof hash));
}

/* ---- presence ---- */

static const shape_t bare_text[] = {{.type = SHAPE_TEXT, .size = sizeof(pln_span_t)}, SHAPE_END};
static const shape_t presence_shape[] = {
    SHAPE(FIXED, pln_presence_t, network),
    SHAPE(FIXED, pln_presence_t, node),
    SHAPE(UINT, pln_presence_t, stamp),
    SHAPE(TEXT, pln_presence_t, name),
    SHAPE(TEXT, pln_presence_t, version),
    SHAPE(BYTES, pln_presence_t, codecs),
    SHAPE_MANY("addresses", pln_presence_t, addresses, address_count, bare_text),
    SHAPE(FIXED, pln_presence_t, digest),
    SHAPE(FIXED, pln_presence_t, access),
    SHAPE_END};

static json_t *presence_write(json_t *in, refusal_t *why)
{
    pln_presence_t presence = {0};
    pln_buf_t out = {0};
    (void)why;
    shape_read(presence_shape, in, &presence);
    presence.heads = rows_read(&presence_rows, case_member(in, "heads"));
    pln_presence_encode(&presence, &out);
    return answer_buf("hex", &out);
}

static json_t *presence_read(json_t *in, refusal_t *why)
{
    pln_presence_t presence;
    pln_err_t error = pln_presence_decode(case_bytes(case_member(in, "hex")), &presence);
    if (error != PLN_OK) {
        return answer_refuse(why, error);
    }
    json_t *out = shape_write(presence_shape, &presence);
    json_object_set_new(out, "heads", rows_write(&presence_rows, presence.heads));
    return out;
}

static json_t *presence_sign(json_t *in, refusal_t *why)
{
    pln_identity_t self;
    pln_signature_t signature;
    uint8_t seed[PLN_SEED_SIZE];
    case_fixed(case_member(in, "seed"), seed, sizeof seed);
    pln_err_t error = pln_identity_derive(seed, &self);
    if (error != PLN_OK) {
        return answer_refuse(why, error);
    }
    pln_sign(&self, PLN_DOMAIN_PRESENCE, case_bytes(case_member(in, "body")), &signature);
    return json_pack("{s:o}", "signature", case_hex(signature.bytes, 64));
}

static json_t *presence_verify(json_t *in, refusal_t *why)
{
    pln_id_t node;
    pln_signature_t signature;
    case_fixed(case_member(in, "node"), node.bytes, sizeof node.bytes);
    case_fixed(case_member(in, "signature"), signature.bytes, sizeof signature.bytes);
    pln_err_t error =
        pln_verify(&node, PLN_DOMAIN_PRESENCE, case_bytes(case_member(in, "body")), &signature);
    return error != PLN_OK ? answer_refuse(why, error) : json_object();
}

const answer_t answers_session[] = {
    {.op = "arrival", .answer = arrival_write, .back = arrival_read},
    {.op = "arrival.read", .answer = arrival_read},
    {.op = "cursors", .answer = cursors},
    {.op = "element", .answer = element},
    {.op = "bucket", .answer = bucket},
    {.op = "digest", .answer = digest},
    {.op = "hello_row", .answer = hello_row_write, .back = hello_row_read},
    {.op = "hello_hash", .answer = hello_hash},
    {.op = "presence", .answer = presence_write, .back = presence_read},
    {.op = "presence.read", .answer = presence_read},
    {.op = "presence.sign", .answer = presence_sign},
    {.op = "presence.verify", .answer = presence_verify},
    {.op = NULL}};
