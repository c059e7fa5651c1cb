// SPDX-License-Identifier: MPL-2.0
// One row of `codecs` per message: its encoder and its decoder stand together.
#include "message.h"

#include <string.h>

#include "evidence.h"
#include "hash.h"

#define DETAIL_MAX 512u
#define REASON_MAX 64u
#define VERSION_MAX 32u
#define CODECS_MAX 64u
#define PRESENCE_FIELDS 10u
#define CREDIT_MAX (UINT64_C(1) << 62)

static void pack_cursor(pln_buf_t *out, const pln_cursor_t *cursor)
{
    pln_pack_uint(out, cursor->number);
    if (cursor->number > 0) {
        pln_pack_bin(out, cursor->tag.bytes, sizeof cursor->tag.bytes);
    } else {
        pln_pack_bin(out, NULL, 0);
    }
}

static pln_cursor_t unpack_cursor(pln_unpack_t *in)
{
    pln_cursor_t cursor = {0};
    cursor.number = pln_unpack_uint_max(in, PLN_SEQ_MAX);
    pln_span_t tag = pln_unpack_bin(in);
    if (tag.size == sizeof cursor.tag.bytes && cursor.number > 0) {
        memcpy(cursor.tag.bytes, tag.data, tag.size);
    } else if (tag.size != 0 || cursor.number != 0) {
        pln_unpack_fail(in, PLN_EMALFORMED);
    }
    return cursor;
}

static pln_span_t unpack_rows(pln_unpack_t *in, size_t row_size, size_t rows_max)
{
    pln_span_t rows = pln_unpack_bin(in);
    if (rows.size % row_size != 0) {
        pln_unpack_fail(in, PLN_EMALFORMED);
    } else if (rows.size / row_size > rows_max) {
        pln_unpack_fail(in, PLN_EOVERSIZE);
    }
    return rows;
}

/** Rows of HEADS and WANT name a lane that exists and a seq that can be. */
static pln_span_t unpack_places(pln_unpack_t *in, size_t rows_max)
{
    pln_span_t rows = unpack_rows(in, PLN_HEADS_ROW_SIZE, rows_max);
    for (size_t i = 0; in->error == PLN_OK && i < pln_rows(rows, PLN_HEADS_ROW_SIZE); i++) {
        pln_row_t row;
        pln_row_read(rows, i, &row);
        if (row.lane >= PLN_LANES || row.seq == 0 || row.seq > PLN_SEQ_MAX) {
            pln_unpack_fail(in, PLN_EMALFORMED);
        }
    }
    return rows;
}

static void pack_span(pln_buf_t *out, pln_span_t span)
{
    pln_pack_bin(out, span.data, span.size);
}

static void hello_encode(const pln_message_t *message, pln_buf_t *out)
{
    const pln_hello_t *hello = &message->as.hello;
    pln_pack_uint(out, hello->version_min);
    pln_pack_uint(out, hello->version_max);
    pln_pack_uint(out, hello->time_ms);
    pln_pack_bin(out, hello->store.bytes, sizeof hello->store.bytes);
    pln_pack_bin(out, hello->nonce, sizeof hello->nonce);
    pack_cursor(out, &hello->arrivals);
    pln_pack_uint(out, hello->credit);
    pln_pack_uint(out, hello->flags);
    pack_span(out, hello->rows);
}

static void hello_decode(pln_unpack_t *in, pln_message_t *message)
{
    pln_hello_t *hello = &message->as.hello;
    hello->version_min = (uint32_t)pln_unpack_uint_max(in, UINT32_MAX);
    hello->version_max = (uint32_t)pln_unpack_uint_max(in, UINT32_MAX);
    hello->time_ms = pln_unpack_uint_max(in, PLN_SEQ_MAX);
    pln_unpack_fixed(in, hello->store.bytes, sizeof hello->store.bytes);
    pln_unpack_fixed(in, hello->nonce, sizeof hello->nonce);
    hello->arrivals = unpack_cursor(in);
    hello->credit = pln_unpack_uint_max(in, CREDIT_MAX);
    hello->flags = (uint32_t)pln_unpack_uint_max(in, UINT32_MAX);
    hello->rows = unpack_rows(in, PLN_HELLO_ROW_SIZE, PLN_HELLO_ROWS_MAX);
}

