// SPDX-License-Identifier: MPL-2.0
// hash.json, identity.json, signature.json, entry.json, chain.json, run.json
#include <string.h>

#include "answer.h"
#include "proto/chain.h"
#include "proto/hash.h"
#include "shape.h"

static const shape_t place_shape[] = {
    SHAPE(FIXED, pln_place_t, network), SHAPE(FIXED, pln_place_t, author),
    SHAPE(UINT, pln_place_t, epoch), SHAPE(UINT, pln_place_t, lane), SHAPE_END};
static const shape_t head_shape[] = {SHAPE(UINT, pln_head_t, seq), SHAPE(FIXED, pln_head_t, hash),
                                     SHAPE(UINT, pln_head_t, cum), SHAPE_END};
static const shape_t header_shape[] = {
    SHAPE(UINT, pln_header_t, codec), SHAPE(UINT, pln_header_t, kind),
    SHAPE(UINT, pln_header_t, time_ms), SHAPE(UINT, pln_header_t, size), SHAPE_END};
static const shape_t draft_shape[] = {
    SHAPE(UINT, pln_draft_t, codec), SHAPE(UINT, pln_draft_t, kind),
    SHAPE(UINT, pln_draft_t, time_ms), SHAPE(BYTES, pln_draft_t, payload), SHAPE_END};

static pln_place_t place_of(json_t *in)
{
    pln_place_t place = {0};
    shape_read(place_shape, in, &place);
    return place;
}

static pln_id_t id_of(json_t *in, const char *name)
{
    pln_id_t id;
    case_fixed(case_member(in, name), id.bytes, sizeof id.bytes);
    return id;
}

/* ---- hashes ---- */

static json_t *tag(json_t *in, refusal_t *why)
{
    uint8_t out[PLN_DOMAIN_SIZE];
    (void)why;
    pln_domain(case_string(case_member(in, "text")), out);
    return json_pack("{s:o}", "hex", case_hex(out, sizeof out));
}

static json_t *hash(json_t *in, refusal_t *why)
{
    pln_span_t data = case_bytes(case_member(in, "data"));
    pln_hash_t out;
    (void)why;
    pln_hash(case_string(case_member(in, "tag")), data.data, data.size, &out);
    return json_pack("{s:o}", "hash", case_hex(out.bytes, sizeof out.bytes));
}

/* ---- identity ---- */

static pln_err_t derive(json_t *in, const char *name, pln_identity_t *out)
{
    uint8_t seed[PLN_SEED_SIZE];
    case_fixed(case_member(in, name), seed, sizeof seed);
    return pln_identity_derive(seed, out);
}

static json_t *key(json_t *in, refusal_t *why)
{
    pln_identity_t self;
    char did[PLN_DID_SIZE];
    pln_err_t error = derive(in, "seed", &self);
    if (error != PLN_OK) {
        return answer_refuse(why, error);
    }
    pln_did(&self.id, did);
    return json_pack("{s:o,s:s,s:o,s:o}", "id", case_hex(self.id.bytes, 32), "did", did,
                     "curve_public", case_hex(self.curve_public, 32), "curve_secret",
                     case_hex(self.curve_secret, 32));
}

static json_t *id(json_t *in, refusal_t *why)
{
    pln_id_t of = id_of(in, "id");
    uint8_t curve[32];
    pln_err_t error = pln_id_curve(&of, curve);
    if (pln_id_check(&of) != error) {
        return answer_refuse(why, PLN_EINVAL);
    }
    return error != PLN_OK ? answer_refuse(why, error)
                           : json_pack("{s:o}", "curve_public", case_hex(curve, sizeof curve));
}

static json_t *did_write(json_t *in, refusal_t *why)
{
    pln_id_t of = id_of(in, "id");
    char did[PLN_DID_SIZE];
    (void)why;
    pln_did(&of, did);
    return json_pack("{s:s}", "did", did);
}

static json_t *did_read(const char *text, refusal_t *why)
{
    pln_id_t of;
    pln_err_t error = pln_did_parse(text, &of);
    return error != PLN_OK ? answer_refuse(why, error)
                           : json_pack("{s:o}", "id", case_hex(of.bytes, sizeof of.bytes));
}

static json_t *did_back(json_t *out, refusal_t *why)
{
    return did_read(case_string(case_member(out, "did")), why);
}

static json_t *did_text(json_t *in, refusal_t *why)
{
    return did_read(case_string(case_member(in, "text")), why);
}

/* ---- signatures ---- */

static json_t *ed25519(json_t *in, refusal_t *why)
{
    uint8_t seed[PLN_SEED_SIZE], public[32], secret[64], signature[64];
    pln_span_t message = case_bytes(case_member(in, "message"));
    (void)why;
    case_fixed(case_member(in, "seed"), seed, sizeof seed);
    crypto_sign_seed_keypair(public, secret, seed);
    crypto_sign_detached(signature, NULL, message.data, message.size, secret);
    return json_pack("{s:o,s:o}", "public", case_hex(public, sizeof public), "signature",
                     case_hex(signature, sizeof signature));
}