static void heads_encode(const pln_message_t *message, pln_buf_t *out)
{
    const pln_heads_t *heads = &message->as.heads;
    pln_pack_bin(out, heads->network.bytes, sizeof heads->network.bytes);
    pln_pack_uint(out, heads->flags);
    pack_cursor(out, &heads->upto);
    pack_span(out, heads->rows);
}

static void heads_decode(pln_unpack_t *in, pln_message_t *message)
{
    pln_heads_t *heads = &message->as.heads;
    pln_unpack_fixed(in, heads->network.bytes, sizeof heads->network.bytes);
    heads->flags = (uint32_t)pln_unpack_uint_max(in, UINT32_MAX);
    heads->upto = unpack_cursor(in);
    heads->rows = unpack_places(in, PLN_HEADS_PAGE_BYTES / PLN_HEADS_ROW_SIZE);
}

static void want_encode(const pln_message_t *message, pln_buf_t *out)
{
    const pln_want_t *want = &message->as.want;
    pln_pack_bin(out, want->network.bytes, sizeof want->network.bytes);
    pack_span(out, want->rows);
}

static void want_decode(pln_unpack_t *in, pln_message_t *message)
{
    pln_want_t *want = &message->as.want;
    pln_unpack_fixed(in, want->network.bytes, sizeof want->network.bytes);
    want->rows = unpack_places(in, PLN_WANT_ROWS_MAX);
}

static void place_encode(const pln_place_t *place, pln_buf_t *out)
{
    pln_pack_bin(out, place->network.bytes, sizeof place->network.bytes);
    pln_pack_bin(out, place->author.bytes, sizeof place->author.bytes);
    pln_pack_uint(out, place->epoch);
    pln_pack_uint(out, place->lane);
}

static void place_decode(pln_unpack_t *in, pln_place_t *place)
{
    pln_unpack_fixed(in, place->network.bytes, sizeof place->network.bytes);
    pln_unpack_fixed(in, place->author.bytes, sizeof place->author.bytes);
    place->epoch = (uint32_t)pln_unpack_uint_max(in, UINT32_MAX);
    place->lane = (uint8_t)pln_unpack_uint_max(in, PLN_LANES - 1);
}

static void entries_encode(const pln_message_t *message, pln_buf_t *out)
{
    const pln_entries_t *entries = &message->as.entries;
    place_encode(&entries->place, out);
    pln_pack_uint(out, entries->from);
    pln_pack_uint(out, entries->to);
    pln_pack_bin(out, entries->base.bytes, sizeof entries->base.bytes);
    pln_pack_bin(out, entries->signature.bytes, sizeof entries->signature.bytes);
    pln_pack_uint(out, entries->flags);
    pack_cursor(out, &entries->upto);
    pln_pack_bin_header(out, entries->run.size);
}

static void entries_decode(pln_unpack_t *in, pln_message_t *message)
{
    pln_entries_t *entries = &message->as.entries;
    place_decode(in, &entries->place);
    entries->from = pln_unpack_uint_max(in, PLN_SEQ_MAX);
    entries->to = pln_unpack_uint_max(in, PLN_SEQ_MAX);
    pln_unpack_fixed(in, entries->base.bytes, sizeof entries->base.bytes);
    pln_unpack_fixed(in, entries->signature.bytes, sizeof entries->signature.bytes);
    entries->flags = (uint32_t)pln_unpack_uint_max(in, UINT32_MAX);
    entries->upto = unpack_cursor(in);
    entries->run = pln_unpack_bin(in);
    if (entries->run.size > PLN_RUN_BYTES_MAX) {
        pln_unpack_fail(in, PLN_EOVERSIZE);
    } else if (entries->from == 0 || entries->to < entries->from ||
               entries->to - entries->from >= PLN_ANCHOR_ENTRIES) {
        pln_unpack_fail(in, PLN_ERUN);
    }
}

static void fork_encode(const pln_message_t *message, pln_buf_t *out)
{
    const pln_fork_t *fork = &message->as.fork;
    place_encode(&fork->place, out);
    pln_pack_uint(out, fork->stage);
    pln_pack_uint(out, fork->seq);
    pln_pack_bin(out, fork->hash.bytes, sizeof fork->hash.bytes);
    pln_pack_uint(out, fork->other_seq);
    pln_pack_bin(out, fork->other_hash.bytes, sizeof fork->other_hash.bytes);
    pack_span(out, fork->body);
}