static json_t *sign(json_t *in, refusal_t *why)
{
    pln_identity_t self;
    pln_signature_t signature;
    pln_err_t error = derive(in, "seed", &self);
    if (error != PLN_OK) {
        return answer_refuse(why, error);
    }
    pln_sign(&self, case_string(case_member(in, "tag")), case_bytes(case_member(in, "message")),
             &signature);
    return json_pack("{s:o,s:o}", "id", case_hex(self.id.bytes, 32), "signature",
                     case_hex(signature.bytes, 64));
}

static json_t *verify(json_t *in, refusal_t *why)
{
    pln_id_t of = id_of(in, "id");
    pln_signature_t signature;
    case_fixed(case_member(in, "signature"), signature.bytes, sizeof signature.bytes);
    pln_err_t error = pln_verify(&of, case_string(case_member(in, "tag")),
                                 case_bytes(case_member(in, "message")), &signature);
    return error != PLN_OK ? answer_refuse(why, error) : json_object();
}

/* ---- entries ---- */

static json_t *header_write(json_t *in, refusal_t *why)
{
    pln_header_t header = {0};
    uint8_t out[PLN_HEADER_SIZE];
    (void)why;
    shape_read(header_shape, in, &header);
    pln_header_write(&header, out);
    return json_pack("{s:o}", "hex", case_hex(out, sizeof out));
}

/** There is no reader of a header alone: it is read as the entry that it begins. */
static json_t *header_back(json_t *out, refusal_t *why)
{
    pln_span_t header = case_bytes(case_member(out, "hex"));
    uint8_t *bytes = case_keep(header.size + PLN_PAYLOAD_MAX);
    pln_entry_t entry;
    memcpy(bytes, header.data, header.size);
    pln_err_t error = pln_entry_read(PLN_SPAN(bytes, header.size + PLN_PAYLOAD_MAX), &entry);
    return error != PLN_OK ? answer_refuse(why, error) : shape_write(header_shape, &entry.header);
}

static json_t *entry_read(json_t *in, refusal_t *why)
{
    pln_entry_t entry;
    pln_err_t error = pln_entry_read(case_bytes(case_member(in, "hex")), &entry);
    if (error != PLN_OK) {
        return answer_refuse(why, error);
    }
    if (!entry.withheld) {
        pln_entry_data(entry.payload, &entry.data);
    }
    json_t *out = shape_write(header_shape, &entry.header);
    json_t *payload =
        entry.withheld ? json_null() : case_hex(entry.payload.data, entry.payload.size);
    json_object_set_new(out, "withheld", json_boolean(entry.withheld));
    json_object_set_new(out, "payload", payload);
    json_object_set_new(out, "data", case_hex(entry.data.bytes, 32));
    json_object_set_new(out, "stored_size", case_number(entry.stored_size));
    return out;
}

/** Nothing here writes a withheld copy: it is put together as SPEC 4.2 says, and then read. */
static json_t *entry_write(json_t *in, refusal_t *why)
{
    pln_draft_t draft = {0};
    pln_hash_t data;
    pln_buf_t bytes = {0};
    bool withheld = json_is_true(case_member(in, "withheld"));
    shape_read(draft_shape, in, &draft);
    pln_header_t header = {draft.codec, draft.kind, draft.time_ms, (uint32_t)draft.payload.size};
    pln_entry_data(draft.payload, &data);
    pln_header_write(&header, pln_buf_grow(&bytes, PLN_HEADER_SIZE));
    bytes.data[0] |= withheld ? PLN_CODEC_WITHHELD : 0;
    pln_buf_add(&bytes, withheld ? data.bytes : draft.payload.data,
                withheld ? sizeof data.bytes : draft.payload.size);
    pln_entry_t back;
    if (pln_entry_read(pln_buf_span(&bytes), &back) != PLN_OK || back.withheld != withheld ||
        back.stored_size != bytes.size || memcmp(&back.header.kind, &header.kind, 2) != 0) {
        pln_buf_free(&bytes);
        return answer_refuse(why, PLN_EINVAL);
    }
    json_t *out = answer_buf("hex", &bytes);
    json_object_set_new(out, "data", case_hex(data.bytes, 32));
    json_object_set_new(out, "weight", case_number(pln_entry_weight(&header)));
    return out;
}

/* ---- chains ---- */

static json_t *place_write(json_t *in, refusal_t *why)
{
    pln_place_t place = place_of(in);
    uint8_t out[PLN_PLACE_SIZE];
    (void)why;
    pln_place_write(&place, out);
    return json_pack("{s:o}", "hex", case_hex(out, sizeof out));
}

/** Places are never read as bytes by the code; here they are, by their offsets. */
static json_t *place_back(json_t *out, refusal_t *why)
{
    pln_place_t place;
    pln_reader_t reader = pln_reader(case_bytes(case_member(out, "hex")));
    pln_read_into(&reader, place.network.bytes, 32);
    pln_read_into(&reader, place.author.bytes, 32);
    place.epoch = pln_read_u32(&reader);
    place.lane = pln_read_u8(&reader);
    pln_err_t error = pln_reader_end(&reader);
    return error != PLN_OK ? answer_refuse(why, error) : shape_write(place_shape, &place);
}