static void fork_decode(pln_unpack_t *in, pln_message_t *message)
{
    pln_fork_t *fork = &message->as.fork;
    place_decode(in, &fork->place);
    fork->stage = (uint32_t)pln_unpack_uint_max(in, UINT32_MAX);
    fork->seq = pln_unpack_uint_max(in, PLN_SEQ_MAX);
    pln_unpack_fixed(in, fork->hash.bytes, sizeof fork->hash.bytes);
    fork->other_seq = pln_unpack_uint_max(in, PLN_SEQ_MAX);
    pln_unpack_fixed(in, fork->other_hash.bytes, sizeof fork->other_hash.bytes);
    fork->body = pln_unpack_bin(in);
    if (fork->body.size > PLN_FORK_BODY_MAX) {
        pln_unpack_fail(in, PLN_EOVERSIZE);
    }
}

static void credit_encode(const pln_message_t *message, pln_buf_t *out)
{
    pln_pack_uint(out, message->as.credit);
}

static void credit_decode(pln_unpack_t *in, pln_message_t *message)
{
    message->as.credit = pln_unpack_uint_max(in, CREDIT_MAX);
}

static void network_encode(const pln_message_t *message, pln_buf_t *out)
{
    pln_pack_bin(out, message->as.network.bytes, sizeof message->as.network.bytes);
}

static void network_decode(pln_unpack_t *in, pln_message_t *message)
{
    pln_unpack_fixed(in, message->as.network.bytes, sizeof message->as.network.bytes);
}

static void presence_encode(const pln_message_t *message, pln_buf_t *out)
{
    pack_span(out, message->as.presence.body);
    pln_pack_bin(out, message->as.presence.signature.bytes, sizeof(pln_signature_t));
}

static void presence_decode(pln_unpack_t *in, pln_message_t *message)
{
    message->as.presence.body = pln_unpack_bin(in);
    pln_unpack_fixed(in, message->as.presence.signature.bytes, sizeof(pln_signature_t));
    if (message->as.presence.body.size > PLN_PRESENCE_MAX) {
        pln_unpack_fail(in, PLN_EOVERSIZE);
    }
}

static void join_encode(const pln_message_t *message, pln_buf_t *out)
{
    const pln_join_t *join = &message->as.join;
    pln_pack_bin(out, join->network.bytes, sizeof join->network.bytes);
    pln_pack_bin(out, join->node.bytes, sizeof join->node.bytes);
    pln_pack_bin(out, join->inviter.bytes, sizeof join->inviter.bytes);
    pln_pack_str(out, join->name);
    pln_pack_bin(out, join->by_node.bytes, sizeof join->by_node.bytes);
    pln_pack_bin(out, join->by_ticket.bytes, sizeof join->by_ticket.bytes);
}

static void join_decode(pln_unpack_t *in, pln_message_t *message)
{
    pln_join_t *join = &message->as.join;
    pln_unpack_fixed(in, join->network.bytes, sizeof join->network.bytes);
    pln_unpack_fixed(in, join->node.bytes, sizeof join->node.bytes);
    pln_unpack_fixed(in, join->inviter.bytes, sizeof join->inviter.bytes);
    join->name = pln_unpack_str(in, PLN_NAME_MAX);
    pln_unpack_fixed(in, join->by_node.bytes, sizeof join->by_node.bytes);
    pln_unpack_fixed(in, join->by_ticket.bytes, sizeof join->by_ticket.bytes);
}

static void welcome_encode(const pln_message_t *message, pln_buf_t *out)
{
    const pln_welcome_t *welcome = &message->as.welcome;
    pln_pack_bin(out, welcome->network.bytes, sizeof welcome->network.bytes);
    pln_pack_bin(out, welcome->root.bytes, sizeof welcome->root.bytes);
    pln_pack_str(out, welcome->title);
}

static void welcome_decode(pln_unpack_t *in, pln_message_t *message)
{
    pln_welcome_t *welcome = &message->as.welcome;
    pln_unpack_fixed(in, welcome->network.bytes, sizeof welcome->network.bytes);
    pln_unpack_fixed(in, welcome->root.bytes, sizeof welcome->root.bytes);
    welcome->title = pln_unpack_str(in, PLN_TITLE_MAX);
}