static json_t *chain(json_t *in, refusal_t *why)
{
    pln_place_t place = place_of(case_member(in, "place"));
    pln_head_t head;
    size_t index;
    json_t *item, *heads = json_array();
    (void)why;
    pln_chain_start(&place, &head);
    json_t *start = case_hex(head.hash.bytes, 32);
    json_array_foreach(case_member(in, "entries"), index, item)
    {
        pln_draft_t draft = {0};
        pln_hash_t data;
        uint64_t before = head.cum;
        shape_read(draft_shape, item, &draft);
        pln_header_t header = {draft.codec, draft.kind, draft.time_ms,
                               (uint32_t)draft.payload.size};
        pln_entry_data(draft.payload, &data);
        pln_chain_link(&head, &header, &data);
        json_t *shown = shape_write(head_shape, &head);
        bool is_anchor = pln_chain_anchor(place.lane, head.seq, before, head.cum);
        json_object_set_new(shown, "anchor", json_boolean(is_anchor));
        json_array_append_new(heads, shown);
    }
    return json_pack("{s:o,s:o}", "start", start, "heads", heads);
}

static json_t *anchor(json_t *in, refusal_t *why)
{
    (void)why;
    bool is_anchor = pln_chain_anchor(
        (uint8_t)case_uint(case_member(in, "lane")), case_uint(case_member(in, "seq")),
        case_uint(case_member(in, "cum_before")), case_uint(case_member(in, "cum")));
    return json_pack("{s:b}", "anchor", is_anchor);
}

static json_t *head_sign(json_t *in, refusal_t *why)
{
    pln_identity_t self;
    pln_place_t place = {.epoch = (uint32_t)case_uint(case_member(in, "epoch")),
                         .lane = (uint8_t)case_uint(case_member(in, "lane"))};
    pln_head_t head = {.seq = case_uint(case_member(in, "seq"))};
    pln_signature_t signature;
    pln_err_t error = derive(in, "seed", &self);
    if (error != PLN_OK) {
        return answer_refuse(why, error);
    }
    case_fixed(case_member(in, "network"), place.network.bytes, 32);
    case_fixed(case_member(in, "hash"), head.hash.bytes, 32);
    place.author = self.id;
    pln_head_sign(&self, &place, &head, &signature);
    return json_pack("{s:o}", "signature", case_hex(signature.bytes, 64));
}

static json_t *head_verify(json_t *in, refusal_t *why)
{
    pln_place_t place = place_of(case_member(in, "place"));
    pln_hash_t of;
    pln_signature_t signature;
    case_fixed(case_member(in, "hash"), of.bytes, sizeof of.bytes);
    case_fixed(case_member(in, "signature"), signature.bytes, sizeof signature.bytes);
    pln_err_t error = pln_head_verify(&place, case_uint(case_member(in, "seq")), &of, &signature);
    return error != PLN_OK ? answer_refuse(why, error) : json_object();
}

static json_t *run(json_t *in, refusal_t *why)
{
    pln_place_t place = place_of(case_member(in, "place"));
    pln_span_t bytes = case_bytes(case_member(in, "run"));
    pln_head_t base = {0}, end, walked;
    pln_signature_t signature;
    uint32_t count, walked_count;
    shape_read(head_shape, case_member(in, "base"), &base);
    case_fixed(case_member(in, "signature"), signature.bytes, sizeof signature.bytes);
    pln_err_t error = pln_run_verify(&place, &base, bytes, &signature, &end, &count);
    if (error != PLN_OK) {
        return answer_refuse(why, error);
    }
    if (pln_run_walk(&base, bytes, &walked, &walked_count) != PLN_OK || walked_count != count ||
        !pln_hash_equal(&walked.hash, &end.hash)) {
        return answer_refuse(why, PLN_EINVAL);
    }
    json_t *out = shape_write(head_shape, &end);
    json_object_set_new(out, "count", case_number(count));
    return out;
}

const answer_t answers_chain[] = {{.op = "tag", .answer = tag},
                                  {.op = "hash", .answer = hash},
                                  {.op = "key", .answer = key},
                                  {.op = "id", .answer = id},
                                  {.op = "did", .answer = did_write, .back = did_back},
                                  {.op = "did.read", .answer = did_text},
                                  {.op = "ed25519", .answer = ed25519},
                                  {.op = "sign", .answer = sign},
                                  {.op = "verify", .answer = verify},
                                  {.op = "header", .answer = header_write, .back = header_back},
                                  {.op = "entry", .answer = entry_write},
                                  {.op = "entry.read", .answer = entry_read},
                                  {.op = "place", .answer = place_write, .back = place_back},
                                  {.op = "chain", .answer = chain},
                                  {.op = "anchor", .answer = anchor},
                                  {.op = "head", .answer = head_sign},
                                  {.op = "head.verify", .answer = head_verify},
                                  {.op = "run", .answer = run},
                                  {.op = NULL}};