static void bye_encode(const pln_message_t *message, pln_buf_t *out)
{
    const pln_bye_t *bye = &message->as.bye;
    pln_pack_str(out, bye->reason);
    if (bye->has_network) {
        pln_pack_bin(out, bye->network.bytes, sizeof bye->network.bytes);
    } else {
        pln_pack_nil(out);
    }
    pln_pack_str(out, bye->detail);
    if (bye->evidence.size > 0) {
        pln_pack_bin(out, bye->evidence.data, bye->evidence.size);
    }
}

static void bye_decode(pln_unpack_t *in, pln_message_t *message)
{
    pln_bye_t *bye = &message->as.bye;
    bye->reason = pln_unpack_str(in, REASON_MAX);
    bye->has_network = !pln_unpack_nil(in);
    if (bye->has_network) {
        pln_unpack_fixed(in, bye->network.bytes, sizeof bye->network.bytes);
    }
    bye->detail = pln_unpack_str(in, DETAIL_MAX);
    bye->evidence = (pln_span_t){0};
}

/** The one element that may be left out. */
static void bye_decode_more(pln_unpack_t *in, pln_message_t *message)
{
    pln_bye_t *bye = &message->as.bye;
    bye->evidence = pln_unpack_bin(in);
    if (bye->evidence.size > PLN_EVIDENCE_MAX) {
        pln_unpack_fail(in, PLN_EOVERSIZE);
    }
}

static void digest_encode(const pln_message_t *message, pln_buf_t *out)
{
    const pln_digest_message_t *digest = &message->as.digest;
    pln_pack_bin(out, digest->network.bytes, sizeof digest->network.bytes);
    pln_pack_bin(out, digest->access.bytes, sizeof digest->access.bytes);
    pln_pack_bin(out, digest->digest.bytes, sizeof digest->digest.bytes);
    pln_pack_uint(out, digest->flags);
    pack_cursor(out, &digest->upto);
    pack_span(out, digest->buckets);
}

static void digest_decode(pln_unpack_t *in, pln_message_t *message)
{
    pln_digest_message_t *digest = &message->as.digest;
    pln_unpack_fixed(in, digest->network.bytes, sizeof digest->network.bytes);
    pln_unpack_fixed(in, digest->access.bytes, sizeof digest->access.bytes);
    pln_unpack_fixed(in, digest->digest.bytes, sizeof digest->digest.bytes);
    digest->flags = (uint32_t)pln_unpack_uint_max(in, UINT32_MAX);
    digest->upto = unpack_cursor(in);
    digest->buckets = pln_unpack_bin(in);
    if (digest->buckets.size != 0 && digest->buckets.size != 256 * sizeof(pln_hash_t)) {
        pln_unpack_fail(in, PLN_EMALFORMED);
    }
}

static void twin_encode(const pln_message_t *message, pln_buf_t *out)
{
    pln_pack_uint(out, message->as.twin.since_ms);
    pln_pack_str(out, message->as.twin.address);
}

static void twin_decode(pln_unpack_t *in, pln_message_t *message)
{
    message->as.twin.since_ms = pln_unpack_uint_max(in, PLN_SEQ_MAX);
    message->as.twin.address = pln_unpack_str(in, PLN_ADDRESS_MAX);
}

/** fields: elements behind the type number. */
static const struct {
    uint32_t fields;
    void (*encode)(const pln_message_t *message, pln_buf_t *out);
    void (*decode)(pln_unpack_t *in, pln_message_t *message);
} codecs[PLN_MSG_COUNT] = {
    [PLN_MSG_HELLO] = {10, hello_encode, hello_decode},
    [PLN_MSG_HEADS] = {5, heads_encode, heads_decode},
    [PLN_MSG_WANT] = {2, want_encode, want_decode},
    [PLN_MSG_ENTRIES] = {12, entries_encode, entries_decode},
    [PLN_MSG_FORK] = {10, fork_encode, fork_decode},
    [PLN_MSG_CREDIT] = {1, credit_encode, credit_decode},
    [PLN_MSG_PRUNE] = {1, network_encode, network_decode},
    [PLN_MSG_GRAFT] = {1, network_encode, network_decode},
    [PLN_MSG_PRESENCE] = {2, presence_encode, presence_decode},
    [PLN_MSG_JOIN] = {6, join_encode, join_decode},
    [PLN_MSG_WELCOME] = {3, welcome_encode, welcome_decode},
    [PLN_MSG_BYE] = {3, bye_encode, bye_decode},
    [PLN_MSG_TWIN] = {2, twin_encode, twin_decode},
    [PLN_MSG_DIGEST] = {7, digest_encode, digest_decode},
};

static const struct {
    const char *name;
    pln_message_state_t state;
} names[PLN_MSG_COUNT] = {
#define PLN_MESSAGE(name, number, text, state) [number] = {text, PLN_STATE_##state},
#include "messages.def"
#undef PLN_MESSAGE
};

pln_err_t pln_message_decode(pln_span_t frame, pln_message_t *out)
{
    if (frame.size > PLN_FRAME_MAX) {
        return PLN_EOVERSIZE;
    }
    pln_unpack_t in = pln_unpack(frame);
    uint32_t count = pln_unpack_array(&in, 64);
    uint64_t type = count > 0 ? pln_unpack_uint(&in) : UINT64_MAX;
    if (in.error != PLN_OK || count == 0) {
        return in.error != PLN_OK ? in.error : PLN_EMALFORMED;
    }
    if (type >= PLN_MSG_COUNT || codecs[type].decode == NULL) {
        return PLN_EUNKNOWN;
    }
    if (count < codecs[type].fields + 1) {
        return PLN_EMALFORMED;
    }
    out->type = (pln_message_type_t)type;
    codecs[type].decode(&in, out);
    uint32_t read = codecs[type].fields + 1;
    if (type == PLN_MSG_WANT) {  // its flags may be missing
        out->as.want.flags = read < count ? (uint32_t)pln_unpack_uint_max(&in, UINT32_MAX) : 0;
        read++;
    } else if (type == PLN_MSG_BYE && count > read) {
        bye_decode_more(&in, out);
        read++;
    }
    for (uint32_t extra = read; extra < count; extra++) {
        pln_unpack_skip(&in);
    }
    return pln_unpack_end(&in);
}

void pln_message_encode(const pln_message_t *message, pln_buf_t *out)
{
    bool more = message->type == PLN_MSG_BYE && message->as.bye.evidence.size > 0;
    uint32_t flags = message->type == PLN_MSG_WANT ? message->as.want.flags : 0;
    pln_pack_array(out, codecs[message->type].fields + 1 + (more || flags != 0));
    pln_pack_uint(out, message->type);
    codecs[message->type].encode(message, out);
    if (flags != 0) {
        pln_pack_uint(out, flags);
    }
}

pln_message_state_t pln_message_state(pln_message_type_t type)
{
    return names[type].state;
}

const char *pln_message_name(pln_message_type_t type)
{
    return names[type].name;
}

size_t pln_rows(pln_span_t rows, size_t row_size)
{
    return rows.size / row_size;
}

void pln_row_read(pln_span_t rows, size_t index, pln_row_t *out)
{
    const uint8_t *p = rows.data + index * PLN_HEADS_ROW_SIZE;
    memcpy(out->author.bytes, p, 32);
    out->epoch = pln_get_u32(p + 32);
    out->lane = p[36];
    out->seq = pln_get_u64(p + 37);
    memcpy(out->hash.bytes, p + 45, 32);
}

void pln_row_write(const pln_row_t *row, pln_buf_t *out)
{
    uint8_t *p = pln_buf_grow(out, PLN_HEADS_ROW_SIZE);
    memcpy(p, row->author.bytes, 32);
    pln_put_u32(p + 32, row->epoch);
    p[36] = row->lane;
    pln_put_u64(p + 37, row->seq);
    memcpy(p + 45, row->hash.bytes, 32);
}

void pln_hello_row_read(pln_span_t rows, size_t index, pln_hello_row_t *out)
{
    const uint8_t *p = rows.data + index * PLN_HELLO_ROW_SIZE;
    memcpy(out->hash, p, 16);
    out->cursor.number = pln_get_u48(p + 16);
    memcpy(out->cursor.tag.bytes, p + 22, 8);
    memcpy(out->access, p + 30, PLN_HELLO_DIGEST_SIZE);
    memcpy(out->digest, p + 40, PLN_HELLO_DIGEST_SIZE);
}

void pln_hello_row_write(const pln_hello_row_t *row, pln_buf_t *out)
{
    uint8_t *p = pln_buf_grow(out, PLN_HELLO_ROW_SIZE);
    memcpy(p, row->hash, 16);
    pln_put_u48(p + 16, row->cursor.number);
    memcpy(p + 22, row->cursor.tag.bytes, 8);
    memcpy(p + 30, row->access, PLN_HELLO_DIGEST_SIZE);
    memcpy(p + 40, row->digest, PLN_HELLO_DIGEST_SIZE);
}

void pln_hello_hash(const pln_network_id_t *network, const pln_id_t *sender,
                    const pln_id_t *receiver, const uint8_t nonce[16], uint8_t out[16])
{
    uint8_t text[PLN_DOMAIN_SIZE + 32 + 32 + 16];
    pln_domain(PLN_DOMAIN_HELLO, text);
    memcpy(text + PLN_DOMAIN_SIZE, sender->bytes, 32);
    memcpy(text + PLN_DOMAIN_SIZE + 32, receiver->bytes, 32);
    memcpy(text + PLN_DOMAIN_SIZE + 64, nonce, 16);
    crypto_generichash(out, 16, text, sizeof text, network->bytes, sizeof network->bytes);
}

void pln_presence_encode(const pln_presence_t *presence, pln_buf_t *out)
{
    pln_pack_array(out, PRESENCE_FIELDS + (presence->flags != 0));
    pln_pack_bin(out, presence->network.bytes, 32);
    pln_pack_bin(out, presence->node.bytes, 32);
    pln_pack_uint(out, presence->stamp);
    pln_pack_str(out, presence->name);
    pln_pack_str(out, presence->version);
    pack_span(out, presence->codecs);
    pln_pack_array(out, presence->address_count);
    for (uint32_t i = 0; i < presence->address_count; i++) {
        pln_pack_str(out, presence->addresses[i]);
    }
    pln_pack_bin(out, presence->digest.bytes, 32);
    pln_pack_bin(out, presence->access.bytes, 32);
    pack_span(out, presence->heads);
    if (presence->flags != 0) {
        pln_pack_uint(out, presence->flags);
    }
}

pln_err_t pln_presence_decode(pln_span_t body, pln_presence_t *out)
{
    pln_unpack_t in = pln_unpack(body);
    uint32_t count = pln_unpack_array(&in, 64);
    if (count < PRESENCE_FIELDS) {
        pln_unpack_fail(&in, PLN_EMALFORMED);
    }
    pln_unpack_fixed(&in, out->network.bytes, 32);
    pln_unpack_fixed(&in, out->node.bytes, 32);
    out->stamp = pln_unpack_uint_max(&in, PLN_SEQ_MAX);
    out->name = pln_unpack_str(&in, PLN_NAME_MAX);
    out->version = pln_unpack_str(&in, VERSION_MAX);
    out->codecs = pln_unpack_bin(&in);
    if (out->codecs.size > CODECS_MAX) {
        pln_unpack_fail(&in, PLN_EOVERSIZE);
    }
    out->address_count = pln_unpack_array(&in, PLN_ADDRESSES_MAX);
    for (uint32_t i = 0; i < out->address_count && in.error == PLN_OK; i++) {
        out->addresses[i] = pln_unpack_str(&in, PLN_ADDRESS_MAX);
    }
    pln_unpack_fixed(&in, out->digest.bytes, 32);
    pln_unpack_fixed(&in, out->access.bytes, 32);
    out->heads =
        unpack_rows(&in, PLN_PRESENCE_HEAD_SIZE, PLN_PRESENCE_MAX / PLN_PRESENCE_HEAD_SIZE);
    out->flags = count > PRESENCE_FIELDS ? (uint32_t)pln_unpack_uint_max(&in, UINT32_MAX) : 0;
    for (uint32_t extra = PRESENCE_FIELDS + 1; extra < count; extra++) {
        pln_unpack_skip(&in);
    }
    return pln_unpack_end(&in);
}
